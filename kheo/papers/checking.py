"""Where a .docx departs from the layout its family prescribes: `kheo paper check FILE.docx`.

The file may come from anywhere: parts are found by what they say, not by the names of styles. What Word
resolves through runs, styles and defaults is resolved here in the same order.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import IO, Any
from zipfile import BadZipFile

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn

from kheo.lib.formats import decimal, long_date
from kheo.lib.periods import today
from kheo.lib.refusals import Refused
from kheo.lib.vietnamese import fold, nfc

from .layouts import PARTY, STATE, Layout, Part, Span, layout_for
from .word import FONT
from .wording import LETTERS

NATION = {STATE: "cong hoa xa hoi chu nghia viet nam", PARTY: "dang cong san viet nam"}
MOTTO = "doc lap - tu do - hanh phuc"
_DATE = re.compile(
    r"^(?P<place>[^,]+),\s*ngày\s*(?P<day>\d{1,2}|[\s.…_]*)\s*tháng\s*(?P<month>\d{1,2}|[\s.…_]*)\s*năm\s*(?P<year>\d{4})"
)
_NUMBER = re.compile(r"^Số\b(?P<colon>\s*:)?\s*(?P<number>\d*[a-zđ]?)[\s.…_]*(?P<symbol>[-/].+)$")
_SYMBOLS = {STATE: re.compile(r"^/[^/\s]+(-[^/\s]+)?$"), PARTY: re.compile(r"^-[^/\s]+/[^/\s]+$")}
_POINT = re.compile(r"^(?P<letter>[a-zđ]{1,2})\)\s")
_BEHALF = re.compile(r"^(?P<sign>TM\.|KT\.|TL\.|TUQ\.|Q\.|T/M|K/T|T/L)\s")


@dataclass(frozen=True)
class Deviation:
    """One departure: the part of the paper, and what is wrong in a sentence."""

    part: str
    said: str

    def __str__(self) -> str:
        return f"{self.part}: {self.said}"


@dataclass(frozen=True)
class Line:
    """One paragraph with text: where it stands and how it looks."""

    paragraph: Any
    text: str
    # (row, column) in a table without borders at the top or foot of the paper; None in running text.
    cell: tuple[int, int] | None
    table: int | None = None
    bordered: bool = False


def check(file: IO[bytes] | str, layout: Layout | None = None) -> list[Deviation]:
    """Every departure, from the top of the paper to its foot. Refused when the file is no .docx."""
    try:
        document = Document(file)
    except (PackageNotFoundError, BadZipFile, KeyError, ValueError):
        raise Refused(_("This is not a .docx file. Open it in Word or LibreOffice and save it as .docx."))
    return _Check(document, layout).found


def family_of(lines: list[Line]) -> set[str]:
    """Which families' headings stand on the first page."""
    head = [fold(line.text) for line in lines[:20]]
    return {family for family, words in NATION.items() if any(text == words for text in head)}


