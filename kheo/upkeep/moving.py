"""When an installation moves from SQLite to PostgreSQL: copied, proven, and only then put to use.

    moving/plan.json            what moves where, and how far it has come; made first, gone last
    before-postgresql-…/…       the SQLite file, moved aside when everything is proven, never changed

The file is only read. In PostgreSQL the tables are made by the migrations, then stripped of foreign keys and
indexes, filled by COPY in pieces of one transaction each, and dressed again; what was taken off stands in the
table `kheo_moving` until it is back. The migrations' own table comes last, so that Kheo refuses to start on a
database that is only half there. Broken off anywhere, the same command goes on: a table with a numbered key
after the last number that arrived, any other from its beginning.

The proof: every table has as many rows and the same digest on both sides, and every figure that the rooms
above name (`prove_by`) is read from both and equal.
"""

import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from django.utils.translation import gettext as _
from psycopg import sql

from kheo.lib.refusals import Refused
from kheo.upkeep import digests, locks
from kheo.upkeep.address import SQLITE, Address, last_line
from kheo.upkeep.destinations import sync_folder
from kheo.upkeep.digests import Digests
from kheo.upkeep.progress import Progress, Silent
from kheo.upkeep.remembered import PLAN, Remembered, unused
from kheo.upkeep.restoring import DATABASE, known_migrations

WORK, KEPT = "moving", "kheo_moving"
MIGRATIONS = "django_migrations"
# Rows of one transaction: enough for COPY to run at full speed, few enough to be lost to a crash.
PIECE = 50_000
# What each database keeps for itself to search by; `kheo rebuild_search` makes it anew.
OWN_COLUMNS = {"search_document": frozenset({"lexemes", "title_folded", "text_folded"})}

_PROOFS: list[tuple[str, ...]] = []


def prove_by(*command: str) -> None:
    """Name a command of Kheo whose output must be the same on both databases, to the letter."""
    if command not in _PROOFS:
        _PROOFS.append(command)


@dataclass
class Plan(Remembered):
    """What moves where. `source` is size and last change of the file: another file is another move."""

    WORK = WORK

    source: list[int]
    into: str
    aside: str
    step: str = "copying"  # then "dressing", "proving", "done"
    tables: int = 0
    rows: int = 0
    digest: str = ""
    figures: int = 0


@dataclass(frozen=True)
class Table:
    name: str
    columns: tuple[str, ...]
    key: str  # the one column of whole numbers that names a row; "" where there is none


