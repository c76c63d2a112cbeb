"""How numbers, money, dates and periods are written, in Vietnamese and in English.

Dates follow the zero rule of NĐ 30/2020 (Phụ lục I, II.4): a zero stands before days below 10 and
before months 1 and 2 only: 05/7/2026, 15/02/2026, ngày 05 tháng 7 năm 2026.
"""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from kheo.lib.periods import VIETNAM, Period

Number = int | float | Decimal | Fraction

_ROMAN = {1: "I", 2: "II", 3: "III", 4: "IV"}
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_DIGITS = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"]
_SCALES = ["", " nghìn", " triệu"]


def number(value: Number, language: str = "vi") -> str:
    """A whole number with groups of three: 1.234.567 (1,234,567 in English). Fractions are rounded."""
    return decimal(value, 0, language)


def decimal(value: Number, places: int = 1, language: str = "vi") -> str:
    """The number with exactly `places` decimals, halves rounded away from zero: 1.234.567,8."""
    rounded = _exact(value).quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    text = f"{rounded + 0:,.{places}f}"
    return text if language == "en" else text.translate(str.maketrans(",.", ".,"))


def short_decimal(value: Number, places: int = 2, language: str = "vi") -> str:
    """Like `decimal`, without zeros at the end: 12,5 and 12."""
    text = decimal(value, places, language)
    point = "." if language == "en" else ","
    return text.rstrip("0").rstrip(point) if point in text else text


def percent(ratio: Number, places: int = 1, language: str = "vi") -> str:
    """A ratio (0.123, not 12.3) as 12,3%; a whole one as 12%."""
    exact = _exact(ratio) * 100
    return short_decimal(exact, places, language) + "%"


def money(dong: int, language: str = "vi") -> str:
    """1.500.000 đồng."""
    return f"{number(dong, language)} {'VND' if language == 'en' else 'đồng'}"


def short_money(dong: int, language: str = "vi") -> str:
    """The amount as it is said: 1,5 triệu đồng, 2,35 tỷ đồng (two places); below a million in full."""
    for size, vi, en in ((10**9, "tỷ đồng", "billion VND"), (10**6, "triệu đồng", "million VND")):
        if abs(dong) >= size:
            return f"{short_decimal(Fraction(dong, size), 2, language)} {en if language == 'en' else vi}"
    return money(dong, language)


def area_m2(hundredths: int, language: str = "vi") -> str:
    """Hundredths of a square metre as 1.234,5 m²."""
    return f"{short_decimal(Fraction(hundredths, 100), 2, language)} m²"


def work_days(tenths: int, language: str = "vi") -> str:
    """Tenths of a work day as 12,5 ngày công."""
    text = short_decimal(Fraction(tenths, 10), 1, language)
    return f"{text} {'work days' if language == 'en' else 'ngày công'}"


def length(centimetres: int, language: str = "vi") -> str:
    """Centimetres as 1.250,5 m."""
    return f"{short_decimal(Fraction(centimetres, 100), 2, language)} m"


def short_date(day: date | datetime, language: str = "vi") -> str:
    """05/7/2026."""
    day = _day(day)
    return f"{day.day:02}/{_month(day.month)}/{day.year}"


def long_date(day: date | datetime, language: str = "vi") -> str:
    """ngày 05 tháng 7 năm 2026 (5 July 2026 in English)."""
    day = _day(day)
    if language == "en":
        return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
    return f"ngày {day.day:02} tháng {_month(day.month)} năm {day.year}"


def moment(when: datetime, language: str = "vi") -> str:
    """14:05 05/7/2026, at the hour of Vietnam."""
    local = when.astimezone(VIETNAM) if when.tzinfo else when
    return f"{local:%H:%M} {short_date(local, language)}"


def quarter(year: int, number_of_quarter: int, language: str = "vi") -> str:
    """quý II/2026 (Q2 2026 in English)."""
    if language == "en":
        return f"Q{number_of_quarter} {year}"
    return f"quý {_ROMAN[number_of_quarter]}/{year}"


def period(span: Period, language: str = "vi") -> str:
    """A year, half-year, quarter or month by its name, anything else by its two days."""
    first, last, en = span.first, span.last, language == "en"
    if span == Period.year(first.year):
        return f"{first.year}" if en else f"năm {first.year}"
    for half in (1, 2):
        if span == Period.half(first.year, half):
            if en:
                return f"{'first' if half == 1 else 'second'} half of {first.year}"
            return f"6 tháng {'đầu' if half == 1 else 'cuối'} năm {first.year}"
    for which in (1, 2, 3, 4):
        if span == Period.quarter(first.year, which):
            return quarter(first.year, which, language)
    if span == Period.month(first.year, first.month):
        return (
            f"{_MONTHS[first.month - 1]} {first.year}" if en else f"tháng {_month(first.month)}/{first.year}"
        )
    return f"{short_date(first)} – {short_date(last)}"


def in_words(whole: int) -> str:
    """The number read out in Vietnamese: một triệu năm trăm nghìn. For money append "đồng".

    Follows the usual reading of official papers: mốt, tư stays bốn, lăm after a ten, "không trăm linh".
    """
    if whole < 0:
        return "âm " + in_words(-whole)
    if whole < 10:
        return _DIGITS[whole]
    groups = []
    while whole:
        whole, group = divmod(whole, 1000)
        groups.append(group)
    words = []
    for place in range(len(groups) - 1, -1, -1):
        billions, scale = divmod(place, 3)
        first = place == len(groups) - 1
        if groups[place]:
            words.append(_three_digits(groups[place], first) + _SCALES[scale])
        # "tỷ" closes its three groups, also where the lowest of them is empty.
        if scale == 0 and billions and (any(groups[place : place + 3])):
            words.append("tỷ" + " tỷ" * (billions - 1))
    return " ".join(words)


def money_in_words(dong: int) -> str:
    """Số tiền bằng chữ: "Một triệu năm trăm nghìn đồng"."""
    words = in_words(dong) + " đồng"
    return words[0].upper() + words[1:]


def _three_digits(group: int, first: bool) -> str:
    hundreds, rest = divmod(group, 100)
    tens, ones = divmod(rest, 10)
    words = []
    if hundreds or not first:
        words.append(_DIGITS[hundreds] + " trăm")
    if tens == 0 and ones and words:
        words.append("linh")
    elif tens == 1:
        words.append("mười")
    elif tens > 1:
        words.append(_DIGITS[tens] + " mươi")
    if ones:
        if ones == 1 and tens > 1:
            words.append("mốt")
        elif ones == 5 and tens:
            words.append("lăm")
        else:
            words.append(_DIGITS[ones])
    return " ".join(words)


def _exact(value: Number) -> Decimal:
    if isinstance(value, Fraction):
        return Decimal(value.numerator) / Decimal(value.denominator)
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _day(day: date | datetime) -> date:
    if isinstance(day, datetime):
        return (day.astimezone(VIETNAM) if day.tzinfo else day).date()
    return day


def _month(month: int) -> str:
    return f"{month:02}" if month < 3 else str(month)
