"""When a closed year leaves for an archive: written, read again whole at every place, only then taken out.

What goes is what an office's machine is full of and nobody works on any more: the large copies of the photos
of the year's reports, and the entries of the year's journal. What stays is everything that is counted, shown
in a list or found: reports with their words and figures, their steps, the cells with all they ever held,
small pictures, signed papers. So no figure can change, of any day, and a record of the year can still be
settled into a part of its divided commune.

    kheo-archive-2021-20261129-110000.tar      or ….sealed.tar
      kheo-year.json                   which year, when, rows and digest of each table
      rows/audit_entry.jsonl.gz        the columns, then one entry a line, oldest first
      uploads/ab/cd/abcd…              each large copy under its SHA-256
      manifest.json                    every part with its size and SHA-256; last, so that a cut file has none

The row (`YearArchive`) says how far it has come. While it is written nothing has gone, and a broken-off run
comes to nothing. From then on the same command goes on: it reads the file again and takes out what is still
here, in small transactions, each row held against the file once more. `bring_back` is the same way back.
"""

import gzip
import json
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kheo.audit.models import Entry
from kheo.files import storage
from kheo.files.models import Attachment, Blob, Photo
from kheo.lib import formats
from kheo.lib.periods import VIETNAM, today
from kheo.lib.refusals import Refused
from kheo.upkeep import archive, closing, digests, locks, snapshot
from kheo.upkeep.backing_up import ROOM_TO_SPARE, room_for
from kheo.upkeep.destinations import Destination, Folder, destination
from kheo.upkeep.models import NOTHING_TAKEN, ArchiveCopy, YearArchive
from kheo.upkeep.progress import Progress, Silent
from kheo.upkeep.version import version

WORK = "archive-work"
TABLE = "audit_entry"
ROWS = f"rows/{TABLE}.jsonl.gz"
# Rows and files of one transaction: people go on working meanwhile.
ROWS_AT_ONCE, FILES_AT_ONCE = 500, 50
FIRST_YEAR = 2000

Row = dict[str, Any]
State = YearArchive.State


@dataclass
class Outlook:
    """What would leave with a year, and what stands against it."""

    year: int
    entries: int = 0
    photos: int = 0
    files: list[tuple[str, int]] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)

    @property
    def bytes(self) -> int:
        return sum(size for _sha256, size in self.files)


def refuse_running(year: int) -> None:
    """Refuse a year that has not ended, or that nobody can mean."""
    if not FIRST_YEAR <= year < today().year:
        raise Refused(
            _("%(year)d has not ended. A year can be archived when it is over and nothing in it waits.")
            % {"year": year}
            if year >= today().year
            else _("%(year)d is no year of this installation.") % {"year": year}
        )


def look(year: int) -> Outlook:
    """What the archive of a year would hold, and what in it still waits. Refused for a year that runs."""
    refuse_running(year)
    found = Outlook(year, entries=Entry.objects.of_year(year).count(), waiting=closing.waiting(year))
    contents: set[str] = set()
    for photos in in_pieces(closing.photos_of(year), closing.AT_ONCE):
        found.photos += len(photos)
        contents |= closing.free(year, {each for photo in photos for each in (photo.full_id, photo.web_id)})
    for some in in_pieces(sorted(contents), closing.AT_ONCE):
        here = Blob.objects.filter(pk__in=some, gone=False).order_by("pk")
        found.files += here.values_list("pk", "size")
    return found


def take_out(
    year: int,
    places: list[Destination],
    *,
    passphrase: str = "",
    progress: Progress | None = None,
) -> tuple[YearArchive, bool]:
    """Archive a year at these places. Answers its row, and whether anything was done.

    Run again after a crash, it goes on; for a year that lies in its archive it changes nothing. Refused with
    what to do, and then either nothing has been taken out, or the same command goes on.
    """
    progress = progress or Silent()
    with locks.alone(settings.DATA), _work() as work:
        YearArchive.objects.drop_interrupted()
        row = YearArchive.objects.standing().of_year(year).first()
        if row is not None and row.state == State.TAKEN:
            return row, False
        if row is not None and row.state == State.RETURNING:
            raise Refused(
                _("%(year)d is being brought back. Finish that first: kheo archive back %(name)s")
                % {"year": year, "name": row.name}
            )
        if row is None:
            row = _write(year, places, passphrase, work, progress)
        else:
            _prove_any(row, passphrase, work, progress)
        _take(row, work, progress)
        row.taken()
        return row, True


