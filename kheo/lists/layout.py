"""Where in an office's tables the list itself is: what stands above it, its headings, its lines, what it ends with.

Real lists have a title over all columns, headings in two lines, a line of column numbers, lines that begin a
part ("I. LĨNH VỰC KINH TẾ", "Huyện Tương Dương"), totals, the headings again on every page, a signature at the
end, and a sheet a commune. Nothing is lost: what is no line of the list is kept with the reason.
"""
# ruff: noqa: E501 - tables and patterns stay on one line each

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from kheo.lib.tables import Table
from kheo.lib.vietnamese import fold
from kheo.lists import columns as meanings
from kheo.lists.columns import bare

# So many rows from the top may stand above the headings.
LAST_HEADING = 40

_TOTAL = re.compile(r"(tong( so| cong)?|cong|tong hop)\b( (so )?mo hinh| chung| cong)?\W*\d*.*")
_NUMBERS = re.compile(r"\(?\s*(\d{1,2}|[a-dA-D])\s*\)?")
_ORDER = re.compile(r"\d{1,5}(\.\d{1,3})*[.)]?")
_SIGNED = re.compile(
    r"noi nhan\b.*|t ?m\b.*|k ?t\b.*|(pho )?(truong ban|bi thu|chu tich|thu truong)\b.*|nguoi (lap|tong hop)\b.*"
    r"|.*\bky( ten)?,? (va )?(ghi ro|dong dau)\b.*|.*\bngay\b.{0,12}\bthang\b.{0,12}\bnam\b.*|xac nhan cua\b.*"
    r"|thu ky|chanh van phong|\(?da ky\)?|luu\b.*"
)
_ROMAN = re.compile(r"(?i)([IVX]{1,5}|[A-Z]|\d{1,2}(\.\d{1,2})*)[.)/:]?")
_BEGINS = re.compile(r"^\s*(?:([IVXivx]{1,5}|[A-Za-zĐđ]|\d{1,2}(?:\.\d{1,2})*)\s*[.)/:-]\s*|[-+•*]\s*)?")
_DISTRICT = re.compile(r"(?i)^(huyện|thị xã|thành phố|tp\.?|tx\.?|h\.)\s+\S")
_COMMUNE = re.compile(
    r"(?i)^(?:(?:đảng ủy|đảng bộ|ubnd|bcđ|ban chỉ đạo)\s+)?(xã|phường|thị trấn|p\.|x\.|tt\.?)\s+\S"
)
_HAMLET = re.compile(r"(?i)^(xóm|bản|thôn|khối|tổ dân phố|tdp)\s+\S")


@dataclass
class Line:
    """A line of the list: its cells in the order of `Layout.headings`, and what the part it stands in says."""

    table: int
    number: int
    cells: list[str]
    # district, commune, hamlet, field, year_kind, kind, subject, group
    within: dict[str, str] = field(default_factory=dict)


@dataclass
class Aside:
    """A row that is no line of the list: where, what it says, why it was left aside."""

    table: int
    number: int
    text: str
    why: str


@dataclass
class Layout:
    """The list found in the tables of a file."""

    headings: list[str] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    asides: list[Aside] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)
    title: str = ""
    # What the title says of the document: "Quyết định", "12-QĐ/BCĐ", a day, its issuer, the list's year.
    document: str = ""
    number: str = ""
    signed_on: date | None = None
    issuer: str = ""
    year: int | None = None
    notes: list[str] = field(default_factory=list)
    # Whether headings were found at all.
    headed: bool = False

    def column(self, at: int) -> list[str]:
        return [line.cells[at] for line in self.lines]

    def samples(self, at: int, most: int = 4) -> list[str]:
        """Distinct cells of a column, the first ones."""
        found = dict.fromkeys(cell for line in self.lines if (cell := line.cells[at]))
        return list(found)[:most]


