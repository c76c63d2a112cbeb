"""Text compared byte by byte, columns asked without an index, and what a database must be told."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, models, transaction


@models.Field.register_lookup
@models.ForeignObject.register_lookup
class Among(models.Lookup):
    """`id__among=ids`: what `id__in` asks, for thousands of whole numbers. They travel as one value, which is
    put together and read a hundred times as fast, and no database bounds how many there are."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        column, params = self.process_lhs(compiler, connection)
        ids = list(self.rhs)
        if connection.vendor == "postgresql":
            return f"{column} = ANY(%s::bigint[])", (*params, ids)
        return f"{column} IN (SELECT value FROM json_each(%s))", (*params, json.dumps(ids))  # noqa: S608


class Bare(models.Func):
    """A column that no index is used for, on either database: its condition is asked of each row in turn."""

    template = "+%(expressions)s"
    output_field = models.BigIntegerField()


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


@contextmanager
def one_moment() -> Iterator[None]:
    """Inside, all is read as it stands at one moment, whatever takes effect meanwhile; nothing is written.

    A page of figures asks a dozen questions. Between two of them a reorganisation could take effect, and
    areas of one structure would stand beside figures of the other. In a transaction it is that one's moment.
    """
    if connection.in_atomic_block:
        yield
        return
    with _reading(), transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


@contextmanager
def _reading() -> Iterator[None]:
    """On SQLite a transaction begins as one of a reader: as a writer's it would wait for all who write."""
    if connection.vendor != "sqlite":
        yield
        return
    connection.ensure_connection()
    sqlite: Any = connections[DEFAULT_DB_ALIAS]
    usual, sqlite.transaction_mode = sqlite.transaction_mode, "DEFERRED"
    try:
        yield
    finally:
        sqlite.transaction_mode = usual


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
    if rows:
        fields: list[Any] = [rows[0]._meta.get_field(name) for name in names]
        write_values(
            type(rows[0]), names, ((row.pk, *(getattr(row, f.attname) for f in fields)) for row in rows)
        )


def write_values(model: type[models.Model], names: Sequence[str], rows: Iterable[tuple]) -> None:
    """The same for plain rows: the key, then a value for each name."""
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    prepared = [
        (
            row[0],
            *(
                field.get_db_prep_save(value, connection)
                for field, value in zip(fields, row[1:], strict=True)
            ),
        )
        for row in rows
    ]
    if not prepared:
        return
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # All in one statement: each alone would be planned and answered alone.
            types = ["bigint", *(field.db_type(connection) for field in fields)]
            given = ", ".join(f"%s::{kind}[]" for kind in types)
            told = ", ".join(f"c{n}" for n in range(len(types)))
            settings = ", ".join(f'"{field.column}" = given.c{n}' for n, field in enumerate(fields, 1))
            cursor.execute(
                f'UPDATE "{table}" SET {settings} FROM unnest({given}) AS given({told}) '  # noqa: S608  (our own columns)
                f'WHERE "{table}"."id" = given.c0',
                [list(column) for column in zip(*prepared, strict=True)],
            )
            return
        settings = ", ".join(f'"{field.column}" = %s' for field in fields)
        cursor.executemany(
            f'UPDATE "{table}" SET {settings} WHERE "id" = %s',  # noqa: S608  (our own columns)
            [[*row[1:], row[0]] for row in prepared],
        )
