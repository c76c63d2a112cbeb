"""Other documents a text names: with numbers anywhere, without numbers where a basis is stated or a title is quoted."""
# ruff: noqa: E501 - patterns stay on one line each, so that they can be read and searched

import re

from kheo.lib import document_numbers
from kheo.lib.aligned_text import Aligned
from kheo.lib.document_numbers import LAW, PARTY, DocumentNumber
from kheo.lib.vietnamese import fold

from . import dates
from .header import TYPE_NAMES, Head
from .shapes import Reference

_TYPES = sorted(TYPE_NAMES, key=len, reverse=True)
_TYPE = "|".join(name.lower() for name in _TYPES)
_BEFORE = re.compile(
    rf"(?<!\w)(?:các |những )?(?P<type>{_TYPE}|văn bản)(?: liên tịch)?(?: số)?\s*:?\s*\(?\"?$"
)
_ISSUER_WORDS = (
    r"(?:thủ tướng chính phủ|chính phủ|quốc hội|ủy ban thường vụ quốc hội|chủ tịch nước|bộ chính trị|ban bí thư|ban chấp hành trung ương|trung ương|bộ trưởng|bộ |ban thường vụ|ban |"
    r"tỉnh ủy|thành ủy|huyện ủy|đảng ủy|ủy ban|ubnd|hđnd|hội đồng|chủ tịch|quân ủy|tổng |tòa án|viện |sở |hội |đoàn |liên đoàn|văn phòng|công an|giám đốc|liên ngành|mặt trận|cục |thanh tra|đại hội|đảng đoàn|khối )"
)
_OF = re.compile(rf"\s*,?\s*(?:của|do)\s+(?={_ISSUER_WORDS})")
# What ends an issuer's name: the title, a verb of the title, the next document, or punctuation.
_ISSUER_END = re.compile(
    rf"(?=\s*(?:[,;.:()\n\"]|\s(?:về|v/v|quy định|ban hành|sửa đổi|hướng dẫn|phê duyệt|triển khai|thực hiện|tổ chức thực hiện|tăng cường|đẩy mạnh|phát động|phân bổ|bổ sung|công bố|kiện toàn|thành lập|"
    rf"trên địa bàn|giai đoạn|khóa [ivx]+|(?:và|với) (?:{_TYPE})|phù hợp|trong|nhằm|tại|ký|là|đã|có|gửi|đến|cho|theo)\s))"
)
_TITLE_START = re.compile(
    r"\s*[,:]?\s*(?:\(?khóa [ivx]+\)?\s*)?(?=\"|(?:về việc|về|v/v|quy định|ban hành|sửa đổi|hướng dẫn|phê duyệt|triển khai|thực hiện|tổ chức thực hiện|tăng cường|đẩy mạnh|phát động|phân bổ|bổ sung|công bố|tổng kết|kiện toàn|nâng cao|đổi mới|tiếp tục|phân công|thành lập)\s)"
)
_BASIS = re.compile(r"^(?:căn cứ|thực hiện|thi hành|triển khai thực hiện|tiếp tục thực hiện|xét|theo)\b")


def read_references(text: Aligned, head: Head) -> list[Reference]:
    """All references, one per document: a document named twice is listed once with both places."""
    found: list[Reference] = []
    own_key = head.own.key if head.own else ""
    numbers = document_numbers.find_all(text)
    located = [(text.locate(a), text.locate(b), number) for a, b, number in numbers]
    for index, (start, end, number) in enumerate(located):
        next_at = located[index + 1][0] if index + 1 < len(located) else len(text)
        if head.number.span and text.span(start, end)[0] == head.number.span[0]:
            continue
        reference = _numbered(text, start, end, next_at, number, located, index)
        same_own = own_key and number.key == own_key
        if same_own and (
            reference.issued_on in (None, head.issued_on.value) and not _other_issuer(reference, head)
        ):
            continue
        if _in_recipients(text, start):
            continue
        _add(found, reference)
    _add_glued_laws(text, found)
    for reference in _unnumbered(text, head, found):
        if not any(_overlap(reference.span, other.span) for other in found):
            found.append(reference)
    return sorted(found, key=lambda reference: reference.span[0])


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _in_recipients(text: Aligned, position: int) -> bool:
    line_start = text.plain.rfind("\n", 0, position) + 1
    return bool(re.match(r"\W*nơi nhận", text.tone[line_start : line_start + 12]))


def _other_issuer(reference: Reference, head: Head) -> bool:
    if not reference.issuer or not head.issuer.value:
        return False
    one, other = fold(reference.issuer), fold(head.issuer.value)
    return not (one in other or other in one or set(one.split()) & {"ubnd", "tinh"})


