"""Photos travel apart from their report, in pieces, in any order, and join it washed."""

import base64
import hashlib
import io
import os
from datetime import timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.http import UnreadablePostError
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from kheo.fieldwork.models import FieldReport
from kheo.files.models import Photo
from kheo.offline import uploads, washing
from kheo.offline.models import Delivery, ExpectedPhoto, Phone, Upload
from kheo.offline.tests.cast import OnThePhone, cast, picture, running

pytestmark = pytest.mark.django_db
PHOTOS = "/thuc-dia/api/v1/photos"


def b64(text):
    return base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()


def sha(content):
    return hashlib.sha256(content).hexdigest()


class Sender:
    """A phone that speaks tus as its protocol says, one request at a time."""

    def __init__(self, phone):
        self.phone, self.answer = phone, None

    def ask(self, method, url, body=b"", **headers):
        told = {"Authorization": self.phone.key, "Tus-Resumable": "1.0.0"}
        told |= {name.replace("_", "-"): value for name, value in headers.items() if value is not None}
        told = {name: value for name, value in told.items() if value != "-"}
        self.answer = self.phone.client.generic(
            method, url, body, content_type="application/offset+octet-stream", headers=told
        )
        assert self.answer.status_code < 500 or self.answer.status_code == 507
        return self.answer

    def begin(self, content, body=b"", **headers):
        headers = {
            "Upload_Length": str(len(content)),
            "Upload_Metadata": f"sha256 {b64(sha(content))},name {b64('ảnh.jpg')}",
            **headers,
        }
        return self.ask("POST", PHOTOS, body, **headers)

    def go_on(self, url, body, offset, **headers):
        return self.ask("PATCH", url, body, Upload_Offset=str(offset), **headers)

    def offset(self, url):
        return int(self.ask("HEAD", url)["Upload-Offset"])


@pytest.fixture
def people():
    return cast()


@pytest.fixture
def phone(people):
    return OnThePhone(people.minh)


@pytest.fixture
def later(monkeypatch):
    """The worker has not come round yet."""
    monkeypatch.setattr(washing, "soon", lambda: None)


def shot(colour="green"):
    """A photo as a phone takes it, with the place written into it."""
    return picture(colour=colour).read()


def named(*contents):
    return [
        {"sha256": sha(each), "size": len(each), "name": f"{n}.jpg", "taken_on": None}
        for n, each in enumerate(contents)
    ]


def reported(phone, people, *contents, **changed):
    """A report that names photos: its receipt."""
    envelope = phone.writes(running(people), envelope={"photos": named(*contents)}, **changed)
    (receipt,) = phone.send(envelope)
    assert receipt["state"] == "accepted", receipt
    return receipt


def of(receipt):
    return FieldReport.objects.get(pk=receipt["record"]["id"])


# The way of one photo


def test_one_request_is_enough_for_a_small_photo(people, phone):
    content = shot()
    receipt = reported(
        phone, people, content, photo_author="Lô Văn Minh", photo_caption="Mở đường", photo_children="no"
    )
    assert receipt["photos_missing"] == [sha(content)]
    answer = Sender(phone).begin(content, content)
    assert (answer.status_code, answer["Upload-Offset"]) == (201, str(len(content)))
    (photo,) = of(receipt).photos()
    assert (photo.author, photo.caption, photo.children, photo.public_activity) == (
        "Lô Văn Minh",
        "Mở đường",
        False,
        None,
    )
    assert photo.taken_on == of(receipt).happened_on
    # What the camera wrote is gone, and so is the file as received.
    from kheo.files.storage import path_of

    kept = path_of(photo.full_id).read_bytes()
    assert not Image.open(io.BytesIO(kept)).getexif()
    upload = Upload.objects.get()
    assert upload.washed_at
    assert not upload.path.exists()


def test_a_photo_goes_on_at_the_byte_where_it_broke(people, phone):
    content = shot()
    receipt = reported(phone, people, content)
    sender = Sender(phone)
    url = sender.begin(content)["Location"]
    here = 0
    for length in (1, 999, 1500, len(content)):
        piece = content[here : here + length]
        answer = sender.go_on(url, piece, here)
        here += len(piece)
        assert (answer.status_code, answer["Upload-Offset"]) == (204, str(here))
        assert sender.offset(url) == here
    assert of(receipt).photos().count() == 1
    # Asked again, it is whole; nothing is sent a second time.
    assert sender.offset(url) == len(content)
    assert sender.begin(content)["Upload-Offset"] == str(len(content))
    assert Upload.objects.count() == 1


