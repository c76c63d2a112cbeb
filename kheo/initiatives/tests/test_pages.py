"""Pages open for those who may, are not found by the neighbour, and cost the same for one row or three."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kheo.initiatives.models import Initiative, Practice
from kheo.initiatives.tests.cast import brought, cast, draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return cast()


def as_(client, post):
    client.force_login(post.user)
    session = client.session
    session["post"] = post.pk
    session.save()
    return client


def cost(client, url):
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(url)
    assert answer.status_code == 200
    return len(queries), answer


LISTS = ["initiative_list", "enrolment_list", "practice_list", "catalogue_list", "enrolments_continue"]


@pytest.mark.parametrize("name", LISTS)
def test_lists_cost_the_same_for_one_row_and_three(client, world, name):
    def row(number):
        practice = Practice.objects.chosen_or_new(f"Cách làm {number}", field=world.economy, by=world.minh)
        enrolment = draft(
            world, f"Mô hình số {number}", practice=practice, year=2025, kind_of_year="continuing"
        )
        brought(enrolment, "approved", world)

    row(1)
    who = world.binh if name == "catalogue_list" else world.minh
    as_(client, who)
    client.get(reverse(name))
    one, _answer = cost(client, reverse(name))
    row(2)
    row(3)
    three, answer = cost(client, reverse(name))
    assert one == three
    if name != "catalogue_list":
        assert b"3" in answer.content


def test_the_waiting_lists_cost_the_same(client, world):
    brought(draft(world, "Một"), "sent", world)
    as_(client, world.nga)
    url = reverse("enrolment_list") + "?waiting=receive"
    client.get(url)
    one, _answer = cost(client, url)
    for name in ("Hai năm sau", "Ba mùa vui"):
        brought(draft(world, name), "sent", world)
    three, answer = cost(client, url)
    assert one == three
    assert "Ba mùa vui" in answer.content.decode()


@pytest.mark.parametrize("name", ["initiative_list", "enrolment_list"])
def test_a_sheet_costs_the_same_for_one_row_and_three(client, world, name):
    from kheo.places.models import Area

    as_(client, world.minh)
    costs = []
    for names in (["Một"], ["Hai năm sau", "Ba mùa vui"]):
        for each in names:
            draft(world, each, area=Area.objects.add_hamlet(each, "bản", world.tam_quang))
        client.get(reverse(name) + "?format=xlsx")
        costs.append(cost(client, reverse(name) + "?format=xlsx")[0])
    assert costs[0] == costs[1]


def test_pages_of_one(client, world):
    enrolment = brought(draft(world), "received", world)
    for post in (world.minh, world.vinh, world.nga, world.hoa, world.duc):
        as_(client, post)
        assert client.get(enrolment.get_absolute_url()).status_code == 200
        assert client.get(enrolment.initiative.get_absolute_url()).status_code == 200
    as_(client, world.lan)
    for name, pk in (
        ("enrolment", enrolment.pk),
        ("initiative", enrolment.initiative_id),
        ("enrolment_edit", enrolment.pk),
        ("enrolment_send", enrolment.pk),
        ("enrolment_return", enrolment.pk),
        ("enrolment_withdraw", enrolment.pk),
        ("initiative_start", enrolment.initiative_id),
        ("initiative_end", enrolment.initiative_id),
        ("enrolment_field", enrolment.pk),
    ):
        assert client.get(reverse(name, args=[pk])).status_code == 404, name
    for name in ("enrolment_receive", "enrolment_confirm"):
        assert client.post(reverse(name, args=[enrolment.pk])).status_code == 404
    enrolment.refresh_from_db()
    assert enrolment.state == "received"


def test_the_main_button_is_the_next_step(client, world):
    enrolment = brought(draft(world), "sent", world)
    page = as_(client, world.nga).get(enrolment.get_absolute_url()).content.decode()
    assert reverse("enrolment_receive", args=[enrolment.pk]) in page
    page = as_(client, world.minh).get(enrolment.get_absolute_url()).content.decode()
    assert reverse("enrolment_receive", args=[enrolment.pk]) not in page
    page = as_(client, world.duc).get(enrolment.get_absolute_url()).content.decode()
    assert "button--main" not in page


def test_a_reader_is_refused_in_a_sentence(client, world):
    enrolment = brought(draft(world), "sent", world)
    answer = as_(client, world.duc).post(reverse("enrolment_receive", args=[enrolment.pk]))
    assert answer.status_code == 409
    assert client.get(reverse("enrolment_new")).status_code == 409


def test_the_second_press_is_told_who_was_faster(client, world):
    enrolment = brought(draft(world), "sent", world)
    as_(client, world.nga)
    assert client.post(reverse("enrolment_receive", args=[enrolment.pk])).status_code == 302
    answer = client.post(reverse("enrolment_receive", args=[enrolment.pk]))
    assert answer.status_code == 409
    assert "Kha Thị Nga" in answer.content.decode()


def test_many_are_received_and_confirmed_at_once(client, world):
    chosen = [brought(draft(world, name), "sent", world).pk for name in ("Một", "Hai năm sau", "Ba mùa vui")]
    as_(client, world.nga)
    client.post(reverse("enrolments_at_once"), {"verb": "receive", "pk": chosen[:2]})
    states = Initiative.objects.order_by("pk").values_list("enrolments__state", flat=True)
    assert list(states) == ["received", "received", "sent"]
    client.post(reverse("enrolments_at_once"), {"verb": "receive", "every": "1"})
    assert list(states.all()) == ["received"] * 3
    as_(client, world.vinh)
    client.post(reverse("enrolments_at_once"), {"verb": "confirm", "pk": chosen})
    assert list(states.all()) == ["confirmed"] * 3
    as_(client, world.lan)
    answer = client.post(reverse("enrolments_at_once"), {"verb": "confirm", "pk": chosen}, follow=True)
    assert answer.status_code == 200


def test_a_numbered_list_is_approved(client, world):
    chosen = [brought(draft(world, name), "confirmed", world).pk for name in ("Một", "Hai năm sau")]
    as_(client, world.binh)
    page = client.post(reverse("catalogue_new"), {"pk": chosen})
    assert page.status_code == 200
    answer = client.post(
        reverse("catalogue_new"),
        {"pk": chosen, "number": "03-DM/BCĐ", "signed_on": "1/3/2026", "signer": "Trần Thanh Bình"},
    )
    assert answer.status_code == 302, answer.content.decode()[:3000]
    page = client.get(answer["Location"]).content.decode()
    assert "03-DM/BCĐ" in page
    assert "Hai năm sau" in page
    assert client.get(answer["Location"] + "?format=xlsx").status_code == 200
    as_(client, world.lan)
    assert client.get(answer["Location"]).status_code == 404
    as_(client, world.minh)
    assert client.post(reverse("catalogue_new"), {"pk": chosen}).status_code == 409


def test_start_end_and_return_by_their_pages(client, world):
    enrolment = brought(draft(world), "approved", world)
    initiative = enrolment.initiative
    as_(client, world.vinh)
    assert client.get(reverse("initiative_start", args=[initiative.pk])).status_code == 200
    client.post(reverse("initiative_start", args=[initiative.pk]), {"on": "2/4/2026"})
    assert Initiative.objects.get().state == "running"
    answer = client.post(
        reverse("initiative_end", args=[initiative.pk]), {"on": "1/4/2026", "reason": "Dừng"}
    )
    assert answer.status_code == 200, "before its start"
    client.post(reverse("initiative_end", args=[initiative.pk]), {"on": "5/4/2026", "reason": "Dừng"})
    assert Initiative.objects.get().state == "ended"
    other = brought(draft(world, "Gia đình biển"), "sent", world)
    as_(client, world.nga)
    assert client.get(reverse("enrolment_return", args=[other.pk])).status_code == 200
    client.post(reverse("enrolment_return", args=[other.pk]), {"reason": "Ghi rõ số hộ", "seen": "sent"})
    other.refresh_from_db()
    assert other.state == "returned"
    assert "Ghi rõ số hộ" in as_(client, world.minh).get(other.get_absolute_url()).content.decode()


def test_filters_find_without_accents(client, world):
    brought(draft(world, "Tiếng kẻng bình yên"), "sent", world)
    brought(draft(world, "Đường cờ đại đoàn kết"), "sent", world)
    as_(client, world.hoa)
    for name in ("initiative_list", "enrolment_list"):
        page = client.get(reverse(name), {"q": "duong co"}).content.decode()
        assert "Đường cờ" in page
        assert "Tiếng kẻng" not in page
        page = client.get(reverse(name), {"commune": world.world.tam_hop.pk}).content.decode()
        assert "Đường cờ" not in page
        asked = {"line": "party", "year": "2026", "kind": "model", "level": "commune"}
        asked |= {"commune": world.tam_quang.pk, "field": world.economy.pk}
        page = client.get(reverse(name), asked)
        assert "Đường cờ" in page.content.decode()
        assert (
            client.get(reverse(name), {"year": "hai nghìn", "field": "x", "commune": "9" * 30}).status_code
            == 200
        )
        assert client.get(reverse(name), {"format": "xlsx", "q": "duong"}).status_code == 200
        assert client.get(reverse(name), {"sort": "newest"}).status_code == 200


def test_known_from_a_publication_is_said_honestly(client, world):
    initiative = Initiative.objects.known_from_publication(
        year=None, name="Thả cá tái tạo nguồn lợi thủy sản", movement=world.movement, field=world.economy,
        owner=world.minh.unit, owner_known=False, area=world.world.province, source_url="https://baonghean.vn/x",
        source_id="dvk-900", source_labelled=False,
    )  # fmt: skip
    page = as_(client, world.hoa).get(initiative.get_absolute_url()).content.decode()
    assert "https://baonghean.vn/x" in page
    assert "chưa xác định" in page.lower()
    assert "không gắn" in page


def test_practices(client, world):
    as_(client, world.minh)
    answer = client.post(reverse("practice_new"), {"name": "Tiếng kẻng bình yên", "field": world.economy.pk})
    practice = Practice.objects.get()
    assert answer["Location"] == practice.get_absolute_url()
    here = draft(world, practice=practice).initiative.get_absolute_url()
    assert here in client.get(practice.get_absolute_url()).content.decode()
    assert here not in as_(client, world.lan).get(practice.get_absolute_url()).content.decode()
    assert "Tiếng kẻng" in client.get(reverse("practice_list"), {"q": "tieng keng"}).content.decode()
    edit = reverse("practice_edit", args=[practice.pk])
    data = {"name": practice.name, "field": world.economy.pk, "description": "Kẻng ở mỗi bản"}
    assert client.post(edit, data).status_code == 200, "a reporter may not"
    as_(client, world.nga).post(edit, data)
    practice.refresh_from_db()
    assert practice.description == "Kẻng ở mỗi bản"


def test_panels_tell_each_what_waits(rf, world):
    from kheo.ui.registry import panels

    def shown(post):
        request = rf.get("/")
        request.user, request.post = post.user, post
        mine = [panel for panel in panels.panels if panel.name.startswith("initiatives_")]
        contexts = {panel.name: panel.context(request) for panel in mine}
        return {name: context["count"] for name, context in contexts.items() if context}

    brought(draft(world, "Một"), "sent", world)
    brought(draft(world, "Hai năm sau"), "received", world)
    brought(draft(world, "Ba mùa vui"), "confirmed", world)
    draft(world, "Bốn phương")
    assert shown(world.nga) == {"initiatives_receive": "1"}
    assert shown(world.vinh) == {"initiatives_confirm": "1"}
    assert shown(world.binh) == {"initiatives_approve": "1"}
    assert shown(world.minh) == {"initiatives_drafts": "1"}
    assert shown(world.lan) == {}


def test_the_page_names_others_of_the_practice_that_one_may_see(client, world):
    gong, flowers = (
        Practice.objects.chosen_or_new(name, field=world.economy, by=world.minh)
        for name in ("Tiếng kẻng", "Đường hoa")
    )
    first, _second, _flowers = (
        draft(world, name, practice=practice).initiative
        for name, practice in (
            ("Kẻng bản Tam Liên", gong),
            ("Kẻng bản Bãi Xa", gong),
            ("Hoa bản Liên", flowers),
        )
    )
    neighbours = draft(world, "Kẻng Tam Hợp", practice=gong, by=world.lan)
    for post, theirs in ((world.minh, False), (world.duc, True), (world.hoa, True)):
        page = as_(client, post).get(reverse("initiative", args=[first.pk])).content.decode()
        assert "Kẻng bản Bãi Xa" in page
        assert "Hoa bản Liên" not in page
        assert ("Kẻng Tam Hợp" in page) == theirs
    page = as_(client, world.lan).get(reverse("initiative", args=[neighbours.initiative.pk])).content.decode()
    assert "Kẻng bản" not in page
