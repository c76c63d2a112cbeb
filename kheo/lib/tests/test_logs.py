"""One line each, with what to do, and nothing about people."""

import errno
import json
import logging
import sqlite3
import sys

import pytest
from django.db import IntegrityError, OperationalError

from kheo.lib.logs import FaultKeeper, OneLine, kind_of


def record_of(error, message="Sổ hỏng\ntại %s"):
    try:
        raise error
    except type(error):
        return logging.LogRecord(
            "kheo.x", logging.ERROR, __file__, 1, message, ("trang",), sys.exc_info(), "f"
        )


def test_an_error_is_one_line_with_its_remedy(monkeypatch):
    monkeypatch.delenv("JOURNAL_STREAM", raising=False)
    line = OneLine().format(record_of(OSError(errno.ENOSPC, "No space left")))
    assert "\n" not in line
    assert "Sổ hỏng tại trang" in line
    assert "df -h" in line


def test_what_somebody_typed_is_not_repeated():
    error = IntegrityError("duplicate key\nDETAIL:  Key (phone)=(+84912345678) already exists.")
    line = OneLine().format(record_of(error))
    assert "912345678" not in line
    assert "IntegrityError" in line
    assert "912345678" not in OneLine().format(record_of(ValueError("+84912345678")))


def test_the_journal_of_systemd_learns_how_grave_it_is(monkeypatch):
    monkeypatch.setenv("JOURNAL_STREAM", "8:1")
    assert OneLine().format(record_of(ValueError())).startswith("<3>ERROR")


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (OSError(errno.ENOSPC, ""), "disk"),
        (OperationalError("database is locked"), "locked"),
        (OperationalError("database or disk is full"), "disk"),
        (sqlite3.DatabaseError("database disk image is malformed"), "damaged"),
        (OperationalError("connection to server at 127.0.0.1 failed"), "database"),
        (OperationalError("attempt to write a readonly database"), "forbidden"),
        (PermissionError(errno.EACCES, ""), "forbidden"),
        (MemoryError(), "memory"),
        (TimeoutError(), "network"),
        (ValueError("x"), "fault"),
        (None, "fault"),
    ],
)
def test_causes_are_known_apart(error, kind):
    assert kind_of(error) == kind


def test_what_is_kept_holds_no_words(tmp_path):
    keeper = FaultKeeper(tmp_path)
    keeper.emit(record_of(ValueError("0912345678")))
    text = (tmp_path / "faults.jsonl").read_text()
    assert "0912345678" not in text
    assert json.loads(text)["what"] == "ValueError"


def test_what_is_kept_does_not_grow_for_ever(tmp_path, monkeypatch):
    monkeypatch.setattr("kheo.lib.logs.ROOM_FOR_FAULTS", 1000)
    keeper = FaultKeeper(tmp_path)
    for _time in range(50):
        keeper.emit(record_of(ValueError()))
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 2500


def test_a_disk_that_takes_nothing_stops_nobody(tmp_path):
    (tmp_path / "file").touch()
    FaultKeeper(tmp_path / "file").emit(record_of(ValueError()))
