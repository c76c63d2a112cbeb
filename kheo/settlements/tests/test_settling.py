"""Which heir a record, a hamlet or a body of a divided commune belongs to: said by a person, and taken
back.
"""

from datetime import date, timedelta
from unittest import mock

from django.db import connection
from django.test.utils import CaptureQueriesContext

from kheo.audit.models import Entry
from kheo.initiatives.models import Initiative
from kheo.lib.periods import today
from kheo.lib.refusals import FasterColleague, Refused
from kheo.places import parts
from kheo.places.models import Area
from kheo.settlements import settling, suggestions, undecided
from kheo.settlements.models import Settlement
from kheo.settlements.tests.ground import NOWHERE, THEN, Ground
from kheo.tallies import counting
from kheo.units import lineage as of_units
from kheo.units.models import Post, ReachKind, Role, Unit, UnitLineage
from kheo.units.tests.cast import person, post

AS_IT_WAS = {"Xã Đông": 3}


class Divided(Ground):
    def setUp(self):
        super().setUp()
        self.kept = self.record("Tiếng kẻng bản Phồng", self.phong)
        self.road = self.record("Con đường hiến đất", self.dong)
        self.pond = self.record("Ao cá tập thể", self.dong)
        self.minh = post(person("minh", "Lô Văn Minh"), self.party, Role.REPORTER, ReachKind.OWN)
        self.divide()
        self.bac, self.trung = self.heir("Bắc"), self.heir("Trung")

    def way(self, heir):
        return next(way for way in parts.ways(self.dong) if way[-1] == heir)

    def settle(self, heir, by=None, **things):
        return settling.settle(self.dong, self.way(heir), by=by or self.hoa, **things)


