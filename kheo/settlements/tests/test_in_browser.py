"""The lists of what nobody has attributed yet, and a family line, in a real browser: phone and desk."""

import pytest
from django.urls import reverse

from kheo.places.models import Area
from kheo.settlements.models import Settlement
from kheo.settlements.tests.ground import Ground
from kheo.units.models import Reorganisation

pytestmark = pytest.mark.browser


def test_a_divided_commune_is_worked_through(sign_in, browser_page, visit_all):
    there = Ground()
    there.setUp()
    for name in ("Con đường hiến đất", "Ao cá xã Trung", "Tiếng kẻng bình yên"):
        there.record(name, there.dong)
    there.record("Nhà sạch vườn đẹp", there.phong)
    there.divide()
    Area.objects.add_hamlet("Phồng", "bản", there.heir("Bắc"))
    sign_in(there.an.user)
    commune = reverse("undecided_commune", args=[there.dong.pk])
    page = browser_page
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(f"{commune}?tab=records")
    page.get_by_role("checkbox", name="Con đường hiến đất").check()
    page.get_by_label("Thuộc").select_option(label="Xã Bắc")
    page.get_by_role("button", name="Xác định các dòng đã đánh dấu").click()
    page.get_by_text("Đã xác định 1 dòng về Xã Bắc.").wait_for()
    settled = Settlement.objects.get()
    story = Reorganisation.objects.get()
    visit_all(
        [
            reverse("undecided"),
            f"{commune}?tab=hamlets",
            f"{commune}?tab=records",
            f"{commune}?tab=settled",
            reverse("settlement_withdraw", args=[settled.pk]),
            reverse("area_family", args=[there.dong.pk]),
            reverse("unit_family", args=[there.party.pk]),
            reverse("reorganisation", args=[story.key]),
            reverse("reorganisation_reverse", args=[story.key]),
            reverse("reorganisation_new"),
        ]
    )
