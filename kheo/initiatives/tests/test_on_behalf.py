"""Typing for another body: Nga types from paper, the Women's Union answers; silence confirms nothing."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from kheo.audit.models import Entry
from kheo.files.models import Attachment
from kheo.initiatives.models import Enrolment, Initiative, OnBehalf
from kheo.initiatives.tests.cast import brought, cast, draft
from kheo.initiatives.tests.test_pages import as_, cost
from kheo.lib.periods import today
from kheo.lib.refusals import Refused
from kheo.units.models import ReachKind, Role, Unit
from kheo.units.tests import cast as people

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    here = cast()
    union = here.world.women_tam_quang
    here.hien = people.post(people.person("hien", "Lô Thị Hiền"), union, Role.REPORTER, ReachKind.OWN)
    # The head of the standing office stands behind what it received.
    here.khoa = people.post(people.person("khoa", "Vi Văn Khoa"), here.office, Role.HEAD, ReachKind.PLACE)
    return here


def sheet(world, **more):
    return {
        "origin": "phone", "told_by": "Bà Hiền",
        "name": "Con đường hoa", "kind": "model", "subject": "collective", "field": world.economy.pk,
        "owner": world.world.women_tam_quang.pk, "contact_name": "Lô Thị Hiền", "commune": world.tam_quang.pk,
        "goal": "Hai cây số đường", "year": str(today().year), "year_kind": "new", "level_asked": "commune",
        "told_on": today().strftime("%d/%m/%Y"),
        "answer_by": (today() + timedelta(days=3)).strftime("%d/%m/%Y"),
        **more,
    }  # fmt: skip


def typed(world, state="sent", **facts):
    """A registration of the Women's Union, typed by Nga from a phone call."""
    enrolment = draft(
        world, owner=world.world.women_tam_quang, by=world.nga, area=world.tam_quang,
        year=today().year, **facts,
    )  # fmt: skip
    OnBehalf.objects.type(enrolment, by=world.nga, origin="phone", told_by="Bà Hiền")
    if state != "draft":
        enrolment.send(by=world.nga, seen=[each.initiative.pk for each in enrolment.likely_duplicates()])
    if state == "received":
        enrolment.receive(by=world.nga)
    return Enrolment.objects.get(pk=enrolment.pk)


def test_typed_from_a_phone_call_with_the_sheet(client, world):
    as_(client, world.nga)
    assert client.get(reverse("on_behalf_new")).status_code == 200
    paper = SimpleUploadedFile("phieu.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")
    answer = client.post(reverse("on_behalf_new"), sheet(world, paper=paper))
    enrolment = Enrolment.objects.get()
    assert answer["Location"] == enrolment.get_absolute_url()
    assert enrolment.state == "sent"
    assert (enrolment.on_behalf.state, enrolment.on_behalf.origin) == ("waiting", "phone")
    assert Attachment.objects.of(enrolment).count() == 1
    page = client.get(enrolment.get_absolute_url()).content.decode()
    assert "nhập hộ, chờ đơn vị xác nhận" in page.lower()
    told = Entry.objects.about(enrolment)
    assert not any("Bà Hiền" in str(entry.changes) + entry.reason for entry in told)


def test_a_school_without_an_account_hangs_under_the_body_it_was_typed_for(client, world):
    party = world.world.dang_uy_tam_quang
    data = sheet(world, owner=party.pk, owner_typed="Trường Tiểu học Bãi Xa")
    as_(client, world.nga).post(reverse("on_behalf_new"), data)
    school = Unit.objects.get(kind="typed")
    assert school.parent == party
    assert Initiative.objects.get().owner == school


def test_what_was_typed_stays_when_something_is_missing(client, world):
    page = as_(client, world.nga).post(reverse("on_behalf_new"), sheet(world, goal="", told_on="31/2/2026"))
    assert page.status_code == 200
    for kept in ("Con đường hoa", "Bà Hiền", "31/2/2026"):
        assert kept in page.content.decode()
    assert not Enrolment.objects.exists()


def test_the_specialist_of_the_province_chooses_the_commune_first(client, world):
    as_(client, world.hoa)
    page = client.get(reverse("on_behalf_new")).content.decode()
    assert str(world.tam_quang) in page
    url = f"{reverse('on_behalf_new')}?commune={world.tam_quang.pk}"
    assert "Hội Liên hiệp Phụ nữ xã Tam Quang" in client.get(url).content.decode()
    client.post(url, sheet(world))
    assert Enrolment.objects.get().on_behalf.typed_by == world.hoa
    # A body of another commune is not there to choose.
    answer = client.post(url, sheet(world, name="Khác", owner=world.world.dang_uy_tam_hop.pk))
    assert answer.status_code == 200
    assert Enrolment.objects.count() == 1


@pytest.mark.parametrize("who", ["minh", "duc"])
def test_reporters_and_readers_do_not_type_for_others(client, world, who):
    as_(client, getattr(world, who))
    assert client.get(reverse("on_behalf_new")).status_code == 409
    assert client.post(reverse("on_behalf_new"), sheet(world)).status_code == 409
    assert not Enrolment.objects.exists()


