"""Bytes on the disk: written to the side, checked, then moved to the place their hash names."""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.files.base import File
from django.utils.translation import gettext as _

from kheo.lib.refusals import Refused

CHUNK = 1024 * 1024


def path_of(sha256: str) -> Path:
    """Where the bytes of this hash lie: uploads/ab/cd/abcd…"""
    return Path(settings.MEDIA_ROOT) / sha256[:2] / sha256[2:4] / sha256


@dataclass
class Incoming:
    """Bytes received and hashed, not yet in their place."""

    path: Path
    sha256: str
    size: int

    def place(self) -> None:
        """Move the bytes to where their hash says, safely on the disk before this returns."""
        target = path_of(self.sha256)
        if target.exists() and target.stat().st_size == self.size:
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(self.path, target)
        # The name must survive a power cut as the bytes do.
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextmanager
def incoming(upload: File, limit: int) -> Iterator[Incoming]:
    """Copy an upload piece by piece beside its later place; what is not placed is removed at the end."""
    upload.seek(0)
    with _received(upload.chunks(CHUNK), limit) as received:
        yield received


@contextmanager
def incoming_pieces(pieces: Iterable[bytes], size: int) -> Iterator[Incoming]:
    """What comes out of an archive, at most `size` bytes of it."""
    with _received(pieces, size) as received:
        yield received


@contextmanager
def incoming_bytes(content: bytes) -> Iterator[Incoming]:
    with _received([content], len(content)) as received:
        yield received


@contextmanager
def _received(pieces: Iterable[bytes], limit: int) -> Iterator[Incoming]:
    folder = Path(settings.MEDIA_ROOT) / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder)
    try:
        digest, size = hashlib.sha256(), 0
        with os.fdopen(handle, "wb") as file:
            for piece in pieces:
                size += len(piece)
                if size > limit:
                    raise Refused(
                        _("The file is larger than %(limit)d MB. Split it, or scan it at a lower resolution.")
                        % {"limit": limit // 1024 // 1024}
                    )
                digest.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        yield Incoming(Path(name), digest.hexdigest(), size)
    finally:
        Path(name).unlink(missing_ok=True)
