"""For each body and each day: which body of that day answers for it. Figures by line are read through it."""

from collections import defaultdict
from fractions import Fraction

from kheo.lib.lineage import trace
from kheo.lib.periods import today
from kheo.places import paths
from kheo.units.models import Unit, UnitLineage, UnitSuccession


def recompute() -> None:
    """Write the lineage and `path_now` of every unit anew from the successions.

    A body that ended without successor is answered for by the one above it, which keeps its records.
    """
    units = {
        unit.pk: unit
        for unit in Unit.objects.only("pk", "parent_id", "path", "path_now", "valid_from", "valid_to")
    }
    spans = {pk: (unit.valid_from, unit.valid_to) for pk, unit in units.items()}
    successors: dict[int, list[tuple[int, Fraction]]] = defaultdict(list)
    for succession in UnitSuccession.objects.filter(successor__isnull=False):
        successors[succession.predecessor_id].append((succession.successor_id, _share(succession)))
    ended = UnitSuccession.objects.filter(successor__isnull=True).values_list("predecessor_id", flat=True)
    for pk in ended:
        if units[pk].parent_id and pk not in successors:
            successors[pk].append((units[pk].parent_id, Fraction(1)))
    heirs = trace(spans, successors)
    UnitLineage.objects.all().delete()
    UnitLineage.objects.bulk_create(
        (
            UnitLineage(
                unit_id=pk,
                heir_id=row.heir,
                valid_from=row.first,
                valid_to=row.end,
                share_numerator=row.share.numerator,
                share_denominator=row.share.denominator,
                basis="itself" if row.heir == pk else ("whole" if row.share == 1 else "share"),
            )
            for pk, rows in heirs.items()
            for row in rows
        ),
        batch_size=1000,
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
    Unit.objects.bulk_update(changed, ["path_now", "heir_undecided"], batch_size=500)


def _share(succession: UnitSuccession) -> Fraction:
    if succession.share_numerator is None or not succession.share_denominator:
        return Fraction(1)
    return Fraction(succession.share_numerator, succession.share_denominator)
