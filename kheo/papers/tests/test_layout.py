"""Thu opens in Word what Kheo drafted: laid out as the State or the Party prescribes, never mixed."""

import io
import os
import shutil
import subprocess
from datetime import date

import pytest
from django.utils.translation import override
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from pypdf import PdfReader

from kheo.papers import word
from kheo.papers.checking import check
from kheo.papers.layouts import (
    SHIPPED,
    family_of,
    layout_called,
    layout_for,
    layouts,
    symbol_pattern,
    terms,
)
from kheo.papers.measuring import width
from kheo.papers.sheet import NARROWEST, Content, Grid
from kheo.papers.tests import specimen

KEYS = ["nd30-2020", "hd36-2018", "hd05-2026"]


def written(key, content=None, **options):
    file = io.BytesIO()
    word.document(specimen.sheet(key, content, **options)).save(file)
    file.seek(0)
    return file


def cell_lines(cell):
    return [paragraph.text for paragraph in cell.paragraphs if paragraph.text]


@pytest.mark.parametrize("key", KEYS)
def test_page_margins_font_and_page_number(key):
    document = Document(written(key))
    layout, page = layout_called(key), document.sections[0]
    assert (round(page.page_width.mm), round(page.page_height.mm)) == (210, 297)
    margins = [round(getattr(page, f"{side}_margin").mm) for side in ("top", "bottom", "left", "right")]
    assert margins == [20, 20, 30, 15]
    # The number stands in the middle of the top margin, from the second page on.
    assert page.different_first_page_header_footer
    number = page.header.paragraphs[0]
    assert number.alignment == WD_ALIGN_PARAGRAPH.CENTER
    assert [part.text for part in number._p.iter(qn("w:instrText"))] == ["PAGE"]
    assert number.runs[0].font.size == Pt(13 if layout.family == "state" else 14)
    assert not page.first_page_header.paragraphs[0].text
    for style in ("Normal", "Heading 1", *word.STYLES.values()):
        fonts = document.styles[style].element.rPr.rFonts
        assert {fonts.get(qn(f"w:{script}")) for script in ("ascii", "hAnsi", "cs", "eastAsia")} == {
            "Times New Roman"
        }
    normal = document.styles["Normal"].paragraph_format
    if layout.family == "party":
        assert (normal.line_spacing_rule, normal.line_spacing) == (WD_LINE_SPACING.AT_LEAST, Pt(18))


def test_heading_of_the_state():
    document = Document(written("nd30-2020"))
    head = document.tables[0]
    assert head._tbl.find(f".//{qn('w:tblBorders')}") is None
    assert head.style.name == "Normal Table"
    (left, right), (number, day) = (row.cells for row in head.rows)
    assert cell_lines(left) == ["ỦY BAN NHÂN DÂN", "XÃ KHE MẪU"]
    assert cell_lines(right) == ["CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", "Độc lập - Tự do - Hạnh phúc"]
    assert (cell_lines(number), cell_lines(day)) == (
        ["Số: 05/BC-UBND"],
        ["Khe Mẫu, ngày 05 tháng 7 năm 2026"],
    )
    # The motto's rule is as long as the motto; the one below the body a third to a half of its name.
    assert length_of_rule(right, 103) == pytest.approx(
        width("Độc lập - Tự do - Hạnh phúc", 14, True), abs=0.2
    )
    assert 1 / 3 <= length_of_rule(left, 62) / width("XÃ KHE MẪU", 13, True) <= 1 / 2
    # Everything of the heading stays on one line.
    assert width("CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM", 13, True) < 103


def test_heading_of_the_party():
    document = Document(written("hd05-2026"))
    (left, right), (number, day) = (row.cells for row in document.tables[0].rows)
    assert cell_lines(left) == ["ĐẢNG ỦY XÃ KHE MẪU", "BAN CHỈ ĐẠO PHONG TRÀO THI ĐUA “DÂN VẬN KHÉO”", "*"]
    assert cell_lines(right) == ["ĐẢNG CỘNG SẢN VIỆT NAM"]
    assert (cell_lines(number), cell_lines(day)) == (["Số 05-BC/BCĐ"], ["Khe Mẫu, ngày 05 tháng 7 năm 2026"])
    assert length_of_rule(right, 83) == pytest.approx(width("ĐẢNG CỘNG SẢN VIỆT NAM", 15, True), abs=0.2)
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert "-----" in texts
    assert "CỘNG HÒA" not in "".join(texts)


def length_of_rule(cell, room):
    ruled = next(p for p in cell.paragraphs if p._p.find(f".//{qn('w:pBdr')}") is not None)
    return room - ruled.paragraph_format.left_indent.mm - ruled.paragraph_format.right_indent.mm


