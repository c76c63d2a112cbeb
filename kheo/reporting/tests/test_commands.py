"""`kheo figures` and `kheo verify` on the machine itself."""

import json
from datetime import timedelta
from io import StringIO

from django.core.management import CommandError, call_command
from django.test import TestCase

from kheo.directives.models import Directive, Duty, Reply
from kheo.directives.tests.circle import circle, duties_today, duty_of
from kheo.initiatives.models import Ending, Enrolment, Initiative, Step
from kheo.lib.periods import today
from kheo.recognition.models import Recognition
from kheo.reporting.tests.cast import year_of
from kheo.reporting.verify import CHECKS


class Figures(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.year = year_of()

    def run_it(self, *args):
        out = StringIO()
        call_command("figures", *args, stdout=out)
        return out.getvalue()

    def test_as_json(self):
        told = json.loads(
            self.run_it("--year", "2026", "--by", "area", "--structure", "2026-01-01", "--json")
        )
        self.assertEqual(
            (told["structure"], told["communes_counted"], told["communes"]), ("2026-01-01", 2, 2)
        )
        rows = {row["label"]: row for row in told["rows"]}
        self.assertEqual(rows["Xã Tam Quang"]["enrolled_new"], 1)
        self.assertTrue(rows["Xã Tam Quang"]["code"].startswith("c"))
        self.assertEqual(told["totals"]["money_vnd"], 1_500_000)

    def test_every_reading_has_the_same_totals(self):
        totals = [
            json.loads(self.run_it("--year", "2026", "--by", by, "--json"))["totals"]
            for by in ("area", "district", "field", "line", "unit", "kind")
        ]
        self.assertEqual(totals, [totals[0]] * 6)

    def test_half_and_quarter(self):
        half = json.loads(self.run_it("--year", "2026", "--half", "1", "--json"))
        self.assertEqual((half["totals"]["accepted_new"], "enrolled_new" in half["totals"]), (1, False))
        quarter = json.loads(self.run_it("--year", "2026", "--quarter", "3", "--json"))
        self.assertEqual((quarter["totals"]["ended"], quarter["totals"]["households"]), (1, 86))

    def test_as_a_table(self):
        text = self.run_it("--year", "2026", "--by", "line")
        self.assertIn("TOTAL", text)
        self.assertIn("2/2 communes stand behind the totals", text)

    def test_as_known_on_a_past_day(self):
        yesterday = str(today() - timedelta(days=1))
        told = json.loads(self.run_it("--year", "2026", "--known-on", yesterday, "--json"))
        self.assertEqual(set(told["totals"].values()), {0})
        with self.assertRaises(CommandError):
            self.run_it("--year", "2026", "--known-on", str(today()))

    def test_a_day_that_is_none(self):
        with self.assertRaises(CommandError):
            self.run_it("--year", "2026", "--structure", "hôm qua")


class Verify(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.year = year_of()

    def run_it(self):
        out, err = StringIO(), StringIO()
        try:
            call_command("verify", stdout=out, stderr=err)
        except SystemExit as end:
            return end.code, out.getvalue(), err.getvalue()
        return 0, out.getvalue(), err.getvalue()

    def test_what_the_verbs_wrote_holds(self):
        code, out, err = self.run_it()
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(len(out.splitlines()), len(CHECKS))
        self.assertIn("Enrolment: the state is that of the last step: 3 hold", out)

    def test_a_state_nobody_stepped_into_is_found(self):
        Enrolment.objects.filter(pk=self.year.road.pk).update(state="returned")
        code, _out, err = self.run_it()
        self.assertEqual(code, 1)
        self.assertIn("is returned, its last step says approved", err)
        self.assertIn("Con đường hiến đất", err)

    def test_an_approval_without_a_catalogue(self):
        Step.objects.filter(enrolment=self.year.road, state="approved").update(catalogue=None)
        self.assertIn("is approved, but by no catalogue", self.run_it()[2])

    def test_an_end_without_its_ending_and_the_other_way(self):
        Initiative.objects.filter(pk=self.year.road.initiative_id).update(
            state="ended", ended_on="2026-09-01"
        )
        Initiative.objects.filter(pk=self.year.bell.initiative_id).update(state="running")
        told = self.run_it()[2]
        self.assertIn("no ending of that day says so", told)
        self.assertIn("has an ending, but its state is another", told)
        self.assertEqual(Ending.objects.count(), 1)

    def test_a_recognition_that_does_not_follow_its_steps(self):
        Recognition.objects.update(state="ended")
        self.assertIn("Recognition: the state is that of the last step: 1 differ", self.run_it()[2])


class VerifyDuties(TestCase):
    """The circle of a document: given, answered, returned, accepted."""

    def setUp(self):
        self.at = circle()
        given = duties_today(self.at)
        self.duty = duty_of(given, self.at.dang_uy_tam_quang)

    def wrong(self):
        return [why for check in CHECKS for _row, why in check.wrong()]

    def answered(self):
        return self.duty.reply(self.at.minh, status="done", results="Đã quán triệt đến mọi chi bộ")

    def test_every_step_of_it_holds(self):
        self.assertEqual(self.wrong(), [])
        self.answered().return_(self.at.hoa, "Thiếu số người dự")
        self.assertEqual(self.wrong(), [])
        self.duty.refresh_from_db()
        self.answered().accept(self.at.hoa)
        self.assertEqual(self.wrong(), [])

    def test_a_state_its_answers_do_not_bear_out(self):
        reply = self.answered()
        Duty.objects.filter(pk=self.duty.pk).update(state="accepted", answers=3)
        told = self.wrong()
        self.assertIn("is accepted, but an answer still waits", told)
        self.assertIn("says 3 answers, there are 1", told)
        Reply.objects.filter(pk=reply.pk).update(outcome="returned")
        told = self.wrong()
        self.assertIn("is accepted, its last answer is returned", told)
        self.assertIn("is decided, but nobody decided it", told)

    def test_a_document_nobody_confirmed(self):
        Directive.objects.update(state="withdrawn")
        self.assertIn("is withdrawn, its last step says confirmed", self.wrong())
