"""The communes of a province through its reorganisations, laid over the outlines of today."""

from fractions import Fraction

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kheo.accounts.models import User
from kheo.places import changes, lineage, structures
from kheo.places.models import Area, AreaLineage
from kheo.places.tests.lists import IN_2021, IN_2026, NgheAn, invented
from kheo.places.tests.test_changes import THEN, division


class OfNgheAn(NgheAn):
    @classmethod
    def setUpTestData(cls):
        super().setUpTestData()
        cls.duc = User.objects.create_user("duc", full_name="Đức")

    def setUp(self):
        self.client.force_login(self.duc)
        self.map = reverse("structures_map", args=[self.area("40", IN_2026).pk])

    def test_460_then_412_then_130(self):
        found = structures.of_province(self.area("40", IN_2026))
        self.assertEqual([each.communes for each in found], [460, 412, 130])
        self.assertEqual([each.divided for each in found], [0, 0, 0])
        communes = Area.objects.on(IN_2026).communes()
        for each in found:
            self.assertEqual(sum(each.lay_in(commune) for commune in communes), each.communes)

    def test_an_invented_commune_is_none_of_them(self):
        nghe_an = self.area("40", IN_2026)
        Area(level="commune", type="xã", name="Khe Mẫu", parent=nghe_an, sample=True).save()
        lineage.recompute()
        self.assertEqual([each.communes for each in structures.of_province(nghe_an)], [460, 412, 130])

    def test_what_lay_where_tam_thai_is(self):
        before, _between, now = structures.of_province(self.area("40", IN_2026))
        tam_thai = self.area("16936", IN_2026)
        self.assertEqual(before.in_words(tam_thai), "Tam Hợp, Tam Thái")
        self.assertEqual(now.in_words(tam_thai), "Tam Thái")

    def test_any_day_leads_to_the_time_it_lies_in(self):
        for day, communes in (
            ("2021-05-29", 460),
            ("2024-11-30", 460),
            ("2024-12-01", 412),
            ("2025-06-30", 412),
            ("2025-07-01", 130),
            ("2400-01-01", 130),
            ("yesterday", 130),
            ("", 130),
        ):
            with self.subTest(day):
                page = self.client.get(self.map, {"on": day})
                self.assertEqual(page.context["shown"].communes, communes)

    def test_the_page_draws_and_says_the_same_and_leads_to_the_family_line(self):
        page = self.client.get(self.map, {"on": "2021-05-29"})
        self.assertContains(page, "<td>Tam Hợp, Tam Thái</td>")
        line = reverse("area_family", args=[self.area("16936", IN_2026).pk])
        # Once on the map, once in the table.
        self.assertContains(page, f'href="{line}"', count=2)
        self.assertContains(page, "không được công bố")
        # Without JavaScript the times are links.
        for day in ("2024-11-30", "2025-06-30", "2025-07-01"):
            self.assertContains(page, f'href="?on={day}"')

    def test_the_provinces_page_leads_there(self):
        page = self.client.get(self.area("40", IN_2026).get_absolute_url())
        self.assertContains(page, self.map)

    def test_only_a_living_province_in_force_has_one_and_only_for_who_is_signed_in(self):
        for area in (self.area("16936", IN_2026), self.area("412", IN_2021)):
            page = self.client.get(reverse("structures_map", args=[area.pk]))
            self.assertEqual(page.status_code, 404)
        Area.objects.filter(level="province").update(in_force=False)
        self.assertEqual(self.client.get(self.map).status_code, 404)
        self.client.logout()
        self.assertEqual(self.client.get(self.map).status_code, 302)

    def test_every_time_costs_the_same(self):
        self.client.get(self.map)
        counts = []
        for day in ("2021-05-29", "2026-07-05"):
            with CaptureQueriesContext(connection) as queries:
                self.client.get(self.map, {"on": day})
            counts.append(len(queries))
        self.assertEqual(counts[0], counts[1])


class OfADivision(TestCase):
    """Xã An, divided between Bắc and Nam beside Bình, in a province whose outlines nobody has."""

    def divided(self, *shares):
        areas = invented("An", "Bình")
        changes.carry_out(division(*shares))
        return areas["Mẫu"]

    def told(self, structure):
        return {area.name: structure.in_words(area) for area in Area.objects.on(IN_2026).communes()}

    def lies_in_part_in_both(self, province):
        before, now = structures.of_province(province)
        self.assertEqual((before.communes, before.divided, now.communes), (2, 1, 3))
        self.assertEqual(now.first, THEN)
        self.assertEqual(self.told(before), {"Bắc": "một phần: An", "Nam": "một phần: An", "Bình": "Bình"})
        self.assertEqual(self.told(now), {"Bắc": "Bắc", "Nam": "Nam", "Bình": "Bình"})

    def test_it_lies_in_part_in_both(self):
        self.lies_in_part_in_both(self.divided())

    def test_and_by_decided_shares_alike(self):
        self.lies_in_part_in_both(self.divided(Fraction(2, 5), Fraction(3, 5)))

    def test_where_nothing_is_known_yet_the_page_says_what_to_do(self):
        self.client.force_login(User.objects.create_user("an"))
        province = self.divided()
        AreaLineage.objects.all().delete()
        page = self.client.get(reverse("structures_map", args=[province.pk]))
        self.assertContains(page, "Nạp danh sách")
        self.assertNotContains(page, "structures.js")

    def test_without_outlines_the_table_stands_alone(self):
        self.client.force_login(User.objects.create_user("an"))
        page = self.client.get(reverse("structures_map", args=[self.divided().pk]), {"on": "2021-01-01"})
        self.assertContains(page, "một phần: An", count=2)
        self.assertNotContains(page, '<svg class="map"')
