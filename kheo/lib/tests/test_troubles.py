"""A command on a machine that lacks something ends with one sentence, not with the inside of the program."""

import errno
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from django.db import DatabaseError, OperationalError
from django.utils import translation

from kheo.lib import troubles
from kheo.lib.configuration import STOPPED

ROOT = Path(__file__).resolve().parent.parent.parent.parent


def kheo(*arguments, **environment):
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KHEO_")}
    done = subprocess.run(
        [sys.executable, "-m", "kheo", *arguments],
        cwd=ROOT,
        env={**kept, "KHEO_SECRET_KEY": "k" * 50, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert len(done.stderr.strip().splitlines()) == 1, done.stderr
    return done


@pytest.mark.parametrize(
    "command", ["migrate", "backup", "backup list", "backup verify x.tar", "archive 2021"]
)
def test_an_installation_without_its_folder(tmp_path, command):
    (tmp_path / "kheo.env").write_text(f"KHEO_DATA={tmp_path}/gone\n")
    done = kheo(*command.split(), KHEO_SETTINGS=f"{tmp_path}/kheo.env")
    assert done.returncode == 1
    assert f"Không có thư mục dữ liệu {tmp_path}/gone." in done.stderr
    assert not (tmp_path / "gone").exists()


@pytest.mark.parametrize("command", ["verify", "backup", "tallies verify", "figures --year 2024"])
def test_an_empty_database(tmp_path, command):
    done = kheo(*command.split(), KHEO_DATA=str(tmp_path))
    assert done.returncode == 1
    assert "Hãy chạy kheo migrate" in done.stderr


def test_nothing_is_served_from_an_empty_database(tmp_path):
    done = kheo("serve", "--port", "1", KHEO_DATA=str(tmp_path))
    assert done.returncode == STOPPED
    assert "Hãy chạy kheo migrate" in done.stderr


@pytest.mark.parametrize("command", ["serve --port 1", "migrate", "archive 2021", "areas load"])
def test_nobody_answers_for_postgresql(tmp_path, command):
    address = "postgres://kheo:mat-khau@127.0.0.1:9/kheo"
    done = kheo(*command.split(), KHEO_DATA=str(tmp_path), KHEO_DATABASE=address)
    assert done.returncode == 1
    assert "PostgreSQL không trả lời ở 127.0.0.1:9" in done.stderr
    assert "mat-khau" not in done.stderr


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "tệp").write_text("")
    done = kheo("migrate", KHEO_DATA=str(tmp_path / "tệp" / "dữ liệu"))
    assert done.returncode == STOPPED
    assert str(tmp_path / "tệp") in done.stderr


def caused(error, cause):
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("database or disk is full", "is full"),
        ("attempt to write a readonly database", "by this user"),
        ("unable to open database file", "by this user"),
        ("database is locked", "Wait until it ends"),
        ("no such column: x.y", "kheo migrate"),
        ("file is not a database", "kheo restore"),
    ],
)
def test_what_sqlite_says(monkeypatch, tmp_path, said, told):
    here = SimpleNamespace(vendor="sqlite", settings_dict={"NAME": str(tmp_path / "kheo.sqlite3")})
    monkeypatch.setattr(troubles, "connection", here)
    with translation.override("en"):
        assert told in troubles.sentence(caused(OperationalError(said), sqlite3.OperationalError(said)))
        assert troubles.sentence(OperationalError("near “X”: syntax error")) is None


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ('FATAL:  password authentication failed for user "kheo"', "the user or the password"),
        ('FATAL:  database "kheo" does not exist', "has no database kheo"),
        ("FATAL:  xác thực không thành công", "xác thực không thành công"),
        ("failed to resolve host 'db.vn': Name or service not known", "does not answer at db.vn:5432"),
    ],
)
def test_what_postgresql_says_at_the_door(monkeypatch, said, told):
    there = {"HOST": "db.vn", "PORT": "", "NAME": "kheo"}
    here = SimpleNamespace(vendor="postgresql", settings_dict=there, connection=None)
    monkeypatch.setattr(troubles, "connection", here)
    with translation.override("en"):
        assert told in troubles.sentence(OperationalError(f"connection failed: {said}"))
        full = caused(DatabaseError("…"), psycopg.errors.DiskFull("…"))
        assert "disk of PostgreSQL at db.vn:5432 is full" in troubles.sentence(full)
        assert troubles.sentence(caused(DatabaseError("…"), psycopg.errors.DivisionByZero("…"))) is None


def test_what_a_file_says():
    with translation.override("en"):
        assert "/d/x cannot be read or written" in troubles.sentence(
            PermissionError(errno.EACCES, "…", "/d/x")
        )
        assert "holds /d/x is full" in troubles.sentence(OSError(errno.ENOSPC, "…", "/d/x"))
        # A mistake of the program stays one.
        assert troubles.sentence(OSError(errno.EBADF, "…")) is None
        assert troubles.sentence(ValueError("…")) is None
