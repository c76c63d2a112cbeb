"""Every page of the room in a real browser, and the path from a pasted text to an accepted answer."""

import pytest
from playwright.sync_api import expect

from kheo.directives.models import Directive, Duty

from .circle import TEXT, circle, directive, duties_today, duty_of

pytestmark = pytest.mark.browser


def test_pages_hold_to_the_rules(sign_in, visit_all):
    at = circle()
    made = duties_today(at)
    waiting = directive(at, confirmed=False, number="78-KH/BTGDVTU")
    title = {"span": [88, 140], "confidence": 0.3, "reason": "no title under the type"}
    waiting.reading = {"fields": {"title": title}}
    waiting.save()
    made.references.create(number="88-CT/TU", written="Chỉ thị số 88-CT/TU", start=150, end=170)
    duty = duty_of(made, at.dang_uy_tam_quang)
    duty.reply(at.minh, status="under_way", results="Đã ban hành kế hoạch.", period="")
    sign_in(at.hoa.user)
    visit_all(
        [
            "/chi-dao/",
            "/chi-dao/nhap/",
            f"/chi-dao/{made.pk}/",
            f"/chi-dao/{waiting.pk}/xac-nhan/",
            f"/chi-dao/{made.pk}/giao-viec/",
            f"/chi-dao/{made.pk}/tiep-noi/",
            f"/chi-dao/{made.pk}/rut/",
            "/chi-dao/bang/",
            "/chi-dao/cho-duyet/",
            f"/chi-dao/don-vi/{at.dang_uy_tam_quang.pk}/",
            f"/chi-dao/viec/{duty.pk}/",
        ]
    )
    sign_in(at.minh.user)
    visit_all([f"/chi-dao/don-vi/{at.dang_uy_tam_quang.pk}/?show=all", f"/chi-dao/viec/{duty.pk}/tra-loi/"])


@pytest.mark.path
def test_from_a_pasted_text_to_an_accepted_answer(sign_in, send):
    at = circle()
    page = sign_in(at.hoa.user)
    page.goto("/chi-dao/")
    page.get_by_role("link", name="Nhập văn bản").first.click()
    page.get_by_label("Dán toàn văn").fill(TEXT)
    page.get_by_role("button", name="Đọc văn bản").click()
    # A field's words light up while one is in it, also for who was there before the page's script had come.
    page.get_by_label("Số, ký hiệu").focus()
    expect(page.locator(".is-lit").first).to_have_text("77-KH/BDVTU")
    page.get_by_role("button", name="Xác nhận", exact=True).click()
    send(page.get_by_role("button", name="Giao 3 nhiệm vụ"))
    made = Directive.objects.get()
    duty = Duty.objects.get(assignment__directive=made, unit=at.old_commune)
    page = sign_in(at.minh.user)
    page.goto("/chi-dao/cua-toi/")
    page.get_by_role("button", name="Đã tiếp nhận văn bản").click()
    page.get_by_role("link", name="Trả lời nhiệm vụ 1").click()
    page.get_by_label("Tình hình thực hiện").select_option("done")
    page.get_by_role("textbox", name="Kết quả").fill("12/12 xóm đã học tập, quán triệt.")
    send(page.get_by_role("button", name="Gửi trả lời"))
    page = sign_in(at.binh.user)
    page.goto("/chi-dao/cho-duyet/")
    send(page.get_by_role("button", name="Chấp nhận"))
    duty.refresh_from_db()
    assert duty.state == "accepted"