def _numbered(
    text: Aligned, start: int, end: int, next_at: int, number: DocumentNumber, located: list, index: int
) -> Reference:
    line_end = text.plain.find("\n\n", end)
    limit = min(end + 700, len(text) if line_end < 0 else line_end)
    doc_type, type_at = _type_before(text, start, number, located, index)
    position = end
    issued_on = None
    # ", ngày 1/4/2014" or "ngày 30 tháng 6 năm 2022"; a bracket "(ngày …)" as well.
    if match := re.compile(r"\s*[,(]?\s*(?:ban hành )?(?:ký )?ngày\s*(?:\(?)").match(text.tone, position):
        day = dates.FULL_DATE.match(text.tone, match.end())
        if day and (value := dates.to_date(day)):
            issued_on = value.isoformat()
            position = day.end()
            if text.plain[position : position + 1] == ")":
                position += 1
        elif day:
            position = day.end()
    issuer, after = _issuer_after(text, position, min(limit, max(next_at, position)))
    if issuer:
        position = after
    elif not issued_on:
        # A date after the issuer or none; "Nghị quyết số 12-NQ/TW của …" was tried above.
        pass
    if issued_on is None and (match := re.compile(r"\s*,?\s*ngày\s*").match(text.tone, position)):
        day = dates.FULL_DATE.match(text.tone, match.end())
        if day and (value := dates.to_date(day)):
            issued_on = value.isoformat()
            position = day.end()
            if not issuer:
                issuer, after = _issuer_after(text, position, min(limit, max(next_at, position)))
                position = after if issuer else position
    title, title_end = _title_after(text, position, limit)
    if (
        not issuer
        and number.issuer_names
        and len(number.issuers) == 1
        and number.issuer_names[0] in ("Thủ tướng Chính phủ", "Chính phủ")
    ):
        issuer = number.issuer_names[0]
    confidence = min(0.97, number.confidence) if doc_type else min(0.85, number.confidence)
    written_end = position if issued_on else end
    return Reference(
        number=number.canonical, printed=number.raw, doc_type=doc_type or (number.types[0] if len(number.types) == 1 else None),
        issuer=issuer, issued_on=issued_on, title=title, relation=_relation(text, type_at),
        written=text.words(type_at, end if not issued_on else _date_end(text, end, position)), span=text.span(type_at, max(end, title_end if title and title_end - type_at < 600 else written_end)),
        confidence=confidence, reason=number.reason or "a number of a known form",
    )  # fmt: skip


def _date_end(text: Aligned, end: int, position: int) -> int:
    days = dates.full_dates(text, end, position + 1)
    return days[0][1] if days else end


def _type_before(
    text: Aligned, start: int, number: DocumentNumber, located: list, index: int
) -> tuple[str | None, int]:
    begin = max(0, start - 60)
    match = _BEFORE.search(text.tone[begin:start])
    if match:
        said = match["type"]
        name = next((name for name in TYPE_NAMES if name.lower() == said), None)
        if name == "Công văn" and len(number.types) == 1 and number.type_code != "CV":
            name = number.types[0]  # "Công văn số 12/TTr-SNV": the number knows better
        return name, begin + match.start("type")
    # "các Quyết định số 12/QĐ-UBND, 13/QĐ-UBND và 14/QĐ-UBND": the type said before the first.
    if index and number.type_code:
        before_start, before_end, before = located[index - 1]
        between = text.tone[before_end:start]
        if len(between) < 120 and before.type_code == number.type_code and not re.search(r"[.;\n]", between):
            name, _ = _type_before(text, before_start, before, located, index - 1)
            return name, start
    # "Luật … số 06/2022/QH15": the type stands before the title.
    line = text.tone[max(0, start - 160) : start]
    if number.family == LAW and (match := re.search(r"(luật|pháp lệnh|nghị quyết)[^.;\n]*$", line)):
        return match[1].capitalize(), max(0, start - 160) + match.start()
    so = re.search(r"số\s*:?\s*$", text.tone[max(0, start - 8) : start])
    at = max(0, start - 8) + so.start() if so else start
    if number.family == PARTY and len(number.types) > 1:
        return None, at
    return number.types[0] if len(number.types) == 1 else None, at


def _issuer_after(text: Aligned, position: int, limit: int) -> tuple[str | None, int]:
    match = _OF.match(text.tone, position)
    if not match or match.end() >= limit:
        return None, position
    begin = match.end()
    stop = _ISSUER_END.search(text.tone, begin, min(limit, begin + 160))
    end = stop.start() if stop else min(limit, begin + 100)
    # "Bộ trưởng Bộ Lao động - Thương binh và Xã hội", "Bộ Văn hóa, Thể thao và Du lịch": commas inside known names.
    if text.plain[end : end + 2] == ", " and (
        inner := re.match(
            r", (?:thể thao và du lịch|thương binh và xã hội|thể thao)", text.tone[end : end + 40]
        )
    ):
        rest_end = end + inner.end()
        stop = _ISSUER_END.search(text.tone, rest_end, min(limit, rest_end + 100))
        end = stop.start() if stop else rest_end
    value = text.words(begin, end)
    return (value, end) if value else (None, position)