def test_bases_signature_and_recipients_of_each_family():
    state, party, older = (Document(written(key)) for key in ("nd30-2020", "hd05-2026", "hd36-2018"))

    def bases(document):
        return [p for p in document.paragraphs if p.style.name == word.STYLES["basis"]]

    assert [p.text for p in bases(state)] == [
        "Căn cứ Kế hoạch số 12-KH/BCĐ ngày 15/01/2026;",
        "Căn cứ tình hình của xã.",
    ]
    assert bases(state)[0].style.font.italic
    assert [p.text for p in bases(party)] == [
        "- Căn cứ Kế hoạch số 12-KH/BCĐ ngày 15/01/2026;",
        "- Căn cứ tình hình của xã,",
    ]
    assert not bases(party)[0].style.font.italic
    left, right = state.tables[-1].rows[0].cells
    assert cell_lines(left) == ["Nơi nhận:", "- Như trên;", "- Các đồng chí ủy viên;", "- Lưu: VT."]
    assert cell_lines(right) == ["TM. ỦY BAN NHÂN DÂN", "KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH", "Lô Văn Mẫu"]
    left, right = party.tables[-1].rows[0].cells
    assert cell_lines(left) == ["Nơi nhận:", "- Như trên;", "- Các đồng chí ủy viên;", "- Lưu."]
    assert cell_lines(right) == ["BÍ THƯ", "kiêm", "TRƯỞNG BAN CHỈ ĐẠO", "Vi Thị Mẫu"]
    assert left.paragraphs[0].style.font.underline
    # The older guidance of the Party separates recipients by commas.
    assert cell_lines(older.tables[-1].rows[0].cells[0])[1] == "- Như trên,"
    ends = [p.text for p in state.paragraphs if p.text.endswith("./.")]
    assert ends == ["Đề nghị cấp trên hỗ trợ xi măng./."]


def test_points_are_lettered_in_the_vietnamese_alphabet():
    lines = [p.text for p in Document(written("nd30-2020")).paragraphs]
    assert "d) mở lớp;" in lines
    assert "đ) lập tổ tự quản." in lines


def test_a_draft_leaves_room_for_number_and_day():
    number, day = Document(written("hd05-2026", number=False)).tables[0].rows[1].cells
    assert cell_lines(number)[0].replace("\u00a0", "") == "Số -BC/BCĐ"
    assert cell_lines(number)[1] == "Dự thảo"
    assert cell_lines(day)[0].startswith("Khe Mẫu, ngày\u00a0")


def test_a_decision_has_its_list_as_an_annex_with_its_own_page_numbers():
    document = Document(written("hd05-2026", specimen.decision()))
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert "Điều 1. Phê duyệt danh mục 2 mô hình kèm theo Quyết định này." in texts
    assert "(Kèm theo Quyết định số 05-QĐ/BCĐ ngày 05 tháng 7 năm 2026)" in texts
    assert len(document.sections) == 2
    assert document.sections[1]._sectPr.find(qn("w:pgNumType")).get(qn("w:start")) == "1"


# The rules themselves


def test_the_family_follows_from_the_line_of_the_issuer():
    assert family_of("party") == "party"
    assert {family_of(line) for line in ("government", "front", "women", "youth", "police", "?")} == {"state"}
    # The Youth Union numbers as the Party does, under the State's heading.
    assert symbol_pattern("youth", layout_called("nd30-2020")) == "-{type}/{issuer}"


def test_rules_hold_from_day_to_day():
    assert [layout_for("party", day).key for day in (date(2026, 5, 26), date(2026, 5, 27))] == [
        "hd36-2018",
        "hd05-2026",
    ]
    assert layout_for("state", date(2026, 7, 5)).key == "nd30-2020"
    assert layout_called("hd05-2026").awaiting
    assert all(layout.basis and layout.checked_on for layout in layouts())
    assert terms("province")[-1] == date(2025, 10, 3)
    assert terms("hamlet") == []


def test_an_office_may_bring_its_own_rules(settings, tmp_path):
    settings.DATA = tmp_path
    shipped = (SHIPPED / "hd05-2026.toml").read_text(encoding="utf-8")
    (tmp_path / "papers").mkdir()
    changed = shipped.replace('awaiting = "chờ đối chiếu bản gốc"', 'awaiting = ""')
    (tmp_path / "papers" / "hd05-2026.toml").write_text(changed, encoding="utf-8")
    layouts.cache_clear()
    try:
        assert layout_called("hd05-2026").awaiting == ""
    finally:
        layouts.cache_clear()


def test_contents_pass_through_the_database_unchanged():
    content = specimen.decision()
    again = Content.from_data(content.as_data())
    assert again == content
    assert again.digest == content.digest
    assert specimen.report(subject="khác").digest != specimen.report().digest


