"""A hamlet registers through a link: sent once, looked up, corrected, withdrawn by the receipt; floods."""

import io
import json
import re
import time
from datetime import timedelta

import pytest
from django.core import signing
from django.urls import reverse
from openpyxl import load_workbook

from kheo.initiatives.models import Initiative
from kheo.initiatives.tests.cast import brought, draft
from kheo.initiatives.tests.test_pages import cost
from kheo.lib.periods import today
from kheo.places.models import Area
from kheo.plans.models import FormField, Plan
from kheo.submissions import limits
from kheo.submissions.forms import form_number, taking_form
from kheo.submissions.models import Knock, PublicList, RegistrationLink, Submission
from kheo.submissions.tests.cast import opened, sent, typed, world_with_two_registrars

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    here = world_with_two_registrars()
    here.link = opened(here)
    return here


def post(client, world, address="10.0.0.1", **more):
    return client.post(world.link.path, typed(world, world.link, **more), REMOTE_ADDR=address)


def test_from_the_link_to_the_receipt(client, world):
    Area.objects.add_hamlet("bản Tùng Hương", "", world.tam_quang)
    page = client.get(world.link.path)
    assert page.status_code == 200
    assert "bản Tùng Hương" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    answer = post(client, world)
    submission = Submission.objects.get()
    assert answer["Location"].startswith(submission.receipt_path)
    receipt = client.get(answer["Location"]).content.decode()
    assert submission.spoken_code in receipt
    assert "chờ tiếp nhận" in receipt.lower()
    assert "0912" not in receipt
    assert not client.cookies, "a visitor carries no cookie"
    assert not Initiative.objects.exists()


def test_the_code_is_unmistakable_however_it_is_typed(client, world):
    submission = sent(world, world.link)
    assert re.fullmatch(r"[a-hj-kmnp-z2-9]{4}(-[a-hj-kmnp-z2-9]{4}){2}", submission.code)
    for written in (
        submission.spoken_code,
        submission.code.replace("-", " "),
        submission.code.replace("-", ""),
    ):
        answer = client.post(reverse("receipt_find"), {"code": f" {written} "})
        assert answer["Location"] == submission.receipt_path


def test_what_is_missing_is_said_and_nothing_typed_is_lost(client, world):
    page = post(client, world, goal="", contact_phone="abc", consent="")
    told = page.content.decode()
    assert page.status_code == 200
    for kept in ("Tiếng kẻng bình yên", "Chi bộ bản Bãi Xa", "Vi Thị Mai", 'value="abc"'):
        assert kept in told
    assert "data-draft-open" in told, "and the tab keeps it too"
    assert not Submission.objects.exists()


def test_the_plan_decides_what_is_asked(client, world):
    plan = Plan.objects.create(
        movement=world.movement, committee=world.committee, year=today().year, state="approved"
    )
    for name in ("contact_name", "contact_phone"):
        FormField.objects.create(plan=plan, name=name, asked="never")
    FormField.objects.create(plan=plan, name="need", asked="always", required=True, example="Vì mất trộm")
    page = client.get(world.link.path).content.decode()
    assert "Vì mất trộm" in page
    assert 'name="contact_name"' not in page
    assert 'name="consent"' not in page
    assert post(client, world).status_code == 200
    assert post(client, world, need="x" * 4001).status_code == 200, "a page, not a book"
    post(client, world, need="Mất trâu")
    submission = Submission.objects.get()
    assert (submission.details, submission.contact_name) == ({"need": "Mất trâu"}, "")
    form = taking_form(submission, world.nga)
    assert form.is_valid(), form.errors
    assert submission.take(by=world.nga, values=form.cleaned_data).details["need"] == "Mất trâu"


