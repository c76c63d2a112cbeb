"""A unit says what it has done; a superior takes it or gives it back."""

from datetime import date
from unittest import mock

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase

from kheo.directives import cascade
from kheo.directives.models import Duty, Reply
from kheo.files.models import Attachment
from kheo.lib.refusals import FasterColleague, Refused
from kheo.units.models import ReachKind, Role
from kheo.units.tests.cast import person, post

from .circle import TEXT, circle, directive, duties_today, duty_of


class Answering(TestCase):
    def setUp(self):
        self.at = circle()
        self.made = duties_today(self.at)
        self.duty = duty_of(self.made, self.at.dang_uy_tam_quang)
        self.address = f"/chi-dao/viec/{self.duty.pk}/tra-loi/"

    def test_an_answer_holds_what_was_asked_for(self):
        reply = self.duty.reply(
            self.at.minh,
            status="under_way",
            received_by="Văn thư",
            received_on=date(2026, 1, 8),
            studied_on=date(2026, 1, 15),
            studied_how="hội nghị toàn xã",
            studied_by_count=85,
            results="Đã ban hành kế hoạch.",
            difficulties="Thiếu kinh phí.",
            proposals="Cấp tài liệu.",
        )
        self.duty.refresh_from_db()
        self.assertEqual(
            (self.duty.state, self.duty.progress, self.duty.answers), ("answered", "under_way", 1)
        )
        self.assertEqual(reply.sent_by, self.at.minh)
        self.assertTrue(self.duty.owes_answer)  # under way is not done

    def test_a_neighbour_does_not_find_it_and_a_reader_is_refused(self):
        self.client.force_login(self.at.lan.user)
        self.assertEqual(self.client.get(self.address).status_code, 404)
        self.assertEqual(self.client.get(f"/chi-dao/viec/{self.duty.pk}/").status_code, 404)
        reader = person("hien", "Lò Thị Hiền")
        post(reader, self.at.dang_uy_tam_quang, Role.READER, ReachKind.PLACE)
        self.client.force_login(reader)
        answer = self.client.post(self.address, {"status": "done", "results": "Xong"})
        self.assertContains(answer, "error-summary")
        self.assertFalse(Reply.objects.exists())

    def test_the_form_sends_it_nfc_and_with_its_own_document(self):
        self.client.force_login(self.at.minh.user)
        answer = self.client.post(
            self.address,
            {
                "status": "done",
                "results": "Đã hoà giải xong 3 vụ",
                "received_on": "8/1/2026",
                "studied_by_count": "1 250",
                "answers": "0",
                "upload": SimpleUploadedFile("kh.txt", "KẾ HOẠCH của Đảng ủy".encode()),
            },
        )
        self.assertRedirects(answer, f"/chi-dao/viec/{self.duty.pk}/")
        reply = Reply.objects.get()
        self.assertEqual((reply.results, reply.studied_by_count), ("Đã hoà giải xong 3 vụ", 1250))
        self.assertTrue(reply.file.may_be_seen_by(self.at.hoa.user))
        self.assertFalse(reply.file.may_be_seen_by(self.at.lan.user))

    def test_a_secret_document_is_not_taken_with_an_answer(self):
        self.client.force_login(self.at.minh.user)
        secret = SimpleUploadedFile("kh.txt", ("MẬT\n" + TEXT).encode())
        page = self.client.post(self.address, {"status": "done", "results": "Xong", "upload": secret})
        self.assertContains(page, "bí mật nhà nước")
        self.assertFalse(Reply.objects.exists())
        self.assertFalse(Attachment.objects.exists())

    def test_a_sign_in_that_expired_loses_nothing(self):
        self.client.force_login(self.at.minh.user)
        self.client.get(self.address)
        self.client.session.flush()
        answer = self.client.post(self.address, {"status": "done", "results": "Chữ đã gõ rất lâu"})
        self.assertIn("dang-nhap", answer["Location"])
        kept = self.client.session["kept_forms"]
        self.assertIn(["results", "Chữ đã gõ rất lâu"], next(iter(kept.values()))["fields"])

    def test_done_needs_a_result_and_not_ours_a_reason(self):
        with self.assertRaisesMessage(Refused, "kết quả"):
            self.duty.reply(self.at.minh, status="done")
        with self.assertRaisesMessage(Refused, "vì sao"):
            self.duty.reply(self.at.minh, status="not_ours")

    def test_a_newer_answer_replaces_one_that_waits(self):
        self.duty.reply(self.at.minh, status="under_way", results="một")
        self.duty.reply(self.at.head, status="done", results="hai")
        self.assertEqual(list(self.duty.replies.values_list("outcome", flat=True)), ["waiting", "superseded"])

    def test_two_colleagues_answer_at_once(self):
        other = Duty.objects.get(pk=self.duty.pk)
        self.duty.reply(self.at.minh, status="done", results="một")
        with self.assertRaisesMessage(FasterColleague, "Lô Văn Minh"):
            other.reply(self.at.head, status="done", results="hai")
        self.client.force_login(self.at.head.user)
        page = self.client.post(self.address, {"status": "done", "results": "hai", "answers": "0"})
        self.assertContains(page, "Lô Văn Minh")
        self.assertContains(page, "hai")

    def test_one_answer_for_several_tasks_is_decided_at_once(self):
        made = directive(self.at, number="78-KH/BDVTU")
        cascade.carry_out(made, self.at.hoa)
        first = Duty.objects.get(assignment__directive=made, unit=self.at.old_commune)
        second = duty_of(self.made, self.at.dang_uy_tam_quang)
        one, other = Duty.reply_all([first, second], self.at.minh, status="done", results="xong")
        one.accept(self.at.hoa)
        other.refresh_from_db()
        self.assertEqual(other.outcome, "accepted")
        self.assertEqual(Duty.objects.get(pk=second.pk).state, "accepted")

    def test_the_heir_answers_once_for_the_bodies_it_came_from(self):
        made = directive(self.at, number="79-KH/BDVTU")
        cascade.carry_out(made, self.at.hoa)
        inherited = Duty.objects.get(assignment__directive=made, unit=self.at.old_commune)
        self.client.force_login(self.at.minh.user)
        page = self.client.get(f"/chi-dao/don-vi/{self.at.dang_uy_tam_quang.pk}/")
        self.assertContains(page, "Đảng ủy xã Tam Đình")
        answer = self.client.post(
            f"/chi-dao/viec/{inherited.pk}/tra-loi/", {"status": "done", "results": "xong"}
        )
        self.assertEqual(answer.status_code, 302)

    def test_receiving_a_document_receives_its_duties(self):
        self.client.force_login(self.at.minh.user)
        self.client.post(f"/chi-dao/{self.made.pk}/tiep-nhan/")
        self.duty.refresh_from_db()
        self.assertEqual((self.duty.state, self.duty.received_by), ("received", "Lô Văn Minh"))
        self.assertEqual(duty_of(self.made, self.at.dang_uy_tam_hop).state, "given")


