"""An old PC: the same work where little memory is, real limits and all.

    script/bench machine.small                    the nation at 0.02 on SQLite, one office's machine of 1 GB
    script/bench machine.nation --postgres        the nation on PostgreSQL, in 4 GB
    script/bench machine.small --memory 2048      another size, in MB

Everything runs as an office runs it, in a memory cgroup: `kheo serve` with its worker, PostgreSQL, commands.
Only who asks is outside. `--scale` is of the full size of each. With KHEO_DATA, and KHEO_DATABASE, a nation
of that size is used again; what `machine.nation` finds in one is only read.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from urllib.parse import urlencode

from django.conf import settings
from django.db import connection, connections
from django.urls import reverse

from kheo import bench
from kheo.bench import Told, _served, history, rank, telling
from kheo.bench._smaller import MB, NotHere, Smaller, smaller
from kheo.initiatives.models import Enrolment
from kheo.offline.models import Phone
from kheo.plans.models import Movement

# Of the nation.
SMALL = 0.02
SEED = 1
# How often each page is opened one after the other; by how many at once afterwards, and how often by each.
RUNS, AT_ONCE, ROUNDS = 20, 8, 2
# What reads most: opened at once on its own as well.
HEAVIEST = ("home", "overview", "half_year")
SENT = 40


def conditions(what: str, memory: int) -> Callable[[], str]:
    return lambda: (
        f"{what}; in a memory cgroup of {bench.MEMORY or memory} MB, kheo serve and its worker as installed; "
        f"pages one after the other, then {AT_ONCE} at once"
    )


@telling("machine.small", conditions=conditions("a made-up nation at scale 0.02 on SQLite", 1024))
def small() -> Iterator[Told]:
    """An office's PC: the nation is made on it, read, written to by a phone, backed up and reorganised."""
    if connection.vendor != "sqlite":
        say("machine.small is measured on SQLite: without --postgres and KHEO_DATABASE.")
        return
    with limited(1024, SMALL) as machine:
        if machine is None:
            return
        yield from made(machine)
        yield from served(machine, [*settings.DATA.glob("kheo.sqlite3*")], at_work)
        yield from whole(machine)


@telling("machine.nation", conditions=conditions("a made-up nation on PostgreSQL", 4096))
def nation() -> Iterator[Told]:
    """PostgreSQL with the whole nation, and Kheo, both in the same small machine; only read."""
    if connection.vendor != "postgresql":
        say("machine.nation is measured on PostgreSQL: with --postgres, or an address in KHEO_DATABASE.")
        return
    history.ground()
    with limited(4096, 1.0) as machine:
        if machine is None:
            return
        try:
            cluster, holding, files = postgresql()
        except OSError as failed:
            say(f"machine.nation needs a PostgreSQL on this machine, and root: {failed}.")
            return
        machine.take(cluster, holding)
        yield from served(machine, files)
        yield from whole(machine)


@contextlib.contextmanager
def limited(memory: int, of_the_nation: float) -> Iterator[Smaller | None]:
    """The machine, and the size of the nation on it; None, said in a sentence, where there can be none."""
    scale = bench.SCALE
    try:
        with smaller((bench.MEMORY or memory) * MB) as machine:
            bench.SCALE = scale * of_the_nation
            yield machine
    except NotHere as why:
        say(str(why))
        yield None
    finally:
        bench.SCALE = scale
        history.ground.cache_clear()


def say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


def used(machine: Smaller, faults: int) -> Iterator[Told]:
    """What a piece of work took, beside what the machine has."""
    yield "programs", machine.most() / MB, "MB of programs", None
    yield "faults", machine.faults - faults, "major page faults", None


def named(name: str, told: Iterable[Told]) -> Iterator[Told]:
    for what, *rest in told:
        yield f"{name}.{what}", *rest  # type: ignore[misc]


def whole(machine: Smaller) -> Iterator[Told]:
    yield "peak", machine.peak / MB, "MB, files included", None
    yield "killed", machine.killed, "processes ended for want of memory", None
    yield "faults", machine.faults, "major page faults", None


# What is done on it


def made(machine: Smaller) -> Iterator[Told]:
    bench.migrated()
    if Movement.objects.filter(code=history.nation.CODE).exists():
        return
    machine.most()
    faults, begun = machine.faults, time.monotonic()
    provinces = [word for code in history.PROVINCES for word in ("--province", code)]
    inside(
        machine,
        "-m",
        "kheo",
        "sample",
        "nation",
        "--seed",
        str(SEED),
        "--scale",
        str(bench.SCALE),
        *provinces,
    )
    yield "make.seconds", time.monotonic() - begun, "s", None
    yield from named("make", used(machine, faults))


