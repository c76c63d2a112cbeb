"""Growth: a made-up province as large as Kheo is promised for, on Nghệ An's real areas and bodies.

100,000 initiatives with their years since 2021, and 500,000 reports with figures, times `bench.SCALE`. A few
communes report a hundred times as much as most, because that is where pages become slow. Everything invented
is marked as sample. The same seed gives the same province on either database.
"""

import random
import sys
import uuid
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from itertools import accumulate

from django.db import connection, models, transaction
from django.test import Client

from kheo import bench
from kheo.accounts.models import User
from kheo.demo import stage
from kheo.demo.invented import (
    BEFORE,
    DEEDS,
    FIGURES,
    NOW,
    OWNERS,
    PUBLISHED,
    RARE,
    RARELY,
    REPORTED,
    SENTENCES,
    WAY_TO,
    WITH,
)
from kheo.fieldwork.models import FieldReport, FieldReportStep, FigureKind, ReportFigure
from kheo.initiatives.models import Ending, Enrolment, Initiative, Practice, Step
from kheo.lib.pouring import pour
from kheo.lib.vietnamese import fold, sort_key
from kheo.places import lineage
from kheo.places import loading as areas
from kheo.places.models import Area, Level
from kheo.plans import beginning
from kheo.plans.models import Field
from kheo.search import index
from kheo.stories.models import Story, StoryStep
from kheo.tallies import counting
from kheo.units import loading, reorganise
from kheo.units.models import Post, ReachKind, Role, Unit

INITIATIVES = 100_000
REPORTS = 500_000
SEED = 20210523
FIRST, LAST = 2021, 2026
# The last day anything happens on, so that a run of next year measures the same province.
UNTIL = date(2026, 10, 31)
HAMLETS = 25


@dataclass
class World:
    """The grown province and who looks at it, signed in. `people` are test clients by who they are."""

    initiatives: int
    reports: int
    people: dict[str, Client]
    posts: dict[str, Post]


@dataclass
class Place:
    """A commune of one era with its hamlets, its bodies by key, and how much it does."""

    area: Area
    weight: float
    bodies: dict[str, int]
    office: int
    post: int
    # Where things are done: ids of the commune itself and of its hamlets.
    spots: list[int] = field(default_factory=list)


def conditions() -> str:
    return (
        f"{round(INITIATIVES * bench.SCALE):,} initiatives, {round(REPORTS * bench.SCALE):,} reports, "
        "made up on the real communes of Nghệ An"
    )


@cache
def world() -> World:
    """The province, grown on first use. One that is already there in full size (KHEO_DATA) is used again."""
    bench.migrated()
    initiatives, reports = round(INITIATIVES * bench.SCALE), round(REPORTS * bench.SCALE)
    whole = User.objects.filter(username__in=PEOPLE).count() == len(PEOPLE)
    if not whole or Initiative.objects.count() != initiatives:
        if Area.objects.exists():
            sys.exit("This database holds other records. Benchmarks grow their own: leave KHEO_DATA out.")
        found_and_grow(initiatives, reports)
        if connection.vendor == "postgresql":
            # Its own housekeeping would do it within minutes.
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")
    return signed_in(initiatives, reports)


def found_and_grow(initiatives: int, reports: int) -> None:
    say("founding the province")
    found_province()
    grow(initiatives, reports)
    # What the verbs would have kept in step.
    say("counting")
    counting.rebuild()
    say("indexing")
    index.rebuild()
    give_posts()


def signed_in(initiatives: int, reports: int) -> World:
    posts = {
        post.user.username: post
        for post in Post.objects.filter(user__username__in=PEOPLE).select_related("user", "unit__area")
    }
    people = {name: Client(SERVER_NAME="localhost") for name in (*posts, "anyone")}
    for name, post in posts.items():
        people[name].force_login(post.user)
    return World(initiatives, reports, people, posts)


def say(what: str) -> None:
    print(f"  … {what}", file=sys.stderr, flush=True)


