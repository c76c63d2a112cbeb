"""Hoa registers for the commune she stands in: found on her phone by the borders there, told to nobody."""

import re

import pytest
from playwright.sync_api import Page, expect

from kheo.initiatives.models import Initiative
from kheo.offline.tests.cast import cast
from kheo.offline.tests.phone import Handset, signed_in
from kheo.places import borders
from kheo.places.models import Area, AreaCode
from kheo.units.models import Post
from kheo.units.tests.cast import SINCE, area, post, unit

pytestmark = pytest.mark.browser

USE = "Dùng vị trí của tôi"
# Deep in xã Tam Quang, and beyond the border with Laos.
TAM_QUANG = {"longitude": 104.61964, "latitude": 19.13715, "accuracy": 18.4}
LAOS = {"longitude": 103.21964, "latitude": 19.43715, "accuracy": 18.4}
# Around it, and further away: so many that one looks for a word instead of reading them all.
NAMES = {
    "16936": "Tam Thái",
    "16909": "Yên Hòa",
    "16912": "Yên Na",
    "17248": "Châu Khê",
    "16876": "Tương Dương",
    "16903": "Nga My",
    "17254": "Con Cuông",
    "16870": "Na Ngoi",
    "16882": "Nhôn Mai",
}


@pytest.fixture
def people(transactional_db):
    made = cast()
    bear(made.tam_quang, "16933")
    bear(made.world.tam_hop, "17059")
    for code, name in NAMES.items():
        bear(area("commune", "xã", name, made.world.province), code)
    return made


def bear(commune: Area, code: str) -> None:
    AreaCode.objects.create(area=commune, code=code, valid_from=SINCE)


def elsewhere(people) -> Post:
    """Tuấn registers for another province, with communes of its own."""
    ha_tinh = area("province", "tỉnh", "Hà Tĩnh")
    for name in ("Đức Thọ", "Hương Sơn"):
        area("commune", "xã", name, ha_tinh)
    return post(people.world.tuan, unit("Tỉnh ủy Hà Tĩnh", ha_tinh, "cap_uy"), "specialist", "place")