def bring_back(
    place: Destination, name: str, *, passphrase: str = "", progress: Progress | None = None
) -> tuple[YearArchive, int]:
    """Put everything of an archive back where it was, and prove it. Answers its row and how many entries and
    files were erased by right meanwhile and so stay erased. Run again after a crash, it goes on."""
    progress = progress or Silent()
    with locks.alone(settings.DATA), _work() as work:
        head, _manifest = prove(place, name, passphrase, work, progress)
        row = _row_of(head)
        if row is None:
            raise Refused(_("%(name)s is no archive of this installation.") % {"name": name})
        if row.state not in YearArchive.HOLDING:
            return row, 0
        room_for(settings.DATA, row.bytes + ROOM_TO_SPARE)
        row.returning()
        erased = _files_back(row, place, name, passphrase, progress)
        erased += _rows_back(row, work, progress)
        row.back()
        return row, erased


def in_pieces(things: Iterable[Any], most: int) -> Iterator[list[Any]]:
    """Some at a time."""
    rest = iter(things)
    while piece := list(islice(rest, most)):
        yield piece


def _row_of(head: Row) -> YearArchive | None:
    """The row whose file it is; None for a file of another installation."""
    try:
        return YearArchive.objects.filter(key=UUID(str(head.get("key")))).first()
    except ValueError:
        return None


# Writing and proving


@contextmanager
def _work() -> Iterator[Path]:
    work = snapshot.private_folder(settings.DATA / WORK)
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _write(
    year: int, places: list[Destination], passphrase: str, work: Path, progress: Progress
) -> YearArchive:
    refuse_running(year)
    _refuse_waiting(closing.waiting(year))
    row = YearArchive.objects.create(
        year=year, sealed=bool(passphrase), name=_unused_name(year, bool(passphrase))
    )
    try:
        # From here the year is closed: what came in at the last moment is seen now.
        outlook = look(year)
        _refuse_waiting(outlook.waiting)
        if not outlook.entries and not outlook.files:
            raise Refused(_("There is nothing of %(year)d to take out.") % {"year": year})
        progress.say(_("Writing down the journal of %(year)d.") % {"year": year})
        packed = work / "packed.jsonl.gz"
        found = _pack(year, packed)
        taken = 0
        for place in places:
            taken = _write_to(place, row, outlook, packed, found, passphrase, work, progress)
        row.proven(entries=found.rows, digest=found.sha256, files=taken, bytes=outlook.bytes)
    except BaseException as problem:
        row.drop(str(problem) if isinstance(problem, Refused) else str(NOTHING_TAKEN))
        for place in places:
            # A copy that is proven at one place is none as long as another is missing.
            with suppress(Refused, OSError):
                place.remove(row.name)
        raise
    return row


def _unused_name(year: int, sealed: bool) -> str:
    """By the second in which it begins, in Vietnam, or the next free one."""
    at = timezone.now().astimezone(VIETNAM)
    while True:
        name = f"kheo-archive-{year}-{at:%Y%m%d-%H%M%S}{'.sealed' * sealed}.tar"
        if not YearArchive.objects.filter(name=name).exists():
            return name
        at += timedelta(seconds=1)


def _refuse_waiting(waiting: list[str]) -> None:
    if waiting:
        raise Refused(" ".join(waiting))


def _write_to(
    place: Destination,
    row: YearArchive,
    outlook: Outlook,
    packed: Path,
    found: digests.TableDigest,
    passphrase: str,
    work: Path,
    progress: Progress,
) -> int:
    """One copy, read again to its end. Answers how many files lie in it as they were."""
    place.prepare(known=False)
    total = outlook.bytes + packed.stat().st_size
    if isinstance(place, Folder):
        room_for(place.path, total + ROOM_TO_SPARE)
    progress.begin(_("Writing %(place)s") % {"place": f"{place}/{row.name}"}, total)
    try:
        with place.write(row.name, total) as raw:
            counted = archive.Counted(raw)
            with archive.writing(counted, passphrase, progress.moved, archive.YEAR) as writer:  # type: ignore[arg-type]
                writer.head(
                    {
                        "format": archive.FORMAT,
                        "kheo": version(),
                        "year": row.year,
                        "key": str(row.key),
                        "made_at": row.begun_at.isoformat(timespec="seconds"),
                        "tables": digests.as_json({TABLE: found}),
                    }
                )
                writer.file(ROWS, packed)
                for sha256, size in outlook.files:
                    writer.upload(sha256, size, storage.path_of(sha256))
                manifest = writer.end()
    finally:
        progress.end()
    head, _manifest = prove(place, row.name, passphrase, work, progress)
    if head.get("key") != str(row.key) or place.size(row.name) != counted.bytes:
        raise Refused(
            _(
                "What %(place)s gives back is not what was written: the disk or the line is "
                "failing. Use another."
            )
            % {"place": f"{place}/{row.name}"}
        )
    ArchiveCopy.objects.create(
        archive=row,
        place=str(place),
        size=counted.bytes,
        sha256=counted.sha256,
        verified_at=timezone.now(),
    )
    return int(manifest.uploads["count"]) - len(manifest.damaged)