class _Check:
    def __init__(self, document: Any, layout: Layout | None) -> None:
        self.document = document
        self.found: list[Deviation] = []
        self.lines = list(lines_of(document))
        families = family_of(self.lines)
        if len(families) > 1:
            self._say(
                pgettext("paper", "heading"), _("the headings of State and Party papers stand on one paper")
            )
        if layout is None:
            if not families:
                self._say(
                    pgettext("paper", "heading"), _("neither the State's nor the Party's heading was found")
                )
                return
            family = PARTY if PARTY in families and STATE not in families else STATE
            layout = layout_for(family, self._day() or today())
        elif families and layout.family not in families:
            self._say(pgettext("paper", "heading"), _("it is that of the other family"))
        self.layout = layout
        self._page()
        self._fonts()
        self._heading()
        self._number()
        self._date()
        self._subject()
        self._body()
        self._signature()
        self._recipients()

    def _say(self, part: Any, said: str) -> None:
        deviation = Deviation(str(part), said)
        if deviation not in self.found:
            self.found.append(deviation)

    def _day(self) -> date | None:
        for line in self.lines[:30]:
            match = _DATE.match(line.text)
            if match and match["day"].strip().isdecimal() and match["month"].strip().isdecimal():
                try:
                    return date(int(match["year"]), int(match["month"]), int(match["day"]))
                except ValueError:
                    return None
        return None

    # The page

    def _page(self) -> None:
        page = self.layout.page
        sides = {
            "top": pgettext("paper", "top"),
            "bottom": pgettext("paper", "bottom"),
            "left": pgettext("paper", "left"),
            "right": pgettext("paper", "right"),
        }
        for place, section in enumerate(self.document.sections):
            size = sorted((round(section.page_width.mm), round(section.page_height.mm)))
            if size != [210, 297]:
                self._say(
                    pgettext("paper", "page"),
                    _("the paper is not A4 but %(wide)d × %(high)d mm") % {"wide": size[0], "high": size[1]},
                )
            if place == 0 and section.page_width > section.page_height:
                self._say(pgettext("paper", "page"), _("the paper lies across; only annexes do"))
            for side, word in sides.items():
                value = getattr(section, f"{side}_margin").mm
                if not page[side].holds(value, 0.5):
                    self._say(
                        pgettext("paper", "page"),
                        _("the %(side)s margin is %(value)s mm instead of %(allowed)s mm")
                        % {"side": word, "value": decimal(value, 0), "allowed": allowed(page[side])},
                    )
        self._page_number(self.document.sections[0])

    def _page_number(self, section: Any) -> None:
        part = pgettext("paper", "page number")
        if any(_fields(paragraph) for paragraph in section.footer.paragraphs):
            self._say(part, _("it stands in the bottom margin instead of the top one"))
        holders = [paragraph for paragraph in section.header.paragraphs if _fields(paragraph)]
        if not holders:
            self._say(part, _("there is none in the top margin"))
            return
        if not section.different_first_page_header_footer or any(
            _fields(paragraph) for paragraph in section.first_page_header.paragraphs
        ):
            self._say(part, _("it is shown on the first page too"))
        if alignment(holders[0]) != WD_ALIGN_PARAGRAPH.CENTER:
            self._say(part, _("it is not centred"))
        self._size(part, self.layout.page["number_size"], holders[0])

    def _fonts(self) -> None:
        for line in self.lines:
            for run in _worded(line.paragraph):
                font = effective(run, line.paragraph, "name")
                if font != FONT:
                    self._say(
                        pgettext("paper", "font"),
                        _("“%(words)s” is set in %(font)s instead of %(wanted)s")
                        % {"words": run.text.strip()[:40], "font": font or "?", "wanted": FONT},
                    )
                    break

    # The heading

    def _heading(self) -> None:
        layout = self.layout
        words = NATION[layout.family]
        nation = next((line for line in self.lines[:20] if fold(line.text) == words), None)
        if nation is None:
            return
        part = pgettext("paper", "heading")
        if nation.cell is None or nation.bordered:
            self._say(part, _("it is not a table of two columns without borders"))
        elif nation.cell[1] != 1:
            self._say(part, _("“%s” does not stand on the right") % nation.text)
        self._looks(nation.text, "nation", nation)
        if not nation.text.isupper():
            self._say(part, _("“%s” is not in capitals") % nation.text)
        last = nation
        if layout.family == STATE:
            motto = next((line for line in self.lines[:20] if fold(line.text).startswith("doc lap")), None)
            if motto is None:
                self._say(part, _("“Độc lập - Tự do - Hạnh phúc” is missing"))
            else:
                last = motto
                self._looks(motto.text, "motto", motto)
                if fold(motto.text.replace("–", "-")) != MOTTO or "–" in motto.text:
                    self._say(
                        part, _("the motto is written with hyphens and spaces: “Độc lập - Tự do - Hạnh phúc”")
                    )
        if not self._ruled(last):
            self._say(part, _("the rule below “%s” is missing") % last.text)
        if nation.cell is None:
            return
        left = [line for line in self.lines if line.table == nation.table and line.cell == (0, 0)]
        bodies = [line for line in left if not set(line.text) <= set("*-–─ ")]
        if not bodies:
            self._say(part, _("the issuing body is missing"))
            return
        self._looks(bodies[-1].text, "issuer", bodies[-1])
        for line in bodies:
            if not line.text.isupper():
                self._say(part, _("“%s” is not in capitals") % line.text)
        mark = layout.head["body_mark"]
        if mark and not any(line.text == mark for line in left):
            self._say(part, _("the asterisk below the issuing body is missing"))
        elif not mark and not self._ruled(bodies[-1]):
            self._say(part, _("the rule below “%s” is missing") % bodies[-1].text)

    def _number(self) -> None:
        part = pgettext("paper", "number")
        line = next((line for line in self.lines[:20] if re.match(r"^Số\b", line.text)), None)
        if line is None:
            self._say(part, _("the line for number and symbol is missing"))
            return
        match = _NUMBER.match(line.text)
        colon = self.layout.head["number_word"].endswith(":")
        if match is None:
            self._say(part, _("“%s” is not a number and a symbol") % line.text)
        else:
            if bool(match["colon"]) != colon:
                self._say(
                    part,
                    _("a colon stands after “Số”") if not colon else _("the colon after “Số” is missing"),
                )
            if match["number"].isdecimal() and len(match["number"]) < 2:
                self._say(part, _("a zero stands before numbers below 10"))
            symbol = match["symbol"].strip()
            if not (_SYMBOLS[self.layout.family].match(symbol) or (colon and _SYMBOLS[PARTY].match(symbol))):
                self._say(
                    part,
                    _("“%(symbol)s” does not follow %(pattern)s")
                    % {
                        "symbol": symbol,
                        "pattern": self.layout.head["number_symbol"].format(type="BC", issuer="…"),
                    },
                )
        self._looks(part, "number", line)

    def _date(self) -> None:
        part = pgettext("paper", "place and date")
        line = next((line for line in self.lines[:20] if _DATE.match(line.text)), None)
        if line is None:
            self._say(part, _("the line “Place, ngày … tháng … năm …” is missing"))
            return
        match = _DATE.match(line.text)
        assert match is not None
        day = self._day()
        if day is not None and not line.text.endswith(long_date(day)):
            self._say(
                part,
                _("write “%(wanted)s”: zeros stand before days below 10 and months 1 and 2 alone")
                % {"wanted": long_date(day)},
            )
        self._looks(part, "date", line)

    def _subject(self) -> None:
        part = pgettext("paper", "type and subject")
        head = next((place for place, line in enumerate(self.lines) if _DATE.match(line.text)), None)
        if head is None:
            return
        after = [line for line in self.lines[head + 1 : head + 6] if line.cell is None]
        names = [
            line
            for line in after
            if line.text.isupper() and alignment(line.paragraph) == WD_ALIGN_PARAGRAPH.CENTER
        ]
        if not names:
            self._say(
                part, _("the type of the paper does not stand in capitals in the middle below the heading")
            )
            return
        self._looks(names[0].text, "type", names[0])
        place = self.lines.index(names[0])
        subject = next(
            (
                line
                for line in self.lines[place + 1 : place + 2]
                if alignment(line.paragraph) == WD_ALIGN_PARAGRAPH.CENTER
            ),
            None,
        )
        if subject is not None:
            self._looks(pgettext("paper", "subject"), "subject", subject)

    # The body

    def _body(self) -> None:
        layout = self.layout
        end = next(
            (place for place, line in enumerate(self.lines) if fold(line.text).startswith("noi nhan")), None
        )
        before: str | None = None
        bases = []
        for line in self.lines[: end or len(self.lines)]:
            if line.cell is not None or line.bordered:
                continue
            if (
                fold(line.text.lstrip("- ")).startswith("can cu")
                and alignment(line.paragraph) != WD_ALIGN_PARAGRAPH.CENTER
            ):
                if len(line.text) > 12:
                    bases.append(line)
                continue
            match = _POINT.match(line.text)
            if match:
                self._point(match["letter"], before)
                before = match["letter"]
            else:
                before = None
            if alignment(line.paragraph) == WD_ALIGN_PARAGRAPH.JUSTIFY:
                self._size(pgettext("paper", "body"), layout.parts["text"].size, line.paragraph)
                indent = line.paragraph.paragraph_format.first_line_indent or _of_style(line.paragraph)
                if indent is not None and not 9.5 <= indent.mm <= 13.2:
                    self._say(
                        pgettext("paper", "body"),
                        _("first lines are indented by %s mm instead of 10 or 12.7") % decimal(indent.mm, 0),
                    )
        for place, line in enumerate(bases, start=1):
            self._looks(pgettext("paper", "basis"), "basis", line)
            wanted = layout.bases["between" if place < len(bases) else "last"]
            if not line.text.endswith(wanted):
                self._say(
                    pgettext("paper", "basis"),
                    _("“%(words)s…” should end with “%(sign)s”") % {"words": line.text[:40], "sign": wanted},
                )
            if bool(layout.bases["prefix"]) != line.text.startswith("-"):
                self._say(
                    pgettext("paper", "basis"),
                    _("each line begins with a dash")
                    if layout.bases["prefix"]
                    else _("no dash stands before it"),
                )

    def _point(self, letter: str, before: str | None) -> None:
        if len(letter) != 1:
            return
        follows = before is not None and before in LETTERS and letter in LETTERS
        skipped = follows and LETTERS.index(letter) != (LETTERS.index(str(before)) + 1) % len(LETTERS)
        if letter not in LETTERS or skipped:
            self._say(
                pgettext("paper", "points"),
                _("“%s)” is out of the Vietnamese order: a b c d đ e g h i k …") % letter,
            )

    # The foot

    def _signature(self) -> None:
        part = pgettext("paper", "signature")
        signs = {str(self.layout.signing[name]) for name in ("behalf", "for", "order", "acting")}
        signs |= {"TUQ."} if self.layout.family == STATE else set()
        for line in self.lines:
            match = _BEHALF.match(line.text)
            if match is None or line.cell is None:
                continue
            if match["sign"] not in signs:
                self._say(
                    part,
                    _("“%(sign)s” is the other family's; here it is %(wanted)s")
                    % {"sign": match["sign"], "wanted": " ".join(sorted(signs))},
                )
            self._looks(part, "behalf", line)

    def _recipients(self) -> None:
        part = pgettext("paper", "recipients")
        place = next(
            (at for at, line in enumerate(self.lines) if fold(line.text).startswith("noi nhan")), None
        )
        if place is None:
            self._say(part, _("“Nơi nhận:” is missing"))
            return
        word = self.lines[place]
        self._looks(word.text, "recipients_word", word)
        listed = [
            line
            for line in self.lines[place + 1 :]
            if line.table == word.table and line.cell == word.cell and line.text.startswith("-")
        ]
        rules = self.layout.recipients
        for at, line in enumerate(listed, start=1):
            self._size(part, self.layout.parts["recipients"].size, line.paragraph)
            wanted = rules["between"] if at < len(listed) else rules["last"]
            if not line.text.endswith(wanted):
                self._say(
                    part,
                    _("“%(words)s…” should end with “%(sign)s”") % {"words": line.text[:40], "sign": wanted},
                )
        if not listed or not fold(listed[-1].text.lstrip("- ")).startswith("luu"):
            self._say(part, _("the last line says where the copy is kept: “- Lưu …”"))

    # How lines look

    def _looks(self, part: Any, name: str, line: Line) -> None:
        """Size, weight and slant of a line against its part."""
        wanted: Part = self.layout.parts[name]
        self._size(part, wanted.size, line.paragraph)
        for run in _worded(line.paragraph):
            for attribute, value, word, no_word in (
                ("bold", wanted.bold, _("should be bold"), _("should not be bold")),
                ("italic", wanted.italic, _("should be in italics"), _("should be upright")),
                ("underline", wanted.underline, _("should be underlined"), _("should not be underlined")),
            ):
                if bool(effective(run, line.paragraph, attribute)) != value:
                    self._say(part, word if value else no_word)
            break

    def _size(self, part: Any, span: Span, paragraph: Any) -> None:
        for run in _worded(paragraph) or paragraph.runs[:1]:
            size = effective(run, paragraph, "size")
            if size is not None and not span.holds(size.pt):
                self._say(
                    part,
                    _("the size is %(size)s pt instead of %(allowed)s pt")
                    % {"size": decimal(size.pt, 0), "allowed": allowed(span)},
                )
                break

    def _ruled(self, line: Line) -> bool:
        """Whether a rule is drawn below: a border of the line or of the next one, or a drawn shape."""
        following = line.paragraph._p.getnext()
        for element in (line.paragraph._p, following):
            if element is None:
                continue
            if element.find(f".//{qn('w:pBdr')}/{qn('w:bottom')}") is not None:
                return True
            if (
                element.find(f".//{qn('w:drawing')}") is not None
                or element.find(f".//{qn('w:pict')}") is not None
            ):
                return True
        return False


