"""Documents that leave as .docx: A4, Times New Roman, margins of NĐ 30/2020 (Phụ lục I)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from django.http import FileResponse
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "centre": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "justify": WD_ALIGN_PARAGRAPH.JUSTIFY,
}
# Characters that XML cannot hold; pasted text brings them.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


@dataclass(frozen=True)
class Heading:
    """A heading within the document; level 1 is the highest below the title."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Paragraph:
    text: str
    align: str = "justify"
    bold: bool = False
    italic: bool = False
    size: int | None = None
    indent: bool = True


@dataclass(frozen=True)
class Table:
    """Rows of text or numbers under a header. `widths` in mm; `numeric` names columns (from 0) set right."""

    header: Sequence[Any]
    rows: Iterable[Sequence[Any]]
    widths: Sequence[float] = ()
    numeric: Sequence[int] = ()
    total: Sequence[Any] = ()


@dataclass(frozen=True)
class Pair:
    """Two blocks side by side, as the heading of an office's paper or its signature: left and right lines."""

    left: Sequence[Paragraph] = field(default_factory=tuple)
    right: Sequence[Paragraph] = field(default_factory=tuple)


Block = str | Heading | Paragraph | Table | Pair


def docx_response(
    filename: str,
    title: str,
    blocks: Iterable[Block],
    *,
    landscape: bool = False,
    before: Iterable[Block] = (),
) -> FileResponse:
    """The blocks as an A4 .docx to download. Plain strings are paragraphs; `before` precedes the title."""
    file = BytesIO()
    docx_document(title, blocks, landscape=landscape, before=before).save(file)
    file.seek(0)
    name = filename if filename.endswith(".docx") else f"{filename}.docx"
    return FileResponse(file, as_attachment=True, filename=name, content_type=DOCX_TYPE)


def docx_document(
    title: str, blocks: Iterable[Block], *, landscape: bool = False, before: Iterable[Block] = ()
) -> Any:
    """The python-docx document itself, for rooms that add to it before it leaves."""
    document = Document()
    _page(document, landscape)
    for block in before:
        _add(document, block)
    if title:
        _paragraph(document.add_paragraph(), Paragraph(title, "centre", bold=True, size=14, indent=False))
    for block in blocks:
        _add(document, block)
    document.core_properties.title = _clean(title)
    document.core_properties.language = "vi-VN"
    document.core_properties.author = ""
    document.core_properties.comments = ""
    return document


def _page(document: Any, landscape: bool) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    if landscape:
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Mm(297), Mm(210)
    section.top_margin = section.bottom_margin = Mm(20)
    section.left_margin, section.right_margin = Mm(30), Mm(15)
    section.header_distance = Mm(10)
    section.different_first_page_header_footer = True
    for name in ("Normal", "Heading 1", "Heading 2", "Heading 3"):
        style = document.styles[name]
        style.font.name = "Times New Roman"
        # Word keeps a font for each script; without these it falls back to Calibri for accented letters.
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for script in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
            fonts.set(qn(script), "Times New Roman")
        for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:cstheme", "w:eastAsiaTheme"):
            if fonts.get(qn(theme)) is not None:
                del fonts.attrib[qn(theme)]
    normal = document.styles["Normal"]
    normal.font.size = Pt(14)
    normal.paragraph_format.space_after = Pt(6)
    normal.paragraph_format.line_spacing = 1.15
    for level, size in ((1, 14), (2, 14), (3, 14)):
        style = document.styles[f"Heading {level}"]
        style.font.size, style.font.bold, style.font.italic = Pt(size), level < 3, level > 1
        style.font.color.rgb = None
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(10), Pt(4)
    # The page number stands centred in the top margin, not on the first page.
    number = section.header.paragraphs[0]
    number.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = number.add_run()
    for kind, text in (("begin", ""), ("", "PAGE"), ("end", "")):
        if kind:
            part = OxmlElement("w:fldChar")
            part.set(qn("w:fldCharType"), kind)
        else:
            part = OxmlElement("w:instrText")
            part.text = text
        run._r.append(part)


def _add(document: Any, block: Block) -> None:
    if isinstance(block, str):
        block = Paragraph(block)
    if isinstance(block, Heading):
        document.add_heading(_clean(block.text), min(max(block.level, 1), 3))
    elif isinstance(block, Paragraph):
        for line in block.text.split("\n"):
            _paragraph(document.add_paragraph(), block, line)
    elif isinstance(block, Table):
        _table(document, block)
    else:
        _pair(document, block)


def _paragraph(written: Any, wanted: Paragraph, text: str | None = None) -> None:
    run = written.add_run(_clean(wanted.text if text is None else text))
    run.bold, run.italic = wanted.bold or None, wanted.italic or None
    if wanted.size:
        run.font.size = Pt(wanted.size)
    written.alignment = _ALIGN[wanted.align]
    if wanted.indent and wanted.align == "justify":
        written.paragraph_format.first_line_indent = Mm(10)


def _table(document: Any, block: Table) -> None:
    table = document.add_table(rows=1, cols=len(block.header))
    table.style, table.alignment = "Table Grid", WD_TABLE_ALIGNMENT.CENTER
    _line(table.rows[0], block.header, block, bold=True, centre=True)
    # The header is repeated where the table runs over a page.
    repeated = OxmlElement("w:tblHeader")
    repeated.set(qn("w:val"), "true")
    table.rows[0]._tr.get_or_add_trPr().append(repeated)
    for row in block.rows:
        _line(table.add_row(), row, block)
    if block.total:
        _line(table.add_row(), block.total, block, bold=True)
    if block.widths:
        table.autofit = False
        # Word reads the widths of cells, LibreOffice those of the grid.
        for column, width in zip(table.columns, block.widths, strict=False):
            column.width = Mm(width)
        for row in table.rows:
            for cell, width in zip(row.cells, block.widths, strict=False):
                cell.width = Mm(width)
    document.add_paragraph().paragraph_format.space_after = Pt(0)


def _line(row: Any, values: Sequence[Any], block: Table, bold: bool = False, centre: bool = False) -> None:
    for place, (cell, value) in enumerate(zip(row.cells, values, strict=False)):
        written = cell.paragraphs[0]
        written.paragraph_format.space_after = Pt(2)
        written.paragraph_format.line_spacing = 1.0
        run = written.add_run(_clean("" if value is None else str(value)))
        run.bold, run.font.size = bold or None, Pt(12)
        if centre:
            written.alignment = WD_ALIGN_PARAGRAPH.CENTER
        elif place in block.numeric:
            written.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _pair(document: Any, block: Pair) -> None:
    row = document.add_table(rows=1, cols=2).rows[0]
    for cell, lines in zip(row.cells, (block.left, block.right), strict=True):
        for place, line in enumerate(lines):
            written = cell.paragraphs[0] if place == 0 else cell.add_paragraph()
            written.paragraph_format.space_after = Pt(0)
            _paragraph(written, line)


def _clean(text: str) -> str:
    return _UNWRITABLE.sub("", text)