def lay_out(tables: Sequence[Table], fields: Sequence[tuple[str, str]] = ()) -> Layout:
    """The list in the tables of one file. `fields` are (code, name) of the fields of work."""
    layout = Layout(tables=[table.title for table in tables])
    heads = [_head(table.rows, fields) for table in tables]
    title: list[str] = []
    known: dict[str, int] = {}
    parts: list[tuple[int, Table, _Head, list[int]]] = []
    named = any(head and _has_name(head) for head in heads)
    for at, (table, head) in enumerate(zip(tables, heads, strict=True)):
        if head and named and not _has_name(head):
            # A summary, a list of bodies: not the list itself.
            _aside(layout, at, table, "other")
            continue
        layout.notes += [note for note in table.notes if note not in layout.notes]
        if head is None:
            width = len(table.rows[0])
            earlier = next(
                (each for _a, _t, each, _c in reversed(parts) if len(each.headings) == width), None
            )
            if earlier is not None:
                # A table that goes on on the next page without its headings.
                head = _Head(0, 0, earlier.headings)
            elif parts or any(heads) or (width < 2 and len(tables) > 1):
                _aside(layout, at, table, "other")
                if not parts:
                    title += [text for row in table.rows for text in _said(row)]
                continue
            else:
                head = _Head(0, 0, ["" for _cell in range(width)])
        else:
            layout.headed = True
        title += [*table.above, *[text for row in table.rows[: head.first] for text in _said(row)]]
        for number, row in zip(table.numbers[: head.first], table.rows[: head.first], strict=True):
            layout.asides.append(Aside(at, number, " | ".join(_said(row)), "title"))
        parts.append((at, table, head, _align(head.headings, known, layout.headings)))
    for at, table, head, places in parts:
        _lines(layout, at, table, head, places, fields)
    _drop_empty(layout)
    _read_title(layout, title, tables)
    return layout


# Headings


@dataclass(frozen=True)
class _Head:
    first: int
    after: int
    headings: list[str]


def _head(rows: list[list[str]], fields: Sequence[tuple[str, str]]) -> _Head | None:
    best, at = 0, -1
    for index, row in enumerate(rows[:LAST_HEADING]):
        score = _telling(row, fields)
        if score > best:
            best, at = score, index
    if best < 2:
        return None
    others = [row for index, row in enumerate(rows[:LAST_HEADING]) if index != at]
    alike = sum(_telling(row, fields) >= 2 for row in others)
    if alike * 2 > len(others) and not any(meanings.guess(cell) == "name" for cell in rows[at]):
        # “xã Tam Quang | Kinh tế”: where most lines say as much, none of them is the headings.
        return None
    first, last = at, at
    if at > 0 and _belongs_above(rows[at - 1], rows[at], fields):
        first = at - 1
    while last + 1 < len(rows) and last - first < 2 and _belongs_below(rows[last + 1], rows[last], fields):
        last += 1
    headings = _joined(rows[first : last + 1])
    after = last + 1
    if after < len(rows) and _is_numbering(rows[after]):
        after += 1
    return _Head(first, after, headings)


def _has_name(head: _Head) -> bool:
    return any(meanings.guess(heading) == "name" for heading in head.headings)


def _telling(row: list[str], fields: Sequence[tuple[str, str]]) -> int:
    """How many different things the cells of a row name, if it may be a row of headings."""
    cells = [cell for cell in row if cell]
    if len(set(cells)) < 2 or any(len(cell) > 120 for cell in cells):
        return 0
    # A line of the list has its number in front; headings have "STT" there.
    if _ORDER.fullmatch(row[0]) and not _is_numbering(row):
        return 0
    meant = {meanings.guess(" ".join(cell.split()), fields) for cell in set(cells)} - {""}
    long = sum(len(cell) > 60 for cell in set(cells))
    return max(len(meant) - long, 0)


def _belongs_above(above: list[str], row: list[str], fields: Sequence[tuple[str, str]]) -> bool:
    """Whether the row above holds the names of groups of columns: it has several cells, and some of them stand
    over others."""
    distinct = {cell for cell in above if cell}
    if len(distinct) < 2 or any(len(cell) > 80 for cell in distinct):
        return False
    same = sum(1 for one, other in zip(above, row, strict=True) if one and (one == other or not other))
    return same >= 1 and _telling(above, fields) >= 1


