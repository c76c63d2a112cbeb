"""What a person says of a list: which file it is, what its columns hold, why something is left out."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kheo.lists import columns
from kheo.lists.models import OfficeList
from kheo.plans.models import Field
from kheo.ui.forms import Form
from kheo.units.models import Function

# The bodies that lead what a list names nobody for, by their function.
OWNERS = ("cap_uy", "mttq", "ubnd", "ban_chi_dao")


class HandInForm(Form):
    file = forms.FileField(
        label=gettext_lazy("The list as a file"),
        required=False,
        help_text=gettext_lazy("A spreadsheet (.xlsx, .xls, .ods, .csv) or a Word table (.docx), as it is."),
    )
    pasted = forms.CharField(
        label=gettext_lazy("Or the rows, copied and pasted"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=2_000_000,
        strip=False,
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not data.get("file") and not (data.get("pasted") or "").strip() and not self.errors:
            raise forms.ValidationError(_("Choose a file, or paste the rows."))
        return data


class ColumnsForm(Form):
    """The list as a document, and a meaning for each of its columns (`column-0` …)."""

    document = forms.CharField(label=gettext_lazy("Kind of document"), max_length=60, required=False)
    number = forms.CharField(label=gettext_lazy("Number of the list"), max_length=60, required=False)
    signed_on = forms.DateField(
        label=gettext_lazy("Day of the list"),
        help_text=gettext_lazy("Communes and bodies are read as they were on this day."),
    )
    issuer = forms.CharField(label=gettext_lazy("Issued by"), max_length=200, required=False)
    year = forms.IntegerField(
        label=gettext_lazy("Year of the list"), min_value=2009, max_value=2100,
        help_text=gettext_lazy("The year in which its initiatives are counted."),
    )  # fmt: skip
    default_owner = forms.ChoiceField(label=gettext_lazy("Who leads a line that names nobody"))
    default_kind = forms.ChoiceField(
        label=gettext_lazy("A line that says neither new nor continuing is"),
        choices=[
            ("continuing", gettext_lazy("continuing")),
            ("new", gettext_lazy("new")),
            ("unknown", gettext_lazy("not known whether new")),
        ],
    )

    examples = {"document": "Quyết định", "number": "12-QĐ/BCĐ", "issuer": "Ban Chỉ đạo tỉnh", "year": "2025"}

    def __init__(self, *args: Any, office_list: OfficeList, samples: list[list[str]], **kwargs: Any) -> None:
        names = ("document", "number", "signed_on", "issuer", "year", "default_owner", "default_kind")
        kwargs.setdefault("initial", {name: getattr(office_list, name) for name in names})
        super().__init__(*args, **kwargs)
        self.list = office_list
        owner: Any = self.fields["default_owner"]
        owner.choices = [
            (each.code, each.name) for each in Function.objects.filter(code__in=OWNERS).order_by("order")
        ] or [("cap_uy", _("The Party committee of the place"))]
        meanings: list[tuple[str, Any]] = [(target.name, target.label) for target in columns.TARGETS]
        fields = [(columns.FIELD + each.code, _("Mark: %s") % each.name) for each in Field.objects.all()]
        self.columns = []
        for at, heading in enumerate(office_list.headings):
            name = f"column-{at}"
            self.fields[name] = forms.ChoiceField(
                label=heading or _("Column %d, without a heading") % (at + 1),
                choices=meanings + fields,
                initial=office_list.mapping[at] if at < len(office_list.mapping) else "ignore",
            )
            self.columns.append((name, samples[at] if at < len(samples) else []))

    def facts(self) -> list[Any]:
        """Bound fields of the list itself."""
        return [self[name] for name in self.fields if not name.startswith("column-")]

    def rows(self) -> list[tuple[Any, list[str]]]:
        """Each column's bound field with what stands in it."""
        return [(self[name], said) for name, said in self.columns]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        mapping = self.mapping(data)
        for name in {name for name in mapping if columns.BY_NAME.get(name, columns.TARGETS[1]).once}:
            if name != "ignore" and mapping.count(name) > 1:
                label = dict(self.fields["column-0"].choices).get(name, name)  # type: ignore[attr-defined]
                raise forms.ValidationError(_("Two columns are named “%s”. Leave one of them out.") % label)
        return data

    def mapping(self, data: dict[str, Any]) -> list[str]:
        return [data.get(name, "ignore") for name, _said in self.columns]


class ReasonForm(Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000
    )