def _title_after(text: Aligned, position: int, limit: int) -> tuple[str | None, int]:
    match = _TITLE_START.match(text.tone, position, limit)
    if not match:
        return None, position
    begin = match.end()
    if match := re.compile(r"(?:về việc |về |v/v )?\"([^\"\n]{3,400})\"").match(text.plain, begin):
        return text.words(match.start(1), match.end(1)), match.end()
    if text.plain[begin : begin + 1] == '"':
        stop = text.plain.find("\n", begin)
        end = min(limit, stop if stop > 0 else limit)
        return text.words(begin + 1, end).strip('“”"'), end
    depth = 0
    end = begin
    while end < limit:
        char = text.plain[end]
        if char == "(":
            depth += 1
        elif char == ")":
            if depth == 0:
                break
            depth -= 1
        elif (
            depth == 0
            and (char in ";\n" or (char == "." and text.plain[end + 1 : end + 2] in ("", " ", "\n", "/")))
        ) or (
            depth == 0
            and char == ","
            and re.match(
                rf", (?:ban (?!hành|đầu)|ubnd|ủy ban|hđnd|hội đồng|sở |đảm bảo|bảo đảm|xây dựng|phù hợp|góp phần|đã |cả hệ|{_TYPE}\b)",
                text.tone[end : end + 24],
            )
        ):
            break
        end += 1
    value = text.words(begin, end)
    value = re.sub(r"^(?:về việc|v/v|về)\s+", "", value) if len(value) > 12 else value
    return (value or None), end


def _relation(text: Aligned, position: int) -> str:
    line = text.plain.rfind("\n", 0, position) + 1
    before = text.tone[max(line, position - 120) : position]
    whole = text.tone[line:position]
    if re.search(r"(?:thay thế|bãi bỏ|hủy bỏ)[^.]{0,100}$", before):
        return "replaced"
    if re.search(r"(?:sửa đổi|bổ sung|điều chỉnh)[^.;]{0,100}$", before):
        return "amended"
    if re.search(r"(?:kèm theo|đính kèm) ?$", before):
        return "attached_to"
    if re.match(r"\W*căn cứ", whole):
        return "basis"
    if re.search(r"(?:theo đề nghị|tờ trình)[^.;]{0,80}$", before):
        return "proposal"
    if re.search(r"(?:tổng kết|sơ kết|qua \d+ năm|năm thực hiện)[^.;]{0,60}$", before):
        return "reviewed"
    if re.search(r"(?:thực hiện|triển khai|thi hành|quán triệt|cụ thể hóa)[^.;]{0,100}$", before):
        return "to_be_implemented"
    if re.search(r"theo [^.;]{0,30}$", before):
        return "according_to"
    return "mentioned"


def _add(found: list[Reference], reference: Reference) -> None:
    """Adds a reference, or the place of it to the same document already listed."""
    for other in found:
        if document_numbers.key(other.number or "") != document_numbers.key(reference.number or ""):
            continue
        if other.issued_on and reference.issued_on and other.issued_on != reference.issued_on:
            if other.issuer and reference.issuer and fold(other.issuer) == fold(reference.issuer):
                other.reason += f"; elsewhere dated {reference.issued_on}"
            else:
                continue
        other.further_spans.append(reference.span)
        other.issued_on = other.issued_on or reference.issued_on
        other.issuer = other.issuer or reference.issuer
        other.title = other.title or reference.title
        other.doc_type = other.doc_type or reference.doc_type
        other.confidence = max(other.confidence, reference.confidence)
        return
    found.append(reference)


def _add_glued_laws(text: Aligned, found: list[Reference]) -> None:
    """ "Luật Thi đua, khen thưởng số 06/2022/QH15": the title of a law stands before its number."""
    for reference in found:
        if reference.title or not reference.number or "/QH" not in reference.number:
            continue
        start = text.locate(reference.span[0])
        match = re.compile(r"((?:Luật|Pháp lệnh|Bộ luật) [^.;\n]{3,120}?) số").match(text.plain, start)
        if match:
            reference.title = text.words(match.start(1), match.end(1))


