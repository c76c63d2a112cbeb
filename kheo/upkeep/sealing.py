"""A backup under a passphrase, in the age format, in a stream of any length.

age seals under a passphrase only what fits in memory. So each backup gets a key pair of its own: the key,
a few bytes, is sealed under the passphrase (`key.age`), and the stream is sealed to it. What comes out is cut
into pieces of one tar file, because a tar must know how long each of its parts is. With the stock tools:

    tar -xf kheo-….sealed.tar key.age
    tar -xOf kheo-….sealed.tar --wildcards 'sealed/*' | age -d -i key.age | tar -xf -
"""

import base64
import hashlib
import hmac
import io
import os
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO, Any

import pyrage
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.utils.translation import gettext as _

from kheo.lib.refusals import Refused

KEY, READ_ME = "key.age", "READ-ME.txt"
PIECE = 8 * 1024 * 1024
# Of scrypt, as a power of two.
WORK = 17
# A sealed key is a few hundred bytes; more is none of ours.
LARGEST_KEY = 10_000

TOLD = """\
Bản sao lưu của Khéo, có mật khẩu. Cách tốt nhất để mở: kheo restore TỆP --passphrase-file TỆP-MẬT-KHẨU
A backup of Kheo under a passphrase. The best way to open it: kheo restore FILE --passphrase-file FILE

Không có Khéo / Without Kheo (age: https://age-encryption.org):

    tar -xf FILE key.age
    tar -xOf FILE --wildcards 'sealed/*' | age -d -i key.age | tar -xf -
"""


def add_bytes(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), 0o600
    tar.addfile(info, io.BytesIO(content))


def _under_passphrase(content: bytes, passphrase: str) -> bytes:
    """A few bytes as an age file under a passphrase (https://c2sp.org/age, scrypt recipient stanza).

    The library picks a work factor by the speed of the machine, and took 1 GB of memory for it on a fast one:
    as much as an old PC has. 2**17 takes 128 MB, which OWASP calls enough.
    """

    def plain(octets: bytes) -> str:
        return base64.b64encode(octets).decode().rstrip("=")

    def derived(key: bytes, salt: bytes | None, info: bytes) -> bytes:
        return HKDF(SHA256(), 32, salt, info).derive(key)

    file_key, salt, nonce = os.urandom(16), os.urandom(16), os.urandom(16)
    wrapping = hashlib.scrypt(
        passphrase.encode(),
        salt=b"age-encryption.org/v1/scrypt" + salt,
        n=2**WORK,
        r=8,
        p=1,
        maxmem=2 ** (WORK + 11),
        dklen=32,
    )
    wrapped = ChaCha20Poly1305(wrapping).encrypt(bytes(12), file_key, None)
    header = f"age-encryption.org/v1\n-> scrypt {plain(salt)} {WORK}\n{plain(wrapped)}\n---".encode()
    proof = hmac.digest(derived(file_key, None, b"header"), header, "sha256")
    # One chunk, the first and last: counter 0, flag 1.
    body = ChaCha20Poly1305(derived(file_key, nonce, b"payload")).encrypt(bytes(11) + b"\1", content, None)
    return header + f" {plain(proof)}\n".encode() + nonce + body


def give_up(tar: tarfile.TarFile) -> None:
    """Leave a tar unfinished: it would write its end when it is collected, into a file closed long ago."""
    tar.fileobj.closed = True  # type: ignore[union-attr, attr-defined]


