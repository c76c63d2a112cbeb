"""When a backup is made: a snapshot of the database, then the files it names, then all of it read again.

People go on working meanwhile. What is made under way carries another name and is not yet a backup; it gets
its name when its bytes are on the disk. Each place gets its own archive and its own row: a disk that is not
there takes nothing away from the bucket.
"""

import logging
import os
import shutil
import time
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kheo.files import storage
from kheo.lib import formats
from kheo.lib.refusals import Refused
from kheo.upkeep import archive, digests, locks, snapshot, verifying
from kheo.upkeep.address import Address
from kheo.upkeep.destinations import Destination, Folder, chosen, name_for
from kheo.upkeep.keeping import Rule
from kheo.upkeep.models import Backup
from kheo.upkeep.progress import Progress, Silent
from kheo.upkeep.snapshot import Snapshot
from kheo.upkeep.version import version

log = logging.getLogger("kheo.upkeep")
WORK = "backup-work"
# In the data folder, but no part of what must live again: the database and the uploads go their own way, the
# rest is made anew or belongs to this machine alone.
NOT_TAKEN = (
    "uploads",
    "backups",
    WORK,
    "archive-work",
    "restoring",
    "logs",
    "log",
    "cache",
    "run",
    "backup.lock",
    "in-use.lock",
    "this-is-a-demo",
    "kheo.sqlite3",
    "kheo.sqlite3-wal",
    "kheo.sqlite3-shm",
)
ASIDE = "before-restore-"
# Over this a disk is full before its last bytes are written.
ROOM_TO_SPARE = 64 * 1024 * 1024


@dataclass
class Result:
    """What became of one place."""

    backup: Backup
    removed: list[str] = field(default_factory=list)


def back_up(
    places: Iterable[Destination] | None = None,
    *,
    passphrase: str | None = None,
    by: Any = None,
    waiting: Iterable[Backup] = (),
    by_rule: bool = False,
    database_only: bool = False,
    progress: Progress | None = None,
) -> list[Result]:
    """Make a backup at each place; answers what became of each, failures included.

    `passphrase` None takes what the settings name; `waiting` are rows made when somebody asked. With
    `by_rule` old backups at the places are removed afterwards, by KHEO_BACKUP_KEEP. Refused only when another
    backup or a restore is running. `database_only` leaves out uploads and keys: a copy to go back to on the
    same machine, where they stay as they are.
    """
    places = list(places) if places is not None else chosen()
    progress = progress or Silent()
    with locks.alone(settings.DATA):
        Backup.objects.close_interrupted()
        rows = _rows(places, waiting, by)
        work = snapshot.private_folder(settings.DATA / WORK)
        try:
            try:
                sealed_with = passphrase_of_settings() if passphrase is None else passphrase
                address = Address.of_settings(connection.settings_dict)
                room_for(settings.DATA, 2 * snapshot.size_of(address) + ROOM_TO_SPARE)
                taken = snapshot.take(address, work, progress.say)
            except (Refused, OSError) as problem:
                return [Result(_failed(row, problem, by)) for row in rows]
            return [
                _one(place, row, taken, sealed_with, by, by_rule, database_only, progress, work)
                for place, row in zip(places, rows, strict=True)
            ]
        finally:
            shutil.rmtree(work, ignore_errors=True)


def every_night() -> str:
    """The nightly work: a backup everywhere the settings say, then the rule for keeping. Answers a sentence;
    Refused when a place got none, so that the night is not called good."""
    results = back_up(by_rule=True)
    failed = [
        f"{result.backup.place}: {result.backup.sentence}" for result in results if not result.backup.good
    ]
    if failed:
        raise Refused(" ".join(failed))
    return _("Backed up to %(places)s.") % {"places": ", ".join(result.backup.address for result in results)}


