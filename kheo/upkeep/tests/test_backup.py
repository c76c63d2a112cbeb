"""Phan Thị An backs up, and it comes back elsewhere as it was."""

import json
import shutil
import tarfile
import uuid
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from kheo.audit.models import Entry
from kheo.upkeep import backing_up
from kheo.upkeep.destinations import Folder, destination
from kheo.upkeep.models import Backup
from kheo.upkeep.tests.office import PASSPHRASE, digests_now, furnish

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ground(settings):
    """Memory where there is some (see conftest.py): every backup waits for the disk many times."""
    folder = settings.DATA / uuid.uuid4().hex
    folder.mkdir()
    return folder


@pytest.fixture
def office(ground, settings):
    settings.DATA = ground / "data"
    settings.MEDIA_ROOT = settings.DATA / "uploads"
    return furnish()


@pytest.fixture
def disk(ground):
    return ground / "second disk"


@pytest.fixture
def passphrase_file(ground):
    path = ground / "passphrase"
    path.touch(0o600)
    path.write_text(PASSPHRASE + "\n")
    return path


def test_one_file_holds_database_uploads_and_keys(office, disk):
    before = digests_now()
    (result,) = backing_up.back_up([Folder(disk)])
    row = result.backup
    assert (row.outcome, row.uploads, row.sealed) == ("made", 5, False)
    assert [path.name for path in sorted(disk.iterdir())] == ["kheo-backups-are-here", row.name][
        :: 1 if row.name > "kheo-b" else -1
    ]
    with tarfile.open(disk / row.name) as tar:
        names = tar.getnames()
        head = json.load(tar.extractfile("kheo-backup.json"))
    assert names[0] == "kheo-backup.json"
    assert names[-1] == "manifest.json"
    assert "data/secret-key" in names
    assert sum(name.startswith("uploads/") for name in names) == 5
    # The row of the backup itself was written between, and nothing else.
    told = {name: rows for name, (rows, _sha256) in head["tables"].items()}
    assert told == {name: table.rows for name, table in before.items()} | {"upkeep_backup": 1}
    assert not (backing_up.settings.DATA / backing_up.WORK).exists()
    assert Entry.objects.filter(verb="backed_up", object_id=str(row.pk)).count() == 1


def test_the_command_says_what_it_made_and_verifies_it(office, disk, capsys):
    out = StringIO()
    call_command("backup", to=[str(disk)], stdout=out)
    (name,) = [path for path in disk.iterdir() if path.suffix == ".tar"]
    assert "đọc lại" in out.getvalue()
    out = StringIO()
    call_command("backup", "verify", str(name), stdout=out)
    assert "nguyên vẹn" in out.getvalue()


def test_a_sealed_backup_opens_with_the_passphrase_only(office, disk, passphrase_file, ground):
    call_command("backup", to=[str(disk)], passphrase_file=str(passphrase_file), stdout=StringIO())
    (name,) = disk.glob("*.sealed.tar")
    content = name.read_bytes()
    assert b"sqlite" not in content.lower().replace(b"kheo.sqlite3", b"")
    assert b"kheo-backup.json" not in content
    call_command("backup", "verify", str(name), passphrase_file=str(passphrase_file), stdout=StringIO())
    other = ground / "other"
    other.touch(0o600)
    other.write_text("một mật khẩu khác hẳn")
    with pytest.raises(CommandError, match="Mật khẩu không mở được"):
        call_command("backup", "verify", str(name), passphrase_file=str(other))
    with pytest.raises(CommandError, match="--passphrase-file"):
        call_command("backup", "verify", str(name))


@pytest.mark.parametrize(
    ("content", "mode", "sentence"),
    [("ngắn", 0o600, "quá ngắn"), (PASSPHRASE, 0o644, "chmod 600"), (None, 0, "không đọc được")],
)
def test_a_passphrase_file_that_is_none(office, disk, ground, content, mode, sentence):
    path = ground / "passphrase"
    if content is not None:
        path.write_text(content)
        path.chmod(mode)
    with pytest.raises(CommandError, match=sentence):
        call_command("backup", to=[str(disk)], passphrase_file=str(path))


def test_a_disk_that_is_not_mounted_is_a_failed_backup(office, disk):
    backing_up.back_up([Folder(disk)])
    shutil.rmtree(disk)
    # The empty folder under the mount is still there.
    disk.mkdir()
    (result,) = backing_up.back_up([Folder(disk)])
    assert result.backup.outcome == "failed"
    assert "mount -a" in result.backup.sentence
    assert not list(disk.iterdir())
    assert Entry.objects.filter(verb="backup_failed", object_id=str(result.backup.pk)).exists()


def test_a_full_disk_is_a_failed_backup_and_the_other_place_gets_its_own(office, disk, ground, monkeypatch):
    usage = shutil.disk_usage

    def little(path):
        found = usage(path)
        return found._replace(free=1_000_000) if str(path) == str(disk) else found

    monkeypatch.setattr(shutil, "disk_usage", little)
    first, second = backing_up.back_up([Folder(disk), Folder(ground / "third")])
    assert first.backup.outcome == "failed"
    assert "còn 1 MB" in first.backup.sentence
    assert second.backup.outcome == "made"


def test_a_disk_that_fills_up_meanwhile(office, disk, monkeypatch):
    def full(self, name, path):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("kheo.upkeep.archive.Writer.file", full)
    (result,) = backing_up.back_up([Folder(disk)])
    assert "đã đầy" in result.backup.sentence
    assert [path.name for path in disk.iterdir()] == ["kheo-backups-are-here"]


def test_an_upload_that_rotted_on_the_disk_is_told_and_the_rest_is_kept(office, disk, settings):
    from kheo.files import storage

    storage.path_of(office[0]).write_bytes(b"x" * storage.path_of(office[0]).stat().st_size)
    storage.path_of(office[1]).unlink()
    (result,) = backing_up.back_up([Folder(disk)])
    assert result.backup.outcome == "faulty"
    assert result.backup.sentence.startswith("2 tệp")
    with pytest.raises(SystemExit):
        call_command("backup", "verify", str(disk / result.backup.name), stdout=StringIO(), stderr=StringIO())


def test_two_backups_never_run_at_once(office, disk, settings):
    from kheo.lib.refusals import Refused
    from kheo.upkeep import locks

    with locks.alone(settings.DATA), pytest.raises(Refused, match="đang chạy"):
        backing_up.back_up([Folder(disk)])
    assert not Backup.objects.exists()


def test_a_backup_that_was_killed_is_a_failed_one(office, disk):
    Backup.objects.create(place=str(disk))
    backing_up.back_up([Folder(disk)])
    assert [row.outcome for row in Backup.objects.order_by("id")] == ["failed", "made"]
    assert "dở dang" in Backup.objects.earliest("id").sentence


def test_what_is_no_place_is_refused():
    from kheo.lib.refusals import Refused

    for text in ("ftp://office/kheo", "s3://"):
        with pytest.raises(Refused):
            destination(text)


def test_no_password_stands_on_a_command_line_or_in_a_name(office):
    from kheo.upkeep.address import Address

    address = Address.read("postgres://kheo:bi-mat@127.0.0.1:5432/kheo", backing_up.settings.DATA)
    assert "bi-mat" not in f"{address} {address!r}"