class OfADividedCommune(Divided):
    def test_undecided_it_is_not_attributed_and_nobody_below_sees_it(self):
        self.assertEqual(self.told(THEN), AS_IT_WAS)
        self.assertEqual(self.told(), {NOWHERE: 3})
        [row] = undecided.divided(self.hoa)
        self.assertEqual((row.commune, row.waiting, row.total), (self.dong, 5, 5))
        self.assertEqual((row.left["hamlets"], row.left["records"]), (2, 3))

    def test_a_settled_hamlet_takes_its_records_along(self):
        self.settle(self.bac, hamlets=[self.phong])
        self.assertEqual(self.told(), {"Xã Bắc": 1, NOWHERE: 2})
        # In its own time nothing has changed.
        self.assertEqual(self.told(THEN), AS_IT_WAS)
        self.phong.refresh_from_db()
        self.assertFalse(self.phong.heir_undecided)
        self.assertEqual(self.phong.today.parent, self.bac)
        self.assertEqual(self.phong.today.full_name, "Bản Phồng")
        [row] = undecided.divided(self.hoa)
        self.assertEqual((row.left["hamlets"], row.left["records"]), (1, 2))
        self.assertEqual(counting.verify()[1], [])

    def test_a_settled_record_is_exact_in_every_reading(self):
        self.settle(self.bac, initiatives=[self.road])
        self.settle(self.trung, initiatives=[self.pond])
        self.assertEqual(self.told(), {"Xã Bắc": 1, "Xã Trung": 1, NOWHERE: 1})
        self.assertEqual(self.told(THEN), AS_IT_WAS)
        # By bodies as well: its share is answered for by the heir's, and was Đông's in its time.
        self.assertEqual(self.told(THEN, by="unit"), {"Đảng ủy xã Đông": 3})
        by_unit = self.told(by="unit")
        self.assertEqual((by_unit["Đảng ủy xã Bắc"], by_unit["Đảng ủy xã Trung"]), (1, 1))
        self.assertEqual(counting.verify()[1], [])

    def test_its_words_stay_and_the_right_people_see_it(self):
        place = self.road.area.full_place
        at_bac = post(
            person("bac", "Hà Văn Bắc"), Unit.objects.get(area=self.bac, key="dang_uy"), Role.REPORTER
        )
        self.assertNotIn(self.road, Initiative.objects.visible_to(at_bac))
        self.settle(self.bac, initiatives=[self.road])
        settled = Initiative.objects.get(pk=self.road.pk)
        self.assertEqual(settled.area.full_place, place)
        self.assertEqual(settled.owner.name, self.party.name)
        self.assertIn(settled, Initiative.objects.visible_to(at_bac))
        self.assertIn(settled, Initiative.objects.of(at_bac))
        self.assertTrue(settled.answered_for_by(at_bac))
        at_trung = post(
            person("trung", "Hà Văn Trung"), Unit.objects.get(area=self.trung, key="dang_uy"), Role.REPORTER
        )
        self.assertNotIn(settled, Initiative.objects.visible_to(at_trung))

    def test_saved_again_it_stays_settled(self):
        self.settle(self.bac, initiatives=[self.road], hamlets=[self.phong])
        for record in Initiative.objects.all():
            before = record.commune_id
            record.save()
            self.assertEqual(Initiative.objects.get(pk=record.pk).commune_id, before)

    def test_a_record_entered_later_in_a_settled_hamlet_counts_there_at_once(self):
        self.settle(self.bac, hamlets=[self.phong])
        self.record("Nhà sạch vườn đẹp", Area.objects.get(pk=self.phong.pk))
        self.assertEqual(self.told(), {"Xã Bắc": 2, NOWHERE: 2})
        self.assertEqual(self.told(THEN), {"Xã Đông": 4})

    def test_a_record_can_be_settled_before_its_hamlet_is(self):
        self.settle(self.trung, initiatives=[self.kept])
        self.assertEqual(self.told(), {"Xã Trung": 1, NOWHERE: 2})
        self.assertEqual(Initiative.objects.get(pk=self.kept.pk).area.full_place, self.phong.full_place)
        # The hamlet's other records are not meant by it.
        self.settle(self.bac, hamlets=[self.phong])
        self.assertEqual(self.told(), {"Xã Trung": 1, NOWHERE: 2})

    def test_taken_back_it_is_as_it_was(self):
        before = self.told(), self.told(by="unit"), self.told(THEN)
        rows = self.settle(self.bac, initiatives=[self.road]) + self.settle(self.bac, hamlets=[self.phong])
        for row in rows:
            end = settling.withdraw(row, by=self.hoa, reason="Nhầm bản")
            self.assertEqual((end.withdraws, end.by, end.reason), (row, self.hoa, "Nhầm bản"))
        self.assertEqual((self.told(), self.told(by="unit"), self.told(THEN)), before)
        self.assertEqual(Settlement.objects.holding().count(), 0)
        # It can be settled again, to another heir.
        self.settle(self.trung, initiatives=[self.road], hamlets=[self.phong])
        self.assertEqual(self.told(), {"Xã Trung": 2, NOWHERE: 1})
        self.assertEqual(counting.verify()[1], [])
        with self.assertRaises(FasterColleague):
            settling.withdraw(rows[0], by=self.hoa, reason="Lần nữa")

    def test_as_known_the_day_before_nothing_was_settled(self):
        tomorrow = today() + timedelta(days=1)
        names = [
            "tallies.counting",
            "places.lineage",
            "settlements.settling",
            "units.lineage",
            "places.parts",
        ]
        for name in names:
            patch = mock.patch(f"kheo.{name}.today", return_value=tomorrow)
            patch.start()
            self.addCleanup(patch.stop)
        self.settle(self.bac, initiatives=[self.road], hamlets=[self.phong])
        self.assertEqual(self.told(), {"Xã Bắc": 2, NOWHERE: 1})
        self.assertEqual(self.told(known_on=today()), {NOWHERE: 3})
        self.assertEqual(self.told(by="unit", known_on=today()), {NOWHERE: 3})

    def test_once_settled_nobody_settles_it_again_unseen(self):
        self.settle(self.bac, initiatives=[self.road], hamlets=[self.phong])
        for things in ({"initiatives": [self.road]}, {"hamlets": [self.phong]}):
            with self.assertRaises(FasterColleague):
                self.settle(self.trung, **things)

    def test_who_may_not(self):
        with self.assertRaises(Refused):
            self.settle(self.bac, by=self.duc, initiatives=[self.road])
        # Lan of the commune next door, whose reach does not come up to the district.
        with self.assertRaises(Refused):
            self.settle(self.bac, by=self.lan, initiatives=[self.road])
        self.assertEqual(undecided.divided(self.lan), [])
        with self.assertRaises(Refused):
            self.settle(self.bac)

    def test_it_is_in_the_journal(self):
        [row] = self.settle(self.bac, initiatives=[self.road])
        settling.withdraw(row, by=self.hoa, reason="Nhầm")
        verbs = [entry.verb for entry in Entry.objects.about(self.road)[:2]]
        self.assertEqual(verbs, ["settlement_withdrawn", "settled"])

    def test_the_lists_cost_the_same_however_long(self):
        def queries():
            with CaptureQueriesContext(connection) as taken:
                undecided.divided(self.hoa)
                clues = suggestions.Clues(self.dong, parts.ways(self.dong))
                clues.for_records(undecided.records_of(self.dong).select_related("owner", "area"))
            return len(taken)

        queries()
        before = queries()
        for number in range(3):
            self.record(f"Mô hình {number}", Area.objects.get(pk=self.ca.pk))
        self.assertEqual(queries(), before)


