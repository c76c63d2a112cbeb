"""Who is asked to do what: bodies, their tasks, who leads, who helps, by when, how often.

The forms a duty is written in, each handled by one function below:

    heading     "1. Sở Nội vụ" and points under it
    colon       "1. Sở Nội vụ: chủ trì …"
    subject     "Sở Nội vụ chủ trì …", "Hằng năm, các cơ quan … xây dựng …"
    order       "Giao Sở Nội vụ …", "UBND tỉnh yêu cầu các sở …", "Đề nghị Ủy ban MTTQ …"
    lead-in     "… yêu cầu các sở, ngành thực hiện các nhiệm vụ sau:" and numbered points without a body
    label       "- Đơn vị chủ trì: Sở A", "(Chủ trì: Sở A; phối hợp: …)" after the task
    table       a row with columns for task, body, deadline, product
"""
# ruff: noqa: E501 - patterns stay on one line each, so that they can be read and searched

import itertools
import re
from dataclasses import dataclass, field

from kheo.lib.aligned_text import Aligned
from kheo.lib.vietnamese import fold

from . import dates
from .blocks import Block, blocks_of, sentences
from .bodies import Body, BodyList, classify, level_of, predicate_at, scan_head, scan_item, scan_list
from .header import Head
from .shapes import AddressedBody, Assignment, Found, Task
from .words import (
    ASSIGN_HEADING,
    CLOSING,
    ENFORCEMENT,
    MATTER,
    NEVER_HEADING,
    ORG_WORD,
    PREDICATE,
    STRENGTH,
    STRONG_ASSIGN_HEADING,
    VERB,
)

_ORDER = r"(?:yêu cầu|kính đề nghị|trân trọng đề nghị|đề nghị|(?<!bàn )(?<!ngoại )(?<!chuyển )(?<!được )(?<!tiếp )giao(?! (?:thông|lưu|dịch|ban (?:hằng|hàng|định|tuần|tháng|trực)|tiếp|hữu|ước|nhận|diện|thừa|thoa|đất|rừng|quân|mùa)(?!\w))|phân công|khuyến khích|chỉ thị(?! số| này|\s?\d)|kêu gọi)"
_ORDER_AT = re.compile(rf"(?P<verb>{_ORDER})(?: (?:cho|trách nhiệm cho|nhiệm vụ cho|đích danh))? ?(?:: ?)?")
_ABOUT = re.compile(
    r"(?:(?P<who>trách nhiệm(?: thực hiện)?(?: của)?|nhiệm vụ (?:của|cụ thể của)|đối với|về phía|phân công trách nhiệm(?: cho)?|trách nhiệm) ?:? )"
)
_CONNECTIVE = re.compile(
    r"(?:đồng thời|theo đó|cụ thể(?: như sau)?|ngoài ra|bên cạnh đó|trong đó|riêng|tiếp đó|cùng với đó|chỉ thị (?:cũng )?(?:nêu rõ|yêu cầu)|song song đó|ngoài các nhiệm vụ trên|từ đó)\s*[,:]?\s+"
)
_ADVERBIAL = re.compile(
    r"(?:căn cứ|trên cơ sở|hằng|hàng|định kỳ|trước|chậm nhất|trong|từ|để|nhằm|theo|sau khi|ngay sau|khi|vào|tại|riêng|kết thúc|tùy|đến|với|qua|thông qua|xuất phát|mỗi|ngoài|năm|quý|tháng)\s"
)
_LEAD_IN = re.compile(r"(?:sau(?: đây)?|như sau|gồm|nội dung|nhiệm vụ|giải pháp|việc)\s*:\s*$|:\s*$")
_LABEL = re.compile(
    r"(?:^|(?<=[\s(;.,:*-]))(?P<kind>(?:cơ quan|đơn vị|bộ phận|tổ chức|ngành|các đơn vị|người|đồng chí|lãnh đạo)?(?:, ?(?:cơ quan|đơn vị|cá nhân))? ?(?:chủ trì|thường trực|đầu mối|thực hiện|chịu trách nhiệm|phụ trách|tham mưu|chủ trì thực hiện|chủ trì tham mưu|phối hợp(?: thực hiện)?)(?: chính)?"
    r"|phân công(?: thực hiện| nhiệm vụ)?|thời gian(?: thực hiện| hoàn thành| tổ chức)?|thời hạn(?: hoàn thành| thực hiện)?|tiến độ(?: thực hiện)?|hoàn thành|sản phẩm(?: đầu ra| hoàn thành)?|kết quả đầu ra|kết quả) ?: ?"
)
_COOPERATES = re.compile(
    r"(?:phối hợp|cùng|phối kết hợp)(?: chặt chẽ| đồng bộ| thường xuyên)?(?: với| cùng với| cùng)?\s+(?=\S)"
)
_DIRECTS = re.compile(r"(?:lãnh đạo,? )?chỉ đạo,?(?: hướng dẫn| đôn đốc| định hướng)*\s+(?=\S)")
_FOLLOWS = re.compile(r"theo dõi|đôn đốc|kiểm tra,? giám sát|giám sát việc|kiểm tra việc")
_PAST = re.compile(
    r" ?(?:đã|được|vẫn|còn|chưa|là(?! (?:cơ quan|đầu mối|đơn vị))|có (?:nhiều|một số|lúc|nơi|mặt)|gồm|bao gồm|luôn được|cơ bản)\s"
)
_CAPTION = re.compile(
    r"\bảnh\s*:|\bảnh (?:tư liệu|minh họa|minh hoạ)\b|^\(?ảnh\b|\bnguồn\s*:|powered by|copyright|©"
)
_COLUMNS = {
    "task": re.compile(r"nội dung|nhiệm vụ|công việc|hoạt động|đầu việc|danh mục"),
    "lead": re.compile(r"chủ trì|(?:đơn vị|cơ quan|bộ phận|tổ chức)(?:,? cá nhân)? (?:thực hiện|phụ trách|tham mưu)|phân công|người phụ trách|đầu mối|trách nhiệm"),
    "coop": re.compile(r"phối hợp"),
    "deadline": re.compile(r"thời gian|thời hạn|hoàn thành|tiến độ|định kỳ"),
    "product": re.compile(r"sản phẩm|kết quả|đầu ra"),
}  # fmt: skip
_SOFT = re.compile(
    r"chủ trì|tham mưu|phối hợp|hướng dẫn|tổng hợp|bố trí|cân đối|thẩm định|có trách nhiệm|lập|báo cáo|gửi|xây dựng|tổ chức|thực hiện|triển khai"
)
_HARD_NEVER = re.compile(
    r"(?:^|\W)(?:mục đích|quan điểm|mục tiêu|ý nghĩa|nguyên tắc|tình hình|thực trạng|kết quả đạt được|ưu điểm|đánh giá chung|tồn tại|hạn chế|nguyên nhân|khuyết điểm|bài học|"
    r"đối tượng|phạm vi|tiêu chí|tiêu chuẩn|thang điểm|giải thích từ ngữ|quy định chung|sự cần thiết|chủ đề|khẩu hiệu|phương châm|cơ cấu giải)(?:\W|$)|^yêu cầu(?!\s+\S+\s+\S+\s+\S+)"
)
_GENERIC = re.compile(
    r"^(?:các |quý |toàn thể )?(?:đồng chí|cơ quan|đơn vị|địa phương|tổ chức|ông|bà)(?:,? (?:và )?(?:cơ quan|đơn vị|địa phương|tổ chức|doanh nghiệp|bà|cá nhân|(?:có )?liên quan|nêu trên))*$"
)


@dataclass
class Subject:
    """A body list found as the one addressed, and where its task begins."""

    bodies: BodyList
    task_at: int
    strength: str | None
    confidence: float
    reason: str
    heading: bool = False  # nothing follows in this sentence: the tasks come below
    lead_in: bool = False  # "… các nhiệm vụ sau:": the points below are meant for these bodies
    after_order: bool = False
    adverbial: tuple[int, int] | None = (
        None  # "Hằng năm, …" before the body: it may hold the cadence or the deadline
    )


@dataclass
class Frame:
    """An open heading: its level, what its words allow, the bodies that stand for its points."""

    level: float
    block: Block
    kind: str  # assign | never | soft | neutral
    assignment: Assignment | None = None
    inherited: bool = False
    lead_in: bool = False  # opened by "… các nhiệm vụ sau:", so its points may name bodies of their own


@dataclass
class Draft:
    """The state of one walk through the blocks."""

    text: Aligned
    head: Head
    blocks: list[Block]
    frames: list[Frame] = field(default_factory=list)
    done: list[Assignment] = field(default_factory=list)
    candidates: list[Assignment] = field(default_factory=list)
    columns: dict[str, int] | None = None
    flat_coop: bool = False
    opened: bool = False
    loose: list[Block] = field(
        default_factory=list
    )  # blocks without a body since the last heading, for labels
    default: Assignment | None = None  # from a lead-in sentence of the document
    letter: bool = False
    invited: bool = False  # a letter announced what it asks without naming anybody: its addressees are meant


