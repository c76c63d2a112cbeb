"""Hoa pages through long lists and takes them out as spreadsheets."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db.models import CharField, F, Value
from django.test import RequestFactory
from openpyxl import load_workbook

from kheo.audit.models import Entry
from kheo.ui.lists import keyset_page, total_words, wants_xlsx, xlsx_response

pytestmark = pytest.mark.django_db


@pytest.fixture
def entries():
    at = datetime(2026, 7, 5, 8, 0, 0, 123456, tzinfo=UTC)
    return Entry.objects.bulk_create(
        # Three entries share each verb and moment, so that order depends on the later keys.
        [
            Entry(
                at=at.replace(minute=n // 3),
                verb=f"verb {n % 4}",
                object_type="x",
                object_id=str(n),
                object_label="x",
            )
            for n in range(23)
        ]
    )


def walk(queryset, order, size=5):
    """All pages forwards, then back again from the last."""
    pages, url = [], "/?filter=a"
    while True:
        page = keyset_page(queryset, RequestFactory().get(url), order, size)
        pages.append([row["pk"] if isinstance(row, dict) else row.pk for row in page.rows])
        if not page.next_url:
            break
        assert "filter=a" in page.next_url
        url = "/" + page.next_url
    back = [pages[-1]]
    while page.previous_url:
        page = keyset_page(queryset, RequestFactory().get("/" + page.previous_url), order, size)
        back.insert(0, [row["pk"] if isinstance(row, dict) else row.pk for row in page.rows])
    return pages, back


@pytest.mark.parametrize(
    "order", [("-at", "-id"), ("at",), ("verb", "-at"), ("-verb", "at", "-id"), ("-pk",), ("id",)]
)
def test_every_row_once_in_both_directions(entries, order):
    pages, back = walk(Entry.objects.all(), order)
    flat = [pk for page in pages for pk in page]
    tail = (
        ()
        if {"pk", "id"} & {name.lstrip("-") for name in order}
        else (("-pk",) if order[-1][0] == "-" else ("pk",))
    )
    assert flat == list(Entry.objects.order_by(*order, *tail).values_list("pk", flat=True))
    assert len(set(flat)) == 23
    assert back == pages


def test_annotations_and_dicts(entries):
    named = Entry.objects.annotate(word=F("verb"), same=Value("a", output_field=CharField()))
    pages, back = walk(named, ("same", "-word", "id"))
    assert sum(map(len, pages)) == 23
    assert back == pages
    pages, back = walk(Entry.objects.values("pk", "verb"), ("verb", "pk"))
    assert sum(map(len, pages)) == 23
    assert back == pages


def test_a_new_row_moves_nothing_that_was_shown(entries):
    first = keyset_page(Entry.objects.all(), RequestFactory().get("/"), ("-at", "-id"), 5)
    Entry.objects.create(verb="new", object_type="x", object_id="n", object_label="n")
    second = keyset_page(Entry.objects.all(), RequestFactory().get("/" + first.next_url), ("-at", "-id"), 5)
    assert not {row.pk for row in first} & {row.pk for row in second}


@pytest.mark.parametrize(
    "key", ["x", "W10", "bnVsbA", "WzEsMl0", "!!!", "WyJhIiwiYiJd", "W251bGwsMV0", "é" * 3, "A" * 5000]
)
def test_a_broken_key_gives_the_first_page(entries, key):
    page = keyset_page(Entry.objects.all(), RequestFactory().get("/", {"after": key}), ("-at", "-id"), 5)
    assert page.rows[0].pk == entries[-1].pk
    assert not page.previous_url


def test_two_queries_however_many_rows(entries, django_assert_num_queries):
    for size in (1, 3, 50):
        with django_assert_num_queries(2):
            keyset_page(Entry.objects.all(), RequestFactory().get("/"), ("-at", "-id"), size)


def test_counts_are_exact_to_a_thousand():
    assert total_words(0) == "Chưa có dòng nào"
    assert total_words(1) == "1 dòng"
    assert total_words(1000) == "1.000 dòng"
    assert total_words(1001) == "hơn 1.000 dòng"


def test_a_list_of_one_page_has_no_others(entries):
    page = keyset_page(Entry.objects.all(), RequestFactory().get("/"), ("-at",), 23)
    assert (page.next_url, page.previous_url, page.total) == ("", "", 23)


def read(response):
    return load_workbook(io.BytesIO(b"".join(response.streaming_content)))


def test_a_spreadsheet_keeps_what_things_are():
    day, at = date(2026, 7, 5), datetime(2026, 7, 4, 18, tzinfo=UTC)
    one = {"name": "=1+1", "money": 1_500_000, "day": day, "at": at, "part": Decimal("12.5"), "yes": True}
    two = {"name": "@cmd!A0", "money": 0, "day": date(9999, 12, 31), "at": None, "part": 0.5, "yes": False}
    one |= {"none": None, "unit": {"name": "Xã Tam Quang"}, "id": "0012"}
    two |= {"none": None, "unit": None, "id": "https://example.org"}
    rows = [one, two]
    names = ["name", "money", "day", "at", "part", "yes", "none", "unit.name", "id"]
    response = xlsx_response("Mô hình 2026", [(name.capitalize(), name) for name in names], rows)
    assert "M%C3%B4%20h%C3%ACnh%202026.xlsx" in response["Content-Disposition"]
    sheet = read(response).active
    assert sheet.freeze_panes == "A2"
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert cells[0][:2] == ["Name", "Money"]
    assert cells[1][:4] == ["=1+1", 1500000, datetime(2026, 7, 5), datetime(2026, 7, 5, 1, 0)]
    assert cells[1][4:] == [12.5, "có", None, "Xã Tam Quang", "0012"]
    assert sheet["A2"].data_type == "s"
    assert sheet["A3"].data_type == "s"
    assert cells[2][2] is None
    assert sheet["I3"].hyperlink is None


def test_a_queryset_streams_into_a_spreadsheet(entries):
    response = xlsx_response(
        "Nhật ký", [("Việc", "verb"), ("Số", lambda row: int(row.object_id))], Entry.objects.order_by("pk")
    )
    rows = list(read(response).active.iter_rows(values_only=True))
    assert len(rows) == 24
    assert rows[23] == ("verb 2", 22)


def test_odd_texts_survive():
    rows = [{"text": text} for text in ("a\x00b\x0b", "ấ" * 40_000, "😀", "dòng 1\ndòng 2")]
    sheet = read(xlsx_response("a/b:c?*[x]" * 5, [("Chữ", "text")], rows)).active
    assert len(sheet["A3"].value) == 32_767
    assert sheet["A5"].value == "dòng 1\ndòng 2"


def test_an_empty_list_is_still_a_spreadsheet():
    assert read(xlsx_response("trống", [("Tên", "name")], [])).active["A1"].value == "Tên"


def test_the_question_for_a_spreadsheet():
    assert wants_xlsx(RequestFactory().get("/?format=xlsx"))
    assert not wants_xlsx(RequestFactory().get("/"))
