"""Figures through history at the nation's size: read, written, reorganised, beside the plain way.

Everything is made by `kheo sample nation` at `--scale` (1 is a million initiatives); with KHEO_DATA a nation
of that size is used again. Readings are of 2024, the last year wholly before the reorganisation of July 2025.
"""

import gc
import json
import multiprocessing
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import urlencode

from django.db import OperationalError, connection, connections, transaction
from django.db.models import Count, Sum
from django.test import Client
from django.urls import reverse

from kheo import bench
from kheo.bench import rank, telling
from kheo.demo import nation
from kheo.demo.invented import SENTENCES
from kheo.demo.living import UNTIL
from kheo.fieldwork.models import FieldReport, ReportFigure, field_reports
from kheo.fieldwork.models.versions import State
from kheo.initiatives.models import Enrolment, Initiative
from kheo.lib.memory import settle
from kheo.lib.periods import FOREVER, Period, today
from kheo.places import moves
from kheo.places.changes import AreaChange, Opening, Succeeding
from kheo.places.models import Area, AreaSuccession, Level
from kheo.plans.models import Movement
from kheo.tallies.counting import counting
from kheo.tallies.figures import Reading
from kheo.tallies.models import AreaYear, Cell
from kheo.units import reorganise, reversing
from kheo.units.models import Post, ReachKind, Reorganisation, Role, Unit

YEAR = Period.year(2024)
# All there are; a test is content with one.
PROVINCES: tuple[str, ...] = ()
KNOWN_ON = date(2025, 2, 1)
RUNS = 25
# Told by four writers at once, for so many seconds.
WRITERS, WRITING = 4, 4.0
TIMES = 5
# Nothing of the nation was known before; what its history grows by, all of it.
BEGUN = date(2021, 1, 1)


@dataclass
class Ground:
    """The nation, its busiest province then and today, and who looks."""

    then: Area
    now: Area
    posts: dict[str, Post]
    people: dict[str, Client]
    initiative: int


@cache
def ground() -> Ground:
    bench.migrated()
    wanted = round(nation.INITIATIVES * bench.SCALE)
    if Movement.objects.filter(code=nation.CODE).exists():
        if Initiative.objects.exclude(name__startswith=MADE).count() != wanted:
            sys.exit("This database holds a nation of another size: give the scale it was made with.")
    else:
        made = nation.make(scale=bench.SCALE, provinces=PROVINCES, search="initiatives", say=say)
        say(json.dumps(made.as_json()["seconds"]))
    busiest = (
        Initiative.objects.order_by()
        .values("commune")
        .annotate(n=Count("pk"))
        .order_by("-n", "commune")[:1]
        .get()
    )
    commune = Area.objects.get(pk=busiest["commune"])
    now = commune.heir_on(UNTIL)
    posts = {
        "commune": Post.objects.current().filter(user__username__startswith="xa", unit__area=now).get(),
        "province": Post.objects.current()
        .filter(user__username__startswith="tinh", unit__area=now.province)
        .get(),
    }
    people = {name: Client(SERVER_NAME="localhost") for name in posts}
    for name, post in posts.items():
        people[name].force_login(post.user)
    assert now.province is not None
    then = Area.objects.on(YEAR.last).get(pk=commune.province.pk if commune.province else 0)
    initiative = Initiative.objects.filter(commune=commune, state="running").order_by("pk")[:1].get()
    # As in a process that answers (`kheo serve`).
    settle()
    return Ground(then, now.province, posts, people, initiative.pk)


def say(words: str) -> None:
    print(f"  … {words}", file=sys.stderr, flush=True)


def conditions() -> str:
    return (
        f"a made-up nation of {round(nation.INITIATIVES * bench.SCALE):,} initiatives and "
        f"{round(nation.REPORTS * bench.SCALE):,} reports"
    )


# Reading


