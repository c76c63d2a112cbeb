"""Very many made-up rows, straight into their tables: COPY on PostgreSQL, plain inserts on SQLite.

Rows are lines of PostgreSQL's text format, the values parted by tabs, `\\N` for NULL, days and moments as ISO
text, yes and no as 1 and 0. The same lines go into either database, so one digest of them stands for both.
"""

import hashlib
import queue
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from operator import attrgetter
from typing import Any

from django.core.management.color import no_style
from django.db import connection, models, transaction

NULL = "\\N"
# Lines that are sent at once.
AT_ONCE = 20_000
_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def escaped(text: str) -> str:
    """The text as it stands in a line."""
    return text.translate(_ESCAPED)


def pour(model: type[models.Model], columns: Sequence[str], rows: Iterable[tuple]) -> None:
    """Insert rows of plain values (days and moments as ISO text); other columns get their field's default.

    Keys that were given are followed by those to come: only while nobody else writes to the table.
    """
    _pour(model, columns, rows)
    if connection.vendor == "postgresql" and model._meta.pk is not None and model._meta.pk.column in columns:
        _go_on(model)


def _pour(model: type[models.Model], columns: Sequence[str], rows: Iterable[tuple]) -> None:
    rest, fixed = _rest(model, columns)
    names = _names([*columns, *rest])
    whole: Iterator[Any] = ((*row, *fixed) for row in rows)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN') as copy:
                for row in whole:
                    copy.write_row(row)
        else:
            _insert(model, names, len(columns) + len(rest), whole)


def pour_made(rows: Sequence[models.Model]) -> None:
    """`bulk_create` for a hundred thousand rows of one model: all without a key, or all with a reserved one.

    Fields of plain numbers, text, days, yes and no; none is asked what it makes of its value before saving.
    Rows without a key get none here.
    """
    if not rows:
        return
    keyed = rows[0].pk is not None
    fields = [f for f in rows[0]._meta.concrete_fields if keyed or not f.primary_key]
    _pour(type(rows[0]), [str(f.column) for f in fields], map(attrgetter(*(f.attname for f in fields)), rows))
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


class Table:
    """One table and the columns its lines give, in their order; the others get their field's default."""

    def __init__(self, model: type[models.Model], *columns: str) -> None:
        self.model = model
        rest, fixed = _rest(model, columns)
        self.names = _names([*columns, *rest])
        self.width = len(columns) + len(rest)
        self.suffix = "".join("\t" + _text(value) for value in fixed) + "\n"
        self.lines: list[str] = []


class Pouring:
    """Pours lines into some tables while their maker goes on making: the database works beside it.

    `rows` and `digest(name)` tell what went in, by the name of the model.
    """

    def __init__(self, *tables: Table) -> None:
        self.tables = tables
        self.rows: Counter[str] = Counter()
        self._digests = {table: hashlib.sha256() for table in tables}
        self._waiting: queue.Queue[tuple[Table, str] | None] = queue.Queue(maxsize=6)
        self._failed: BaseException | None = None
        self._worker: threading.Thread | None = None

    def __enter__(self) -> "Pouring":
        if connection.vendor == "postgresql":
            connection.ensure_connection()
            raw = connection.connection
            self._worker = threading.Thread(target=self._copy, args=[raw], daemon=True)
            self._worker.start()
        return self

    def __exit__(self, failed: Any, *_more: Any) -> None:
        try:
            if failed is None:
                for table in self.tables:
                    self.send(table)
        finally:
            if self._worker is not None:
                self._waiting.put(None)
                self._worker.join()
        if failed is None:
            self._raise()
            for table in self.tables:
                if connection.vendor == "postgresql":
                    _go_on(table.model)

    def full(self) -> None:
        """Send what has gathered. Called by the maker between rows, as often as it likes."""
        for table in self.tables:
            if len(table.lines) >= AT_ONCE:
                self.send(table)

    def send(self, table: Table) -> None:
        if not table.lines:
            return
        lines, table.lines[:] = list(table.lines), []
        self.rows[table.model.__name__] += len(lines)
        whole = table.suffix.join(lines) + table.suffix
        # Of what is given alone: the defaults are written differently on either database.
        self._digests[table].update("\n".join([*lines, ""]).encode())
        self._pass_on(table, whole)

    def _pass_on(self, table: Table, lines: str) -> None:
        if self._worker is not None:
            self._raise()
            self._waiting.put((table, lines))
        else:
            _insert(table.model, table.names, table.width, map(_values, lines.splitlines()))

    def __len__(self) -> int:
        """How many rows were handed over so far."""
        return sum(self.rows.values()) + sum(len(table.lines) for table in self.tables)

    def digests(self) -> dict[str, str]:
        return {table.model.__name__: digest.hexdigest() for table, digest in self._digests.items()}

    def _copy(self, raw: Any) -> None:
        """Runs beside the maker, which does not touch the connection meanwhile."""
        while (what := self._waiting.get()) is not None:
            table, lines = what
            if self._failed is not None:
                continue
            try:
                with (
                    raw.cursor() as cursor,
                    cursor.copy(f'COPY "{table.model._meta.db_table}" ({table.names}) FROM STDIN') as copy,
                ):
                    copy.write(lines)
            except BaseException as failed:
                self._failed = failed

    def _raise(self) -> None:
        if self._failed is not None:
            raise self._failed


