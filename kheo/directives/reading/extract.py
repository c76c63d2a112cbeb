"""The words of a file: .txt in any Vietnamese encoding, .docx with its tables, .pdf that holds text.

What cannot or may not be read is refused with a sentence that says what to do; the file itself is the
caller's.
"""
# ruff: noqa: E501 - the sentences people read stay whole, so that they can be searched

import io
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element  # types only; parsing is python-docx's

from django.utils.translation import gettext as _
from docx.document import Document as DocxDocument

from kheo.lib import legacy_text
from kheo.lib.aligned_text import Aligned
from kheo.lib.refusals import Refused

from .header import read_marks

LARGEST = 50 * 1024 * 1024
# Beyond this a directive is no directive; reading stays quick and memory small.
LONGEST = 2_000_000
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"


@dataclass(frozen=True)
class SourceText:
    """The text read from a file; `encoding` names what it was in, `internal` that it is for internal
    circulation."""

    text: str
    kind: str  # txt | docx | pdf
    encoding: str = ""
    pages: int | None = None
    internal: bool = False
    notes: tuple[str, ...] = field(default=())


def text_of(source: str | Path | bytes, filename: str = "", check: bool = True) -> SourceText:
    """The text of a path or of bytes (then `filename` tells the kind). Raises `Refused`.

    With `check` a document stamped secret and a text that is not Vietnamese are refused as well.
    """
    if isinstance(source, bytes):
        content = source
    else:
        path = Path(source)
        filename = filename or path.name
        try:
            if path.stat().st_size > LARGEST:
                raise Refused(_("The file is larger than 50 MB. Send a smaller copy, or paste the text."))
            content = path.read_bytes()
        except OSError:
            raise Refused(_("The file could not be opened. Check that it is there and try again."))
    if len(content) > LARGEST:
        raise Refused(_("The file is larger than 50 MB. Send a smaller copy, or paste the text."))
    if not content.strip():
        raise Refused(_("The file is empty. Choose the file again, or paste the text."))
    found = _by_kind(content, filename)
    if not found.text.strip():
        raise Refused(_("The file is empty. Choose the file again, or paste the text."))
    return _checked(found) if check else found


def pasted(text: str) -> SourceText:
    """Text pasted into a form, under the same checks."""
    if not text.strip():
        raise Refused(_("There is no text yet. Paste the text of the document."))
    converted = legacy_text.convert(text)
    return _checked(SourceText(converted.text, "txt", converted.encoding))


def _checked(found: SourceText) -> SourceText:
    marks = read_marks(
        Aligned(found.text[:40_000] + "\n" + found.text[-4_000:] if len(found.text) > 44_000 else found.text)
    )
    if "secret" in marks:
        raise Refused(
            _("This document is marked secret (mật). It may not be entered here and has not been kept.")
        )
    if legacy_text.vietnamese_share(found.text) < 0.12:
        raise Refused(
            _(
                "The text does not look Vietnamese, or its letters are damaged. Paste the text, or send another copy."
            )
        )
    internal = "internal" in marks
    return SourceText(found.text, found.kind, found.encoding, found.pages, internal, found.notes)


def _by_kind(content: bytes, filename: str) -> SourceText:
    if content.startswith(b"%PDF") or b"%PDF-" in content[:1024]:
        return _pdf(content)
    if content.startswith(b"PK"):
        return _docx(content)
    if content.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        if b"E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d" in content:
            raise Refused(_("The file is protected by a password. Remove the password and send it again."))
        raise Refused(_("This is a Word file of the old kind (.doc). Save it as .docx and send it again."))
    if re.match(rb"\x89PNG|\xff\xd8\xff|GIF8|II\*\x00|MM\x00\*", content):
        raise Refused(
            _("This is a picture without text. Type the fields beside it, or send a file that holds text.")
        )
    if content.startswith(b"{\\rtf"):
        raise Refused(_("This is an RTF file. Save it as .docx and send it again."))
    suffix = Path(filename).suffix.lower()
    if suffix in (".pdf", ".docx"):
        raise Refused(_("The file is damaged and could not be read. Send another copy, or paste the text."))
    if (
        b"\x00" in content[:4096]
        and not content.startswith((b"\xff\xfe", b"\xfe\xff"))
        and content[:4096].count(0) < len(content[:4096]) // 5
    ):
        raise Refused(
            _("This kind of file cannot be read. Send a .docx, .pdf or .txt file, or paste the text.")
        )
    decoded = legacy_text.decode(content[: LONGEST * 4])
    return SourceText(decoded.text[:LONGEST], "txt", decoded.encoding)


