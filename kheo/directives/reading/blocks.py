"""A text cut into numbered blocks: parts, sections, articles, points, bullets, paragraphs, table rows."""
# ruff: noqa: E501 - patterns stay on one line each, so that they can be read and searched

import itertools
import re
from dataclasses import dataclass, field

from kheo.lib.aligned_text import Aligned

from .words import RECIPIENTS, SIGNATURE

LEVELS = {
    "part": 0, "letterpart": 1, "chapter": 1, "roman": 2, "section": 2, "article": 3, "number": 4,
    "number2": 5, "number3": 6, "letter": 7, "dash": 8, "plus": 9, "para": 10, "row": 10,
}  # fmt: skip

_UP = "A-ZĐÂĂÊÔƠƯÀÁẢÃẠẰẮẲẴẶẦẤẨẪẬÈÉẺẼẸỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌỒỐỔỖỘỜỚỞỠỢÙÚỦŨỤỪỨỬỮỰỲÝỶỸỴ"
_MARKERS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "part",
        re.compile(
            r"(?:PHẦN|Phần) (?:(?:THỨ|thứ) )?(?:[IVX]+|\d+|nhất|NHẤT|hai|HAI|ba|BA|tư|TƯ)(?=[\s.:])[.:]?\s*"
        ),
    ),
    ("chapter", re.compile(r"(?:CHƯƠNG|Chương) (?:[IVX]+|\d+)[.:]?\s*")),
    ("section", re.compile(r"(?:MỤC|Mục) \d+[.:]?\s+")),
    ("article", re.compile(r"(?:ĐIỀU|Điều) ?\d{1,3}[a-zđ]?\s*[.:,]?\s*(?!\d|và|của)")),
    ("roman", re.compile(r"(?:I{1,3}|IV|VI{0,3}|IX|XI{0,3}|XIV|XVI{0,3}|V|X)\s?[.)/-]\s*(?=\S)")),
    ("letterpart", re.compile(rf"[A-HĐ]\s?[.)/-]\s+(?=[{_UP}]{{2}})")),
    ("number3", re.compile(r"\d{1,2}\.\d{1,2}\.\d{1,2}\.?\s+(?=\D)")),
    ("number2", re.compile(r"\d{1,2}\.\d{1,2}\s?[.)]?\s*(?=[^\W\d])")),
    ("number", re.compile(r"\(?\d{1,2}\s?(?:[.)]|/ |- )\s*(?=[^\W\d]|\")")),
    ("letter", re.compile(r"\(?[a-zđ]\s?(?:\)|\.\s|/\s)\s*(?=\S)")),
    ("dash", re.compile(r"-+\s*(?=[^\s\-\d])|-\s+(?=\d)")),
    ("plus", re.compile(r"\+\s*(?=\S)")),
    ("dash", re.compile(r"\*\s+(?=\S)")),
)
# Points written one after another in one line.
_INLINE = re.compile(
    rf"(?<=[.;:]) +(?=(?:[a-zđ]\) ?[^\W\d]|- ?[{_UP}]|\+ ?[{_UP}]|(?:ĐIỀU|Điều) \d{{1,2}}[.:] ?[{_UP}]|(?:I{{1,3}}|IV|VI{{0,3}}|IX|X)\. ?[{_UP}]{{2}}))"
)
_INLINE_NUMBER = re.compile(rf"(?<=[.;:]) +(?=(\d{{1,2}})(?:[.)] ?|- )[{_UP}])")
_INLINE_NUMBER2 = re.compile(rf"(?<=[.;:]) +(?=\d{{1,2}}\.\d{{1,2}}\.? [{_UP}])")
_RULE = re.compile(r"^[\s\-_=*.~|]+$")
_ENDS = re.compile(r"""[.;:!?/…]["')\]]*$""")


@dataclass
class Block:
    """One block at [start, end) of the aligned text; its words begin at `body` after the marker."""

    kind: str
    marker: str
    start: int
    body: int
    end: int
    index: int = 0
    cells: list[tuple[int, int]] = field(default_factory=list)

    @property
    def level(self) -> int:
        return LEVELS[self.kind]


def lines_of(text: Aligned) -> list[tuple[int, int]]:
    """Ranges of the lines that hold anything but rules, without their outer spaces."""
    lines = []
    position = 0
    for raw in text.plain.split("\n"):
        start, end = position, position + len(raw)
        position = end + 1
        while start < end and text.plain[start] in " #>":
            start += 1
        # Bold marks of copied text: "**1. Sở Nội vụ**".
        while start < end and text.plain[start] in "*_" and text.plain[start : start + 2] not in ("* ",):
            start += 1
        while end > start and text.plain[end - 1] in " *_":
            end -= 1
        if start < end and not _RULE.match(text.plain[start:end]):
            lines.append((start, end))
    return lines


def _marker(text: Aligned, start: int, end: int) -> tuple[str, str, int]:
    for kind, pattern in _MARKERS:
        if match := pattern.match(text.plain, start, end):
            return kind, match[0].strip(), match.end()
    return "para", "", start


