"""Texts in encodings from before Unicode: TCVN3 (ABC fonts), VNI and windows-1258, found out and turned
into NFC.

Files made with .VnTime or VNI-Times fonts hold the letters of another alphabet: on the screen of today they
read
"céng hßa" (TCVN3) or "coäng hoøa" (VNI). The tables are those of the fonts: TCVN 5712:1993 for TCVN3, and
for VNI a
base letter followed by the character that carries its mark.
"""
# ruff: noqa: E501 - tables and patterns stay on one line each

import re
import unicodedata
from dataclasses import dataclass

from kheo.lib.vietnamese import fold, nfc

# TCVN 5712:1993 as the .Vn fonts use it, over Latin-1 characters. Capitals with marks have no place of
# their own:
# .VnTimeH draws small letters as capitals.
_TCVN3 = {
    "µ": "à", "¸": "á", "¶": "ả", "·": "ã", "¹": "ạ",
    "¨": "ă", "»": "ằ", "¾": "ắ", "¼": "ẳ", "½": "ẵ", "Æ": "ặ",
    "©": "â", "Ç": "ầ", "Ê": "ấ", "È": "ẩ", "É": "ẫ", "Ë": "ậ",
    "®": "đ", "Ì": "è", "Ð": "é", "Î": "ẻ", "Ï": "ẽ", "Ñ": "ẹ",
    "ª": "ê", "Ò": "ề", "Õ": "ế", "Ó": "ể", "Ô": "ễ", "Ö": "ệ",
    "×": "ì", "Ý": "í", "Ø": "ỉ", "Ü": "ĩ", "Þ": "ị",
    "ß": "ò", "ã": "ó", "á": "ỏ", "â": "õ", "ä": "ọ",
    "«": "ô", "å": "ồ", "è": "ố", "æ": "ổ", "ç": "ỗ", "é": "ộ",
    "¬": "ơ", "ê": "ờ", "í": "ớ", "ë": "ở", "ì": "ỡ", "î": "ợ",
    "ï": "ù", "ó": "ú", "ñ": "ủ", "ò": "ũ", "ô": "ụ",
    "\u00ad": "ư", "õ": "ừ", "ø": "ứ", "ö": "ử", "÷": "ữ", "ù": "ự",
    "ú": "ỳ", "ý": "ý", "û": "ỷ", "ü": "ỹ", "þ": "ỵ",
    "¡": "Ă", "¢": "Â", "§": "Đ", "£": "Ê", "¤": "Ô", "¥": "Ơ", "¦": "Ư",
}  # fmt: skip
_GRAVE, _HOOK, _TILDE, _ACUTE, _DOT = "\u0300", "\u0309", "\u0303", "\u0301", "\u0323"
_CIRCUMFLEX, _BREVE = "\u0302", "\u0306"
# VNI: the character after the letter carries the mark (or the mark and a tone together).
_VNI_MARKS = {
    "ø": _GRAVE, "ù": _ACUTE, "û": _HOOK, "õ": _TILDE, "ï": _DOT,
    "â": _CIRCUMFLEX, "à": _CIRCUMFLEX + _GRAVE, "á": _CIRCUMFLEX + _ACUTE, "å": _CIRCUMFLEX + _HOOK, "ã": _CIRCUMFLEX + _TILDE, "ä": _CIRCUMFLEX + _DOT,
    "ê": _BREVE, "è": _BREVE + _GRAVE, "é": _BREVE + _ACUTE, "ú": _BREVE + _HOOK, "ü": _BREVE + _TILDE, "ë": _BREVE + _DOT,
}  # fmt: skip
_VNI_MARKS |= {mark.upper(): signs for mark, signs in _VNI_MARKS.items()}
# Letters VNI holds in one character.
_VNI_ALONE = {
    "ñ": "đ", "Ñ": "Đ", "ô": "ơ", "Ô": "Ơ", "ö": "ư", "Ö": "Ư",
    "ì": "ì", "Ì": "Ì", "í": "í", "Í": "Í", "æ": "ỉ", "Æ": "Ỉ", "ó": "ĩ", "Ó": "Ĩ", "ò": "ị", "Ò": "Ị", "î": "ỵ", "Î": "Ỵ",
}  # fmt: skip
_VNI_CIRCUMFLEX_BASES = set("aeoAEO")

