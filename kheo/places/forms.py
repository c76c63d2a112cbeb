"""How a form asks for a place: one types it as one would write it; it is looked up among a day's areas.

Works without script. What was typed stays; where several areas fit, they are offered as a choice below.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kheo.lib.formats import short_date
from kheo.lib.periods import today
from kheo.lib.vietnamese import nfc
from kheo.places import finding
from kheo.places.models import Area, Level
from kheo.ui.forms import Form, VietnameseDateField


@dataclass(frozen=True)
class Typed:
    """What came back: the words, and the id chosen below them where several areas fitted."""

    text: str = ""
    chosen: str = ""

    def __bool__(self) -> bool:
        return bool(self.text)


@dataclass(frozen=True)
class Choice:
    """One area that may be meant, in words that tell it apart from the others."""

    area: Area
    label: str
    hamlet: str = ""
    hamlet_type: str = ""
    certain: bool = True


@dataclass(frozen=True)
class Place:
    """A commune, and the hamlet in it as typed, known or not yet."""

    commune: Area
    hamlet: Area | None = None
    hamlet_name: str = ""
    hamlet_type: str = ""

    def area(self, by: Any = None) -> Area:
        """The hamlet (added to the commune if it is not known yet), or the commune where none was named."""
        if self.hamlet is not None or not self.hamlet_name:
            return self.hamlet or self.commune
        return Area.objects.add_hamlet(self.hamlet_name, self.hamlet_type, self.commune, by=by)


class AreaInput(forms.TextInput):
    """A line of text with suggestions where script runs, and with the choice among several areas below it."""

    template_name = "places/area_input.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "off", "maxlength": str(finding.LONGEST), **(attrs or {})})
        self.choices: list[Choice] = []
        self.day: date | None = None
        self.levels: Collection[str] = ()

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Typed:
        text = data.get(name)
        chosen = data.get(f"{name}_area")
        return Typed(nfc(text) if isinstance(text, str) else "", chosen if isinstance(chosen, str) else "")

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return name not in data

    def format_value(self, value: Any) -> str:
        if isinstance(value, Typed):
            return value.text
        if isinstance(value, Area):
            return value.full_place
        return str(value or "")

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        chosen = value.chosen if isinstance(value, Typed) else ""
        context["widget"]["suggest_url"] = reverse_lazy("area_suggestions")
        context["widget"]["day"] = self.day or today()
        context["widget"]["levels"] = ",".join(self.levels)
        context["widget"]["choices"] = [
            {"value": f"{choice.area.pk}", "label": choice.label, "checked": f"{choice.area.pk}" == chosen}
            for choice in self.choices
        ]
        return context


class AreaField(forms.Field):
    """Asks for an area of a day and cleans to an `Area`.

    The day is `on`, today by default; set it on a form's field for another. `levels` says what may be
    chosen, communes by default. A hamlet may be named in a communes' field only if it is known; `PlaceField`
    takes new ones too.
    """

    widget = AreaInput
    default_error_messages = {
        "required": gettext_lazy("Write the place, for example: xã Tam Quang."),
        "unknown": gettext_lazy(
            "No area of that name is known. Write commune and, for older ones, district."
        ),
        "several": gettext_lazy("Several areas fit. Choose one below."),
        "renamed": gettext_lazy("This place has another name now. If you mean the one below, choose it."),
        "hamlet": gettext_lazy("%(hamlet)s is not known in %(commune)s. Write the commune alone here."),
    }

    def __init__(
        self, *, on: date | None = None, levels: Collection[str] = (Level.COMMUNE,), **kwargs: Any
    ) -> None:
        self.example = kwargs.pop("example", gettext_lazy("xã Tam Quang"))
        super().__init__(**kwargs)
        self.on = on
        self.levels = levels

    @property
    def on(self) -> date | None:
        return self._on

    @on.setter
    def on(self, day: date | None) -> None:
        self._on = day
        self.widget.day = day

    @property
    def levels(self) -> Collection[str]:
        return self._levels

    @levels.setter
    def levels(self, levels: Collection[str]) -> None:
        self._levels = levels
        self.widget.levels = levels

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, int):
            return Area.objects.with_place().filter(pk=value).first() or ""
        return value

    def to_python(self, value: Any) -> Any:
        choice = self.choose(value)
        if choice is None:
            return None
        if choice.hamlet:
            words = {"hamlet": choice.hamlet, "commune": choice.area.full_name}
            raise ValidationError(self.error_messages["hamlet"], code="hamlet", params=words)
        return choice.area

    def choose(self, value: Any) -> Choice | None:
        """The one area meant, or None for an empty field; raises when none or several fit."""
        if isinstance(value, Area):
            return Choice(value, value.full_place)
        typed = value if isinstance(value, Typed) else Typed(nfc(str(value or "")))
        if not typed.text.strip():
            return None
        choices = self.choices(typed.text)
        if not choices:
            raise ValidationError(self.error_messages["unknown"], code="unknown")
        offered = choices if len(choices) > 1 or not choices[0].certain else []
        self.widget.choices = offered  # type: ignore[misc]
        chosen = [choice for choice in choices if f"{choice.area.pk}" == typed.chosen]
        if chosen:
            return chosen[0]
        if offered:
            code = "several" if len(offered) > 1 else "renamed"
            raise ValidationError(self.error_messages[code], code=code)
        return choices[0]

    def choices(self, text: str) -> list[Choice]:
        """The areas of the field's day that the text can mean."""
        day = self.on or today()
        levels = {*self.levels, Level.HAMLET} if Level.COMMUNE in self.levels else set(self.levels)
        choices: dict[int, Choice] = {}
        for match in finding.find(text, on=day, levels=levels):
            area, label, certain = match.area, match.area.place_on(day), True
            if match.other_time:
                area = match.area.heir_on(day)
                if area.level not in levels or not area.existed_on(day):
                    continue
                # A commune that kept its name is no trap; a new name is shown before it is taken.
                certain = area.name == match.area.name and area.level == match.area.level
                label = _("%(now)s (%(then)s until %(end)s)") % {
                    "now": area.full_place,
                    "then": match.area.short_place,
                    "end": short_date(match.area.last_day or day),
                }
            choices.setdefault(area.pk, Choice(area, label, match.hamlet, match.hamlet_type, certain))
        return list(choices.values())

    def has_changed(self, initial: Any, data: Any) -> bool:
        before = initial.full_place if isinstance(initial, Area) else str(initial or "")
        return before != (data.text if isinstance(data, Typed) else str(data or ""))


