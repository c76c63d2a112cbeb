"""A sheet as .docx: A4, Times New Roman, real Word styles, so that an office can go on working on it."""

import re
from collections.abc import Iterable, Sequence
from io import BytesIO
from typing import Any

from django.http import FileResponse
from docx import Document
from docx.enum.section import WD_ORIENT, WD_SECTION
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, Pt, RGBColor

from .layouts import Part
from .measuring import width
from .sheet import Annex, Article, Block, Grid, Points, Sheet, Text, Title
from .wording import letter

DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FONT = "Times New Roman"
# What Word calls the style of each part. Body text and titles are Word's own: Normal, Heading 1 and 2.
STYLES = {
    "nation": "VB Quốc hiệu",
    "motto": "VB Tiêu ngữ",
    "above": "VB Cơ quan cấp trên",
    "issuer": "VB Cơ quan ban hành",
    "number": "VB Số và ký hiệu",
    "date": "VB Địa danh, ngày tháng",
    "draft": "VB Dự thảo",
    "type": "VB Tên loại",
    "subject": "VB Trích yếu",
    "to": "VB Kính gửi",
    "basis": "VB Căn cứ",
    "table": "VB Bảng",
    "annex": "VB Phụ lục",
    "annex_note": "VB Kèm theo",
    "behalf": "VB Quyền hạn ký",
    "position": "VB Chức vụ",
    "signer": "VB Họ tên",
    "recipients_word": "VB Nơi nhận",
    "recipients": "VB Danh sách nơi nhận",
}
_ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "centre": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "justify": WD_ALIGN_PARAGRAPH.JUSTIFY,
}
# Characters that XML cannot hold; pasted text brings them.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def response(sheet: Sheet, name: str) -> FileResponse:
    """The sheet as a .docx to download under this name."""
    file = BytesIO()
    document(sheet).save(file)
    file.seek(0)
    name = name if name.endswith(".docx") else f"{name}.docx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=DOCX_TYPE)


def document(sheet: Sheet) -> Any:
    """The python-docx document of a sheet."""
    return _Writer(sheet).document


