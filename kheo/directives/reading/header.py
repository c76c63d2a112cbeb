"""The head of a document: number, type, issuer, place and date, title, marks; and what kind of text this is."""
# ruff: noqa: E501 - patterns stay on one line each, so that they can be read and searched

import re
from dataclasses import dataclass, field
from datetime import date

from kheo.lib import document_numbers
from kheo.lib.aligned_text import Aligned
from kheo.lib.document_numbers import DocumentNumber
from kheo.lib.vietnamese import fold

from . import dates
from .blocks import lines_of
from .shapes import Found

TYPE_NAMES = (
    "Thông báo kết luận", "Chương trình hành động", "Chương trình phối hợp", "Kế hoạch liên tịch", "Kế hoạch phối hợp", "Hướng dẫn liên tịch",
    "Hướng dẫn liên ngành", "Quy chế phối hợp", "Nghị quyết liên tịch", "Thông tư liên tịch", "Nghị quyết", "Quyết định", "Quy định",
    "Chỉ thị", "Kết luận", "Quy chế", "Thông tri", "Thông cáo", "Thông báo", "Hướng dẫn", "Chương trình", "Kế hoạch", "Phương án", "Đề án",
    "Dự án", "Báo cáo", "Biên bản", "Tờ trình", "Công văn", "Công điện", "Nghị định", "Thông tư", "Giấy mời", "Thể lệ", "Thư ngỏ", "Lời kêu gọi", "Đề cương", "Điều lệ",
    "Luật", "Pháp lệnh",
)  # fmt: skip
_TYPE_LINE = re.compile("^(?:" + "|".join(fold(name).upper() for name in TYPE_NAMES) + r")(?=$|[\s:.])")
_TYPE_WORDS = "|".join(sorted((name.lower() for name in TYPE_NAMES), key=len, reverse=True))

_MOTTO = re.compile(
    r"cong hoa xa hoi chu nghia|doc lap ?-? ?tu do|dang cong san viet nam$|^dang cong san viet nam"
)
_NUMBER_LINE = re.compile(r"^(?:S[ốỐổỔồỒóÓòÒoOôÔ]|s[ốổồóòoô])\s*:?\s*(?=[\d./…_ -]*[-/])", re.I)
_PLACE_DATE = re.compile(
    r"(?P<place>[A-ZĐÂĂÊÔƠƯÀ-Ỹ][\w .'-]{1,40}?)\s*,\s*ngày\s*(?P<d>\d{1,2}|[.…_ ]{1,12})\s*tháng\s*(?P<m>\d{1,2}|[.…_ ]{1,12})\s*năm\s*(?P<y>\d{4}|[\d.…_ ]{1,12})"
)
_BODY_IN_LINE = re.compile(
    r"[ *_-]+(?=(?:Căn cứ|Thực hiện (?:Nghị|Chỉ|Kế|Kết|Quyết|Công|Hướng|Thông|Chương)|Để |Nhằm |Thời gian qua|Trong (?:thời gian|những năm)|Những năm|Theo (?:đề nghị|dự báo)|Ngày \d|Qua \d|Sau (?:khi|\d)|Hiện nay|Năm \d{4},|CHỦ TỊCH ỦY BAN|ỦY BAN NHÂN DÂN [A-ZĐ ]+ Căn))"
)
_POINT = re.compile(r"(?:[IVX]+|\d{1,2}(?:\.\d{1,2})*|[a-zđ])\s?[.)/-]\s|[-+]\s")
_PREAMBLE = re.compile(
    r"^(?:căn cứ|thực hiện|để |nhằm|xét |theo |kính gửi|kính trình|sau khi|ngày |thời gian qua|trong thời gian|trong những|qua |tiếp tục thực hiện|triển khai thực hiện (?!chỉ thị số.*năm \d{4}$)|"
    r"vừa qua|hiện nay|trên cơ sở|i\.|1\.|a\.|điều 1|chương i|phần|-|thi hành|hưởng ứng|năm \d{4},|quyết định:|nghị quyết:|quyết nghị:|tại )"
)
_ORG_START = re.compile(
    r"^(?:uy ban|ubnd|hoi dong|tinh uy|thanh uy|huyen uy|dang uy|dang bo|ban |bo |so |mat tran|ub ?mttq|hoi |doan |tinh doan|lien doan|cong doan|cong an|van phong|phong |truong |trung tam|ban chap hanh|chi bo|khoi |cuc |chi cuc|tong |thu tuong|chinh phu|quoc hoi|tinh |thanh pho|xa |phuong |dac khu|huyen |bch |bcd |uy ban)"
)


@dataclass
class Head:
    """What the head of a text says, and where the body begins (in the aligned text)."""

    number: Found
    doc_type: Found
    issuer: Found
    issued_on: Found
    place: Found
    title: Found
    text_kind: Found
    body_at: int = 0
    own: DocumentNumber | None = None
    addressees_at: int | None = None
    marks: dict[str, Found] = field(default_factory=dict)


def _none(reason: str) -> Found:
    return Found(None, None, 0.0, reason)


def read_head(text: Aligned) -> Head:
    """Reads the head of an official text; of a news report, what the report says about the document."""
    lines = lines_of(text)
    lines = [
        line
        for line in lines
        if not re.match(r"(?:URL|Nguồn|Source)\s*:|https?://", text.plain[line[0] : line[1]])
    ]
    if not lines:
        empty = _none("the text is empty")
        return Head(empty, empty, empty, empty, empty, empty, empty)
    number_line = _number_line(text, lines)
    type_line = _type_line(text, lines, number_line)
    if number_line is None and type_line is None:
        return _reported(text, lines)
    return _official(text, lines, number_line, type_line)


