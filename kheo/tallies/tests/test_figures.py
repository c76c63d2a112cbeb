"""The same cells read in the structure of any day, by several ways; nothing is lost and nothing guessed."""

from collections import defaultdict
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from unittest import mock

from django.db import connection
from django.db.models import F, Q
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from kheo.lib.periods import FOREVER, Period, today
from kheo.places import changes
from kheo.places import lineage as areas
from kheo.places.models import Area, AreaSuccession
from kheo.places.tests.lists import IN_2021, IN_2024, IN_2026, NgheAn, invented
from kheo.places.tests.test_changes import AFTER, BEFORE, division
from kheo.plans.models import Field
from kheo.tallies import counting
from kheo.tallies.figures import NOWHERE, READINGS, Reading, figures, structure_day, year
from kheo.tallies.measures import Measure, register
from kheo.tallies.models import AreaYear, Cell
from kheo.tallies.seen import values_of
from kheo.tallies.tests.ledger import only_measure
from kheo.units import lineage
from kheo.units.models import Post, Unit, UnitSuccession
from kheo.units.tests.cast import cast, person

Y2024, Y2025, Y2026 = Period.year(2024), Period.year(2025), Period.year(2026)


class Counting:
    """Things are counted by month, plans by plan year; both hold for one test."""

    def setUp(self):
        stack = ExitStack()
        self.addCleanup(stack.close)
        stack.enter_context(only_measure())
        register(Measure("enrolled_new", "enrolled_new", "year", lambda *_which: []))
        self.economy = Field.objects.create(code="kinh_te", name="Kinh tế", order=1)
        self.culture = Field.objects.create(code="van_hoa", name="Văn hóa", order=2)

    def body(self, area, line="party", **facts):
        unit = Unit(name=f"Đảng ủy {area}", area=area, line=line, level=area.level, **facts)
        unit.save()
        return unit

    def cell(self, area, value, *, on=date(2024, 3, 1), unit=None, field=None, kind="model", **facts):
        facts = {"known_from": on, "measure": "people", **facts}
        unit = unit or self.body(area)
        facts |= {"unit": unit, "area": area, "field": field or self.economy, "kind": kind}
        if facts["measure"] == "people":
            # Counted by month, it has a second cell for its year.
            of_year = {**facts, "measure": "people/year", "period": on.replace(month=1, day=1)}
            if not Cell.objects.filter(**of_year).update(value=F("value") + value):
                Cell.objects.create(value=value, **of_year)
        self.of_commune({**facts, "period": on.replace(month=1, day=1)}, value)
        return Cell.objects.create(period=on, value=value, **facts)

    def of_commune(self, facts, value):
        """The sum of its commune's year, as it goes with every cell."""
        until = facts.get("known_to", FOREVER)
        year, _fresh = AreaYear.objects.get_or_create(
            period=facts["period"],
            area=facts["area"],
            known_to=until,
            defaults={"known_from": facts["known_from"]},
        )
        AreaYear.objects.filter(pk=year.pk).update(**{facts["measure"]: F(facts["measure"]) + value})

    def told(self, table, measure="people"):
        return {row.label: row.of(measure) for row in table.rows if row.of(measure)}


