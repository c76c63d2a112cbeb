"""The lists of this room: who may open them, and that each leaves as a spreadsheet."""

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kheo.audit.models import record
from kheo.units.models import Committee, Post
from kheo.units.tests.cast import cast, unit

SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class Lists(TestCase):
    def setUp(self):
        self.cast = cast()
        committee = unit("Ban Chỉ đạo tỉnh", self.cast.province, "ban_chi_dao", parent=self.cast.tinh_uy)
        Committee.objects.create(unit=committee, standing_office=self.cast.board)
        record(self.cast.board, "opened", by=Post.objects.get(user=self.cast.hoa))

    def test_each_list_leaves_as_a_spreadsheet(self):
        self.client.force_login(self.cast.an)
        for name in ("unit_list", "committee_list", "journal"):
            page = self.client.get(reverse(name))
            self.assertContains(page, "format=xlsx")
            sheet = self.client.get(reverse(name), {"format": "xlsx"})
            self.assertEqual((sheet.status_code, sheet["Content-Type"]), (200, SHEET), name)

    def test_the_journal_shows_what_was_done_within_reach(self):
        self.client.force_login(self.cast.an)
        self.assertContains(self.client.get(reverse("journal")), "Ban Tuyên giáo và Dân vận Tỉnh ủy")

    def test_a_reader_is_refused_the_journal(self):
        self.client.force_login(self.cast.duc)
        self.assertContains(self.client.get(reverse("journal")), "cần vai trò", status_code=409)

    def test_bodies_cost_the_same_with_one_and_with_three(self):
        self.client.force_login(self.cast.hoa)
        url = reverse("unit_list")
        self.client.get(url)
        with CaptureQueriesContext(connection) as few:
            self.client.get(url, {"q": "Tam Hợp"})
        for place in range(3):
            unit(f"Chi bộ bản {place} Tam Hợp", self.cast.tam_hop, "chi_bo", parent=self.cast.dang_uy_tam_hop)
        with self.assertNumQueries(len(few)):
            self.client.get(url, {"q": "Tam Hợp"})