@pytest.mark.parametrize("standing", ["paused", "closed", "over", "early"])
def test_a_link_that_takes_nothing_says_so_and_keeps_what_was_typed(client, world, standing):
    data = typed(world, world.link)
    if standing in ("paused", "closed"):
        RegistrationLink.objects.update(state=standing)
    elif standing == "over":
        RegistrationLink.objects.update(closes=today() - timedelta(days=1))
    else:
        RegistrationLink.objects.update(opens=today() + timedelta(days=1))
    page = client.get(world.link.path).content.decode()
    assert "<form class" not in page
    answer = client.post(world.link.path, data)
    assert answer.status_code == 409
    assert 'value="Tiếng kẻng bình yên"' in answer.content.decode()
    assert not Submission.objects.exists()


def test_a_replaced_link_shows_what_was_typed(client, world):
    data, old = typed(world, world.link), world.link.path
    world.link.renew(by=world.nga, reason="Bị phát tán")
    answer = client.post(old, data)
    assert answer.status_code == 410
    assert "Tiếng kẻng bình yên" in answer.content.decode()
    assert client.get("/dk/khongcogi/").status_code == 404


def test_the_province_s_link_asks_for_the_commune_and_what_is_proposed_upward(client, world):
    link = RegistrationLink.objects.open(
        world.province_committee, world.movement, today().year, by=world.hoa, closes=today()
    )
    page = client.get(link.path).content.decode()
    assert str(world.tam_quang) in page
    assert 'name="targets"' in page
    assert 'name="resources_vnd"' not in page, "only what must be answered"
    world.link = link
    long = {
        "need": "Mất trâu", "targets": "100% hộ", "method": "Kẻng", "forces_lead": "Chi bộ",
        "span_first": "2021", "span_last": "2025", "outputs": "Quy ước", "lasting": "Không tốn tiền",
    }  # fmt: skip
    assert post(client, world, **long).status_code == 200, "the commune is missing"
    assert post(client, world, **long, commune=world.tam_quang.pk).status_code == 302
    submission = Submission.objects.get()
    form = taking_form(submission, world.hoa)
    assert form.is_valid(), form.errors
    enrolment = submission.take(by=world.hoa, values=form.cleaned_data)
    assert (enrolment.level_asked, enrolment.state, enrolment.addressee) == (
        "province", "received", world.world.board,
    )  # fmt: skip
    assert enrolment.details["span_first"] == 2021
    assert enrolment.initiative.owner.parent == world.world.dang_uy_tam_quang
    correct = client.get(reverse("receipt_correct", args=[submission.code]))
    assert correct.status_code == 409


# Twice, too fast, by a program


def test_the_same_sent_twice_is_one_receipt(client, world):
    data = typed(world, world.link)
    first, again = (client.post(world.link.path, data)["Location"] for _each in range(2))
    anew = post(client, world)["Location"]
    assert first == again == anew
    assert Submission.objects.count() == 1


def test_back_and_sent_again_otherwise_corrects_it(client, world):
    data = typed(world, world.link)
    first = client.post(world.link.path, data)["Location"]
    assert client.post(world.link.path, {**data, "goal": "90 hộ"})["Location"] == first
    submission = Submission.objects.get()
    assert (submission.goal, submission.version) == ("90 hộ", 2)
    submission.refuse(by=world.nga, reason="Không rõ")
    late = client.post(world.link.path, {**data, "goal": "91 hộ"})
    assert late.status_code == 409
    assert "91 hộ" in late.content.decode()


@pytest.mark.parametrize(
    "more",
    [{"after": 0}, {"website": "http://spam"}, {"number": ""}, {"number": "forged"}],
    ids=["too fast", "trap", "no number", "forged number"],
)
def test_a_program_is_held_up_and_a_person_presses_once_more(client, world, more, monkeypatch):
    page = post(client, world, **more).content.decode()
    assert not Submission.objects.exists()
    assert 'value="Tiếng kẻng bình yên"' in page
    number = re.search(r'name="number" value="([^"]+)"', page)[1]
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 10)
    answer = client.post(world.link.path, {**typed(world, world.link), "number": number})
    assert answer.status_code == 302
    assert Submission.objects.count() == 1


