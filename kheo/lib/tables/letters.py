"""Which letters a table is written in: files made with .VnTime or VNI-Times fonts hold those of another
alphabet.

A file need not be of one piece: headings of today stand over columns typed twenty years ago. So each column
is judged by how many of its words are syllables that Vietnamese has, read one way and the other.
"""

import re
import unicodedata
from collections.abc import Iterable

from django.utils.translation import gettext as _

from kheo.lib.legacy_text import from_tcvn3, from_vni
from kheo.lib.tables import opening
from kheo.lib.vietnamese import nfc

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_ONSETS = "ngh|ch|gh|gi|kh|ng|nh|ph|qu|th|tr|b|c|d|đ|g|h|k|l|m|n|p|q|r|s|t|v|x"
_OPEN = (
    "iêu oai oay oeo oao uay uây uôi uya uyu uêu yêu ươi ươu ai ao au ay âu ây eo êu ia iu oa oe oi ôi ơi "
    "ua uê ui uơ uy ưa ưi ưu a e ê i o ô ơ u ư y"
).replace(" ", "|")
# What may close a syllable after which vowels.
_SYLLABLE = re.compile(
    rf"(?:{_ONSETS})?(?:(?P<open>{_OPEN})"
    "|(?:a|ê|i|oa|uê|uy|ua)(?P<palatal>ch|nh)"
    "|(?:a|ă|â|e|o|ô|u|ư|iê|yê|oa|oă|uâ|uô|ươ|oo|oe|uă)(?P<velar>c|ng)"
    "|(?:a|ă|â|e|ê|i|o|ô|ơ|u|iê|yê|oa|oă|oe|uâ|uê|uô|ươ|uy|uyê|uă|y)(?P<dental>[mnpt]))"
)
_WORD = re.compile("[^\\s!-/:-@\\[-`{-~0-9“”‘’–—…•²³°]+")
# Letters no old font's text holds: the cell is of today, whatever stands around it.
_OF_TODAY = re.compile("[\u0100-\u01ff\u1ea0-\u1ef9\u0300-\u0323]")
_READINGS = {"tcvn3": from_tcvn3, "vni": from_vni}
# By how much the other reading must be better.
_CLEARLY = 0.2
_SAMPLE = 20_000


def decoded(content: bytes) -> str:
    """The text of a .csv or .txt: UTF-8, UTF-16, windows-1258, or the bytes of an old font."""
    if encoding := opening.wide_of(content[:8192]):
        return nfc(content.decode(encoding, errors="replace").lstrip("\ufeff"))
    text = content.decode("utf-8", errors="replace")
    # A letter cut in two at some limit does not make it another encoding.
    if text.count("\ufffd") <= sum(1 for sign in text[:1_000_000] if sign > "\x7f") // 50:
        return nfc(text)
    of_today = nfc(content.decode("cp1258", errors="replace"))
    readings = {
        "cp1258": (of_today, of_today),
        "tcvn3": (content.decode("latin-1"), from_tcvn3(content.decode("latin-1"))),
        "vni": (
            content.decode("cp1252", errors="replace"),
            from_vni(content.decode("cp1252", errors="replace")),
        ),
    }
    # What the bytes say is answered; its columns are then read like those of any other table.
    return max(readings.values(), key=lambda each: _share([each[1]]))[0]


def of_today(rows: list[list[str]], lines: list[str]) -> tuple[list[list[str]], list[str], list[str]]:
    """Rows and lines of text with old letters as those of today, and the encodings that were found."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    texts = [*columns, lines]
    found = [_encoding(text) for text in texts]
    common = next((each for each in ("tcvn3", "vni") if each in found), "")
    # Beside letters of today, what reads well as it stands is of today too.
    mixed = bool(common) and any(_OF_TODAY.search(cell) for text in texts for cell in text)
    for at, text in enumerate(texts):
        # A column of a few words proves nothing by itself: it is taken for what its neighbours are.
        encoding = found[at] or (common if _undecided(text, common) else "")
        texts[at] = [_cell(cell, encoding, mixed) for cell in text] if encoding else text
    *columns, lines = [[_plain(cell) for cell in text] for text in texts]
    return (
        [list(row) for row in zip(*columns, strict=True)],
        lines,
        [e for e in ("tcvn3", "vni") if e in found],
    )


def note(encoding: str) -> str:
    """The sentence that says what was converted."""
    names = {"tcvn3": "TCVN3 (.VnTime)", "vni": "VNI"}
    return _("Letters of the old font %s were converted. Look whether the words are right.") % names[encoding]


def _encoding(cells: list[str]) -> str:
    """The old encoding a column is in, or "" for letters of today."""
    old = _old_looking(cells)
    if not old:
        return ""
    now = _share(old)
    best, encoding = max((_share(map(read, old)), name) for name, read in _READINGS.items())
    return encoding if best > now + _CLEARLY else ""


def _undecided(cells: list[str], common: str) -> bool:
    if not common:
        return False
    old = _old_looking(cells)
    return (
        bool(old)
        and len(old) == sum(1 for cell in cells if not cell.isascii())
        and _share(old) <= _share(map(_READINGS[common], old))
    )


def _old_looking(cells: list[str]) -> list[str]:
    """Distinct cells with foreign letters and none that only today's alphabet has; as many as are needed."""
    old: list[str] = []
    size = 0
    for cell in dict.fromkeys(cells):
        if not cell.isascii() and not _OF_TODAY.search(cell):
            old.append(cell)
            size += len(cell)
            if size > _SAMPLE:
                break
    return old


def _cell(cell: str, encoding: str, mixed: bool) -> str:
    if cell.isascii() or _OF_TODAY.search(cell):
        return cell
    read = _READINGS[encoding](cell)
    one, other = _share([read]), _share([cell])
    return read if one > other or (one == other and not mixed) else cell


def _plain(cell: str) -> str:
    return cell.replace("\u00ad", "") if "\u00ad" in cell else cell


def _share(texts: Iterable[str]) -> float:
    """Of the words with other letters than English has, the share that are Vietnamese syllables: 0..1."""
    good = all_words = 0
    for text in texts:
        for word in _WORD.findall(text[:_SAMPLE]):
            if word.isascii():
                continue
            all_words += 1
            good += _is_syllable(word)
    return good / all_words if all_words else 0.0


def _is_syllable(word: str) -> bool:
    letters = unicodedata.normalize("NFD", word.lower())
    tones = [letter for letter in letters if letter in _TONES]
    found = _SYLLABLE.fullmatch(nfc("".join(letter for letter in letters if letter not in _TONES)))
    if found is None or len(tones) > 1:
        return False
    # A syllable that ends in a stop has the tone sắc or nặng.
    stopped = found["palatal"] == "ch" or found["velar"] == "c" or (found["dental"] or "n") in "pt"
    return not stopped or tones in (["\u0301"], ["\u0323"])
