"""Who owes the province something, in a real browser: the lists that the demonstration leaves empty."""

from datetime import timedelta

import pytest

from kheo.initiatives.tests.cast import cast
from kheo.lib.periods import today
from kheo.places import lineage
from kheo.plans.models import CalendarEntry, Plan

pytestmark = pytest.mark.browser


@pytest.fixture
def owed(db):
    """The cast, and the province's plan: its registration window is open, no commune has sent anything."""
    at = cast()
    lineage.recompute()
    plan = Plan.objects.create(
        movement=at.movement, committee=at.province_committee, year=today().year, state="approved"
    )
    CalendarEntry.objects.create(
        plan=plan,
        kind="registration",
        name="Đăng ký mô hình, điển hình năm nay",
        opens=today() - timedelta(days=10),
        closes=today() + timedelta(days=10),
    )
    return at, plan


def test_pages_hold_to_the_rules(owed, sign_in, visit_all):
    at, plan = owed
    sign_in(at.hoa.user)
    visit_all(
        ["/viec-cua-toi/", "/viec-cua-toi/ai-chua-gui/", f"/viec-cua-toi/ai-chua-gui/dang-ky/{plan.pk}/"]
    )


def test_a_message_opens_inside_its_card_on_a_phone(owed, sign_in, live_server):
    at, plan = owed
    page = sign_in(at.hoa.user)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(f"{live_server.url}/viec-cua-toi/ai-chua-gui/dang-ky/{plan.pk}/")
    page.locator(".ruled summary").first.click()
    sheet = page.locator(".ruled .message__sheet").first.bounding_box()
    card = page.locator(".card:has(.ruled)").bounding_box()
    assert sheet["x"] >= card["x"]
    assert sheet["x"] + sheet["width"] <= card["x"] + card["width"]


def test_a_button_in_a_table_keeps_its_shape(owed, sign_in, live_server):
    """Links in tables are set tighter; a button's words stand in its middle."""
    page = sign_in(owed[0].hoa.user)
    page.goto(f"{live_server.url}/viec-cua-toi/ai-chua-gui/")
    button = page.locator("table a.button").first
    assert button.evaluate("element => getComputedStyle(element).display") == "inline-flex"
