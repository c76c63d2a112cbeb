"""The bodies every province, district and commune has by law and custom, in each era.

`data/functions.csv` and `data/bodies.csv` are the lists an office may edit; this module founds the bodies of
areas from them and links those that followed one another.
"""

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from kheo.lib.database import write_back
from kheo.lib.periods import BEGINNING, FOREVER
from kheo.lib.pouring import pour_made
from kheo.lib.vietnamese import fold, sort_key
from kheo.places import paths
from kheo.places.lineage import in_batches
from kheo.places.models import Area, AreaSuccession
from kheo.units.models import Committee, Competence, Function, Unit, UnitSuccession

DATA = Path(__file__).parent / "data"
# So many new ties are held in memory.
AT_ONCE = 5000
# What the Party committee of a district is called, by the district's type.
SEATS = {"huyện": "Huyện ủy", "thị xã": "Thị ủy", "thành phố": "Thành ủy", "quận": "Quận ủy"}


@dataclass(frozen=True)
class Body:
    """A line of `bodies.csv`. The first parent key found, upward from the same area, is the superior."""

    key: str
    level: str
    name: str
    short_name: str
    line: str
    functions: tuple[str, ...]
    parents: tuple[str, ...]
    opens: date
    closes: date
    successor: str
    basis: str

    def named(self, template: str, area: Area) -> str:
        return template.format(
            name=area.name, area=area.in_text, seat=SEATS.get(area.type, "Huyện ủy"), province=area.name
        )


def bodies() -> list[Body]:
    """The list, superiors before those under them."""
    with (DATA / "bodies.csv").open(encoding="utf-8", newline="") as file:
        return [
            Body(
                key=row["key"],
                level=row["level"],
                name=row["name"],
                short_name=row["short_name"],
                line=row["line"],
                functions=tuple(row["functions"].split()),
                parents=tuple(filter(None, row["parent"].split("|"))),
                opens=date.fromisoformat(row["opens"]) if row["opens"] else BEGINNING,
                closes=date.fromisoformat(row["closes"]) if row["closes"] else FOREVER,
                successor=row["successor"],
                basis=row["basis"],
            )
            for row in csv.DictReader(file)
        ]


