"""Areas on the screen. They are public facts: whoever is signed in may see them all."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kheo.accounts.models import User
from kheo.places.models import Area
from kheo.places.tests.lists import IN_2021, IN_2026, NgheAn


class Pages(NgheAn):
    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        cls.duc = User.objects.create_user("duc", full_name="Đức")

    def setUp(self):
        self.client.force_login(self.duc)

    def test_the_story_of_tam_hop(self):
        then = self.area("16936", IN_2021)
        page = self.client.get(then.get_absolute_url())
        self.assertContains(page, "xã Tam Thái, tỉnh Nghệ An")
        self.assertContains(page, "1678/NQ-UBTVQH15")
        self.assertContains(page, "16936")
        # The other one of that name is pointed out.
        self.assertContains(page, reverse("area", args=[self.area("17059", IN_2026).pk]))

    def test_what_tam_thai_came_from(self):
        page = self.client.get(self.area("16936", IN_2026).get_absolute_url())
        self.assertContains(page, "xã Tam Hợp, huyện Tương Dương")
        self.assertContains(page, '<svg class="map"')

    def test_every_kind_of_area_has_its_page(self):
        hamlet = Area.objects.add_hamlet("Tùng Hương", "bản", self.area("16933", IN_2026))
        for area in (
            self.area("40", IN_2021),
            self.area("412", IN_2021),
            self.area("16702", IN_2021),
            hamlet,
        ):
            self.assertContains(self.client.get(area.get_absolute_url()), area.full_name)
        self.assertContains(self.client.get(self.area("16933", IN_2026).get_absolute_url()), "Bản Tùng Hương")

    def test_what_is_not_in_force_is_not_there(self):
        area = self.area("16933", IN_2026)
        Area.objects.filter(pk=area.pk).update(in_force=False)
        self.assertEqual(self.client.get(area.get_absolute_url()).status_code, 404)
        self.assertEqual(self.client.get(reverse("area", args=[999_999])).status_code, 404)

    def test_the_list_shows_the_day_asked_for(self):
        self.assertContains(self.client.get(reverse("areas")), "Xã An Châu")
        page = self.client.get(reverse("areas"), {"q": "tam hop", "on": "29/5/2021"})
        self.assertEqual({row.parent.name for row in page.context["page"].rows}, {"Quỳ Hợp", "Tương Dương"})
        page = self.client.get(reverse("areas"), {"q": "Tam Hợp, Tương Dương", "on": "29/5/2021"})
        self.assertEqual([row.code for row in page.context["page"].rows], ["16936"])

    def test_a_name_of_another_time_is_explained(self):
        page = self.client.get(reverse("areas"), {"q": "Tam Hợp, Tương Dương"})
        self.assertContains(page, "Tam Thái")

    def test_nothing_found_says_so(self):
        self.assertContains(self.client.get(reverse("areas"), {"q": "Atlantis"}), "Tam Hợp, Tương Dương")

    def test_the_list_as_a_spreadsheet(self):
        page = self.client.get(reverse("areas"), {"format": "xlsx"})
        self.assertIn("spreadsheet", page["Content-Type"])

    def test_the_list_costs_the_same_for_one_and_for_fifty(self):
        counts = []
        for asked in ({"q": "Keng Đu"}, {"q": "a"}):
            with self.subTest(asked):
                with CaptureQueriesContext(connection) as queries:
                    self.client.get(reverse("areas"), asked)
                counts.append(len(queries))
        self.assertEqual(counts[0], counts[1])

    def test_suggestions_for_a_field(self):
        page = self.client.get(reverse("area_suggestions"), {"q": "tam q", "on": "2026-07-05"})
        self.assertEqual([area["place"] for area in page.json()["areas"]], ["xã Tam Quang, tỉnh Nghệ An"])
        page = self.client.get(reverse("area_suggestions"), {"q": "Tam Hợp, Tương Dương", "on": "2026-07-05"})
        [area] = page.json()["areas"]
        self.assertEqual(area["place"], "xã Tam Thái, tỉnh Nghệ An")
        for strange in ({}, {"q": "zz", "on": "yesterday", "levels": "moon"}):
            self.assertEqual(self.client.get(reverse("area_suggestions"), strange).json(), {"areas": []})

    def test_the_doors_are_closed(self):
        visitor = Client()
        for address in (
            reverse("areas"),
            reverse("area_suggestions"),
            self.area("40", IN_2026).get_absolute_url(),
        ):
            self.assertNotEqual(visitor.get(address).status_code, 200)
