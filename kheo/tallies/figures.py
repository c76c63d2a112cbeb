"""Reading the cells: any measure, by area, field, line, unit, kind or year, in the structure of any day.

Cells are summed where they were counted and then read through the lineage of the day asked for, so the
cost grows with the number of units, never with the number of records or reports.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import cached_property, reduce
from operator import or_
from typing import Any, Literal, NamedTuple, get_args

from django.db.models import F, FilteredRelation, Q, QuerySet, Sum, Value
from django.utils.translation import gettext as _

from kheo.lib.periods import FOREVER, Period, today
from kheo.lib.rows import WordedRows
from kheo.places.lineage import spread
from kheo.places.models import GSO, Area, AreaLineage, AreaQuerySet
from kheo.places.paths import ids, next_prefix, within
from kheo.plans.models import Field
from kheo.tallies.estimates import Estimate, Shares, estimates, of_bodies, shares_of
from kheo.tallies.joining import Placed, Sums, at_heirs, at_lines, at_lines_of_all, in_place, place, place_now
from kheo.tallies.measures import KINDS, REGISTRY, Measure
from kheo.tallies.models import SUMS, AreaYear, Cell
from kheo.tallies.seen import sums_of, values_of
from kheo.ui.lists import reading_in_order
from kheo.units.models import Level, Line, Unit, UnitLineage
from kheo.units.reach import Reach, posts_of, reaches_of, scope

By = Literal["area", "province", "district", "field", "line", "unit", "kind", "year"]
READINGS: tuple[str, ...] = get_args(By)
# After every path.
_LAST = "{"
# All the people of a commune may have gone to one heir, and land to others: a share as well, of one.
_BY_SHARE, _ONE_HEIR = Q(share_denominator__gt=1), Q(basis=AreaLineage.Basis.SHARE)
# The key of the row that holds what nobody has attributed further down.
NOWHERE = "-"


class Standing(NamedTuple):
    """What is asked of an area of a structure: a nation has 11,000."""

    pk: int
    level: str
    full_name: str
    path: str
    path_now: str
    sort_key: str
    sample: bool


@dataclass
class Row:
    """One line of a table of figures: what it stands for and the value of each measure (whole numbers)."""

    key: str
    label: str
    values: dict[str, int] = field(default_factory=dict)
    # The row's own id where it is an area, a unit or a field; None for the others.
    pk: int | None = None
    # The GSO code of an area on the day of the structure.
    code: str = ""
    # Whether something in it was spread by decided shares.
    estimated: bool = False

    @property
    def named(self) -> str:
        """Its label, with a word where its figures are estimates."""
        return _("%(name)s (≈ estimated)") % {"name": self.label} if self.estimated else self.label

    def of(self, measure: str) -> int:
        """The figure of a measure; 0 where nothing is counted."""
        return self.values.get(measure, 0)


@dataclass
class Table:
    """Figures in one reading. Totals are always the sum of the rows, "not attributed" included."""

    by: str
    period: Period
    structure: date
    measures: list[Measure]
    rows: list[Row]
    # How many of the communes of that structure have anything counted, and how many there are: gone through
    # only for who says it. Invented communes are among neither.
    coverage: Callable[[], tuple[int, int]]

    @property
    def communes_counted(self) -> int:
        return self.coverage()[0]

    @property
    def communes(self) -> int:
        return self.coverage()[1]

    @cached_property
    def totals(self) -> dict[str, int]:
        return {m.name: sum(row.of(m.name) for row in self.rows) for m in self.measures}

    def row(self, key: Any) -> Row:
        """The row of a key; one of zeros where there is none."""
        return next((row for row in self.rows if row.key == str(key)), Row(str(key), ""))

    def as_json(self) -> dict[str, Any]:
        names = [measure.name for measure in self.measures]
        return {
            "by": self.by,
            "from": self.period.first.isoformat(),
            "to": self.period.last.isoformat(),
            "structure": self.structure.isoformat(),
            "communes_counted": self.communes_counted,
            "communes": self.communes,
            "measures": {measure.name: measure.unit for measure in self.measures},
            "totals": self.totals,
            "rows": [
                {
                    "key": row.key,
                    "label": row.label,
                    **({"code": row.code} if row.code else {}),
                    **({"estimated": True} if row.estimated else {}),
                    **{name: row.of(name) for name in names},
                }
                for row in self.rows
            ],
        }


def figures(period: Period, by: By, **options: Any) -> Table:
    """The table of a period in one reading; `options` are those of `Reading`."""
    return Reading(period, **options).by(by)


@dataclass
class Reading:
    """The cells of a period, to be read several ways: `reading.by("area")`, `reading.by("field")`.

    `structure`: the day whose areas and bodies the figures are read in; the period's own by default.
    `measures`: names; by default all that the period can tell of.
    `who`: only what this user or post may see; `everything` for the machine itself and the public total.
    `area`: only what lies in this area of that structure. `filters`: further conditions on cells.
    `known_on`: as the cells stood and as it was known who answers for whom at the end of a past day, before
    what was corrected, divided or decided since. `sample`: with the invented areas and bodies.
    Raises ValueError for a measure counted by plan year in a period that is no whole year, and for an area
    that did not exist in the structure.
    """

    period: Period
    structure: date | None = None
    measures: Sequence[str] | None = None
    who: Any = None
    everything: bool = False
    area: Area | None = None
    filters: Q | None = None
    known_on: date | None = None
    sample: bool = False

    def __post_init__(self) -> None:
        if self.area is not None and not self.area.existed_on(self.day):
            raise ValueError(f"{self.area} did not exist on {self.day}.")

    @property
    def day(self) -> date:
        return self.structure or self.period.structure_day()

    @cached_property
    def _whole_years(self) -> bool:
        first, last = self.period.first, self.period.last
        return self.period == Period(date(first.year, 1, 1), date(last.year, 12, 31))

    @cached_property
    def _names(self) -> dict[str, str]:
        """What the cells that are read are named by → the name of the measure."""
        return {each.of_years if self._whole_years else each.name: each.name for each in self.chosen}

    @cached_property
    def chosen(self) -> list[Measure]:
        if self.measures is None:
            return [each for each in REGISTRY.values() if self._whole_years or each.grain == "month"]
        chosen = [REGISTRY[name] for name in self.measures]
        for each in chosen:
            if each.grain == "year" and not self._whole_years:
                raise ValueError(f"{each.name} is counted by plan year: ask for whole years.")
        return chosen

    @cached_property
    def cells(self) -> QuerySet[Cell]:
        if self.area is None:
            return self._readable(self._of_period(Cell.objects.all()))
        whole, partly = self._lying
        return self._cells_of([*whole, *partly])

    def _cells_of(self, areas: Collection[int]) -> QuerySet[Cell]:
        return self._readable(self._of_period(Cell.objects.filter(area__among=areas)))

    @cached_property
    def _lying(self) -> tuple[list[int], list[int]]:
        """The areas of any day that lie in the area asked for, in this structure: whole, and with a part."""
        whole: list[int] = []
        partly: list[int] = []
        for source in self._areas.sources:
            heirs = self._areas.heirs_of(source)
            inside = sum(share for _heir, share in heirs) == 1 and all(pk in self._inside for pk, _s in heirs)
            (whole if inside else partly).append(source)
        return whole, partly

    def _of_period(self, cells: QuerySet) -> QuerySet:
        cells = cells.filter(measure__in=list(self._names))
        if self._whole_years and self.period.first.year == self.period.last.year:
            return cells.filter(period=self.period.first)
        return cells.filter(period__gte=self.period.first, period__lte=self.period.last)

    def _readable(self, cells: QuerySet[Cell]) -> QuerySet[Cell]:
        """Those that may be read here, as they stand or stood."""
        cells = self._standing(cells)
        return cells if self.everything else scope(cells, self.who, unit="unit", area="area")

    def _standing(self, cells: QuerySet) -> QuerySet:
        """Cells, or sums of communes' years, as they stand or stood; the invented aside."""
        if self.known_on is None:
            cells = cells.filter(known_to=FOREVER)
        else:
            cells = cells.filter(known_from__lte=self.known_on, known_to__gt=self.known_on)
        if self.filters is not None:
            cells = cells.filter(self.filters)
        if not self.sample:
            for name, invented in self._invented.items():
                if invented and hasattr(cells.model, name):
                    cells = cells.exclude(**{f"{name}__in": invented})
        return cells

    @cached_property
    def _invented(self) -> dict[str, list[int]]:
        """The invented areas and bodies: few, so that no cell is joined to its own."""
        found: dict[str, list[int]] = defaultdict(list)
        for name, pk in _all_invented(Area.objects.db):
            found[name].append(pk)
        return found

    def beside(self, **changes: Any) -> "Reading":
        """Another reading for the same person in the same structure, whose areas and ties are read once."""
        other = replace(self, **changes)
        other.__dict__.update({name: getattr(self, name) for name in ("areas", "_areas", "_divided")})
        return other

    def by(self, by: By) -> Table:
        """The table in one reading. For a person there are rows for the areas around its posts, and for any
        other in which it sees a figure.
        """
        return Table(by, self.period, self.day, self.chosen, self.rows(by), lambda: self.coverage)

    def rows(self, by: By) -> list[Row]:
        """The rows of that table alone, where nobody is told how many communes stand behind them."""
        return {
            "area": lambda: self._by_area(Level.COMMUNE),
            "province": self._by_province,
            "district": lambda: self._by_area(Level.DISTRICT),
            "field": self._by_field,
            "line": self._by_line,
            "unit": self._by_unit,
            "kind": self._by_kind,
            "year": self._by_year,
        }[by]()

    @cached_property
    def coverage(self) -> tuple[int, int]:
        """How many communes of the structure have anything counted, and how many there are."""
        communes = self._of_structure(level=Level.COMMUNE, sample=False).order_by()
        if self.area is not None:
            communes = communes.within(self.area)
        there = set(communes.values_list("pk", flat=True))
        return len(self.touched & there), len(there)

    @cached_property
    def touched(self) -> set[int]:
        """The communes of the structure that have anything counted."""
        if self._sums_of_years:
            heirs = {heir for heir, values in self._at_heirs_of_years.items() if any(values.values())}
            return {pk for heir in heirs for pk in self._line_up(heir)}
        return self.communes_of(
            source for source, values in self._summed("area_id").items() if any(values.values())
        )

    def communes_of(self, sources: Iterable[int]) -> set[int]:
        """The communes of the structure in which areas of any day lie, and any area above those."""
        heirs = {heir for source in sources for heir, _share in self._areas.heirs_of(source)}
        # A part of a divided commune counts for the commune it hangs under.
        return {pk for heir in heirs for pk in self._line_up(heir)}

    def touched_by(self, column: str) -> dict[Any, set[int]]:
        """By the values of a column of the cells, the areas counted with that value. One query."""
        found: dict[Any, set[int]] = defaultdict(set)
        with reading_in_order():
            pairs = values_of(self.cells.exclude(value=0), column, "area_id")
        for key, area in pairs:
            found[key] |= self.communes_of([area])
        return found

    def timeline(self, column: str = "area_id", other: str = "") -> dict[tuple[str, date, Any], int]:
        """By measure, month (or plan year, by its grain) and the values of one or two columns as a pair.

        Not yet at their heirs; what adds up into any span of whole months. One query.
        """
        names = [each.name for each in self.chosen]
        span = {"period__gte": self.period.first, "period__lte": self.period.last}
        cells = self._readable(Cell.objects.filter(measure__in=names, **span))
        columns = ["measure", "period", column, *([other] if other else [])]
        found: dict[tuple[str, date, Any], int] = {}
        with reading_in_order():
            for row in sums_of(cells, *columns):
                found[row[0], row[1], (row[2], row[3] if other else None)] = row[-1]
        return found

    def divide_area(self, area: int, value: int) -> list[tuple[int | None, int]]:
        """A figure of an area of any day at its heirs in the structure; None is nobody."""
        return self._areas.divide(area, value)

    # Readings

    def _by_area(self, level: str) -> list[Row]:
        if self._sums_of_years:
            at_heirs = self._at_heirs_of_years
        else:
            inside = self._inside if self.area is not None else None
            at_heirs = self._at_heirs(self._summed("area_id"), self._areas, inside)
        # Only then: figures from elsewhere bring in areas.
        shown = self._shown(level)
        # Most heirs are a row themselves, and no other falls to it.
        sums: dict[int | None, dict[str, int]] = {heir: at_heirs[heir] for heir in at_heirs if heir in shown}
        added: dict[int | None, dict[str, int]] = {}
        for heir in at_heirs.keys() - sums.keys():
            values = at_heirs[heir]
            place = next((pk for pk in self._line_up(heir) if pk in shown), None)
            if place not in added:
                added[place] = sums[place] = dict(sums.get(place, {}))
            at = added[place]
            for measure, value in values.items():
                at[measure] = at.get(measure, 0) + value
        return self._rows_of(shown, sums)

    def _by_province(self) -> list[Row]:
        """Without reading the communes themselves, where their years answer."""
        if not self._sums_of_years:
            return self._by_area(Level.PROVINCE)
        return self._rows_of(self._shown(Level.PROVINCE), self._years_at_heirs(provinces=True))

    def _rows_of(self, shown: dict[int, tuple[str, str]], sums: Mapping[Any, dict[str, int]]) -> list[Row]:
        estimated = self._estimated(shown.keys())
        rows = [
            Row(str(pk), label, sums.get(pk) or {}, pk, code, pk in estimated)
            for pk, (label, code) in shown.items()
        ]
        lost: dict[str, int] = defaultdict(int)
        for key in sums.keys() - shown.keys():
            for measure, value in sums[key].items():
                lost[measure] += value
        return [*rows, *_nowhere(lost)]

    def _shown(self, level: str) -> dict[int, tuple[str, str]]:
        """The areas of a level that have a row, in order: by id, name and GSO code. One query."""
        inside, after = (self.area.path, next_prefix(self.area.path)) if self.area else ("", _LAST)
        rows: Iterable[tuple]
        if self._near is not None:
            these = [pk for pk, area in self.areas.items() if area.level == level]
            rows = _with_codes(self._of_structure(pk__among=these), self._codes)
        elif self.known_on is None:
            rows = _standing(Area.objects.db, level, self.day, inside, after)
        else:
            known = self._of_structure(level=level, path__gte=inside, path__lt=after)
            rows = _with_codes(known, self._codes)
        return {pk: (label, code or "") for pk, label, code, sample in rows if self.sample or not sample}

    @property
    def _codes(self) -> Q:
        """The codes an area bears in the structure."""
        if self.known_on is not None:
            return Q(codes__valid_from__lte=self.day)
        return Q(codes__valid_from__lte=self.day, codes__valid_to__gt=self.day)

    def _by_field(self) -> list[Row]:
        sums = self._summed("field_id", through_area=True)
        fields = [
            each
            for each in Field.objects.all()
            if each.pk in sums or each.valid_from <= self.day < each.valid_to
        ]
        return [Row(each.code, each.name, sums.get(each.pk, {}), each.pk) for each in fields]

    def _by_kind(self) -> list[Row]:
        sums = self._summed("kind", through_area=True)
        order = [*KINDS, *sorted(sums.keys() - KINDS.keys())]
        return [Row(key or NOWHERE, str(KINDS.get(key, key)), sums[key]) for key in order if key in sums]

    def _by_year(self) -> list[Row]:
        sums: Sums = defaultdict(lambda: defaultdict(int))
        for period, values in self._summed("period", through_area=True).items():
            for measure, value in values.items():
                sums[period.year][measure] += value
        return [Row(str(year), str(year), dict(sums[year])) for year in sorted(sums)]

    def _by_unit(self) -> list[Row]:
        sums = self._at_heirs(self._summed("unit_id", through_area=True), self._units)
        named = {pk: self._units.about[pk] for pk in sums if pk is not None}
        ordered = sorted(named, key=lambda pk: (named[pk].sort_key, pk))
        shared = {heir for told in self._shares_of_units.values() for heir, share in told if share < 1}
        rows = [Row(str(pk), named[pk].name, dict(sums[pk]), pk, estimated=pk in shared) for pk in ordered]
        return [*rows, *_nowhere(sums.get(None, {}))]

    @cached_property
    def _shares_of_units(self) -> dict[int, list[tuple[int, Fraction]]]:
        """The bodies with anything counted here that are spread by decided shares."""
        counted = self._summed("unit_id", through_area=True)
        return self._units.shared(pk for pk, values in counted.items() if any(values.values()))

    def estimates_of_bodies(self, by: By) -> list[Estimate]:
        """What the estimates in the reading by unit or line rest on, as far as bodies were divided."""
        shares = self._shares_of_units if by == "unit" else self._of_lines[1]
        return of_bodies(shares, self.day, self.known_on)

    def _by_line(self) -> list[Row]:
        sums, _shares, estimated = self._of_lines
        return [
            Row(line.value, str(line.label), dict(sums[line.value]), estimated=line.value in estimated)
            for line in Line
            if line.value in sums
        ]

    @cached_property
    def _of_lines(self) -> tuple[Sums, dict[int, list[tuple[int, Fraction]]], set[str]]:
        """By line, what is counted; the bodies spread over lines by decided shares, and those lines."""
        lineage = UnitLineage.objects.answering(self.day, self.known_on)
        sums: Sums = defaultdict(lambda: defaultdict(int))
        # Nearly every body's heirs work in its own line; the others are looked at one by one.
        bodies: Sums = defaultdict(lambda: defaultdict(int))
        if self.area is None:
            rows = (at_lines_of_all if self.everything else at_lines)(self.cells, lineage)
        else:
            whole, partly = self._lying
            rows = at_lines(self._cells_of(whole), lineage)
            for (unit, measure), value in self._partly("unit_id", partly).items():
                bodies[unit][measure] += value
        for line, unit, measure, value in rows:
            at = sums[line] if unit is None else bodies[unit]
            at[self._names[measure]] += int(value)
        if not bodies:
            return sums, {}, set()
        columns = ("unit_id", "heir_id", "share_numerator", "share_denominator")
        told = list(lineage.filter(unit__among=bodies).values_list(*columns))
        heirs = _Lineage(told)
        named = {*bodies, *(heir for _unit, heir, *_share in told)}
        lines = dict(Unit._base_manager.filter(pk__among=named).values_list("pk", "line"))
        for unit, values in bodies.items():
            for measure, value in values.items():
                for heir, part in heirs.divide(unit, value):
                    # What nobody has decided stays in the body's own line.
                    sums[lines[heir or unit]][measure] += part
        shares = heirs.shared(unit for unit, values in bodies.items() if any(values.values()))
        # A line that holds all of it is exact.
        shares = {
            unit: told for unit, told in shares.items() if len({lines[heir] for heir, _share in told}) > 1
        }
        estimated = {lines[heir] for told in shares.values() for heir, _share in told}
        return sums, shares, estimated

    @cached_property
    def estimates(self) -> list[Estimate]:
        """The divided areas with anything counted here that is spread by decided shares."""
        return estimates(self._shares, self.day, self.known_on) if self._shares else []

    @cached_property
    def _shares(self) -> Shares:
        """Those areas and their shares. None divided: no query but that which asks whether any is."""
        if self._of_one_place:
            touched = set(self._placed.shares)
        elif not self._divided:
            return {}
        else:
            if self.everything and self._sums_of_years:
                counted: QuerySet = self._years.filter(area__in=self._divided)
                counted = counted.exclude(**dict.fromkeys((each.name for each in self.chosen), 0))
            else:
                counted = self.cells.filter(area__in=self._divided).exclude(value=0)
            touched = set(counted.order_by().values_list("area_id", flat=True).distinct())
        lines = AreaLineage.objects.answering(self.day, self.known_on)
        return shares_of(lines.filter(_BY_SHARE | _ONE_HEIR, area__in=touched)) if touched else {}

    @cached_property
    def _spread(self) -> dict[int, list[tuple[str, Fraction]]]:
        """The same by ids: the path and share of each heir."""
        if self._of_one_place:
            return self._placed.shares
        return {area.pk: [(heir.path, share) for heir, share in told] for area, told in self._shares.items()}

    @cached_property
    def _divided(self) -> set[int]:
        """The areas that are read by shares on the day of the structure."""
        lines = AreaLineage.objects.answering(self.day, self.known_on).exclude(area__level="hamlet")
        # One after the other, each by its own index.
        few = [
            lines.filter(each).order_by().values_list("area_id", flat=True) for each in (_BY_SHARE, _ONE_HEIR)
        ]
        return set(few[0].union(few[1]))

    def _estimated(self, places: Collection[int]) -> set[int]:
        """Of these places, those that hold a share of something divided, but not all; and sole heirs."""
        found: set[int] = set()
        for shares in self._spread.values():
            held: dict[int, Fraction] = defaultdict(Fraction)
            for path, share in shares:
                for pk in ids(path):
                    if pk in places:
                        held[pk] += share
            sole = ids(shares[0][0])[-1] if len(shares) == 1 else None
            found |= {pk for pk, share in held.items() if share < 1 or pk == sole}
        return found

    # How they are read

    @cached_property
    def _sums_of_years(self) -> bool:
        """Whether the sums of communes' years answer: whole years, of everybody's work in some places."""
        if not self._whole_years or self.filters is not None or self._invented["unit"]:
            return False
        if any(each.name not in SUMS for each in self.chosen):
            return False
        return self.everything or {reach.tree for reach in self._reaches} in ({"place"}, {"place", "own"})

    @cached_property
    def _reaches(self) -> list[Reach]:
        return reaches_of(self.who)

    @cached_property
    def _at_heirs_of_years(self) -> Sums:
        return self._years_at_heirs()

    @property
    def _spanned(self) -> range:
        return range(self.period.first.year, self.period.last.year + 1)

    @property
    def _years(self) -> QuerySet[AreaYear]:
        """The sums of communes' years that may be read here, as they stand or stood."""
        firsts = [date(each, 1, 1) for each in self._spanned]
        years = self._standing(AreaYear.objects.filter(period__in=firsts))
        return years if self.everything else years.filter(area__in=self._reached)

    @property
    def _reached(self) -> QuerySet:
        """The areas of any day that lie today in a place that is reached."""
        places = [within("path_now", reach.path) for reach in self._reaches if reach.tree == "place"]
        return Area.objects.filter(reduce(or_, places)).order_by().values("pk")

    @property
    def _of_one_place(self) -> bool:
        """Whether all that is read are the years of one place, whoever worked there."""
        return self.area is not None and self.everything and self._sums_of_years

    @cached_property
    def _placed(self) -> Placed:
        """Those of the area asked for, at their heirs."""
        assert self.area is not None
        lines, inside = AreaLineage.objects.answering(self.day, self.known_on), self.area.path
        if self.everything and self.known_on is None and (self.sample or not self._invented["area"]):
            rows = place_now(self._spanned, self.day, inside)
        else:
            rows = place(self._years, lines, inside)
        return in_place(rows, lines, [each.name for each in self.chosen], inside)

    def _years_at_heirs(self, provinces: bool = False) -> Sums:
        """The sums of communes' years at their heirs, or at the provinces these lie in."""
        if self.area is not None and not provinces:
            sums = self._placed.sums
        else:
            sums = at_heirs(
                self._years,
                AreaLineage.objects.answering(self.day, self.known_on),
                [each.name for each in self.chosen],
                divided=self._divided,
                inside=self.area.path if self.area else "",
                provinces=provinces,
            )
        if self.everything:
            return sums
        # What the own body did outside its place, which it sees as well: hardly ever anything.
        own = [Q(path_now=reach.path) for reach in self._reaches if reach.tree != "place"]
        bodies = Unit.objects.filter(reduce(or_, own)).order_by().values("pk") if own else []
        cells = self._standing(self._of_period(Cell.objects.all())).exclude(area__in=self._reached)
        elsewhere = cells.order_by().filter(unit__in=bodies).values_list("measure", "area_id")
        for measure, area, value in elsewhere.annotate(v=Sum("value")):
            for heir, part in self._areas.divide(area, int(value)):
                if self.area is None or heir in self._inside:
                    key = ids(self.areas[heir].path)[0] if provinces and heir in self.areas else heir
                    at, name = sums.setdefault(key, {}), self._names[measure]
                    at[name] = at.get(name, 0) + part
        return sums

    def _summed(self, column: str, through_area: bool = False) -> Sums:
        """By the values of a column, for each measure. With an area asked for, only the share that is its."""
        share = self.area is not None and through_area
        if (column, share) in self._known:
            return self._known[column, share]
        found: Sums = defaultdict(lambda: defaultdict(int))
        self._known[column, share] = found
        if not share:
            cells = self.cells
        else:
            whole, partly = self._lying
            cells = self._cells_of(whole)
            for (key, measure), value in self._partly(column, partly).items():
                found[key][measure] += value
        # Grouped in the order of the index, so that little is sorted; it holds all that is asked of a row.
        with reading_in_order():
            rows = sums_of(cells, "measure", column)
        for measure, key, value in rows:
            found[key][self._names[measure]] += value
        return found

    def _partly(self, column: str, areas: Collection[int]) -> dict[tuple[Any, str], int]:
        """What of areas that lie here with a part falls to the area asked for, by a column and measure."""
        found: dict[tuple[Any, str], int] = defaultdict(int)
        if areas:
            cells = self._cells_of(areas).order_by()
            rows = cells.values_list("measure", "area_id", column).annotate(v=Sum("value"))
            for measure, area, key, value in rows:
                for heir, part in self._areas.divide(area, int(value)):
                    if part and heir in self._inside:
                        found[key, self._names[measure]] += part
        return found

    @cached_property
    def _known(self) -> dict[tuple[str, bool], Sums]:
        """What has been summed already."""
        return {}

    def _at_heirs(self, sums: Sums, lineage: "_Lineage", inside: set[int] | None = None) -> Sums:
        """Each sum at the heirs of what it was counted for, whole numbers throughout."""
        found: Sums = defaultdict(lambda: defaultdict(int))
        for source, values in sums.items():
            for measure, value in values.items():
                for heir, part in lineage.divide(source, value):
                    if self.area is None or inside is None or heir in inside:
                        found[heir][measure] += part
        return found

    def _line_up(self, heir: int | None) -> list[int]:
        """The area and those above it in the structure, from the lowest up."""
        if heir is None:
            return []
        path = self._placed.paths.get(heir) if self._of_one_place else None
        if path is None:
            path = self.areas[heir].path if heir in self.areas else ""
        return list(reversed(ids(path)))

    @cached_property
    def areas(self) -> dict[int, Standing]:
        """The areas of the structure, hamlets aside; with a cut-off, those that were then held to exist.

        For a person those around its posts, and all as soon as it sees a figure from elsewhere.
        """
        if self._near is not None:
            return self._around[0]
        areas = self._of_structure()
        return _held(areas.within(self.area) if self.area is not None else areas)

    @cached_property
    def _near(self) -> Q | None:
        """Which areas of any day lie today around the posts of the person; None where everybody's are read.

        A nation has 11,000 areas and 15,000 ties between them; eight who open a page of their province at
        once would hold them eight times.
        """
        if self.everything or self.area is not None:
            return None
        paths = {post.unit.area.path_now for post in posts_of(self.who)} or {""}
        return reduce(or_, (within("path_now", path) for path in sorted(paths)))

    @cached_property
    def _around(self) -> tuple[dict[int, Standing], "_Lineage"]:
        """Who answers for the areas near, and the areas that are there and those that answer."""
        assert self._near is not None
        near = Area.objects.filter(self._near).order_by()
        ties = self._ties().filter(area__in=near.values("pk")).values_list(*_TIE, "heir__path")
        found = list(ties)
        answering = {pk for *_tie, path in found for pk in ids(path)}
        areas = _held(self._of_structure().filter(self._near | Q(pk__among=answering)))

        def elsewhere() -> Iterable[tuple]:
            areas.update(_held(self._of_structure()))
            return self._ties().values_list(*_TIE)

        return areas, _Lineage((tie for *tie, _path in found), elsewhere)

    def lying_near(self) -> QuerySet | None:
        """The ids of areas of any day whose figures fall, in this structure, to areas around the person's
        posts; None where everybody's are read.
        """
        if self._near is None:
            return None
        heirs = Area.objects.filter(self._near).order_by().values("pk")
        lines = AreaLineage.objects.answering(self.day, self.known_on)
        return lines.filter(heir__in=heirs).order_by().values("area")

    def _ties(self) -> QuerySet[AreaLineage]:
        lines = AreaLineage.objects.answering(self.day, self.known_on)
        return lines.exclude(area__level="hamlet").order_by()

    def _of_structure(self, **which: Any) -> AreaQuerySet:
        if self.known_on is None:
            areas = Area.objects.on(self.day)
        else:
            itself = AreaLineage.objects.answering(self.day, self.known_on).filter(area=F("heir"))
            areas = Area.objects.filter(in_force=True, pk__in=itself.values("area"))
        return areas.filter(**which)

    @cached_property
    def _inside(self) -> set[int]:
        prefix = self.area.path if self.area else ""
        return {area.pk for area in self.areas.values() if area.path.startswith(prefix)}

    @cached_property
    def _areas(self) -> "_Lineage":
        if self._near is not None:
            return self._around[1]
        if self.area is None:
            return _Lineage(self._ties().values_list(*_TIE))
        lines = AreaLineage.objects.answering(self.day, self.known_on)
        here = lines.filter(within("heir__path", self.area.path)).exclude(heir__level="hamlet")
        rows = list(here.exclude(area__level="hamlet").values_list(*_TIE))
        # Of what is divided, the shares of those outside as well.
        divided = {area for area, _heir, numerator, denominator in rows if numerator != denominator}
        if divided:
            rows = [row for row in rows if row[0] not in divided]
            rows += lines.filter(area__among=divided).values_list(*_TIE)
        return _Lineage(rows)

    @cached_property
    def _units(self) -> "_Lineage":
        rows = UnitLineage.objects.answering(self.day, self.known_on).filter(
            unit__in=list(self._summed("unit_id", through_area=True))
        )
        rows = rows.select_related("heir").only(
            "unit_id", "share_numerator", "share_denominator", "heir__name", "heir__sort_key", "heir__line"
        )
        found = list(rows)
        lineage = _Lineage(
            (row.unit_id, row.heir_id, row.share_numerator, row.share_denominator) for row in found
        )
        lineage.about = {row.heir_id: row.heir for row in found}
        return lineage


