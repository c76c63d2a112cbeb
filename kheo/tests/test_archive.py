"""An looks after the office's one old PC. She archives 2025, and nobody notices but for smaller pictures.

Minh of Tam Quang reported in 2025, with photos; Nga accepted; in 2026 one report was corrected. Lan works
next door. Everything is held before and after: figures of every reading and day, digests, pages.
"""

import json
import os
import signal
import subprocess
import sys
import tarfile
import time
import uuid
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections, models, transaction
from django.urls import reverse
from django.utils import timezone

from kheo.audit.models import Entry
from kheo.fieldwork.models import FieldReport
from kheo.fieldwork.tests.cast import Cast, cast, picture, report, running
from kheo.files import storage
from kheo.files.models import Blob, Photo
from kheo.lib.periods import today
from kheo.lib.refusals import Refused
from kheo.reporting.verify import CHECKS
from kheo.stories.models import Story, StoryPhoto
from kheo.tallies import counting
from kheo.tallies.models import AreaYear, Cell
from kheo.upkeep import archives, archiving, backing_up, digests, restoring
from kheo.upkeep.address import Address
from kheo.upkeep.destinations import Folder
from kheo.upkeep.models import ArchiveCopy, YearArchive
from kheo.upkeep.status import AMBER, GREEN, RED
from kheo.upkeep.tests.office import PASSPHRASE, digests_now, dying, uploads_in

pytestmark = pytest.mark.django_db(transaction=True)

YEAR = 2025
DAY = date(YEAR, 7, 5)
# What an archive writes of itself; all else must be as it was.
ITS_OWN = {"upkeep_yeararchive", "upkeep_archivecopy"}


@pytest.fixture
def office(settings):
    """A data folder of its own, and two disks."""
    folder = settings.DATA / uuid.uuid4().hex
    settings.DATA = folder / "data"
    settings.MEDIA_ROOT = settings.DATA / "uploads"
    settings.DATA.mkdir(parents=True)
    settings.BACKUP_TO = [str(folder / "one")]
    return folder


@pytest.fixture
def disks(office):
    return [Folder(office / "one"), Folder(office / "two")]


@pytest.fixture
def people(office, monkeypatch) -> Cast:
    """2025 as it was: two initiatives, four reports, five photos, and a correction of the year after."""
    then = datetime(YEAR, 7, 6, tzinfo=UTC)
    monkeypatch.setitem(Entry._meta.get_field("at").__dict__, "_get_default", lambda: then)
    people = cast()
    road = running(people, "Con đường hiến đất", year=YEAR)
    bell = running(people, "Tiếng kẻng bình yên", year=YEAR)
    first = _settled(people, road, DAY, households=86)
    _settled(people, road, date(YEAR, 9, 2), households=40)
    _settled(people, bell, date(YEAR, 8, 8), households=12)
    later = _settled(people, bell, date(YEAR + 1, 1, 9), households=7)
    for colour in ("green", "red", "blue"):
        Photo.objects.store(picture(colour=colour), by=people.minh, owner=first)
    Photo.objects.store(picture(colour="white"), by=people.minh, owner=later)
    # The same picture with a report of either year: one content.
    for each in (first, later):
        Photo.objects.store(picture(colour="black"), by=people.minh, owner=each)
    monkeypatch.undo()
    # The cells were counted in 2025; the correction of 2026 closed them.
    models.QuerySet(Cell).update(known_from=then.date())
    models.QuerySet(AreaYear).update(known_from=then.date())
    corrected = first.correct(by=people.minh, reason="Ghi nhầm số hộ")
    corrected.write(by=people.minh, values={}, figures={("households", None): 80})
    corrected.send(by=people.minh)
    corrected.accept(by=people.nga)
    return people


def _settled(people: Cast, enrolment: Any, day: date, households: int) -> FieldReport:
    made = report(people, enrolment, {("households", None): households}, happened_on=day)
    made.send(by=people.minh)
    made.accept(by=people.nga)
    return made


def figures() -> list[str]:
    """Every reading there is: by area, body and field, as it was and restated, also of past days."""
    told = []
    for year in (YEAR, YEAR + 1):
        for by in ("area", "unit", "field"):
            for more in (
                [],
                ["--structure", "today"],
                ["--known-on", f"{YEAR}-12-31"],
                ["--known-on", f"{YEAR}-07-01"],
            ):
                out = StringIO()
                call_command(
                    "figures", "--year", str(year), "--by", by, *more, "--json", "--sample", stdout=out
                )
                told.append(out.getvalue())
    return told


