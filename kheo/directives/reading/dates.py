"""Dates, deadlines and cadences as Vietnamese documents write them."""
# ruff: noqa: E501 - patterns stay on one line each, so that they can be read and searched

import re
from datetime import date

from kheo.lib.aligned_text import Aligned

_DAY = r"(?:\d{1,2}\s?[/.-]\s?\d{1,2}\s?[/.-]\s?\d{4}|\d{1,2} tháng \d{1,2} năm \d{4})"
FULL_DATE = re.compile(
    r"(?:(?P<d>\d{1,2})\s?[/.-]\s?(?P<m>\d{1,2})\s?[/.-]\s?(?P<y>\d{4})|(?P<d2>\d{1,2})\s+tháng\s+(?P<m2>\d{1,2})[\s,]+năm\s+(?P<y2>\d{4}))(?!\d)"
)
DAY_MONTH = re.compile(r"(?<![\d/.])(?P<d>\d{1,2})\s?(?:[/-]\s?|\s+tháng\s+)(?P<m>\d{1,2})(?![\d/])")

_UNIT_DATE = (
    r"(?:ngày (?:mồng |mùng )?\d{1,2}(?:\s?[/.-]\s?\d{1,2}(?:\s?[/.-]\s?\d{4})?| tháng \d{1,2}(?: năm \d{4})?)?(?: (?:hằng|hàng|của) (?:năm|tháng|quý|tháng cuối quý|tháng cuối))?"
    r"|(?:\d{1,2}/\d{1,2}/\d{4})|\d{1,2}/\d{1,2}(?: (?:hằng|hàng) năm)?"
    r"|(?:tháng|quý) (?:\d{1,2}|[ivx]{1,3})(?:\s?[/-]\s?\d{4}| năm \d{4}| (?:hằng|hàng) năm| của năm [^,.;]{1,30})?"
    r"|(?:năm|cuối năm|hết năm) \d{4}|cuối (?:năm|quý|tháng)|kết thúc năm học)"
)
DEADLINE = re.compile(
    r"(?:"
    r"(?:hoàn thành |xong |báo cáo |gửi |nộp )?(?:trước|chậm nhất(?: là| đến| vào| trước| trong)*|muộn nhất(?: là| vào)?|không quá|hạn cuối(?: là)?|đến hết|xong trước|kể từ)(?: \d{1,2}(?:h|g|giờ)(?:\s?\d{2})?(?: phút)?,?)?(?: ?, ?)?(?: vào)? (?:hết )?" + _UNIT_DATE
    + r"|(?:từ|kể từ) (?:" + _UNIT_DATE + r"|nay) (?:đến|tới)(?: hết)?(?: khi)? (?:hết )?" + _UNIT_DATE
    + r"|(?:trong|vào|xong trong|hoàn thành trong|thời gian:?|thời hạn:?|thực hiện trong|ngay trong) (?:đầu |cuối |nửa đầu )?(?:tháng|quý) (?:\d{1,2}|[ivx]{1,3})(?:\s?[/-]\s?\d{4}| năm \d{4}| (?:hằng|hàng) năm| của năm [^,.;]{1,30}| năm sau)?"
    + r"|(?:quý|tháng) (?:[ivx]{1,3}|\d{1,2}) ?(?:[/-] ?\d{4}|năm \d{4}| và quý [ivx]+ ?[/-]? ?\d{0,4})"
    + r"|(?:trong|sau) (?:thời hạn |vòng )?\d{1,3} (?:ngày|tháng|tuần)(?: làm việc)?(?:,? kể từ [^,.;]{1,50})?"
    + r"|khi (?:tổng kết|kết thúc|sơ kết|hoàn thành) [^,.;:]{2,40}"
    + r"|(?:ngày )\d{1,2}/\d{1,2}/\d{4}"
    + r")(?![\w])"
)  # fmt: skip
CADENCE = re.compile(
    r"(?<!\w)(?:"
    r"định kỳ(?: (?:(?:hằng|hàng) (?:năm|tháng|quý|tuần)|\d{1,2} tháng|quý|tháng|năm|sáu tháng|06 tháng|6 tháng)(?:(?:,| và| hoặc) (?:(?:01 |1 )?năm|(?:hằng|hàng) năm|quý|9 tháng|cả năm|một năm|đột xuất))*)?"
    r"|(?:hằng|hàng) (?:năm|tháng|quý|tuần|ngày)"
    r"|(?:6|06|sáu) tháng(?:(?:,| và|/) (?:(?:01 |1 )?năm|cả năm|(?:hằng|hàng) năm|một năm))"
    r"|mỗi (?:năm|quý|tháng|tuần)(?: (?:một|hai|\d{1,2}) lần)?"
    r"|thường xuyên|kịp thời|đột xuất"
    r")(?!\w)"
)


def to_date(match: re.Match[str]) -> date | None:
    """The day a FULL_DATE match means; None when no such day exists."""
    day, month, year = (match["d"] or match["d2"], match["m"] or match["m2"], match["y"] or match["y2"])
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def full_dates(text: Aligned, start: int, end: int) -> list[tuple[int, int, date]]:
    """Every complete date in [start, end) of the text."""
    return [
        (match.start(), match.end(), day)
        for match in FULL_DATE.finditer(text.tone, start, end)
        if (day := to_date(match)) is not None
    ]


# The vaguer the word, the later it is taken: "thường xuyên" says less than "hằng năm".
_VAGUE = ("thường xuyên", "kịp thời", "đột xuất")


def cadence_in(text: Aligned, start: int, end: int) -> tuple[int, int] | None:
    """Where [start, end) says how often; a stated rhythm before a vague word."""
    found = [match.span() for match in CADENCE.finditer(text.tone, start, end)]
    if not found:
        return None
    exact = [span for span in found if not text.tone.startswith(_VAGUE, span[0])]
    return (exact or found)[0]


def deadline_in(text: Aligned, start: int, end: int) -> tuple[int, int, date | None] | None:
    """Where [start, end) sets a time limit, and the day when it names exactly one."""
    for match in DEADLINE.finditer(text.tone, start, end):
        before = text.tone[max(start, match.start() - 40) : match.start()]
        if re.search(r"(?:số [^\s]+,?|của|ban hành|/tt|/qđ|-cp|-ttg) $", before) and not re.match(
            r"trước|chậm|hoàn", match[0]
        ):
            continue  # the date of a cited document
        if match[0].startswith("ngày ") and re.search(r"[-/][a-zđ\d&]+,? $", before):
            continue
        days = full_dates(text, match.start(), match.end())
        return match.start(), match.end(), days[-1][2] if len(days) == 1 else None
    return None
