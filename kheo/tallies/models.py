"""The leaf cells in which everything is counted: one row per measure, period, unit, area, field and kind.

Above them stands one more level, a commune's whole year, so that the nation is read from ten thousand rows.
"""

from typing import Any

from django.db import models
from django.db.models import Q

from kheo.lib.periods import FOREVER
from kheo.places.models import Area
from kheo.plans.models import Field
from kheo.units.models import Unit


class Cell(models.Model):
    """How much of a measure falls on one unit, commune, field and kind in one period.

    `period` is a month or a plan year, as the measure's grain says: its first day. `area` is a commune or a
    part of one, never a hamlet. What is counted by month has a second cell for the whole year, named by
    `Measure.of_years`, so that a year's overview reads a third of the rows. The first change of a day closes
    the row (`known_to`) and opens another, so that figures can be read as they were known on any past day.
    """

    measure = models.CharField(max_length=40)
    period = models.DateField()
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    # Found by the second index below, which holds more.
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    field = models.ForeignKey(Field, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, blank=True)
    value = models.BigIntegerField(default=0)
    known_from = models.DateField()
    known_to = models.DateField(default=FOREVER)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "period", "unit", "area", "field", "kind", "known_from"],
                name="cell_once_a_day",
            ),
            models.UniqueConstraint(
                fields=["measure", "period", "unit", "area", "field", "kind"],
                condition=Q(known_to=FOREVER),
                name="one_open_cell",
            ),
        ]
        indexes = [
            # Everything a reading asks for, in the order in which it sums.
            models.Index(
                fields=["known_to", "measure", "period", "area", "field", "kind", "unit", "value"],
                name="cell_reading",
            ),
            # The same of a few hundred communes, a province, without a walk through the nation's.
            models.Index(
                fields=["area", "period", "known_to", "measure", "unit", "field", "kind", "value"],
                name="cell_of_area",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.period} {self.value}"


# What is summed for a commune's year: names of measures, and of the columns that hold them.
SUMS = (
    "enrolled_new", "enrolled_continuing", "enrolled_unknown", "accepted_new", "accepted_continuing", "ended",
    "households", "people", "money_vnd", "land_m2", "length_cm", "work_days",
    "recognised", "recognition_ended",
)  # fmt: skip


def _sum() -> Any:
    return models.BigIntegerField(default=0)


class AreaYear(models.Model):
    """What the cells of one commune and one plan year add up to: a column for each measure, by its name.

    Moved with the cells, in the same transaction and by the same differences; known-dated as they are. A
    measure without a column here is read from the cells.
    """

    period = models.DateField()
    # Found by the index below, which holds more.
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+", db_index=False)
    known_from = models.DateField()
    known_to = models.DateField(default=FOREVER)

    enrolled_new = _sum()
    enrolled_continuing = _sum()
    enrolled_unknown = _sum()
    accepted_new = _sum()
    accepted_continuing = _sum()
    ended = _sum()
    households = _sum()
    people = _sum()
    money_vnd = _sum()
    land_m2 = _sum()
    length_cm = _sum()
    work_days = _sum()
    recognised = _sum()
    recognition_ended = _sum()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["period", "area"], condition=Q(known_to=FOREVER), name="one_open_area_year"
            ),
        ]
        indexes = [
            # Everything a reading of all communes asks for, as it stands or stood; what is open lies apart
            # from what was known before. Where an index cannot hold more than its keys, the row is looked at.
            models.Index(
                fields=["period", "known_to", "known_from", "area"],
                include=SUMS,
                name="area_year_reading",
            ),
            # The years of a few communes: one look for each.
            models.Index(fields=["area", "period", "known_to"], name="area_year_of"),
        ]

    def __str__(self) -> str:
        return f"{self.area} {self.period}"