class OfNgheAn(Counting, NgheAn):
    """The real lists: 460 communes in 2021, 412 at the end of 2024, 130 today."""

    def setUp(self):
        super().setUp()
        # Of the photo under the Directive: xã Tam Hợp, huyện Tương Dương, which is xã Tam Thái today.
        self.tam_hop = Area.objects.on(IN_2021).communes().get(name="Tam Hợp", parent__name="Tương Dương")
        self.tam_thai = self.tam_hop.heir_on(IN_2024)
        self.cell(self.tam_hop, 5)
        self.cell(Area.objects.on(IN_2024).communes().get(name="Tam Thái", parent__name="Tương Dương"), 3)

    def test_as_it_was_and_restated(self):
        then = year(2024, "area", everything=True)
        self.assertEqual(self.told(then), {"Xã Tam Hợp": 5, "Xã Tam Thái": 3})
        self.assertEqual((then.structure, then.communes_counted, then.communes), (date(2024, 12, 31), 2, 412))
        today = year(2024, "area", everything=True, structure=IN_2026)
        self.assertEqual(self.told(today), {"Xã Tam Thái": 8})
        self.assertEqual((today.communes_counted, today.communes, len(today.rows)), (1, 130, 130))
        self.assertEqual(today.totals["people"], then.totals["people"])
        for day in (IN_2021, IN_2024, IN_2026):
            provinces = year(2024, "province", everything=True, structure=day)
            self.assertEqual(self.told(provinces), {"Tỉnh Nghệ An": 8})
            self.assertEqual([row.code for row in provinces.rows], ["40"])

    def test_each_state_has_its_own_number_of_communes(self):
        for day, communes in ((IN_2021, 460), (IN_2024, 412), (IN_2026, 130)):
            table = figures(Y2024, "area", everything=True, structure=day)
            self.assertEqual((table.communes, len(table.rows)), (communes, communes))

    def test_codes_are_those_of_the_structure(self):
        table = year(2024, "area", everything=True, structure=IN_2026)
        row = next(row for row in table.rows if row.of("people"))
        self.assertEqual(row.code, Area.objects.get(pk=row.pk).code_on(IN_2026))
        self.assertEqual(sum(1 for row in table.rows if row.code), 130)

    def test_read_back_only_as_far_as_is_certain(self):
        now = Area.objects.on(IN_2026).communes().get(name="Tam Thái")
        self.cell(now, 7, on=date(2026, 2, 1))
        back = figures(Y2026, "area", everything=True, structure=IN_2024)
        self.assertEqual(self.told(back), {"Chưa phân bổ được xuống cấp này": 7})
        self.assertEqual(back.rows[-1].key, NOWHERE)
        self.assertEqual(back.totals["people"], 7)
        # Its predecessors lay in one district, which therefore is certain.
        by_district = figures(Y2026, "district", everything=True, structure=IN_2024)
        self.assertEqual(self.told(by_district), {"Huyện Tương Dương": 7})

    def test_districts_are_gone_today(self):
        table = year(2024, "district", everything=True, structure=IN_2026)
        self.assertEqual([row.key for row in table.rows], [NOWHERE])
        self.assertEqual(len(year(2024, "district", everything=True).rows), 20)

    def test_inside_one_area(self):
        tuong_duong = Area.objects.on(IN_2024).get(level="district", name="Tương Dương")
        other = Area.objects.on(IN_2024).communes().exclude(parent=tuong_duong).first()
        self.cell(other, 100)
        table = year(2024, "area", everything=True, area=tuong_duong)
        self.assertEqual((table.totals["people"], len(table.rows)), (8, table.communes))
        by_field = year(2024, "field", everything=True, area=tuong_duong)
        self.assertEqual(self.told(by_field), {"Kinh tế": 8})
        with self.assertRaises(ValueError):
            year(2024, "area", everything=True, area=tuong_duong, structure=IN_2026)

    def test_a_province_costs_as_many_queries_as_a_commune(self):
        counts = []
        for _round in range(2):
            taken = []
            for by in READINGS:
                with CaptureQueriesContext(
                    connection,
                ) as queries:
                    year(2024, by, everything=True, structure=IN_2026)
                taken.append(len(queries))
            counts.append(taken)
            for area in Area.objects.on(IN_2024).communes().exclude(name__startswith="Tam")[:40]:
                self.cell(area, 1)
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(max(counts[0]), 9)


class OfNamesAndCodesGivenAgain(Counting, NgheAn):
    """Ten communes whose name or code another commune bears today: each counts under its own heir."""

    # Name and district of 2024; who bears the name today (else its code was given again); the heir.
    COMMUNES = (
        ("Châu Tiến", "Quỳ Hợp", "Châu Tiến", "Châu Hồng"),
        ("Đông Thành", "Yên Thành", "Đông Thành", "Yên Thành"),
        ("Nam Đàn", "Nam Đàn", "Nam Đàn", "Vạn An"),
        ("Quang Trung", "Vinh", "", "Thành Vinh"),
        ("Nghi Hương", "Vinh", "", "Cửa Lò"),
        ("Hữu Lập", "Kỳ Sơn", "", "Hữu Kiệm"),
        ("Châu Phong", "Quỳ Châu", "", "Hùng Chân"),
        ("Nghĩa Hồng", "Nghĩa Đàn", "", "Nghĩa Mai"),
        ("Thạch Ngàn", "Con Cuông", "", "Mậu Thạch"),
        ("Đôn Phục", "Con Cuông", "", "Cam Phục"),
    )

    def test_each_is_restated_under_its_own_heir(self):
        expected = defaultdict(int)
        for number, (name, district, namesake, heir) in enumerate(self.COMMUNES):
            before = Area.objects.on(IN_2024).communes().get(name=name, parent__name=district)
            if namesake:
                # Somebody else bears the name today.
                other = Area.objects.on(IN_2026).communes().get(name=namesake)
                self.assertNotEqual(before.heir_on(IN_2026), other)
            else:
                # Its code is another name's today.
                now = Area.objects.with_code(before.code_on(IN_2024), IN_2026).get()
                self.assertNotEqual(now.name, before.name)
            self.cell(before, 2**number)
            expected[Area.objects.on(IN_2026).communes().get(name=heir).full_name] += 2**number
        then = year(2024, "area", everything=True)
        self.assertEqual(len(self.told(then)), len(self.COMMUNES))
        now = year(2024, "area", everything=True, structure=IN_2026)
        self.assertEqual(self.told(now), dict(expected))
        self.assertEqual(now.totals, then.totals)


