"""Communes type their hamlets, and nothing else."""

import unicodedata
from datetime import date

from django.test import TestCase

from kheo.audit.models import Entry
from kheo.lib.refusals import Refused
from kheo.places import changes
from kheo.places.models import Area
from kheo.places.tests.lists import invented


class AddingHamlets(TestCase):
    def setUp(self):
        self.areas = invented("An", "Bình")
        self.commune = self.areas["An"]

    def add(self, name, type="bản", commune=None):
        return Area.objects.add_hamlet(name, type, commune or self.commune)

    def test_it_hangs_under_its_commune_and_lives_as_long(self):
        hamlet = self.add("Tùng Hương")
        self.assertEqual(hamlet.full_place, "bản Tùng Hương, xã An, huyện Một, tỉnh Mẫu")
        self.assertTrue(hamlet.path.startswith(self.commune.path))
        self.assertEqual(hamlet.today, hamlet)
        self.assertEqual(hamlet.commune, self.commune)
        self.assertEqual(Entry.objects.about(hamlet).get().verb, "added")

    def test_nearly_the_same_name_is_the_same_hamlet(self):
        first = self.add("Khe Hoà")
        for name in (
            "Khe Hòa",
            "KHE HOÀ",
            " khe  hoa ",
            "bản Khe Hòa",
            unicodedata.normalize("NFD", "Khe Hòa"),
        ):
            with self.subTest(name):
                self.assertEqual(self.add(name), first)
        self.assertEqual(self.add("Khe Hòa", "xóm"), first)

    def test_marks_tell_two_known_hamlets_apart(self):
        one = self.add("Bãi")
        other = Area.objects.create(level="hamlet", type="bản", name="Bài", parent=self.commune)
        self.assertEqual((self.add("Bãi"), self.add("Bài")), (one, other))

    def test_the_same_name_in_another_commune_is_another_hamlet(self):
        self.assertNotEqual(self.add("1", "xóm"), self.add("1", "xóm", self.areas["Bình"]))

    def test_a_name_that_only_looks_like_a_type(self):
        hamlet = self.add("Bàn Thạch", "xóm")
        self.assertEqual(hamlet.full_name, "Xóm Bàn Thạch")

    def test_a_hamlet_of_a_commune_of_the_past_is_its_heir_s(self):
        commune = self.areas["Bình"]
        change = changes.AreaChange(
            on=date(2025, 1, 1),
            legal_basis="Nghị quyết mẫu",
            closes=("gso:m3",),
            opens=(changes.Opening("b", "commune", "xã", "Bình Mới", parent="gso:m1"),),
            successions=(changes.Succeeding("gso:m3", "new:b"),),
        )
        changes.carry_out(change)
        commune.refresh_from_db()
        hamlet = self.add("Xưa", "xóm", commune)
        self.assertFalse(hamlet.lives)
        self.assertEqual(hamlet.today.name, "Bình Mới")
        self.assertEqual(hamlet.path_now, hamlet.today.path)

    def test_refusals_say_what_to_do(self):
        for name, type, commune in (("", "xóm", None), ("A", "huyện", None), ("A", "xóm", self.areas["Một"])):
            with self.subTest(f"{name} {type}"), self.assertRaises(Refused):
                self.add(name, type, commune)
