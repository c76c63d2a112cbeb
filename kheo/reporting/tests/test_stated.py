"""Figures by report: typed, pasted and uploaded with their document; corrected, withdrawn; never added."""

import csv
from datetime import date
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import SimpleTestCase, TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import Workbook

from kheo.audit.models import Entry
from kheo.lib.periods import Period
from kheo.places import lineage
from kheo.places.loading import DATA
from kheo.places.models import Area
from kheo.reporting.against import beside
from kheo.reporting.dashboard import Dashboard
from kheo.reporting.half_year import HalfYear
from kheo.reporting.models import ReportedFigure, ReportedSource
from kheo.reporting.stated import read_period, read_value
from kheo.reporting.tests.cast import year_of
from kheo.tallies.counting import verify
from kheo.tallies.models import Cell


class Words(SimpleTestCase):
    def test_periods_as_offices_write_them(self):
        for text, first, last in (
            ("2024", "2024-01-01", "2024-12-31"),
            ("Năm 2024", "2024-01-01", "2024-12-31"),
            ("6 tháng đầu năm 2024", "2024-01-01", "2024-06-30"),
            ("6 tháng cuối năm 2024", "2024-07-01", "2024-12-31"),
            ("Quý II/2024", "2024-04-01", "2024-06-30"),
            ("quý 3 năm 2024", "2024-07-01", "2024-09-30"),
            ("9 tháng năm 2024", "2024-01-01", "2024-09-30"),
            ("tháng 5/2024", "2024-05-01", "2024-05-31"),
            ("2021 – 2025", "2021-01-01", "2025-12-31"),
            ("Giai đoạn 2021-2025", "2021-01-01", "2025-12-31"),
            ("01/01/2024 - 15/11/2024", "2024-01-01", "2024-11-15"),
        ):
            with self.subTest(text):
                self.assertEqual(
                    read_period(text), Period(date.fromisoformat(first), date.fromisoformat(last))
                )
        for text in ("", "năm ngoái", "2025-2021", "13 tháng 2024", "quý V/2024"):
            with self.subTest(text), self.assertRaises(ValueError):
                read_period(text)

    def test_whole_numbers_with_their_separators(self):
        self.assertEqual(
            [read_value(each) for each in ("286", "4.494", "12,345", " 1 024 ")], [286, 4494, 12345, 1024]
        )
        for text in ("", "12,5", "-3", "khoảng 20", "1.2.3", "99999999999"):
            with self.subTest(text), self.assertRaises(ValueError):
                read_value(text)


