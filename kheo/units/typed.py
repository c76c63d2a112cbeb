"""When a list names bodies that are in no register: schools, party cells, clubs,
founded under the bodies of their communes.

A list may be older than today's structure. A body named in it lived as long as the one above it; when that
one ended without anybody carrying it on, it is answered for by whoever answers for the one above.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db import transaction

from kheo.audit.models import record_all
from kheo.lib.periods import BEGINNING, FOREVER, today
from kheo.lib.vietnamese import fold, nfc, same_name, sort_key
from kheo.places.models import Area
from kheo.places.paths import segment
from kheo.units.models import Level, Unit, UnitLineage, UnitSuccession


class Named(NamedTuple):
    """A body as a list names it, under which body, of which line, at which place."""

    name: str
    under: Unit
    line: str
    area: Area


def key_of(named: Named) -> tuple[int, str]:
    """By what `find_or_found` answers for it."""
    return named.under.pk, fold(named.name)[:300]


def find_or_found(named: Iterable[Named], *, by: Any) -> dict[tuple[int, str], Unit]:
    """The typed body of each, by (id of the one above, folded name); what is missing is founded.

    A fixed number of statements, whatever their number.
    """
    wanted: dict[tuple[int, str], Named] = {}
    for each in named:
        each = each._replace(name=nfc(" ".join(each.name.split()))[:300])
        if fold(each.name):
            wanted.setdefault(key_of(each), each)
    above = sorted({each.under.pk for each in wanted.values()})
    with transaction.atomic():
        # The superiors' rows are the lock: two people typing the same school make one.
        list(Unit.objects.select_for_update().filter(pk__in=above).order_by("pk").values_list("pk"))
        found: dict[tuple[int, str], Unit] = {}
        for unit in Unit.objects.filter(parent__in=above, kind=Unit.Kind.TYPED).order_by("pk"):
            key = (unit.parent_id or 0, unit.folded)
            if key in wanted and (key not in found or same_name(unit.name, wanted[key].name)):
                found[key] = unit
        missing = {key: each for key, each in wanted.items() if key not in found}
        if missing:
            founded = _found(list(missing.values()))
            record_all(((unit, {}) for unit in founded), "added", by=by)
            found |= dict(zip(missing, founded, strict=True))
    return found


def _found(named: list[Named]) -> list[Unit]:
    units = [
        Unit(
            name=each.name,
            folded=fold(each.name)[:300],
            sort_key=sort_key(each.name)[:600],
            kind=Unit.Kind.TYPED,
            line=each.line,
            level=Level.HAMLET,
            area=each.area,
            parent=each.under,
            valid_from=each.under.valid_from,
            valid_to=each.under.valid_to,
            sample=each.under.sample,
            # The paths hold the rows' own ids, which are known only after the first write.
            path="new/",
            path_now="new/",
        )
        for each in named
    ]
    Unit.objects.bulk_create(units, batch_size=500)
    for unit, each in zip(units, named, strict=True):
        unit.path = each.under.path + segment(unit.pk)
        lives = each.under.is_living
        unit.path_now = each.under.path_now + segment(unit.pk) if lives else each.under.path_now
        unit.heir_undecided = not lives and each.under.heir_undecided
    # An upsert: `bulk_update` takes many times as long.
    Unit.objects.bulk_create(
        units,
        batch_size=300,
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["path", "path_now", "heir_undecided"],
    )
    _continue(units)
    return units


def _continue(units: list[Unit]) -> None:
    """Who answers for them: themselves, then whoever answers for the body above."""
    now = today()
    above: dict[int, list[UnitLineage]] = {}
    ids = {unit.parent_id for unit in units if unit.parent_id}
    for row in UnitLineage.objects.known().filter(unit__in=ids):
        above.setdefault(row.unit_id, []).append(row)
    bases = dict(
        UnitSuccession.objects.filter(predecessor__in=ids, known_to=FOREVER).values_list(
            "predecessor", "legal_basis"
        )
    )
    lines, ends = [], []
    for unit in units:
        known = BEGINNING if unit.valid_from <= BEGINNING else now
        lines.append(
            UnitLineage(
                unit=unit,
                heir=unit,
                valid_from=unit.valid_from,
                valid_to=unit.valid_to,
                known_from=known,
                basis="itself",
            )
        )
        if unit.valid_to >= FOREVER:
            continue
        ends.append(
            UnitSuccession(
                predecessor=unit,
                successor=None,
                on=unit.valid_to,
                kind=UnitSuccession.Kind.ENDED,
                legal_basis=bases.get(unit.parent_id or 0, "")[:300],
            )
        )
        lines += [
            UnitLineage(
                unit=unit,
                heir_id=row.heir_id,
                valid_from=row.valid_from,
                valid_to=row.valid_to,
                share_numerator=row.share_numerator,
                share_denominator=row.share_denominator,
                known_from=known,
                basis="whole" if row.share_numerator == row.share_denominator else "share",
            )
            for row in above.get(unit.parent_id or 0, [])
            if row.valid_from >= unit.valid_to
        ]
    UnitSuccession.objects.bulk_create(ends, batch_size=500)
    UnitLineage.objects.bulk_create(lines, batch_size=500)
