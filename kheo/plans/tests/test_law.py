"""What the law expects and a plan lacks: said with its basis, and never in the way."""

from datetime import date

from django.test import TestCase

from kheo.plans import law

from .cast import cast, draft, full


class Lacks(TestCase):
    def setUp(self):
        self.at = cast()

    def sentences(self, plan):
        return [lack.sentence for lack in plan.lacks()]

    def test_an_empty_plan_lacks_everything(self):
        plan = draft(self.at, year=2026)
        self.assertEqual(len(plan.lacks()), len(law.EXPECTED))
        self.assertTrue(all("Điều 17" in str(lack) for lack in plan.lacks()))

    def test_a_full_plan_lacks_nothing(self):
        self.assertEqual(self.sentences(full(self.at, year=2026)), [])

    def test_each_part_fills_its_gap(self):
        plan = full(self.at, year=2026)
        plan.criteria_sets.get().take_out(self.at.hoa)
        self.assertEqual(self.sentences(plan), ["Chưa có tiêu chí."])
        plan.calendar.filter(kind="inspection").delete()
        self.assertIn("kiểm tra", " ".join(self.sentences(plan)))
        plan.write_tasks(self.at.hoa, [{"text": "KIỂM TRA, giám sát cơ sở", "lead": "BCĐ"}])
        self.assertEqual(self.sentences(plan), ["Chưa có tiêu chí."])

    def test_the_movement_says_what_the_plan_need_not_repeat(self):
        plan = draft(self.at, year=2026)
        before = len(plan.lacks())
        self.at.movement.objective = self.at.movement.scope_text = self.at.movement.participants = "đã nêu"
        self.at.movement.save()
        plan.refresh_from_db()
        self.assertEqual(len(plan.lacks()), before - 2)

    def test_a_plan_of_before_the_law_is_not_held_against_it(self):
        self.assertEqual(draft(self.at, year=2023).lacks(), [])
        self.assertEqual({each.since for each in law.EXPECTED}, {date(2024, 1, 1)})

    def test_it_costs_the_same_for_more_rows(self):
        plan = full(self.at, year=2026)
        with self.assertNumQueries(4):
            plan.lacks()
        plan.write_tasks(self.at.hoa, [{"text": f"Việc {n}", "lead": "BCĐ"} for n in range(5)])
        with self.assertNumQueries(4):
            plan.lacks()

    def test_the_page_shows_it_and_lets_it_pass(self):
        plan = draft(self.at, year=2026)
        self.client.force_login(self.at.binh.user)
        self.assertContains(self.client.get(f"/ke-hoach/{plan.pk}/"), "Luật Thi đua, khen thưởng 2022")
        plan.approve(self.at.binh)
