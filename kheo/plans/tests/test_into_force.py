"""A plan comes into force once, by a decision here or on paper; then only a new version changes it."""

import io
from datetime import date, timedelta

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import TestCase
from docx import Document as Docx

from kheo.audit.models import Entry
from kheo.files.models import Attachment
from kheo.lib.periods import today
from kheo.lib.refusals import FasterColleague, Refused
from kheo.plans.models import Plan

from .cast import cast, draft, full

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


class IntoForce(TestCase):
    def setUp(self):
        self.at = cast()
        self.plan = full(self.at, by=self.at.sen)
        self.url = f"/ke-hoach/{self.plan.pk}/"

    def test_it_is_handed_in_and_approved(self):
        self.client.force_login(self.at.sen.user)
        self.assertContains(self.client.get(self.url), "Trình duyệt")
        self.client.post(f"{self.url}trinh/")
        self.client.force_login(self.at.vinh.user)
        self.assertContains(self.client.get("/", follow=True), "Kế hoạch chờ duyệt")
        page = self.client.post(f"{self.url}duyet/", follow=True)
        self.assertContains(page, "có hiệu lực")
        self.plan.refresh_from_db()
        self.assertEqual(self.plan.state, Plan.State.APPROVED)
        self.assertEqual(self.plan.steps.get().by, self.at.vinh)
        self.assertEqual(Entry.objects.about(self.plan).first().verb, "approved")
        self.assertNotContains(self.client.get("/", follow=True), "Kế hoạch chờ duyệt")

    def test_the_head_gives_it_back(self):
        self.plan.submit(self.at.sen)
        self.client.force_login(self.at.vinh.user)
        self.client.post(f"{self.url}tra-lai/", {"reason": "Thiếu kinh phí"})
        self.plan.refresh_from_db()
        self.assertIsNone(self.plan.submitted_at)
        with self.assertRaises(FasterColleague):
            self.plan.give_back(self.at.vinh, "lần nữa")

    def test_its_writer_does_not_approve_it(self):
        with self.assertRaisesMessage(Refused, "cấp trưởng"):
            self.plan.approve(self.at.sen)

    def test_of_two_approvals_the_second_hears_who_was_faster(self):
        other = Plan.objects.get(pk=self.plan.pk)
        self.plan.approve(self.at.vinh)
        with self.assertRaisesMessage(FasterColleague, "Lương Văn Vinh"):
            other.approve(self.at.vinh)
        self.assertEqual(self.plan.steps.count(), 1)

    def test_a_signed_paper_is_recorded_as_it_is_whatever_it_lacks(self):
        plan = draft(self.at, by=self.at.sen, year=2024)
        self.client.force_login(self.at.sen.user)
        url = f"/ke-hoach/{plan.pk}/ban-ky/"
        self.assertContains(self.client.get(url), "Điều 17")
        given = {"number": "07-KH/BCĐ", "signed_on": "15/01/2024", "signer": "Lương Văn Vinh"}
        upload = SimpleUploadedFile("ke-hoach.pdf", PDF, "application/pdf")
        page = self.client.post(url, given | {"file": upload}, follow=True)
        self.assertContains(page, "07-KH/BCĐ")
        plan.refresh_from_db()
        self.assertEqual((plan.state, plan.on_paper, plan.signed_on), ("approved", True, date(2024, 1, 15)))
        self.assertEqual(plan.signed_file.name, "ke-hoach.pdf")
        self.assertTrue(plan.signed_file.may_be_seen_by(self.at.minh.user))
        self.assertFalse(plan.signed_file.may_be_seen_by(self.at.lan.user))

    def test_a_paper_is_not_signed_tomorrow(self):
        with self.assertRaisesMessage(Refused, "tương lai"):
            self.plan.record_as_signed(
                number="1", signed_on=today() + timedelta(1), signer="Vinh", by=self.at.sen
            )
        self.assertTrue(Plan.objects.get(pk=self.plan.pk).is_draft)

    def test_number_and_signer_return_to_what_was_approved_here_once(self):
        self.plan.approve(self.at.vinh)
        words = {"number": "07-KH/BCĐ", "signed_on": date(2026, 1, 15), "signer": "Lương Văn Vinh"}
        self.plan.add_signature(**words, by=self.at.sen)
        with self.assertRaises(FasterColleague):
            self.plan.add_signature(**(words | {"number": "08-KH/BCĐ"}), by=self.at.sen)
        file = Attachment.objects.store(SimpleUploadedFile("a.pdf", PDF), by=self.at.sen)
        self.plan.add_signature(**(words | {"number": "09-KH/BCĐ"}), file=file, by=self.at.sen)
        self.plan.refresh_from_db()
        self.assertEqual((self.plan.number, self.plan.signed_file), ("07-KH/BCĐ", file))

    def test_a_plan_in_force_changes_in_no_other_way(self):
        self.plan.approve(self.at.vinh)
        before = {section: self.plan.lines(section) for section in [*Plan.SECTIONS, "criteria"]}
        target, criteria = self.plan.targets.first(), self.plan.criteria_sets.get()
        verbs = [
            lambda by: self.plan.describe(by, {"theme": "x"}, []),
            lambda by: self.plan.choose_fields(by, {}),
            lambda by: self.plan.write_tasks(by, []),
            lambda by: self.plan.write_targets(by, []),
            lambda by: self.plan.write_quotas(by, target, {self.at.committee: 1}),
            lambda by: self.plan.write_calendar(by, []),
            lambda by: self.plan.write_form(by, []),
            lambda by: self.plan.copy_from(self.plan, by),
            lambda by: self.plan.submit(by),
            lambda by: criteria.rewrite(by, {"name": "x"}, []),
            lambda by: criteria.take_out(by),
            lambda by: criteria.copy_to(self.plan, by),
        ]
        for verb in verbs:
            for by in (self.at.sen, self.at.vinh):
                with self.assertRaisesMessage(FasterColleague, "bản mới"):
                    verb(by)
        fresh = Plan.objects.get(pk=self.plan.pk)
        self.assertEqual({section: fresh.lines(section) for section in before}, before)
        self.client.force_login(self.at.sen.user)
        for page in [f"{self.url}sua/{section}/" for section in Plan.SECTIONS]:
            self.assertRedirects(self.client.get(page), self.url)

    def test_a_new_version_replaces_the_old_one_when_approved(self):
        self.plan.approve(self.at.vinh)
        quota = {self.at.world.women_tam_quang: 5}
        self.client.force_login(self.at.sen.user)
        page = self.client.post(f"{self.url}ban-moi/", {"reason": "Tỉnh giao thêm chỉ tiêu"}, follow=True)
        new = Plan.objects.get(version=2, committee=self.at.committee)
        self.assertContains(page, "Tỉnh giao thêm chỉ tiêu")
        self.assertEqual(new.lines("tasks"), self.plan.lines("tasks"))
        self.assertEqual(new.criteria_sets.get().version, 2)
        new.write_quotas(self.at.sen, new.targets.get(), quota)
        self.plan.refresh_from_db()
        self.assertEqual(self.plan.state, Plan.State.APPROVED, "in force until then")
        changed = self.client.get(f"/ke-hoach/{new.pk}/so-sanh/")
        self.assertContains(changed, "Hội Liên hiệp Phụ nữ xã Tam Quang")
        new.approve(self.at.vinh)
        self.plan.refresh_from_db()
        self.assertEqual(self.plan.state, Plan.State.REPLACED)
        self.assertEqual(
            Plan.objects.current(self.at.movement, self.plan.year).get(committee=self.at.committee), new
        )
        third = new.new_version(self.at.sen, "lần ba")
        self.assertEqual(third.targets.get(part_of=None).quotas.get().amount, 5)

    def test_a_version_needs_a_reason_and_a_plan_in_force_and_comes_once(self):
        with self.assertRaisesMessage(Refused, "đang có hiệu lực"):
            self.plan.new_version(self.at.sen, "sớm")
        self.plan.approve(self.at.vinh)
        with self.assertRaisesMessage(Refused, "vì sao"):
            self.plan.new_version(self.at.sen, "  ")
        self.plan.new_version(self.at.sen, "một")
        with self.assertRaisesMessage(Refused, "Đã có bản dự thảo"):
            self.plan.new_version(self.at.sen, "hai")
        with self.assertRaises(Refused):
            draft(self.at, by=self.at.sen)

    def test_the_database_holds_one_plan_in_force(self):
        self.plan.approve(self.at.vinh)
        new = self.plan.new_version(self.at.sen, "một")
        with self.assertRaises(IntegrityError), transaction.atomic():
            Plan.objects.filter(pk=new.pk).update(state="approved")

    def test_withdrawn_with_a_reason_by_who_may(self):
        self.client.force_login(self.at.vinh.user)
        self.plan.approve(self.at.vinh)
        with self.assertRaisesMessage(Refused, "cấp trưởng"):
            self.plan.withdraw(self.at.sen, "nhầm")
        new = self.plan.new_version(self.at.sen, "sửa")
        page = self.client.post(f"{self.url}rut/", {"reason": ""})
        self.assertContains(page, "Chưa điền chỗ này")
        self.client.post(f"{self.url}rut/", {"reason": "Ban hành nhầm"})
        self.plan.refresh_from_db()
        self.assertEqual(self.plan.state, Plan.State.WITHDRAWN)
        new.approve(self.at.vinh)
        self.assertEqual(Plan.objects.in_force().filter(committee=self.at.committee).get(), new)
        with self.assertRaises(Refused):
            self.plan.withdraw(self.at.vinh, "lần nữa")

    def test_after_a_withdrawal_the_year_begins_again(self):
        self.plan.withdraw(self.at.sen, "làm lại")
        again = draft(self.at, by=self.at.sen)
        self.assertEqual(again.version, 2)

    def test_it_leaves_as_paper(self):
        self.client.force_login(self.at.sen.user)
        answer = self.client.get(f"{self.url}docx/")
        words = Docx(io.BytesIO(answer.getvalue()))
        text = "\n".join(each.text for each in words.paragraphs)
        cells = "\n".join(cell.text for table in words.tables for row in table.rows for cell in row.cells)
        self.assertIn("Khéo trong từng việc nhỏ", text)
        self.assertIn("ĐẢNG CỘNG SẢN VIỆT NAM", cells)
        self.assertIn("-KH/BCĐ", cells)
        self.assertIn("12,75", cells)