def test_what_came_before_the_signal_was_lost_is_kept(phone, later):
    content = shot()

    class Breaking(io.BytesIO):
        def read(self, size=-1):
            piece = super().read(700)
            if self.tell() > 2000:
                raise UnreadablePostError
            return piece

    upload = uploads.keep(uploads.begin(phone.phone, sha(content), len(content), ""))
    assert uploads.receive(upload, Breaking(content), 0) == 1400
    assert uploads.offset_of(Upload.objects.get()) == 1400
    # From the beginning again, as a phone that never learned the address: what is here is passed over.
    assert uploads.receive(Upload.objects.get(), io.BytesIO(content), None) == len(content)
    assert Upload.objects.get().finished_at


def test_one_that_broke_in_its_first_request_is_found_by_its_content(phone, later):
    content = shot()
    sender = Sender(phone)
    answer = sender.begin(content, content[:1000])
    assert (answer.status_code, answer["Upload-Offset"]) == (201, "1000")
    answer = sender.begin(content)
    assert (answer.status_code, answer["Upload-Offset"]) == (201, "1000")
    assert sender.go_on(answer["Location"], content[1000:], 1000).status_code == 204


@pytest.mark.parametrize("text_first", [True, False])
def test_photo_and_text_come_in_any_order(people, phone, text_first):
    content = shot()
    if not text_first:
        Sender(phone).begin(content, content)
        # Nothing waits for it yet: it is kept as it came and shown to nobody.
        assert Photo.objects.count() == 0
    receipt = reported(phone, people, content)
    if text_first:
        Sender(phone).begin(content, content)
    else:
        assert receipt["photos_missing"] == []
        washing.wash_all()
    assert of(receipt).photos().count() == 1
    assert phone.ask("deliveries", {"envelopes": []})["receipts"] == []


def test_a_photo_of_two_reports_is_sent_once(people, phone):
    content = shot()
    one = reported(phone, people, content, photo_caption="Ngày đầu")
    Sender(phone).begin(content, content)
    envelope = phone.writes(running(people, "Tiếng kẻng"), envelope={"photos": named(content)})
    envelope["data"]["photo_caption"] = "Ngày sau"
    (two,) = phone.send(envelope)
    assert two["photos_missing"] == []
    washing.wash_all()
    assert [photo.caption for photo in of(one).photos()] == ["Ngày đầu"]
    assert [photo.caption for photo in of(two).photos()] == ["Ngày sau"]


def test_before_it_is_washed_nobody_sees_it(people, phone, later):
    content = shot()
    receipt = reported(phone, people, content)
    Sender(phone).begin(content, content)
    assert of(receipt).photos().count() == Photo.objects.count() == 0
    told = phone.ask("pack", {"as": people.minh.pk})["changed"][f"mine:{receipt['id']}"]
    assert [each["state"] for each in told["photos"]] == ["arrived"]
    washing.wash_all()
    told = phone.ask("pack", {"as": people.minh.pk})["changed"][f"mine:{receipt['id']}"]
    assert [each["state"] for each in told["photos"]] == ["attached"]


def test_washed_but_not_accepted_it_is_the_senders_alone(people, phone):
    content = shot()
    envelope = phone.writes(running(people), happened_on="?", envelope={"photos": named(content)})
    (receipt,) = phone.send(envelope)
    assert receipt["state"] == "needs_attention"
    Sender(phone).begin(content, content)
    photo = Photo.objects.get()
    assert photo.may_be_seen_by(people.minh.user)
    assert not photo.may_be_seen_by(people.vinh.user)
    # Corrected, it joins the report.
    envelope |= {"replaces": receipt["content"]}
    envelope["data"]["happened_on"] = "05/07/2026"
    (again,) = phone.send(envelope)
    assert (again["state"], again["photos_missing"]) == ("accepted", [])
    washing.wash_all()
    assert list(of(again).photos()) == [photo]


