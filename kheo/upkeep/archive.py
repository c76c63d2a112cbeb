"""One file that holds an installation: a tar that any tar opens, its parts checked one by one.

    kheo-backup.json       what it is: format, version, when, of which database, the digests of its tables
    database/…             the database: kheo.sqlite3.gz, or kheo.dump for pg_restore
    data/…                 the small files of the data folder: the secret key, certificates
    uploads/ab/cd/abcd…    each file under its SHA-256
    manifest.json          what stands above, with sizes and checksums: without it the file was cut

The archive of a closed year (`years`) is the same kind of file with another head and other parts:

    kheo-year.json         which year, when, how many rows with which digests
    rows/….jsonl.gz        rows that left the database, one a line
    uploads/ab/cd/abcd…    as above

Sealed (`sealing`), this tar is the stream inside another. Reading trusts nothing: names are held against a
short list, only plain files are taken, no part is larger than it says, and tarfile itself never unpacks
anything. So a name with "..", a link or a device in a changed file is refused, not followed.
"""

import gzip
import hashlib
import json
import os
import re
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kheo.lib.refusals import Refused
from kheo.upkeep import sealing
from kheo.upkeep.snapshot import CHUNK, PARTS

FORMAT = 1
HEAD, MANIFEST = "kheo-backup.json", "manifest.json"
YEAR_HEAD = "kheo-year.json"
# The lists of tables, files and missing uploads, not the uploads themselves.
LARGEST_JSON = 64 * 1024 * 1024
LARGEST_FILE = 8 * 1024 * 1024

_UPLOAD = re.compile(r"uploads/([0-9a-f]{2})/([0-9a-f]{2})/(\1\2[0-9a-f]{60})")
_FILE = re.compile(r"data/(?:[\w-][\w .@+-]{0,80}/){0,4}[\w-][\w .@+-]{0,80}", re.ASCII)
_ROWS = re.compile(r"rows/[a-z_]{1,60}\.jsonl\.gz")

CUT = gettext_lazy(
    "The backup ends too early: it was cut on the way, or the disk was full. Take another one."
)


@dataclass(frozen=True)
class Kind:
    """What sort of file it is: the name of its head, what may stand in it, and what is said of any other."""

    head: str
    takes: Callable[[str], Any]
    other: Any


BACKUP = Kind(
    HEAD,
    lambda name: name in PARTS.values() or _UPLOAD.fullmatch(name) or _FILE.fullmatch(name),
    gettext_lazy("This is no backup of Kheo. Backups are called kheo-….tar or kheo-….sealed.tar."),
)
YEAR = Kind(
    YEAR_HEAD,
    lambda name: _UPLOAD.fullmatch(name) or _ROWS.fullmatch(name),
    gettext_lazy("This is no archive of a year. Archives are called kheo-archive-2021-….tar."),
)


def upload_name(sha256: str) -> str:
    return f"uploads/{sha256[:2]}/{sha256[2:4]}/{sha256}"


def takes(name: str) -> bool:
    """Whether a file of the data folder may stand in a backup under this name."""
    return _FILE.fullmatch(name) is not None


@dataclass
class Manifest:
    """What a backup holds: its head, and what its end says of the rest."""

    head: dict[str, Any]
    files: list[dict[str, Any]] = field(default_factory=list)
    uploads: dict[str, Any] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    damaged: list[str] = field(default_factory=list)

    @property
    def faults(self) -> int:
        return len(self.missing) + len(self.damaged)


class Counted:
    """A file through which everything passes, counted and hashed."""

    def __init__(self, file: IO[bytes], moved: Callable[[int], None] | None = None) -> None:
        self.file, self.hash, self.bytes, self.moved = file, hashlib.sha256(), 0, moved

    def write(self, piece: Any) -> int:
        self.file.write(piece)
        self._note(piece)
        return len(piece)

    def read(self, size: int = -1) -> bytes:
        piece = self.file.read(size)
        self._note(piece)
        return piece

    def _note(self, piece: Any) -> None:
        self.hash.update(piece)
        self.bytes += len(piece)
        if self.moved:
            self.moved(len(piece))

    def flush(self) -> None:
        self.file.flush()

    def drain(self) -> None:
        while self.read(CHUNK):
            pass

    @property
    def sha256(self) -> str:
        return self.hash.hexdigest()


