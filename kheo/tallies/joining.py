"""The sums of communes' years at their heirs: joined to the lineage and summed by the database itself.

Ten thousand communes stay where they are; what comes back is a row of measures for each heir (or each
province). Communes that were divided by shares, a few hundred at most, come back one by
one and are divided here, because a share must leave whole numbers.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from fractions import Fraction
from itertools import groupby
from operator import itemgetter
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
