"""Keeping the cells true: each change of what is counted moves them by the difference it makes.

The enrolment is locked before its share is read, and the cells are changed in the order of their keys:
unlocked enrolments drift, unsorted cells deadlock.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date
from itertools import islice, product
from operator import add, sub
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connections, models, transaction
from django.utils.translation import gettext as _

from kheo.lib.periods import FOREVER, today
from kheo.lib.rows import often
from kheo.tallies.measures import REGISTRY, Counted
from kheo.tallies.models import SUMS, AreaYear, Cell


class Key(NamedTuple):
    """What names a cell. Sorted, these are the order in which cells are locked."""

    measure: str
    period: date
    unit: int
    area: int
    field: int
    kind: str


class YearKey(NamedTuple):
    """What names the sums of a commune's year. They are locked after the cells, in this order."""

    period: date
    area: int


Differences = dict[Key, int]
# By measure, in the order of `SUMS`.
YearDifferences = dict[YearKey, tuple[int, ...]]
# Values a statement: SQLite takes a limited number.
AT_ONCE = 900


class Level(NamedTuple):
    """Rows named by a key that hold whole numbers and are known-dated: the cells, or what they add up to."""

    model: Any
    kind: Any
    held: tuple[str, ...]


CELLS = Level(Cell, Key, ("value",))
YEARS = Level(AreaYear, YearKey, SUMS)


@dataclass
class Met:
    """What the outermost `counting` has met: the enrolments it holds locked, and what they contributed."""

    locked: set[int] = field(default_factory=set)
    # By enrolment and way of counting: of all of it (None), or of single records of it.
    before: dict[tuple[int, Counted], dict[UUID | None, Differences]] = field(default_factory=dict)

    def lock(self, enrolments: Sequence[models.Model]) -> None:
        """Lock those not met yet, in the order of their ids."""
        if unlocked := sorted({each.pk for each in enrolments} - self.locked):
            model = type(enrolments[0])
            rows = model._base_manager.select_for_update().filter(pk__in=unlocked)
            list(rows.order_by("pk").values_list("pk"))
            self.locked.update(unlocked)

    def read(self, enrolment: int, way: Counted, record: UUID | None) -> None:
        """What it contributed before anything changed. It is locked."""
        read = self.before.setdefault((enrolment, way), {})
        if None in read or record in read:
            return
        now = shares(enrolment, way, record=record)
        if record is None:
            # Of records met alone what they contributed then: they may have changed since.
            for each, before in read.items():
                _add_to(now, before, 1)
                _add_to(now, shares(enrolment, way, record=each), -1)
            read.clear()
        read[record] = now

    def differences(self) -> Differences:
        """By how much each cell differs from what was met."""
        found: Differences = defaultdict(int)
        for (enrolment, way), read in self.before.items():
            for record, before in read.items():
                _add_to(found, shares(enrolment, way, record=record), 1)
                _add_to(found, before, -1)
        return found


def _add_to(sums: Differences, others: Differences, sign: int) -> None:
    for key, value in others.items():
        sums[key] = sums.get(key, 0) + sign * value


_met: ContextVar[Met | None] = ContextVar("met", default=None)


@contextmanager
def counting(
    *enrolments: models.Model, only: Collection[str] | None = None, record: UUID | None = None
) -> Iterator[None]:
    """Run a change of these enrolments (rows of one model) and move the cells by what it changes.

    Opens a transaction. Inside another `counting` the enrolments join it and the cells are moved once, at
    the end of the outermost: a list of 500 is one pass over its cells. A batch names all its enrolments
    at the outermost, so that they are locked in the order of their ids; with `only=()` it locks them and
    leaves it to those who join to say what they change.

    `only` names the measures that the change can touch, where its author knows them; without it, all.
    `record` is the series of the one record that changes: the others of an enrolment, however many, are
    then not read.
    """
    outermost = (met := _met.get()) is None
    met = met or Met()
    token = _met.set(met)
    try:
        with transaction.atomic() if outermost else nullcontext():
            met.lock(enrolments)
            apart = {measure.rows for measure in REGISTRY.values() if measure.rows_of_record}
            for pk, way in product(sorted({each.pk for each in enrolments}), counted_ways(only)):
                met.read(pk, way, record if way in apart else None)
            yield
            if outermost:
                move(met.differences())
    finally:
        _met.reset(token)