def allowed(span: Span) -> str:
    """ "13" or "13–14"."""
    least, most = decimal(span.least, 0), decimal(span.most, 0)
    return least if least == most else f"{least}–{most}"


def lines_of(document: Any) -> Iterator[Line]:
    """Every paragraph with text in the order it is read, those of tables cell by cell."""
    from docx.table import Table
    from docx.text.paragraph import Paragraph

    tables = 0
    for element in document.element.body.iterchildren():
        if element.tag == qn("w:p"):
            paragraph = Paragraph(element, document)
            if text := _text(paragraph):
                yield Line(paragraph, text, None)
        elif element.tag == qn("w:tbl"):
            table = Table(element, document)
            bordered = _bordered(table)
            for at_row, row in enumerate(table.rows):
                for at, cell in enumerate(row.cells):
                    for paragraph in cell.paragraphs:
                        if text := _text(paragraph):
                            yield Line(paragraph, text, (at_row, at), tables, bordered)
            tables += 1


def _text(paragraph: Any) -> str:
    return " ".join(nfc(paragraph.text).replace("\u00a0", " ").split())


def _bordered(table: Any) -> bool:
    borders = table._tbl.find(f".//{qn('w:tblBorders')}")
    if borders is not None:
        return any(each.get(qn("w:val")) not in ("nil", "none", None) for each in borders)
    return bool(table.style is not None and table.style.name == "Table Grid")


