"""Minh sends his outbox: reports and registrations become records, each with its receipt."""

from django.test import TestCase

from kheo.fieldwork.models import FieldReport
from kheo.initiatives.models import Enrolment
from kheo.offline.models import Delivery
from kheo.offline.tests.cast import OnThePhone, cast, running


class SendingAReport(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.cast = cast()
        cls.road = running(cls.cast)

    def setUp(self):
        self.minh = OnThePhone(self.cast.minh)

    def test_it_is_filed_and_sent_like_on_the_page(self):
        written = self.minh.writes(self.road)
        [receipt] = self.minh.send(written)
        self.assertEqual(receipt["state"], "accepted", receipt)
        report = FieldReport.objects.get()
        self.assertEqual((report.state, str(report.series)), ("sent", written["id"]))
        self.assertEqual(
            receipt["record"],
            {
                "type": "fieldwork.fieldreport",
                "id": report.pk,
                "series": written["id"],
                "state": "sent",
                "url": f"/bao-cao/{report.pk}/",
            },
        )
        self.assertEqual(report.sender, self.cast.minh)
        self.assertEqual(report.figures.get(measure="households").amount, 86)
        delivery = Delivery.objects.get()
        self.assertEqual(delivery.record, report)
        self.assertEqual(receipt["number"], delivery.number)

    def test_ten_retries_are_one_report_and_one_receipt(self):
        written = self.minh.writes(self.road)
        first = self.minh.send(written)
        for _ in range(10):
            self.assertEqual(self.minh.send(written), first)
        self.assertEqual(FieldReport.objects.count(), 1)
        self.assertEqual(Delivery.objects.count(), 1)

    def test_several_at_once_are_answered_in_order(self):
        good, bad = self.minh.writes(self.road), self.minh.writes(self.road, happened_on="gì cơ")
        receipts = self.minh.send(bad, good, "no envelope", good)
        self.assertEqual(
            [each["state"] for each in receipts], ["needs_attention", "accepted", "unreadable", "accepted"]
        )
        self.assertIn("happened_on", receipts[0]["errors"])
        self.assertEqual(receipts[1], receipts[3])

    def test_kept_as_a_draft_if_it_is_not_to_be_sent(self):
        [receipt] = self.minh.send(self.minh.writes(self.road, envelope={"send": False}))
        self.assertEqual((receipt["state"], receipt["record"]["state"]), ("accepted", "draft"))


class SendingARegistration(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.cast = cast()

    def setUp(self):
        self.minh = OnThePhone(self.cast.minh)

    def test_it_goes_to_the_office_like_on_the_page(self):
        written = self.minh.registers(self.cast)
        [receipt] = self.minh.send(written)
        self.assertEqual(receipt["state"], "accepted", receipt)
        enrolment = Enrolment.objects.get()
        self.assertEqual((enrolment.state, enrolment.addressee), ("sent", self.cast.office))
        self.assertEqual(enrolment.initiative.area.in_text, "bản Bãi Xa")
        self.assertEqual(self.minh.send(written), [receipt])
        self.assertEqual(Enrolment.objects.count(), 1)

    def test_what_looks_like_another_stays_a_draft_and_says_so(self):
        self.minh.send(self.minh.registers(self.cast))
        [receipt] = self.minh.send(self.minh.registers(self.cast))
        self.assertEqual((receipt["state"], receipt["record"]["state"]), ("accepted", "draft"))
        self.assertIn("1", receipt["sentence"])