class PlaceField(AreaField):
    """Asks for a commune or a hamlet in it ("bản Phồng, xã Tam Hợp") and cleans to a `Place`."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("example", gettext_lazy("bản Tùng Hương, xã Tam Quang"))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> Place | None:
        if isinstance(value, Place):
            return value
        choice = self.choose(value)
        if choice is None:
            return None
        if choice.area.level == Level.HAMLET:
            commune = choice.area.commune
            assert commune is not None, "a hamlet lies in a commune"
            return Place(commune, choice.area, choice.area.name, choice.area.type)
        return Place(choice.area, None, choice.hamlet, choice.hamlet_type)


class AreaSearch(Form):
    """The search of the list of areas."""

    q = forms.CharField(label=gettext_lazy("Name"), required=False, max_length=finding.LONGEST)
    on = VietnameseDateField(label=gettext_lazy("On the day"), required=False)
    level = forms.ChoiceField(
        label=gettext_lazy("Level"),
        required=False,
        choices=[
            ("", gettext_lazy("Communes and wards")),
            (Level.DISTRICT, gettext_lazy("Districts (until 30/6/2025)")),
            (Level.HAMLET, gettext_lazy("Hamlets")),
        ],
    )
    ever = forms.BooleanField(label=gettext_lazy("Of any time"), required=False)