def test_a_number_of_another_link_does_not_count(client, world):
    other = RegistrationLink.objects.open(
        world.committee, world.movement, today().year + 1, by=world.nga, closes=today()
    )
    page = post(client, world, number=form_number(other, time.time() - 60))
    assert page.status_code == 200
    assert not Submission.objects.exists()


# Floods


def test_a_hundred_honest_senders_behind_one_address_pass(client, world):
    for n in range(100):
        assert post(client, world, body=f"Chi bộ bản {n}", name=f"Mô hình {n}").status_code == 302
    assert Submission.objects.count() == 100


def test_whoever_hammers_leaves_room_for_the_others(client, world, monkeypatch):
    monkeypatch.setattr(limits, "ADDRESS_A_DAY", 5)
    monkeypatch.setattr(limits, "LINK_A_DAY", 8)
    for n in range(7):
        post(client, world, address="203.0.113.9", name=f"Rác {n}")
    assert Submission.objects.count() == 5
    blocked = post(client, world, address="203.0.113.9", name="Rác nữa")
    assert blocked.status_code == 409
    assert "Rác nữa" in blocked.content.decode()
    for n in range(3):
        assert post(client, world, address=f"10.0.0.{n}", name=f"Mô hình {n}").status_code == 302
    full = post(client, world, address="10.0.0.9", name="Thứ chín")
    assert full.status_code == 409, "then the day of the link is full"


def test_no_more_wait_than_a_desk_can_read(client, world, monkeypatch):
    monkeypatch.setattr(limits, "WAITING", 2)
    for n in range(2):
        post(client, world, name=f"Mô hình {n}")
    assert post(client, world, name="Mô hình 3").status_code == 409
    Submission.objects.earliest("pk").refuse(by=world.nga, reason="Không rõ")
    assert post(client, world, name="Mô hình 3").status_code == 302


def test_addresses_are_not_kept(client, world):
    post(client, world, address="203.0.113.9")
    knock = Knock.objects.get()
    assert re.fullmatch("[0-9a-f]{64}", knock.who)
    kept = json.dumps(
        [list(map(str, row)) for row in (*Knock.objects.values_list(), *Submission.objects.values_list())]
    )
    assert "203.0.113.9" not in kept


def test_wrong_codes_are_limited_by_address(client, world, monkeypatch):
    monkeypatch.setattr(limits, "WRONG_CODES", 3)
    submission = sent(world, world.link)
    for n in range(3):
        wrong = client.get(f"/dk/phieu/aaaa-bbbb-ccc{n}/", REMOTE_ADDR="203.0.113.9")
        assert wrong.status_code == 404
        assert "đối chiếu" in wrong.content.decode().lower()
    for url in (submission.receipt_path, "/dk/phieu/aaaa-bbbb-cccc/sua/"):
        assert client.get(url, REMOTE_ADDR="203.0.113.9").status_code == 429
    found = client.post(reverse("receipt_find"), {"code": "aaaa"}, REMOTE_ADDR="203.0.113.9")
    assert found.status_code == 429
    assert client.get(submission.receipt_path, REMOTE_ADDR="10.0.0.1").status_code == 200


# With the receipt


def test_returned_it_is_corrected_and_waits_again(client, world):
    submission = sent(world, world.link)
    submission.return_(by=world.nga, reason="Ghi rõ số hộ")
    RegistrationLink.objects.update(state="closed")
    receipt = client.get(submission.receipt_path).content.decode()
    assert "Ghi rõ số hộ" in receipt
    url = reverse("receipt_correct", args=[submission.code])
    page = client.get(url).content.decode()
    assert "Ghi rõ số hộ" in page
    assert 'value="Vi Thị Mai"' in page
    answer = client.post(url, typed(world, world.link, goal="86 hộ"))
    assert answer["Location"].startswith(submission.receipt_path), "also after the link has closed"
    submission.refresh_from_db()
    assert (submission.state, submission.goal, submission.version) == ("received", "86 hộ", 2)


