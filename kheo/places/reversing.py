"""When a decision turns out to have been mistaken, a correcting one reverses it.

What the mistaken one closed is there again as though it had never been closed; what it opened was, as is
known now, never there, and is answered for by what it should have been. The successions it wrote stay,
closed: figures "as known on" an earlier day do not change. What was recorded meanwhile keeps its place and is
carried: exactly where it should have been one area, or a hamlet that lay in it; else it waits to be settled.
"""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kheo.audit import models as audit
from kheo.lib.periods import FOREVER, today
from kheo.lib.refusals import Refused
from kheo.places import changes, lineage
from kheo.places.changes import AreaChange, Reading
from kheo.places.lineage import in_batches
from kheo.places.models import Area, AreaCode, AreaName, AreaSuccession, Level

Kind = AreaSuccession.Kind


def check(change: AreaChange) -> None:
    """Refuse where something that was decided since stands on what would be reversed."""
    _opened(change, Reading(change))


def _opened(change: AreaChange, reading: Reading) -> list[Area]:
    opened = [
        reading[f"new:{opening.key}"] for opening in change.opens if f"new:{opening.key}" in reading.found
    ]
    for area in opened:
        if area.valid_to != FOREVER or not area.in_force:
            raise Refused(
                _("%(area)s has been reorganised again since. Reverse the later decision first.")
                % {"area": area.full_name}
            )
    for renaming in change.renames:
        area = reading[renaming.area]
        if area.valid_to != FOREVER or (area.type, area.name) != (renaming.type, renaming.name):
            raise Refused(
                _("%(area)s has been reorganised again since. Reverse the later decision first.")
                % {"area": area.full_name}
            )
    return opened


def reverse(change: AreaChange, by: Any = None, reason: str = "") -> dict[int, list[Area]]:
    """Reverse a change that was carried out. Returns what each area it opened should have been, by its id."""
    day = today()
    with transaction.atomic():
        changes._one_at_a_time()
        reading = Reading(change)
        opened = _opened(change, reading)
        ended = [reading[ref] for ref in dict.fromkeys(change.closes)]
        under = Area.objects.filter(level__in=[Level.HAMLET, Level.PART], valid_to=change.on, annulled=False)
        below = list(in_batches(under.order_by("pk"), "parent_id__in", [area.pk for area in ended]))
        hamlets = [area for area in below if area.level == Level.HAMLET]
        parts = [area for area in below if area.level == Level.PART]
        before = [*ended, *below]
        ties = AreaSuccession.objects.filter(on=change.on, known_to=FOREVER)
        links = list(
            in_batches(ties.select_related("predecessor"), "predecessor_id__in", [area.pk for area in before])
        )
        _no_longer_known(links, day)
        _reopen([*ended, *hamlets], change.on, by, reason)
        opened_below = list(
            in_batches(
                Area.objects.filter(level=Level.HAMLET, annulled=False).order_by("pk"),
                "parent_id__in",
                [area.pk for area in opened],
            )
        )
        _annul([*opened, *opened_below, *parts], change.on, day, by, reason)
        should = _should_have_been(links, opened, ended)
        new = _instead(should, opened, links, opened_below, reason)
        renamed = _names_of_before(change, reading, by, reason)
        lineage.recompute([*before, *opened, *opened_below, *renamed, *new])
    return should


def _no_longer_known(links: list[AreaSuccession], day: date) -> None:
    AreaSuccession.objects.filter(pk__in=[link.pk for link in links]).update(known_to=day)


def _reopen(areas: list[Area], on: date, by: Any, reason: str) -> None:
    ids = [area.pk for area in areas]
    for some in lineage.in_portions(ids):
        Area.objects.filter(pk__in=some).update(valid_to=FOREVER)
        AreaCode.objects.filter(area_id__in=some, valid_to=on).update(valid_to=FOREVER)
        AreaName.objects.filter(area_id__in=some, valid_to=on).update(valid_to=FOREVER)
    audit.record_all(
        ((area, {"valid_to": [f"{on}", f"{FOREVER}"]}) for area in areas), "reopened", by=by, reason=reason
    )