def _number_line(text: Aligned, lines: list[tuple[int, int]]) -> int | None:
    for index, (start, end) in enumerate(lines[:30]):
        plain = text.plain[start:end]
        # "Số: …" may stand in one line with the letterhead or with the date.
        found = re.search(
            r"(?:^|\s{2,}|\|\s*|(?<=NAM )|(?<=phúc )|[A-ZĐỦỤ] )S[ốỐổỔồỒóÓòÒoOôÔ]\s*:?\s*(?=[\d.…_ ]*\s?[-/]\s?[A-ZĐ]|\d)",
            plain,
        )
        if found and (
            document_numbers.find_all(plain[found.start() :][:60])
            or _NUMBER_LINE.match(plain[found.start() :].strip(" |"))
        ):
            return index
        if _PREAMBLE.match(text.tone[start:end]) and index > 4:
            break
    # A number alone in its line, without the word.
    for index, (start, end) in enumerate(lines[:14]):
        plain = text.plain[start:end]
        numbers = document_numbers.find_all(plain)
        if numbers and numbers[0][0] <= 2 and (end - start) < 40:
            return index
    return None


def _type_line(text: Aligned, lines: list[tuple[int, int]], number_line: int | None) -> int | None:
    for index, (start, end) in enumerate(lines[:40]):
        upper = fold(text.plain[start:end]).upper()
        printed = text.plain[start:end]
        match = _TYPE_LINE.match(upper)
        if match and text.tone.startswith("phường", start):
            match = None  # without accents PHƯỜNG AN HẢI begins like PHƯƠNG ÁN
        if not match:
            if number_line is not None and index > number_line + 12:
                break
            continue
        word = printed[: len(match[0])]
        if word.isupper() or (len(printed) <= len(match[0]) + 1 and number_line is not None):
            if number_line is None and not (_letterhead_before(text, lines, index)):
                continue
            return index
    return None


def _letterhead_before(text: Aligned, lines: list[tuple[int, int]], index: int) -> bool:
    """Without a number, a type in capitals is a document's only under a letterhead or when it stands alone first."""
    start, end = lines[index]
    if index <= 1 and (end - start) < 60:
        return True
    return any(
        text.plain[a:b].isupper() and (_ORG_START.match(text.fold[a:b]) or _MOTTO.search(text.fold[a:b]))
        for a, b in lines[:index]
    )


def _official(
    text: Aligned, lines: list[tuple[int, int]], number_line: int | None, type_line: int | None
) -> Head:
    number, own = _own_number(text, lines, number_line, type_line)
    place, issued_on, date_line = _place_and_date(text, lines)
    doc_type = _doc_type(text, lines, type_line, own)
    title, body_at = _title(text, lines, number_line, type_line, date_line, doc_type)
    issuer = _issuer(text, lines, number_line, type_line, own)
    kind = Found("full_official_text", (0, 0), 0.9, "it has a number or a type under a letterhead")
    kind.span = None
    if number.value is None and issued_on.value is None:
        kind = Found("official_text_without_head", None, 0.5, "neither number nor date in the head")
    return Head(number, doc_type, issuer, issued_on, place, title, kind, body_at, own)


def _own_number(
    text: Aligned, lines: list[tuple[int, int]], number_line: int | None, type_line: int | None
) -> tuple[Found, DocumentNumber | None]:
    if number_line is None:
        return _none("no line with a number in the head"), None
    start, end = lines[number_line]
    so = re.search(r"(?:^|\s|\|)(S[ốỐổỔồỒóÓòÒoOôÔ]\s*:?\s*)(?=[\d./…_-]|\s)", text.plain[start:end])
    at = start + (so.start(1) if so else 0)
    stretch = Aligned(text.plain[at : min(end, at + 90)])
    numbers = document_numbers.find_all(stretch)
    if numbers:
        a, b, number = numbers[0]
        span = text.span(at + a, at + b)
        return Found(
            number.canonical, span, min(0.99, number.confidence), number.reason or "after “Số” in the head"
        ), number
    number = document_numbers.parse(text.plain[at:end])
    if number.number is None and number.type_code:
        return Found(None, text.span(at, end), 0.3, f"a draft: {number.canonical} without a number"), number
    if number.number:
        return Found(number.canonical, text.span(at, end), min(0.5, number.confidence), number.reason), number
    # "Số: 15/UBND" and other forms outside the grammar are kept as printed.
    match = re.search(r"\d{1,5}[a-zđ]?\s?[-/]\s?[\w&./-]{2,20}", text.plain[at:end])
    if match:
        number = document_numbers.parse("Số: " + match[0])
        return Found(
            re.sub(r"\s+", "", match[0]),
            text.span(at + match.start(), at + match.end()),
            0.4,
            "outside the known forms",
        ), number
    return _none("the number could not be read"), None


