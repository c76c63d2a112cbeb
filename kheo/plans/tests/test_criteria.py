"""Criteria: nested, in hundredths of a point, checked, copied, previewed."""

import unicodedata

from django.core.exceptions import ValidationError
from django.test import TestCase

from kheo.lib.refusals import FasterColleague, Refused
from kheo.plans.forms import CriteriaHeadForm, PointsField
from kheo.plans.models import CriteriaSet, Criterion
from kheo.plans.models.criteria import total_of, walked
from kheo.plans.told import fingerprint

from .cast import by_points, cast, draft, full


class Criteria(TestCase):
    def setUp(self):
        self.at = cast()
        self.plan = draft(self.at)
        self.set = by_points(self.plan, self.at.hoa)
        self.client.force_login(self.at.hoa.user)

    def test_they_nest_and_are_numbered(self):
        nodes = list(walked(self.set.tree()))
        self.assertEqual([node.number for node in nodes], ["1.", "1.1.", "1.2.", "2.", "3."])
        self.assertEqual(nodes[1].criterion.points, "12,75")
        self.assertEqual(total_of(self.set.tree()), 10_000)

    def test_a_tree_is_one_query(self):
        with self.assertNumQueries(1):
            self.set.tree()

    def test_sums_that_do_not_add_up_are_said(self):
        self.assertEqual(self.set.sums(), [])
        Criterion.objects.filter(text="Người dân đồng tình").update(max_points=2000)
        said = self.set.sums()
        self.assertEqual(len(said), 1)
        self.assertIn("60 điểm", said[0])
        self.assertIn("67,25", said[0])
        self.assertContains(self.client.get(f"/ke-hoach/{self.plan.pk}/"), "67,25")

    def test_a_band_out_of_reach_and_unknown_points_are_said(self):
        self.set.bands = [{"name": "Xuất sắc", "from": 12_000}, {"name": "Kém", "from": None}]
        self.assertIn("Xuất sắc", self.set.sums()[0])
        Criterion.objects.filter(text="Bền vững").update(max_points=None)
        self.assertIn("1 tiêu chí chưa có điểm", " ".join(self.set.sums()))
        self.assertIsNone(total_of(self.set.tree()))

    def test_pass_or_fail_has_no_sums(self):
        self.set.mode = CriteriaSet.Mode.CHECKLIST
        self.assertEqual(self.set.sums(), [])

    def test_points_are_read_as_people_write_them(self):
        field = PointsField(required=False)
        self.assertEqual(
            [field.clean(text) for text in ("12,75", "8", "100 điểm", "")], [1275, 800, 10_000, None]
        )
        for text in ("12,755", "mười", "-3"):
            with self.assertRaises(ValidationError, msg=text):
                field.clean(text)

    def test_bands_are_written_a_line_each(self):
        head = CriteriaHeadForm(
            {"name": "A", "mode": "points", "subject": "any", "bands": "Khá: 75\nTốt: 80,5\nKém: ?"},
            criteria_set=self.set,
        )
        self.assertTrue(head.is_valid(), head.errors)
        self.assertEqual([band["from"] for band in head.cleaned_data["bands"]], [8050, 7500, None])
        wrong = CriteriaHeadForm({"name": "A", "bands": "Khá 75"}, criteria_set=self.set)
        self.assertIn("Khá 75", str(wrong.errors["bands"]))

    def page(self):
        return f"/ke-hoach/tieu-chi/{self.set.pk}/sua/"

    def data(self, rows, **head):
        seen = self.client.get(self.page()).context["editor"].seen
        data = {"seen": seen, "name": "Bộ mới", "mode": "points", "subject": "person", "bands": ""} | head
        data |= {"rows-TOTAL_FORMS": len(rows), "rows-INITIAL_FORMS": 0}
        for n, row in enumerate(rows):
            data |= {f"rows-{n}-{name}": value for name, value in row.items()}
        return data

    def test_they_are_edited_on_one_page(self):
        old = self.set.criteria.get(text="Bền vững")
        text = unicodedata.normalize("NFD", "Hiệu quả thiết thực ") + "ằ" * 5_000
        rows = [
            {"text": text, "depth": 0, "max_points": "40"},
            {"text": "phần một", "depth": 1, "max_points": "12,75"},
            {"text": "ý nhỏ", "depth": 2, "note": "xem sổ"},
            {"pk": old.pk, "text": "Bền vững", "depth": 0, "max_points": "60", "disqualifies": ""},
            {"text": "", "depth": 0},
        ]
        self.client.post(self.page(), self.data(rows))
        self.set.refresh_from_db()
        nodes = list(walked(self.set.tree()))
        self.assertEqual([node.number for node in nodes], ["1.", "1.1.", "1.1.1.", "2."])
        self.assertEqual(nodes[0].criterion.text, unicodedata.normalize("NFC", text))
        self.assertEqual(nodes[3].criterion.pk, old.pk)
        self.assertEqual((self.set.name, self.set.subject), ("Bộ mới", "person"))

    def test_a_part_without_its_group_is_said(self):
        rows = [{"text": "nhóm", "depth": 0}, {"text": "lạc bước", "depth": 2}]
        page = self.client.post(self.page(), self.data(rows))
        self.assertContains(page, "lạc bước")
        self.assertContains(page, "thấp hơn quá một bậc")
        self.assertEqual(self.set.criteria.count(), 5)

    def test_two_people_at_one_set(self):
        seen = fingerprint(self.set.lines())
        self.set.rewrite(self.at.binh, {"rule": "khác"}, [])
        with self.assertRaises(FasterColleague):
            self.set.rewrite(self.at.hoa, {}, [], seen)

    def test_a_reference_set_is_copied_and_never_changed(self):
        elsewhere = CriteriaSet.objects.create(
            issuer="Thành phố Đà Lạt", year=2017, name="5 tiêu chuẩn", reference=True,
            completeness="như báo đã đăng", source_url="https://example.org/5",
        )  # fmt: skip
        group = elsewhere.criteria.create(text="Nhóm")
        elsewhere.criteria.create(text="Bền vững", parent=group)
        page = self.client.get(f"/ke-hoach/tieu-chi/{elsewhere.pk}/")
        self.assertContains(page, "Bộ tham khảo")
        self.assertContains(page, "Thành phố Đà Lạt")
        self.assertEqual(self.client.get(f"/ke-hoach/tieu-chi/{elsewhere.pk}/sua/").status_code, 404)
        with self.assertRaises(Refused):
            elsewhere.rewrite(self.at.hoa, {}, [])
        self.client.post(f"/ke-hoach/{self.plan.pk}/tieu-chi/", {"source": elsewhere.pk})
        mine = self.plan.criteria_sets.get(copied_from=elsewhere)
        self.assertEqual([node.number for node in walked(mine.tree())], ["1.", "1.1."])
        self.assertEqual((mine.reference, mine.issuer), (False, "BCĐ tỉnh Nghệ An"))

    def test_grounds_for_revocation_are_named_as_such(self):
        grounds = CriteriaSet.objects.create(
            issuer="Quốc hội", year=2022, name="Căn cứ hủy bỏ", mode="grounds", reference=True
        )
        grounds.criteria.create(text="Gian dối trong kê khai")
        for page in (f"/ke-hoach/tieu-chi/{grounds.pk}/", f"/ke-hoach/tieu-chi/{grounds.pk}/xem-thu/"):
            self.assertContains(self.client.get(page), "hủy bỏ danh hiệu, hình thức khen thưởng")

    def test_the_assessors_sheet(self):
        page = self.client.get(f"/ke-hoach/tieu-chi/{self.set.pk}/xem-thu/")
        self.assertContains(page, "12,75")
        self.assertContains(page, "Điểm chấm")
        self.assertContains(page, 'id="p', count=3)

    def test_a_new_set_needs_a_name_or_a_source(self):
        url = f"/ke-hoach/{self.plan.pk}/tieu-chi/"
        self.assertContains(self.client.post(url, {"name": ""}), "Đặt tên")
        self.client.post(url, {"name": "Bộ đạt/không đạt", "mode": "checklist", "subject": "household"})
        self.assertTrue(self.plan.criteria_sets.filter(subject="household").exists())

    def test_a_set_leaves_the_draft(self):
        self.client.post(f"/ke-hoach/tieu-chi/{self.set.pk}/bo/")
        self.assertFalse(CriteriaSet.objects.exists())
        self.assertFalse(Criterion.objects.exists())

    def test_a_neighbour_finds_none_and_a_reader_is_refused(self):
        theirs = full(self.at, by=self.at.sen).criteria_sets.get()
        self.client.force_login(self.at.lan.user)
        for page in ("", "xem-thu/", "sua/"):
            self.assertEqual(self.client.get(f"/ke-hoach/tieu-chi/{theirs.pk}/{page}").status_code, 404)
        self.client.force_login(self.at.duc.user)
        self.assertEqual(self.client.get(self.page()).status_code, 409)
        self.assertEqual(self.client.post(f"/ke-hoach/tieu-chi/{self.set.pk}/bo/").status_code, 409)
