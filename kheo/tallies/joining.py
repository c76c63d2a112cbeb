"""The sums of communes' years at their heirs, joined to the lineage by the database itself.

Of the nation ten thousand communes stay where they are; what comes back is a row of measures for each heir
(or each province). Communes that were divided by shares, a few hundred at most, come back one by one and are
divided here, because a share must leave whole numbers.

Of one place it is the other way round: from its areas to who lies in them, and from those to their years.
Whatever else the year holds, and whatever was known before, is not looked at.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import Exists, F, OuterRef, QuerySet, Sum, Value
from django.db.models.functions import Left, StrIndex

from kheo.lib.periods import FOREVER
from kheo.lib.rows import WordedRows, often
from kheo.places.lineage import spread
from kheo.places.models import Area, AreaLineage
from kheo.places.paths import ids, next_prefix, within
from kheo.tallies.models import SUMS, AreaYear, Cell
from kheo.tallies.seen import sums_in_parts
from kheo.ui.lists import reading_in_order
from kheo.units.models import Unit, UnitLineage

Sums = dict[Any, dict[str, int]]


def at_heirs(
    years: QuerySet[AreaYear],
    lines: QuerySet[AreaLineage],
    measures: Sequence[str],
    *,
    divided: Collection[int],
    inside: str = "",
    provinces: bool = False,
) -> Sums:
    """By area id, the values by measure; under None what nobody answers for. Two queries, one where
    nothing is divided.

    `lines` are the lineage of a day, `measures` some of `SUMS`, `divided` the areas
    that have shares on that day. `inside`: only heirs at or under this path.
    `provinces`: not at the heirs themselves but at the province each lies in.
    """
    sums: Sums = defaultdict(lambda: defaultdict(int))
    for key, *summed in _whole(years, lines, measures, inside, provinces):
        at = sums[None if key is None else int(key, 36) if provinces else key]
        for measure, value in zip(measures, summed, strict=True):
            if value:
                at[measure] += int(value)
    answering: Callable[[str], int] = (
        (lambda path: ids(path)[0]) if provinces else (lambda path: ids(path)[-1])
    )
    width = len(measures)
    spread_out = _divided(years.filter(area__in=divided), lines, measures) if divided else []
    for _area, rows in groupby(spread_out, key=itemgetter(0)):
        heirs = list(rows)
        values = heirs[0][1 : 1 + width]
        told = [(path, Fraction(*share)) for _heir, path, *share in (row[1 + width :] for row in heirs)]
        if sum(share for _path, share in told) != 1:
            # Shares that do not make a whole were never decided: it stays with nobody.
            continue
        for measure, value in zip(measures, values, strict=True):
            if not value:
                continue
            if not inside:
                sums[None][measure] -= int(value)
            parts = spread(int(value), [share for _path, share in told])
            for (path, _share), part in zip(told, parts, strict=True):
                if path.startswith(inside):
                    sums[answering(path)][measure] += part
    return sums


@dataclass
class Placed:
    """Sums in one place, by the id of each heir there, and what of them is spread by decided shares."""

    sums: Sums
    # The paths of those heirs.
    paths: dict[int, str]
    # By the id of each area that is read by shares and has anything counted: the path and share of each heir.
    shares: dict[int, list[tuple[str, Fraction]]]


def in_place(
    rows: Iterable[tuple], lines: QuerySet[AreaLineage], measures: Sequence[str], inside: str
) -> Placed:
    """What lies at or under a path, from the rows of `place_now` or `place`.

    `measures`: some of `SUMS`. `lines`: the lineage of the day, asked where something was divided.
    """
    placed = Placed({}, {}, {})
    # One column more than is read: of several it hands out a tuple.
    pick = itemgetter(*(len(_LINE) + SUMS.index(name) for name in measures), 0)
    divided: Sums = {}
    # An area comes once for each of its heirs here, with the same years.
    first: dict[int, int] = {}
    for row in rows:
        area, heir, path, numerator, denominator, basis = row[: len(_LINE)]
        whole = numerator == denominator
        if not whole and first.setdefault(area, heir) != heir:
            continue
        values = dict(zip(measures, pick(row), strict=False))
        _add(placed.sums if whole else divided, heir if whole else area, values)
        if whole:
            placed.paths[heir] = path
            if basis == AreaLineage.Basis.SHARE and any(values.values()):
                placed.shares[area] = [(path, Fraction(1))]
    if divided:
        _place_shares(placed, divided, lines, inside)
    return placed


def _place_shares(placed: Placed, divided: Sums, lines: QuerySet[AreaLineage], inside: str) -> None:
    heirs = lines.filter(area__among=divided).order_by("area_id", "heir_id")
    rows = heirs.values_list("area_id", "heir_id", "heir__path", "share_numerator", "share_denominator")
    for area, told in groupby(rows, key=itemgetter(0)):
        parted = [(heir, path, Fraction(*share)) for _area, heir, path, *share in told]
        if sum(share for _heir, _path, share in parted) != 1:
            # Shares that do not make a whole were never decided: it stays with nobody.
            continue
        for name, value in divided[area].items():
            parts = spread(value, [share for _heir, _path, share in parted])
            for (heir, path, _share), part in zip(parted, parts, strict=True):
                if path.startswith(inside):
                    _add(placed.sums, heir, {name: part})
                    placed.paths[heir] = path
        if any(divided[area].values()):
            placed.shares[area] = [(path, share) for _heir, path, share in parted]


def _add(sums: Sums, key: Any, values: dict[str, int]) -> None:
    if key not in sums:
        sums[key] = values
        return
    at = sums[key]
    for name, value in values.items():
        at[name] = at.get(name, 0) + value


# What each row says before the sums: whose years they are, and who answers for them and how.
_LINE = ("area_id", "heir_id", "heir_path", "share_numerator", "share_denominator", "basis")


def place(years: QuerySet[AreaYear], lines: QuerySet[AreaLineage], inside: str) -> list[tuple]:
    """For `in_place`: a row for each year of each area of any day that is answered for at or under a path."""
    alias = years.db
    try:
        sql, params = _place(alias, years, lines, inside, next_prefix(inside))
    except EmptyResultSet:
        return []
    with often(connections[alias]) as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()


def place_now(years: Sequence[int], day: date, inside: str) -> list[tuple]:
    """The same of these years as they stand, in the structure of a day as it is known today; worded once."""
    firsts = [date(each, 1, 1) for each in years]
    return _of_now(len(firsts))(AreaYear.objects.db, inside, next_prefix(inside), day, *firsts)


@cache
def _of_now(years: int) -> WordedRows:
    return WordedRows(
        lambda alias, inside, after, day, *firsts: _place(
            alias,
            AreaYear.objects.filter(period__in=firsts, known_to=FOREVER),
            AreaLineage.objects.answering(day),
            inside,
            after,
        ),
        *(str, str, date, *[date] * years),
    )


def _place(
    alias: str, years: QuerySet[AreaYear], lines: QuerySet[AreaLineage], inside: str, after: str
) -> tuple[str, list[Any]]:
    """From each area of the place to those it answers for, and from each of these to its years: one look
    each, whatever is known of the tables' sizes. A planner that may choose walks the whole lineage or the
    whole year today and looks each up tomorrow, and its pages grow with what they hold.
    """
    here = Area.objects.filter(path__gte=inside, path__lt=after).exclude(level="hamlet")
    a_sql, a_params = here.order_by().values_list("pk", "path").query.get_compiler(alias).as_sql()
    told = [name for name in _LINE if name != "heir_path"]
    l_sql, l_params = lines.order_by().values_list(*told).query.get_compiler(alias).as_sql()
    y_sql, y_params = years.order_by().values_list("area_id", *SUMS).query.get_compiler(alias).as_sql()
    line = ("a.path" if name == "heir_path" else f"l.{name}" for name in _LINE)
    named = ", ".join([*line, *(f"y.{name}" for name in SUMS)])
    if connections[alias].vendor == "postgresql":
        sql = (
            f"SELECT {named} FROM ({a_sql}) a "  # noqa: S608  (our own words)
            f"CROSS JOIN LATERAL (SELECT * FROM ({l_sql}) s WHERE s.heir_id = a.pk OFFSET 0) l "
            f"CROSS JOIN LATERAL (SELECT * FROM ({y_sql}) s WHERE s.area_id = l.area_id OFFSET 0) y"
        )
    else:
        # Here a cross join is carried out in the order in which it is written.
        sql = (
            f"SELECT {named} FROM ({a_sql}) a CROSS JOIN ({l_sql}) l CROSS JOIN ({y_sql}) y "  # noqa: S608
            "WHERE l.heir_id = a.pk AND y.area_id = l.area_id"
        )
    return sql, [*a_params, *l_params, *y_params]


def _whole(years: Any, lines: Any, measures: Sequence[str], inside: str, provinces: bool) -> list[tuple]:
    """What went somewhere whole: heir (or the first step of its path), then the measures.

    With nowhere to look outside, everything else comes too, under None: it still belongs to the total.
    """
    # A whole is always written 1/1, and the database knows how many such there are.
    lines = lines.order_by().filter(share_numerator=1, share_denominator=1)
    if inside:
        lines = lines.filter(within("heir__path", inside))
    if provinces:
        slash = StrIndex("heir__path", Value("/"))
        lines = lines.annotate(key=Left("heir__path", slash - 1))
    else:
        lines = lines.annotate(key=F("heir_id"))
    join = "JOIN" if inside else "LEFT JOIN"
    return _ask(
        lines.values_list("area_id", "key"),
        years,
        measures,
        f"SELECT l.key, {_sums(measures)} FROM y {join} l ON l.area_id = y.area_id GROUP BY 1",  # noqa: S608  (our own words)
    )


def _divided(years: Any, lines: Any, measures: Sequence[str]) -> list[tuple]:
    """What was divided: area, its measures, and each heir with its path and share, in order."""
    lines = lines.order_by().filter(share_denominator__gt=1).annotate(path=F("heir__path"))
    return _ask(
        lines.values_list("area_id", "heir_id", "path", "share_numerator", "share_denominator"),
        years,
        measures,
        f"SELECT y.area_id, {_sums(measures)}, l.heir_id, l.path, l.share_numerator, l.share_denominator "  # noqa: S608  (our own words)
        "FROM y JOIN l ON l.area_id = y.area_id "
        "GROUP BY y.area_id, l.heir_id, l.path, l.share_numerator, l.share_denominator "
        "ORDER BY y.area_id, l.heir_id",
    )


# Line, body, what the cell is named by, value.
OfLine = tuple[str, int | None, str, int]


def at_lines(cells: QuerySet[Cell], lineage: QuerySet[UnitLineage]) -> list[OfLine]:
    """Cells summed by the line of their body, from those of some thousand bodies. One statement.

    A body is named only where one of its heirs in this lineage works in another line.
    """
    alias = cells.db
    elsewhere = lineage.filter(unit=OuterRef("pk")).exclude(heir__line=OuterRef("line")).order_by()
    # Not `objects`: a body that is left out here would be lost to the total.
    units = Unit._base_manager.annotate(elsewhere=Exists(elsewhere)).order_by()
    try:
        c_sql, c_params = sums_in_parts(cells, "unit_id", "measure").query.get_compiler(alias).as_sql()
        names = units.values_list("pk", "line", "elsewhere")
        u_sql, u_params = names.query.get_compiler(alias).as_sql()
    except EmptyResultSet:
        return []
    # First summed, then a few thousand bodies are looked up, not the body of each cell.
    once = "MATERIALIZED " if connections[alias].vendor == "postgresql" else ""
    sql = (
        f"WITH c AS {once}({c_sql}), "  # noqa: S608  (our own words)
        f"u AS {once}(SELECT * FROM ({u_sql}) x WHERE x.pk IN (SELECT unit_id FROM c)) "
        "SELECT u.line, CASE WHEN u.elsewhere THEN u.pk END, c.measure, SUM(c.v) "
        "FROM c JOIN u ON u.pk = c.unit_id GROUP BY 1, 2, 3"
    )
    with connections[alias].cursor() as cursor:
        cursor.execute(sql, [*c_params, *u_params])
        return cursor.fetchall()


def at_lines_of_all(cells: QuerySet[Cell], lineage: QuerySet[UnitLineage]) -> list[OfLine]:
    """The same from those of nearly every body there is: lineage and bodies are gone through once."""
    elsewhere = lineage.exclude(heir__line=F("unit__line")).order_by()
    others = sorted(set(elsewhere.values_list("unit_id", flat=True)))
    cells = cells.order_by()
    with reading_in_order():
        lines = cells.exclude(unit__among=others).values_list("unit__line", "measure")
        found: list[OfLine] = [
            (line, None, measure, value) for line, measure, value in lines.annotate(v=Sum("value"))
        ]
    if others:
        bodies = cells.filter(unit__among=others).values_list("unit__line", "unit_id", "measure")
        found += bodies.annotate(v=Sum("value"))
    return found


def _sums(measures: Sequence[str]) -> str:
    return ", ".join(f'SUM(y."{measure}")' for measure in measures)


def _ask(lines: Any, years: Any, measures: Sequence[str], question: str) -> list[tuple]:
    """`question` names the two querysets l and y. Django's own joins would pass through a third table."""
    connection = connections[years.db]
    try:
        l_sql, l_params = lines.query.get_compiler(years.db).as_sql()
        y_sql, y_params = (
            years.order_by().values_list("area_id", *measures).query.get_compiler(years.db).as_sql()
        )
    except EmptyResultSet:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"WITH l AS ({l_sql}), y AS ({y_sql}) {question}", [*l_params, *y_params])
        return cursor.fetchall()
