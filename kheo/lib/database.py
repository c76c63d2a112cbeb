"""Text that is compared byte by byte, and what the database must be told after much was written at once."""

from collections.abc import Iterable
from typing import Any

from django.db import connection, models


class BytewiseField(models.CharField):
    """Text compared byte by byte on every database, whatever language the database was made for."""

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        parameters = super().db_parameters(connection)
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters  # type: ignore[return-value]


class SortKeyField(BytewiseField):
    """A key made by `vietnamese.sort_key`, whose order is that of its bytes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 300)
        super().__init__(*args, **kwargs)


def analyse(*tables: type[models.Model]) -> None:
    """Have PostgreSQL count these tables anew (all, if none is named).

    It plans queries by what it last counted, and counts by itself only a minute or so after a bulk load,
    never inside the same transaction: until then it takes thousands of rows for a handful.
    """
    if connection.vendor != "postgresql":
        return
    names = ", ".join(connection.ops.quote_name(table._meta.db_table) for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {names}")


def write_back(rows: Iterable[models.Model], *names: str) -> None:
    """`bulk_update` for a hundred thousand rows: one short statement, where Django writes long CASEs."""
    rows = list(rows)
    if not rows:
        return
    fields: list[Any] = [rows[0]._meta.get_field(name) for name in names]
    settings = ", ".join(f'"{field.column}" = %s' for field in fields)
    with connection.cursor() as cursor:
        cursor.executemany(
            f'UPDATE "{rows[0]._meta.db_table}" SET {settings} WHERE "id" = %s',  # noqa: S608  (our own columns)
            [
                [*(f.get_db_prep_save(getattr(row, f.attname), connection) for f in fields), row.pk]
                for row in rows
            ],
        )