def read_assignments(text: Aligned, head: Head) -> tuple[list[Assignment], list[Assignment]]:
    """(assignments, candidates): candidates are closing formulas and clauses of enforcement."""
    blocks = blocks_of(text, head.body_at)
    draft = Draft(text, head, blocks)
    draft.letter = head.doc_type.value in (
        "Công văn",
        "Công điện",
        "Thông báo",
        "Thông báo kết luận",
        "Giấy mời",
        None,
    ) or bool(
        head.text_kind.value and head.text_kind.value.startswith(("news", "unknown", "official_text_without"))
    )
    news = bool(head.text_kind.value and head.text_kind.value.startswith(("news", "unknown")))
    draft.opened = news or not any(
        block.kind in ("roman", "article", "chapter", "number", "letterpart", "part", "section")
        for block in blocks
    )
    index = 0
    while index < len(blocks):
        index = _block(draft, index)
    return _finish(draft)


# --- walking -----------------------------------------------------------------------------------------------------------


def _block(draft: Draft, index: int) -> int:
    text, block = draft.text, draft.blocks[index]
    tone = text.tone[block.body : block.end]
    if not tone.strip():
        return index + 1
    if block.kind == "row":
        _row(draft, block)
        return index + 1
    draft.columns = None
    if block.kind != "para" or not _belongs(draft, block):
        while draft.frames and draft.frames[-1].level >= block.level:
            if block.kind == "para" and draft.frames[-1].level == block.level:
                break
            draft.frames.pop()
    if block.kind == "para" and _closes(text, block):
        draft.frames.clear()
    if _CAPTION.search(tone) and len(tone) < 260:
        return index + 1
    if columns := _flat_header(draft, index):
        return _flat_table(draft, index, columns)
    if CLOSING.match(tone) and not re.match(r"nhận được", tone):
        _closing(draft, block)
        return index + 1
    if tone.startswith(("kính gửi", "kính trình")):
        return _skip_addressees(draft, index)
    if _label_block(draft, index):
        return index + 1
    if block.kind in ("roman", "article", "chapter", "section", "letterpart", "part", "number", "number2"):
        draft.loose = []
        draft.opened = draft.opened or block.kind in ("roman", "article", "number", "number2", "letterpart")
    if _is_heading(draft, index) and not _subject_heading(draft, block):
        kind = _heading_kind(tone)
        level = block.level if block.kind != "para" else 2
        while draft.frames and draft.frames[-1].level >= level:
            draft.frames.pop()
        draft.frames.append(Frame(level, block, kind))
        draft.loose.append(block)
        return index + 1
    _content(draft, block)
    return index + 1


def _belongs(draft: Draft, block: Block) -> bool:
    """A paragraph without a marker goes on with the heading above it."""
    return bool(draft.frames)


def _closes(text: Aligned, block: Block) -> bool:
    """Whether a paragraph leaves the numbered points and speaks for the whole document."""
    tone = text.tone[block.body : block.end]
    if CLOSING.match(tone):
        return True
    found = scan_list(text, block.body, block.end)
    after = text.tone[found.end : found.end + 40].lstrip() if found else tone
    return bool(
        re.match(rf"(?:kính )?{_ORDER}\b|(?:thống nhất |quyết định )?(?:yêu cầu|giao|đề nghị)\b", after)
    ) and not (found and _is_task_like(after))


def _is_task_like(after: str) -> bool:
    return bool(re.match(r"đề nghị (?:khen|cấp|xét|tặng|công nhận|ủy ban nhân dân tỉnh (?:xem|khen))", after))


def _is_heading(draft: Draft, index: int) -> bool:
    """A marked or shouted short block that names what follows instead of saying it."""
    text, block = draft.text, draft.blocks[index]
    printed = text.plain[block.body : block.end]
    if block.kind == "para":
        return printed.isupper() and len(printed) < 220 and not printed.endswith(".")
    if block.kind in ("dash", "plus", "letter") and len(printed) > 120:
        return False
    if len(printed) > 260:
        return False
    following = draft.blocks[index + 1] if index + 1 < len(draft.blocks) else None
    goes_deeper = following is not None and (following.level > block.level)
    if block.kind in ("roman", "article", "chapter", "section", "letterpart", "part"):
        return ((printed.isupper() or goes_deeper) and not re.search(r"[.;]$", printed)) or bool(
            printed.isupper()
        )
    if printed.endswith((".", ";", "./.")):
        return bool(
            goes_deeper and printed.endswith(".") and len(printed) < 70 and not _verb_first(text, block.body)
        )
    return bool(goes_deeper)


def _heading_kind(tone: str) -> str:
    strong = STRONG_ASSIGN_HEADING.search(tone)
    if strong:
        return "assign"
    assign = ASSIGN_HEADING.search(tone)
    if _HARD_NEVER.search(tone) and not (assign and re.search(r"nhiệm vụ|giải pháp", tone)):
        return "never"
    if NEVER_HEADING.search(tone):
        return "soft" if not assign else "neutral"
    return "assign" if assign else "neutral"


def _kind_here(draft: Draft) -> str:
    for frame in reversed(draft.frames):
        if frame.kind in ("never", "soft", "assign"):
            return frame.kind
    return "neutral"


def _hands_out(draft: Draft) -> bool:
    """Whether the part read now names who does what, not merely what is to be done ("nhiệm vụ, giải pháp")."""
    for frame in reversed(draft.frames):
        if frame.kind in ("never", "soft"):
            return False
        if frame.kind == "assign":
            tone = draft.text.tone[frame.block.body : frame.block.end]
            return frame.assignment is not None or bool(STRONG_ASSIGN_HEADING.search(tone))
    return False


def _unknown_here(draft: Draft, block: Block) -> Subject | None:
    """An unknown name as the subject of a numbered point or bullet in a part that hands out duties."""
    if block.kind == "para" and not _ORDER_AT.match(draft.text.tone, block.body, block.end):
        return None
    if block.kind in ("row", "roman", "chapter", "part", "section", "letterpart") or _kind_here(draft) in (
        "never",
        "soft",
    ):
        return None
    if any(frame.assignment and not frame.lead_in for frame in draft.frames):
        return None
    following = draft.blocks[block.index + 1] if block.index + 1 < len(draft.blocks) else None
    children = (
        following is not None and (following.level > block.level) and _verb_first(draft.text, following.body)
    )
    if (
        _kind_here(draft) != "assign"
        and not draft.frames
        and draft.head.doc_type.value not in ("Chỉ thị", "Công điện", "Thông báo", "Kết luận")
    ):
        return None
    return _unknown(draft, block.body, block.end, children)


def _verb_first(text: Aligned, position: int) -> bool:
    return predicate_at(text, position)


def _where(draft: Draft, block: Block) -> str:
    marks = [
        frame.block.marker.strip(" .)/-:")
        for frame in draft.frames
        if frame.block.marker and frame.block.kind not in ("dash", "plus")
    ]
    if (
        block.marker
        and block.kind not in ("dash", "plus")
        and (not draft.frames or draft.frames[-1].block is not block)
    ):
        marks.append(block.marker.strip(" .)/-:"))
    return ".".join(mark for mark in marks if mark) or "paragraph"


# --- subjects ----------------------------------------------------------------------------------------------------------


def _bodies_json(text: Aligned, found: BodyList) -> list[AddressedBody]:
    return [
        AddressedBody(
            body.name,
            body.function,
            body.level,
            text.span(body.start, body.end),
            body.confidence,
            body.reason,
        )
        for body in found.parts
    ]


def _after_bodies(text: Aligned, found: BodyList, limit: int) -> tuple[str, int]:
    """What follows a body list: ("end"|"colon"|"predicate"|"far"|"past"|"other", where the task begins)."""
    position = found.end
    if match := re.compile(r" ?\([^()\n]{0,140}\)").match(text.plain, position, limit):
        position = match.end()
    rest = text.tone[position:limit]
    if not rest.strip(" .;,/-"):
        return "end", limit
    if match := re.match(r"\s*(?:có trách nhiệm|chịu trách nhiệm|có nhiệm vụ)?\s*:\s*", rest):
        return "colon", position + match.end()
    # Points run together with their heading: "Sở Nội vụ - Chủ trì …; - Phối hợp …", "Sở Nội vụ a) Chủ trì …".
    if (
        (match := re.match(r"\s+(?:[-+]|a\)|1\.)\s*(?=\S)", rest))
        and text.plain[position + match.end()].isupper()
        and predicate_at(text, position + match.end())
    ):
        return "colon", position + match.end()
    if match := re.match(r"\s*\.\s+(?=\S)", rest):
        return "stop", position + match.end()
    if _PAST.match(rest):
        return "past", position
    if match := re.match(r"\s*[,-]?\s*", rest):
        at = position + match.end()
        if predicate_at(text, at) and at > position:
            if "," in match[0] and not re.match(
                r"căn cứ|trên cơ sở|theo|trong|hằng|hàng|định kỳ|trước|tùy|với|bằng|ngoài|thông qua|chậm",
                text.tone[at : at + 12],
            ):
                return "list", at
            return "predicate", at
    if match := re.match(r"\s*,?\s*(?=là (?:cơ quan|đầu mối|đơn vị))", rest):
        return "predicate", position + match.end()
    # An unknown word or two between the name and its verb: "các xã nơi có đồng bào theo đạo xây dựng …".
    stop = re.compile(r"[.;:\n]").search(text.plain, position, min(limit, position + 170))
    far = min(limit, stop.start() if stop else position + 170)
    for match in re.compile(r"(?<=\s)(?:" + VERB + r"|là (?:cơ quan|đầu mối|đơn vị))").finditer(
        text.tone, position, far
    ):
        between = re.sub(r"\([^)]*\)", "", text.tone[position : match.start()])
        if (
            len(between.split()) <= 14
            and not re.search(r"\b(?:là|được|gồm|đã|của việc|trong việc|về việc|công tác)\b", between)
            and "," not in between[:3]
        ):
            return "far", match.start()
    return "other", position


