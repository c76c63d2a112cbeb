"""A body's own page: for its people and those above it, with what it has inherited, and what is new."""

from datetime import date, timedelta
from unittest import mock

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from kheo.directives.models import Directive, Duty
from kheo.duties.models import Visit
from kheo.fieldwork.tests.cast import report, running
from kheo.initiatives.tests.cast import brought, cast, draft
from kheo.lib.periods import today
from kheo.lib.tests.clock import on_day
from kheo.plans.models import Plan
from kheo.units import lineage
from kheo.units.models import Unit, UnitSuccession
from kheo.units.tests import cast as people


class UnitPages(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.cast = cast()

    @property
    def party(self):
        return self.cast.minh.unit

    def get(self, post, unit=None, **options):
        self.client.force_login(post.user)
        return self.client.get(reverse("unit_page", args=[(unit or self.party).pk]), **options)

    def page(self, post, unit=None):
        return self.get(post, unit).context["unit_page"]

    def test_the_menu_leads_to_it(self):
        self.client.force_login(self.cast.minh.user)
        self.assertRedirects(self.client.get(reverse("our_unit")), reverse("unit_page", args=[self.party.pk]))
        self.assertContains(self.get(self.cast.minh), "Đơn vị của tôi")

    def test_a_neighbour_does_not_find_it(self):
        self.assertEqual(self.get(self.cast.lan).status_code, 404)

    def test_who_holds_no_post_does_not_find_it(self):
        self.client.force_login(people.person("khach", "Người mới"))
        self.assertEqual(self.client.get(reverse("unit_page", args=[self.party.pk])).status_code, 404)
        self.assertContains(self.client.get(reverse("our_unit")), "không giữ nhiệm vụ nào", status_code=409)

    def test_its_superior_and_a_reader_may_look_but_it_is_not_theirs(self):
        brought(draft(self.cast), "sent", self.cast)
        for post in (self.cast.hoa, self.cast.duc):
            response = self.get(post)
            self.assertContains(response, "Việc giao cho đơn vị")
            self.assertNotContains(response, "Mô hình, điển hình của chúng ta")
            self.assertContains(response, "button--main", 1)
            self.assertFalse(response.context["unit_page"].is_ours)

    def test_every_post_of_the_cast_has_a_page(self):
        for post in vars(self.cast).values():
            if hasattr(post, "unit_id") and hasattr(post, "role"):
                response = self.get(post, post.unit)
                self.assertContains(response, "button--main", 1)
                self.assertContains(response, post.unit.name)

    def test_what_waits_for_it_and_for_others(self):
        brought(draft(self.cast), "sent", self.cast)
        at_office, at_party = self.page(self.cast.nga, self.cast.office), self.page(self.cast.minh)
        self.assertEqual([each.label for each in at_office.for_us], ["đăng ký chờ tiếp nhận"])
        self.assertEqual([each.label for each in at_party.for_others], ["đăng ký đang chờ tiếp nhận"])
        # The number opens the records behind it.
        listed = self.client.get(at_party.for_others[0].url)
        self.assertContains(listed, "Tiếng kẻng bình yên")
        self.assertContains(listed, "Đảng ủy xã Tam Quang</option>")

    def test_what_comes_back_waits_for_the_unit(self):
        sent = brought(draft(self.cast), "sent", self.cast)
        sent.return_(by=self.cast.nga, reason="Ghi rõ số hộ")
        self.assertEqual([each.label for each in self.page(self.cast.minh).for_us], ["đăng ký bị trả lại"])

    def test_duties_the_overdue_first(self):
        directive = Directive.objects.create(
            number="05-CT/TU", doc_type="Chỉ thị", title="Phong trào", issuer_text="Tỉnh ủy",
            issued_on=date(2021, 5, 23), state=Directive.State.CONFIRMED, entered_for=self.cast.world.board,
        )  # fmt: skip
        for order, (text, days) in enumerate(
            [("Việc thường xuyên", None), ("Việc sắp đến hạn", 5), ("Việc quá hạn", -5)]
        ):
            task = directive.assignments.create(text=text, order=order)
            due = today() + timedelta(days=days) if days else None
            Duty.objects.create(
                assignment=task,
                unit=self.party,
                given_on=today(),
                due_on=due,
                rhythm="half" if due is None else "once",
            )
        page = self.page(self.cast.minh)
        shown = [row["duty"].assignment.text for row in page.asked]
        self.assertEqual(shown, ["Việc quá hạn", "Việc sắp đến hạn", "Việc thường xuyên"])
        self.assertEqual(page.asked_counts, {"open": 3, "overdue": 1})
        self.assertEqual(
            page.newly_asked,
            [{"url": reverse("directive", args=[directive.pk]), "name": "Chỉ thị 05-CT/TU", "n": 3}],
        )

    def test_quotas_are_held_against_the_count(self):
        plan = Plan.objects.create(
            movement=self.cast.movement,
            committee=self.cast.province_committee,
            year=2026,
            state=Plan.State.APPROVED,
            theme="Khéo trong từng việc nhỏ",
        )
        whole = plan.targets.create(name="Mô hình mới", measure="enrolled_new", amount=130)
        plan.targets.create(
            name="Mô hình mới", measure="enrolled_new", amount=3, part_of=whole, unit=self.party
        )
        brought(draft(self.cast), "approved", self.cast)
        page = self.page(self.cast.minh)
        self.assertEqual(
            [(quota.done, quota.missing, quota.is_met) for quota in page.quotas], [(1, 2, False)]
        )
        self.assertContains(self.get(self.cast.minh), "Khéo trong từng việc nhỏ")
        # The neighbour's quota is none of ours, the province's own targets stand on its committee's page.
        at_province = self.page(self.cast.thanh, self.cast.province_committee)
        self.assertEqual([quota.target.amount for quota in at_province.quotas], [130])

    @on_day(date(2026, 7, 20))
    def test_a_typed_unit_tells_of_its_own_alone(self):
        school = Unit.objects.add_typed(
            "Trường mầm non Tam Quang",
            under=self.party,
            line="community",
            area=self.party.area,
            by=self.cast.minh,
        )
        head = people.post(people.person("co_mai", "Cô Mai"), school, "reporter")
        running(self.cast, "Vườn rau của bé", owner=school)
        running(self.cast, "Con đường hiến đất")
        page = self.page(head, school)
        self.assertEqual([each.name for each in page.latest], ["Vườn rau của bé"])
        self.assertEqual((page.running, page.enrolled), ("1", 1))
        # Its Party committee tells of both.
        self.assertEqual(self.page(self.cast.minh).running, "2")

    @on_day(date(2026, 7, 20))
    def test_reports_by_month(self):
        made = report(self.cast, running(self.cast))
        made.send(by=self.cast.minh)
        chart = self.page(self.cast.minh).months_chart
        self.assertEqual(dict(row[:2] for row in chart.rows)["Tháng 7"], 1)

    def test_what_was_inherited_is_told_and_the_old_page_leads_here(self):
        old = people.unit(
            "Đảng ủy xã Tam Quang cũ", self.party.area, "cap_uy", since=date(2021, 1, 1), until=people.SINCE
        )
        UnitSuccession.objects.create(
            predecessor=old, successor=self.party, on=people.SINCE, kind="merged", share_numerator=1,
            share_denominator=1, legal_basis="Nghị quyết 1678/NQ-UBTVQH15",
        )  # fmt: skip
        lineage.recompute()
        running(self.cast, "Dòng sông không rác", owner=old)
        response = self.get(self.cast.minh)
        self.assertContains(response, "Đảng ủy xã Tam Quang cũ")
        self.assertContains(response, "sắp xếp ngày 01/7/2025")
        self.assertContains(response, "Dòng sông không rác")
        old.refresh_from_db()
        self.assertRedirects(self.get(self.cast.minh, old), reverse("unit_page", args=[self.party.pk]))


class SinceTheLastVisit(TestCase):
    def setUp(self):
        self.cast = cast()
        self.url = reverse("unit_page", args=[self.cast.minh.unit_id])

    def look(self, post):
        self.client.force_login(post.user)
        return self.client.get(self.url).context["unit_page"]

    def test_what_others_did_is_told_once_in_plain_words(self):
        enrolment = draft(self.cast)
        enrolment.send(by=self.cast.minh)
        # What one did oneself is no news.
        self.assertEqual(self.look(self.cast.minh).changed, [])
        enrolment.receive(by=self.cast.nga)
        enrolment.return_(by=self.cast.vinh, reason="Ghi rõ số hộ")
        (changed,) = self.look(self.cast.minh).changed
        self.assertEqual(changed.url, enrolment.get_absolute_url())
        told = [(step["who"], step["verb"], step["why"]) for step in changed.steps]
        self.assertEqual(
            told, [("Lương Văn Vinh", "đã trả lại", "Ghi rõ số hộ"), ("Kha Thị Nga", "đã tiếp nhận", "")]
        )
        # Within one visit it stays; at the next it is old.
        self.assertEqual(len(self.look(self.cast.minh).changed), 1)
        with mock.patch.object(timezone, "now", return_value=timezone.now() + timedelta(hours=1)):
            self.assertEqual(self.look(self.cast.minh).changed, [])
        # Each person has visits of their own.
        self.assertEqual(len(self.look(self.cast.hoa).changed), 1)

    def test_a_neighbours_records_are_not_told(self):
        draft(self.cast, "Việc của Lan", by=self.cast.lan).withdraw(by=self.cast.lan, reason="Trùng")
        self.assertEqual(self.look(self.cast.minh).changed, [])

    def test_only_the_last_visit_is_kept(self):
        for _each in range(3):
            self.look(self.cast.minh)
        self.assertEqual(Visit.objects.filter(user=self.cast.minh.user).count(), 1)

    def test_after_a_long_absence_it_goes_back_ninety_days_at_most(self):
        self.look(self.cast.minh)
        long_ago = timezone.now() - timedelta(days=400)
        Visit.objects.update(seen=long_ago, since=long_ago)
        since = self.look(self.cast.minh).since
        self.assertLess(timezone.now() - since, timedelta(days=91))


class Cost(TestCase):
    def setUp(self):
        self.cast = cast()

    def taken(self, post):
        self.client.force_login(post.user)
        url = reverse("unit_page", args=[self.cast.minh.unit_id])
        self.client.get(url)
        with CaptureQueriesContext(connection) as queries:
            self.client.get(url)
        return len(queries)

    def more(self, names):
        for name in names:
            made = report(self.cast, running(self.cast, f"Đường {name}"))
            made.send(by=self.cast.minh)
            made.accept(by=self.cast.nga)
            brought(draft(self.cast, f"Vườn {name}"), "sent", self.cast)
            old = people.unit(
                f"Đảng ủy {name}",
                self.cast.minh.unit.area,
                "cap_uy",
                since=date(2021, 1, 1),
                until=people.SINCE,
            )
            UnitSuccession.objects.create(
                predecessor=old, successor=self.cast.minh.unit, on=people.SINCE, kind="merged",
                share_numerator=1, share_denominator=1, legal_basis="Nghị quyết",
            )  # fmt: skip
            directive = Directive.objects.create(
                number=name, doc_type="Chỉ thị", title=name, issued_on=date(2021, 5, 23),
                state=Directive.State.CONFIRMED, entered_for=self.cast.world.board,
            )  # fmt: skip
            task = directive.assignments.create(text=name, order=1)
            Duty.objects.create(assignment=task, unit=self.cast.minh.unit, given_on=today(), rhythm="half")
        lineage.recompute()

    def test_a_fixed_number_of_queries(self):
        plan = Plan.objects.create(
            movement=self.cast.movement, committee=self.cast.committee, year=2026, state=Plan.State.APPROVED
        )
        plan.calendar.create(kind="report", name="6 tháng", opens=date(2026, 6, 1), closes=date(2026, 6, 30))
        self.more(["một"])
        before = {post: self.taken(post) for post in (self.cast.minh, self.cast.hoa)}
        self.more(["hai", "ba"])
        for name in ("9 tháng", "năm"):
            plan.calendar.create(kind="report", name=name, opens=date(2026, 9, 1), closes=date(2026, 9, 30))
        for post, queries in before.items():
            self.assertEqual(self.taken(post), queries)