class Deciding(TestCase):
    def setUp(self):
        self.at = circle()
        self.made = duties_today(self.at)
        self.duty = duty_of(self.made, self.at.dang_uy_tam_quang)
        self.reply = self.duty.reply(self.at.minh, status="done", results="Xong.")

    def test_accepted(self):
        self.client.force_login(self.at.hoa.user)
        self.assertContains(self.client.get("/chi-dao/cho-duyet/"), "Đảng ủy xã Tam Quang")
        self.client.post(f"/chi-dao/tra-loi/{self.reply.pk}/chap-nhan/")
        self.reply.refresh_from_db()
        self.duty.refresh_from_db()
        self.assertEqual((self.reply.outcome, self.duty.state), ("accepted", "accepted"))
        self.assertFalse(self.reply.self_confirmed)

    def test_returned_with_a_reason_and_answered_again(self):
        with self.assertRaises(Refused):
            self.reply.return_(self.at.hoa, " ")
        self.reply.return_(self.at.hoa, "Thiếu số liệu.")
        duty = Duty.objects.get(pk=self.duty.pk)
        self.assertTrue(duty.owes_answer)
        duty.reply(self.at.minh, status="done", results="Đủ số liệu.").accept(self.at.binh)

    def test_two_people_decide_at_once(self):
        other = Reply.objects.get(pk=self.reply.pk)
        self.reply.accept(self.at.binh)
        with self.assertRaisesMessage(FasterColleague, "Trần Văn Bình"):
            other.return_(self.at.hoa, "Chưa đủ")
        self.assertEqual(Duty.objects.get(pk=self.duty.pk).state, "accepted")

    def test_the_parent_by_line_may_decide_too(self):
        secretary = post(person("thu", "Hoàng Thu"), self.at.tinh_uy, Role.HEAD, ReachKind.LINE)
        self.assertIn(self.reply, Reply.objects.for_decision_by(self.at.tinh_uy))
        self.reply.accept(secretary)

    def test_others_may_not(self):
        for someone in (self.at.minh, self.at.head, self.at.lan, self.at.duc):
            with self.assertRaises(Refused):
                self.reply.accept(someone)
        for name, status in (("lan", 404), ("duc", 409), ("minh", 409)):
            self.client.force_login(getattr(self.at, name).user)
            for way in ("chap-nhan", "tra-lai"):
                answer = self.client.post(f"/chi-dao/tra-loi/{self.reply.pk}/{way}/", {"reason": "x"})
                self.assertEqual(answer.status_code, status)

    def test_not_ours_is_agreed_to(self):
        duty = duty_of(self.made, self.at.dang_uy_tam_hop)
        head = post(person("xuan", "Vi Xuân"), self.at.dang_uy_tam_hop, Role.HEAD, ReachKind.PLACE)
        reply = duty.reply(head, status="not_ours", reason="Việc của UBND xã.")
        self.assertFalse(duty.owes_answer)
        reply.accept(self.at.hoa)
        self.assertEqual(Duty.objects.get(pk=duty.pk).state, "declined")
        with self.assertRaises(Refused):
            Duty.objects.select_related("unit", "assignment__directive").get(pk=duty.pk).reply(
                head, status="done", results="x"
            )

    def test_a_correction_after_acceptance_says_why(self):
        self.reply.accept(self.at.hoa)
        duty = Duty.objects.get(pk=self.duty.pk)
        with self.assertRaisesMessage(Refused, "vì sao"):
            duty.reply(self.at.minh, status="done", results="Số khác")
        duty.reply(self.at.minh, status="done", results="Số khác", reason="Nhầm số xóm")

    def test_ones_own_answer_is_looked_at_by_a_colleague_and_marked(self):
        duty = duty_of(self.made, self.at.board, order=2)
        reply = duty.reply(self.at.hoa, status="under_way", results="Đang theo dõi")
        with self.assertRaises(Refused):
            reply.accept(self.at.hoa)
        reply.accept(self.at.binh)
        self.assertTrue(reply.self_confirmed)