class _Writer:
    def __init__(self, sheet: Sheet) -> None:
        self.sheet, self.layout = sheet, sheet.layout
        self.document: Any = Document()
        # Cells that hold a line already: a new cell comes with an empty paragraph, which is used up first.
        self._begun: list[Any] = []
        self._styles()
        self._page(self.document.sections[0])
        self._head()
        self._name()
        for line in sheet.addressees:
            self._to(line)
        for line in sheet.bases:
            self._basis(line)
        if sheet.decides:
            self._line(self.document, "type", sheet.decides, centre=True, before=6, after=6)
        self._blocks(sheet.main)
        self._foot()
        for annex, blocks in sheet.annexes:
            self._annex(annex, blocks)
        properties = self.document.core_properties
        properties.title = _clean(f"{sheet.type_name} {sheet.subject}".strip())
        properties.language = "vi-VN"
        properties.author = properties.comments = ""

    # The page and its styles

    def _styles(self) -> None:
        styles, layout = self.document.styles, self.layout
        normal = styles["Normal"]
        self._dress(normal, layout.parts["text"])
        spacing = normal.paragraph_format
        spacing.space_before, spacing.space_after = Pt(0), Pt(layout.body["gap"])
        if layout.body["line_at_least"]:
            spacing.line_spacing_rule = WD_LINE_SPACING.AT_LEAST
            spacing.line_spacing = Pt(layout.body["line_at_least"])
        else:
            spacing.line_spacing = layout.body["line"]
        for level, name in ((1, "title"), (2, "subtitle")):
            style = styles[f"Heading {level}"]
            self._dress(style, layout.parts[name])
            style.font.color.rgb = RGBColor(0, 0, 0)
            style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(6), Pt(6)
            style.paragraph_format.first_line_indent = Mm(layout.body["indent"])
            style.paragraph_format.keep_with_next = True
        for part, name in STYLES.items():
            style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
            style.base_style = normal
            self._dress(style, layout.parts[part])
            style.paragraph_format.space_after = Pt(0)
            style.paragraph_format.line_spacing = 1.0
            style.quick_style = True

    def _dress(self, style: Any, part: Part) -> None:
        font = style.font
        font.name, font.size = FONT, Pt(part.size.used)
        font.bold, font.italic, font.underline = part.bold, part.italic, part.underline
        # Word keeps a font for each script; without these it falls back to another for accented letters.
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
            fonts.set(qn(script), FONT)
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:cstheme", "w:eastAsiaTheme"):
            if fonts.get(qn(theme)) is not None:
                del fonts.attrib[qn(theme)]

    def _page(self, section: Any, landscape: bool = False, restart: bool = False) -> None:
        page = self.layout.page
        section.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
        size = (Mm(297), Mm(210)) if landscape else (Mm(210), Mm(297))
        section.page_width, section.page_height = size
        for side in ("top", "bottom", "left", "right"):
            setattr(section, f"{side}_margin", Mm(page[side].used))
        section.header_distance = Mm(self.layout.number_from_edge)
        # The page number stands centred in the top margin, not on the first page.
        section.different_first_page_header_footer = True
        if restart:
            kind = OxmlElement("w:pgNumType")
            kind.set(qn("w:start"), "1")
            section._sectPr.append(kind)
            return
        number = section.header.paragraphs[0]
        number.alignment = WD_ALIGN_PARAGRAPH.CENTER
        number.paragraph_format.space_after = Pt(0)
        for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
            run = number.add_run()
            run.font.name, run.font.size = FONT, Pt(page["number_size"].used)
            part = OxmlElement("w:fldChar" if kind else "w:instrText")
            if kind:
                part.set(qn("w:fldCharType"), kind)
            else:
                part.text = text
            run._r.append(part)

    # The heading

    def _head(self) -> None:
        sheet, head = self.sheet, self.layout.head
        table = self._columns(head["columns"], rows=2)
        left, right = table.rows[0].cells
        for line in sheet.above.splitlines():
            self._line(left, "above", line, centre=True)
        for line in sheet.issuer.splitlines():
            self._line(left, "issuer", line, centre=True)
        last = sheet.issuer.splitlines()[-1]
        self._mark(left, "issuer", last, head["body_rule"], head["body_mark"], head["columns"][0])
        for place, line in enumerate(head["nation"]):
            self._line(right, "motto" if place else "nation", line, centre=True)
        part = "motto" if len(head["nation"]) > 1 else "nation"
        self._mark(right, part, head["nation"][-1], head["nation_rule"], "", head["columns"][1])
        left, right = table.rows[1].cells
        self._line(left, "number", sheet.number_line, centre=True)
        self._line(right, "date", sheet.date_line, centre=True)
        if sheet.draft:
            self._line(left, "draft", sheet.draft, centre=True)

    def _name(self) -> None:
        sheet, head = self.sheet, self.layout.head
        self._line(self.document, "type", sheet.type_name, centre=True, before=18)
        for line in sheet.subject.split("\n"):
            self._line(self.document, "subject", line, centre=True)
        last = sheet.subject.split("\n")[-1] or sheet.type_name
        self._mark(
            self.document, "subject", last, head["subject_rule"], head["subject_mark"], self.layout.text_width
        )
        self._line(self.document, "subject", "", centre=True)

    def _mark(self, where: Any, part: str, text: str, share: float, mark: str, room: float) -> None:
        """What stands under a line: a rule of a share of its width, or a sign (an asterisk, hyphens)."""
        if mark:
            self._line(where, "number", mark, centre=True)
        elif share:
            style = self.layout.parts[part]
            shown = text.upper() if style.upper else text
            long = min(width(shown, style.size.used, style.bold), room) * share
            self._rule(where, (room - long) / 2)

    def _rule(self, where: Any, indent: float) -> None:
        written = where.add_paragraph(style=STYLES["number"])
        shape = written.paragraph_format
        shape.left_indent = shape.right_indent = Mm(round(indent, 2))
        shape.line_spacing_rule, shape.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(3)
        shape.space_after = Pt(3)
        borders = OxmlElement("w:pBdr")
        bottom = OxmlElement("w:bottom")
        for name, value in (("val", "single"), ("sz", "6"), ("space", "0"), ("color", "000000")):
            bottom.set(qn(f"w:{name}"), value)
        borders.append(bottom)
        properties = written._p.get_or_add_pPr()
        properties.insert_element_before(
            borders, "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr"
        )

    # The body

    def _to(self, line: str) -> None:
        written = self.document.add_paragraph(style=STYLES["to"])
        written.paragraph_format.space_after = Pt(6)
        one = len(self.sheet.addressees) == 1
        if one:
            written.alignment = WD_ALIGN_PARAGRAPH.CENTER
        else:
            written.paragraph_format.left_indent = Mm(45 if line.startswith("-") else 25)
        self._words(written, self.layout.parts["to"], line)

    def _basis(self, line: str) -> None:
        written = self.document.add_paragraph(style=STYLES["basis"])
        written.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
        written.paragraph_format.first_line_indent = Mm(self.layout.body["indent"])
        written.paragraph_format.space_after = Pt(self.layout.body["gap"])
        self._words(written, self.layout.parts["basis"], line)

    def _blocks(self, blocks: Iterable[Block]) -> None:
        for block in blocks:
            if isinstance(block, Title):
                self.document.add_heading(_clean(block.text), min(max(block.level, 1), 2))
            elif isinstance(block, Text):
                for line in block.text.split("\n"):
                    self._text(line, block.align, bold=block.bold, italic=block.italic)
            elif isinstance(block, Points):
                for place, item in enumerate(block.items):
                    self._text(f"{letter(place)}) {item}")
            elif isinstance(block, Article):
                self._article(block)
            elif isinstance(block, Grid):
                self._grid(block)

    def _text(self, line: str, align: str = "justify", bold: bool = False, italic: bool = False) -> None:
        written = self.document.add_paragraph()
        written.alignment = _ALIGN[align]
        if align == "justify":
            written.paragraph_format.first_line_indent = Mm(self.layout.body["indent"])
        run = written.add_run(_clean(line))
        run.bold, run.italic = bold or None, italic or None

    def _article(self, article: Article) -> None:
        for place, line in enumerate(article.text.split("\n")):
            written = self.document.add_paragraph()
            written.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY
            written.paragraph_format.first_line_indent = Mm(self.layout.body["indent"])
            if place == 0:
                written.add_run(f"Điều {article.number}. ").bold = True
            written.add_run(_clean(line))

    def _grid(self, grid: Grid) -> None:
        table = self.document.add_table(rows=1, cols=len(grid.header))
        table.style, table.alignment = "Table Grid", WD_TABLE_ALIGNMENT.CENTER
        self._cell_margins(table, 1.2)
        self._row(table.rows[0], grid.header, grid, bold=True, centre=True)
        # The header is repeated where the table runs over a page.
        repeated = OxmlElement("w:tblHeader")
        repeated.set(qn("w:val"), "true")
        table.rows[0]._tr.get_or_add_trPr().append(repeated)
        for row in grid.rows:
            self._row(table.add_row(), row, grid)
        if grid.total:
            self._row(table.add_row(), grid.total, grid, bold=True)
        if grid.widths:
            section = self.document.sections[-1]
            room = Emu(section.page_width - section.left_margin - section.right_margin).mm
            self._set_widths(table, [room * share for share in grid.shares])
        after = self.document.add_paragraph(style=STYLES["table"])
        after.paragraph_format.space_after = Pt(2)

    def _row(
        self, row: Any, values: Sequence[str], grid: Grid, bold: bool = False, centre: bool = False
    ) -> None:
        unsplit = OxmlElement("w:cantSplit")
        row._tr.get_or_add_trPr().append(unsplit)
        for place, (cell, value) in enumerate(zip(row.cells, values, strict=False)):
            written = cell.paragraphs[0]
            written.style = STYLES["table"]
            written.paragraph_format.space_before = written.paragraph_format.space_after = Pt(2)
            for line, text in enumerate(_clean(value).split("\n")):
                run = written.add_run(text)
                run.bold = bold or None
                if line < value.count("\n"):
                    run.add_break()
            if centre:
                written.alignment = WD_ALIGN_PARAGRAPH.CENTER
            elif place in grid.numeric:
                written.alignment = WD_ALIGN_PARAGRAPH.RIGHT

    # The foot, and what hangs below it

    def _foot(self) -> None:
        self._line(self.document, "recipients", "")
        table = self._columns((self.layout.text_width * 0.48, self.layout.text_width * 0.52), rows=1)
        unsplit = OxmlElement("w:cantSplit")
        table.rows[0]._tr.get_or_add_trPr().append(unsplit)
        left, right = table.rows[0].cells
        self._line(left, "recipients_word", "Nơi nhận:")
        for line in self.sheet.recipients:
            self._line(left, "recipients", line)
        for text, part in self.sheet.signature or [("", "behalf")]:
            self._line(right, part, text, centre=True, as_is=text == "kiêm")
        for _gap in range(4):
            self._line(right, "signer", "", centre=True)
        self._line(right, "signer", self.sheet.signer, centre=True)

    def _annex(self, annex: Annex, blocks: Sequence[Block]) -> None:
        section = self.document.add_section(WD_SECTION.NEW_PAGE)
        self._page(section, landscape=annex.landscape, restart=True)
        for line in annex.title.split("\n"):
            self._line(self.document, "annex", line, centre=True)
        note = f"(Kèm theo {self.sheet.named})"
        self._line(self.document, "annex_note", note, centre=True, after=10)
        self._blocks(blocks)

    # How lines and columns are written

    def _columns(self, widths: Sequence[float], rows: int) -> Any:
        """A table without borders, its cells without margins, of these widths in millimetres."""
        table = self.document.add_table(rows=rows, cols=len(widths))
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        self._cell_margins(table, 0)
        self._set_widths(table, widths)
        return table

    def _cell_margins(self, table: Any, beside: float) -> None:
        """Millimetres left and right of the words of each cell."""
        properties = table._tbl.tblPr
        margins = OxmlElement("w:tblCellMar")
        for side in ("left", "right"):
            margin = OxmlElement(f"w:{side}")
            margin.set(qn("w:w"), str(round(beside / 25.4 * 1440)))
            margin.set(qn("w:type"), "dxa")
            margins.append(margin)
        look = properties.find(qn("w:tblLook"))
        if look is not None:
            look.addprevious(margins)
        else:
            properties.append(margins)

    def _set_widths(self, table: Any, widths: Sequence[float]) -> None:
        table.autofit = False
        # Word reads the widths of cells, LibreOffice those of the grid.
        for column, wide in zip(table.columns, widths, strict=False):
            column.width = Mm(round(wide, 1))
        for row in table.rows:
            for cell, wide in zip(row.cells, widths, strict=False):
                cell.width = Mm(round(wide, 1))

    def _line(
        self,
        where: Any,
        part: str,
        text: str,
        *,
        centre: bool = False,
        before: float = 0,
        after: float | None = None,
        as_is: bool = False,
    ) -> None:
        """One line in the style of its part."""
        cell = getattr(where, "_tc", None)
        if cell is not None and cell not in self._begun:
            self._begun.append(cell)
            written = where.paragraphs[0]
        else:
            written = where.add_paragraph()
        written.style = STYLES[part]
        if centre:
            written.alignment = WD_ALIGN_PARAGRAPH.CENTER
        if before:
            written.paragraph_format.space_before = Pt(before)
        if after is not None:
            written.paragraph_format.space_after = Pt(after)
        self._words(written, self.layout.parts[part], text, as_is=as_is)

    def _words(self, written: Any, part: Part, text: str, as_is: bool = False) -> None:
        if text:
            run = written.add_run(_clean(text.upper() if part.upper and not as_is else text))
            if as_is:
                run.bold = False


def _clean(text: str) -> str:
    return _UNWRITABLE.sub("", text)
