from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kheo.places.models import Level
from kheo.places.parts import Way
from kheo.settlements.settling import key_of
from kheo.ui.forms import Form


def spoken(way: Way) -> str:
    """The heir, with what lies between where several ways lead to it."""
    return (
        way[-1].full_name if len(way) < 3 else f"{way[-1].full_name} ({_('by way of')} {way[-2].full_name})"
    )


class SettleForm(Form):
    """To which heir the ticked lines belong, and how one knows."""

    examples = {"reason": _("as the village head said; by the annexed map of the resolution")}
    heir = forms.ChoiceField(label=_("Belongs to"))
    reason = forms.CharField(label=_("How it is known"), max_length=300, required=False)

    def __init__(self, ways: list[Way], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["heir"]
        field.choices = [
            ("", _("choose")),
            *((key_of(way), spoken(way)) for way in ways if way[-1].level == Level.COMMUNE and len(way) > 1),
        ]


class BackForm(Form):
    reason = forms.CharField(label=_("Why is it taken back?"), max_length=300)
