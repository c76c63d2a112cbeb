"""Reading and writing rows where every millisecond counts: a phone's outbox, a list of thousands."""

import copy
import re
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cache, cached_property
from typing import Any

from django.db import connections, models, router

# Of one statement; a protocol of PostgreSQL's counts them in 16 bits.
MOST_VALUES = 10_000
# So many rows go faster column by column.
MANY = 16
_LENGTH = re.compile(r"(?<=varchar)\(\d+\)")


@contextmanager
def often(connection: Any) -> Iterator[Any]:
    """A cursor for statements asked in the same words again and again: PostgreSQL keeps what it made of them.

    Planning a small statement takes it longer than carrying it out.
    """
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            yield cursor
        return
    from django.db.backends.postgresql.base import ServerBindingCursor

    connection.ensure_connection()
    usual = connection.connection.cursor_factory
    connection.connection.cursor_factory = ServerBindingCursor
    try:
        cursor = connection.cursor()
    finally:
        connection.connection.cursor_factory = usual
    with cursor:
        yield cursor


class Worded:
    """A queryset asked again and again with other values: Django words it once, which takes it longer than
    PostgreSQL takes to answer.

        of_user = Worded(lambda user, day: Post.objects.on(day).filter(user=user), int, date)
        of_user(7, today())  # a list of posts

    `kinds` are the types of the values, which may stand anywhere among the conditions: int, str, date, UUID.
    What is prefetched is not read. Raises ValueError where a value does not reach the database as itself.
    """

    def __init__(self, ask: Callable[..., Any], *kinds: type) -> None:
        self.ask, self.kinds = ask, kinds
        self.worded: dict[str, tuple[Any, Any, Any, str, list[Any]]] = {}

    def __call__(self, *values: Any) -> list[Any]:
        alias = router.db_for_read(self.queryset.model)
        if alias not in self.worded:
            self.worded[alias] = self._word(alias)
        queryset, worded, converters, sql, places = self.worded[alias]
        connection = connections[alias]
        given = [_prepared(value, connection) for value in values]
        params = [given[place] if isinstance(place, _Place) else place for place in places]

        def answered(*_args: Any, **_options: Any) -> list[list[Any]]:
            with often(connection) as cursor:
                cursor.execute(sql, params)
                return [cursor.fetchall()]

        compiler = copy.copy(worded)
        compiler.connection, compiler.execute_sql = connection, answered
        compiler.get_converters = lambda _columns: converters
        rows = queryset.all()
        rows.query.get_compiler = lambda *_args, **_options: compiler
        return list(rows)

    @cached_property
    def queryset(self) -> Any:
        return self.ask(*_examples(self.kinds))

    def _word(self, alias: str) -> tuple[Any, Any, Any, str, list[Any]]:
        """Its queryset, the compiler, how what comes back is read, the words, and where each value goes."""
        queryset, connection = self.queryset, connections[alias]
        compiler = queryset.query.get_compiler(alias)
        sql, params = compiler.as_sql()
        places = _places(params, self.kinds, connection)
        converters = compiler.get_converters([column for column, *_ in compiler.select[: compiler.col_count]])
        # It lives as long as the process, a thread's connection does not.
        compiler.connection = None
        return queryset, compiler, converters, sql, places


class WordedRows:
    """The same for a statement put together from several querysets, whose rows come back as they are.

    `ask` answers the statement and its parameters for a database, given its alias and then the values. What
    never changes is written into the words: so a plan that is kept knows that a partial index will do.
    """

    def __init__(self, ask: Callable[..., tuple[str, Sequence[Any]]], *kinds: type) -> None:
        self.ask, self.kinds = ask, kinds
        self.worded: dict[str, tuple[str, list[Any]]] = {}

    def __call__(self, alias: str, *values: Any) -> list[tuple]:
        connection = connections[alias]
        if alias not in self.worded:
            sql, params = self.ask(alias, *_examples(self.kinds))
            self.worded[alias] = _written_in(sql, _places(params, self.kinds, connection))
        sql, places = self.worded[alias]
        given = [_prepared(value, connection) for value in values]
        with often(connection) as cursor:
            cursor.execute(sql, [given[place] if isinstance(place, _Place) else place for place in places])
            return cursor.fetchall()