class Standing(TestCase):
    """A task without a deadline is answered each period, and never late."""

    def setUp(self):
        self.at = circle()
        self.made = duties_today(self.at)
        self.duty = duty_of(self.made, self.at.board, order=2)

    def owed(self):
        return Duty.objects.filter(pk=self.duty.pk).unanswered().exists()

    def at_day(self, day):
        for where in ("kheo.directives.models.duty.today", "kheo.units.models.structure.today"):
            patch = mock.patch(where, return_value=day)
            patch.start()
            self.addCleanup(patch.stop)

    def test_answered_each_half_year_and_never_late(self):
        self.at_day(date(2026, 8, 1))
        self.assertTrue(self.owed())
        self.duty.reply(self.at.hoa, status="under_way", results="Đã đôn đốc").accept(self.at.binh)
        self.assertFalse(self.owed())
        self.assertEqual(Duty.objects.get(pk=self.duty.pk).sign_text, "đã chấp nhận")
        self.at_day(date(2027, 1, 2))
        self.assertTrue(self.owed())
        duty = Duty.objects.select_related("unit", "assignment__directive").get(pk=self.duty.pk)
        self.assertFalse(duty.is_overdue)
        duty.reply(self.at.hoa, status="under_way", results="Kỳ mới")
        self.assertFalse(self.owed())

    def test_row_and_database_agree(self):
        for duty in Duty.objects.all():
            self.assertEqual(duty.owes_answer, Duty.objects.filter(pk=duty.pk).unanswered().exists())
            self.assertEqual(duty.is_overdue, Duty.objects.filter(pk=duty.pk).overdue().exists())
