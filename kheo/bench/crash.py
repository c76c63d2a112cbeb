"""Processes killed at random moments while phones send: nothing acknowledged may be lost or doubled."""

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from kheo import bench
from kheo.bench import Told, telling
from kheo.bench._served import DATABASE, Served, served, wait_for

ACKNOWLEDGED = 1000
CONNECTIONS = 6


def killing(pids: Callable[[], list[int]], over: threading.Event, done: list[int], every: float) -> None:
    """kill -9 one of these processes, again and again, at random moments."""
    roll = random.Random(time.time_ns())  # noqa: S311 - moments, no secrets
    while not over.wait(roll.uniform(0.3, 1.7) * every):
        try:
            chosen = roll.choice(pids())
            os.kill(chosen, signal.SIGKILL)
            done.append(chosen)
        except Exception:  # noqa: S112 - nobody there to kill: the database is just coming back
            continue


def under_fire(server: Served, phones: list, acknowledged: int, victims: str, every: float = 1.0) -> Any:
    """Send until so many are acknowledged while `victims` ("server" or "database") are killed."""
    pids = server.processes if victims == "server" else server.cluster.backends
    over = threading.Event()
    killed: list[int] = []
    killer = threading.Thread(target=killing, args=(pids, over, killed, every))
    orders = {
        "port": server.port, "phones": phones, "connections": CONNECTIONS, "work": "batch", "size": 2,
        "until": acknowledged,
    }  # fmt: skip
    sender = subprocess.Popen(
        [sys.executable, "-m", "kheo.bench._phones"], env=server.environment, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    killer.start()
    try:
        told = json.loads(sender.communicate(json.dumps(orders))[0])
    finally:
        over.set()
        killer.join()
    told["killed"] = len(killed)
    wait_for(lambda: _reachable(server), 30)
    return told


def _reachable(server: Served) -> bool:
    try:
        return bool(server.cluster.ask("SELECT 1")) and server.answers()
    except Exception:
        return False


def lost_and_doubled(server: Served, acknowledged: list[str]) -> tuple[int, int]:
    """How many acknowledged envelopes are no report, and how many ids became more than one."""
    accepted = _ids(server, "SELECT envelope FROM offline_delivery WHERE state = 'accepted'")
    reports = _ids(server, "SELECT series FROM fieldwork_fieldreport")
    lost = [each for each in acknowledged if each not in accepted or each not in reports]
    doubled = [number for found in (accepted, reports) for number in found.values() if number > 1]
    # Nor may there be a report without its delivery, or a delivery without its report.
    return len(lost) + len(set(accepted) ^ set(reports)), len(doubled)


def _ids(server: Served, sql: str) -> Counter[str]:
    return Counter(str(key) for (key,) in server.cluster.ask(sql))


def restarted(server: Served, phones: list) -> tuple[float, dict[str, int]]:
    """Seconds until an envelope is acknowledged after the database was stopped and started again, with nobody
    touching Kheo; and what fifty requests were answered from then on."""
    server.cluster.stop()
    server.cluster.start()
    begun = time.monotonic()
    orders = {"port": server.port, "phones": phones, "work": "single", "size": 1}
    one = {**orders, "connections": 1, "until": 1}
    json.loads(server.kheo("-m", "kheo.bench._phones", given=json.dumps(one)))
    seconds = time.monotonic() - begun
    more = {**orders, "connections": 8, "until": 50}
    told = json.loads(server.kheo("-m", "kheo.bench._phones", given=json.dumps(more)))
    return seconds, told["answers"]


@telling(
    "crash",
    conditions="workers of the server, then backends of PostgreSQL, killed with kill -9 about once a second",
    on=DATABASE,
)
def crash() -> Iterator[Told]:
    wanted = max(40, round(ACKNOWLEDGED * bench.SCALE))
    total, lost, doubled = 0, 0, 0
    with served() as server:
        phones = json.loads(server.kheo("-m", "kheo.bench._ground", "16", "10"))
        for victims in ("server", "database"):
            told = under_fire(server, phones, wanted, victims)
            gone, twice = lost_and_doubled(server, told["acknowledged"])
            total, lost, doubled = total + len(told["acknowledged"]), lost + gone, doubled + twice
            yield f"{victims}.killed", told["killed"], "processes", None
            yield f"{victims}.acknowledged", len(told["acknowledged"]), "envelopes", None
            yield f"{victims}.sent_again", told["retried"], "requests", None
            yield f"{victims}.longest_wait", told["longest_wait"], "s until acknowledged", None
        yield "acknowledged", total, "envelopes", None
        yield "lost", lost, "envelopes", None
        yield "doubled", doubled, "envelopes", None
        seconds, answers = restarted(server, phones)
        yield "database_restart", seconds, "s until acknowledged", None
        stale = sum(number for answer, number in answers.items() if answer not in ("200", "201"))
        yield "errors_after_restart", stale, "requests", None