def _belongs_below(below: list[str], row: list[str], fields: Sequence[tuple[str, str]]) -> bool:
    """Whether the row below divides some headings: no order number, and words of headings below wide cells."""
    if _is_numbering(below) or not any(below):
        return False
    under = [
        (one, other)
        for at, (one, other) in enumerate(zip(row, below, strict=True))
        if other and other != one and (not one or row.count(one) > 1 or _blank_beside(row, at))
    ]
    fresh = [other for one, other in zip(row, below, strict=True) if other and other != one]
    if not under or len(fresh) != len(under) or any(len(cell) > 60 for cell in fresh):
        return False
    if _ORDER.fullmatch(below[0]):
        return False
    # Either it repeats merged cells from above, or it says nothing but headings.
    repeated = any(one and one == other for one, other in zip(row, below, strict=True))
    return repeated or sum(bool(meanings.guess(cell, fields)) for cell in fresh) * 2 >= len(fresh)


def _blank_beside(row: list[str], at: int) -> bool:
    return at + 1 < len(row) and not row[at + 1]


def _is_numbering(row: list[str]) -> bool:
    """(1) (2) (3) …, 1 2 3 4 …, A B 1 2: the numbers of the columns."""
    cells = [cell for cell in row if cell]
    if len(cells) < 3 or not all(_NUMBERS.fullmatch(cell) for cell in cells):
        return False
    digits = [int(cell.strip("() ")) for cell in cells if cell.strip("() ").isdigit()]
    return len(digits) >= 2 and digits == list(range(digits[0], digits[0] + len(digits)))


def _joined(rows: list[list[str]]) -> list[str]:
    headings = []
    upper = ""
    for at in range(len(rows[0])):
        parts: list[str] = []
        for depth, row in enumerate(rows):
            cell = " ".join(row[at].split())
            if depth == 0 and len(rows) > 1:
                # A wide cell that is not merged in the file stands over the empty ones beside it.
                below = any(lower[at] for lower in rows[1:])
                upper = cell or (upper if below else "")
                cell = upper
            if cell and cell not in parts:
                parts.append(cell)
        headings.append(" / ".join(parts))
    return headings


def _align(headings: list[str], known: dict[str, int], all_headings: list[str]) -> list[int]:
    """The place of each heading among those of all tables; new ones are added."""
    places, seen = [], Counter()  # type: ignore[var-annotated]
    for heading in headings:
        key = bare(heading)
        seen[key] += 1
        key = f"{key} {seen[key]}" if seen[key] > 1 or not key else key
        if key not in known:
            known[key] = len(all_headings)
            all_headings.append(heading)
        places.append(known[key])
    return places


# Lines


def _lines(
    layout: Layout,
    at: int,
    table: Table,
    head: _Head,
    places: list[int],
    fields: Sequence[tuple[str, str]],
) -> None:
    within = _of_title(table.title, fields) if len(layout.tables) > 1 else {}
    for line in table.above if len(layout.tables) > 1 else ():
        within |= _part(line, fields)
    head_cells = [bare(heading) for heading in head.headings]
    ended = False
    for number, row in zip(table.numbers[head.after :], table.rows[head.after :], strict=True):
        why = _why_not(row, head_cells)
        if why == "signed" or (ended and not _is_full(row)):
            ended = True
            why = "signed"
        elif not why and (part := _as_part(row, head, fields)):
            for name in _DEEPER.get(next(iter(part)), ()):
                within.pop(name, None)
            within = within | part
            why = "part"
        if why:
            layout.asides.append(Aside(at, number, " | ".join(_said(row)), why))
            continue
        ended = False
        cells = [""] * len(layout.headings)
        for place, cell in zip(places, row, strict=True):
            cells[place] = cell
        layout.lines.append(Line(at, number, cells, dict(within)))


# A new district ends the commune the lines before stood in.
_DEEPER = {"district": ("commune", "hamlet"), "commune": ("hamlet",)}


