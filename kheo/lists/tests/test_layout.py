"""Where the list is in a file: every ugly file gives the lines a careful reader finds."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kheo.lib.tables import Table, read_tables
from kheo.lists import columns
from kheo.lists.layout import Layout, lay_out
from kheo.lists.tests.ugly import FIELDS, FILES, WANTED, sheet


def found(content: bytes, name: str = "a") -> Layout:
    return lay_out(read_tables(content, name), FIELDS)


def mapped(layout: Layout) -> list[str]:
    cells = [layout.column(at) for at in range(len(layout.headings))]
    return columns.mapping_of(layout.headings, cells, FIELDS)


def as_read(layout: Layout) -> list[tuple[str, str, str]]:
    """Name, place and field of each line, as the guessed mapping reads them."""
    mapping = mapped(layout)
    rows = []
    for line in layout.lines:
        said = {name: cell for name, cell in zip(mapping, line.cells, strict=True) if cell}
        place = said.get("place") or ", ".join(
            filter(
                None,
                (
                    said.get("commune") or line.within.get("commune"),
                    said.get("district") or line.within.get("district"),
                ),
            )
        )
        if not place and " xã " in said.get("owner", ""):
            place = said["owner"][said["owner"].index("xã ") :]
        marked = [name.removeprefix("field:") for name in said if name.startswith("field:")]
        field = columns.field_of(said.get("field", ""), FIELDS) or line.within.get("field", "")
        rows.append((said.get("name", ""), place, marked[0] if marked else field))
    return rows


@pytest.mark.parametrize("name", FILES)
def test_each_ugly_file_gives_its_lines(name: str):
    assert as_read(found(FILES[name](), name)) == WANTED[name]


def test_what_the_title_says_of_the_list():
    layout = found(FILES["tieu-de-hai-dong.xlsx"]())
    assert layout.title == "DANH MỤC MÔ HÌNH “DÂN VẬN KHÉO” NĂM 2024"
    told = layout.document, layout.number, str(layout.signed_on), layout.issuer, layout.year
    assert told == ("quyết định", "12-QĐ/BCĐ", "2024-07-05", "Ban Chỉ đạo tỉnh", 2024)
    layout = found(FILES["bang-word.docx"]())
    assert (layout.number, str(layout.signed_on), layout.year) == ("15-CV/BCĐ", "2025-02-03", 2025)


def test_nothing_is_lost():
    layout = found(FILES["tieu-de-hai-dong.xlsx"]())
    reasons = [aside.why for aside in layout.asides]
    assert [reasons.count(why) for why in ("title", "part", "total", "signed")] == [4, 3, 1, 4]


@pytest.mark.parametrize(
    ("heading", "target"),
    [
        ("STT", "ignore"),
        ("Tên mô hình, điển hình DVK", "name"),
        ("Nội dung mô hình", "name"),
        ("Tên mô hình “Dân vận khéo”", "name"),
        ("Họ và tên người phụ trách", "contact_name"),
        ("Số ĐT", "contact_phone"),
        ("Mới hay duy trì", "year_kind"),
        ("Thuộc lĩnh vực", "field"),
        ("Đơn vị chủ trì", "owner"),
        ("Địa bàn / Xã", "commune"),
        ("Xã, phường", "commune"),
        ("Xã (huyện)", "place"),
        ("Thôn, xóm, bản", "hamlet"),
        ("Huyện", "district"),
        ("Năm bắt đầu", "year_begun"),
        ("Lĩnh vực / QP-AN", "field:quoc_phong_an_ninh"),
        ("Mục tiêu", "goal"),
        ("Ghi chú", "note"),
        ("Ten mo hinh", "name"),
        ("Kết quả", "goal"),
        ("Xyz", ""),
    ],
)
def test_what_headings_mean(heading: str, target: str):
    assert columns.guess(heading, FIELDS) == target


def test_a_total_in_the_name_of_an_initiative_is_no_total():
    layout = found(
        sheet(
            ["STT", "Tên mô hình", "Xã"],
            [1, "Cộng đồng chung tay", "Tam Hợp"],
            [2, "Tổng vệ sinh", "Tam Hợp"],
        )
    )
    assert len(layout.lines) == 2


def test_lines_after_a_signature_in_the_middle_are_lines():
    """A list put together from several offices' sheets, each with its signature."""
    layout = found(
        sheet(
            ["STT", "Tên mô hình", "Xã"],
            [1, "Một", "Tam Hợp"],
            ["", "TM. BAN CHỈ ĐẠO", ""],
            ["", "Nguyễn Văn Mẫu", ""],
            [1, "Hai", "Tam Quang"],
        )
    )
    assert [line.cells[1] for line in layout.lines] == ["Một", "Hai"]


CELL = st.one_of(
    st.sampled_from(
        [
            "",
            "STT",
            "Tên mô hình",
            "Xã",
            "1",
            "2",
            "I",
            "Tổng",
            "x",
            "Nơi nhận:",
            "Lĩnh vực",
            "(1)",
            "Huyện A",
        ]
    ),
    st.text(max_size=8),
)


@settings(max_examples=300, deadline=None)
@given(
    st.integers(1, 6).flatmap(
        lambda wide: st.lists(st.lists(CELL, min_size=wide, max_size=wide), min_size=1, max_size=12)
    )
)
def test_any_table_is_laid_out_and_nothing_is_lost(rows: list[list[str]]):
    rows = [row for row in rows if any(row)]
    if not rows:
        return
    table = Table("Trang", rows, list(range(1, len(rows) + 1)))
    layout = lay_out([table], FIELDS)
    assert all(len(line.cells) == len(layout.headings) for line in layout.lines)
    accounted = {line.number for line in layout.lines} | {aside.number for aside in layout.asides}
    # Headings, and the numbers of columns below them, are the only rows that are neither.
    assert len(rows) - len(accounted) <= 5
    assert len(mapped(layout)) == len(layout.headings)


def test_a_list_without_headings_keeps_every_line():
    rows = [
        ["Mở rộng đường bản", "xã Tam Quang", "Kinh tế"],
        ["Tiếng kẻng bình yên", "xã Hữu Kiệm", "Quốc phòng - an ninh"],
        ["Chi bộ bốn tốt", "Phường Lê Lợi", "Xây dựng hệ thống chính trị"],
    ]
    layout = lay_out([Table("", rows, [1, 2, 3])], FIELDS)
    assert [line.cells for line in layout.lines] == rows
    assert mapped(layout) == ["name", "commune", "field"]