def counted_ways(only: Collection[str] | None = None) -> list[Counted]:
    """How these measures are counted, or all there are: those counted together are one way."""
    chosen = (measure for measure in REGISTRY.values() if only is None or measure.name in only)
    return list(dict.fromkeys(measure.rows for measure in chosen))


def shares(
    enrolment: int | None,
    way: Counted,
    communes: Collection[int] | None = None,
    record: UUID | None = None,
) -> Differences:
    """What an enrolment, all of some communes, or all contribute to each cell now, counted in this way.

    With `record` only what that one record of the enrolment contributes.
    """
    alone = {measure.rows: measure for measure in REGISTRY.values()}
    found: Differences = defaultdict(int)
    of_record = alone[way].rows_of_record
    if record is not None and enrolment is not None and of_record is not None:
        rows = of_record(enrolment, record)
    else:
        rows = way(enrolment, communes)
    for row in rows:
        # Without a commune a record stays outside the yearly figures.
        if row["area"] is not None and row["value"]:
            measure = REGISTRY[row.get("measure") or alone[way].name]
            key = Key(measure.name, row["period"], row["unit"], row["area"], row["field"], row["kind"])
            found[key] += row["value"]
            if measure.grain == "month":
                year = row["period"].replace(month=1, day=1)
                found[key._replace(measure=measure.of_years, period=year)] += row["value"]
    return found


def of_years(differences: Differences) -> YearDifferences:
    """What these differences of cells come to in the years of communes."""
    columns = {measure.of_years: SUMS.index(name) for name, measure in REGISTRY.items() if name in SUMS}
    found: dict[YearKey, list[int]] = defaultdict(lambda: [0] * len(SUMS))
    for key, value in differences.items():
        if (column := columns.get(key.measure)) is not None:
            found[YearKey(key.period, key.area)][column] += value
    return {key: tuple(values) for key, values in found.items()}


def move(differences: Differences, on: date | None = None) -> None:
    """Move cells by differences, in the order of their keys, then the years of their communes.

    The first change of a day opens a new row.
    """
    on = on or today()
    _move(CELLS, {key: (value,) for key, value in differences.items()}, on)
    _move(YEARS, of_years(differences), on)


def _move(level: Level, differences: dict[Any, tuple[int, ...]], on: date) -> None:
    model = level.model
    changed = iter(sorted(key for key, values in differences.items() if any(values)))
    width = len(level.kind._fields) + len(level.held) + 2
    while keys := list(islice(changed, AT_ONCE // width)):
        # Of a row's first change of the day only what it held before is known, and it is locked.
        added = _add(level, keys, differences, on)
        earlier = {pk: (key, values) for pk, key, values, since in added if since != on}
        if earlier:
            model._base_manager.filter(pk__in=earlier).update(known_to=on)
            model._base_manager.bulk_create(
                _row(level, key, on, tuple(map(add, values, differences[key])))
                for key, values in earlier.values()
            )


def _add(
    level: Level, keys: list[Any], differences: dict[Any, tuple[int, ...]], on: date
) -> list[tuple[int, Any, tuple[int, ...], date]]:
    """Open the rows that are missing and add to those opened today, in one statement and in this order.

    Answers id, key, values and first day of each open row. One opened on an earlier day is locked and
    left as it is. Written by hand: Django has no insert that adds to what is there.
    """
    model, kind, held = level
    connection = connections[model._base_manager.db]
    fields: list[Any] = [
        model._meta.get_field(name) for name in (*kind._fields, *held, "known_from", "known_to")
    ]
    columns = [f'"{field.column}"' for field in fields]
    named, sums = columns[: len(kind._fields)], columns[len(kind._fields) : -2]
    values = [
        field.get_db_prep_save(value, connection)
        for key in keys
        for field, value in zip(fields, (*key, *differences[key], on, FOREVER), strict=True)
    ]
    row = f"({', '.join(['%s'] * len(fields))})"
    table = f'"{model._meta.db_table}"'
    today_too = f'{table}."known_from" = excluded."known_from"'
    added = ", ".join(
        f"{each} = {table}.{each} + CASE WHEN {today_too} THEN excluded.{each} ELSE 0 END" for each in sums
    )
    with often(connection) as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([row] * len(keys))} "  # noqa: S608  (names of our own columns)
            f"ON CONFLICT ({', '.join(named)}) WHERE \"known_to\" = '{FOREVER}' DO UPDATE SET {added} "
            f'RETURNING "id", "known_from", {", ".join([*named, *sums])}',
            values,
        )
        found = cursor.fetchall()
    cut = len(named)
    return [(pk, _read(kind, told[:cut]), tuple(told[cut:]), _day(since)) for pk, since, *told in found]


