"""The accepted list becomes public by the decision of a person at the desk, and is taken down by one."""

from datetime import date

import pytest
from django.urls import reverse

from kheo.initiatives.models import Consent, Enrolment, Initiative
from kheo.initiatives.tests.cast import brought, draft
from kheo.initiatives.tests.test_pages import as_
from kheo.plans.models import Field
from kheo.submissions.models import PublicList
from kheo.submissions.tests.cast import world_with_two_registrars

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return world_with_two_registrars()


def asked(world, **more):
    return {
        "committee": world.committee.pk, "movement": world.movement.pk, "year": 2026, "catalogue": "", **more,
    }  # fmt: skip


def accepted(world, name, **facts):
    return brought(draft(world, name, **facts), "approved", world)


def test_first_seen_then_decided(client, world):
    accepted(world, "Tiếng kẻng bình yên")
    as_(client, world.nga)
    assert client.get(reverse("public_list_new")).status_code == 200
    page = client.get(reverse("public_list_new"), asked(world)).content.decode()
    assert "Tiếng kẻng bình yên" in page
    assert not PublicList.objects.exists(), "to look is not to decide"
    client.post(reverse("public_list_new"), asked(world))
    assert PublicList.objects.get().shown_by == world.nga
    client.post(reverse("public_list_new"), asked(world))
    assert PublicList.objects.count() == 1


@pytest.mark.parametrize("who", ["minh", "duc", "lan", "hoa"])
def test_others_make_nothing_public(client, world, who):
    accepted(world, "Tiếng kẻng bình yên")
    as_(client, getattr(world, who)).post(reverse("public_list_new"), asked(world))
    assert not PublicList.objects.exists()


def test_what_is_shown(client, world):
    inner = Field.objects.create(code="noi_bo", name="Nội bộ", internal_by_default=True)
    accepted(world, "Tiếng kẻng bình yên")
    people = [accepted(world, name, kind="exemplar") for name in ("Bà Vi Thị Lan", "Ông Lô Văn Hạnh")]
    Initiative.objects.filter(enrolments__in=people).update(subject="person")
    agreed = people[1]
    Consent.objects.create(
        initiative=agreed.initiative, person="Ông Hạnh", given_on=date(2026, 1, 1), how="spoken",
        recorded_by=world.minh,
    )  # fmt: skip
    accepted(world, "Chốt biên giới", field=inner)
    brought(draft(world, "Chưa được duyệt"), "sent", world)
    shown = PublicList.objects.show(world.committee, world.movement, 2026, by=world.nga)
    names = [row.initiative.name for row in shown.rows()]
    assert names == ["Ông Lô Văn Hạnh", "Tiếng kẻng bình yên"]
    page = client.get(shown.path).content.decode()
    assert "Ông Lô Văn Hạnh" in page
    for hidden in ("Vi Thị Lan", "Chốt biên giới", "Chưa được duyệt", "Vi Thị Mai", "86 hộ"):
        assert hidden not in page
    agreed.initiative.standing_consent.take_back(by=world.minh, on=date(2026, 2, 2))
    assert "Ông Lô Văn Hạnh" not in client.get(shown.path).content.decode()


def test_one_numbered_list_alone(client, world):
    first = accepted(world, "Tiếng kẻng bình yên")
    accepted(world, "Con đường hoa")
    catalogue = first.steps.get(state="approved").catalogue
    shown = PublicList.objects.show(world.committee, world.movement, 2026, by=world.nga, catalogue=catalogue)
    assert [row.initiative.name for row in shown.rows()] == ["Tiếng kẻng bình yên"]
    assert "Con đường hoa" not in client.get(shown.path).content.decode()


def test_taken_down_it_is_nowhere(client, world):
    accepted(world, "Tiếng kẻng bình yên")
    shown = PublicList.objects.show(world.committee, world.movement, 2026, by=world.nga)
    url = reverse("public_list_take_down", args=[shown.pk])
    assert as_(client, world.lan).get(url).status_code == 404
    assert as_(client, world.duc).post(url, {"reason": "x"}).status_code == 409
    as_(client, world.oanh)
    assert client.post(url, {"reason": ""}).status_code == 200
    client.post(url, {"reason": "Rà soát lại"})
    client.logout()
    assert client.get(shown.path).status_code == 404
    assert client.get(shown.path + "?format=xlsx").status_code == 404
    assert "Rà soát lại" in as_(client, world.nga).get(reverse("public_lists")).content.decode()
    assert Enrolment.objects.get().state == "approved"
    assert Initiative.objects.get().public is False
