"""For each body and each day: which body of that day answers for it. Figures by line are read through it."""

from collections import defaultdict
from datetime import date
from fractions import Fraction

from kheo.lib.database import write_back
from kheo.lib.lineage import Heir, trace
from kheo.lib.periods import BEGINNING, FOREVER, today
from kheo.lib.pouring import pour
from kheo.places import paths
from kheo.places.lineage import in_portions
from kheo.units.models import Unit, UnitLineage, UnitSuccession


def recompute() -> None:
    """Write the lineage and `path_now` of every unit anew from the successions.

    A body that ended without successor is answered for by the one above it, which keeps its records. The
    share of a divided body is that body in its own time; what was never there is what it should have been.
    """
    units = {
        unit.pk: unit
        for unit in Unit.objects.only(
            "parent_id", "path", "path_now", "heir_undecided", "valid_from", "valid_to", "kind", "annulled"
        )
    }
    spans = {pk: (unit.valid_from, unit.valid_to) for pk, unit in units.items()}
    successors: dict[int, list[tuple[int, Fraction]]] = defaultdict(list)
    for succession in UnitSuccession.objects.filter(successor__isnull=False, known_to=FOREVER):
        if succession.successor_id is not None:
            successors[succession.predecessor_id].append((succession.successor_id, _share(succession)))
    ended = UnitSuccession.objects.filter(successor__isnull=True, known_to=FOREVER).values_list(
        "predecessor_id", flat=True
    )
    for pk in ended:
        above = units[pk].parent_id
        if above is not None and pk not in successors:
            successors[pk].append((above, Fraction(1)))
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
    _bring_to(
        {
            (pk, row.heir, row.first, row.end, row.share.numerator, row.share.denominator)
            for pk, rows in heirs.items()
            for row in rows
        }
    )
    now = today()
    changed = []
    for pk, unit in units.items():
        living = [units[row.heir].path for row in heirs[pk] if row.first <= now < row.end]
        path = living[0] if len(living) == 1 else paths.common(living) or unit.path
        undecided = len(living) > 1
        if (unit.path_now, unit.heir_undecided) != (path, undecided):
            unit.path_now, unit.heir_undecided = path, undecided
            changed.append(unit)
    write_back(changed, "path_now", "heir_undecided")


def _standing(
    pk: int, share: Fraction, successors: dict[int, list[tuple[int, Fraction]]], units: dict[int, Unit]
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
    units: dict[int, Unit],
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


def _bring_to(wanted: set[tuple]) -> None:
    """Write only what differs: most bodies are untouched by most changes."""
    held = {tuple(row[1:]): row[0] for row in UnitLineage.objects.known().values_list("pk", *_COLUMNS)}
    now, known = today(), {row[0] for row in held}
    for some in in_portions(pk for row, pk in held.items() if row not in wanted):
        # What was written this very day was never read.
        UnitLineage.objects.filter(pk__in=some, known_from=now).delete()
        UnitLineage.objects.filter(pk__in=some).update(known_to=now)
    # A nation has a quarter of a million of them.
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


def _share(succession: UnitSuccession) -> Fraction:
    if succession.share_numerator is None or not succession.share_denominator:
        return Fraction(1)
    return Fraction(succession.share_numerator, succession.share_denominator)