def test_a_correction_after_it_is_taken_is_refused_in_a_sentence(client, world):
    submission = sent(world, world.link)
    url = reverse("receipt_correct", args=[submission.code])
    form = taking_form(submission, world.nga)
    assert form.is_valid()
    submission.take(by=world.nga, values=form.cleaned_data)
    assert client.get(url).status_code == 409
    answer = client.post(url, typed(world, world.link, goal="Khác hẳn"))
    assert answer.status_code == 409
    told = answer.content.decode()
    assert "đã tiếp nhận" in told
    assert "Khác hẳn" in told
    withdrawn = client.post(reverse("receipt_withdraw", args=[submission.code]))
    assert withdrawn.status_code == 409
    assert Initiative.objects.get().goal == "86 hộ cùng tham gia"


def test_withdrawn_by_its_sender(client, world):
    submission = sent(world, world.link)
    url = reverse("receipt_withdraw", args=[submission.code])
    assert client.get(url).status_code == 405
    client.post(url)
    submission.refresh_from_db()
    assert submission.state == "withdrawn"
    assert post(client, world).status_code == 302, "and may be sent anew"
    assert Submission.objects.count() == 2


def test_name_and_phone_are_erased_for_whoever_holds_the_code(client, world):
    submission = sent(world, world.link)
    url = reverse("receipt_forget", args=[submission.code])
    assert client.post(url).status_code == 409, "the desk still needs them"
    submission.refuse(by=world.nga, reason="Không rõ")
    client.post(url)
    submission.refresh_from_db()
    assert (submission.contact_name, submission.contact_phone) == ("", "")


def test_scripts_stay_text(client, world):
    evil = "<script>alert('x')</script>"
    post(client, world, name=evil, body=evil, goal=evil, hamlet=evil[:100])
    submission = Submission.objects.get()
    for url in (submission.receipt_path, reverse("receipt_correct", args=[submission.code])):
        assert "<script>alert" not in client.get(url).content.decode()
    assert "<script>alert" not in post(client, world, name=evil, goal="").content.decode()


# The accepted list


def test_the_public_list_and_its_spreadsheet(client, world):
    brought(draft(world, "Tiếng kẻng bình yên", year=2026), "approved", world)
    shown = PublicList.objects.show(world.committee, world.movement, 2026, by=world.nga)
    assert client.get("/cong-khai/danh-sach/khongco/").status_code == 404
    assert shown.path in client.get(reverse("public_accepted_lists")).content.decode()
    page = client.get(shown.path).content.decode()
    assert "Tiếng kẻng bình yên" in page
    assert "Vi Thị Mai" not in page
    answer = client.get(shown.path + "?format=xlsx")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert "Tiếng kẻng bình yên" in [row[0].value for row in sheet.iter_rows()]


def test_the_public_list_costs_the_same_for_one_and_three(client, world):
    first = Area.objects.add_hamlet("Một", "bản", world.tam_quang)
    brought(draft(world, "Một", year=2026, area=first), "approved", world)
    shown = PublicList.objects.show(world.committee, world.movement, 2026, by=world.nga)
    urls = [shown.path, shown.path + "?format=xlsx", reverse("public_accepted_lists")]
    for url in urls:
        client.get(url)
    before = [cost(client, url)[0] for url in urls]
    for name in ("Hai năm sau", "Ba mùa vui"):
        area = Area.objects.add_hamlet(name, "bản", world.tam_quang)
        brought(draft(world, name, year=2026, area=area), "approved", world)
    PublicList.objects.show(
        world.committee, world.movement, 2026, by=world.nga,
        catalogue=Initiative.objects.latest("pk").enrolments.get().steps.get(state="approved").catalogue,
    )  # fmt: skip
    assert [cost(client, url)[0] for url in urls] == before


def test_the_form_costs_the_same_whatever_was_sent(client, world):
    client.get(world.link.path)
    one, _answer = cost(client, world.link.path)
    for n in range(3):
        sent(world, world.link, name=f"Mô hình {n}")
    assert cost(client, world.link.path)[0] == one


def test_the_number_holds_no_secret(world):
    number = form_number(world.link)
    assert set(signing.loads(number, salt="kheo.submissions.form")) == {"link", "key", "at"}
