"""Minh's periodic report as paper: Thu's number and the signed copy return to the report."""

from datetime import date

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase
from django.urls import reverse

from kheo.fieldwork.models import UnitReport
from kheo.fieldwork.models.unit_reports import Line
from kheo.fieldwork.tests.cast import accepted, cast, running
from kheo.files.models import Attachment
from kheo.lib.periods import today
from kheo.lib.refusals import Refused
from kheo.papers import kinds
from kheo.papers.models import Paper
from kheo.units.models import Post, Role


def scan(name="ban-ky.pdf"):
    return SimpleUploadedFile(name, b"%PDF-1.4\n%%EOF", "application/pdf")


class OnPaper(TestCase):
    def setUp(self):
        self.cast = cast()
        self.thu = Post.objects.get(role=Role.CLERK)
        self.road = running(self.cast)
        accepted(self.cast, self.road)
        values = {
            "period_first": date(2026, 1, 1),
            "period_last": date(2026, 12, 31),
            "results": "Các mô hình duy trì tốt",
        }
        lines = [Line(self.road.initiative, "good", "")]
        self.report = UnitReport.objects.begin(
            self.cast.minh.unit, by=self.cast.minh, values=values, lines=lines
        )
        self.kind = kinds.called("unit_report")

    def draft(self):
        return Paper.objects.draft(self.kind, self.report, by=self.cast.minh)

    def test_it_says_what_the_report_says_and_counts_figures_anew(self):
        sheet = self.draft().sheet
        words = str(sheet.blocks)
        for said in ("Con đường hiến đất", "Các mô hình duy trì tốt", "86"):
            self.assertIn(said, words)
        self.assertEqual(sheet.type_name, "Báo cáo")
        self.assertIn("năm 2026", sheet.subject)

    def test_the_number_returns_to_the_report(self):
        paper = self.draft()
        paper.give_number(by=self.thu, number="12", issued_on=today(), signer="Lương Văn Vinh")
        self.report.refresh_from_db()
        self.assertEqual((self.report.number, self.report.signer), ("12-BC/ĐU", "Lương Văn Vinh"))
        paper.attach([scan()], by=self.thu)
        self.report.refresh_from_db()
        self.assertEqual([self.report.signed_file], paper.pages())

    def test_a_corrected_number_returns_too(self):
        paper = self.draft()
        paper.give_number(by=self.thu, number="12", issued_on=today(), signer="Lương Văn Vinh")
        given = {"number": "13", "issued_on": today(), "signer": "Lương Văn Lâm", "reason": "gõ nhầm"}
        paper.correct(by=self.thu, seen=paper.steps.last().pk, **given)
        self.report.refresh_from_db()
        self.assertEqual((self.report.number, self.report.signer), ("13-BC/ĐU", "Lương Văn Lâm"))

    def test_a_number_typed_into_the_report_is_the_papers(self):
        paper = self.draft()
        values = {"number": "12-BC/ĐU", "signed_on": today(), "signer": "Lương Văn Vinh"}
        self.report.write(by=self.cast.minh, values=values, lines=[])
        paper.refresh_from_db()
        self.assertEqual((paper.state, paper.number), ("numbered", "12-BC/ĐU"))
        self.report.attach_signed(scan(), by=self.thu)
        paper.refresh_from_db()
        self.assertEqual((paper.state, len(paper.pages())), ("signed", 1))

    def test_without_a_paper_the_file_stays_the_reports(self):
        self.report.attach_signed(scan(), by=self.thu)
        self.assertEqual(Attachment.objects.of(self.report).count(), 1)

    def test_a_withdrawn_report_takes_no_number(self):
        paper = self.draft()
        self.report.withdraw(by=self.cast.minh, reason="làm lại")
        with self.assertRaises(Refused):
            paper.give_number(by=self.thu, number="12", issued_on=today(), signer="Lương Văn Vinh")
        self.assertEqual(Paper.objects.get().number, "")

    def test_a_neighbour_does_not_find_it_and_a_reader_is_refused(self):
        address = reverse("paper_new", args=["unit_report", self.report.pk])
        self.client.force_login(self.cast.minh.user)
        self.assertContains(self.client.get(self.report.get_absolute_url()), address)
        for post, status in ((self.cast.lan, 404), (self.cast.duc, 409)):
            self.client.force_login(post.user)
            self.assertEqual(self.client.post(address, {"signing": "head"}).status_code, status)
        self.assertFalse(Paper.objects.exists())
