"""What waits to be settled: divided communes, and in each the hamlets, records and bodies without certain
heir.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Case, Count, Exists, F, OuterRef, Q, When

from kheo.fieldwork.models import UnitReport
from kheo.initiatives.models import Initiative
from kheo.lib.periods import FOREVER, today
from kheo.places import paths
from kheo.places.models import Area, AreaLineage, AreaSuccession, Level
from kheo.settlements.models import Settlement
from kheo.units.models import Post, ReachKind, Role, Unit


@dataclass
class Divided:
    """A divided commune with how much of it waits, and how much there is: things are counted, not cells."""

    commune: Area
    left: dict[str, int] = field(default_factory=dict)
    all: dict[str, int] = field(default_factory=dict)
    # Whether its figures are spread by decided shares meanwhile, so that settling only makes them exact.
    shared: bool = False

    @property
    def waiting(self) -> int:
        return sum(self.left.values())

    @property
    def total(self) -> int:
        return max(sum(self.all.values()), self.waiting)

    @property
    def done(self) -> int:
        return self.total - self.waiting

    @property
    def percent(self) -> int:
        return self.done * 100 // self.total if self.total else 100


def communes_seen_by(post: Post | None) -> Any:
    """The communes without a certain heir that this post reaches by place; an administrator sees its
    place's.
    """
    found = Area.objects.filter(level=Level.COMMUNE, in_force=True, heir_undecided=True)
    if post is None or not post.is_current:
        return found.none()
    if post.reach != ReachKind.PLACE and post.role != Role.ADMIN:
        return found.none()
    return found.filter(paths.within("path_now", post.unit.area.path_now))


def divided(post: Post | None, commune: Area | None = None) -> list[Divided]:
    """The divided communes a post sees, those with most to settle first. A fixed number of queries."""
    seen = communes_seen_by(post).with_place()
    found = {area.pk: Divided(area) for area in (seen if commune is None else [commune])}
    if not found:
        return []
    records = Initiative.objects.exclude(state=Initiative.State.WITHDRAWN)
    _count(found, "records", _by_commune(records.filter(area__heir_undecided=True), found))
    _count(found, "records", _by_commune(records, found), of_all=True)
    hamlets = Area.objects.filter(level=Level.HAMLET, parent__in=found, valid_to=F("parent__valid_to"))
    _count(found, "hamlets", _pairs(_open_hamlets(hamlets), "parent"))
    _count(found, "hamlets", _pairs(hamlets, "parent"), of_all=True)
    bodies = _bodies_of(found)
    place = Case(When(area__level=Level.HAMLET, then=F("area__parent")), default=F("area"))
    _count(found, "bodies", _pairs(bodies.filter(heir_undecided=True).annotate(place=place), "place"))
    settled = Settlement.objects.holding().filter(commune__in=found, unit__isnull=False)
    told = _pairs(settled, "commune")
    for pk, each in found.items():
        each.all["bodies"] = each.left.get("bodies", 0) + told.get(pk, 0)
    shares = AreaLineage.objects.answering(today()).filter(area__in=found, decided=True)
    for pk in shares.order_by().values_list("area", flat=True):
        found[pk].shared = True
    return sorted(found.values(), key=lambda each: (-each.waiting, each.commune.sort_key, each.commune.pk))


def hamlets_of(commune: Area) -> Any:
    """The hamlets whose heir nobody has named."""
    return _open_hamlets(Area.objects.filter(level=Level.HAMLET, parent=commune)).in_vietnamese_order()


def records_of(commune: Area) -> Any:
    """The records whose heir is not certain, those in undecided hamlets among them."""
    within = paths.within("area__path", commune.path)
    found = Initiative.objects.filter(within, area__heir_undecided=True)
    return found.exclude(state=Initiative.State.WITHDRAWN).order_by("sort_key", "pk")


def bodies_of(commune: Area) -> Any:
    """The bodies whose records of their own wait: typed ones, and those that reported."""
    return _bodies_of([commune.pk]).filter(heir_undecided=True).order_by("sort_key", "pk")


def _open_hamlets(hamlets: Any) -> Any:
    gone = AreaSuccession.objects.filter(predecessor=OuterRef("pk"), known_to=FOREVER)
    return hamlets.filter(heir_undecided=True).exclude(Exists(gone))


def _bodies_of(communes: Iterable[int]) -> Any:
    here = Q(area__in=list(communes)) | Q(area__level=Level.HAMLET, area__parent__in=list(communes))
    reported = UnitReport.objects.filter(unit=OuterRef("pk")).exclude(state="withdrawn")
    own = Q(kind=Unit.Kind.TYPED) | Q(Exists(reported))
    return Unit.objects.filter(here).exclude(kind=Unit.Kind.PART).filter(own)


def _by_commune(records: Any, found: dict[int, Divided]) -> dict[int, int]:
    place = Case(When(commune__level=Level.PART, then=F("commune__parent")), default=F("commune"))
    here = Q(commune__in=found) | Q(commune__level=Level.PART, commune__parent__in=found)
    return _pairs(records.filter(here).annotate(place=place), "place")


def _pairs(rows: Any, column: str) -> dict[int, int]:
    counted = rows.order_by().values_list(column).annotate(n=Count("pk"))
    sums: dict[int, int] = defaultdict(int)
    for pk, n in counted:
        sums[pk] += n
    return sums


def _count(found: dict[int, Divided], kind: str, counts: dict[int, int], *, of_all: bool = False) -> None:
    for pk, each in found.items():
        (each.all if of_all else each.left)[kind] = counts.get(pk, 0)
