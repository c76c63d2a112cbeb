"""The half-year table on the page, as a spreadsheet and as a draft report."""

from datetime import date
from io import BytesIO
from zipfile import ZipFile

from django.test import TestCase
from django.urls import reverse
from docx import Document

from kheo.initiatives.models import Enrolment
from kheo.places.models import Area
from kheo.reporting.half_year import HalfYear, chosen_half
from kheo.reporting.tests.cast import asked_at, year_of
from kheo.tallies import counting
from kheo.units.models import Post


class HalfYearTable(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.year = year_of()
        cls.cast = cls.year.cast

    def get(self, post=None, **asked):
        self.client.force_login((post or self.cast.hoa).user)
        return self.client.get(reverse("half_year"), {"year": 2026, "half": 1, **asked})

    def total(self, half, who=None):
        section = HalfYear(who or self.cast.hoa, 2026, half).sections[0]
        return [now.value for now, _last in section.total]

    def test_each_event_in_its_half(self):
        # Accepted in March, recognised in May; one ended in August.
        self.assertEqual(self.total(1), [1, 1, 1, 0])
        self.assertEqual(self.total(2), [0, 0, 0, 1])

    def test_beside_the_same_months_of_last_year(self):
        with counting.counting(self.year.bell):
            Enrolment.objects.filter(pk=self.year.bell.pk).update(approved_on=date(2025, 4, 1))
        table = HalfYear(self.cast.hoa, 2026, 1)
        for section in table.sections:
            pairs = [(now.value, last.value) for now, last in section.total]
            self.assertEqual(pairs, [(1, 0), (0, 1), (1, 0), (0, 0)], section.by)

    def test_every_number_is_what_its_records_add_up_to(self):
        for half in (1, 2):
            for section in HalfYear(self.cast.hoa, 2026, half).sections:
                for _label, pairs in [*section.rows, ("", section.total)]:
                    for number in (number for pair in pairs for number in pair):
                        if number.url:
                            self.assertEqual(asked_at(number.url, self.cast.hoa).total(), number.value)

    def test_parts_are_field_line_and_commune(self):
        sections = {
            each.by: [label for label, _pairs in each.rows]
            for each in HalfYear(self.cast.hoa, 2026, 1).sections
        }
        self.assertEqual(sections["field"], ["Kinh tế", "Quốc phòng - an ninh"])
        self.assertEqual((sections["line"], sections["area"]), (["Đảng"], ["Xã Tam Quang"]))

    def test_communes_without_figures_are_those_of_ones_reach(self):
        people = (self.cast.hoa, self.cast.minh, self.cast.lan)
        # Of the two communes one has figures.
        self.assertEqual([HalfYear(post, 2026, 1).sections[2].empty for post in people], [1, 0, 1])

    def test_a_neighbour_sees_none_of_it(self):
        self.assertEqual(self.total(1, self.cast.lan), [0, 0, 0, 0])

    def test_a_reader_may_read(self):
        self.assertContains(self.get(self.cast.duc), "6 tháng đầu năm 2026")

    def test_of_invented_communes_no_total_says_how_many_stand_behind_it(self):
        self.assertContains(self.get(sample="1"), "behind-total")
        Area.objects.communes().update(sample=True)
        page = self.get(sample="1")
        self.assertContains(page, "Xã Tam Quang")
        self.assertNotContains(page, "behind-total")

    def test_as_a_spreadsheet(self):
        response = self.get(format="xlsx")
        with ZipFile(BytesIO(b"".join(response.streaming_content))) as book:
            words = book.read("xl/worksheets/sheet1.xml").decode()
        for word in (
            "Theo lĩnh vực",
            "Xã Tam Quang",
            "Mới, 6 tháng đầu năm 2026",
            "Mới, 6 tháng đầu năm 2025",
        ):
            self.assertIn(word, words)

    def test_as_a_draft_report_of_the_party_side(self):
        document = Document(BytesIO(b"".join(self.get(format="docx").streaming_content)))
        heading = "\n".join(cell.text for row in document.tables[0].rows for cell in row.cells)
        for word in (
            "BAN TUYÊN GIÁO VÀ DÂN VẬN",
            "TỈNH ỦY NGHỆ AN",
            "*",
            "ĐẢNG CỘNG SẢN VIỆT NAM",
            "-BC/",
        ):
            self.assertIn(word, heading)
        text = "\n".join(paragraph.text for paragraph in document.paragraphs)
        self.assertIn("BÁO CÁO", text)
        self.assertIn("6 tháng đầu năm 2026", text)
        by_field = document.tables[1]
        self.assertEqual(
            [cell.text for cell in by_field.rows[-1].cells],
            ["Tổng cộng", "1", "0", "1", "0", "1", "0", "0", "0"],
        )
        self.assertEqual(document.styles["Normal"].font.name, "Times New Roman")
        self.assertEqual(round(document.sections[0].page_width.mm), 210)

    def test_as_a_draft_report_of_the_state_side(self):
        union = Post.objects.create(
            user=self.cast.duc.user,
            unit=self.cast.world.women,
            role="head",
            reach="place",
            valid_from=date(2025, 7, 1),
        )
        self.client.force_login(union.user)
        session = self.client.session
        session["post"] = union.pk
        session.save()
        response = self.client.get(reverse("half_year"), {"year": 2026, "half": 1, "format": "docx"})
        document = Document(BytesIO(b"".join(response.streaming_content)))
        heading = "\n".join(cell.text for row in document.tables[0].rows for cell in row.cells)
        self.assertIn("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", heading)
        # The number is the clerk's to give.
        self.assertIn("/BC-BTV", heading)

    def test_the_half_of_an_address(self):
        self.assertEqual([chosen_half(text, date(2026, 7, 1)) for text in ("1", "2", "3", "")], [1, 2, 2, 2])