def _subject(draft: Draft, start: int, end: int, whole_block: bool, bullet: bool = False) -> Subject | None:
    """Who is addressed in [start, end) and where the task begins; None when nobody is."""
    text = draft.text
    position = start
    while position < end and text.plain[position] in " \"'“(":
        position += 1
    for _ in range(2):
        if match := _CONNECTIVE.match(text.tone, position, end):
            position = match.end()
    if match := _SAYS.match(text.tone, position, end):
        position = match.end()
    # Giao / Đề nghị / Yêu cầu + body
    if subject := _order(draft, position, end):
        return subject
    about = _ABOUT.match(text.tone, position, end)
    at = about.end() if about else position
    capital = (
        text.plain[at : at + 1].isupper()
        or about is not None
        or bool(re.match(r"(?:\d|các|đồng chí)", text.tone[at : at + 9]))
    )
    found = scan_list(text, at, end, blind=whole_block)
    if found:
        form, task_at = _after_bodies(text, found, end)
        # The issuer (or anyone) orders somebody: "UBND tỉnh yêu cầu các sở …".
        if order := re.compile(
            rf"\s*,?\s*(?:thống nhất |quyết định |cũng |trân trọng |sẽ )?(?=(?:kính )?{_ORDER}\b)"
        ).match(text.tone, found.end, end):
            if _may_order(draft, found) and (subject := _order(draft, order.end(), end)):
                return subject
            if re.compile(rf"{_ORDER}[^.;\n]{{0,60}}:\s*$").match(text.tone, order.end(), end):
                draft.opened = True
                return None
        if form in ("end", "colon") and (whole_block or form == "colon") and (capital or bullet):
            if form == "end" and not about and _looks_generic(text, found):
                return Subject(found, task_at, None, 0.62, "a heading of general words", heading=True)
            return Subject(
                found,
                task_at,
                None,
                0.92 if form == "end" else 0.93,
                "a body as heading" if form == "end" else "a body and a colon",
                heading=task_at >= end,
            )
        if form == "stop" and whole_block and capital:
            return Subject(found, task_at, None, 0.7, "a body and a full stop")
        if form == "predicate" and (capital or bullet):
            lead_in = bool(_LEAD_IN.search(text.tone[task_at:end]))
            return Subject(found, task_at, None, 0.88, "a body and a verb of duty", lead_in=lead_in)
        if (
            (form == "other" or (form == "far" and found.parts[-1].function not in _GENERAL_NOUNS))
            and whole_block
            and text.plain[at : at + 1].isupper()
            and _open_verb(text, found, end)
        ):
            return Subject(found, found.end, None, 0.6, "a body and a verb no table knows")
        if form == "far" and capital:
            wide = BodyList(found.start, task_at, found.parts)
            last = wide.parts[-1]
            last.end = task_at
            last.name = text.words(last.start, task_at)
            return Subject(wide, task_at, None, 0.66, "the verb comes some words after the name")
        return None
    if about and not found:
        return None
    if not found and (colon := re.compile(r"[^:.;\n]{3,70}: ").match(text.plain, position, end)):
        found = scan_list(text, colon.end(), end)
        if found:
            form, task_at = _after_bodies(text, found, end)
            if form == "predicate" and text.plain[found.start].isupper():
                return Subject(found, task_at, None, 0.75, "a body and a verb after a caption")
        elif subject := _order(draft, colon.end(), end):
            return subject
    # "Hằng năm, các cơ quan … xây dựng …", "Căn cứ kế hoạch này, Giám đốc các sở …".
    ordered = bool(re.compile(rf"(?<=[\s,;]){_ORDER}\s").search(text.tone, position, end))
    preamble = not draft.opened or ordered
    if preamble or _ADVERBIAL.match(text.tone, position, end):
        for comma in re.compile(r"[,;] ").finditer(
            text.tone, position, min(end, position + (1500 if preamble else 420))
        ):
            if subject := _order(draft, comma.end(), end):
                return subject
            found = scan_list(text, comma.end(), end)
            if not found or _tail_of_a_list(text, comma.end(), end):
                continue
            if (
                order := re.compile(
                    rf"\s*(?:thống nhất |quyết định |trân trọng )?(?=(?:kính )?{_ORDER}\b)"
                ).match(text.tone, found.end, end)
            ) and (subject := _order(draft, order.end(), end)):
                return subject
            form, task_at = _after_bodies(text, found, end)
            if form == "predicate":
                lead_in = bool(_LEAD_IN.search(text.tone[task_at:end]))
                return Subject(
                    found,
                    task_at,
                    None,
                    0.8,
                    "a body and a verb after an adverbial",
                    lead_in=lead_in,
                    adverbial=(position, comma.start()),
                )
            if form == "colon" and task_at < end:
                return Subject(found, task_at, None, 0.7, "a body and a colon after an adverbial")
    return None


def _tail_of_a_list(text: Aligned, position: int, end: int) -> bool:
    """ "… tại địa phương, đơn vị, Ban Chỉ đạo …": a bare general noun after a comma ends the adverbial's own list."""
    item = scan_item(text, position, end)
    return bool(
        item and item.tail == "noun" and not item.many and not item.role and text.plain[item.start].islower()
    )


_SAYS = re.compile(
    rf"(?:chỉ thị|kế hoạch|kết luận|thông báo|văn bản|công văn|hướng dẫn|nghị quyết)(?: này| trên)? (?:cũng |còn |đồng thời )?(?={_ORDER}\s)"
)
_COMMITTEES = {"cap_uy", "ban_thuong_vu"}
# Nouns that take words of their own before the verb: "các doanh nghiệp viễn thông triển khai …".
_GENERAL_NOUNS = {"other", "doanh_nghiep", "to_chuc_xa_hoi", "truong_hoc"}


_NO_VERB = re.compile(
    r"\s*(?:là|được|đã|của|về|và|gồm|bao gồm|có|trong|thì|để|với|theo|tại|bị|cũng|còn|chưa|vẫn|nơi|mà|này|do|từ|cho|thuộc|trên|hoặc|như|nói|ở|ngày|năm|lần|nêu|khi|nếu|khóa|số)\b"
)


def _open_verb(text: Aligned, found: BodyList, end: int) -> bool:
    """Small letters that may be a verb after one plain institution's name at the head of a point."""
    if len(found.parts) > 3 or found.parts[0].function == "other":
        return False
    rest = text.tone[found.end : end]
    return (
        bool(re.match(r" [a-zà-ỹđ]", rest))
        and text.plain[found.end + 1].islower()
        and not _NO_VERB.match(rest)
        and len(rest.split()) >= 4
    )


def _may_order(draft: Draft, found: BodyList) -> bool:
    """Whether these are the ones who speak in the document; another body's "phân công …" is its own task."""
    if not draft.frames:
        return True
    issuer = draft.head.issuer.value
    if not issuer:
        return True
    name = fold(found.parts[0].name)
    if name in fold(issuer) or fold(issuer) in name:
        return True
    own, said = classify(issuer)[0], found.parts[0].function
    return own == said or {own, said} <= _COMMITTEES


def _looks_generic(text: Aligned, found: BodyList) -> bool:
    return all(body.function == "other" for body in found.parts)


def _unknown(draft: Draft, start: int, end: int, children: bool) -> Subject | None:
    """A name no table knows, in a place where only a body can stand: a heading over tasks, before a colon, before a verb."""
    text = draft.text
    about = _ABOUT.match(text.tone, start, end) or _ORDER_AT.match(text.tone, start, end)
    at = about.end() if about else start
    strength = STRENGTH.get(about["verb"]) if about and "verb" in about.re.groupindex else None
    tone = text.tone[at:end]
    strict = not _hands_out(draft)
    if not text.plain[at : at + 1].isupper() and not about:
        return None
    scan = scan_list(text, at, end)
    if MATTER.match(tone) or (strict and scan is None and not ORG_WORD.match(tone)) or CLOSING.match(tone):
        return None
    if predicate_at(text, at) and scan is None:
        return None
    colon = tone.find(":")
    if (
        2 < colon < 140
        and (
            (at + colon + 1 >= end - 1 and children)
            or predicate_at(text, at + colon + 1)
            or (not strict and scan is not None and at + colon + 8 < end)
        )
        and not re.search(r"[.;]", tone[:colon])
    ):
        if len(tone[:colon].split()) >= 2:
            return _made(
                text,
                at,
                at + colon,
                at + colon + 1,
                strength,
                0.62,
                "unknown words before a colon and a task",
            )
        return None
    plain = tone.rstrip(" .:;")
    if (
        children
        and len(plain) <= 150
        and not re.search(r"[.;]", plain)
        and len(plain.split()) >= 2
        and (scan is not None or not re.search(rf"\\s(?:{VERB})", plain))
    ):
        return _made(
            text,
            at,
            at + len(plain),
            end,
            strength,
            0.62,
            "a heading over tasks, its name unknown",
            heading=True,
        )
    if ORG_WORD.match(tone) or strength:
        stop = re.compile(r"[.;:\n(]").search(text.plain, at, min(end, at + 130))
        for match in re.compile(r"(?<=\s)" + VERB).finditer(
            text.tone, at + 4, stop.start() if stop else min(end, at + 130)
        ):
            before = text.tone[at : match.start()]
            words = before.split()
            if (
                len(words) < 2
                or len(words) > 18
                or re.search(r"\b(?:là|được|gồm|đã|việc|công tác|phải|nếu|khi|do|bởi|này|những gì)\b", before)
            ):
                return None
            if before.rstrip().endswith(
                (
                    " về",
                    " để",
                    " trong",
                    " của",
                    " và",
                    " cho",
                    " trên",
                    " với",
                    " theo",
                    " tác",
                    " ban",
                    " sự",
                    " cuộc",
                )
            ):
                continue
            return _made(
                text, at, match.start(), match.start(), strength, 0.6, "unknown words and a verb of duty"
            )
    return None


