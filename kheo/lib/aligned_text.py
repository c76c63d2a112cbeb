"""A text in forms that rules can read, each position of which still points into the text as it came.

Rules want one kind of dash, one kind of quote, NFC and one place for tone marks; a person wants to be shown
the words
of the document. An `Aligned` text keeps three copies of equal length (`plain`, `tone`, `fold`) and the way
back.
"""

import re
import unicodedata
from bisect import bisect_left

from kheo.lib.vietnamese import nfc

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u00ad\ufe63\uff0d\uf02d"
_BULLETS = "\u2022\u25cf\u25aa\u25e6\u25cb\u25a0\u2023\u00b7\uf0b7\uf0a7\uf0d8\uf076\u27a2\u2b9a\u2794"
_QUOTES = "\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033\uff02"
_APOSTROPHES = "\u2018\u2019\u201a\u2032\u00b4`"
_SPACES = "\u00a0\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u3000\t\x0b\x0c\x1c\x1d\x1e\x1f"
_DROPPED = "\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\x00\r"

_ONE_TO_ONE: dict[str, str] = {
    **dict.fromkeys(_DASHES, "-"),
    **dict.fromkeys(_BULLETS, "-"),
    **dict.fromkeys(_QUOTES, '"'),
    **dict.fromkeys(_APOSTROPHES, "'"),
    **dict.fromkeys(_SPACES, " "),
    "\u2028": "\n",
    "\u2029": "\n",
    "\x85": "\n",
    "\u00d0": "Đ",
    "\u0189": "Đ",
    "\u00f0": "đ",
    "\u0256": "đ",
    "\uff1a": ":",
    "\uff1b": ";",
    "\uff0c": ",",
    "\uff0e": ".",
    "\u2044": "/",
    "\u2215": "/",
    "\uff0f": "/",
    "\u2026": "\u2026",
}
# Marks of copied pages around words: **bold**, *slanted*, <br>. A star alone in its line or before a
# space stays.
_MARKUP = re.compile(
    r"(?<=\S)\*\*+|\*\*+(?=\S)|(?<![\s*])\*(?=[\s.,;:)]|$)|(?<!\S)\*(?=[^\W\d_]|[\"“(])"
    r"|\\(?=[*_.#>()\[\]-])|</?(?:br|b|i|u|strong|em|span|p) ?/?>"
)
# Old style puts the tone of an open oa, oe, uy on the second letter (hoà, uỷ); new style on the first.
_OLD_TONE = re.compile(r"(?<![qQ])([ou])([àáảãạèéẻẽẹỳýỷỹỵ])(?![a-zà-ỹđ])")
_TONE_MARKS = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}


def _move_tone(match: re.Match[str]) -> str:
    first, second = match[1], match[2]
    if (first == "o") != (second in "àáảãạèéẻẽẹ"):
        return match[0]
    decomposed = unicodedata.normalize("NFD", second)
    tone = next((c for c in decomposed if c in _TONE_MARKS), "")
    return nfc(first + tone) + nfc("".join(c for c in decomposed if c not in _TONE_MARKS))


def _bare(char: str) -> str:
    """One lower-case letter without marks; always exactly one character."""
    if char < "\x80":
        return char.lower()
    if char in "đĐ":
        return "d"
    decomposed = unicodedata.normalize("NFD", char.lower())
    return next((c for c in decomposed if not unicodedata.combining(c)), char)


class Aligned:
    """`plain`: NFC with one dash, quote and space. `tone`: lower case, new tone placement. `fold`: no marks
    at all.

    All three have the same length; `span(a, b)` turns a range of them into (start, end) offsets of `source`.
    """

    def __init__(self, source: str) -> None:
        self.source = source
        chars: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        markup = {match.start(): match for match in _MARKUP.finditer(source)}
        index, size = 0, len(source)
        while index < size:
            if mark := markup.get(index):
                if mark[0].startswith(("<br", "<p", "</p")):
                    # A letterhead in one cell breaks its lines so; in a table's row that would break the row.
                    chars.append("\n" if index < 800 else " ")
                    starts.append(index)
                    ends.append(mark.end())
                index = mark.end()
                continue
            first = source[index]
            following = index + 1
            if following < size and source[following] > "\u02ff" and unicodedata.combining(source[following]):
                while following < size and unicodedata.combining(source[following]):
                    following += 1
                cluster = nfc(source[index:following])
            else:
                cluster = first if first < "\x80" else nfc(first)
            for char in cluster:
                char = _ONE_TO_ONE.get(char, char)
                if char in _DROPPED:
                    continue
                chars.append(char)
                starts.append(index)
                ends.append(following)
            index = following
        self.plain = "".join(chars)
        self._starts = starts
        self._ends = ends
        lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in chars)
        self.tone = _OLD_TONE.sub(_move_tone, lowered)
        self.fold = "".join(_bare(c) for c in chars)

    def __len__(self) -> int:
        return len(self.plain)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Offsets of the source for the range [start, end) of the copies, without its outer spaces."""
        while start < end and self.plain[start].isspace():
            start += 1
        while end > start and self.plain[end - 1].isspace():
            end -= 1
        if not self._starts:
            return 0, 0
        if start >= len(self._starts):
            return len(self.source), len(self.source)
        first = self._starts[start]
        if end <= start:
            return first, first
        return first, self._ends[min(end, len(self._ends)) - 1]

    def words(self, start: int, end: int) -> str:
        """What the source says there, in NFC with single spaces."""
        first, last = self.span(start, end)
        said = _MARKUP.sub(
            lambda mark: " " if mark[0][1:2] in "bp/" and "br" in mark[0] else "", self.source[first:last]
        )
        return re.sub(r"\s+", " ", nfc("".join(c for c in said if c not in _DROPPED))).strip()

    def locate(self, offset: int) -> int:
        """The position in the copies for an offset of the source."""
        return bisect_left(self._starts, offset)
