"""Registering: two minutes on a phone, drafts that survive, odd input, likely duplicates, tables."""

import unicodedata
import uuid

import pytest
from django.urls import reverse

from kheo.initiatives.models import Draft, Enrolment, Initiative, Practice
from kheo.initiatives.tests.cast import brought, cast, draft
from kheo.initiatives.tests.test_pages import as_
from kheo.places.models import Area
from kheo.plans.models import FormField, Plan
from kheo.units.models import Unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return cast()


def short(world, **more):
    return {
        "name": "Tiếng kẻng bình yên", "kind": "model", "subject": "collective", "field": world.economy.pk,
        "owner": world.minh.unit_id, "contact_name": "Vi Thị Mai", "contact_phone": "0912 345 678",
        "hamlet": "bản Bãi Xa", "goal": "86 hộ cùng tham gia", "year": "2026", "year_kind": "new",
        "level_asked": "commune", "draft": str(uuid.uuid4()), **more,
    }  # fmt: skip


@pytest.fixture(autouse=True)
def _in_2026(monkeypatch):
    from datetime import date

    from kheo.initiatives import forms

    monkeypatch.setattr(forms, "today", lambda: date(2026, 3, 2))


def test_the_short_form_is_sent_in_one_go(client, world):
    as_(client, world.minh)
    assert client.get(reverse("enrolment_new")).status_code == 200
    answer = client.post(reverse("enrolment_new"), short(world))
    enrolment = Enrolment.objects.get()
    assert answer["Location"] == enrolment.get_absolute_url()
    assert enrolment.state == "sent"
    assert enrolment.initiative.area.in_text == "bản Bãi Xa"
    assert enrolment.initiative.commune == world.tam_quang


def test_whoever_may_not_write_is_refused(client, world):
    assert as_(client, world.duc).post(reverse("enrolment_new"), short(world)).status_code == 409
    assert not Initiative.objects.exists()


def test_a_body_out_of_reach_cannot_be_named(client, world):
    data = short(world, owner=world.world.dang_uy_tam_hop.pk)
    assert as_(client, world.minh).post(reverse("enrolment_new"), data).status_code == 200
    assert not Initiative.objects.exists()


def test_a_school_is_typed_once(client, world):
    as_(client, world.minh)
    client.post(reverse("enrolment_new"), short(world, owner_typed="Trường Tiểu học Bãi Xa"))
    client.post(
        reverse("enrolment_new"),
        short(world, name="Ngày thứ bảy vì dân", owner_typed="trường  tiểu học Bãi Xa"),
    )
    school = Unit.objects.get(kind="typed")
    assert (school.line, school.parent) == ("agency", world.minh.unit)
    assert Initiative.objects.filter(owner=school).count() == 2
    assert Enrolment.objects.filter(state="sent").count() == 2
    assert Area.objects.filter(level="hamlet").count() == 1


def test_odd_input(client, world):
    as_(client, world.minh)
    name = "Hoà giải 🌾 ở cơ sở"
    client.post(reverse("enrolment_new"), short(world, name=unicodedata.normalize("NFD", name)))
    assert Initiative.objects.get().name == name
    page = client.post(reverse("enrolment_new"), short(world, name="x" * 10_000))
    assert page.status_code == 200
    assert "x" * 10_000 in page.content.decode(), "nothing typed is lost"
    page = client.post(
        reverse("enrolment_new"), short(world, name="Hai", goal="g" * 501, contact_phone="abc")
    )
    assert page.status_code == 200
    assert Initiative.objects.count() == 1


def test_the_long_form_takes_long_words_and_vietnamese_numbers(client, world):
    as_(client, world.minh)
    long = {
        "level_asked": "province", "need": "n" * 10_000, "targets": "100% hộ", "method": "Kẻng",
        "forces_lead": "Chi bộ", "resources_vnd": "1,5 triệu", "resources_land_m2": "105,5",
        "resources_work_days": "12,5", "span_first": "2021", "span_last": "2025", "outputs": "Quy ước",
        "lasting": "Không tốn tiền",
    }  # fmt: skip
    page = client.post(reverse("enrolment_new"), short(world, **{**long, "need": "", "span_last": "2020"}))
    assert page.status_code == 200
    answer = client.post(reverse("enrolment_new"), short(world, **long))
    enrolment = Enrolment.objects.get()
    assert answer["Location"] == enrolment.get_absolute_url()
    assert enrolment.details["resources_vnd"] == 1_500_000
    assert enrolment.details["resources_land_m2"] == 10_550
    assert enrolment.details["resources_work_days"] == 125
    assert enrolment.addressee == world.world.board
    page = client.get(enrolment.get_absolute_url()).content.decode()
    assert "1.500.000" in page
    assert "105,5" in page