class Divided(Counting, TestCase):
    """A commune of Tỉnh Mẫu goes over into two."""

    def setUp(self):
        super().setUp()
        self.areas = invented("An", "Bình")
        self.old = self.areas["An"]
        self.cell(self.old, 100)
        self.cell(self.areas["Bình"], 7)

    def read(self, by="area", **options):
        return year(2024, by, everything=True, structure=AFTER, **options)

    def test_while_undecided_it_is_not_attributed_and_not_lost(self):
        changes.carry_out(division())
        table = self.read()
        self.assertEqual(self.told(table), {"Xã Bình": 7, "Chưa phân bổ được xuống cấp này": 100})
        self.assertEqual(table.totals["people"], 107)
        self.assertEqual((table.communes_counted, table.communes), (1, 3))
        self.assertEqual(self.told(self.read("district")), {"Huyện Một": 107})

    def test_decided_shares_spread_it_to_the_digit(self):
        changes.carry_out(division(Fraction(1, 3), Fraction(2, 3)))
        table = self.read()
        self.assertEqual(sorted(self.told(table).values()), [7, 33, 67])
        self.assertEqual(table.totals["people"], 107)
        self.assertEqual((table.communes_counted, table.communes), (3, 3))

    def test_what_is_spread_is_marked_with_what_it_rests_on(self):
        changes.carry_out(division(Fraction(1, 3), Fraction(2, 3)))
        reading = Reading(Y2024, structure=AFTER, everything=True)
        table = reading.by("area")
        self.assertEqual({row.label for row in table.rows if row.estimated}, {"Xã Bắc", "Xã Nam"})
        self.assertEqual(table.row(table.rows[0].key).named, "Xã Bắc (≈ ước tính)")
        self.assertEqual(sum(row.of("people") for row in table.rows), table.totals["people"])
        [estimate] = reading.estimates
        self.assertEqual(estimate.area, self.old)
        self.assertEqual(sorted(share for _heir, share in estimate.shares), [Fraction(1, 3), Fraction(2, 3)])
        self.assertEqual(estimate.bases, ["Nghị quyết mẫu · 01/01/2025"])
        # The district holds all of it, and as it was nothing had been divided.
        self.assertFalse(any(row.estimated for row in reading.by("district").rows))
        self.assertFalse(any(row.estimated for row in reading.by("province").rows))
        self.assertEqual(Reading(Y2024, everything=True).estimates, [])

    def test_whole_moves_and_what_nobody_decided_are_no_estimates(self):
        changes.carry_out(division())
        reading = Reading(Y2024, structure=AFTER, everything=True)
        self.assertEqual(reading.estimates, [])
        self.assertFalse(any(row.estimated for row in reading.by("area").rows))

    def test_all_people_to_one_heir_and_land_alone_to_another_is_an_estimate_by_people(self):
        north, south = division().successions
        changes.carry_out(
            replace(
                division(),
                successions=(
                    replace(north, share=Fraction(1), source="toàn bộ dân số"),
                    replace(south, kind="land"),
                ),
            )
        )
        reading = Reading(Y2024, structure=AFTER, everything=True)
        self.assertEqual({row.label for row in reading.by("area").rows if row.estimated}, {"Xã Bắc"})
        self.assertEqual(reading.by("area").totals["people"], 107)
        self.assertFalse(any(row.estimated for row in reading.by("district").rows))
        [estimate] = reading.estimates
        self.assertEqual(estimate.bases, ["Nghị quyết mẫu · 01/01/2025 · toàn bộ dân số"])

    def test_a_divided_commune_without_figures_makes_no_estimate(self):
        changes.carry_out(division(Fraction(1, 3), Fraction(2, 3)))
        self.assertEqual(Reading(Period.year(2020), structure=AFTER, everything=True).estimates, [])

    def test_a_cut_off_before_the_shares_has_no_estimates(self):
        changes.carry_out(division(Fraction(1, 3), Fraction(2, 3)))
        before = today() - timedelta(days=1)
        self.assertEqual(Reading(Y2024, structure=AFTER, everything=True, known_on=before).estimates, [])

    def test_inside_one_heir_only_its_share_counts(self):
        changes.carry_out(division(Fraction(1, 3), Fraction(2, 3)))
        north = Area.objects.on(AFTER).get(name="Bắc")
        for by in ("area", "field", "line", "kind", "year", "unit"):
            with self.subTest(by=by):
                self.assertEqual(self.read(by, area=north).totals["people"], 33)

    def test_a_place_is_read_from_its_years_as_from_its_cells(self):
        before = today() - timedelta(days=1)
        changes.carry_out(division(Fraction(1, 3), Fraction(2, 3)))
        self.cell(self.old, 10, on=date(2023, 3, 1))
        self.cell(self.areas["Bình"], 3, measure="enrolled_new", on=date(2024, 1, 1))
        years = Period(date(2023, 1, 1), date(2024, 12, 31))
        told = lambda rows: [(r.key, r.code, r.estimated, r.of("people"), r.of("enrolled_new")) for r in rows]  # noqa: E731
        for day, known_on in ((BEFORE, None), (AFTER, None), (AFTER, before)):
            for area in Area.objects.on(day if known_on is None else BEFORE).exclude(level="hamlet"):
                if not area.existed_on(day):
                    continue
                for by in ("area", "district", "province"):
                    for measures in (None, ["people"]):
                        options = {"structure": day, "known_on": known_on, "area": area, "measures": measures}
                        with self.subTest(by=by, **options):
                            of_years = Reading(years, everything=True, **options)
                            of_cells = Reading(years, everything=True, filters=Q(value__gt=0), **options)
                            self.assertEqual(told(of_years.rows(by)), told(of_cells.rows(by)))
                            self.assertEqual(of_years.estimates, of_cells.estimates)
                            self.assertEqual(of_years.coverage, of_cells.coverage)
        table = figures(years, "area", everything=True, structure=AFTER, area=Area.objects.get(name="Một"))
        self.assertEqual(sorted(self.told(table).values()), [7, 37, 73])
        self.assertEqual({row.label for row in table.rows if row.estimated}, {"Xã Bắc", "Xã Nam"})

    def test_one_place_costs_as_many_queries_with_more_in_it(self):
        changes.carry_out(division(Fraction(1, 3), Fraction(2, 3)))
        counts = []
        for _round in range(2):
            with CaptureQueriesContext(connection) as queries:
                self.read(area=Area.objects.get(name="Một"))
            counts.append(len(queries))
            for commune in Area.objects.on(AFTER).communes():
                self.cell(commune, 5)
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[0], 6)

    def test_a_cut_off_knows_nothing_of_what_was_entered_later(self):
        before = today() - timedelta(days=1)
        changes.carry_out(division(Fraction(1, 3), Fraction(2, 3)))
        table = self.read(known_on=before)
        self.assertEqual(self.told(table), {"Xã An": 100, "Xã Bình": 7})
        self.assertEqual((table.communes_counted, table.communes), (2, 2))
        self.assertEqual(sorted(self.told(self.read()).values()), [7, 33, 67])

    def test_a_share_decided_later_leaves_the_cut_off_as_it_was(self):
        decided_on = today() + timedelta(days=30)
        changes.carry_out(division())
        # A month later somebody decides the shares; the undecided rows are closed, not altered.
        for number, link in enumerate(AreaSuccession.objects.filter(predecessor=self.old).order_by("pk"), 1):
            AreaSuccession.objects.filter(pk=link.pk).update(known_to=decided_on)
            link.pk, link.known_from, link.known_to = None, decided_on, FOREVER
            link.share_numerator, link.share_denominator = number, 3
            link.save()
        with mock.patch("kheo.places.lineage.today", return_value=decided_on):
            areas.recompute()
        waiting = {"Xã Bình": 7, "Chưa phân bổ được xuống cấp này": 100}
        self.assertEqual(self.told(self.read(known_on=today())), waiting)
        self.assertEqual(self.told(self.read(known_on=decided_on - timedelta(days=1))), waiting)
        self.assertEqual(sorted(self.told(self.read(known_on=decided_on)).values()), [7, 33, 67])
        self.assertEqual(sorted(self.told(self.read()).values()), [7, 33, 67])

    def test_a_part_stands_for_its_commune_in_its_own_time(self):
        changes.carry_out(division())
        part = Area.objects.filter(parent=self.old, level="part").first()
        for level in (Cell, AreaYear):
            level.objects.filter(area=self.old).update(area=part)
        then = figures(Y2024, "area", everything=True, structure=BEFORE)
        self.assertEqual(self.told(then), {"Xã An": 100, "Xã Bình": 7})
        self.assertEqual(then.communes_counted, 2)
        self.assertEqual(self.told(self.read())[part.today.full_name], 100)


