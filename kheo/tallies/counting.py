"""Keeping the cells true: each change of what is counted moves them by the difference it makes.

The enrolment is locked before its share is read, and the cells are changed in the order of their keys:
unlocked enrolments drift, unsorted cells deadlock.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from itertools import islice, product
from typing import Any, NamedTuple

from django.db import connections, models, transaction

from kheo.lib.periods import FOREVER, today
from kheo.lib.rows import often
from kheo.tallies.measures import REGISTRY, Counted
from kheo.tallies.models import AreaYear, Cell


class Key(NamedTuple):
    """What names a cell. Sorted, these are the order in which cells are locked."""

    measure: str
    period: date
    unit: int
    area: int
    field: int
    kind: str


class YearKey(NamedTuple):
    """What names the sum of a commune's year. They are locked after the cells, in this order."""

    measure: str
    period: date
    area: int


Differences = dict[Key, int]
YearDifferences = dict[YearKey, int]
Level = type[Cell] | type[AreaYear]
# Cells a statement: SQLite takes a limited number of values.
AT_ONCE = 100
# What each enrolment contributed by each way of counting, as the outermost `counting` first met it.
Met = dict[tuple[int, Counted], "Differences"]
_before: ContextVar[Met | None] = ContextVar("before", default=None)


@contextmanager
def counting(*enrolments: models.Model, only: Collection[str] | None = None) -> Iterator[None]:
    """Run a change of these enrolments (rows of one model) and move the cells by what it changes.

    Opens a transaction. Inside another `counting` the enrolments join it and the cells are moved once, at
    the end of the outermost: a list of 500 is one pass over its cells. A batch names all its enrolments
    at the outermost, so that they are locked in the order of their ids.

    `only` names the measures that the change can touch, where its author knows them; without it, all.
    """
    ways = counted_ways(only)
    met = _before.get()
    if met is not None:
        _meet(enrolments, ways, met)
        yield
        return
    met = {}
    token = _before.set(met)
    try:
        with transaction.atomic():
            _meet(enrolments, ways, met)
            yield
            differences: Differences = defaultdict(int)
            for (enrolment, way), before in met.items():
                after = shares(enrolment, way)
                for key in before.keys() | after.keys():
                    differences[key] += after.get(key, 0) - before.get(key, 0)
            move(differences)
    finally:
        _before.reset(token)


def _meet(enrolments: Sequence[models.Model], ways: Sequence[Counted], met: Met) -> None:
    """Lock those not met yet, in the order of their ids, and only then read what they contribute."""
    known = {pk for pk, _way in met}
    ids = sorted({enrolment.pk for enrolment in enrolments})
    if unlocked := [pk for pk in ids if pk not in known]:
        model = type(enrolments[0])
        list(model._base_manager.select_for_update().filter(pk__in=unlocked).order_by("pk").values_list("pk"))
    met.update((each, shares(*each)) for each in product(ids, ways) if each not in met)


def counted_ways(only: Collection[str] | None = None) -> list[Counted]:
    """How these measures are counted, or all there are: those counted together are one way."""
    chosen = (measure for measure in REGISTRY.values() if only is None or measure.name in only)
    return list(dict.fromkeys(measure.rows for measure in chosen))


def shares(enrolment: int | None, way: Counted) -> Differences:
    """What an enrolment (or all of them: None) contributes to each cell now, counted in this way."""
    alone = {measure.rows: measure.name for measure in REGISTRY.values()}
    found: Differences = defaultdict(int)
    for row in way(enrolment):
        # Without a commune a record stays outside the yearly figures.
        if row["area"] is not None and row["value"]:
            measure = REGISTRY[row.get("measure") or alone[way]]
            key = Key(measure.name, row["period"], row["unit"], row["area"], row["field"], row["kind"])
            found[key] += row["value"]
            if measure.grain == "month":
                year = row["period"].replace(month=1, day=1)
                found[key._replace(measure=measure.of_years, period=year)] += row["value"]
    return found


def of_years(differences: Differences) -> YearDifferences:
    """What these differences of cells come to in the years of communes."""
    yearly = {measure.of_years for measure in REGISTRY.values()}
    found: YearDifferences = defaultdict(int)
    for key, value in differences.items():
        if key.measure in yearly:
            found[YearKey(key.measure, key.period, key.area)] += value
    return found


def move(differences: Differences, on: date | None = None) -> None:
    """Move cells by differences, in the order of their keys, then the years of their communes.

    The first change of a day opens a new row.
    """
    on = on or today()
    _move(Cell, differences, on)
    _move(AreaYear, of_years(differences), on)


