"""The areas of the whole country through the reorganisation of July 2025, from the lists beside this file.

Until 30 June 2025: 63 provinces, 696 districts, 10,035 communes. From 1 July 2025: 34 provinces and 3,321
communes. On 30 April 2026 Đồng Nai became a city and ten of its communes wards. Each of the 34 provinces is
carried out as a change of its own, so that a break in between loses nothing and a second run goes on where
the first one stopped. Nghệ An has finer lists of its own (`loading.py`), which are used instead.

A newer list of the office is first read as a `Difference` from what is known, then applied.
"""

import csv
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from kheo.audit import models as audit
from kheo.lib.database import analyse
from kheo.lib.refusals import Refused
from kheo.lib.vietnamese import tone_blind
from kheo.places import changes, lineage, loading
from kheo.places.changes import AreaChange, Opening, Progress, Renaming, Succeeding
from kheo.places.models import (
    GSO,
    Area,
    AreaCode,
    AreaLineage,
    AreaName,
    AreaQuerySet,
    AreaSuccession,
    Level,
    titled,
)

Kind = AreaSuccession.Kind
EVE = date(2025, 6, 30)
TWO_LEVELS_BEGAN = loading.DISTRICTS_ENDED
PROVINCES_2025 = "Nghị quyết số 202/2025/QH15"
# One resolution for each of the 34 provinces; which is which is not in the lists.
COMMUNES_2025 = "Các nghị quyết số 1654 đến 1687/NQ-UBTVQH15"
SOURCE = "Bảng chuyển đổi của cơ quan thống kê (kheo/places/data/SOURCES.md)"
ABOVE = {Level.DISTRICT: Level.PROVINCE, Level.COMMUNE: Level.DISTRICT}
_WHOLE = {
    "whole": Kind.WHOLE,
    "unchanged": Kind.UNCHANGED,
    "renamed": Kind.UNCHANGED,
    "type_changed": Kind.UNCHANGED,
    "commune_to_special_zone": Kind.UNCHANGED,
    "district_to_special_zone": Kind.UNCHANGED,
}


class Listed(NamedTuple):
    """A line of a published list of areas."""

    level: str
    code: str
    parent_code: str
    type: str
    name: str

    @property
    def full_name(self) -> str:
        return titled(self.type, self.name)


class Move(NamedTuple):
    """A line of the conversion table: what an old area gave to a new one."""

    old_code: str
    new_code: str
    relation: str
    # How many independent sources name the move.
    sources: str
    # What the table calls the old area, where that is not its name in the list of areas.
    as_printed: str


@dataclass
class Report:
    """What loading did, and each line of the sources that could not be placed or is in doubt, and why."""

    planted: int = 0
    changed: list[changes.Counts] = field(default_factory=list)
    unplaced: list[str] = field(default_factory=list)
    doubtful: list[str] = field(default_factory=list)

    @property
    def nothing(self) -> bool:
        return not self.planted and all(counts.nothing for counts in self.changed)


@cache
def listed(state: str) -> tuple[Listed, ...]:
    """The areas of the country on "2025-06-30" or "2025-07-01", the higher level first."""
    with (loading.DATA / "areas_nation.csv").open(encoding="utf-8", newline="") as file:
        return tuple(Listed(*row[1:]) for row in csv.reader(file) if row[0] == state)


@cache
def moves() -> tuple[Move, ...]:
    with (loading.DATA / "moves_nation.csv").open(encoding="utf-8", newline="") as file:
        return tuple(Move(*row) for row in list(csv.reader(file))[1:])


