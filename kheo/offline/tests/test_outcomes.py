"""What may have happened between hillside and signal: each has an outcome and a sentence."""

from datetime import date, timedelta

from django.test import TestCase
from django.utils import timezone

from kheo.fieldwork.models import FieldReport
from kheo.initiatives.models import Enrolment
from kheo.lib.tests.clock import on_day
from kheo.offline.models import Delivery
from kheo.offline.tests.cast import OnThePhone, accepted, cast, running
from kheo.units.models import Post


class Base(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.cast = cast()
        cls.road = running(cls.cast)

    def setUp(self):
        self.minh = OnThePhone(self.cast.minh)

    def waits(self, written, why):
        [receipt] = self.minh.send(written)
        self.assertEqual(receipt["state"], "needs_attention", receipt)
        self.assertEqual((Delivery.objects.latest("pk").why, receipt["record"]), (why, None))
        self.assertTrue(receipt["sentence"])
        return receipt


class WhatIsTyped(Base):
    def test_what_the_form_refuses_comes_back_field_by_field(self):
        receipt = self.waits(self.minh.writes(self.road, households="rất nhiều", narrative=""), "form")
        self.assertEqual(set(receipt["errors"]), {"households", "narrative"})
        self.assertEqual(FieldReport.objects.count(), 0)

    def test_what_was_put_right_takes_its_place(self):
        written = self.minh.writes(self.road, narrative="")
        receipt = self.waits(written, "form")
        right = self.minh.writes(self.road, envelope={"id": written["id"], "replaces": receipt["content"]})
        [second] = self.minh.send(right)
        self.assertEqual(second["state"], "accepted")
        states = Delivery.objects.order_by("pk").values_list("state", flat=True)
        self.assertEqual(list(states), ["superseded", "accepted"])
        # The first one, come late by another way, is told what became of it.
        self.assertEqual(self.minh.send(written)[0]["state"], "superseded")
        self.assertEqual(FieldReport.objects.count(), 1)

    def test_put_right_and_wrong_again(self):
        written = self.minh.writes(self.road, narrative="")
        receipt = self.waits(written, "form")
        again = self.minh.writes(
            self.road, happened_on="", envelope={"id": written["id"], "replaces": receipt["content"]}
        )
        self.assertIn("happened_on", self.waits(again, "form")["errors"])
        self.assertEqual(Delivery.objects.waiting().count(), 1)

    def test_other_words_under_one_id_are_a_conflict_and_both_are_kept(self):
        written = self.minh.writes(self.road)
        self.minh.send(written)
        other = self.minh.writes(self.road, narrative="Chuyện khác", envelope={"id": written["id"]})
        [receipt] = self.minh.send(other)
        self.assertEqual((receipt["state"], receipt["record"]), ("conflict", None))
        self.assertEqual([r["state"] for r in self.minh.send(written, other)], ["accepted", "conflict"])
        self.assertEqual(FieldReport.objects.get().narrative, written["data"]["narrative"])
        kept = Delivery.objects.get(state="conflict")
        self.assertEqual(kept.content["data"]["narrative"], ["Chuyện khác"])

    def test_what_was_accepted_is_not_replaced(self):
        written = self.minh.writes(self.road)
        [first] = self.minh.send(written)
        other = self.minh.writes(
            self.road, narrative="Khác", envelope={"id": written["id"], "replaces": first["content"]}
        )
        self.assertEqual(self.minh.send(other)[0]["state"], "conflict")

    def test_a_field_no_form_has_is_named_and_kept(self):
        receipt = self.waits(self.minh.writes(self.road, ghi_chu_rieng="Trâu vào vườn"), "fields")
        self.assertIn("ghi_chu_rieng", receipt["sentence"])
        self.assertEqual(Delivery.objects.get().content["data"]["ghi_chu_rieng"], ["Trâu vào vườn"])

    def test_an_older_form_is_taken_if_todays_takes_it_else_it_says_so(self):
        older = {"form": "0123456789ab"}
        self.assertEqual(self.minh.send(self.minh.writes(self.road, envelope=older))[0]["state"], "accepted")
        receipt = self.waits(self.minh.writes(self.road, narrative="", envelope=older), "form_older")
        self.assertIn("narrative", receipt["errors"])

    def test_a_kind_nobody_knows(self):
        self.waits(self.minh.envelope("poem", {"title": "Tiếng kẻng"}), "unknown_kind")

    def test_the_clock_of_the_phone_is_a_remark(self):
        """Wrong by a year: the day typed is judged by the server's day, the clock by nobody."""
        [receipt] = self.minh.send(
            self.minh.writes(self.road, envelope={"written_at": "2027-11-28T08:00:00"})
        )
        self.assertEqual(receipt["state"], "accepted")
        self.assertEqual(Delivery.objects.get().written_at, "2027-11-28T08:00:00")
        next_year = f"05/07/{date.today().year + 1}"
        receipt = self.waits(self.minh.writes(self.road, happened_on=next_year), "form")
        self.assertIn("happened_on", receipt["errors"])

    def test_a_pack_from_the_future_counts_as_todays(self):
        with on_day(date(2026, 8, 1)):
            self.minh.send(self.minh.writes(self.road, envelope={"pack_day": "2027-08-01"}))
        self.assertEqual(Delivery.objects.get().pack_day, date(2026, 8, 1))

    def test_a_kind_of_figure_that_ended_since_the_pack_is_still_taken(self):
        from kheo.offline.tests.cast import kind

        given = kind("money_vnd", "dan_gop")
        given.valid_to = date(2026, 8, 1)
        given.save()
        written = self.minh.writes(self.road, money_vnd_dan_gop="1,5 triệu")
        [receipt] = self.minh.send(written)
        self.assertEqual(receipt["state"], "accepted", receipt)
        self.assertEqual(FieldReport.objects.get().figures.get(kind=given).amount, 1_500_000)
        # The same, written with a pack of after its end, is not.
        self.waits(
            self.minh.writes(self.road, money_vnd_dan_gop="2 triệu", envelope={"pack_day": "2026-08-02"}),
            "fields",
        )


class WhatBecameOfTheInitiative(Base):
    def test_stopped_meanwhile_what_was_done_before_is_taken(self):
        self.road.initiative.end(by=self.cast.vinh, on=date(2026, 7, 10), reason="Đã làm xong")
        [receipt] = self.minh.send(self.minh.writes(self.road, happened_on="05/07/2026"))
        self.assertEqual(receipt["state"], "accepted")

    def test_stopped_meanwhile_what_was_done_after_comes_back(self):
        self.road.initiative.end(by=self.cast.vinh, on=date(2026, 7, 10), reason="Đã làm xong")
        receipt = self.waits(self.minh.writes(self.road, happened_on="15/07/2026"), "refused")
        self.assertIn("10/7/2026", receipt["sentence"].replace("10/07/2026", "10/7/2026"))
        self.assertEqual(FieldReport.objects.count(), 0)

    def test_stopped_between_the_reading_and_the_filing(self):
        from unittest import mock

        from kheo.offline import intake

        judged = intake.judge

        def then_stopped(*args, **kwargs):
            outcome = judged(*args, **kwargs)
            self.road.initiative.end(by=self.cast.vinh, on=date(2026, 7, 1), reason="Đã làm xong")
            return outcome

        with mock.patch.object(intake, "judge", then_stopped):
            self.waits(self.minh.writes(self.road, happened_on="05/07/2026"), "refused")

    def test_one_that_is_no_neighbours_business(self):
        lan = OnThePhone(self.cast.lan)
        [receipt] = lan.send(lan.writes(self.road))
        self.assertEqual(receipt["state"], "needs_attention")
        self.assertEqual(Delivery.objects.get().why, "not_found")
        self.assertNotIn("Con đường", str(receipt))
        self.assertFalse(Delivery.objects.visible_to(self.cast.minh).exists())

    def test_a_reader_is_refused_in_a_sentence(self):
        duc = OnThePhone(self.cast.duc)
        [receipt] = duc.send(duc.writes(self.road))
        self.assertEqual((receipt["state"], FieldReport.objects.count()), ("needs_attention", 0))
        self.assertIn("người xem", receipt["sentence"])


class WhatBecameOfTheReport(Base):
    def test_a_returned_report_is_corrected_from_the_phone(self):
        written = self.minh.writes(self.road)
        self.minh.send(written)
        report = FieldReport.objects.get()
        report.return_(by=self.cast.nga, reason="Ghi rõ số hộ")
        corrected = self.minh.writes(self.road, households="90", series=written["id"])
        [receipt] = self.minh.send(corrected)
        self.assertEqual(receipt["state"], "accepted", receipt)
        report.refresh_from_db()
        self.assertEqual((report.state, report.figures.get(measure="households").amount), ("sent", 90))
        self.assertEqual(receipt["record"]["series"], written["id"])

    def test_it_was_accepted_meanwhile(self):
        written = self.minh.writes(self.road)
        self.minh.send(written)
        FieldReport.objects.get().accept(by=self.cast.nga)
        receipt = self.waits(self.minh.writes(self.road, households="90", series=written["id"]), "refused")
        self.assertIn("Kha Thị Nga", receipt["sentence"])

    def test_it_is_not_moved_to_another_initiative(self):
        written = self.minh.writes(self.road)
        self.minh.send(written)
        FieldReport.objects.get().return_(by=self.cast.nga, reason="Ghi rõ số hộ")
        other = running(self.cast, "Tiếng kẻng bình yên")
        self.waits(self.minh.writes(other, series=written["id"]), "refused")

    def test_an_id_that_is_taken_where_one_does_not_see(self):
        theirs = accepted(self.cast, self.road)
        lan = OnThePhone(self.cast.lan)
        there = running_next_door(self.cast)
        [receipt] = lan.send(lan.writes(there, envelope={"id": str(theirs.series)}))
        self.assertEqual((receipt["state"], Delivery.objects.get().why), ("needs_attention", "elsewhere"))
        self.assertEqual(FieldReport.objects.count(), 1)

    def test_a_returned_registration_is_corrected_from_the_phone(self):
        written = self.minh.registers(self.cast)
        self.minh.send(written)
        enrolment = Enrolment.objects.latest("pk")
        enrolment.return_(by=self.cast.nga, reason="Ghi rõ bản nào")
        [receipt] = self.minh.send(self.minh.registers(self.cast, goal="90 hộ", series=written["id"]))
        self.assertEqual(receipt["record"]["id"], enrolment.pk, receipt)
        enrolment.refresh_from_db()
        self.assertEqual((enrolment.state, enrolment.initiative.goal), ("sent", "90 hộ"))
        self.assertEqual(Enrolment.objects.filter(initiative__name="Ngõ sạch vườn xanh").count(), 1)


def running_next_door(cast):
    """Lan's own initiative, running in Tam Hợp."""
    from kheo.initiatives.tests.cast import draft

    enrolment = draft(cast, "Rào làng", by=cast.lan)
    Enrolment.objects.filter(pk=enrolment.pk).update(state="approved")
    type(enrolment.initiative).objects.filter(pk=enrolment.initiative_id).update(state="running")
    enrolment.refresh_from_db()
    return enrolment


class WhatBecameOfThePerson(Base):
    def test_the_post_ended_but_another_is_held(self):
        Post.objects.create(
            user=self.cast.minh.user, unit=self.cast.office, role="reporter", valid_from=date(2026, 1, 1)
        )
        self.cast.minh.end(by=None, on=date(2026, 7, 1))
        self.waits(self.minh.writes(self.road), "post_ended")
        waits = Delivery.objects.get()
        # The body it was written for sees it.
        self.assertEqual((waits.unit, waits.post), (self.cast.minh.unit, self.cast.minh))
        self.assertIn(waits, Delivery.objects.visible_to(self.cast.vinh))

    def test_the_post_goes_on_in_another_role(self):
        new = self.cast.minh.change(
            by=self.cast.minh.__class__.objects.get(user=self.cast.world.an),
            on=date.today(),
            role="head",
            reach="place",
            title="Phó bí thư",
        )
        [receipt] = self.minh.send(self.minh.writes(self.road))
        self.assertEqual(receipt["state"], "accepted")
        self.assertEqual(FieldReport.objects.get().sender, new)

    def test_no_post_any_more_the_phone_hands_in_and_wipes(self):
        self.cast.minh.end(by=None, on=date(2026, 7, 1))
        told = self.minh.ask("deliveries", {"waiting": 0, "envelopes": [self.minh.writes(self.road)]})
        self.assertEqual(told["phone"], {"state": "hand_in_and_wipe"})
        self.assertEqual(told["receipts"][0]["state"], "needs_attention")
        self.assertEqual(Delivery.objects.get().why, "no_post")
        refused = self.minh.ask("me", method="get")
        self.assertEqual(
            (self.minh.answer.status_code, refused["refused"]["code"]), (403, "hand_in_and_wipe")
        )

    def test_a_sleeping_or_closed_account_hands_in(self):
        user = self.cast.minh.user
        type(user).objects.filter(pk=user.pk).update(awake_since=timezone.now() - timedelta(days=400))
        self.waits(self.minh.writes(self.road), "account_asleep")
        type(user).objects.filter(pk=user.pk).update(awake_since=timezone.now(), is_active=False)
        self.waits(self.minh.writes(self.road), "account_closed")
        self.assertEqual(FieldReport.objects.count(), 0)

    def test_the_post_ends_between_the_reading_and_the_filing(self):
        from unittest import mock

        from kheo.offline import intake

        judged = intake.judge

        def then_ended(*args, **kwargs):
            outcome = judged(*args, **kwargs)
            Post.objects.filter(pk=self.cast.minh.pk).update(valid_to=date(2026, 7, 1))
            return outcome

        with mock.patch.object(intake, "judge", then_ended):
            self.waits(self.minh.writes(self.road), "no_post")
        self.assertEqual(FieldReport.objects.count(), 0)

    def test_revoked_between_the_reading_and_the_filing(self):
        from unittest import mock

        from kheo.offline import intake

        judged = intake.judge

        def then_revoked(*args, **kwargs):
            outcome = judged(*args, **kwargs)
            if self.minh.phone.revoked_at is None:
                self.minh.phone.revoke(by=self.cast.minh.user, reason="Mất máy")
            return outcome

        with mock.patch.object(intake, "judge", then_revoked):
            [receipt] = self.minh.send(self.minh.writes(self.road))
        self.assertEqual(receipt["state"], "quarantined")
        self.assertEqual(FieldReport.objects.count(), 0)
