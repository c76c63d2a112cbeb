"""The sums of communes' years at their heirs: joined to the lineage and summed by the database itself.

Ten thousand communes with a dozen measures each stay where they are; what comes back is a row for each heir
(or each province) and measure. Communes that were divided by shares, a few hundred at most, come back one by
one and are divided here, because a share must leave whole numbers.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import groupby
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Left, StrIndex

from kheo.places.lineage import spread
from kheo.places.models import AreaLineage
from kheo.places.paths import ids, within
from kheo.tallies.models import AreaYear

Sums = dict[Any, dict[str, int]]


def at_heirs(
    years: QuerySet[AreaYear],
    lines: QuerySet[AreaLineage],
    names: Mapping[str, str],
    *,
    inside: str = "",
    provinces: bool = False,
) -> Sums:
    """By area id, the values by measure; under None what nobody answers for. Two queries.

    `lines` are the lineage of a day, `names` what the sums are named by → measure. `inside`: only heirs at or
    under this path. `provinces`: not at the heirs themselves but at the province each lies in.
    """
    sums: Sums = defaultdict(lambda: defaultdict(int))
    for measure, key, value in _whole(years, lines, inside, provinces):
        sums[None if key is None else int(key, 36) if provinces else key][names[measure]] += int(value)
    answering: Callable[[str], int] = (
        (lambda path: ids(path)[0]) if provinces else (lambda path: ids(path)[-1])
    )
    rows = _divided(years, lines)
    for (measure, _area, value), heirs in groupby(rows, key=lambda row: row[:3]):
        told = [
            (path, Fraction(numerator, denominator)) for *_of, _heir, path, numerator, denominator in heirs
        ]
        if sum(share for _path, share in told) != 1:
            # Shares that do not make a whole were never decided: it stays with nobody.
            continue
        if not inside:
            sums[None][names[measure]] -= int(value)
        parts = spread(int(value), [share for _path, share in told])
        for (path, _share), part in zip(told, parts, strict=True):
            if path.startswith(inside):
                sums[answering(path)][names[measure]] += part
    return sums


def _whole(years: Any, lines: Any, inside: str, provinces: bool) -> list[tuple]:
    """What went somewhere whole: name of the sum, heir (or the first step of its path), value.

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
        f"SELECT y.measure, l.key, SUM(y.value) FROM y {join} l ON l.area_id = y.area_id GROUP BY 1, 2",  # noqa: S608  (our own words)
    )


def _divided(years: Any, lines: Any) -> list[tuple]:
    """What was divided: name of the sum, area, its value, and each heir with its path and share, in order."""
    lines = lines.order_by().filter(share_denominator__gt=1).annotate(path=F("heir__path"))
    return _ask(
        lines.values_list("area_id", "heir_id", "path", "share_numerator", "share_denominator"),
        years.filter(area__in=lines.values("area_id")),
        "SELECT y.measure, y.area_id, SUM(y.value), "
        "l.heir_id, l.path, l.share_numerator, l.share_denominator "
        "FROM y JOIN l ON l.area_id = y.area_id "
        "GROUP BY y.measure, y.area_id, l.heir_id, l.path, l.share_numerator, l.share_denominator "
        "ORDER BY y.measure, y.area_id, l.heir_id",
    )


def _ask(lines: Any, years: Any, question: str) -> list[tuple]:
    """`question` names the two querysets l and y. Django's own joins would pass through a third table."""
    connection = connections[years.db]
    try:
        l_sql, l_params = lines.query.get_compiler(years.db).as_sql()
        y_sql, y_params = (
            years.order_by().values_list("measure", "area_id", "value").query.get_compiler(years.db).as_sql()
        )
    except EmptyResultSet:
        return []
    # Worked out once for each area, not for each of its sums.
    once = "MATERIALIZED " if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"WITH l AS {once}({l_sql}), y AS ({y_sql}) {question}", [*l_params, *y_params])
        return cursor.fetchall()
