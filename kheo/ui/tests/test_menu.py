"""The menu in a browser: its parts fold, by mouse and by key, and stay as they were left."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_a_part_of_the_menu_stays_as_it_was_left(browser_page, sign_in, django_user_model, axe):
    page = sign_in(django_user_model.objects.create_user("minh", full_name="Lô Văn Minh"))
    page.goto(reverse("home"))
    menu = page.locator(".side")
    structure, areas = (
        menu.locator("summary", has_text="Tổ chức, địa bàn"),
        menu.get_by_role("link", name="Địa bàn", exact=True),
    )
    expect(areas).to_be_hidden()
    structure.focus()
    page.keyboard.press("Enter")
    expect(areas).to_be_visible()
    axe()
    page.reload()
    expect(areas).to_be_visible()
    structure.click()
    page.reload()
    expect(areas).to_be_hidden()
    # Where one is, is shown all the same.
    page.goto(reverse("areas"))
    expect(areas).to_have_attribute("aria-current", "page")
    expect(areas).to_be_visible()


def test_on_a_phone_it_is_one_knob(browser_page, sign_in, django_user_model, axe):
    page = sign_in(django_user_model.objects.create_user("minh", full_name="Lô Văn Minh"))
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto(reverse("home"))
    sheet = page.locator(".menu-phone")
    sheet.locator("> summary").click()
    sheet.locator("summary", has_text="Tổ chức, địa bàn").click()
    expect(sheet.get_by_role("link", name="Địa bàn", exact=True)).to_be_visible()
    axe()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
