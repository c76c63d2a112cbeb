"""Lists as offices have them, built after what is told of them. Each answers the file's name and its bytes."""
# ruff: noqa: E501 - rows of tables stay on one line each

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import docx
import openpyxl

from kheo.lib.tests.test_tables import cp1258, saved, tcvn3, vni

FIELDS = [
    ("kinh_te", "Kinh tế"),
    ("van_hoa_xa_hoi", "Văn hóa - xã hội"),
    ("quoc_phong_an_ninh", "Quốc phòng - an ninh"),
    ("he_thong_chinh_tri", "Xây dựng hệ thống chính trị"),
]
FILES: dict[str, Callable[[], bytes]] = {}
# What a careful reader finds in each: (name, where, field) of every line, "" where the list says nothing.
WANTED: dict[str, list[tuple[str, str, str]]] = {}


def ugly(
    name: str, wanted: list[tuple[str, str, str]]
) -> Callable[[Callable[[], bytes]], Callable[[], bytes]]:
    def keep(make: Callable[[], bytes]) -> Callable[[], bytes]:
        FILES[name], WANTED[name] = make, wanted
        return make

    return keep


KENG = ("Tiếng kẻng bình yên", "xã Tam Hợp, huyện Tương Dương", "quoc_phong_an_ninh")
HOA = ("Đường hoa phụ nữ tự quản", "xã Tam Quang, huyện Tương Dương", "van_hoa_xa_hoi")
CA = ("Thả cá tái tạo nguồn lợi thủy sản", "xã Tam Hợp, huyện Tương Dương", "kinh_te")


def sheet(*rows: list[Any], merge: tuple[str, ...] = (), name: str = "Sheet1") -> bytes:
    book = openpyxl.Workbook()
    page: Any = book.active
    page.title = name
    for row in rows:
        page.append(row)
    for area in merge:
        page.merge_cells(area)
    return saved(book)


@ugly("tieu-de-hai-dong.xlsx", [KENG, HOA, CA])
def two_lines_of_headings() -> bytes:
    """Title rows, headings in two lines with merged cells, column numbers, parts by field, totals, signature."""
    return sheet(
        ["TỈNH ỦY NGHỆ AN", None, None, None, "ĐẢNG CỘNG SẢN VIỆT NAM"],
        ["BAN DÂN VẬN"],
        ["DANH MỤC MÔ HÌNH “DÂN VẬN KHÉO” NĂM 2024"],
        ["(Kèm theo Quyết định số 12-QĐ/BCĐ ngày 05/7/2024 của Ban Chỉ đạo tỉnh)"],
        [],
        ["STT", "Tên mô hình", "Địa bàn", None, "Đơn vị thực hiện", "Ghi chú"],
        [None, None, "Xã", "Huyện", None, None],
        ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)"],
        ["I", "LĨNH VỰC QUỐC PHÒNG - AN NINH"],
        [1, KENG[0], "xã Tam Hợp", "huyện Tương Dương", "Công an xã", None],
        ["II", "LĨNH VỰC VĂN HÓA - XÃ HỘI"],
        [2, HOA[0], "xã Tam Quang", "huyện Tương Dương", "Hội LHPN xã", "duy trì"],
        ["III. LĨNH VỰC KINH TẾ"],
        [3, CA[0], "xã Tam Hợp", "huyện Tương Dương", "UBND xã", None],
        ["Tổng cộng: 03 mô hình"],
        [],
        ["Nơi nhận:", None, None, "TM. BAN CHỈ ĐẠO"],
        ["- Thường trực Tỉnh ủy (để báo cáo);", None, None, "TRƯỞNG BAN"],
        ["- Lưu VP.", None, None, "(Ký tên, đóng dấu)"],
        [None, None, None, "Nguyễn Văn Mẫu"],
        merge=("A3:F3", "A4:F4", "A6:A7", "B6:B7", "C6:D6", "E6:E7", "F6:F7", "B9:F9", "B11:F11", "A13:F13", "A15:F15"),
    )  # fmt: skip


@ugly("moi-xa-mot-trang.xlsx", [KENG, CA, HOA])
def a_sheet_a_commune() -> bytes:
    book = openpyxl.Workbook()
    summary: Any = book.active
    summary.title = "Tổng hợp"
    for row in (["STT", "Xã", "Số mô hình"], [1, "Tam Hợp", 2], [2, "Tam Quang", 1], ["Tổng", None, 3]):
        summary.append(row)
    for name, rows in (
        ("1. xã Tam Hợp", [["TT", "Tên mô hình", "Lĩnh vực"], [1, KENG[0], "QPAN"], [2, CA[0], "Kinh tế"]]),
        ("2. xã Tam Quang", [["DANH SÁCH"], ["TT", "Lĩnh vực", "Tên mô hình"], [1, "VH-XH", HOA[0]]]),
    ):
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    return saved(book)


