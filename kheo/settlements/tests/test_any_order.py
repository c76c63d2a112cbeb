"""Whatever is reorganised, reversed, settled and recorded, in whatever order: nothing is lost and nothing
guessed.

Random trees, reorganisations of every kind with past, present and future days, corrections and settlements,
and records between them. After every step: totals are conserved at every date and in every structure; what
was known on a past day reads as it did on that day; tallies equal a recount; lineages and paths agree.
LONG_TESTS=1 runs it long.
"""

import os
from datetime import date, datetime, timedelta
from itertools import count, product
from unittest import mock

import hypothesis.strategies as st
from django.db import transaction
from django.db.models import Q
from django.test import TestCase
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from kheo.initiatives.models import Initiative
from kheo.lib.periods import FOREVER, VIETNAM, Period
from kheo.lib.refusals import Refused
from kheo.places import parts
from kheo.places.models import Area, AreaLineage, Level
from kheo.places.paths import common
from kheo.places.tests.lists import invented
from kheo.plans.models import Field, Movement
from kheo.settlements import settling, undecided
from kheo.settlements.models import Settlement
from kheo.tallies import counting
from kheo.tallies.figures import NOWHERE, Reading, figures
from kheo.units import bodies, loading, reorganise, reversing
from kheo.units import lineage as of_units
from kheo.units.models import Post, ReachKind, Reorganisation, Role, Unit, UnitLineage
from kheo.units.tests.cast import person, post

LONG = bool(os.environ.get("LONG_TESTS"))
SINCE, BEGIN = date(2021, 1, 1), date(2025, 3, 1)
STRUCTURES = [date(2024, 12, 31), date(2025, 3, 10), date(2025, 4, 1), date(2025, 12, 31)]
YEARS = Period(date(2024, 1, 1), date(2026, 12, 31))
# Names of two syllables that no other name begins with.
NAMES = [
    f"{one} {other}" for one, other in product(["Lang", "Khe", "Nga", "Phu", "Son"], ["Bac", "Dien", "Hoa"])
]
LEAST = [body for body in bodies.bodies() if body.key in ("tinh_uy", "huyen_uy", "dang_uy", "ubnd")]


class Clock(datetime):
    """The day it is, for everything that asks."""

    day = BEGIN

    @classmethod
    def now(cls, tz=None):
        return datetime(cls.day.year, cls.day.month, cls.day.day, 12, tzinfo=tz or VIETNAM)


