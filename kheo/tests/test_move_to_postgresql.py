"""The office grew: the administrator An moves Kheo from its SQLite file to PostgreSQL, on a bad day."""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from kheo.lib.refusals import Refused
from kheo.tests.demonstration import PLAYED
from kheo.upkeep import digests, locks, moving
from kheo.upkeep.address import Address

ROOT = Path(settings.ROOT)
FIGURES = ("figures", "--year", "2021", "--by", "area", "--structure", "today", "--sample", "--json")

pytestmark = pytest.mark.skipif(
    connection.vendor != "sqlite", reason="What moves is a file of SQLite; the demonstration is one there."
)


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """A PostgreSQL beside the tests; its address."""
    if subprocess.run([ROOT / "script/with-postgres", "--programs"], capture_output=True).returncode:
        assert not os.environ.get("CI"), "PostgreSQL is missing."
        pytest.skip("PostgreSQL is not installed.")
    running = subprocess.Popen(
        [ROOT / "script/with-postgres", "sh", "-c", 'echo "$KHEO_DATABASE"; cat >/dev/null'],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert running.stdin
    assert running.stdout
    yield running.stdout.readline().strip()
    running.stdin.close()
    running.wait(timeout=60)


@pytest.fixture
def target(server: str, request: pytest.FixtureRequest) -> str:
    """An empty database on it."""
    name = f"kheo_{abs(hash(request.node.name)):x}"
    with psycopg.connect(server, autocommit=True) as said:
        said.execute(f"CREATE DATABASE {name}")
    return urlsplit(server)._replace(path=f"/{name}").geturl()


@pytest.fixture
def office(played: Path, tmp_path: Path) -> Path:
    """The demonstration as an office's data folder."""
    assert PLAYED in str(played)
    return Path(shutil.copytree(played, tmp_path / "office"))


def kheo(data: Path, *command: str, database: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "KHEO_DATA": str(data), "KHEO_DATABASE": database, **more}
    return subprocess.run(
        [sys.executable, "-m", "kheo", *command],
        env=environment,
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )


def killed(data: Path, target: str, moment: Callable[[], bool]) -> None:
    """Start the move and kill it outright as soon as the moment has come."""
    environment = {**os.environ, "KHEO_DATA": str(data), "KHEO_DATABASE": ""}
    running = subprocess.Popen(
        [sys.executable, "-m", "kheo", "move", target],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    until = time.monotonic() + 120
    while not moment():
        assert running.poll() is None, "It had ended before the moment came."
        assert time.monotonic() < until
        time.sleep(0.005)
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()


def test_refused_mended_and_broken_off_three_times_it_moves_everything_and_proves_it(office, target, server):
    # A name longer than PostgreSQL takes, which SQLite let in.
    with closing(sqlite3.connect(office / "kheo.sqlite3")) as source, source:
        source.execute("UPDATE accounts_user SET full_name = ? WHERE username = 'minh'", ["Minh" * 500])
    refused = kheo(office, "move", target)
    assert refused.returncode == 1
    assert "accounts_user" in refused.stderr
    with closing(sqlite3.connect(office / "kheo.sqlite3")) as source, source:
        source.execute("UPDATE accounts_user SET full_name = 'Lô Văn Minh' WHERE username = 'minh'")
    before = digests.of_sqlite(office / "kheo.sqlite3", leave_out=moving.OWN_COLUMNS)
    figures = kheo(office, *FIGURES).stdout

    def has(query: str) -> Callable[[], bool]:
        def ask() -> bool:
            try:
                with psycopg.connect(target) as into:
                    row = into.execute(query).fetchone()
                    return bool(row and row[0])
            except psycopg.Error:
                return False

        return ask

    def reached(step: str) -> Callable[[], bool]:
        return lambda: (plan := moving.Plan.found(office)) is not None and plan.step == step

    # While the old tables go and new ones are made, while rows are copied, while indexes are built.
    killed(office, target, has("SELECT to_regclass('public.accounts_user') IS NULL"))
    killed(office, target, has("SELECT EXISTS (SELECT 1 FROM accounts_user)"))
    killed(office, target, reached("dressing"))
    # Half of it does not pass for an installation.
    assert kheo(office, "migrate", "--check", database=target).returncode

    done = kheo(office, "move", target)
    assert done.returncode == 0, done.stderr
    assert "mọi mã kiểm tra khớp" in done.stdout
    assert urlsplit(target).password not in done.stdout
    (aside,) = office.glob("before-postgresql-*")
    assert [path.name for path in aside.iterdir()] == ["kheo.sqlite3"]
    assert not (office / "kheo.sqlite3").exists()
    assert not (office / "moving").exists()
    with closing(Address.read(target, office).connect()) as into:
        after = digests.of_postgresql(into, leave_out=moving.OWN_COLUMNS)
    # Nothing but the line in the journal and what it tells of.
    assert set(digests.differing(before, after)) == {"audit_entry", "upkeep_databasemove"}
    assert after["audit_entry"].rows == before["audit_entry"].rows + 1
    assert kheo(office, *FIGURES, database=target).stdout == figures
    assert '"rows": [' in figures
    for proof in (["verify"], ["tallies", "verify"]):
        assert kheo(office, *proof, database=target).returncode == 0

    # It is built like one that migrations made, and the next row gets a number of its own.
    plain = urlsplit(server)._replace(path="/plain").geturl()
    with psycopg.connect(server, autocommit=True) as said:
        said.execute("CREATE DATABASE plain")
    assert kheo(office, "migrate", "--verbosity=0", database=plain).returncode == 0
    assert _shape(target) == _shape(plain)
    with psycopg.connect(target) as into:
        highest, following = into.execute(
            "SELECT max(id), nextval(pg_get_serial_sequence('accounts_user', 'id')) FROM accounts_user"
        ).fetchone()
    assert following == highest + 1


def _shape(address: str) -> list[Any]:
    """Constraints, indexes and triggers, without the casts and brackets that PostgreSQL writes either way."""
    with psycopg.connect(address) as database:
        return [
            [re.sub(r"::(character varying|text)|[()\[\]]", "", str(row)) for row in database.execute(query)]
            for query in (
                "SELECT conrelid::regclass::text, conname, convalidated, pg_get_constraintdef(oid) "
                "FROM pg_constraint WHERE connamespace = 'public'::regnamespace ORDER BY 1, 2",
                "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
                "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2",
            )
        ]


class TestRefused:
    """Each says what to do, and the SQLite file is what it was."""

    def refusal(self, data: Path, target: str) -> str:
        before = digests.of_sqlite(data / "kheo.sqlite3")
        with pytest.raises(Refused) as refused:
            moving.move(data, Address.read(target, data), target)
        assert digests.of_sqlite(data / "kheo.sqlite3") == before
        return str(refused.value)

    def test_where_something_stands_already(self, office, target):
        with psycopg.connect(target) as into:
            into.execute("CREATE TABLE ledger (id int)")
        assert "createdb" in self.refusal(office, target)

    def test_while_kheo_runs(self, office, target):
        held = locks.present(office)
        try:
            assert "systemctl stop" in self.refusal(office, target)
        finally:
            os.close(held)

    def test_into_sqlite(self, office):
        assert "postgres://" in self.refusal(office, "")

    def test_a_database_that_does_not_answer(self, office):
        assert "KHEO_DATABASE" in self.refusal(office, "postgres://kheo:x@127.0.0.1:1/kheo")

    def test_an_older_database(self, office, target):
        with closing(sqlite3.connect(office / "kheo.sqlite3")) as source, source:
            source.execute("DELETE FROM django_migrations WHERE app = 'upkeep' AND name LIKE '0003%'")
        assert "kheo migrate" in self.refusal(office, target)

    def test_a_row_that_points_nowhere(self, office, target):
        with closing(sqlite3.connect(office / "kheo.sqlite3")) as source, source:
            source.execute(
                "UPDATE places_area SET parent_id = 99999999 WHERE id = (SELECT max(id) FROM places_area)"
            )
        assert "places_area" in self.refusal(office, target)

    def test_a_proof_that_finds_a_difference(self, office, monkeypatch):
        said = iter(["2026 row 1\n", "2026 row 2\n"])
        monkeypatch.setattr(moving, "run", lambda *arguments: next(said))
        with pytest.raises(Refused, match="2026 row 1"):
            moving._compare_figures(office, "postgres://kheo@nowhere/kheo")
