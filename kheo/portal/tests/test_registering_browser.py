"""From the QR code to the receipt on a phone, also without scripts; nothing typed is lost on the way."""

from typing import Any

import pytest
from django.urls import reverse

from kheo.initiatives.tests.cast import brought, draft
from kheo.lib.periods import today
from kheo.submissions import limits
from kheo.submissions.forms import taking_form
from kheo.submissions.models import PublicList, RegistrationLink, Submission
from kheo.submissions.tests.cast import opened, sent, world_with_two_registrars

pytestmark = pytest.mark.browser

TYPED = {
    "body": "Chi bộ bản Bãi Xa",
    "hamlet": "bản Bãi Xa",
    "name": "Tiếng kẻng bình yên",
    "goal": "86 hộ cùng tham gia",
    "contact_name": "Vi Thị Mai",
    "contact_phone": "0912345678",
}


@pytest.fixture
def link(browser_page, monkeypatch):
    monkeypatch.setattr(limits, "SECONDS_TO_FILL", 0)
    browser_page.set_viewport_size({"width": 360, "height": 740})
    here = world_with_two_registrars()
    found = opened(here)
    found.world = here
    return found


def fill(page: Any) -> None:
    for name, words in TYPED.items():
        page.locator(f"[name={name}]").fill(words)
    page.locator("[name=field]").select_option(label="Kinh tế")
    page.locator("[name=consent]").check()


def test_pages_without_an_account_hold_to_the_rules(link, visit_all):
    returned, settled = sent(link.world, link), sent(link.world, link, name="Con đường hoa")
    returned.return_(by=link.world.nga, reason="Ghi rõ số hộ tham gia và thời gian thực hiện.")
    form = taking_form(settled, link.world.nga)
    assert form.is_valid()
    settled.take(by=link.world.nga, values=form.cleaned_data)
    shown = PublicList.objects.show(link.committee, link.movement, link.year, by=link.world.nga)
    brought(draft(link.world, "Thả cá xuống suối", year=link.year), "approved", link.world)
    old = link.path
    link.renew(by=link.world.nga, reason="Bị phát tán")
    assert old != link.path
    visit_all(
        [
            link.path,
            returned.receipt_path,
            settled.receipt_path,
            returned.receipt_path + "?gui-xong",
            reverse("receipt_correct", args=[returned.code]),
            reverse("receipt_find"),
            reverse("public_accepted_lists"),
            shown.path,
        ]
    )


@pytest.mark.path
def test_from_the_code_to_the_receipt(link, browser_page):
    browser_page.goto(link.path)
    fill(browser_page)
    browser_page.get_by_role("button", name="Gửi đăng ký").click()
    browser_page.get_by_role("heading", name="Đã nhận được đăng ký").wait_for()
    code = browser_page.locator(".code").inner_text()
    assert Submission.objects.get().spoken_code == code
    browser_page.goto(reverse("receipt_find"))
    browser_page.get_by_label("Mã phiếu").fill(code.lower())
    browser_page.get_by_role("button", name="Tra cứu").click()
    browser_page.get_by_text("Chờ tiếp nhận").first.wait_for()
    assert browser_page.context.cookies() == []


def test_without_scripts(link, browser_page, chromium, live_server):
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto(link.path)
    fill(page)
    page.get_by_role("button", name="Gửi đăng ký").click()
    page.get_by_role("heading", name="Đã nhận được đăng ký").wait_for()
    page.get_by_role("link", name="Chỉnh lại").click()
    page.locator("[name=goal]").fill("90 hộ")
    page.get_by_role("button", name="Gửi bản sửa").click()
    page.get_by_text("Đã nhận bản sửa").wait_for()
    assert Submission.objects.get().goal == "90 hộ"
    context.close()


def test_closed_while_typing_everything_stays(link, browser_page):
    browser_page.goto(link.path)
    fill(browser_page)
    RegistrationLink.objects.update(closes=today().replace(year=today().year - 1))
    browser_page.get_by_role("button", name="Gửi đăng ký").click()
    browser_page.locator(".error-summary").wait_for()
    for name, words in TYPED.items():
        assert browser_page.locator(f"[name={name}]").input_value() == words
    RegistrationLink.objects.update(closes=today())
    browser_page.goto(link.path)
    browser_page.get_by_role("button", name="Lấy lại").click()
    assert browser_page.locator("[name=goal]").input_value() == TYPED["goal"]
    browser_page.get_by_role("button", name="Gửi đăng ký").click()
    browser_page.get_by_role("heading", name="Đã nhận được đăng ký").wait_for()
    browser_page.goto(link.path)
    assert browser_page.get_by_role("button", name="Lấy lại").count() == 0, (
        "it has arrived: nothing to bring back"
    )