def _read(kind: Any, told: Sequence[Any]) -> Any:
    key = kind(*told)
    return key._replace(period=_day(key.period))


def _day(value: date | str) -> date:
    """SQLite hands days out as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def _row(level: Level, key: Any, on: date, values: tuple[int, ...]) -> Any:
    model, kind, held = level
    columns = {
        model._meta.get_field(name).attname: each for name, each in zip(kind._fields, key, strict=True)
    }
    return model(**columns, **dict(zip(held, values, strict=True)), known_from=on)


def recount(communes: Collection[int] | None = None) -> Differences:
    """Every cell, or those of some communes, as the records say, counted afresh."""
    found: Differences = {}
    for way in counted_ways():
        found |= shares(None, way, communes)
    return found


def held(communes: Collection[int] | None = None) -> Differences:
    """Every cell, or those of some communes, as it stands."""
    return {key: value for key, (value,) in _held(CELLS, communes).items()}


def held_years(communes: Collection[int] | None = None) -> YearDifferences:
    """Every commune's year, or those of some, as it stands."""
    return _held(YEARS, communes)


def _held(level: Level, communes: Collection[int] | None = None) -> dict[Any, tuple[int, ...]]:
    model, kind, held = level
    rows = model._base_manager.filter(known_to=FOREVER)
    if communes is not None:
        rows = rows.filter(area__in=communes)
    columns = [model._meta.get_field(name).attname for name in kind._fields]
    cut = len(columns)
    return {
        kind(*row[:cut]): row[cut:]
        for row in rows.values_list(*columns, *held).iterator(chunk_size=5000)
        if any(row[cut:])
    }


def rebuild(on: date | None = None) -> int:
    """Bring every cell to what the records say (after a bulk load). Returns how many cells were moved."""
    on = on or today()
    with transaction.atomic():
        should = recount()
        moved = _bring_to(CELLS, {key: (value,) for key, value in should.items()}, _held(CELLS), on)
        _bring_to(YEARS, of_years(should), held_years(), on)
    return moved


def _bring_to(
    level: Level, should: dict[Any, tuple[int, ...]], is_now: dict[Any, tuple[int, ...]], on: date
) -> int:
    nothing = (0,) * len(level.held)
    differences = {
        key: tuple(map(sub, should.get(key, nothing), is_now.get(key, nothing)))
        for key in should.keys() | is_now.keys()
    }
    wrong = {key: values for key, values in differences.items() if any(values)}
    if not is_now and not level.model._base_manager.exists():
        level.model._base_manager.bulk_create(
            (_row(level, key, on, wrong[key]) for key in sorted(wrong)), batch_size=2000
        )
    else:
        _move(level, wrong, on)
    return len(wrong)


class YearSum(NamedTuple):
    """What names one sum of a commune's year."""

    measure: str
    period: date
    area: int


class Mismatch(NamedTuple):
    """A cell, or a sum of a commune's year, that does not hold what its records say."""

    key: Key | YearSum
    held: int
    counted: int

    @property
    def sentence(self) -> str:
        named = ", ".join(f"{name} {value}" for name, value in self.key._asdict().items())
        return _("%(cell)s: the cell holds %(held)s, the records say %(counted)s.") % {
            "cell": named,
            "held": self.held,
            "counted": self.counted,
        }


def _differing(should: Any, is_now: Any) -> list[Mismatch]:
    return [
        Mismatch(key, is_now.get(key, 0), should.get(key, 0))
        for key in sorted(should.keys() | is_now.keys())
        if is_now.get(key, 0) != should.get(key, 0)
    ]


def _each_sum(years: YearDifferences) -> dict[YearSum, int]:
    return {
        YearSum(measure, *key): value
        for key, values in years.items()
        for measure, value in zip(SUMS, values, strict=True)
        if value
    }


def verify(communes: Collection[int] | None = None) -> tuple[int, list[Mismatch]]:
    """Recount everything, or some communes, whose ids are given.

    Returns how many cells were compared, and those that differ, in key order.
    """
    should, is_now = recount(communes), held(communes)
    years, years_now = _each_sum(of_years(should)), _each_sum(held_years(communes))
    compared = len(should.keys() | is_now.keys()) + len(years.keys() | years_now.keys())
    return compared, [*_differing(should, is_now), *_differing(years, years_now)]
