"""Ready messages beside reminders, returns and links: what they say, who may send them, what is noted."""

from datetime import date, timedelta

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kheo.audit.models import Entry
from kheo.directives.tests.circle import circle, duties_today, duty_of
from kheo.fieldwork.models import UnitReport
from kheo.fieldwork.tests.cast import accepted, report, running
from kheo.initiatives.tests.cast import brought, cast, draft
from kheo.lib.periods import today
from kheo.messaging.kinds import kinds
from kheo.messaging.models import Message, Wording, offer, offers
from kheo.places import lineage
from kheo.plans.models import CalendarEntry, Plan
from kheo.units.models import Committee


def address(kind, thing, unit=None):
    path = reverse("message", args=[kind, thing.pk])
    return f"{path}?unit={unit.pk}" if unit else path


class Registrations(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.cast = cast()
        lineage.recompute()
        cls.plan = Plan.objects.create(
            movement=cls.cast.movement,
            committee=cls.cast.province_committee,
            year=today().year,
            state="approved",
        )
        cls.window = cls.entry("registration", "Đăng ký", 10)
        cls.period = cls.entry("report", "Báo cáo 6 tháng", -3)
        cls.tam_hop, cls.tam_quang = cls.cast.world.dang_uy_tam_hop, cls.cast.world.dang_uy_tam_quang

    @classmethod
    def entry(cls, kind, name, closes):
        day = today()
        return CalendarEntry.objects.create(
            plan=cls.plan,
            kind=kind,
            name=name,
            opens=day - timedelta(days=20),
            closes=day + timedelta(days=closes),
            period_first=date(day.year, 1, 1),
            period_last=date(day.year, 6, 30),
        )

    def act(self, post):
        self.client.force_login(post.user)
        return self.client

    def send(self, post, kind, thing, unit=None, **words):
        words = {"text": "Kính gửi các đồng chí.", "channel": "zalo", **words}
        return self.act(post).post(address(kind, thing, unit), words)

    def test_one_text_names_all_who_have_not(self):
        brought(draft(self.cast, year=today().year), "sent", self.cast)
        text = offer(kinds["registration_due"], self.cast.hoa, self.plan, group=True).text
        self.assertIn("- Đảng ủy xã Tam Hợp", text)
        self.assertNotIn("Tam Quang", text)
        self.assertIn("1/2 xã, phường đã đăng ký", text)
        self.assertIn("http://127.0.0.1:8000/", text)
        self.assertIn("Nguyễn Thị Hoa, Ban Tuyên giáo và Dân vận Tỉnh ủy", text)
        self.assertNotIn("[", text)

    def test_the_page_offers_each_body_its_own(self):
        page = self.act(self.cast.hoa).get(reverse("registrations_due", args=[self.plan.pk]))
        self.assertContains(page, "Chép tin nhắn cho nhóm chung")
        self.assertContains(page, "Kính gửi Đảng ủy xã Tam Hợp. Chúng tôi chưa nhận được")
        self.assertContains(page, "messaging/messages.js", count=1)

    def test_noted_by_a_second_tap_and_told_beside_the_reminder(self):
        answer = self.send(self.cast.hoa, "registration_due", self.plan, self.tam_hop, next=reverse("due"))
        self.assertRedirects(answer, reverse("due"))
        message = Message.objects.get()
        self.assertEqual(
            (list(message.units.all()), message.channel, message.sent_by, message.edited, message.version),
            ([self.tam_hop], "zalo", self.cast.hoa, True, 0),
        )
        entry = Entry.objects.about(message).get()
        self.assertEqual((entry.verb, entry.changes["units"]), ("message_sent", ["", "Đảng ủy xã Tam Hợp"]))
        Message.objects.update(sent_at=message.sent_at - timedelta(days=3))
        self.send(self.cast.hoa, "registration_due", self.plan, self.tam_hop)
        Message.objects.filter(pk=message.pk).update(sent_at=message.sent_at - timedelta(days=5))
        page = self.client.get(reverse("registrations_due", args=[self.plan.pk]))
        self.assertContains(page, "đã nhắc 2 lần, lần cuối hôm nay bởi Nguyễn Thị Hoa")

    def test_the_list_of_what_is_due_tells_of_reminders(self):
        self.send(self.cast.hoa, "registration_due", self.plan, to="Nhóm Zalo 130 xã")
        page = self.act(self.cast.hoa).get(reverse("due"))
        self.assertContains(page, "đã nhắc 1 lần, lần cuối hôm nay bởi Nguyễn Thị Hoa", count=1)
        self.assertContains(page, f"{address('registration_due', self.plan)}?next=")
        self.assertContains(self.act(self.cast.hoa).get(reverse("home")), "đã nhắc 1 lần")

    def test_one_message_to_all_counts_for_each(self):
        self.send(self.cast.hoa, "registration_due", self.plan, to="Nhóm Zalo 130 xã")
        ready = offers(kinds["registration_due"], self.cast.hoa, self.plan, [self.tam_hop, self.tam_quang])
        self.assertEqual([each.history.times for each in ready.values()], [1, 1])
        self.assertEqual(
            offer(kinds["registration_due"], self.cast.hoa, self.plan, group=True).history.times, 1
        )

    def test_a_neighbour_finds_nothing_and_a_reader_is_refused(self):
        self.assertEqual(
            self.send(self.cast.lan, "registration_due", self.plan, self.tam_hop).status_code, 404
        )
        answer = self.send(self.cast.duc, "registration_due", self.plan, self.tam_hop)
        self.assertContains(answer, "vai trò", status_code=409)
        self.assertEqual(Message.objects.count(), 0)

    def test_an_empty_text_is_no_message_and_what_was_typed_stays(self):
        answer = self.send(self.cast.hoa, "registration_due", self.plan, self.tam_hop, text=" ", to="Chị Lan")
        self.assertContains(answer, "Chị Lan")
        self.assertContains(answer, "Chưa điền chỗ này")
        self.assertEqual(Message.objects.count(), 0)

    def test_who_has_registered_is_written_to_no_more(self):
        brought(draft(self.cast, year=today().year), "sent", self.cast)
        self.assertEqual(
            self.act(self.cast.hoa).get(address("registration_due", self.plan, self.tam_quang)).status_code,
            404,
        )

    def test_a_note_made_by_mistake_is_taken_back_and_stays_readable(self):
        self.send(self.cast.hoa, "registration_due", self.plan, self.tam_hop)
        message = Message.objects.get()
        take_back = reverse("message_withdraw", args=[message.pk])
        self.assertEqual(self.act(self.cast.lan).post(take_back, {"reason": "x"}).status_code, 404)
        self.assertRedirects(
            self.act(self.cast.hoa).post(take_back, {"reason": "Gửi nhầm"}), reverse("messages")
        )
        ready = offers(kinds["registration_due"], self.cast.hoa, self.plan, [self.tam_hop])
        self.assertEqual(ready[self.tam_hop.pk].history.times, 0)
        self.assertContains(self.client.get(reverse("messages")), "Gửi nhầm")

    def test_periodic_reports_are_chased_by_the_committee_alone(self):
        page = self.act(self.cast.hoa).get(reverse("unit_report_due", args=[self.period.pk]))
        self.assertContains(page, "Chép tin nhắn cho nhóm chung")
        self.assertContains(page, "nay đã quá hạn")
        self.assertContains(page, "0/2 đơn vị đã gửi báo cáo")
        self.assertEqual(
            self.act(self.cast.minh).get(address("report_due", self.period, self.tam_hop)).status_code, 404
        )

    def test_the_list_costs_the_same_for_one_body_as_for_all(self):
        def taken():
            page = reverse("unit_report_due", args=[self.period.pk])
            self.act(self.cast.hoa).get(page)
            with CaptureQueriesContext(connection) as queries:
                self.client.get(page)
            return len(queries)

        both = taken()
        UnitReport.objects.create(
            unit=self.tam_quang,
            entry=self.period,
            period_first=self.period.period_first,
            period_last=self.period.period_last,
            state="sent",
        )
        self.assertEqual(taken(), both)

    def test_committees_to_renew(self):
        board = Committee.objects.get(unit=self.cast.committee)
        Committee.objects.filter(pk=board.pk).update(renewal_months=6)
        page = self.act(self.cast.hoa).get(reverse("renewals_due"))
        self.assertContains(page, "Kính gửi BCĐ Dân vận khéo xã Tam Quang")
        # The committee's own head reads a note to themselves: one urges downward only.
        own = self.act(self.cast.binh).get(reverse("renewals_due"))
        self.assertContains(own, "Nhắc việc:")
        self.assertNotContains(own, "Kính gửi")


class Words(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.cast = cast()
        lineage.recompute()
        cls.kind = kinds["enrolment_returned"]

    def write(self, post, text):
        self.client.force_login(post.user)
        return self.client.post(reverse("message_text", args=[self.kind.name]), {"text": text})

    def test_the_province_puts_its_own_words(self):
        enrolment = brought(draft(self.cast), "sent", self.cast)
        enrolment.return_(by=self.cast.nga, reason="Thiếu chỉ tiêu")
        self.assertRedirects(
            self.write(self.cast.hoa, "Thưa [đơn vị], mời xem [liên kết]."), reverse("message_texts")
        )
        ready = offer(self.kind, self.cast.nga, enrolment)
        link = f"http://127.0.0.1:8000{enrolment.get_absolute_url()}"
        self.assertEqual((ready.text, ready.version), (f"Thưa Đảng ủy xã Tam Quang, mời xem {link}.", 1))
        self.write(self.cast.hoa, "")
        self.assertTrue(offer(self.kind, self.cast.nga, enrolment).text.startswith("Kính gửi"))
        self.assertEqual(Wording.objects.count(), 2)

    def test_a_word_that_is_not_known_is_named(self):
        answer = self.write(self.cast.hoa, "Gửi [tên người] tại [liên kết]")
        self.assertContains(answer, "Không có ô [tên người]")
        self.assertContains(self.write(self.cast.hoa, "Không có địa chỉ"), "Giữ ô [liên kết]")
        self.assertEqual(Wording.objects.count(), 0)

    def test_the_commune_and_a_reader_do_not(self):
        for post in (self.cast.vinh, self.cast.duc):
            self.assertEqual(self.write(post, "x [liên kết]").status_code, 409)

    def test_every_text_of_the_house_holds_known_words_and_a_link(self):
        from django.utils.translation import override

        from kheo.messaging.kinds import WORDS, unknown_words

        self.assertGreater(len(kinds.kinds), 12)
        for kind in kinds.kinds.values():
            for language in ("vi", "en"):
                with override(language):
                    for text in filter(None, (str(kind.text), str(kind.group_text))):
                        self.assertEqual(unknown_words(text, kind), [], kind.name)
                        self.assertIn(f"[{WORDS['link'][0] if language == 'vi' else 'link'}]", text)


class Returns(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.cast = cast()
        lineage.recompute()

    def page(self, post, thing):
        self.client.force_login(post.user)
        return self.client.get(thing.get_absolute_url())

    def test_a_returned_registration(self):
        enrolment = brought(draft(self.cast), "sent", self.cast)
        enrolment.return_(by=self.cast.nga, reason="Thiếu chỉ tiêu của bà Mai")
        page = self.page(self.cast.nga, enrolment)
        self.assertContains(page, "Kính gửi Đảng ủy xã Tam Quang. Đăng ký “Tiếng kẻng bình yên” (2026)")
        # The reason may name people: it is read behind the link.
        self.assertNotIn("bà Mai", offer(kinds["enrolment_returned"], self.cast.nga, enrolment).text)
        self.assertNotContains(self.page(self.cast.minh, enrolment), "Chép tin nhắn")

    def test_a_returned_field_report(self):
        made = report(self.cast, running(self.cast))
        made.send(by=self.cast.minh)
        made.return_(by=self.cast.nga, reason="Thiếu ảnh")
        self.assertContains(self.page(self.cast.nga, made), "được trả lại để bổ sung")
        self.assertNotContains(self.page(self.cast.minh, made), "Chép tin nhắn")

    def test_a_person_is_not_named(self):
        enrolment = draft(self.cast, "Ông Vi Văn Quế", subject="person")
        text = offer(kinds["initiative_link"], self.cast.minh, enrolment.initiative).text
        self.assertIn("một điển hình cá nhân", text)
        self.assertNotIn("Quế", text)

    def test_a_plan_given_back(self):
        plan = Plan.objects.start(self.cast.committee, self.cast.movement, 2027, by=self.cast.binh)
        plan.submit(self.cast.binh)
        plan.give_back(self.cast.binh, "Bổ sung chỉ tiêu")
        self.client.force_login(self.cast.binh.user)
        page = self.client.get(reverse("plan", args=[plan.pk]))
        self.assertContains(page, "Kính gửi Ban Xây dựng Đảng xã Tam Quang. Dự thảo kế hoạch")
        self.assertContains(page, "Bổ sung chỉ tiêu")
        plan.submit(self.cast.binh)
        self.assertNotContains(self.client.get(reverse("plan", args=[plan.pk])), "Dự thảo kế hoạch")

    def test_a_link_to_an_initiative(self):
        initiative = accepted(self.cast, running(self.cast)).enrolment.initiative
        self.assertContains(self.page(self.cast.nga, initiative), "Kính gửi các đồng chí. Mời xem")
        self.assertNotContains(self.page(self.cast.duc, initiative), "Mời xem")


class Documents(TestCase):
    def setUp(self):
        self.at = circle()
        self.made = duties_today(self.at)
        self.duty = duty_of(self.made, self.at.dang_uy_tam_quang)

    def get(self, post, path):
        self.client.force_login(post.user)
        return self.client.get(path)

    def test_the_giver_urges_the_bodies_asked(self):
        page = self.get(self.at.hoa, f"{reverse('duty_matrix')}?directive={self.made.pk}")
        self.assertContains(page, "- Đảng ủy xã Tam Hợp")
        self.assertContains(page, "Kính gửi Đảng ủy xã Tam Quang. Chúng tôi chưa nhận được trả lời")
        self.assertContains(page, f"{reverse('our_duties')}#d{self.made.pk}")
        self.assertContains(self.get(self.at.hoa, reverse("directive", args=[self.made.pk])), "giao nhiệm vụ")

    def test_one_task(self):
        path = reverse("duty", args=[self.duty.pk])
        self.assertContains(self.get(self.at.hoa, path), "Đề nghị các đồng chí báo cáo kết quả")
        # To oneself it is a note; a neighbour finds no such page.
        own = self.get(self.at.minh, path)
        self.assertContains(own, "Nhắc việc:")
        self.assertNotContains(own, "Kính gửi")
        self.assertEqual(self.get(self.at.lan, path).status_code, 404)
        self.assertEqual(
            self.client.post(address("reply_due", self.duty), {"text": "x", "channel": "zalo"}).status_code,
            404,
        )

    def test_a_returned_answer(self):
        reply = self.duty.reply(self.at.minh, status="done", results="Đã quán triệt")
        reply.return_(self.at.hoa, "Thiếu ngày")
        page = self.get(self.at.hoa, reverse("duty", args=[self.duty.pk]))
        self.assertContains(page, "được trả lại để bổ sung")
        self.assertContains(page, f"#r{reply.pk}")
