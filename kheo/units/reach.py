"""What a post lets one see. Reach follows the two trees: by line (units) or by place (areas).

A record is found among what the person's posts reach, else it is not found at all. The reaches of
all posts are reduced to disjoint prefixes; where both trees are involved the two sets are united by
UNION, because an OR over both trees cannot use either index. A page of a long list is read the other way
round: in the order of the list, each row asked whether it is seen, until the page is full.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from typing import Any, TypeVar

from django.db import models
from django.db.models import F, Q
from django.db.models.lookups import In

from kheo.audit.models import Entry
from kheo.lib.database import Bare
from kheo.lib.periods import today
from kheo.lib.rows import Worded
from kheo.places.models import Area
from kheo.places.paths import within
from kheo.ui.lists import read_in_order
from kheo.units.models import Post, ReachKind, Role, Unit

Records = TypeVar("Records", bound=models.QuerySet)


class Seen(models.Expression):
    """The same condition in two forms: one that gathers all rows, one that is asked of each row in turn.

    `parts` says it a third time, as conditions of which a row meets one at most: see `ui.lists.in_parts`.
    """

    conditional = True
    output_field = models.BooleanField()

    def __init__(self, gathering: Q, walking: Q, *parts: Q) -> None:
        super().__init__()
        self.forms: list[Any] = [gathering, walking]
        self.parts = parts

    def get_source_expressions(self) -> list[Any]:
        return self.forms

    def set_source_expressions(self, exprs: Any) -> None:
        self.forms = list(exprs)

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return compiler.compile(self.forms[read_in_order()])


@dataclass(frozen=True)
class Reach:
    """What may be seen: `tree` is "own" (the unit with this very path), "line" or "place" (all below it)."""

    tree: str
    path: str


def posts_of(who: Any) -> list[Post]:
    """The current posts of a user (read once a request), or the one post given."""
    if isinstance(who, Post):
        return [who] if who.is_current else []
    if who is None or not getattr(who, "is_active", False) or not who.pk:
        return []
    if not hasattr(who, "current_posts"):
        who.current_posts = _held_by(who.pk, today())
    return who.current_posts


_held_by = Worded(
    lambda user, day: (
        Post.objects.on(day)
        .filter(user=user)
        .select_related("unit__area__parent", "user")
        .order_by("valid_from", "pk")
    ),
    int,
    date,
)


def administers(who: Any) -> bool:
    """Whether a person administers the system or a unit today."""
    return any(post.role in (Role.ADMIN, Role.UNIT_ADMIN) for post in posts_of(who))


def reaches_of(who: Any) -> list[Reach]:
    """The disjoint prefixes that a user's posts, or one post, reach. Empty: nothing may be seen."""
    found = set()
    for post in posts_of(who):
        # Everyone sees the own unit's records, also those of units it has inherited: they share its path.
        found.add(Reach("line" if post.reach == ReachKind.LINE else "own", post.unit.path_now))
        if post.reach == ReachKind.PLACE:
            found.add(Reach("place", post.unit.area.path_now))
    return sorted(disjoint(found), key=lambda reach: (reach.tree, reach.path))


def disjoint(reaches: Iterable[Reach]) -> list[Reach]:
    """Without those that lie inside another of the same tree."""
    kept: list[Reach] = []
    for reach in sorted(reaches, key=lambda each: (each.tree, each.path)):
        covered = kept and kept[-1].tree == reach.tree != "own" and reach.path.startswith(kept[-1].path)
        if not covered:
            kept.append(reach)
    return kept


