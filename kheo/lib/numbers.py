"""Reading quantities as people write them: "1,5 triệu", "1.500.000", "1 500 000", "105 m2".

The Vietnamese form rules: a point groups thousands, a comma begins the decimals, so "1.234" is 1234.
What can be read in two ways is refused with a sentence that says how to write it.
"""

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

# Below 2**53, so that no JSON reader and no spreadsheet rounds it.
MOST = 9_000_000_000_000_000


@dataclass(frozen=True)
class Quantity:
    """A kind of quantity: what one of the unit people write is in the smallest unit that is stored."""

    name: str
    example: str
    plain: int  # smallest units in a number written without a word
    words: dict[str, int]  # smallest units in one of each word
    scaled: bool = True  # whether nghìn, triệu, tỷ may stand before the unit


VND = Quantity("vnd", "1.500.000", 1, dict.fromkeys(["đồng", "đ", "vnd", "vnđ", "₫", "dong"], 1))
AREA_M2 = Quantity(
    "m2", "105,5", 100, {"m2": 100, "mét vuông": 100, "m vuông": 100, "ha": 1_000_000, "hecta": 1_000_000,
                         "héc ta": 1_000_000, "km2": 100_000_000}, scaled=False,
)  # fmt: skip
WORK_DAYS = Quantity(
    "work_days", "12,5", 10, dict.fromkeys(["ngày công", "công", "ngày", "ngày công lao động"], 10)
)
LENGTH = Quantity("length", "1.250", 100, {"m": 100, "mét": 100, "met": 100, "km": 100_000, "cm": 1}, False)
COUNT = Quantity(
    "count", "1.250", 1,
    dict.fromkeys(["người", "hộ", "lượt", "lượt người", "hộ gia đình", "mô hình", "điển hình", "cây", "con",
                   "cái", "buổi", "cuộc", "lớp", "đơn vị", "tổ", "nhóm", "suất", "nhà", "công trình"], 1),
)  # fmt: skip
QUANTITIES = {each.name: each for each in (VND, AREA_M2, WORK_DAYS, LENGTH, COUNT)}

_SCALES = {
    "k": 10**3, "nghìn": 10**3, "ngàn": 10**3, "nghin": 10**3, "ngan": 10**3,
    "tr": 10**6, "triệu": 10**6, "trieu": 10**6,
    "tỷ": 10**9, "tỉ": 10**9, "ty": 10**9, "ti": 10**9,
    "nghìn tỷ": 10**12, "ngàn tỷ": 10**12, "nghìn tỉ": 10**12, "ngàn tỉ": 10**12,
}  # fmt: skip

_SPACE = "[ \u00a0\u202f\u2009]"
_PART = re.compile(rf"(\d(?:[\d.,]|{_SPACE}(?=\d))*)\s*([^\d]*(?:(?<=m)2)?)")
_GROUPED = re.compile(r"\d{1,3}(\.\d{3})+(,\d+)?")
_SPACED = re.compile(rf"\d{{1,3}}({_SPACE}\d{{3}})+(,\d+)?")
_PLAIN = re.compile(r"\d+(,\d+)?")
_ENGLISH_GROUPS = re.compile(r"\d{1,3}(,\d{3}){2,}(\.\d+)?|\d{1,3}(,\d{3})+\.\d+")
_ENGLISH_POINT = re.compile(r"\d+\.\d{1,2}")


def parse_quantity(text: str, unit: str | Quantity = COUNT) -> int:
    """The quantity in its smallest unit: đồng, hundredths of m², tenths of a work day, cm, or a count.

    `unit` is one of this module's quantities or its name. Raises ValueError with a sentence for the
    person who typed it; it never guesses between two readings.
    """
    kind = QUANTITIES[unit] if isinstance(unit, str) else unit
    given = unicodedata.normalize("NFC", text).replace("²", "2").strip().lower()
    if len(given) > 60:
        raise ValueError(
            _("This is too long for a number. Write only the figure, for example %s.") % kind.example
        )
    if given.startswith(("-", "−", "–")):
        raise ValueError(_("A quantity cannot be less than zero."))
    parts = _split(given, kind)
    total, above = Fraction(0), None
    for figure, word in parts:
        scale, factor = _worth(word, kind)
        if above is not None and (scale >= above or scale == 1 == len(parts)):
            raise ValueError(_unclear(kind))
        above = scale
        total += _figure(figure, kind) * scale * factor
    if total.denominator != 1:
        raise ValueError(_too_fine(kind))
    if total > MOST:
        raise ValueError(_("This number is too large. Please check it."))
    return int(total)


def _split(given: str, kind: Quantity) -> list[tuple[str, str]]:
    """The figures and the words behind them: "2 tỷ 500 triệu" has two."""
    parts, at = [], 0
    while at < len(given):
        found = _PART.match(given, at)
        if not found:
            raise ValueError(_unclear(kind))
        parts.append((found[1], " ".join(found[2].split())))
        at = found.end()
    if not parts or (len(parts) > 1 and any(word == "" for _figure_, word in parts)):
        raise ValueError(_unclear(kind))
    return parts


def _worth(word: str, kind: Quantity) -> tuple[int, int]:
    """What one of `word` is worth: its scale (triệu) and the smallest units in it."""
    word = word.rstrip(".").strip()
    if word == "":
        return 1, kind.plain
    if word in kind.words:
        return 1, kind.words[word]
    if kind.scaled:
        for scale in sorted(_SCALES, key=len, reverse=True):
            rest = word.removeprefix(scale).strip()
            if word.startswith(scale) and (rest == "" or rest in kind.words):
                return _SCALES[scale], kind.words.get(rest, kind.plain)
    if kind is AREA_M2 and word in ("sào", "mẫu", "thước"):
        # A sào is 360, 497 or 500 m² depending on the region.
        raise ValueError(_("A “%s” differs from region to region. Write square metres or ha.") % word)
    raise ValueError(_("“%(word)s” is not understood here. Write the figure like this: %(example)s.")
                     % {"word": word[:30], "example": kind.example})  # fmt: skip


def _figure(figure: str, kind: Quantity) -> Fraction:
    figure = figure.strip()
    if _GROUPED.fullmatch(figure):
        figure = figure.replace(".", "").replace(",", ".")
    elif _PLAIN.fullmatch(figure):
        figure = figure.replace(",", ".")
    elif _SPACED.fullmatch(figure):
        figure = re.sub(_SPACE, "", figure).replace(",", ".")
    elif _ENGLISH_GROUPS.fullmatch(figure):
        figure = figure.replace(",", "")
    elif not _ENGLISH_POINT.fullmatch(figure):
        raise ValueError(_unclear(kind))
    return Fraction(figure)


def _unclear(kind: Quantity) -> str:
    return (
        _("This number can be read in more than one way or not at all. Write it like this: %s.")
        % kind.example
    )


def _too_fine(kind: Quantity) -> str:
    if kind is AREA_M2:
        return _("At most two digits may follow the comma (m²).")
    if kind is WORK_DAYS:
        return _("At most one digit may follow the comma (work days).")
    if kind is LENGTH:
        return _("At most two digits may follow the comma (metres).")
    return _("This must be a whole number. A point groups thousands (1.500.000), a comma begins decimals.")