def inside(machine: Smaller, *words: str) -> str:
    done = subprocess.run(  # noqa: S603
        machine.command(sys.executable, *words), cwd=_served.ROOT, env=environment(), capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stderr[-2000:]}")
    return done.stdout


def environment() -> dict[str, str]:
    return {**os.environ, "KHEO_DATA": str(settings.DATA), "KHEO_SECRET_KEY": settings.SECRET_KEY}


def served(
    machine: Smaller, files: Iterable[Path], then: Callable[..., Iterator[Told]] | None = None
) -> Iterator[Told]:
    """Pages cold, warm and by many at once, and what else is done while it answers."""
    at = history.ground()
    connections.close_all()
    machine.forget_files(files)
    machine.most()
    port = _served.free_port()
    command = machine.command(sys.executable, "-m", "kheo", "serve", "--port", str(port))
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(  # noqa: S603
            [*_served.WITH_US, "TERM", *command],
            cwd=_served.ROOT, env=environment(), stdout=log, stderr=log,
        )  # fmt: skip
        try:
            _served.wait_for(lambda: _answers(port), 120)
            yield from named("idle", (("programs", machine.in_use / MB, "MB of programs", None),))
            faults = machine.faults
            yield from pages(at, port)
            yield from named("pages", used(machine, faults))
            yield "worker", worker(server.pid), "MB of the process that answers", None
            every = addresses(at)
            heaviest = {name: page for name, page in every.items() if name.split(".")[0] in HEAVIEST}
            for of_these, chosen in (("at_once", every), ("heaviest_at_once", heaviest)):
                faults = machine.faults
                yield from named(of_these, many(at, port, list(chosen.values())))
                yield from named(of_these, used(machine, faults))
                yield f"{of_these}.worker", worker(server.pid), "MB of the process that answers", None
            if then is not None:
                yield from then(machine, at, port)
        finally:
            beside = _served.children(server.pid)
            server.terminate()
            server.wait(60)
            # The worker ends after it; until then the folder is not left alone.
            _served.wait_for(lambda: not any(map(_served.resident, beside)), 60)


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError):
        urllib.request.urlopen(f"http://127.0.0.1:{port}{reverse('account_login')}", timeout=60).close()
        return True
    return False


def worker(server: int) -> float:
    """The most memory of its own that one process that answers holds, files aside."""
    most = 0
    for pid in _served.children(server):
        with contextlib.suppress(*_served.ENDING):
            if "serve" in Path(f"/proc/{pid}/cmdline").read_text():
                lines = Path(f"/proc/{pid}/status").read_text().splitlines()
                most = max(most, *(int(line.split()[1]) for line in lines if line.startswith("RssAnon")))
    return most / 1024


def addresses(at: history.Ground) -> dict[str, tuple[str, str]]:
    """What is opened, by its name: who asks, and for which page."""
    of_all = {
        "home": reverse("home"),
        "initiatives": reverse("initiative_list"),
        "registrations": reverse("enrolment_list"),
        "reports": reverse("field_report_list"),
        "initiative": reverse("initiative", args=[at.initiative]),
        "search": f"{reverse('search')}?{urlencode({'q': history.COMMON})}",
        "overview": f"{reverse('dashboard')}?year={history.YEAR.first.year}",
        "half_year": reverse("half_year"),
    }
    found = {f"{name}.{who}": (who, url) for who in at.people for name, url in of_all.items()}
    found["map.province"] = ("province", reverse("structures_map", args=[at.now.pk]))
    for name in ("public_home", "public_list", "public_map"):
        found[name] = ("", reverse(name))
    return found


def opened(at: history.Ground, port: int, who: str, url: str) -> float:
    """Milliseconds until the whole page was there."""
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{url}")
    if who:
        asked.add_header("Cookie", f"sessionid={at.people[who].cookies['sessionid'].value}")
    begun = time.perf_counter()
    with urllib.request.urlopen(asked, timeout=120) as answer:  # noqa: S310
        answer.read()
        if reverse("account_login") in answer.url:
            raise RuntimeError(f"{who} is not signed in.")
    return (time.perf_counter() - begun) * 1e3


def pages(at: history.Ground, port: int) -> Iterator[Told]:
    """Each page: the first time, when nothing was in memory, and p50 and p95 of the times after."""
    chosen = addresses(at)
    for name, page in chosen.items():
        yield f"{name}.first", opened(at, port, *page), "ms", None
    warm: dict[str, list[float]] = {name: [] for name in chosen}
    for _time in range(RUNS):
        for name, page in chosen.items():
            # What is slow is not run to the end, as everywhere.
            if len(warm[name]) < bench.FEWEST or sum(warm[name]) < bench.LONGEST:
                warm[name].append(opened(at, port, *page))
    for name, taken in warm.items():
        taken.sort()
        yield f"{name}.p50", rank(taken, 0.50), "ms", None
        yield f"{name}.p95", rank(taken, 0.95), "ms", None


