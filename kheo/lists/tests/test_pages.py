"""The pages of a list: Ngân hands it in, names its columns, settles, loads; Lan next door sees none of it."""

import pytest
from django.urls import reverse

from kheo.initiatives.models import Initiative
from kheo.lists.models import OfficeList, Row
from kheo.lists.tests import cast as people
from kheo.lists.tests.ugly import upload


@pytest.fixture
def cast(db):
    return people.cast()


def posted(made: OfficeList, **more) -> dict:
    columns = {f"column-{at}": name for at, name in enumerate(made.mapping)}
    return {
        "document": made.document,
        "number": made.number,
        "signed_on": "05/07/2024",
        "issuer": made.issuer,
        "year": "2024",
        "default_owner": "cap_uy",
        "default_kind": "continuing",
        **columns,
        **more,
    }


def test_from_the_file_to_the_load(cast, client):
    client.force_login(cast.lists.user)
    answer = client.post(reverse("office_lists"), {"file": upload("tieu-de-hai-dong.xlsx"), "pasted": ""})
    made = OfficeList.objects.get()
    assert answer.url == reverse("office_list_columns", args=[made.pk])
    page = client.get(answer.url).content.decode()
    assert "Địa bàn / Xã" in page
    assert "xã Tam Quang" in page
    answer = client.post(answer.url, posted(made))
    assert answer.url == made.get_absolute_url()
    page = client.get(made.get_absolute_url()).content.decode()
    assert reverse("office_list_load", args=[made.pk]) in page
    client.post(reverse("office_list_load", args=[made.pk]))
    assert Initiative.objects.filter(state="running").count() == 3
    assert client.get(made.get_absolute_url()).status_code == 200
    answer = client.post(reverse("office_list_take_back", args=[made.pk]), {"reason": "Nhầm tệp"})
    assert answer.status_code == 302
    assert not Initiative.objects.filter(state="running").exists()


def test_pasted_rows_and_what_is_wrong_is_said_beside_the_form(cast, client):
    client.force_login(cast.lists.user)
    page = client.post(reverse("office_lists"), {"pasted": ""})
    assert page.status_code == 200
    assert not OfficeList.objects.exists()
    rows = "STT\tTên mô hình\tXã\n1\tTiếng kẻng\txã Tam Hợp\n"
    assert client.post(reverse("office_lists"), {"pasted": rows}).status_code == 302
    page = client.post(reverse("office_lists"), {"file": upload_of(b"%PDF-1.7 x", "a.pdf"), "pasted": ""})
    assert ".pdf" in page.content.decode()


def upload_of(content: bytes, name: str):
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile(name, content)


def test_a_cell_is_corrected_and_a_line_left_out_in_place(cast, client):
    made = people.handed_in(cast)
    for row in made.rows.all():
        row.within, row.state = {}, "new"
        row.save()
    made = people.named(made, cast.lists)
    client.force_login(cast.lists.user)
    assert made.counts()["must"] == 3
    first, second, third = made.rows.order_by("order")
    where = reverse("office_list_correct", args=[made.pk, first.pk])
    client.post(where, {"target": "field", "choice": f"field:{cast.economy.pk}"})
    client.post(reverse("office_list_leave_out", args=[made.pk, second.pk]), {"reason": "Đã dừng"})
    client.post(reverse("office_list_settle", args=[made.pk]), {"reason": "Không rõ lĩnh vực"})
    states = list(made.rows.order_by("order").values_list("state", "left_out_reason"))
    assert states == [("new", ""), ("left_out", "Đã dừng"), ("left_out", "Không rõ lĩnh vực")]
    client.post(reverse("office_list_leave_out", args=[made.pk, third.pk]))
    third.refresh_from_db()
    assert third.state == "new"


def addresses(made: OfficeList) -> list[tuple[str, str]]:
    row = made.rows.first()
    assert row is not None
    return [
        ("get", reverse("office_list", args=[made.pk])),
        ("get", reverse("office_list_columns", args=[made.pk])),
        ("get", reverse("office_list_progress", args=[made.pk])),
        ("post", reverse("office_list_correct", args=[made.pk, row.pk])),
        ("post", reverse("office_list_leave_out", args=[made.pk, row.pk])),
        ("post", reverse("office_list_settle", args=[made.pk])),
        ("post", reverse("office_list_load", args=[made.pk])),
        ("post", reverse("office_list_take_back", args=[made.pk])),
    ]


def test_a_neighbouring_commune_finds_nothing(cast, client):
    made = people.read(cast, by=cast.minh)
    client.force_login(cast.lan.user)
    for method, address in addresses(made):
        assert getattr(client, method)(address, {"reason": "x"}).status_code == 404, address


def test_a_reader_may_look_but_not_do(cast, client):
    made = people.read(cast)
    for post in (cast.duc,):
        client.force_login(post.user)
        page = client.get(made.get_absolute_url())
        if page.status_code == 404:
            continue
        assert reverse("office_list_load", args=[made.pk]) not in page.content.decode()
    client.post(reverse("office_lists"), {"file": upload("tieu-de-hai-dong.xlsx"), "pasted": ""})
    for method, address in addresses(made):
        if method == "post":
            client.post(address, {"reason": "x", "target": "field", "instead": "y"})
    assert OfficeList.objects.count() == 1
    assert set(made.rows.values_list("state", flat=True)) == {"new"}
    assert not Initiative.objects.exists()


def test_another_office_of_the_same_reach_sees_but_does_not_load(cast, client):
    made = people.read(cast, by=cast.minh)
    client.force_login(cast.hoa.user)
    assert client.get(made.get_absolute_url()).status_code == 200
    client.post(reverse("office_list_load", args=[made.pk]))
    assert not Initiative.objects.exists()


@pytest.mark.parametrize("lines", [1, 3])
def test_a_fixed_number_of_queries(cast, client, lines, django_assert_max_num_queries):
    made = people.read(cast)
    made.rows.exclude(pk__in=made.rows.order_by("order")[:lines]).delete()
    client.force_login(cast.lists.user)
    client.get(made.get_absolute_url())
    with django_assert_max_num_queries(24):
        client.get(made.get_absolute_url())


def test_the_lines_leave_as_a_spreadsheet_without_formulas(cast, client):
    made = people.handed_in(cast)
    row = made.rows.first()
    row.cells[1] = '=HYPERLINK("http://x";"Mô hình")'
    row.save()
    made = people.named(made, cast.lists)
    client.force_login(cast.lists.user)
    answer = client.get(made.get_absolute_url() + "?show=all&format=xlsx")
    import io

    import openpyxl

    cells = openpyxl.load_workbook(io.BytesIO(answer.getvalue())).active["B2"]
    assert (cells.value, cells.data_type) == ('=HYPERLINK("http://x";"Mô hình")', "s")
    assert cells.quotePrefix


def test_what_the_worker_does_is_shown(cast, client):
    made = people.read(cast)
    OfficeList.objects.filter(pk=made.pk).update(work="load", state="loading", done=1, total=3)
    client.force_login(cast.lists.user)
    page = client.get(reverse("office_list_progress", args=[made.pk])).content.decode()
    assert '<progress value="1" max="3"' in page
    assert Row.objects.filter(list=made).count() == 3