def test_a_revoked_phone_still_hands_in_its_photos(people, phone, later):
    phone.phone.revoke(by=people.minh, reason="Mất")
    content = shot()
    assert Sender(phone).begin(content, content).status_code == 201
    assert Upload.objects.get().finished_at


def test_a_key_past_its_days_signs_in_first(phone):
    Phone.objects.update(good_until=timezone.now() - timedelta(days=1))
    content = shot()
    assert Sender(phone).begin(content, content).status_code == 401


def test_another_phone_does_not_find_it(people, phone, later):
    content = shot()
    url = Sender(phone).begin(content)["Location"]
    theirs = Sender(OnThePhone(people.lan))
    for method in ("HEAD", "PATCH", "DELETE"):
        assert theirs.ask(method, url, Upload_Offset="0").status_code == 404


def test_given_up_it_is_gone(people, phone, later):
    content = shot()
    sender = Sender(phone)
    url = sender.begin(content, content[:100])["Location"]
    assert sender.ask("DELETE", url).status_code == 204
    assert sender.ask("HEAD", url).status_code == 404
    assert not Upload.objects.exists()
    reported(phone, people, content)
    url = sender.begin(content, content)["Location"]
    assert sender.ask("DELETE", url).status_code == 409


# What goes wrong


def test_what_is_no_photo_is_told_in_a_sentence_and_the_report_stands(people, phone):
    good, bad = shot(), b"\xff\xd8\xff\xe0 GIF89a <script>alert(1)</script>" + bytes(500)
    receipt = reported(phone, people, bad, good)
    for content in (bad, good):
        assert Sender(phone).begin(content, content).status_code == 201
    assert of(receipt).photos().count() == 1
    told = phone.ask("pack", {"as": people.minh.pk})["changed"][f"mine:{receipt['id']}"]
    assert [each["state"] for each in told["photos"]] == ["refused", "attached"]
    assert "hỏng" in told["photos"][0]["sentence"]
    assert not Upload.objects.get(sha256=sha(bad)).path.exists()


def bomb():
    """A PNG of a few KB that would be 900 megapixels."""
    out = io.BytesIO()
    Image.new("1", (30_000, 30_000)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(bomb(), id="bomb"),
        pytest.param(b"%PDF-1.7\n" + bytes(300), id="pdf"),
        pytest.param(b"PK\x03\x04" + bytes(300), id="zip"),
        pytest.param(b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", id="svg"),
        pytest.param(b"\x89PNG\r\n\x1a\n" + bytes(300), id="broken"),
        pytest.param(b"RIFF\x00\x00\x00\x00WEBPVP8 " + os.urandom(200), id="webp"),
        pytest.param(b"\x00", id="one byte"),
    ],
)
def test_polyglots_and_bombs_break_nothing(people, phone, content):
    receipt = reported(phone, people, content)
    assert Sender(phone).begin(content, content).status_code == 201
    expected = ExpectedPhoto.objects.get()
    assert expected.refused
    assert of(receipt).photos().count() == 0
    assert Photo.objects.count() == 0


def test_a_picture_with_a_page_behind_it_keeps_only_its_pixels(people, phone):
    content = shot() + b"<html><script>alert(1)</script>PK\x05\x06" + bytes(18)
    receipt = reported(phone, people, content)
    Sender(phone).begin(content, content)
    from kheo.files.storage import path_of

    (photo,) = of(receipt).photos()
    for blob in photo.contents():
        assert b"script" not in path_of(blob).read_bytes()


def test_a_wrong_hash_begins_anew(people, phone, later):
    content = shot()
    changed = content[:-1] + bytes([content[-1] ^ 1])
    sender = Sender(phone)
    answer = sender.begin(content, changed)
    assert answer.status_code == 460
    url = sender.begin(content)["Location"]
    assert sender.offset(url) == 0
    sender.go_on(url, content[:1000], 0)
    assert sender.go_on(url, changed[1000:], 1000).status_code == 460
    assert sender.offset(url) == 0
    assert sender.go_on(url, content, 0).status_code == 204
    assert Upload.objects.get().finished_at


