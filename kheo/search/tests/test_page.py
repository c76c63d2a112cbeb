"""The search page."""

import pytest
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.test import Client
from django.urls import reverse

from kheo.search import index

from .things import Thing, only_things

pytestmark = pytest.mark.django_db


@pytest.fixture
def minh():
    client = Client()
    client.force_login(get_user_model().objects.create_user(username="minh", full_name="Vi Văn Minh"))
    return client


@pytest.fixture(autouse=True)
def _things():
    with only_things([]):
        everyone = index.kinds()["thing"]
        index.register(index.Searchable(**{**everyone.__dict__, "scope": lambda who: Q()}))
        index.update(Thing(1, "Tiếng kẻng <b>bình yên</b>", place="Xã Tam Quang"))
        yield


def page(client, **query):
    return client.get(reverse("search"), query)


def test_what_is_found_is_shown_and_escaped(minh):
    response = page(minh, q="keng")
    assert response.status_code == 200
    text = response.content.decode()
    assert "Tiếng kẻng &lt;b&gt;bình yên" in text
    assert "Tìm thấy 1 kết quả" in text


def test_nothing_found_says_what_to_try(minh):
    assert "Hãy thử ít từ hơn" in page(minh, q="zzz").content.decode()
    assert page(minh).status_code == 200
    assert page(minh, q='"*(', kind="nonsense").status_code == 200


def test_only_fifty_are_shown(minh):
    index.update(*(Thing(number, f"Mô hình {number}") for number in range(100, 160)))
    assert "Có hơn 50 kết quả" in page(minh, q="mo hinh").content.decode()


def test_it_asks_for_a_sign_in():
    assert page(Client(), q="keng").status_code == 302