def plain(at: Ground, within: Area | None = None) -> Any:
    """The year's registrations, and the sums of its reports, by commune and field, from the records."""
    enrolled = Enrolment.objects.counted().filter(year=YEAR.first.year)
    told = ReportFigure.objects.filter(
        report__state="accepted", report__happened_on__range=(YEAR.first, YEAR.last)
    )
    if within is not None:
        here = Area.objects.within(within).values("pk")
        enrolled = enrolled.filter(initiative__commune__in=here)
        told = told.filter(report__enrolment__initiative__commune__in=here)
    return (
        list(enrolled.order_by().values_list("initiative__commune", "field", "kind").annotate(n=Count("pk"))),
        list(
            told.order_by()
            .values_list("report__enrolment__initiative__commune", "measure")
            .annotate(n=Sum("amount"))
        ),
    )


def plain_province(at: Ground) -> Any:
    return plain(at, at.then)


def reading(**how: Any) -> Reading:
    return Reading(YEAR, everything=True, **how)


def measured(name: str, baseline: Callable[[Ground], Any] | None = plain) -> Callable:
    return bench.bench(f"history.{name}", baseline=baseline, needs=ground, runs=RUNS, conditions=conditions)


@measured("nation.as_was")
def nation_as_was(at: Ground) -> Any:
    """Every measure of the year in the 63 provinces of its last day."""
    return reading().rows("province")


@measured("nation.restated")
def nation_restated(at: Ground) -> Any:
    """The same in today's 34."""
    return reading(structure=UNTIL).rows("province")


@measured("nation.one_measure")
def nation_one_measure(at: Ground) -> Any:
    """One measure alone, restated: what a map shows."""
    return reading(structure=UNTIL, measures=["households"]).rows("province")


@measured("known_on")
def known_on(at: Ground) -> Any:
    """As known on 1 February 2025, before the year's last corrections were accepted."""
    return reading(known_on=KNOWN_ON).rows("province")


@measured("province.as_was", plain_province)
def province_as_was(at: Ground) -> Any:
    return reading(area=at.then).rows("area")


@measured("province.restated", plain_province)
def province_restated(at: Ground) -> Any:
    return reading(area=at.now, structure=UNTIL).rows("area")


@measured("province.by_line", plain_province)
def province_by_line(at: Ground) -> Any:
    """Of cells, not of years: who did it is asked."""
    return reading(area=at.now, structure=UNTIL).rows("line")


# As history grows


@telling("history.growth", needs=ground, conditions=conditions)
def growth(at: Ground) -> Iterator[tuple]:
    """The work of readings with five times as much of what was known before.

    Pages the database looked at, or on SQLite the steps of its machine by the hundred. PostgreSQL has tidied
    up each time, as it does by itself within minutes of many changes.
    """
    asked = {"nation": nation_restated, "province": province_as_was, "line": province_by_line}
    unit = "pages" if connection.vendor == "postgresql" else "steps"
    tidy()
    before = {name: work_of(partial(ask, at)) for name, ask in asked.items()}
    rows = grow_history(at)
    try:
        tidy()
        after = {name: work_of(partial(ask, at)) for name, ask in asked.items()}
    finally:
        for model in (AreaYear, Cell):
            model._base_manager.filter(period=YEAR.first, known_to__lt=BEGUN).delete()
        tidy()
    for name in asked:
        yield name, after[name], unit, before[name]
    yield "rows_added", rows, "rows", None


def tidy() -> None:
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM (ANALYZE) tallies_areayear, tallies_cell")