def _place_and_date(text: Aligned, lines: list[tuple[int, int]]) -> tuple[Found, Found, int | None]:
    for index, (start, end) in enumerate(lines[:30]):
        match = _PLACE_DATE.search(text.plain, start, end)
        if not match:
            continue
        name = match["place"].strip()
        name = re.sub(r"^.*?(?:Hạnh phúc|NAM|\d[\w/-]*|(?:[A-ZĐ]{2,}[\w&-]*)) +(?=[A-ZĐ][a-zà-ỹ])", "", name)
        at = (
            match.start("place") + match["place"].rstrip().rfind(name)
            if name in match["place"]
            else match.start("place")
        )
        place = Found(name, text.span(at, at + len(name)), 0.95, "before the date in the head")
        span = text.span(match.start("d") - 5, match.end("y"))
        try:
            day = date(int(match["y"]), int(match["m"]), int(match["d"]))
        except ValueError:
            return (
                place,
                Found(None, text.span(match.start("d"), match.end("y")), 0.3, "the date has blanks"),
                index,
            )
        span = text.span(text.tone.rfind("ngày", 0, match.start("d") + 1), match.end("y"))
        return place, Found(day.isoformat(), span, 0.95, "in the head"), index
    for index, (start, end) in enumerate(lines[:20]):
        if index > 1 and (_PREAMBLE.match(text.tone[start:end]) or _POINT.match(text.plain[start:end])):
            break  # the head is over; a date further on is a deadline or another document's
        match = re.search(r"ngày\s*(?=\d)", text.tone[start:end])
        if (
            match
            and (days := dates.full_dates(text, start, end))
            and (end - start) < 80
            and not re.search(r"\d[-/][A-ZĐ]", text.plain[start:end])
        ):
            return (
                _none("no place in the head"),
                Found(
                    days[0][2].isoformat(), text.span(*days[0][:2]), 0.7, "a date in the head without a place"
                ),
                index,
            )
    return _none("no place in the head"), _none("no date in the head"), None


def _doc_type(
    text: Aligned, lines: list[tuple[int, int]], type_line: int | None, own: DocumentNumber | None
) -> Found:
    if type_line is not None:
        start, end = lines[type_line]
        match = _TYPE_LINE.match(fold(text.plain[start:end]).upper())
        if match:
            name = next(name for name in TYPE_NAMES if fold(name).upper() == match[0])
            sure = (
                0.97
                if not own
                or not own.types
                or any(fold(t) in fold(name) or fold(name) in fold(t) for t in own.types)
                else 0.7
            )
            return Found(
                name,
                text.span(start, start + len(match[0])),
                sure,
                "printed as heading"
                if sure > 0.9
                else "printed as heading, but the number says " + "/".join(own.types if own else ()),
            )
    for start, end in lines[:25]:
        if match := re.match(r"\W*v ?/ ?v\b", text.tone[start:end]):
            return Found("Công văn", text.span(start, start + match.end()), 0.9, "“V/v” stands for a letter")
    if own and own.types:
        sure = 0.85 if len(own.types) == 1 else 0.5
        return Found(own.types[0], None, sure, "from the number's abbreviation; no heading names it")
    for start, _ in lines[:25]:
        if text.tone.startswith("kính gửi", start):
            return Found("Công văn", text.span(start, start + 8), 0.6, "“Kính gửi” and no type")
    return _none("no type printed")


def _title(
    text: Aligned,
    lines: list[tuple[int, int]],
    number_line: int | None,
    type_line: int | None,
    date_line: int | None,
    doc_type: Found,
) -> tuple[Found, int]:
    """The title and where the body begins."""
    after_head = max(i for i in (number_line, type_line, date_line, 0) if i is not None) + 1
    if type_line is not None:
        start, end = lines[type_line]
        match = _TYPE_LINE.match(fold(text.plain[start:end]).upper())
        begin = start + (len(match[0]) if match else 0)
        while begin < end and text.plain[begin] in " :.-":
            begin += 1
        stop = end
        index = type_line + 1
        if begin >= end:
            while index < len(lines) and _not_title(text, lines[index]):
                index += 1
            if index >= len(lines) or (
                not _plain_title(text, lines[index])
                and _PREAMBLE.match(text.tone[lines[index][0] : lines[index][1]])
                and not text.plain[lines[index][0] : lines[index][1]].isupper()
            ):
                return _none("no title under the type"), lines[index][0] if index < len(lines) else len(text)
            if _OF_ISSUER.fullmatch(text.tone, *lines[index]) and index + 1 < len(lines):
                index += 1
            begin, stop = lines[index]
            index += 1
        while index < len(lines):
            a, b = lines[index]
            line, tone = text.plain[a:b], text.tone[a:b]
            shouting = line.isupper()
            if (
                # Party documents close the title with a row of hyphens.
                re.search(r"\n[ *_–—-]{2,}\n", text.plain[stop:a])
                or _not_title(text, (a, b))
                or (_PREAMBLE.match(tone) and not shouting)
                or re.match(r"(?:I|1)\s?[.)/]\s", line)
            ):
                break
            if text.plain[begin:stop].isupper():
                if not shouting or (
                    (b - a) < 60
                    and _is_issuer_line(text, lines, (a, b))
                    and not re.search(r"(?:của|và|với|do|,)$", text.tone[begin:stop])
                    and (_ORG_START.match(text.fold[a:b]) or text.fold.startswith("chu tich", a))
                ):
                    break
            elif (
                shouting
                or not (line[:1].islower() or line[:1] in "“\"'(" or text.plain[stop - 1] in ",-")
                or text.plain[stop - 1] == "."
            ):
                break
            stop = b
            index += 1
            if stop - begin > 900:
                break
        body_at = lines[index][0] if index < len(lines) else len(text)
        if stop - begin > 220 and (cut := _BODY_IN_LINE.search(text.plain, begin + 12, stop)):
            # A copy without line breaks: the body runs on in the title's line.
            value = _tidy_title(text, begin, cut.start())
            return Found(value, text.span(begin, cut.start()), 0.7, "under the type"), cut.end()
        value = _tidy_title(text, begin, stop)
        return Found(value, text.span(begin, stop), 0.9, "under the type"), max(
            body_at, lines[min(after_head, len(lines) - 1)][0] if date_line and date_line > index else body_at
        )
    # A letter: "V/v …" under the number, over one or more lines.
    for index in range(0, min(25, len(lines))):
        a, b = lines[index]
        match = re.search(r"(?:^|\s|\()v ?/ ?v\.?:? *|^về việc ", text.tone[a:b])
        if not match or text.tone[a:b].startswith("căn cứ"):
            continue
        begin = a + (match.end() if "/" in match[0] else match.start())
        stop = b
        if place := _PLACE_DATE.search(text.plain, begin, stop):
            stop = place.start()
        following = index + 1
        while following < len(lines):
            c, d = lines[following]
            if (
                _PREAMBLE.match(text.tone[c:d])
                or re.match(r"kính|nơi nhận", text.tone[c:d])
                or (d - c) > 90
                or _PLACE_DATE.search(text.plain, c, d)
                or _MOTTO.search(text.fold[c:d])
            ):
                if _PLACE_DATE.search(text.plain, c, d) and following == index + 1:
                    following += 1
                    continue
                break
            if not (
                text.plain[c].islower()
                or text.plain[c] in "“\"'("
                or (following == index + 1 and text.plain[stop - 1] not in ".;:")
            ):
                break
            stop = d
            following += 1
        body_at = lines[following][0] if following < len(lines) else stop
        return Found(_tidy_title(text, begin, stop), text.span(begin, stop), 0.85, "after “V/v”"), body_at
    # A Party letter: the lines between the number and "Kính gửi".
    if number_line is not None:
        for index in range(number_line + 1, min(number_line + 10, len(lines))):
            if re.match(r"kính (?:gửi|trình)", text.tone[lines[index][0] : lines[index][1]]):
                inner = [
                    line
                    for i, line in enumerate(lines[number_line + 1 : index], number_line + 1)
                    if i != date_line and not _not_title(text, line)
                ]
                if inner:
                    begin, stop = inner[0][0], inner[-1][1]
                    return Found(
                        _tidy_title(text, begin, stop),
                        text.span(begin, stop),
                        0.6,
                        "between the number and “Kính gửi”",
                    ), lines[index][0]
                return _none("a letter without a summary line"), lines[index][0]
    return _none("no title found"), lines[min(after_head, len(lines) - 1)][0]


