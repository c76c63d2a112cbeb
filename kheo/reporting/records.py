"""The records behind a number: for each measure what was counted, asked the same way as the cells were.

A number of a table and the list behind it are two ways to one answer: the list's total is the number, except
where a body or commune was divided by decided shares; then the list shows all that was divided.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet, Sum
from django.urls import reverse

from kheo.fieldwork.figures import MEASURED
from kheo.fieldwork.models import FieldReport, ReportFigure
from kheo.initiatives.models import Ending, Enrolment
from kheo.lib.periods import Period
from kheo.places.models import Area, AreaLineage, Level
from kheo.places.paths import within
from kheo.plans.models import Field
from kheo.recognition.models import Recognition, RecognitionStep
from kheo.reporting.coverage import Coverage
from kheo.tallies.figures import NOWHERE, Reading
from kheo.tallies.measures import REGISTRY
from kheo.units.models import Unit, UnitLineage
from kheo.units.reach import scope

# Numbers of a page that are sums of measures.
TOGETHER = {
    "enrolled": ("enrolled_new", "enrolled_continuing", "enrolled_unknown"),
    "accepted": ("accepted_new", "accepted_continuing"),
}


@dataclass(frozen=True)
class Source:
    """Where the records of a measure lie: the rows, and how they lead to their enrolment and their day."""

    rows: Callable[[], QuerySet]
    # The path to the enrolment, ending in "__"; "" where the row is one.
    enrolment: str
    # The day or the plan year of the row.
    when: str
    # What adds up; "" where each row is one.
    amount: str = ""
    # The relation to what people call the record; "" where it is the row.
    record: str = ""

    @property
    def initiative(self) -> str:
        return f"{self.enrolment}initiative"

    @property
    def by_year(self) -> bool:
        return self.when.endswith("year")


def _enrolled(kind: str) -> Source:
    return Source(lambda: Enrolment.objects.counted().filter(kind=kind), "", "year")


def _accepted(kind: str) -> Source:
    approved = Enrolment.State.APPROVED
    return Source(lambda: Enrolment.objects.filter(state=approved, kind=kind), "", "approved_on")


def _reported(name: str) -> Source:
    def rows() -> QuerySet:
        return ReportFigure.objects.filter(measure=name, report__state=FieldReport.State.ACCEPTED)

    return Source(rows, "report__enrolment__", "report__happened_on", "amount", "report")


SOURCES: dict[str, Source] = {
    **{f"enrolled_{kind}": _enrolled(kind) for kind in ("new", "continuing", "unknown")},
    **{f"accepted_{kind}": _accepted(kind) for kind in ("new", "continuing")},
    "ended": Source(lambda: Ending.objects.exclude(enrolment=None), "enrolment__", "on"),
    "recognised": Source(lambda: Recognition.objects.all(), "enrolment__", "decision__signed_on"),
    "recognition_ended": Source(
        lambda: RecognitionStep.objects.filter(state=Recognition.State.ENDED),
        "recognition__enrolment__",
        "on",
        record="recognition",
    ),
    **{name: _reported(name) for name in MEASURED},
}


@dataclass(frozen=True)
class Question:
    """Which records are asked for: those of one number of a table."""

    measure: str
    period: Period
    # The day whose structure the areas and lines are read in.
    structure: date
    sample: bool = False
    # An area's or unit's id, or NOWHERE; a field's code; a line; a kind.
    area: str = ""
    district: str = ""
    unit: str = ""
    field: str = ""
    line: str = ""
    kind: str = ""
    who: Any = None

    @property
    def measures(self) -> Sequence[str]:
        return TOGETHER.get(self.measure, (self.measure,))

    def about(self, by: str, key: str) -> "Question":
        """The question of one row of a reading."""
        narrowed: dict[str, Any] = {by: key}
        return replace(self, **narrowed)

    @property
    def url(self) -> str:
        return self.url_of(self.measure)

    def url_of(self, measure: str) -> str:
        """The address of the same question about another measure."""
        return f"{self._address}&measure={measure}"

    @cached_property
    def _address(self) -> str:
        asked = {
            "first": self.period.first.isoformat(),
            "last": self.period.last.isoformat(),
            "structure": self.structure.isoformat(),
            "sample": "1" if self.sample else "",
            **{name: getattr(self, name) for name in NARROWING},
        }
        return f"{reverse('records')}?{urlencode({k: v for k, v in asked.items() if v})}"

    def rows(self) -> QuerySet:
        """The counted rows, of one model; measures shown together are of one model too."""
        source = SOURCES[self.measures[0]]
        found = source.rows()
        for other in self.measures[1:]:
            found = found | SOURCES[other].rows()
        first, last = self.period.first, self.period.last
        if source.by_year:
            found = found.filter(**{f"{source.when}__gte": first.year, f"{source.when}__lte": last.year})
        else:
            found = found.filter(**{f"{source.when}__gte": first, f"{source.when}__lte": last})
        # Without a commune a record stays outside the yearly figures.
        found = found.filter(**{f"{source.initiative}__commune__isnull": False})
        if not self.sample:
            found = found.filter(
                **{
                    f"{source.initiative}__commune__sample": False,
                    f"{source.initiative}__owner__sample": False,
                }
            )
        found = self._narrowed(found, source)
        return scope(
            found, self.who, unit=f"{source.initiative}__owner", area=f"{source.initiative}__commune"
        )

    def _narrowed(self, rows: QuerySet, source: Source) -> QuerySet:
        if self.field:
            rows = rows.filter(**{f"{source.enrolment}field__in": Field.objects.filter(code=self.field)})
        if self.kind:
            rows = rows.filter(**{f"{source.initiative}__kind": self.kind})
        if self.line:
            rows = rows.filter(**{f"{source.initiative}__owner__in": self._units_of_line()})
        if self.unit:
            rows = self._at_heir(rows, f"{source.initiative}__owner", self.unit, self._units_of())
        for asked, level in ((self.area, Level.COMMUNE), (self.district, Level.DISTRICT)):
            if asked:
                areas = self._areas_of(asked, level)
                rows = self._at_heir(rows, f"{source.initiative}__commune", asked, areas)
        return rows

    def _at_heir(self, rows: QuerySet, column: str, asked: str, sources: QuerySet) -> QuerySet:
        here = {f"{column}__in": sources}
        return rows.exclude(**here) if asked == NOWHERE else rows.filter(**here)

    def _areas_of(self, asked: str, level: str) -> QuerySet:
        """The areas whose figures the asked one holds; for NOWHERE, all that some area of the level holds."""
        lineage = AreaLineage.objects.answering(self.structure)
        if asked == NOWHERE:
            # Where the level does not exist that day, nothing is held by it.
            if not Area.objects.on(self.structure).of_level(level).exists():
                return lineage.none().values("area")
            return lineage.exclude(heir__level__in=_above(level)).values("area")
        place = Area.objects.filter(pk=int(asked) if asked.isdigit() else 0).first()
        if place is None:
            return lineage.none().values("area")
        return lineage.filter(within("heir__path", place.path)).values("area")

    def _units_of(self) -> QuerySet:
        lineage = UnitLineage.objects.answering(self.structure)
        if self.unit != NOWHERE:
            lineage = lineage.filter(heir=int(self.unit) if self.unit.isdigit() else 0)
        return lineage.values("unit")

    def _units_of_line(self) -> QuerySet:
        """Bodies whose heirs are of the line; without an heir that day, those of the line themselves."""
        lineage = UnitLineage.objects.answering(self.structure)
        through = Unit.objects.filter(pk__in=lineage.filter(heir__line=self.line).values("unit"))
        itself = Unit.objects.filter(line=self.line).exclude(pk__in=lineage.values("unit"))
        return (through | itself).values("pk")

    def total(self) -> int:
        """What the rows add up to, in the measure's smallest unit."""
        source = SOURCES[self.measures[0]]
        rows = self.rows()
        if not source.amount:
            return rows.count()
        return int(rows.aggregate(total=Sum(source.amount))["total"] or 0)

    def coverage(self) -> Coverage | None:
        """The communes these records lie in, of all that are asked; None where one of them is asked about."""
        if self.area or self.unit or self.district:
            return None
        reading = self._reading()
        narrowed = "".join(f"&{name}={getattr(self, name)}" for name in NARROWING if getattr(self, name))
        if not narrowed:
            return Coverage(reading, self.who)
        column = f"{self.source.initiative}__commune"
        areas = self.rows().order_by().values_list(column, flat=True).distinct()
        return Coverage(reading, self.who).of(reading.communes_of(areas), narrowed)

    def reading_coverage(self) -> Coverage:
        """The same for the totals of a whole reading, narrowed to a field, a line or a kind."""
        reading = self._reading()
        whole = Coverage(reading, self.who)
        for name, column in {"field": "field__code", "line": "unit__line", "kind": "kind"}.items():
            if asked := getattr(self, name):
                return whole.of(reading.touched_by(column).get(asked, set()), "")
        return whole

    def _reading(self) -> Reading:
        return Reading(self.period, structure=self.structure, who=self.who, sample=self.sample)

    def in_order(self) -> QuerySet:
        """The rows with everything a line of the list shows, in Vietnamese order: see `Line`."""
        source = self.source
        whole = [f"{source.initiative}__owner", f"{source.initiative}__area__parent__parent__parent"]
        whole += [f"{source.enrolment}field"] if source.enrolment else ["field"]
        whole += [source.record] if source.record else []
        return self.rows().select_related(*whole).order_by(*self.order)

    @property
    def order(self) -> tuple[str, ...]:
        return (f"{self.source.initiative}__sort_key", "pk")

    @property
    def source(self) -> Source:
        return SOURCES[self.measures[0]]

    @property
    def unit_of_measure(self) -> str:
        return REGISTRY[self.measures[0]].unit


@dataclass(frozen=True)
class Line:
    """One record of a list: what it is of, when, how much, and where to read it."""

    initiative: Any
    field: Any
    when: Any
    amount: int
    url: str

    @classmethod
    def of(cls, row: Any, source: Source) -> "Line":
        enrolment = _follow(row, source.enrolment.removesuffix("__"))
        record = _follow(row, source.record)
        return cls(
            initiative=enrolment.initiative,
            field=enrolment.field,
            when=_follow(row, source.when),
            amount=getattr(row, source.amount) if source.amount else 1,
            url=getattr(record, "get_absolute_url", enrolment.initiative.get_absolute_url)(),
        )


def _follow(row: Any, path: str) -> Any:
    for step in filter(None, path.split("__")):
        row = getattr(row, step)
    return row


NARROWING = ("area", "district", "unit", "field", "line", "kind")


def _above(level: str) -> list[str]:
    return [Level.PROVINCE, Level.DISTRICT] if level == Level.COMMUNE else [Level.PROVINCE]
