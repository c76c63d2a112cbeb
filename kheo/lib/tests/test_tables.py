"""Minh sends his list as he has it: whatever wrote the file, the rows come out as text."""

import contextlib
import io
import struct
import unicodedata
import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from django.utils.translation import override
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kheo.lib.legacy_text import _TCVN3
from kheo.lib.refusals import Refused
from kheo.lib.tables import opening, read_pasted, read_tables


@pytest.fixture(autouse=True)
def in_english():
    with override("en"):
        yield


LIST = [
    ["STT", "Tên mô hình", "Xã"],
    ["1", "Tiếng kẻng bình yên", "Tam Hợp"],
    ["2", "Đường hoa phụ nữ", "Đặng Sơn"],
]
CSV = "\n".join(",".join(row) for row in LIST) + "\n"


def workbook(*rows: list[Any], **sheets: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    first: Any = book.active
    for row in rows:
        first.append(row)
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    return saved(book)


def saved(thing: Any) -> bytes:
    out = io.BytesIO()
    thing.save(out)
    return out.getvalue()


def tcvn3(text: str) -> str:
    back = {letter: sign for sign, letter in _TCVN3.items()}
    return "".join(back.get(letter, letter) for letter in text)


def vni(text: str) -> str:
    """Base letter and mark, as VNI-Times has them; enough of it for these tests."""
    pairs = {
        "ế": "eá", "ẻ": "eû", "ì": "ì", "ê": "eâ", "ờ": "ôø", "ụ": "uï", "ữ": "öõ", "ặ": "aë", "ơ": "ô",
        "ợ": "ôï", "Đ": "Ñ", "ư": "ö", "ô": "oâ", "ã": "aõ", "é": "eù", "ậ": "aä", "â": "aâ",
    }  # fmt: skip
    return "".join(pairs.get(letter, letter) for letter in text)


def cp1258(text: str) -> bytes:
    out = b""
    for letter in text:
        try:
            out += letter.encode("cp1258")
        except UnicodeEncodeError:
            signs = unicodedata.normalize("NFD", letter)
            tones = "".join(sign for sign in signs if sign in "\u0300\u0301\u0303\u0309\u0323")
            base = unicodedata.normalize("NFC", "".join(sign for sign in signs if sign not in tones))
            out += (base + tones).encode("cp1258")
    return out


def rows_of(content: bytes, name: str = "danh sach") -> list[list[str]]:
    [table] = read_tables(content, name)
    return table.rows


def test_a_workbooks_values_come_as_a_reader_sees_them():
    rows = rows_of(
        workbook(
            ["Tên", "Năm", "Số", "Ngày", "Lúc", "Giờ", "Có"],
            ["Mô hình", 2024.0, 12.5, date(2024, 5, 7), datetime(2024, 5, 7, 8, 30), time(14, 5), True],
            ["e\u0301\u200b  b", 987654321, 0.1 + 0.2, None, None, None, None],
        )
    )
    assert rows[1] == ["Mô hình", "2024", "12,5", "07/05/2024", "07/05/2024 08:30", "14:05", "TRUE"]
    assert rows[2] == ["é b", "987654321", "0,3", "", "", "", ""]


def test_merged_cells_are_said_in_each_of_their_cells():
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for at, value in {
        "B2": "Địa bàn",
        "B3": "Xã",
        "C3": "Xóm",
        "B4": "Tam Hợp",
        "C4": "Phồng",
        "C5": "Văng Môn",
    }.items():
        sheet[at] = value
    sheet.merge_cells("B2:C2")
    sheet.merge_cells("B4:B5")
    [table] = read_tables(saved(book))
    assert table.rows == [
        ["Địa bàn", "Địa bàn"],
        ["Xã", "Xóm"],
        ["Tam Hợp", "Phồng"],
        ["Tam Hợp", "Văng Môn"],
    ]
    assert table.numbers == [2, 3, 4, 5]


def test_a_merged_area_over_the_whole_sheet_costs_nothing():
    book = zipfile.ZipFile(io.BytesIO(workbook(["DANH MỤC"], ["x", "y"])))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy:
        for entry in book.infolist():
            merged = b'</sheetData><mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
            copy.writestr(entry, book.read(entry).replace(b"</sheetData>", merged))
    assert rows_of(out.getvalue()) == [["DANH MỤC", "DANH MỤC"], ["x", "y"]]


def test_each_sheet_is_a_table_and_hidden_ones_are_left_out_and_named():
    book = openpyxl.Workbook()
    for name in ("Tam Hợp", "Nháp", "Đặng Sơn"):
        book.create_sheet(name).append(["a", "b"])
    book["Nháp"].sheet_state = "hidden"
    tables = read_tables(saved(book))
    assert [table.title for table in tables] == ["Tam Hợp", "Đặng Sơn"]
    assert any("Nháp" in note for note in tables[0].notes)


def test_a_hundred_thousand_empty_rows_and_a_stray_cell_below_them():
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Danh sách")
    sheet.append(["Tên", "Xã"])
    for _row in range(100_000):
        sheet.append(["", None])
    sheet.append(["Mô hình", "Tam Hợp"])
    [table] = read_tables(saved(book))
    assert (table.rows, table.numbers) == ([["Tên", "Xã"], ["Mô hình", "Tam Hợp"]], [1, 100_002])


def test_what_stands_at_the_far_corner_is_refused_not_unfolded():
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet["A1"], sheet["XFD1048576"] = "Tên", "x"
    with pytest.raises(Refused, match="outside the table"):
        read_tables(saved(book))


def test_more_rows_or_columns_than_a_list_has(monkeypatch):
    with pytest.raises(Refused, match="200 columns"):
        read_tables(workbook(["x"] * 201))
    with pytest.raises(Refused, match="60000 rows"):
        read_tables(b"a;b\n" * 60_001, "a.csv")
    with pytest.raises(Refused, match="60000 rows"):
        read_pasted("a\tb\n" * 60_001)


@pytest.mark.parametrize(
    "content",
    [
        CSV.encode(),
        CSV.encode("utf-8-sig"),
        CSV.encode("utf-16"),
        CSV.encode("utf-16-le"),
        CSV.replace(",", ";").replace("\n", "\r\n").encode("utf-16-be"),
        CSV.replace(",", "\t").encode(),
        ("sep=|\n" + CSV.replace(",", "|")).encode(),
        cp1258(CSV),
        tcvn3(CSV).encode("latin-1"),
        unicodedata.normalize("NFD", CSV).encode(),
        vni(CSV).encode("cp1252"),
    ],
    ids=["utf-8", "bom", "utf-16", "utf-16-le", "utf-16-be", "tabs", "sep", "1258", "tcvn3", "nfd", "vni"],
)
def test_text_in_every_encoding(content: bytes):
    assert rows_of(content, "danh muc.csv") == LIST


def test_commas_in_sentences_part_no_columns():
    text = 'Tên;Xã\nSạch, đẹp, an toàn;Tam Hợp\n"Nói ""khéo""; làm thật";"Đặng\nSơn"\n'
    assert rows_of(text.encode())[1:] == [
        ["Sạch, đẹp, an toàn", "Tam Hợp"],
        ['Nói "khéo"; làm thật', "Đặng\nSơn"],
    ]


def test_a_quotation_mark_that_is_never_closed_swallows_no_rows():
    [table] = read_pasted('STT\tTên\n1\t"Tiếng kẻng\n2\tĐường hoa\n')
    assert table.rows == [["STT", "Tên"], ["1", "Tiếng kẻng"], ["2", "Đường hoa"]]


def test_old_letters_beside_letters_of_today():
    """Columns typed with .VnTime below headings of today."""
    [table] = read_tables(
        workbook(
            ["Tên mô hình", "Xã", "Năm"],
            [tcvn3("Tiếng kẻng bình yên"), tcvn3("xã Tam Hợp"), 2023],
            [tcvn3("Đường hoa phụ nữ tự quản"), "Đặng Sơn", 2024],
            ["Mô hình cà phê", tcvn3("Hưng Hoà"), 2024],
        )
    )
    assert [row[:2] for row in table.rows[1:]] == [
        ["Tiếng kẻng bình yên", "xã Tam Hợp"],
        ["Đường hoa phụ nữ tự quản", "Đặng Sơn"],
        ["Mô hình cà phê", "Hưng Hoà"],
    ]
    assert any("TCVN3" in note for note in table.notes)


def test_letters_of_today_are_left_alone():
    rows = [["Tên"], ["Hà"], ["Xã Môn Sơn"], ["Krông Pắc"], ["café 100 m²"], ["Vì an toàn"]]
    [table] = read_tables(workbook(*rows))
    assert table.rows == rows
    assert not table.notes


def test_a_word_table_with_what_stands_above_it():
    document = docx.Document()
    document.add_paragraph("DANH MỤC MÔ HÌNH")
    document.add_paragraph("(Kèm theo Quyết định số 12-QĐ/BCĐ ngày 05/7/2024)")
    table = document.add_table(4, 3)
    for (row, column), text in {
        (0, 0): "STT", (0, 1): "Địa bàn", (1, 1): "Xã", (1, 2): "Xóm", (2, 0): "1",
        (2, 1): "Tam Hợp", (2, 2): "Phồng", (3, 0): "2", (3, 2): "Văng Môn\nHuồi Sơn",
    }.items():  # fmt: skip
        table.cell(row, column).text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(0, 0).merge(table.cell(1, 0))
    table.cell(2, 1).merge(table.cell(3, 1))
    [read] = read_tables(saved(document), "danh mục.docx")
    assert read.rows == [
        ["STT", "Địa bàn", "Địa bàn"],
        ["STT", "Xã", "Xóm"],
        ["1", "Tam Hợp", "Phồng"],
        ["2", "Tam Hợp", "Văng Môn\nHuồi Sơn"],
    ]
    assert read.above == ("DANH MỤC MÔ HÌNH", "(Kèm theo Quyết định số 12-QĐ/BCĐ ngày 05/7/2024)")


def test_a_web_page_that_calls_itself_a_spreadsheet():
    page = (
        "<html><meta charset='utf-8'><table><tr><th rowspan=2>Tên</th><th colspan=2>Địa bàn</th></tr>"
        "<tr><th>Xã</th><th>Xóm</th></tr><tr><td>Tiếng kẻng</td><td>Tam&nbsp;Hợp</td><td>Phồng</td></tr>"
        "</table>"
    )
    assert rows_of(page.encode(), "bao cao.xls") == [
        ["Tên", "Địa bàn", "Địa bàn"],
        ["Tên", "Xã", "Xóm"],
        ["Tiếng kẻng", "Tam Hợp", "Phồng"],
    ]


def archive(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(name.replace("__", "/") + ".xml", content)
    return out.getvalue()


def saying(content: bytes, real: int, said: int) -> bytes:
    """The archive with another size said in both places where it says one."""
    before, after = struct.pack("<L", real), struct.pack("<L", said)
    assert content.count(before) == 2
    return content.replace(before, after)


def test_a_bomb_that_says_how_large_it_is():
    bomb = archive(xl__workbook=b"<x/>", xl__worksheets__sheet1=bytes(70_001))
    with pytest.raises(Refused, match="unpacks"):
        read_tables(saying(bomb, 70_001, 601 * opening.MEGABYTE), "a.xlsx")


def test_a_bomb_that_lies_about_its_size():
    size = 81 * opening.MEGABYTE
    with pytest.raises(Refused, match="unpacks"):
        read_tables(saying(archive(word__document=bytes(size)), size, 1000), "a.docx")


def test_too_many_entries():
    with pytest.raises(Refused, match="unpacks"):
        read_tables(archive(xl__workbook=b"<x/>", **{f"e{n}": b"" for n in range(5_001)}), "a.xlsx")


@pytest.mark.parametrize("part", ["word__document", "xl__workbook"])
def test_entities_are_not_unfolded(part: str):
    lol = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
    with pytest.raises(Refused, match="instructions"):
        read_tables(archive(**{part: lol}))


def ole(*names: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + b"".join(n.encode("utf-16-le") for n in names)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (ole("EncryptedPackage"), "password"),
        (ole("WordDocument"), r"save it as \.docx|Save it as \.docx"),
        (ole("Workbook"), "damaged"),
        (b"%PDF-1.7\n", "pdf"),
        (b"{\\rtf1 a}", "RTF"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "picture"),
        (b"PK\x03\x04" + bytes(40), "damaged"),
        (archive(a=b"x"), "archive"),
        (archive(xl__workbook=b"<broken"), "damaged"),
        (b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00", "no spreadsheet"),
        (b"<?xml version='1.0'?><Workbook/>", "XML"),
        (workbook(), "No table"),
    ],
)  # fmt: skip
def test_what_is_no_table_is_refused_with_a_sentence(content: bytes, sentence: str):
    with pytest.raises(Refused, match=sentence):
        read_tables(content, "danh mục.xlsx")


def test_macros_are_ignored_and_links_not_followed():
    book = zipfile.ZipFile(io.BytesIO(workbook(["Tên", "Xã"], ["Mô hình", "Tam Hợp"])))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as copy:
        for entry in book.infolist():
            copy.writestr(entry, book.read(entry))
        copy.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0 Sub Auto_Open()")
        link = b'<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>'
        copy.writestr("xl/externalLinks/externalLink1.xml", link)
    assert rows_of(out.getvalue(), "danh mục.xlsm")[1] == ["Mô hình", "Tam Hợp"]


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.lists(TEXT, min_size=1, max_size=5), min_size=1, max_size=6))
def test_whatever_stands_in_cells_comes_out_as_even_rows(rows: list[list[str]]):
    content = workbook(*[[cell.lstrip("=") for cell in row] for row in rows])
    try:
        [table] = read_tables(content)
    except Refused:
        assert not any(opening.clean(cell.lstrip("=")) for row in rows for cell in row)
        return
    assert len({len(row) for row in table.rows}) == 1
    assert all(any(row) for row in table.rows)
    assert all(unicodedata.is_normalized("NFC", cell) for row in table.rows for cell in row)


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(st.binary(max_size=400), st.text(max_size=200).map(str.encode)),
    st.sampled_from(["a.csv", "a.xlsx"]),
)
def test_any_bytes_are_read_or_refused(content: bytes, name: str):
    if opening.kind_of(content) in opening.READ:
        return
    try:
        tables = read_tables(content, name)
    except Refused:
        return
    assert all(any(row) for table in tables for row in table.rows)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10**6), st.binary(min_size=1, max_size=8))
