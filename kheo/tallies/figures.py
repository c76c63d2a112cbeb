"""Reading the cells: any measure, by area, field, line, unit or kind, in the structure of any day.

Cells are summed where they were counted and then read through the lineage of the day asked for, so the
cost grows with the number of units, never with the number of records or reports.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any, Literal

from django.db.models import Q, Sum

from kheo.lib.periods import FOREVER, Period, today
from kheo.places.lineage import spread
from kheo.places.models import Area, AreaLineage
from kheo.places.paths import ids
from kheo.plans.models import Field
from kheo.tallies.measures import REGISTRY, Measure
from kheo.tallies.models import Cell
from kheo.units.models import Level, Line, Unit, UnitLineage
from kheo.units.reach import scope

By = Literal["area", "district", "field", "line", "unit", "kind"]


@dataclass
class Row:
    """One line of a table of figures: what it stands for and the value of each measure (whole numbers)."""

    key: str
    label: str
    values: dict[str, int] = field(default_factory=dict)
    # The row's own id where it is an area, a unit or a field; None for "not attributed".
    pk: int | None = None


@dataclass
class Table:
    """Figures in one reading. Totals are always the sum of the rows, "not attributed" included."""

    by: str
    period: Period
    structure: date
    measures: list[Measure]
    rows: list[Row]
    # How many of the communes of that structure have anything counted, and how many there are.
    communes_counted: int
    communes: int

    @property
    def totals(self) -> dict[str, int]:
        return {m.name: sum(row.values.get(m.name, 0) for row in self.rows) for m in self.measures}

    def as_json(self) -> dict[str, Any]:
        return {
            "by": self.by,
            "from": self.period.first.isoformat(),
            "to": self.period.last.isoformat(),
            "structure": self.structure.isoformat(),
            "communes_counted": self.communes_counted,
            "communes": self.communes,
            "totals": self.totals,
            "rows": [{"key": row.key, "label": row.label, "pk": row.pk, **row.values} for row in self.rows],
        }


def figures(
    period: Period,
    by: By,
    *,
    structure: date | None = None,
    measures: Sequence[str] | None = None,
    who: Any = None,
    everything: bool = False,
    area: Area | None = None,
    filters: Q | None = None,
    known_on: date | None = None,
) -> Table:
    """The table of a period.

    `structure`: the day whose areas and bodies the figures are read in; the period's own by default.
    `who`: only what this user or post may see; `everything` for the machine itself and the public total.
    `area`: only what lies there in that structure. `filters`: further conditions on cells.
    `known_on`: as the cells stood on a past day.
    """
    structure = structure or period.structure_day()
    chosen = [REGISTRY[name] for name in measures or REGISTRY]
    cells = _cells(period, chosen, who, everything, known_on)
    if filters is not None:
        cells = cells.filter(filters)
    through_areas = _Lineage.of_areas(structure)
    if area is not None:
        inside = {heir for heir in through_areas.heirs if through_areas.path(heir).startswith(area.path)}
        cells = cells.filter(area__in=through_areas.sources(inside))
    sums = _summed(cells, by)
    counted = _communes_counted(cells, through_areas)
    restated = _restated(sums, by, through_areas, structure)
    rows = _labelled(restated, by, through_areas, structure, area)
    communes = through_areas.count([Level.COMMUNE], area)
    return Table(by, period, structure, chosen, rows, counted, communes)


def _cells(
    period: Period, measures: Iterable[Measure], who: Any, everything: bool, known_on: date | None
) -> Any:
    known = known_on or FOREVER
    cells = Cell.objects.filter(
        measure__in=[measure.name for measure in measures],
        period__gte=period.first,
        period__lte=period.last,
    )
    if known_on is None:
        cells = cells.filter(known_to=known)
    else:
        cells = cells.filter(known_from__lte=known, known_to__gt=known)
    return cells if everything else scope(cells, who, unit="unit", area="area")


# The cell's column behind each reading.
_COLUMN = {
    "area": "area_id",
    "district": "area_id",
    "field": "field_id",
    "kind": "kind",
    "line": "unit__line",
}


def _summed(cells: Any, by: str) -> dict[Any, dict[str, int]]:
    column = _COLUMN.get(by, "unit_id")
    found: dict[Any, dict[str, int]] = defaultdict(dict)
    for key, measure, value in cells.values_list(column, "measure").annotate(v=Sum("value")).order_by():
        found[key][measure] = int(value)
    return found


def _restated(
    sums: dict[Any, dict[str, int]], by: str, areas: "_Lineage", structure: date
) -> dict[Any, dict[str, int]]:
    """Each sum at the heirs of what it was counted for, whole numbers throughout."""
    if by in ("field", "kind", "line"):
        return sums
    lineage = areas if by in ("area", "district") else _Lineage.of_units(structure)
    found: dict[Any, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for key, values in sums.items():
        for measure, value in values.items():
            for heir, part in lineage.divide(key, value):
                found[heir][measure] += part
    return found


def _labelled(
    sums: dict[Any, dict[str, int]], by: str, areas: "_Lineage", structure: date, area: Area | None
) -> list[Row]:
    if by == "field":
        fields = [f for f in Field.objects.all() if f.pk in sums or _lives(f, structure)]
        return [Row(f.code, f.name, sums.get(f.pk, {}), f.pk) for f in fields]
    if by == "line":
        return [Row(line.value, str(line.label), sums[line.value]) for line in Line if line.value in sums]
    if by == "kind":
        return [Row(key or "-", key, values) for key, values in sorted(sums.items())]
    if by == "unit":
        units = Unit.objects.in_bulk([key for key in sums if key])
        ordered = sorted(units.values(), key=lambda unit: (unit.sort_key, unit.pk))
        rows = [Row(str(unit.pk), unit.name, dict(sums[unit.pk]), unit.pk) for unit in ordered]
    else:
        rows = areas.rows(sums, by, area)
    if None in sums:
        rows.append(Row("-", "", dict(sums[None])))
    return rows


def _lives(chosen: Field, day: date) -> bool:
    return chosen.valid_from <= day < chosen.valid_to


def _communes_counted(cells: Any, areas: "_Lineage") -> int:
    sources = cells.exclude(value=0).values_list("area_id", flat=True).distinct().order_by()
    heirs = {heir for source in sources for heir, _share in areas.heirs_of(source)}
    return len({heir for heir in heirs if heir is not None and areas.level(heir) == Level.COMMUNE})


class _Lineage:
    """Who answers for whom on one day, read once: the lineage rows of that day and what the heirs are."""

    def __init__(self, rows: Iterable[tuple[int, int, int, int]], things: dict[int, Any]) -> None:
        self._heirs: dict[int, list[tuple[int, Fraction]]] = defaultdict(list)
        for source, heir, numerator, denominator in rows:
            self._heirs[source].append((heir, Fraction(numerator, denominator)))
        self._things = things
        self.heirs = {heir for heirs in self._heirs.values() for heir, _share in heirs}

    @classmethod
    def of_areas(cls, day: date) -> "_Lineage":
        rows = AreaLineage.objects.filter(valid_from__lte=day, valid_to__gt=day).exclude(area__level="hamlet")
        things = {area.pk: area for area in Area.objects.on(day).exclude(level="hamlet")}
        return cls(rows.values_list("area_id", "heir_id", "share_numerator", "share_denominator"), things)

    @classmethod
    def of_units(cls, day: date) -> "_Lineage":
        rows = UnitLineage.objects.filter(valid_from__lte=day, valid_to__gt=day)
        return cls(rows.values_list("unit_id", "heir_id", "share_numerator", "share_denominator"), {})

    def heirs_of(self, source: int) -> list[tuple[int | None, Fraction]]:
        return self._heirs.get(source) or [(None, Fraction(1))]  # type: ignore[return-value]

    def sources(self, heirs: set[int]) -> list[int]:
        return [s for s, found in self._heirs.items() if any(heir in heirs for heir, _share in found)]

    def divide(self, source: int, value: int) -> list[tuple[int | None, int]]:
        """A whole number spread over the heirs by largest remainder, in fixed order; the sum stays."""
        heirs = sorted(self.heirs_of(source), key=lambda each: each[0] or 0)
        parts = spread(value, [share for _heir, share in heirs])
        return [(heir, part) for (heir, _share), part in zip(heirs, parts, strict=True)]

    def path(self, heir: int) -> str:
        thing = self._things.get(heir)
        return thing.path if thing else ""

    def level(self, heir: int) -> str:
        thing = self._things.get(heir)
        return thing.level if thing else ""

    def count(self, levels: Sequence[str], area: Area | None) -> int:
        prefix = area.path if area else ""
        return sum(1 for t in self._things.values() if t.level in levels and t.path.startswith(prefix))

    def rows(self, sums: dict[Any, dict[str, int]], by: str, area: Area | None) -> list[Row]:
        """One row for each commune (or district) of the day, with or without figures, in Vietnamese order.

        What belongs to a level above, because nobody has decided further down, is "not attributed".
        """
        level = Level.DISTRICT if by == "district" else Level.COMMUNE
        prefix = area.path if area else ""
        rows = {
            pk: Row(str(pk), thing.full_name, defaultdict(int), pk)
            for pk, thing in sorted(self._things.items(), key=lambda each: (each[1].sort_key, each[0]))
            if thing.level == level and thing.path.startswith(prefix)
        }
        above = Row("-", "", defaultdict(int))
        for heir, values in sums.items():
            if heir is None:
                continue
            row = rows.get(self._ancestor(heir, level)) or above
            for measure, value in values.items():
                row.values[measure] += value
        found = [Row(row.key, row.label, dict(row.values), row.pk) for row in rows.values()]
        return [*found, Row("-", "", dict(above.values))] if above.values else found

    def _ancestor(self, heir: int, level: str) -> int:
        for pk in reversed(ids(self.path(heir))):
            if self.level(pk) == level:
                return pk
        return 0


def year(year: int, by: By, **options: Any) -> Table:
    """`figures` of a whole year."""
    return figures(Period.year(year), by, **options)


def structure_day(text: str, period: Period) -> date:
    """Read "then" (the period's own structure), "today" or an ISO date. Raises ValueError otherwise."""
    if text in ("", "then"):
        return period.structure_day()
    return today() if text == "today" else date.fromisoformat(text)