def found_province() -> None:
    """Areas, bodies, fields and the movement, through the reorganisation of 1 July 2025, then hamlets."""
    areas.load_before()
    loading.load(areas.DISTRICTS_ENDED)
    for plan in reorganise.known_plans():
        reorganise.carry_out(plan)
    beginning.fields()
    hamlets = [
        Area(level=Level.HAMLET, type="xóm", name=str(number), parent=commune, sample=True,
             valid_from=commune.valid_from)
        for commune in Area.objects.on(UNTIL).communes()
        for number in range(1, HAMLETS + 1)
    ]  # fmt: skip
    lineage.recompute(Area.objects.plant(hamlets))


# Who looks: of an ordinary commune, of the busiest one, of the province by place and by line.
PEOPLE = {
    "commune": "a commune's user",
    "busiest": "the user of the busiest commune",
    "province": "the province's user",
    "line": "the province's Women's Union",
}


def places() -> list[list[Place]]:
    """The communes before and after 1 July 2025. As it is today, 5 do a hundred, 15 do ten, the rest one."""
    living = list(Area.objects.on(UNTIL).communes().order_by("pk"))
    weights = {area.path_now: 100 if n < 5 else 10 if n < 20 else 1 for n, area in enumerate(living)}
    bodies: dict[int, dict[str, int]] = {}
    for at, key, pk in Unit.objects.filter(level="commune").values_list("area_id", "key", "pk"):
        bodies.setdefault(at, {})[key] = pk
    hamlets: dict[int, list[int]] = {}
    for parent, pk in Area.objects.filter(level=Level.HAMLET).values_list("parent_id", "pk"):
        hamlets.setdefault(parent, []).append(pk)
    users = User.objects.bulk_create(
        User(username=f"commune{area.pk}", full_name=f"Cán bộ {area.full_name}", is_sample=True)
        for area in living
    )
    posts = {
        area.path_now: post.pk
        for area, post in zip(
            living,
            Post.objects.bulk_create(
                Post(user=user, unit_id=bodies[area.pk]["dang_uy"], role=Role.REPORTER, reach=ReachKind.PLACE,
                     valid_from=areas.DISTRICTS_ENDED)
                for user, area in zip(users, living, strict=True)
            ),
            strict=True,
        )
    }  # fmt: skip
    eras = []
    for day in (date(2021, 6, 1), UNTIL):
        communes = list(Area.objects.on(day).communes().order_by("pk"))
        sharing: dict[str, int] = {}
        for area in communes:
            sharing[area.path_now] = sharing.get(area.path_now, 0) + 1
        eras.append(
            [
                Place(
                    area=area,
                    weight=weights[area.path_now] / sharing[area.path_now],
                    bodies=bodies[area.pk],
                    office=bodies[area.pk].get("ban_xay_dung_dang") or bodies[area.pk]["khoi_dan_van"],
                    post=posts[area.path_now],
                    spots=[area.pk, *hamlets.get(area.pk, [])],
                )
                for area in communes
            ]
        )
    return eras