def load_functions() -> None:
    """Write the functions as `functions.csv` has them; loading twice changes nothing."""
    with (DATA / "functions.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    with transaction.atomic():
        for order, row in enumerate(rows):
            Function.objects.update_or_create(
                code=row["code"], defaults={"name": row["name"], "line": row["line"], "order": order}
            )
        for row in rows:
            members = Function.objects.filter(code__in=row["includes"].split())
            Function.objects.get(code=row["code"]).includes.set(members)


def found(areas: Iterable[Area], until: date = FOREVER) -> list[Unit]:
    """Found the bodies of these areas that do not exist yet, each for as long as area and body both last.

    Areas come with their ancestors' bodies already founded or among them. Bodies that begin on or after
    `until` are left out: they belong to a structure that has not begun. Founding twice changes nothing.
    """
    areas = list(areas)
    with transaction.atomic():
        known = _known_at(areas)
        units = _founded(_wanted(areas, known, until), known)
        # A nation has 146,000 of them.
        pour_made(units)
        _take_office(units)
    return units


def prepare(areas: Iterable[Area], at_once: int) -> int:
    """Found bodies of areas that are prepared, out of force like these, so many at once. Answers how many.

    What they answer for comes when they are brought into force: nobody finds them by it before.
    """
    areas = list(areas)
    with transaction.atomic():
        known = _known_at(areas, Unit.with_prepared.all())
        units = _founded(_wanted(areas, known)[:at_once], known)
        for unit in units:
            unit.in_force = False
        Unit.objects.bulk_create(units, batch_size=500)
    return len(units)


def to_prepare(levels: Iterable[str], on: date) -> int:
    """How many bodies are founded with areas of these levels that begin on a day."""
    each = Counter(body.level for body in bodies() if body.closes > on)
    return sum(each[level] for level in levels)


def bring_into_force(areas: Iterable[Area]) -> list[Unit]:
    """The bodies prepared for these areas begin, under whoever is their superior now."""
    areas = list(areas)
    prepared = Unit.with_prepared.filter(in_force=False, annulled=False).select_related("area")
    ready = in_batches(prepared, "area__in", [area.pk for area in areas])
    if not ready:
        return []
    known = _known_at(areas, Unit.with_prepared.all())
    rank = {(body.level, body.key): (_ORDER[body.level], n, body) for n, body in enumerate(bodies())}
    mine = (known[unit.area_id, unit.key] for unit in ready if (unit.level, unit.key) in rank)
    ready = sorted(
        (unit for unit in mine if not unit.in_force),
        key=lambda unit: rank[unit.level, unit.key][:2],
    )
    at = {area.pk: area for area in areas}
    for unit in ready:
        parent = _superior(at[unit.area_id], rank[unit.level, unit.key][2], known)
        unit.parent, unit.in_force = parent, True
        unit.path = (parent.path if parent else "") + paths.segment(unit.pk)
        unit.path_now = (parent.path_now if parent else "") + paths.segment(unit.pk)
    write_back(ready, "parent", "path", "path_now", "in_force")
    _take_office(ready)
    return ready


_ORDER = {"province": 0, "district": 1, "commune": 2}


def _wanted(
    areas: list[Area], known: dict[tuple[int, str], Unit], until: date = FOREVER
) -> list[tuple[Area, Body]]:
    """The bodies these areas should have and have not, superiors first."""
    by_level = defaultdict(list)
    for body in bodies():
        by_level[body.level].append(body)
    return [
        (area, body)
        for area in sorted((area for area in areas if area.level in _ORDER), key=lambda a: _ORDER[a.level])
        for body in by_level[area.level]
        if max(area.valid_from, body.opens) < min(area.valid_to, body.closes, until)
        and (area.pk, body.key) not in known
    ]


def _founded(wanted: list[tuple[Area, Body]], known: dict[tuple[int, str], Unit]) -> list[Unit]:
    """Their rows, not saved yet; they are added to `known`."""
    units = []
    for (area, body), pk in zip(wanted, paths.reserve_ids(Unit, len(wanted)), strict=True):
        name = body.named(body.name, area)
        parent = _superior(area, body, known)
        unit = Unit(
            pk=pk,
            key=body.key,
            kind=Unit.Kind.COMMITTEE if body.key == "ban_chi_dao" else Unit.Kind.BODY,
            name=name,
            short_name=body.named(body.short_name, area),
            line=body.line,
            level=body.level,
            area=area,
            parent=parent,
            path=(parent.path if parent else "") + paths.segment(pk),
            path_now=(parent.path_now if parent else "") + paths.segment(pk),
            valid_from=max(area.valid_from, body.opens),
            valid_to=min(area.valid_to, body.closes),
            sort_key=sort_key(name)[:600],
            folded=fold(name)[:300],
            note=body.basis,
            sample=area.sample,
        )
        known[area.pk, body.key] = unit
        units.append(unit)
    return units


def _take_office(units: list[Unit]) -> None:
    """From their first day they answer for what the list says."""
    functions = {(body.level, body.key): body.functions for body in bodies()}
    pour_made(
        [
            Competence(unit=unit, function_id=function, valid_from=unit.valid_from, valid_to=unit.valid_to)
            for unit in units
            for function in functions[unit.level, unit.key]
        ]
    )
    Committee.objects.bulk_create(Committee(unit=unit) for unit in units if unit.key == "ban_chi_dao")


def _known_at(areas: Iterable[Area], rows: QuerySet[Unit] | None = None) -> dict[tuple[int, str], Unit]:
    """The bodies of these areas and of those above them, by area and key.

    Where a body was reorganised inside its area, the last row of its key stands for it.
    """
    here = {pk for area in areas for pk in paths.ids(area.path)}
    rows = Unit.objects.all() if rows is None else rows
    founded = rows.exclude(key="").filter(annulled=False).order_by("valid_to", "pk")
    return {(unit.area_id, unit.key): unit for unit in in_batches(founded, "area__in", here)}


def _superior(area: Area, body: Body, known: dict[tuple[int, str], Unit]) -> Unit | None:
    above: Area | None = area
    while above is not None:
        for key in body.parents:
            unit = known.get((above.pk, key))
            if unit is not None and (above.pk, key) != (area.pk, body.key):
                return unit
        above = above.parent
    return None


def succeed_inside(areas: Iterable[Area], until: date = FOREVER) -> None:
    """Link the bodies that ended before `until` while their area went on, to those they gave way to.

    Two boards that merge have a successor; a level of a service that was given up has none.
    """
    closing = {(body.level, body.key): body for body in bodies() if body.closes < until}
    here: dict[int, dict[str, Unit]] = defaultdict(dict)
    ends = {area.pk: area.valid_to for area in areas}
    for unit in Unit.objects.filter(area__in=ends).exclude(key=""):
        here[unit.area_id][unit.key] = unit
    rows = []
    for units in here.values():
        for unit in units.values():
            body = closing.get((unit.level, unit.key))
            if body is None or unit.valid_to != body.closes or ends[unit.area_id] <= body.closes:
                continue
            successor = units.get(body.successor)
            kind = UnitSuccession.Kind.MERGED if successor else UnitSuccession.Kind.ENDED
            rows.append(
                UnitSuccession(
                    predecessor=unit,
                    successor=successor,
                    on=unit.valid_to,
                    kind=kind,
                    share_numerator=1 if successor else None,
                    share_denominator=1 if successor else None,
                    legal_basis=body.basis,
                )
            )
    standing = UnitSuccession.objects.filter(known_to=FOREVER, predecessor__area__in=ends)
    linked = set(standing.values_list("predecessor", flat=True))
    UnitSuccession.objects.bulk_create([row for row in rows if row.predecessor_id not in linked])


def succeed_areas(on: date) -> tuple[int, int]:
    """Link the bodies of areas that ended on a day to the bodies with the same function at the areas' heirs.

    A body no heir has a counterpart of (those of an abolished level) ends without successor: the body above
    keeps its records. Returns how many went over and how many ended.
    """
    went = ended = 0
    heirs = defaultdict(list)
    ties = AreaSuccession.objects.filter(on=on, known_to=FOREVER)
    for succession in ties.select_related("predecessor", "successor"):
        if succession.predecessor.level == succession.successor.level:
            heirs[succession.predecessor_id].append(succession)
    # Plain values: a nation's bodies are 108,000 that end and 36,000 that begin on one day.
    opening = defaultdict(list)
    for place, function, candidate, candidate_key, candidate_line in (
        Competence.objects.filter(unit__valid_from=on, unit__annulled=False)
        .order_by("unit_id")
        .values_list("unit__area_id", "function_id", "unit_id", "unit__key", "unit__line")
    ):
        opening[place, function].append((candidate, candidate_key, candidate_line))
    rows: list[UnitSuccession] = []
    tied = UnitSuccession.objects.filter(predecessor=OuterRef("pk"), known_to=FOREVER)
    closing = Unit.objects.filter(valid_to=on, area__valid_to=on, annulled=False).exclude(Exists(tied))
    closing = closing.exclude(kind=Unit.Kind.PART)
    answers = defaultdict(list)
    for pk, function in Competence.objects.filter(unit__in=closing).values_list("unit_id", "function_id"):
        answers[pk].append(function)
    for unit, key, line, area in closing.order_by("pk").values_list("pk", "key", "line", "area_id"):
        successors = []
        # What a commune added itself goes on by its own name (`reorganise`), not into another body.
        for succession in heirs[area] if key else ():
            answering = [
                (candidate_key != key, candidate)
                for function in answers[unit]
                for candidate, candidate_key, candidate_line in opening[succession.successor_id, function]
                if candidate_line == line
            ]
            if answering:
                # The same body where it goes on, else the one that took over its function.
                successors.append((min(answering)[1], succession))
        rows += [
            UnitSuccession(
                predecessor_id=unit,
                successor_id=successor,
                on=on,
                kind=UnitSuccession.Kind.MERGED if len(successors) == 1 else UnitSuccession.Kind.SPLIT,
                share_numerator=succession.share_numerator if len(successors) > 1 else 1,
                share_denominator=succession.share_denominator if len(successors) > 1 else 1,
                legal_basis=succession.legal_basis,
            )
            for successor, succession in successors
        ]
        if successors:
            went += 1
        else:
            ended += 1
            rows.append(UnitSuccession(predecessor_id=unit, on=on, kind=UnitSuccession.Kind.ENDED))
        if len(rows) >= AT_ONCE:
            pour_made(rows)
            rows.clear()
    pour_made(rows)
    return went, ended
