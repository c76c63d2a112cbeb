"""The family line: what an area was and what it became, by which decision."""

from datetime import date

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kheo.accounts.models import User
from kheo.places import changes, family
from kheo.places.models import Area
from kheo.places.tests.lists import IN_2021, IN_2026, NgheAn, invented
from kheo.places.tests.test_changes import division


class OfTamThai(NgheAn):
    def test_its_forebears_and_the_decision(self):
        now = Area.objects.on(IN_2026).communes().get(name="Tam Thái")
        [step] = family.of_area(now)
        self.assertEqual(step.on, date(2025, 7, 1))
        self.assertEqual({each.thing.name for each in step.before}, {"Tam Hợp", "Tam Thái"})
        self.assertEqual([(each.thing, each.here) for each in step.after], [(now, True)])
        self.assertIn("1678", step.bases[0])
        # The same line from the other end.
        before = Area.objects.on(IN_2021).communes().get(name="Tam Hợp", parent__name="Tương Dương")
        [same] = family.of_area(before)
        self.assertEqual([each.thing for each in same.before], [before])
        self.assertEqual([each.thing for each in same.after], [now])

    def test_the_page(self):
        self.client.force_login(User.objects.create_user("an"))
        now = Area.objects.on(IN_2026).communes().get(name="Tam Thái")
        page = self.client.get(reverse("area_family", args=[now.pk]))
        self.assertContains(page, "Xã Tam Hợp")
        self.assertContains(page, "1678")


class OfADivision(TestCase):
    def test_one_step_with_all_heirs(self):
        areas = invented("An", "Bình")
        self.client.force_login(User.objects.create_user("an"))
        empty = self.client.get(reverse("area_family", args=[areas["An"].pk]))
        self.assertContains(empty, reverse("area", args=[areas["An"].pk]))
        changes.carry_out(division())
        [step] = family.of_area(areas["An"])
        self.assertEqual({each.thing.name for each in step.after}, {"Bắc", "Nam"})
        with CaptureQueriesContext(connection) as queries:
            family.of_area(areas["An"])
        self.assertLessEqual(len(queries), 5)