def scope(
    records: Records,
    who: Any,
    *,
    unit: str = "unit",
    area: str | None = "unit__area",
    few: bool = False,
    among: Q | None = None,
) -> Records:
    """Those of `records` that `who` (a user or a post) may see.

    `unit` and `area` name the relations that lead from a record to its Unit and its Area ("self" for the
    row itself; None where a record has no area). `few`: what else is asked leaves few rows, whoever looks, so
    that each of them is asked and not all gathered that are within reach. `among`, a condition on the row
    both relations pass through, leaves most out before they are gathered; the records must meet it too.
    """
    reaches = reaches_of(who)
    if getattr(getattr(who, "user", who), "hides_sample", False):
        shown = Unit.objects.filter(sample=False).values("pk")
        records = records.filter(**{"pk__in" if unit == "self" else f"{unit}__in": shown})
    by_line = _reached(Unit.objects.all(), [reach for reach in reaches if reach.tree != "place"])
    by_place = (
        _reached(Area.objects.all(), [reach for reach in reaches if reach.tree == "place"]) if area else None
    )
    if by_line is None and by_place is None:
        return records.none()
    conditions, walking = [], Q()
    for relation, reached in ((unit, by_line), (area, by_place)):
        if reached is not None:
            column = "pk" if relation == "self" else str(relation)
            conditions.append(Q(**{f"{column}__in": reached}))
            walking |= Q(In(Bare(F(column)), reached.query))
    if few:
        return records.filter(walking)
    if len(conditions) == 1:
        return records.filter(Seen(conditions[0], walking))
    led, lying = conditions
    parts = led, lying & ~led
    places = [reach for reach in reaches if reach.tree == "place"]
    if area != "self" and all(reach.path.count("/") == 1 for reach in places):
        # Nearly everything is seen, so a page is full after a few rows; united, every id would come first.
        return records.filter(Seen(walking, walking, *parts))
    united = _united(records.model, unit, by_line, str(area), by_place, among)
    return records.filter(Seen(united, walking, *parts))


def _united(model: Any, unit: str, by_line: Any, area: str, by_place: Any, among: Q | None) -> Q:
    """By the unit or by the area, united at the last row both relations pass through.

    There it is shortest: the initiatives of a commune are fewer than their reports.
    """
    ways = [[] if way == "self" else way.split("__") for way in (unit, area)]
    shared = [step for step, _same in takewhile(lambda pair: pair[0] == pair[1], zip(*ways, strict=False))]
    for step in shared:
        model = model._meta.get_field(step).related_model
    one, other = (
        model._base_manager.filter(
            among or Q(), **{"__".join([*way[len(shared) :]] or ["pk"]) + "__in": reached}
        )
        .order_by()
        .values("pk")
        for way, reached in zip(ways, (by_line, by_place), strict=True)
    )
    return Q(**{"__".join([*shared, "in"] if shared else ["pk", "in"]): one.union(other)})


def _reached(rows: models.QuerySet, reaches: list[Reach]) -> models.QuerySet | None:
    if not reaches:
        return None
    return rows.filter(_within(reaches)).values("pk")


def _within(reaches: list[Reach]) -> Q:
    condition = Q()
    for reach in reaches:
        condition |= Q(path_now=reach.path) if reach.tree == "own" else within("path_now", reach.path)
    return condition


def journal_of(post: Post) -> Any:
    """The journal entries of what was done from posts at units that this post reaches."""
    units = scope(Unit.objects.all(), post, unit="self", area="area").values("pk")
    return Entry.objects.filter(unit_id__in=units)


class ScopedQuerySet(models.QuerySet):
    """A queryset that can be narrowed to what a person may see. Subclasses name where unit and area stand."""

    scope_unit = "unit"
    scope_area: str | None = "unit__area"

    def visible_to(self, who: Any):  # type: ignore[no-untyped-def]
        return scope(self, who, unit=self.scope_unit, area=self.scope_area)

    def few_visible_to(self, who: Any):  # type: ignore[no-untyped-def]
        """The same, where what else is asked leaves few rows (see `scope`)."""
        return scope(self, who, unit=self.scope_unit, area=self.scope_area, few=True)

    def visible_among(self, who: Any, among: Q):  # type: ignore[no-untyped-def]
        """Those that meet `among`, of which there are few, and that `who` may see."""
        return scope(self.filter(among), who, unit=self.scope_unit, area=self.scope_area, among=among)
