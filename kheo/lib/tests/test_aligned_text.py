"""Copies of a text that rules can read, with the way back to the text as it came."""

import unicodedata

from hypothesis import given, settings
from hypothesis import strategies as st

from kheo.lib.aligned_text import Aligned

LETTERS = st.text(
    alphabet="aàảãáạăằặâầđêệôơợưựuyoaÐ \n\t–“”’.,;:0123456789ABCĐ\u0301\u0323\u200b\u00a0", max_size=60
)


def test_one_kind_of_dash_quote_space_and_letter():
    text = Aligned("“Dân vận khéo” – 05‑CT/TU\u00a0QÐ")
    assert text.plain == '"Dân vận khéo" - 05-CT/TU QĐ'


def test_tone_placement_is_made_one_and_length_stays():
    text = Aligned("Uỷ ban hoà giải, thuỷ lợi, quý hoàn toán")
    assert text.tone == "ủy ban hòa giải, thủy lợi, quý hoàn toán"
    assert len(text.tone) == len(text.plain) == len(text.fold)
    assert text.fold == "uy ban hoa giai, thuy loi, quy hoan toan"


def test_a_span_of_a_decomposed_text_holds_whole_letters():
    source = unicodedata.normalize("NFD", "Ban Thường vụ Tỉnh ủy")
    text = Aligned(source)
    start = text.plain.index("Tỉnh")
    a, b = text.span(start, start + len("Tỉnh ủy"))
    assert unicodedata.normalize("NFC", source[a:b]) == "Tỉnh ủy"
    assert text.words(start, start + 4) == "Tỉnh"


@settings(max_examples=50, deadline=None)
@given(LETTERS)
def test_copies_have_one_length_and_every_span_is_valid(source):
    text = Aligned(source)
    assert len(text.plain) == len(text.tone) == len(text.fold)
    for start in range(0, len(text), 3):
        a, b = text.span(start, min(len(text), start + 5))
        assert 0 <= a <= b <= len(source)
