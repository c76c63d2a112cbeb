"""A recognition ends with a reason and stays in the record."""

from datetime import date

from django.test import TestCase
from django.urls import reverse

from kheo.audit.models import Entry
from kheo.initiatives.tests.cast import cast
from kheo.lib.periods import Period
from kheo.lib.refusals import FasterColleague, Refused
from kheo.recognition.models import Recognition
from kheo.recognition.tests.cast import decided, running
from kheo.tallies.counting import verify
from kheo.tallies.figures import figures

ON = date(2026, 9, 2)
WHY = "Mô hình không còn duy trì"


class Ending(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.cast = cast()
        cls.bell = running(cls.cast)

    def setUp(self):
        self.row = decided(self.cast, self.bell).recognitions.get()

    def test_it_ends_with_who_when_why_and_the_number(self):
        self.row.end(by=self.cast.binh, on=ON, reason=WHY, number="20-QĐ/BCĐ")
        self.row.refresh_from_db()
        assert (self.row.state, self.row.valid_to) == ("ended", ON)
        step = self.row.steps.get(state="ended")
        assert (step.by, step.on, step.reason, step.number) == (self.cast.binh, ON, WHY, "20-QĐ/BCĐ")
        entry = Entry.objects.about(self.bell).get(verb="recognition_ended")
        assert entry.reason == WHY
        assert not Recognition.objects.standing(ON).exists()
        assert Recognition.objects.count() == 1

    def test_both_stay_counted(self):
        self.row.end(by=self.cast.binh, on=ON, reason=WHY)
        table = figures(Period.year(2026), "field", everything=True)
        assert (table.totals["recognised"], table.totals["recognition_ended"]) == (1, 1)
        assert verify()[1] == []

    def test_the_second_is_told_who_was_faster(self):
        same = Recognition.objects.get(pk=self.row.pk)
        self.row.end(by=self.cast.binh, on=ON, reason=WHY)
        with self.assertRaisesMessage(FasterColleague, "Trần Thanh Bình"):
            same.end(by=self.cast.binh, on=ON, reason=WHY)

    def test_after_its_end_it_may_be_recognised_again(self):
        self.row.end(by=self.cast.binh, on=ON, reason=WHY)
        again = decided(self.cast, self.bell, number="30-QĐ/BCĐ", signed_on=date(2026, 10, 1))
        assert again.recognitions.count() == 1

    def test_without_a_reason_or_before_it_began_it_does_not_end(self):
        for on, why in ((ON, "  "), (date(2026, 1, 1), WHY), (date(2999, 1, 1), WHY)):
            with self.assertRaises(Refused):
                self.row.end(by=self.cast.binh, on=on, reason=why)

    def test_neither_reader_nor_reporter_nor_another_committee_ends_it(self):
        for by in (self.cast.duc, self.cast.minh, self.cast.thanh):
            with self.assertRaises(Refused):
                self.row.end(by=by, on=ON, reason=WHY)

    def test_on_the_page(self):
        self.client.force_login(self.cast.binh.user)
        address = reverse("recognition_end", args=[self.row.pk])
        assert self.client.get(address).status_code == 200
        answer = self.client.post(address, {"on": "02/09/2026", "reason": WHY})
        self.assertRedirects(answer, reverse("initiative_recognitions", args=[self.bell.pk]))
        assert WHY in self.client.get(answer["Location"]).content.decode()
