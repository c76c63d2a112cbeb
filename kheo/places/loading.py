"""The areas of Nghệ An through three states of affairs, from the lists beside this file (`data/SOURCES.md`).

Before 1 December 2024: 21 districts and 460 communes. Then 20 and 412. From 1 July 2025: 130 communes
directly under the province. Loading twice changes nothing.
"""

import csv
from collections import defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from kheo.audit import models as audit
from kheo.lib.database import analyse
from kheo.places import changes, lineage
from kheo.places.changes import AreaChange, Opening, Renaming, Succeeding
from kheo.places.models import GSO, Area, AreaCode, AreaLineage, AreaName, AreaSuccession, Level

DATA = Path(__file__).resolve().parent / "data"
PROVINCE = "40"
DISTRICTS_MERGED = date(2024, 12, 1)
DISTRICTS_ENDED = date(2025, 7, 1)
RESOLUTION_2024 = "Nghị quyết số 1243/NQ-UBTVQH15"
RESOLUTION_2025 = "Nghị quyết số 1678/NQ-UBTVQH15"
TWO_LEVELS = "Luật số 72/2025/QH15; Nghị quyết số 203/2025/QH15"
LISTS = "Danh mục hành chính của cơ quan thống kê (kheo/places/data/SOURCES.md)"
# How sure the lists are of a move; said with the succession.
HOW_KNOWN = {
    "same_code": "Danh mục: mã giữ nguyên",
    "one_community_source": "Một nguồn cộng đồng, chưa đối chiếu với văn bản nghị quyết",
    "took_its_name": "Suy ra từ tên đơn vị mới, chưa đối chiếu với văn bản nghị quyết",
    "two_sources": "Hai nguồn thống nhất",
    "one_source": "Một nguồn",
}
Kind = AreaSuccession.Kind


class Row(NamedTuple):
    state: str
    level: str
    code: str
    parent_code: str
    type: str
    name: str
    other_spelling: str
    named_after: str


class Move(NamedTuple):
    on: str
    old_code: str
    new_code: str
    relation: str
    how_known: str