class _Pieces(io.RawIOBase):
    """Written by age, cut into parts of the outer tar."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self.tar, self.number, self.held = tar, 0, bytearray()
        self.error: BaseException | None = None

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self.held += piece
        try:
            while len(self.held) >= PIECE:
                self.put(bytes(self.held[:PIECE]))
                del self.held[:PIECE]
        except BaseException as error:
            # age would wrap it: a full disk is told as a full disk.
            self.error = error
            raise
        return len(piece)

    def put(self, content: bytes) -> None:
        add_bytes(self.tar, f"sealed/{self.number:06}", content)
        self.number += 1

    def finish(self) -> None:
        if self.held:
            self.put(bytes(self.held))
            self.held.clear()


class _Beside(threading.Thread):
    """Work at the other end of a pipe; whatever went wrong there is raised here."""

    def __init__(self, work: Callable[[], None]) -> None:
        super().__init__(daemon=True)
        self.work = work
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            self.work()
        except BaseException as error:
            self.error = error


@contextmanager
def sealed(raw: IO[bytes], passphrase: str) -> Iterator[IO[bytes]]:
    """What is written here arrives in `raw` sealed. Whole only when the block ends without an error."""
    identity = pyrage.x25519.Identity.generate()
    key = _under_passphrase(f"{identity}\n".encode(), passphrase)
    outer = tarfile.open(fileobj=raw, mode="w|", format=tarfile.USTAR_FORMAT)  # noqa: SIM115  (not on errors)
    add_bytes(outer, READ_ME, TOLD.encode())
    add_bytes(outer, KEY, key)
    pieces = _Pieces(outer)
    reading, writing = os.pipe()

    def work() -> None:
        with os.fdopen(reading, "rb") as source:
            pyrage.encrypt_io(source, pieces, [identity.to_public()])

    beside = _Beside(work)
    beside.start()
    broken = False
    try:
        with os.fdopen(writing, "wb", buffering=PIECE // 8) as plain:
            yield plain
    except BrokenPipeError:
        broken = True
    finally:
        beside.join()
        if beside.error is not None or broken:
            give_up(outer)
    if beside.error is not None:
        raise pieces.error or beside.error
    if broken:
        raise OSError("The sealing ended early.")
    pieces.finish()
    outer.close()


class _Joined(io.RawIOBase):
    """The pieces of the outer tar, read one after the other."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self.tar, self.number, self.ended = tar, 0, False
        self.current: IO[bytes] | None = None
        self.error: BaseException | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            return self.read_on(buffer)
        except BaseException as error:
            self.error = error
            raise

    def read_on(self, buffer: Any) -> int:
        while not self.ended:
            if self.current is not None and (piece := self.current.read(len(buffer))):
                buffer[: len(piece)] = piece
                return len(piece)
            member = self.tar.next()
            if member is None:
                self.ended = True
                break
            if member.name != f"sealed/{self.number:06}" or member.type != tarfile.REGTYPE:
                raise Refused(_("This is no backup of Kheo: it holds %(name)r.") % {"name": member.name[:80]})
            self.number += 1
            self.current = self.tar.extractfile(member)
        return 0


@contextmanager
def unsealed(outer: tarfile.TarFile, passphrase: str) -> Iterator[Any]:
    """The stream inside a sealed backup whose READ-ME was just read. Refused when the passphrase is another
    or the stream was changed or cut; what was read before that must not be used."""
    member = outer.next()
    if member is None or member.name != KEY or member.type != tarfile.REGTYPE or member.size > LARGEST_KEY:
        raise Refused(_("This sealed backup has no key in it: it was cut or changed. Take another one."))
    file = outer.extractfile(member)
    assert file
    try:
        key = pyrage.passphrase.decrypt(file.read(), passphrase)
        identity = pyrage.x25519.Identity.from_str(key.decode().strip())
    except (pyrage.DecryptError, pyrage.IdentityError, UnicodeDecodeError):
        raise Refused(
            _(
                "The passphrase does not open this backup. Check the passphrase file: capitals, "
                "spaces, the right year."
            )
        )
    reading, writing = os.pipe()
    joined = _Joined(outer)

    def work() -> None:
        with os.fdopen(writing, "wb") as sink:
            pyrage.decrypt_io(io.BufferedReader(joined, PIECE // 8), sink, [identity])

    beside = _Beside(work)
    beside.start()
    stream = os.fdopen(reading, "rb", buffering=PIECE // 8)
    try:
        yield _Checked(stream, beside, joined)
    finally:
        stream.close()
        beside.join()


class _Checked(io.RawIOBase):
    """The end of the stream counts only once the other side has said that it was the true end."""

    def __init__(self, stream: IO[bytes], beside: _Beside, joined: _Joined) -> None:
        self.stream, self.beside, self.joined = stream, beside, joined

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        piece = self.stream.read(size)
        if len(piece) < size or size < 0:
            self.beside.join()
            if self.beside.error is not None:
                if isinstance(self.joined.error, Refused | OSError):
                    raise self.joined.error
                raise Refused(
                    _(
                        "The sealed backup was changed or cut on the way: it does not open to "
                        "its end. Take another one."
                    )
                )
        return piece