def move(data: Path, target: Address, written: str, progress: Progress | None = None) -> Plan:
    """Move the SQLite database of this data folder into the empty PostgreSQL database at `target`.

    `written` is the target as KHEO_DATABASE is written. Run again after a crash, it goes on. Raises Refused,
    with what to do, and then both databases are as usable as before. Call `finish` when the move is in the
    journal.
    """
    progress = progress or Silent()
    if target.engine == SQLITE:
        raise Refused(_("Name a PostgreSQL database: postgres://user:password@host:port/name."))
    try:
        return _move(data, target, written, progress)
    except (psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise Refused(
            _("PostgreSQL broke off: %(error)s Run the same move again; it goes on.")
            % {"error": last_line(str(error))}
        )


def _move(data: Path, target: Address, written: str, progress: Progress) -> Plan:
    path = data / DATABASE
    with locks.alone(data), locks.nobody_present(data):
        plan = Plan.found(data)
        if plan is not None and plan.step == "done" and plan.into == str(target) and not path.exists():
            return plan
        _look_at_source(path)
        plan = _plan(plan, path, target, data)
        if plan.step == "done":
            return plan
        work = data / WORK
        with closing(_read(path)) as source, closing(target.connect(autocommit=True)) as into:
            if plan.step == "copying":
                _same_version(source)
                _prepare(into, target, written, plan, progress)
                tables = [each for each in _tables(source, into) if each.name != MIGRATIONS]
                _copy(source, into, tables, progress)
                plan.step = "dressing"
                plan.keep(work)
            if plan.step == "dressing":
                _dress(into, progress)
                _number_on(into)
                _copy(source, into, [each for each in _tables(source, into) if each.name == MIGRATIONS])
                into.execute("ANALYZE")
                run(written, data, "rebuild_search")
                plan.step = "proving"
                plan.keep(work)
            progress.say(_("Comparing every table on both sides."))
            tables_now = _compare(path, into)
        plan.tables, plan.rows = len(tables_now), sum(each.rows for each in tables_now.values())
        plan.digest = digests.whole(tables_now)
        progress.say(_("Comparing the figures on both sides."))
        plan.figures = _compare_figures(data, written)
        with closing(target.connect(autocommit=True)) as into:
            into.execute("DROP TABLE IF EXISTS kheo_moving")
        plan.step = "done"
        plan.keep(work)
        return plan


def finish(data: Path) -> Path:
    """The move is in the journal: the SQLite file goes aside, so that nobody works on in it by mistake.

    Answers the folder in which it lies.
    """
    plan = Plan.found(data)
    assert plan is not None
    assert plan.step == "done"
    aside = data / plan.aside
    aside.mkdir(mode=0o700, exist_ok=True)
    for name in (f"{DATABASE}-wal", f"{DATABASE}-shm", DATABASE):
        if (data / name).exists():
            os.replace(data / name, aside / name)
    sync_folder(aside)
    (data / WORK / PLAN).unlink(missing_ok=True)
    sync_folder(data)
    shutil.rmtree(data / WORK, ignore_errors=True)
    return aside


# Before anything is written


def _look_at_source(path: Path) -> None:
    if not path.exists():
        raise Refused(_("There is no SQLite database at %(path)s: nothing to move.") % {"path": path})
    try:
        with closing(sqlite3.connect(path, timeout=20)) as source:
            # One file with nothing beside it, whose size and last change name its content.
            source.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            answer = source.execute("PRAGMA quick_check(1)").fetchone()
            broken = source.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.DatabaseError as error:
        answer, broken = (str(error),), None
    if answer != ("ok",):
        raise Refused(
            _("The SQLite database is damaged: %(error)s. Restore the last good backup, then move.")
            % {"error": answer[0]}
        )
    if broken is not None:
        raise Refused(
            _(
                "A row of %(table)s points to a row of %(other)s that is not there. "
                "Ask for help before moving."
            )
            % {"table": broken[0], "other": broken[2]}
        )


def _plan(found: Plan | None, path: Path, target: Address, data: Path) -> Plan:
    stat = path.stat()
    source = [stat.st_size, stat.st_mtime_ns]
    if found is not None and (found.source, found.into) == (source, str(target)):
        return found
    # Somebody worked on in SQLite since, or another target is meant: what was copied is of no use.
    fresh = Plan(source, str(target), unused(data, "postgresql"))
    work = data / WORK
    if work.exists():
        shutil.rmtree(work)
    work.mkdir(mode=0o700)
    fresh.keep(work)
    return fresh


def _read(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, isolation_level=None)


def _prepare(into: psycopg.Connection, target: Address, written: str, plan: Plan, progress: Progress) -> None:
    """The tables, bare and empty. A target that holds anything else than a broken-off move is refused."""
    mark = hashlib.sha256(json.dumps([plan.source, plan.into, plan.aside]).encode()).hexdigest()
    standing = _scalar(into, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
    ours = _scalar(into, "SELECT to_regclass(%s) IS NOT NULL", f"public.{KEPT}")
    if standing and not ours:
        raise Refused(
            _("%(target)s is not empty. Make an empty database: createdb --encoding=UTF8 NAME")
            % {"target": target}
        )
    if _scalar(into, "SHOW server_encoding") != "UTF8":
        raise Refused(_("The database must be in UTF-8: createdb --encoding=UTF8 --template=template0 NAME"))
    if ours and _scalar(into, "SELECT count(*) FROM kheo_moving WHERE kind = 'mark' AND ddl = %s", mark):
        return
    if ours:
        # A move of another file, or one that had not yet come to the first row.
        with into.transaction():
            into.execute("DROP SCHEMA public CASCADE")
            into.execute("CREATE SCHEMA public")
    progress.say(_("Making the tables in PostgreSQL."))
    into.execute("CREATE TABLE kheo_moving (place serial PRIMARY KEY, kind text, relation text, ddl text)")
    run(written, None, "migrate", "--verbosity=0")
    with into.transaction():
        _undress(into)
        names = [sql.Identifier(name) for (name,) in into.execute(_OUR_TABLES).fetchall()]
        into.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(names)))
        into.execute("INSERT INTO kheo_moving (kind, ddl) VALUES ('mark', %s)", [mark])


_OUR_TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relname <> 'kheo_moving'
ORDER BY c.relname
"""
# Foreign keys first, then what is unique, then the other indexes; put back in the opposite order.
_TAKEN_OFF = """
SELECT CASE contype WHEN 'f' THEN 1 ELSE 2 END, 'constraint', c.conrelid::regclass::text,
       format('ALTER TABLE %s DROP CONSTRAINT %I', c.conrelid::regclass, c.conname),
       format('ALTER TABLE %s ADD CONSTRAINT %I %s', c.conrelid::regclass, c.conname,
              pg_get_constraintdef(c.oid))