def _split_inline(text: Aligned, start: int, end: int) -> list[tuple[int, int]]:
    cuts = [match.end() for match in _INLINE.finditer(text.plain, start, end)]
    expected = None
    cuts += [match.end() for match in _INLINE_NUMBER2.finditer(text.plain, start, end)]
    first = re.compile(r"\(?(\d{1,2})(?:[.)]|- )").match(text.plain, start, end)
    if first:
        expected = int(first[1]) + 1
    numbered = list(_INLINE_NUMBER.finditer(text.plain, start, end))
    for index, match in enumerate(numbered):
        value = int(match[1])
        counted_on = any(int(later[1]) == 2 for later in numbered[index + 1 :])
        if value == expected or (value == 1 and (text.plain[match.start() - 1] == ":" or counted_on)):
            cuts.append(match.end())
            expected = value + 1
    if not cuts:
        return [(start, end)]
    edges = [start, *sorted(set(cuts)), end]
    return [(a, b) for a, b in itertools.pairwise(edges) if b > a]


def _continues(text: Aligned, before: tuple[int, int], line: tuple[int, int], kind_before: str) -> bool:
    """Whether a line without a marker goes on with the sentence of the line before it (wrapped text)."""
    previous, current = text.plain[before[0] : before[1]], text.plain[line[0] : line[1]]
    if _ENDS.search(previous):
        return False
    if re.match(rf"\d{{1,2}} +[{_UP}]|\d{{1,2}}$", current):
        return False  # a row of a table whose bars were lost, or a page number
    first = current.lstrip("\"'(“")[:1]
    if first.islower() or current[:1] in ",;.)":
        return True
    if previous.endswith((",", " -", " và", " của", " về", " với", " các", " cho")):
        return not current.isupper()
    if previous.isupper() != current.isupper():
        return False
    if previous.isupper() and current.isupper():
        # A heading in capitals over two lines.
        return kind_before != "para"
    # Hard-wrapped prose: a long line that stops in the middle of a sentence.
    return 62 <= len(previous) <= 130 and kind_before != "row" and first.isalnum()


def blocks_of(text: Aligned, since: int = 0) -> list[Block]:
    """The blocks from position `since` on, recipients and signatures left out."""
    blocks: list[Block] = []
    last: tuple[int, int] | None = None
    skipping = False
    for line in lines_of(text):
        if line[1] <= since:
            continue
        start, end = max(line[0], since), line[1]
        tone = text.tone[start:end]
        if RECIPIENTS.match(tone) or (SIGNATURE.match(tone) and text.plain[start:end].isupper() and blocks):
            skipping = True
            last = None
            continue
        if skipping:
            if not _new_document(text, start, end):
                continue
            skipping = False
        if text.plain.count("|", start, end) >= 2 or (
            "|" in text.plain[start:end] and last and blocks and blocks[-1].kind == "row"
        ):
            block = Block("row", "", start, start, end, cells=_cells(text, start, end))
            if block.cells:
                blocks.append(block)
            last = line
            continue
        kind, _, _ = _marker(text, start, end)
        if (
            kind == "para"
            and last
            and blocks
            and blocks[-1].kind != "row"
            and blocks[-1].end == last[1]
            and _continues(text, last, (start, end), blocks[-1].kind)
        ):
            blocks[-1].end = end
            last = (start, end)
            continue
        for a, b in _split_inline(text, start, end):
            kind, marker, body = _marker(text, a, b)
            while b > a and text.plain[b - 1] == " ":
                b -= 1
            blocks.append(Block(kind, marker, a, body, b))
        last = (start, end)
    for index, block in enumerate(blocks):
        block.index = index
    return blocks


def _new_document(text: Aligned, start: int, end: int) -> bool:
    """After the recipients only an attached document goes on: its type in capitals, an annex, a first chapter."""
    return bool(
        re.match(
            r"(?:PHỤ LỤC|Phụ lục|CHƯƠNG I|Chương I\b|QUY CHẾ|QUY ĐỊNH|KẾ HOẠCH|ĐỀ ÁN|CHƯƠNG TRÌNH|HƯỚNG DẪN|ĐIỀU LỆ|THỂ LỆ|BẢNG TIÊU CHÍ|DANH MỤC|PHẦN)",
            text.plain[start:end],
        )
    )


def _cells(text: Aligned, start: int, end: int) -> list[tuple[int, int]]:
    cells = []
    position = start
    for raw in text.plain[start:end].split("|"):
        a, b = position, position + len(raw)
        position = b + 1
        while a < b and text.plain[a] in " *":
            a += 1
        while b > a and text.plain[b - 1] in " *":
            b -= 1
        cells.append((a, b))
    if cells and cells[0][0] == cells[0][1]:
        cells = cells[1:]
    if cells and cells[-1][0] == cells[-1][1] and text.plain[end - 1] == "|":
        cells = cells[:-1]
    if all(re.fullmatch(r"[-: ]*", text.plain[a:b]) for a, b in cells):
        return []
    return cells


