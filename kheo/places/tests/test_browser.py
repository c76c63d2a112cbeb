"""The map through the reorganisations in a real browser, by keyboard, with and without JavaScript."""

from datetime import date

import pytest
from django.urls import reverse

from kheo.accounts.models import User
from kheo.places import loading
from kheo.places.models import Area

pytestmark = pytest.mark.browser


@pytest.fixture
def there(live_server):
    """The address of Nghệ An's map."""
    loading.load()
    province = Area.objects.on(date(2026, 7, 5)).of_level("province").get()
    return f"{live_server}{reverse('structures_map', args=[province.pk])}"


def test_the_slider_goes_through_the_times_by_keyboard(sign_in, browser_page, axe, there):
    sign_in(User.objects.create_user("duc", full_name="Đức"))
    page = browser_page
    page.set_viewport_size({"width": 360, "height": 800})
    page.goto(there)
    status = page.locator("#shown [role=status]")
    slider = page.get_by_role("slider", name="Kéo qua các thời kỳ")
    slider.focus()
    page.keyboard.press("Home")
    status.get_by_text("đến 30/11/2024: 460.").wait_for()
    assert slider.get_attribute("aria-valuetext") == "đến 30/11/2024"
    page.get_by_role("cell", name="Tam Hợp, Tam Thái", exact=True).wait_for()
    page.keyboard.press("ArrowRight")
    status.get_by_text("412").wait_for()
    # Who slides keeps the slider, and the address can be sent on.
    assert slider.evaluate("each => each === document.activeElement")
    page.wait_for_url("**?on=2025-06-30")
    axe()
    page.keyboard.press("End")
    status.get_by_text("130. Ngày nay").wait_for()
    page.get_by_role("link", name="đến 30/11/2024").click()
    status.get_by_text("460").wait_for()
    assert slider.input_value() == "0"
    page.set_viewport_size({"width": 1280, "height": 800})
    page.emulate_media(color_scheme="dark")
    axe()
    page.get_by_role("link", name="Xã Tam Thái").click()
    page.get_by_role("heading", name="Dòng kế thừa của xã Tam Thái").wait_for()
