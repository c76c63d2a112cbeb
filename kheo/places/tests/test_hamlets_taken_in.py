"""An office's list of hamlets, in the shapes in which offices keep it."""

import io
import tempfile
from pathlib import Path

from django.core.management import call_command
from django.test import TestCase

from kheo.lib.refusals import Refused
from kheo.lib.tables import Table, read_pasted
from kheo.places import hamlets
from kheo.places.models import Area, Level
from kheo.places.tests.lists import invented


class Lists(TestCase):
    def setUp(self):
        self.areas = invented("Đông", "Tây", "Nam")

    def take(self, *tables, **options):
        return hamlets.take_in(tables, **options)

    def told(self):
        rows = Area.objects.filter(level=Level.HAMLET).select_related("parent").order_by("parent", "pk")
        return [(row.parent.name, row.type, row.name) for row in rows]

    def test_a_column_of_communes_and_one_of_hamlets(self):
        rows = [
            ["DANH SÁCH XÓM, BẢN", "", ""],
            ["STT", "Tên xã", "Xóm, bản, khối"],
            ["1", "xã Đông", "bản Phồng"],
            ["2", "", "xóm 5"],
            ["3", "xã Tây", "Khối 2"],
            ["4", "xã Tây", "Trung Thành"],
        ]
        taken = self.take(Table("Sheet1", rows))
        self.assertEqual((len(taken.added), taken.known, taken.unplaced), (4, 0, []))
        self.assertEqual(
            self.told(),
            [
                ("Đông", "bản", "Phồng"),
                ("Đông", "xóm", "5"),
                ("Tây", "khối", "2"),
                ("Tây", "xóm", "Trung Thành"),
            ],
        )

    def test_a_sheet_a_commune_and_a_column_of_types(self):
        rows = [["TT", "Loại", "Tên thôn"], ["1", "Bản", "Huồi Tụ"], ["2", "khối", "3"]]
        self.take(Table("Xã Đông", rows))
        self.assertEqual(self.told(), [("Đông", "bản", "Huồi Tụ"), ("Đông", "khối", "3")])

    def test_a_line_with_the_commune_over_its_hamlets(self):
        rows = [
            ["TT", "Xóm"],
            ["I. Xã Đông", "I. Xã Đông"],
            ["1", "Xóm 1"],
            ["II. XÃ TÂY", ""],
            ["1", "Xóm 1"],
        ]
        self.take(Table("", rows))
        self.assertEqual(self.told(), [("Đông", "xóm", "1"), ("Tây", "xóm", "1")])

    def test_several_in_a_cell(self):
        self.take(read_pasted("Xã\tCác xóm\nxã Nam\txóm 1, xóm 2; bản Na")[0])
        self.assertEqual(self.told(), [("Nam", "xóm", "1"), ("Nam", "xóm", "2"), ("Nam", "bản", "Na")])

    def test_a_second_time_nothing_is_added(self):
        table = Table("Xã Đông", [["TT", "Xóm"], ["1", "Xóm 1"], ["2", "Bản Na"]])
        self.take(table)
        again = self.take(table)
        self.assertEqual((again.added, again.known), ([], 2))

    def test_what_cannot_be_placed_is_said_with_its_row(self):
        rows = [["Xã", "Xóm"], ["xã Lạ", "xóm 1"], ["xã Đông", "xóm 1"]]
        taken = self.take(Table("", rows, [4, 5, 6]))
        self.assertEqual(len(taken.added), 1)
        self.assertIn("5", taken.unplaced[0])
        self.assertIn("Lạ", taken.unplaced[0])

    def test_a_look_first_writes_nothing(self):
        taken = self.take(Table("Xã Đông", [["TT", "Xóm"], ["1", "Xóm 1"]]), write=False)
        self.assertEqual((len(taken.added), self.told()), (1, []))

    def test_a_file_without_hamlets_is_refused(self):
        with self.assertRaises(Refused):
            self.take(Table("", [["Tên mô hình", "Xã"], ["Đường hoa", "xã Đông"]]))

    def test_the_command_looks_and_then_adds(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "xom.csv"
            path.write_text("Xã;Xóm\nxã Đông;xóm 1\n", "utf-8")
            said = io.StringIO()
            call_command("areas", "hamlets", str(path), stdout=said)
            self.assertEqual(self.told(), [])
            call_command("areas", "hamlets", str(path), "--apply", stdout=said)
        self.assertEqual(self.told(), [("Đông", "xóm", "1")])
