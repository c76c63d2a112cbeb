"""Benchmarks: what Kheo must be fast at, measured beside the plain way of doing the same in the same run.

    @bench("lists.registrations", baseline=plainly, needs=world)
    def registrations(at): ...

A module in this package registers its benchmarks when imported; `python -m kheo.bench` imports them all.
A benchmark that needs a database says `needs=world`, a function called once, before the first measurement,
whose result is handed to the measured function and to its baseline.
"""

import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

Work = Callable[..., Any]
# What one that measures by itself says: (what, value, unit, baseline or None).
Told = tuple[str, float, str, float | None]
# Of the full size of what a benchmark measures on; `--scale 0.02` is a smoke run.
SCALE = 1.0
# Megabytes of a small machine where another size than its usual one is asked for; `--memory 2048`.
MEMORY = 0


# What is slow is not run to the end: after so many runs, once they have taken so many milliseconds.
FEWEST, LONGEST = 5, 20_000


@dataclass
class Bench:
    name: str
    work: Work
    # The plain way to the same answer. What is bounded below is the ratio to it, not a number of seconds.
    baseline: Work | None
    needs: Callable[[], Any] | None
    runs: int
    # How often `work` happens inside one run, for things too short to time alone.
    times: int
    conditions: str | Callable[[], str]
    # Says its own lines instead of being timed from outside.
    tells: bool = False
    # What it measures on where it brings a database of its own; else the one Kheo is set up with.
    on: str = ""


@dataclass
class Measured:
    p50: float
    p95: float
    queries: int


REGISTERED: dict[str, Bench] = {}
# What a baseline took, in this run: several benchmarks may stand beside the same one.
_beside: dict[Work, Measured] = {}


def bench(
    name: str,
    *,
    baseline: Work | None = None,
    needs: Callable[[], Any] | None = None,
    runs: int = 30,
    times: int = 1,
    conditions: str | Callable[[], str] = "",
    on: str = "",
) -> Callable[[Work], Work]:
    """Register the decorated function under a dotted name. `conditions` says on what it is measured."""

    def register(work: Work) -> Work:
        if name in REGISTERED:
            raise ValueError(f"There are two benchmarks called {name}.")
        REGISTERED[name] = Bench(name, work, baseline, needs, runs, times, conditions, on=on)
        return work

    return register


def telling(
    name: str,
    *,
    needs: Callable[[], Any] | None = None,
    conditions: str | Callable[[], str] = "",
    on: str = "",
) -> Callable[[Work], Work]:
    """Register a function that measures by itself: it yields (what, value, unit, baseline or None)."""

    def register(work: Work) -> Work:
        bench(name, needs=needs, runs=1, conditions=conditions, on=on)(work)
        REGISTERED[name].tells = True
        return work

    return register


def migrated() -> None:
    """The tables of an empty database.

    One that holds something stays as old as it is: it may be shared with others, whose program is no newer.
    """
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing and executor.loader.applied_migrations:
        first = missing[0][0]
        sys.exit(
            f"This database is older than the program: {first.app_label} {first.name} is missing. "
            "Bring it up to date yourself (kheo migrate), or measure on another: without KHEO_DATA or "
            "KHEO_DATABASE."
        )
    if missing:
        call_command("migrate", verbosity=0)


def measure(work: Work, ground: tuple, runs: int, times: int) -> Measured:
    """Milliseconds of one piece of work, after one run that warms caches and one that counts queries."""
    work(*ground)
    with queries_counted() as counted:
        work(*ground)
    durations: list[float] = []
    for _ in range(runs):
        if len(durations) >= FEWEST and sum(durations) * times > LONGEST:
            break
        begun = time.perf_counter_ns()
        for _ in range(times):
            work(*ground)
        durations.append((time.perf_counter_ns() - begun) / times / 1e6)
    durations.sort()
    return Measured(p50=rank(durations, 0.50), p95=rank(durations, 0.95), queries=counted[0])


def rank(ordered: list[float], share: float) -> float:
    """The smallest value that at least `share` of all values do not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


@contextmanager
def queries_counted() -> Iterator[list[int]]:
    """A list whose one number grows with each query of the default database."""
    from django.db import connection

    counted = [0]

    def count(execute: Callable, *arguments: Any) -> Any:
        counted[0] += 1
        return execute(*arguments)

    with connection.execute_wrapper(count):
        yield counted


def results(one: Bench) -> Iterator[dict[str, Any]]:
    """The lines of one benchmark: p50 and p95 in milliseconds beside the baseline's, and its queries.

    One that tells yields what it measured itself.
    """
    ground = () if one.needs is None else (one.needs(),)
    if one.tells:
        for what, value, unit, beside in one.work(*ground):
            yield line(one, what, value, unit, beside)
        return
    ours = measure(one.work, ground, one.runs, one.times)
    if one.baseline is not None and one.baseline not in _beside:
        _beside[one.baseline] = measure(one.baseline, ground, one.runs, one.times)
    plain = None if one.baseline is None else _beside[one.baseline]
    for quantile in ("p50", "p95"):
        value = getattr(ours, quantile)
        beside = None if plain is None else getattr(plain, quantile)
        yield line(one, quantile, value, "ms", beside)
    yield line(one, "queries", ours.queries, "queries", None if plain is None else plain.queries)


def line(one: Bench, what: str, value: float, unit: str, beside: float | None) -> dict[str, Any]:
    return {
        "name": f"{one.name}.{what}",
        "value": value,
        "unit": unit,
        "baseline": beside,
        "ratio": value / beside if beside else None,
        "conditions": one.conditions if isinstance(one.conditions, str) else one.conditions(),
    }
