"""The columns with which the lists leave as spreadsheets."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _

from kheo.fieldwork.figures import MEASURED

# Smallest units in one of the unit a spreadsheet shows: hundredths of m², tenths of a day, cm in a metre.
_PER = {"m2": 100, "days": 10, "cm": 100}


def amount(measure: str) -> Callable[[Any], Any]:
    """The sum of a measure over a report's kinds, in the unit people read."""
    per = _PER.get(MEASURED[measure].unit, 1)

    def of(row: Any) -> Any:
        rows = [each.amount for each in row.figures.all() if each.measure == measure]
        if not rows:
            return None
        return sum(rows) if per == 1 else sum(rows) / per

    return of


FIELD_REPORTS: list[Any] = [
    (_("Initiative"), "enrolment.initiative.name"),
    (_("Led by"), "enrolment.initiative.owner.name"),
    (_("Place"), "enrolment.initiative.area.short_place"),
    (_("Field of work"), "enrolment.field.name"),
    (_("Day of the activity"), "happened_on"),
    (_("Until"), "happened_until"),
    (_("Households taking part"), amount("households")),
    (_("People taking part"), amount("people")),
    (_("Money raised (đồng)"), amount("money_vnd")),
    (_("Land given (m²)"), amount("land_m2")),
    (_("Length (m)"), amount("length_cm")),
    (_("Work days (number)"), amount("work_days")),
    (_("Target"), "target"),
    (_("Reached so far"), "reached"),
    (_("What was done"), "narrative"),
    (_("State"), "get_state_display"),
    (_("Version"), "version"),
]

UNIT_REPORTS: list[Any] = [
    (_("Unit"), "unit.name"),
    (_("Report period of the plan"), lambda row: row.entry.name if row.entry else ""),
    (_("From"), "period_first"),
    (_("Until"), "period_last"),
    (_("State"), "get_state_display"),
    (_("Sent"), "sent_at"),
    (_("Results"), "results"),
    (_("Difficulties"), "difficulties"),
    (_("Proposals"), "proposals"),
    (_("Number of the document"), "number"),
]

DUE: list[Any] = [
    (_("Unit"), "unit.name"),
    (_("Place"), "unit.area.in_text"),
    (_("State"), "words"),
    (_("Sent"), "sent_at"),
]