WANTED["moi-xa-mot-trang.xlsx"] = [
    (KENG[0], "xã Tam Hợp", "quoc_phong_an_ninh"),
    (CA[0], "xã Tam Hợp", "kinh_te"),
    (HOA[0], "xã Tam Quang", "van_hoa_xa_hoi"),
]


@ugly("theo-huyen.xlsx", [KENG, CA, HOA])
def parts_by_district_and_commune() -> bytes:
    """Districts and communes stand as lines of their own; the headings come again on each page."""
    head = ["STT", "Tên mô hình", "Lĩnh vực", "Năm bắt đầu", "Số điện thoại liên hệ"]
    return sheet(
        head,
        ["I", "HUYỆN TƯƠNG DƯƠNG"],
        ["1", "Xã Tam Hợp"],
        ["1.1", KENG[0], "Quốc phòng, an ninh", 2019, 912345678],
        ["1.2", CA[0], "Phát triển kinh tế", "2021", "0987 654 321"],
        ["Cộng:", "2"],
        head,
        ["2", "Xã Tam Quang"],
        ["2.1", HOA[0], "Văn hóa xã hội", date(2020, 3, 8), "0238.3123.456"],
        ["Tương Dương, ngày 10 tháng 12 năm 2024"],
        ["NGƯỜI LẬP BIỂU", None, "BÍ THƯ"],
    )


WANTED["theo-huyen.xlsx"] = [
    (KENG[0], "Xã Tam Hợp, HUYỆN TƯƠNG DƯƠNG", "quoc_phong_an_ninh"),
    (CA[0], "Xã Tam Hợp, HUYỆN TƯƠNG DƯƠNG", "kinh_te"),
    (HOA[0], "Xã Tam Quang, HUYỆN TƯƠNG DƯƠNG", "van_hoa_xa_hoi"),
]


@ugly("danh-dau-x.xlsx", [KENG, HOA, CA])
def a_column_for_each_field() -> bytes:
    """A cross in the column of the field, another for new or continuing; the cells are not merged."""
    return sheet(
        ["BIỂU TỔNG HỢP MÔ HÌNH DÂN VẬN KHÉO"],
        ["TT", "Tên mô hình, điển hình", "Địa bàn", "Lĩnh vực", "", "", "", "Phân loại", ""],
        ["", "", "", "KT", "VH-XH", "QP-AN", "XD HTCT", "Mới", "Duy trì"],
        [1, KENG[0], KENG[1], "", "", "x", "", "", "x"],
        [2, HOA[0], HOA[1], "", "X", "", "", "x", ""],
        [3, CA[0], CA[1], "x", None, None, None, None, "x"],
    )


@ugly("tcvn3.csv", [KENG, HOA, CA])
def in_tcvn3() -> bytes:
    text = "STT;Tên mô hình;Địa bàn;Lĩnh vực\n" + "".join(
        f"{at};{name};{place};{dict(FIELDS)[code]}\n"
        for at, (name, place, code) in enumerate((KENG, HOA, CA), start=1)
    )
    return tcvn3(text).encode("latin-1")


@ugly(
    "vni.xlsx",
    [
        ("Tiếng kẻng bình yên", "xã Tam Hợp, huyện Tương Dương", ""),
        ("Đường hoa phụ nữ", "xã Tam Quang, huyện Tương Dương", ""),
    ],
)
def cells_in_vni() -> bytes:
    """Headings of today over cells typed with VNI-Times."""
    return sheet(
        ["STT", "Tên mô hình", "Địa bàn"],
        [1, vni("Tiếng kẻng bình yên"), "xaõ Tam Hôïp, huyeän Töông Döông"],
        [2, vni("Đường hoa phụ nữ"), "xaõ Tam Quang, huyeän Töông Döông"],
    )


@ugly("windows-1258.csv", [KENG, HOA, CA])
def in_windows_1258() -> bytes:
    return cp1258(
        "STT,Tên mô hình,Địa bàn,Lĩnh vực\r\n"
        + "".join(
            f'{at},{n},"{p}",{dict(FIELDS)[c]}\r\n' for at, (n, p, c) in enumerate((KENG, HOA, CA), start=1)
        )
    )


