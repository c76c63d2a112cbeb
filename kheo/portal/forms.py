from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kheo.lib.periods import today
from kheo.places.models import Area, AreaQuerySet, Level
from kheo.plans.models import Field
from kheo.ui.forms import NarrowingForm


class FilterForm(NarrowingForm):
    """What the public list is narrowed by; what cannot be read is left out.

    Where there are several provinces, communes are offered of the chosen one alone: a nation has 3,321, too
    many to choose from and to send with every page.
    """

    q = forms.CharField(label=_("Name or place"), max_length=100, required=False)
    # Its communes are offered once it is chosen.
    province = forms.TypedChoiceField(label=_("Province or city today"), empty_value=None, required=False)
    commune = forms.ModelChoiceField(
        Area.objects.none(), label=_("Commune or ward today"), required=False, empty_label=_("All")
    )
    field = forms.ModelChoiceField(
        Field.objects.all(), label=_("Field of work"), required=False, empty_label=_("All")
    )
    year = forms.TypedChoiceField(label=_("Year"), coerce=int, empty_value=None, required=False)

    fields: dict[str, Any]

    def __init__(self, asked: Any) -> None:
        super().__init__(asked)
        now = Area.objects.on(today())
        communes = now.communes().in_vietnamese_order()
        provinces = list(now.of_level(Level.PROVINCE).in_vietnamese_order())
        if len(provinces) < 2:
            del self.fields["province"]
            self.fields["commune"].queryset = communes
        else:
            by_key = {str(each.pk): each for each in provinces}
            self.fields["province"].coerce = by_key.__getitem__
            self.fields["province"].choices = [("", _("All")), *by_key.items()]
            self._of_one_province(communes, provinces)
        known = range(today().year, 2015, -1)
        self.fields["year"].choices = [
            ("", _("All")),
            *((year, str(year)) for year in known),
            (0, _("not known")),
        ]

    def _of_one_province(self, communes: AreaQuerySet, provinces: list[Area]) -> None:
        """Offer the communes of the province asked for, or of that in which the commune asked for lies; none
        before one is known.
        """
        data: dict[str, Any] = {name: self.data.get(name, "") for name in self.data}
        asked, commune = data.get("province", ""), data.get("commune", "")
        path = (
            communes.filter(pk=commune).values_list("path", flat=True).first()
            if commune.isdecimal()
            else None
        )
        province = next((each for each in provinces if str(each.pk) == asked), None)
        if province is None and path:
            province = next((each for each in provinces if path.startswith(each.path)), None)
        if province is None:
            del self.fields["commune"]
            return
        data["province"] = str(province.pk)
        if not (path and path.startswith(province.path)):
            # That of the province chosen before.
            data.pop("commune", None)
        self.data = data
        self.fields["commune"].queryset = communes.within(province)