def _why_not(row: list[str], head_cells: list[str]) -> str:
    said = _said(row)
    if not said:
        return "empty"
    same = sum(1 for cell, head in zip(row, head_cells, strict=True) if cell and bare(cell) in head and head)
    if same >= 2 and same >= 0.7 * sum(bool(cell) for cell in row):
        return "headings"
    if _is_numbering(row):
        return "headings"
    words = [cell for cell in said if not re.fullmatch(r"[\d., ]+", cell)]
    filled = sum(bool(cell) for cell in row)
    if words and not _ORDER.fullmatch(row[0]) and _TOTAL.fullmatch(bare(words[0])) and len(words) <= 2:
        return "total"
    if (len(said) <= 3 and not _ORDER.fullmatch(row[0]) and filled <= max(3, len(row) // 2)) or len(
        said
    ) == 1:
        first = re.split(r"\n", said[0])[0]
        if (
            len(said) <= 3
            and any(_SIGNED.fullmatch(bare(cell.split("\n")[0])) for cell in said)
            and bare(first)
        ):
            return "signed"
    return ""


def _is_full(row: list[str]) -> bool:
    """Whether a row after a signature is a line again (another page's)."""
    return bool(_ORDER.fullmatch(row[0])) and len(_said(row)) >= 3


def _as_part(row: list[str], head: _Head, fields: Sequence[tuple[str, str]]) -> dict[str, str]:
    """What a row that begins a part says of the lines below it; {} for a line of the list."""
    said = _said(row)
    if len(said) > 2:
        return {}
    order, text = ("", said[0]) if len(said) == 1 else (said[0], said[1])
    if len(said) == 2 and not (_ROMAN.fullmatch(order) or not order):
        return {}
    wide = row.count(text) > 1
    part = _part(text, fields)
    if part and (len(row) > 2 or len(said) == 1):
        # "1 | Xã Tam Hợp" in a list whose lines have more: a part. A name of an initiative is none of these.
        return part
    roman = bool(re.fullmatch(r"[IVXivx]{1,5}[.)/]?|[A-HĐ][.)/]?", order)) or bool(
        re.match(r"^([IVX]{1,5}|[A-HĐ])\s*[.)/-]\s", text)
    )
    loud = text.upper() == text and len(text) > 6 and any(sign.isalpha() for sign in text)
    if len(row) > 2 and (roman or ((wide or loud) and not _ORDER.fullmatch(order or "x"))):
        return {"group": _BEGINS.sub("", text, count=1).strip()[:200] or text[:200]}
    return {}


def _part(text: str, fields: Sequence[tuple[str, str]]) -> dict[str, str]:
    """What the heading of a part means: a field of work, a district, a commune, new or continuing, a kind."""
    said = _BEGINS.sub("", " ".join(text.split()), count=1).strip(" :.-")
    said = re.sub(r"\s*\(\s*\d+.*\)$|\s*:\s*\d+.*$", "", said)
    folded = bare(said)
    if _DISTRICT.match(said) and len(said) < 60:
        return {"district": said}
    if _COMMUNE.match(said) and len(said) < 90:
        return {"commune": re.sub(r"(?i)^(đảng ủy|đảng bộ|ubnd|bcđ|ban chỉ đạo)\s+", "", said)}
    if _HAMLET.match(said) and len(said) < 60:
        return {"hamlet": said}
    if code := meanings.field_of(said, fields):
        return {"field": code}
    if re.fullmatch(r"(cac )?(mo hinh )?((dang ky )?(xay dung )?moi)( nam \d+)?|mo hinh moi.*", folded):
        return {"year_kind": "new"}
    if re.fullmatch(r"(cac )?(mo hinh )?(tiep tuc )?(duy tri|tiep tuc)\b.*", folded) and len(folded) < 60:
        return {"year_kind": "continuing"}
    if re.fullmatch(
        r"(cac )?((mo hinh|dien hinh) )?(tap the|ca nhan|ho gia dinh|nhom ho)( tieu bieu)?( nam \d+)?", folded
    ):
        kind = "model" if folded.startswith(("mo hinh", "cac mo hinh")) else "exemplar"
        subject = "person" if "ca nhan" in folded else "household" if "ho gia" in folded else "collective"
        return {"kind": kind, "subject": subject}
    return {}


def _of_title(title: str, fields: Sequence[tuple[str, str]]) -> dict[str, str]:
    """What the name of a sheet says: a sheet a commune, a district, or a field of work."""
    said = re.sub(r"^\s*\d+\s*[.)_-]\s*", "", " ".join(title.replace("_", " ").split()))
    if not said or re.fullmatch(
        r"(?i)(sheet|trang tính|table|bảng|biểu|pl|phụ lục|tổng hợp|danh sách|danh mục)\W*\d*", said
    ):
        return {}
    if part := _part(said, fields):
        return part
    # A bare name may be a commune's: whoever checks it will know.
    return {"sheet": said} if len(said) <= 40 and not any(sign.isdigit() for sign in said) else {}


def _drop_empty(layout: Layout) -> None:
    """Columns without a heading in which no line says anything."""
    used = [
        at
        for at, heading in enumerate(layout.headings)
        if heading or any(line.cells[at] for line in layout.lines)
    ]
    layout.headings = [layout.headings[at] for at in used]
    for line in layout.lines:
        line.cells = [line.cells[at] for at in used]


def _said(row: list[str]) -> list[str]:
    """The different cells of a row, each once: a merged cell is one."""
    return list(dict.fromkeys(cell for cell in row if cell))


def _aside(layout: Layout, at: int, table: Table, why: str) -> None:
    for number, row in zip(table.numbers, table.rows, strict=True):
        layout.asides.append(Aside(at, number, " | ".join(_said(row)), why))


# The title

_DAY = r"ngày\s*(\d{1,2})\s*(?:tháng|[/.\-])\s*(\d{1,2})\s*(?:năm|[/.\-])\s*(\d{4})"
_SOURCE = re.compile(
    r"(?i)(quyết định|danh mục|danh sách|kế hoạch|công văn|tờ trình|báo cáo|thông báo|hướng dẫn|nghị quyết)?\s*"
    r"số\s*:?\s*(\d+[a-zđ]?\s*[-/]\s*[^\s,;()]+|\d+)\s*,?\s*(?:" + _DAY + r")?(?:\s*của\s+([^()\n;]{3,120}))?"
)


def _read_title(layout: Layout, title: list[str], tables: Sequence[Table]) -> None:
    lines = [" ".join(text.split()) for text in title]
    layout.title = next(
        (line for line in lines if re.search(r"danh (muc|sach)|tong hop|bieu|ke hoach dang ky", fold(line))),
        "",
    )[:300]
    if not layout.title and len(tables) == 1 and not re.match(r"(?i)(sheet|table|trang)", tables[0].title):
        layout.title = tables[0].title[:300]
    for text in (*lines, " ".join(lines)):
        for found in _SOURCE.finditer(text):
            if not re.search(r"[-/]", found[2]) and not found[3]:
                continue
            better = (bool(found[3]), bool(found[1]))
            if layout.number and better <= (layout.signed_on is not None, bool(layout.document)):
                continue
            layout.document = (found[1] or "").strip().lower()
            layout.number = re.sub(r"\s+", "", found[2]).strip(".")
            layout.signed_on = _day(found[3], found[4], found[5]) if found[3] else layout.signed_on
            layout.issuer = (found[6] or "").strip(" .,")[:200]
    whole = " ".join(lines)
    if layout.signed_on is None and (dated := re.search("(?i)" + _DAY, whole)):
        layout.signed_on = _day(dated[1], dated[2], dated[3])
    years = [int(year) for year in re.findall(r"nam (20\d\d)\b", fold(" ".join([layout.title, *lines])))]
    in_title = [int(year) for year in re.findall(r"nam (20\d\d)\b", fold(layout.title))]
    if in_title or years:
        layout.year = (in_title or years)[0]
    elif layout.signed_on:
        layout.year = layout.signed_on.year


def _day(day: str, month: str, year: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
