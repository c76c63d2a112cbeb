"""What somebody may see of all that can be found."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Q, QuerySet, SmallIntegerField, Value


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
            things.order_by().values_list("pk", Value(which, SmallIntegerField()))
            for which, things in enumerate((self.places, self.bodies))
            if things is not None
        ]
        if not asked:
            return found
        alias = asked[0].db
        try:
            sql, values = asked[0].union(*asked[1:], all=True).query.get_compiler(alias).as_sql()
        except EmptyResultSet:
            return found
        # Of thousands of ids, what Django makes of each takes longer than the question.
        with connections[alias].cursor() as cursor:
            cursor.execute(sql, values)
            for pk, which in cursor.fetchall():
                found[which].append(pk)
        return found


@dataclass(frozen=True)
class Seen:
    """What may be found of some kinds: all (`public`: what everyone may see), or by kind what is reached or
    meets a condition, which is put together when it is needed.
    """

    kinds: tuple[str, ...]
    public: bool = False
    reached: dict[str, Reached] | None = None
    others: dict[str, Callable[[], Q]] = field(default_factory=dict)

    def rows(self) -> Q:
        if self.reached is None:
            return Q(kind__in=self.kinds, public=True) if self.public else Q(kind__in=self.kinds)
        seen = met(self.others)
        for reached, kinds in self.alike():
            seen |= Q(kind__in=kinds) & reached.rows()
        return seen

    def alike(self) -> list[tuple[Reached, list[str]]]:
        """Each `Reached` with the kinds it holds for."""
        found: dict[int, tuple[Reached, list[str]]] = {}
        for kind, reached in (self.reached or {}).items():
            found.setdefault(id(reached), (reached, []))[1].append(kind)
        return list(found.values())


def met(conditions: dict[str, Callable[[], Q]]) -> Q:
    """Those of each kind that meet its condition."""
    seen = Q(pk__in=[])
    for kind, condition in conditions.items():
        seen |= Q(kind=kind) & condition()
    return seen
