"""For each body and each day: which body of that day answers for it. Figures by line are read through it."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import NamedTuple

from django.db.models import Q, QuerySet

from kheo.lib.database import write_values
from kheo.lib.lineage import Heir, trace
from kheo.lib.periods import BEGINNING, FOREVER, today
from kheo.lib.pouring import pour
from kheo.places import paths
from kheo.units.models import Unit, UnitLineage, UnitSuccession

PORTION = 20_000


def recompute(touched: Iterable[int] | None = None) -> None:
    """Write the lineage and `path_now` of units anew from the successions: of all, or of those that have to
    do with some (ids) that were opened, closed or tied otherwise.

    A body that ended without successor is answered for by the one above it, which keeps its records. The
    share of a divided body is that body in its own time; what was never there is what it should have been.
    """
    family = _everybody() if touched is None else _family(touched)
    units, successors = family.units, family.successors
    spans = {pk: (unit.valid_from, unit.valid_to) for pk, unit in units.items()}
    standing = {
        pk: [each for heir, share in links for each in _standing(heir, share, successors, units)]
        for pk, links in successors.items()
    }
    heirs = trace(spans, standing)
    for pk, unit in units.items():
        if unit.annulled:
            heirs[pk] = _instead(pk, heirs, successors, units)
        elif unit.kind == Unit.Kind.PART and unit.parent_id is not None:
            heirs[pk] = [row._replace(heir=unit.parent_id) if row.heir == pk else row for row in heirs[pk]]
    # A nation has a quarter of a million lines: so many bodies' lines are held beside those that stand.
    everyone = sorted(family.concerned)
    for start in range(0, len(everyone), PORTION):
        portion = everyone[start : start + PORTION]
        _bring_to(
            {
                (pk, row.heir, row.first, row.end, row.share.numerator, row.share.denominator)
                for pk in portion
                for row in heirs[pk]
            },
            portion,
        )
    now = today()
    changed = []
    for pk in family.concerned:
        unit = units[pk]
        living = [units[row.heir].path for row in heirs[pk] if row.first <= now < row.end]
        path = living[0] if len(living) == 1 else paths.common(living) or unit.path
        undecided = len(living) > 1
        if (unit.path_now, unit.heir_undecided) != (path, undecided):
            changed.append((pk, path, undecided))
    write_values(Unit, ("path_now", "heir_undecided"), changed)


class Body(NamedTuple):
    """What lineage asks of a unit: a nation has 146,000 of them."""

    pk: int
    parent_id: int | None
    path: str
    path_now: str
    heir_undecided: bool
    valid_from: date
    valid_to: date
    kind: str
    annulled: bool


_OF_A_BODY = ("pk", "parent_id", *Body._fields[2:])
_OF_A_TIE = ("predecessor_id", "successor_id", "share_numerator", "share_denominator")


@dataclass
class _Family:
    # Those whose lineage is written anew, and all who may answer for them.
    concerned: Collection[int]
    units: dict[int, Body]
    # Who follows whom, the one above where it ended without successor.
    successors: dict[int, list[tuple[int, Fraction]]]


def _ties() -> QuerySet[UnitSuccession, tuple]:
    return UnitSuccession.objects.filter(known_to=FOREVER).values_list(*_OF_A_TIE)


def _everybody() -> _Family:
    units = {row[0]: Body(*row) for row in Unit.objects.order_by().values_list(*_OF_A_BODY)}
    return _Family(units, units, _successors(_ties().order_by("pk"), units))


def _family(touched: Iterable[int]) -> _Family:
    """The touched, all whose heirs they are at any time, and all who may answer for any of these."""
    concerned = new = set(touched)
    while new:
        found = set(_ties().filter(successor__among=new).values_list("predecessor", flat=True))
        ended = _ties().filter(successor=None, predecessor__parent__among=new)
        found |= set(ended.values_list("predecessor", flat=True))
        below = Unit.objects.filter(Q(annulled=True) | Q(kind=Unit.Kind.PART), parent__among=new)
        found |= set(below.values_list("pk", flat=True))
        new = found - concerned
        concerned = concerned | new
    units: dict[int, Body] = {}
    ties: list[tuple] = []
    new = set(concerned)
    while new:
        rows = Unit.objects.filter(pk__among=new).order_by().values_list(*_OF_A_BODY)
        units |= {row[0]: Body(*row) for row in rows}
        fresh = list(_ties().filter(predecessor__among=new).order_by("pk"))
        ties += fresh
        upward = {tie[1] for tie in fresh if tie[1] is not None}
        without = {tie[0] for tie in fresh if tie[1] is None}
        for pk in new & units.keys():
            unit = units[pk]
            if unit.parent_id and (pk in without or unit.annulled or unit.kind == Unit.Kind.PART):
                upward.add(unit.parent_id)
        new = upward - units.keys()
    return _Family(concerned & units.keys(), units, _successors(ties, units))


def _successors(ties: Iterable[tuple], units: dict[int, Body]) -> dict[int, list[tuple[int, Fraction]]]:
    successors: dict[int, list[tuple[int, Fraction]]] = defaultdict(list)
    ended = []
    for predecessor, successor, numerator, denominator in ties:
        if successor is None:
            ended.append(predecessor)
        else:
            whole = numerator is None or not denominator
            successors[predecessor].append((successor, _ONE if whole else Fraction(numerator, denominator)))
    for pk in ended:
        above = units[pk].parent_id
        if above is not None and pk not in successors:
            successors[pk].append((above, _ONE))
    return successors


_ONE = Fraction(1)


def _standing(
    pk: int, share: Fraction, successors: dict[int, list[tuple[int, Fraction]]], units: dict[int, Body]
) -> list[tuple[int, Fraction]]:
    """The body itself, or what it should have been, where it was never there."""
    if not units[pk].annulled:
        return [(pk, share)]
    above = units[pk].parent_id
    instead = successors.get(pk) or ([(above, Fraction(1))] if above else [])
    return [each for heir, part in instead for each in _standing(heir, share * part, successors, units)]


def _instead(
    pk: int,
    heirs: dict[int, list[Heir]],
    successors: dict[int, list[tuple[int, Fraction]]],
    units: dict[int, Body],
) -> list[Heir]:
    """All time of a body that was never there: that of what it should have been, else of the one above."""
    above = units[pk].parent_id
    instead = successors.get(pk) or ([(above, Fraction(1))] if above else [])
    found = []
    for heir, share in instead:
        # The one above may never have been there either.
        rows = _instead(heir, heirs, successors, units) if units[heir].annulled else heirs[heir]
        found += [row._replace(share=row.share * share) for row in rows]
    return found


_COLUMNS = ("unit_id", "heir_id", "valid_from", "valid_to", "share_numerator", "share_denominator")


def _bring_to(wanted: set[tuple], concerned: Collection[int]) -> None:
    """Write only what differs, among the lines of those concerned."""
    lines = UnitLineage.objects.known().filter(unit__among=concerned).values_list("pk", *_COLUMNS)
    held = {row[1:]: row[0] for row in lines}
    now, known = today(), {row[0] for row in held}
    gone = UnitLineage.objects.filter(pk__among=[pk for row, pk in held.items() if row not in wanted])
    # What was written this very day was never read.
    gone.filter(known_from=now).delete()
    gone.update(known_to=now)
    pour(
        UnitLineage,
        [*_COLUMNS, "basis", "known_from"],
        (
            (
                *(each.isoformat() if isinstance(each, date) else each for each in row),
                "itself" if row[0] == row[1] else ("whole" if row[4] == row[5] else "share"),
                # What was first said of a body was never known otherwise.
                (now if row[0] in known or row[2] > BEGINNING else BEGINNING).isoformat(),
            )
            for row in sorted(wanted - held.keys())
        ),
    )