def give_posts() -> None:
    """Posts for those who look. They come last: whoever finds them finds the province whole."""
    living = list(Area.objects.on(UNTIL).communes().order_by("pk"))
    province = Unit.objects.filter(area__level=Level.PROVINCE)
    board = province.get(key="ban_tuyen_giao_dan_van")
    ordinary, busiest = (
        Unit.objects.on(UNTIL).get(area=area, key="dang_uy") for area in (living[len(living) // 2], living[0])
    )
    for name, unit, role, reach in (
        ("commune", ordinary, Role.REGISTRAR, ReachKind.PLACE),
        ("busiest", busiest, Role.REGISTRAR, ReachKind.PLACE),
        ("province", board, Role.SPECIALIST, ReachKind.PLACE),
        ("line", province.get(key="phu_nu"), Role.SPECIALIST, ReachKind.LINE),
    ):
        user = User.objects.create_user(name, None, full_name=PEOPLE[name], is_sample=True)
        Post.objects.create(user=user, unit=unit, role=role, reach=reach, valid_from=areas.DISTRICTS_ENDED)


class Dice:
    """Weighted choices from one seed."""

    def __init__(self) -> None:
        self.random = random.Random(SEED)  # noqa: S311  (an even spread, not a secret)

    def of(self, weights: dict[str, int]) -> str:
        return self.random.choices(list(weights), cum_weights=list(accumulate(weights.values())))[0]

    def day(self, first: date, last: date) -> date:
        return first + timedelta(days=self.random.randrange(max(1, (last - first).days + 1)))


def grow(initiatives: int, reports: int) -> None:
    """Fill the tables. Written straight into the database: through the verbs it would take a day."""
    dice = Dice()
    eras = places()
    connection.disable_constraint_checking()
    try:
        with transaction.atomic():
            say(f"{initiatives:,} initiatives with their years")
            settled = _initiatives(dice, eras, initiatives)
            say(f"{reports:,} reports with their figures")
            _reports(dice, settled, reports)
    finally:
        connection.enable_constraint_checking()


# Of an enrolment that may be reported on: id, year, first day, who reports.
Settled = tuple[int, int, date, int]


def _initiatives(dice: Dice, eras: list[list[Place]], count: int) -> list[Settled]:
    roll = dice.random
    played = stage.stage()
    movement, board = played.movement, played.board
    committee = Unit.objects.get(area__level=Level.PROVINCE, key="ban_chi_dao").pk
    fields = list(Field.objects.order_by("order").values_list("pk", flat=True))
    practices = Practice.objects.bulk_create(
        Practice(name=name, folded=fold(name), sort_key=sort_key(name), field_id=fields[n % 4], sample=True)
        for n, name in enumerate(DEEDS)
    )
    odds = [list(accumulate(place.weight for place in era)) for era in eras]
    rows: dict[type[models.Model], list[tuple]] = {model: [] for model in _COLUMNS}
    settled: list[Settled] = []
    enrolment = told = 0
    for pk in range(1, count + 1):
        year = roll.choices(range(FIRST, LAST + 1), cum_weights=(12, 26, 42, 60, 76, 100))[0]
        era = 0 if year < 2025 or (year == 2025 and roll.random() < 0.5) else 1
        place = roll.choices(eras[era], cum_weights=odds[era])[0]
        deed = roll.randrange(len(DEEDS))
        name = f"{DEEDS[deed]} {roll.choice(WITH)}"
        if pk % RARELY == 7:
            name += f" {RARE}"
        name += f" số {roll.randrange(1, 400)} {place.area.in_text}"
        key = sort_key(name)[:600]
        owner = place.bodies[dice.of(OWNERS)]
        subject = roll.choices(("collective", "household", "person"), cum_weights=(85, 95, 100))[0]
        kind = "model" if subject == "collective" else "exemplar"
        work = fields[roll.choices(range(4), cum_weights=(40, 70, 85, 100))[0]]
        last = min(LAST, year + roll.choices((0, 1, 2, 3, 4), cum_weights=(40, 65, 82, 94, 100))[0])
        started, counted = None, None
        for each in range(year, last + 1):
            enrolment += 1
            state = dice.of(NOW if each == LAST else BEFORE)
            upward = roll.random() < 0.2
            low = areas.DISTRICTS_ENDED if era and each == 2025 else date(each, 1, 15)
            day = dice.day(low, date(each, 8, 31))
            approved = day.isoformat() if state == "approved" else None
            at = f"{day} 02:30:00"
            rows[Enrolment].append(
                (enrolment, pk, each, "new" if each == year else "continuing", state, work,
                 "province" if upward else "commune", board.pk if upward else place.office,
                 committee if upward else None, approved, key, at, at)
            )  # fmt: skip
            rows[Step].extend((enrolment, passed, at, place.post) for passed in WAY_TO[state])
            if state == "approved":
                settled.append((enrolment, each, day, place.post))
                counted = enrolment
                started = started or day
        if counted is None:
            state = "proposed"
        elif last < LAST and roll.random() < 0.8:
            state = "ended"
            rows[Ending].append((pk, counted, date(last, 12, 20).isoformat(), "Hết kỳ", place.post))
        else:
            state = "running"
        # Defence and security stay internal.
        public = counted is not None and work != fields[2] and roll.random() < PUBLISHED
        if started and public:
            clock = f"03:{roll.randrange(10, 60)}:{roll.randrange(10, 60)}"
            at = f"{min(started + timedelta(days=60), UNTIL)} {clock}"
            told += 1
            rows[Story].append(
                (told, pk, "published", name[:200], SENTENCES[0], roll.choice(SENTENCES), at, work,
                 place.area.pk, year, fold(f"{name} {place.area.full_name}"), 1, at)
            )  # fmt: skip
            rows[StoryStep].extend(
                (told, passed, at, place.post) for passed in ("draft", "proposed", "published")
            )
        rows[Initiative].append(
            (pk, practices[deed].pk if roll.random() < 0.3 else None, movement.pk, name, fold(name),
             key, kind, subject, work, owner,
             roll.choice(place.spots) if roll.random() < 0.6 else place.area.pk, place.area.pk, state,
             SENTENCES[pk % len(SENTENCES)], started.isoformat() if started else None,
             date(last, 12, 20).isoformat() if state == "ended" else None, 1, int(public),
             f"{started or date(year, 1, 15)} 02:00:00")
        )  # fmt: skip
        if len(rows[Initiative]) >= 20_000 or pk == count:
            for model, columns in _COLUMNS.items():
                pour(model, columns, rows[model])
                rows[model].clear()
    return settled


_COLUMNS: dict[type[models.Model], list[str]] = {
    Initiative: [
        "id", "practice_id", "movement_id", "name", "folded", "sort_key", "kind", "subject", "field_id",
        "owner_id", "area_id", "commune_id", "state", "goal", "started_on", "ended_on", "sample",
        "public", "created",
    ],
    Enrolment: [
        "id", "initiative_id", "year", "kind", "state", "field_id", "level_asked", "addressee_id",
        "committee_id", "approved_on", "sort_key", "created", "updated",
    ],
    Step: ["enrolment_id", "state", "at", "by_id"],
    Ending: ["initiative_id", "enrolment_id", "on", "reason", "by_id"],
    Story: [
        "id", "initiative_id", "state", "title", "lead", "text", "published_at", "field_id", "commune_id",
        "year", "folded", "sample", "created",
    ],
    StoryStep: ["story_id", "state", "at", "by_id"],
}  # fmt: skip


def _reports(dice: Dice, settled: list[Settled], count: int) -> None:
    roll = dice.random
    kinds: dict[str, list[int]] = {}
    for measure, pk in FigureKind.objects.order_by("pk").values_list("measure", "pk"):
        kinds.setdefault(measure, []).append(pk)
    told = [" ".join(roll.sample(SENTENCES, roll.randrange(1, 5))) for _ in range(1000)]
    written: list[tuple] = []
    steps: list[tuple] = []
    figures: list[tuple] = []

    def write(pk: int, series: str, version: int, state: str, of: Settled) -> None:
        enrolment, year, first, post = of
        day = dice.day(first, min(date(year, 12, 31), UNTIL))
        at = f"{day} 09:00:00"
        written.append(
            (pk, series, version, state, enrolment, day.isoformat(), day.isoformat(), "days",
             roll.choice(told), None if state == "draft" else at, at, at)
        )  # fmt: skip
        steps.append((pk, "draft", at, post))
        if state != "draft":
            steps.append((pk, state, at, post))
        for measure, (often, least, most, by_kind) in FIGURES.items():
            if roll.random() * 100 < often:
                kind = roll.choice(kinds[measure]) if by_kind else None
                figures.append((pk, measure, kind, roll.randrange(least, most)))

    pk = 0
    while pk < count:
        of = roll.choice(settled)
        series = uuid.UUID(int=roll.getrandbits(128), version=4).hex
        pk += 1
        if pk < count and roll.random() < 0.03:
            write(pk, series, 1, "superseded", of)
            pk += 1
            write(pk, series, 2, "accepted", of)
        else:
            write(pk, series, 1, dice.of(REPORTED), of)
        if len(written) >= 50_000 or pk == count:
            pour(
                FieldReport,
                ["id", "series", "version", "state", "enrolment_id", "happened_on", "happened_until", "span",
                 "narrative", "sent_at", "created", "updated"],
                written,
            )  # fmt: skip
            pour(FieldReportStep, ["report_id", "state", "at", "by_id"], steps)
            pour(ReportFigure, ["report_id", "measure", "kind_id", "amount"], figures)
            for rows in (written, steps, figures):
                rows.clear()
