"""What is stated beside what is counted: each figure by report, our count of the same thing, and the gap.

However many figures there are, the cells are read twice: by area for bodies that answer for a place, and by
body for those that answer for a line.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from kheo.lib.periods import Period, today
from kheo.reporting.models import BY_MONTH, OURS, ReportedFigure
from kheo.tallies.figures import Reading
from kheo.units.models import Line, Unit, UnitLineage


@dataclass(frozen=True)
class Beside:
    """One figure by report and our count of the same thing; None where there is nothing to compare."""

    figure: ReportedFigure
    counted: int | None

    @property
    def gap(self) -> int | None:
        """Stated less counted."""
        return None if self.counted is None else self.figure.value - self.counted


def by_place(unit: Unit) -> bool:
    """Whether a body answers for all in its place (Party and People's committees), or for its own line."""
    return unit.line in (Line.PARTY, Line.GOVERNMENT) or unit.kind == Unit.Kind.COMMITTEE


def measures_of(figure: ReportedFigure) -> tuple[str, ...]:
    """The measures that count the same thing in the same period; none where we count nothing like it."""
    first, last = figure.period_first, figure.period_last
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
        return OURS.get(figure.measure, ()) if first.year == last.year else ()
    whole_months = first.day == 1 and (last + timedelta(days=1)).day == 1
    return BY_MONTH.get(figure.measure, ()) if whole_months else ()


def beside(figures: Sequence[ReportedFigure], who: Any, *, sample: bool = False) -> list[Beside]:
    """Each figure with its count, in the same order. A fixed number of queries for each day of structure.

    A body is read in the structure of its own time: today, or its last day where it was closed.
    """
    found = [figure for figure in figures if figure.unit is not None and measures_of(figure)]
    by_day: dict[date, list[ReportedFigure]] = defaultdict(list)
    for figure in found:
        assert figure.unit is not None
        by_day[min(today(), figure.unit.valid_to - timedelta(days=1))].append(figure)
    counted: dict[int, int] = {}
    for day, group in by_day.items():
        counted.update(_counted(group, day, who, sample))
    return [Beside(figure, counted.get(figure.pk)) for figure in figures]


def _counted(figures: Sequence[ReportedFigure], day: date, who: Any, sample: bool) -> dict[int, int]:
    span = Period(
        date(min(f.period_first.year for f in figures), 1, 1),
        date(max(f.period_last.year for f in figures), 12, 31),
    )
    names = sorted({name for figure in figures for name in measures_of(figure)})
    reading = Reading(span, structure=day, measures=names, who=who, sample=sample)
    found: dict[int, int] = {}
    placed = [figure for figure in figures if figure.unit and by_place(figure.unit)]
    lined = [figure for figure in figures if figure.unit and not by_place(figure.unit)]
    if placed:
        at_heirs = _at_areas(reading, {figure.field_id for figure in placed})
        for figure in placed:
            assert figure.unit is not None
            found[figure.pk] = _sum(figure, at_heirs, reading.areas, figure.unit.area.path)
    if lined:
        paths, at_units = _at_units(reading, day)
        for figure in lined:
            assert figure.unit is not None
            found[figure.pk] = _sum(figure, at_units, paths, figure.unit.path)
    return found


# By area or body: of each measure, month and field (None is all of them) the figure.
_Cells = dict[Any, dict[tuple[str, date, Any], int]]


def _at_areas(reading: Reading, fields: set[Any]) -> _Cells:
    cells: _Cells = defaultdict(lambda: defaultdict(int))
    other = "field_id" if fields - {None} else ""
    for (measure, period, (area, field)), value in reading.timeline("area_id", other).items():
        for heir, part in reading.divide_area(area, value):
            cells[heir][measure, period, None] += part
            if field is not None:
                cells[heir][measure, period, field] += part
    return cells


def _at_units(reading: Reading, day: date) -> tuple[dict[Any, Any], _Cells]:
    lineage = UnitLineage.objects.filter(valid_from__lte=day, valid_to__gt=day, share_denominator=1)
    heirs = dict(lineage.order_by().values_list("unit", "heir"))
    cells: _Cells = defaultdict(lambda: defaultdict(int))
    for (measure, period, (unit, field)), value in reading.timeline("unit_id", "field_id").items():
        heir = heirs.get(unit, unit)
        cells[heir][measure, period, None] += value
        cells[heir][measure, period, field] += value
    return {unit.pk: unit for unit in Unit.objects.filter(pk__in=list(cells)).only("path")}, cells


def _sum(figure: ReportedFigure, cells: _Cells, about: dict[Any, Any], path: str) -> int:
    names, first, last = measures_of(figure), figure.period_first, figure.period_last
    return sum(
        value
        for heir, figures in cells.items()
        if heir in about and about[heir].path.startswith(path)
        for (measure, period, field), value in figures.items()
        if measure in names and first <= period <= last and field == figure.field_id
    )
