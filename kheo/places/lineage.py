"""Who answers for an area on a day: the rows of `AreaLineage`, worked out from the successions.

Forward, an area that went somewhere whole is answered for by its heir; one that was divided, by its heirs
in their decided shares, or by the lowest common ancestor of the possible heirs while nobody has decided. An
area that ended without an heir of its own (a hamlet nobody re-opened) follows the area above it. Backward,
an area is answered for by what it came from, or by the lowest common ancestor where it came from several.
The shares of one area add up to one on every day, so nothing is lost and nothing counted twice.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from fractions import Fraction
from itertools import pairwise

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery

from kheo.lib.database import write_back
from kheo.lib.periods import BEGINNING, FOREVER, today
from kheo.places import paths
from kheo.places.models import Area, AreaLineage, AreaSuccession, Level

Basis = AreaLineage.Basis
COLUMNS = ("valid_from", "valid_to", "heir_id", "share_numerator", "share_denominator", "basis", "decided")


@dataclass(frozen=True)
class Stretch:
    """From one day to another the same areas answer, each with its share; `possible` may be more of them."""

    start: date
    end: date
    shares: tuple[tuple[int, Fraction], ...]
    basis: str
    decided: bool
    possible: frozenset[int]

    def clipped(self, start: date, end: date) -> "Stretch | None":
        start, end = max(self.start, start), min(self.end, end)
        if start >= end:
            return None
        return Stretch(start, end, self.shares, self.basis, self.decided, self.possible)


@dataclass
class Family:
    """Areas with everything that became of them and everything they came from, held in memory."""

    areas: dict[int, Area]
    after: dict[int, list[AreaSuccession]] = field(default_factory=lambda: defaultdict(list))
    before: dict[int, list[AreaSuccession]] = field(default_factory=lambda: defaultdict(list))
    _forward: dict[int, list[Stretch]] = field(default_factory=dict)
    _backward: dict[int, list[Stretch]] = field(default_factory=dict)

    @classmethod
    def of(cls, areas: Iterable[Area] | None = None) -> "Family":
        """The family of some areas: all they are tied to by succession or hang under. None means everyone."""
        rows = Area.objects.filter(in_force=True)
        ties = AreaSuccession.objects.filter(known_to=FOREVER)
        if areas is None:
            family = cls({area.pk: area for area in rows})
            links = list(ties)
        else:
            found: dict[int, Area] = {}
            links_by_id: dict[int, AreaSuccession] = {}
            wanted = {area.pk for area in areas}
            while wanted:
                batch = {area.pk: area for area in in_batches(rows, "pk__in", wanted)}
                found |= batch
                links = [
                    *in_batches(ties, "predecessor_id__in", batch),
                    *in_batches(ties, "successor_id__in", batch),
                ]
                links_by_id |= {link.pk: link for link in links}
                near = {pk for link in links for pk in (link.predecessor_id, link.successor_id)}
                near |= {pk for area in batch.values() for pk in paths.ids(area.path)}
                near |= set(
                    in_batches(rows.values_list("pk", flat=True), "parent_id__in", _with_hamlets(batch))
                )
                wanted = near - found.keys()
            family, links = cls(found), list(links_by_id.values())
        # Of several origins the first says what is known: the same on every database.
        for link in sorted(links, key=lambda link: link.pk):
            if link.predecessor_id in family.areas and link.successor_id in family.areas:
                family.after[link.predecessor_id].append(link)
                family.before[link.successor_id].append(link)
        return family

    def stretches(self, pk: int) -> list[Stretch]:
        """All of an area's time, from the first day it can be answered for to forever."""
        if self.areas[pk].annulled:
            return self._instead(self.areas[pk])
        return sorted([*self.backward(pk), *self.forward(pk)], key=lambda stretch: stretch.start)

    def forward(self, pk: int) -> list[Stretch]:
        if pk not in self._forward:
            area = self.areas[pk]
            if area.annulled:
                return self._instead(area)
            itself = Stretch(
                area.valid_from, area.valid_to, ((pk, Fraction(1)),), Basis.ITSELF, True, frozenset([pk])
            )
            # Held before going on, so that a circle of successions would end here.
            self._forward[pk] = [itself]
            self._forward[pk] = [itself, *self._afterwards(area)]
        return self._forward[pk]

    def _afterwards(self, area: Area) -> list[Stretch]:
        if area.valid_to >= FOREVER:
            return []
        links = self.after.get(area.pk, [])
        if not links:
            return self._clipped(self._with_the_one_above(area), area.valid_to, FOREVER)
        lines = [self._clipped(self.forward(link.successor_id), area.valid_to, FOREVER) for link in links]
        return self._shared(links, lines)

    def _instead(self, area: Area) -> list[Stretch]:
        """All time of an area that, as is known now, was never there: that of what it should have been."""
        if area.pk not in self._forward:
            # Held before going on, as in `forward`.
            self._forward[area.pk] = []
            links = self.after.get(area.pk, [])
            lines = [self.stretches(link.successor_id) for link in links]
            self._forward[area.pk] = self._shared(links, lines) if links else self._with_the_one_above(area)
        return self._forward[area.pk]

    def _with_the_one_above(self, area: Area) -> list[Stretch]:
        if area.parent_id not in self.areas:
            return []
        line = self.stretches(area.parent_id)
        return [replace(s, basis=Basis.WHOLE) if s.decided else s for s in line]

    def _shared(self, links: list[AreaSuccession], lines: list[list[Stretch]]) -> list[Stretch]:
        shares = [_share(link) for link in links]
        whole = len(links) == 1 and links[0].kind != AreaSuccession.Kind.PART
        told = whole or (None not in shares and sum(share for share in shares if share) == 1)
        return self._joined(
            [(Fraction(1) if whole else share, line) for share, line in zip(shares, lines, strict=True)], told
        )

    def _joined(self, lines: list[tuple[Fraction | None, list[Stretch]]], told: bool) -> list[Stretch]:
        """What several heirs' lines make together, cut where any of them changes."""
        joined = []
        cuts = sorted({day for _, line in lines for stretch in line for day in (stretch.start, stretch.end)})
        for start, end in pairwise(cuts):
            here = [
                (share, stretch)
                for share, line in lines
                for stretch in line
                if stretch.start <= start < stretch.end
            ]
            if not here:
                continue
            possible = frozenset(pk for _, stretch in here for pk in stretch.possible)
            decided = all(stretch.decided for _, stretch in here)
            basis: str
            if len(possible) == 1:
                shares, basis, decided = tuple((pk, Fraction(1)) for pk in possible), Basis.WHOLE, True
            elif told and (decided or len(here) == 1):
                sums: dict[int, Fraction] = defaultdict(Fraction)
                for share, stretch in here:
                    for pk, part in stretch.shares:
                        sums[pk] += (Fraction(1) if share is None else share) * part
                shares = tuple(sorted((pk, share) for pk, share in sums.items() if share))
                basis = Basis.WHOLE if len(sums) == 1 and decided else Basis.SHARE
                if not decided:
                    basis = here[0][1].basis
            else:
                shares, basis, decided = ((self._above(possible), Fraction(1)),), Basis.UNDECIDED, False
            joined.append(Stretch(start, end, shares, basis, decided, possible))
        return joined

    def backward(self, pk: int) -> list[Stretch]:
        if pk not in self._backward:
            self._backward[pk] = []
            self._backward[pk] = self._formerly(self.areas[pk])
        return self._backward[pk]

    def _formerly(self, area: Area) -> list[Stretch]:
        if area.valid_from <= BEGINNING:
            return []
        # A part stands for its share of a divided area, which is named itself.
        origins = [
            self.areas[link.predecessor_id]
            for link in self.before.get(area.pk, [])
            if self.areas[link.predecessor_id].level != Level.PART
            and not self.areas[link.predecessor_id].annulled
            # A superior that took over what ended at its level existed before and did not come from it.
            and link.on == area.valid_from
        ]
        if not origins:
            if area.parent_id not in self.areas:
                return []
            line = self._clipped(self.stretches(area.parent_id), BEGINNING, area.valid_from)
            return [replace(s, basis=Basis.ABOVE, decided=False) for s in line]
        lines = [
            [*self.backward(origin.pk), *self._clipped(self.forward(origin.pk), BEGINNING, area.valid_from)]
            for origin in origins
        ]
        cuts = sorted({day for line in lines for stretch in line for day in (stretch.start, stretch.end)})
        former = []
        for start, end in pairwise(cuts):
            here = [stretch for line in lines for stretch in line if stretch.start <= start < stretch.end]
            possible = frozenset(pk for stretch in here for pk in stretch.possible)
            if len(possible) == 1:
                former.append(Stretch(start, end, here[0].shares, Basis.BACK, here[0].decided, possible))
            elif possible:
                above = ((self._above(possible), Fraction(1)),)
                former.append(Stretch(start, end, above, Basis.ABOVE, False, possible))
        return former

    def _above(self, pks: Iterable[int]) -> int:
        """The lowest common ancestor; of areas without one, the first (a nation has no row of its own)."""
        known = [self.areas[pk] for pk in sorted(pks)]
        shared = paths.ids(paths.common([area.path for area in known]))
        return shared[-1] if shared else known[0].pk

    @staticmethod
    def _clipped(stretches: list[Stretch], start: date, end: date) -> list[Stretch]:
        return [clipped for stretch in stretches if (clipped := stretch.clipped(start, end))]