class Province(RuleBasedStateMachine):
    """Tỉnh Mẫu with one district, three communes and what people do to them."""

    def __init__(self):
        super().__init__()
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        Clock.day = BEGIN
        self.patches = [
            mock.patch("kheo.lib.periods.datetime", Clock),
            mock.patch.object(bodies, "bodies", return_value=LEAST),
        ]
        for patch in self.patches:
            patch.start()
        self.names = (f"{name} {number}" if number else name for number in count() for name in NAMES)
        self.known: dict[date, dict] = {}
        self.records = 0

    def teardown(self):
        for patch in self.patches:
            patch.stop()
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize()
    def found(self):
        invented("Alu", "Beta", "Gam")
        loading.load()
        self.an = post(
            person("an", "Phan Thị An"), Unit.objects.get(key="tinh_uy"), Role.ADMIN, ReachKind.PLACE, SINCE
        )
        self.movement = Movement.objects.create(
            name="Dân vận khéo", code="dvk", launched_on=date(2021, 5, 23)
        )
        self.field = Field.objects.create(code="kinh_te", name="Kinh tế", order=1)
        for commune in Area.objects.communes():
            Area.objects.add_hamlet("Phong", "bản", commune)
            owner = Unit.objects.get(area=commune, key="dang_uy")
            post(person(f"u{commune.pk}", commune.name), owner, Role.REPORTER, since=SINCE)
            self._record(commune, 2024)

    # What people do

    def _record(self, area, year):
        commune = area.commune
        owner = Unit.objects.filter(area=commune, key="dang_uy").first()
        self.records += 1
        Initiative.objects.known_from_publication(
            year=year,
            name=f"Mô hình {self.records}",
            area=area,
            owner=owner,
            movement=self.movement,
            field=self.field,
        )

    @rule(which=st.integers(0, 30), year=st.sampled_from([2024, 2025]))
    def record(self, which, year):
        places = list(
            Area.objects.filter(in_force=True, level__in=[Level.COMMUNE, Level.HAMLET])
            .order_by("pk")
            .with_place()
        )
        places = [area for area in places if area.valid_from <= Clock.day and area.parent.level != Level.PART]
        self._record(places[which % len(places)], year)

    @rule(which=st.integers(0, 9))
    def hamlet(self, which):
        communes = self._communes()
        Area.objects.add_hamlet(f"Ban {next(self.names)}", "bản", communes[which % len(communes)])

    @rule(days=st.integers(1, 20))
    def time_passes(self, days):
        self.known[Clock.day] = self._readings(Clock.day)
        Clock.day += timedelta(days=days)
        reorganise.catch_up()

    def _communes(self):
        return list(Area.objects.on(Clock.day).communes().order_by("pk"))

    def _decide(self, table, shift, about="areas"):
        on = Clock.day + timedelta(days=shift)
        before = self._readings(None, [day for day in STRUCTURES if day < on])
        try:
            with transaction.atomic():
                story = reorganise.enter(
                    name=f"Quyết định {Reorganisation.objects.count()}",
                    on=on,
                    legal_basis="Nghị quyết mẫu",
                    table=table,
                    by=self._admin(),
                    about=about,
                )
                reorganise.confirm(story, by=self._admin())
        except Refused:
            return
        # Structures of before its day read as they did.
        assert self._readings(None, [day for day in STRUCTURES if day < on]) == before, table

    def _admin(self):
        vars(self.an.user).pop("current_posts", None)
        return Post.objects.filter(user=self.an.user, valid_to__gt=Clock.day, role=Role.ADMIN).latest("pk")

    @rule(a=st.integers(0, 9), b=st.integers(0, 9), shift=st.integers(-5, 10), into=st.booleans())
    def merge(self, a, b, shift, into):
        communes = self._communes()
        one, other = communes[a % len(communes)], communes[b % len(communes)]
        if one == other:
            return
        name = other.name if into else next(self.names)
        self._decide(f"xã {one.name} ; toàn bộ ; xã {name}\nxã {other.name} ; toàn bộ ; xã {name}", shift)

    @rule(a=st.integers(0, 9), shift=st.integers(-5, 10), share=st.sampled_from(["", " 1/3", " 1/2"]))
    def divide(self, a, shift, share):
        communes = self._communes()
        old = communes[a % len(communes)]
        rest = {"": "", " 1/3": " 2/3", " 1/2": " 1/2"}[share]
        one, other = next(self.names), next(self.names)
        self._decide(
            f"xã {old.name} ; một phần{share} ; xã {one}\nxã {old.name} ; một phần{rest} ; xã {other}", shift
        )

    @rule(
        a=st.integers(0, 9),
        b=st.integers(0, 9),
        shift=st.integers(-5, 10),
        share=st.sampled_from(["", " 2/5"]),
    )
    def move_a_part(self, a, b, shift, share):
        communes = self._communes()
        one, other = communes[a % len(communes)], communes[b % len(communes)]
        if one != other:
            self._decide(f"xã {one.name} ; một phần{share} ; xã {other.name}", shift)

    @rule(a=st.integers(0, 9), shift=st.integers(-5, 10), words=st.sampled_from(["đổi tên", "giữ nguyên"]))
    def rename(self, a, shift, words):
        communes = self._communes()
        old = communes[a % len(communes)]
        name = next(self.names) if words == "đổi tên" else old.name
        self._decide(f"xã {old.name} ; {words} ; xã {name}", shift)

    @rule(shift=st.integers(-5, 10))
    def end_the_district(self, shift):
        self._decide("huyện Một ; kết thúc ; tỉnh Mẫu", shift)

    @rule(
        a=st.integers(0, 9),
        shift=st.integers(-5, 10),
        what=st.sampled_from(["đổi tên", "giải thể", "một phần"]),
    )
    def bodies_alone(self, a, shift, what):
        living = list(Unit.objects.on(Clock.day).filter(key="ubnd", level="commune").order_by("pk"))
        if not living:
            return
        old = living[a % len(living)]
        where = f"{old.name}, {old.area.full_name}"
        names = [f"Ủy ban {next(self.names)}" for _ in range(2 if what == "một phần" else 1)]
        if what == "giải thể":
            names = [""]
        self._decide("\n".join(f"{where} ; {what} ; {name}" for name in names), shift, "bodies")

    @precondition(
        lambda self: Reorganisation.objects.filter(carried_out_at__isnull=False, reverses=None).exists()
    )
    @rule(sure=st.sampled_from([False, False, True]))
    def reverse_the_last(self, sure):
        if not sure:
            return
        done = Reorganisation.objects.filter(carried_out_at__isnull=False, reverses=None, reversal=None)
        story = done.exclude(change={}).order_by("carried_out_at", "pk").last()
        if story is None:
            return
        before = self._readings(None, [day for day in STRUCTURES if day < story.on])
        try:
            with transaction.atomic():
                reversing.reverse(story, name="Đính chính", legal_basis="Quyết định mẫu", by=self._admin())
        except Refused:
            return
        # Of what was recorded in what never was, more may be known now; nothing that was certain is lost.
        for reading, rows in self._readings(None, [day for day in STRUCTURES if day < story.on]).items():
            certain = {key: value for key, value in before[reading].items() if key != NOWHERE}
            assert all(rows.get(key, 0) >= value for key, value in certain.items()), (reading, before, rows)
        assert story.reversed_by_other is None or Reorganisation.objects.get(pk=story.pk).state[1] == "off"

    @rule(which=st.integers(0, 9), way=st.integers(0, 5), kind=st.sampled_from(["hamlets", "initiatives"]))
    def settle(self, which, way, kind):
        rows = [row for row in undecided.divided(self._admin()) if row.waiting]
        if not rows:
            return
        commune = rows[which % len(rows)].commune
        ways = parts.ways(commune)
        asks = {"hamlets": undecided.hamlets_of, "initiatives": undecided.records_of}
        if not asks[kind](commune).exists():
            [kind] = set(asks) - {kind}
        things = list(asks[kind](commune))[: 1 + which % 2]
        if not things or len(ways) < 2:
            return
        try:
            with transaction.atomic():
                settling.settle(commune, ways[way % len(ways)], by=self._admin(), **{kind: things})
        except Refused:
            return

    @rule(which=st.integers(0, 9))
    def take_back(self, which):
        rows = list(Settlement.objects.holding().order_by("pk"))
        if rows:
            settling.withdraw(rows[which % len(rows)], by=self._admin(), reason="Nhầm")

    # What must hold

    def _readings(self, known_on, structures=None):
        found = {}
        for day in STRUCTURES if structures is None else structures:
            for by in ("area", "unit"):
                table = figures(YEARS, by, everything=True, structure=day, known_on=known_on)
                rows = {row.key: sum(row.values.values()) for row in table.rows if any(row.values.values())}
                found[day, by] = rows
        return found

    @invariant()
    def nothing_is_lost(self):
        for (day, by), rows in self._readings(None).items():
            assert sum(rows.values()) == self.records, (day, by, rows, self.records)

    @invariant()
    def a_place_is_read_from_its_years_as_from_its_cells(self):
        for day, known_on in product(STRUCTURES, (None, *list(self.known)[-1:])):
            for area in Area.objects.on(day).of_level("province", "district", "commune"):
                asked = {"everything": True, "structure": day, "area": area, "known_on": known_on}
                years = Reading(YEARS, **asked).rows("area")
                cells = Reading(YEARS, filters=Q(value__isnull=False), **asked).rows("area")
                told = [
                    {
                        row.key: (row.estimated, {name: value for name, value in row.values.items() if value})
                        for row in rows
                    }
                    for rows in (years, cells)
                ]
                assert told[0] == told[1], (day, area)

    @invariant()
    def what_was_known_stays(self):
        for day, told in self.known.items():
            assert self._readings(day) == told, day

    @invariant()
    def tallies_equal_a_recount(self):
        assert counting.verify()[1] == []

    @invariant()
    def lineages_are_whole(self):
        for day in (*STRUCTURES, Clock.day):
            sums: dict[int, float] = {}
            paths: dict[int, list[str]] = {}
            for row in AreaLineage.objects.answering(day).select_related("heir"):
                sums[row.area_id] = sums.get(row.area_id, 0) + row.share_numerator / row.share_denominator
                paths.setdefault(row.area_id, []).append(row.heir.path)
            areas = Area.objects.filter(in_force=True)
            for area in areas:
                assert abs(sums.get(area.pk, 0) - 1) < 1e-9, (area, day, sums.get(area.pk))
                if day == Clock.day:
                    assert area.path_now == common(paths[area.pk]), (area, area.path_now)
        known = set(UnitLineage.objects.answering(Clock.day).values_list("unit", flat=True))
        begun = Unit.objects.filter(valid_from__lte=Clock.day)
        assert known >= set(begun.values_list("pk", flat=True))
        assert not Area.objects.filter(path_now="").exists()

    @invariant()
    def lineages_of_some_are_those_of_all(self):
        """What a decision wrote of the bodies it concerned is what all of them worked out anew say."""
        columns = ("unit", "heir", "valid_from", "valid_to", "share_numerator", "share_denominator")
        written = sorted(UnitLineage.objects.known().values_list(*columns))
        of_units.recompute()
        assert sorted(UnitLineage.objects.known().values_list(*columns)) == written

    @invariant()
    def nobody_living_hangs_under_what_ended(self):
        living = Area.objects.on(Clock.day).exclude(level=Level.PART).select_related("parent")
        for area in living:
            assert area.parent is None or area.parent.existed_on(Clock.day), area
        for unit in Unit.objects.on(Clock.day).filter(valid_to=FOREVER).select_related("parent", "area"):
            assert unit.area.existed_on(Clock.day), unit


class AnyOrder(TestCase):
    def test_nothing_is_lost_whatever_happens(self):
        run_state_machine_as_test(
            Province,
            settings=settings(
                max_examples=200 if LONG else 4,
                stateful_step_count=25 if LONG else 8,
                deadline=None,
                database=None,
                derandomize=not LONG,
                suppress_health_check=list(HealthCheck),
            ),
        )