class OfBodies(Counting, TestCase):
    def setUp(self):
        super().setUp()
        self.area = invented("An")["An"]

    def succeed(self, old, *new, share=None):
        for each in new:
            UnitSuccession.objects.create(
                predecessor=old,
                successor=each,
                on=date(2025, 7, 1),
                kind="succeeded",
                legal_basis="x",
                share_numerator=share,
                share_denominator=len(new) if share else None,
            )
        lineage.recompute()

    def test_bodies_are_read_at_their_heirs(self):
        old = self.body(self.area, valid_to=date(2025, 7, 1))
        new = self.body(self.area, line="front", valid_from=date(2025, 7, 1))
        self.cell(self.area, 4, unit=old)
        self.succeed(old, new)
        self.assertEqual([row.pk for row in year(2024, "unit", everything=True).rows], [old.pk])
        now = year(2024, "unit", everything=True, structure=IN_2026)
        self.assertEqual([(row.pk, row.of("people")) for row in now.rows], [(new.pk, 4)])
        self.assertEqual([row.key for row in year(2024, "line", everything=True).rows], ["party"])
        line = year(2024, "line", everything=True, structure=IN_2026)
        self.assertEqual([(row.key, row.of("people")) for row in line.rows], [("front", 4)])
        yesterday = today() - timedelta(days=1)
        as_known = year(2024, "line", everything=True, structure=IN_2026, known_on=yesterday)
        self.assertEqual([(row.key, row.of("people")) for row in as_known.rows], [("party", 4)])

    def test_a_body_that_is_younger_than_the_structure_keeps_its_line(self):
        young = self.body(self.area, line="women", valid_from=date(2025, 7, 1))
        lineage.recompute()
        self.cell(self.area, 4, unit=young, on=date(2026, 1, 1))
        table = year(2026, "line", everything=True, structure=IN_2024)
        self.assertEqual([(row.key, row.of("people")) for row in table.rows], [("women", 4)])
        self.assertEqual(
            [row.key for row in year(2026, "unit", everything=True, structure=IN_2024).rows], ["-"]
        )

    def test_of_one_place_lines_are_those_of_the_whole(self):
        """A body that goes over by shares into two lines, one that stays, one nobody has decided about."""
        ended = {"valid_to": date(2025, 7, 1)}
        shared, waiting = self.body(self.area, **ended), self.body(self.area, line="women", **ended)
        heirs = [self.body(self.area, line, valid_from=date(2025, 7, 1)) for line in ("party", "women")]
        two = [self.body(self.area, line, valid_from=date(2025, 7, 1)) for line in ("women", "youth")]
        self.succeed(shared, *heirs)
        self.succeed(waiting, *two)
        for number, tie in enumerate(UnitSuccession.objects.filter(predecessor=shared).order_by("pk"), 1):
            tie.share_numerator, tie.share_denominator = number, 3
            tie.save()
        lineage.recompute()
        self.cell(self.area, 9, unit=shared)
        self.cell(self.area, 5, unit=waiting)
        self.cell(self.area, 2, unit=self.body(self.area, line="youth"))
        told = lambda **how: {  # noqa: E731
            row.key: row.of("people")
            for row in year(2024, "line", everything=True, structure=IN_2026, **how).rows
        }
        self.assertEqual(told(), {"party": 3, "women": 11, "youth": 2})
        self.assertEqual(told(area=self.area), told())
        self.assertEqual(told(area=self.area.parent), told())
        with mock.patch("kheo.tallies.figures.at_lines_of_all", side_effect=AssertionError):
            self.assertEqual(told(area=self.area), {"party": 3, "women": 11, "youth": 2})
        # What was spread by decided shares is marked, what nobody decided about is not.
        for how in ({}, {"area": self.area}):
            reading = Reading(Y2024, everything=True, structure=IN_2026, **how)
            self.assertEqual({row.key for row in reading.rows("line") if row.estimated}, {"party", "women"})
            self.assertEqual(
                {row.pk for row in reading.rows("unit") if row.estimated}, {heir.pk for heir in heirs}
            )
            for by in ("line", "unit"):
                [estimate] = reading.estimates_of_bodies(by)
                self.assertEqual(estimate.area, shared)
                self.assertEqual(
                    [share for _heir, share in estimate.shares], [Fraction(1, 3), Fraction(2, 3)]
                )
                self.assertEqual(estimate.bases, ["x · 01/7/2025"])
        then = Reading(Y2024, everything=True)
        self.assertFalse(any(row.estimated for by in ("line", "unit") for row in then.rows(by)))
        self.assertEqual(then.estimates_of_bodies("line"), [])

    def test_a_line_that_holds_all_of_a_divided_body_is_exact(self):
        old = self.body(self.area, valid_to=date(2025, 7, 1))
        self.cell(self.area, 9, unit=old)
        self.succeed(old, *(self.body(self.area, valid_from=date(2025, 7, 1)) for _ in range(2)), share=1)
        reading = Reading(Y2024, everything=True, structure=IN_2026)
        self.assertEqual([(row.of("people"), row.estimated) for row in reading.rows("line")], [(9, False)])
        self.assertEqual(reading.estimates_of_bodies("line"), [])
        self.assertEqual(
            sorted((row.of("people"), row.estimated) for row in reading.rows("unit")), [(4, True), (5, True)]
        )

    def test_an_undecided_division_of_a_body_is_not_guessed(self):
        old = self.body(self.area, valid_to=date(2025, 7, 1))
        two = [self.body(self.area, valid_from=date(2025, 7, 1)) for _ in range(2)]
        self.cell(self.area, 5, unit=old)
        self.succeed(old, *two)
        table = year(2024, "unit", everything=True, structure=IN_2026)
        self.assertEqual([(row.key, row.of("people")) for row in table.rows], [("-", 5)])


