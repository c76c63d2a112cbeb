"""Everyone's first page: what waits for whom, what one may do next, and nothing of the neighbours'."""

from datetime import date

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kheo.initiatives.tests.cast import brought, cast, draft
from kheo.lib.tests.clock import on_day
from kheo.ui.registry import panels
from kheo.units.models import Committee, Role
from kheo.units.tests import cast as people


class Home(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.cast = cast()

    def get(self, post):
        self.client.force_login(post.user)
        return self.client.get(reverse("home"))

    def panels(self, post):
        return {panel["name"]: panel for panel in self.get(post).context["panels"]}

    def test_it_greets_and_says_as_whom_one_acts(self):
        response = self.get(self.cast.minh)
        self.assertContains(response, "Chào Lô Văn Minh")
        self.assertContains(response, "Đảng ủy xã Tam Quang")

    def test_nothing_waits_for_a_reader(self):
        response = self.get(self.cast.duc)
        self.assertEqual(response.context["panels"], [])
        self.assertContains(response, "Hôm nay không có việc chờ")

    def test_what_waits_stands_with_whom_it_waits_for(self):
        brought(draft(self.cast), "sent", self.cast)
        self.assertIn("initiatives_receive", self.panels(self.cast.nga))
        for other in (self.cast.lan, self.cast.hoa, self.cast.duc):
            self.assertNotIn("initiatives_receive", self.panels(other))
        self.assertContains(self.get(self.cast.nga), "Tiếng kẻng bình yên")
        self.assertNotContains(self.get(self.cast.lan), "Tiếng kẻng bình yên")

    def test_what_came_back_waits_for_its_author(self):
        enrolment = brought(draft(self.cast), "received", self.cast)
        enrolment.return_(by=self.cast.nga, reason="Ghi rõ số hộ")
        self.assertIn("initiatives_drafts", self.panels(self.cast.minh))

    def test_each_role_has_its_own_next_step(self):
        firsts = {
            self.cast.minh: reverse("enrolment_new"),
            self.cast.nga: reverse("arrivals"),
            self.cast.binh: reverse("dashboard"),
            self.cast.duc: reverse("dashboard"),
        }
        for post, url in firsts.items():
            response = self.get(post)
            self.assertEqual(response.context["actions_of_role"][0].url, url)
            self.assertContains(response, "button--main", 1)
            self.assertEqual(self.client.get(url).status_code, 200)

    def test_every_role_gets_a_page(self):
        for role in Role:
            post = people.post(
                people.person(f"vai_{role}", f"Người {role}"), self.cast.world.dang_uy_tam_hop, role, "place"
            )
            response = self.get(post)
            self.assertEqual(response.status_code, 200)
            for action in response.context["actions_of_role"]:
                self.assertEqual(self.client.get(action.url).status_code, 200, (role, action.url))

    def test_without_a_post_it_says_what_to_do(self):
        user = people.person("khach", "Người mới")
        self.client.force_login(user)
        self.assertContains(self.client.get(reverse("home")), "đề nghị quản trị của đơn vị")

    @on_day(date(2026, 7, 20))
    def test_counts_are_those_of_ones_own_reach(self):
        brought(draft(self.cast), "approved", self.cast)
        enrolled = [
            count for count, _label, url in self.get(self.cast.minh).context["counts"] if "year=2026" in url
        ]
        self.assertEqual(enrolled[0], "1")
        self.assertTrue(all(count == "0" for count, _l, _u in self.get(self.cast.lan).context["counts"]))

    def test_each_panel_costs_the_same_for_one_as_for_three(self):
        enrolment = brought(draft(self.cast), "sent", self.cast)
        first = self.taken()
        for name in ("Vườn rau sạch", "Hàng rào xanh"):
            brought(draft(self.cast, name), "sent", self.cast)
        self.assertEqual(first, self.taken())
        self.assertEqual(enrolment.state, "sent")

    def taken(self):
        """How many queries each panel takes for the registrar."""
        request = self.get(self.cast.nga).wsgi_request
        counted = {}
        for panel in panels.panels:
            with CaptureQueriesContext(connection) as queries:
                panel.context(request)
            counted[panel.name] = len(queries)
        return counted


class Renewal(TestCase):
    def setUp(self):
        self.cast = cast()
        self.board = Committee.objects.get(unit=self.cast.committee)

    def shown(self, post):
        self.client.force_login(post.user)
        response = self.client.get(reverse("home"))
        return [
            row.unit
            for p in response.context["panels"]
            if p["name"] == "duties_to_renew"
            for row in p["rows"]
        ]

    def test_a_committee_not_renewed_in_time_is_shown_within_reach(self):
        self.assertEqual(self.shown(self.cast.binh), [])
        Committee.objects.filter(pk=self.board.pk).update(renewal_months=6)
        self.assertEqual(self.shown(self.cast.binh), [self.cast.committee])
        self.assertEqual(self.shown(self.cast.hoa), [self.cast.committee])
        # Lan next door and Đức, who only reads, have nothing to renew.
        self.assertEqual(self.shown(self.cast.lan), [])
        self.assertEqual(self.shown(self.cast.duc), [])

    def test_renewed_it_is_gone(self):
        Committee.objects.filter(pk=self.board.pk).update(renewal_months=6)
        self.board.renew(by=self.cast.binh, on=self.today(), number="01-QĐ/ĐU", kind="renewed")
        self.assertEqual(self.shown(self.cast.binh), [])

    def today(self):
        from kheo.lib.periods import today

        return today()
