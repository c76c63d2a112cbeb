"""The shares of divided communes: where a record of such a commune is settled when a person knows it.

A part hangs under the divided commune, lasts as long as it, and goes over whole into one heir; so what is
counted in a part is exact in every structure: in its own time it is the commune's, afterwards the heir's. The
parts of the heirs themselves are opened with the division; a further one is opened when something is settled
that went on whole and was divided later.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _

from kheo.lib.periods import FOREVER, today
from kheo.lib.refusals import Refused
from kheo.places import lineage
from kheo.places.models import Area, AreaSuccession, Level

# The areas a commune's territory passed through, from the commune to one that answers for it today.
Way = tuple[Area, ...]


def ways(area: Area, day: date | None = None) -> list[Way]:
    """Every way from an area that ended to those that exist on a day (today), in Vietnamese order.

    One query for each step through time, however many heirs.
    """
    day = day or today()
    found: list[Way] = []
    going: list[Way] = [(area,)]
    while going:
        ends = [way for way in going if way[-1].existed_on(day)]
        found += ends
        going = [way for way in going if way not in ends]
        links = _links(way[-1].pk for way in going)
        going = [
            (*way, link.successor)
            for way in going
            for link in links[way[-1].pk]
            if link.successor not in way and link.successor.level == area.level
        ]
    return sorted(found, key=lambda way: (way[-1].sort_key, [step.pk for step in way]))


def leading(way: Way) -> Area:
    """The part of the first area whose records go this way; the area itself where all of it does.

    Parts that are missing are opened. Part of the caller's transaction.
    """
    with transaction.atomic():
        # The rows divided are the lock: two people settling at once open one part.
        list(Area.objects.select_for_update().filter(pk__in=[area.pk for area in way]).order_by("pk"))
        target = way[-1]
        for area in reversed(way[:-1]):
            target = area if _goes_whole(area, target) else _part(area, target, way[-1])
    return target


def counted_in(area: Area) -> Area | None:
    """Where figures of what lies in `area` are counted: its commune, or the part of it that it belongs to.

    None above the communes. A hamlet belongs to a part once it is known under which heir it goes on.
    """
    for above in area.upward():
        if above.level == Level.PART:
            return above
    commune = area.commune
    if commune is None or area.level != Level.HAMLET or (area.valid_to >= FOREVER and not area.annulled):
        return commune
    known = AreaSuccession.objects.filter(predecessor=area, known_to=FOREVER)
    link = known.select_related("successor__parent__parent__parent").first()
    if link is None or link.successor.level != Level.HAMLET:
        return commune
    target = link.successor.counted_in()
    if target is None or _goes_whole(commune, target):
        return commune
    heir = target if target.level == Level.COMMUNE else target.parent
    if not any(each.successor == heir for each in _links([commune.pk])[commune.pk]):
        return commune
    with transaction.atomic():
        Area.objects.select_for_update().get(pk=commune.pk)
        return _part(commune, target, heir or target)


def _links(areas: Iterable[int]) -> dict[int, list[AreaSuccession]]:
    ties = AreaSuccession.objects.filter(known_to=FOREVER).select_related("successor__parent__parent__parent")
    found: dict[int, list[AreaSuccession]] = defaultdict(list)
    for link in lineage.in_batches(ties.order_by("on", "pk"), "predecessor_id__in", set(areas)):
        found[link.predecessor_id].append(link)
    return found


def _goes_whole(area: Area, target: Area) -> bool:
    links = _links([area.pk])[area.pk]
    if len(links) != 1 or links[0].successor_id != target.pk:
        return False
    [link] = links
    decided = link.share_numerator is not None and link.share_numerator == link.share_denominator
    return link.kind != AreaSuccession.Kind.PART or decided


def _part(area: Area, target: Area, heir: Area) -> Area:
    """The part of `area` that goes over into `target`, opened if missing."""
    if area.level != Level.COMMUNE:
        raise Refused(_("Only what lies in a commune or ward can be settled."))
    known = Area.objects.filter(
        parent=area,
        level=Level.PART,
        annulled=area.annulled,
        successions__successor=target,
        successions__known_to=FOREVER,
    )
    part = known.order_by("pk").first()
    if part is not None:
        return part
    part = Area(
        level=Level.PART,
        type="phần",
        name=f"{area.name} ({heir.full_name})"[:120],
        parent=area,
        valid_from=area.valid_from,
        valid_to=area.valid_to,
        annulled=area.annulled,
        sample=area.sample,
    )
    part.save()
    AreaSuccession.objects.create(
        predecessor=part,
        successor=target,
        on=area.valid_from if area.annulled else area.valid_to,
        kind=AreaSuccession.Kind.WHOLE,
    )
    lineage.recompute([part])
    part.refresh_from_db()
    return part