def prove(
    place: Destination, name: str, passphrase: str, work: Path, progress: Progress | None = None
) -> tuple[Row, archive.Manifest]:
    """Read an archive to its end; its rows lie in `work` afterwards, its files by hash in `work`/files.txt.

    Refused, with what is wrong, unless every checksum and the digest of the rows are what they were.
    """
    progress = progress or Silent()
    rows, listed = work / Path(ROWS).name, work / "files.txt"
    rows.unlink(missing_ok=True)
    with open(listed, "w", encoding="ascii") as files:

        def receive(part: archive.Part, head: Row) -> None:
            if part.name == ROWS:
                part.keep(rows)
            elif part.upload:
                files.write(f"{part.upload}\n")

        progress.begin(_("Reading %(name)s") % {"name": name}, place.size(name))
        with place.read(name) as raw:
            counted = archive.Counted(raw, progress.moved)
            manifest = archive.read(counted, passphrase, receive, kind=archive.YEAR)  # type: ignore[arg-type]
        progress.end()
    # Damaged on the disk already when it was written: what lies in the archive is not what it should be.
    if manifest.damaged:
        wrong = set(manifest.damaged)
        kept = [line for line in listed.read_text(encoding="ascii").split() if line not in wrong]
        listed.write_text("".join(f"{line}\n" for line in kept), encoding="ascii")
    told = digests.from_json(manifest.head.get("tables", {})).get(TABLE)
    if told is None or not rows.exists() or _digest(_names(rows), _unpacked(rows)) != told:
        raise Refused(
            _("The rows in %(name)s are not what it says of them: the file was damaged or changed.")
            % {"name": name}
        )
    return manifest.head, manifest


def _prove_any(row: YearArchive, passphrase: str, work: Path, progress: Progress) -> None:
    """Read one of its copies again before anything more is taken out."""
    problems = []
    for copy in row.copies.all():
        try:
            head, _manifest = prove(destination(copy.place), row.name, passphrase, work, progress)
        except (Refused, OSError) as problem:
            problems.append(f"{copy}: {problem}")
            continue
        if head.get("key") == str(row.key):
            return
    raise Refused(
        _("%(year)d is half taken out, and its archive cannot be read: %(problems)s")
        % {"year": row.year, "problems": " ".join(problems)}
    )


# Rows


def _columns() -> list[Any]:
    return list(Entry._meta.concrete_fields)


def _pack(year: int, path: Path) -> digests.TableDigest:
    """The year's entries into a file: first the names of the columns, then a list of values a line."""
    names = [each.attname for each in _columns()]
    entries = Entry.objects.of_year(year).order_by("pk").values_list(*names)

    def written() -> Iterator[Row]:
        with gzip.GzipFile(path, "wb", compresslevel=6, mtime=0) as file:
            file.write(_line({"table": TABLE, "columns": names}))
            for values in entries.iterator(chunk_size=2000):
                row = {name: _plain(value) for name, value in zip(names, values, strict=True)}
                file.write(_line([row[name] for name in names]))
                yield row

    return _digest(names, written())


