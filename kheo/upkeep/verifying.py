"""When a backup is read again to its end: every checksum, the database opened and counted, each digest."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from kheo.lib.refusals import Refused
from kheo.upkeep import archive, digests, snapshot
from kheo.upkeep.address import SQLITE, Address, last_line
from kheo.upkeep.snapshot import PARTS


def verify(
    raw: Any, passphrase: str, work: Path, moved: Callable[[int], None] | None = None
) -> archive.Manifest:
    """Refused, with what is wrong, unless the backup is whole. `work` is a folder made and removed here.

    The digests of a PostgreSQL dump are only proven where it is restored; here it is read through once.
    """
    snapshot.private_folder(work)
    database: list[Path] = []

    def receive(part: archive.Part, head: dict[str, Any]) -> None:
        if part.name in PARTS.values():
            database.append(work / Path(part.name).name)
            part.keep(database[0])

    try:
        manifest = archive.read(raw, passphrase, receive, moved=moved)
        if not database:
            raise Refused(_("There is no database in this backup."))
        if manifest.head.get("engine") == SQLITE:
            opened = work / "kheo.sqlite3"
            archive.unpack_database(database[0], opened, _unpacked_bytes(manifest.head))
            prove_sqlite(opened, manifest.head)
        else:
            read_dump(database[0])
        return manifest
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _unpacked_bytes(head: dict[str, Any]) -> int:
    return int(head.get("database", {}).get("unpacked_bytes") or 0)


def prove_sqlite(path: Path, head: dict[str, Any]) -> None:
    """The file is sound and every table holds what it held when the backup was made."""
    try:
        with closing(sqlite3.connect(path)) as connection:
            answer = connection.execute("PRAGMA integrity_check(1)").fetchone()
        if answer != ("ok",):
            raise Refused(_("The database in the backup is damaged: %(error)s") % {"error": answer[0]})
        found = digests.of_sqlite(path)
    except sqlite3.DatabaseError as error:
        raise Refused(_("The database in the backup is damaged: %(error)s") % {"error": error})
    compare(found, head)


def compare(found: digests.Digests, head: dict[str, Any]) -> None:
    """Refused with the names of the tables that are not what they were."""
    try:
        told = digests.from_json(head["tables"])
    except (KeyError, TypeError, ValueError):
        raise Refused(_("The description inside the backup cannot be read: the file was damaged or changed."))
    if differs := digests.differing(found, told):
        raise Refused(
            _(
                "These tables do not hold what the backup says: %(tables)s. Do not use it; take "
                "another backup."
            )
            % {"tables": ", ".join(differs[:5])}
        )


def read_dump(path: Path) -> None:
    """Have pg_restore read a dump to its end without writing it anywhere."""
    nowhere = Address("postgresql", name="")
    done = nowhere.run("pg_restore", "--file=/dev/null", str(path), connect=False)
    if done.returncode:
        raise Refused(
            _("The dump of PostgreSQL in the backup is damaged: %(error)s")
            % {"error": last_line(done.stderr)}
        )