# The checker finds what an office would be told on the phone


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("number", [True, False])
def test_what_kheo_writes_follows_its_own_rules(key, number):
    # The rules of before are named: a paper of today is held against today's.
    layout = layout_called(key)
    assert check(written(key, number=number), layout) == []
    assert check(written(key, specimen.decision(), number=number), layout) == []
    if layout.valid_from <= specimen.DAY < layout.valid_to:
        assert check(written(key, number=number)) == []


def test_departures_are_named():
    def spoilt(key, spoil):
        document = Document(written(key))
        spoil(document)
        file = io.BytesIO()
        document.save(file)
        file.seek(0)
        with override("en"):
            return " | ".join(map(str, check(file)))

    def margin(document):
        document.sections[0].left_margin = Mm(20)

    def font(document):
        document.paragraphs[-1].add_run("chữ lạ").font.name = "Arial"

    def day(document):
        document.tables[0].rows[1].cells[1].paragraphs[0].runs[0].text = "Khe Mẫu, ngày 5 tháng 07 năm 2026"

    def number(document):
        document.tables[0].rows[1].cells[0].paragraphs[0].runs[0].text = "Số 5/BC-UBND"

    def borders(document):
        document.tables[0].style = "Table Grid"

    def first_page(document):
        document.sections[0].different_first_page_header_footer = False

    def motto(document):
        document.tables[0].rows[0].cells[1].paragraphs[1].runs[0].text = "Độc lập – Tự do – Hạnh phúc"

    def prefix(document):
        document.tables[-1].rows[0].cells[1].paragraphs[0].runs[0].text = "T/M ỦY BAN NHÂN DÂN"

    def mixed(document):
        document.tables[0].rows[0].cells[0].paragraphs[0].runs[0].text = "ĐẢNG CỘNG SẢN VIỆT NAM"

    def letters(document):
        point = next(p for p in document.paragraphs if p.text.startswith("đ)"))
        point.runs[0].text = "e) lập tổ tự quản."

    def small(document):
        body = next(p for p in document.paragraphs if p.text.startswith("Xã có"))
        body.runs[0].font.size = Pt(11)

    state = "nd30-2020"
    assert "left margin is 20 mm instead of 30–35 mm" in spoilt(state, margin)
    assert "Arial" in spoilt(state, font)
    assert "ngày 05 tháng 7 năm 2026" in spoilt(state, day)
    said = spoilt(state, number)
    assert "the colon after “Số” is missing" in said
    assert "a zero stands before numbers below 10" in said
    assert "two columns without borders" in spoilt(state, borders)
    assert "shown on the first page too" in spoilt(state, first_page)
    assert "hyphens and spaces" in spoilt(state, motto)
    assert "“T/M” is the other family's" in spoilt(state, prefix)
    assert "headings of State and Party papers" in spoilt(state, mixed)
    assert "out of the Vietnamese order" in spoilt(state, letters)
    assert "the size is 11 pt instead of 13–14 pt" in spoilt(state, small)
    assert "does not follow -BC/…" in spoilt("hd05-2026", number)


def test_a_file_that_is_no_document_is_refused_in_words():
    from kheo.lib.refusals import Refused

    with pytest.raises(Refused, match=r"\.docx"):
        check(io.BytesIO(b"PK not really"))


def test_the_command_names_departures_and_says_when_there_are_none(tmp_path, capsys):
    from django.core.management import CommandError, call_command

    good = tmp_path / "dung.docx"
    good.write_bytes(written("nd30-2020").read())
    call_command("paper", "check", str(good))
    assert "dung.docx: đúng thể thức" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        call_command("paper", "check", str(good), "--layout", "hd05-2026")
    assert "dung.docx" in capsys.readouterr().out
    with pytest.raises(CommandError):
        call_command("paper", "check", str(tmp_path / "khong-co.docx"))


@pytest.mark.skipif(not os.environ.get("CI") and not shutil.which("soffice"), reason="needs LibreOffice")
@pytest.mark.parametrize("key", ["nd30-2020", "hd05-2026"])
def test_libreoffice_numbers_the_second_page_alone(key, tmp_path):
    path = tmp_path / "van-ban.docx"
    path.write_bytes(written(key).read())
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    pages = [page.extract_text().split() for page in PdfReader(tmp_path / "van-ban.pdf").pages]
    assert len(pages) >= 2
    assert "1" not in (pages[0][0], pages[0][-1])
    assert "2" in (pages[1][0], pages[1][-1])


@pytest.mark.parametrize("widths", [(10, 62, 32, 26, 35), (1, 99), (5,) * 20, ()])
def test_no_column_is_too_narrow_for_tt(widths):
    shares = Grid(("TT",) * len(widths), (), widths).shares
    assert len(shares) == len(widths)
    if widths:
        assert abs(sum(shares) - 1) < 1e-9
        assert min(shares) >= min(NARROWEST, 0.5 / len(widths)) - 1e-9