def test_a_piece_with_a_wrong_checksum_is_not_taken(phone, later):
    content = shot()
    sender = Sender(phone)
    url = sender.begin(content)["Location"]
    good = f"sha256 {b64(hashlib.sha256(content[:500]).digest())}"
    assert sender.go_on(url, content[:500], 0, Upload_Checksum=good).status_code == 204
    assert sender.go_on(url, content[500:900], 500, Upload_Checksum=good).status_code == 460
    assert sender.offset(url) == 500
    for told in ("md5 AAAA", "sha256 ???", "sha256", f"sha256 {b64('short')}"):
        assert sender.go_on(url, content[500:900], 500, Upload_Checksum=told).status_code == 400


@pytest.mark.parametrize("offset", ["1", "99999999", "-1", "0x1", "", "9" * 40, "1.5", "٣"])
def test_a_wrong_offset_changes_nothing(phone, later, offset):
    content = shot()
    sender = Sender(phone)
    url = sender.begin(content)["Location"]
    answer = sender.go_on(url, content[:10], offset)
    assert answer.status_code in (400, 409, 413)
    assert answer.json()["refused"]["sentence"]
    assert sender.offset(url) == 0


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upload_Length": "0"}, 400),
        ({"Upload_Length": "-"}, 400),
        ({"Upload_Length": "many"}, 400),
        ({"Upload_Length": "9" * 30}, 400),
        ({"Upload_Length": str(21 * 1024 * 1024)}, 413),
        ({"Upload_Metadata": "-"}, 400),
        ({"Upload_Metadata": "sha256"}, 400),
        ({"Upload_Metadata": f"sha256 {b64('../../../etc/passwd')}"}, 400),
        ({"Upload_Metadata": f"sha256 {b64('A' * 64)}"}, 400),
        ({"Upload_Metadata": "sha256 " + "A" * 9000}, 400),
        ({"Upload_Metadata": "sha256 =\xe9"}, 400),
        ({"Tus_Resumable": "-"}, 412),
        ({"Tus_Resumable": "0.2.2"}, 412),
        ({"Authorization": "-"}, 401),
        ({"Authorization": "Kheo nobody.nothing"}, 401),
    ],
)
def test_missing_and_wrong_headers_are_said(phone, later, headers, status):
    answer = Sender(phone).begin(shot(), **headers)
    assert answer.status_code == status
    assert answer.json()["refused"]["sentence"]
    assert not Upload.objects.exists()


def test_other_methods_and_bodies_are_refused(phone, later):
    sender = Sender(phone)
    assert sender.ask("GET", PHOTOS).status_code == 405
    url = sender.begin(shot())["Location"]
    assert sender.ask("PUT", url).status_code == 405
    answer = phone.client.patch(
        url,
        b"x",
        content_type="image/jpeg",
        headers={"Authorization": phone.key, "Tus-Resumable": "1.0.0", "Upload-Offset": "0"},
    )
    assert answer.status_code == 415
    assert sender.ask("POST", url, X_HTTP_Method_Override="HEAD")["Upload-Offset"] == "0"
    told = sender.ask("OPTIONS", PHOTOS, Tus_Resumable="-", Authorization="-")
    assert told["Tus-Extension"] == "creation,creation-with-upload,checksum,termination"
    assert told["Tus-Max-Size"] == str(20 * 1024 * 1024)


def test_more_than_was_announced_is_not_taken(phone, later):
    content = shot()
    sender = Sender(phone)
    answer = sender.begin(content, content + b"more")
    assert answer.status_code == 413
    url = sender.begin(content)["Location"]
    assert sender.offset(url) == 0
    assert sender.go_on(url, content + b"more", 0).status_code == 413
    assert sender.offset(url) == 0


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "C:\\Windows\\x.jpg", "a\x00b.jpg", "x" * 5000, "/", ".", "‮gpj.exe"]
)
def test_no_part_of_a_name_reaches_the_disk(phone, later, name):
    content = shot()
    metadata = f"sha256 {b64(sha(content))},name {b64(name)}"
    answer = Sender(phone).begin(content, content, Upload_Metadata=metadata)
    assert answer.status_code in (201, 400)
    for path in (settings.MEDIA_ROOT / "phones").rglob("*"):
        assert path.name in {phone.phone.pk.hex, sha(content)} or path.parent.name != phone.phone.pk.hex
    if upload := Upload.objects.first():
        assert len(upload.name) <= 120
        assert not set(upload.name) & set("/\\\x00")


