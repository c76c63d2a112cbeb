"""A branch of a tree is a range of an index, on both databases."""

from django.db import connection
from django.test import TestCase

from kheo.places import paths
from kheo.places.models import Area
from kheo.places.tests.lists import invented


class Paths(TestCase):
    def test_steps_are_ids_in_base_36(self):
        self.assertEqual(paths.segment(1), "1/")
        self.assertEqual(paths.segment(36), "10/")
        self.assertEqual(paths.ids("1/10/zz/"), [1, 36, 1295])

    def test_next_prefix_follows_everything_below(self):
        self.assertEqual(paths.next_prefix("1/2k/"), "1/2k0")
        self.assertLess("1/2k/zzzz/", paths.next_prefix("1/2k/"))
        self.assertGreater("1/2k0/", paths.next_prefix("1/2k/"))

    def test_the_common_path_has_whole_steps_only(self):
        self.assertEqual(paths.common(["1/2/34/", "1/2/35/"]), "1/2/")
        self.assertEqual(paths.common(["1/2/", "1/2/35/"]), "1/2/")
        self.assertEqual(paths.common(["1/", "2/"]), "")

    def test_a_branch_holds_itself_and_what_hangs_below(self):
        areas = invented("An", "Bình")
        within = Area.objects.within(areas["Một"])
        self.assertEqual({area.name for area in within}, {"Một", "An", "Bình"})
        self.assertEqual(Area.objects.within(areas["An"]).get(), areas["An"])

    def test_no_path_means_nothing(self):
        invented("An")
        self.assertFalse(Area.objects.within("").exists())
        self.assertFalse(Area.objects.within_now("").exists())

    def test_paths_are_compared_byte_by_byte(self):
        """A language's own order would put "/" elsewhere and break the range."""
        areas = invented(*(f"Xã {number}" for number in range(80)))
        in_python = sorted(area.path for area in areas.values())
        self.assertEqual(list(Area.objects.order_by("path").values_list("path", flat=True)), in_python)

    def test_a_branch_is_read_through_the_index(self):
        area = invented("An")["An"]
        rows = Area.objects.within_now(area)
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL enable_seqscan = off")
        self.assertIn("area_path_now", rows.explain())

    def test_names_stand_in_vietnamese_order(self):
        names = [
            "Anh Sơn",
            "Anh Sơn Đông",
            "Ân Phú",
            "Châu Khê",
            "Diễn Châu",
            "Đô Lương",
            "Ông Voi",
            "Xã 2",
            "Xã 10",
        ]
        invented(*reversed(names))
        told = Area.objects.of_level("commune").in_vietnamese_order().values_list("name", flat=True)
        self.assertEqual(list(told), names)

    def test_one_row_finds_its_path_by_itself(self):
        parent = invented()["Mẫu"]
        area = Area.objects.create(level="district", type="thị xã", name="Hoà Bình", parent=parent)
        self.assertEqual(area.path, parent.path + paths.segment(area.pk))
        self.assertEqual((area.full_name, area.folded), ("Thị xã Hoà Bình", "hoa binh"))
        self.assertEqual(area.names.get().full_name, "Thị xã Hoà Bình")