_LAW_BASIS = re.compile(
    r"(?P<type>Luật|Bộ luật|Pháp lệnh|Hiến pháp|Điều lệ)(?P<title> (?!số)[^;\n]{2,220}?)(?=;|\n|\.?$|\.\n|/|, Luật số| số \d| được | ngày \d| năm \d{4}|, Nghị|, căn cứ)"
)
_QUOTED_GENERAL = re.compile(
    rf"(?P<type>(?:{_TYPE})(?:(?:,| và) (?:{_TYPE}|chỉ đạo))*) của (?P<issuer>[^.;\n\"]{{5,160}}?) về \"(?P<title>[^\"\n]{{10,300}})\""
)
_CONGRESS = re.compile(
    r"(?P<type>nghị quyết) (?P<issuer>đại hội (?:đại biểu )?(?:(?:toàn quốc|đảng bộ)[^.,;\n]{0,90}?)?(?:lần thứ [ivxlc]+)(?:(?: của đảng|,? ?nhiệm kỳ \d{4} ?- ?\d{4}))?)"
)


def _unnumbered(text: Aligned, head: Head, found: list[Reference]) -> list[Reference]:
    result: list[Reference] = []
    # Laws among the bases: "Căn cứ Luật … ngày …;".
    for line in re.compile(r"[^\n]+").finditer(text.plain):
        if not re.match(r"\W*căn cứ", text.tone[line.start() : line.start() + 14]):
            continue
        for match in _LAW_BASIS.finditer(text.plain, line.start(), line.end()):
            start, end = match.span()
            if re.search(
                r"(?:của|một số điều|hướng dẫn|quy định chi tiết|thi hành)[^;]{0,60}$",
                text.tone[max(line.start(), start - 60) : start],
            ):
                continue
            if re.compile(r"\s*số \d").match(text.plain, end):
                continue
            title = text.words(start, end)
            issued_on = None
            if day := re.compile(r"[ ,]*(?:năm \d{4} )?ngày ").match(text.tone, end):
                full = dates.FULL_DATE.match(text.tone, day.end())
                if full and (value := dates.to_date(full)):
                    issued_on, end = value.isoformat(), full.end()
            result.append(
                Reference(
                    None,
                    None,
                    match["type"],
                    "Quốc hội" if match["type"] != "Điều lệ" else None,
                    issued_on,
                    title,
                    "basis",
                    text.words(start, end),
                    text.span(start, end),
                    0.75,
                    "a law among the bases, without number",
                )
            )
        result.extend(_basis_items(text, line.start(), line.end(), found))
    for match in _QUOTED_GENERAL.finditer(text.tone):
        result.append(
            Reference(
                None,
                None,
                text.words(*match.span("type")),
                text.words(*match.span("issuer")),
                None,
                text.words(*match.span("title")),
                _relation(text, match.start()),
                text.words(match.start(), match.end("issuer")),
                text.span(*match.span()),
                0.65,
                "a quoted title without number",
            )
        )
    seen: set[str] = set()
    for match in _CONGRESS.finditer(text.tone):
        name = fold(text.words(*match.span("issuer")))
        if name in seen or not re.search(r"đảng bộ|toàn quốc", match[0]):
            continue
        seen.add(name)
        result.append(
            Reference(
                None,
                None,
                "Nghị quyết",
                text.words(*match.span("issuer")),
                None,
                None,
                _relation(text, match.start()),
                text.words(*match.span()),
                text.span(*match.span()),
                0.62 if "đảng bộ" in match[0] else 0.5,
                "a congress's resolution has no number in prose",
            )
        )
    kept: list[Reference] = []
    for reference in sorted(result, key=lambda r: (r.span[0], -r.span[1])):
        if not any(_overlap(reference.span, other.span) for other in kept):
            kept.append(reference)
    return kept


def _basis_items(text: Aligned, start: int, end: int, found: list[Reference]) -> list[Reference]:
    """ "Căn cứ Kế hoạch của Tỉnh ủy về …;" — a document named in a basis without its number."""
    result = []
    for match in re.compile(
        rf"căn cứ (?P<type>{_TYPE}) (?P<rest>(?:của|ngày|về|năm) [^;\n]{{5,400}})"
    ).finditer(text.tone, start, end):
        at = match.start("type")
        stop = match.end()
        number_at = re.search(r"\d+\s*[-/]", text.plain[at:stop])
        if number_at and document_numbers.find_all(text.plain[at:stop]):
            continue
        name = next((name for name in TYPE_NAMES if name.lower() == match["type"]), match["type"])
        if name in ("Luật", "Pháp lệnh", "Điều lệ"):
            continue
        issuer, after = _issuer_after(text, match.end("type"), stop)
        title, _ = _title_after(text, after, stop)
        days = dates.full_dates(text, at, min(stop, at + 120))
        result.append(
            Reference(
                None,
                None,
                name,
                issuer,
                days[0][2].isoformat() if days else None,
                title,
                "basis",
                text.words(at, min(stop, at + 160)),
                text.span(at, stop),
                0.62,
                "a basis without number",
            )
        )
    return result