def _held(areas: AreaQuerySet) -> dict[int, Standing]:
    rows = areas.exclude(level="hamlet").order_by().values_list(*Standing._fields)
    return {row[0]: Standing._make(row) for row in rows.iterator()}


def _with_codes(areas: AreaQuerySet, of_the_day: Q) -> QuerySet:
    """Areas in their order with their GSO code; of several the last one comes last."""
    known = FilteredRelation("codes", condition=Q(codes__system=GSO) & of_the_day)
    areas = areas.annotate(gso=known).order_by("sort_key", "pk", "gso__valid_from")
    return areas.values_list("pk", "full_name", "gso__code", "sample")


_standing = WordedRows(
    lambda alias, level, day, inside, after: (
        _with_codes(
            Area.objects.on(day).filter(level=level, path__gte=inside, path__lt=after),
            Q(codes__valid_from__lte=day, codes__valid_to__gt=day),
        )
        .query.get_compiler(alias)
        .as_sql()
    ),
    str,
    date,
    str,
    str,
)


def _invented_rows(alias: str) -> tuple[str, Sequence[Any]]:
    areas = Area.objects.filter(sample=True).exclude(level="hamlet").order_by()
    units = Unit.objects.filter(sample=True).order_by()
    rows = areas.values_list(Value("area"), "pk").union(units.values_list(Value("unit"), "pk"))
    return rows.query.get_compiler(alias).as_sql()


