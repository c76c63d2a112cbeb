"""The digest of a database: for each table how many rows, and one hash over what they hold.

Values are written the same way whichever database holds them, and no order of rows or columns changes the
hash, so that a restored database can be held against the one it came from. A row is hashed by SHA-256 and
the rows' hashes are added modulo 2**256: thousands of rows need no sorting and no memory. This proves that
nothing was lost or bent on the way; a forger is met by the checksums and the seal of the whole file.

Columns that only one database fills (the search index of PostgreSQL, the folded words of SQLite) make the
digest of `search_document` differ between the two; all others agree.
"""

import hashlib
import json
import re
import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

Say = Callable[[str], None]
_SUM = 2**256
_text = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True)
class TableDigest:
    rows: int
    sha256: str


Digests = dict[str, TableDigest]
# Columns by table that a digest passes over.
LeftOut = Mapping[str, Collection[str]]


def whole(tables: Digests) -> str:
    """One hash for all tables, to be read out over the telephone by its first letters."""
    lines = (f"{name} {table.rows} {table.sha256}\n" for name, table in sorted(tables.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def differing(left: Digests, right: Digests) -> list[str]:
    """The names of tables that are not the same on both sides."""
    return sorted(name for name in {*left, *right} if left.get(name) != right.get(name))


def as_json(tables: Digests) -> dict[str, list[Any]]:
    return {name: [table.rows, table.sha256] for name, table in sorted(tables.items())}


def from_json(tables: dict[str, list[Any]]) -> Digests:
    return {name: TableDigest(int(rows), str(sha256)) for name, (rows, sha256) in tables.items()}


def digest(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> TableDigest:
    """Of rows whose values stand in the order of `columns`, already written the common way."""
    total = count = 0
    order = sorted(range(len(columns)), key=lambda place: columns[place])
    for row in rows:
        text = _text([row[place] for place in order])
        total += int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
        count += 1
    name = _text([sorted(columns), count, f"{total % _SUM:064x}"])
    return TableDigest(count, hashlib.sha256(name.encode()).hexdigest())


# How each kind of value is written.


def _moment(value: str | None) -> str | None:
    """2026-11-28 18:52:00[.5] as 2026-11-28T18:52:00.500000; both databases keep UTC."""
    if not isinstance(value, str):
        return value
    return f"{value[:10]}T{value[11:19]}.{value[20:26]:0<6}"


def _number(value: Any) -> Any:
    """1.0, 1.00 and 1 are one number, and 1e2 is 100."""
    if value is None:
        return None
    plain = Decimal(str(value))
    whole = plain.to_integral_value()
    return f"{whole:f}" if plain == whole else f"{plain.normalize():f}"


def _json(value: str | None) -> str | None:
    """Keys sorted, no spaces: jsonb keeps neither the order nor the spaces it was given."""
    if value is None:
        return None
    thing = json.loads(value, parse_float=_figure)
    return json.dumps(thing, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def written_json(value: Any) -> str | None:
    """A JSON value of a model's field as a digest writes it, whichever database it was read from."""
    return None if value is None else _json(json.dumps(value, ensure_ascii=False))


def _figure(text: str) -> Any:
    """jsonb writes 1e2 as 100."""
    written = _number(text)
    return int(written) if re.fullmatch(r"-?\d+", written) else ["figure", written]


def _bytes(value: bytes | None) -> str | None:
    return None if value is None else bytes(value).hex()


def _converted(
    rows: Iterable[Sequence[Any]], converters: dict[int, Callable[[Any], Any]]
) -> Iterator[Sequence[Any]]:
    if not converters:
        yield from rows
        return
    for row in rows:
        values = list(row)
        for place, convert in converters.items():
            values[place] = convert(values[place])
        yield values


# SQLite


def of_sqlite(path: Path, say: Say | None = None, *, leave_out: LeftOut | None = None) -> Digests:
    """The digests of a database file, as last committed. sqlite3.Error if it is none."""
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)
    try:
        connection.execute("BEGIN")
        return _sqlite_tables(connection, say, leave_out or {})
    finally:
        connection.close()


def _sqlite_tables(connection: sqlite3.Connection, say: Say | None, leave_out: LeftOut) -> Digests:
    found: Digests = {}
    # The index of words is made from its table; its own tables hold no record.
    names = [
        (name, ddl)
        for name, ddl in connection.execute(
            "SELECT m.name, m.sql FROM sqlite_master m JOIN pragma_table_list l ON l.name = m.name "
            "WHERE m.type = 'table' AND l.type = 'table' AND l.schema = 'main' "
            "AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY m.name"
        )
    ]
    for name, ddl in names:
        quoted = '"' + name.replace('"', '""') + '"'
        columns = [
            (row[1], row[2].lower())
            for row in connection.execute(f"PRAGMA table_info({quoted})")
            if row[1] not in leave_out.get(name, ())
        ]
        of_json = set(re.findall(r'JSON_VALID\("([^"]+)"\)', ddl))
        converters: dict[int, Callable[[Any], Any]] = {}
        for place, (column, declared) in enumerate(columns):
            if column in of_json:
                converters[place] = _json
            elif declared.startswith("datetime"):
                converters[place] = _moment
            elif declared.startswith(("decimal", "numeric")):
                converters[place] = _number
            elif declared.startswith("blob"):
                converters[place] = _bytes
        if say:
            say(name)
        chosen = ", ".join('"' + column.replace('"', '""') + '"' for column, _declared in columns)
        rows = connection.execute(f"SELECT {chosen} FROM {quoted}")  # noqa: S608  (the table's own names, quoted)
        found[name] = digest([column for column, _declared in columns], _converted(rows, converters))
    return found


# PostgreSQL

_POSTGRES: dict[str, tuple[str, Callable[[Any], Any] | None]] = {
    "boolean": ("{}::int", None),
    "timestamp with time zone": (
        "to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')",
        None,
    ),
    "date": ("to_char({}, 'YYYY-MM-DD')", None),
    "uuid": ("replace({}::text, '-', '')", None),
    "jsonb": ("{}::text", _json),
    "json": ("{}::text", _json),
    "numeric": ("{}::text", _number),
    "bytea": ("encode({}, 'hex')", None),
    "tsvector": ("{}::text", None),
    "time without time zone": ("{}::text", None),
    "interval": ("{}::text", None),
    "inet": ("host({})", None),
}


def of_postgresql(
    connection: psycopg.Connection, say: Say | None = None, *, leave_out: LeftOut | None = None
) -> Digests:
    """The digests of the tables of the schema `public`, as this connection's transaction sees them."""
    found: Digests = {}
    described: dict[str, list[tuple[str, str]]] = {}
    for table, column, kind in connection.execute(
        "SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c "
        "JOIN information_schema.tables t USING (table_schema, table_name) "
        "WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' "
        "ORDER BY c.table_name, c.ordinal_position"
    ):
        if column not in (leave_out or {}).get(table, ()):
            described.setdefault(table, []).append((column, kind))
    for table, columns in described.items():
        if say:
            say(table)
        chosen, converters = [], {}
        for place, (column, kind) in enumerate(columns):
            written, convert = _POSTGRES.get(kind, ("{}", None))
            chosen.append(sql.SQL(written).format(sql.Identifier(column)))
            if convert:
                converters[place] = convert
        query = sql.SQL("SELECT {} FROM public.{}").format(sql.SQL(", ").join(chosen), sql.Identifier(table))
        # On the server, so that a long table is not held in memory here.
        with connection.cursor(name="kheo_digest") as cursor:
            cursor.itersize = 2000
            cursor.execute(query)
            found[table] = digest([column for column, _kind in columns], _converted(cursor, converters))
    return found