def test_the_plan_decides_what_is_asked(client, world):
    plan = Plan.objects.create(
        movement=world.movement, committee=world.committee, year=2026, state="approved"
    )
    FormField.objects.create(plan=plan, name="contact_name", asked="never")
    FormField.objects.create(plan=plan, name="need", asked="always", required=True, example="Vì sao cần")
    as_(client, world.minh)
    page = client.get(reverse("enrolment_new")).content.decode()
    assert "Vì sao cần" in page
    assert 'name="contact_name"' not in page
    assert client.post(reverse("enrolment_new"), short(world)).status_code == 200
    answer = client.post(reverse("enrolment_new"), short(world, need="Mất trộm"))
    assert answer.status_code == 302
    assert Enrolment.objects.get().state == "sent"
    assert Enrolment.objects.get().plan == plan


def test_a_person_only_with_consent(client, world):
    as_(client, world.minh)
    person = {
        "name": "Bà Vi Thị Lan", "kind": "exemplar", "subject": "person", "person_title": "Trưởng bản",
        "person_done": "Đến từng nhà", "person_result": "420 m đường",
    }  # fmt: skip
    page = client.get(reverse("enrolment_new")).content.decode()
    assert 'name="consent" ' in page
    assert "checked" not in page.split('name="consent"')[1].split(">")[0]
    assert client.post(reverse("enrolment_new"), short(world, **person)).status_code == 200
    assert not Initiative.objects.exists()
    given = {"consent": "on", "consent_person": "Bà Lan", "consent_on": "5/1/2026", "consent_how": "spoken"}
    client.post(reverse("enrolment_new"), short(world, **person, **given))
    consent = Initiative.objects.get().standing_consent
    assert (consent.person, consent.how, consent.recorded_by) == ("Bà Lan", "spoken", world.minh)
    assert Enrolment.objects.get().state == "sent"
    url = reverse("initiative_consent_end", args=[Initiative.objects.get().pk])
    assert as_(client, world.lan).get(url).status_code == 404
    as_(client, world.minh).post(url, {"on": "6/1/2026"})
    assert Initiative.objects.get().standing_consent is None


def test_a_draft_is_kept_as_typed(client, world):
    as_(client, world.minh)
    key = str(uuid.uuid4())
    half = {"draft": key, "name": "Chưa xong", "goal": "g" * 5000, "field": "", "level_asked": "commune"}
    answer = client.post(reverse("enrolment_autosave"), half, headers={"accept": "application/json"})
    assert "saved" in answer.json()
    answer = client.post(reverse("enrolment_new"), {**half, "save": "1"})
    page = client.get(answer["Location"]).content.decode()
    assert "Chưa xong" in page
    assert "g" * 5000 in page
    assert as_(client, world.lan).get(answer["Location"]).status_code == 404
    stolen = client.post(reverse("enrolment_autosave"), half, headers={"accept": "application/json"})
    assert stolen.status_code == 409
    as_(client, world.minh)
    client.post(answer["Location"], short(world, draft=key))
    assert not Draft.objects.exists()
    assert Enrolment.objects.get().state == "sent"


def test_a_returned_one_is_changed_and_sent_again(client, world):
    enrolment = brought(draft(world), "sent", world)
    enrolment.return_(by=world.nga, reason="Ghi rõ số hộ")
    as_(client, world.minh)
    url = reverse("enrolment_edit", args=[enrolment.pk])
    assert "86 hộ cùng tham gia" in client.get(url).content.decode()
    client.post(url, short(world, goal="Cả 90 hộ tham gia"))
    enrolment.refresh_from_db()
    assert enrolment.state == "sent"
    assert enrolment.initiative.goal == "Cả 90 hộ tham gia"
    assert as_(client, world.duc).get(url).status_code == 409


def test_what_was_counted_stays_as_it_was_counted(client, world):
    brought(draft(world, year=2025, kind_of_year="continuing"), "approved", world)
    initiative = Initiative.objects.get()
    enrolment = initiative.continue_in(2026, by=world.minh)
    data = short(world, kind="exemplar", hamlet="bản Khác", owner_typed="Trường khác", year_kind="continuing")
    as_(client, world.minh).post(reverse("enrolment_edit", args=[enrolment.pk]), data)
    initiative.refresh_from_db()
    assert (initiative.kind, initiative.owner, initiative.area) == ("model", world.minh.unit, world.tam_quang)
    enrolment.refresh_from_db()
    assert enrolment.state == "sent"