def files_in(data: Path) -> dict[str, str]:
    """Uploads in their places; what a killed process left beside them is swept at night."""
    return {name: sha256 for name, sha256 in uploads_in(data).items() if "/incoming/" not in name}


def proven() -> None:
    compared, wrong = counting.verify()
    assert compared
    assert wrong == []
    assert [found for check in CHECKS for found in check.wrong()] == []


def everything() -> tuple[list[str], digests.Digests, dict[str, str]]:
    return figures(), digests_now(), files_in(storage.settings.DATA)


def archived(disks: list[Folder], **more: Any) -> YearArchive:
    return archiving.take_out(YEAR, disks, **more)[0]


def back(row: YearArchive, disk: Folder, **more: Any) -> int:
    return archiving.bring_back(disk, row.name, **more)[1]


def differs(before: digests.Digests, after: digests.Digests) -> set[str]:
    return set(digests.differing(before, after)) - ITS_OWN


def journal_of(year: int) -> int:
    return Entry.objects.of_year(year).count()


def large_of(report: FieldReport) -> list[str]:
    return [photo.web_id for photo in report.photos()]


def first_report() -> FieldReport:
    return FieldReport.objects.get(happened_on=DAY, state="superseded")


def test_no_figure_changes_and_all_comes_back_to_the_digit(people, disks):
    before, tables, uploads = everything()
    assert all(json.loads(each)["rows"] for each in before[:2])
    told = archiving.look(YEAR)
    assert (told.photos, len(told.files)) == (4, 6), "the picture that 2026 shows too stays"
    row = archived(disks)
    assert row.state == "taken"
    assert (row.entries, row.files, row.bytes) == (told.entries, 6, told.bytes)
    assert journal_of(YEAR) == 0
    assert len(files_in(storage.settings.DATA)) == len(uploads) - 6
    assert figures() == before
    proven()
    # Nothing else was touched: not a report, a step, a figure, a cell or what is searched.
    assert differs(tables, digests_now()) == {"audit_entry", "files_blob"}
    # Were the row of the archive lost, that would be told.
    YearArchive.objects.update(state="back")
    with pytest.raises(AssertionError):
        proven()
    YearArchive.objects.update(state="taken")

    back(row, disks[1])
    assert figures() == before
    proven()
    assert files_in(storage.settings.DATA) == uploads
    # The journal tells of the archive itself; every other row is what it was, to the bit.
    own = Entry.objects.filter(object_type="upkeep.yeararchive")
    assert {entry.verb for entry in own} == {
        "archive_proven", "archive_taken", "archive_returning", "archive_back",
    }  # fmt: skip
    with transaction.atomic():
        own.take_out(list(own.values_list("pk", flat=True)))
    assert differs(tables, digests_now()) == set()


def test_it_is_opened_with_stock_tools(people, disks):
    sha256 = large_of(first_report())[0]
    row = archived(disks)
    for disk in disks:
        path = disk.path / row.name
        with tarfile.open(path) as tar:
            names = tar.getnames()
        assert names[0] == "kheo-year.json"
        assert names[-1] == "manifest.json"
        assert path.stat().st_mode & 0o077 == 0
    taken = subprocess.run(
        ["tar", "-xOf", str(path), f"uploads/{sha256[:2]}/{sha256[2:4]}/{sha256}"], capture_output=True
    ).stdout
    assert taken.startswith(b"\xff\xd8")
    rows = subprocess.run(
        f"tar -xOf '{path}' rows/audit_entry.jsonl.gz | zcat", shell=True, capture_output=True, text=True
    ).stdout.splitlines()
    assert len(rows) == row.entries + 1
    assert "object_label" in json.loads(rows[0])["columns"]
    assert "Con đường hiến đất" in rows[1] + rows[5]


def test_a_second_time_changes_nothing(people, disks):
    row = archived(disks)
    tables, files = digests_now(), sorted(disks[0].path.iterdir())
    again, done = archiving.take_out(YEAR, disks)
    assert (again, done) == (row, False)
    assert digests_now() == tables
    assert sorted(disks[0].path.iterdir()) == files
    back(row, disks[0])
    tables = digests_now()
    assert back(row, disks[0]) == 0
    assert digests_now() == tables
    # And again the whole way, with a file of its own.
    assert archived(disks).name != row.name