def _move(model: Level, differences: Any, on: date) -> None:
    changed = iter(sorted(key for key, value in differences.items() if value))
    while keys := list(islice(changed, AT_ONCE)):
        # Of a cell's first change of the day only the row of before is known, and locked.
        added = _add(model, keys, differences, on)
        earlier = {pk: (key, value) for pk, key, value, since in added if since != on}
        if earlier:
            model._base_manager.filter(pk__in=earlier).update(known_to=on)
            model._base_manager.bulk_create(
                _row(model, key, on, value + differences[key]) for key, value in earlier.values()
            )


def _add(model: Level, keys: list[Any], differences: Any, on: date) -> list[tuple[int, Any, int, date]]:
    """Open the cells that are missing and add to those opened today, in one statement and in this order.

    Answers id, key, value and first day of each open cell. One opened on an earlier day is locked and
    left as it is. Written by hand: Django has no insert that adds to what is there.
    """
    connection = connections[model._base_manager.db]
    kind = type(keys[0])
    names = (*kind._fields, "value", "known_from", "known_to")
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    columns = [f'"{field.column}"' for field in fields]
    values = [
        field.get_db_prep_save(value, connection)
        for key in keys
        for field, value in zip(fields, (*key, differences[key], on, FOREVER), strict=True)
    ]
    row = f"({', '.join(['%s'] * len(fields))})"
    table = f'"{model._meta.db_table}"'
    with often(connection) as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([row] * len(keys))} "  # noqa: S608  (names of our own columns)
            f"ON CONFLICT ({', '.join(columns[:-3])}) WHERE \"known_to\" = '{FOREVER}' "
            f'DO UPDATE SET "value" = {table}."value" + CASE '
            f'WHEN {table}."known_from" = excluded."known_from" THEN excluded."value" ELSE 0 END '
            f'RETURNING "id", {", ".join(columns[:-1])}',
            values,
        )
        found = cursor.fetchall()
    return [
        (pk, kind(measure, _day(period), *rest), value, _day(since))
        for pk, measure, period, *rest, value, since in found
    ]


def _day(value: date | str) -> date:
    """SQLite hands days out as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def _row(model: Level, key: Any, on: date, value: int) -> Any:
    columns = {model._meta.get_field(name).attname: each for name, each in zip(key._fields, key, strict=True)}  # type: ignore[union-attr]
    return model(**columns, value=value, known_from=on)


def recount() -> Differences:
    """Every cell as the records say, counted afresh."""
    found: Differences = {}
    for way in counted_ways():
        found |= shares(None, way)
    return found


def held() -> Differences:
    """Every cell as it stands."""
    return _held(Cell, Key)


def held_years() -> YearDifferences:
    """Every sum of a commune's year as it stands."""
    return _held(AreaYear, YearKey)


def _held(model: Level, kind: Any) -> Any:
    rows = model._base_manager.filter(known_to=FOREVER).exclude(value=0)
    columns = [model._meta.get_field(name).attname for name in kind._fields]  # type: ignore[union-attr]
    return {kind(*row[:-1]): row[-1] for row in rows.values_list(*columns, "value").iterator(chunk_size=5000)}


def rebuild(on: date | None = None) -> int:
    """Bring every cell to what the records say (after a bulk load). Returns how many cells were moved."""
    on = on or today()
    with transaction.atomic():
        should = recount()
        moved = _bring_to(Cell, should, held(), on)
        _bring_to(AreaYear, of_years(should), held_years(), on)
    return moved


def _bring_to(model: Level, should: Any, is_now: Any, on: date) -> int:
    wrong = _differing(should, is_now)
    if not is_now and not model._base_manager.exists():
        model._base_manager.bulk_create(
            (_row(model, key, on, counted) for key, _held, counted in wrong), batch_size=2000
        )
    else:
        _move(model, {key: counted - held for key, held, counted in wrong}, on)
    return len(wrong)


class Mismatch(NamedTuple):
    """A cell, or the sum of a commune's year, that does not hold what its records say."""

    key: Key | YearKey
    held: int
    counted: int


def _differing(should: Any, is_now: Any) -> list[Mismatch]:
    return [
        Mismatch(key, is_now.get(key, 0), should.get(key, 0))
        for key in sorted(should.keys() | is_now.keys())
        if is_now.get(key, 0) != should.get(key, 0)
    ]


def verify() -> tuple[int, list[Mismatch]]:
    """Recount everything. Returns how many cells were compared, and those that differ, in key order."""
    should, is_now = recount(), held()
    years, years_now = of_years(should), held_years()
    compared = len(should.keys() | is_now.keys()) + len(years.keys() | years_now.keys())
    return compared, [*_differing(should, is_now), *_differing(years, years_now)]
