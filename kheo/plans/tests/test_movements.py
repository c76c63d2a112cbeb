"""A movement is prepared, launched when everything exists, run by committees, and ended."""

from datetime import timedelta

from django.test import TestCase

from kheo.lib.periods import today
from kheo.lib.refusals import FasterColleague, Refused
from kheo.plans.models import Movement, Plan, current_movement

from .cast import by_points, cast


class Movements(TestCase):
    def setUp(self):
        self.at = cast()
        self.client.force_login(self.at.hoa.user)
        self.made = Movement.objects.prepare(
            by=self.at.hoa, launched_by=self.at.province_committee, name="Dân chủ ở cơ sở"
        )
        self.url = f"/ke-hoach/phong-trao/{self.made.pk}/"

    def test_it_is_prepared_on_its_page(self):
        given = {"name": "Dân chủ ở cơ sở", "launched_by": self.at.province_committee.pk, "objective": "x"}
        page = self.client.post("/ke-hoach/phong-trao/moi/", given, follow=True)
        self.assertContains(page, "Trước khi phát động phải có")
        self.assertEqual(
            set(Movement.objects.values_list("code", flat=True)),
            {"dvk", "dan-chu-o-co-so", "dan-chu-o-co-so-2"},
        )

    def test_one_being_prepared_is_not_the_current_one(self):
        self.assertEqual(current_movement(), self.at.movement)

    def ready(self):
        self.made.describe(
            self.at.hoa, {"objective": "Dân biết", "scope_text": "Toàn tỉnh", "participants": "Xã"}
        )
        self.made.give_to(self.at.province_committee, by=self.at.hoa, decision="15-QĐ/TU")
        plan = Plan.objects.start(self.at.province_committee, self.made, 2026, by=self.at.hoa)
        by_points(plan, self.at.hoa)
        plan.write_calendar(
            self.at.hoa,
            [{"kind": "review", "name": "Sơ kết", "opens": today(), "closes": today()}],
        )
        return plan

    def test_what_is_missing_is_listed_and_stops_the_launch(self):
        self.assertEqual(len(self.made.missing()), 6)
        self.assertContains(self.client.get(self.url), "mục tiêu")
        with self.assertRaisesMessage(Refused, "Còn thiếu"):
            self.made.launch(self.at.binh)
        plan = self.ready()
        self.assertEqual(len(self.made.missing()), 3)
        plan.approve(self.at.binh)
        self.assertEqual(self.made.missing(), [])

    def test_it_is_launched_once(self):
        self.ready().approve(self.at.binh)
        with self.assertRaisesMessage(Refused, "cấp trưởng"):
            self.made.launch(self.at.hoa)
        self.client.force_login(self.at.binh.user)
        self.assertContains(self.client.get(self.url), "Phát động")
        page = self.client.post(f"{self.url}phat-dong/", {"on": today().strftime("%d/%m/%Y")}, follow=True)
        self.assertContains(page, "Đã phát động")
        with self.assertRaises(FasterColleague):
            Movement.objects.get(pk=self.made.pk).launch(self.at.binh)
        with self.assertRaisesMessage(Refused, "vì sao"):
            Movement.objects.get(pk=self.made.pk).describe(self.at.hoa, {"objective": "khác"})

    def test_not_before_its_day(self):
        self.ready().approve(self.at.binh)
        with self.assertRaises(Refused):
            self.made.launch(self.at.binh, today() + timedelta(1))

    def test_a_committee_takes_it_on_once(self):
        self.client.force_login(self.at.sen.user)
        url = f"/ke-hoach/phong-trao/{self.at.movement.pk}/ban-chi-dao/"
        self.at.committee.mandates.all().delete()
        given = {"committee": self.at.committee.pk, "since": "01/07/2025", "decision": "01-QĐ/ĐU"}
        self.client.post(url, given)
        self.assertEqual(self.at.committee.mandates.get().decision, "01-QĐ/ĐU")
        self.assertContains(self.client.post(url, given), "đã phụ trách phong trào này")

    def test_it_ends_with_a_reason(self):
        self.client.force_login(self.at.binh.user)
        self.client.post(f"{self.url}ket-thuc/", {"on": today().strftime("%d/%m/%Y"), "reason": ""})
        self.made.refresh_from_db()
        self.assertIsNone(self.made.ended_on)
        self.client.post(
            f"{self.url}ket-thuc/", {"on": today().strftime("%d/%m/%Y"), "reason": "gộp phong trào"}
        )
        self.made.refresh_from_db()
        self.assertEqual(self.made.ended_reason, "gộp phong trào")

    def test_neighbours_and_readers(self):
        self.client.force_login(self.at.lan.user)
        self.assertEqual(self.client.get(self.url).status_code, 404)
        launched = f"/ke-hoach/phong-trao/{self.at.movement.pk}/"
        self.assertEqual(self.client.get(launched).status_code, 200)
        self.assertEqual(self.client.get(f"{launched}sua/").status_code, 404)
        self.client.force_login(self.at.duc.user)
        given = {"name": "khác", "objective": "", "scope_text": "", "participants": ""}
        self.assertContains(self.client.post(f"{self.url}sua/", given), "người xem", status_code=200)
        self.made.refresh_from_db()
        self.assertEqual(self.made.name, "Dân chủ ở cơ sở")

    def test_the_list(self):
        page = self.client.get("/ke-hoach/phong-trao/")
        self.assertContains(page, "Dân chủ ở cơ sở")
        self.assertContains(page, "đang chuẩn bị")
        self.assertEqual(self.client.get("/ke-hoach/phong-trao/?format=xlsx").status_code, 200)
