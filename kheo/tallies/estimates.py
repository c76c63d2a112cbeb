"""Figures of divided areas and bodies, spread by decided shares: what they rest on, said beside them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from django.db.models import Case, Q, QuerySet, When
from django.utils.translation import gettext as _

from kheo.lib.formats import short_date
from kheo.lib.periods import FOREVER
from kheo.places.models import Area, AreaLineage, AreaSuccession
from kheo.units.models import Unit, UnitSuccession


@dataclass(frozen=True)
class Estimate:
    """A divided area or body, the share of each heir, and the decisions that divided it."""

    area: Area | Unit
    shares: list[tuple[Any, Fraction]]
    bases: list[str]

    @property
    def name(self) -> str:
        return _named(self.area)

    @property
    def named_shares(self) -> list[tuple[str, Fraction]]:
        return [(_named(heir), share) for heir, share in self.shares]

    @property
    def sentence(self) -> str:
        told = {
            "area": self.name,
            "shares": ", ".join(f"{name} {share}" for name, share in self.named_shares),
            "bases": "; ".join(self.bases),
        }
        return (
            _("Estimated: what was counted in %(area)s is spread by decided shares, %(shares)s (%(bases)s).")
            % told
        )


def _named(each: Area | Unit) -> str:
    return each.full_name if isinstance(each, Area) else each.name


# By divided area, the share of each heir.
Shares = dict[Area, list[tuple[Area, Fraction]]]


def shares_of(lines: QuerySet[AreaLineage]) -> Shares:
    """Of the areas whose lines are shares that make a whole; others were never decided. One query."""
    rows = lines.select_related("area", "heir").order_by("area__sort_key", "area_id", "heir_id")
    names = ("id", "full_name", "sort_key", "path")
    rows = rows.only(*(f"{end}__{name}" for end in ("area", "heir") for name in names), *_SHARE)
    shares: Shares = defaultdict(list)
    for row in rows:
        shares[row.area].append((row.heir, Fraction(row.share_numerator, row.share_denominator)))
    return {area: told for area, told in shares.items() if sum(share for _heir, share in told) == 1}


_SHARE = ("share_numerator", "share_denominator")


def estimates(shares: Shares, day: date, known_on: date | None) -> list[Estimate]:
    """One for each divided area, with the decisions its shares rest on."""
    given = Q(kind=AreaSuccession.Kind.PART)
    bases = _bases(AreaSuccession, given, [area.pk for area in shares], day, known_on)
    return [Estimate(area, told, bases[area.pk]) for area, told in shares.items()]


def of_bodies(
    shares: Mapping[int, list[tuple[int, Fraction]]], day: date, known_on: date | None
) -> list[Estimate]:
    """One for each divided body (its id and those of its heirs, each with its share), by name."""
    if not shares:
        return []
    wanted = {*shares, *(heir for told in shares.values() for heir, _share in told)}
    bodies = Unit._base_manager.only("name", "sort_key").in_bulk(wanted)
    bases = _bases(UnitSuccession, Q(share_denominator__gt=0), shares, day, known_on)
    found = [
        Estimate(bodies[pk], [(bodies[heir], share) for heir, share in told], bases[pk])
        for pk, told in shares.items()
    ]
    return sorted(found, key=lambda each: (each.area.sort_key, each.area.pk))


def _bases(
    model: Any, given: Q, sources: Iterable[int], day: date, known_on: date | None
) -> dict[int, list[str]]:
    """The decisions that gave shares on the way from each area or body to the day. A query a generation."""
    known = Q(known_to=FOREVER)
    if known_on is not None:
        known = Q(known_from__lte=known_on, known_to__gt=known_on)
    found: dict[int, list[str]] = {source: [] for source in sources}
    # By the row a way has come to, those it began in.
    going: dict[int, set[int]] = {source: {source} for source in found}
    met: set[int] = set()
    while going:
        met |= going.keys()
        further: dict[int, set[int]] = defaultdict(set)
        links = model.objects.filter(known, predecessor__in=going, on__lte=day).order_by("on", "pk")
        for link in links.annotate(gives=Case(When(given, then=True), default=False)):
            said = (link.legal_basis, short_date(link.on), getattr(link, "source", ""))
            words = " · ".join(each for each in said if each)
            for source in going[link.predecessor_id]:
                if link.gives and words not in found[source]:
                    found[source].append(words)
                if link.successor_id is not None and link.successor_id not in met:
                    further[link.successor_id].add(source)
        going = further
    return found
