"""Tables pasted from Word and Excel become rows; a person checks them before anything is saved."""

import unicodedata

from django.test import TestCase

from kheo.plans import pasting

from .cast import by_points, cast, draft


class Pasting(TestCase):
    def test_a_task_table_with_its_heading_and_numbers(self):
        rows = pasting.tasks(
            "STT\tNhiệm vụ\tChủ trì\tSản phẩm\tThời hạn\n"
            "1\tMở lớp  tập huấn\tBan Xây dựng Đảng\tKế hoạch\tTrước 30/5/2026\n"
            "2\tTuyên truyền\tMTTQ xã\tTin bài\thằng tháng\n\n"
        )
        self.assertEqual(rows[0]["due_on"], "30/5/2026")
        self.assertEqual(rows[0]["text"], "Mở lớp tập huấn")
        self.assertEqual((rows[1]["cadence"], rows[1]["due_on"]), ("hằng tháng", ""))

    def test_lines_without_cells_are_tasks(self):
        self.assertEqual(
            [row["text"] for row in pasting.tasks("Việc một\nViệc hai 🌾")], ["Việc một", "Việc hai 🌾"]
        )

    def test_targets(self):
        self.assertEqual(
            pasting.targets("TT\tChỉ tiêu\tSố lượng\n1\tMô hình mới\t1.200"),
            [{"name": "Mô hình mới", "amount": "1.200"}],
        )

    def test_criteria_nest_as_their_numbers_say(self):
        text = unicodedata.normalize(
            "NFD",
            "TT\tTiêu chí\tĐiểm\n"
            "I\tHiệu quả\t60\n"
            "1\tNgười dân đồng tình\t12,75\n"
            "2. Kết quả đo được (47.25 điểm)\n"
            "a) Có số liệu\n"
            "II. Bền vững (40 điểm)\n"
            "- Duy trì trên một năm\n",
        )
        rows = pasting.criteria(text)
        self.assertEqual([row["depth"] for row in rows], ["0", "1", "1", "2", "0", "1"])
        self.assertEqual([row["max_points"] for row in rows], ["60", "12,75", "47,25", "", "40", ""])
        self.assertEqual(rows[4]["text"], "Bền vững")

    def test_nothing_and_odd_things(self):
        for read in (pasting.tasks, pasting.targets, pasting.criteria):
            self.assertEqual(read(" \n\t\t\n"), [])
            self.assertTrue(read("(((\t)))\n" * 5))

    def test_pasted_on_the_page_it_is_shown_and_not_yet_saved(self):
        at = cast()
        made = by_points(draft(at), at.hoa)
        self.client.force_login(at.hoa.user)
        url = f"/ke-hoach/tieu-chi/{made.pk}/sua/"
        data = {"rows-TOTAL_FORMS": "0", "rows-INITIAL_FORMS": "0", "take": "pasted", "name": "Bộ"}
        page = self.client.post(url, data | {"pasted": "1. Hiệu quả\t60\n1.1. Đo được\t60"})
        rows = page.context["editor"].table.rows
        self.assertEqual([form["depth"].value() for form in rows], ["0", "1"])
        self.assertEqual(made.criteria.count(), 5)