def _share(link: AreaSuccession) -> Fraction | None:
    if link.kind == AreaSuccession.Kind.LAND:
        return Fraction(0)
    if link.share_numerator is None or link.share_denominator is None:
        return None
    return Fraction(link.share_numerator, link.share_denominator)


def _with_hamlets(areas: Mapping[int, Area]) -> list[int]:
    return [area.pk for area in areas.values() if area.level in (Level.COMMUNE, Level.PART)]


def in_batches(queryset: QuerySet, lookup: str, ids: Iterable[int]) -> list:
    """All rows whose `lookup` is among `ids`, however many."""
    ids = list(ids)
    return list(queryset.filter(**{lookup.removesuffix("in") + "among": ids})) if ids else []


def in_portions(ids: Iterable[int], size: int = 500) -> list[list[int]]:
    ids = list(ids)
    return [ids[start : start + size] for start in range(0, len(ids), size)]


def recompute(areas: Iterable[Area] | None = None) -> int:
    """Bring lineage and `path_now` of these areas, and of all they are tied to, in line with the successions.

    Without areas, of all. Returns how many areas changed; a second run changes none.
    """
    with transaction.atomic():
        family = Family.of(areas)
        held: dict[int, set[tuple]] = defaultdict(set)
        lines = AreaLineage.objects.known().values_list("area_id", *COLUMNS)
        for area_id, *line in lines if areas is None else in_batches(lines, "area_id__in", family.areas):
            held[area_id].add(tuple(line))
        fresh: list[AreaLineage] = []
        gone: dict[int, set[tuple]] = {}
        moved = []
        now = today()
        for pk, area in family.areas.items():
            stretches = family.stretches(pk)
            wanted = {
                (s.start, s.end, heir, share.numerator, share.denominator, str(s.basis), s.decided)
                for s in stretches
                for heir, share in s.shares
            }
            if wanted != held[pk]:
                gone[pk] = held[pk] - wanted
                # What the first list says of an area was never known otherwise.
                since = BEGINNING if not held[pk] and area.valid_from <= BEGINNING else now
                fresh += [
                    AreaLineage(area_id=pk, known_from=since, **dict(zip(COLUMNS, each, strict=True)))
                    for each in wanted - held[pk]
                ]
            current = next((s for s in stretches if s.start <= now < s.end), None)
            path_now, undecided = area.path, False
            if current:
                heirs = [heir for heir, _ in current.shares]
                one = heirs[0] if len(heirs) == 1 else family._above(heirs)
                path_now, undecided = family.areas[one].path, len(heirs) > 1 or not current.decided
            if (area.path_now, area.heir_undecided) != (path_now, undecided):
                area.path_now, area.heir_undecided = path_now, undecided
                moved.append(area)
        _no_longer_known(gone, now)
        AreaLineage.objects.bulk_create(fresh, batch_size=500)
        write_back(moved, "path_now", "heir_undecided")
    return len({*gone, *(area.pk for area in moved)})


