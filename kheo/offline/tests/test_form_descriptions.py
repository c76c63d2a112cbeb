"""The phone draws its forms from the web page's own: same fields, same words, same bounds."""

from datetime import date

import pytest

from kheo.fieldwork.forms import FieldReportForm, UnitReportForm
from kheo.fieldwork.tests.cast import cast, report, running
from kheo.initiatives.forms import RegistrationForm
from kheo.offline import form_descriptions
from kheo.ui import forms as ui

pytestmark = pytest.mark.django_db


def named(description):
    return {each["name"]: each for each in description["fields"]}


def test_a_report_asks_on_the_phone_what_the_page_asks():
    people = cast()
    form = FieldReportForm(by=people.minh)
    told = form_descriptions.report(form)
    fields = named(told)
    assert set(fields) == set(form.fields)
    assert fields["initiative"]["kind"] == fields["series"]["kind"] == "hidden"
    assert fields["happened_on"]["kind"] == "date"
    assert fields["happened_on"]["example"] == "23/05/2026"
    assert fields["narrative"]["kind"] == "textarea"
    assert fields["narrative"]["required"]
    assert fields["span"]["options"][0][0] == "days"
    assert fields["span"]["initial"] == "days"
    assert fields["households"]["kind"] == "count"
    assert fields["length_cm"]["unit"] == "m"
    assert fields["money_vnd_dan_gop"]["kind"] == "money"
    assert fields["money_vnd_dan_gop"]["group"] == "money_vnd"
    assert fields["photos"] == fields["photos"] | {"kind": "photos", "max": 10, "required": False}
    assert fields["photo_caption"]["max"] == 1000
    # In the order of the page, each under a heading that is told.
    headings = [key for key, _label in told["groups"]]
    assert headings[:3] == ["when", "what", "figures"]
    assert headings[-2:] == ["photos", "people"]
    assert {each["group"] for each in told["fields"] if each["kind"] != "hidden"} <= set(headings)


def test_labels_are_said_in_the_language_of_the_person():
    from django.utils import translation

    people = cast()
    with translation.override("vi"):
        vietnamese = form_descriptions.report(FieldReportForm(by=people.minh))
    with translation.override("en"):
        english = form_descriptions.report(FieldReportForm(by=people.minh))
    assert named(vietnamese)["narrative"]["label"] != named(english)["narrative"]["label"] == "What was done"
    assert vietnamese["version"] != english["version"]


def test_a_version_stays_the_same_until_the_form_changes():
    people = cast()
    once, again = (form_descriptions.report(FieldReportForm(by=people.minh)) for _time in range(2))
    assert once == again
    from kheo.fieldwork.models import FigureKind

    FigureKind.objects.create(measure="money_vnd", code="quy_lang", name="Quỹ làng", order=9)
    assert form_descriptions.report(FieldReportForm(by=people.minh))["version"] != once["version"]


def test_a_correction_starts_from_what_was_sent():
    people = cast()
    sent = report(people, running(people))
    fields = named(form_descriptions.report(FieldReportForm(by=people.minh, report=sent)))
    assert fields["happened_on"]["initial"] == "05/07/2026"
    assert fields["money_vnd_dan_gop"]["initial"] == "1.500.000"
    assert fields["land_m2_dat_o"]["initial"] == "105,5"


def test_the_long_part_of_a_registration_says_when_it_is_asked():
    people = cast()
    form = RegistrationForm(by=people.minh)
    told = form_descriptions.registration(form)
    fields = named(told)
    # Documents are handed in on the web page.
    assert set(form.fields) - set(fields) == {"attachment", "consent_file"}
    assert fields["kind"]["kind"] == "radio"
    assert fields["owner"]["initial"] == str(people.minh.unit_id)
    assert fields["hamlet"]["suggest"] == "hamlets"
    assert fields["practice"]["suggest"] == "practices"
    assert fields["need"]["when"] == {"level_asked": ["province"]}
    assert fields["need"]["required"]
    assert fields["person_done"]["when"] == {"subject": ["person"]}
    assert fields["person_done"]["required"]
    assert "when" not in fields["goal"]
    assert fields["goal"]["required"]
    assert fields["resources_vnd"]["kind"] == "money"
    assert fields["span_first"]["kind"] == "number"
    assert (fields["span_first"]["min"], fields["span_first"]["max"]) == (1990, 2100)


def test_the_units_page_has_a_line_for_each_running_initiative():
    people = cast()
    ones = [running(people, f"Mô hình {n}").initiative for n in range(3)]
    told = form_descriptions.unit_report(UnitReportForm(by=people.minh, on=date(2026, 11, 28)))
    assert [(line["id"], line["name"], line["standing"]) for line in told["lines"]] == [
        (each.pk, each.name, "same") for each in ones
    ]
    assert told["standings"][0][0] == "good"
    assert told["groups"][1][0] == "lines"
    # Neither way is required by itself; one of them is.
    assert told["either"]["ways"] == [["entry"], ["period_first", "period_last"]]
    assert told["either"]["sentence"] == "Đồng chí chọn một kỳ của kế hoạch, hoặc ghi cả hai ngày."
    assert {each["name"] for each in told["fields"]} == {
        *("series", "entry", "period_first", "period_last", "results", "difficulties", "proposals"),
        *("number", "signed_on", "signer"),
    }
    before = told["version"]
    running(people, "Mô hình nữa")
    again = form_descriptions.unit_report(UnitReportForm(by=people.minh))
    assert len(again["lines"]) == len(told["lines"]) + 1
    # A line more is no other form.
    assert again["version"] == before


def test_every_kind_of_field_is_known_to_the_phone():
    from django import forms

    class Odd(ui.Form):
        agreed = forms.BooleanField(required=False, initial=True)
        which = forms.MultipleChoiceField(choices=[("a", "A"), ("b", "B")], initial=["a"])
        paper = forms.FileField()

    told = form_descriptions.describe(Odd(), [])
    assert [(each["name"], each["kind"], each.get("initial")) for each in told["fields"]] == [
        ("agreed", "checkbox", "on"),
        ("which", "choices", ["a"]),
    ]
    assert {each["kind"] for each in told["fields"]} <= set(form_descriptions.KINDS)
