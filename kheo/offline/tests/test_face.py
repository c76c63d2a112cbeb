"""Minh works on his phone as he sees it: Vietnamese screens, no signal, and the numbers when it is back."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from kheo.fieldwork.models import FieldReport, UnitReport
from kheo.initiatives.models import Initiative
from kheo.offline.models import Delivery, Phone
from kheo.offline.tests.cast import accepted, cast, picture, running
from kheo.offline.tests.phone import signed_in, to_screen

pytestmark = pytest.mark.browser

ZALO = (
    "Mozilla/5.0 (Linux; Android 7.0; SM-G610F) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
    "Chrome/119.0.6045.66 Mobile Safari/537.36 Zalo android/12070567 ZaloTheme/light ZaloLanguage/vi"
)
AGAIN = "Sửa lại"


@pytest.fixture
def people():
    return cast()


@pytest.fixture
def phone(browser_page, live_server, people) -> Page:
    """A phone on which Minh has signed in on the website, and not yet opened the app."""
    signed_in(browser_page, live_server, people.minh.user)
    browser_page.set_viewport_size({"width": 360, "height": 740})
    return browser_page


def enter(page: Page) -> None:
    """Through the door, until the worker keeps the app."""
    page.goto("/thuc-dia/vao/")
    expect(page.get_by_role("heading", name=re.compile("^Chào đồng chí"))).to_be_visible()
    page.wait_for_function("() => navigator.serviceWorker.controller !== null", timeout=120_000)


def photos(count: int) -> list[dict]:
    colours = ["green", "olive", "brown"]
    return [
        {"name": f"anh-{n}.jpg", "mimeType": "image/jpeg", "buffer": picture(colour=colours[n]).read()}
        for n in range(count)
    ]


def choose(page: Page, name: str, label: str) -> None:
    """One of a few is a row of buttons, one of some a list."""
    if page.locator(f"select#f-{name}").count():
        page.locator(f"#f-{name}").select_option(label=label)
    else:
        page.locator(f"#f-{name}-group").get_by_text(label, exact=True).click()


def review_and_put(page: Page) -> None:
    page.get_by_role("button", name="Xem lại và gửi").click()
    expect(page.get_by_role("heading", name="Xem lại lần cuối")).to_be_focused()
    page.get_by_role("button", name="Cho vào hộp gửi").click()
    expect(page.get_by_text("trên máy này").first).to_be_visible()


def test_what_is_invented_carries_its_mark_in_lists_and_on_its_page(phone, people):
    running(people)
    fish = running(people, "Thả cá giống").initiative
    Initiative.objects.filter(pk=fish.pk).update(sample=True)
    enter(phone)
    mine = phone.get_by_role("region", name="Mô hình của tôi")
    expect(mine.get_by_role("link", name=re.compile("Thả cá giống mẫu"))).to_be_visible()
    expect(mine.get_by_text("mẫu", exact=True)).to_have_count(1)
    to_screen(phone, f"mo-hinh/{fish.pk}")
    expect(phone.get_by_role("heading", name="Thả cá giống")).to_be_visible()
    # On itself, and on the registration sent about it.
    expect(phone.get_by_role("main").get_by_text("mẫu", exact=True)).to_have_count(2)
    phone.get_by_role("main").get_by_role("link", name=re.compile("Thả cá giống")).click()
    expect(phone.get_by_role("heading", name="Thả cá giống")).to_be_focused()
    expect(phone.get_by_role("main").get_by_text("mẫu", exact=True)).to_have_count(1)


def test_a_page_the_worker_passed_by_is_taken_over_too(phone, people):
    enter(phone)
    # As after any reload past the cache, or a press made while the worker was about to take over.
    phone.context.new_cdp_session(phone).send("Page.reload", {"ignoreCache": True})
    phone.wait_for_function("() => navigator.serviceWorker.controller !== null")


def test_a_server_that_stumbles_is_told_on_each_screen_and_photos_on_their_way_in_the_lists(
    chromium, live_server, people
):
    running(people)
    # Without a worker: what it sends by itself would meet no fault.
    context = chromium.new_context(
        base_url=live_server.url, viewport={"width": 360, "height": 740}, service_workers="block"
    )
    page = context.new_page()
    signed_in(page, live_server, people.minh.user)
    page.goto("/thuc-dia/vao/")
    # Words arrive; what takes the photos has a fault.
    context.route("**/api/v1/photos*", lambda route: route.fulfill(status=502, body="Bad Gateway"))
    page.get_by_role("link", name="Viết báo cáo").click()
    page.get_by_role("button", name=re.compile("Con đường hiến đất")).click()
    page.get_by_label("Những việc đã làm").fill("Bà con góp công mở đường")
    page.locator("#f-happened_on").fill("5/7/2026")
    page.locator("input[type=file][multiple]").set_input_files(photos(2))
    expect(page.get_by_role("img", name="Ảnh 2/2")).to_be_visible()
    page.get_by_role("button", name="Xem lại và gửi").click()
    page.get_by_role("button", name="Gửi ngay").click()
    trouble = page.get_by_text(re.compile("^Máy chủ của cơ quan đang trục trặc"))
    expect(trouble).to_be_visible(timeout=20_000)
    page.get_by_role("link", name=re.compile("Hộp gửi")).click()
    expect(trouble).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("còn 2 ảnh chưa gửi xong"))).to_be_visible()
    # On the narrowest phone its state stands beside the app's name, not over it.
    name, state = page.locator(".wordmark span"), page.locator(".net")
    before, after = name.bounding_box(), state.bounding_box()
    assert before["x"] + before["width"] <= after["x"]
    assert after["height"] < 2 * before["height"]
    context.close()


def test_a_week_without_signal_and_the_numbers_afterwards(phone, people):
    road = running(people)
    # The phone is not his yet: the door says what it is for and what is needed.
    phone.goto("/thuc-dia/")
    expect(phone.get_by_role("heading", name="Làm việc khi không có sóng")).to_be_visible()
    phone.get_by_role("link", name="Đăng nhập trên máy này").click()
    expect(phone.get_by_role("heading", name=re.compile("^Chào đồng chí"))).to_be_visible()
    phone.wait_for_function("() => navigator.serviceWorker.controller !== null", timeout=120_000)
    assert Phone.objects.get().user == people.minh.user
    expect(phone.get_by_text("Có mạng")).to_be_visible()

    phone.context.set_offline(True)
    phone.reload()
    expect(phone.get_by_text("Không có sóng", exact=True)).to_be_visible()

    # He registers an initiative; what is missing is said next to the field, and the first has the focus.
    phone.get_by_role("button", name="Đăng ký mô hình mới").click()
    phone.get_by_role("button", name="Xem lại và gửi").click()
    expect(phone.get_by_label("Tên mô hình")).to_be_focused()
    expect(phone.locator("#f-name-error")).to_have_text("Mục này còn trống.")
    phone.get_by_label("Tên mô hình").fill("Ngõ sạch vườn xanh")
    choose(phone, "field", "Kinh tế")
    phone.get_by_label("Xóm, bản").fill("bản Bãi Xa")
    phone.get_by_label("Mục tiêu").fill("86 hộ cùng tham gia")
    phone.locator("#f-contact_name").fill("Vi Thị Mai")
    expect(phone.get_by_text(re.compile("^Đã lưu trên máy này lúc"))).to_be_visible()
    review_and_put(phone)

    # And a report from the road with three photos; the app is closed in between.
    phone.get_by_role("link", name="Trang chính").first.click()
    phone.get_by_role("link", name="Viết báo cáo").click()
    phone.get_by_role("button", name=re.compile("Con đường hiến đất")).click()
    phone.get_by_label("Những việc đã làm").fill("Bà con góp công mở đường")
    phone.locator("#f-happened_on").fill("5/7/2026")
    phone.locator("input[type=file][multiple]").set_input_files(photos(3))
    expect(phone.get_by_role("img", name="Ảnh 3/3")).to_be_visible()
    phone.reload()
    expect(phone.locator("#f-narrative")).to_have_value("Bà con góp công mở đường")
    expect(phone.get_by_role("img", name="Ảnh 3/3")).to_be_visible()
    review_and_put(phone)
    phone.get_by_role("link", name=re.compile("Hộp gửi")).click()
    expect(phone.get_by_text("trên máy này")).to_have_count(2)
    assert not FieldReport.objects.exists()

    phone.context.set_offline(False)
    expect(phone.get_by_text(re.compile("^đã nhận, số "))).to_have_count(2, timeout=30_000)
    expect(phone.get_by_text("Không có gì chờ gửi")).to_be_visible()
    report = FieldReport.objects.get()
    assert (report.state, report.initiative) == ("sent", road.initiative)
    assert Initiative.objects.filter(name="Ngõ sạch vườn xanh").exists()
    number = Delivery.objects.get(record_type="fieldwork.fieldreport").number
    phone.get_by_role("link", name=re.compile(number)).click()
    expect(phone.locator(".receipt strong")).to_have_text(number)

    # The desk sends it back; the reason and what he had written come to the phone.
    report.return_(by=people.nga, reason="Ghi thêm số hộ tham gia.")
    phone.get_by_role("link", name="Máy này").click()
    phone.get_by_role("button", name="Tải mới").click()
    phone.get_by_role("link", name="Trang chính").first.click()
    phone.get_by_role("link", name=re.compile("Ghi thêm số hộ")).click()
    phone.get_by_role("button", name=AGAIN).click()
    expect(phone.locator("#f-narrative")).to_have_value("Bà con góp công mở đường")


def test_in_zalos_browser_nothing_can_be_typed_before_chrome_is_offered(chromium, live_server):
    context = chromium.new_context(base_url=live_server.url, user_agent=ZALO, locale="vi-VN")
    page = context.new_page()
    page.goto("/thuc-dia/")
    expect(page.get_by_role("heading", name="Hãy mở bằng Chrome")).to_be_visible()
    address = page.get_by_role("link", name="Mở bằng Chrome").get_attribute("href")
    host = live_server.url.removeprefix("http://")
    assert address.startswith(f"intent://{host}/thuc-dia/#Intent;scheme=http;package=com.android.chrome;")
    expect(page.get_by_label("Hoặc chép địa chỉ")).to_have_value(f"{live_server.url}/thuc-dia/")
    # Nothing was opened that could hold a draft.
    assert page.evaluate("indexedDB.databases()") == []
    context.close()


SCREENS = [
    "",
    "bao-cao",
    "mo-hinh",
    "mo-hinh/{initiative}",
    "hop-gui",
    "da-gui",
    "dien-thoai",
    "soan/{report}",
    "soan/{report}/xem",
    "soan/{registration}",
    "soan/{unit_report}",
]


@pytest.mark.parametrize("state", ["full", "empty"])
def test_every_screen_is_open_to_everyone(phone, people, axe: Callable[..., None], state):
    named = {"initiative": 0}
    if state == "full":
        road = running(people)
        running(people, "Bếp ăn tình thương")
        accepted(people, road)
        named["initiative"] = road.initiative_id
    enter(phone)
    for button, kind in [("Đăng ký mô hình mới", "registration"), ("Báo cáo định kỳ", "unit_report")]:
        to_screen(phone, "")
        phone.get_by_role("button", name=re.compile(button)).first.click()
        phone.wait_for_url(re.compile("#/soan/"))
        named[kind] = phone.url.rpartition("/")[2]
    if state == "full":
        to_screen(phone, "bao-cao")
        phone.get_by_role("button", name=re.compile("Con đường")).click()
        phone.wait_for_url(re.compile("#/soan/"))
        named["report"] = phone.url.rpartition("/")[2]
        phone.locator("input[type=file][multiple]").set_input_files(photos(2))
        expect(phone.get_by_role("img", name="Ảnh 2/2")).to_be_visible()
    faults = []
    for screen in SCREENS:
        try:
            path = screen.format(**named)
        except KeyError:
            continue
        for width, scheme in ((360, "dark"), (1280, "light")):
            phone.set_viewport_size({"width": width, "height": 800})
            phone.emulate_media(color_scheme=scheme)
            to_screen(phone, path)
            expect(phone.get_by_role("heading", level=1)).to_have_count(1)
            beyond = phone.evaluate(
                "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            )
            if beyond > 0:
                faults.append(f"#/{path} at {width} px scrolls sideways by {beyond} px")
            axe(phone)
    assert not faults, "\n".join(faults)


def test_the_units_report_and_the_years_list_in_one_sitting(phone, people):
    roads = [running(people, name) for name in ("Con đường hiến đất", "Bếp ăn tình thương", "Đường hoa")]
    enter(phone)
    phone.context.set_offline(True)
    phone.reload()
    phone.get_by_role("button", name=re.compile("Báo cáo định kỳ của đơn vị")).click()
    group = phone.get_by_role("group", name=re.compile("Bếp ăn tình thương"))
    phone.get_by_role("button", name=re.compile("^Tất cả: tốt")).click()
    group.get_by_role("radio", name="dừng").check()
    # To stop one needs a word why; the others ask for nothing.
    expect(phone.get_by_label("Lý do dừng: Bếp ăn tình thương")).to_be_visible()
    phone.get_by_label("Lý do dừng: Bếp ăn tình thương").fill("Hết kinh phí")
    phone.get_by_label("Từ ngày", exact=True).fill("01/07/2026")
    phone.get_by_label("Đến ngày", exact=True).fill("30/09/2026")
    phone.locator("#f-results").fill("Ba mô hình, hai mô hình tốt.")
    review_and_put(phone)
    phone.context.set_offline(False)
    expect(phone.locator(".receipt strong")).to_be_visible(timeout=30_000)
    page = UnitReport.objects.get()
    assert {line.initiative.name: line.standing for line in page.lines.all()} == {
        "Con đường hiến đất": "good",
        "Bếp ăn tình thương": "stopped",
        "Đường hoa": "good",
    }
    assert page.lines.get(initiative=roads[1].initiative).note == "Hết kinh phí"
