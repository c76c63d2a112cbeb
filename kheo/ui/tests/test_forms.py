"""Minh fills in forms on a phone: examples beside the fields, errors tied to them, nothing typed is lost."""

import unicodedata
from datetime import date

import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import Context, Template

from kheo.lib.refusals import Refused
from kheo.ui.forms import (
    AreaM2Field,
    CountField,
    Form,
    LinedForm,
    VietnameseDateField,
    VndField,
    WorkDaysField,
)


class Registration(Form):
    name = forms.CharField(label="Tên mô hình", help_text="Ngắn gọn.", max_length=20)
    start = VietnameseDateField(label="Ra mắt", required=False)
    money = VndField(label="Kinh phí", required=False)
    kind = forms.ChoiceField(label="Loại", choices=[("a", "Mới"), ("b", "Duy trì")], widget=forms.RadioSelect)
    agreed = forms.BooleanField(label="Đồng ý", required=False)
    examples = {"name": "Tiếng kẻng bình yên"}


def filled(**changed):
    return Registration({"name": "Đường hoa", "kind": "a", **changed})


def test_a_field_brings_its_example_help_and_error():
    html = str(filled(name=""))
    assert "Ví dụ: Tiếng kẻng bình yên" in html
    assert 'aria-describedby="id_name_helptext id_name_error id_name_example"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="id_name_error"' in html
    assert "Chưa điền chỗ này." in html
    assert '<a href="#id_name">Tên mô hình</a>' in html
    assert "còn 1 chỗ cần sửa" in html


def test_what_was_typed_stays():
    form = filled(money="1.5.0", start="31/02/2026")
    html = str(form)
    assert not form.is_valid()
    assert 'value="1.5.0"' in html
    assert 'value="31/02/2026"' in html


def test_one_field_alone_looks_the_same():
    html = Template("{% field form.name %}{% error_summary form %}").render(
        Context({"form": filled(name="")})
    )
    assert html.count('class="errorlist"') == 1
    assert "error-summary" in html


def test_a_group_of_choices_is_a_fieldset_with_a_legend():
    html = str(Registration())
    assert "<fieldset" in html
    assert "<legend>Loại" in html
    assert "style=" not in html


def test_input_becomes_nfc_before_its_length_is_counted():
    decomposed = unicodedata.normalize("NFD", "Tổ hòa giải ở xóm 20")
    assert len(decomposed) > 20
    form = filled(name=decomposed)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["name"] == "Tổ hòa giải ở xóm 20"


def test_a_text_area_takes_a_long_directive_and_no_flood():
    class Story(Form):
        text = forms.CharField(widget=forms.Textarea)

    assert Story({"text": "ấ" * 100_000}).is_valid()
    assert not Story({"text": "ấ" * 100_001}).is_valid()
    assert 'maxlength="100000"' in str(Story())


@pytest.mark.parametrize(
    "typed", ["5/7/2026", "05/07/2026", "05-7-2026", "5.7.2026", "2026-07-05", " 5 / 7 / 2026 "]
)
def test_days_are_read_as_they_are_written(typed):
    assert VietnameseDateField().clean(typed) == date(2026, 7, 5)


@pytest.mark.parametrize("typed", ["31/02/2026", "7/2026", "hôm qua", "05/07/0026", "😀"])
def test_what_is_no_day_is_sent_back(typed):
    with pytest.raises(forms.ValidationError):
        VietnameseDateField().clean(typed)


def test_quantities_are_read_and_shown_again():
    assert VndField().clean("1,5 triệu") == 1_500_000
    assert AreaM2Field().clean("105,5 m2") == 10_550
    assert WorkDaysField().clean("12,5") == 125
    assert CountField(required=False).clean("") is None
    assert AreaM2Field().prepare_value(10_550) == "105,5"
    assert VndField().prepare_value(1_500_000) == "1.500.000"
    assert VndField().prepare_value("1,5 triệu") == "1,5 triệu"
    assert not VndField().has_changed(1_500_000, "1,5 triệu")


def test_quantities_have_bounds():
    with pytest.raises(forms.ValidationError, match=r"Không được lớn hơn 500\."):
        CountField(most=500).clean("501")
    with pytest.raises(forms.ValidationError, match=r"Không được nhỏ hơn 1\."):
        CountField(least=1).clean("0")


def test_a_refusal_is_shown_on_the_form():
    def refuse():
        raise Refused("Chị Lan đã tiếp nhận lúc 14:05.")

    form = filled()
    assert form.is_valid()
    assert not form.attempt(refuse)
    assert "Chị Lan đã tiếp nhận lúc 14:05." in str(form)
    form = filled()
    assert form.is_valid()
    assert form.attempt(lambda: 7)
    assert form.result == 7


def test_a_file_field_needs_no_stored_file():
    class Paper(Form):
        paper = forms.FileField()

    assert 'type="file"' in str(Paper())
    assert Paper({}, {"paper": SimpleUploadedFile("a.txt", b"x")}).is_valid()


class Standing(LinedForm):
    """How each of some roads stands."""

    PARTS = {
        "line": forms.ChoiceField(choices=[("good", "Tốt"), ("weak", "Cần củng cố")], required=False),
        "note": forms.CharField(label="Ghi chú", max_length=10, required=False),
    }
    results = forms.CharField(label="Kết quả")

    def __init__(self, data=None, roads=("Đường hoa", "Ngõ sáng"), **kwargs):
        super().__init__(data, **kwargs)
        self.ask_lines(dict(enumerate(roads)))

    def dress(self, part, field, about):
        field.label = about if part == "line" else f"Ghi chú về {about}"


def test_hundreds_of_lines_are_read_without_a_field_for_each():
    roads = [f"Đường số {n}" for n in range(200)]
    form = Standing({"results": "Tốt", "line_7": "weak", "note_7": " Lu\u031b\u0301n "}, roads)
    assert form.is_valid()
    assert (form.cleaned_data["line_7"], form.cleaned_data["note_7"]) == ("weak", "Lứn")
    assert (form.cleaned_data["line_8"], form.cleaned_data["note_199"]) == ("", "")
    assert form.fields.made == {}
    assert len(form.fields) == len(list(form)) == 401
    # Who looks at a line sees its own field, and nobody else's.
    assert form["note_7"].label == "Ghi chú về Đường số 7"
    assert form["note_8"].label == "Ghi chú về Đường số 8"
    assert "Đường số 9" in str(form["line_9"].label_tag())


def test_what_is_wrong_on_a_line_is_said_there_and_what_was_typed_stays():
    form = Standing({"results": "", "line_0": "best", "note_1": "dài quá mười chữ"})
    assert not form.is_valid()
    assert list(form.errors) == ["results", "line_0", "note_1"]
    html = str(form)
    assert '<a href="#id_note_1">Ghi chú về Ngõ sáng</a>' in html
    assert "chọn một mục" in form.errors["line_0"][0]
    assert 'value="dài quá mười chữ"' in html
    again = form.bound_to({"results": "Tốt"})
    assert again.is_valid()
    assert not form.is_valid()


def test_a_line_can_be_taken_off():
    form = Standing({"results": "Tốt", "line_0": "best"})
    del form.fields["line_0"]
    assert form.is_valid()
    assert "line_0" not in form.fields
    assert "line_0" not in form.cleaned_data
    with pytest.raises(KeyError):
        form["line_0"]
