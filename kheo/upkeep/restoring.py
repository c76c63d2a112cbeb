"""When an installation comes back from a backup: unpacked aside, proven, and only then put in its place.

    restoring/plan.json    what is being restored into what; made first, gone last
    restoring/new/…        what the backup holds, each file complete and on the disk before it has its name
    before-restore-…/      what stood there before, moved aside and never deleted

Each step may be broken off anywhere, by a crash or a power cut, and is finished by running the same command
again: files appear by renaming only, the old one moves aside before the new one takes its place, and
PostgreSQL takes its tables in one transaction. While `plan.json` says that things are being exchanged, Kheo
does not serve.
"""

import json
import os
import shutil
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import psycopg
from django.utils.translation import gettext as _
from psycopg import sql

from kheo.lib import formats
from kheo.lib.refusals import Refused
from kheo.upkeep import archive, digests, locks, verifying
from kheo.upkeep.address import SQLITE, Address, last_line
from kheo.upkeep.destinations import Destination, sync_folder
from kheo.upkeep.progress import Progress, Silent
from kheo.upkeep.remembered import PLAN, Remembered, unused
from kheo.upkeep.snapshot import ASIDE, PARTS

WORK, NEW = "restoring", "new"
DATABASE = "kheo.sqlite3"


@dataclass
class Plan(Remembered):
    """What is restored into what."""

    WORK = WORK

    backup: str
    size: int
    into: str
    aside: str
    step: str = "unpacking"  # then "exchanging", then "done"
    schema_aside: str = ""
    made_at: str = ""
    rows: int = 0
    uploads: int = 0
    digest: str = ""
    faults: int = 0


def unfinished(data: Path) -> bool:
    """Whether a restore was broken off after it began to exchange things: what stands there may be half."""
    plan = Plan.found(data)
    return plan is not None and plan.step != "unpacking"


def restore(
    place: Destination,
    name: str,
    data: Path,
    address: Address,
    *,
    passphrase: str = "",
    replace: bool = False,
    code: set[tuple[str, str]] | None = None,
    progress: Progress | None = None,
) -> Plan:
    """Bring the backup `name` into the data folder and the database at `address`; run again, it goes on.

    `code` names the migrations this version of Kheo knows; a backup with others is refused. What stands there
    is only touched with `replace`, and then moved aside. The plan stays until `finish`.
    """
    progress = progress or Silent()
    data.mkdir(parents=True, exist_ok=True)
    with locks.alone(data), locks.nobody_present(data):
        plan = _plan(f"{place}/{name}", place.size(name), data, address)
        work = data / WORK
        if plan.step == "unpacking":
            _look_at_target(data, address, replace)
            with place.read(name) as raw:
                _unpack(raw, plan, work, address, passphrase, code, progress)
            # A crash up to here has touched nothing of what stood there.
            plan.step = "exchanging"
            plan.keep(work)
        if plan.step == "exchanging":
            progress.say(_("Putting everything in its place."))
            if address.engine != SQLITE:
                _load(plan, work, address)
            _exchange(plan, work, data)
            plan.step = "done"
            plan.keep(work)
        return plan


def finish(data: Path) -> None:
    """The restored installation is written into its own journal; the plan has served."""
    work = data / WORK
    if work.exists():
        # The plan first: a half-emptied folder without it is only rubbish.
        (work / PLAN).unlink(missing_ok=True)
        sync_folder(work)
        shutil.rmtree(work)


def _plan(backup: str, size: int, data: Path, address: Address) -> Plan:
    fresh = Plan(backup, size, str(address), unused(data, "restore"))
    found = Plan.found(data)
    if found and (found.backup, found.size, found.into) == (fresh.backup, fresh.size, fresh.into):
        return found
    if found and found.step != "unpacking":
        raise Refused(
            _("Another restore was broken off here. Finish it first: kheo restore %(backup)s")
            % {"backup": found.backup}
        )
    # What another one unpacked is of no use; nothing else was touched.
    work = data / WORK
    if work.exists():
        shutil.rmtree(work)
    work.mkdir(mode=0o700)
    fresh.keep(work)
    return fresh