def _made(
    text: Aligned,
    start: int,
    stop: int,
    task_at: int,
    strength: str | None,
    confidence: float,
    reason: str,
    heading: bool = False,
) -> Subject:
    found = scan_list(text, start, stop)
    while stop > start and text.plain[stop - 1] in " ,":
        stop -= 1
    if found and found.parts:
        last = found.parts[-1]
        last.end, last.name = stop, text.words(last.start, stop)
        found = BodyList(found.start, stop, found.parts)
    else:
        name = text.words(start, stop)
        found = BodyList(
            start,
            stop,
            [Body(start, stop, name, "other", level_of(text.tone[start:stop]), 0.5, "not in the registry")],
        )
    return Subject(
        found,
        task_at,
        strength,
        confidence,
        reason,
        heading=heading or task_at >= stop + 400 or not text.plain[task_at : task_at + 1],
    )


def _order(draft: Draft, position: int, end: int) -> Subject | None:
    """ "Giao Sở Nội vụ chủ trì …" beginning at `position`."""
    text = draft.text
    match = _ORDER_AT.match(text.tone, position, end)
    if not match:
        return None
    found = scan_list(text, match.end(), end)
    strength = STRENGTH.get(match["verb"].replace("trân trọng ", "").replace("kính ", ""), match["verb"])
    if not found:
        return None
    form, task_at = _after_bodies(text, found, end)
    if form in ("other", "past", "list"):
        if form == "list":
            form = "predicate"
        else:
            return None
    confidence = {"end": 0.85, "colon": 0.92, "predicate": 0.93, "far": 0.7, "stop": 0.6}[form]
    if form == "far":
        found.parts[-1].end = task_at
        found.parts[-1].name = text.words(found.parts[-1].start, task_at)
        found = BodyList(found.start, task_at, found.parts)
    lead_in = bool(_LEAD_IN.search(text.tone[task_at:end])) if task_at < end else False
    return Subject(
        found,
        task_at,
        strength,
        confidence,
        f"“{match['verb']}” and a body",
        heading=task_at >= end,
        lead_in=lead_in,
        after_order=True,
    )


def _subject_heading(draft: Draft, block: Block) -> bool:
    """Whether a heading-like block names bodies (then it is content, not a mere heading)."""
    kind = _kind_here(draft)
    text = draft.text
    if kind == "never" or re.search(
        r"(?:quyết định|quyết nghị|nghị quyết|kết luận)\s*:?$", text.tone[block.body : block.end]
    ):
        return False
    subject = _subject(draft, block.body, block.end, True, bullet=True) or _unknown_here(draft, block)
    if subject is None:
        return False
    return not (text.tone[block.body : block.end].startswith("đối với") and kind == "soft")


# --- content -----------------------------------------------------------------------------------------------------------


def _content(draft: Draft, block: Block) -> None:
    text = draft.text
    kind = _kind_here(draft)
    inherited = next((frame.assignment for frame in reversed(draft.frames) if frame.assignment), None)
    if kind == "never" and inherited is None:
        draft.loose.append(block)
        return
    if _inline_label(draft, block):
        return
    if (inherited is None or draft.frames[-1].lead_in) and _in_brackets(draft, block):
        return
    bullet = block.kind not in ("para",)
    current: Assignment | None = None
    whole = block.kind in ("dash", "plus", "letter") or inherited is not None
    first = True
    for start, end in sentences(text, block.body, block.end):
        if CLOSING.match(text.tone[start:end]):
            _closing_range(draft, block, start, end)
            continue
        pieces = _pieces(draft, start, end)
        for a, b in pieces:
            subject = (
                _subject(
                    draft,
                    a,
                    b,
                    first and a == block.body and (b == block.end or _only_first(text, a, block)),
                    bullet,
                )
                if _may_address(draft, block, kind, inherited, a)
                else None
            )
            if (
                subject is None
                and first
                and a == block.body
                and draft.opened
                and (inherited is None or draft.frames[-1].lead_in)
            ):
                subject = _unknown_here(draft, block)
                if subject and not subject.heading and subject.task_at > b:
                    subject = None
            if subject and not _acceptable(draft, block, kind, inherited, subject, a, b):
                subject = None
            if (
                subject
                and ENFORCEMENT.search(text.tone[subject.bodies.end : b])
                and not re.search(r"[:;]", text.tone[subject.bodies.end : b])
            ):
                _candidate(draft, block, subject, b, "a clause of enforcement")
                current = None
                first = False
                continue
            if subject:
                current = _open(draft, block, subject, a)
                if subject.task_at < b and not (subject.lead_in and _goes_on(draft, block)):
                    _add_task(
                        draft,
                        current,
                        subject.task_at,
                        b,
                        split=not (bullet and block.kind in ("dash", "plus", "letter")),
                    )
                    _directed(draft, block, current, subject, b)
                    if subject.adverbial and current.tasks:
                        _from_adverbial(text, current.tasks[0], *subject.adverbial)
                elif subject.lead_in and subject.task_at < b:
                    _add_task(draft, current, subject.task_at, b, split=False, confidence=0.5)
                if subject.heading or subject.lead_in or first:
                    _push(draft, block, current, subject)
                if subject.lead_in and not draft.frames and block.kind == "para":
                    draft.default = current
            elif current is not None:
                _extend(draft, current, a, b, whole and block.kind in ("dash", "plus", "letter"))
            elif inherited is not None:
                _inherit(draft, block, inherited, start, end, a, b)
                current = None
            elif (
                (draft.default is not None or draft.invited)
                and bullet
                and block.kind in ("number", "number2", "letter", "dash", "roman")
                and _kind_here(draft) != "never"
                and a == block.body
                and (
                    _verb_first(text, a)
                    or (draft.letter and not draft.invited)
                    or _ASKED.search(text.tone, a, b)
                )
                and (meant := draft.default or _addressees(draft, block))
            ):
                _add_task(draft, meant, a, block.end, split=False, confidence=0.65)
                draft.frames.append(Frame(block.level, block, "assign", meant, inherited=True))
                return
            first = False
    if current is None and inherited is None:
        draft.loose.append(block)
        if block.kind == "para" and not draft.frames and draft.head.doc_type.value == "Công văn":
            draft.invited = draft.invited or bool(_ANNOUNCED.search(text.tone, block.body, block.end))


_ANNOUNCED = re.compile(
    r"(?:đề nghị|yêu cầu|hướng dẫn|triển khai|thông báo|chỉ đạo|lưu ý|thống nhất|phát động)[^.\n]{0,160}(?:sau(?: đây)?|như sau) ?[:.]?$"
)
_ASKED = re.compile(r"(?:gửi|nộp|báo cáo|đăng ký|hoàn thành)(?!\w)[^.\n]{0,120}(?:trước|chậm nhất|về) ")


def _addressees(draft: Draft, block: Block) -> Assignment | None:
    """The bodies after "Kính gửi" as those who are meant by points that name nobody."""
    bodies = read_addressees(draft.text, draft.head)
    if not bodies:
        return None
    start, end = bodies[0].span[0], bodies[-1].span[1]
    draft.default = Assignment(
        bodies, "; ".join(body.name for body in bodies), [], (start, end), _where(draft, block), None, 0.6, "the letter's addressees"
    )  # fmt: skip
    draft.done.append(draft.default)
    return draft.default


def _goes_on(draft: Draft, block: Block) -> bool:
    following = draft.blocks[block.index + 1] if block.index + 1 < len(draft.blocks) else None
    return following is not None and following.kind != "para"


def _only_first(text: Aligned, start: int, block: Block) -> bool:
    return False


def _may_address(draft: Draft, block: Block, kind: str, inherited: Assignment | None, at: int) -> bool:
    """Whether this place may name bodies: after the preamble, or an order anywhere."""
    if draft.opened or kind == "assign" or inherited is not None:
        return True
    # In a preamble only orders count: "… yêu cầu các sở, ngành …".
    stretch = draft.text.tone[at : block.end]
    if re.match(r"\W*(?:căn cứ|thực hiện|xét đề nghị|theo đề nghị|thi hành)", stretch) and not re.search(
        rf"[,;] (?:[^,;]{{3,80}} )?{_ORDER} ", stretch
    ):
        return False
    return bool(re.search(rf"(?<!theo )(?<!được )(?<!xét ){_ORDER} ", stretch))


