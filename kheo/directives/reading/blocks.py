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
_INLINE_NUMBER = re.compile(rf"(?<=[.;:]) +(?=(\d{{1,2}})[.)] ?[{_UP}])")
_RULE = re.compile(r"^[\s\-_=*.~|]+$")
_ENDS = re.compile(r"""[.;:!?/…]["')\]]*$""")


@dataclass
class Block:
    """One block at [start, end) of the aligned text; its words begin at `body` after the marker."""

    # ruff: noqa: E501 - patterns stay on one line each, so that they can be read and searched

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
    first = re.compile(r"\(?(\d{1,2})[.)]").match(text.plain, start, end)
    if first:
        expected = int(first[1]) + 1
    for match in _INLINE_NUMBER.finditer(text.plain, start, end):
        value = int(match[1])
        if value == expected or (value == 1 and text.plain[match.start() - 1] == ":"):
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
            if _wrapped(text, before, stripped, previous, start, gap):
                for index in range(previous[1], start):
                    if plain[index] == "\n":
                        plain[index] = tone[index] = folded[index] = " "
        previous = (start, end)
    text.plain, text.tone, text.fold = "".join(plain), "".join(tone), "".join(folded)


def _wrapped(text: Aligned, before: str, line: str, previous: tuple[int, int], start: int, gap: str) -> bool:
    if _ENDS.search(before) and not re.search(r"(?i:\bsố\s*:)$", before):
        return False
    if gap.count("\n") > 2 or "|" in before[-2:] or line.startswith("|"):
        return False
    if re.match(r"(?:[a-zđ]\s?[.)]\s|[a-zđ]\)|[-+*]\s|v/v|\d{1,2}[.)]\s)", line):
        return False
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
