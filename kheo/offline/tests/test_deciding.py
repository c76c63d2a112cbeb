"""What waits is decided by a person: taken up, released from quarantine, assigned, withdrawn, erased."""

import hashlib
from datetime import date, timedelta

from django.core.management import call_command
from django.test import TestCase
from django.utils import timezone

from kheo.audit.models import Entry
from kheo.fieldwork.models import FieldReport
from kheo.initiatives.models import Enrolment
from kheo.lib.refusals import Refused
from kheo.offline.keeping import empty_old
from kheo.offline.models import Delivery
from kheo.offline.tests.cast import OnThePhone, cast, picture, running
from kheo.units.models import Post


class Base(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.cast = cast()
        cls.road = running(cls.cast)

    def setUp(self):
        self.minh = OnThePhone(self.cast.minh)
        self.vinh, self.hoa, self.duc, self.lan = (
            self.cast.vinh,
            self.cast.hoa,
            self.cast.duc,
            self.cast.lan,
        )

    def sent(self, **changed):
        written = self.minh.writes(self.road, **changed)
        self.minh.send(written)
        return Delivery.objects.latest("pk")

    def refuses(self, verb, **arguments):
        with self.assertRaises(Refused) as refused:
            verb(**arguments)
        self.assertTrue(str(refused.exception))
        return str(refused.exception)


class Quarantine(Base):
    def setUp(self):
        super().setUp()
        self.minh.phone.revoke(by=self.cast.minh.user, reason="Mất ngày 3/8 trên đường vào bản")
        self.waits = self.sent()

    def test_what_a_revoked_phone_hands_in_becomes_nothing_by_itself(self):
        self.assertEqual((self.waits.state, FieldReport.objects.count()), ("quarantined", 0))
        self.assertIn(self.waits, Delivery.objects.visible_to(self.vinh).waiting())
        self.assertNotIn(self.waits, Delivery.objects.visible_to(self.lan))

    def test_released_it_goes_as_its_sender(self):
        self.waits.release(by=self.vinh)
        report = FieldReport.objects.get()
        self.assertEqual((self.waits.state, self.waits.record), ("accepted", report))
        self.assertEqual((report.sender, report.state), (self.cast.minh, "sent"))
        entry = Entry.objects.about(self.waits).get()
        self.assertEqual((entry.verb, entry.user), ("delivery_released", self.vinh.user))
        self.assertIn("Lương Văn Vinh", self.refuses(self.waits.release, by=self.vinh))

    def test_released_but_the_post_has_ended_it_waits_for_the_unit(self):
        self.cast.minh.end(by=None, on=date(2026, 7, 1))
        self.waits.release(by=self.vinh)
        self.assertEqual((self.waits.state, self.waits.why), ("needs_attention", "no_post"))
        report = self.waits.settle(by=self.vinh)
        self.assertEqual((report.sender, self.waits.state), (self.vinh, "accepted"))

    def test_released_but_it_is_not_right(self):
        other = self.sent(narrative="")
        other.release(by=self.vinh)
        self.assertEqual((other.state, list(other.errors)), ("needs_attention", ["narrative"]))

    def test_a_revoked_phone_replaces_nothing(self):
        written = self.minh.writes(self.road, narrative="Khác", envelope={
            "id": str(self.waits.envelope), "replaces": self.waits.content_hash})  # fmt: skip
        self.assertEqual(self.minh.send(written)[0]["state"], "conflict")

    def test_a_neighbour_and_a_reader_decide_nothing(self):
        for verb in ("release", "settle", "withdraw", "assign"):
            self.assertFalse(self.waits.may(verb, self.lan), verb)
            self.assertFalse(self.waits.may(verb, self.duc), verb)
            self.assertTrue(self.waits.may(verb, self.vinh), verb)
            self.assertTrue(self.waits.may(verb, self.hoa), verb)
        self.assertIn("người xem", self.refuses(self.waits.release, by=self.duc))


class Settling(Base):
    def test_put_right_by_the_office(self):
        waits = self.sent(households="rất nhiều")
        self.assertIn("hộ", self.refuses(waits.settle, by=self.vinh).lower())
        self.assertEqual((Delivery.objects.get().state, FieldReport.objects.count()), ("needs_attention", 0))
        report = waits.settle(by=self.vinh, data={"households": "86"})
        self.assertEqual(report.figures.get(measure="households").amount, 86)
        # Minh wrote it and still holds his post: it is his.
        self.assertEqual(report.sender, self.cast.minh)
        waits.refresh_from_db()
        self.assertEqual((waits.state, waits.errors, waits.decided_by), ("accepted", {}, self.vinh))
        # What was typed stays as it came.
        self.assertEqual(waits.content["data"]["households"], ["rất nhiều"])

    def test_another_initiative_was_meant(self):
        waits = self.sent(initiative="999999")
        self.assertEqual(waits.why, "not_found")
        report = waits.settle(by=self.vinh, initiative=self.road.initiative)
        self.assertEqual(report.initiative.pk, self.road.initiative_id)

    def test_a_conflict_is_settled_once_nothing_else_stands(self):
        written = self.minh.writes(self.road, narrative="")
        other = self.minh.writes(self.road, envelope={"id": written["id"]})
        self.minh.send(written, other)
        conflict = Delivery.objects.get(state="conflict")
        conflict.settle(by=self.vinh)
        states = Delivery.objects.order_by("pk").values_list("state", flat=True)
        self.assertEqual(list(states), ["superseded", "accepted"])
        self.assertEqual(FieldReport.objects.count(), 1)

    def test_a_conflict_with_what_was_accepted_is_withdrawn(self):
        written = self.minh.writes(self.road)
        self.minh.send(written, self.minh.writes(self.road, reached="x", envelope={"id": written["id"]}))
        conflict = Delivery.objects.get(state="conflict")
        self.refuses(conflict.settle, by=self.vinh)
        self.assertEqual(FieldReport.objects.count(), 1)
        self.refuses(conflict.withdraw, by=self.vinh, reason=" ")
        conflict.withdraw(by=self.vinh, reason="Đã có bản đúng")
        self.assertEqual(Delivery.objects.get(pk=conflict.pk).state, "withdrawn")
        self.assertIn("Đã có bản đúng", conflict.sentence)

    def contradicted(self, **changed):
        written = self.minh.writes(self.road)
        self.minh.send(written)
        self.minh.send(self.minh.writes(self.road, envelope={"id": written["id"]}, **changed))
        return Delivery.objects.get(state="conflict"), FieldReport.objects.get()

    def test_a_version_that_is_right_corrects_an_accepted_report(self):
        conflict, report = self.contradicted(households="68", reached="150 m đường")
        report.accept(by=self.hoa)
        corrected = conflict.take_over(by=self.vinh)
        self.assertEqual((corrected.series, corrected.version, corrected.state), (report.series, 2, "sent"))
        self.assertEqual(corrected.reached, "150 m đường")
        self.assertEqual(corrected.figures.get(measure="households").amount, 68)
        report.refresh_from_db()
        # The first is counted until the correction is accepted.
        self.assertEqual((report.state, FieldReport.objects.count()), ("accepted", 2))
        conflict.refresh_from_db()
        self.assertEqual((conflict.state, conflict.decided_by), ("withdrawn", self.vinh))
        kept = Delivery.objects.get(state="accepted")
        self.assertIn(kept.number, conflict.sentence)
        self.assertEqual(Entry.objects.about(conflict).get().verb, "delivery_taken_over")
        self.assertIn("Lương Văn Vinh", self.refuses(conflict.take_over, by=self.hoa))
        call_command("verify")

    def test_one_that_was_returned_is_written_anew(self):
        conflict, report = self.contradicted(reached="150 m đường")
        report.return_(by=self.hoa, reason="Xem lại số mét")
        again = conflict.take_over(by=self.vinh)
        self.assertEqual((again.pk, again.state, again.reached), (report.pk, "sent", "150 m đường"))

    def test_what_takes_no_correction_now_says_so_and_nothing_changes(self):
        conflict, report = self.contradicted(reached="150 m đường")
        self.assertIn("tiếp nhận", self.refuses(conflict.take_over, by=self.vinh))
        report.accept(by=self.hoa)
        conflict.content["data"]["narrative"] = [""]
        self.refuses(conflict.take_over, by=self.vinh)
        conflict.refresh_from_db()
        self.assertEqual((FieldReport.objects.count(), conflict.state), (1, "conflict"))

    def test_only_what_contradicts_a_record_is_taken_over(self):
        waits = self.sent(narrative="")
        self.refuses(waits.take_over, by=self.vinh)
        other = self.minh.writes(self.road, envelope={"id": str(waits.envelope)})
        self.minh.send(other)
        self.refuses(Delivery.objects.get(state="conflict").take_over, by=self.vinh)
        self.assertFalse(FieldReport.objects.exists())

    def test_photos_of_the_version_go_to_the_record(self):
        come, not_come = picture().read(), picture(colour="red").read()
        named = [
            {
                "sha256": hashlib.sha256(each).hexdigest(),
                "size": len(each),
                "name": "mo.jpg",
                "taken_on": None,
            }
            for each in (come, not_come)
        ]
        written = self.minh.writes(self.road)
        self.minh.send(written)
        self.minh.send(self.minh.writes(self.road, envelope={"id": written["id"], "photos": named}))
        self.minh.sends_photo(come)
        conflict, kept = Delivery.objects.get(state="conflict"), Delivery.objects.get(state="accepted")
        FieldReport.objects.get().return_(by=self.hoa, reason="Thiếu ảnh")
        conflict.take_over(by=self.vinh)
        self.assertEqual([each.sha256 for each in kept.photos.all()], [named[0]["sha256"]])
        # What never came is not waited for at the record.
        self.assertEqual([each.sha256 for each in conflict.photos.all()], [named[1]["sha256"]])

    def test_a_registration_is_corrected_too(self):
        written = self.minh.registers(self.cast)
        self.minh.send(written)
        self.minh.send({**written, "data": {**written["data"], "name": "Ngõ sáng bản Bãi Xa"}})
        conflict, enrolment = Delivery.objects.get(state="conflict"), Enrolment.objects.latest("pk")
        self.assertIn("đã gửi", self.refuses(conflict.take_over, by=self.vinh))
        enrolment.return_(by=self.cast.nga, reason="Ghi rõ tên")
        corrected = conflict.take_over(by=self.vinh)
        self.assertEqual((corrected.pk, corrected.initiative.name), (enrolment.pk, "Ngõ sáng bản Bãi Xa"))

    def test_the_second_colleague_is_told_who_was_faster(self):
        waits = self.sent(narrative="")
        same = Delivery.objects.get(pk=waits.pk)
        waits.withdraw(by=self.vinh, reason="Viết nhầm")
        self.assertIn("Lương Văn Vinh", self.refuses(same.withdraw, by=self.hoa, reason="Viết nhầm"))

    def test_after_a_withdrawal_the_sender_may_send_it_anew(self):
        waits = self.sent(narrative="")
        waits.withdraw(by=self.vinh, reason="Thiếu nội dung")
        anew = self.minh.writes(
            self.road, envelope={"id": str(waits.envelope), "replaces": waits.content_hash}
        )
        self.assertEqual(self.minh.send(anew)[0]["state"], "accepted")

    def test_assigned_only_within_reach_and_to_a_body_of_today(self):
        waits = self.sent(initiative="999999")
        self.refuses(waits.assign, by=self.vinh, unit=self.cast.world.dang_uy_tam_hop)
        waits.assign(by=self.hoa, unit=self.cast.world.dang_uy_tam_hop)
        self.assertIn(waits, Delivery.objects.visible_to(self.lan).waiting())
        self.assertNotIn(waits, Delivery.objects.visible_to(self.vinh))


class Erasing(Base):
    def test_by_right_the_words_go_and_the_rest_stays(self):
        waits = self.sent(narrative="", reached="Ông Lô Văn X ở bản Bãi Xa")
        self.refuses(waits.erase, by=self.cast.minh, reason="Theo yêu cầu")
        self.refuses(waits.erase, by=self.vinh, reason="")
        waits.erase(by=self.vinh, reason="Yêu cầu của ông X, Điều 14 Luật 91/2025/QH15")
        waits.refresh_from_db()
        self.assertEqual((waits.content, waits.errors, waits.state), ({}, {}, "withdrawn"))
        self.assertIn("91/2025", waits.decided_reason)
        self.assertEqual(waits.user, self.cast.minh.user)
        self.assertNotIn("Lô Văn X", str(list(Entry.objects.about(waits).values())))

    def test_an_erased_one_sent_again_gets_its_receipt_and_no_words(self):
        written = self.minh.writes(self.road, narrative="")
        self.minh.send(written)
        Delivery.objects.get().erase(by=self.vinh, reason="Theo yêu cầu")
        [receipt] = self.minh.send(written)
        self.assertEqual(receipt["state"], "withdrawn")
        self.assertEqual(Delivery.objects.get().content, {})

    def test_old_contents_are_emptied_and_the_record_keeps_everything(self):
        done, waits = self.sent(), self.sent(narrative="")
        Delivery.objects.update(received_at=timezone.now() - timedelta(days=200))
        self.assertIn("1", empty_old())
        self.assertIsNone(empty_old())
        done.refresh_from_db()
        waits.refresh_from_db()
        self.assertEqual(done.content, {})
        self.assertNotEqual(waits.content, {})
        self.assertEqual(done.record.narrative, "Bà con góp công mở đường")

    def test_contents_wait_for_their_photos(self):
        photo = {"sha256": "ab" * 32, "size": 1000, "name": "anh.jpg", "taken_on": None}
        self.sent(envelope={"photos": [photo]})
        Delivery.objects.update(received_at=timezone.now() - timedelta(days=200))
        self.assertIsNone(empty_old())


class Proof(Base):
    def test_verify_holds_deliveries_against_their_records(self):
        self.sent()
        self.sent(narrative="")
        call_command("verify")
        Delivery.objects.filter(state="accepted").update(record_id=999_999)
        with self.assertRaises(SystemExit):
            call_command("verify")

    def test_a_reorganisation_counts_phones_with_unsent_work(self):
        from kheo.offline.apps import phones_with_unsent_work

        here = [self.cast.minh.unit_id]
        self.assertEqual(phones_with_unsent_work(here, []), 0)
        self.minh.ask("deliveries", {"waiting": 3, "envelopes": []})
        self.assertEqual(phones_with_unsent_work(here, []), 1)
        self.assertEqual(phones_with_unsent_work([], [self.cast.tam_quang.pk]), 1)
        self.assertEqual(phones_with_unsent_work([self.lan.unit_id], []), 0)
        Post.objects.filter(pk=self.cast.minh.pk).update(valid_to=date(2026, 7, 1))
        self.assertEqual(phones_with_unsent_work(here, []), 0)