@contextmanager
def bare(*tables: type[models.Model], say: Callable[[str], None] = lambda words: None) -> Iterator[None]:
    """Without the indexes and foreign keys of these tables, which are made again afterwards, all at once.

    Kept row by row they would take ten times as long. In one transaction: a break leaves all as it was.
    Primary keys stay, and so do unique constraints that SQLite keeps inside the table. `say` hears of each
    table whose indexes are made.
    """
    postgresql = connection.vendor == "postgresql"
    if not postgresql:
        connection.disable_constraint_checking()
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            again: list[list[str]] = []
            if postgresql:
                # What this transaction has written is checked now: a table that waits cannot be altered.
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            for model in tables:
                drop, make = (_of_postgresql if postgresql else _of_sqlite)(cursor, model._meta.db_table)
                for statement in drop:
                    cursor.execute(statement)
                again.append(make)
            yield
            if postgresql:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
                # A word index that does not fit is merged again and again.
                cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
            for number, (model, make) in enumerate(zip(tables, again, strict=True), start=1):
                say(f"{number}/{len(tables)} {model._meta.db_table}")
                for statement in make:
                    cursor.execute(statement)
    finally:
        if not postgresql:
            connection.enable_constraint_checking()


def _of_postgresql(cursor: Any, table: str) -> tuple[list[str], list[str]]:
    cursor.execute(
        "SELECT conname, contype::text, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE conrelid = %s::regclass AND contype IN ('f', 'u') ORDER BY contype, conname",
        [table],
    )
    bonds = cursor.fetchall()
    cursor.execute(
        "SELECT c.relname, pg_get_indexdef(i.indexrelid) "
        "FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
        "LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.contype IN ('p', 'u') "
        "WHERE i.indrelid = %s::regclass AND k.oid IS NULL ORDER BY c.relname",
        [table],
    )
    indexes = cursor.fetchall()
    drop = [f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"' for name, _kind, _made in bonds]
    drop += [f'DROP INDEX "{name}"' for name, _made in indexes]
    make = [made for _name, made in indexes]
    make += [f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {made}' for name, _kind, made in reversed(bonds)]
    return drop, make


def _of_sqlite(cursor: Any, table: str) -> tuple[list[str], list[str]]:
    cursor.execute(
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = %s AND sql IS NOT NULL "
        "ORDER BY name",
        [table],
    )
    indexes = cursor.fetchall()
    return [f'DROP INDEX "{name}"' for name, _made in indexes], [made for _name, made in indexes]


def _rest(model: type[models.Model], columns: Sequence[str]) -> tuple[list[str], tuple]:
    """The columns nobody gives, but the key, and their defaults."""
    rest = [f for f in model._meta.concrete_fields if f.column not in columns and not f.primary_key]
    return [str(f.column) for f in rest], tuple(f.get_db_prep_save(f.get_default(), connection) for f in rest)


def _names(columns: Iterable[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


def _text(value: Any) -> str:
    if value is None:
        return NULL
    if isinstance(value, bool):
        return str(int(value))
    # What wraps a value for the driver (JSON) holds it.
    if hasattr(value, "dumps") and hasattr(value, "obj"):
        value = value.dumps(value.obj) if value.dumps else "{}"
    return escaped(str(value))


def _values(line: str) -> list[Any]:
    return [_value(value) for value in line.split("\t")]


def _value(text: str) -> str | None:
    if text == NULL:
        return None
    return text.replace("\\t", "\t").replace("\\n", "\n").replace("\\\\", "\\") if "\\" in text else text


def _insert(model: type[models.Model], names: str, width: int, rows: Iterable[Any]) -> None:
    connection.ensure_connection()
    # Not Django's executemany, which keeps every row it has seen.
    connection.connection.executemany(
        f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({", ".join("?" * width)})',  # noqa: S608  (our own columns)
        rows,
    )


def _go_on(model: type[models.Model]) -> None:
    """Let ids that were given be followed by those to come."""
    with connection.cursor() as cursor:
        for sql in connection.ops.sequence_reset_sql(no_style(), [model]):
            cursor.execute(sql)
