"""Photos that come in pieces: the bytes of an upload on the disk, resumed at any byte.

A byte counts as received when it is on the disk, and how many have been received is the length of the file;
so neither a broken connection nor a killed server can make phone and server disagree. One request at a time
writes an upload. What has come whole is checked against the hash it was announced with.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedRandom
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import UnreadablePostError
from django.utils import timezone

from kheo.offline import photos
from kheo.offline.models import Phone, Upload
from kheo.offline.models.uploads import folder_of

# The largest piece held in memory.
PIECE = 64 * 1024
MOST_FILES = 1_000


class Busy(Exception):
    """Another request writes this upload."""


class Full(Exception):
    """The phone has as much waiting here as it may, or the disk is full."""


class WrongOffset(Exception):
    """The phone would go on from another byte than the one that comes next."""


class WrongHash(Exception):
    """The bytes are not those that were announced."""


class TooMuch(Exception):
    """More bytes than were announced."""


def begin(phone: Phone, sha256: str, size: int, name: str) -> Upload:
    """The phone's upload of this content: the one that is there, or a new one, not yet saved.

    Raises Full, or WrongHash where what is here whole has another length.
    """
    known = Upload.objects.filter(phone=phone, sha256=sha256).first()
    if known is not None and known.size == size:
        return known
    if known is not None:
        # A hash has one length: whoever names another has not sent the right bytes yet.
        if known.finished_at is not None:
            raise WrongHash
        Upload.objects.filter(pk=known.pk, finished_at=None).update(size=size)
        known.size = size
        return known
    _room_for(phone, size)
    return Upload(phone=phone, sha256=sha256, size=size, name=name)


def keep(upload: Upload) -> Upload:
    """Save a new upload, so that it can be gone on with by its id."""
    if not upload._state.adding:
        return upload
    try:
        with transaction.atomic():
            upload.save(force_insert=True)
    except IntegrityError:
        return Upload.objects.select_related("phone__user").get(phone=upload.phone, sha256=upload.sha256)
    return upload


def _room_for(phone: Phone, size: int) -> None:
    """What waits on the disk for one phone is bounded; what is washed does not wait any more."""
    waiting = files = 0
    try:
        with os.scandir(folder_of(phone.pk)) as entries:
            for entry in entries:
                files += 1
                waiting += entry.stat().st_size
    except FileNotFoundError:
        return
    if files >= MOST_FILES or waiting + size > settings.PHONE_WAITING_BYTES:
        raise Full


def offset_of(upload: Upload) -> int:
    """How many bytes are here, safely on the disk. One that has come whole is taken in. Raises WrongHash."""
    if upload.finished_at is not None:
        return upload.size
    try:
        with _alone(upload, create=False) as file:
            os.fsync(file.fileno())
            here = os.fstat(file.fileno()).st_size
            if here == upload.size:
                _finish(upload, file, None)
            return here
    except FileNotFoundError:
        return 0


def receive(upload: Upload, source: Any, offset: int | None, checksum: bytes | None = None) -> int:
    """Take bytes from `source`, which begin at `offset`; answers how many of the upload are here now.

    With `offset` None they begin at the first byte, and those that are here already are passed over. What
    arrived before a connection broke is kept. `checksum` is the sha256 of these bytes alone: when it is
    wrong none of them is. Raises Busy, WrongOffset, WrongHash, TooMuch, Full.
    """
    if upload.finished_at is not None:
        if offset not in (None, upload.size):
            raise WrongOffset
        return upload.size
    with _alone(upload, create=True) as file:
        before = os.fstat(file.fileno()).st_size
        if offset is not None and offset != before:
            raise WrongOffset
        digest = hashlib.sha256()
        known = digest if before == 0 else None
        passing = before if offset is None else 0
        try:
            here = _write(file, source, digest, passing, before, upload.size)
        except TooMuch:
            file.truncate(before)
            raise
        except OSError as error:
            # The disk is full, or fails: nothing half is left behind.
            file.truncate(before)
            raise Full from error
        if checksum is not None and digest.digest() != checksum:
            file.truncate(before)
            raise WrongHash
        os.fsync(file.fileno())
        if here == upload.size:
            _finish(upload, file, known)
        return here


def _write(file: BufferedRandom, source: Any, digest: Any, passing: int, before: int, size: int) -> int:
    file.seek(before)
    here = before
    while True:
        try:
            piece = source.read(PIECE)
        except UnreadablePostError:
            # The phone has lost its signal. What came before stands.
            break
        if not piece:
            break
        digest.update(piece)
        if passing:
            passed = min(passing, len(piece))
            passing, piece = passing - passed, piece[passed:]
        here += len(piece)
        if here > size:
            raise TooMuch
        file.write(piece)
    file.flush()
    return here


def _finish(upload: Upload, file: BufferedRandom, digest: Any) -> None:
    """All bytes are on the disk: they are those announced, or they are thrown away. Raises WrongHash."""
    if digest is None:
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256")
    if digest.hexdigest() != upload.sha256:
        file.truncate(0)
        os.fsync(file.fileno())
        raise WrongHash
    now, fresh = timezone.now(), upload._state.adding
    upload.finished_at = now
    if fresh:
        # One that came in one piece is written once.
        try:
            with transaction.atomic():
                upload.save(force_insert=True)
                photos.arrived(upload.phone.user, upload.sha256)
            return
        except IntegrityError:
            pass
    with transaction.atomic():
        those = Upload.objects.filter(phone=upload.phone_id, sha256=upload.sha256)
        if those.filter(finished_at=None).update(finished_at=now):
            photos.arrived(upload.phone.user, upload.sha256)
        else:
            # Another request was faster, and what it brought may be washed already.
            upload.path.unlink(missing_ok=True)
    if fresh:
        upload.pk = those.values_list("pk", flat=True).get()


def take_back(upload: Upload) -> bool:
    """The phone gives up an upload. What a delivery waits for, and has come whole, stays; then False."""
    with transaction.atomic():
        locked = Upload.objects.select_for_update().filter(pk=upload.pk)
        if locked.finished().awaited().exists():
            return False
        locked.delete()
    upload.path.unlink(missing_ok=True)
    return True


@contextmanager
def _alone(upload: Upload, *, create: bool) -> Iterator[BufferedRandom]:
    """The file of an upload, for one request at a time. Raises Busy, or FileNotFoundError."""
    path = upload.path
    flags = os.O_RDWR | os.O_CLOEXEC
    try:
        handle = os.open(path, flags)
    except FileNotFoundError:
        if not create:
            raise
        handle = _create(path, flags)
    with open(handle, "r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy from None
        yield file


def _create(path: Path, flags: int) -> int:
    """A new file whose name survives a power cut."""
    if not path.parent.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _keep_names(path.parent.parent)
    try:
        handle = os.open(path, flags | os.O_CREAT, 0o600)
    except OSError as error:
        raise Full from error
    _keep_names(path.parent)
    return handle


def _keep_names(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