def _written_in(sql: str, places: list[Any]) -> tuple[str, list[Any]]:
    """The statement with its unchanging days, numbers and words in it, and what is left to be given."""
    left: list[Any] = []
    given = iter(places)

    def written(match: re.Match) -> str:
        if match[0] == "%%":
            return "%%"
        value = next(given)
        if isinstance(value, _Place) or type(value) not in (int, str, date):
            left.append(value)
            return "%s"
        if isinstance(value, int):
            return str(value)
        return "'{}'".format(str(value).replace("'", "''").replace("%", "%%"))

    return re.sub("%[s%]", written, sql), left


class _Place(int):
    """Which of the values stands there."""


def _examples(kinds: Sequence[type]) -> list[Any]:
    made: dict[type, Callable[[int], Any]] = {
        int: lambda n: 1_900_000_000 + n,
        str: "kheo-worded-{}".format,
        date: lambda n: date.fromordinal(700_000 + n),
        uuid.UUID: lambda n: uuid.UUID(int=1 + n),
    }
    return [made[kind](number) for number, kind in enumerate(kinds)]


def _places(params: Sequence[Any], kinds: Sequence[type], connection: Any) -> list[Any]:
    """The parameters of a statement worded with examples, with the place of a value instead of each."""
    examples = [_prepared(each, connection) for each in _examples(kinds)]
    places = [_Place(examples.index(each)) if each in examples else each for each in params]
    if {each for each in places if isinstance(each, _Place)} != set(range(len(examples))):
        raise ValueError("A value of a worded question must reach the database as it is.")
    return places


class WordedAmong:
    """The same for one list of values, whose length is rounded up so that a few wordings serve all."""

    def __init__(self, ask: Callable[[Sequence[Any]], Any], kind: type) -> None:
        self.ask, self.kind = ask, kind
        self.sizes: dict[int, Worded] = {}

    def __call__(self, values: Sequence[Any]) -> list[Any]:
        if not values:
            return []
        size = 1 << (len(values) - 1).bit_length()
        if size not in self.sizes:
            self.sizes[size] = Worded(lambda *each: self.ask(each), *[self.kind] * size)
        return self.sizes[size](*values, *[values[-1]] * (size - len(values)))


def _prepared(value: Any, connection: Any) -> Any:
    """As fields hand it to the database."""
    if isinstance(value, uuid.UUID):
        return value if connection.features.has_native_uuid_field else value.hex
    return connection.ops.adapt_datefield_value(value) if isinstance(value, date) else value


@cache
def _form(model: type[models.Model], alias: str) -> tuple[list[Any], str, str, str]:
    """Its fields, the statement without values, the places of a row's values and those of whole columns."""
    connection, pk = connections[alias], model._meta.pk
    fields: list[Any] = [field for field in model._meta.concrete_fields if field is not pk]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    statement = f'INSERT INTO "{model._meta.db_table}" ({columns}) '
    # Without its length: a cast would shorten a text in silence.
    kinds = [_LENGTH.sub("", field.db_type(connection)) for field in fields]
    arrays = ", ".join(f"%s::{kind}[]" for kind in kinds)
    return fields, statement, f"({', '.join(['%s'] * len(fields))})", f"SELECT * FROM unnest({arrays})"  # noqa: S608


def insert(rows: Sequence[models.Model]) -> None:
    """Insert new rows of one model, whose key the database makes, and give them their keys.

    One statement for all, or as few as the database takes; `save` takes three times as long for one row.
    """
    if not rows:
        return
    model = type(rows[0])
    database = router.db_for_write(model)
    connection = connections[database]
    fields, statement, places, arrays = _form(model, database)
    returning = f' RETURNING "{model._meta.pk.column}"'
    # PostgreSQL reads a column of a hundred values faster than a hundred rows, and in the same words for any
    # number of them.
    by_column = connection.vendor == "postgresql" and len(rows) >= MANY
    most = max(1, (connection.features.max_query_params or MOST_VALUES) // len(fields))
    for first in range(0, len(rows), most):
        part = rows[first : first + most]
        columns = [
            [field.get_db_prep_save(field.pre_save(row, True), connection) for row in part]
            for field in fields
        ]
        with often(connection) as cursor:
            if by_column:
                cursor.execute(statement + arrays + returning, columns)
            else:
                values = [value for row in zip(*columns, strict=True) for value in row]
                cursor.execute(f"{statement}VALUES {', '.join([places] * len(part))}{returning}", values)
            keys = cursor.fetchall()
        for row, (key,) in zip(part, keys, strict=True):
            row.pk, row._state.adding, row._state.db = key, False, database