@ugly("bang-word.docx", [KENG, HOA, CA])
def a_word_table() -> bytes:
    """A letterhead that is a table, the list over two tables, cells merged downwards, a signature table."""
    document = docx.Document()
    letterhead = document.add_table(1, 2)
    letterhead.cell(0, 0).text = "ĐẢNG ỦY XÃ TAM HỢP\nBAN CHỈ ĐẠO"
    letterhead.cell(0, 1).text = "ĐẢNG CỘNG SẢN VIỆT NAM\nTam Hợp, ngày 03 tháng 02 năm 2025"
    document.add_paragraph("DANH SÁCH")
    document.add_paragraph(
        "mô hình “Dân vận khéo” năm 2025 (kèm theo Công văn số 15-CV/BCĐ ngày 03/02/2025 của Ban Chỉ đạo)"
    )
    first = document.add_table(3, 4)
    second = document.add_table(1, 4)
    signature = document.add_table(1, 2)
    for table, rows in (
        (
            first,
            [
                ["TT", "Tên mô hình", "Xã, huyện", "Lĩnh vực"],
                ["1", *KENG[:2], "An ninh"],
                ["2", HOA[0], HOA[1], "Văn hóa"],
            ],
        ),
        (second, [["3", CA[0], CA[1], "Kinh tế"]]),
        (signature, [["Nơi nhận:\n- Lưu.", "T/M BAN CHỈ ĐẠO\nTRƯỞNG BAN"]]),
    ):
        for at, row in enumerate(rows):
            for column, text in enumerate(row):
                table.cell(at, column).text = text
    return saved(document)


@ugly("dan-tu-zalo.txt", [KENG, HOA])
def pasted_without_headings() -> bytes:
    """Rows without any headings, as somebody copied them."""
    rows = [
        ("1", KENG[0], "xã Tam Hợp, huyện Tương Dương", "Quốc phòng - An ninh", "mới"),
        ("2", HOA[0], "xã Tam Quang, huyện Tương Dương", "Văn hóa - Xã hội", "duy trì"),
    ]
    return "\n".join("\t".join(row) for row in rows).encode()


@ugly("o-gop.xlsx", [KENG, CA, HOA])
def merged_downwards() -> bytes:
    """Commune and district merged over their lines; formulas number the rows."""
    return sheet(
        ["", "", "", "", ""],
        ["", "Huyện", "Xã", "Tên mô hình", "Lĩnh vực"],
        ["=ROW()-2", "huyện Tương Dương", "xã Tam Hợp", KENG[0], "ANQP"],
        ["=ROW()-2", None, None, CA[0], "KT"],
        ["=ROW()-2", None, "xã Tam Quang", HOA[0], "VHXH"],
        merge=("B3:B5", "C3:C4"),
    )


@ugly("trang-web.xls", [KENG, HOA])
def a_web_page_named_xls() -> bytes:
    rows = "".join(
        f"<tr><td>{at}</td><td>{name}</td><td>{place}</td><td>{dict(FIELDS)[code]}</td></tr>"
        for at, (name, place, code) in enumerate((KENG, HOA), start=1)
    )
    return (
        "<html><head><meta charset='utf-8'><title>x</title></head><body><table><tr><td colspan=4>DANH MỤC</td></tr>"
        f"<tr><th>STT</th><th>Tên điển hình</th><th>Địa chỉ</th><th>Lĩnh vực</th></tr>{rows}</table></body></html>"
    ).encode()


@ugly("cu.xls", [KENG, HOA])
def an_old_workbook() -> bytes:
    """A workbook of 1997."""
    return (Path(__file__).parent / "files" / "cu.xls").read_bytes()


@ugly("bon-cot-trong.xlsx", [KENG, HOA, CA])
def a_hundred_thousand_empty_rows() -> bytes:
    book = openpyxl.Workbook(write_only=True)
    page = book.create_sheet("DS")
    page.append(["TT", "Tên gọi mô hình", None, "Thuộc xã", "Lĩnh vực đăng ký", None])
    for at, (name, place, code) in enumerate((KENG, HOA, CA), start=1):
        page.append([at, name, None, place, dict(FIELDS)[code], None])
        if at == 2:
            for _row in range(100_000):
                page.append([None, "", None, "  "])
    return saved(book)


@ugly("don-vi-la-xa.xlsx", [KENG, HOA])
def the_unit_names_the_commune() -> bytes:
    """No column of communes: the leading unit says where it is."""
    return sheet(
        ["STT", "Đơn vị", "Nội dung mô hình Dân vận khéo", "Lĩnh vực"],
        ["01", "Công an xã Tam Hợp, huyện Tương Dương", KENG[0], "An ninh trật tự"],
        ["02", "Hội LHPN xã Tam Quang, huyện Tương Dương", HOA[0], "Văn hoá - xã hội"],
    )


WANTED["don-vi-la-xa.xlsx"] = [
    (KENG[0], "xã Tam Hợp, huyện Tương Dương", "quoc_phong_an_ninh"),
    (HOA[0], "xã Tam Quang, huyện Tương Dương", "van_hoa_xa_hoi"),
]


def upload(name: str) -> Any:
    from django.core.files.uploadedfile import SimpleUploadedFile

    return SimpleUploadedFile(name, FILES[name]())


def as_bytes(document: Any) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
