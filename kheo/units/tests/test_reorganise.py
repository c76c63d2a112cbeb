"""1 July 2025, on Nghệ An's real lists: communes merge, districts end, and everything is found again."""

from datetime import date

from django.test import TestCase

from kheo.audit.models import Entry
from kheo.places import loading as areas
from kheo.places.models import Area
from kheo.units import heirs, loading, reorganise
from kheo.units.heirs import Question
from kheo.units.models import Post, ReachKind, Reorganisation, Role, Unit, UnitLineage, UnitSuccession
from kheo.units.reach import posts_of, scope
from kheo.units.tests.cast import person, post

SIGNED = date(2021, 5, 23)
TODAY = date(2026, 5, 23)


class TheFirstOfJuly(TestCase):
    @classmethod
    def setUpTestData(cls):
        areas.load_before()
        loading.load(areas.DISTRICTS_ENDED)
        cls.plan = reorganise.known_plans()[0]
        cls.tam_hop = Unit.objects.get(key="dang_uy", area__name="Tam Hợp", area__parent__name="Tương Dương")
        cls.other_tam_hop = Unit.objects.get(
            key="dang_uy", area__name="Tam Hợp", area__parent__name="Quỳ Hợp"
        )
        cls.lan = person("lan", "Vi Thị Lan")
        cls.huyen = person("huyen", "Hà Huyện")
        since = date(2021, 1, 1)
        post(cls.lan, cls.tam_hop, Role.REPORTER, ReachKind.PLACE, since)
        post(cls.huyen, Unit.objects.get(name="Huyện ủy Tương Dương"), Role.READER, ReachKind.PLACE, since)
        # A party cell that the commune has typed.
        cls.cell = Unit(
            name="Chi bộ bản Xốp Nặm", area=cls.tam_hop.area, line="party", level="hamlet", parent=cls.tam_hop
        )
        cls.cell.kind = Unit.Kind.TYPED
        cls.cell.save()
        loading.lineage.recompute()
        cls.before = reorganise.preview(cls.plan)
        cls.story = reorganise.carry_out(cls.plan)

    def setUp(self):
        # As they are now; the class remembers them as they were before.
        for each in (self.tam_hop, self.other_tam_hop, self.cell):
            each.refresh_from_db()

    def test_the_preview_counted_what_came(self):
        self.assertFalse(self.before.done)
        self.assertEqual(self.before.areas.closed, {"commune": 412, "district": 20})
        self.assertEqual(self.before.areas.opened, {"commune": 130})
        self.assertEqual(self.before.units_closing, self.story.counts["units_closed"])
        self.assertEqual(self.before.posts_continuing, 2)

    def test_every_commune_has_its_bodies_in_both_eras(self):
        for day, communes in ((SIGNED, 460), (date(2025, 6, 30), 412), (TODAY, 130)):
            committees = Unit.objects.on(day).filter(key="dang_uy")
            self.assertEqual(committees.count(), communes)
            self.assertEqual(committees.values("area").distinct().count(), communes)
        self.assertEqual(Unit.objects.on(TODAY).filter(level="district").count(), 0)

    def test_a_function_is_answered_by_the_body_of_the_day(self):
        def answering(day):
            return [
                unit.short_name for unit in Unit.objects.answering("ban_dan_van", on=day, level="province")
            ]

        self.assertEqual(answering(SIGNED), ["Ban Dân vận Tỉnh ủy"])
        self.assertEqual(answering(TODAY), ["Ban Tuyên giáo và Dân vận Tỉnh ủy"])
        old = Unit.objects.on(SIGNED).get(key="ban_dan_van", level="province")
        self.assertEqual(old.today.short_name, "Ban Tuyên giáo và Dân vận Tỉnh ủy")

    def test_a_class_of_bodies_means_its_members(self):
        unions = Unit.objects.answering("to_chuc_chinh_tri_xa_hoi", on=SIGNED, level="province")
        self.assertEqual(
            set(unions.values_list("key", flat=True)),
            {"phu_nu", "nong_dan", "cuu_chien_binh", "thanh_nien", "cong_doan"},
        )

    def test_the_two_tam_hop_are_not_confused(self):
        self.assertEqual(self.tam_hop.today.area.name, "Tam Thái")
        self.assertEqual(self.other_tam_hop.today.area.name, "Tam Hợp")

    def test_posts_go_on_at_the_successor(self):
        (now,) = posts_of(self.lan)
        self.assertEqual(now.unit, self.tam_hop.today)
        self.assertEqual(now.continues.unit, self.tam_hop)
        self.assertEqual(Post.objects.filter(user=self.lan).count(), 2)

    def test_what_was_there_is_seen_at_the_successor_and_nothing_more(self):
        seen = scope(Unit.objects.all(), self.lan, unit="self", area="area")
        self.assertIn(self.tam_hop, seen)
        self.assertIn(self.cell, seen)
        self.assertNotIn(self.other_tam_hop, seen)

    def test_a_post_of_an_ended_level_waits_for_an_administrator(self):
        self.assertEqual(posts_of(self.huyen), [])
        self.assertEqual(self.story.counts["posts_waiting_for_an_administrator"], 1)

    def test_a_typed_body_goes_on_under_the_new_committee(self):
        heir = self.cell.today
        self.assertNotEqual(heir, self.cell)
        self.assertEqual((heir.name, heir.parent), ("Chi bộ bản Xốp Nặm", self.tam_hop.today))

    def test_a_district_body_leaves_its_records_with_the_one_above(self):
        district = Unit.objects.get(name="Huyện ủy Tương Dương")
        self.assertEqual(district.today.key, "tinh_uy")
        self.assertEqual(district.successions.get().kind, UnitSuccession.Kind.ENDED)

    def test_every_body_has_exactly_one_heir_today(self):
        living = UnitLineage.objects.answering(TODAY)
        self.assertEqual(living.values("unit").distinct().count(), Unit.objects.count())
        self.assertEqual(living.count(), Unit.objects.count())
        self.assertFalse(Unit.objects.filter(heir_undecided=True).exists())

    def test_each_step_is_in_the_journal(self):
        self.assertEqual(Entry.objects.filter(verb="carried_out").count(), 1)
        closed = Entry.objects.filter(verb="closed", object_type="units.unit").count()
        self.assertEqual(closed, self.story.counts["units_closed"])
        self.assertEqual(Entry.objects.filter(verb="post_continued").count(), 1)

    def test_a_second_time_changes_nothing(self):
        def everything():
            models = (Area, Unit, UnitSuccession, UnitLineage, Post, Entry, Reorganisation)
            return [model.objects.count() for model in models]

        before = everything()
        again = reorganise.carry_out(self.plan)
        self.assertEqual(again.pk, self.story.pk)
        self.assertEqual(everything(), before)
        self.assertEqual(loading.load(), 0)

    def test_rooms_above_are_asked_what_will_be_found(self):
        asked = []

        def count(units, places):
            asked.append((len(units), len(places)))
            return 7

        heirs.register(Question("test", "things", count))
        self.addCleanup(heirs.QUESTIONS.pop, "test")
        self.assertIn(("things", 7), reorganise.preview(self.plan).questions)
        self.assertEqual(len(asked), 1)
