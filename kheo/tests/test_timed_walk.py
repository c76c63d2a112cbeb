"""Three things done by the cast as people do them, counted in presses and keystrokes, and printed.

A longer path fails: each walk may cost a little more than was measured when it was written (docs/walk.md).
"""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from kheo.submissions import limits

pytestmark = [pytest.mark.browser]
PHONE = {"width": 360, "height": 740}


class Hands:
    """One person's hands on a phone: every press and every letter is counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.presses, self.letters = page, 0, 0
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        page.context.set_default_timeout(30_000)

    def press(self, control: Locator) -> None:
        control.click()
        self.presses += 1

    def link(self, name: str, exact: bool = True) -> None:
        self.press(self.page.locator("main").get_by_role("link", name=name, exact=exact).first)

    def button(self, name: str) -> None:
        self.press(self.page.locator("main").get_by_role("button", name=name, exact=True))

    def field(self, label: str) -> Locator:
        # What must be filled in has a star after its label.
        return self.page.locator("main").get_by_label(re.compile(f"^{re.escape(label)}\\s*(\\*|$)")).first

    def type(self, label: str, text: str) -> None:
        """One press to enter the field, then letter by letter."""
        field = self.field(label)
        self.press(field)
        field.press_sequentially(text)
        self.letters += len(text)

    def choose(self, label: str, option: str) -> None:
        """A list on a phone: one press opens it, one takes a line."""
        self.field(label).select_option(label=option)
        self.presses += 2

    def told(self, name: str) -> str:
        return f"{name}: {self.presses} presses, {self.letters} keystrokes"


@pytest.fixture
def tell(capsys: Any) -> Any:
    """Print what was counted also where pytest keeps what tests print."""

    def tell(hands: Hands, name: str, presses: int, letters: int) -> None:
        with capsys.disabled():
            print(f"\n  {hands.told(name)}")
        assert hands.presses <= presses, hands.told(name)
        assert hands.letters <= letters, hands.told(name)

    return tell


def test_from_the_slip_to_the_first_registration(demonstration, browser_page, settings, tell):
    settings.DEMO = False
    code = demonstration("lan").set_temporary_password(by=demonstration("an"))
    hands = Hands(browser_page)
    # The address on the slip.
    browser_page.goto(reverse("account_login"))
    hands.type("Tên đăng nhập hoặc số điện thoại", "lan")
    hands.type("Mật khẩu, hoặc mã trên phiếu", code)
    hands.button("Đăng nhập")
    hands.type("Mật khẩu mới", "Hoa ban no 5 canh")
    hands.type("Nhập lại mật khẩu mới", "Hoa ban no 5 canh")
    hands.button("Lưu mật khẩu mới")
    hands.link("Đăng ký mô hình, điển hình")
    hands.type("Tên mô hình, điển hình", "Đường hoa phụ nữ bản Suối")
    hands.choose("Lĩnh vực", "Văn hóa - xã hội")
    hands.type("Mục tiêu (một câu)", "2 km đường có hoa, 86 hộ chăm")
    hands.button("Gửi đăng ký")
    # Something like it may run nearby: then one looks and goes on.
    again = browser_page.get_by_role("button", name=re.compile("^Đây là mô hình khác|gửi", re.IGNORECASE))
    if "/gui/" in browser_page.url:
        hands.press(again.first)
    expect(browser_page.get_by_role("heading", level=1)).to_contain_text("Đường hoa phụ nữ bản Suối")
    tell(hands, "from the slip to the first registration", presses=13, letters=112)


def test_from_the_qr_code_to_the_receipt(demonstration, browser_page, settings, monkeypatch, tell):
    from kheo.submissions.models import RegistrationLink

    settings.DEMO = False
    # A test types faster than people do, who would be asked to look once more.
    monkeypatch.setattr(limits, "SECONDS_TO_FILL", 0)
    link = RegistrationLink.objects.filter(state="open").earliest("pk")
    hands = Hands(browser_page)
    # What the phone's camera opens.
    browser_page.goto(urlsplit(link.address).path)
    hands.presses += 1
    hands.type("Đơn vị đăng ký", "Chi bộ bản Suối")
    hands.type("Tên mô hình, điển hình", "Góc đọc sách bản Suối")
    hands.choose("Lĩnh vực", "Văn hóa - xã hội")
    hands.type("Mục tiêu (một câu)", "50 em có chỗ đọc sách mỗi tối")
    hands.type("Người liên hệ", "Lô Thị Hạnh")
    hands.press(browser_page.get_by_role("checkbox", name=re.compile("^Tôi đồng ý")))
    hands.button("Gửi đăng ký")
    expect(browser_page.get_by_role("heading", name="Mã phiếu")).to_be_visible()
    tell(hands, "from the QR code to the receipt", presses=10, letters=84)


def test_the_half_year_report_of_35_initiatives(demonstration, browser_page, sign_in, settings, tell):
    from kheo.demo.people import post_of
    from kheo.fieldwork.models import UnitReport
    from kheo.fieldwork.models.unit_reports import covered_by
    from kheo.initiatives.models import Initiative

    settings.DEMO = False
    minh = post_of("minh", "reporter")
    known = list(covered_by(minh))
    like = known[0]
    for number in range(len(known) + 1, 36):
        Initiative.objects.create(
            name=f"Tổ liên gia số {number}",
            movement=like.movement,
            field=like.field,
            owner=minh.unit,
            area=minh.unit.area,
            state=Initiative.State.RUNNING,
            started_on=like.started_on,
            sample=True,
        )
    hands = Hands(sign_in(demonstration("minh")))
    browser_page.goto(reverse("our_unit"))
    hands.link("Viết báo cáo đến hạn")
    rows = browser_page.locator("select[name^=line_]")
    lines = rows.count()
    assert lines == 35
    hands.button("Tất cả đều tốt")
    # Two exceptions.
    for name, standing, note in [
        ("Tổ liên gia số 20", "cần củng cố", "Tổ trưởng nghỉ ốm"),
        ("Tổ liên gia số 31", "dừng", "Đã nhập với tổ số 30"),
    ]:
        hands.choose(f"Tình hình: {name}", standing)
        hands.type(f"Ghi chú: {name}", note)
    hands.type("Kết quả", "33 mô hình duy trì tốt, 1.204 hộ tham gia.")
    hands.button("Gửi báo cáo")
    expect(browser_page.locator("main")).to_contain_text("33 mô hình duy trì tốt")
    report = UnitReport.objects.filter(unit=minh.unit).latest("pk")
    assert report.state == "sent"
    counted = report.counts()
    assert (counted["weak"], counted["stopped"], counted["same"]) == (1, 1, 0)
    assert counted["good"] == lines - 2
    tell(hands, "the half-year report of 35 initiatives", presses=11, letters=87)