def _plain_title(text: Aligned, line: tuple[int, int]) -> bool:
    """A first line under the type that looks like a preamble but is short and stops without a stop: a title."""
    a, b = line
    tone = text.tone[a:b]
    return (
        b - a < 260
        and bool(re.match(r"(?:triển khai|thực hiện|tiếp tục|hưởng ứng|tại|năm|trong)", tone))
        and not re.search(r"[.:;,]$", tone)
        and not re.search(r"như sau|ban hành kế hoạch|xây dựng kế hoạch", tone)
    )


def _not_title(text: Aligned, line: tuple[int, int]) -> bool:
    a, b = line
    return bool(
        _MOTTO.search(text.fold[a:b])
        or _PLACE_DATE.search(text.plain, a, b)
        or (_NUMBER_LINE.match(text.plain[a:b]) and document_numbers.find_all(text.plain[a:b]))
    )


def _is_issuer_line(text: Aligned, lines: list[tuple[int, int]], line: tuple[int, int]) -> bool:
    """In decisions the issuer stands once more, in capitals, under the title."""
    said = text.fold[line[0] : line[1]]
    heads = [text.fold[a:b] for a, b in lines[:6]]
    return any(
        said.replace("chu tich ", "") in head or (len(head) > 8 and head in said) for head in heads
    ) or said.startswith(
        ("chu tich", "uy ban nhan dan", "ban thuong vu", "hoi dong nhan dan", "giam doc", "bo truong")
    )


# "CHỈ THỊ / CỦA BAN THƯỜNG VỤ TỈNH ỦY / về …": who issues it stands between the type and the title.
_OF_ISSUER = re.compile(
    r"của (?:ban thường vụ|ban chấp hành|ban bí thư|bộ chính trị|chủ tịch|ủy ban|hội đồng|thủ tướng|tỉnh ủy|thành ủy|đảng ủy|ban thường trực|giám đốc|bộ trưởng)(?:(?! về )[^.;:\n]){0,80}"
)


def _tidy_title(text: Aligned, begin: int, stop: int) -> str:
    if match := _OF_ISSUER.match(text.tone, begin, stop):
        about = re.compile(r"(?<=\s)về(?=\s)").search(text.tone, begin, stop)
        if about and about.start() <= match.end() + 1:
            begin = about.start()
    value = text.words(begin, stop).strip(" *-_")
    if value.isupper():
        value = natural_case(text, value)
    return value


def natural_case(text: Aligned, shouted: str) -> str:
    """A name in capitals as prose writes it, learnt from the rest of the text where it occurs there."""
    words = shouted.split(" ")
    prose: dict[str, str] = {}
    for word in re.findall(r"[^\W\d_]+", text.plain):
        if not word.isupper():
            low = word.lower()
            if word[0].isupper():
                prose.setdefault(low, word)
            else:
                prose[low] = word
    bigrams: dict[str, str] = {}
    for match in re.finditer(r"(?=\b([^\W\d_]+ [^\W\d_]+)\b)", text.plain):
        pair = match[1]
        if not pair.isupper() and (pair.lower() not in bigrams or pair.islower()):
            bigrams[pair.lower()] = pair
    result = []
    for index, word in enumerate(words):
        bare = word.strip("\"“”'’(),.;:")
        if not bare or not any(c.isalpha() for c in bare):
            result.append(word)
            continue
        if ("-" in bare and "/" in bare) or re.fullmatch(r"[IVX]+", bare):
            number = document_numbers.parse(bare)
            result.append(
                word.replace(bare, number.canonical) if number.family != document_numbers.REVIEW else word
            )
            continue
        low = bare.lower()
        next_low = words[index + 1].strip("\"“”'’(),.;:").lower() if index + 1 < len(words) else ""
        previous_low = words[index - 1].strip("\"“”'’(),.;:").lower() if index else ""
        cased = (
            bigrams.get(f"{low} {next_low}", "").split(" ")[0]
            or bigrams.get(f"{previous_low} {low}", " ").split(" ")[-1]
            or prose.get(low)
            or low
        )
        result.append(word.replace(bare, cased))
    value = " ".join(result)
    return value[:1].upper() + value[1:]


