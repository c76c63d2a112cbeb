"""A made-up nation: the real provinces, communes and bodies through both eras, and invented work in them.

At scale 1 a million initiatives of 2021 to 2026 with their years and five million reports with figures. In
each province one of today's communes does a hundred times as much as most, four do ten times. The same seed
gives the same rows to the byte, on either database (`Sample.digests`). Initiatives, catalogues, practices,
the movement and the people are marked as sample; areas and bodies are the real ones.

Made is what the verbs would have left behind: states with their steps, catalogues, figures, the cells with
what was known of them on earlier days, the search index. Left out are the entries of the journal.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils.translation import gettext as _

from kheo.accounts.models import User
from kheo.audit.models import Entry
from kheo.demo.invented import DEEDS, OWNERS
from kheo.demo.living import UNTIL, YEARS, Ground, Life, Piece, Place
from kheo.fieldwork.figures import ship_kinds
from kheo.fieldwork.models import FieldReport, FieldReportStep, FigureKind, ReportFigure
from kheo.initiatives.models import Catalogue, Ending, Enrolment, Initiative, Practice, Step
from kheo.lib.database import analyse
from kheo.lib.periods import FOREVER
from kheo.lib.pouring import Pouring, bare
from kheo.lib.refusals import Refused
from kheo.lib.vietnamese import fold, sort_key
from kheo.places import loading as of_nghe_an
from kheo.places import nation as areas
from kheo.places.models import GSO, Area, AreaCode, Level
from kheo.plans import beginning
from kheo.plans.models import Field, Mandate, Movement
from kheo.search.models import Document
from kheo.tallies.models import AreaYear, Cell
from kheo.units import loading
from kheo.units.models import Post, ReachKind, Role, Unit

INITIATIVES, REPORTS = 1_000_000, 5_000_000
SEED = 20210523
# How much one of today's communes does, by its place in its province.
BUSY = {0: 100, 1: 10, 2: 10, 3: 10, 4: 10}
CODE = "dan-van-kheo-mau"
POURED = (
    Initiative, Enrolment, Step, Ending, FieldReport, FieldReportStep, ReportFigure, Cell, AreaYear, Document,
)  # fmt: skip
SEARCHED = ("all", "initiatives", "none")
Say = Callable[[str], None]


@dataclass
class Sample:
    """What was made, from which seed, in how many seconds; rows and digests by the name of the table."""

    seed: int
    scale: float
    provinces: int
    rows: dict[str, int]
    digests: dict[str, str]
    seconds: dict[str, float]
    ground: Ground = field(repr=False)

    def as_json(self) -> dict[str, Any]:
        poured = sum(self.rows.values())
        whole = sum(self.seconds.values())
        return {
            "seed": self.seed,
            "scale": self.scale,
            "provinces": self.provinces,
            "rows": self.rows,
            "rows_poured": poured,
            # Of the whole command, with areas, bodies, indexes and statistics; and of the pouring alone.
            "rows_a_second": round(poured / max(whole, 0.001)),
            "rows_a_second_pouring": round(poured / max(self.seconds["pour"], 0.001)),
            "seconds": {name: round(taken, 1) for name, taken in self.seconds.items()},
            "digests": self.digests,
        }


def make(
    seed: int = SEED,
    scale: float = 1.0,
    provinces: Collection[str] = (),
    search: str = "all",
    say: Say = lambda words: None,
) -> Sample:
    """Load the areas, found the bodies, invent their work. `provinces`: codes of today's; all if none.

    Refused where there is work already, and for a scale that leaves nothing.
    """
    initiatives, reports = round(INITIATIVES * scale), round(REPORTS * scale)
    if initiatives < 1:
        raise Refused(_("This scale leaves nothing to make. 0.001 makes a thousand initiatives."))
    _refuse_work()
    clock = Clock()
    with transaction.atomic():
        ship_kinds(FigureKind)
        beginning.fields()
    say(_("Loading the areas"))
    areas.load(provinces, progress=say)
    clock.lap("areas")
    say(_("Founding the bodies"))
    loading.load()
    clock.lap("bodies")
    _sweep()
    # One transaction from the first person to the last index: a break leaves areas and bodies, and a second
    # run finds them.
    with bare(*POURED, say=say):
        ground = set_up()
        say(_("%(n)s initiatives and %(m)s reports") % {"n": f"{initiatives:,}", "m": f"{reports:,}"})
        life = Life(ground, seed, initiatives, reports, search)
        with Pouring(*life.tables) as pouring:
            for year in life.live(pouring):
                say(_("%(year)s: %(rows)s rows") % {"year": year, "rows": f"{len(pouring):,}"})
        clock.lap("pour")
        say(_("Making the indexes"))
    clock.lap("indexes")
    _settle_down()
    clock.lap("statistics")
    digests = pouring.digests()
    # Each database keeps its own words for search.
    del digests[Document.__name__]
    return Sample(
        seed,
        scale,
        Area.objects.on(UNTIL).of_level(Level.PROVINCE).count(),
        dict(pouring.rows),
        digests,
        clock.laps,
        ground,
    )


class Clock:
    """Seconds of one piece of work after the other."""

    def __init__(self) -> None:
        self.begun, self.laps = time.monotonic(), dict[str, float]()

    def lap(self, name: str) -> None:
        now = time.monotonic()
        self.laps[name], self.begun = now - self.begun, now


def _refuse_work() -> None:
    """Nothing invented goes in among what people have entered."""
    if (
        Initiative.objects.exists()
        or User.objects.exists()
        or Entry.objects.filter(user__isnull=False).exists()
    ):
        raise Refused(
            _(
                "This database holds work or people already. The sample is made in an empty one: "
                "name another folder in KHEO_DATA."
            )
        )


def set_up() -> Ground:
    """People, movement, catalogues and the communes of each era, in one order whatever the database."""
    with transaction.atomic():
        movement = Movement.objects.create(
            code=CODE,
            name="Dân vận khéo (dữ liệu mẫu)",
            objective="Phong trào bịa đặt để thử máy, không phải số liệu thật.",
            launched_on=date(2021, 1, 1),
            sample=True,
        )
        fields = list(Field.objects.order_by("order", "pk"))
        practices = Practice.objects.bulk_create(
            Practice(
                name=name,
                folded=fold(name),
                sort_key=sort_key(name),
                field=fields[n % len(fields)],
                sample=True,
            )
            for n, name in enumerate(DEEDS)
        )
        kinds: dict[str, list[int]] = defaultdict(list)
        for measure, pk in FigureKind.objects.order_by("measure", "code").values_list("measure", "pk"):
            kinds[measure].append(pk)
        boards = _boards(movement)
        return Ground(
            movement=movement.pk,
            fields=[each.pk for each in fields[:4]],
            practices=[each.pk for each in practices],
            kinds=dict(kinds),
            eras=_eras(),
            boards=boards,
            catalogues=_catalogues(boards),
        )


def _users(names: Iterable[tuple[str, str]]) -> list[User]:
    """Nobody signs in as them but in a demonstration: they have no password."""
    nothing = make_password(None)
    return User.objects.bulk_create(
        (User(username=name, full_name=full, is_sample=True, password=nothing) for name, full in names),
        batch_size=500,
    )


def _boards(movement: Movement) -> dict[int, tuple[int, int, int]]:
    provinces = list(Area.objects.filter(level=Level.PROVINCE, in_force=True).order_by("pk"))
    bodies: dict[int, dict[str, int]] = defaultdict(dict)
    for at, key, pk in (
        Unit.objects.filter(area__in=provinces).order_by("pk").values_list("area", "key", "pk")
    ):
        bodies[at][key] = pk
    users = _users((f"tinh{area.pk}", f"Lãnh đạo mẫu {area.full_name}") for area in provinces)
    posts = Post.objects.bulk_create(
        Post(user=user, unit_id=bodies[area.pk]["ban_chi_dao"], role=Role.HEAD, reach=ReachKind.PLACE,
             valid_from=max(area.valid_from, date(2021, 1, 1)), valid_to=area.valid_to)
        for user, area in zip(users, provinces, strict=True)
    )  # fmt: skip
    Mandate.objects.bulk_create(
        Mandate(committee_id=bodies[area.pk]["ban_chi_dao"], movement=movement,
                valid_from=area.valid_from, valid_to=area.valid_to)
        for area in provinces
    )  # fmt: skip
    return {
        area.pk: (
            bodies[area.pk].get("ban_tuyen_giao_dan_van") or bodies[area.pk]["ban_dan_van"],
            bodies[area.pk]["ban_chi_dao"],
            post.pk,
        )
        for area, post in zip(provinces, posts, strict=True)
    }


def _catalogues(boards: dict[int, tuple[int, int, int]]) -> dict[tuple[int, int], tuple[int, date]]:
    """One a province and year, signed in spring, or in August 2025 where the province had just begun."""
    lasting = {area.pk: area for area in Area.objects.filter(pk__in=boards)}
    made = []
    for n, province in enumerate(boards):
        area = lasting[province]
        for year in YEARS:
            day = date(year, 3, 5 + n % 20)
            if not area.existed_on(day):
                day = date(year, 8, 5 + n % 20)
            if area.existed_on(day):
                committee = boards[province][1]
                made.append(
                    (province, Catalogue(committee_id=committee, year=year, number=f"{n + 1}-DM/BCĐ (mẫu)",
                                         signed_on=day, signer="Lãnh đạo mẫu", sample=True))
                )  # fmt: skip
    Catalogue.objects.bulk_create((each for _province, each in made), batch_size=500)
    return {(province, each.year): (each.pk, each.signed_on) for province, each in made}


def _eras() -> list[tuple[date, date, list[Place]]]:
    days = [date(2021, 6, 1), of_nghe_an.DISTRICTS_ENDED]
    living = list(
        Area.objects.on(UNTIL).communes().select_related("parent").order_by("parent_id", "sort_key", "pk")
    )
    weights: dict[str, int] = {}
    for _province, some in groupby(living, key=lambda area: area.parent_id):
        weights |= {area.path_now: BUSY.get(n, 1) for n, area in enumerate(some)}
    users = _users((f"xa{area.pk}", f"Cán bộ mẫu {area.full_name}") for area in living)
    bodies: dict[int, dict[str, int]] = defaultdict(dict)
    rows = Unit.objects.filter(level="commune").exclude(key="").order_by("pk")
    for at, key, pk in rows.values_list("area_id", "key", "pk").iterator(chunk_size=5000):
        bodies[at][key] = pk
    posts = {
        area.path_now: post.pk
        for area, post in zip(
            living,
            Post.objects.bulk_create(
                (Post(user=user, unit_id=bodies[area.pk]["dang_uy"], role=Role.REGISTRAR,
                      reach=ReachKind.PLACE, valid_from=of_nghe_an.DISTRICTS_ENDED)
                 for user, area in zip(users, living, strict=True)),
                batch_size=500,
            ),
            strict=True,
        )
    }  # fmt: skip
    codes = dict(AreaCode.objects.filter(system=GSO).order_by("pk").values_list("area_id", "code"))
    roots = {area.path: area.pk for area in Area.objects.filter(level=Level.PROVINCE)}
    today = next(iter(posts.values()))
    eras = []
    for first, end in zip(days, [*days[1:], FOREVER], strict=True):
        communes = list(Area.objects.on(first).communes().with_place().order_by("pk"))
        sharing: dict[str, int] = defaultdict(int)
        for area in communes:
            sharing[area.path_now] += 1
        eras.append(
            (
                first,
                end,
                [
                    _place(area, codes, bodies[area.pk], weights, sharing, posts, roots, today)
                    for area in communes
                ],
            )
        )
    return eras


def _place(
    area: Area,
    codes: dict[int, str],
    bodies: dict[str, int],
    weights: dict[str, int],
    sharing: dict[str, int],
    posts: dict[str, int],
    roots: dict[str, int],
    anyone: int,
) -> Place:
    now = roots[area.path_now.split("/")[0] + "/"]
    return Place(
        area=area.pk,
        # Mixed with the seed: the same wherever the nation is made, as no id is. Codes are used again.
        code=f"{codes.get(area.pk, area.full_name)} {area.valid_from}",
        # A commune that was divided has no one heir: it does as much as most.
        weight=weights.get(area.path_now, 1) / (sharing[area.path_now] if area.path_now in weights else 1),
        owners=tuple(bodies.get(key) or bodies["dang_uy"] for key in OWNERS),
        office=bodies.get("khoi_dan_van") or bodies.get("ban_xay_dung_dang") or bodies["dang_uy"],
        named=Piece.of(area.in_text),
        then=roots[area.path.split("/")[0] + "/"],
        now=now,
        post=posts.get(area.path_now, anyone),
        place=area.short_place,
    )


def _sweep() -> None:
    """A run that was broken off left its lines in the tables' files, unseen: their room is used again."""
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            cursor.execute(f"VACUUM {', '.join(model._meta.db_table for model in POURED)}")


def _settle_down() -> None:
    """What the database's own housekeeping would do within minutes."""
    if connection.vendor != "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA optimize")
            cursor.execute("ANALYZE")
    elif connection.in_atomic_block:
        analyse(*POURED)
    else:
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
