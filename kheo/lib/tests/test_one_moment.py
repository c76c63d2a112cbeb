"""A page that asks often reads one moment, while somebody else enters something."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.contrib.auth.models import Group
from django.db import connection, transaction

from kheo.lib.database import one_moment

pytestmark = pytest.mark.django_db(transaction=True)


def entered_meanwhile(name):
    """By another connection, and kept."""

    def enter():
        try:
            return Group.objects.create(name=name).pk
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        return other.submit(enter).result()


def test_what_is_entered_meanwhile_is_seen_afterwards():
    Group.objects.create(name="Tam Quang")
    with one_moment():
        assert Group.objects.count() == 1
        entered_meanwhile("Tam Hợp")
        assert Group.objects.count() == 1
        assert not Group.objects.filter(name="Tam Hợp").exists()
    assert Group.objects.count() == 2


def test_each_question_by_itself_sees_it_at_once():
    assert Group.objects.count() == 0
    entered_meanwhile("Tam Quang")
    assert Group.objects.count() == 1


def test_the_next_transaction_writes_as_ever():
    with one_moment():
        Group.objects.count()
    with transaction.atomic():
        Group.objects.create(name="Tam Quang")
        with one_moment():
            assert Group.objects.count() == 1
    assert Group.objects.count() == 1