def grow_history(at: Ground) -> int:
    """Four more lives of every closed row of the year, as if it had changed on that many more days."""
    added = 0
    here = Area.objects.within(at.then).values_list("pk", flat=True)
    with connection.cursor() as cursor:
        for model, more in ((AreaYear, ""), (Cell, f" AND area_id IN ({', '.join(map(str, here))})")):
            table = model._meta.db_table
            columns = [str(f.column) for f in model._meta.concrete_fields if not f.primary_key]
            kept = ", ".join(f'"{name}"' for name in columns if not name.startswith("known"))
            for times in range(1, TIMES):
                days = 4000 * times
                back = f"date(known_from, '-{days} days'), date(known_to, '-{days} days')"
                if connection.vendor == "postgresql":
                    back = f"known_from - {days}, known_to - {days}"
                cursor.execute(
                    f"INSERT INTO {table} ({kept}, known_from, known_to) SELECT {kept}, {back} FROM {table} "  # noqa: S608
                    f"WHERE known_to < '{FOREVER}' AND period = '{YEAR.first}' "
                    f"AND known_from > '{BEGUN}'{more}"
                )
                added += cursor.rowcount
    return added


def work_of(ask: Callable[[], Any]) -> int:
    """What the database did: pages it looked at, or on SQLite the steps of its machine, in hundreds."""
    if connection.vendor != "postgresql":
        done = [0]

        def step() -> int:
            done[0] += 1
            return 0

        connection.connection.set_progress_handler(step, 100)
        try:
            ask()
        finally:
            connection.connection.set_progress_handler(None, 100)
        return done[0]
    asked: list[tuple] = []

    def keep(execute: Any, sql: str, params: Any, *rest: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, *rest)

    with connection.execute_wrapper(keep):
        ask()
    pages = 0
    with connection.cursor() as cursor:
        for sql, params in asked:
            if sql.lstrip().upper().startswith(("SELECT", "WITH")):
                cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) {sql}", params)
                plan = cursor.fetchone()[0][0]["Plan"]
                pages += plan.get("Shared Hit Blocks", 0) + plan.get("Shared Read Blocks", 0)
    return pages


# Writing


@telling("history.write", needs=ground, conditions=conditions)
def write(at: Ground) -> Iterator[tuple]:
    """Four processes write, send and accept reports with two figures of one body, four seconds each time.

    With the verbs of every day and their steps, journal and search: with the cells where they hold ten
    reports, where they hold two thousand, and without them.
    """
    unit = Unit.objects.on(UNTIL).get(area=at.posts["commune"].unit.area, key="mttq")
    by = at.posts["commune"].pk, at.posts["province"].pk
    few, many = enrolments_at(unit, by[0], 10), enrolments_at(unit, by[0], 2000, more=True)
    with_few, failed = at_once(few, by, counted=True)
    with_many, failed_too = at_once(many, by, counted=True)
    plain_ones = enrolments_at(unit, by[0], 10)
    without, failed_without = at_once(plain_ones, by, counted=False)
    count_late(plain_ones)
    yield "a_second", with_few, "reports", without
    yield "a_second_in_large_cells", with_many, "reports", with_few
    yield "failures", failed + failed_too + failed_without, "refusals", None
    yield "drift", drift(unit), "cells", None


# What the writers write on; no part of the nation.
MADE = "Mô hình đo máy"
MONTH = date(2026, 9, 1)
MEASURES = ("households", "people")


def enrolments_at(unit: Unit, by: int, reports: int, more: bool = False) -> list[int]:
    """Eight registrations of this year at one body, whose cell of one month holds so many reports."""
    first = Initiative.objects.filter(sample=True).order_by("pk")[0]
    kind = Initiative.Kind.EXEMPLAR if more else Initiative.Kind.MODEL
    made = []
    for n in range(8):
        initiative = Initiative(
            movement_id=first.movement_id, name=f"{MADE} {n}", field_id=first.field_id, owner=unit,
            area=unit.area, kind=kind, state="running", sample=True,
        )  # fmt: skip
        initiative.save()
        enrolment = Enrolment(initiative=initiative, year=2026, field_id=first.field_id)
        enrolment.save()
        enrolment.steps.create(state="taken_over", by_id=by)
        made.append(enrolment)
    with counting(*made):
        Enrolment.objects.filter(pk__in=[each.pk for each in made]).update(state="taken_over")
        for n in range(reports):
            report = FieldReport.objects.create(
                enrolment=made[n % 8], state=State.ACCEPTED, happened_on=_day(n), happened_until=_day(n),
                narrative=MADE,
            )  # fmt: skip
            ReportFigure.objects.bulk_create(
                ReportFigure(report=report, measure=measure, amount=1 + n % 50) for measure in MEASURES
            )
            report.steps.create(state=State.ACCEPTED, by_id=by)
    return [each.pk for each in made]