def _worded(paragraph: Any) -> list[Any]:
    return [run for run in paragraph.runs if run.text.strip()]


def _fields(paragraph: Any) -> bool:
    texts = [each.text or "" for each in paragraph._p.iter(qn("w:instrText"))]
    simple = [each.get(qn("w:instr")) or "" for each in paragraph._p.iter(qn("w:fldSimple"))]
    return any("PAGE" in text.split() for text in [*texts, *simple])


def alignment(paragraph: Any) -> Any:
    """How a paragraph is set, by itself or by its style."""
    if paragraph.alignment is not None:
        return paragraph.alignment
    style = paragraph.style
    while style is not None:
        if style.paragraph_format.alignment is not None:
            return style.paragraph_format.alignment
        style = style.base_style
    return WD_ALIGN_PARAGRAPH.LEFT


def _of_style(paragraph: Any) -> Any:
    style = paragraph.style
    while style is not None:
        if style.paragraph_format.first_line_indent is not None:
            return style.paragraph_format.first_line_indent
        style = style.base_style
    return None


def effective(run: Any, paragraph: Any, attribute: str) -> Any:
    """A property of a run's font as Word resolves it: run, its style, the paragraph's style, defaults."""
    value = getattr(run.font, attribute)
    if value is not None:
        return value
    for style in (run.style, paragraph.style):
        while style is not None:
            value = getattr(style.font, attribute, None)
            if value is not None:
                return value
            style = style.base_style
    return _default(paragraph, attribute)


def _default(paragraph: Any, attribute: str) -> Any:
    """From w:docDefaults; a theme's font has no name here."""
    from docx.shared import Pt

    defaults = paragraph.part.styles.element.find(f".//{qn('w:docDefaults')}//{qn('w:rPr')}")
    if defaults is None:
        return None
    if attribute == "size":
        size = defaults.find(qn("w:sz"))
        return Pt(int(size.get(qn("w:val"))) / 2) if size is not None else Pt(10)
    if attribute == "name":
        fonts = defaults.find(qn("w:rFonts"))
        return fonts.get(qn("w:ascii")) if fonts is not None else None
    return None
