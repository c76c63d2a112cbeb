"""Paths of trees: how a row says where it hangs, and how a whole branch is asked for.

A path is the ids from the root down to the row itself, in base 36, each closed by "/": "1/2k/7q/". Every
row below a row begins with that row's path, so a branch is one range of an index:

    path >= "1/2k/"  AND  path < "1/2k0"

("0" follows "/" in ASCII). `LIKE '1/2k/%'` would be a full scan on SQLite, and the range holds only where
strings are compared byte by byte: that is SQLite's own way, and collation "C" on PostgreSQL.
"""

from typing import Any, TypeVar

from django.db import connection, models
from django.db.models import Q

from kheo.lib.database import BytewiseField, SortKeyField

__all__ = ["BytewiseField", "PathField", "SortKeyField"]

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_M = TypeVar("_M", bound=models.Model)


class PathField(BytewiseField):
    """A materialised path."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 120)
        super().__init__(*args, **kwargs)


def segment(pk: int) -> str:
    """One step of a path: the id in base 36, closed by "/"."""
    digits = ""
    while pk:
        pk, digit = divmod(pk, 36)
        digits = _DIGITS[digit] + digits
    return digits + "/"


def ids(path: str) -> list[int]:
    """The ids a path passes through, from the root to the row itself."""
    return [int(step, 36) for step in path.split("/") if step]


def next_prefix(path: str) -> str:
    """The first string after everything that begins with `path`."""
    return path[:-1] + chr(ord(path[-1]) + 1)


def within(field: str, path: str) -> Q:
    """Rows whose `field` lies at or under `path`. No path means nothing, never everything."""
    if not path:
        return Q(pk__in=[])
    return Q(**{f"{field}__gte": path, f"{field}__lt": next_prefix(path)})


def common(paths: list[str]) -> str:
    """The longest path all of `paths` share, whole steps only; "" where they share none."""
    shared: list[str] = []
    for steps in zip(*(path.split("/")[:-1] for path in paths), strict=False):
        if len(set(steps)) > 1:
            break
        shared.append(steps[0])
    return "".join(step + "/" for step in shared)


def reserve_ids(model: type[models.Model], count: int) -> list[int]:
    """Ids for `count` rows to come, so that each can be inserted with its path, which names its own id.

    On SQLite this is safe only inside a transaction, which holds the one write lock (IMMEDIATE).
    """
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
            )
            return [row[0] for row in cursor.fetchall()]
        assert connection.in_atomic_block, "reserve_ids needs a transaction"
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        row = cursor.fetchone()
    last = row[0] if row else 0
    highest = model._base_manager.order_by("-pk").values_list("pk", flat=True).first() or 0
    first = max(last, highest) + 1
    return list(range(first, first + count))
