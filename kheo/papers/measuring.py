"""How wide a line is in Times New Roman: the rules under headings are as long as the words above them.

Advance widths in thousandths of the size. Marks above and below a letter do not widen it.
"""

import unicodedata
from functools import cache

_PLAIN = {
    180: "'", 250: " .,\u00a0", 278: "ijlt:;/", 333: "Ifr-()", 389: "Js", 408: '"', 444: "acez“”",
    500: "bdghknopquvxyđơư0123456789–*", 556: "FPS", 611: "ELTZ", 667: "BCR",
    722: "ADGHKNOQUVXYwĐƠƯ", 778: "m", 889: "M", 944: "W",
}  # fmt: skip
_BOLD = {
    250: " .,\u00a0", 278: "il/'", 333: "fjt-:;()", 389: "Is", 444: "cerz", 500: "Jagovxyơ0123456789–“”*",
    555: '"', 556: "Sbdhknpquđư", 611: "FP", 667: "BELTZ", 722: "ACDNRUVXYwĐƯ", 778: "GHKOQƠ", 833: "m",
    944: "M", 1000: "W",
}  # fmt: skip
_HORN = "\u031b"
POINT = 25.4 / 72


@cache
def _widths(bold: bool) -> dict[str, int]:
    return {letter: width for width, letters in (_BOLD if bold else _PLAIN).items() for letter in letters}


def width(text: str, size: float, bold: bool = False) -> float:
    """Millimetres of a line at a size in points; a letter nobody measured counts as an average one."""
    widths = _widths(bold)
    total = 0
    for letter in text:
        if letter in widths:
            total += widths[letter]
            continue
        parts = unicodedata.normalize("NFD", letter)
        base = unicodedata.normalize("NFC", parts[0] + _HORN) if _HORN in parts else parts[0]
        total += widths.get(base, 500)
    return total / 1000 * size * POINT
