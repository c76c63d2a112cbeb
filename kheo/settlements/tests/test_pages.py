"""The lists as a person works through them."""

from django.urls import reverse

from kheo.settlements import undecided
from kheo.settlements.models import Settlement
from kheo.settlements.tests.ground import NOWHERE, Ground


class Pages(Ground):
    BACKEND = "allauth.account.auth_backends.AuthenticationBackend"

    def setUp(self):
        super().setUp()
        self.road = self.record("Con đường hiến đất", self.dong)
        self.pond = self.record("Ao cá xã Trung", self.dong)
        self.divide()
        self.bac = self.heir("Bắc")
        self.page = reverse("undecided_commune", args=[self.dong.pk])

    def as_(self, who):
        self.client.force_login(who.user, backend=self.BACKEND)

    def send(self, *ticked, heir=None, tab="records", reason="Trưởng bản nói"):
        key = str((heir or self.bac).pk)
        typed = {"pk": [each.pk for each in ticked], "heir": key, "reason": reason}
        return self.client.post(f"{self.page}?tab={tab}", typed)

    def test_from_the_list_to_the_last_line(self):
        self.as_(self.hoa)
        answer = self.client.get(reverse("undecided"))
        self.assertContains(answer, "Xã Đông")
        self.assertContains(self.client.get(self.page), "Bản Phồng")
        self.assertContains(self.client.get(f"{self.page}?tab=records"), "Con đường hiến đất")
        self.assertRedirects(self.send(self.road), f"{self.page}?tab=records")
        self.assertEqual(self.told(), {"Xã Bắc": 1, NOWHERE: 1})
        self.send(self.phong, self.ca, tab="hamlets")
        self.send(self.pond, heir=self.heir("Trung"))
        self.assertEqual(undecided.divided(self.hoa)[0].waiting, 0)
        self.assertNotContains(self.client.get(reverse("undecided")), self.page)
        # What was settled stays to be looked at, and taken back.
        self.assertContains(self.client.get(f"{self.page}?tab=settled"), "Trưởng bản nói")
        row = Settlement.objects.get(initiative=self.road)
        back = reverse("settlement_withdraw", args=[row.pk])
        self.assertContains(self.client.get(back), "Con đường hiến đất")
        self.assertContains(self.client.post(back, {"reason": ""}), 'name="reason"')
        self.client.post(back, {"reason": "Nhầm xã"})
        self.assertEqual(self.told(), {"Xã Trung": 1, NOWHERE: 1})
        self.assertContains(self.client.get(f"{self.page}?tab=settled"), "Nhầm xã")

    def test_what_speaks_for_an_heir_is_ticked_only_when_asked(self):
        self.as_(self.hoa)
        plain = self.client.get(f"{self.page}?tab=records")
        self.assertNotContains(plain, " checked")
        key = str(self.heir("Trung").pk)
        offered = self.client.get(f"{self.page}?tab=records&suggested={key}")
        self.assertContains(offered, f'value="{self.pond.pk}" checked')
        self.assertNotContains(offered, "Con đường hiến đất")
        self.assertEqual(Settlement.objects.count(), 0)

    def test_without_an_heir_the_ticks_stay(self):
        self.as_(self.hoa)
        answer = self.client.post(f"{self.page}?tab=records", {"pk": [self.road.pk], "heir": ""})
        self.assertContains(answer, f'value="{self.road.pk}" checked')
        self.assertEqual(Settlement.objects.count(), 0)

    def test_settled_meanwhile_it_is_said(self):
        self.as_(self.hoa)
        self.send(self.road)
        self.assertEqual(self.send(self.road, heir=self.heir("Trung")).status_code, 200)
        self.assertEqual(Settlement.objects.count(), 1)

    def test_a_neighbour_finds_nothing_and_a_reader_is_refused(self):
        self.as_(self.lan)
        self.assertEqual(self.client.get(self.page).status_code, 404)
        self.assertEqual(self.send(self.road).status_code, 404)
        self.as_(self.duc)
        self.assertNotContains(self.client.get(f"{self.page}?tab=records"), 'name="pk"')
        self.assertEqual(self.send(self.road).status_code, 409)
        self.as_(self.hoa)
        self.send(self.road)
        back = reverse("settlement_withdraw", args=[Settlement.objects.get().pk])
        self.as_(self.lan)
        self.assertEqual(self.client.post(back, {"reason": "x"}).status_code, 404)
        self.as_(self.duc)
        self.assertEqual(self.client.post(back, {"reason": "x"}).status_code, 409)

    def test_the_list_is_a_spreadsheet_too(self):
        self.as_(self.hoa)
        self.assertEqual(self.client.get(reverse("undecided") + "?format=xlsx").status_code, 200)