def _acceptable(
    draft: Draft,
    block: Block,
    kind: str,
    inherited: Assignment | None,
    subject: Subject,
    start: int,
    end: int,
) -> bool:
    text = draft.text
    stretch = text.tone[subject.task_at : end]
    if not draft.opened and kind != "assign" and inherited is None and subject.strength is None:
        return False
    if re.match(r"(?:(?:các )?(?:đồng chí|đ/c|ông|bà)|đại diện|mời)(?!\w)", stretch) or (
        _one_role(text, subject) and (member := scan_item(text, subject.task_at, end)) and member.role
    ):
        return (
            False  # "2. Phó Trưởng ban: Giám đốc Sở Nội vụ": who sits in a committee, not what is to be done
        )
    if kind == "never":
        # "Bảo đảm yêu cầu …": a heading said these points are purposes, so only a plain order counts.
        return (
            inherited is not None
            and inherited.confidence >= 0.8
            and subject.strength is not None
            and subject.after_order
        )
    if kind == "soft" and not subject.strength and not _SOFT.search(stretch[:80]) and not subject.heading:
        return False
    if (
        kind == "soft"
        and subject.heading
        and inherited is None
        and not STRONG_ASSIGN_HEADING.search(text.tone[block.body : block.end])
    ):
        return False
    if (
        inherited is not None
        and subject.after_order
        and inherited.reason.startswith(("a body as heading", "a body and a colon"))
    ):
        return False  # "- Đề nghị cấp có thẩm quyền …" under a body's heading is that body's own task
    if inherited is not None and block.level > 3 and not subject.strength:
        # Under a body's heading a point speaks of that body; another one must stand plainly as its subject.
        plain_start = text.plain[subject.bodies.start : subject.bodies.start + 1].isupper()
        if not plain_start or subject.confidence < 0.7 or _PAST.match(text.tone[subject.bodies.end : end]):
            return False
        if _looks_generic(text, subject.bodies) and subject.confidence < 0.9:
            return False
    return not _self_talk(draft, block, subject, stretch)


def _one_role(text: Aligned, subject: Subject) -> bool:
    return bool(
        re.match(
            r"(?:các )?(?:phó )?(?:trưởng|chủ tịch|phó|ủy viên|thành viên|thư ký|tổ trưởng)",
            text.tone[subject.bodies.start :][:30],
        )
    ) and text.tone[subject.bodies.end : subject.task_at].strip().startswith(":")


def _self_talk(draft: Draft, block: Block, subject: Subject, stretch: str) -> bool:
    """The issuer saying what it does with this very document: "UBND tỉnh ban hành Kế hoạch … như sau:"."""
    said = (draft.head.doc_type.value or "").lower()
    if (
        block.kind == "para"
        and not draft.frames
        and said
        and re.match(rf"(?:vừa |ký )*ban hành {said}", stretch)
    ):
        return True
    if subject.strength is None and re.match(
        r"(?:ghi nhận|đánh giá cao|hoan nghênh|biểu dương,? (?:và )?(?:đánh giá cao|ghi nhận)|cơ bản (?:thống nhất|nhất trí)|nhất trí)(?!\w)",
        stretch,
    ):
        return True  # what the issuer acknowledges or agrees to, not what anybody is to do
    if re.match(r"(?:xin )?thông báo (?:để|đến|tới|ý kiến|kết luận)", stretch) and re.search(
        r"biết|thực hiện", stretch
    ):
        return True
    return (
        bool(
            re.match(
                r"(?:xây dựng|ban hành|hướng dẫn|thông báo|triển khai|phát động|quyết định|báo cáo|đề ra|xác định|thống nhất)\b[^.;]{0,400}(?:như sau|sau đây|sau)\s*:?\s*\.?$",
                stretch,
            )
        )
        and subject.strength is None
    )


def _pieces(draft: Draft, start: int, end: int) -> list[tuple[int, int]]:
    """A sentence cut before orders in its middle: "…; giao Sở A …", ", đồng thời giao …"."""
    text = draft.text
    cuts = []
    for match in re.compile(
        rf"(?:[;.] (?:đồng thời,? |và )?|, (?:đồng thời,? )?|\. |: )(?={_ORDER} )"
    ).finditer(text.tone, start, end):
        found = _order(draft, match.end(), end)
        own = text.tone.startswith("phân công", match.end()) and found and _looks_generic(text, found.bodies)
        if found and not own and match.start() > start + 3 and (match[0][0] != "," or found.confidence > 0.9):
            if match[0][0] == "," and not re.match(r"giao|yêu cầu", text.tone[match.end() : match.end() + 8]):
                continue
            cuts.append(match.end())
    # "…; Sở Tài chính bố trí …", "…; các đồng chí Ủy viên … theo dõi …": a new subject after a semicolon.
    for match in re.compile(r"; (?:đồng thời,? )?").finditer(text.tone, start, end):
        at = match.end()
        if (
            text.plain[at : at + 1].isupper() or text.tone.startswith(("đồng chí ", "các đồng chí "), at)
        ) and scan_head(text, at):
            found_list = scan_list(text, at, end)
            if (
                found_list
                and _after_bodies(text, found_list, end)[0] == "predicate"
                and not _inside_list(text, start, match.start())
            ):
                cuts.append(at)
    # "UBND tỉnh giao …" in the middle of a preamble sentence: the part before belongs to nobody.
    edges = [start, *sorted(set(cuts)), end]
    return [(a, b) for a, b in itertools.pairwise(edges) if b > a]


def _inside_list(text: Aligned, start: int, semicolon: int) -> bool:
    """Bodies listed with semicolons before one common verb: "Thủ trưởng các sở; Chủ tịch UBND các xã tổ chức …"."""
    begin = text.plain.rfind(";", start, semicolon) + 1 or start
    last = re.compile(rf"(?<=\s){PREDICATE}").search(text.tone, begin, semicolon)
    found = scan_list(text, begin, semicolon)
    return bool(found and found.end >= semicolon - 1) or last is None


def _open(draft: Draft, block: Block, subject: Subject, start: int) -> Assignment:
    text = draft.text
    assignment = Assignment(
        bodies=_bodies_json(text, subject.bodies),
        written=text.words(subject.bodies.start, subject.bodies.end),
        tasks=[],
        span=text.span(subject.bodies.start, subject.bodies.end),
        where=_where(draft, block),
        strength=subject.strength,
        confidence=subject.confidence,
        reason=subject.reason,
    )
    if all(body.function == "other" and _GENERIC.match(body.name.lower()) for body in assignment.bodies):
        addressees = read_addressees(text, draft.head)
        if addressees and draft.letter:
            assignment.bodies.extend(addressees)
            assignment.reason += "; general words, so the addressees are added"
    draft.done.append(assignment)
    return assignment


def _push(draft: Draft, block: Block, assignment: Assignment, subject: Subject) -> None:
    level: float = block.level
    if block.kind == "para":
        if not (subject.heading or subject.lead_in):
            return
        # Below the numbered point it stands under, so that the next point ends it.
        above = [
            frame.level
            for frame in draft.frames
            if frame.block.kind.startswith("number") and not frame.inherited
        ]
        level = max(above) + 0.5 if above else 3
    while draft.frames and draft.frames[-1].level >= level:
        draft.frames.pop()
    draft.frames.append(
        Frame(
            level,
            block,
            "assign",
            assignment,
            lead_in=subject.lead_in or (subject.heading and block.kind == "para"),
        )
    )


def _extend(draft: Draft, current: Assignment, start: int, end: int, bullet: bool) -> None:
    """A further sentence of the same paragraph: a task of its own, or more about the last one."""
    text = draft.text
    tone = text.tone[start:end]
    elaborates = re.match(
        r"(?:việc|trong đó|qua đó|thời gian|nội dung|kết quả|hình thức|mỗi|đây là|nhất là|trường hợp|số lượng|kinh phí|thông qua|từ đó|các nội dung)\b",
        tone,
    )
    if current.tasks and (bullet or (elaborates and not _verb_first(text, start))):
        last = current.tasks[-1]
        begin = text.locate(last.span[0])
        current.tasks[-1] = _task(text, begin, end, last.confidence, last.reason)
        return
    if _PAST.match(tone):
        return
    _add_task(draft, current, start, end, confidence=0.8 if _verb_first(text, start) else 0.55)


def _inherit(draft: Draft, block: Block, inherited: Assignment, start: int, end: int, a: int, b: int) -> None:
    """A point or paragraph under a body's heading."""
    if block.kind in ("dash", "plus", "letter", "number", "number2", "number3"):
        if a != block.body:
            return
        if inherited.tasks and inherited.tasks[-1].span[1] >= draft.text.span(block.body, block.end)[1]:
            return
        printed_end = block.end
        _add_task(draft, inherited, block.body, printed_end, split=False)
        frame = next((frame for frame in draft.frames if frame.assignment is inherited), None)
        if frame and block.level > frame.level:
            draft.frames.append(Frame(block.level, block, "assign", inherited, inherited=True))
        return
    _add_task(draft, inherited, a, b, confidence=0.8 if _verb_first(draft.text, a) else 0.6)