class Asking(Counting, TestCase):
    def setUp(self):
        super().setUp()
        self.area = invented("An")["An"]
        self.unit = self.body(self.area)

    def put(self, value, **facts):
        return self.cell(self.area, value, unit=self.unit, **facts)

    def test_by_field_and_kind_and_year(self):
        self.put(2)
        self.put(3, field=self.culture, kind="exemplar")
        self.put(4, on=date(2025, 12, 1))
        both = Period(date(2024, 1, 1), date(2025, 12, 31))
        self.assertEqual(self.told(figures(both, "field", everything=True)), {"Kinh tế": 6, "Văn hóa": 3})
        self.assertEqual(self.told(figures(both, "kind", everything=True)), {"mô hình": 6, "điển hình": 3})
        self.assertEqual(self.told(figures(both, "year", everything=True)), {"2024": 5, "2025": 4})

    def test_a_half_year_tells_nothing_of_plan_years(self):
        self.put(2, on=date(2024, 7, 1))
        self.put(9, on=date(2024, 1, 1), measure="enrolled_new")
        half = Period.half(2024, 2)
        table = figures(half, "area", everything=True)
        self.assertEqual(table.totals, {"people": 2})
        with self.assertRaises(ValueError):
            figures(half, "area", everything=True, measures=["enrolled_new"])
        self.assertEqual(year(2024, "area", everything=True).totals, {"people": 2, "enrolled_new": 9})

    def test_as_known_on_a_past_day(self):
        with mock.patch.object(counting, "today", return_value=date(2024, 4, 1)):
            counting.move(self.keys(5))
        with mock.patch.object(counting, "today", return_value=date(2024, 9, 1)):
            counting.move(self.keys(2))
        read = lambda day: year(2024, "area", everything=True, known_on=day).totals["people"]  # noqa: E731
        self.assertEqual(
            [read(day) for day in (date(2024, 3, 31), date(2024, 4, 1), date(2024, 8, 31))], [0, 5, 5]
        )
        self.assertEqual((read(date(2024, 9, 1)), read(None)), (7, 7))

    def keys(self, difference):
        month = self.key()
        return dict.fromkeys(
            [month, month._replace(measure="people/year", period=date(2024, 1, 1))], difference
        )

    def key(self):
        return counting.Key("people", date(2024, 3, 1), self.unit.pk, self.area.pk, self.economy.pk, "model")

    def test_what_is_invented_is_left_out_unless_asked_for(self):
        self.put(2)
        sample = Area(level="commune", type="xã", name="Mẫu", parent=self.area.parent, sample=True)
        sample.save()
        areas.recompute()
        self.cell(sample, 50)
        self.cell(self.area, 60, unit=self.body(self.area, sample=True))
        table = year(2024, "area", everything=True)
        self.assertEqual(self.told(table), {"Xã An": 2})
        self.assertEqual((table.communes_counted, table.communes), (1, 1))
        whole = year(2024, "area", everything=True, sample=True)
        self.assertEqual(self.told(whole), {"Xã An": 62, "Xã Mẫu": 50})
        self.assertEqual((whole.communes_counted, whole.communes), (1, 1))

    def test_a_closed_row_is_not_counted(self):
        self.put(2, known_to=date(2024, 3, 2))
        self.put(3, known_from=date(2024, 3, 2), known_to=FOREVER)
        self.assertEqual(year(2024, "area", everything=True).totals["people"], 3)

    def test_the_words_for_a_structure(self):
        self.assertEqual(structure_day("then", Y2024), date(2024, 12, 31))
        self.assertEqual(structure_day("2021-05-29", Y2024), date(2021, 5, 29))
        with self.assertRaises(ValueError):
            structure_day("yesterday", Y2024)

    def test_as_json_every_row_has_every_measure(self):
        self.put(2)
        told = year(2024, "area", everything=True).as_json()
        self.assertEqual(
            told["rows"],
            [{"key": str(self.area.pk), "label": "Xã An", "code": "m2", "people": 2, "enrolled_new": 0}],
        )
        self.assertEqual((told["communes_counted"], told["communes"]), (1, 1))


