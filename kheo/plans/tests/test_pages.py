"""Lists, the calendar, the first page, search: who finds what, at a fixed cost."""

from datetime import date

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from kheo.lib.periods import today
from kheo.plans import registrations
from kheo.plans.models import CalendarEntry, Plan
from kheo.search import finding
from kheo.units import heirs

from .cast import by_points, cast, draft, full


class Pages(TestCase):
    def setUp(self):
        self.at = cast()
        self.plan = full(self.at)
        self.plan.approve(self.at.binh)
        self.client.force_login(self.at.hoa.user)

    def cost(self, address):
        with CaptureQueriesContext(connection) as seen:
            self.assertEqual(self.client.get(address).status_code, 200, address)
        return len(seen)

    def test_lists_cost_the_same_for_one_and_three(self):
        pages = ["/ke-hoach/", "/ke-hoach/tieu-chi/", "/ke-hoach/lich/?show=all", "/ke-hoach/phong-trao/"]
        before = [self.cost(page) for page in pages]
        for year in (today().year + 1, today().year + 2):
            full(self.at, year=year).approve(self.at.binh)
        full(self.at, by=self.at.sen).approve(self.at.vinh)
        self.assertEqual([self.cost(page) for page in pages], before)

    def test_a_plan_costs_the_same_for_more_of_everything(self):
        address = f"/ke-hoach/{self.plan.pk}/"
        before = self.cost(address)
        for n in range(3):
            self.plan.tasks.create(
                text=f"Việc {n}", lead="BCĐ", assignment=self.at.directive.assignments.first()
            )
            self.plan.targets.create(name=f"Chỉ tiêu {n}", amount=n, unit=None, order=n)
            self.plan.calendar.create(kind="review", name="Sơ kết", opens=today(), closes=today())
        quota = self.plan.targets.first()
        for unit in (self.at.world.women_tam_quang, self.at.world.dang_uy_tam_hop):
            self.plan.targets.create(name=quota.name, amount=1, part_of=quota, unit=unit)
        made = by_points(full(self.at, year=2030), self.at.hoa)
        made.plan = self.plan
        made.save()
        self.assertEqual(self.cost(address), before)

    def test_a_commune_reads_the_superiors_plan_but_not_its_draft(self):
        unfinished = draft(self.at, year=today().year + 1)
        self.client.force_login(self.at.minh.user)
        self.assertContains(self.client.get(f"/ke-hoach/{self.plan.pk}/"), "Khéo trong từng việc nhỏ")
        self.assertEqual(self.client.get(f"/ke-hoach/{unfinished.pk}/").status_code, 404)
        page = self.client.get("/ke-hoach/")
        self.assertContains(page, "BCĐ tỉnh Nghệ An")
        self.assertNotContains(page, str(today().year + 1))

    def test_filters(self):
        full(self.at, by=self.at.sen)
        for query, there in (
            ("?q=bcd tam quang", "BCĐ xã Tam Quang"),
            ("?state=draft", "BCĐ xã Tam Quang"),
            (f"?year={today().year}&q=tinh nghe an", "BCĐ tỉnh Nghệ An"),
        ):
            self.assertContains(self.client.get(f"/ke-hoach/{query}"), there)
        self.assertContains(self.client.get("/ke-hoach/?q=không có"), "Không tìm thấy kế hoạch")
        self.assertEqual(self.client.get("/ke-hoach/?format=xlsx").status_code, 200)
        self.assertEqual(self.client.get("/ke-hoach/?year=abc&movement=x").status_code, 200)

    def test_the_calendar_says_what_is_open(self):
        page = self.client.get("/ke-hoach/lich/")
        self.assertContains(page, "Đang mở hôm nay")
        self.assertContains(page, "Báo cáo 6 tháng")
        self.assertNotContains(self.client.get("/ke-hoach/lich/?year=2019"), "Báo cáo 6 tháng")
        for odd in ("?year=0", "?year=abc", "?year=99999", "?format=xlsx"):
            self.assertEqual(self.client.get(f"/ke-hoach/lich/{odd}").status_code, 200)

    def test_the_first_page_shows_open_windows(self):
        self.client.force_login(self.at.minh.user)
        self.assertContains(self.client.get("/", follow=True), f"Đăng ký năm {today().year}")
        CalendarEntry.objects.update(closes=date(2020, 1, 1), opens=date(2020, 1, 1))
        self.assertNotContains(self.client.get("/", follow=True), f"Đăng ký năm {today().year}")

    def test_panels_cost_the_same(self):
        request = type("Request", (), {"post": self.at.binh, "user": self.at.binh.user})()
        with CaptureQueriesContext(connection) as none:
            self.assertIsNone(registrations.to_approve(request))
        for year in (2031, 2032, 2033):
            draft(self.at, year=year).submit(self.at.hoa)
        with CaptureQueriesContext(connection) as three:
            self.assertEqual(len(registrations.to_approve(request)["plans"]), 3)
        self.assertEqual(len(none), len(three))

    def test_a_plan_in_force_is_found_without_accents(self):
        found = [each.title for each in finding.find("kheo trong tung viec nho", who=self.at.minh.user)]
        self.assertEqual(found, [str(self.plan)])
        self.plan.withdraw(self.at.binh, "nhầm")
        self.assertEqual(list(finding.find("kheo trong tung viec nho", who=self.at.minh.user)), [])

    def test_a_neighbours_plan_is_not_found(self):
        full(self.at, by=self.at.sen).approve(self.at.vinh)
        found = [each.title for each in finding.find("kheo trong tung viec nho", who=self.at.lan.user)]
        self.assertEqual(found, [str(self.plan)])

    def test_a_bodys_page_shows_plans_and_quotas(self):
        new = self.plan.new_version(self.at.hoa, "giao chỉ tiêu")
        new.write_quotas(self.at.hoa, new.targets.get(), {self.at.world.dang_uy_tam_quang: 12})
        new.approve(self.at.binh)
        self.client.force_login(self.at.minh.user)
        page = self.client.get(f"/ke-hoach/don-vi/{self.at.world.dang_uy_tam_quang.pk}/")
        self.assertContains(page, "12")
        self.assertContains(page, "BCĐ tỉnh Nghệ An")

    def test_a_reorganisation_counts_plans(self):
        counts = {q.name: n for q, n in heirs.answers([self.at.province_committee.pk], [])}
        self.assertEqual(counts["plans"], 1)

    def test_registration_follows_the_window(self):
        self.assertTrue(self.plan.registration_open())
        self.plan.calendar.filter(kind="registration").update(closes=date(2020, 2, 1))
        self.assertFalse(self.plan.registration_open())
        self.plan.calendar.all().delete()
        self.assertTrue(self.plan.registration_open())

    def test_who_hides_samples_sees_none(self):
        Plan.objects.update(sample=True)
        self.at.hoa.user.hides_sample = True
        self.assertFalse(Plan.objects.visible_to(self.at.hoa.user).exists())

    def test_nobody_without_a_post_sees_a_plan(self):
        self.assertFalse(Plan.objects.visible_to(None).exists())
