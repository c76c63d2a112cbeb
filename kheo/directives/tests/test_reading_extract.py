"""Files of every kind: what is read, and the sentence with which the rest is refused."""
# ruff: noqa: E501 - tables and patterns stay on one line each

import io

import docx
import pytest
from pypdf import PdfWriter

from kheo.directives.reading import read
from kheo.directives.reading.extract import pasted, text_of
from kheo.lib.refusals import Refused

HEAD = "ỦY BAN NHÂN DÂN XÃ PHÚ LỘC\nCỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\n"
BODY = "Số: 12/KH-UBND\nPhú Lộc, ngày 05 tháng 3 năm 2026\nKẾ HOẠCH\nCông tác dân vận năm 2026\nI. TỔ CHỨC THỰC HIỆN\n1. Công an xã: bảo đảm an ninh trật tự trong các hoạt động của Nhân dân.\n"


def _docx(fill) -> bytes:
    document = docx.Document()
    fill(document)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def test_a_word_file_keeps_its_letterhead_and_tables():
    def fill(document):
        table = document.add_table(rows=1, cols=2)
        table.cell(0, 0).text = "ỦY BAN NHÂN DÂN\nXÃ PHÚ LỘC\nSố: 12/KH-UBND"
        table.cell(
            0, 1
        ).text = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\nPhú Lộc, ngày 05 tháng 3 năm 2026"
        document.add_paragraph("KẾ HOẠCH")
        document.add_paragraph("Công tác dân vận năm 2026")
        document.add_paragraph("I. PHÂN CÔNG NHIỆM VỤ")
        rows = [
            ("TT", "Nội dung công việc", "Đơn vị chủ trì", "Thời gian"),
            ("1", "Tổ chức đối thoại với Nhân dân", "Văn phòng HĐND và UBND xã", "Quý II/2026"),
        ]
        tasks = document.add_table(rows=2, cols=4)
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                tasks.cell(i, j).text = cell

    source = text_of(_docx(fill), "ke-hoach.docx")
    assert "1 | Tổ chức đối thoại với Nhân dân | Văn phòng HĐND và UBND xã | Quý II/2026" in source.text
    reading = read(source.text)
    assert (reading.number.value, reading.issued_on.value) == ("12/KH-UBND", "2026-03-05")
    assert [one.written for one in reading.assignments] == ["Văn phòng HĐND và UBND xã"]
    assert reading.assignments[0].tasks[0].deadline == "Quý II/2026"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_text_files_are_read_whatever_their_unicode(encoding):
    assert "Công an xã" in text_of((HEAD + BODY).encode(encoding), "a.txt").text


def _refusal(content, filename="a.txt") -> str:
    with pytest.raises(Refused) as refused:
        text_of(content, filename)
    return str(refused.value)


def test_an_empty_file_is_refused():
    assert "trống" in _refusal(b"")
    assert "trống" in _refusal(b"  \n\n ")


def test_a_scan_without_text_is_refused():
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    out = io.BytesIO()
    writer.write(out)
    assert "bản quét" in _refusal(out.getvalue(), "quet.pdf")


def test_a_protected_pdf_is_refused():
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    writer.encrypt("bi-mat", algorithm="RC4-128")
    out = io.BytesIO()
    writer.write(out)
    assert "mật khẩu" in _refusal(out.getvalue(), "khoa.pdf")


def test_broken_and_foreign_files_are_refused():
    assert "hỏng" in _refusal(b"%PDF-1.4 broken", "hong.pdf")
    assert "hỏng" in _refusal(b"PK\x03\x04 not a zip", "hong.docx")
    assert "hỏng" in _refusal(b"nothing of the kind", "hong.docx")
    assert ".docx" in _refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "cu.doc")
    assert "tiếng Việt" in _refusal(
        b"This is an English letter about nothing in particular, and it goes on for a while."
    )


def test_a_file_over_the_limit_is_refused(monkeypatch):
    monkeypatch.setattr("kheo.directives.reading.extract.LARGEST", 10)
    assert "50 MB" in _refusal(b"a" * 11)


@pytest.mark.parametrize("stamp", ["MẬT", "TỐI MẬT", "TUYỆT MẬT", "Độ mật: Mật", "MẬT\u00a0"])
def test_a_document_stamped_secret_is_refused(stamp):
    with pytest.raises(Refused, match="mật"):
        pasted(HEAD + stamp + "\n" + BODY)


def test_a_secret_series_is_refused():
    with pytest.raises(Refused):
        pasted(HEAD + BODY.replace("12/KH-UBND", "12/M-UBND"))


def test_the_word_secret_in_prose_is_no_stamp():
    prose = BODY.replace("Công tác dân vận năm 2026", "Tăng cường công tác bảo vệ bí mật nhà nước").replace(
        "trật tự", "trật tự, giữ bí mật nhà nước, tài liệu mật"
    )
    assert not pasted(HEAD + prose).internal


def test_internal_circulation_is_marked():
    assert pasted(HEAD + "LƯU HÀNH NỘI BỘ\n" + BODY).internal


def test_urgency_is_marked():
    assert read(HEAD + "HỎA TỐC\n" + BODY).marks["urgency"].value == "hỏa tốc"


def test_word_s_automatic_numbers_are_counted():
    def fill(document):
        for line in (
            HEAD + "Số: 12/KH-UBND\nPhú Lộc, ngày 05 tháng 3 năm 2026\nKẾ HOẠCH\nCông tác dân vận"
        ).split("\n"):
            document.add_paragraph(line)
        document.add_paragraph("I. TỔ CHỨC THỰC HIỆN")
        for words, style in (
            ("Công an xã", "List Number"),
            ("Bảo đảm an ninh trật tự trong các hoạt động.", "List Bullet"),
            ("Trạm Y tế xã", "List Number"),
            ("Tuyên truyền phòng bệnh đến từng hộ dân.", "List Bullet"),
        ):
            document.add_paragraph(words, style=style)

    source = text_of(_docx(fill), "a.docx")
    assert "1. Công an xã\n- Bảo đảm an ninh" in source.text
    assert "2. Trạm Y tế xã" in source.text
    assert [one.written for one in read(source.text).assignments] == ["Công an xã", "Trạm Y tế xã"]


def test_merged_cells_keep_their_columns():
    def fill(document):
        document.add_paragraph("KẾ HOẠCH")
        table = document.add_table(rows=4, cols=4)
        for i, row in enumerate(
            [
                ("TT", "Nội dung công việc", "Đơn vị chủ trì", "Thời gian"),
                ("I", "Tuyên truyền", "", ""),
                ("1", "Mở chuyên mục trên loa truyền thanh", "Phòng Văn hóa - Xã hội", "Tháng 3/2026"),
                ("2", "Treo băng rôn, khẩu hiệu tại các thôn", "", "Tháng 4/2026"),
            ]
        ):
            for j, cell in enumerate(row):
                table.cell(i, j).text = cell
        table.cell(1, 1).merge(table.cell(1, 3))
        table.cell(2, 2).merge(table.cell(3, 2))

    text = text_of(_docx(fill), "a.docx").text
    assert "I | Tuyên truyền |  | " in text
    assert "2 | Treo băng rôn, khẩu hiệu tại các thôn | Phòng Văn hóa - Xã hội | Tháng 4/2026" in text
