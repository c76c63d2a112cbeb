"""Cells that somebody sees in two ways: what lies at a place, and what the own body did.

Each way begins with the index in which its cells stand together. Asked at once, an OR of the two can begin
with neither and walks the year of a whole nation.
"""

from collections import defaultdict
from typing import Any

from django.db.models import QuerySet, Sum

from kheo.tallies.models import Cell
from kheo.ui.lists import one_after_another, parts_of


def sums_in_parts(cells: QuerySet[Cell], *columns: str) -> QuerySet:
    """The values of these columns, each followed by the sum of its cells seen in one way or in the other."""
    return one_after_another(
        [part.values_list(*columns).annotate(v=Sum("value")) for part in parts_of(cells)]
    )


def sums_of(cells: QuerySet[Cell], *columns: str) -> list[tuple[Any, ...]]:
    """The same with the whole sum of each. One query."""
    found: dict[tuple[Any, ...], int] = defaultdict(int)
    for *key, value in sums_in_parts(cells, *columns):
        found[tuple(key)] += int(value)
    return [(*key, value) for key, value in found.items()]


def values_of(cells: QuerySet[Cell], *columns: str) -> set[tuple[Any, ...]]:
    """The different values of these columns. One query."""
    return set(one_after_another([part.values_list(*columns).distinct() for part in parts_of(cells)]))