_all_invented = WordedRows(_invented_rows)


_WHOLE = Fraction(1)
_TIE = ("area_id", "heir_id", "share_numerator", "share_denominator")


class _Lineage:
    """Who answers for whom on one day, read once; `elsewhere` reads all once another is asked for."""

    def __init__(
        self, rows: Iterable[Sequence[int]], elsewhere: Callable[[], Iterable[Sequence[int]]] | None = None
    ) -> None:
        self._heirs: dict[int, list[tuple[int | None, Fraction]]] = defaultdict(list)
        self._elsewhere = elsewhere
        self._hold(rows)
        # What else was read of the heirs, by their ids.
        self.about: dict[int, Any] = {}

    def _hold(self, rows: Iterable[Sequence[int]]) -> None:
        for source, heir, numerator, denominator in rows:
            # Nearly everything went somewhere whole.
            whole = numerator == denominator
            self._heirs[source].append((heir, _WHOLE if whole else Fraction(numerator, denominator)))

    @property
    def sources(self) -> Iterable[int]:
        return self._heirs.keys()

    def heirs_of(self, source: int) -> list[tuple[int | None, Fraction]]:
        if source not in self._heirs and self._elsewhere is not None:
            read, self._elsewhere = self._elsewhere, None
            self._heirs.clear()
            self._hold(read())
        return self._heirs.get(source) or [(None, _WHOLE)]

    def shared(self, sources: Iterable[int]) -> dict[int, list[tuple[int, Fraction]]]:
        """Of these the ones that are spread by decided shares, with each heir's."""
        found: dict[int, list[tuple[int, Fraction]]] = {}
        for source in sources:
            told = sorted((pk, share) for pk, share in self.heirs_of(source) if pk is not None)
            if len(told) > 1 and sum(share for _pk, share in told) == 1:
                found[source] = told
        return found

    def divide(self, source: int, value: int) -> list[tuple[int | None, int]]:
        """A whole number spread over the heirs by largest remainder, in fixed order; the sum stays.

        Shares that do not make a whole were never decided: then it stays with nobody.
        """
        heirs = self.heirs_of(source)
        if len(heirs) == 1 and (heirs[0][1] is _WHOLE or heirs[0][1] == 1):
            return [(heirs[0][0], value)]
        heirs = sorted(heirs, key=lambda each: each[0] or 0)
        if sum(share for _heir, share in heirs) != 1:
            return [(None, value)]
        parts = spread(value, [share for _heir, share in heirs])
        return [(heir, part) for (heir, _share), part in zip(heirs, parts, strict=True)]


def _nowhere(values: dict[str, int]) -> list[Row]:
    return [Row(NOWHERE, _("Not attributed further down"), dict(values))] if any(values.values()) else []


def year(year: int, by: By, **options: Any) -> Table:
    """`figures` of a whole year."""
    return figures(Period.year(year), by, **options)


def structure_day(text: str, period: Period) -> date:
    """Read "then" (the period's own structure), "today" or an ISO date. Raises ValueError otherwise."""
    known: dict[str, Callable[[], date]] = {
        "": period.structure_day,
        "then": period.structure_day,
        "today": today,
    }
    return known[text]() if text in known else date.fromisoformat(text)
