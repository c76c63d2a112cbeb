"""Bình takes a table out as a Word document and prints it."""

import io

from docx import Document

from kheo.ui.documents import Heading, Pair, Paragraph, Table, docx_response

BLOCKS = [
    "Thực hiện Chỉ thị số 05-CT/TU.",
    Heading("I. Kết quả"),
    Table(
        ["TT", "Xã", "Mô hình"], [[1, "Tam Quang", 12], [2, None, 3]],
        widths=[10, 80, 30], numeric=[2], total=["", "Cộng", 15],
    ),
    Pair([Paragraph("Nơi nhận:", "left")], [Paragraph("T/M BAN CHỈ ĐẠO", "centre", bold=True)]),
    Paragraph("Hai dòng\nmột đoạn \x00\x0b😀"),
]  # fmt: skip


def opened(response):
    return Document(io.BytesIO(b"".join(response.streaming_content)))


def test_a_document_on_a4_in_times_new_roman():
    response = docx_response("Báo cáo 2026", "BÁO CÁO", BLOCKS)
    assert "B%C3%A1o%20c%C3%A1o%202026.docx" in response["Content-Disposition"]
    document = opened(response)
    page = document.sections[0]
    assert [round(each.mm) for each in (page.page_width, page.page_height, page.left_margin)] == [
        210,
        297,
        30,
    ]
    assert document.styles["Normal"].font.name == "Times New Roman"
    words = [paragraph.text for paragraph in document.paragraphs]
    assert words[:3] == ["BÁO CÁO", "Thực hiện Chỉ thị số 05-CT/TU.", "I. Kết quả"]
    assert "một đoạn 😀" in words
    table = document.tables[0]
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["TT", "Xã", "Mô hình"],
        ["1", "Tam Quang", "12"],
        ["2", "", "3"],
        ["", "Cộng", "15"],
    ]
    assert document.tables[1].rows[0].cells[1].text == "T/M BAN CHỈ ĐẠO"


def test_wide_tables_lie_across():
    page = opened(docx_response("x.docx", "", [], landscape=True)).sections[0]
    assert [round(each.mm) for each in (page.page_width, page.page_height)] == [297, 210]
