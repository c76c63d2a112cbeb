"""Minh's answer to a directive as paper: one report for all that was answered at once."""

from datetime import date

from django.test import TestCase
from django.urls import reverse

from kheo.lib.periods import today
from kheo.lib.refusals import Refused
from kheo.papers import kinds
from kheo.papers.models import Paper

from .circle import circle, duties_today, duty_of


class OnPaper(TestCase):
    def setUp(self):
        self.at = circle()
        self.duty = duty_of(duties_today(self.at), self.at.dang_uy_tam_quang)
        self.reply = self.duty.reply(
            self.at.minh,
            status="done",
            studied_on=date(2026, 1, 15),
            studied_how="hội nghị toàn xã",
            results="Đã ban hành kế hoạch.",
            proposals="Cấp tài liệu.",
        )
        self.kind = kinds.called("reply")

    def test_it_names_the_directive_and_tells_what_was_done(self):
        sheet = Paper.objects.draft(self.kind, self.reply, by=self.at.minh).sheet
        self.assertIn("Kế hoạch số 77-KH/BDVTU", sheet.subject)
        words = str(sheet.blocks)
        for said in ("ngày 15/01/2026", "hội nghị toàn xã", "Đã ban hành kế hoạch.", "Cấp tài liệu."):
            self.assertIn(said, words)
        # The board of 2021 is answered under its name of today.
        self.assertEqual(list(sheet.addressees), [f"Kính gửi: {self.at.board}"])

    def test_its_number_is_kept_with_the_paper(self):
        paper = Paper.objects.draft(self.kind, self.reply, by=self.at.minh)
        # Nobody is clerk there, so a colleague writes down what the paper says.
        paper.give_number(by=self.at.minh, number="8", issued_on=today(), signer="Lương Văn Sơn")
        self.assertEqual(paper.number, "08-BC/ĐU")
        self.client.force_login(self.at.minh.user)
        page = self.client.get(reverse("duty", args=[self.duty.pk]))
        self.assertContains(page, "08-BC/ĐU")

    def test_a_newer_answer_is_drafted_instead(self):
        newer = self.duty.reply(self.at.minh, status="done", results="Đã sơ kết.", reason="bổ sung")
        self.reply.refresh_from_db()
        with self.assertRaises(Refused):
            Paper.objects.draft(self.kind, self.reply, by=self.at.minh)
        self.assertIn("Đã sơ kết.", str(Paper.objects.draft(self.kind, newer, by=self.at.minh).content))

    def test_a_neighbour_does_not_find_it_and_a_reader_is_refused(self):
        address = reverse("paper_new", args=["reply", self.reply.pk])
        for post, status in ((self.at.lan, 404), (self.at.duc, 409)):
            self.client.force_login(post.user)
            self.assertEqual(self.client.post(address, {"signing": "head"}).status_code, status)
        self.assertFalse(Paper.objects.exists())
