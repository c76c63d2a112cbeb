"""A person's phones: seen by the person and whoever runs the account, ended when one is lost."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from kheo.audit.models import Entry
from kheo.lib.periods import today
from kheo.offline.models import Phone
from kheo.offline.tests.cast import OnThePhone, cast, running
from kheo.units.models import Post, ReachKind, Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return cast()


@pytest.fixture
def phone(people):
    return OnThePhone(people.minh)


@pytest.fixture
def an(people):
    """An administers the province."""
    return Post.objects.get(user=people.world.an)


def page(client, post, name, *args):
    client.force_login(post.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client.get(reverse(name, args=args))


def test_minh_sees_his_phones_from_his_account(client, people, phone):
    phone.send(phone.writes(running(people)), waiting=2)
    told = page(client, people.minh, "account").content.decode()
    assert reverse("phones_of", args=[people.minh.user_id]) in told
    answer = client.get(reverse("my_phones"), follow=True)
    told = answer.content.decode()
    assert "Android · Chrome" in told
    assert "2 nội dung chưa gửi" in told
    assert "đang dùng" in told


def test_without_a_phone_the_page_says_how_to_begin(client, people):
    told = page(client, people.minh, "phones_of", people.minh.user_id).content.decode()
    assert reverse("phone_app") in told


def test_a_lost_phone_is_revoked_with_a_reason(client, people, phone):
    url = reverse("phone_revoke", args=[phone.phone.pk])
    told = page(client, people.minh, "phone_revoke", phone.phone.pk).content.decode()
    assert "Android · Chrome" in told
    client.post(url, {"reason": " "})
    assert Phone.objects.get().revoked_at is None
    answer = client.post(url, {"reason": "Mất trên đường vào bản"}, follow=True)
    assert "Mất trên đường vào bản" in answer.content.decode()
    assert Phone.objects.get().revoked_by == people.minh.user
    assert Entry.objects.filter(verb="phone_revoked").exists()
    phone.ask("me", method="get")
    assert phone.answer.status_code == 403
    # A second time there is nothing left to revoke, and it is said.
    assert client.post(url, {"reason": "Mất"}).status_code == 409


def test_the_administrator_finds_them_at_the_person(client, people, phone, an):
    told = page(client, an, "person", people.minh.user_id).content.decode()
    assert reverse("phones_of", args=[people.minh.user_id]) in told
    told = client.get(reverse("phones_of", args=[people.minh.user_id])).content.decode()
    assert "Lô Văn Minh" in told
    answer = client.post(reverse("phone_revoke", args=[phone.phone.pk]), {"reason": "Báo mất qua điện thoại"})
    assert answer.status_code == 302
    assert Phone.objects.get().revoked_by == an.user


def test_a_neighbour_and_a_colleague_find_nothing(client, people, phone):
    for post in (people.lan, people.duc, people.vinh):
        assert page(client, post, "phones_of", people.minh.user_id).status_code == 404
        assert client.post(reverse("phone_revoke", args=[phone.phone.pk]), {"reason": "x"}).status_code == 404
    neighbour = Post.objects.create(
        user=people.lan.user, unit=people.lan.unit, role=Role.UNIT_ADMIN, reach=ReachKind.OWN,
        valid_from=people.lan.valid_from,
    )  # fmt: skip
    assert page(client, neighbour, "phones_of", people.minh.user_id).status_code == 404
    assert Phone.objects.get().revoked_at is None


def test_a_visitor_signs_in_first(client, people, phone):
    for url in (
        reverse("phones_of", args=[people.minh.user_id]),
        reverse("phone_revoke", args=[phone.phone.pk]),
    ):
        assert client.get(url).status_code == 302


def test_the_end_of_post_or_account_ends_the_phone_by_itself(client, people, phone, an):
    """Nobody has to think of the phone: it hands in and empties itself at its next contact."""
    user = people.minh.user

    def told():
        user.refresh_from_db()
        phone.ask("pack", {})
        return phone.answer.status_code, page(client, an, "phones_of", user.pk).content.decode()

    assert told()[0] == 200
    user.close(by=an)
    status, words = told()
    assert (status, "Tài khoản đã đóng." in words) == (403, True)
    user.reopen(by=an)
    assert told()[0] == 200
    people.minh.end(by=an, on=today())
    phone.ask("pack", {})
    assert phone.answer.status_code == 403


def test_each_state_has_its_words(client, people, phone):
    def told():
        return page(client, people.minh, "phones_of", people.minh.user_id).content.decode()

    Phone.objects.update(good_until=timezone.now() - timedelta(days=1))
    assert "chờ đăng nhập lại" in told()
    Phone.objects.update(signed_out_at=timezone.now(), waiting=3)
    assert "niêm phong" in told()
    Phone.objects.update(waiting=0)
    assert "đã đăng xuất" in told()
    Phone.objects.update(revoked_at=timezone.now(), revoked_by=people.minh.user, revoked_reason="Mất")
    assert "sẽ nộp hết những gì đang giữ rồi tự xóa" in told()
    Phone.objects.update(wiped_at=timezone.now())
    assert "đã nộp hết và tự xóa sạch" in told()


def test_queries_do_not_grow_with_phones(client, people, an):
    url = reverse("phones_of", args=[people.minh.user_id])
    for post in (people.minh, an):
        found = []
        for _n in range(2):
            OnThePhone(people.minh)
            page(client, post, "phones_of", people.minh.user_id)
            with CaptureQueriesContext(connection) as asked:
                client.get(url)
            found.append(len(asked))
        assert found[0] == found[1]