def _pdf(content: bytes) -> SourceText:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise Refused(_("The file is protected by a password. Remove the password and send it again."))
        pages = len(reader.pages)
        parts: list[str] = []
        size = 0
        for page in reader.pages[:400]:
            words = page.extract_text() or ""
            parts.append(words)
            size += len(words)
            if size > LONGEST:
                break
    except Refused:
        raise
    except (
        PyPdfError,
        ValueError,
        KeyError,
        IndexError,
        TypeError,
        AttributeError,
        OSError,
        RecursionError,
        NotImplementedError,
    ):
        raise Refused(_("The file is damaged and could not be read. Send another copy, or paste the text."))
    except Exception as error:
        # The cipher library is not installed, or the file asks for one pypdf does not know.
        if "crypt" in type(error).__module__.lower() or "cryptography" in str(error).lower():
            raise Refused(_("The file is protected by a password. Remove the password and send it again."))
        raise
    text = "\n".join(_without_page_number(part, index) for index, part in enumerate(parts))
    if sum(character.isalpha() for character in text) < max(40, 15 * min(pages, 10)):
        raise Refused(
            _(
                "This is a scan without text. Type the fields beside the picture, or send a file that holds text."
            )
        )
    converted = legacy_text.convert(text)
    return SourceText(converted.text[:LONGEST], "pdf", converted.encoding, pages)


def _without_page_number(page: str, index: int) -> str:
    """A page's words without the number that stands alone at its head or foot."""
    lines = page.split("\n")
    for at in (0, -1):
        if lines and re.fullmatch(r"\s*-?\s*\d{1,3}\s*-?\s*", lines[at]) and index > 0:
            lines.pop(at)
    return "\n".join(lines)


def _docx(content: bytes) -> SourceText:
    import docx
    from docx.opc.exceptions import PackageNotFoundError

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = archive.namelist()
            if "word/document.xml" not in names:
                raise Refused(
                    _("This kind of file cannot be read. Send a .docx, .pdf or .txt file, or paste the text.")
                )
            if (
                sum(info.file_size for info in archive.infolist() if info.filename.endswith(".xml"))
                > 4 * LARGEST
            ):
                raise Refused(_("The file is larger than 50 MB. Send a smaller copy, or paste the text."))
        document = docx.Document(io.BytesIO(content))
        lines: list[str] = []
        _walk(document.element.body, lines, _Numbering(document))
    except Refused:
        raise
    except (
        PackageNotFoundError,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        OSError,
        SyntaxError,
        EOFError,
        AttributeError,
    ):
        raise Refused(_("The file is damaged and could not be read. Send another copy, or paste the text."))
    text = "\n".join(lines)
    if not text.strip():
        raise Refused(
            _(
                "This is a scan without text. Type the fields beside the picture, or send a file that holds text."
            )
        )
    converted = legacy_text.convert(text)
    return SourceText(converted.text[:LONGEST], "docx", converted.encoding)


_ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
# After Vietnamese usage points are lettered a, b, c, d, đ, e …; Word counts in English letters.
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def _as_said(value: int, form: str) -> str:
    """A counter in the form Word names: 4 → "4", "iv", "d"."""
    if form in ("upperRoman", "lowerRoman"):
        said, rest = "", value
        for worth, letters in _ROMAN:
            while rest >= worth:
                said, rest = said + letters, rest - worth
        return said.upper() if form == "upperRoman" else said
    if form in ("upperLetter", "lowerLetter"):
        letter = _LETTERS[(value - 1) % 26] * ((value - 1) // 26 + 1)
        return letter.upper() if form == "upperLetter" else letter
    return f"{value:02d}" if form == "decimalZero" else str(value)


class _Numbering:
    """Word's automatic numbers ("1.", "a)"), which stand in no paragraph's text: counted as Word counts them."""

    def __init__(self, document: DocxDocument) -> None:
        self.levels: dict[str, dict[int, tuple[str, str, int]]] = {}
        self.lists: dict[str, str] = {}
        self.overrides: dict[tuple[str, int], int] = {}
        self.styles: dict[str, tuple[str, int]] = {}
        self.counters: dict[str, dict[int, int]] = {}
        self.begun: set[str] = set()
        try:
            numbering = document.part.numbering_part.element
        except (KeyError, NotImplementedError):
            return
        for abstract in numbering.findall(f"{_W}abstractNum"):
            self.levels[abstract.get(f"{_W}abstractNumId", "")] = {
                int(level.get(f"{_W}ilvl", "0")): (
                    _value(level, "numFmt") or "decimal",
                    _value(level, "lvlText"),
                    _whole(_value(level, "start"), 1),
                )
                for level in abstract.findall(f"{_W}lvl")
            }
        for number in numbering.findall(f"{_W}num"):
            name = number.get(f"{_W}numId", "")
            self.lists[name] = _value(number, "abstractNumId")
            for override in number.findall(f"{_W}lvlOverride"):
                if start := _value(override, "startOverride"):
                    self.overrides[name, int(override.get(f"{_W}ilvl", "0"))] = _whole(start, 1)
        for style in document.styles.element.findall(f"{_W}style"):
            properties = style.find(f"{_W}pPr")
            if found := self._named(properties):
                self.styles[style.get(f"{_W}styleId", "")] = found

    @staticmethod
    def _named(properties: Element | None) -> tuple[str, int] | None:
        number = properties.find(f"{_W}numPr") if properties is not None else None
        if number is None:
            return None
        return _value(number, "numId"), _whole(_value(number, "ilvl"), 0)

    def before(self, paragraph: Element) -> str:
        """What Word prints before this paragraph: "1. ", "a) ", "- " or nothing."""
        properties = paragraph.find(f"{_W}pPr")
        if properties is None:
            return ""
        named = self._named(properties) or self.styles.get(_value(properties, "pStyle"))
        if named is None or named[0] == "0" or not _paragraph(paragraph).strip():
            return ""
        name, level = named
        levels = self.levels.get(self.lists.get(name, ""), {})
        if level not in levels:
            return "- "
        form, pattern, _start = levels[level]
        if form in ("bullet", "none"):
            return ("+ " if pattern == "+" else "- ") if form == "bullet" else ""
        counters = self.counters.setdefault(self.lists[name], {})
        if name not in self.begun:
            self.begun.add(name)
            for (owner, at), start in self.overrides.items():
                if owner == name:
                    counters[at] = start - 1
        for at in range(level):
            counters.setdefault(at, levels.get(at, ("", "", 1))[2])
        counters[level] = counters.get(level, levels[level][2] - 1) + 1
        for deeper in [at for at in counters if at > level]:
            del counters[deeper]
        said = re.sub(
            r"%(\d)",
            lambda match: _as_said(
                counters.get(int(match[1]) - 1, 1), levels.get(int(match[1]) - 1, ("decimal", "", 1))[0]
            ),
            pattern,
        )
        return f"{said} " if said.strip() else ""


def _value(parent: Element, name: str) -> str:
    child = parent.find(f"{_W}{name}")
    return (child.get(f"{_W}val") or "") if child is not None else ""


def _whole(said: str, otherwise: int) -> int:
    return int(said) if said.isdigit() else otherwise


def _walk(parent: Element, lines: list[str], numbering: _Numbering) -> None:
    """Paragraphs and tables in their order; text boxes after the paragraph that holds them."""
    for child in parent:
        if child.tag == f"{_W}p":
            lines.append(numbering.before(child) + _paragraph(child))
            for box in child.iter(f"{_W}txbxContent"):
                if not any(above.tag == f"{_MC}Fallback" for above in box.iterancestors()):  # type: ignore[attr-defined]
                    _walk(box, lines, numbering)
        elif child.tag == f"{_W}tbl":
            _table(child, lines, numbering)
        elif child.tag == f"{_W}sdt":
            inner = child.find(f"{_W}sdtContent")
            if inner is not None:
                _walk(inner, lines, numbering)


def _paragraph(paragraph: Element) -> str:
    """The words of one paragraph, without those of its text boxes and of deleted changes."""
    parts: list[str] = []

    def visit(node: Element) -> None:
        for child in node:
            if child.tag in (f"{_W}txbxContent", f"{_W}del", f"{_MC}Fallback"):
                continue
            if child.tag == f"{_W}t":
                parts.append(child.text or "")
            elif child.tag == f"{_W}tab":
                if node.tag == f"{_W}r":
                    parts.append("\t")
            elif child.tag in (f"{_W}br", f"{_W}cr"):
                parts.append("\n")
            elif child.tag == f"{_W}noBreakHyphen":
                parts.append("-")
            else:
                visit(child)

    visit(paragraph)
    return "".join(parts)


def _table(table: Element, lines: list[str], numbering: _Numbering) -> None:
    """Rows as "cell | cell"; a table of layout (the letterhead, the signatures) as plain lines, column by
    column. A cell over several columns is followed by empty ones; one over several rows is said in each."""
    rows: list[list[list[str]]] = []
    for row in table.iter(f"{_W}tr"):
        cells: list[list[str]] = []
        for cell in row.findall(f"{_W}tc"):
            inner: list[str] = []
            _walk(cell, inner, numbering)
            said_here = [line for line in inner if line.strip()]
            properties = cell.find(f"{_W}tcPr")
            wide = 1
            if properties is not None:
                wide = min(_whole(_value(properties, "gridSpan"), 1), 60)
                merged = properties.find(f"{_W}vMerge")
                goes_on = merged is not None and merged.get(f"{_W}val") != "restart"
                if goes_on and not said_here and rows and len(cells) < len(rows[-1]):
                    said_here = rows[-1][len(cells)]
            cells.append(said_here)
            cells.extend([] for _column in range(wide - 1))
        rows.append(cells)
    columns = max((len(cells) for cells in rows), default=0)
    said = " ".join(line for cells in rows[:3] for cell in cells for line in cell)
    layout = columns <= 2 and bool(
        re.search(r"(?i)cộng h[òo]|đảng cộng sản|nơi nhận|độc lập|s[ốo]\s*:?\s*\d*\s*[-/]", said)
    )
    for cells in rows:
        if layout:
            for said_there in cells:
                lines.extend(said_there)
        else:
            lines.append(" | ".join(" ".join(" ".join(words).split()) for words in cells))
