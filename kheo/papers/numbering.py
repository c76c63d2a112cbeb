"""The number as the clerk types it, read into the one printed form. Doubts are said, not refused."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from kheo.lib import document_numbers
from kheo.lib.periods import FOREVER
from kheo.lib.refusals import Refused
from kheo.lib.vietnamese import nfc

from .layouts import PARTY, terms

_PLAIN = re.compile(r"^(?P<number>\d{1,5})(?P<letter>[a-zđ]?)$", re.IGNORECASE)
_WORD = re.compile(r"^s[ốôoó]\s*:?\s*", re.IGNORECASE)
SURE = 0.8


@dataclass(frozen=True)
class Numbered:
    """A number as it is printed, its figure alone for comparing, and what a person should look at again."""

    printed: str
    ordinal: int | None
    doubts: tuple[str, ...] = ()


def read(typed: str, *, symbol: str, family: str) -> Numbered:
    """ "5" or "05-KH/BCĐ" or "Số: 05 - KH/BCĐ" → "05-KH/BCĐ". Raises Refused when nothing can be printed."""
    text = _WORD.sub("", nfc(typed).strip())
    if not text:
        raise Refused(_("Write the number the clerk has given."))
    if match := _PLAIN.match(text):
        if not symbol:
            raise Refused(_("Write the number with its symbol, as on the paper: 05-KH/BCĐ, 05/KH-UBND."))
        return Numbered(f"{int(match['number']):02}{match['letter'].lower()}{symbol}", int(match["number"]))
    parsed = document_numbers.parse(text)
    figure = re.match(r"\d+", parsed.number or "")
    if figure is None:
        raise Refused(_("There is no number in “%s”. Write it as on the paper: 05-KH/BCĐ.") % text)
    printed = parsed.canonical if parsed.confidence >= SURE else " ".join(text.split())
    printed = re.sub(r"^0*(\d)(?=\D)", r"0\1", printed)
    return Numbered(printed, int(figure[0]), tuple(_doubts(parsed, printed, symbol, family)))


def figure(printed: str) -> str:
    """The figure a number begins with, without zeros: "05-KH/BCĐ" → "5", "12a/QĐ-UBND" → "12a"."""
    found = re.match(r"0*(\d+[a-zđ]?)", printed)
    return found[1] if found else printed


def _doubts(parsed: document_numbers.DocumentNumber, printed: str, symbol: str, family: str) -> Iterator[str]:
    if parsed.confidence < SURE:
        yield _("“%s” is unusual for a document number. Compare it with the paper.") % printed
    dashed = re.match(r"\d+[a-zđ]?-", printed) is not None
    if symbol and dashed != symbol.startswith("-"):
        wanted = f"05{symbol}"
        yield _("This body writes its numbers as “%(wanted)s”. Compare “%(printed)s” with the paper.") % {
            "wanted": wanted,
            "printed": printed,
        }
    elif not symbol and dashed != (family == PARTY):
        yield _("“%s” is written in the manner of the other family. Compare it with the paper.") % printed


def series(family: str, level: str, day: date, since: date) -> tuple[date, date]:
    """From which day until (not with) which day numbers of one type run on.

    The State's run through a calendar year (NĐ 30/2020, Điều 15); the Party's through a committee's term.
    """
    if family != PARTY:
        return date(day.year, 1, 1), date(day.year + 1, 1, 1)
    starts = terms(level)
    first = max((start for start in starts if start <= day), default=since)
    last = min((start for start in starts if start > day), default=FOREVER)
    return max(first, min(since, day)), last
