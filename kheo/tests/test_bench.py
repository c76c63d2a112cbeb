"""The harness of the benchmarks: what it says of a measured thing."""

import json
import os
import subprocess
import sys

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from kheo import bench
from kheo.bench import __main__, _served, _smaller, machine


@pytest.fixture
def registered(monkeypatch):
    # What registers when it is imported does so now, and not among those of a test.
    __main__.register_all()
    monkeypatch.setattr(bench, "REGISTERED", {})
    return bench.REGISTERED


def test_ranks_are_values_that_were_measured():
    assert bench.rank([1.0, 2.0, 3.0, 4.0], 0.5) == 2.0
    assert bench.rank([1.0, 2.0, 3.0, 4.0], 0.95) == 4.0
    assert bench.rank([5.0], 0.5) == 5.0


# Measured on grounds of their own, elsewhere.
OTHERS = ("text.", "crash", "offline.", "history.", "lists.", "machine.")


@pytest.mark.django_db
def test_a_benchmark_stands_beside_the_plain_way(registered):
    def ask(times):
        for _ in range(times):
            connection.cursor().execute("SELECT 1")

    @bench.bench(
        "sample", baseline=lambda world: ask(4), needs=lambda: "world", runs=3, conditions="three runs"
    )
    def measured(world):
        assert world == "world"
        ask(2)

    p50, p95, queries = bench.results(registered["sample"])
    assert (p50["name"], p95["name"], p50["unit"]) == ("sample.p50", "sample.p95", "ms")
    assert 0 < p50["value"] <= p95["value"]
    assert p50["ratio"] == p50["value"] / p50["baseline"]
    assert queries == {
        "name": "sample.queries",
        "value": 2,
        "unit": "queries",
        "baseline": 4,
        "ratio": 0.5,
        "conditions": "three runs",
    }


def test_the_database_named_is_the_one_measured_on(registered, monkeypatch, capsys):
    """What brings a PostgreSQL of its own says so, whatever Kheo runs on."""
    bench.telling("at_home")(lambda: [("n", 1.0, "rows", None)])
    bench.telling("brought", on=_served.DATABASE)(lambda: [("n", 1.0, "rows", None)])
    monkeypatch.setattr(connection, "vendor", "sqlite")
    monkeypatch.setattr("sys.argv", ["script/bench", "brought", "at_home", "--json"])
    __main__.main()
    said = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["name"]: line["conditions"].split(",")[0] for line in said} == {
        "brought.n": "postgresql", "at_home.n": "sqlite",
    }  # fmt: skip


def test_what_is_served_for_a_benchmark_is_on_postgresql():
    __main__.register_all()
    brought = {one.name: one.on for one in bench.REGISTERED.values() if one.on}
    assert set(brought.values()) == {_served.DATABASE}
    assert brought.keys() == {name for name in bench.REGISTERED if name.split(".")[0] in ("crash", "offline")}


@pytest.mark.django_db
def test_a_database_that_others_use_is_not_migrated(monkeypatch):
    done = []
    monkeypatch.setattr("django.core.management.call_command", lambda name, **how: done.append(name))
    bench.migrated()
    assert done == []
    recorded = MigrationRecorder(connection)
    graph = MigrationExecutor(connection).loader.graph
    recorded.record_unapplied(*graph.leaf_nodes("tallies")[0])
    with pytest.raises(SystemExit, match=r"older than the program: tallies .*\(kheo migrate\)"):
        bench.migrated()
    assert done == []
    # An empty one is nobody else's.
    recorded.migration_qs.all().delete()
    bench.migrated()
    assert done == ["migrate"]


def test_a_name_is_given_once(registered):
    bench.bench("sample")(len)
    with pytest.raises(ValueError, match="two benchmarks"):
        bench.bench("sample")(len)


@pytest.mark.django_db
def test_the_province_grows_and_every_page_of_it_opens(monkeypatch):
    """At a two-thousandth of its size: what is measured is what everyone sees, and nothing is timed here."""
    from kheo.bench import growth, pages
    from kheo.fieldwork.models import FieldReport
    from kheo.initiatives.models import Enrolment, Initiative
    from kheo.stories.models import Story
    from kheo.tallies import counting

    monkeypatch.setattr(growth, "HAMLETS", 1)
    monkeypatch.setattr(growth, "RARELY", 20)
    growth.found_and_grow(60, 240)
    world = growth.signed_in(60, 240)
    monkeypatch.setattr(pages, "world", lambda: world)

    assert (Initiative.objects.count(), FieldReport.objects.count()) == (60, 240)
    assert Story.objects.published().exists()
    assert counting.verify()[1] == []
    seen = {name: Enrolment.objects.visible_to(post).count() for name, post in world.posts.items()}
    assert seen["province"] == Enrolment.objects.count() > seen["busiest"] > seen["commune"]
    measured = [one for name, one in bench.REGISTERED.items() if not name.startswith(OTHERS)]
    assert {name.split(".")[0] for name in bench.REGISTERED} >= {
        "registrations", "initiatives", "reports", "search", "dashboard", "figures", "public",
    }  # fmt: skip
    for one in measured:
        one.work(world)
        if one.baseline:
            one.baseline(world)