_ABBREVIATION = re.compile(
    r"(?:\b(?:TP|Tp|tp|TT|Tr|đ/c|ThS|TS|PGS|GS|St|No|v\.v|TM|KT|TL|TUQ|Q|P|Đ|TX)|\b[A-ZĐ]|\d)\.$"
)


def sentences(text: Aligned, start: int, end: int) -> list[tuple[int, int]]:
    """Ranges of the sentences in [start, end)."""
    result = []
    begin = start
    for match in re.compile(rf"""[.!?…]+["')\]]*\s+(?=["'(\[]?[{_UP}])""").finditer(text.plain, start, end):
        stop = match.start() + 1
        if _ABBREVIATION.search(text.plain[max(begin, stop - 8) : stop]) and not re.search(
            r"\d\.$", text.plain[begin:stop]
        ):
            continue
        result.append((begin, match.start() + len(match[0].rstrip())))
        begin = match.end()
    if begin < end:
        result.append((begin, end))
    return result


_OPEN_END = re.compile(
    r"(?:\b(?:số|ngày|tháng|năm|số:|và|của|các|về|với|cho|tại|trên|theo|từ|đến|là|do|bởi)|[,(])$"
)


def unwrap(text: Aligned) -> None:
    """Turns line breaks inside sentences into spaces, in place; offsets stay as they are.

    A line goes on with the one before when that stops without a stop and this begins with a small letter (not a
    point's), or when the one before ends in a word that cannot end anything (số, ngày, của).
    """
    plain = list(text.plain)
    tone, folded = list(text.tone), list(text.fold)
    previous: tuple[int, int] | None = None
    position = 0
    width = _width(text.plain)
    for raw in text.plain.split("\n"):
        start, end = position, position + len(raw)
        position = end + 1
        stripped = raw.strip()
        if not stripped or stripped == "|":
            if not stripped:
                continue
            previous = None
            continue
        if previous is not None:
            before = text.plain[previous[0] : previous[1]].rstrip()
            gap = text.plain[previous[1] : start]
            if _wrapped(before, stripped, gap, width):
                for index in range(previous[1], start):
                    if plain[index] == "\n":
                        plain[index] = tone[index] = folded[index] = " "
        previous = (start, end)
    text.plain, text.tone, text.fold = "".join(plain), "".join(tone), "".join(folded)


def _width(plain: str) -> int:
    """The width a text was wrapped at; 0 when its lines are whole paragraphs."""
    lengths = sorted(len(line.strip()) for line in plain.split("\n") if len(line.strip()) > 25)
    if len(lengths) < 8:
        return 0
    width = lengths[int(len(lengths) * 0.95)]
    near = sum(1 for length in lengths if length > width * 0.75)
    return width if 45 <= width <= 130 and near * 2 > len(lengths) and lengths[-1] <= width * 1.3 else 0


_STARTS = re.compile(
    r"(?:[IVX]+|\d{1,2}(?:\.\d{1,2})*)\s?[.)/-]\s|[a-zđ]\s?[.)]\s|[a-zđ]\)|[-+*]\s|Điều \d+\.|Chương [IVX]|Nơi nhận|Kính gửi|Căn cứ|Trên đây"
)


def _may_go_on(before: str, line: str) -> bool:
    """Whether a line after a full one may belong to it: no heading, no point, no new part of the document."""
    first = line.lstrip("\"'([")[:1]
    return not before.isupper() and not line.isupper() and first.isalnum() and not _STARTS.match(line)


def _wrapped(before: str, line: str, gap: str, width: int) -> bool:
    fits_no_more = bool(width) and len(before) + 1 + len(line.split(" ", 1)[0]) > width - 1
    if _ENDS.search(before) and not re.search(r"(?i:\bsố\s*:)$", before):
        # A full line that ends with a stop is seldom the last of its paragraph.
        return fits_no_more and before.endswith(".") and gap.count("\n") < 2 and _may_go_on(before, line)
    if gap.count("\n") > 2 or "|" in before[-2:] or line.startswith("|"):
        return False
    if fits_no_more and re.match(r"[-&] [^\W\d]", line) and line[2].islower():
        return gap.count("\n") < 3  # "quốc phòng / - an ninh"
    if re.match(r"(?:[a-zđ]\s?[.)]\s|[a-zđ]\)|[-+*]\s|v/v|\d{1,2}[.)]\s)", line):
        return False
    if fits_no_more and _may_go_on(before, line):
        return gap.count("\n") < 3
    first = line.lstrip("\"'([")[:1]
    if re.search(r"(?i:\bsố\s*:?)$", before):
        return first.isdigit()
    if first.islower():
        # After a blank line only plain prose goes on.
        return gap.count("\n") < 2 or (len(before) > 50 and not before.isupper())
    return (
        gap.count("\n") < 2
        and bool(_OPEN_END.search(before.lower()))
        and not before.isupper()
        and (
            first.isdigit() or len(before) > 40 or bool(re.search(r"(?:của|về|với|và|các|tại|cho)$", before))
        )
    )