def test_the_unit_confirms_with_one_tap_from_its_first_page(client, world):
    enrolment = typed(world)
    page = as_(client, world.hien).get(reverse("home")).content.decode()
    assert reverse("on_behalf_confirm", args=[enrolment.pk]) in page
    client.post(reverse("on_behalf_confirm", args=[enrolment.pk]))
    enrolment = Enrolment.objects.get()
    assert (enrolment.on_behalf.state, enrolment.on_behalf.answered_by) == ("confirmed", world.hien)
    assert enrolment.state == "sent", "its way goes on where it was"
    again = client.post(reverse("on_behalf_confirm", args=[enrolment.pk]))
    assert again.status_code == 409
    assert "Lô Thị Hiền" in again.content.decode()


def test_the_unit_corrects_and_sends_it_itself(client, world):
    enrolment = typed(world, "received")
    as_(client, world.hien)
    answer = client.post(reverse("on_behalf_reopen", args=[enrolment.pk]))
    assert answer["Location"] == reverse("enrolment_edit", args=[enrolment.pk])
    data = sheet(world, goal="Ba cây số đường")
    client.post(answer["Location"], data)
    enrolment = Enrolment.objects.get()
    assert (enrolment.state, enrolment.initiative.goal) == ("sent", "Ba cây số đường")
    assert (enrolment.on_behalf.state, enrolment.on_behalf.answered_by) == ("corrected", world.hien)


def test_a_neighbour_and_whoever_typed_it_do_not_answer_for_the_unit(client, world):
    enrolment = typed(world)
    for name in ("on_behalf_confirm", "on_behalf_reopen"):
        url = reverse(name, args=[enrolment.pk])
        assert as_(client, world.lan).post(url).status_code == 404
        assert as_(client, world.nga).post(url).status_code == 409
        assert as_(client, world.duc).post(url).status_code == 409
    assert as_(client, world.lan).get(reverse("on_behalf_by_word", args=[enrolment.pk])).status_code == 404
    assert as_(client, world.duc).get(reverse("on_behalf_by_word", args=[enrolment.pk])).status_code == 409
    assert OnBehalf.objects.get().state == "waiting"


def test_a_unit_without_an_account_confirms_by_phone(client, world):
    enrolment = typed(world)
    url = reverse("on_behalf_by_word", args=[enrolment.pk])
    as_(client, world.nga)
    assert client.post(url, {"how": "Điện thoại", "on": "1/1/2020"}).status_code == 200
    client.post(url, {"how": "Điện thoại với trưởng bản", "on": today().strftime("%d/%m/%Y")})
    found = OnBehalf.objects.get()
    assert (found.state, found.how, found.answered_by) == ("by_word", "Điện thoại với trưởng bản", world.nga)
    assert "Điện thoại với trưởng bản" in client.get(enrolment.get_absolute_url()).content.decode()


def test_silence_confirms_nothing(client, world):
    enrolment = typed(world, "received")
    OnBehalf.objects.update(answer_by=today() - timedelta(days=1))
    enrolment.confirm(by=world.khoa)
    page = as_(client, world.nga).get(enrolment.get_absolute_url()).content.decode()
    assert "nay chưa trả lời" in page
    assert OnBehalf.objects.get().state == "waiting", "the superior's head does not speak for the unit"
    lists = client.get(reverse("enrolment_list") + "?waiting=late").content.decode()
    assert "nhập hộ, đơn vị chưa xác nhận" in lists
    as_(client, world.binh)
    page = client.get(reverse("catalogue_new") + f"?pk={enrolment.pk}").content.decode()
    assert "nhập hộ, đơn vị chưa xác nhận" in page, "whoever approves sees it"


def test_in_a_catalogue_it_is_not_taken_back(world):
    enrolment = brought_for_the_union(world)
    with pytest.raises(Refused, match="danh mục"):
        enrolment.on_behalf.reopen(by=world.hien)
    enrolment.on_behalf.confirm(by=world.hien)
    assert OnBehalf.objects.get().state == "confirmed"


def brought_for_the_union(world):
    enrolment = typed(world, "received")
    enrolment.confirm(by=world.khoa)
    from kheo.initiatives.models import Catalogue

    catalogue = Catalogue.objects.issue(
        committee=world.committee, by=world.binh, number="01-DM/BCĐ", signed_on=date(2026, 3, 1),
        signer="Trần Thanh Bình", year=enrolment.year,
    )  # fmt: skip
    enrolment.approve(by=world.binh, catalogue=catalogue)
    return Enrolment.objects.get(pk=enrolment.pk)


def test_the_lists_cost_the_same_for_one_and_three(client, world):
    typed(world, name="Một")
    as_(client, world.hien)
    for url in (reverse("enrolment_list") + "?waiting=typed", reverse("home")):
        client.get(url)
        one, _answer = cost(client, url)
        for name in ("Hai năm sau", "Ba mùa vui"):
            typed(world, name=f"{name} {url[-4:]}")
        three, _answer = cost(client, url)
        assert one == three, url


def test_what_others_registered_themselves_is_not_asked_for(client, world):
    enrolment = brought(draft(world), "sent", world)
    answer = as_(client, world.minh).post(reverse("on_behalf_confirm", args=[enrolment.pk]))
    assert answer.status_code == 409


def test_naming_another_body_in_the_ordinary_form_asks_that_body(client, world):
    as_(client, world.minh)
    data = sheet(world)
    client.post(reverse("enrolment_new"), data)
    enrolment = Enrolment.objects.get()
    assert (enrolment.on_behalf.origin, enrolment.on_behalf.state) == ("other", "waiting")
    client.post(reverse("enrolment_new"), {**data, "name": "Việc của Đảng ủy", "owner": world.minh.unit_id})
    assert OnBehalf.objects.count() == 1, "nobody is asked about one's own"
