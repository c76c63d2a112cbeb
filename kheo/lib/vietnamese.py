"""Vietnamese text: one folding for search, one key for sorting, and NFC for all input."""

import re
import unicodedata
from functools import lru_cache

# The alphabet of Vietnamese with the foreign letters f j w z where dictionaries put them.
_ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_RANK = {letter: index for index, letter in enumerate(_ALPHABET)}
# ngang, huyền, hỏi, ngã, sắc, nặng: the order of tones in Vietnamese dictionaries and in CLDR's `vi`.
_TONES = {"\u0300": 1, "\u0309": 2, "\u0303": 3, "\u0301": 4, "\u0323": 5}
# Letters that look like Đ in print and stand in for it in badly made files.
_D_LOOKALIKES = str.maketrans({"Ð": "Đ", "Ɖ": "Đ", "ð": "đ", "ɖ": "đ"})
_SPACES = re.compile(r"\s+")


def nfc(text: str) -> str:
    """The text in Unicode NFC, so that equal words are equal strings."""
    return unicodedata.normalize("NFC", text)


def fold(text: str) -> str:
    """Lower case, without marks, đ as d, single spaces: what search and comparison use.

    Old and new tone placement (hoà, hòa) and NFD input fold to the same string.
    """
    text = nfc(text).translate(_D_LOOKALIKES).lower()
    bare = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return _SPACES.sub(" ", bare.replace("đ", "d")).strip()


def same_name(one: str, other: str) -> bool:
    """Whether two names are equal apart from case, spaces, NFD and the place of the tone mark."""
    return tone_blind(one) == tone_blind(other)


def tone_blind(text: str) -> str:
    """The text lowered, with each syllable's tone moved behind it, so that hoà equals hòa but not hoa."""
    words = []
    for word in _SPACES.sub(" ", nfc(text).translate(_D_LOOKALIKES).lower()).strip().split(" "):
        letters: list[str] = []
        tones: list[str] = []
        for c in unicodedata.normalize("NFD", word):
            (tones if c in _TONES else letters).append(c)
        words.append("".join(letters) + "".join(tones))
    return nfc(" ".join(words))


def sort_key(text: str) -> str:
    """An ASCII key whose plain order is the Vietnamese dictionary order.

    Words are compared by letters first (a < ă < â, d < đ), then by tones
    (ngang < huyền < hỏi < ngã < sắc < nặng). Digits sort before letters, by value up to 12 places.
    """
    letters: list[str] = []
    tones: list[str] = []
    for token in re.findall(r"\d+|\D", _SPACES.sub(" ", nfc(text).translate(_D_LOOKALIKES).lower()).strip()):
        if token.isdigit():
            letters.append("0" + str(int(token)).zfill(12))
            continue
        letter, tone = _weighed(token)
        letters.append(letter)
        tones.append(tone)
    # A space sorts before whatever begins another word, so that a name stands before its longer namesakes.
    return "".join(letters) + " " + "".join(tones).rstrip("0")


# Of the letters there are: a nation's names are worked out of a few hundred.
@lru_cache(maxsize=4096)
def _weighed(c: str) -> tuple[str, str]:
    """What one letter adds to a sorting key, and its tone."""
    decomposed = unicodedata.normalize("NFD", c)
    tone = next((str(_TONES[mark]) for mark in decomposed if mark in _TONES), "0")
    base = nfc("".join(mark for mark in decomposed if mark not in _TONES))
    if base in _RANK:
        rank = _RANK[base]
        return chr(ord("A") + rank) if rank < 26 else chr(ord("a") + rank - 26), tone
    if base == " ":
        return "!", ""
    return ("z", tone) if base.isalnum() else ("", "")