class WhoSees(Counting, TestCase):
    """By place one sees all of a commune, by line all of a union; each thing once in each reading."""

    def setUp(self):
        super().setUp()
        self.cast = cast()
        self.cell(self.cast.tam_quang, 1, on=date(2026, 1, 1), unit=self.cast.dang_uy_tam_quang)
        self.cell(self.cast.tam_quang, 10, on=date(2026, 1, 1), unit=self.cast.women_tam_quang)
        self.cell(self.cast.tam_hop, 100, on=date(2026, 1, 1), unit=self.cast.dang_uy_tam_hop)

    def total(self, who):
        return year(2026, "field", who=who).totals["people"]

    def test_by_place_and_by_line(self):
        self.assertEqual(self.total(self.cast.hoa), 111)
        self.assertEqual(self.total(self.cast.minh), 11)
        self.assertEqual(self.total(self.cast.lan), 100)
        union = Post.objects.create(user=self.cast.duc, unit=self.cast.women, role="reader", reach="line")
        self.assertEqual(self.total(union), 10)
        # Both ways at once: the women's ten are seen twice and counted once.
        self.assertEqual(self.total(self.cast.duc), 111)

    def test_what_a_body_did_next_door_is_added_to_what_lies_at_its_place(self):
        self.cell(self.cast.tam_hop, 1000, on=date(2026, 1, 1), unit=self.cast.dang_uy_tam_quang)
        told = Reading(Y2026, who=self.cast.minh)
        for by in ("field", "line", "unit", "kind", "year", "area"):
            self.assertEqual(told.by(by).totals["people"], 1011, by)
        party = {row.key: row.values["people"] for row in told.rows("line") if row.values.get("people")}
        self.assertEqual(party["party"], 1001)
        self.assertEqual(sum(told.timeline("area_id").values()), 1011)
        both = {(self.cast.tam_quang.pk,), (self.cast.tam_hop.pk,)}
        self.assertEqual(values_of(told.cells, "area_id"), both)

    def test_without_a_post_nothing(self):
        self.cast.an.posts.update(valid_to=date(2026, 1, 1))
        self.assertEqual(self.total(self.cast.an), 0)
        self.assertEqual(self.total(None), 0)

    def test_several_readings_share_what_they_read(self):
        reading = Reading(Y2026, who=self.cast.hoa)
        reading.by("area")
        with CaptureQueriesContext(connection) as queries:
            reading.by("field")
        self.assertLessEqual(len(queries), 2)


