"""The old PC is broken; the backup comes back on another, and every digest is what it was."""

import os
import shutil
import subprocess
import sys
import uuid
from contextlib import closing
from pathlib import Path

import pytest
from django.db import connection, connections

from kheo.audit.models import Entry
from kheo.lib.refusals import Refused
from kheo.upkeep import backing_up, locks, restoring
from kheo.upkeep.address import SQLITE, Address
from kheo.upkeep.destinations import Folder
from kheo.upkeep.tests.office import PASSPHRASE, digests_of, dying, furnish, uploads_in

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
    furnish()
    return settings.DATA


@pytest.fixture
def disk(ground):
    return Folder(ground / "second disk")


@pytest.fixture
def elsewhere(ground):
    """An empty folder, and an empty database of the same kind."""
    data = ground / "another machine"
    if connection.vendor == "sqlite":
        yield data, Address.read("", data)
        return
    here = Address.of_settings(connection.settings_dict)
    name = f"kheo_{uuid.uuid4().hex[:10]}"
    with closing(here.connect(autocommit=True)) as server:
        server.execute(f"CREATE DATABASE {name}")
    yield (
        data,
        Address(
            "postgresql", host=here.host, port=here.port, name=name, user=here.user, password=here.password
        ),
    )
    with closing(here.connect(autocommit=True)) as server:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def backed_up(disk: Folder, passphrase: str = "") -> tuple[str, dict, dict]:
    """The backup's name, and what database and uploads were in that moment."""
    (result,) = backing_up.back_up([disk], passphrase=passphrase)
    assert result.backup.good, result.backup.sentence
    import json
    import tarfile

    from kheo.upkeep import digests

    tables = None
    if not passphrase:
        with tarfile.open(disk.path / result.backup.name) as tar:
            tables = digests.from_json(json.load(tar.extractfile("kheo-backup.json"))["tables"])
    return result.backup.name, tables, uploads_in(backing_up.settings.DATA)


@pytest.mark.parametrize("passphrase", ["", PASSPHRASE])
def test_it_comes_back_elsewhere_as_it_was(office, disk, elsewhere, passphrase):
    name, tables, uploads = backed_up(disk, passphrase)
    data, address = elsewhere
    plan = restoring.restore(disk, name, data, address, passphrase=passphrase)
    assert uploads_in(data) == uploads
    assert (data / "secret-key").read_text() == (office / "secret-key").read_text()
    assert (data / "secret-key").stat().st_mode & 0o077 == 0
    if tables:
        assert digests_of(address) == tables
    restoring.finish(data)
    assert not (data / restoring.WORK).exists()
    assert plan.uploads == 5


def test_a_standing_installation_is_refused_or_moved_aside(office, disk, elsewhere):
    data, address = elsewhere
    name, tables, uploads = backed_up(disk)
    restoring.restore(disk, name, data, address)
    restoring.finish(data)
    (data / "uploads" / "of-the-old-one").write_text("x")
    with pytest.raises(Refused, match="--replace"):
        restoring.restore(disk, name, data, address)
    plan = restoring.restore(disk, name, data, address, replace=True)
    assert digests_of(address) == tables
    assert uploads_in(data) == uploads
    assert (data / plan.aside / "uploads" / "of-the-old-one").exists()
    if address.engine == SQLITE:
        assert digests_of(Address(SQLITE, path=data / plan.aside / "kheo.sqlite3")) == tables
    else:
        with closing(address.connect()) as other:
            found = other.execute(f"SELECT count(*) FROM {plan.schema_aside}.accounts_user").fetchone()
            assert found == (2,)


def test_a_crash_at_every_step_and_run_again(office, disk, elsewhere):
    """Over a standing installation, so that each thing moves twice."""
    data, address = elsewhere
    name, tables, uploads = backed_up(disk)
    restoring.restore(disk, name, data, address)
    restoring.finish(data)

    def again() -> None:
        restoring.restore(disk, name, data, address, replace=True)
        restoring.finish(data)

    at, died = 0, True
    while died:
        at += 1
        # Crashing later and later, each time on what the last crash left behind.
        died = dying(again, at)
        assert at < 200
    assert at > 20
    assert digests_of(address) == tables
    assert uploads_in(data) == uploads
    assert not (data / restoring.WORK).exists()


