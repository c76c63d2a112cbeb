"""Minh's phone in real Chromium: what he writes on the hillside reaches the office once, whatever breaks."""

import io
import json
import secrets
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Error

from kheo.fieldwork.models import FieldReport
from kheo.files import types
from kheo.lib.periods import today
from kheo.offline.models import Delivery, Phone
from kheo.offline.tests.cast import cast, running
from kheo.offline.tests.phone import Handset, signed_in

pytestmark = pytest.mark.browser

NARRATIVE = "Bà con góp công mở đường"
WRITTEN = {
    "happened_on": "05/07/2026",
    "span": "days",
    "narrative": NARRATIVE,
    "reached": "120 m đường",
    "households": "86",
}

SIZE_OF = "engine.photoBlob(...given).then((blob) => blob.size)"
BYTES_OF = "engine.photoBlob(...given).then(async (blob) => [...new Uint8Array(await blob.arrayBuffer())])"
THEIRS = ("drafts", "photos", "outbox", "sent", "pack", "shared")


@pytest.fixture
def people(transactional_db):
    made = cast()
    made.road = running(made)
    return made


@pytest.fixture
def handset(browser_page, live_server, people):
    """handset(post=…) -> a phone of that person; the second has a browser of its own."""
    pages = [browser_page]

    def handset(post=None, *, register: bool = True) -> Handset:
        chromium = browser_page.context.browser
        page = pages.pop() if pages else chromium.new_context(base_url=live_server.url).new_page()
        signed_in(page, live_server, (post or people.minh).user)
        phone = Handset(page).open()
        if register:
            phone("engine.register()")
        return phone

    return handset


def about(people, **changed):
    return {**WRITTEN, "initiative": str(people.road.initiative_id), **changed}


def test_written_without_signal_and_sent_when_it_comes_back(handset, people):
    minh = handset()
    minh.page.context.set_offline(True)
    draft = minh.write("report", about(people))
    minh("engine.finish(given)", draft)
    minh.until("s.outbox[0]?.state === 'here'")
    assert not FieldReport.objects.exists()
    minh.page.context.set_offline(False)
    minh.until("s.sent.length === 1")
    report = FieldReport.objects.get()
    assert (report.state, str(report.series)) == ("sent", draft)
    shows = minh.shows
    assert (shows["outbox"], shows["drafts"]) == ([], [])
    assert shows["sent"][0]["number"] == Delivery.objects.get().number


def test_a_phone_killed_at_a_keystroke_has_every_keystroke(own_browser, live_server, people):
    page = own_browser.open(service_workers="block")
    signed_in(page, live_server, people.minh.user)
    minh = Handset(page).open()
    minh("engine.register()")
    page.context.set_offline(True)
    waiting = minh.write("report", about(people))
    minh("engine.finish(given)", waiting)
    draft = minh("engine.newDraft('report', {data: {initiative: given}})", str(people.road.initiative_id))
    for length in range(1, len(NARRATIVE) + 1):
        minh("engine.save(...given)", [draft, "narrative", NARRATIVE[:length]])
    photo = minh.photo(draft, width=640, height=480)
    own_browser.kill()

    minh = Handset(own_browser.open(service_workers="block")).open()
    [found] = minh.shows["drafts"]
    assert (found["id"], found["data"]["narrative"]) == (draft, NARRATIVE)
    assert minh(SIZE_OF, [draft, photo["sha256"]]) == photo["size"]
    # Opened again with signal, what waited goes without being asked.
    minh.until("s.sent.length === 1")
    assert str(FieldReport.objects.get().series) == waiting


def test_what_needs_attention_is_corrected_and_takes_the_place_of_the_first(handset, people):
    minh = handset()
    draft = minh.write("report", about(people, happened_on="hôm kia"))
    minh("engine.finish(given)", draft)
    minh.until("s.outbox[0]?.state === 'attention'")
    [item] = minh.shows["outbox"]
    assert "happened_on" in item["errors"]
    assert item["sentence"]
    assert minh("engine.edit(given)", draft) == draft
    [again] = minh.shows["drafts"]
    assert (again["replaces"], again["errors"], minh.shows["outbox"]) == (item["content"], item["errors"], [])
    minh("engine.save(...given)", [draft, "happened_on", "05/07/2026"])
    minh("engine.finish(given)", draft)
    minh.until("s.sent.length === 1 && !s.outbox.length")
    assert set(Delivery.objects.values_list("state", flat=True)) == {"superseded", "accepted"}
    assert FieldReport.objects.count() == 1


def until_asked(phone, asked, times):
    for _ in range(50):
        if len(asked) == times:
            break
        phone.page.wait_for_timeout(100)
    assert len(asked) == times
    phone.until("!s.syncing")


