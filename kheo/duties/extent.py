"""How far a body's own page reaches: what it leads itself, its line, or everything at its place."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef, Q

from kheo.lib.periods import today
from kheo.places.models import Area
from kheo.units.models import Committee, Competence, Post, ReachKind, Role, Unit


def with_standing(units: Any) -> Any:
    """Units with what decides how far their page reaches, in the query that finds them."""
    day = today()
    leads = Competence.objects.filter(
        unit=OuterRef("pk"), function="cap_uy", valid_from__lte=day, valid_to__gt=day
    )
    serves = Committee.objects.filter(standing_office=OuterRef("pk"))
    below = (
        Unit.objects.on(day)
        .filter(parent=OuterRef("pk"), line=OuterRef("line"))
        .exclude(kind=Unit.Kind.TYPED)
    )
    return units.annotate(leads_place=Exists(leads) | Exists(serves), has_line=Exists(below)).select_related(
        "area__parent__parent", "parent"
    )


@dataclass(frozen=True)
class Extent:
    """A body as its page tells of it. `unit` comes from `with_standing`.

    A steering committee, its standing office and a Party committee answer for their place; a body with
    others of its line below it for the line; any other for itself.
    """

    unit: Any

    @cached_property
    def reach(self) -> str:
        if self.unit.kind == Unit.Kind.COMMITTEE or self.unit.leads_place:
            return ReachKind.PLACE
        return ReachKind.LINE if self.unit.has_line else ReachKind.OWN

    @cached_property
    def bodies(self) -> list[Unit]:
        """The body, those it has inherited and those typed under it; it comes first. One query."""
        found = Unit.objects.of_body(self.unit).order_by("-valid_to", "sort_key", "pk")
        return sorted(found, key=lambda each: each.pk != self.unit.pk)

    @cached_property
    def ids(self) -> list[int]:
        return [each.pk for each in self.bodies]

    @property
    def inherited(self) -> list[Unit]:
        """The bodies that went over into this one: their work is told here with its own."""
        return [each for each in self.bodies if not each.is_living and each.pk != self.unit.pk]

    def records(self, unit: str, area: str) -> Q:
        """The condition on records whose unit and area those relations lead to."""
        if self.reach == ReachKind.PLACE:
            return Q(**{f"{area}__in": Area.objects.within_now(self.unit.area).values("pk")})
        if self.reach == ReachKind.LINE:
            return Q(**{f"{unit}__in": Unit.objects.within_now(self.unit.path_now).values("pk")})
        return Q(**{f"{unit}__in": self.ids})

    @cached_property
    def whole(self) -> Post:
        """A post that nobody holds and that stands for the whole body, to ask what waits for it."""
        return Post(unit=self.unit, role=Role.HEAD, reach=self.reach)