def _read(name: str) -> list[list[str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def rows(state: str) -> list[Row]:
    """The areas of one state of affairs: "before", "2024-12-01" or "2025-07-01"."""
    return [row for row in (Row(*line) for line in _read("areas_nghe_an.csv")) if row.state == state]


def moves(on: date) -> list[Move]:
    listed = (Move(*line) for line in _read("moves_nghe_an.csv"))
    return [move for move in listed if move.on == on.isoformat()]


def load(
    until: date | None = None, by: object = None, progress: Callable[[str], None] | None = None
) -> list[changes.Counts]:
    """Load Nghệ An through all three states, or only those that began by `until`. Idempotent."""
    done = [load_before(progress=progress)]
    if until is None or until >= DISTRICTS_ENDED:
        done.append(changes.carry_out(reorganisation_2025(), by=by, progress=progress))
    return done


def load_before(progress: Callable[[str], None] | None = None) -> changes.Counts:
    """Load the areas up to 30 June 2025: the oldest list, then the mergers of 1 December 2024."""
    say = progress or (lambda words: None)
    with transaction.atomic():
        if not AreaCode.objects.filter(system=GSO, code=PROVINCE, area__level=Level.PROVINCE).exists():
            say(_("Loading the areas before 1 December 2024"))
            _plant(rows("before"))
            analyse(Area, AreaCode, AreaName, AreaSuccession, AreaLineage)
        say(_("Carrying out the mergers of 1 December 2024"))
        return changes.carry_out(mergers_2024(), progress=progress)


def _plant(listed: list[Row]) -> None:
    areas: dict[tuple[str, str], Area] = {}
    above = {Level.DISTRICT: Level.PROVINCE, Level.COMMUNE: Level.DISTRICT}
    for row in listed:
        areas[row.level, row.code] = Area(
            level=row.level,
            type=row.type,
            name=row.name,
            parent=areas[above[Level(row.level)], row.parent_code] if row.parent_code else None,
            type_lowers=not row.named_after,
            source=LISTS,
        )
    planted = Area.objects.plant(list(areas.values()))
    AreaCode.objects.bulk_create(
        [AreaCode(area=area, system=GSO, code=code) for (_level, code), area in areas.items()], batch_size=500
    )
    AreaName.objects.bulk_create(
        AreaName(
            area=areas[row.level, row.code], type=row.type, name=row.other_spelling, other_spelling=True
        ).filled()
        for row in listed
        if row.other_spelling
    )
    lineage.recompute(planted)
    audit.record(planted[0], "loaded", reason=LISTS)


def mergers_2024() -> AreaChange:
    """1 December 2024: 48 communes merged, Cửa Lò and four communes of Nghi Lộc joined Vinh.

    Only what changed gets new rows; a commune that only took another name or type keeps its row.
    """
    before = {row.code: row for row in rows("before") if row.level == Level.COMMUNE}
    after = {row.code: row for row in rows("2024-12-01") if row.level == Level.COMMUNE}
    origins: dict[str, list[Move]] = defaultdict(list)
    for move in moves(DISTRICTS_MERGED):
        origins[move.new_code].append(move)
    closes, opens, successions, renames = [], [], [], []
    for code, came in origins.items():
        new, old = after[code], before[came[0].old_code]
        moved = new.parent_code != old.parent_code
        if len(came) == 1 and not moved:
            if (old.type, old.name) != (new.type, new.name):
                renames.append(Renaming(f"gso:{old.code}", new.type, new.name))
            continue
        opens.append(_opening(new, f"gso:{new.parent_code}"))
        for move in came:
            closes.append(f"gso:{move.old_code}")
            successions.append(
                Succeeding(
                    f"gso:{move.old_code}",
                    f"new:{code}",
                    Kind.REPARENTED if moved and len(came) == 1 else Kind.WHOLE,
                    source=HOW_KNOWN[move.how_known],
                )
            )
    districts = {row.code for row in rows("2024-12-01") if row.level == Level.DISTRICT}
    for row in rows("before"):
        if row.level == Level.DISTRICT and row.code not in districts:
            # Thị xã Cửa Lò became part of Vinh, which goes on.
            closes.append(f"gso:{row.code}")
            successions.append(Succeeding(f"gso:{row.code}", "gso:412", Kind.WHOLE, source=LISTS))
    return AreaChange(
        on=DISTRICTS_MERGED,
        legal_basis=RESOLUTION_2024,
        title="Sắp xếp đơn vị hành chính cấp huyện, cấp xã của tỉnh Nghệ An giai đoạn 2023 - 2025",
        closes=tuple(closes),
        opens=tuple(opens),
        successions=tuple(successions),
        renames=tuple(renames),
    )


def reorganisation_2025() -> AreaChange:
    """1 July 2025: the districts ended and 412 communes became 130, directly under the province."""
    before = rows("2024-12-01")
    successions = [
        Succeeding(
            f"gso:{move.old_code}",
            f"new:{move.new_code}",
            Kind.UNCHANGED if move.relation == "unchanged" else Kind.WHOLE,
            source=HOW_KNOWN[move.how_known],
        )
        for move in moves(DISTRICTS_ENDED)
    ]
    successions += [
        Succeeding(f"gso:{row.code}", f"gso:{PROVINCE}", Kind.LEVEL_ENDED, legal_basis=TWO_LEVELS)
        for row in before
        if row.level == Level.DISTRICT
    ]
    return AreaChange(
        on=DISTRICTS_ENDED,
        legal_basis=RESOLUTION_2025,
        title="Kết thúc cấp huyện và sắp xếp đơn vị hành chính cấp xã của tỉnh Nghệ An năm 2025",
        closes=tuple(f"gso:{row.code}" for row in before),
        opens=tuple(_opening(row, f"gso:{row.parent_code}") for row in rows("2025-07-01")),
        successions=tuple(successions),
    )


def _opening(row: Row, parent: str) -> Opening:
    return Opening(
        key=row.code,
        level=row.level,
        type=row.type,
        name=row.name,
        parent=parent,
        codes=((GSO, row.code),),
        type_lowers=not row.named_after,
        source=LISTS,
    )