_LEADING = re.compile(r"[\s:,;.\-+]+")


def _add_task(
    draft: Draft, assignment: Assignment, start: int, end: int, split: bool = True, confidence: float = 0.85
) -> None:
    text = draft.text
    if match := _LEADING.match(text.plain, start, end):
        start = match.end()
    while end > start and text.plain[end - 1] in " .;:,/-":
        end -= 1
    if end - start < 4 or not re.search(r"[^\W\d]{2}", text.plain[start:end]):
        return
    task = _task(text, start, end, confidence, "")
    assignment.tasks.append(task)
    assignment.span = (min(assignment.span[0], task.span[0]), max(assignment.span[1], task.span[1]))


def _task(text: Aligned, start: int, end: int, confidence: float, reason: str) -> Task:
    task = Task(text.words(start, end), text.span(start, end), confidence=confidence, reason=reason)
    tone = text.tone[start:end]
    task.leads = bool(
        re.search(r"(?<!được )chủ trì|làm đầu mối|là đầu mối|là cơ quan (?:đầu mối|thường trực)", tone)
    ) and not tone.startswith("phối hợp")
    task.follows_up = bool(_FOLLOWS.search(tone))
    for match in _COOPERATES.finditer(text.tone, start, end):
        if re.search(
            r"(?:sự|công tác|cơ chế|chương trình|quy chế|tăng cường) $",
            text.tone[max(start, match.start() - 12) : match.start()],
        ):
            continue
        if match[0].startswith("cùng") and not re.search(r"(?:cùng với|cùng) ", match[0]):
            continue
        found = scan_list(text, match.end(), end)
        if found:
            task.cooperates_with.extend(
                body.name for body in found.parts if body.name not in task.cooperates_with
            )
    for match in _DIRECTS.finditer(text.tone, start, end):
        found = scan_list(text, match.end(), end)
        if found:
            task.directs.extend(body.name for body in found.parts)
    _limits(text, task, start, end)
    task.parts = _parts(text, start, end)
    return task


def _limits(text: Aligned, task: Task, start: int, end: int) -> None:
    if deadline := dates.deadline_in(text, start, end):
        a, b, day = deadline
        task.deadline, task.deadline_span = text.words(a, b), text.span(a, b)
        task.deadline_on = day.isoformat() if day else None
    if cadence := dates.cadence_in(text, start, end):
        task.cadence, task.cadence_span = text.words(*cadence).lower(), text.span(*cadence)


def _from_adverbial(text: Aligned, task: Task, start: int, end: int) -> None:
    """What "Hằng năm, …" or "Trước ngày 15/12, …" before the body says of when."""
    if task.deadline is None and (deadline := dates.deadline_in(text, start, end)):
        task.deadline, task.deadline_span = text.words(*deadline[:2]), text.span(*deadline[:2])
        task.deadline_on = deadline[2].isoformat() if deadline[2] else None
    if task.cadence is None and (cadence := dates.cadence_in(text, start, end)):
        task.cadence, task.cadence_span = text.words(*cadence).lower(), text.span(*cadence)


def _parts(text: Aligned, start: int, end: int) -> list[str]:
    """The clauses of a task that begin with verbs of their own."""
    cuts = [
        match.end()
        for match in re.compile(rf"(?:; (?:đồng thời,? )?|\. )(?=(?:{PREDICATE}))").finditer(
            text.tone, start, end
        )
    ]
    if not cuts:
        return []
    edges = [start, *cuts, end]
    return [text.words(a, b).rstrip(" ;.") for a, b in itertools.pairwise(edges)]


def _directed(draft: Draft, block: Block, assignment: Assignment, subject: Subject, end: int) -> None:
    """ "Ban cán sự đảng UBND tỉnh chỉ đạo UBND các cấp tăng cường …": those directed have the rest as their duty."""
    text = draft.text
    match = _DIRECTS.match(text.tone, subject.task_at, end)
    if not match:
        return
    found = scan_list(text, match.end(), end)
    if not found or len(found.parts) > 2:
        return
    form, task_at = _after_bodies(text, found, end)
    own = {body.function for body in subject.bodies.parts}
    target = found.parts[0]
    if (
        form != "predicate"
        or target.function in own
        or target.function not in ("ubnd", "chinh_quyen", "cap_uy", "hdnd")
        or target.level not in ("all_levels", "commune")
    ):
        return
    directed = Assignment(
        _bodies_json(text, found), text.words(found.start, found.end), [], text.span(found.start, found.end), assignment.where, assignment.strength, 0.7,
        "directed by the body before it", under_direction_of=assignment.written,
    )  # fmt: skip
    draft.done.append(directed)
    _add_task(draft, directed, task_at, end)


# --- closings ----------------------------------------------------------------------------------------------------------


def _closing(draft: Draft, block: Block) -> None:
    draft.frames.clear()
    draft.default = None
    for start, end in sentences(draft.text, block.body, block.end):
        _closing_range(draft, block, start, end)


def _closing_range(draft: Draft, block: Block, start: int, end: int) -> None:
    text = draft.text
    if not CLOSING.match(text.tone[start:end]):
        # A real order may follow in the same paragraph.
        subject = _subject(draft, start, end, False)
        if (
            subject
            and subject.task_at < end
            and subject.strength
            and not re.search(r"vướng mắc|phát sinh|khó khăn", text.tone[start:end])
        ):
            _add_task(draft, _open(draft, block, subject, start), subject.task_at, end)
        return
    for match in re.compile(r"(?:[,;:.] |^)").finditer(text.tone, start, end):
        at = match.end()
        subject = _order(draft, at, end)
        if subject is None and scan_head(text, at):
            found = scan_list(text, at, end)
            if found and (order := re.compile(rf"\s*(?={_ORDER}\s)").match(text.tone, found.end, end)):
                subject = _order(draft, order.end(), end)
            elif found and _after_bodies(text, found, end)[0] == "predicate":
                subject = Subject(found, _after_bodies(text, found, end)[1], None, 0.4, "")
        if subject:
            trouble = re.search(r"vướng|phát sinh|khó khăn|phản ánh", text.tone[start:end])
            if subject.strength and not trouble and re.match(r"trên đây|nhận được", text.tone[start:end]):
                assignment = _open(draft, block, subject, start)
                assignment.confidence, assignment.reason = 0.6, "an order in the closing sentence"
                _add_task(draft, assignment, subject.task_at, end)
            else:
                _candidate(draft, block, subject, end, "a closing formula")
            return


def _candidate(draft: Draft, block: Block, subject: Subject, end: int, reason: str) -> None:
    text = draft.text
    candidate = Assignment(
        _bodies_json(text, subject.bodies), text.words(subject.bodies.start, subject.bodies.end), [], text.span(subject.bodies.start, subject.bodies.end),
        _where(draft, block), subject.strength, 0.35, reason,
    )  # fmt: skip
    _add_task(draft, candidate, subject.task_at, end, confidence=0.35)
    draft.candidates.append(candidate)


# --- labels ------------------------------------------------------------------------------------------------------------


def _label_values(draft: Draft, start: int, end: int) -> list[tuple[str, int, int]]:
    """(kind, value start, value end) of the labels in [start, end): lead, coop, deadline, product."""
    text = draft.text
    found = []
    matches = list(_LABEL.finditer(text.tone, start, end))
    for index, match in enumerate(matches):
        stop = matches[index + 1].start() if index + 1 < len(matches) else end
        word = match["kind"]
        if "phối hợp" in word and "chủ trì" not in word:
            kind = "coop"
        elif re.match(r"thời|tiến độ|hoàn thành", word):
            kind = "deadline"
        elif re.match(r"sản phẩm|kết quả", word):
            kind = "product"
        else:
            kind = "lead"
        while stop > match.end() and text.plain[stop - 1] in " ;,.()-+*":
            stop -= 1
        found.append((kind, match.end(), stop))
    return found


def _label_block(draft: Draft, index: int) -> bool:
    """A block that is nothing but labels about the task before it."""
    text, block = draft.text, draft.blocks[index]
    match = _LABEL.match(text.tone, block.body, block.end)
    if not match or match.start() != block.body:
        return False
    values = _label_values(draft, block.body, block.end)
    if (
        values
        and values[0][0] == "lead"
        and not scan_list(text, values[0][1], values[0][2])
        and not text.plain[values[0][1] : values[0][1] + 1].isupper()
    ):
        return False
    if (
        match["kind"].strip() in ("thực hiện", "triển khai")
        and not scan_list(text, values[0][1], values[0][2])
        and predicate_at(text, values[0][1])
    ):
        return False  # "3. Thực hiện: Xây dựng kế hoạch …" names a step, no body
    if not draft.loose and not any(kind == "lead" for kind, _, _ in values) and not _last_labelled(draft):
        return False
    if _kind_here(draft) == "never" and not any(kind == "lead" for kind, _, _ in values):
        return False
    _apply_labels(draft, block, values)
    return True


def _last_labelled(draft: Draft) -> Assignment | None:
    return draft.done[-1] if draft.done and draft.done[-1].reason.startswith("named by a label") else None


