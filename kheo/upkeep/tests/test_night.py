"""The night's work: each for itself, kept for the page."""

from datetime import timedelta

import pytest
from django.utils import timezone

from kheo.lib.nightly import Works
from kheo.lib.refusals import Refused
from kheo.upkeep import at_night, sources
from kheo.upkeep.status import AMBER, GREEN, RED


@pytest.fixture
def works(monkeypatch, settings, tmp_path):
    settings.RUN = tmp_path
    works = Works()
    monkeypatch.setattr(at_night, "nightly", works)
    monkeypatch.setattr(sources, "nightly", works)
    return works


@pytest.mark.django_db
def test_one_that_fails_stops_no_other(works, caplog):
    done = []

    def refuse():
        raise Refused("Ổ đĩa sao lưu chưa cắm.")

    def break_down():
        raise ValueError("0912345678")

    works.add("backup", "Sao lưu", refuse, 1)
    works.add("broken", "Hỏng", break_down, 2)
    works.add("last", "Cuối", lambda: done.append(1), 3)
    assert at_night.do_all(lambda words: None) is False
    assert done == [1]
    backup, broken = sources.night()
    assert backup.tone == RED
    assert "chưa cắm" in backup.said
    assert "0912345678" not in broken.said
    works.add("backup", "Sao lưu", lambda: None, 1)
    works.add("broken", "Hỏng", lambda: None, 2)
    assert at_night.do_all(lambda words: None) is True
    assert [line.tone for line in sources.night()] == [GREEN]


@pytest.mark.django_db
def test_a_failure_remembers_when_it_last_went_well(works):
    works.add("backup", "Sao lưu", lambda: None)
    at_night.do_all(lambda words: None)

    def refuse():
        raise Refused("no")

    works.add("backup", "Sao lưu", refuse)
    at_night.do_all(lambda words: None)
    (outcome,) = at_night.outcomes()
    assert not outcome.well
    assert outcome.well_on


@pytest.mark.django_db
def test_nights_that_were_slept_through_are_amber(works, monkeypatch):
    works.add("backup", "Sao lưu", lambda: None)
    at_night.do_all(lambda words: None)
    later = timezone.now() + timedelta(days=3)
    monkeypatch.setattr(sources.timezone, "now", lambda: later)
    assert [line.tone for line in sources.night()] == [AMBER]


def test_a_torn_file_of_outcomes_is_no_reason_to_fail(works, tmp_path):
    (tmp_path / "nightly.json").write_text('[{"na')
    assert at_night.outcomes() == []