def test_a_crash_at_every_step_loses_nothing(office, disk, elsewhere, ground):
    """From a fresh installation each time: crash once, run again, and all of it is there, old and new."""
    data, address = elsewhere
    if address.engine != SQLITE:
        pytest.skip(
            "A fresh cluster for each step would take minutes; the test before crashes at each step too."
        )
    name, tables, uploads = backed_up(disk)
    restoring.restore(disk, name, data, address)
    restoring.finish(data)
    (data / "secret-key").write_text("the old one")
    standing = ground / "standing"
    shutil.copytree(data, standing)
    at, died = 0, True
    while died:
        at += 1
        shutil.rmtree(data)
        shutil.copytree(standing, data)
        died = dying(lambda: restoring.restore(disk, name, data, address, replace=True), at)
        restoring.restore(disk, name, data, address, replace=True)
        assert digests_of(address) == tables, at
        assert uploads_in(data) == uploads, at
        (aside,) = data.glob("before-restore-*")
        assert (aside / "secret-key").read_text() == "the old one", at
        assert digests_of(Address(SQLITE, path=aside / "kheo.sqlite3")) == tables, at
        restoring.finish(data)
    assert at > 20


def test_nobody_serves_on_half_of_it(office, disk, elsewhere):
    data, address = elsewhere
    name, _tables, _uploads = backed_up(disk)
    data.mkdir()
    plan = restoring.Plan(
        f"{disk}/{name}", disk.size(name), str(address), "before-restore-x", step="exchanging"
    )
    (data / restoring.WORK / restoring.NEW).mkdir(parents=True)
    plan.keep(data / restoring.WORK)
    with pytest.raises(Refused, match="dở dang"):
        restoring.take_into_use(data)
    with pytest.raises(Refused, match="dở dang"):
        restoring.restore(disk, backed_up(disk)[0], data, address)


def test_not_while_kheo_runs_there(office, disk, elsewhere):
    data, address = elsewhere
    name, _tables, _uploads = backed_up(disk)
    data.mkdir(parents=True)
    handle = restoring.take_into_use(data)
    with pytest.raises(Refused, match="vẫn đang chạy"):
        restoring.restore(disk, name, data, address)
    os.close(handle)
    with locks.nobody_present(data), pytest.raises(Refused, match="Đang phục hồi"):
        restoring.take_into_use(data)


def test_a_backup_of_a_newer_version_is_refused_before_anything_is_touched(office, disk, elsewhere):
    data, address = elsewhere
    name, _tables, _uploads = backed_up(disk)
    known = restoring.known_migrations()
    restoring.restore(disk, name, data, address, code=known)
    restoring.finish(data)
    older = {each for each in known if each != ("upkeep", "0001_initial")}
    with pytest.raises(Refused, match="mới hơn"):
        restoring.restore(disk, name, data, address, code=older, replace=True)
    assert not list(data.glob("before-restore-*"))


def test_another_kind_of_database_is_refused(office, disk, ground):
    name, _tables, _uploads = backed_up(disk)
    data = ground / "other kind"
    if connection.vendor == "sqlite":
        pytest.skip("A PostgreSQL is needed to be the other kind.")
    with pytest.raises(Refused, match="loại khác"):
        restoring.restore(disk, name, data, Address.read("", data))


def test_the_command_restores_brings_up_to_date_and_writes_the_journal(office, disk, elsewhere):
    data, address = elsewhere
    name, tables, uploads = backed_up(disk)
    connections.close_all()
    environment = {**os.environ, "KHEO_DATA": str(data.parent / "unused"), "KHEO_SECRET_KEY": "x"}
    written = (
        ""
        if address.engine == SQLITE
        else (f"postgres://{address.user}:{address.password}@{address.host}:{address.port}/{address.name}")
    )
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "kheo",
            "restore",
            str(disk.path / name),
            "--to",
            str(data),
            "--database",
            written,
        ],
        env=environment,
        capture_output=True,
        text=True,
        cwd=Path(__file__).resolve().parents[3],
    )
    assert done.returncode == 0, done.stderr
    assert "mọi mã kiểm tra khớp" in done.stdout
    after = digests_of(address)
    # Nothing but the backup's own row and the line in the journal.
    assert {table for table in tables if tables[table] != after[table]} == {"audit_entry", "upkeep_backup"}
    assert uploads_in(data) == uploads
    assert not Entry.objects.filter(verb="restored").exists()
