"""Old encodings: found out by how Vietnamese the result reads."""
# ruff: noqa: E501 - tables and patterns stay on one line each

import pytest

from kheo.lib.legacy_text import convert, decode, from_tcvn3, from_vni, vietnamese_share

SAMPLE = (
    "Cộng hòa xã hội chủ nghĩa Việt Nam. Kế hoạch thực hiện công tác dân vận của ủy ban nhân dân xã. "
    "Các tổ chức được giao nhiệm vụ, người đứng đầu chịu trách nhiệm trước tỉnh về kết quả thực hiện trong năm."
)
TCVN3 = {"ộ": "é", "ò": "ß", "ã": "·", "ủ": "ñ", "ĩ": "Ü", "ệ": "Ö", "ế": "Õ", "ạ": "¹", "ự": "ù", "ô": "«", "á": "¸", "â": "©", "ậ": "Ë", "ổ": "æ", "ứ": "ø",
         "đ": "®", "ư": "\u00ad", "ợ": "î", "ụ": "ô", "ờ": "ê", "ầ": "Ç", "ị": "Þ", "ả": "¶", "ề": "Ò", "ỉ": "Ø", "ă": "¨", "ớ": "í", "ẻ": "Î", "à": "µ"}  # fmt: skip


def test_abc_fonts_are_read():
    typed = "".join(TCVN3.get(char, char) for char in SAMPLE)
    assert from_tcvn3(typed) == SAMPLE
    found = decode(typed.encode("latin-1"))
    assert (found.encoding, found.text) == ("tcvn3", SAMPLE)
    assert convert(typed).text == SAMPLE


def test_vni_fonts_are_read():
    typed = "Coäng hoøa xaõ hoäi chuû nghóa Vieät Nam. Keá hoaïch thöïc hieän coâng taùc daân vaän cuûa uûy ban nhaân daân xaõ, ñöôïc giao trong naêm."
    wanted = "Cộng hòa xã hội chủ nghĩa Việt Nam. Kế hoạch thực hiện công tác dân vận của ủy ban nhân dân xã, được giao trong năm."
    assert from_vni(typed) == wanted
    found = decode(typed.encode("cp1252"))
    assert (found.encoding, found.text) == ("vni", wanted)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_files_are_read(encoding):
    assert decode(SAMPLE.encode(encoding)).text.lstrip("\ufeff") == SAMPLE


def test_windows_1258_is_read():
    import unicodedata

    marks = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
    typed = ""
    for char in SAMPLE:
        parts = unicodedata.normalize("NFD", char)
        tone = "".join(c for c in parts if c in marks)
        typed += unicodedata.normalize("NFC", "".join(c for c in parts if c not in marks)) + tone
    found = decode(typed.encode("cp1258"))
    assert (found.encoding, found.text) == ("cp1258", SAMPLE)


def test_other_languages_do_not_look_vietnamese():
    assert vietnamese_share(SAMPLE) > 0.5
    assert vietnamese_share("The quick brown fox jumps over the lazy dog and runs to the river.") < 0.1
    assert vietnamese_share("Le comité a décidé de créer une école près de la forêt à côté du marché.") < 0.1
