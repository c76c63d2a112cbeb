"""A file that was cut, bent or forged is refused in a sentence, and nothing of it is taken."""

import contextlib
import gzip
import hashlib
import io
import json
import os
import pty
import random
import shutil
import subprocess
import tarfile
import uuid

import pytest
from django.conf import settings as django_settings
from django.db import connection

from kheo.lib.refusals import Refused
from kheo.upkeep import archive, backing_up, restoring, sealing, verifying
from kheo.upkeep.address import SQLITE, Address
from kheo.upkeep.destinations import Folder
from kheo.upkeep.tests.office import PASSPHRASE, furnish, uploads_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def made(settings):
    """A good backup, plain: its folder and its name."""
    ground = settings.DATA / uuid.uuid4().hex
    settings.DATA = ground / "data"
    settings.MEDIA_ROOT = settings.DATA / "uploads"
    furnish()
    disk = Folder(ground / "disk")
    (result,) = backing_up.back_up([disk])
    return disk, result.backup.name


def verify(content: bytes, passphrase: str = "") -> archive.Manifest:
    return verifying.verify(io.BytesIO(content), passphrase, django_settings.DATA / "verify")


def rewritten(content: bytes, change) -> bytes:
    """The tar again, each member as `change(info, bytes)` would have it; None leaves it out."""
    out = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(content)) as old, tarfile.open(fileobj=out, mode="w") as new:
        for info in old:
            file = old.extractfile(info)
            changed = change(info, file.read() if file else b"")
            if changed is not None:
                for member, held in changed if isinstance(changed, list) else [changed]:
                    member.size = len(held) if member.isreg() else 0
                    new.addfile(member, io.BytesIO(held))
    return out.getvalue()