def _no_longer_known(gone: Mapping[int, set[tuple]], day: date) -> None:
    """Close the rows that no longer hold; those written this very day were never read and go."""
    rows = in_batches(AreaLineage.objects.known(), "area_id__in", [pk for pk, lines in gone.items() if lines])
    ids = {
        row.pk: row.known_from
        for row in rows
        if tuple(getattr(row, name) for name in COLUMNS) in gone[row.area_id]
    }
    for some in in_portions(ids):
        AreaLineage.objects.filter(pk__in=some, known_from=day).delete()
        AreaLineage.objects.filter(pk__in=some).update(known_to=day)


def mapping(day: date, known_on: date | None = None) -> QuerySet[AreaLineage]:
    """One row for each area and each area of `day` that answers for it: area, heir, share, decided."""
    return AreaLineage.objects.answering(day, known_on)


def heir_of(area_field: str, day: date) -> Subquery:
    """For annotating a query: the id of the one heir on `day`; NULL where shares divide the area."""
    rows = mapping(day).filter(area_id=OuterRef(area_field), share_numerator=1, share_denominator=1)
    return Subquery(rows.values("heir_id")[:1])


@dataclass
class Restated:
    """Figures in the structure of a day: by area id. They add up to the figures given."""

    values: dict[int, int]
    # What nobody could attribute further down; the area named is the lowest that certainly holds it.
    not_attributed: dict[int, int]
    # Areas whose value rests on decided shares, not on whole moves.
    estimated: set[int]


