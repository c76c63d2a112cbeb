"""What is in the journal stays as it was written."""

from datetime import date, datetime
from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model
from django.db import DatabaseError, connection, transaction

from kheo.audit.models import ERASED, Entry, record
from kheo.lib.periods import VIETNAM
from kheo.lib.refusals import Refused

pytestmark = pytest.mark.django_db


class HoaAtTheBoard(SimpleNamespace):
    def __str__(self):
        return "Chuyên viên, Ban Tuyên giáo và Dân vận Tỉnh ủy"


@pytest.fixture
def hoa():
    return get_user_model().objects.create_user(username="hoa", full_name="Nguyễn Thị Hoa")


@pytest.fixture
def entry(hoa):
    post = HoaAtTheBoard(pk=7, unit_id=3, user=hoa)
    return record(hoa, "accepted", by=post, changes={"state": ["received", "accepted"]}, reason="Đủ hồ sơ")


def test_it_says_who_as_whom_what_and_why(entry, hoa):
    entry = Entry.objects.about(hoa).get()
    assert (entry.user, entry.post_id, entry.unit_id) == (hoa, 7, 3)
    assert entry.acting_as == "Chuyên viên, Ban Tuyên giáo và Dân vận Tỉnh ủy"
    assert (entry.verb, entry.reason, entry.object_label) == ("accepted", "Đủ hồ sơ", "Nguyễn Thị Hoa")
    assert entry.changes == {"state": ["received", "accepted"]}


def test_the_model_refuses_to_change_or_remove_it(entry):
    entry.reason = "Khác"
    for attempt in (
        entry.save,
        entry.delete,
        Entry.objects.all().delete,
        lambda: Entry.objects.update(reason="Khác"),
        lambda: Entry.objects.bulk_update([entry], ["reason"]),
    ):
        with pytest.raises(Refused):
            attempt()
    assert Entry.objects.get().reason == "Đủ hồ sơ"


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET reason = 'x'",
        "UPDATE audit_entry SET verb = 'x', words_erased_at = CURRENT_TIMESTAMP",
        "UPDATE audit_entry SET user_id = NULL, words_erased_at = CURRENT_TIMESTAMP",
        "DELETE FROM audit_entry",
    ],
)
def test_the_database_refuses_too(entry, statement):
    if connection.vendor == "sqlite" and statement.startswith("DELETE"):
        pytest.skip("SQLite empties its tables between transactional tests by DELETE")
    with pytest.raises(DatabaseError, match="audit entries are never"):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_words_are_erased_by_right_and_the_act_stays(entry, hoa):
    assert Entry.objects.about(hoa).erase_words() == 1
    erased = Entry.objects.get()
    assert (erased.object_label, erased.reason, erased.folded) == (ERASED, ERASED, "")
    assert erased.changes == {"state": [ERASED, ERASED]}
    assert (erased.verb, erased.user, erased.at) == ("accepted", hoa, entry.at)
    assert Entry.objects.about(hoa).erase_words() == 0


def test_it_is_searched_without_accents_by_day_verb_and_user(entry, hoa):
    an = get_user_model().objects.create_user(username="an", full_name="An")
    record(an, "returned", by=an, reason="Thiếu chữ ký ĐẢNG ỦY")
    record(an, "renewed")

    def verbs(**asked):
        return sorted(found.verb for found in Entry.objects.search(**asked))

    assert verbs(text="dang uy") == verbs(text="ký Đảng") == ["returned"]
    assert verbs(text="nguyen dan van") == ["accepted"]
    assert verbs(text="100%") == []
    assert verbs(verb="renewed") == ["renewed"]
    assert verbs(user=an) == verbs(user=an.pk) == ["returned"]
    assert verbs() == ["accepted", "renewed", "returned"]


def test_both_days_are_included_in_vietnamese_time(hoa):
    late = datetime(2026, 7, 5, 23, 30, tzinfo=VIETNAM)
    Entry(at=late, verb="late", object_type="x", object_id="1", object_label="x").save()
    day = date(2026, 7, 5)
    assert Entry.objects.search(since=day, until=day).get().verb == "late"
    assert not Entry.objects.search(since=date(2026, 7, 6)).exists()
    assert Entry.objects.search(until=date.max).exists()
