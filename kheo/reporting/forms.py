"""The question of a list of records, as it stands in an address; and what is typed of figures by report."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kheo.files.forms import DocumentField
from kheo.lib.periods import Period, today
from kheo.places.models import Area
from kheo.plans.models import Field
from kheo.reporting.looking import Look, structures
from kheo.reporting.models import MOST, Stated
from kheo.reporting.records import NARROWING, SOURCES, TOGETHER, Question
from kheo.reporting.stated import read_period
from kheo.tallies.figures import structure_day
from kheo.ui.forms import CountField, Form, VietnameseDateField


class QuestionForm(Form):
    measure = forms.ChoiceField(choices=[(name, name) for name in (*TOGETHER, *SOURCES)])
    first = forms.DateField()
    last = forms.DateField()
    structure = forms.DateField()
    sample = forms.BooleanField(required=False)
    area = forms.CharField(max_length=20, required=False)
    district = forms.CharField(max_length=20, required=False)
    unit = forms.CharField(max_length=20, required=False)
    field = forms.CharField(max_length=40, required=False)
    line = forms.CharField(max_length=20, required=False)
    kind = forms.CharField(max_length=12, required=False)

    def question(self, who: Any) -> Question | None:
        """What is asked; None where the address cannot be read."""
        if not self.is_valid() or self.cleaned_data["first"] > self.cleaned_data["last"]:
            return None
        asked = self.cleaned_data
        return Question(
            asked["measure"],
            Period(asked["first"], asked["last"]),
            asked["structure"],
            asked["sample"],
            who=who,
            **{name: asked[name] for name in NARROWING},
        )


class LookForm(Form):
    """In which areas and bodies figures are read, and as known on which day. Bound to an address."""

    structure = forms.ChoiceField(label=_("Areas and bodies"), required=False)
    known_on = VietnameseDateField(
        label=_("As known at the end of"),
        required=False,
        example="31/03/2026",
    )

    fields: dict[str, Any]

    def __init__(self, asked: Any, *, place: Area | None, period: Period) -> None:
        offered = structures(place, period)
        if (meant := offered.same.get(asked.get("structure", ""))) is not None:
            asked = asked.copy()
            asked["structure"] = meant
        super().__init__(asked, auto_id="f-%s")
        self.period = period
        self.fields["structure"].choices = offered.choices

    def clean_known_on(self) -> date | None:
        day = self.cleaned_data["known_on"]
        if day and day >= today():
            raise forms.ValidationError(_("Choose a day that is over; today is still being written."))
        return day

    @property
    def look(self) -> Look:
        """What could be read of the address; the rest as if it had not been asked for."""
        self.is_valid()
        read = self.cleaned_data
        return Look(structure_day(read.get("structure") or "then", self.period), read.get("known_on"))

    @property
    def has_choice(self) -> bool:
        return len(self.fields["structure"].choices) > 1


class SourceForm(Form):
    publisher = forms.CharField(label=_("Issued by"), max_length=200)
    number = forms.CharField(label=_("Number"), max_length=60, required=False)
    dated = VietnameseDateField(label=_("Dated"), required=False)
    title = forms.CharField(label=_("Title"), max_length=300, required=False)
    url = forms.URLField(label=_("Address"), max_length=600, required=False, assume_scheme="https")
    file = DocumentField(label=_("The document, as a file or a photo"), required=False)
    published = forms.BooleanField(
        label=_("It is published: every signed-in person may read it"), required=False
    )

    examples = {
        "publisher": "Đảng ủy xã Tam Quang",
        "number": "45-BC/ĐU",
        "dated": "28/12/2024",
        "title": "Báo cáo kết quả phong trào thi đua “Dân vận khéo” năm 2024",
        "url": "https://nghean.gov.vn/…",
    }

    def clean_dated(self) -> date | None:
        day = self.cleaned_data["dated"]
        if day and day > today():
            raise forms.ValidationError(_("The document is dated in the future. Check the date."))
        return day


class GivenForm(Form):
    """What holds for lines that say nothing else."""

    period = forms.CharField(label=_("Period, where a line names none"), max_length=60, required=False)
    unit = forms.CharField(
        label=_("Body, where a line names none"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"list": "names"}),
    )
    measure = forms.ChoiceField(
        label=_("What is counted, where a line does not say"),
        choices=[("", "–"), *Stated.choices],
        required=False,
    )

    examples = {"period": "6 tháng đầu năm 2024", "unit": "Đảng ủy xã Tam Quang"}

    def __init__(self, *args: Any, post: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.post = post

    def clean_period(self) -> Period | None:
        text = self.cleaned_data["period"].strip()
        try:
            return read_period(text) if text else None
        except ValueError:
            raise forms.ValidationError(
                _("Write the period as 2024, 6 tháng đầu năm 2024, quý II/2024 or 2021-2025.")
            ) from None


class LinesForm(GivenForm):
    lines = forms.CharField(
        label=_("Lines of figures"),
        required=False,
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": "10"}),
    )
    table = DocumentField(label=_("Or a spreadsheet or Word table"), required=False)

    field_order = ("lines", "table", "period", "unit", "measure")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("lines") and not data.get("table"):
            self.add_error("lines", _("Paste the lines here, or choose a file."))
        return data


class OneFigureForm(GivenForm):
    """One body's figure, whole and by field of work as the document divides it."""

    period = forms.CharField(label=_("Period"), max_length=60)
    unit = forms.CharField(label=_("Body"), max_length=300, widget=forms.TextInput(attrs={"list": "names"}))
    measure = forms.ChoiceField(label=_("What is counted"), choices=Stated.choices)
    whole = CountField(label=_("Whole"), required=False, most=MOST)

    examples = {"period": "2024", "unit": "Đảng ủy xã Tam Quang", "whole": "286"}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by_field = list(Field.objects.all())
        for each in self.by_field:
            self.fields[f"field_{each.code}"] = CountField(label=each.name, required=False, most=MOST)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not any(isinstance(data.get(name), int) for name in self.amounts):
            self.add_error("whole", _("Type at least one number."))
        return data

    @property
    def amounts(self) -> list[str]:
        return ["whole", *(f"field_{each.code}" for each in self.by_field)]

    def rows(self) -> list[list[str]]:
        """The same as pasted lines, so that both are read by the same rules."""
        data = self.cleaned_data
        heads = ["Đơn vị", "Tổng", *(each.name for each in self.by_field)]
        amounts = ["" if data.get(name) is None else str(data[name]) for name in self.amounts]
        return [heads, [data["unit"], *amounts]]


class CorrectForm(Form):
    value = CountField(label=_("The right number"), most=MOST)
    reason = forms.CharField(label=_("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": "3"}))

    examples = {"reason": _("Mistyped: the document says 268.")}


class WithdrawForm(Form):
    reason = forms.CharField(label=_("Why"), max_length=500, widget=forms.Textarea(attrs={"rows": "3"}))

    examples = {"reason": _("The same report was entered twice.")}