def restate(figures: Mapping[int, int], day: date, known_on: date | None = None) -> Restated:
    """Figures by area id, of whatever days, read in the structure of `day`, as known on a past day if given.

    Shares are spread by largest remainder, in the order of the heirs' ids, so that the sum stays exact.
    """
    lines: dict[int, list[AreaLineage]] = defaultdict(list)
    for line in in_batches(mapping(day, known_on), "area_id__in", figures):
        lines[line.area_id].append(line)
    restated = Restated(defaultdict(int), defaultdict(int), set())
    for area_id, value in figures.items():
        heirs = sorted(lines[area_id], key=lambda line: line.heir_id)
        if not heirs:
            restated.not_attributed[area_id] += value
        elif len(heirs) == 1:
            heir = heirs[0]
            (restated.values if heir.decided else restated.not_attributed)[heir.heir_id] += value
            if heir.basis == Basis.SHARE:
                restated.estimated.add(heir.heir_id)
        else:
            shares = [Fraction(line.share_numerator, line.share_denominator) for line in heirs]
            for line, part in zip(heirs, spread(value, shares), strict=True):
                restated.values[line.heir_id] += part
                restated.estimated.add(line.heir_id)
    return restated


def spread(value: int, shares: list[Fraction]) -> list[int]:
    """`value` in whole parts by `shares`, which add up to one; the largest remainders get what is left."""
    exact = [value * share for share in shares]
    parts = [int(each // 1) for each in exact]
    left = value - sum(parts)
    order = sorted(range(len(shares)), key=lambda index: (parts[index] - exact[index], index))
    for index in order[:left]:
        parts[index] += 1
    return parts