FROM pg_constraint c JOIN pg_namespace n ON n.oid = c.connamespace
WHERE n.nspname = 'public' AND c.contype IN ('f', 'u', 'x') AND c.conparentid = 0
UNION ALL
SELECT 3, 'index', i.indrelid::regclass::text, format('DROP INDEX %s', i.indexrelid::regclass),
       pg_get_indexdef(i.indexrelid)
FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_namespace n ON n.oid = x.relnamespace
WHERE n.nspname = 'public' AND NOT x.relispartition
  AND NOT EXISTS (
    SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x')
  )
ORDER BY 1
"""


def _undress(into: psycopg.Connection) -> None:
    """Take off what slows a bulk load down, and write down how it comes back."""
    for _order, kind, relation, drop, add in into.execute(_TAKEN_OFF).fetchall():
        into.execute(
            "INSERT INTO kheo_moving (kind, relation, ddl) VALUES (%s, %s, %s)", [kind, relation, add]
        )
        into.execute(drop)


def _dress(into: psycopg.Connection, progress: Progress) -> None:
    """Put back what was taken off, each in a transaction of its own that also forgets it."""
    left = into.execute(
        "SELECT place, relation, ddl FROM kheo_moving WHERE kind <> 'mark' ORDER BY place DESC"
    ).fetchall()
    progress.begin(_("Building indexes and checking references"), len(left))
    for place, relation, ddl in left:
        try:
            with into.transaction():
                into.execute(ddl)
                into.execute("DELETE FROM kheo_moving WHERE place = %s", [place])
        except psycopg.Error as error:
            raise Refused(
                _("PostgreSQL does not take what %(table)s holds: %(error)s Ask for help before moving.")
                % {"table": relation, "error": last_line(str(error))}
            )
        progress.moved(1)
    progress.end()


def _number_on(into: psycopg.Connection) -> None:
    """The next row of each table gets the number after the highest."""
    for table, column, sequence in into.execute(
        "SELECT c.table_name, c.column_name, pg_get_serial_sequence(format('public.%%I', c.table_name), "
        "c.column_name) FROM information_schema.columns c WHERE c.table_schema = 'public' "
        "AND (c.is_identity = 'YES' OR c.column_default LIKE 'nextval(%%')",
        [],
    ).fetchall():
        if table != KEPT:
            into.execute(
                sql.SQL(
                    "SELECT setval(%s, coalesce(max({column}), 1), max({column}) IS NOT NULL) FROM {table}"
                ).format(column=sql.Identifier(column), table=sql.Identifier(table)),
                [sequence],
            )


def _same_version(source: sqlite3.Connection) -> None:
    """The SQLite database must be as old as the program, which makes the new tables."""
    query = f"SELECT app, name FROM {MIGRATIONS}"  # noqa: S608
    have, known = set(source.execute(query)), known_migrations()
    missing = sorted(known - have)
    if missing:
        raise Refused(_("The SQLite database is older than the program. Run kheo migrate, then move."))
    if unknown := sorted(have - known):
        raise Refused(
            _("The SQLite database is newer than the program (%(name)s). Install the version that wrote it.")
            % {"name": ".".join(unknown[0])}
        )


# Copying


def _tables(source: sqlite3.Connection, into: psycopg.Connection) -> list[Table]:
    """The tables of PostgreSQL with their columns, each of which SQLite must have."""
    found = []
    for (name,) in into.execute(_OUR_TABLES).fetchall():
        columns = tuple(
            column
            for (column,) in into.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_schema = 'public' "
                "AND table_name = %s AND is_generated = 'NEVER' ORDER BY ordinal_position",
                [name],
            ).fetchall()
        )
        info = list(source.execute(f"PRAGMA table_info({_quoted(name)})"))
        missing = sorted(set(columns) - {row[1] for row in info})
        if missing or {row[1] for row in info} - set(columns):
            raise Refused(
                _("The table %(table)s differs in the two databases. Run kheo migrate, then move.")
                % {"table": name}
            )
        keys = [row for row in info if row[5]]
        whole_number = len(keys) == 1 and keys[0][2].lower() in ("integer", "bigint", "smallint")
        found.append(Table(name, columns, keys[0][1] if whole_number else ""))
    return found


def _copy(
    source: sqlite3.Connection,
    into: psycopg.Connection,
    tables: Sequence[Table],
    progress: Progress | None = None,
) -> None:
    progress = progress or Silent()
    counts = {
        table.name: source.execute(f"SELECT count(*) FROM {_quoted(table.name)}").fetchone()[0]  # noqa: S608
        for table in tables
    }
    progress.begin(_("Copying"), sum(counts.values()))
    for table in tables:
        if table.key:
            _copy_in_pieces(source, into, table, progress)
        elif _rows_in(into, table) != counts[table.name]:
            with into.transaction():
                into.execute(sql.SQL("TRUNCATE {}").format(sql.Identifier(table.name)))
                progress.moved(_put(into, table, _read_rows(source, table, "", ())))
    progress.end()


def _copy_in_pieces(
    source: sqlite3.Connection, into: psycopg.Connection, table: Table, progress: Progress
) -> None:
    """From the number after the last that has arrived."""
    key = _quoted(table.key)
    arrived = _scalar(
        into,
        sql.SQL("SELECT max({}) FROM {}").format(sql.Identifier(table.key), sql.Identifier(table.name)),
    )
    condition, values = ("", ()) if arrived is None else (f"WHERE {key} > ?", (arrived,))
    progress.moved(_rows_in(into, table))
    rows = _read_rows(source, table, f"{condition} ORDER BY {key}", values)
    while True:
        with into.transaction():
            count = _put(into, table, rows, PIECE)
        progress.moved(count)
        if count < PIECE:
            return


def _read_rows(source: sqlite3.Connection, table: Table, rest: str, values: tuple) -> Iterator[tuple]:
    own = OWN_COLUMNS.get(table.name, frozenset())
    # What PostgreSQL searches by is made there afterwards.
    chosen = ", ".join("''" if name in own else _quoted(name) for name in table.columns)
    yield from source.execute(f"SELECT {chosen} FROM {_quoted(table.name)} {rest}", values)  # noqa: S608


def _put(into: psycopg.Connection, table: Table, rows: Iterator[tuple], most: int | None = None) -> int:
    """Write up to `most` rows by COPY and answer how many there were.

    What SQLite holds (1 and 0, moments in UTC, hex of UUIDs, JSON as text) is what PostgreSQL reads.
    """
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, table.columns))
    )
    count = 0
    try:
        with into.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
                count += 1
                if count == most:
                    break
    except psycopg.Error as error:
        raise Refused(
            _("PostgreSQL does not take a row of %(table)s: %(error)s %(where)s Mend it in Kheo, then move.")
            % {
                "table": table.name,
                "error": last_line(str(error).partition("CONTEXT")[0]),
                "where": (error.diag.context or "").splitlines()[0] if error.diag.context else "",
            }
        )
    return count


# The proof


def _compare(path: Path, into: psycopg.Connection) -> Digests:
    """Refused unless every table is the same on both sides. Answers the digests they share."""
    left = digests.of_sqlite(path, leave_out=OWN_COLUMNS)
    with into.transaction():
        right = digests.of_postgresql(into, leave_out=OWN_COLUMNS)
    right.pop(KEPT, None)
    if differs := digests.differing(left, right):
        raise Refused(
            _("These tables are not the same on both sides: %(tables)s. Kheo stays on SQLite; ask for help.")
            % {"tables": ", ".join(differs[:5])}
        )
    return left


def _compare_figures(data: Path, written: str) -> int:
    """Refused unless each command named by `prove_by` prints the same on both sides; answers the lines."""
    lines = 0
    for command in _PROOFS:
        left, right = run("", data, *command), run(written, data, *command)
        for one, other in zip(left.splitlines(), right.splitlines(), strict=False):
            if one != other:
                raise Refused(
                    _(
                        "These figures are not the same on both sides: %(line)s Kheo stays on SQLite; "
                        "ask for help."
                    )
                    % {"line": re.sub(r"\s+", " ", one)[:200]}
                )
        if left != right:
            raise Refused(
                _("The figures are not the same on both sides. Kheo stays on SQLite; ask for help.")
            )
        lines += left.count("\n")
    return lines


def run(written: str, data: Path | None, *command: str) -> str:
    """Run a command of Kheo on one of the two databases, in a process that reads its settings anew.

    Answers what it printed; Refused if it failed.
    """
    environment = {**os.environ, "KHEO_DATABASE": written}
    if data is not None:
        environment["KHEO_DATA"] = str(data)
    done = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "kheo", *command], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Refused(
            _("`kheo %(command)s` failed: %(error)s Run the same move again.")
            % {"command": command[0], "error": last_line(done.stderr)}
        )
    return done.stdout


def _rows_in(into: psycopg.Connection, table: Table) -> int:
    return int(_scalar(into, sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table.name))))


def _scalar(into: psycopg.Connection, query: Any, *values: Any) -> Any:
    row = into.execute(query, list(values) or None).fetchone()
    return row[0] if row else None


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