def many(at: history.Ground, port: int, chosen: list[tuple[str, str]]) -> Iterator[Told]:
    """Pages by several at once, who begin at different ones."""
    taken, failed = list[float](), list[str]()

    def go_round(number: int) -> None:
        first = number * len(chosen) // AT_ONCE
        for page in (chosen[first:] + chosen[:first]) * ROUNDS:
            try:
                taken.append(opened(at, port, *page))
            except OSError as why:
                failed.append(f"{page}: {why}")

    begun = time.monotonic()
    visitors = [threading.Thread(target=go_round, args=(n,)) for n in range(AT_ONCE)]
    for each in visitors:
        each.start()
    for each in visitors:
        each.join()
    if failed:
        say(failed[0])
    taken.sort()
    yield "p50", rank(taken, 0.50), "ms", None
    yield "p95", rank(taken, 0.95), "ms", None
    yield "rate", len(taken) / (time.monotonic() - begun), "pages/s", None
    yield "failed", len(failed), "pages", None


def at_work(machine: Smaller, at: history.Ground, port: int) -> Iterator[Told]:
    """A phone fetches its pack and hands in reports, a backup is made, communes are reorganised."""
    faults = machine.faults
    yield from named("phone", phone(at, port))
    yield from named("phone", used(machine, faults))
    faults, begun = machine.faults, time.monotonic()
    with tempfile.TemporaryDirectory(prefix="kheo-backup.") as there:
        inside(machine, "-m", "kheo", "backup", "--to", there)
    yield "backup.seconds", time.monotonic() - begun, "s", None
    yield from named("backup", used(machine, faults))
    faults = machine.faults
    yield from named("reorganise", reorganised(machine))
    yield from named("reorganise", used(machine, faults))


def phone(at: history.Ground, port: int) -> Iterator[Told]:
    post = at.posts["commune"]
    registered, secret = Phone.objects.register(post.user, name="Android · Chrome")
    key = f"Kheo {registered.pk}.{secret}"
    running = Enrolment.objects.filter(
        initiative__owner=post.unit, initiative__state="running", year=2026
    ).order_by("pk")
    initiatives = list(running.values_list("initiative", flat=True)[:100])
    connections.close_all()
    asked = urllib.request.Request(
        f"http://127.0.0.1:{port}{reverse('phone_pack')}",
        data=json.dumps({"as": post.pk, "have": {}}).encode(),
        headers={"Authorization": key, "Content-Type": "application/json"},
    )
    begun = time.perf_counter()
    with urllib.request.urlopen(asked, timeout=120) as answer:  # noqa: S310
        size = len(answer.read())
    yield "pack", (time.perf_counter() - begun) * 1e3, "ms", None
    yield "pack.size", size / 1000, "KB", None
    if not initiatives:
        return
    orders = {
        "port": port, "phones": [{"key": key, "post": post.pk, "initiatives": initiatives}], "connections": 1,
        "work": "batch", "size": 10, "until": SENT, "seconds": 120,
    }  # fmt: skip
    told = json.loads(
        subprocess.run(
            [sys.executable, "-m", "kheo.bench._phones"], cwd=_served.ROOT, env=environment(),
            input=json.dumps(orders), capture_output=True, text=True, check=True,
        ).stdout
    )  # fmt: skip
    taken = sorted(told["milliseconds"])
    yield "batch.p50", rank(taken, 0.50), "ms for ten reports", None
    yield "batch.p95", rank(taken, 0.95), "ms for ten reports", None
    yield "refused", told["retried"], "requests", None


def reorganised(machine: Smaller) -> Iterator[Told]:
    """`history.reorganise` inside, while the server goes on answering."""
    told = inside(machine, "-m", "kheo.bench", "history.reorganise", "--scale", str(bench.SCALE), "--json")
    for line in map(json.loads, told.splitlines()):
        name = line["name"].removeprefix("history.reorganise.")
        yield name, line["value"], line["unit"], line["baseline"]


# PostgreSQL on this machine


def postgresql() -> tuple[list[int], int, list[Path]]:
    """The processes of the PostgreSQL that Kheo is connected to, the bytes they share, and its files.

    Raises OSError.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_backend_pid(), current_setting('data_directory'), "
            "pg_size_bytes(current_setting('shared_buffers'))"
        )
        backend, folder, shared = cursor.fetchone()
    above = int(_served._stat(backend)[1])
    files = [path for path in Path(folder, "base").rglob("*") if path.is_file()]
    # Those that come later are forked off the first and are inside as well.
    return [above, *_served.children(above)], shared, files
