"""A list of more rows than are counted is read in its own order, and shows the same to the same people."""

import pytest
from django.urls import reverse

from kheo.initiatives.models import Enrolment, Initiative
from kheo.initiatives.tests.cast import cast, draft
from kheo.ui import lists
from kheo.ui.lists import reading_in_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    made = cast()
    for number in range(1, 4):
        draft(made, f"Mô hình số {number}")
    return made


def names(client, post, query=""):
    client.force_login(post.user)
    page = client.get(reverse("enrolment_list") + query).context["page"]
    return [row.initiative.name for row in page.rows], page


def test_both_ways_show_everyone_the_same(world):
    for post in (world.minh, world.binh, world.lan, world.hoa, world.duc):
        for model in (Initiative, Enrolment):
            gathered = set(model.objects.visible_to(post).values_list("pk", flat=True))
            with reading_in_order():
                assert set(model.objects.visible_to(post).values_list("pk", flat=True)) == gathered
    assert Enrolment.objects.visible_to(world.minh).count() == 3
    assert not Enrolment.objects.visible_to(world.lan).exists()


def test_a_list_too_long_to_count(client, world, monkeypatch):
    monkeypatch.setattr(lists, "COUNT_TO", 1)
    shown, page = names(client, world.minh)
    assert shown == ["Mô hình số 1", "Mô hình số 2", "Mô hình số 3"]
    assert page.total is None
    assert names(client, world.lan)[0] == []


@pytest.mark.parametrize("counted_to", [1, 1000])
def test_leafing_shows_every_row_once(rf, world, monkeypatch, counted_to):
    monkeypatch.setattr(lists, "COUNT_TO", counted_to)
    rows = Enrolment.objects.visible_to(world.minh).select_related("initiative")
    address, shown = "", []
    for _leaf in range(3):
        page = lists.keyset_page(rows, rf.get(f"/{address}"), ("sort_key", "id"), size=1)
        shown += [row.initiative.name for row in page]
        address = page.next_url
    assert shown == ["Mô hình số 1", "Mô hình số 2", "Mô hình số 3"]
    assert not address


def test_the_list_follows_a_new_name(client, world):
    first = Initiative.objects.get(name="Mô hình số 1")
    first.name = "Yên bình"
    first.save()
    assert names(client, world.minh)[0] == ["Mô hình số 2", "Mô hình số 3", "Yên bình"]
    assert Enrolment.objects.get(initiative=first).sort_key == first.sort_key
