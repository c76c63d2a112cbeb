"""An sees how the backups stand, makes one, has one read again; nobody else may."""

import shutil
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from kheo.audit.models import Entry
from kheo.units.tests.cast import cast
from kheo.upkeep import backing_up, backups
from kheo.upkeep.destinations import Folder
from kheo.upkeep.models import Backup
from kheo.upkeep.status import AMBER, GREEN, RED

FIRST_PAGE, PAGE = "/viec-cua-toi/", "/he-thong/sao-luu/"


@pytest.fixture
def ground(settings):
    settings.DATA = settings.DATA / uuid.uuid4().hex
    settings.MEDIA_ROOT = settings.DATA / "uploads"
    settings.DATA.mkdir()
    settings.BACKUP_TO = [str(settings.DATA.parent / f"disk-{uuid.uuid4().hex}")]
    return Folder(settings.DATA.parent / settings.BACKUP_TO[0])


@pytest.fixture
def people(db, ground):
    return cast()


def made(place, ago=timedelta(0), **more):
    return Backup.objects.create(
        place=str(place),
        name=f"kheo-{uuid.uuid4().hex}",
        begun_at=timezone.now() - ago,
        outcome=more.pop("outcome", Backup.Outcome.MADE),
        rows=1,
        uploads=1,
        **more,
    )


def tones():
    return [line.tone for line in backups.lines()]


@pytest.mark.django_db(transaction=True)
def test_an_backs_up_with_one_press_and_has_it_read_again(client, ground):
    people = cast()
    client.force_login(people.an)
    assert "Chưa có bản sao lưu" in client.get(PAGE).content.decode()
    client.post(PAGE + "ngay/")
    row = Backup.objects.get()
    assert (row.outcome, row.asked_by) == ("made", people.an)
    assert Entry.objects.filter(verb="backed_up", user=people.an).exists()
    page = client.get(PAGE).content.decode()
    assert row.name in page
    client.post(f"{PAGE}{row.pk}/kiem-tra/")
    row.refresh_from_db()
    assert not row.verifying
    assert Entry.objects.filter(verb="backup_verified").exists()

    with open(ground.path / row.name, "r+b") as file:
        file.seek(row.size // 2)
        file.write(b"rot")
    client.post(f"{PAGE}{row.pk}/kiem-tra/")
    row.refresh_from_db()
    assert row.outcome == "failed"
    assert row.sentence in client.get(PAGE).content.decode().replace("&#x27;", "'")
    assert "Hệ thống cần đồng chí" in client.get(FIRST_PAGE).content.decode()


@pytest.mark.parametrize("who", ["minh", "duc", "hoa", "binh"])
def test_others_are_refused_in_a_sentence(client, people, who):
    row = made("/mnt")
    client.force_login(getattr(people, who))
    for answer in (client.get(PAGE), client.post(PAGE + "ngay/"), client.post(f"{PAGE}{row.pk}/kiem-tra/")):
        assert answer.status_code == 409
        assert "quản trị hệ thống" in answer.content.decode()
    assert Backup.objects.count() == 1


def test_a_failed_backup_is_red_on_the_first_page_with_its_remedy(client, people, ground):
    made(ground, timedelta(days=1))
    made(ground, outcome="failed", sentence="Ổ đĩa chưa cắm: sudo mount -a")
    client.force_login(people.an)
    page = client.get(FIRST_PAGE).content.decode()
    assert "note--error" in page
    assert "sudo mount -a" in page
    client.force_login(people.hoa)
    assert "sudo mount -a" not in client.get(FIRST_PAGE).content.decode()


def test_an_overdue_backup_is_red(people, ground, monkeypatch):
    monkeypatch.setattr(Folder, "same_disk_as", lambda self, other: False)
    made(ground, timedelta(hours=35))
    assert tones() == [GREEN]
    Backup.objects.update(begun_at=timezone.now() - timedelta(hours=37))
    assert tones() == [RED]


def test_no_backup_yet_is_amber_at_first_and_red_later(people, ground):
    # A test's tables may stand without a record of their migrations.
    MigrationRecorder.Migration.objects.update(applied=timezone.now())
    assert tones() == [AMBER]
    MigrationRecorder.Migration.objects.update(applied=timezone.now() - timedelta(days=3))
    assert tones() == [RED]


def test_the_same_disk_is_told(people, ground):
    made(ground)
    ground.path.mkdir()
    assert tones() == [GREEN, AMBER]


def test_a_wrong_place_is_red_not_a_crash(client, people, settings):
    settings.BACKUP_TO = ["ftp://office"]
    assert tones() == [RED]
    client.force_login(people.an)
    assert client.get("/he-thong/").status_code == 200


def test_a_demonstration_is_not_backed_up(people, settings):
    settings.DEMO = True
    assert len(tones()) == 1
    assert RED not in tones()


def test_one_at_a_time(client, people, ground):
    waiting = made(ground, outcome="waiting")
    client.force_login(people.an)
    assert client.post(PAGE + "ngay/").status_code == 409
    page = client.get(PAGE).content.decode()
    assert "data-under-way" in page
    assert "kheo-worker" not in page
    Backup.objects.filter(pk=waiting.pk).update(begun_at=timezone.now() - timedelta(minutes=5))
    assert "kheo-worker" in client.get(PAGE).content.decode()


def test_the_page_asks_as_much_for_one_row_as_for_three(client, people, ground):
    client.force_login(people.an)

    def queries():
        with CaptureQueriesContext(connection) as asked:
            client.get(PAGE)
        return len(asked)

    queries()
    made(ground, asked_by=people.an)
    one = queries()
    made(ground, asked_by=people.an)
    made(ground, asked_by=people.minh)
    assert queries() == one


@pytest.mark.django_db(transaction=True)
def test_every_night_by_rule_and_a_night_that_fails_is_not_called_good(ground, settings):
    from kheo.lib.nightly import nightly
    from kheo.lib.refusals import Refused

    (work,) = [work for work in nightly.works if work.name == "backup"]
    settings.BACKUP_KEEP = "1 daily"
    assert str(ground) in work.run()
    first = Backup.objects.get()
    work.run()
    first.refresh_from_db()
    assert first.removed_at
    assert [kept.name for kept in ground.list()] == [Backup.objects.latest("id").name]
    assert Entry.objects.filter(verb="backup_removed").count() == 1
    shutil.rmtree(ground.path)
    with pytest.raises(Refused, match="mount -a"):
        work.run()
    assert backing_up.every_night is work.run