def _rows(places: list[Destination], waiting: Iterable[Backup], by: Any) -> list[Backup]:
    asked = {row.place: row for row in waiting}
    rows = []
    for place in places:
        row = asked.get(str(place)) or Backup(place=str(place), asked_by=getattr(by, "user", by))
        row.outcome, row.begun_at = Backup.Outcome.RUNNING, timezone.now()
        row.save()
        rows.append(row)
    return rows


def _failed(row: Backup, problem: Exception, by: Any) -> Backup:
    sentence = str(problem) if isinstance(problem, Refused) else Folder(settings.DATA).told(problem).args[0]  # type: ignore[arg-type]
    log.error("The backup to %s failed: %s", row.place, sentence)
    row.fail(sentence, by=by)
    return row


def _one(
    place: Destination,
    row: Backup,
    taken: Snapshot,
    passphrase: str,
    by: Any,
    by_rule: bool,
    database_only: bool,
    progress: Progress,
    work: Path,
) -> Result:
    known = Backup.objects.good().at(str(place)).exists()
    try:
        place.prepare(known=known)
        total = taken.bytes
        if not database_only:
            total += sum(size for _sha256, size in taken.uploads())
        if isinstance(place, Folder):
            room_for(place.path, total + ROOM_TO_SPARE)
        row.name = _unused_name(place, row, bool(passphrase), database_only)
        row.sealed = bool(passphrase)
        # Written, then read again.
        row.total = 2 * total
        row.save(update_fields=["name", "sealed", "total"])
        progress.begin(_("Writing %(place)s") % {"place": row.address}, total)
        with place.write(row.name, total) as raw:
            counted = archive.Counted(raw)
            manifest = write_archive(
                counted, taken, passphrase, _both(progress, row), database_only=database_only
            )
        progress.end()
        if place.size(row.name) != counted.bytes:
            raise Refused(
                _("%(place)s holds fewer bytes than were written. Look at the disk.") % {"place": row}
            )
        progress.begin(_("Reading it again"), total)
        with place.read(row.name) as raw:
            read = archive.Counted(raw)
            verifying.verify(read, passphrase, work / "verify", _both(progress, row))
            read.drain()
        progress.end()
        if read.sha256 != counted.sha256:
            raise Refused(
                _(
                    "What %(place)s gives back is not what was written: the disk or the line is "
                    "failing. Use another."
                )
                % {"place": row}
            )
    except (Refused, OSError) as problem:
        progress.end()
        return Result(_failed(row, problem, by))
    row.succeed(
        by=by,
        faults=faults_in_words(manifest),
        size=counted.bytes,
        rows=sum(table.rows for table in taken.tables.values()),
        uploads=manifest.uploads["count"],
        sha256=counted.sha256,
        digest=digests.whole(taken.tables),
        done=row.total,
    )
    removed = _keep_by_rule(place) if by_rule else []
    return Result(row, removed)


def _unused_name(place: Destination, row: Backup, sealed: bool, database_only: bool) -> str:
    """By the second in which it began, or the next free one."""
    there, at = {kept.name for kept in place.list()}, row.begun_at
    while (name := name_for(at, sealed=sealed, database_only=database_only)) in there:
        at += timedelta(seconds=1)
    return name


def write_archive(
    raw: Any, taken: Snapshot, passphrase: str, moved: Callable[[int], None], *, database_only: bool = False
) -> archive.Manifest:
    with ExitStack() as stack:
        writer = stack.enter_context(archive.writing(raw, passphrase, moved))
        writer.head(
            {
                "format": archive.FORMAT,
                "kheo": version(),
                "made_at": timezone.now().isoformat(timespec="seconds"),
                "engine": taken.engine,
                "database_only": database_only,
                "database": {
                    "name": taken.part,
                    "bytes": taken.bytes,
                    "sha256": taken.sha256,
                    "unpacked_bytes": taken.unpacked_bytes,
                },
                "tables": digests.as_json(taken.tables),
                "migrations": [list(each) for each in taken.migrations],
            }
        )
        writer.file(taken.part, taken.path)
        if not database_only:
            for name, path in data_files(settings.DATA):
                writer.file(name, path)
            if not (settings.DATA / "secret-key").exists():
                writer.small("data/secret-key", settings.SECRET_KEY.encode())
            for sha256, size in taken.uploads():
                writer.upload(sha256, size, storage.path_of(sha256))
        return writer.end()


