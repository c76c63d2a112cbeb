"""What a confirmed decision will open is made beforehand, out of force, some hundred rows at a time.

What is missing is found out from what is there, so whatever stops it half-way, it goes on where it was, and a
second worker beside it does no harm. What nobody prepared, the switch makes itself.
"""

from kheo.places import changes
from kheo.places.changes import AreaChange
from kheo.places.lineage import in_batches
from kheo.places.models import Area
from kheo.units import bodies
from kheo.units.models import Reorganisation

# Rows made and ended: so many take half a second, and are done while the person waits.
SMALL = 400
# Areas, bodies or hamlets of one transaction: about a quarter of a second.
AT_ONCE = 200


def extent(change: AreaChange) -> tuple[int, dict[str, list[int]]]:
    """How many rows the change will make and end together, and what there is to prepare."""
    reading = changes.Reading(change)
    ending = reading.closings()
    areas = len(reading.missing())
    begin = bodies.to_prepare((each.level for each in change.opens), change.on)
    hamlets = len(changes.hamlets_to_prepare(change))
    size = areas + begin + 2 * hamlets + len(ending)
    size += bodies.to_prepare((area.level for area in ending), change.on)
    return size, {"areas": [0, areas], "bodies": [0, begin], "hamlets": [0, hamlets]}


def make_some(story: Reorganisation, change: AreaChange) -> bool:
    """Make some more of what is missing, and note it on the story. Answers whether something was made."""
    reading = changes.Reading(change)
    if missing := len(reading.missing()):
        changes.prepare(change, AT_ONCE)
        _moved(story, "areas", min(AT_ONCE, missing))
        return True
    begun = [reading[f"new:{opening.key}"] for opening in change.opens]
    waiting = Area.objects.filter(in_force=False).select_related("parent__parent").order_by("pk")
    if made := bodies.prepare(in_batches(waiting, "pk__in", [area.pk for area in begun]), AT_ONCE):
        _moved(story, "bodies", made)
        return True
    left = changes.hamlets_to_prepare(change, {int(old) for old in story.hamlets})
    again = changes.prepare_hamlets(change, left[:AT_ONCE])
    story.hamlets |= {str(old): new for old, new in again.items()}
    _moved(story, "hamlets", len(again))
    return bool(again)


def _moved(story: Reorganisation, what: str, rows: int) -> None:
    done, total = story.making.get(what, [0, 0])
    story.making[what] = [done + rows, max(total, done + rows)]