def test_what_breaks_off_is_tried_again_after_a_growing_pause(chromium, live_server, people):
    # Without a worker, to which the browser would give the work at once.
    context = chromium.new_context(base_url=live_server.url, service_workers="block")
    page = context.new_page()
    signed_in(page, live_server, people.minh.user)
    minh = Handset(page).open()
    minh("engine.register()")
    page.clock.install(time="2026-07-20T08:00:00")
    page.clock.pause_at("2026-07-20T09:00:00")
    asked: list[str] = []

    def refuse(route):
        asked.append(route.request.url)
        route.abort()

    minh.page.route("**/deliveries", refuse)
    minh("engine.finish(given)", minh.write("report", about(people)))
    for times, longest in ((1, 2_000), (2, 4_000), (3, 8_000)):
        until_asked(minh, asked, times)
        # Not before half of the pause, and surely after all of it.
        minh.page.clock.run_for(longest // 2 - 50)
        minh.page.wait_for_timeout(150)
        assert len(asked) == times
        if times == 3:
            minh.page.unroute("**/deliveries")
        minh.page.clock.run_for(longest // 2 + 100)
    minh.until("s.sent.length === 1")
    assert FieldReport.objects.count() == 1
    context.close()


def test_a_server_that_stumbles_is_told_from_a_lost_signal(chromium, live_server, people):
    context = chromium.new_context(base_url=live_server.url, service_workers="block", locale="vi-VN")
    page = context.new_page()
    signed_in(page, live_server, people.minh.user)
    minh = Handset(page).open()
    minh("engine.register()")
    # What stands before the server answers in words of its own; the server itself says why.
    answers = [
        {"status": 502, "body": "<h1>Bad Gateway</h1>", "content_type": "text/html"},
        {"status": 503, "json": {"refused": {"code": "busy", "sentence": "Máy chủ đang bận."}}},
    ]
    page.route("**/deliveries", lambda route: route.fulfill(**answers[0]) if answers else route.continue_())
    draft = minh.write("report", about(people))
    minh("engine.finish(given)", draft)
    minh.until("s.serverTrouble !== ''")
    now = minh.shows
    assert (now["online"], now["serverTrouble"]) == (
        True,
        "Máy chủ của cơ quan đang trục trặc. Nội dung vẫn "
        "được giữ ở đây và tự gửi lại; nếu vẫn vậy, hãy báo cho cơ quan.",
    )
    answers.pop(0)
    minh("engine.sync()")
    assert minh.shows["serverTrouble"] == "Máy chủ đang bận."
    # No signal at all is another thing.
    answers.pop(0)
    page.route("**/deliveries", lambda route: route.abort())
    minh("engine.sync()")
    now = minh.shows
    assert (now["online"], now["serverTrouble"]) == (False, "")
    page.unroute_all()
    minh("engine.sync()")
    minh.until("s.sent.length === 1")
    assert (minh.shows["online"], minh.shows["serverTrouble"]) == (True, "")
    context.close()


def test_two_phones_of_one_person_and_two_tabs_of_one_phone(handset, people):
    first, second = handset(), handset()
    draft = first.write("report", about(people))
    # The same work goes on under the same id on another phone, as after a copy of its storage.
    second("engine.newDraft('report', given)", {"id": draft, "data": about(people, narrative="Một bản khác")})
    first("engine.finish(given)", draft)
    first.until("s.sent.length === 1")
    second("engine.finish(given)", draft)
    second.until("s.outbox[0]?.state === 'conflict'")
    assert second.shows["outbox"][0]["sentence"]
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["accepted", "conflict"]
    # Each phone's own work is received, and with two tabs open nothing is sent twice.
    tab = Handset(first.page.context.new_page()).open()
    asked: list[str] = []
    for each in (first, tab):
        each.page.on("request", lambda request: asked.append(request.url))
    ids = [first.write("report", about(people, narrative=f"Ngày {day}")) for day in range(3)]
    first("Promise.all(given.map((id) => engine.finish(id)))", ids)
    tab("engine.sync()")
    first("engine.sync()")
    for each in (first, tab):
        each.until("s.sent.length === 4 && !s.outbox.length")
    assert FieldReport.objects.count() == 4
    assert Delivery.objects.count() == 5
    assert len([url for url in asked if url.endswith("deliveries")]) <= 3


def test_signing_out_with_signal_sends_first_and_leaves_nothing(handset, people):
    minh = handset()
    minh.page.context.set_offline(True)
    minh("engine.finish(given)", minh.write("report", about(people)))
    minh.page.context.set_offline(False)
    assert minh("engine.signOut()") == "sent"
    assert FieldReport.objects.get().state == "sent"
    keeps = minh.keeps
    assert not any(keeps[store] for store in (*THEIRS, "sealed"))
    assert NARRATIVE not in json.dumps(keeps)
    assert not minh.shows["signedIn"]
    phone = Phone.objects.get()
    assert phone.signed_out_at is not None
    assert phone.wiped_at is not None


def test_signed_out_without_signal_it_lies_sealed_for_that_person_alone(handset, people, live_server):
    minh = handset()
    minh.page.context.set_offline(True)
    minh("engine.finish(given)", minh.write("report", about(people)))
    half = minh.write("report", about(people, narrative="Mới viết được một nửa"))
    minh.photo(half, width=640, height=480)
    assert minh("engine.signOut()") == "sealed"
    keeps = minh.keeps
    assert len(keeps["sealed"]) == 3
    assert not any(keeps[store] for store in THEIRS)
    assert "góp công" not in json.dumps(keeps)
    # Neither key is on the phone any more.
    assert "key" not in json.dumps([list(each) for each in keeps["meta"] if isinstance(each, dict)])
    assert minh.shows["sealedFor"] == people.minh.user.full_name
    minh.page.context.set_offline(False)

    signed_in(minh.page, live_server, people.nga.user)
    minh("engine.register()")
    assert (minh.shows["drafts"], minh.shows["outbox"]) == ([], [])
    assert minh("engine.signOut()") == "sent"
    assert len(minh.keeps["sealed"]) == 3

    signed_in(minh.page, live_server, people.minh.user)
    minh("engine.register()")
    minh.until("s.sent.length === 1 && s.drafts.length === 1")
    [draft] = minh.shows["drafts"]
    assert draft["data"]["narrative"] == "Mới viết được một nửa"
    [photo] = draft["photos"]
    assert minh(SIZE_OF, [half, photo["sha256"]]) == photo["size"]
    assert minh.keeps["sealed"] == []
    assert FieldReport.objects.get().sender == people.minh


def test_a_lost_phone_hands_in_what_it_holds_then_empties_itself(handset, people):
    minh = handset()
    minh.page.context.set_offline(True)
    minh("engine.finish(given)", minh.write("report", about(people)))
    minh.write("report", about(people, narrative="Chưa viết xong"))
    Phone.objects.get().revoke(by=people.minh.user, reason="Rơi mất trên đường vào bản")
    minh.page.context.set_offline(False)
    minh.until("!s.signedIn")
    assert [each.state for each in Delivery.objects.order_by("pk")] == ["quarantined", "quarantined"]
    assert not FieldReport.objects.exists()
    assert not any(minh.keeps[store] for store in (*THEIRS, "sealed"))
    assert minh.shows["notices"][0]["sentence"]
    minh.page.wait_for_timeout(300)
    assert Phone.objects.get().wiped_at is not None


def test_a_key_that_has_run_out_asks_for_the_sign_in_and_loses_nothing(handset, people):
    minh = handset()
    Phone.objects.update(good_until=timezone.now() - timedelta(days=1))
    draft = minh.write("report", about(people))
    minh("engine.finish(given)", draft)
    minh.until("s.mustSignInAgain")
    assert [each["id"] for each in minh.shows["outbox"]] == [draft]
    minh("engine.register()")
    minh.until("s.sent.length === 1")
    assert Phone.objects.count() == 1


def test_another_person_who_signs_in_on_the_phone_finds_nothing_of_the_first(handset, people, live_server):
    minh = handset()
    sent = minh.write("report", about(people))
    minh("engine.finish(given)", sent)
    minh.until("s.sent.length === 1")
    half = minh.write("report", about(people, narrative="Mới viết được một nửa"))
    signed_in(minh.page, live_server, people.nga.user)
    minh("engine.register()")
    shows = minh.shows
    assert (shows["drafts"], shows["outbox"], shows["sent"]) == ([], [], [])
    # Her own pack is there, with nothing of what he sent or wrote.
    assert shows["pack"]["items"]["post"]["id"] == people.nga.pk
    assert f"mine:{sent}" not in shows["pack"]["items"]
    assert "một nửa" not in json.dumps(minh.keeps)
    signed_in(minh.page, live_server, people.minh.user)
    minh("engine.register()")
    assert [each["id"] for each in minh.shows["drafts"]] == [half]


def test_a_clock_that_is_wrong_by_a_year_changes_nothing(handset, people):
    minh = handset()
    minh.page.clock.set_system_time("2024-11-01T08:00:00")
    bin_first = minh.write("report", about(people, narrative="Bỏ đi"))
    minh("engine.discard(given)", bin_first)
    minh.page.clock.set_system_time("2027-11-01T08:00:00")
    first = minh.write("report", about(people, narrative="Viết trước"))
    minh.page.clock.set_system_time("2024-11-01T08:00:00")
    second = minh.write("report", about(people, narrative="Viết sau"))
    assert [each["id"] for each in minh.shows["drafts"]] == [second, first]
    minh("engine.refreshPack()")
    assert [each["id"] for each in minh.shows["bin"]] == [bin_first]
    minh("engine.finish(given)", first)
    minh("engine.finish(given)", second)
    minh.until("s.sent.length === 2")
    assert [each["id"] for each in minh.shows["sent"]] == [second, first]
    assert set(Delivery.objects.values_list("pack_day", flat=True)) == {today()}


def test_a_full_phone_refuses_photos_first_and_keeps_on_the_screen_what_it_cannot_store(
    own_browser,
    live_server,
    people,
):
    page = own_browser.open(service_workers="block")
    signed_in(page, live_server, people.minh.user)
    # Room for the reserve of 2 MB and a little more.
    minh = Handset(page).open(room=2_300_000)
    # Aside before the first row is written: the browser reckons the room of a database ahead.
    reserve = "navigator.storage.getDirectory().then((it) => it.getFileHandle('reserve'))"
    for _ in range(50):
        if minh.tries(f"{reserve}.then((it) => it.getFile()).then((it) => it.size || given.later)") == "":
            break
        page.wait_for_timeout(100)
    minh("engine.register()")
    draft = minh.write("report", about(people))
    with pytest.raises(Error, match="storage full: photo"):
        minh.photo(draft)
    assert minh.shows["storage"]["full"]
    assert minh.shows["drafts"][0]["photos"] == []
    # Words have the reserve: so long a text is kept although the photo was not.
    page_of_words = secrets.token_hex(250_000)
    assert minh.tries("engine.save(...given)", [draft, "narrative", page_of_words]) == ""
    assert minh.tries("engine.save(...given)", [draft, "reached", page_of_words]) == ""
    assert not minh.shows["storage"]["full"]
    assert "NotFoundError" in minh.tries(reserve)
    # What it gave up is for words only.
    with pytest.raises(Error, match="storage full: photo"):
        minh.photo(draft, width=640, height=480)
    # Then nothing fits any more: it is said at once, and what was typed stays on the screen.
    minh.room(1)
    more = secrets.token_hex(900_000)
    assert minh.tries("engine.save(...given)", [draft, "narrative", more])
    assert minh.shows["storage"]["full"]
    assert minh.shows["drafts"][0]["data"]["narrative"] == more
    # There is room again: the next keystroke keeps all of it.
    minh.room(None)
    assert minh.tries("engine.save(...given)", [draft, "reached", "150 m đường"]) == ""
    [kept] = minh.keeps["drafts"]
    assert (kept["data"]["narrative"], kept["data"]["reached"]) == (more, "150 m đường")
    assert not minh.shows["storage"]["full"]
    assert minh.photo(draft, width=640, height=480)["size"]


def upright_jpeg() -> bytes:
    """A photo taken upright by a camera that lies on its side, with the camera's name and the place in it."""
    image = Image.new("RGB", (2400, 1200), "green")
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "May anh bi mat"
    exif.get_ifd(0x8825)[2] = (19.0, 14.0, 0.0)
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()


def test_photos_are_shrunk_upright_and_without_what_the_camera_wrote(handset, people):
    minh = handset()
    draft = minh.write("report", about(people))
    minh.page.evaluate("document.body.innerHTML = '<input type=file multiple>'")
    specimen = Path(types.__file__).parent / "tests" / "specimens" / "phone.heic"
    minh.page.set_input_files(
        "input",
        [
            {"name": "IMG_1.jpeg", "mimeType": "image/jpeg", "buffer": upright_jpeg()},
            {"name": "IMG_2.HEIC", "mimeType": "image/heic", "buffer": specimen.read_bytes()},
            {"name": "ghi chú.txt", "mimeType": "text/plain", "buffer": "không phải ảnh".encode()},
        ],
    )
    add = "engine.addPhoto(given[0], document.querySelector('input').files[given[1]])"
    shrunk, as_is = minh(add, [draft, 0]), minh(add, [draft, 1])
    assert minh.tries(add, [draft, 2])
    jpeg = bytes(minh(BYTES_OF, [draft, shrunk["sha256"]]))
    with Image.open(io.BytesIO(jpeg)) as image:
        assert (image.size, len(image.getexif())) == ((800, 1600), 0)
    assert b"May anh" not in jpeg
    assert shrunk["name"] == "IMG_1.jpg"
    assert not shrunk["asIs"]
    # This browser cannot open HEIC: it goes as it is, and the server strips it.
    assert as_is["asIs"]
    assert bytes(minh(BYTES_OF, [draft, as_is["sha256"]])) == specimen.read_bytes()
