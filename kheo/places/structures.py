"""The communes of a province from one reorganisation to the next, told by where they lie today.

No open data has the outlines of communes that ended. So every structure is laid over the outlines of today:
for each commune of today, which communes of that time lay there, whole or in part.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.utils.translation import gettext as _

from kheo.lib.formats import short_date
from kheo.lib.periods import BEGINNING, today
from kheo.places import paths
from kheo.places.models import Area, AreaLineage, Level


@dataclass
class Structure:
    """A span in which the communes of a province stayed the same: from `first` to `last`; None today."""

    first: date
    last: date | None
    # How many communes there were.
    communes: int = 0
    # What lay in a commune of today, by its id; a commune that was divided stands in several.
    whole: dict[int, list[Area]] = field(default_factory=lambda: defaultdict(list))
    part: dict[int, list[Area]] = field(default_factory=lambda: defaultdict(list))

    @property
    def day(self) -> date:
        """A day in it, by which it is asked for."""
        return self.last or self.first

    @property
    def divided(self) -> int:
        """How many of them lie in more than one commune today."""
        return len({area.pk for areas in self.part.values() for area in areas})

    @property
    def name(self) -> str:
        """Its days in words."""
        if self.last is None:
            return _("since %(first)s") % {"first": short_date(self.first)}
        days = {"first": short_date(self.first), "last": short_date(self.last)}
        return (_("until %(last)s") if self.first == BEGINNING else _("%(first)s to %(last)s")) % days

    def lay_in(self, commune: Area) -> int:
        """How many communes of the time lay, whole or in part, where this commune of today lies."""
        return len(self.whole.get(commune.pk, [])) + len(self.part.get(commune.pk, []))

    def in_words(self, commune: Area) -> str:
        """ "Tam Hợp, Tam Thái; in part: Tam Quang"."""
        whole = ", ".join(area.name for area in self.whole.get(commune.pk, []))
        part = ", ".join(area.name for area in self.part.get(commune.pk, []))
        if not part:
            return whole
        part = _("in part: %(names)s") % {"names": part}
        return f"{whole}; {part}" if whole else part


def of_province(province: Area) -> list[Structure]:
    """Every structure the communes of a living province went through, oldest first. One query.

    A commune that was divided lies where its parts do. In a real province invented communes are left out.
    """
    rows = (
        AreaLineage.objects.answering(today())
        .filter(
            paths.within("heir__path", province.path),
            area__level__in=[Level.COMMUNE, Level.PART],
            area__in_force=True,
            area__annulled=False,
        )
        .select_related("area__parent", "heir")
        .order_by("area__sort_key", "area_id")
    )
    if not province.sample:
        rows = rows.filter(area__sample=False)
    lain: dict[int, tuple[Area, dict[int, bool]]] = {}
    for row in rows:
        area = row.area.parent if row.area.level == Level.PART and row.area.parent else row.area
        whole = (
            row.area.level == Level.COMMUNE and row.decided and row.share_numerator == row.share_denominator
        )
        heirs = lain.setdefault(area.pk, (area, {}))[1]
        if row.heir.level != Level.COMMUNE:
            # Nobody has decided, or the level above answers for it.
            continue
        heirs[row.heir_id] = heirs.get(row.heir_id, True) and whole
    communes = sorted((area for area, _heirs in lain.values()), key=lambda area: (area.sort_key, area.pk))
    begun = sorted({area.valid_from for area in communes if area.valid_from <= today()})
    found = []
    for number, first in enumerate(begun):
        last = begun[number + 1] - timedelta(days=1) if number + 1 < len(begun) else None
        structure = Structure(first, last)
        for area in communes:
            if not area.valid_from <= first < area.valid_to:
                continue
            structure.communes += 1
            for heir, whole in lain[area.pk][1].items():
                (structure.whole if whole else structure.part)[heir].append(area)
        found.append(structure)
    return found


def on(structures: list[Structure], day: date) -> Structure:
    """The structure that held on a day; the first before all, the last after."""
    return next((each for each in reversed(structures) if each.first <= day), structures[0])
