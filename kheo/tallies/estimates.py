"""Figures of divided areas that are spread by decided shares: what they rest on, said beside them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from kheo.lib.formats import short_date
from kheo.lib.periods import FOREVER
from kheo.places.models import Area, AreaLineage, AreaSuccession


@dataclass(frozen=True)
class Estimate:
    """A divided area, the share of each heir, and the decisions that divided it."""

    area: Area
    shares: list[tuple[Area, Fraction]]
    bases: list[str]

    @property
    def sentence(self) -> str:
        told = {
            "area": self.area.full_name,
            "shares": ", ".join(f"{heir.full_name} {share}" for heir, share in self.shares),
            "bases": "; ".join(self.bases),
        }
        return (
            _("Estimated: what was counted in %(area)s is spread by decided shares, %(shares)s (%(bases)s).")
            % told
        )


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
    bases = _bases([area.pk for area in shares], day, known_on)
    return [Estimate(area, told, bases[area.pk]) for area, told in shares.items()]


def _bases(areas: Iterable[int], day: date, known_on: date | None) -> dict[int, list[str]]:
    """The decisions that gave shares on the way from each area to the day. A query a generation."""
    known = Q(known_to=FOREVER)
    if known_on is not None:
        known = Q(known_from__lte=known_on, known_to__gt=known_on)
    found: dict[int, list[str]] = {area: [] for area in areas}
    # By the area a way has come to, those it began in.
    going: dict[int, set[int]] = {area: {area} for area in found}
    met: set[int] = set()
    while going:
        met |= going.keys()
        further: dict[int, set[int]] = defaultdict(set)
        links = AreaSuccession.objects.filter(known, predecessor__in=going, on__lte=day).order_by("on", "pk")
        for link in links:
            words = " · ".join(each for each in (link.legal_basis, short_date(link.on), link.source) if each)
            for area in going[link.predecessor_id]:
                if link.kind == AreaSuccession.Kind.PART and words not in found[area]:
                    found[area].append(words)
                if link.successor_id not in met:
                    further[link.successor_id].add(area)
        going = further
    return found
