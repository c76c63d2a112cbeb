"""What people say about deliveries and phones: whose one is, why it becomes nothing, why a key ends."""

from typing import Any

from django import forms
from django.db.models import Case, Value, When
from django.utils.translation import gettext_lazy as _

from kheo.lib.periods import today
from kheo.offline.models import Delivery
from kheo.places.models import Area
from kheo.places.paths import within
from kheo.ui.forms import Form, NarrowingForm
from kheo.units.forms import offer_communes
from kheo.units.models import Post, Unit


class DeliveriesForm(NarrowingForm):
    """By commune, for whoever follows several."""

    fields: dict[str, Any]
    commune = forms.ModelChoiceField(
        Area.objects.none(), label=_("Commune or ward"), required=False, empty_label=_("All")
    )

    def __init__(self, data: Any, *, by: Post | None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        offer_communes(self, by)


class _UnitField(forms.ModelChoiceField):
    def label_from_instance(self, unit: Any) -> str:
        return str(unit.with_area)


class AssignForm(Form):
    """Whose it is: the heirs of its body first, then others of the same kind within reach."""

    fields: dict[str, Any]
    unit = _UnitField(Unit.objects.none(), label=_("It belongs to"), empty_label=_("Choose …"))
    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000, required=False
    )
    examples = {"reason": _("Bản Bãi Xa belongs to xã Tam Đình by the decision of 1/7.")}

    def __init__(self, *args: Any, delivery: Delivery, by: Post, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        heirs = [unit.pk for unit in delivery.unit.heirs_on(today())]
        alike = Unit.objects.on(today()).filter(line=delivery.unit.line, level=delivery.unit.level)
        alike = alike.filter(within("area__path_now", by.unit.area.path_now))
        found = alike.exclude(kind=Unit.Kind.TYPED) | Unit.objects.on(today()).filter(pk__in=heirs)
        first = Case(When(pk__in=heirs, then=Value(0)), default=Value(1))
        self.fields["unit"].queryset = (
            found.distinct().select_related("area").order_by(first, "sort_key", "pk")
        )


class WhyForm(Form):
    reason = forms.CharField(
        label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}), max_length=2000, required=False
    )


class RevokeForm(Form):
    """Why a phone's key ends."""

    reason = forms.CharField(
        label=_("What happened"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    examples = {"reason": _("Lost on 3/8 on the way to bản Bãi Xa")}