# Words of every official text, folded: what a right conversion must show.
_COMMON = {
    "va", "cua", "cac", "ve", "viec", "trong", "duoc", "theo", "thuc", "hien", "cho", "la", "uy",
    "ban", "nhan", "dan", "tinh", "dang", "cong", "tac", "to", "chuc", "chi", "dao", "ke", "hoach",
    "xa", "hoi", "dong", "so", "ngay", "thang", "nam", "voi", "mot", "nhung", "co", "khong", "tai",
    "den", "nay", "do", "de", "tu", "ra", "nguoi", "phuong", "thanh", "pho", "viet", "doc", "lap",
    "hanh", "phuc", "can", "cu", "quyet", "dinh", "nghi",
}  # fmt: skip
_VIETNAMESE_LETTER = re.compile(
    r"[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]", re.I
)
# Letters no other language of Latin script has together: what tells Vietnamese from French or Portuguese.
_ONLY_VIETNAMESE = re.compile(r"[đơưảạằẳẵắặầẩẫấậẻẽẹềểễếệỉịỏọồổỗốộờởỡớợủụừửữứựỷỹỵ]", re.I)


@dataclass(frozen=True)
class Decoded:
    """A text in NFC, the encoding it came in, and how sure that is (0..1)."""

    text: str
    encoding: str
    confidence: float


def from_tcvn3(text: str) -> str:
    """TCVN3 characters (seen as Latin-1) as Vietnamese. Words wholly in font capitals stay in small
    letters."""
    return nfc("".join(_TCVN3.get(char, char) for char in text))


def from_vni(text: str) -> str:
    """VNI letter-and-mark pairs (seen as windows-1252) as Vietnamese."""
    result: list[str] = []
    for char in text:
        marks = _VNI_MARKS.get(char)
        base = unicodedata.normalize("NFD", result[-1])[:1] if result else ""
        if (
            marks
            and result
            and base in "aeouyAEOUY"
            and base != ""
            and len(unicodedata.normalize("NFC", result[-1])) == 1
        ):
            last = result[-1]
            if (last in "ơưƠƯ" and marks in (_GRAVE, _ACUTE, _HOOK, _TILDE, _DOT)) or (
                last in "aeouyAEOUY" and _fits(last, marks)
            ):
                result[-1] = nfc(last + marks)
                continue
        result.append(_VNI_ALONE.get(char, char))
    return nfc("".join(result))


def _fits(letter: str, marks: str) -> bool:
    if _CIRCUMFLEX in marks:
        return letter in _VNI_CIRCUMFLEX_BASES
    if _BREVE in marks:
        return letter in "aA"
    return True


def vietnamese_share(text: str) -> float:
    """How Vietnamese a text looks: the share of its words that are common ones and carry only possible
    letters, 0..1."""
    words = re.findall(r"[^\W\d_]+", text[:200_000])[:4000]
    if not words:
        return 0.0
    good = sum(
        1
        for word in words
        if fold(word) in _COMMON and all(c in _PLAIN or _VIETNAMESE_LETTER.match(c) for c in word)
    )
    marked = sum(1 for word in words if _ONLY_VIETNAMESE.search(word))
    odd = sum(
        1
        for word in words
        if re.search(r"[^\Wa-zA-Z\d_]", word)
        and not all(c in _PLAIN or _VIETNAMESE_LETTER.match(c) for c in word)
    )
    return max(
        0.0, min(1.0, 2.0 * good / len(words)) * min(1.0, 3.0 * marked / len(words)) - odd / len(words)
    )


_PLAIN = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ\u0300\u0301\u0303\u0309\u0323")


def convert(text: str) -> Decoded:
    """A text already in Unicode characters but perhaps typed with an old font: the likeliest reading of
    it."""
    best = Decoded(nfc(text), "unicode", vietnamese_share(text))
    if best.confidence > 0.55:
        return best
    for encoding, converted in (("tcvn3", from_tcvn3(text)), ("vni", from_vni(text))):
        share = vietnamese_share(converted)
        if share > best.confidence + 0.15:
            best = Decoded(converted, encoding, share)
    return best


def decode(content: bytes) -> Decoded:
    """Bytes of a text file as Vietnamese: UTF-8, UTF-16, windows-1258, TCVN3 or VNI, whichever reads best."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return convert(content.decode(encoding, errors="replace"))
    try:
        return convert(content.decode("utf-8"))
    except UnicodeDecodeError:
        pass
    if len(content) > 3 and content[1::2].count(0) > len(content) // 5:
        return convert(content.decode("utf-16-le", errors="replace"))
    if len(content) > 3 and content[::2].count(0) > len(content) // 5:
        return convert(content.decode("utf-16-be", errors="replace"))
    candidates = []
    for encoding, text in (
        ("cp1258", nfc(content.decode("cp1258", errors="replace"))),
        ("tcvn3", from_tcvn3(content.decode("latin-1"))),
        ("vni", from_vni(content.decode("cp1252", errors="replace"))),
    ):
        candidates.append(Decoded(text, encoding, vietnamese_share(text)))
    return max(candidates, key=lambda one: one.confidence)