@pytest.mark.django_db
def test_history_is_measured_on_a_small_nation(monkeypatch):
    """What is measured gives the right answer: each reading adds up to the plain one."""
    from kheo.bench import history

    monkeypatch.setattr(bench, "SCALE", 0.0003)
    monkeypatch.setattr(history, "PROVINCES", ("04",))
    at = history.ground()
    try:
        enrolled, told = history.plain(at)
        for read in (
            history.nation_as_was,
            history.nation_restated,
            history.province_as_was,
            history.province_restated,
        ):
            rows = read(at)
            assert sum(row.of("enrolled_new") + row.of("enrolled_continuing") for row in rows) == sum(
                row[-1] for row in enrolled
            )
            assert sum(row.of("people") for row in rows) == sum(row[-1] for row in told if row[1] == "people")
        # Some reports of the year were corrected later.
        people = sum(row[-1] for row in told if row[1] == "people")
        assert sum(row.of("people") for row in history.known_on(at)) not in (0, people)
        grown = {what: (value, beside) for what, value, _unit, beside in history.growth(at)}
        assert grown["rows_added"][0] > 0
        assert grown["nation"][0] > 0
        for name in ("list", "search", "initiative"):
            for who in ("commune", "province"):
                assert bench.REGISTERED[f"history.pages.{name}.{who}"].work(at).status_code == 200
    finally:
        history.ground.cache_clear()


SMALL_MACHINE = """
import django; django.setup()
from kheo import bench
from kheo.bench import __main__, history, machine
history.PROVINCES, bench.SCALE, bench.MEMORY = ("04",), 0.015, 700
machine.RUNS, machine.AT_ONCE, machine.ROUNDS, machine.SENT = 1, 2, 1, 10
# Measured on its own elsewhere; its reader alone takes ten seconds.
machine.reorganised = lambda small: iter(())
__main__.register_all()
import json
for line in bench.results(bench.REGISTERED["machine.small"]):
    print(json.dumps(line))
"""


@pytest.fixture
def small_machine():
    try:
        with _smaller.smaller(64 * _smaller.MB) as made:
            yield made
    except _smaller.NotHere as why:
        pytest.skip(str(why))


def test_a_small_machine_has_no_more_than_it_is_given(small_machine):
    """What a program takes is seen; one that takes more than there is is ended, and counted."""
    fits, too_much = (f"x = bytearray({n} * 1024 * 1024); import time; time.sleep(0.5)" for n in (20, 200))
    subprocess.run(small_machine.command(sys.executable, "-c", fits), check=True)
    assert 20 < small_machine.most() / _smaller.MB < 64
    assert small_machine.killed == 0
    assert subprocess.run(small_machine.command(sys.executable, "-c", too_much), check=False).returncode != 0
    assert small_machine.killed == 1
    assert small_machine.peak <= 64 * _smaller.MB


def test_the_old_pc_at_a_tiny_size(small_machine, tmp_path):
    """The whole story, each process of it inside: made, opened, a phone, a backup."""
    environment = {**os.environ, "KHEO_DATA": str(tmp_path), "KHEO_SECRET_KEY": "x"}
    environment |= {"DJANGO_SETTINGS_MODULE": "kheo.settings", "KHEO_DATABASE": ""}
    done = subprocess.run(
        [sys.executable, "-c", SMALL_MACHINE], env=environment, cwd=_served.ROOT,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    told = {line["name"]: line["value"] for line in map(json.loads, done.stdout.splitlines())}
    assert told["machine.small.killed"] == told["machine.small.at_once.failed"] == 0
    assert told["machine.small.heaviest_at_once.failed"] == 0
    assert 0 < told["machine.small.public_home.p50"] <= told["machine.small.public_home.p95"]
    assert 50 < told["machine.small.worker"] < 200
    assert 50 < told["machine.small.heaviest_at_once.worker"] < 200
    assert told["machine.small.phone.refused"] == 0
    assert told["machine.small.make.programs"] < told["machine.small.peak"] < 700


def test_where_no_small_machine_can_be_made_a_sentence_says_why(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(_smaller, "_parent", lambda: (tmp_path / "nowhere", 2))
    monkeypatch.setattr(connection, "vendor", "sqlite")
    assert list(machine.small()) == []
    assert "needs root and a memory cgroup that may be written" in capsys.readouterr().err
    assert list(machine.nation()) == []
    assert "with --postgres" in capsys.readouterr().err