_PLACES_LOW = re.compile(
    r"\b(Tỉnh|Thành phố|Thành Phố|Xã|Phường|Huyện|Đặc khu|Đặc Khu|Thị xã|Quận)(?= [A-ZĐÀ-Ỹ])"
)


def _org_case(text: Aligned, shouted: str) -> str:
    """BAN TUYÊN GIÁO VÀ DÂN VẬN → Ban Tuyên giáo và Dân vận: known phrases first, then names of places."""
    low = shouted.lower()
    for phrase, printed in (
        ("ủy ban nhân dân", "Ủy ban nhân dân"), ("uỷ ban nhân dân", "Ủy ban nhân dân"), ("hội đồng nhân dân", "Hội đồng nhân dân"),
        ("ban tuyên giáo và dân vận", "Ban Tuyên giáo và Dân vận"), ("ban tuyên giáo", "Ban Tuyên giáo"), ("ban dân vận", "Ban Dân vận"),
        ("ban tổ chức", "Ban Tổ chức"), ("ban nội chính", "Ban Nội chính"), ("ủy ban kiểm tra", "Ủy ban Kiểm tra"), ("ban thường vụ", "Ban Thường vụ"),
        ("ban thường trực", "Ban Thường trực"), ("ban chấp hành", "Ban Chấp hành"), ("ban chỉ đạo", "Ban Chỉ đạo"), ("mặt trận tổ quốc việt nam", "Mặt trận Tổ quốc Việt Nam"),
        ("mặt trận tổ quốc", "Mặt trận Tổ quốc"), ("ủy ban mặt trận", "Ủy ban Mặt trận"), ("ủy ban mttq", "Ủy ban MTTQ"), ("hội liên hiệp phụ nữ", "Hội Liên hiệp Phụ nữ"),
        ("hội nông dân", "Hội Nông dân"), ("hội cựu chiến binh", "Hội Cựu chiến binh"), ("liên đoàn lao động", "Liên đoàn Lao động"), ("ban xây dựng đảng", "Ban Xây dựng Đảng"),
        ("tỉnh ủy", "Tỉnh ủy"), ("tỉnh uỷ", "Tỉnh ủy"), ("thành ủy", "Thành ủy"), ("huyện ủy", "Huyện ủy"), ("đảng ủy", "Đảng ủy"), ("đảng uỷ", "Đảng ủy"), ("đảng bộ", "Đảng bộ"),
        ("sở nội vụ", "Sở Nội vụ"), ("sở tài chính", "Sở Tài chính"), ("sở tư pháp", "Sở Tư pháp"), ("sở y tế", "Sở Y tế"), ("sở văn hóa, thể thao và du lịch", "Sở Văn hóa, Thể thao và Du lịch"),
        ("sở nông nghiệp và môi trường", "Sở Nông nghiệp và Môi trường"), ("sở giáo dục và đào tạo", "Sở Giáo dục và Đào tạo"), ("sở khoa học và công nghệ", "Sở Khoa học và Công nghệ"),
        ("sở xây dựng", "Sở Xây dựng"), ("sở công thương", "Sở Công Thương"), ("văn phòng", "Văn phòng"), ("công an tỉnh", "Công an tỉnh"), ("khối dân vận", "Khối dân vận"),
        ("ubnd", "UBND"), ("hđnd", "HĐND"), ("mttq", "MTTQ"), ("tnxp", "TNXP"), ("tncs", "TNCS"),
        ("tỉnh đoàn", "Tỉnh đoàn"), ("chủ tịch", "Chủ tịch"), ("thủ tướng chính phủ", "Thủ tướng Chính phủ"), ("trung ương", "Trung ương"), ("ủy ban", "Ủy ban"),
    ):  # fmt: skip
        low = re.sub(rf"(?<!\w){phrase}(?!\w)", printed, low)
    low = re.sub(
        r"(?<!\w)(tỉnh|thành phố|xã|phường|huyện|đặc khu|thị xã|quận|thôn|xóm|Tỉnh ủy|Thành ủy|Đảng ủy|Đảng bộ|Huyện ủy) ((?!ủy|đoàn|lần|tỉnh|xã|phường|các|thành|Ủy|Hội|khối|quân|công an|bộ phận)[^\W\d_]+(?: (?!lần)[^\W\d_]+){0,3})",
        lambda m: m[1] + " " + (m[2] if m[2][0].isupper() else m[2].title()),
        low,
    )
    return low[:1].upper() + low[1:]


