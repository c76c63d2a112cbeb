"""What was chosen on the day of a field pack, carried to who answers for it today.

A commune or body named on a phone may have ended since. Where one heir answers for it the choice is carried
there, and a note says so; where nobody has decided between several it waits for a person.
"""

from datetime import date

from kheo.lib.periods import today
from kheo.offline.kinds import Notes, Waits
from kheo.places.models import Area
from kheo.units.models import Post, Unit


def area_today(area: Area, since: date) -> tuple[Area, Notes]:
    """The area that answers today for one chosen on the day `since`."""
    if area.lives:
        return area, []
    heir = area.today
    if area.heir_undecided or heir.level != area.level:
        raise Waits("undecided", place=area.short_place)
    return heir, _note("place", area.short_place, heir.short_place, since, area.valid_to)


def unit_today(unit: Unit, since: date) -> tuple[Unit, Notes]:
    """The body that answers today for one chosen on the day `since`."""
    if unit.is_living:
        return unit, []
    heirs = list(unit.heirs_on(today())[:2])
    if unit.heir_undecided or len(heirs) != 1:
        raise Waits("undecided", place=unit.name)
    return heirs[0], _note("body", unit.name, heirs[0].name, since, unit.valid_to)


def post_today(old: Post, current: list[Post]) -> tuple[Post, Notes] | None:
    """The person's post of today that goes on from one that has ended, or None."""
    if old.unit.heir_undecided:
        return None
    there = [post for post in current if post.unit.path_now == old.unit.path_now]
    there.sort(key=lambda post: post.role != old.role)
    if not there:
        return None
    moved = there[0].unit_id != old.unit_id
    told = {"before": old.label, "after": there[0].label}
    return there[0], [["post", told]] if moved else []


def _note(name: str, before: str, after: str, since: date, ended: date) -> Notes:
    """The note, if whoever wrote it could not have known."""
    return [[name, {"before": before, "after": after}]] if since < ended else []


def undecided_place(post: Post | None) -> str:
    """The body of a post that ended without anybody having decided who follows it; "" where it is clear."""
    return post.unit.name if post is not None and post.unit.heir_undecided else ""