def test_ten_thousand_photos_of_nothing_are_stopped(phone, later, monkeypatch, settings):
    monkeypatch.setattr(uploads, "MOST_FILES", 20)
    sender = Sender(phone)
    answers = []
    for n in range(10_000):
        content = f"anh {n}".encode()
        answers.append(sender.begin(content, content).status_code)
        if answers[-1] != 201:
            break
    assert answers == [*[201] * 20, 507]
    assert sender.answer.json()["refused"]["sentence"]
    assert len(list(Upload.objects.first().path.parent.iterdir())) == 20


def test_one_phone_fills_no_disk(phone, later, settings):
    settings.PHONE_WAITING_BYTES = 5_000
    sender = Sender(phone)
    assert sender.begin(b"a" * 4_000, b"a" * 4_000).status_code == 201
    assert sender.begin(b"b" * 2_000, b"b" * 2_000).status_code == 507
    # What is begun goes on.
    assert sender.begin(b"a" * 4_000).status_code == 201


def test_two_requests_do_not_write_one_photo(phone, later):
    content = shot()
    sender = Sender(phone)
    url = sender.begin(content, content[:100])["Location"]
    with uploads._alone(Upload.objects.get(), create=False):
        assert sender.go_on(url, content[100:], 100).status_code == 423
    assert sender.go_on(url, content[100:], 100).status_code == 204


def test_a_server_killed_before_it_wrote_down_the_end_finds_it_whole(people, phone, later):
    content = shot()
    sender = Sender(phone)
    url = sender.begin(content, content[:100])["Location"]
    # All bytes were written, and then the power went.
    with Upload.objects.get().path.open("ab") as file:
        file.write(content[100:])
    assert sender.offset(url) == len(content)
    assert Upload.objects.get().finished_at


def test_a_photo_lost_with_the_disk_is_asked_for_again(people, phone, later):
    content = shot()
    receipt = reported(phone, people, content)
    sender = Sender(phone)
    url = sender.begin(content, content)["Location"]
    Upload.objects.get().path.unlink()
    washing.wash_all()
    assert sender.offset(url) == 0
    told = phone.ask("pack", {"as": people.minh.pk})["changed"][f"mine:{receipt['id']}"]
    assert [each["state"] for each in told["photos"]] == ["missing"]
    sender.go_on(url, content, 0)
    washing.wash_all()
    assert of(receipt).photos().count() == 1


def test_an_erased_photo_is_not_taken_again(people, phone):
    content = shot()
    receipt = reported(phone, people, content)
    Sender(phone).begin(content, content)
    of(receipt).photos().get().erase(people.minh, "Theo yêu cầu")
    envelope = phone.writes(running(people, "Tiếng kẻng"), envelope={"photos": named(content)})
    (again,) = phone.send(envelope)
    washing.wash_all()
    assert of(again).photos().count() == 0
    assert ExpectedPhoto.objects.get(delivery__envelope=again["id"]).refused


# Every night


def test_the_night_forgets_what_nothing_waits_for(people, phone, later):
    waited, left = shot("red"), shot("blue")
    reported(phone, people, waited)
    sender = Sender(phone)
    for content in (waited, left):
        sender.begin(content, content[:100])
    assert washing.every_night() is None
    old = timezone.now() - timedelta(days=15)
    Upload.objects.update(began_at=old)
    for upload in Upload.objects.all():
        os.utime(upload.path, (old.timestamp(), old.timestamp()))
    assert washing.every_night()
    assert [upload.sha256 for upload in Upload.objects.all()] == [sha(waited)]
    assert Upload.objects.get().path.exists()
    assert washing.every_night() is None


def test_the_night_washes_what_was_left_over(people, phone, later):
    content = shot()
    receipt = reported(phone, people, content)
    Sender(phone).begin(content, content)
    washing.every_night()
    assert of(receipt).photos().count() == 1
    Upload.objects.update(washed_at=timezone.now() - timedelta(days=100))
    washing.every_night()
    assert not Upload.objects.exists()
    assert of(receipt).photos().count() == 1