def _issuer(
    text: Aligned,
    lines: list[tuple[int, int]],
    number_line: int | None,
    type_line: int | None,
    own: DocumentNumber | None,
) -> Found:
    limit = number_line if number_line is not None else (type_line or 0)
    parts: list[tuple[int, int]] = []
    for start, end in lines[:limit] + ([lines[number_line]] if number_line is not None else []):
        stop = end
        folded = text.fold[start:end]
        if motto := re.search(
            r"(?:^|[\s|])(?:cong hoa xa\b|cong hoa$|hoi chu nghia|chu nghia viet nam|^nghia viet nam|dang cong san viet nam|doc lap ?- ?tu do|^tu do ?-|hanh phuc$)",
            folded,
        ):
            stop = start + motto.start()
        if so := re.search(r"(?:^|\s)S[ốỐ]\s*:?\s*[\d./…_ ]", text.plain[start:stop]):
            stop = start + so.start()
        if place := _PLACE_DATE.search(text.plain, start, stop):
            stop = place.start()
        while stop > start and text.plain[stop - 1] in " |*_-":
            stop -= 1
        begin = start
        while begin < stop and text.plain[begin] in " |*_-":
            begin += 1
        if (
            stop - begin >= 2
            and (text.plain[begin:stop].isupper() or _ORG_START.match(text.fold[begin:stop]))
            and not re.match(
                r"(?:hoa toc|thuong khan|khan|luu hanh|du thao|mat(?! tran))\b", text.fold[begin:stop]
            )
        ):
            parts.append((begin, stop))
    if not parts:
        if own and own.issuer_names:
            return Found(own.issuer_names[0], None, 0.5, "from the number's abbreviation only")
        return _none("no letterhead")
    span = text.span(parts[0][0], parts[-1][1])
    joined = " ".join(text.plain[a:b] for a, b in parts)
    joined = re.sub(r"\s+", " ", joined).strip()
    name, confidence, reason = _name_issuer(text, joined, own)
    return Found(name, span, confidence, reason)


def _name_issuer(text: Aligned, letterhead: str, own: DocumentNumber | None) -> tuple[str, float, str]:
    folded = fold(letterhead)
    place = ""
    if match := re.search(
        r"(?:ĐẢNG BỘ|TỈNH|THÀNH PHỐ|XÃ|PHƯỜNG|ĐẶC KHU|HUYỆN|ỦY|UỶ) ((?!ỦY|UỶ|NHÂN|TỈNH|THÀNH|XÃ|PHƯỜNG|BAN|MẶT|LẦN|ĐOÀN|KIỂM|CÁC)[A-ZĐÀ-Ỹ]+(?: (?!BAN|ỦY|UỶ|VĂN|MẶT|HỘI|LẦN|ĐẢNG|TỔ|SỞ|CÔNG AN|THƯỜNG|VIỆT)[A-ZĐÀ-Ỹ]+){0,3})",
        letterhead,
    ):
        place = match[1].title()
    # A Party board under its committee: the committee's line stands above.
    board = re.search(
        r"(ban tuyen giao va dan van|ban tuyen giao|ban dan van|ban to chuc|ban noi chinh|uy ban kiem tra|van phong|ban xay dung dang|ban chi dao .+|khoi dan van)\s*$",
        folded,
    )
    if board and re.search(
        r"tinh uy|thanh uy|huyen uy|dang uy|dang bo|ban chap hanh trung uong", folded[: board.start()]
    ):
        said = letterhead[len(letterhead) - (len(folded) - board.start()) :]
        name = _org_case(text, said.strip())
        above = folded[: board.start()]
        if "trung uong" in above and "truc thuoc" not in above:
            return f"{name} Trung ương", 0.9, "the letterhead, board under the Central Committee"
        committee = next(
            (
                word
                for word, sign in (
                    ("Tỉnh ủy", "tinh uy"),
                    ("Thành ủy", "thanh uy"),
                    ("Huyện ủy", "huyen uy"),
                    ("Đảng ủy", "dang uy"),
                )
                if sign in above
            ),
            "",
        )
        if not committee:
            committee = "Tỉnh ủy" if "tinh" in above else "Thành ủy" if "thanh pho" in above else "Đảng ủy"
        upper = letterhead[: len(letterhead) - len(said)].strip()
        upper_name = re.sub(r"^Đảng bộ (?:tỉnh|thành phố|xã|phường) ", "", _org_case(text, upper))
        place = place or re.sub(r"^(?:Tỉnh ủy|Thành ủy|Huyện ủy|Đảng ủy) ?", "", upper_name)
        if committee == "Đảng ủy":
            whole = re.search(r"(ĐẢNG [ỦU][YỶ].*)$", upper)
            return (
                f"{name} {_org_case(text, whole[1])}" if whole else f"{name} {committee} {place}".strip(),
                0.85,
                "the letterhead, board under its committee",
            )
        return f"{name} {committee} {place}".strip(), 0.9, "the letterhead, board under its committee"
    # The standing committee of a Front committee: its own line says neither whose nor where.
    front = re.search(r"(?:uy ban |ub ?)?(?:mat tran to quoc|mttq)(?: viet nam| vn)?", folded)
    if front and len(folded) == len(letterhead) and folded.rstrip().endswith(("ban thuong truc", " uy ban")):
        where = list(
            re.finditer(
                r"(?<!\w)(?:tinh|thanh pho|xa|phuong|dac khu|huyen|thi xa|thi tran|quan) \w.*?(?=(?:tinh|thanh pho|xa|phuong|huyen|quan|ban thuong truc|uy ban)(?!\w)|$)",
                folded[front.end() :],
            )
        )
        said = _org_case(text, letterhead[slice(*front.span())]).replace("việt nam", "Việt Nam")
        if not said.lower().startswith(("ủy", "uỷ", "ub")):
            said = "Ủy ban " + said
        place_said = ""
        if where:
            a, b = (front.end() + at for at in where[-1].span())
            place_said = _org_case(text, letterhead[a:b].strip())
            place_said = " " + place_said[:1].lower() + place_said[1:]
        if folded.rstrip().endswith("ban thuong truc"):
            said = "Ban Thường trực " + said
        return f"{said}{place_said}", 0.85, "the letterhead"
    # The issuing body is the last body named; what stands above is its parent.
    starts = [
        m.start()
        for m in re.finditer(
            r"(?<!\w)(?:uy ban nhan dan|uy ban mat tran|uy ban mttq|hoi dong nhan dan|tinh uy|thanh uy|huyen uy|dang uy|dang bo|so (?=noi|tai|tu|y|van|nong|giao|khoa|xay|cong|dan|ngoai|du|thong|lao|ke)|cong an (?=tinh|thanh|xa|phuong)|hoi (?=nong|lien|cuu|chu)|tinh doan|lien doan lao dong|bo chi huy|van phong|ban chi dao|ban thuong truc|bo (?=noi|tai|cong|quoc|tu|y|van|nong|giao|khoa|xay)|thu tuong|(?<!thu tuong )(?<!van phong )chinh phu|phong (?=van|kinh|giao)|truong |trung tam)",
            folded,
        )
    ]
    said = letterhead
    if len(folded) == len(letterhead) and len(starts) > 1:
        last = starts[-1]
        if not re.match(r"(?:van phong|ban thuong truc)", folded[last:]) or last > 0:
            said = letterhead[last:]
    name = _org_case(text, said)
    if (
        re.match(r"(?:Sở|Văn phòng|Ban Thường trực|Ban Chỉ đạo|Hội|Liên đoàn|Tỉnh đoàn)", name)
        and place
        and fold(place) not in fold(name)
    ) and name.startswith("Sở"):
        unit = "thành phố" if "thanh pho" in folded else "tỉnh"
        name = f"{name} {unit} {place}"
    signed = re.search(r"(?:^|\n)\W*T[/.]?M[./]? *BAN THƯỜNG VỤ", text.plain)
    if signed and name.startswith(("Tỉnh ủy", "Thành ủy", "Huyện ủy", "Đảng ủy")):
        return f"Ban Thường vụ {name}", 0.85, "the letterhead, signed for the Standing Committee"
    return name, 0.9 if starts else 0.6, "the letterhead"