def _day(n: int) -> date:
    return MONTH + timedelta(days=n % 28)


def writer(seed: int, enrolments: list[int], by: tuple[int, int], counted: bool, told: Any) -> None:
    connections.close_all()
    if not counted:
        field_reports.counting = uncounted  # type: ignore[assignment]
    roll, done, failed = Random(seed), 0, 0  # noqa: S311  (no secret)
    author, head = (Post.objects.select_related("unit__area", "user").get(pk=pk) for pk in by)
    until = time.monotonic() + WRITING
    while time.monotonic() < until:
        enrolment = Enrolment.objects.select_related("initiative__owner", "initiative__area").get(
            pk=roll.choice(enrolments)
        )
        day = _day(done)
        try:
            report = FieldReport.objects.begin(
                enrolment,
                by=author,
                values={"happened_on": day, "happened_until": day, "narrative": SENTENCES[0]},
                figures={(measure, None): 1 + done % 50 for measure in MEASURES},
            )
            report.send(by=author)
            report.accept(by=head)
            done += 1
        except OperationalError:
            failed += 1
    told.put((done, failed))
    connections.close_all()


@contextmanager
def uncounted(*enrolments: Any, **_how: Any) -> Iterator[None]:
    """In place of `counting`: the same transaction and lock, without any cell."""
    with transaction.atomic():
        ids = sorted(each.pk for each in enrolments)
        list(Enrolment.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
        yield


def at_once(enrolments: list[int], by: tuple[int, int], counted: bool) -> tuple[float, int]:
    """Reports a second of four processes together, and how often one was refused by the database."""
    connections.close_all()
    how = multiprocessing.get_context("fork")
    told = how.Queue()
    writers = [how.Process(target=writer, args=(n, enrolments, by, counted, told)) for n in range(WRITERS)]
    for each in writers:
        each.start()
    answers = [told.get(timeout=120) for _each in writers]
    for each in writers:
        each.join()
    return sum(done for done, _failed in answers) / WRITING, sum(failed for _done, failed in answers)


def count_late(enrolments: list[int]) -> None:
    """Tell the cells of what was accepted without them, so that the next run finds them true."""
    accepted = FieldReport.objects.filter(enrolment__in=enrolments, state=State.ACCEPTED).exclude(
        narrative=MADE
    )
    ids = list(accepted.values_list("pk", flat=True))
    reports = FieldReport.objects.filter(pk__in=ids)
    reports.update(state=State.WITHDRAWN)
    with counting(*Enrolment.objects.filter(pk__in=enrolments)):
        reports.update(state=State.ACCEPTED)


def drift(unit: Unit) -> int:
    """How many of the body's cells of the month do not hold what its records say."""
    said = {
        (measure, kind): amount
        for measure, kind, amount in ReportFigure.objects.filter(
            report__enrolment__initiative__owner=unit,
            report__state=State.ACCEPTED,
            report__happened_on__range=(MONTH, MONTH + timedelta(days=29)),
            measure__in=MEASURES,
        )
        .order_by()
        .values_list("measure", "report__enrolment__initiative__kind")
        .annotate(v=Sum("amount"))
    }
    held: dict[tuple[str, str], int] = {}
    cells = Cell.objects.filter(unit=unit, period=MONTH, known_to=FOREVER, measure__in=MEASURES)
    for measure, kind, value in cells.values_list("measure", "kind", "value"):
        held[measure, kind] = held.get((measure, kind), 0) + value
    return sum(said.get(key, 0) != held.get(key, 0) for key in said.keys() | held.keys())


# Reorganising


@telling("history.reorganise", needs=ground, conditions=conditions)
def reorganising(at: Ground) -> Iterator[tuple]:
    """480 of today's communes become 130 by an entered decision, while somebody reads on.

    Today's provinces have fewer communes than before 2025, so those of several neighbours are taken together:
    the 480 that hold most. Afterwards a correcting decision takes it back; the annulled rows of both stay.
    """
    held = dict(Initiative.objects.order_by().values_list("commune__path_now").annotate(n=Count("pk")))
    everywhere = list(Area.objects.on(today()).communes().order_by("path"))
    first = max(
        range(max(1, len(everywhere) - 479)),
        key=lambda n: sum(held.get(area.path, 0) for area in everywhere[n : n + 480]),
    )
    communes = everywhere[first : first + 480]
    now = Initiative.objects.filter(
        commune__path_now__gte=communes[0].path, commune__path_now__lte=communes[-1].path
    )
    initiatives = now.count()
    reports = FieldReport.objects.filter(enrolment__initiative__in=now).count()
    with administrator(at) as by:
        yield from reorganised(at, communes, by)
    # Posts have gone over and come back: what is measured next looks for its own anew.
    ground.cache_clear()
    yield "communes", len(communes), "communes", None
    yield "initiatives", initiatives, "initiatives", None
    yield "reports", reports, "reports", None


@contextmanager
def administrator(at: Ground) -> Iterator[Post]:
    """The province's person with the post it takes, for as long as it is needed."""
    desk = at.posts["province"]
    by = Post.objects.create(user=desk.user, unit=desk.unit, role=Role.ADMIN, reach=ReachKind.PLACE)
    try:
        yield by
    finally:
        by.delete()


def reorganised(at: Ground, communes: list[Area], by: Post) -> Iterator[tuple]:
    story = Reorganisation.objects.create(
        key=f"do-may-{Reorganisation.objects.count()}",
        name="Đo máy",
        on=today(),
        legal_basis="Đo máy (không có thật)",
        change=moves.as_json(change_of(communes)),
    )
    with reader(at) as alone:
        time.sleep(10)
    quiet = alone()
    # No worker runs here: its work is done in this process.
    ask, reorganise._ask_the_worker = reorganise._ask_the_worker, lambda story, post: None
    steps = []
    try:
        with reader(at) as meanwhile:
            begun = time.monotonic()
            reorganise.confirm(story, by=by)
            steps.append(time.monotonic())
            reorganise.finish(story.pk, by=by, say=lambda each: steps.append(time.monotonic()))
            done = time.monotonic()
        reading = meanwhile()
    finally:
        reorganise._ask_the_worker = ask
    yield "seconds", done - begun, "s", None
    yield "confirming", steps[0] - begun, "s", None
    yield "preparing", steps[-1] - steps[0], "s", None
    yield "longest_step", max(then - before for before, then in pairwise(steps)), "s", None
    yield "switching", done - steps[-1], "s", None
    for page in reading:
        yield f"{page}.slowest", max(reading[page]), "ms", max(quiet[page])
        yield f"{page}.p50", rank(sorted(reading[page]), 0.5), "ms", rank(sorted(quiet[page]), 0.5)
    yield "pages_read", sum(map(len, reading.values())), "pages", sum(map(len, quiet.values()))
    begun = time.monotonic()
    reversing.reverse(
        Reorganisation.objects.get(pk=story.pk), name="Đo máy xong", legal_basis="Đo máy", by=by
    )
    yield "taken_back", time.monotonic() - begun, "s", None


def change_of(communes: list[Area]) -> AreaChange:
    """Each new commune takes in three or four neighbours, under the province of the first."""
    wanted = min(130, len(communes) // 3)
    groups = [
        communes[n * len(communes) // wanted : (n + 1) * len(communes) // wanted] for n in range(wanted)
    ]
    return AreaChange(
        on=today(),
        legal_basis="Đo máy (không có thật)",
        title="Đo máy",
        closes=tuple(f"#{area.pk}" for area in communes),
        opens=tuple(
            Opening(f"n{n}", Level.COMMUNE, "xã", f"Đo máy {n}", f"#{some[0].parent_id}", sample=False)
            for n, some in enumerate(groups)
        ),
        successions=tuple(
            Succeeding(f"#{area.pk}", f"new:n{n}", AreaSuccession.Kind.WHOLE)
            for n, some in enumerate(groups)
            for area in some
        ),
    )


@contextmanager
def reader(at: Ground) -> Iterator[Callable[[], dict[str, list[float]]]]:
    """Another process that opens a list, an initiative and the figures of its commune again and again.

    Answers how long each took (ms), by its name.
    """
    connections.close_all()
    how = multiprocessing.get_context("fork")
    told, ready, stop = how.Queue(), how.Event(), how.Event()
    pages = {
        "list": reverse("initiative_list"),
        "initiative": reverse("initiative", args=[at.initiative]),
        "overview": reverse("dashboard"),
    }

    def read() -> None:
        connections.close_all()
        client = Client(SERVER_NAME="localhost")
        client.force_login(at.posts["commune"].user)
        for page in pages.values():
            client.get(page)
        ready.set()
        taken: dict[str, list[float]] = {name: [] for name in pages}
        while not stop.is_set():
            for name, page in pages.items():
                begun = time.perf_counter()
                answer = client.get(page)
                taken[name].append((time.perf_counter() - begun) * 1000)
                if answer.status_code != 200:
                    raise RuntimeError(f"{page} answered {answer.status_code}.")
        told.put(taken)

    process = how.Process(target=read)
    process.start()
    ready.wait(timeout=60)
    try:
        yield lambda: told.get(timeout=120)
    finally:
        stop.set()


# Pages

COMMON = "tieng keng binh yen"


def plain_list(at: Ground) -> Any:
    return list(Initiative.objects.order_by("sort_key", "pk")[:51])


def plain_search(at: Ground) -> Any:
    return list(Initiative.objects.filter(folded__contains=COMMON).order_by("-pk")[:51])


def plain_initiative(at: Ground) -> Any:
    return Initiative.objects.get(pk=at.initiative)


for who in ("commune", "province"):
    for name, address, beside in (
        ("list", lambda at: reverse("initiative_list"), plain_list),
        ("search", lambda at: f"{reverse('search')}?{urlencode({'q': COMMON})}", plain_search),
        ("initiative", lambda at: reverse("initiative", args=[at.initiative]), plain_initiative),
    ):

        def get(at: Ground, address: Callable = address, who: str = who) -> Any:
            response = at.people[who].get(address(at))
            if response.status_code != 200:
                raise RuntimeError(f"{address(at)} answered {response.status_code} to {who}.")
            return response

        measured(f"pages.{name}.{who}", beside)(get)


@telling("history.memory", needs=ground, conditions=conditions)
def memory(at: Ground) -> Iterator[tuple]:
    """A worker of its own that has opened every one of these pages and tables twenty times."""
    code = (
        "import django, os; os.environ.setdefault('DJANGO_SETTINGS_MODULE', 'kheo.settings'); "
        "django.setup(); "
        f"from kheo import bench; bench.SCALE = {bench.SCALE}; "
        "from kheo.bench import history; history.work_and_say()"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    yield "resident", float(told.stdout.split()[-1]), "MB", None


def work_and_say() -> None:
    at = ground()
    pages = [one for name, one in bench.REGISTERED.items() if name.startswith("history.pages.")]
    for _time in range(20):
        for one in pages:
            one.work(at)
        nation_restated(at)
        province_restated(at)
    gc.collect()
    # Not what getrusage says: that begins with the memory of the process it was started from.
    [most] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")]
    print(int(most.split()[1]) / 1024)