def named(name: str, kind: bytes = tarfile.REGTYPE, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


def content_of(made) -> bytes:
    disk, name = made
    return (disk.path / name).read_bytes()


def test_cut_anywhere(made):
    content = content_of(made)
    # The tar's own end is zeros: what is cut off there is missed by nobody.
    whole = content.rstrip(b"\0")
    for length in [0, 1, 511, 512, 600, *range(1000, len(whole) - 700, max(1, len(whole) // 40))]:
        with pytest.raises(Refused):
            verify(content[:length])


def test_a_bent_bit_anywhere_in_what_counts(made):
    content = content_of(made)
    chance = random.Random(7)
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        spans = [(member.offset_data, member.size) for member in tar if member.size]
    for start, size in spans:
        bent = bytearray(content)
        bent[start + chance.randrange(size)] ^= 1 << chance.randrange(8)
        with pytest.raises(Refused):
            verify(bytes(bent))


@pytest.mark.parametrize(
    "member",
    [
        named("../../etc/cron.d/kheo"),
        named("/etc/passwd"),
        named("data/../../outside"),
        named("data/.bashrc"),
        named("uploads/../secret-key"),
        named("uploads/ab/cd/" + "f" * 64),
        named("data/link", tarfile.SYMTYPE, "/etc/shadow"),
        named("data/hard", tarfile.LNKTYPE, "kheo-backup.json"),
        named("data/device", tarfile.CHRTYPE),
        named("data/disk", tarfile.BLKTYPE),
        named("data/pipe", tarfile.FIFOTYPE),
        named("data", tarfile.DIRTYPE),
        named("data/x\ny"),
        named("database/kheo.sqlite3"),
    ],
    ids=lambda info: repr(info.name),
)
def test_names_and_kinds_that_lead_astray(made, member):
    def slip_in(info, held):
        return [(member, b"x"), (info, held)] if info.name == "manifest.json" else (info, held)

    with pytest.raises(Refused, match=r"không phải bản sao lưu do Khéo"):
        verify(rewritten(content_of(made), slip_in))


@pytest.mark.parametrize("name", ["kheo-backup.json", "manifest.json", "data/secret-key"])
def test_a_part_twice(made, name):
    with pytest.raises(Refused):
        verify(
            rewritten(content_of(made), lambda info, held: [(info, held)] * (2 if info.name == name else 1))
        )


def test_a_part_left_out(made):
    for left_out in archive_names(made):
        with pytest.raises(Refused):
            verify(
                rewritten(
                    content_of(made),
                    lambda info, held, out=left_out: None if info.name == out else (info, held),
                )
            )


def archive_names(made):
    with tarfile.open(fileobj=io.BytesIO(content_of(made))) as tar:
        return tar.getnames()


def test_a_database_that_unpacks_without_end(made):
    if connection.vendor != "sqlite":
        return  # pg_restore reads its own format
    bomb = gzip.compress(b"\0" * 300_000_000, 9)

    def swell(info, held):
        if info.name == archive.PARTS[SQLITE]:
            return info, bomb
        if info.name == "manifest.json":
            told = json.loads(held)
            told["files"][0].update(bytes=len(bomb), sha256=hashlib.sha256(bomb).hexdigest())
            return info, json.dumps(told).encode()
        return info, held

    with pytest.raises(Refused, match="lớn hơn mức tự khai"):
        verify(rewritten(content_of(made), swell))


def test_what_is_no_backup_at_all(made):
    for content in (b"", b"PK\x03\x04 a spreadsheet", b"x" * 10_000, b"\0" * 10_240):
        with pytest.raises(Refused):
            verify(content)


def test_a_newer_format_and_a_head_that_is_none(made):
    def newer(info, held):
        if info.name == "kheo-backup.json":
            return info, json.dumps({**json.loads(held), "format": 2}).encode()
        return info, held

    with pytest.raises(Refused, match="mới hơn"):
        verify(rewritten(content_of(made), newer))
    with pytest.raises(Refused, match="phần mô tả"):
        verify(
            rewritten(
                content_of(made),
                lambda info, held: (info, b"[]" if info.name == "kheo-backup.json" else held),
            )
        )


def test_a_database_that_holds_something_else_than_its_digests(made):
    """The checksums are right, for whoever changed the rows wrote them anew; the digests are not."""

    def other(info, held):
        if info.name == "kheo-backup.json":
            head = json.loads(held)
            head["tables"]["accounts_user"][0] += 1
            other.head = json.dumps(head).encode()
            return info, other.head
        if info.name == "manifest.json":
            told = {**json.loads(held), "head": hashlib.sha256(other.head).hexdigest()}
            return info, json.dumps(told).encode()
        return info, held

    content = rewritten(content_of(made), other)
    if connection.vendor == "sqlite":
        with pytest.raises(Refused, match="accounts_user"):
            verify(content)


def test_nothing_of_a_refused_file_is_put_in_its_place(made):
    disk, name = made
    forged = rewritten(
        content_of(made),
        lambda info, held: (info, held[:-1] + b"!" if info.name.startswith("uploads/") else held),
    )
    (disk.path / name).write_bytes(forged)
    data = disk.path.parent / "elsewhere"
    # The file is refused before a database is asked for anything but its emptiness.
    address = Address.read("", data)
    if connection.vendor != "sqlite":
        return
    with pytest.raises(Refused, match="Mã kiểm tra"):
        restoring.restore(disk, name, data, address)
    assert not (data / "kheo.sqlite3").exists()
    assert not uploads_in(data)


@pytest.fixture(scope="module")
def sealed():
    """About 20 MB, so that it has several pieces, under a passphrase."""
    plain = random.Random(3).randbytes(20_000_000)
    out = io.BytesIO()
    with sealing.sealed(out, PASSPHRASE) as stream:
        stream.write(plain)
    return plain, out.getvalue()


def opened(content: bytes, passphrase: str = PASSPHRASE) -> bytes:
    found = bytearray()
    with tarfile.open(fileobj=io.BytesIO(content), mode="r|") as tar:
        assert tar.next().name == sealing.READ_ME
        with sealing.unsealed(tar, passphrase) as stream:
            while piece := stream.read(1_000_000):
                found += piece
    return bytes(found)


def test_sealed_and_opened_again(sealed):
    plain, content = sealed
    assert opened(content) == plain
    with pytest.raises(Refused, match="Mật khẩu"):
        opened(content, PASSPHRASE + "!")


def test_a_sealed_stream_that_was_bent_or_cut(sealed):
    _plain, content = sealed
    for place in (len(content) // 3, len(content) - 200_000):
        bent = bytearray(content)
        bent[place] ^= 4
        with pytest.raises(Refused, match="bị sửa hoặc bị cắt"):
            opened(bytes(bent))
    # Cut between two pieces, with the tar's end put right again.
    cut = rewritten(content, lambda info, held: None if info.name == "sealed/000002" else (info, held))
    with pytest.raises(Refused, match="bị sửa hoặc bị cắt"):
        opened(cut)


@pytest.mark.skipif(not shutil.which("age"), reason="needs age (apt-get install age)")
def test_the_stock_tools_open_it(sealed, tmp_path):
    plain, content = sealed
    (tmp_path / "backup.sealed.tar").write_bytes(content)
    subprocess.run(["tar", "-xf", "backup.sealed.tar", "key.age"], cwd=tmp_path, check=True)
    joined = subprocess.run(
        ["tar", "-xOf", "backup.sealed.tar", "--wildcards", "sealed/*"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    ).stdout
    # age asks for the passphrase on a terminal only.
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(tmp_path)
        os.execvp("age", ["age", "-d", "-o", "key", "key.age"])
    said = b""
    while b":" not in said:
        said += os.read(terminal, 1000)
    os.write(terminal, PASSPHRASE.encode() + b"\n")
    with contextlib.suppress(OSError):
        while os.read(terminal, 1000):
            pass
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    found = subprocess.run(
        ["age", "-d", "-i", str(tmp_path / "key")], input=joined, capture_output=True, check=True
    ).stdout
    assert found == plain


def test_a_disk_that_fills_up_while_it_is_sealed_says_so():
    def seal(into):
        with sealing.sealed(into, PASSPHRASE) as stream:
            for _ in range(40):
                stream.write(random.randbytes(1_000_000))

    with open("/dev/full", "wb", buffering=0) as full, pytest.raises(OSError, match="No space left") as found:
        seal(full)
    assert found.value.errno == 28