_REPORT = re.compile(
    rf"(?:ban hành|ký ban hành|có|ban hành bản|vừa ban hành|đã ban hành|triển khai|ra|thông qua)\s+(?:bản )?(?P<type>{_TYPE_WORDS})(?: liên tịch)?(?: số:?)?\s+"
)


_REPORTED_BARE = re.compile(
    rf"(?:ban hành|ký ban hành|có|ra|thông qua)\s+(?:bản )?(?P<type>{_TYPE_WORDS})(?: liên tịch)?(?: số:? ?(?P<number>\d{{1,5}})(?![\d/-]))?(?= về| triển khai| thực hiện| ngày|,| tăng cường| nâng cao)"
)


def _reported(text: Aligned, lines: list[tuple[int, int]]) -> Head:
    """A newspaper's report: number, date and issuer are said in a sentence."""
    numbers = document_numbers.find_all(text)
    place = _none("a report has no head")
    first_days = [day for start, end in lines[:8] for day in dates.full_dates(text, start, end)]
    published = first_days[0][2] if first_days else None
    for a, b, number in numbers:
        start, end = text.locate(a), text.locate(b)
        before = text.tone[max(0, start - 260) : start]
        said = list(_REPORT.finditer(before + " "))
        if not said or said[-1].end() < len(before) - 4:
            continue
        base = max(0, start - 260)
        type_at = base + said[-1].start("type")
        type_name = next(name for name in TYPE_NAMES if name.lower() == said[-1]["type"])
        kind = Found(
            f"news_report_of_{'directive' if type_name == 'Chỉ thị' else 'document'}",
            None,
            0.8,
            "the number is told in a sentence, not in a head",
        )
        sentence_at = max(text.plain.rfind("\n", 0, type_at), text.plain.rfind(". ", 0, type_at)) + 1
        issued = _reported_day(text, sentence_at, end, published)
        issuer = _reported_issuer(text, sentence_at, base + said[-1].start())
        title, _ = _reported_title(text, end)
        line_end = text.plain.find("\n", end)
        return Head(
            Found(number.canonical, (a, b), min(0.9, number.confidence), "the document the report is about"),
            Found(type_name, text.span(type_at, type_at + len(type_name)), 0.9, "before the number"),
            issuer, issued, place, title, kind, 0 if line_end < 0 else line_end + 1, number,
        )  # fmt: skip
    # "… ban hành Chỉ thị số 17 về …", "… ban hành Kế hoạch triển khai …": told without the symbol, or without a number.
    for match in _REPORTED_BARE.finditer(text.tone, 0, min(len(text), 3000)):
        type_at = match.start("type")
        type_name = next(name for name in TYPE_NAMES if name.lower() == match["type"])
        sentence_at = max(text.plain.rfind("\n", 0, type_at), text.plain.rfind(". ", 0, type_at)) + 1
        issuer = _reported_issuer(text, sentence_at, match.start())
        if issuer.value is None or not text.plain[type_at].isupper():
            continue
        bare = match["number"]
        title, _ = _reported_title(text, match.end())
        line_end = text.plain.find("\n", match.end())
        span = text.span(match.start("number"), match.end("number")) if bare else None
        return Head(
            Found(bare, span, 0.3, "a report tells the number without its symbol")
            if bare
            else _none("a report that tells no number"),
            Found(type_name, text.span(type_at, type_at + len(type_name)), 0.7, "told in a report"),
            issuer,
            _reported_day(text, sentence_at, match.end(), published),
            place,
            title,
            Found(
                f"news_report_of_{'directive' if type_name == 'Chỉ thị' else 'document'}",
                None,
                0.6,
                "the number is told in a sentence, not in a head",
            ),
            0 if line_end < 0 else line_end + 1,
        )
    # No number at all: a report or a note about a document.
    none = _none("no head and no number of a document the text reports")
    return Head(
        none,
        none,
        none,
        none,
        place,
        none,
        Found("unknown", None, 0.2, "neither an official head nor a report of one document"),
        0,
    )