def by_the_border() -> dict[str, float]:
    """On the line between Tam Quang and Tam Thái."""
    lines = [borders.shapes()[code]["coordinates"][0] for code in ("16933", "16936")]
    shared = [point for point in lines[0] if point in set(lines[1])]
    x, y = shared[len(shared) // 2]
    return {"longitude": x, "latitude": y, "accuracy": 12}


def allow(page: Page, place: dict[str, float]) -> None:
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation(place)


def enter(page: Page, live_server, user) -> Page:
    signed_in(page, live_server, user)
    page.set_viewport_size({"width": 360, "height": 740})
    page.goto("/thuc-dia/vao/")
    expect(page.get_by_role("heading", name=re.compile("^Chào đồng chí"))).to_be_visible()
    page.wait_for_function("() => navigator.serviceWorker.controller !== null", timeout=120_000)
    page.wait_for_function(
        """() => new Promise((resolve) => {
            const opening = indexedDB.open('kheo-field');
            opening.onsuccess = () => {
                const asked = opening.result.transaction('pack').objectStore('pack').get('borders');
                asked.onsuccess = () => { opening.result.close(); resolve(Boolean(asked.result)); };
            };
        })"""
    )
    return page


@pytest.fixture
def hoa(browser_page, live_server, people) -> Page:
    return enter(browser_page, live_server, people.hoa.user)


def registration(page: Page) -> Page:
    page.get_by_role("button", name="Đăng ký mô hình mới").first.click()
    expect(page.get_by_role("button", name=USE)).to_be_visible()
    return page


def all_that_is_kept(page: Page) -> str:
    """Every row of every database, every word of the other stores, every address kept by the worker."""
    return page.evaluate(
        """async () => {
            const kept = [{...localStorage}, {...sessionStorage}, document.cookie, location.href];
            for (const {name} of await indexedDB.databases()) {
                const db = await new Promise((resolve) => {
                    const opening = indexedDB.open(name);
                    opening.onsuccess = () => resolve(opening.result);
                });
                for (const store of db.objectStoreNames) {
                    const asked = db.transaction(store).objectStore(store).getAll();
                    kept.push(await new Promise((resolve) => asked.onsuccess = () => resolve(asked.result)));
                }
                db.close();
            }
            for (const name of await caches.keys())
                for (const request of await (await caches.open(name)).keys()) kept.push(request.url);
            return JSON.stringify(kept);
        }"""
    )


def tells(text: str) -> list[str]:
    """What in a text gives away where one stood, to a hundredth of a degree, or how well it was known."""
    # A second and its parts ("…T01:42:18.487Z") read like a measure.
    without_moments = re.sub(r"\d\d:\d\d:\d\d(\.\d+)?", "", text)
    return re.findall(r"104\.61\d*|19\.13\d*|18\.4\d*", without_moments)


def test_what_tells_a_place_is_not_a_moment():
    assert tells('{"latitude":19.13715,"accuracy":18.4}') == ["19.13715", "18.4"]
    assert not tells('{"kept":"2026-11-30T01:42:18.487Z","sent":"2026-11-30T01:42:19.131+00:00"}')


def test_the_commune_is_found_without_signal_and_nothing_else_is_kept_or_sent(hoa, people):
    asked: list[str] = []
    hoa.context.on("request", lambda request: asked.append(f"{request.url} {request.post_data or ''}"))
    allow(hoa, TAM_QUANG)
    hoa.context.set_offline(True)
    hoa.reload()
    registration(hoa)
    hoa.get_by_label("Tên mô hình").fill("Ngõ sạch vườn xanh")
    hoa.get_by_role("button", name=USE).click()
    expect(hoa.locator(".position__told")).to_have_text(
        "Đồng chí đang ở xã Tam Quang (sai số khoảng 20 m). Đã chọn; có thể chọn lại trong danh sách."
    )
    expect(hoa.locator("#f-commune")).to_have_value("Xã Tam Quang")
    expect(hoa.get_by_role("button", name=USE)).to_be_focused()
    # What is kept is what choosing from the list would have kept.
    kept = all_that_is_kept(hoa)
    assert f'"commune":"{people.tam_quang.pk}"' in kept
    assert "Ngõ sạch vườn xanh" in kept
    assert not tells(kept)
    hoa.locator("#f-field-group").get_by_text("Kinh tế", exact=True).click()
    hoa.get_by_label("Mục tiêu").fill("86 hộ cùng tham gia")
    hoa.locator("#f-contact_name").fill("Vi Thị Mai")
    hoa.get_by_role("button", name="Xem lại và gửi").click()
    expect(hoa.get_by_text("Xã Tam Quang", exact=True)).to_be_visible()
    hoa.get_by_role("button", name="Cho vào hộp gửi").click()
    hoa.context.set_offline(False)
    expect(hoa.locator(".receipt strong")).to_be_visible(timeout=30_000)
    assert Initiative.objects.get(name="Ngõ sạch vườn xanh").commune == people.tam_quang
    assert any("/deliveries" in each for each in asked)
    assert not [each for each in asked if tells(each)]
    assert not tells(all_that_is_kept(hoa))


def test_by_a_border_the_person_says_which_and_can_change_it(hoa):
    allow(hoa, by_the_border())
    registration(hoa)
    hoa.get_by_role("button", name=USE).click()
    which = hoa.get_by_role("group", name="Đồng chí đang ở gần ranh giới. Đây là nơi nào?")
    expect(which.get_by_role("button")).to_have_count(2)
    expect(hoa.locator("#f-commune")).to_have_value("")
    which.get_by_role("button", name="xã Tam Thái").click()
    expect(hoa.locator("#f-commune")).to_have_value("Xã Tam Thái")
    expect(which).to_have_count(0)
    # And another from the list, as ever.
    hoa.locator("#f-commune").fill("nga my")
    hoa.get_by_role("option", name="Xã Nga My").click()
    expect(hoa.locator("#f-commune")).to_have_value("Xã Nga My")


def test_a_phone_that_may_not_tell_leaves_the_list(hoa):
    hoa.context.grant_permissions([])
    registration(hoa)
    hoa.get_by_role("button", name=USE).click()
    expect(hoa.locator(".position__told")).to_contain_text("Máy không được phép cho ứng dụng biết vị trí")
    hoa.locator("#f-commune").fill("tam quang")
    hoa.get_by_role("option", name="Xã Tam Quang").click()
    expect(hoa.locator("#f-commune")).to_have_value("Xã Tam Quang")


def test_who_chooses_from_the_list_meanwhile_waits_for_nothing(hoa):
    hoa.context.grant_permissions(["geolocation"])
    hoa.evaluate(
        """() => {
            globalThis.left = [];
            navigator.geolocation.watchPosition = () => 7;
            navigator.geolocation.clearWatch = (watch) => left.push(watch);
        }"""
    )
    registration(hoa)
    hoa.get_by_role("button", name=USE).click()
    expect(hoa.get_by_role("button", name="Đang tìm vị trí…")).to_be_visible()
    hoa.get_by_role("button", name="Thôi tìm").click()
    expect(hoa.get_by_role("button", name=USE)).to_be_visible()
    hoa.get_by_role("button", name=USE).click()
    expect(hoa.get_by_role("button", name="Thôi tìm")).to_be_visible()
    hoa.locator("#f-commune").fill("tam quang")
    hoa.get_by_role("option", name="Xã Tam Quang").click()
    expect(hoa.get_by_role("button", name=USE)).to_be_visible()
    assert hoa.evaluate("left") == [7, 7]
    expect(hoa.locator(".position__told")).to_have_count(0)


def test_whoever_stands_in_a_commune_of_others_is_told_so(browser_page, live_server, people):
    tuan = elsewhere(people)
    Post.objects.filter(user=tuan.user).exclude(pk=tuan.pk).delete()
    page = enter(browser_page, live_server, tuan.user)
    allow(page, TAM_QUANG)
    registration(page)
    page.get_by_role("button", name=USE).click()
    expect(page.locator(".position__told")).to_contain_text(
        "Đồng chí đang ở xã Tam Quang, không thuộc nơi đồng chí được đăng ký"
    )
    expect(page.get_by_role("radio", name="Xã Đức Thọ")).not_to_be_checked()


# ---- the engine alone ----


@pytest.fixture
def engine(browser_page, live_server, people) -> Handset:
    signed_in(browser_page, live_server, people.hoa.user)
    phone = Handset(browser_page).open()
    phone("engine.register()")
    phone("engine.refreshPack()")
    return phone


ASK = "engine.whereAmI({seconds: given})"


def test_outside_every_commune_is_no_commune(engine):
    allow(engine.page, LAOS)
    assert engine(ASK, 5)["communes"] == []
    allow(engine.page, TAM_QUANG)
    assert [each["name"] for each in engine(ASK, 5)["communes"]] == ["xã Tam Quang"]


def test_what_the_phone_knows_too_badly_is_not_guessed_from(engine):
    allow(engine.page, {**TAM_QUANG, "accuracy": 21_300})
    assert "sai số khoảng 21,3 km" in engine.tries(ASK, 0.5)
    # Good enough here in the middle, though it would not be by a border.
    allow(engine.page, {**TAM_QUANG, "accuracy": 3_000})
    assert len(engine(ASK, 0.5)["communes"]) == 1
    allow(engine.page, {**by_the_border(), "accuracy": 3_000})
    found = engine(ASK, 0.5)
    assert len(found["communes"]) > 1
    assert found["metres"] == 3_000


def test_a_better_fix_is_waited_for_as_long_as_it_may_help(engine):
    engine.page.context.grant_permissions(["geolocation"])
    engine(
        """navigator.geolocation.watchPosition = (seen) => {
            const fix = (accuracy) => seen({coords: {...given, accuracy}});
            setTimeout(fix, 10, 30000);
            setTimeout(fix, 60, 4000);
            setTimeout(fix, 120, 25);
            return 1;
        }, null""",
        {"longitude": 104.66, "latitude": 19.105},
    )
    found = engine(ASK, 5)
    assert found["metres"] < 4000


def test_no_position_no_permission_no_borders_are_three_sentences(engine):
    context = engine.page.context
    context.grant_permissions([])
    assert engine.tries(ASK, 5).startswith("Máy không được phép")
    context.grant_permissions(["geolocation"])
    devtools = context.new_cdp_session(engine.page)
    devtools.send("Emulation.setGeolocationOverride", {})
    assert engine.tries(ASK, 5).startswith("Máy không tìm được vị trí")
    allow(engine.page, TAM_QUANG)
    engine.page.evaluate(
        """() => new Promise((resolve) => {
            const opening = indexedDB.open('kheo-field');
            opening.onsuccess = () => {
                const change = opening.result.transaction('pack', 'readwrite');
                change.objectStore('pack').delete('borders');
                change.oncomplete = () => { opening.result.close(); resolve(); };
            };
        })"""
    )
    context.set_offline(True)
    engine.until("!s.online")
    assert engine.tries(ASK, 5).startswith("Ranh giới các xã, phường chưa có trên máy này")
    # With signal they come at the press.
    context.set_offline(False)
    engine.until("s.online")
    assert [each["name"] for each in engine(ASK, 5)["communes"]] == ["xã Tam Quang"]


def test_a_search_can_be_given_up(engine):
    engine.page.context.grant_permissions(["geolocation"])
    engine("navigator.geolocation.watchPosition = () => 3, null")
    told = engine(
        """(async () => {
            const search = new AbortController();
            setTimeout(() => search.abort(), 50);
            return engine.whereAmI({signal: search.signal}).catch((error) => error.name);
        })()"""
    )
    assert told == "AbortError"


def test_the_worker_and_other_pages_never_ask(live_server, people, client):
    client.force_login(people.hoa.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    for path, policy in (
        ("/thuc-dia/", "geolocation=(self)"),
        ("/", "geolocation=()"),
        ("/thuc-dia/sw.js", "geolocation=()"),
        ("/khong-co-trang-nay/", "geolocation=()"),
    ):
        assert client.get(path).headers["Permissions-Policy"] == policy, path


def test_a_page_of_the_website_cannot_ask(chromium, live_server, people):
    # Not the watched page: the browser logs the breach it refuses.
    context = chromium.new_context(base_url=live_server.url)
    page = context.new_page()
    signed_in(page, live_server, people.hoa.user)
    allow(page, TAM_QUANG)
    page.goto("/")
    ask = "navigator.geolocation.getCurrentPosition(() => done(0), (no) => done(no.code))"
    assert page.evaluate(f"new Promise((done) => {ask})") == 1
    context.close()
