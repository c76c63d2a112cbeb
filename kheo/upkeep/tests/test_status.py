"""An looks at the state of the system; nobody else may."""

import shutil

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kheo.units.tests.cast import cast
from kheo.upkeep import status as room
from kheo.upkeep.status import AMBER, GREEN, RED, Line, Status, gravest

GIB = 1024**3


@pytest.fixture
def people(db):
    return cast()


def full(free):
    return lambda folder: shutil._ntuple_diskusage(100 * GIB, 100 * GIB - free, free)


def test_an_sees_the_disk_and_the_database(client, people, settings):
    client.force_login(people.an)
    page = client.get("/he-thong/").content.decode()
    assert "Ổ đĩa" in page
    assert "Cơ sở dữ liệu" in page
    assert {"sqlite": "SQLite", "postgresql": "PostgreSQL"}[connection.vendor] in page


@pytest.mark.parametrize("who", ["minh", "duc", "hoa", "binh"])
def test_others_are_refused_in_a_sentence(client, people, who):
    client.force_login(getattr(people, who))
    answer = client.get("/he-thong/")
    assert answer.status_code == 409
    assert "quản trị hệ thống" in answer.content.decode()


def test_a_full_disk_is_red_on_the_page_and_on_the_first_page(client, people, monkeypatch):
    monkeypatch.setattr("kheo.upkeep.sources.shutil.disk_usage", full(GIB // 2))
    client.force_login(people.an)
    assert "status--warn" in client.get("/he-thong/").content.decode()
    assert "Hệ thống cần đồng chí" in client.get("/viec-cua-toi/").content.decode()
    client.force_login(people.hoa)
    assert "Hệ thống cần đồng chí" not in client.get("/viec-cua-toi/").content.decode()


def test_the_first_page_says_nothing_while_nothing_is_red(client, people, monkeypatch):
    monkeypatch.setattr("kheo.upkeep.sources.shutil.disk_usage", full(50 * GIB))
    client.force_login(people.an)
    assert "Hệ thống cần đồng chí" not in client.get("/viec-cua-toi/").content.decode()


def test_a_source_that_fails_is_a_red_line_and_the_others_still_speak():
    def broken():
        raise OSError("gone")

    state = Status()
    state.add("broken", "Broken", broken, 1)
    state.add("well", "Well", lambda: [Line(GREEN, "well")], 2)
    (_, first, lines), (_, second, _) = state.sections()
    assert (first, second) == (RED, GREEN)
    assert lines[0].todo


def test_the_gravest_tone_counts():
    assert gravest([Line(GREEN, ""), Line(AMBER, "")]) == AMBER
    assert gravest([Line(AMBER, ""), Line(RED, ""), Line(GREEN, "")]) == RED


def test_the_page_asks_as_much_whatever_there_is(client, people):
    client.force_login(people.an)
    client.get("/he-thong/")
    with CaptureQueriesContext(connection) as first:
        client.get("/he-thong/")
    room.status.red()
    with CaptureQueriesContext(connection) as second:
        client.get("/he-thong/")
    assert len(first) == len(second)