def data_files(data: Path) -> Iterable[tuple[str, Path]]:
    """The small files beside the database, by their names in the archive, in order."""
    for path in sorted(data.rglob("*")):
        inside = path.relative_to(data)
        first = inside.parts[0]
        if first in NOT_TAKEN or first.startswith(ASIDE) or path.is_symlink() or not path.is_file():
            continue
        name = f"data/{inside.as_posix()}"
        if archive.takes(name) and path.stat().st_size <= archive.LARGEST_FILE and os.access(path, os.R_OK):
            yield name, path
        else:
            log.warning("%s is left out of the backup: its name, its size or its rights are unusual.", path)


def faults_in_words(manifest: archive.Manifest) -> str:
    if not manifest.faults:
        return ""
    first = (manifest.missing + manifest.damaged)[0][:12]
    return ngettext(
        "%(count)s uploaded file is missing on the disk or no longer what it was (%(first)s…). "
        "The backup holds the "
        "rest. Fetch the file from an older backup, and have the disk looked at.",
        "%(count)s uploaded files are missing on the disk or no longer what they were "
        "(%(first)s… and others). The "
        "backup holds the rest. Fetch the files from an older backup, and have the disk looked at.",
        manifest.faults,
    ) % {"count": manifest.faults, "first": first}


def _keep_by_rule(place: Destination) -> list[str]:
    """Remove what the rule no longer keeps. Only backups that are known and good count; one that failed to
    be removed is tried again the next night."""
    rule = Rule.read(settings.BACKUP_KEEP)
    known = {row.name: row for row in Backup.objects.at(str(place)).filter(removed_at=None)}
    lying = [kept for kept in place.list() if kept.name in known and known[kept.name].good]
    stays = rule.keeps(kept.at for kept in lying)
    removed = []
    for kept in lying:
        if kept.at not in stays:
            try:
                place.remove(kept.name)
            except (Refused, OSError) as problem:
                log.warning("The old backup %s could not be removed: %s", kept.name, problem)
                continue
            known[kept.name].removed_by_rule()
            removed.append(kept.name)
    return removed


def passphrase_of_settings() -> str:
    return read_passphrase(Path(settings.BACKUP_PASSPHRASE_FILE)) if settings.BACKUP_PASSPHRASE_FILE else ""


def read_passphrase(path: Path) -> str:
    """The first line of a file that only its owner may read. Refused when it is short or open to others."""
    try:
        with open(path, encoding="utf-8") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                raise Refused(
                    _("Others may read the passphrase file %(path)s. Close it: chmod 600 %(path)s")
                    % {"path": path}
                )
            passphrase = file.readline(2000).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(
            _("The passphrase file %(path)s cannot be read: %(error)s") % {"path": path, "error": error}
        )
    if len(passphrase) < 12:
        raise Refused(
            _(
                "The passphrase in %(path)s is too short. Write at least twelve letters on its "
                "first line: four words do."
            )
            % {"path": path}
        )
    return passphrase


def room_for(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise Refused(
            _(
                "The disk of %(path)s has %(free)s MB left; the backup needs %(needed)s MB. "
                "Make room or take a larger disk."
            )
            % {
                "path": folder,
                "free": formats.number(free // 1_000_000),
                "needed": formats.number(needed // 1_000_000 + 1),
            }
        )


def _both(progress: Progress, row: Backup) -> Callable[[int], None]:
    """Tell the terminal of every byte and the page every two seconds."""
    last = time.monotonic()

    def moved(count: int) -> None:
        nonlocal last
        progress.moved(count)
        row.done += count
        if time.monotonic() - last > 2:
            last = time.monotonic()
            Backup.objects.filter(pk=row.pk).update(done=row.done)

    return moved