def whole():
    """As if every area of the structure were held for everybody."""
    return mock.patch.object(Reading, "_near", None)


class OfAPlaceInTheProvince(Counting, NgheAn):
    """Hoa works in today's xã Tam Thái, which was three communes until 30 June 2025."""

    def setUp(self):
        super().setUp()
        commune = Area.objects.on(IN_2026).communes().get(name="Tam Thái")
        self.office = self.body(commune)
        self.hoa = Post.objects.create(
            user=person("hoa", "Lô Thị Hoa"), unit=self.office, role="officer", reach="place"
        )
        self.here = Area.objects.on(IN_2024).communes().within_now(commune)
        for number, area in enumerate(self.here, 1):
            self.cell(area, number)
        self.vinh = Area.objects.on(IN_2024).communes().get(name="Hưng Bình")
        self.cell(self.vinh, 100)

    def test_only_what_lies_around_it_is_held(self):
        for measures in (None, ["people"]):
            reading = Reading(Y2024, who=self.hoa, measures=measures)
            table = reading.by("area")
            communes = {pk for pk, area in reading.areas.items() if area.level == "commune"}
            self.assertEqual(communes, set(self.here.values_list("pk", flat=True)))
            self.assertEqual({row.pk for row in table.rows}, communes)
            self.assertLess(len(reading.areas), 10)
            with whole():
                self.assertEqual(self.told(Reading(Y2024, who=self.hoa).by("area")), self.told(table))
        # Whoever says it is told of all communes nevertheless.
        self.assertEqual((table.communes_counted, table.communes), (len(communes), 412))

    def test_a_figure_from_elsewhere_stands_in_its_own_commune(self):
        self.cell(self.vinh, 1000, unit=self.office)
        for day in (IN_2024, IN_2026):
            for measures in (None, ["people"]):
                reading = Reading(Y2024, structure=day, who=self.hoa, measures=measures)
                told = self.told(reading.by("area"))
                self.assertEqual(told[self.vinh.heir_on(day).full_name], 1000)
                self.assertNotIn("Chưa phân bổ được xuống cấp này", told)
                with whole():
                    all_held = Reading(Y2024, structure=day, who=self.hoa, measures=measures)
                    self.assertEqual(self.told(all_held.by("area")), told)
                    self.assertEqual(all_held.touched, reading.touched)