def test_refused_while_something_waits(people, disks):
    tables = digests_now()
    enrolment = first_report().enrolment
    waiting = report(people, enrolment, happened_on=date(YEAR, 10, 1))
    waiting.send(by=people.minh)
    with pytest.raises(Refused, match=f"1 báo cáo của năm {YEAR}"):
        archived(disks)
    waiting.withdraw(by=people.minh, reason="Trùng")
    draft = first_report().versions.first().correct(by=people.minh, reason="Còn nhầm")
    with pytest.raises(Refused, match="đang được chỉnh sửa"):
        archived(disks)
    draft.withdraw(by=people.minh, reason="Không nhầm")
    sent = running(people, "Ngõ xanh", year=YEAR)
    type(sent).objects.filter(pk=sent.pk).update(state="sent")
    with pytest.raises(Refused, match=f"1 đăng ký của năm {YEAR}"):
        archived(disks)
    with pytest.raises(Refused, match="chưa kết thúc"):
        archiving.take_out(today().year, disks)
    with pytest.raises(Refused, match="1900"):
        archiving.look(1900)
    assert not YearArchive.objects.exists()
    assert not disks[0].path.exists()
    assert tables["files_blob"] == digests_now()["files_blob"]


def test_a_closed_year_is_not_corrected_until_it_is_back(people, disks):
    row = archived(disks)
    latest = first_report().versions.first()
    with pytest.raises(Refused, match=row.name):
        latest.correct(by=people.minh, reason="Sai")
    with pytest.raises(Refused, match=f"{YEAR} đã đóng"):
        _settled(people, latest.enrolment, date(YEAR, 12, 1), households=3)
    with pytest.raises(Refused, match=f"{YEAR} đã đóng"):
        latest.enrolment.move_to_field(people.security, by=people.nga, reason="Nhầm")
    # The year after is open.
    _settled(people, latest.enrolment, date(YEAR + 1, 3, 1), households=3)
    back(row, disks[0])
    assert latest.correct(by=people.minh, reason="Sai").state == "draft"
    proven()


def test_pages_open_for_those_who_may_see_them(people, disks, client):
    made = first_report()
    photo = made.photos().exclude(web_id__in=_shared()).first()
    address = made.get_absolute_url()
    large = reverse("photo", args=[photo.key, "web"])
    small = reverse("photo", args=[photo.key, "thumb"])
    row = archived(disks)
    models.QuerySet(FieldReport).update(created=datetime(YEAR, 7, 5, tzinfo=UTC))
    client.force_login(people.minh.user)
    page = client.get(address).content.decode()
    assert row.name in page
    assert "86" in page
    assert "Bà con góp công mở đường" in page
    assert photo.place_in_archive in page
    assert large not in page
    assert client.get(small).status_code == 200
    refused = client.get(large)
    assert refused.status_code == 409
    assert row.name in refused.content.decode()
    initiative = client.get(made.initiative.get_absolute_url())
    assert initiative.status_code == 200
    assert made.initiative.name in initiative.content.decode()
    assert made.initiative.name in client.get("/tim/?q=hien+dat").content.decode()
    # A neighbour sees neither, archived or not.
    client.force_login(people.lan.user)
    assert client.get(address).status_code == 404
    assert client.get(small).status_code == 404
    assert client.get(large).status_code == 404


def _shared() -> list[str]:
    seen: dict[str, int] = {}
    for photo in Photo.objects.all():
        seen[photo.web_id] = seen.get(photo.web_id, 0) + 1
    return [sha256 for sha256, n in seen.items() if n > 1]


def test_the_journal_says_where_the_rest_is(people, disks, client):
    row = archived(disks)
    client.force_login(people.world.an)
    page = client.get("/nhat-ky/").content.decode()
    assert row.name in page


def test_what_a_story_shows_stays(people, disks):
    made = first_report()
    photo = made.photos().exclude(web_id__in=_shared()).first()
    story = Story.objects.begin(made.initiative, by=people.minh)
    StoryPhoto.objects.create(story=story, photo=photo, caption="Đường", author="Minh", alt="Đường", order=1)
    row = archived(disks)
    photo.refresh_from_db()
    assert photo.archive == ""
    assert storage.path_of(photo.web_id).exists()
    assert row.files == 4


