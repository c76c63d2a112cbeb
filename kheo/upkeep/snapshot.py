"""The database as it is at one moment, taken aside while people go on working.

SQLite copies itself in one step: in write-ahead mode readers never hold up a writer, and only a copy in one
step comes to an end while others write. PostgreSQL lends its snapshot to pg_dump, so that the digests and
the dump are of the same moment. Uploads are stored once and never change, so the list of what this snapshot
needs may be fetched afterwards at leisure.
"""

import gzip
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.utils.translation import gettext as _

from kheo.lib.refusals import Refused
from kheo.upkeep import digests
from kheo.upkeep.address import SQLITE, Address, last_line
from kheo.upkeep.digests import Digests

CHUNK = 1024 * 1024
Say = Callable[[str], None]
Migrations = list[tuple[str, str]]
_UPLOADS = "SELECT sha256, size FROM files_blob WHERE NOT gone ORDER BY sha256"
_MIGRATIONS = "SELECT app, name FROM django_migrations ORDER BY app, name"
# Old tables that a restore moved aside inside PostgreSQL are not backed up again.
ASIDE = "kheo_before_"


@dataclass(frozen=True)
class Snapshot:
    engine: str
    part: str  # the name inside the archive
    path: Path
    bytes: int
    sha256: str
    unpacked_bytes: int
    tables: Digests
    migrations: Migrations
    list: Path  # "sha256 size" a line, in order of sha256

    def uploads(self) -> Iterator[tuple[str, int]]:
        with open(self.list, encoding="ascii") as lines:
            for line in lines:
                sha256, size = line.split()
                yield sha256, int(size)


PARTS = {SQLITE: "database/kheo.sqlite3.gz", "postgresql": "database/kheo.dump"}


def size_of(address: Address) -> int:
    """About how many bytes the database has, to ask for room beforehand."""
    if address.engine == SQLITE:
        assert address.path
        return sum(
            path.stat().st_size for path in (address.path, Path(f"{address.path}-wal")) if path.exists()
        )
    with closing(address.connect(autocommit=True)) as connection:
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
        return int(row[0]) if row else 0


def take(address: Address, folder: Path, say: Say) -> Snapshot:
    """Put the database of this moment into `folder` (private, on a disk with room for it twice)."""
    say(_("Taking a snapshot of the database while work goes on."))
    taken = (
        _of_sqlite(address, folder, say) if address.engine == SQLITE else _of_postgresql(address, folder, say)
    )
    return taken


def _of_sqlite(address: Address, folder: Path, say: Say) -> Snapshot:
    assert address.path
    if not address.path.exists():
        raise Refused(_("There is no database at %(path)s.") % {"path": address.path})
    copy, packed = folder / "kheo.sqlite3", folder / "kheo.sqlite3.gz"
    try:
        with (
            closing(sqlite3.connect(address.path, timeout=60)) as source,
            closing(sqlite3.connect(copy)) as target,
        ):
            target.execute("PRAGMA synchronous=OFF")
            source.backup(target)
            # One file, with nothing beside it.
            target.execute("PRAGMA journal_mode=DELETE")
            migrations: Migrations = target.execute(_MIGRATIONS).fetchall()
            listed = _write_list(folder, target.execute(_UPLOADS))
        tables = digests.of_sqlite(copy)
    except sqlite3.DatabaseError as error:
        raise Refused(
            _(
                "The database cannot be read whole: %(error)s. Do not work on; restore the last "
                "good backup into "
                "another folder and compare (kheo restore FILE --to FOLDER)."
            )
            % {"error": error}
        )
    say(_("Packing the database."))
    digest = _Hashed()
    # The fastest step: the disk or the line is slower than this everywhere.
    with open(copy, "rb") as source_file, open(packed, "wb") as file:
        with gzip.GzipFile(
            filename="", mode="wb", compresslevel=1, fileobj=digest.over(file), mtime=0
        ) as pack:
            shutil.copyfileobj(source_file, pack, CHUNK)
    unpacked = copy.stat().st_size
    copy.unlink()
    return Snapshot(
        SQLITE,
        PARTS[SQLITE],
        packed,
        packed.stat().st_size,
        digest.hexdigest(),
        unpacked,
        tables,
        [(app, name) for app, name in migrations],
        listed,
    )


def _of_postgresql(address: Address, folder: Path, say: Say) -> Snapshot:
    dump = folder / "kheo.dump"
    with closing(address.connect()) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        row = connection.execute(
            "SELECT pg_export_snapshot(), pg_database_size(current_database())"
        ).fetchone()
        assert row
        listed = _write_list(
            folder, connection.execute(_UPLOADS.replace("sha256, size", 'sha256 COLLATE "C", size'))
        )
        migrations = [(app, name) for app, name in connection.execute(_MIGRATIONS)]
        done = address.run(
            "pg_dump",
            "--format=custom",
            "--compress=1",
            "--no-owner",
            "--no-privileges",
            f"--exclude-schema={ASIDE}*",
            f"--snapshot={row[0]}",
            f"--file={dump}",
        )
        if done.returncode:
            words = last_line(done.stderr)
            if "version mismatch" in done.stderr:
                raise Refused(
                    _(
                        "pg_dump is older than the server. Install the client of the server's "
                        "version (%(error)s)."
                    )
                    % {"error": words}
                )
            raise Refused(_("PostgreSQL could not be copied: %(error)s") % {"error": words})
        tables = digests.of_postgresql(connection)
        connection.rollback()
    digest = _Hashed()
    with open(dump, "rb") as file:
        while piece := file.read(CHUNK):
            digest.update(piece)
    return Snapshot(
        "postgresql",
        PARTS["postgresql"],
        dump,
        dump.stat().st_size,
        digest.hexdigest(),
        int(row[1]),
        tables,
        migrations,
        listed,
    )


def _write_list(folder: Path, rows: Iterator) -> Path:
    path = folder / "uploads.txt"
    with open(path, "w", encoding="ascii") as file:
        for sha256, size in rows:
            file.write(f"{sha256} {size}\n")
    return path


class _Hashed:
    """A file written through a hash."""

    def __init__(self) -> None:
        self.hash = hashlib.sha256()
        self.update = self.hash.update
        self.hexdigest = self.hash.hexdigest

    def over(self, file) -> "_Hashed":  # type: ignore[no-untyped-def]
        self.file = file
        return self

    def write(self, piece: bytes) -> int:
        self.hash.update(piece)
        return self.file.write(piece)

    def flush(self) -> None:
        self.file.flush()


def private_folder(path: Path) -> Path:
    """An empty folder that only this account enters."""
    if path.exists():
        shutil.rmtree(path)
    os.makedirs(path, mode=0o700)
    return path