def later_changes() -> list[AreaChange]:
    """What changed name or type since July 2025, a change for each day and decision."""
    with (loading.DATA / "changes_nation.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    grouped: dict[tuple[str, str], list[Renaming]] = defaultdict(list)
    for row in rows:
        grouped[row["on"], row["legal_basis"]].append(
            Renaming(f"{GSO}:{row['code']}", row["type"], row["name"])
        )
    return [
        AreaChange(on=date.fromisoformat(on), legal_basis=f"Nghị quyết số {basis}", renames=tuple(renamings))
        for (on, basis), renamings in grouped.items()
    ]


def load(provinces: Collection[str] = (), by: Any = None, progress: Progress | None = None) -> Report:
    """Load the country through both states, or only the named provinces of today (two-digit codes).

    Loading twice changes nothing. Refused for a code that no province of today has.
    """
    say = progress or (lambda words: None)
    today = {row.code: row for row in listed("2025-07-01") if row.level == Level.PROVINCE}
    if unknown := sorted(set(provinces) - set(today)):
        raise Refused(
            _("No province of today has the code %(codes)s. They are two digits, such as 40 for Nghệ An.")
            % {"codes": ", ".join(unknown)}
        )
    chosen = [code for code in today if not provinces or code in provinces]
    report = Report()
    if loading.PROVINCE in chosen:
        loading.load_before(progress=progress)
    origins = heirs_of_provinces()
    report.planted = _plant([old for old, new in origins.items() if new in chosen], say)
    for number, code in enumerate(chosen, start=1):
        say(f"{number}/{len(chosen)} {today[code].full_name}")
        change = (
            loading.reorganisation_2025() if code == loading.PROVINCE else reorganisation_of(code, report)
        )
        report.changed.append(changes.carry_out(change, by=by))
    known = set(
        AreaCode.objects.filter(system=GSO, valid_from=TWO_LEVELS_BEGAN).values_list("code", flat=True)
    ) | set(chosen)
    for change in later_changes():
        here = tuple(each for each in change.renames if each.area.removeprefix(f"{GSO}:") in known)
        if here:
            report.changed.append(
                changes.carry_out(AreaChange(change.on, change.legal_basis, renames=here), by=by)
            )
    return report


@cache
def heirs_of_provinces() -> dict[str, str]:
    """Into which of the 34 provinces each of the 63 went, read off the moves of its communes.

    Refused when the lists send communes of one old province to several new ones: no resolution did.
    """
    before, after = _by_code("2025-06-30"), _by_code("2025-07-01")
    heirs: dict[str, str] = {}
    for move in moves():
        if move.old_code not in before:
            continue
        old, new = _province_of(move.old_code, before), after[move.new_code].parent_code
        if heirs.setdefault(old, new) != new:
            raise Refused(
                _("The lists send communes of the province %(old)s to %(one)s and to %(other)s.")
                % {"old": before[old].full_name, "one": heirs[old], "other": new}
            )
    return dict(sorted(heirs.items()))


def _by_code(state: str) -> dict[str, Listed]:
    # Codes of the three levels have two, three and five digits, so one of a day is unmistakable.
    return {row.code: row for row in listed(state)}


def _province_of(code: str, rows: dict[str, Listed]) -> str:
    while rows[code].parent_code:
        code = rows[code].parent_code
    return code


def _plant(provinces: Iterable[str], say: Callable[[str], None]) -> int:
    """The areas of these old provinces as they were on the eve, where they are not known yet."""
    rows = _by_code("2025-06-30")
    with transaction.atomic():
        known = {
            row.code: row.area
            for row in AreaCode.objects.filter(system=GSO, valid_from__lte=EVE, valid_to__gt=EVE)
            .filter(area__in_force=True)
            .select_related("area")
        }
        chosen, areas = set(provinces), dict(known)
        new = [code for code in rows if code not in known and _province_of(code, rows) in chosen]
        if not new:
            return 0
        say(_("Loading %(count)s areas of before 1 July 2025") % {"count": len(new)})
        for code in new:
            row = rows[code]
            areas[code] = Area(
                level=row.level,
                type=row.type,
                name=row.name,
                parent=areas[row.parent_code] if row.parent_code else None,
                source=loading.LISTS,
            )
        planted = Area.objects.plant([areas[code] for code in new])
        AreaCode.objects.bulk_create(
            [AreaCode(area=areas[code], system=GSO, code=code) for code in new], batch_size=500
        )
        AreaName.objects.bulk_create(
            [
                AreaName(area=areas[old], type=rows[old].type, name=name, other_spelling=True).filled()
                for old, name in _other_spellings(rows)
                if old in set(new)
            ],
            batch_size=500,
        )
        lineage.recompute(planted)
        audit.record(planted[0], "loaded", reason=loading.LISTS)
        analyse(Area, AreaCode, AreaName, AreaSuccession, AreaLineage)
    return len(new)


def _other_spellings(rows: dict[str, Listed]) -> list[tuple[str, str]]:
    """The names under which the conversion table knows areas that the list of 2024 spells otherwise."""
    found = {}
    for move in moves():
        row = rows.get(move.old_code)
        if row is None or not move.as_printed.lower().startswith(row.type + " "):
            continue
        name = move.as_printed[len(row.type) + 1 :]
        if tone_blind(name) != tone_blind(row.name):
            found[move.old_code] = name
    return list(found.items())


def reorganisation_of(province: str, report: Report | None = None) -> AreaChange:
    """What 1 July 2025 changed in one of today's 34 provinces, as the conversion table says it.

    What the table leaves unclear is added to `report`: it is kept undecided, never guessed.
    """
    before, after = _by_code("2025-06-30"), _by_code("2025-07-01")
    merged = [old for old, new in heirs_of_provinces().items() if new == province]
    ended = [row for row in before.values() if _province_of(row.code, before) in merged]
    goes_on = len(merged) == 1 and before[merged[0]].name == after[province].name
    new_province = f"{GSO}:{province}" if goes_on else "new:province"
    opens = [] if goes_on else [_opening("province", after[province], "")]
    opens += [_opening(row.code, row, new_province) for row in after.values() if row.parent_code == province]
    inside = {row.code for row in ended}
    successions = []
    for old, rows in _moves_by_origin().items():
        if old in inside:
            successions += _succeeding(before[old], rows, report)
    moved = {link.predecessor for link in successions}
    for row in ended:
        if row.level == Level.DISTRICT and f"{GSO}:{row.code}" not in moved:
            successions.append(
                Succeeding(
                    f"{GSO}:{row.code}", new_province, Kind.LEVEL_ENDED, legal_basis=loading.TWO_LEVELS
                )
            )
    if not goes_on:
        successions += [
            Succeeding(f"{GSO}:{old}", new_province, Kind.WHOLE, legal_basis=PROVINCES_2025) for old in merged
        ]
    if report is not None:
        report.unplaced += [
            _("%(name)s has no code in the lists; it went to %(heir)s.")
            % {"name": move.as_printed, "heir": after[move.new_code].full_name}
            for move in moves()
            if move.old_code not in before and after[move.new_code].parent_code == province
        ]
    closes = [row for row in ended if row.level != Level.PROVINCE or not goes_on]
    return AreaChange(
        on=TWO_LEVELS_BEGAN,
        legal_basis=COMMUNES_2025,
        title=f"{after[province].full_name}: sắp xếp đơn vị hành chính năm 2025",
        closes=tuple(f"{GSO}:{row.code}" for row in closes),
        opens=tuple(opens),
        successions=tuple(successions),
    )


@cache
def _moves_by_origin() -> dict[str, list[Move]]:
    found: dict[str, list[Move]] = defaultdict(list)
    for move in moves():
        found[move.old_code].append(move)
    return dict(found)


def _succeeding(old: Listed, rows: Sequence[Move], report: Report | None) -> list[Succeeding]:
    """What became of one old area. Undecided, unless the table says where it went with all its people."""
    relations = [row.relation for row in rows]
    peopled = relations.count("part_area_all_population")
    clear = peopled == 1 and relations.count("part_area") == len(rows) - 1
    links = []
    for row in rows:
        kind, share = _WHOLE.get(row.relation, Kind.PART), None
        if len(rows) > 1 and kind != Kind.PART:
            kind = Kind.PART
        if clear:
            share = Fraction(1) if row.relation == "part_area_all_population" else None
            kind = Kind.PART if share else Kind.LAND
        links.append(
            Succeeding(
                f"{GSO}:{old.code}",
                f"new:{row.new_code}",
                kind,
                share=share,
                source="Hai nguồn thống nhất" if row.sources == "2" else SOURCE,
            )
        )
    if report is not None:
        contradictory = {"whole_area", *_WHOLE} & set(relations) and len(rows) > 1
        alone = len(rows) == 1 and links[0].kind == Kind.PART
        if contradictory or alone or (peopled and not clear):
            report.doubtful.append(
                _("%(name)s (%(code)s): the table says %(relations)s; kept undecided.")
                % {"name": old.full_name, "code": old.code, "relations": ", ".join(relations)}
            )
    return links


def _opening(key: str, row: Listed, parent: str) -> Opening:
    return Opening(
        key=key,
        level=row.level,
        type=row.type,
        name=row.name,
        parent=parent,
        codes=((GSO, row.code),),
        source=loading.LISTS,
    )


# A newer list


@dataclass
class Difference:
    """How a list of a day differs from what Kheo knows of that day."""

    on: date
    begins: list[Listed] = field(default_factory=list)
    ends: list[Area] = field(default_factory=list)
    renamed: list[tuple[Area, Listed]] = field(default_factory=list)
    moved: list[tuple[Area, Listed]] = field(default_factory=list)

    @property
    def nothing(self) -> bool:
        return not (self.begins or self.ends or self.renamed or self.moved)


def difference(rows: Iterable[Listed], on: date, among: AreaQuerySet | None = None) -> Difference:
    """How a whole list of provinces, districts and communes, true on `on`, differs from the eve of that day.

    `among` narrows what counts as missing from the list (a province's list says nothing of others).
    Refused when a code stands twice or a superior is neither in the list nor known.
    """
    rows = list(rows)
    eve = on - timedelta(days=1)
    published: dict[str, Listed] = {}
    for row in rows:
        if row.code in published:
            raise Refused(_("The code %(code)s stands twice in the list.") % {"code": row.code})
        published[row.code] = row
    known: dict[str, Area] = {
        row.code: row.area
        for row in AreaCode.objects.filter(system=GSO, valid_from__lte=eve, valid_to__gt=eve)
        .filter(area__in_force=True, area__level__in=[Level.PROVINCE, Level.DISTRICT, Level.COMMUNE])
        .select_related("area__parent")
        .prefetch_related("area__names", "area__parent__codes")
    }
    for row in rows:
        if row.parent_code and row.parent_code not in published and row.parent_code not in known:
            raise Refused(
                _("%(name)s (%(code)s) lies in %(parent)s, a code that is neither in the list nor known.")
                % {"name": row.full_name, "code": row.code, "parent": row.parent_code}
            )
    found = Difference(on)
    for code, row in published.items():
        area = known.get(code)
        if area is None or area.level != row.level:
            found.begins.append(row)
            continue
        if (area.parent.code_on(eve) if area.parent else "") != row.parent_code:
            found.moved.append((area, row))
        elif not _same_name(area, row, on):
            found.renamed.append((area, row))
    here = set((among or Area.objects.all()).on(eve).values_list("pk", flat=True))
    found.ends = [
        area
        for code, area in known.items()
        if area.pk in here and (code not in published or published[code].level != area.level)
    ]
    return found


def _same_name(area: Area, row: Listed, on: date) -> bool:
    """Tone placement and known other spellings are no renaming (hoà, hòa)."""
    spellings = {
        (name.type, tone_blind(name.name))
        for name in area.names.all()
        if name.other_spelling or name.valid_from <= on < name.valid_to
    }
    return (row.type, tone_blind(row.name)) in spellings


def change_of(
    found: Difference, became: Iterable[Move], legal_basis: str, report: Report | None = None
) -> AreaChange:
    """The change that brings Kheo from what it knows to the list.

    `became`: what became of the areas that end (codes of the eve and of the list). What begins without
    an origin and what ends without an heir is left as it is and named in `report.unplaced`.
    """
    report = report or Report()
    origins: dict[str, list[Move]] = defaultdict(list)
    heirs: dict[str, list[Move]] = defaultdict(list)
    begins = {row.code: row for row in found.begins}
    ends = {area.code_on(found.on - timedelta(days=1)): area for area in found.ends}
    for move in became:
        origins[move.new_code].append(move)
        heirs[move.old_code].append(move)
    opens, closes, successions = [], [], []
    for row in found.begins:
        if row.code not in origins:
            report.unplaced.append(
                _("%(name)s (%(code)s) begins, but nothing says what it came from.")
                % {"name": row.full_name, "code": row.code}
            )
            continue
        parent = f"new:{row.parent_code}" if row.parent_code in begins else f"{GSO}:{row.parent_code}"
        opens.append(_opening(row.code, row, parent if row.parent_code else ""))
    opened = {opening.key for opening in opens}
    for code, area in ends.items():
        rows = [move for move in heirs[code] if move.new_code in opened or move.new_code not in begins]
        if not rows:
            report.unplaced.append(
                _("%(name)s (%(code)s) is not in the list, but nothing says what became of it.")
                % {"name": area.full_name, "code": code}
            )
            continue
        closes.append(f"{GSO}:{code}")
        for move, link in zip(rows, _succeeding(_as_listed(area, code), rows, report), strict=True):
            successor = link.successor if move.new_code in opened else f"{GSO}:{move.new_code}"
            successions.append(
                Succeeding(link.predecessor, successor, link.kind, share=link.share, source=link.source)
            )
    for area, row in found.moved:
        parent = f"new:{row.parent_code}" if row.parent_code in begins else f"{GSO}:{row.parent_code}"
        closes.append(f"#{area.pk}")
        opens.append(_opening(row.code, row, parent if row.parent_code else ""))
        successions.append(Succeeding(f"#{area.pk}", f"new:{row.code}", Kind.REPARENTED))
    return AreaChange(
        on=found.on,
        legal_basis=legal_basis,
        closes=tuple(closes),
        opens=tuple(opens),
        successions=tuple(successions),
        renames=tuple(Renaming(f"#{area.pk}", row.type, row.name) for area, row in found.renamed),
    )


def _as_listed(area: Area, code: str) -> Listed:
    return Listed(area.level, code, "", area.type, area.name)