def test_likely_duplicates_are_shown_before_sending(client, world):
    other = world.world.women_tam_quang
    brought(draft(world, "Mô hình Tiếng kẻng an ninh bình yên", owner=other), "sent", world)
    as_(client, world.minh)
    answer = client.post(reverse("enrolment_new"), short(world))
    enrolment = Enrolment.objects.latest("pk")
    assert answer["Location"] == reverse("enrolment_send", args=[enrolment.pk])
    assert enrolment.state == "draft"
    page = client.get(answer["Location"]).content.decode()
    assert "Mô hình Tiếng kẻng an ninh bình yên" in page
    alike = Initiative.objects.earliest("pk").pk
    assert client.post(answer["Location"], {"go_on": "1"}).status_code == 409, "without having seen them"
    client.post(answer["Location"], {"seen": [alike], "go_on": "1"})
    enrolment.refresh_from_db()
    assert enrolment.state == "sent"
    assert enrolment.steps.get(state="sent").duplicates_seen == [alike]


def test_the_same_practice_next_door_is_a_likely_duplicate(world):
    practice = Practice.objects.chosen_or_new("Đường hoa", field=world.economy, by=world.minh)
    draft(world, "Ngõ xóm nở hoa", practice=practice)
    found = draft(world, "Con đường phụ nữ tự quản", practice=practice).likely_duplicates()
    assert [(each.why, each.same_owner, each.same_hamlet) for each in found] == [("practice", True, True)]
    assert draft(world, "Thả cá xuống sông").likely_duplicates() == []


def test_continue_many(client, world):
    for name in ("Một", "Hai năm sau", "Ba mùa vui"):
        brought(draft(world, name, year=2025, kind_of_year="continuing"), "approved", world)
    as_(client, world.minh)
    url = reverse("enrolments_continue")
    page = client.get(url + "?year=2026").content.decode()
    assert "Ba mùa vui" in page
    chosen = list(Initiative.objects.values_list("pk", flat=True))
    client.post(url, {"pk": chosen[:2], "year": "2026"})
    assert Enrolment.objects.filter(year=2026, kind="continuing", state="sent").count() == 2
    client.post(url, {"pk": chosen, "year": "2026"})
    assert Enrolment.objects.filter(year=2026).count() == 3
    as_(client, world.lan).post(url, {"pk": chosen, "year": "2025"})
    assert Enrolment.objects.count() == 6
    assert as_(client, world.duc).get(url).status_code == 409


TABLE = """Tên mô hình\tLĩnh vực\tXóm/bản\tĐơn vị chủ trì\tMục tiêu\tNgười liên hệ\tMới/duy trì
Tiếng kẻng bình yên\tkinh te\tbản Bãi Xa\t\t86 hộ tham gia\tVi Thị Mai\tmới
Đường hoa\tnông nghiệp\tbản Liên Hương\tChi hội Phụ nữ bản Liên Hương\tHai cây số đường\tLô Thị Hiền\tduy trì
\tKinh tế\t\t\t"""


def test_a_pasted_table(client, world):
    as_(client, world.minh)
    url = reverse("enrolments_grid")
    assert client.get(url).status_code == 200
    page = client.post(url, {"pasted": TABLE}).content.decode()
    assert 'value="Tiếng kẻng bình yên"' in page
    assert "Quốc phòng - an ninh" in page, "the doubtful field names what it may be"
    assert not Initiative.objects.exists()
    cells = {
        "cell-1-name": "Tiếng kẻng bình yên",
        "cell-1-field": "kinh te",
        "cell-1-hamlet": "bản Bãi Xa",
        "cell-1-goal": "86 hộ",
        "cell-1-contact_name": "Mai",
        "cell-2-name": "Đường hoa",
        "cell-2-field": "Kinh tế",
        "cell-2-owner": "Chi hội Phụ nữ bản Liên Hương",
        "cell-2-goal": "Hai cây số",
        "cell-2-contact_name": "Hiền",
        "cell-3-name": "Hỏng",
    }
    page = client.post(url, {**cells, "make": "1"}).content.decode()
    assert Enrolment.objects.filter(state="draft").count() == 2
    assert Unit.objects.get(kind="typed").line == "women"
    assert 'value="Hỏng"' in page, "what is doubtful stays to be corrected"


def test_too_many_lines_are_refused_in_a_sentence(client, world):
    as_(client, world.minh)
    answer = client.post(reverse("enrolments_grid"), {"pasted": "a\tb\n" * 301})
    assert answer.status_code == 409
