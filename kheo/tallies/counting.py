"""Keeping the cells true: each change of what is counted moves them by the difference it makes.

The enrolment is locked before its share is read, and the cells are changed in the order of their keys:
unlocked enrolments drift, unsorted cells deadlock.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from itertools import groupby, islice
from typing import NamedTuple

from django.db import models, transaction
from django.db.models import F

from kheo.lib.periods import FOREVER, today
from kheo.tallies.measures import REGISTRY
from kheo.tallies.models import Cell


class Key(NamedTuple):
    """What names a cell. Sorted, these are the order in which cells are locked."""

    measure: str
    period: date
    unit: int
    area: int
    field: int
    kind: str


Differences = dict[Key, int]
# Above it cells are moved by the hundred.
FEW, AT_ONCE = 20, 300
# The shares of each enrolment as they were when the outermost `counting` first met it.
_before: ContextVar[dict[int, "Differences"] | None] = ContextVar("before", default=None)


@contextmanager
def counting(*enrolments: models.Model) -> Iterator[None]:
    """Run a change of these enrolments (rows of one model) and move the cells by what it changes.

    Opens a transaction. Inside another `counting` the enrolments join it and the cells are moved once, at
    the end of the outermost: a list of 500 is one pass over its cells. A batch names all its enrolments
    at the outermost, so that they are locked in the order of their ids.
    """
    known = _before.get()
    if known is not None:
        _meet(enrolments, known)
        yield
        return
    met: dict[int, Differences] = {}
    token = _before.set(met)
    try:
        with transaction.atomic():
            _meet(enrolments, met)
            yield
            differences: Differences = defaultdict(int)
            for enrolment, before in met.items():
                after = shares(enrolment)
                for key in before.keys() | after.keys():
                    differences[key] += after.get(key, 0) - before.get(key, 0)
            move(differences)
    finally:
        _before.reset(token)


def _meet(enrolments: Sequence[models.Model], known: dict[int, Differences]) -> None:
    """Lock those not met yet, in the order of their ids, and only then read what they contribute."""
    ids = sorted({enrolment.pk for enrolment in enrolments} - known.keys())
    if ids:
        model = type(enrolments[0])
        list(model._base_manager.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
        known.update((pk, shares(pk)) for pk in ids)


def shares(enrolment: int) -> Differences:
    """What an enrolment contributes to each cell now."""
    found: Differences = defaultdict(int)
    for key, value in _count(enrolment):
        found[key] += value
    return found


def _count(enrolment: int | None) -> Iterator[tuple[Key, int]]:
    for measure in REGISTRY.values():
        for row in measure.rows(enrolment):
            # Without a commune a record stays outside the yearly figures.
            if row["area"] is not None and row["value"]:
                key = Key(measure.name, row["period"], row["unit"], row["area"], row["field"], row["kind"])
                yield key, row["value"]
                if measure.grain == "month":
                    year = row["period"].replace(month=1, day=1)
                    yield key._replace(measure=measure.of_years, period=year), row["value"]


def move(differences: Differences, on: date | None = None) -> None:
    """Move cells by differences, in the order of their keys. The first change of a day opens a new row."""
    on = on or today()
    changed = sorted(key for key, value in differences.items() if value)
    # Makes the rows that are missing, also when another writer is just making them.
    Cell.objects.bulk_create((_cell(key, on) for key in changed), ignore_conflicts=True)
    if len(changed) > FEW:
        _move_many(changed, differences, on)
        return
    for key in changed:
        cell = Cell.objects.select_for_update().get(**_where(key), known_to=FOREVER)
        if cell.known_from == on:
            Cell.objects.filter(pk=cell.pk).update(value=F("value") + differences[key])
        else:
            Cell.objects.filter(pk=cell.pk).update(known_to=on)
            Cell.objects.create(**_where(key), value=cell.value + differences[key], known_from=on)


def _move_many(changed: list[Key], differences: Differences, on: date) -> None:
    """As above, some hundred cells a statement. Each statement locks the cells of one measure, one period
    and a stretch of units in the order of their keys, so that everybody's locks still come in one order."""
    for (measure, period), keys in groupby(changed, key=lambda key: (key.measure, key.period)):
        for some in _batched(keys):
            wanted = set(some)
            cells = Cell.objects.select_for_update().filter(
                measure=measure,
                period=period,
                unit__gte=some[0].unit,
                unit__lte=some[-1].unit,
                unit__in={key.unit for key in some},
                known_to=FOREVER,
            )
            closed: list[int] = []
            opened: list[Cell] = []
            by_difference: dict[int, list[int]] = defaultdict(list)
            for cell in cells.order_by("measure", "period", "unit_id", "area_id", "field_id", "kind"):
                key = Key(measure, period, cell.unit_id, cell.area_id, cell.field_id, cell.kind)
                if key not in wanted:
                    continue
                if cell.known_from == on:
                    by_difference[differences[key]].append(cell.pk)
                else:
                    closed.append(cell.pk)
                    opened.append(_cell(key, on, cell.value + differences[key]))
            for difference, pks in by_difference.items():
                Cell.objects.filter(pk__in=pks).update(value=F("value") + difference)
            Cell.objects.filter(pk__in=closed).update(known_to=on)
            Cell.objects.bulk_create(opened)


def _batched(keys: Iterator[Key]) -> Iterator[list[Key]]:
    while some := list(islice(keys, AT_ONCE)):
        yield some


def _where(key: Key) -> dict:
    return {
        "measure": key.measure,
        "period": key.period,
        "unit_id": key.unit,
        "area_id": key.area,
        "field_id": key.field,
        "kind": key.kind,
    }


def _cell(key: Key, on: date, value: int = 0) -> Cell:
    return Cell(**_where(key), value=value, known_from=on)


def recount() -> Differences:
    """Every cell as the records say, counted afresh."""
    found: Differences = defaultdict(int)
    for key, value in _count(None):
        found[key] += value
    return found


def held() -> Differences:
    """Every cell as it stands."""
    rows = Cell.objects.filter(known_to=FOREVER).exclude(value=0)
    names = ("measure", "period", "unit_id", "area_id", "field_id", "kind", "value")
    return {Key(*row[:6]): row[6] for row in rows.values_list(*names).iterator(chunk_size=5000)}


def rebuild(on: date | None = None) -> int:
    """Bring every cell to what the records say (after a bulk load). Returns how many cells were moved."""
    with transaction.atomic():
        should, is_now = recount(), held()
        differences = {
            key: should.get(key, 0) - is_now.get(key, 0)
            for key in should.keys() | is_now.keys()
            if should.get(key, 0) != is_now.get(key, 0)
        }
        if not is_now and not Cell.objects.exists():
            day = on or today()
            Cell.objects.bulk_create(
                (_cell(key, day, value) for key, value in sorted(differences.items())), batch_size=2000
            )
        else:
            move(differences, on)
    return len(differences)


class Mismatch(NamedTuple):
    """A cell that does not hold what its records say."""

    key: Key
    held: int
    counted: int


def verify() -> tuple[int, list[Mismatch]]:
    """Recount everything. Returns how many cells were compared, and those that differ, in key order."""
    should, is_now = recount(), held()
    keys = sorted(should.keys() | is_now.keys())
    wrong = [
        Mismatch(key, is_now.get(key, 0), should.get(key, 0))
        for key in keys
        if is_now.get(key, 0) != should.get(key, 0)
    ]
    return len(keys), wrong
