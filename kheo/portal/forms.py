from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kheo.lib.periods import today
from kheo.places.models import Area
from kheo.plans.models import Field
from kheo.ui.forms import NarrowingForm


class FilterForm(NarrowingForm):
    """What the public list is narrowed by; what cannot be read is left out."""

    q = forms.CharField(label=_("Name or place"), max_length=100, required=False)
    field = forms.ModelChoiceField(
        Field.objects.all(), label=_("Field of work"), required=False, empty_label=_("All")
    )
    commune = forms.ModelChoiceField(
        Area.objects.none(), label=_("Commune or ward today"), required=False, empty_label=_("All")
    )
    year = forms.TypedChoiceField(label=_("Year"), coerce=int, empty_value=None, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        commune: Any = self.fields["commune"]
        commune.queryset = Area.objects.on(today()).communes().in_vietnamese_order()
        years: Any = self.fields["year"]
        known = range(today().year, 2015, -1)
        years.choices = [("", _("All")), *((year, str(year)) for year in known), (0, _("not known"))]