def test_a_damaged_workbook_is_read_or_refused(at: int, junk: bytes):
    whole = bytearray(workbook(*[[str(n), "Mô hình", n] for n in range(20)]))
    at %= len(whole)
    whole[at : at + len(junk)] = junk
    with contextlib.suppress(Refused):
        assert read_tables(bytes(whole))


OLD = [
    ["DANH MỤC", "DANH MỤC", "DANH MỤC"],
    ["Tên mô hình", "Xã", "Ngày"],
    ["Tiếng kẻng bình yên", "Tam Hợp", "07/05/2024"],
    ["Đường hoa phụ nữ", "Tam Hợp", "15/02/2024"],
]


def test_a_workbook_of_1997():
    content = (Path(__file__).parent / "tables" / "danh-muc.xls").read_bytes()
    assert rows_of(content, "danh-muc.xls") == OLD


def test_an_open_document():
    def cell(text: str, more: str = "") -> str:
        return (
            f'<table:table-cell office:value-type="string"{more}><text:p>{text}</text:p></table:table-cell>'
        )

    def day(said: str) -> str:
        return f'<table:table-cell office:value-type="date" office:date-value="{said}"/>'

    covered = "<table:covered-table-cell/>"
    rows = [
        cell("DANH MỤC", ' table:number-columns-spanned="3"') + covered * 2,
        cell("Tên mô hình") + cell("Xã") + cell("Ngày"),
        cell("Tiếng kẻng bình yên") + cell("Tam Hợp", ' table:number-rows-spanned="2"') + day("2024-05-07"),
        cell("Đường hoa phụ nữ") + covered + day("2024-02-15"),
    ]
    empty = '<table:table-row table:number-rows-repeated="1048000"><table:table-cell/></table:table-row>'
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    body = "".join(f"<table:table-row>{row}</table:table-row>" for row in rows) + empty
    content = (
        f'<?xml version="1.0"?><office:document-content {names}><office:body><office:spreadsheet>'
        f'<table:table table:name="S">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        file.writestr("content.xml", content, zipfile.ZIP_DEFLATED)
        file.writestr("META-INF/manifest.xml", "<manifest/>")
    assert rows_of(out.getvalue(), "danh-muc.ods") == OLD