def test_the_night_forgets_photos_of_what_was_withdrawn(people, phone, django_capture_on_commit_callbacks):
    content = shot()
    envelope = phone.writes(running(people), happened_on="?", envelope={"photos": named(content)})
    phone.send(envelope)
    Sender(phone).begin(content, content)
    Delivery.objects.get().withdraw(by=people.minh, reason="Gửi nhầm")
    washing.every_night()
    assert Photo.objects.get().erased_at is None
    Upload.objects.update(began_at=timezone.now() - timedelta(days=15))
    washing.every_night()
    assert Photo.objects.get().erased_at
    assert not Upload.objects.exists()


def test_what_is_erased_by_right_takes_its_photos_along(people, phone):
    content = shot()
    envelope = phone.writes(running(people), happened_on="?", envelope={"photos": named(content)})
    phone.send(envelope)
    Sender(phone).begin(content, content)
    Delivery.objects.get().erase(by=people.vinh, reason="Theo yêu cầu của người trong ảnh")
    assert Photo.objects.get().erased_at
    assert not Upload.objects.exists()


def test_the_page_of_the_report_says_what_is_on_its_way(people, phone, later, client):
    one, two, bad = shot("red"), shot("blue"), b"GIF89a" + bytes(100)
    receipt = reported(phone, people, one, two, bad)
    client.force_login(people.nga.user, backend="allauth.account.auth_backends.AuthenticationBackend")

    def told():
        return client.get(receipt["record"]["url"]).content.decode()

    assert "3 ảnh đang trên đường" in told()
    Sender(phone).begin(one, one)
    assert "2 ảnh đang trên đường" in told()
    assert "1 ảnh đã đến, đang được xử lý" in told()
    for content in (two, bad):
        Sender(phone).begin(content, content)
    washing.wash_all()
    assert "trên đường" not in told()
    assert "1 ảnh không giữ được" in told()
    # A report of the web page has nothing to wait for.
    Delivery.objects.update(record_id=0)
    assert "ảnh không giữ được" not in told()


def test_a_photo_costs_few_queries(people, phone, later, django_assert_max_num_queries):
    content = shot()
    reported(phone, people, content)
    sender = Sender(phone)
    with django_assert_max_num_queries(8):
        # The key, what is known, the row and what waits for it in one transaction.
        sender.begin(content, content)
    assert Delivery.objects.get().photos_missing() == []


def test_the_lists_of_the_office_say_what_is_still_on_its_way(people, phone, later):
    def send(name, *colours):
        enrolment = running(people, name)
        photos = [shot(colour) for colour in colours]
        phone.send(phone.writes(enrolment, envelope={"photos": named(*photos)}))
        return enrolment, photos

    def told(url):
        """The page as Nga sees it, and what it asked the database."""
        nga = Client()
        nga.force_login(people.nga.user)
        nga.get(url)
        with CaptureQueriesContext(connection) as asked:
            page = nga.get(url)
        assert page.status_code == 200
        return page.text, len(asked)

    road, (first, second) = send("Con đường hiến đất", "green", "olive")
    lists = [reverse("field_report_list"), reverse("initiative_list")]
    mine = reverse("initiative_reports", args=[road.initiative_id])
    costs = []
    for url in [*lists, mine]:
        page, cost = told(url)
        assert "còn 2 ảnh đang trên đường" in page, url
        costs.append(cost)
    # Three initiatives, one of them without a photo to come.
    send("Bếp ăn tình thương", "brown")
    send("Đường hoa")
    for url, before in zip(lists, costs, strict=False):
        page, cost = told(url)
        assert page.count("ảnh đang trên đường") == 2, url
        assert "còn 1 ảnh đang trên đường" in page
        assert cost == before
    # One has come and is not washed yet: it is still to come to the office. Washed, it is there.
    Sender(phone).begin(first, first)
    assert "còn 2 ảnh" in told(mine)[0]
    washing.wash_all()
    assert "còn 1 ảnh" in told(mine)[0]
    # What cannot be kept is not on its way.
    ExpectedPhoto.objects.filter(sha256=sha(second)).update(refused="Hỏng")
    assert "ảnh đang trên đường" not in told(mine)[0]
    # A neighbour sees none of it.
    lan = Client()
    lan.force_login(people.lan.user)
    assert "ảnh đang trên đường" not in lan.get(lists[0]).text + lan.get(lists[1]).text