class OfAPlaceThatWasDivided(Counting, TestCase):
    def test_each_sees_of_it_what_it_would_see_with_all_areas_held(self):
        """Xã An became Bắc and Nam, in shares or undecided; its district, both communes and Bình look on."""
        places = invented("An", "Bình")
        self.cell(places["An"], 100)
        self.cell(places["Bình"], 7)
        told = lambda table: [(r.label, r.estimated, r.of("people")) for r in table.rows if r.of("people")]  # noqa: E731
        changes.carry_out(division(Fraction(1, 3), Fraction(2, 3)))
        north = Area.objects.get(name="Bắc")
        self.cell(north, 20, on=date(2025, 3, 1), unit=self.body(north))
        for number, area in enumerate(Area.objects.exclude(level="hamlet")):
            unit = Unit.objects.filter(area=area).first() or self.body(area)
            who = Post.objects.create(
                user=person(f"p{number}", "Người xem"), unit=unit, role="reader", reach="place"
            )
            for period in (Y2024, Y2025):
                for day in (BEFORE, AFTER):
                    for by in ("area", "district", "province", "field"):
                        reading = Reading(period, structure=day, who=who)
                        with self.subTest(area=area.name, period=period, day=day, by=by):
                            seen = told(reading.by(by))
                            with whole():
                                other = Reading(period, structure=day, who=who)
                                self.assertEqual(seen, told(other.by(by)))
                                self.assertEqual(reading.touched, other.touched)
                                self.assertEqual(reading.estimates, other.estimates)
                        if area.name == "Một" and period == Y2024:
                            self.assertEqual(sum(value for *_row, value in seen), 107)