def test_one_picture_again_and_the_same_bytes_sent_again(people, disks):
    made = first_report()
    photo = made.photos().exclude(web_id__in=_shared()).first()
    row = archived(disks)
    photo.refresh_from_db()
    with pytest.raises(Refused, match=row.name):
        Photo.objects.again(photo, by=people.minh)
    # Sent anew, its bytes are here for both; bringing the year back finds them here.
    Photo.objects.store(picture(colour="green"), by=people.minh, owner=None)
    back(row, disks[0])
    assert not Blob.objects.exclude(kept_in="").exists()
    call_command("sweep_files")
    for sha256 in Blob.objects.filter(gone=False).values_list("pk", flat=True):
        assert storage.path_of(sha256).exists()


def test_what_was_erased_by_right_stays_erased(people, disks):
    photo = first_report().photos().exclude(web_id__in=_shared()).first()
    row = archived(disks)
    photo.refresh_from_db()
    photo.erase(people.minh, "Theo yêu cầu của người trong ảnh")
    assert back(row, disks[0]) == 3, "two copies, and the entry of its upload"
    assert not storage.path_of(photo.web_id).exists()
    told = Entry.objects.about(photo)
    assert {entry.verb for entry in told} == {"uploaded", "erased"}
    assert all(entry.words_erased_at for entry in told.filter(verb="uploaded"))
    proven()


def test_a_damaged_photo_does_not_hold_the_year_up(people, disks):
    sha256 = next(each for each in large_of(first_report()) if each not in _shared())
    path = storage.path_of(sha256)
    path.write_bytes(b"x" * path.stat().st_size)
    row = archived(disks)
    assert row.files == 5
    assert path.exists(), "what does not lie in the archive as it was is not taken out"
    assert not Blob.objects.get(pk=sha256).gone
    # A photo that is missing altogether is no reason either.
    back(row, disks[0])
    path.unlink()
    assert archived(disks).files == 5


def test_sealed(people, disks):
    _figures, tables, uploads = everything()
    row = archived(disks, passphrase=PASSPHRASE)
    assert row.name.endswith(".sealed.tar")
    with pytest.raises(Refused):
        back(row, disks[0])
    back(row, disks[0], passphrase=PASSPHRASE)
    assert files_in(storage.settings.DATA) == uploads
    assert differs(tables, digests_now()) == {"audit_entry"}


def test_a_file_that_was_changed_is_refused(people, disks):
    row = archived(disks)
    tables = digests_now()
    path = disks[0].path / row.name
    whole = path.read_bytes()
    with tarfile.open(path) as tar:
        middles = [member.offset_data + member.size // 2 for member in tar]
    for at in middles:
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 255]) + whole[at + 1 :])
        with pytest.raises(Refused):
            back(row, disks[0])
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(Refused):
        back(row, disks[0])
    assert digests_now() == tables
    back(row, disks[1])
    proven()


def test_an_archive_is_no_backup_and_a_backup_no_archive(people, disks, office):
    row = archived(disks)
    (result,) = backing_up.back_up([disks[0]], passphrase="")
    assert result.backup.good, result.backup.sentence
    with pytest.raises(Refused, match="không phải tệp lưu trữ năm"):
        archives.verify(disks[0], result.backup.name, "")
    with pytest.raises(Refused, match="không phải bản sao lưu"):
        restoring.restore(disks[0], row.name, office / "new", Address.read("", office / "new"))
    # The rule for backups passes it by.
    backing_up.back_up([disks[0]], passphrase="", by_rule=True)
    assert (disks[0].path / row.name).exists()


def test_killed_at_every_step_and_run_again(people, disks):
    """In a child that dies later and later, taking out and bringing back, until both came to their end."""
    before, tables, uploads = everything()
    for work in (lambda: archived(disks), lambda: back(YearArchive.objects.holding().get(), disks[0])):
        at, died = 0, True
        while died:
            at += 1
            died = dying(work, at)
            connections.close_all()
            assert figures() == before, at
            assert at < 200
        assert at > 3
    proven()
    assert files_in(storage.settings.DATA) == uploads
    assert differs(tables, digests_now()) <= {"audit_entry"}
    assert tables["audit_entry"].rows == Entry.objects.exclude(object_type="upkeep.yeararchive").count()