class Stating(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.year = year_of()
        cls.cast = cls.year.cast
        lineage.recompute()
        cls.quang, cls.hop = cls.cast.world.dang_uy_tam_quang, cls.cast.world.dang_uy_tam_hop

    def act(self, post):
        self.client.force_login(post.user)
        return self.client

    def source(self, by=None, **words):
        words = {"publisher": "Ban Dân vận Tỉnh ủy", "number": "45-BC/BDVTU", **words}
        return ReportedSource.objects.keep(by=by or self.cast.hoa, **words)

    def paste(self, source, text, by=None, **more):
        path = reverse("reported_lines", args=[source.pk])
        return self.act(by or self.cast.hoa).post(path, {"lines": text, **more})

    def values(self, **narrowed):
        found = ReportedFigure.objects.standing().filter(**narrowed)
        return sorted(found.values_list("who", "measure", "value"))

    def test_the_document_first_with_its_file(self):
        file = SimpleUploadedFile(
            "bao-cao.pdf", b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF", "application/pdf"
        )
        words = {
            "publisher": "Đảng ủy xã Tam Quang",
            "number": "12-BC/ĐU",
            "dated": "28/12/2025",
            "file": file,
        }
        answer = self.act(self.cast.hoa).post(reverse("reported_source_new"), words)
        source = ReportedSource.objects.get()
        self.assertRedirects(answer, reverse("reported_add", args=[source.pk]))
        self.assertEqual(
            (source.number, source.dated, source.entered_by), ("12-BC/ĐU", date(2025, 12, 28), self.cast.hoa)
        )
        self.assertTrue(source.file.may_be_seen_by(self.cast.hoa.user))
        self.assertFalse(source.file.may_be_seen_by(self.cast.lan.user))

    def test_a_document_needs_a_name_and_what_was_typed_stays(self):
        answer = self.act(self.cast.hoa).post(reverse("reported_source_new"), {"publisher": "Báo Nghệ An"})
        self.assertContains(answer, "Cần ít nhất số hiệu")
        self.assertContains(answer, "Báo Nghệ An")
        self.assertEqual(ReportedSource.objects.count(), 0)

    def test_a_whole_and_its_parts_are_kept_as_stated(self):
        source = self.source()
        answer = self.act(self.cast.hoa).post(
            reverse("reported_add", args=[source.pk]),
            {
                "period": "2024",
                "unit": "xã Tam Quang",
                "measure": "enrolled",
                "whole": "286",
                "field_kinh_te": "100",
                "field_quoc_phong_an_ninh": "76",
            },
        )
        self.assertRedirects(answer, source.get_absolute_url())
        whole = ReportedFigure.objects.whole().get()
        self.assertEqual((whole.value, whole.unit, whole.unstated), (286, self.quang, 110))
        page = self.client.get(source.get_absolute_url())
        told = "Nguồn nêu tổng 286; cộng theo lĩnh vực được 176, chưa bằng tổng: còn lại 110"
        self.assertContains(page, told)
        self.assertContains(self.client.get(reverse("dashboard"), {"year": 2024}), told)
        self.assertContains(self.client.get(reverse("reported_comparison"), {"year": 2024}), told)
        self.assertEqual(Dashboard(self.cast.hoa, 2024).totals["enrolled"], 0)
        self.assertEqual(verify()[1], [])

    def test_lines_are_shown_first_and_kept_on_a_second_press(self):
        source = self.source()
        text = "TT;Đơn vị;Kỳ;Mới;Duy trì\n1;xã Tam Quang;2024;5;12\n2;Đảng ủy xã Tam Hợp;2024;1.003;-"
        page = self.paste(source, text)
        self.assertContains(page, "Đã hiểu 3 số")
        self.assertEqual(self.values(), [])
        self.assertRedirects(self.paste(source, text, keep="1"), source.get_absolute_url())
        self.assertEqual(
            self.values(),
            [
                ("xã Tam Quang", "continuing", 12),
                ("xã Tam Quang", "new", 5),
                ("Đảng ủy xã Tam Hợp", "new", 1003),
            ],
        )
        # Sent once more it changes nothing; another number for the same thing is refused.
        self.paste(source, text, keep="1")
        self.assertEqual(ReportedFigure.objects.count(), 3)
        self.assertContains(self.paste(source, text.replace(";5;", ";6;"), keep="1"), "đã có ở đây")
        self.assertEqual(ReportedFigure.objects.count(), 3)

    def test_each_line_that_is_not_clear_is_named_and_nothing_is_kept(self):
        source = self.source()
        text = (
            "Đơn vị\tKỳ\tChỉ tiêu\tSố lượng\nxã Tam Qang\t2024\tmới\t5\nxã Tam Hợp\tnăm kia\tmới\t5\n"
            "xã Tam Hợp\t2024\tmới\tnhiều\nxã Tam Hợp\t2024\tđẹp\t5\nxã Tam Hợp\t2024\tmới\t7"
        )
        page = self.paste(source, text, keep="1")
        for told in (
            "Không thấy đơn vị “xã Tam Qang”",
            "“năm kia” không phải kỳ",
            "“nhiều” không phải số nguyên",
            "Không rõ “đẹp”",
            "Còn 4 dòng chưa rõ",
        ):
            self.assertContains(page, told)
        self.assertContains(page, "xã Tam Qang\t2024")
        self.assertEqual(ReportedFigure.objects.count(), 0)

    def test_a_line_with_several_figures_is_doubted_once(self):
        source = self.source()
        text = (
            "Đơn vị;Kỳ;Mới;Duy trì\nxã Tam Qang;2024;5;12\nxã Tam Hợp;2024;7;nhiều\nxã Tam Quang;2024;ít;vài"
        )
        page = self.paste(source, text, keep="1")
        self.assertContains(page, "Còn 3 dòng chưa rõ")
        self.assertContains(page, "Không thấy đơn vị “xã Tam Qang”", count=1)
        self.assertContains(page, "“ít” không phải số nguyên. “vài” không phải số nguyên.", count=1)
        self.assertEqual(
            [(line.number, line.value) for line in page.context["read"].shown if not line.error], [(3, 7)]
        )
        typed = {
            "period": "2024",
            "unit": "xã Tam Qang",
            "measure": "new",
            "whole": "9",
            "field_kinh_te": "5",
        }
        page = self.client.post(reverse("reported_add", args=[source.pk]), typed)
        self.assertContains(page, "Không thấy đơn vị “xã Tam Qang”", count=1)
        self.assertEqual(ReportedFigure.objects.count(), 0)

    def test_the_example_names_what_is_no_other(self):
        """A person who pastes the page's own lines is understood, in Nghệ An of then and of today."""
        page = (
            self.act(self.cast.hoa).get(reverse("reported_lines", args=[self.source().pk])).content.decode()
        )
        example = page.partition('class="example"')[2].partition(">")[2].partition("</pre>")[0]
        with (DATA / "areas_nghe_an.csv").open(encoding="utf-8") as file:
            areas = [row for row in csv.DictReader(file) if row["level"] == "commune"]
        known = {
            state: [f"{row['type']} {row['name']}" for row in areas if row["state"] == state]
            for state in ("before", "2024-12-01", "2025-07-01")
        }
        who = [line.split(";")[0] for line in example.splitlines()[1:]]
        self.assertEqual(len(who), 2)
        for name in who:
            self.assertEqual(
                {state: names.count(name) for state, names in known.items()}, dict.fromkeys(known, 1), name
            )

    def test_without_headings_it_says_how(self):
        self.assertContains(self.paste(self.source(), "xã Tam Quang;5"), "Không thấy dòng tiêu đề")

    def test_an_office_spreadsheet_with_a_total(self):
        book = Workbook()
        sheet = book.active
        for row in (
            ["BIỂU TỔNG HỢP MÔ HÌNH NĂM 2024"],
            ["TT", "Đơn vị", "Tổng số", "Kinh tế", "Quốc phòng - an ninh"],
            [1, "xã Tam Quang", 10, 6, 4],
            [2, "xã Tam Hợp", 8, 5, 2],
            [None, "Tổng cộng", 20, None, None],
        ):
            sheet.append(row)
        content = BytesIO()
        book.save(content)
        source = self.source()
        file = SimpleUploadedFile("bieu.xlsx", content.getvalue())
        page = self.act(self.cast.hoa).post(
            reverse("reported_lines", args=[source.pk]),
            {"table": file, "period": "2024", "measure": "enrolled"},
        )
        self.assertContains(page, "Đã hiểu 7 số")
        # The file's rows are in the box now: what is seen is what is kept.
        typed = page.context["form"]["lines"].value()
        self.paste(source, typed, keep="1", period="2024", measure="enrolled")
        total = ReportedFigure.objects.whole().get()
        self.assertEqual((total.unit, total.value), (self.cast.world.board, 20))
        self.assertEqual(
            total.sum_sentences,
            ["Nguồn nêu tổng 20; cộng theo đơn vị được 18, chưa bằng tổng: còn lại 2, theo phép trừ."],
        )
        hop = ReportedFigure.objects.get(unit=self.hop, field=None)
        self.assertEqual(hop.part_of, total)
        self.assertIn("cộng theo lĩnh vực được 7", hop.sum_sentences[0])

    def test_a_commune_enters_its_own_and_not_its_neighbours(self):
        mine = self.source(self.cast.nga, publisher="Đảng ủy xã Tam Quang")
        self.assertContains(
            self.paste(mine, "Đơn vị;Kỳ;Mới\nxã Tam Hợp;2024;3", self.cast.nga), "ngoài phạm vi"
        )
        self.paste(mine, "Đơn vị;Kỳ;Mới\nxã Tam Quang;2024;3", self.cast.nga, keep="1")
        self.assertEqual(self.values(), [("xã Tam Quang", "new", 3)])
        figure = ReportedFigure.objects.get()
        # The neighbour finds nothing of it; the province sees it and may correct it.
        for name, args in (
            ("reported_source", mine.pk),
            ("reported_lines", mine.pk),
            ("reported_correct", figure.pk),
            ("reported_withdraw", figure.pk),
        ):
            self.assertEqual(self.act(self.cast.lan).get(reverse(name, args=[args])).status_code, 404, name)
        self.assertEqual(self.act(self.cast.hoa).get(mine.get_absolute_url()).status_code, 200)
        self.assertNotContains(
            self.act(self.cast.lan).get(reverse("dashboard"), {"year": 2024}), "xã Tam Quang"
        )

    def test_a_reader_reads_and_is_refused(self):
        source = self.source()
        client = self.act(self.cast.duc)
        self.assertEqual(client.get(source.get_absolute_url()).status_code, 200)
        self.assertNotContains(client.get(reverse("reported_sources")), "button--main")
        for path in (reverse("reported_source_new"), reverse("reported_add", args=[source.pk])):
            self.assertContains(client.get(path), "vai trò", status_code=409)

    def test_what_is_published_is_read_by_all(self):
        source = self.source(published=True, url="https://example.com/bai")
        self.paste(source, "Đơn vị;Kỳ;Mới\nxã Tam Quang;2024;3", keep="1")
        self.assertContains(self.act(self.cast.lan).get(reverse("dashboard"), {"year": 2024}), "xã Tam Quang")

    def test_corrected_and_withdrawn_with_who_and_why(self):
        source = self.source()
        self.paste(source, "Đơn vị;Kỳ;Chỉ tiêu;Tổng;Kinh tế\nxã Tam Quang;2024;đăng ký;286;176", keep="1")
        whole = ReportedFigure.objects.whole().get()
        path = reverse("reported_correct", args=[whole.pk])
        self.assertContains(self.client.post(path, {"value": "268", "reason": " "}), "Chưa điền")
        self.client.post(path, {"value": "268", "reason": "Gõ nhầm"})
        now = ReportedFigure.objects.standing().whole().get()
        self.assertEqual((now.value, now.corrects, now.unstated), (268, whole, 92))
        page = self.client.get(source.get_absolute_url())
        self.assertContains(page, "Gõ nhầm")
        self.assertEqual(Entry.objects.about(now).get().changes, {"value": [286, 268]})
        # The one that was corrected cannot be touched any more.
        self.assertEqual(self.client.get(path).status_code, 404)
        self.client.post(reverse("reported_withdraw", args=[now.pk]), {"reason": "Nhập hai lần"})
        self.assertEqual(ReportedFigure.objects.standing().count(), 0)
        self.assertEqual(Dashboard(self.cast.hoa, 2024).reported(), [])
        # Withdrawn, it may be stated anew.
        self.paste(source, "Đơn vị;Kỳ;Chỉ tiêu;Tổng\nxã Tam Quang;2024;đăng ký;268", keep="1")
        self.assertEqual(self.values(), [("xã Tam Quang", "enrolled", 268)])

    def test_a_document_is_described_anew_and_all_of_it_withdrawn(self):
        source = self.source()
        self.paste(source, "Đơn vị;Kỳ;Mới\nxã Tam Quang;2024;3\nxã Tam Quang;2023;4", keep="1")
        edit, away = (
            reverse(name, args=[source.pk]) for name in ("reported_source_edit", "reported_source_withdraw")
        )
        self.client.post(edit, {"publisher": "Ban Dân vận Tỉnh ủy", "number": "54-BC/BDVTU"})
        self.assertEqual(
            Entry.objects.about(source).first().changes, {"number": ["45-BC/BDVTU", "54-BC/BDVTU"]}
        )
        for post, status in ((self.cast.lan, 404), (self.cast.duc, 409)):
            self.assertEqual(self.act(post).post(away, {"reason": "x"}).status_code, status)
            self.assertEqual(self.client.post(edit, {"publisher": "x", "number": "1"}).status_code, status)
        self.act(self.cast.hoa).post(away, {"reason": "Nhập hai lần"})
        self.assertEqual(ReportedFigure.objects.standing().count(), 0)
        self.assertContains(self.client.get(source.get_absolute_url()), "Nhập hai lần")
        self.assertContains(self.client.post(away, {"reason": "lần nữa"}), "Không còn số nào")

    def test_counted_beside_stated_period_by_period(self):
        source = self.source()
        text = (
            "Đơn vị;Kỳ;Mới;Duy trì;Công nhận\nxã Tam Quang;2026;4;1;3\n"
            "xã Tam Quang;6 tháng đầu năm 2026;2;;\nxã Tam Quang;6 tháng cuối năm 2026;2;;\n"
            "xã Tam Quang;2024;9;;\nxã Tam Hợp;2026;1;;"
        )
        self.paste(source, text, keep="1")
        page = self.act(self.cast.hoa).get(reverse("reported_comparison"), {"unit": self.quang.pk})
        told = {
            (row.figure.period_words, row.figure.measure): (row.figure.value, row.counted, row.gap)
            for row, _body in page.context["rows"]
        }
        self.assertEqual(told["năm 2026", "new"], (4, 1, 3))
        self.assertEqual(told["năm 2026", "continuing"], (1, 1, 0))
        self.assertEqual(told["năm 2026", "recognised"], (3, 1, 2))
        self.assertEqual(told["6 tháng đầu năm 2026", "new"], (2, 1, 1))
        self.assertEqual(told["6 tháng cuối năm 2026", "new"], (2, 0, 2))
        self.assertEqual(told["năm 2024", "new"], (9, 0, 9))
        whole = self.client.get(reverse("reported_comparison"), {"year": 2026})
        self.assertContains(whole, "Đảng ủy xã Tam Hợp")
        book = self.client.get(reverse("reported_comparison"), {"year": 2026, "format": "xlsx"})
        self.assertEqual(book.status_code, 200)

    def test_what_is_stated_is_what_cells_say_by_field_and_line(self):
        source = self.source()
        self.paste(
            source,
            "Đơn vị;Kỳ;Lĩnh vực;Mới\nxã Tam Quang;2026;Kinh tế;4\n"
            "xã Tam Quang;2026;Quốc phòng - an ninh;4\nHội Liên hiệp Phụ nữ tỉnh;2026;;2",
            keep="1",
        )
        figures = list(ReportedFigure.objects.with_parts().order_by("pk"))
        told = {
            (row.figure.who, row.figure.field and row.figure.field.code): row.counted
            for row in beside(figures, self.cast.hoa)
        }
        self.assertEqual(
            told,
            {
                ("xã Tam Quang", "kinh_te"): 1,
                ("xã Tam Quang", "quoc_phong_an_ninh"): 0,
                ("Hội Liên hiệp Phụ nữ tỉnh", None): 0,
            },
        )

    def test_many_figures_cost_what_one_costs(self):
        source = self.source()

        def taken():
            path = reverse("reported_comparison")
            self.act(self.cast.hoa).get(path, {"year": 2026})
            with CaptureQueriesContext(connection) as queries:
                self.client.get(path, {"year": 2026})
            return len(queries)

        self.paste(source, "Đơn vị;Kỳ;Mới\nxã Tam Quang;2026;4", keep="1")
        one = taken()
        self.paste(source, "Đơn vị;Kỳ;Mới;Duy trì\nxã Tam Hợp;2026;4;5\nxã Tam Hợp;quý I/2026;4;5", keep="1")
        self.assertEqual(taken(), one)


class Namesakes(TestCase):
    """2024: a Tam Hợp in Tương Dương and another in Quỳ Hợp; the Tam Hợp of today lies where it lies."""

    @classmethod
    def setUpTestData(cls):
        from kheo.units.tests import cast as people

        cls.year = year_of()
        cls.cast = cls.year.cast
        cls.then = {}
        for district in ("Tương Dương", "Quỳ Hợp"):
            above = old_area("district", "huyện", district, cls.cast.world.province)
            area = old_area("commune", "xã", "Tam Hợp", above)
            cls.then[district] = people.unit(
                "Đảng ủy xã Tam Hợp", area, "cap_uy", since=area.valid_from, until=area.valid_to
            )
            people.unit(
                "Hội Người cao tuổi",
                area,
                "nguoi_cao_tuoi",
                line="other",
                since=area.valid_from,
                until=area.valid_to,
            )
        old_area("commune", "xã", "Tam Đình", above)
        lineage.recompute()

    def paste(self, text, **more):
        source = ReportedSource.objects.keep(by=self.cast.hoa, publisher="Ban Dân vận", number="45-BC/BDV")
        self.client.force_login(self.cast.hoa.user)
        return self.client.post(reverse("reported_lines", args=[source.pk]), {"lines": text, **more})

    def test_bodies_of_one_name_can_be_chosen_between(self):
        page = self.paste("Đơn vị;Kỳ;Mới\nxã Tam Hợp;2024;5\nHội Người cao tuổi;2024;5")
        self.assertContains(page, "Đảng ủy xã Tam Hợp (Tương Dương); Đảng ủy xã Tam Hợp (Quỳ Hợp).")
        self.assertContains(
            page, "Hội Người cao tuổi (Xã Tam Hợp, Tương Dương); Hội Người cao tuổi (Xã Tam Hợp, Quỳ Hợp)."
        )
        # As they are named there they are understood, and as offices write it.
        for who in (
            "Đảng ủy xã Tam Hợp (Quỳ Hợp)",
            "xã Tam Hợp (Quỳ Hợp)",
            "Tam Hợp, huyện Quỳ Hợp",
            "xã Tam Hợp, Quỳ Hợp, Nghệ An",
        ):
            page = self.paste(f"Đơn vị;Kỳ;Mới\n{who};2024;5")
            line = page.context["read"].lines[0]
            self.assertEqual((line.error, line.unit), ("", self.then["Quỳ Hợp"]), who)
            self.assertContains(page, '<span class="hint">Đảng ủy xã Tam Hợp (Quỳ Hợp)</span>')
        line = (
            self.paste("Đơn vị;Kỳ;Mới\nHội Người cao tuổi (Xã Tam Hợp, Quỳ Hợp);2024;5")
            .context["read"]
            .lines[0]
        )
        self.assertEqual(line.unit.area, self.then["Quỳ Hợp"].area)
        self.assertContains(
            self.paste("Đơn vị;Kỳ;Mới\nxã Tam Hợp (Con Cuông);2024;5"),
            "Không thấy đơn vị “xã Tam Hợp (Con Cuông)”",
        )
        # Today's has no other beside it.
        page = self.paste("Đơn vị;Kỳ;Mới\nxã Tam Hợp;2026;5")
        self.assertEqual(page.context["read"].lines[0].unit, self.cast.world.dang_uy_tam_hop)
        self.assertContains(page, '<span class="hint">Đảng ủy xã Tam Hợp</span>')

    def test_many_doubtful_lines_cost_what_one_costs(self):
        def taken(lines):
            with CaptureQueriesContext(connection) as queries:
                self.paste("Đơn vị;Kỳ;Mới\n" + "\n".join(["xã Tam Hợp;2024;5"] * lines))
            return len(queries)

        taken(1)
        self.assertEqual(taken(1), taken(20))

    def test_beside_the_count_each_has_its_place(self):
        text = "Đơn vị;Kỳ;Mới;Duy trì\nxã Tam Hợp (Quỳ Hợp);2024;5;7\nxã Tam Hợp (Tương Dương);2024;6;8"
        self.paste(text, keep="1")
        path = reverse("reported_comparison")
        page = self.client.get(path, {"year": 2024})
        # One body after the other, though their names are the same.
        self.assertEqual(
            [(name, row.figure.value) for row, name in page.context["rows"]],
            [
                ("Đảng ủy xã Tam Hợp (Tương Dương)", 8),
                ("Đảng ủy xã Tam Hợp (Tương Dương)", 6),
                ("Đảng ủy xã Tam Hợp (Quỳ Hợp)", 7),
                ("Đảng ủy xã Tam Hợp (Quỳ Hợp)", 5),
            ],
        )
        one = self.client.get(path, {"unit": self.then["Quỳ Hợp"].pk})
        self.assertContains(one, "xã Tam Hợp, huyện Quỳ Hợp")

    def test_communes_of_one_name_carry_their_district_wherever_they_stand_together(self):
        apart = ["Xã Tam Đình", "Xã Tam Hợp (Tương Dương)", "Xã Tam Hợp (Quỳ Hợp)"]
        self.client.force_login(self.cast.hoa.user)
        overview = self.client.get(reverse("dashboard"), {"year": 2024})
        listed = self.client.get(overview.context["coverage"].url).context["coverage"].missing
        self.assertEqual([area.full_name for area in listed], apart)
        self.assertEqual(overview.context["dashboard"].table("area").empty, apart)
        self.assertIn(", ".join(apart), overview.context["coverage"].missing_sentence)
        # Only one of the two has figures: which, is said all the same.
        Cell.objects.create(
            measure="accepted_new", period=date(2024, 3, 1), unit=self.then["Quỳ Hợp"], kind="model", value=3,
            area=self.then["Quỳ Hợp"].area, field=self.cast.economy, known_from=date(2024, 4, 1),
        )  # fmt: skip
        half = HalfYear(self.cast.hoa, 2024, 1)
        self.assertEqual([label for label, _pairs in half.sections[2].rows], ["Xã Tam Hợp (Quỳ Hợp)"])
        records = self.client.get(half.sections[2].rows[0][1][0][0].url)
        self.assertContains(records, "Xã Tam Hợp, huyện Quỳ Hợp")
        # Today's stands alone.
        now = Dashboard(self.cast.hoa, 2026).table("area")
        self.assertEqual({*now.empty, *(row.row.label for row in now.rows)}, {"Xã Tam Quang", "Xã Tam Hợp"})


def old_area(level, type, name, parent):
    made = Area(
        level=level,
        type=type,
        name=name,
        parent=parent,
        valid_from=date(2021, 1, 1),
        valid_to=date(2025, 7, 1),
    )
    made.save()
    return made


class Behind(TestCase):
    """How many of the communes asked stand behind a total."""

    @classmethod
    def setUpTestData(cls):
        from kheo.units.tests import cast as people

        cls.year = year_of()
        cls.cast = cls.year.cast
        cls.third = people.area("commune", "xã", "Tam Đình", cls.cast.world.province)
        cls.party = people.unit("Đảng ủy xã Tam Đình", cls.third, "cap_uy", parent=cls.cast.world.tinh_uy)
        lineage.recompute()

    def page(self, name, **asked):
        self.client.force_login(self.cast.hoa.user)
        return self.client.get(reverse(name), asked)

    def stated(self):
        source = ReportedSource.objects.keep(
            by=self.cast.hoa, publisher="Đảng ủy xã Tam Đình", number="1-BC/ĐU"
        )
        return ReportedFigure.objects.create(
            source=source, unit=self.party, area=self.third, who="xã Tam Đình", measure="new", label="Mới",
            value=7, period_first=date(2026, 1, 1), period_last=date(2026, 12, 31),
        )  # fmt: skip

    def test_beside_every_total_and_the_missing_one_tap_away(self):
        page = self.page("dashboard", year=2026)
        # Each number of the headline and of the amounts, and the total of the communes' table.
        self.assertContains(page, "2/3 xã, phường</a>", count=13)
        url = page.context["coverage"].url
        told = self.client.get(url)
        missing = told.context["coverage"].missing
        self.assertEqual([area.full_name for area in missing], ["Xã Tam Đình"])
        self.assertContains(told, f'<a href="{reverse("area", args=[missing[0].pk])}">Xã Tam Đình</a>')
        self.assertContains(told, "đứng sau tổng số khi")
        self.assertEqual(self.client.get(f"{url}&format=xlsx").status_code, 200)
        self.assertContains(self.client.get(page.context["dashboard"].headline()[0].url), "2/3 xã, phường")

    def test_a_report_that_nothing_is_counted_of(self):
        from kheo.fieldwork.models import UnitReport

        UnitReport.objects.create(
            unit=self.party, period_first=date(2026, 1, 1), period_last=date(2026, 6, 30), state="sent"
        )
        self.assertEqual(Dashboard(self.cast.hoa, 2026).coverage.short, "3/3 xã, phường")

    def test_a_commune_stands_behind_its_own_and_holds_no_neighbours(self):
        from kheo.fieldwork.models import UnitReport
        from kheo.units.tests import cast as people

        for unit in (self.party, self.cast.lan.unit):
            UnitReport.objects.create(
                unit=unit, period_first=date(2026, 1, 1), period_last=date(2026, 6, 30), state="sent"
            )
        tham = people.post(people.person("tham", "Vi Thị Thắm"), self.party, "reader", "place")
        dashboard = Dashboard(tham, 2026)
        self.assertEqual(dashboard.coverage.short, "1/1 xã, phường")
        held = [area.full_name for area in dashboard.reading.areas.values() if area.level == "commune"]
        self.assertEqual(held, ["Xã Tam Đình"])

    def test_figures_by_report_are_told_apart_and_not_added(self):
        self.stated()
        dashboard = Dashboard(self.cast.hoa, 2026)
        self.assertEqual((dashboard.coverage.short, dashboard.totals["enrolled"]), ("3/3 xã, phường", 3))
        self.assertContains(
            self.page("dashboard", year=2026), "Trong đó 1 xã, phường chỉ có số liệu theo báo cáo"
        )

    def test_a_paper_names_some_of_very_many(self):
        from unittest.mock import patch

        coverage = Dashboard(self.cast.hoa, 2025).coverage
        with patch("kheo.reporting.coverage.MOST_NAMED", 1):
            self.assertEqual(coverage.missing_sentence, "Chưa có: Xã Tam Đình và 2 xã, phường khác.")

    def test_by_field_the_communes_that_have_something_there(self):
        dashboard = Dashboard(self.cast.hoa, 2026)
        told = {row.row.key: len(row.behind.behind) for row in dashboard.table("field").rows}
        self.assertEqual((told["kinh_te"], told["quoc_phong_an_ninh"]), (2, 1))
        row = next(row for row in dashboard.table("field").rows if row.row.key == "quoc_phong_an_ninh")
        self.client.force_login(self.cast.hoa.user)
        page = self.client.get(row.behind.url)
        self.assertEqual([area.full_name for area in page.context["coverage"].behind], ["Xã Tam Quang"])

    def test_a_commune_sees_itself_alone(self):
        url = Dashboard(self.cast.hoa, 2026).coverage.url
        self.client.force_login(self.cast.lan.user)
        page = self.client.get(url)
        self.assertEqual([area.full_name for area in page.context["coverage"].asked], ["Xã Tam Hợp"])

    def test_in_the_half_year_table_on_paper_and_in_spreadsheets(self):
        from zipfile import ZipFile

        figure = self.stated()
        ReportedFigure.objects.filter(pk=figure.pk).update(period_last=date(2026, 6, 30))
        page = self.page("half_year", year=2026, half=1)
        # What is known from publications alone has a year and no half of it: Tam Hợp is missing here.
        self.assertContains(page, "2/3 xã, phường")
        self.assertContains(page, "xã Tam Đình")
        for kind, inside in (("xlsx", "xl/worksheets/sheet1.xml"), ("docx", "word/document.xml")):
            answer = self.page("half_year", year=2026, half=1, format=kind)
            with ZipFile(BytesIO(b"".join(answer.streaming_content))) as book:
                text = book.read(inside).decode()
            for word in ("Đứng sau các tổng số", "Tam Đình"):
                self.assertIn(word, text, kind)

    def test_on_the_command_line(self):
        import json
        from io import StringIO

        from django.core.management import call_command

        self.stated()
        out = StringIO()
        call_command("figures", "--year", "2026", "--json", stdout=out)
        told = json.loads(out.getvalue())
        self.assertEqual(
            told["coverage"], {"asked": 3, "behind": 3, "by_report_alone": ["Xã Tam Đình"], "missing": []}
        )
        self.assertEqual((told["by_report"][0]["value"], told["totals"]["enrolled_new"]), (7, 1))
        out = StringIO()
        call_command("figures", "--year", "2025", "--missing", stdout=out)
        self.assertIn("0/3 communes stand behind the totals\nmissing: ", out.getvalue())