class OfBodies(Divided):
    def setUp(self):
        Ground.setUp(self)
        self.school = Unit.objects.add_typed(
            "Trường Tiểu học bản Phồng", under=self.party, line="agency", area=self.dong, by=self.an
        )
        self.kept = self.record("Tiếng kẻng học bài", self.dong, owner=self.school)
        self.divide()
        self.school.refresh_from_db()
        self.bac, self.trung = self.heir("Bắc"), self.heir("Trung")

    def test_a_school_goes_on_at_the_heir_by_its_name(self):
        self.assertTrue(self.school.heir_undecided)
        self.assertEqual(list(undecided.bodies_of(self.dong)), [self.school])
        [row] = self.settle(self.bac, units=[self.school])
        heir = Unit.objects.get(pk=self.school.pk).today
        self.assertEqual((heir.name, heir.area, heir.parent.area), (self.school.name, self.bac, self.bac))
        self.assertEqual(self.told(by="unit"), {"Trường Tiểu học bản Phồng": 1})
        clues = suggestions.Clues(self.dong, parts.ways(self.dong))
        rows = undecided.records_of(self.dong).select_related("owner", "area")
        [said] = clues.for_records(rows)[self.kept.pk]
        self.assertEqual(said.heir, self.bac)
        settling.withdraw(row, by=self.hoa, reason="Nhầm")
        self.assertTrue(Unit.objects.get(pk=self.school.pk).heir_undecided)

    def test_a_party_committee_can_go_over_whole(self):
        self.settle(self.trung, units=[self.party])
        self.assertEqual(Unit.objects.get(pk=self.party.pk).today.area, self.trung)


class OnlyWhatIsTouched(Divided):
    """Three schools and three records of Đông: a settlement brings up to date what it ties otherwise."""

    LINES = ("unit", "heir", "valid_from", "valid_to", "share_numerator", "share_denominator")

    def setUp(self):
        Ground.setUp(self)
        names = ("Phồng", "Cà", "Nà Lầu", "Khe Sơn", "Na Bè", "Huồi Mới")
        self.schools = [
            Unit.objects.add_typed(
                f"Trường Tiểu học {name}", under=self.party, line="agency", area=self.dong, by=self.an
            )
            for name in names
        ]
        self.roads = [self.record(f"Con đường {name}", self.dong, owner=self.party) for name in names]
        self.divide()
        self.bac, self.trung = self.heir("Bắc"), self.heir("Trung")

    def written(self):
        lines = set(UnitLineage.objects.known().values_list(*self.LINES))
        return lines, set(Unit.objects.values_list("pk", "path_now", "heir_undecided"))

    def recomputing(self, act):
        """How many statements and how many bodies the lineages of bodies cost; they say what all anew say."""
        costs, recompute = [], of_units.recompute

        def counted(touched=None):
            self.assertIsNotNone(touched)
            with CaptureQueriesContext(connection) as taken:
                recompute(touched)
            costs.append((len(taken), len(of_units._family(touched).units)))

        with mock.patch.object(of_units, "recompute", counted):
            result = act()
        before = self.written()
        of_units.recompute()
        self.assertEqual(self.written(), before)
        [cost] = costs
        return result, cost

    def test_bodies_settled_and_taken_back(self):
        one, three = self.schools[:1], self.schools[1:4]
        [row], (queries, bodies) = self.recomputing(lambda: self.settle(self.bac, units=one))
        rows, (of_three, more) = self.recomputing(lambda: self.settle(self.trung, units=three))
        self.assertEqual(of_three, queries)
        self.assertLess(max(bodies, more), Unit.objects.count() / 2)
        for each in (row, *rows):
            self.recomputing(lambda each=each: settling.withdraw(each, by=self.hoa, reason="Nhầm"))

    def test_records_whose_body_is_shared(self):
        _, (queries, bodies) = self.recomputing(lambda: self.settle(self.bac, initiatives=self.roads[:1]))
        _, (of_three, more) = self.recomputing(lambda: self.settle(self.trung, initiatives=self.roads[1:4]))
        self.assertEqual(of_three, queries)
        self.assertLess(max(bodies, more), Unit.objects.count() / 2)