@pytest.mark.parametrize("state", ["taking", "returning"])
def test_broken_off_between_two_rows(people, disks, monkeypatch, state):
    """The journal in pieces of three, photos one by one; every piece is the last once."""
    _figures, tables, uploads = everything()
    monkeypatch.setattr(archiving, "ROWS_AT_ONCE", 3)
    monkeypatch.setattr(archiving, "FILES_AT_ONCE", 1)
    if state == "returning":
        archived(disks)
    tries, pieces, real = 0, 0, archiving.in_pieces

    def broken(things: Any, most: int) -> Any:
        nonlocal pieces
        for piece in real(things, most):
            yield piece
            pieces += most in (1, 3)
            if pieces == tries:
                raise KeyboardInterrupt

    monkeypatch.setattr(archiving, "in_pieces", broken)
    done = False
    while not done:
        tries, pieces = tries + 1, 0
        assert tries < 60
        try:
            if state == "taking":
                archived(disks)
            else:
                back(YearArchive.objects.holding().get(), disks[1])
            done = True
        except KeyboardInterrupt:
            assert YearArchive.objects.get(state=state)
            if state == "taking":
                assert next(archives.lines()).tone == RED
    assert tries > 3
    monkeypatch.setattr(archiving, "in_pieces", real)
    if state == "taking":
        back(YearArchive.objects.get(), disks[0])
    assert files_in(storage.settings.DATA) == uploads
    assert differs(tables, digests_now()) == {"audit_entry"}
    proven()


def test_half_taken_out_it_can_also_go_back(people, disks, monkeypatch):
    _figures, tables, uploads = everything()
    monkeypatch.setattr(archiving.Blob, "put_away", _dies)
    with pytest.raises(KeyboardInterrupt):
        archived(disks)
    row = YearArchive.objects.get()
    assert row.state == "taking"
    assert journal_of(YEAR) == 0
    back(row, disks[1])
    assert files_in(storage.settings.DATA) == uploads
    assert differs(tables, digests_now()) == {"audit_entry"}


def _dies(*args: Any) -> None:
    raise KeyboardInterrupt


def test_a_full_or_missing_disk_takes_nothing_out(people, disks, monkeypatch):
    tables = digests_now()
    disks[1].path.parent.mkdir(exist_ok=True)
    disks[1].path.write_text("no folder")
    with pytest.raises(Refused):
        archived(disks)
    assert YearArchive.objects.get().state == "dropped"
    assert not list(disks[0].path.glob("kheo-archive-*"))
    assert differs(tables, digests_now()) == {"audit_entry"}
    disks[1].path.unlink()
    assert archived(disks).state == "taken"


def test_a_power_cut_while_it_is_written_leaves_the_year_open_by_morning(people, disks, monkeypatch):
    row = YearArchive.objects.create(year=YEAR, name="kheo-archive-2025-x.tar")
    latest = first_report().versions.first()
    with pytest.raises(Refused):
        latest.correct(by=people.minh, reason="Sai")
    archives.every_night()
    row.refresh_from_db()
    assert row.state == "dropped"
    assert latest.correct(by=people.minh, reason="Sai").state == "draft"


def test_a_later_version_that_knows_more_of_an_entry_takes_it_back(people, disks, monkeypatch):
    """The file of today, read by a Kheo whose journal has one column more."""
    less = [each for each in archiving._columns() if each.attname != "about_unit_id"]
    monkeypatch.setattr(archiving, "_columns", lambda: less)
    row = archived(disks)
    monkeypatch.undo()
    back(row, disks[0])
    assert journal_of(YEAR) == row.entries
    monkeypatch.setattr(archiving, "_columns", lambda: less[:-1])
    with pytest.raises(Refused, match="words_erased_at"):
        archiving._standing([dict.fromkeys([each.attname for each in less], 1)])


def test_backup_restore_and_archive_together(people, disks, office):
    """The machine breaks after the archive was made: backup and archive together are the whole again."""
    before, _tables, uploads = everything()
    row = archived(disks)
    (result,) = backing_up.back_up([disks[0]], passphrase="")
    assert result.backup.outcome == "made", result.backup.sentence
    if connection.vendor != "sqlite":
        # Restored into the same schema it would take the tests' own away; the file's proof will do.
        assert result.backup.uploads == len(uploads) - 6
        return
    data = office / "another machine"
    restoring.restore(disks[0], result.backup.name, data, Address.read("", data))
    restoring.finish(data)
    done = _kheo(data, "archive", "back", str(disks[1].path / row.name))
    assert done.returncode == 0, done.stderr
    assert files_in(data) == uploads
    for each in ("verify", "tallies verify"):
        assert _kheo(data, *each.split()).returncode == 0
    told = _kheo(data, "figures", "--year", str(YEAR), "--by", "area", "--json", "--sample").stdout
    assert json.loads(told)["rows"] == json.loads(before[0])["rows"]


