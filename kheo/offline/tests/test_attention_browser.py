"""The office's pages about deliveries, and choosing many of what is just in, in a real browser."""

import pytest

from kheo.offline.models import Delivery
from kheo.offline.tests.cast import OnThePhone, cast, running

pytestmark = pytest.mark.browser


@pytest.fixture
def at_the_office(db):
    """One that waits, a conflict, one from a lost phone, what continues, and four reports just in."""
    at = cast()
    road = running(at)
    minh = OnThePhone(at.minh)
    minh.send(minh.writes(road, happened_on="hôm kia"))
    kept = minh.writes(road)
    minh.send(kept)
    minh.send({**kept, "data": {**kept["data"], "households": "68"}})
    minh.send(minh.envelope("continuing", {"year": "2027", "pk": [str(road.initiative_id)]}))
    for day in (6, 7, 8):
        minh.send(minh.writes(road, happened_on=f"0{day}/07/2026"))
    minh.phone.revoke(by=at.minh.user, reason="Mất trên đường")
    minh.send(minh.writes(road))
    return at


def test_pages_hold_to_the_rules(at_the_office, sign_in, visit_all):
    sign_in(at_the_office.nga.user)
    wrong, _kept, conflict, *_others, held = Delivery.objects.order_by("pk")
    pages = [each.get_absolute_url() for each in (wrong, conflict, held)]
    asked = [f"{pages[0]}{name}/" for name in ("bo-sung", "giao", "rut")]
    visit_all(["/viec-cua-toi/moi-den/", "/ban-gui/", *pages, *asked, "/duy-tri/1/"])


def test_many_are_chosen_with_shift_and_taken_in_one_go(at_the_office, sign_in, live_server):
    page = sign_in(at_the_office.nga.user)
    page.goto(f"{live_server.url}/viec-cua-toi/moi-den/?of=field_report")
    boxes = page.locator("input[name=chosen]")
    assert boxes.count() == 4
    boxes.nth(0).click()
    boxes.nth(2).click(modifiers=["Shift"])
    assert [boxes.nth(n).is_checked() for n in range(4)] == [True, True, True, False]
    assert page.locator("[data-chosen]").inner_text().endswith("3")
    page.locator(".chosen-bar .button--main").click()
    page.wait_for_load_state()
    assert page.locator("input[name=chosen]").count() == 1
    page.locator("#all-rows").check()
    assert page.locator("input[name=chosen]").is_checked()
