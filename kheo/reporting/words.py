"""How figures are read: each whole number of the smallest unit in the reader's words."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from kheo.lib import formats
from kheo.lib.periods import Period
from kheo.tallies.measures import REGISTRY

# The short names of columns and figures; what is not here bears its measure's own name.
SHORT: dict[str, str | Promise] = {
    "enrolled": _("Enrolled"),
    "enrolled_new": pgettext_lazy("column", "New"),
    "enrolled_continuing": pgettext_lazy("column", "Continuing"),
    "enrolled_unknown": _("Not known whether new"),
    "accepted_new": pgettext_lazy("column", "New"),
    "accepted_continuing": pgettext_lazy("column", "Continuing"),
    "recognised": pgettext_lazy("column", "Recognised"),
    "ended": pgettext_lazy("column", "Ended"),
    "households": _("Households"),
    "people": pgettext_lazy("column", "People"),
    "money_vnd": _("Money raised"),
    "land_m2": _("Land given"),
    "length_cm": pgettext_lazy("column", "Length"),
    "work_days": pgettext_lazy("column", "Work days"),
}
# Shorter still, where columns stand side by side.
_COLUMN: dict[str, str | Promise] = {"enrolled_unknown": pgettext_lazy("column", "Not known")}
# What spreadsheets and charts show: how many of the smallest unit make one, and the name of that one.
_ONE: dict[str, tuple[int, str | Promise]] = {
    "count": (1, ""),
    "vnd": (1, "đồng"),
    "m2": (100, "m²"),
    "days": (10, ""),
    "cm": (100, "m"),
}
_WRITTEN: dict[str, Callable[[int, str], str]] = {
    "count": formats.number,
    "vnd": formats.short_money,
    "m2": formats.area_m2,
    "days": formats.work_days,
    "cm": formats.length,
}


def language() -> str:
    return "en" if (get_language() or "vi").startswith("en") else "vi"


def short(measure: str) -> str:
    return str(SHORT[measure] if measure in SHORT else REGISTRY[measure].label)


def unit_of(measure: str) -> str:
    return REGISTRY[measure].unit if measure in REGISTRY else "count"


def written(measure: str, value: int) -> str:
    """A figure as people read it: 1,5 tỷ đồng, 659,88 m², 12,5 ngày công."""
    return _WRITTEN[unit_of(measure)](value, language())


def column(measure: str) -> str:
    """The head of a column of plain numbers: with the unit where there is one."""
    one = str(_ONE[unit_of(measure)][1])
    name = str(_COLUMN.get(measure, short(measure)))
    return f"{name} ({one})" if one else name


def plain(measure: str, value: int) -> Any:
    """The number as a spreadsheet holds it: in whole units people use, decimals where they are."""
    per = _ONE[unit_of(measure)][0]
    return value if per == 1 else Decimal(value) / per


def in_table(measure: str, value: int) -> str:
    """The number of a cell whose column names the unit."""
    number = plain(measure, value)
    return (
        formats.number(number, language())
        if isinstance(number, int)
        else formats.short_decimal(number, 2, language())
    )


def period(span: Period) -> str:
    return formats.period(span, language())
