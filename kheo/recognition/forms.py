"""What is written down of a decision, and why a recognition ends."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kheo.files.forms import DocumentField
from kheo.lib.periods import today
from kheo.plans.models import Field
from kheo.recognition.models import Tier
from kheo.ui.forms import Form, NarrowingForm, VietnameseDateField
from kheo.units.models import Unit


class DecisionForm(Form):
    """The decision as it was signed: its number, day, signer and tier, as the clerk gives them."""

    committee = forms.ModelChoiceField(Unit.objects.none(), label=_("Committee"), empty_label=None)
    number = forms.CharField(label=_("Number of the decision"), max_length=60)
    signed_on = VietnameseDateField(label=_("Signed on"), initial=today)
    signer = forms.CharField(label=_("Signed by"), max_length=120)
    tier = forms.ModelChoiceField(Tier.objects.all(), label=_("Tier"), empty_label=_("Choose one"))
    valid_until = VietnameseDateField(
        label=_("Valid until"), required=False, help_text=_("Only if the decision names a day.")
    )
    signed_file = DocumentField(label=_("The signed decision, if it is at hand"), required=False)

    examples = {"number": "12-QĐ/BCĐ", "signer": _("Nguyễn Văn Bình, head of the committee")}

    def __init__(self, *args: Any, committees: list[Unit], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["committee"]
        field.queryset = Unit.objects.filter(pk__in=[unit.pk for unit in committees])
        field.initial = committees[0].pk if committees else None
        if len(committees) == 1:
            field.widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        tier, day = data.get("tier"), data.get("signed_on")
        if tier and day and not tier.valid_from <= day < tier.valid_to:
            self.add_error("tier", _("On that day there was no such tier."))
        return data


class EndForm(Form):
    on = VietnameseDateField(label=_("Ended on"), initial=today)
    number = forms.CharField(label=_("Number of the decision that ends it"), max_length=60, required=False)
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}))

    examples = {"number": "20-QĐ/BCĐ", "reason": _("The model has not been kept up since March")}


class SignedFileForm(Form):
    signed_file = DocumentField(label=_("The signed decision"))


class FilterForm(NarrowingForm):
    """The words and choices the list is narrowed by; what cannot be read is left out."""

    q = forms.CharField(label=_("Name of the initiative"), max_length=200, required=False)
    year = forms.TypedChoiceField(label=_("Year"), coerce=int, empty_value=None, required=False)
    tier = forms.ModelChoiceField(Tier.objects.all(), label=_("Tier"), required=False, empty_label=_("All"))
    field = forms.ModelChoiceField(
        Field.objects.all(), label=_("Field of work"), required=False, empty_label=_("All")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        years: Any = self.fields["year"]
        years.choices = [("", _("All")), *((year, str(year)) for year in range(today().year, 2019, -1))]