def _annul(areas: list[Area], on: date, day: date, by: Any, reason: str) -> None:
    # A span holds at least a day, also that of what was never there.
    until = max(day, on + timedelta(days=1))
    ids = [area.pk for area in areas]
    for some in lineage.in_portions(ids):
        Area.objects.filter(pk__in=some, valid_to=FOREVER).update(valid_to=until)
        Area.objects.filter(pk__in=some).update(annulled=True)
        AreaCode.objects.filter(area_id__in=some, valid_to=FOREVER).update(valid_to=until)
        AreaName.objects.filter(area_id__in=some, valid_to=FOREVER).update(valid_to=until)
    audit.record_all(((area, {}) for area in areas), "annulled", by=by, reason=reason)


def _should_have_been(
    links: list[AreaSuccession], opened: list[Area], ended: list[Area]
) -> dict[int, list[Area]]:
    new, old = {area.pk for area in opened}, {area.pk: area for area in ended}
    should: dict[int, list[Area]] = defaultdict(list)
    for link in links:
        if link.successor_id in new and link.predecessor_id in old:
            should[link.successor_id].append(old[link.predecessor_id])
    return should


def _instead(
    should: dict[int, list[Area]],
    opened: list[Area],
    links: list[AreaSuccession],
    opened_below: list[Area],
    reason: str,
) -> list[Area]:
    """Say of each annulled area what it should have been. Returns hamlets opened for it."""
    rows, fresh = [], []
    # A hamlet that was re-opened is again the one it was; one typed meanwhile goes on where that is certain.
    hamlet_of = {
        link.successor_id: link.predecessor for link in links if link.predecessor.level == Level.HAMLET
    }
    for area in opened:
        heirs = should.get(area.pk, [])
        rows += [
            AreaSuccession(
                predecessor=area,
                successor=heir,
                on=area.valid_from,
                kind=Kind.UNCHANGED if len(heirs) == 1 else Kind.PART,
                legal_basis=reason[:200],
            )
            for heir in heirs
        ]
    for hamlet in opened_below:
        was = hamlet_of.get(hamlet.pk)
        heirs = should.get(hamlet.parent_id or 0, [])
        if was is None and len(heirs) == 1:
            was = Area(
                level=Level.HAMLET,
                type=hamlet.type,
                name=hamlet.name,
                parent=heirs[0],
                valid_from=heirs[0].valid_from,
                sample=hamlet.sample,
            )
            was.save()
            fresh.append(was)
        if was is not None:
            rows.append(
                AreaSuccession(
                    predecessor=hamlet,
                    successor=was,
                    on=hamlet.valid_from,
                    kind=Kind.UNCHANGED,
                    legal_basis=reason[:200],
                )
            )
    AreaSuccession.objects.bulk_create(rows, batch_size=500)
    return fresh


def _names_of_before(change: AreaChange, reading: Reading, by: Any, reason: str) -> list[Area]:
    """Give renamed areas their name back. The mistaken one stays as a spelling lists may know it by."""
    renamed = []
    for renaming in change.renames:
        area = reading[renaming.area]
        names = AreaName.objects.filter(area=area, other_spelling=False)
        mistaken = names.filter(valid_from=change.on).first()
        earlier = names.filter(valid_to=change.on).first()
        if mistaken is None or earlier is None:
            continue
        AreaName.objects.filter(pk=mistaken.pk).update(other_spelling=True)
        AreaName.objects.filter(pk=earlier.pk).update(valid_to=mistaken.valid_to)
        told = area.full_name
        area.say(earlier.type, earlier.name)
        area.save(update_fields=["type", "name", "full_name", "folded", "sort_key"])
        audit.record(area, "renamed", by=by, changes={"full_name": [told, area.full_name]}, reason=reason)
        renamed.append(area)
    return renamed