def _line(thing: Any) -> bytes:
    return (json.dumps(thing, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def _plain(value: Any) -> Any:
    """Moments in UTC to the microsecond, as every database gives them back."""
    if hasattr(value, "astimezone"):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value


def _names(path: Path) -> list[str]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        names: list[str] = json.loads(next(lines))["columns"]
        return names


def _unpacked(path: Path) -> Iterator[Row]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        names = json.loads(next(lines))["columns"]
        for line in lines:
            yield dict(zip(names, json.loads(line), strict=True))


def _compared(row: Row) -> Row:
    """A row as it is held against another: JSON in one way of writing."""
    return {**row, "changes": digests.written_json(row["changes"])}


def _digest(names: list[str], rows: Iterable[Row]) -> digests.TableDigest:
    return digests.digest(names, ([_compared(row)[name] for name in names] for row in rows))


def _standing(rows: Iterable[Row]) -> dict[int, Row]:
    """What the database has now of the entries in these rows of a file: the columns that the file has.

    A later version of Kheo may know more of an entry than the file does.
    """
    names = list(next(iter(rows), {}))
    if unknown := sorted({*names} - {each.attname for each in _columns()}):
        raise Refused(
            _("The archive holds “%(name)s”, which this version of Kheo does not know. Ask for help.")
            % {"name": unknown[0]}
        )
    found = Entry.objects.filter(pk__in=[each["id"] for each in rows]).values_list(*names)
    here = ({name: _plain(value) for name, value in zip(names, row, strict=True)} for row in found)
    return {row["id"]: _compared(row) for row in here}


# Taking out


def _take(row: YearArchive, work: Path, progress: Progress) -> None:
    progress.begin(_("Taking the journal out"), row.entries)
    for rows in in_pieces(_unpacked(work / Path(ROWS).name), ROWS_AT_ONCE):
        with transaction.atomic():
            here = _standing(rows)
            # Whose words were erased by right meanwhile stays: the file still holds them.
            Entry.objects.take_out(each["id"] for each in rows if here.get(each["id"]) == _compared(each))
        progress.moved(len(rows))
    progress.end()
    progress.begin(_("Taking the photos out"), row.files)
    with open(work / "files.txt", encoding="ascii") as lines:
        for contents in in_pieces((line.strip() for line in lines), FILES_AT_ONCE):
            Blob.put_away(contents, row.name, lambda some: closing.free(row.year, some))
            progress.moved(len(contents))
    progress.end()


# Bringing back


def _files_back(row: YearArchive, place: Destination, name: str, passphrase: str, progress: Progress) -> int:
    erased = 0

    def receive(part: archive.Part, head: Row) -> None:
        nonlocal erased
        if not part.upload or not Blob.objects.filter(pk=part.upload, kept_in=row.name).exists():
            return
        if not _needed(part.upload):
            erased += 1
            return
        pieces = iter(lambda: part.stream.read(snapshot.CHUNK), b"")
        with storage.incoming_pieces(pieces, part.bytes) as incoming:
            if incoming.sha256 == part.upload:
                with transaction.atomic():
                    Blob.keep(incoming)

    progress.begin(_("Bringing the photos back"), place.size(name))
    with place.read(name) as raw:
        archive.read(archive.Counted(raw, progress.moved), passphrase, receive, kind=archive.YEAR)  # type: ignore[arg-type]
    progress.end()
    left = Blob.objects.filter(kept_in=row.name)
    for blob in left.iterator():
        if _needed(blob.pk):
            raise Refused(
                _("The file %(sha256)s of the archive did not come back. Use the other copy.")
                % {"sha256": blob.pk}
            )
    # Erased by right: nobody needs them here, and nothing says any more where they were.
    left.update(kept_in="")
    return erased


def _needed(sha256: str) -> bool:
    large = models.Q(full=sha256) | models.Q(web=sha256) | models.Q(thumb=sha256)
    return (
        Photo.objects.filter(large, erased_at=None).exists()
        or Attachment.objects.filter(blob=sha256, erased_at=None).exists()
    )


def _rows_back(row: YearArchive, work: Path, progress: Progress) -> int:
    erased = 0
    fields = {each.attname: each for each in _columns()}
    progress.begin(_("Bringing the journal back"), row.entries)
    for rows in in_pieces(_unpacked(work / Path(ROWS).name), ROWS_AT_ONCE):
        with transaction.atomic():
            here = _standing(rows)
            Entry.objects.bulk_create(
                Entry(**{name: fields[name].to_python(value) for name, value in each.items()})
                for each in rows
                if each["id"] not in here
            )
            standing = _standing(rows)
            for each in rows:
                now = standing.get(each["id"])
                if now != _compared(each) and not (now and now["words_erased_at"]):
                    raise Refused(
                        _("Entry %(id)s of the journal did not come back as it was. Ask for help.")
                        % {"id": each["id"]}
                    )
            _erase_again(rows)
            now_here = _standing(rows)
            erased += sum(1 for each in rows if now_here[each["id"]] != _compared(each))
        progress.moved(len(rows))
    progress.end()
    return erased


def _erase_again(rows: Iterable[Row]) -> None:
    """What was erased by right while its entries lay in the archive does not come back with them."""
    for model in (Photo, Attachment):
        label = model._meta.label_lower
        about = {each["object_id"]: each["id"] for each in rows if each["object_type"] == label}
        if not about:
            continue
        gone = model._default_manager.filter(pk__in=list(about)).exclude(erased_at=None)
        ids = {str(pk) for pk in gone.values_list("pk", flat=True)}
        again = [each["id"] for each in rows if each["object_type"] == label and each["object_id"] in ids]
        # Its own end is told after it: the entry of the erasure itself keeps its reason.
        Entry.objects.filter(pk__in=again).exclude(verb="erased").erase_words()


def in_words(outlook: Outlook) -> str:
    """What would leave, in a sentence."""
    return ngettext(
        "%(entries)s entries of the journal and the large copies of %(n)d photo (%(size)s MB) would leave.",
        "%(entries)s entries of the journal and the large copies of %(n)d photos (%(size)s MB) would leave.",
        outlook.photos,
    ) % {
        "entries": formats.number(outlook.entries),
        "n": outlook.photos,
        "size": formats.decimal(outlook.bytes / 1_000_000),
    }