def _kheo(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "KHEO_DATA": str(data), "KHEO_SECRET_KEY": "x", "KHEO_DATABASE": ""}
    return subprocess.run(
        [sys.executable, "-m", "kheo", *words],
        env=environment,
        capture_output=True,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
        check=False,
    )


def test_killed_outright(people, disks, office):
    """kill -9 of the command itself at random moments; on SQLite, whose file another process can open."""
    if connection.vendor != "sqlite":
        pytest.skip("The tests' PostgreSQL database is not an office's; the tests above break off there too.")
    before, tables, uploads = everything()
    data = storage.settings.DATA
    connections.close_all()
    (data / "kheo.sqlite3").symlink_to(connection.settings_dict["NAME"])
    words = ["archive", str(YEAR), "--take-out", "--to", str(disks[0]), "--to", str(disks[1])]
    environment = {**os.environ, "KHEO_DATA": str(data), "KHEO_SECRET_KEY": "x", "KHEO_DATABASE": ""}
    for wait in (1.4, 1.8, 2.2):
        running = subprocess.Popen(
            [sys.executable, "-m", "kheo", *words],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=Path(__file__).resolve().parents[2],
        )
        time.sleep(wait)
        running.send_signal(signal.SIGKILL)
        running.wait()
    done = _kheo(data, *words)
    assert done.returncode == 0, done.stderr
    assert figures() == before
    row = YearArchive.objects.get(state="taken")
    done = _kheo(data, "archive", "back", row.name)
    assert done.returncode == 0, done.stderr
    assert files_in(data) == uploads
    assert differs(tables, digests_now()) == {"audit_entry"}


def test_the_command_tells_first_and_wants_two_places(people, disks):
    out, problems = StringIO(), StringIO()
    call_command("archive", str(YEAR), stdout=out, stderr=problems)
    assert "4 ảnh" in out.getvalue()
    assert "--take-out" in out.getvalue()
    assert not YearArchive.objects.exists()
    with pytest.raises(CommandError, match="hai nơi"):
        call_command("archive", str(YEAR), "--take-out", "--to", str(disks[0]))
    call_command("archive", str(YEAR), "--take-out", "--to", str(disks[0]), "--to", str(disks[1]), stdout=out)
    row = YearArchive.objects.get()
    assert row.name in out.getvalue()
    call_command("archive", "verify", str(disks[1].path / row.name), stdout=out)
    call_command("archive", "list", stdout=out)
    call_command("archive", str(YEAR), stdout=out)
    call_command("archive", "back", row.name, "--shrink", stdout=out)
    row.refresh_from_db()
    assert row.state == "back"
    with pytest.raises(CommandError, match="kheo archive back"):
        call_command("archive", "back")
    with pytest.raises(CommandError):
        call_command("archive", "hai nghìn")


def test_how_it_stands(people, disks, client):
    row = archived(disks)
    assert [line.tone for line in archives.lines()] == [GREEN]
    client.force_login(people.world.an)
    page = client.get("/he-thong/sao-luu/").content.decode()
    assert row.name in page
    assert str(disks[1]) in page
    ArchiveCopy.objects.update(verified_at=timezone.now() - timedelta(days=500))
    assert [line.tone for line in archives.lines()] == [AMBER]
    archives.verify(disks[0], row.name, "")
    assert [line.tone for line in archives.lines()] == [GREEN]
    path = disks[1].path / row.name
    path.write_bytes(path.read_bytes()[: row.bytes // 2])
    with pytest.raises(Refused):
        archives.verify(disks[1], row.name, "")
    assert [line.tone for line in archives.lines()] == [AMBER, GREEN]
    disks[0].path.joinpath(row.name).unlink()
    with pytest.raises(Refused):
        archives.verify(disks[0], row.name, "")
    assert {line.tone for line in archives.lines()} == {RED}
    # The office's people are not asked to look after it.
    client.force_login(people.minh.user)
    assert client.get("/he-thong/sao-luu/").status_code == 409
