"""The app as Minh opens it: with signal once, then without, and with what another app shares."""

import re

import pytest
from playwright.sync_api import Page, expect

from kheo.fieldwork.models import FieldReport
from kheo.offline import words
from kheo.offline.models import Delivery
from kheo.offline.tests.cast import cast, picture, running
from kheo.offline.tests.phone import signed_in, to_screen

pytestmark = pytest.mark.browser

SHARE = """<!doctype html><title>·</title>
<form method="post" enctype="multipart/form-data" action="/thuc-dia/chia-se/">
<input name="title"><input name="text" value="30 hộ ra quân sáng nay">
<input type="file" name="photos" multiple><button>Chia sẻ</button></form>"""


@pytest.fixture
def minh(browser_page, live_server) -> Page:
    """Minh has entered the app once, with signal, and the worker has kept it."""
    people = cast()
    running(people)
    signed_in(browser_page, live_server, people.minh.user)
    browser_page.set_viewport_size({"width": 360, "height": 740})
    browser_page.goto("/thuc-dia/vao/")
    expect(browser_page.get_by_text(said("home.report")).first).to_be_visible()
    browser_page.wait_for_function("navigator.serviceWorker.controller !== null")
    return browser_page


def said(key: str) -> str:
    return words.told()[key]


def kept(page: Page, store: str) -> list:
    return page.evaluate(
        """(store) => new Promise((resolve, reject) => {
            const opening = indexedDB.open('kheo-field');
            opening.onerror = () => reject(opening.error);
            opening.onsuccess = () => {
                const asked = opening.result.transaction(store).objectStore(store).getAll();
                asked.onsuccess = () => { opening.result.close(); resolve(asked.result); };
            };
        })""",
        store,
    )


def test_it_opens_without_signal_and_a_new_version_takes_nothing(minh, monkeypatch):
    minh.context.set_offline(True)
    minh.reload()
    expect(minh.get_by_text(said("home.report")).first).to_be_visible()
    to_screen(minh, "bao-cao")
    minh.get_by_role("button", name=re.compile("Con đường hiến đất")).click()
    minh.locator("textarea").first.fill("Bà con góp công")
    expect(minh.locator(".keep__state")).to_contain_text(said("form.saved").partition("{")[0].strip())
    minh.context.set_offline(False)
    # The office renews the app while something is being written: it waits to be asked.
    monkeypatch.setitem(words.WORDS, "home.report", "Viết báo cáo mới")
    minh.evaluate("navigator.serviceWorker.getRegistration().then((it) => it.update()).then(() => true)")
    with minh.expect_navigation():
        minh.get_by_role("button", name=said("version.use")).click()
    expect(minh.locator("textarea").first).to_have_value("Bà con góp công")
    to_screen(minh, "")
    expect(minh.get_by_text("Viết báo cáo mới").first).to_be_visible()
    assert len(minh.evaluate("caches.keys()")) == 1


def test_what_another_app_shares_becomes_a_report(minh):
    minh.route(
        "**/static/chia-se", lambda route: route.fulfill(content_type="text/html; charset=utf-8", body=SHARE)
    )
    minh.context.set_offline(True)
    minh.goto("/static/chia-se")
    photo = picture("duong.jpg")
    minh.set_input_files(
        "input[type=file]", {"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo.read()}
    )
    minh.get_by_role("button", name="Chia sẻ").click()
    minh.wait_for_url(re.compile(r"/thuc-dia/#/soan/"))
    [draft] = kept(minh, "drafts")
    assert draft["data"]["narrative"] == "30 hộ ra quân sáng nay"
    assert len(draft["photos"]) == 1
    assert kept(minh, "shared") == []
    assert not FieldReport.objects.exists()


def test_what_waits_goes_in_the_background_when_the_app_is_closed(minh, browser_page):
    minh.context.set_offline(True)
    to_screen(minh, "bao-cao")
    minh.get_by_role("button", name=re.compile("Con đường hiến đất")).click()
    expect(minh.locator("textarea").first).to_be_visible()
    envelope = finished(minh)
    minh.goto("about:blank")
    minh.context.set_offline(False)
    # The browser says by itself that there is signal again; here it is told to.
    devtools = minh.context.new_cdp_session(minh)
    seen: list[dict] = []
    updated = "ServiceWorker.workerRegistrationUpdated"
    devtools.on(updated, lambda told: seen.extend(told["registrations"]))
    devtools.send("ServiceWorker.enable")
    minh.wait_for_timeout(300)
    worker = next(each for each in seen if each["scopeURL"].endswith("/thuc-dia/"))
    devtools.send(
        "ServiceWorker.dispatchSyncEvent",
        {
            "origin": worker["scopeURL"].removesuffix("/thuc-dia/"),
            "registrationId": worker["registrationId"],
            "tag": "outbox",
            "lastChance": False,
        },
    )
    for _ in range(50):
        if Delivery.objects.exists():
            break
        minh.wait_for_timeout(100)
    assert str(Delivery.objects.get().envelope) == envelope


def finished(page: Page) -> str:
    """The draft on the screen goes into the outbox as it stands; answers its id."""
    [draft] = kept(page, "drafts")
    page.evaluate(
        """(draft) => new Promise((resolve, reject) => {
            const opening = indexedDB.open('kheo-field');
            opening.onsuccess = () => {
                const change = opening.result.transaction(['drafts', 'outbox'], 'readwrite');
                const {id, kind, as, data} = draft;
                change.objectStore('outbox').put({
                    id, kind, as, data, pack_day: null, form: null, replaces: null, written_at: '',
                    photos: [], send: true, order: 1, state: 'here', photosLeft: 0, number: '',
                });
                change.objectStore('drafts').delete(id);
                change.oncomplete = () => { opening.result.close(); resolve(true); };
                change.onerror = () => reject(change.error);
            };
        })""",
        draft,
    )
    return draft["id"]
