"""The superior's list of who has not sent: by the plan's calendar and by documents."""

from datetime import date, timedelta

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kheo.directives.tests.circle import circle, duties_today, duty_of
from kheo.duties.due import due_from_others, without_registration
from kheo.fieldwork.models import UnitReport
from kheo.initiatives.tests.cast import brought, cast, draft
from kheo.lib.periods import today
from kheo.places import lineage
from kheo.plans.models import CalendarEntry, Plan


class ByCalendar(TestCase):
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
        cls.window = cls.entry("registration", "Đăng ký năm nay")

    @classmethod
    def entry(cls, kind, name, opens=-10, closes=10):
        day = today()
        return CalendarEntry.objects.create(
            plan=cls.plan,
            kind=kind,
            name=name,
            opens=day + timedelta(days=opens),
            closes=day + timedelta(days=closes),
            period_first=date(day.year, 1, 1),
            period_last=date(day.year, 6, 30),
        )

    def due(self, post=None):
        return due_from_others(post or self.cast.hoa)

    def test_how_many_communes_have_registered(self):
        (window,) = self.due()
        self.assertEqual(
            (window.name, window.done, window.asked, window.is_late), ("Đăng ký năm nay", 0, 2, False)
        )
        brought(draft(self.cast, year=today().year), "sent", self.cast)
        self.assertEqual(self.due()[0].done, 1)
        self.assertEqual([area.name for area in without_registration(self.plan)], ["Tam Hợp"])

    def test_a_draft_is_no_registration(self):
        draft(self.cast, year=today().year)
        self.assertEqual(self.due()[0].done, 0)

    def test_the_communes_that_have_not_are_named(self):
        self.client.force_login(self.cast.hoa.user)
        response = self.client.get(reverse("registrations_due", args=[self.plan.pk]))
        self.assertContains(response, "Xã Tam Hợp")
        self.assertContains(response, "Xã Tam Quang")

    def test_who_has_sent_the_periodic_report(self):
        entry = self.entry("report", "Báo cáo 6 tháng", closes=-1)
        UnitReport.objects.create(
            unit=self.cast.world.dang_uy_tam_quang,
            entry=entry,
            period_first=entry.period_first,
            period_last=entry.period_last,
            state="sent",
        )
        report = next(due for due in self.due() if due.name == "Báo cáo 6 tháng")
        self.assertEqual((report.done, report.asked, report.missing, report.is_late), (1, 2, 1, True))
        self.client.force_login(self.cast.hoa.user)
        response = self.client.get(reverse("due"))
        self.assertContains(response, "1/2")
        self.assertContains(response, "quá hạn")
        self.assertEqual(self.client.get(report.url).status_code, 200)

    def test_what_has_not_begun_or_is_long_past_is_not_chased(self):
        self.entry("report", "Sau này", opens=5, closes=20)
        self.entry("report", "Từ lâu", opens=-300, closes=-200)
        self.assertEqual([due.name for due in self.due()], ["Đăng ký năm nay"])

    def test_only_the_body_that_asks_chases(self):
        for post in (self.cast.minh, self.cast.lan, self.cast.binh):
            self.assertEqual(self.due(post), [])
        self.client.force_login(self.cast.lan.user)
        self.assertEqual(self.client.get(reverse("registrations_due", args=[self.plan.pk])).status_code, 404)
        self.assertContains(self.client.get(reverse("due")), "không nơi nào còn nợ việc")

    def test_it_leaves_as_a_spreadsheet(self):
        self.client.force_login(self.cast.hoa.user)
        for url in (reverse("due"), reverse("registrations_due", args=[self.plan.pk])):
            response = self.client.get(url, {"format": "xlsx"})
            self.assertIn("spreadsheetml", response["Content-Type"])

    def test_three_periods_cost_as_much_as_one(self):
        self.entry("report", "Quý I")

        def taken():
            with CaptureQueriesContext(connection) as queries:
                self.due()
            return len(queries)

        # The post's own body is read once and kept.
        taken()
        first = taken()
        for name in ("Quý II", "Quý III"):
            self.entry("report", name)
        self.assertEqual(taken(), first)


class ByDirectives(TestCase):
    def setUp(self):
        self.at = circle()
        self.directive = duties_today(self.at)

    def test_how_many_bodies_have_answered(self):
        (given,) = due_from_others(self.at.hoa)
        self.assertEqual(
            (given.done, given.url), (0, f"{reverse('duty_matrix')}?directive={self.directive.pk}")
        )
        duty_of(self.directive, self.at.dang_uy_tam_quang).reply(
            self.at.minh, status="done", results="Đã quán triệt"
        )
        (after,) = due_from_others(self.at.hoa)
        self.assertEqual((after.done, after.asked), (1, given.asked))

    def test_another_body_does_not_chase_it(self):
        self.assertEqual(due_from_others(self.at.lan), [])