def _reported_day(text: Aligned, start: int, end: int, published: date | None) -> Found:
    if days := dates.full_dates(text, start, end):
        return Found(days[0][2].isoformat(), text.span(*days[0][:2]), 0.85, "the date in the sentence")
    after = text.tone[end : end + 60]
    if re.match(r",? ?ngày", after) and (days := dates.full_dates(text, end, end + 40)):
        return Found(days[0][2].isoformat(), text.span(*days[0][:2]), 0.85, "the date after the number")
    match = dates.DAY_MONTH.search(text.tone, start, end)
    if match and published:
        year = published.year
        try:
            day = date(year, int(match["m"]), int(match["d"]))
            if day > published:
                day = day.replace(year=year - 1)
        except ValueError:
            return _none("no such day")
        return Found(
            day.isoformat(), text.span(*match.span()), 0.7, "day and month as told; the year is the report's"
        )
    return _none("the report gives no date")


def _reported_issuer(text: Aligned, start: int, end: int) -> Found:
    from .bodies import scan_head, scan_list

    # The nearest name before the verb: a newspaper's own name may open the sentence.
    for match in re.compile(r"(?<![\w])(?=[A-ZĐÂĂÊÔƠƯÀ-Ỹ])").finditer(text.plain, start, end):
        if scan_head(text, match.start()):
            found = scan_list(text, match.start(), end)
            if (
                found
                and not text.tone[found.end : end]
                .strip(" ,")
                .replace("đã", "")
                .replace("vừa", "")
                .replace("có", "")
                .strip()
            ):
                return Found(
                    text.words(found.start, found.end),
                    text.span(found.start, found.end),
                    0.8,
                    "the subject of the sentence",
                )
    return _none("the sentence names no body")


def _reported_title(text: Aligned, end: int) -> tuple[Found, int]:
    match = re.compile(
        r",?(?: ngày [\d/]+)?,? ((?:về|v/v|\")[^\n]{5,400}?)(?=[.;]\s|[.;]?\n|[.;]?$|, trong đó|, yêu cầu)"
    ).match(text.tone, end)
    if not match:
        return _none("the sentence has no title"), end
    return Found(
        text.words(match.start(1), match.end(1)),
        text.span(match.start(1), match.end(1)),
        0.7,
        "after the number",
    ), match.end()


_STAMPS = {
    "hoa toc": ("urgency", "hỏa tốc"), "thuong khan": ("urgency", "thượng khẩn"), "khan": ("urgency", "khẩn"),
    "luu hanh noi bo": ("internal", "lưu hành nội bộ"), "xem xong tra lai": ("internal", "xem xong trả lại"),
    "khong pho bien": ("internal", "không phổ biến"), "mat": ("secret", "mật"), "toi mat": ("secret", "tối mật"), "tuyet mat": ("secret", "tuyệt mật"),
}  # fmt: skip


def read_marks(text: Aligned) -> dict[str, Found]:
    """Stamps near the head: urgency, internal circulation, secrecy. A stamp is a short line of its own in capitals."""
    marks: dict[str, Found] = {}
    lines = lines_of(text)
    for start, end in [*lines[:25], *lines[-6:]]:
        printed = text.plain[start:end].strip(' *[]()|-_.:!"')
        folded = fold(printed)
        folded = re.sub(r"^(?:do mat|muc do mat|do khan|muc do)\s*:?\s*", "", folded)
        if (
            folded in _STAMPS
            and len(printed) < 40
            and (printed.isupper() or folded.startswith(("luu", "xem", "khong")) or ":" in printed)
        ):
            name, value = _STAMPS[folded]
            if fold(printed) != "khan" or printed.isupper():
                marks.setdefault(name, Found(value, text.span(start, end), 0.95, "a stamp near the head"))
        elif match := re.search(r"(?:^|[\s|(])(LƯU HÀNH NỘI BỘ|Lưu hành nội bộ)(?=$|[\s|)])", printed):
            at = start + text.plain[start:end].find(match[1])
            marks.setdefault(
                "internal",
                Found("lưu hành nội bộ", text.span(at, at + len(match[1])), 0.9, "printed near the head"),
            )
        elif match := re.search(
            r"(?:^|\s{2,}|\|\s*)(TUYỆT MẬT|TỐI MẬT|MẬT|HỎA TỐC|HOẢ TỐC|THƯỢNG KHẨN|KHẨN)(?=$|\s{2,}|\s*\||\s+S[ốỐ])",
            printed,
        ):
            at = start + text.plain[start:end].find(match[1])
            name, value = _STAMPS[fold(match[1])]
            marks.setdefault(
                name, Found(value, text.span(at, at + len(match[1])), 0.85, "a stamp near the head")
            )
    # The State's secret series carry the letter in the number: 12-M/QĐ-UBND, 05/M-UBND, Số: 15/TM-…
    for start, end in lines[:15]:
        match = re.search(
            r"S[ốỐ]\s*:?\s*\d{1,5}\s?(?:[-/](?:M|TM|TuM|ĐM|MẬT)(?=[-/])|\(?(?:M|MẬT|TM)\)?(?=[-/]))",
            text.plain[start:end],
        )
        if match:
            marks.setdefault(
                "secret",
                Found(
                    "mật",
                    text.span(start + match.start(), start + match.end()),
                    0.8,
                    "the number is of a secret series",
                ),
            )
    return marks