def _apply_labels(
    draft: Draft, block: Block, values: list[tuple[str, int, int]], tasks: list[tuple[int, int]] | None = None
) -> None:
    text = draft.text
    assignment: Assignment | None = None
    for kind, start, end in values:
        if kind == "lead":
            found = scan_list(text, start, end)
            bodies = _bodies_json(text, found) if found else []
            if not bodies:
                name = text.words(start, end)
                if not name or len(name) > 200:
                    continue
                bodies = [AddressedBody(name, "other", "", text.span(start, end), 0.4, "not in the registry")]
            assignment = Assignment(
                bodies, text.words(start, found.end if found else end), [], text.span(start, end), _where(draft, block), None, 0.88 if found else 0.5, "named by a label after the task",
            )  # fmt: skip
            ranges = (
                tasks if tasks is not None else [(b.body, b.end) for b in draft.loose if b.end <= block.start]
            )
            for a, b in ranges:
                _add_task(draft, assignment, a, b, split=False, confidence=0.8)
            for task in assignment.tasks:
                task.leads = True
            draft.done.append(assignment)
            draft.loose = [] if tasks is None else draft.loose
            if found and (
                rest := re.compile(r"\s*[,;]?\s*(?:chủ trì,? )?phối hợp(?: với)? ").match(
                    text.tone, found.end, end
                )
            ):
                helpers = scan_list(text, rest.end(), end)
                if helpers:
                    assignment.cooperates_with.extend(body.name for body in helpers.parts)
            continue
        target = assignment or _last_labelled(draft)
        if target is None:
            continue
        if kind == "coop":
            found = scan_list(text, start, end)
            target.cooperates_with.extend(
                [body.name for body in found.parts] if found else [text.words(start, end)]
            )
        elif target.tasks:
            task = target.tasks[-1]
            if kind == "deadline":
                task.deadline, task.deadline_span = text.words(start, end) or None, text.span(start, end)
                days = dates.full_dates(text, start, end)
                task.deadline_on = days[-1][2].isoformat() if len(days) == 1 else None
                if cadence := dates.cadence_in(text, start, end):
                    task.cadence, task.cadence_span = text.words(*cadence).lower(), text.span(*cadence)
            else:
                task.product = text.words(start, end) or None


def _inline_label(draft: Draft, block: Block) -> bool:
    """ "Tổ chức hội nghị … (Chủ trì: Sở A; phối hợp: Sở B; thời gian: quý I/2026)."""
    text = draft.text
    if not re.search(
        r"chủ trì(?: thực hiện)? ?:|(?:đơn vị|cơ quan)[^:]{0,30}thực hiện ?:|phân công(?: thực hiện)? ?:|đầu mối ?:|phụ trách ?:",
        text.tone[block.body : block.end],
    ):
        return False
    values = _label_values(draft, block.body, block.end)
    leads = [value for value in values if value[0] == "lead" and scan_list(text, value[1], value[2])]
    if not leads:
        return False
    first = min(match.start() for match in _LABEL.finditer(text.tone, block.body, block.end))
    task_end = first
    while task_end > block.body and text.plain[task_end - 1] in " (.;,-*":
        task_end -= 1
    if task_end - block.body < 8:
        return False
    _apply_labels(draft, block, values, [(block.body, task_end)])
    return True


_DOES = re.compile(
    r"\s*(?:,\s*)?(?:là |làm )?(?:chủ trì|đầu mối|thực hiện|triển khai|tham mưu|phụ trách|chịu trách nhiệm|có trách nhiệm|xây dựng|tổ chức)(?!\w)"
)


def _in_brackets(draft: Draft, block: Block) -> bool:
    """ "Nâng cấp hệ thống … (Sở A chủ trì, phối hợp với Sở B; hoàn thành trước ngày 30/6)": who does it, in brackets."""
    text = draft.text
    begin, done = block.body, False
    for match in re.compile(r"\((?P<who>[^()\n]{6,300})\)(?=\s*(?:[.;,:]|$))").finditer(
        text.plain, block.body, block.end
    ):
        start, stop = match.span("who")
        if order := _ORDER_AT.match(text.tone, start, stop):
            start = order.end()
        found = scan_list(text, start, stop)
        if not found or match.start() - begin < 12:
            continue
        alone = not text.plain[found.end : stop].strip() and match.end() >= block.end - 3
        known = all(body.function != "other" for body in found.parts)
        if not _DOES.match(text.tone, found.end, stop) and not (
            alone and known and _kind_here(draft) == "assign" and predicate_at(text, begin)
        ):
            continue
        assignment = Assignment(
            _bodies_json(text, found), text.words(found.start, found.end), [], text.span(found.start, found.end), _where(draft, block), None, 0.84, "named in brackets after the task",
        )  # fmt: skip
        _add_task(draft, assignment, begin, match.start(), split=False, confidence=0.8)
        if not assignment.tasks:
            continue
        task = assignment.tasks[0]
        task.leads = True
        for helper in _COOPERATES.finditer(text.tone, found.end, stop):
            helpers = scan_list(text, helper.end(), stop)
            if helpers:
                assignment.cooperates_with.extend(body.name for body in helpers.parts)
        _from_adverbial(text, task, found.end, stop)
        draft.done.append(assignment)
        begin, done = match.end(), True
    return done


# --- tables ------------------------------------------------------------------------------------------------------------


def _row(draft: Draft, block: Block) -> None:
    text = draft.text
    cells = block.cells
    names = [text.tone[a:b] for a, b in cells]
    header = {
        column: index
        for index, name in reversed(list(enumerate(names)))
        for column, pattern in _COLUMNS.items()
        if pattern.search(name) and len(name) < 60
    }
    if "lead" in header and len(header) >= 2 and len(set(header.values())) >= 2:
        if header.get("task") == header["lead"] or "task" not in header:
            free = [
                i
                for i in range(len(names))
                if i not in header.values() and not re.fullmatch(r"(?:s?tt|số tt|stt)", names[i])
            ]
            if free:
                header["task"] = free[0]
        draft.columns = header
        return
    if not draft.columns:
        # A letterhead in two columns, or a table of something else.
        return
    column = draft.columns
    if len(cells) <= max(column.get("lead", 0), column.get("task", 0)):
        return
    lead_at = cells[column["lead"]]
    task_at = cells[column["task"]] if "task" in column else (block.start, block.end)
    if task_at[1] - task_at[0] < 4:
        return
    found = scan_list(text, lead_at[0], lead_at[1])
    if found:
        bodies, written = _bodies_json(text, found), text.words(lead_at[0], lead_at[1])
    elif lead_at[1] > lead_at[0]:
        written = text.words(*lead_at)
        function, level = classify(written)
        bodies = [AddressedBody(written, function, level, text.span(*lead_at), 0.5, "a table's cell")]
    else:
        return
    assignment = Assignment(
        bodies,
        written,
        [],
        text.span(block.start, block.end),
        _where(draft, block),
        None,
        0.88 if found else 0.6,
        "a row of a table",
    )
    _add_task(draft, assignment, *task_at, split=False)
    if not assignment.tasks:
        return
    task = assignment.tasks[0]
    task.leads = True
    if "coop" in column and column["coop"] < len(cells):
        coop = cells[column["coop"]]
        helpers = scan_list(text, *coop) if coop[1] > coop[0] else None
        assignment.cooperates_with = (
            [body.name for body in helpers.parts]
            if helpers
            else ([text.words(*coop)] if coop[1] - coop[0] > 2 else [])
        )
    if "deadline" in column and column["deadline"] < len(cells):
        limit = cells[column["deadline"]]
        if limit[1] > limit[0]:
            task.deadline, task.deadline_span = text.words(*limit), text.span(*limit)
            days = dates.full_dates(text, *limit)
            task.deadline_on = days[-1][2].isoformat() if len(days) == 1 else None
            if cadence := dates.cadence_in(text, *limit):
                task.cadence, task.cadence_span = text.words(*cadence).lower(), text.span(*cadence)
    if "product" in column and column["product"] < len(cells):
        product = cells[column["product"]]
        task.product = text.words(*product) or None
    draft.done.append(assignment)


def _flat_header(draft: Draft, index: int) -> int | None:
    """The number of blocks a flattened table's header takes: column names in one line or one a line; None if none."""
    text = draft.text
    window = draft.blocks[index : index + 8]
    first = text.tone[window[0].body : window[0].end]
    if window[0].kind not in ("para",) or len(first) > 200:
        return None
    if not re.match(r"(?:s?tt|số tt|stt|nội dung|nhiệm vụ|công việc|tên)\b", first):
        return None
    said = first
    taken = 1
    while True:
        groups = {column for column, pattern in _COLUMNS.items() if pattern.search(said)}
        if (
            "lead" in groups
            and len(groups) >= 3
            and (
                taken >= len(window) or window[taken].kind != "para" or not _column_name(text, window[taken])
            )
        ):
            return taken
        if taken >= len(window) or window[taken].kind != "para" or not _column_name(text, window[taken]):
            return (
                taken
                if "lead" in groups
                and len(groups) >= 2
                and taken >= 1
                and len(first) < 160
                and ("deadline" in groups or "coop" in groups)
                else None
            )
        said += " " + text.tone[window[taken].body : window[taken].end]
        taken += 1


