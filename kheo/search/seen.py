"""What somebody may see of all that can be found."""

from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, Q, QuerySet, SmallIntegerField, Value
from django.db.models.functions import Cast


@dataclass(frozen=True)
class Reached:
    """What is written down for some places or some bodies: querysets of those, or None for none of them."""

    places: "QuerySet[Any] | None" = None
    bodies: "QuerySet[Any] | None" = None

    def rows(self) -> Q:
        seen = Q(pk__in=[])
        if self.places is not None:
            seen |= Q(area_id__in=self.places.values("pk"))
        if self.bodies is not None:
            seen |= Q(unit_id__in=self.bodies.values("pk"))
        return seen

    def ids(self) -> tuple[list[int], list[int]]:
        """The ids of the places and of the bodies as they are now, in one query."""
        found: tuple[list[int], list[int]] = ([], [])
        asked = [
            things.order_by().values_list(Cast("pk", BigIntegerField()), Value(which, SmallIntegerField()))
            for which, things in enumerate((self.places, self.bodies))
            if things is not None
        ]
        for pk, which in asked[0].union(*asked[1:], all=True) if asked else ():
            found[which].append(pk)
        return found


@dataclass(frozen=True)
class Seen:
    """What may be found: all of some kinds (`public`: only what everyone may see), or what the scopes say."""

    kinds: tuple[str, ...]
    public: bool = False
    scopes: dict[str, "Q | Reached"] | None = None

    @classmethod
    def through(cls, scopes: dict[str, "Q | Reached"]) -> "Seen":
        return cls(tuple(sorted(scopes)), scopes=scopes)

    def rows(self) -> Q:
        if self.scopes is None:
            return Q(kind__in=self.kinds, public=True) if self.public else Q(kind__in=self.kinds)
        seen = Q(pk__in=[])
        for kind, scope in self.scopes.items():
            seen |= Q(kind=kind) & (scope.rows() if isinstance(scope, Reached) else scope)
        return seen

    def reached(self) -> list[tuple[Reached, tuple[str, ...]]]:
        """Each `Reached` with the kinds it is the scope of."""
        found: dict[int, tuple[Reached, tuple[str, ...]]] = {}
        for kind, scope in (self.scopes or {}).items():
            if isinstance(scope, Reached):
                found[id(scope)] = (scope, (*found.get(id(scope), (scope, ()))[1], kind))
        return list(found.values())