def _look_at_target(data: Path, address: Address, replace: bool) -> None:
    """Refused when something stands there and nobody said that it may be moved aside."""
    standing = occupied(data, address)
    if standing and not replace:
        raise Refused(
            _(
                "%(what)s is not empty. Restore into an empty folder (--to FOLDER), or add "
                "--replace: what stands there is "
                "then moved aside, not deleted."
            )
            % {"what": standing}
        )


def occupied(data: Path, address: Address) -> str:
    """What already stands at the target, or nothing."""
    if address.engine == SQLITE:
        if address.path and address.path.exists() and address.path.stat().st_size:
            return str(address.path)
    else:
        with closing(address.connect(autocommit=True)) as connection:
            if _tables(connection):
                return str(address)
    uploads = data / "uploads"
    if uploads.exists() and any(path.is_file() for path in uploads.rglob("*")):
        return str(uploads)
    return ""


def _tables(connection: psycopg.Connection) -> int:
    row = connection.execute(
        "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public'"
    ).fetchone()
    return int(row[0]) if row else 0


def _unpack(
    raw: IO[bytes],
    plan: Plan,
    work: Path,
    address: Address,
    passphrase: str,
    code: set[tuple[str, str]] | None,
    progress: Progress,
) -> None:
    new = work / NEW
    new.mkdir(exist_ok=True)
    # Small files are unpacked anew; uploads that are there are complete, for they got their names last.
    for left in new.iterdir():
        if left.name != "uploads":
            shutil.rmtree(left) if left.is_dir() else left.unlink()
    packed = work / "database"
    packed.unlink(missing_ok=True)
    half = work / "half"
    half.unlink(missing_ok=True)
    doubtful: dict[str, Path] = {}
    counted = archive.Counted(raw, progress.moved)

    def begun(head: dict[str, Any]) -> None:
        if head.get("engine") != address.engine:
            raise Refused(
                _(
                    "This backup is of %(engine)s; the database named here is another kind. Set "
                    "KHEO_DATABASE for %(engine)s."
                )
                % {"engine": "SQLite" if head.get("engine") == SQLITE else "PostgreSQL"}
            )
        unknown = {tuple(each) for each in head.get("migrations", [])} - code if code is not None else set()
        if unknown:
            raise Refused(
                _(
                    "This backup was made by a newer Kheo (%(version)s). Install that version "
                    "first, then restore it."
                )
                % {"version": head.get("kheo")}
            )
        free, needed = shutil.disk_usage(work).free, plan.size + int(head["database"]["unpacked_bytes"])
        if free < needed:
            raise Refused(
                _("The disk of %(path)s has %(free)s MB left; the restore needs %(needed)s MB.")
                % {
                    "path": work.parent,
                    "free": formats.number(free // 1_000_000),
                    "needed": formats.number(needed // 1_000_000 + 1),
                }
            )
        plan.made_at = str(head.get("made_at", ""))

    def receive(part: archive.Part, head: dict[str, Any]) -> None:
        if part.name in PARTS.values():
            part.keep(packed)
            return
        target = new / part.name.removeprefix("data/")
        if part.upload and target.exists() and target.stat().st_size == part.bytes:
            return
        half.unlink(missing_ok=True)
        part.keep(half)
        if part.upload and part.stream.sha256 != part.upload:
            # Perhaps it was so when it was backed up; the end of the backup says.
            doubtful[part.upload] = work / f"doubtful-{part.upload}"
            target = doubtful[part.upload]
        os.replace(half, _made(target))

    progress.begin(_("Unpacking and checking %(backup)s") % {"backup": plan.backup}, plan.size)
    manifest = archive.read(counted, passphrase, receive, begun)  # type: ignore[arg-type]
    progress.end()
    for sha256, path in doubtful.items():
        os.replace(path, _made(new / archive.upload_name(sha256)))
    if not manifest.head.get("database_only"):
        (new / "uploads").mkdir(exist_ok=True)
    if not packed.exists():
        raise Refused(_("There is no database in this backup."))
    if address.engine == SQLITE:
        progress.say(_("Comparing the database with what the backup says of it."))
        half.unlink(missing_ok=True)
        archive.unpack_database(packed, half, int(manifest.head["database"]["unpacked_bytes"]))
        verifying.prove_sqlite(half, manifest.head)
        os.replace(half, new / DATABASE)
        packed.unlink()
    plan.rows = sum(int(rows) for rows, _sha256 in manifest.head["tables"].values())
    plan.digest = digests.whole(digests.from_json(manifest.head["tables"]))
    plan.uploads = int(manifest.uploads["count"])
    plan.faults = manifest.faults
    (work / "head.json").write_text(json.dumps(manifest.head), encoding="utf-8")
    _sync_tree(new)


def _made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _sync_tree(folder: Path) -> None:
    for path in [folder, *(path for path in folder.rglob("*") if path.is_dir())]:
        sync_folder(path)


def _load(plan: Plan, work: Path, address: Address) -> None:
    """PostgreSQL takes all tables in one transaction, or none. What stood there becomes another schema."""
    packed = work / "database"
    head = json.loads((work / "head.json").read_text(encoding="utf-8"))
    if packed.exists():
        with closing(address.connect(autocommit=True)) as connection:
            standing = _tables(connection)
            if standing and not plan.schema_aside:
                # Named before it is done, so that a second run does not take the new tables for the old.
                plan.schema_aside = ASIDE + plan.aside.removeprefix("before-restore-").replace("-", "_")
                plan.keep(work)
            if plan.schema_aside and not _schema(connection, plan.schema_aside):
                with connection.transaction():
                    connection.execute(
                        sql.SQL("ALTER SCHEMA public RENAME TO {}").format(sql.Identifier(plan.schema_aside))
                    )
                    connection.execute("CREATE SCHEMA public")
            loaded = _tables(connection)
        if not loaded:
            done = address.run(
                "pg_restore",
                "--no-owner",
                "--no-privileges",
                "--single-transaction",
                "--exit-on-error",
                str(packed),
            )
            if done.returncode:
                raise Refused(
                    _("PostgreSQL did not take the backup: %(error)s") % {"error": last_line(done.stderr)}
                )
    with closing(address.connect()) as connection:
        verifying.compare(digests.of_postgresql(connection), head)
        connection.rollback()
    with closing(address.connect(autocommit=True)) as connection:
        # It plans by what it has counted, and has counted nothing yet.
        connection.execute("ANALYZE")
    packed.unlink(missing_ok=True)


def _schema(connection: psycopg.Connection, name: str) -> bool:
    return connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [name]).fetchone() is not None


def _exchange(plan: Plan, work: Path, data: Path) -> None:
    """Each thing that is still in `new` moves into its place, after what stands there has moved aside."""
    new, aside = work / NEW, data / plan.aside
    for name in sorted(path.name for path in new.iterdir()):
        # What SQLite keeps beside its file belongs to the old one.
        beside = [f"{name}-wal", f"{name}-shm"] if name == DATABASE else []
        for old in [*beside, name]:
            if (data / old).exists():
                aside.mkdir(mode=0o700, exist_ok=True)
                os.replace(data / old, aside / old)
        if aside.exists():
            sync_folder(aside)
        os.replace(new / name, data / name)
        sync_folder(data)


def take_into_use(data: Path) -> int:
    """For whatever serves people or does their work: answers the lock it holds until it ends.

    Refused while a restore is under way or was broken off half way.
    """
    handle = locks.present(data)
    plan = Plan.found(data)
    if plan is not None and unfinished(data):
        os.close(handle)
        raise Refused(
            _("A restore was broken off here. Finish it before Kheo serves: kheo restore %(backup)s")
            % {"backup": plan.backup}
        )
    return handle


def known_migrations() -> set[tuple[str, str]]:
    """What this version of Kheo can read."""
    from django.db.migrations.loader import MigrationLoader

    loader = MigrationLoader(None, ignore_no_migrations=True)
    replaced = {each for migration in loader.disk_migrations.values() for each in migration.replaces}
    return {*loader.disk_migrations, *((app, name) for app, name in replaced)}