class DividedTwice(Divided):
    """Bắc, which took a part of Đông, is divided itself a year later: what was settled is asked again."""

    def setUp(self):
        super().setUp()
        self.settle(self.bac, initiatives=[self.road], hamlets=[self.phong])
        self.settle(self.trung, initiatives=[self.pond])
        self.divide("xã Bắc ; một phần ; xã Thượng\nxã Bắc ; một phần ; xã Hạ", on=date(2025, 9, 1))
        self.thuong, self.ha = self.heir("Thượng"), self.heir("Hạ")

    def test_settled_step_by_step(self):
        between = date(2025, 6, 1)
        self.assertEqual(self.told(), {"Xã Trung": 1, NOWHERE: 2})
        self.assertEqual(self.told(between), {"Xã Bắc": 2, "Xã Trung": 1})
        [row] = [each for each in undecided.divided(self.hoa) if each.commune == self.dong]
        self.assertEqual(row.left["records"], 2)
        self.settle(self.ha, initiatives=[self.road])
        self.assertEqual(self.told(), {"Xã Hạ": 1, "Xã Trung": 1, NOWHERE: 1})
        self.assertEqual(self.told(between), {"Xã Bắc": 2, "Xã Trung": 1})
        self.assertEqual(self.told(THEN), {"Xã Đông": 3})
        # The hamlet lies in Bắc since; it is settled there, and the record of Đông's time follows.
        now = Area.objects.get(pk=self.phong.pk).heirs_on(between)[0].heir
        way = next(way for way in parts.ways(self.bac_now()) if way[-1] == self.thuong)
        settling.settle(self.bac_now(), way, hamlets=[now], by=self.hoa)
        self.assertEqual(self.told(), {"Xã Hạ": 1, "Xã Thượng": 1, "Xã Trung": 1})
        self.assertEqual(self.told(between), {"Xã Bắc": 2, "Xã Trung": 1})
        self.assertEqual(counting.verify()[1], [])

    def bac_now(self):
        return Area.objects.get(pk=self.bac.pk)

    def test_the_ways_are_told_apart(self):
        ways = [[area.name for area in way[1:]] for way in parts.ways(self.dong)]
        self.assertEqual(sorted(ways), [["Bắc", "Hạ"], ["Bắc", "Thượng"], ["Trung"]])


class Suggesting(Ground):
    def test_what_speaks_for_an_heir(self):
        named = self.record("Tiếng kẻng bản Phồng", self.dong)
        told = self.record("Đưa nước về xã Trung", self.dong)
        silent = self.record("Con đường hiến đất", self.dong)
        in_hamlet = self.record("Ao cá", self.ca)
        self.divide()
        bac, trung = self.heir("Bắc"), self.heir("Trung")
        Area.objects.add_hamlet("Phồng", "bản", bac)
        Area.objects.add_hamlet("Cà", "bản", trung)
        clues = suggestions.Clues(self.dong, parts.ways(self.dong))
        found = clues.for_records(undecided.records_of(self.dong).select_related("owner", "area"))
        self.assertEqual(suggestions.one(found[named.pk]).heir, bac)
        self.assertEqual(suggestions.one(found[told.pk]).heir, trung)
        self.assertEqual(suggestions.one(found[in_hamlet.pk]).heir, trung)
        self.assertEqual(found.get(silent.pk, []), [])
        hamlets = clues.for_hamlets(undecided.hamlets_of(self.dong))
        self.assertEqual({suggestions.one(each).heir for each in hamlets.values()}, {bac, trung})
        # Nothing was settled by it; settled, the hamlet known there is the one it goes on as.
        self.assertEqual(Settlement.objects.count(), 0)
        way = next(way for way in parts.ways(self.dong) if way[-1] == bac)
        settling.settle(self.dong, way, hamlets=[self.phong], by=self.hoa)
        self.assertEqual(Area.objects.filter(level="hamlet", parent=bac, folded="phong").count(), 1)

    def test_what_an_heirs_people_wrote_since(self):
        record = self.record("Con đường hiến đất", self.dong)
        self.divide()
        bac = self.heir("Bắc")
        writer = post(person("bac", "Hà Văn Bắc"), Unit.objects.get(area=bac, key="dang_uy"), Role.REPORTER)
        record.enrolments.get().steps.create(state="published", by=Post.objects.get(pk=writer.pk))
        clues = suggestions.Clues(self.dong, parts.ways(self.dong))
        rows = undecided.records_of(self.dong).select_related("owner", "area")
        self.assertEqual(suggestions.one(clues.for_records(rows)[record.pk]).heir, bac)


class ByShares(Ground):
    def test_shares_are_an_estimate_that_settling_makes_exact(self):
        for number in range(3):
            self.record(f"Mô hình {number}", self.dong)
        self.divide("xã Đông ; một phần 1/3 ; xã Bắc\nxã Đông ; một phần 2/3 ; xã Trung")
        self.assertEqual(self.told(), {"Xã Bắc": 1, "Xã Trung": 2})
        [row] = undecided.divided(self.hoa)
        self.assertTrue(row.shared)
        way = next(way for way in parts.ways(self.dong) if way[-1].name == "Bắc")
        settling.settle(self.dong, way, initiatives=Initiative.objects.all(), by=self.hoa)
        self.assertEqual(self.told(), {"Xã Bắc": 3})
        self.assertEqual(self.told(THEN), {"Xã Đông": 3})
