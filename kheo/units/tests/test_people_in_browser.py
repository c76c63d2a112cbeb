"""The pages of people, lists and PINs in a real browser, at the phone's width and the desk's."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from kheo.accounts.models import Device, Pin, User
from kheo.lib.tables import Table
from kheo.units import rosters
from kheo.units.models import Post, Roster
from kheo.units.tests.cast import cast

pytestmark = pytest.mark.browser

HEAD = ["TT", "Đơn vị", "Họ và tên", "Vai trò", "Số điện thoại"]
ROWS = [
    ["1", "Đảng ủy xã Tam Quang", "Lô Thị Mai", "người báo cáo", "0987 654 321"],
    ["2", "Đảng ủy xã Tam Quan", "Vi Văn Sơn", "", "0912"],
    ["3", "Tam Hợp", "Hà Văn Tú", "thủ kho", ""],
]


def test_administrators_pages(sign_in, visit_all):
    everybody = cast()
    an = Post.objects.get(user=everybody.an)
    User.objects.filter(pk=everybody.minh.pk).update(awake_since=timezone.now() - timedelta(days=50))
    User.objects.filter(pk=everybody.lan.pk).update(awake_since=timezone.now() - timedelta(days=40))
    roster = Roster.objects.receive(by=an, name="ds.xlsx", tables=rosters.kept([Table("", [HEAD, *ROWS])]))
    sign_in(everybody.an)
    held = Post.objects.get(user=everybody.minh)
    visit_all(
        [
            reverse("people"),
            reverse("people") + "?state=asleep",
            reverse("people") + "?state=soon",
            reverse("person", args=[everybody.minh.pk]),
            reverse("unit_people", args=[held.unit_id]),
            reverse("post_deputy", args=[held.pk]),
            reverse("roster_new"),
            reverse("roster", args=[roster.pk]),
            reverse("sign_in_rules"),
        ]
    )


def test_a_shared_machine(browser_page, live_server, axe):
    everybody = cast()
    device, key = Device.objects.begin("Máy văn phòng")
    pin = Pin.objects.set_by(everybody.minh, device, key, "402917")
    page = browser_page
    page.context.add_cookies([{"name": "kheo_device", "value": key, "url": live_server.url}])
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(reverse("account_login"))
    page.screenshot(path="test-results/sign-in-shared-360.png", full_page=True)
    axe()
    page.get_by_role("link", name="Lô Văn Minh").click()
    page.wait_for_url(f"**{reverse('pin_sign_in', args=[pin.pk])}")
    axe()
    page.screenshot(path="test-results/pin-360.png", full_page=True)
    page.keyboard.type("402917")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{reverse('home')}")
    assert "Lô Văn Minh" in page.content()
