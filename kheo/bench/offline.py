"""Phones that hand in their work, through the server as it runs at an office, to a PostgreSQL that keeps it.

Beside the number of envelopes a second stands how many single rows the same PostgreSQL inserts and commits,
one statement each and nothing else, in the same run.
"""

import atexit
import contextlib
import json
import sys
import threading
import time
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import psycopg

from kheo import bench
from kheo.bench import Told, rank, telling
from kheo.bench._served import DATABASE, Served, served

SECONDS, SOAK, SOAK_RATE = 20.0, 30.0, 50
BATCH = 20
PHOTO_BYTES = 200_000
# As many initiatives a commune that its periodic report asks 250 questions.
INITIATIVES = 125
CONDITIONS = (
    "kheo serve as installed, PostgreSQL with fsync on, load from a process on the same machine; "
    "scope, form, journal and search done for each"
)


class Ground(NamedTuple):
    server: Served
    phones: list[dict[str, Any]]
    # Rows a second that two connections insert and commit.
    inserts: float


@cache
def ground() -> Ground:
    stack = contextlib.ExitStack()
    atexit.register(stack.close)
    server = stack.enter_context(served())
    told = server.kheo("-m", "kheo.bench._ground", "64", str(INITIATIVES))
    made = Ground(server, json.loads(told), plain_inserts(server))
    # Once through everything, so that what is measured afterwards is a server at work.
    load(made, work="batch", connections=4, seconds=2.0)
    return made


def plain_inserts(server: Served, seconds: float = 3.0) -> float:
    """Rows of a report's length that two connections insert a second, each with a commit of its own."""
    with psycopg.connect(server.cluster.address, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS bench_plain (id bigserial PRIMARY KEY, words text)")
    counts: list[int] = []

    def insert() -> None:
        done, until = 0, time.monotonic() + seconds
        with psycopg.connect(server.cluster.address, autocommit=True) as connection:
            while time.monotonic() < until:
                connection.execute("INSERT INTO bench_plain (words) VALUES (%s)", ["x" * 1000])
                done += 1
        counts.append(done)

    writers = [threading.Thread(target=insert) for _ in range(2)]
    for each in writers:
        each.start()
    for each in writers:
        each.join()
    return sum(counts) / seconds


def load(at: Ground, **orders: Any) -> dict[str, Any]:
    """What the phones say of a run, with the processor time of server and database in seconds."""
    orders = {"port": at.server.port, "phones": at.phones, **orders}
    server, database = at.server.cpu(), at.server.cluster.cpu()
    told: dict[str, Any] = json.loads(at.server.kheo("-m", "kheo.bench._phones", given=json.dumps(orders)))
    told["server_cpu"] = at.server.cpu() - server
    told["database_cpu"] = at.server.cluster.cpu() - database
    return told


def measured(run: dict[str, Any], beside: float | None, connections: int, what: str) -> Iterator[Told]:
    """The lines of one run of things of a kind."""
    if not run["milliseconds"]:
        raise RuntimeError(f"Nothing was accepted: {run['answers']}")
    ordered = sorted(run["milliseconds"])
    of = f"{connections}."
    for quantile in (50, 95, 99):
        yield f"{of}p{quantile}", rank(ordered, quantile / 100), "ms", None
    things = run["things"]
    yield f"{of}rate", things / run["seconds"], f"{what}s/s", beside
    for part in ("server", "database"):
        yield f"{of}cpu.{part}", run[f"{part}_cpu"] * 1e3 / things, f"ms of CPU a {what}", None
    yield f"{of}cpu.phones", run["cpu"] * 1e3 / things, f"ms of CPU a {what}", None
    yield f"{of}bytes.sent", run["sent_bytes"] / things, f"bytes a {what}", None
    yield f"{of}bytes.answered", run["got_bytes"] / things, f"bytes a {what}", None
    refused = sum(number for answer, number in run["answers"].items() if answer not in ("200", "201"))
    yield f"{of}refused", refused, f"{what}s", None


def seconds() -> float:
    return max(2.0, SECONDS * bench.SCALE)


@telling("offline.single", conditions=f"one envelope a request; {CONDITIONS}", on=DATABASE)
def single() -> Iterator[Told]:
    at = ground()
    for connections in (2, 8):
        run = load(at, work="single", size=1, connections=connections, seconds=seconds())
        yield from measured(run, at.inserts, connections, "envelope")


@telling(
    "offline.batch",
    conditions=f"{BATCH} envelopes a request, p50 to p99 of a request; {CONDITIONS}",
    on=DATABASE,
)
def batch() -> Iterator[Told]:
    at = ground()
    for connections in (2, 8):
        run = load(at, work="batch", size=BATCH, connections=connections, seconds=seconds())
        yield from measured(run, at.inserts, connections, "envelope")


@telling(
    "offline.photo",
    conditions=f"a photo of {PHOTO_BYTES // 1000} KB a request, by tus; {CONDITIONS}",
    on=DATABASE,
)
def photo() -> Iterator[Told]:
    at = ground()
    for connections in (2, 8):
        run = load(
            at, work="photo", photo_bytes=PHOTO_BYTES, connections=connections, seconds=seconds()
        )  # fmt: skip
        yield from measured(run, at.inserts, connections, "photo")


@telling(
    "offline.soak",
    conditions=f"a periodic report of {2 * INITIATIVES} questions, {SOAK_RATE} a second for {SOAK:.0f} s, "
    f"each at its moment whether or not those before were answered; {CONDITIONS}",
    on=DATABASE,
)
def soak() -> Iterator[Told]:
    at = ground()
    lasting = max(3.0, SOAK * bench.SCALE)
    run = load(at, work="wide", size=1, connections=8, seconds=lasting, rate=SOAK_RATE)
    yield from measured(run, None, 8, "envelope")
    asked = round(SOAK_RATE * lasting)
    yield "accepted", 100 * run["things"] / asked, "% of those sent", None
    # A queue that grows shows in the last third, which waits longer than the first.
    third = sorted(zip(run["when"], run["milliseconds"], strict=True))
    cut = max(1, len(third) // 3)
    first, last = (sorted(ms for _when, ms in part) for part in (third[:cut], third[-cut:]))
    yield "last_third.p50", rank(last, 0.5), "ms", rank(first, 0.5)


@telling(
    "offline.worker",
    conditions="bytes in memory of a worker, what workers share counted with each",
    on=DATABASE,
)
def worker() -> Iterator[Told]:
    at = ground()
    yield "memory.loaded", max(at.server.memory()) / 1e6, "MB a worker", None
    at.server.stop()
    at.server.start()
    time.sleep(1)
    # Asked once, as after a night.
    yield "memory.idle", max(at.server.memory()) / 1e6, "MB a worker", None


if __name__ == "__main__":
    sys.exit("Called by script/bench.")
