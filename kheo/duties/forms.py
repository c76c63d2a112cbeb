"""How the list of arrivals is narrowed, and why something is given back."""

from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from kheo.duties.arrivals import SIZES, channels
from kheo.places.models import Area
from kheo.plans.models import Field
from kheo.ui.forms import Form, NarrowingForm
from kheo.units.forms import offer_communes
from kheo.units.models import Post


class ArrivalsForm(NarrowingForm):
    """Nothing is required; what cannot be read is left out."""

    fields: dict[str, Any]
    q = forms.CharField(label=pgettext_lazy("filter", "Name"), max_length=200, required=False)
    commune = forms.ModelChoiceField(
        Area.objects.none(), label=_("Commune or ward"), required=False, empty_label=_("All")
    )
    field = forms.ModelChoiceField(
        Field.objects.all(), label=_("Field of work"), required=False, empty_label=_("All")
    )
    way = forms.ChoiceField(label=_("Came by"), required=False)
    sort = forms.ChoiceField(
        label=pgettext_lazy("filter", "Order"),
        required=False,
        choices=[("", _("newest first")), ("oldest", _("longest waiting first"))],
    )
    size = forms.TypedChoiceField(
        label=_("Lines a page"),
        coerce=int,
        empty_value=None,
        required=False,
    )

    def __init__(self, data: Any, *, by: Post, **kwargs: Any) -> None:
        # What is not said stands at its default, so that the page shows what it does.
        data = data.copy()
        data.setdefault("size", str(SIZES[1]))
        super().__init__(data, **kwargs)
        self.fields["size"].choices = [(each, str(each)) for each in SIZES]
        if channels.known:
            named = [(channel.key, channel.label) for channel in channels.known.values()]
            self.fields["way"].choices = [("", gettext("All")), *named, ("web", gettext("the web"))]
        else:
            del self.fields["way"]
        offer_communes(self, by)


class ReturnForm(Form):
    """One reason for all, and where needed another for one of them."""

    reason = forms.CharField(
        label=_("Reason"),
        help_text=_("Each sender reads it on the report or registration that came back, also on the phone."),
        widget=forms.Textarea(attrs={"rows": "3"}),
        max_length=2000,
        required=False,
    )

    def __init__(self, *args: Any, arrivals: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.arrivals = arrivals
        for arrival in arrivals if len(arrivals) > 1 else []:
            self.fields[f"reason-{arrival.key}"] = forms.CharField(
                label=arrival.name,
                widget=forms.Textarea(attrs={"rows": "2"}),
                max_length=2000,
                required=False,
            )

    @property
    def own(self) -> list[Any]:
        """The fields of single reasons."""
        return [self[name] for name in self.fields if name.startswith("reason-")]

    @property
    def own_errors(self) -> bool:
        return any(bound.errors for bound in self.own)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if any(not reason for reason in self.reasons(data).values()):
            self.add_error("reason", gettext("Say what has to be changed, so that it can be sent again."))
        return data

    def reasons(self, data: dict[str, Any] | None = None) -> dict[str, str]:
        """The reason of each, by its key."""
        data = self.cleaned_data if data is None else data
        common = data.get("reason", "")
        return {each.key: data.get(f"reason-{each.key}") or common for each in self.arrivals}