class Writer:
    """Writes the parts in their order. `moved` hears of the bytes of each part as they go."""

    def __init__(self, tar: tarfile.TarFile, moved: Callable[[int], None], kind: Kind = BACKUP) -> None:
        self.tar, self.moved, self.kind = tar, moved, kind
        self.files: list[dict[str, Any]] = []
        self.missing: list[str] = []
        self.damaged: list[str] = []
        self.count = self.bytes = 0
        self.list = hashlib.sha256()

    def head(self, head: dict[str, Any]) -> None:
        self.head_bytes = _json(head)
        sealing.add_bytes(self.tar, self.kind.head, self.head_bytes)

    def file(self, name: str, path: Path) -> str:
        """One small file or the database; answers its SHA-256."""
        with open(path, "rb") as source:
            size = os.fstat(source.fileno()).st_size
            sha256 = self._add(name, source, size)
        self.files.append({"name": name, "bytes": size, "sha256": sha256})
        return sha256

    def small(self, name: str, content: bytes) -> None:
        sealing.add_bytes(self.tar, name, content)
        self.files.append(
            {"name": name, "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        )

    def upload(self, sha256: str, size: int, path: Path) -> None:
        """A file that people handed in. One that is gone or no longer what it was is told, and left out if
        it cannot be put in as it was: the rest must not go without a backup for its sake."""
        with ExitStack() as opened:
            try:
                source: IO[bytes] = opened.enter_context(open(path, "rb"))
            except OSError:
                self.missing.append(sha256)
                return
            if os.fstat(source.fileno()).st_size != size:
                self.damaged.append(sha256)
                return
            if self._add(upload_name(sha256), source, size) != sha256:
                self.damaged.append(sha256)
        self.count += 1
        self.bytes += size
        self.list.update(f"{sha256} {size}\n".encode())

    def _add(self, name: str, source: IO[bytes], size: int) -> str:
        info = tarfile.TarInfo(name)
        info.size, info.mode = size, 0o600
        counted = Counted(source, self.moved)
        self.tar.addfile(info, counted)  # type: ignore[arg-type]
        return counted.sha256

    def end(self) -> Manifest:
        uploads = {"count": self.count, "bytes": self.bytes, "sha256": self.list.hexdigest()}
        content = {
            "head": hashlib.sha256(self.head_bytes).hexdigest(),
            "files": self.files,
            "uploads": uploads,
            "missing": self.missing,
            "damaged": self.damaged,
        }
        sealing.add_bytes(self.tar, MANIFEST, _json(content))
        self.tar.close()
        return Manifest(json.loads(self.head_bytes), self.files, uploads, self.missing, self.damaged)


@contextmanager
def writing(
    raw: IO[bytes], passphrase: str, moved: Callable[[int], None], kind: Kind = BACKUP
) -> Iterator[Writer]:
    """A writer into `raw`, sealed if there is a passphrase."""
    with ExitStack() as stack:
        inner = stack.enter_context(sealing.sealed(raw, passphrase)) if passphrase else raw
        # Long names need no other format: the longest has 78 letters.
        tar = tarfile.open(fileobj=inner, mode="w|", format=tarfile.USTAR_FORMAT)  # noqa: SIM115
        try:
            yield Writer(tar, moved, kind)
        except BaseException:
            sealing.give_up(tar)
            raise


def _json(thing: Any) -> bytes:
    return (json.dumps(thing, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


@dataclass
class Part:
    """One part while it passes by: to be kept once, or let go."""

    name: str
    bytes: int
    stream: Counted
    upload: str = ""  # the SHA-256 of an upload

    def keep(self, path: Path) -> None:
        """Into a new file that is safely on the disk afterwards; its checksum is looked at later."""
        with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            while piece := self.stream.read(CHUNK):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())

    def let_go(self) -> None:
        self.stream.drain()


def read(
    raw: IO[bytes],
    passphrase: str,
    receive: Callable[[Part, dict[str, Any]], None],
    begun: Callable[[dict[str, Any]], None] = lambda head: None,
    moved: Callable[[int], None] | None = None,
    kind: Kind = BACKUP,
) -> Manifest:
    """Read a backup from its beginning to its end, giving each part to `receive`, and hold it against its
    manifest. `begun` gets the head first and may refuse. Refused with a sentence whenever anything is not as
    it was written; parts received before that must not be used.
    """
    try:
        with ExitStack() as stack:
            tar = _opened(raw, kind)
            first = _next(tar, kind)
            if first is not None and first.name == sealing.READ_ME:
                if not passphrase:
                    raise Refused(
                        _(
                            "This backup is sealed. Name the file that holds its passphrase: "
                            "--passphrase-file FILE"
                        )
                    )
                tar = _opened(stack.enter_context(sealing.unsealed(tar, passphrase)), kind)
                first = _next(tar, kind)
            if first is None or first.name != kind.head:
                raise Refused(str(kind.other))
            manifest = _read(tar, first, receive, begun, moved, kind)
            # To the very end: a seal is only proven there.
            while tar.fileobj.read(CHUNK):  # type: ignore[union-attr]
                pass
            return manifest
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise Refused(str(CUT)) from error


def _opened(raw: Any, kind: Kind) -> tarfile.TarFile:
    try:
        return tarfile.open(fileobj=raw, mode="r|", bufsize=CHUNK)
    except tarfile.TarError as error:
        raise Refused(str(kind.other)) from error


def _next(tar: tarfile.TarFile, kind: Kind) -> tarfile.TarInfo | None:
    member = tar.next()
    if member is None:
        return None
    plain = member.type in (tarfile.REGTYPE, tarfile.AREGTYPE) and not member.sparse  # type: ignore[attr-defined]
    if member.name in {BACKUP.head, YEAR.head} - {kind.head}:
        # The one for the other: said as what it is.
        raise Refused(str(kind.other))
    known = member.name in (kind.head, MANIFEST, sealing.READ_ME) or kind.takes(member.name)
    if not plain or not known or member.pax_headers:
        raise Refused(
            _("This is no backup that Kheo made: it holds %(name)r. Nothing of it was taken.")
            % {"name": member.name[:80]}
        )
    return member


def _read(
    tar: tarfile.TarFile,
    first: tarfile.TarInfo,
    receive: Callable[[Part, dict[str, Any]], None],
    begun: Callable[[dict[str, Any]], None],
    moved: Callable[[int], None] | None,
    kind: Kind,
) -> Manifest:
    head_bytes = _small(tar, first, LARGEST_JSON)
    head = _understood(head_bytes)
    if not isinstance(head.get("format"), int) or head["format"] > FORMAT:
        raise Refused(_("This backup was made by a newer Kheo. Install that version first, then restore it."))
    begun(head)
    seen: dict[str, dict[str, Any]] = {}
    listed, count, uploaded, last = hashlib.sha256(), 0, 0, ""
    wrong: list[str] = []
    while (member := _next(tar, kind)) is not None and member.name != MANIFEST:
        match = _UPLOAD.fullmatch(member.name)
        file = tar.extractfile(member)
        assert file
        part = Part(member.name, member.size, Counted(file, moved), match[3] if match else "")
        if match:
            if match[3] <= last:
                raise Refused(_("The backup holds a file twice: it was changed. Take another one."))
            last = match[3]
        elif member.name in seen or (member.name.startswith("data/") and member.size > LARGEST_FILE):
            raise Refused(
                _("This is no backup that Kheo made: it holds %(name)r. Nothing of it was taken.")
                % {"name": member.name[:80]}
            )
        receive(part, head)
        part.let_go()
        sha256 = part.stream.sha256
        if part.stream.bytes != member.size:
            raise Refused(str(CUT))
        if match:
            count, uploaded = count + 1, uploaded + member.size
            listed.update(f"{match[3]} {member.size}\n".encode())
            if sha256 != match[3]:
                wrong.append(match[3])
        else:
            seen[member.name] = {"name": member.name, "bytes": member.size, "sha256": sha256}
    if member is None:
        raise Refused(str(CUT))
    end = _understood(_small(tar, member, LARGEST_JSON))
    if _next(tar, kind) is not None:
        raise Refused(_("Something stands behind the end of the backup: it was changed. Take another one."))
    manifest = Manifest(
        head, end.get("files", []), end.get("uploads", {}), end.get("missing", []), end.get("damaged", [])
    )
    told = {"count": count, "bytes": uploaded, "sha256": listed.hexdigest()}
    differs = [each["name"] for each in manifest.files if seen.get(each["name"]) != each]
    if end.get("head") != hashlib.sha256(head_bytes).hexdigest():
        differs.append(kind.head)
    if len(seen) != len(manifest.files) or manifest.uploads != told:
        differs.append("uploads")
    differs += sorted(set(wrong) - set(manifest.damaged))
    if differs:
        raise Refused(
            _(
                "The checksum of %(names)s is not what was written: the file was damaged or "
                "changed. Take another backup."
            )
            % {"names": ", ".join(differs[:3])}
        )
    return manifest


def _small(tar: tarfile.TarFile, member: tarfile.TarInfo, most: int) -> bytes:
    file = tar.extractfile(member)
    if file is None or member.size > most:
        raise Refused(str(CUT))
    return file.read()


def _understood(content: bytes) -> dict[str, Any]:
    try:
        thing = json.loads(content)
    except ValueError:
        thing = None
    if not isinstance(thing, dict):
        raise Refused(_("The description inside the backup cannot be read: the file was damaged or changed."))
    return thing


def unpack_database(packed: Path, target: Path, most: int) -> None:
    """The SQLite file out of its packing: never more than its head says."""
    written = 0
    try:
        with gzip.open(packed, "rb") as source, open(target, "xb") as file:
            while piece := source.read(CHUNK):
                written += len(piece)
                if written > most:
                    raise Refused(
                        _("The database in the backup is larger than it says: the file was changed.")
                    )
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
    except (OSError, EOFError, zlib.error) as error:
        if isinstance(error, OSError) and not isinstance(error, gzip.BadGzipFile):
            raise
        raise Refused(str(CUT)) from error