def _column_name(text: Aligned, block: Block) -> bool:
    tone = text.tone[block.body : block.end]
    return (len(tone) < 45 and any(pattern.search(tone) for pattern in _COLUMNS.values())) or tone in (
        "tt",
        "stt",
        "ghi chú",
    )


def _flat_table(draft: Draft, index: int, header: int) -> int:
    """Rows of a table whose cells ran together: a number, the task, then bodies, a time and a product."""
    text = draft.text
    position = index + header
    said = " ".join(text.tone[block.start : block.end] for block in draft.blocks[index:position])
    draft.flat_coop = "phối hợp" in said
    row_start: int | None = None
    rows: list[tuple[int, int]] = []
    last_end = 0
    number = 0
    while position < len(draft.blocks):
        block = draft.blocks[position]
        plain = text.plain[block.start : block.end]
        if block.kind in ("roman", "article", "chapter", "part", "letterpart") or CLOSING.match(
            text.tone[block.start : block.end]
        ):
            break
        match = re.match(r"(\d{1,2})(?:[.)]?\s|$)", plain)
        if match and int(match[1]) in (number + 1, 1):
            if row_start is not None:
                rows.append((row_start, last_end))
            row_start, number = block.start, int(match[1])
        elif row_start is None:
            break
        last_end = block.end
        position += 1
    if row_start is not None:
        rows.append((row_start, last_end))
    for start, end in rows:
        _flat_row(draft, draft.blocks[index], start, end)
    return max(position, index + header)


_TIME_CELL = re.compile(
    r"(?:trước|quý|tháng|thường xuyên|hằng|hàng|định kỳ|năm|từ|cả năm|chậm nhất|ngày|\d{1,2}/\d)\b"
)


_NAME_GOES_ON = re.compile(
    r"(?:,|;| và| của|/|(?:văn phòng|hội|ban|ủy ban|liên hiệp|thường trực|thường vụ|chấp hành|cơ quan|chỉ huy|đoàn|phòng|"
    r"trưởng|giám đốc|chủ tịch|bí thư|các|chi cục|trung tâm|kiểm tra|dân vận|tuyên giáo|tổ chức))\s*$"
)


def _within_name(text: Aligned, start: int, other: int) -> bool:
    """Whether a name beginning at `other` is part of the name begun at `start`, not the next cell."""
    if _NAME_GOES_ON.search(text.tone[start:other]):
        return True
    return bool(re.match(r"(?:tỉnh|thành|huyện|đảng) ủy", text.tone[other : other + 9]))


def _flat_row(draft: Draft, header: Block, start: int, end: int) -> None:
    """One such row: its last groups of bodies before the time are lead and helpers, what stands before is the task."""
    text = draft.text
    match = re.compile(r"\d{1,2}[.)]?\s*").match(text.plain, start, end)
    begin = match.end() if match else start
    spots = [
        spot.start()
        for spot in re.compile(r"(?<=[\s|])(?=[A-ZĐÂĂÊÔƠƯÀ-Ỹ\d])").finditer(text.plain, begin + 8, end)
    ]
    time_at = next(
        (at for at in spots if _TIME_CELL.match(text.tone, at) and text.plain[at - 2] not in ",.;:"), end
    )
    heads = [at for at in spots if at < time_at and scan_head(text, at)]
    groups: list[BodyList] = []
    for index, at in enumerate(heads):
        if groups and at < groups[-1].end:
            continue
        # A cell ends where the next name begins without a comma or an "and" before it.
        stop = next((o for o in heads[index + 1 :] if not _within_name(text, at, o)), time_at)
        item = scan_item(text, at, stop)
        if not item or (item.tail == "noun" and not item.many):
            continue
        if re.search(r"(?:của|với|cho|tại|về|do)\s+$", text.tone[max(begin, at - 8) : at]):
            continue
        found = scan_list(text, at, stop)
        if found:
            groups.append(found)
    if not groups:
        return
    wanted = 2 if draft.flat_coop else 1
    # The cells stand side by side at the end; an earlier name belongs to the task.
    cells = [groups[-1]]
    for group in reversed(groups[:-1]):
        if len(cells) < wanted and not text.plain[group.end : cells[0].start].strip():
            cells.insert(0, group)
        else:
            break
    lead, helpers = cells[0], [body.name for found in cells[1:] for body in found.parts]
    assignment = Assignment(
        _bodies_json(text, lead),
        text.words(lead.start, lead.end),
        [],
        text.span(start, end),
        _where(draft, header),
        None,
        0.62,
        "a row of a table whose cells ran together",
    )
    _add_task(draft, assignment, begin, lead.start, split=False, confidence=0.7)
    if not assignment.tasks:
        return
    task = assignment.tasks[0]
    task.leads = True
    assignment.cooperates_with = helpers
    if limit := dates.deadline_in(text, time_at, end):
        task.deadline, task.deadline_span = text.words(*limit[:2]), text.span(*limit[:2])
        task.deadline_on = limit[2].isoformat() if limit[2] else None
        task.product = text.words(limit[1], end).strip(" .;") or None
    elif cadence := dates.cadence_in(text, time_at, end):
        task.cadence, task.cadence_span = text.words(*cadence).lower(), text.span(*cadence)
    draft.done.append(assignment)


# --- the rest ----------------------------------------------------------------------------------------------------------


def _skip_addressees(draft: Draft, index: int) -> int:
    """Past "Kính gửi:" and its list."""
    text = draft.text
    index += 1
    while index < len(draft.blocks):
        block = draft.blocks[index]
        tone = text.tone[block.body : block.end]
        if block.kind not in ("dash", "plus") or len(tone) > 220 or _verb_first(text, block.body):
            break
        index += 1
    return index


def read_addressees(text: Aligned, head: Head) -> list[AddressedBody]:
    """The bodies after "Kính gửi:" (or "Kính trình")."""
    match = re.compile(r"(?:^|\n)[\s*_]*kính (?:gửi|trình)\s*:?[ *_]*").search(text.tone)
    if not match:
        return []
    result: list[AddressedBody] = []
    position = match.end()
    for line in re.compile(r"[^\n]*").finditer(text.plain, position, min(len(text), position + 2500)):
        start, end = line.span()
        while start < end and text.plain[start] in " -+*•":
            start += 1
        if start >= end:
            continue
        bulleted = text.plain[line.start() : start].strip() != "" or line.start() == position
        for a, b in _split_addressees(text, start, end):
            if not (found := scan_list(text, a, b)):
                if bulleted and b - a < 120 and not result:
                    result.append(
                        AddressedBody(
                            text.words(a, b).strip(" ;."),
                            "other",
                            "",
                            text.span(a, b),
                            0.5,
                            "after “Kính gửi”",
                        )
                    )
                continue
            if not bulleted and _after_bodies(text, found, b)[0] == "predicate":
                return result
            result.extend(_bodies_json(text, found))
        if not bulleted and result:
            break
        if not bulleted and not scan_head(text, start):
            break
        if text.plain[end - 1 : end] == "." or (len(result) and end - start > 200):
            break
    return result


def _split_addressees(text: Aligned, start: int, end: int) -> list[tuple[int, int]]:
    edges = [start, *(match.end() for match in re.compile(r"; ?-? ?").finditer(text.plain, start, end)), end]
    return [(a, b) for a, b in itertools.pairwise(edges) if b - a > 2]


_SHORTCOMING = re.compile(
    r"chưa (?:toàn diện|kịp thời|thường xuyên|có chiều sâu|sâu|đồng đều|rõ|tốt|hiệu quả|quan tâm|đạt|đáp ứng|nghiêm|chặt|đồng bộ|cao|phù hợp|tương xứng|mạnh|sát|đầy đủ|bền vững)|còn (?:thấp|khó khăn|hạn chế|chậm|hình thức|lúng túng|bất cập|thiếu|yếu|dàn trải)|chưa có|thiếu (?:tính|sự|chủ động)"
)


def read_findings(text: Aligned, head: Head) -> list[Found]:
    """Clauses that state a failing, from paragraphs that begin with "Tuy nhiên" and the like."""
    result: list[Found] = []
    for match in re.compile(
        r"(?:^|\n)\W*(?:tuy nhiên|bên cạnh (?:những )?(?:kết quả|mặt)|song,|những hạn chế|tồn tại|hạn chế)[^\n]*"
    ).finditer(text.tone):
        start = match.start()
        edges = [
            start,
            *(cut.end() for cut in re.compile(r"[;:] ").finditer(text.tone, start, match.end())),
            match.end(),
        ]
        for a, b in itertools.pairwise(edges):
            if _SHORTCOMING.search(text.tone[a:b]):
                result.append(
                    Found(text.words(a, b).rstrip(" ;."), text.span(a, b), 0.6, "a failing is stated")
                )
    return result[:40]


def _finish(draft: Draft) -> tuple[list[Assignment], list[Assignment]]:
    """Headings that got no task are marked as unsure; nobody's are dropped."""
    done: list[Assignment] = []
    for assignment in draft.done:
        if not assignment.tasks:
            assignment.confidence = min(assignment.confidence, 0.4)
            assignment.reason += "; no task found"
            draft.candidates.append(assignment)
            continue
        done.append(assignment)
    return done, draft.candidates
