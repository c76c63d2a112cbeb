"""What holds for any text: no crash, valid offsets, the same reading for NFC and NFD, and quickly."""
# ruff: noqa: E501 - tables and patterns stay on one line each

import time
import unicodedata
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from kheo.directives.reading import read

SPECIMENS = Path(__file__).parent / "specimens"
PIECES = st.sampled_from(
    ["Sở Nội vụ", "UBND các xã, phường", "các cấp uỷ, tổ chức đảng", "chủ trì, phối hợp với", "Giao", "đề nghị", "yêu cầu:", "\n", "\n\n", "1. ", "a) ", "- ", "+ ",
     "I. TỔ CHỨC THỰC HIỆN", "Điều 3.", "Số: 12/KH-UBND", "Số 05-CT/TU", "ngày 15/12/2026", "trước ngày", "định kỳ 6 tháng", "“", "”", "(", ")", ";", ".", ", ", " | ",
     "KẾ HOẠCH", "Kính gửi:", "Nơi nhận:", "Căn cứ Luật", "của Chính phủ", "về việc", "Hà Nội, ngày 1 tháng 2 năm 2026", "V/v", "Ban Chỉ đạo phong trào", "tổ chức", "TT Nội dung Đơn vị chủ trì Thời gian",
     "MẬT", "Ảnh:", "hằng năm", "Đơn vị chủ trì:", "Thời gian:", "\u0301", "🙂", "\ufeff", "1 ", "30/02/2025", "Phòng", "Ban"]
)  # fmt: skip
TEXTS = st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=40).map(" ".join)


def _without_places(value):
    if isinstance(value, dict):
        return {k: _without_places(v) for k, v in value.items() if "span" not in k and k != "also_at"}
    return [_without_places(v) for v in value] if isinstance(value, list) else value


@settings(max_examples=50, deadline=None)
@given(TEXTS)
def test_no_text_breaks_the_reader_and_offsets_are_valid(text):
    reading = read(text)
    reading.as_json()
    for start, end in reading.spans():
        assert 0 <= start <= end <= len(text)


@settings(max_examples=30, deadline=None)
@given(TEXTS.filter(lambda text: "\u0301" not in text))
def test_decomposed_letters_read_the_same(text):
    text = unicodedata.normalize("NFC", text)
    composed, decomposed = read(text).as_json(), read(unicodedata.normalize("NFD", text)).as_json()
    assert _without_places(composed) == _without_places(decomposed)


def test_specimens_read_the_same_decomposed():
    for path in sorted(SPECIMENS.glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        assert _without_places(read(text).as_json()) == _without_places(
            read(unicodedata.normalize("NFD", text)).as_json()
        )


def test_carriage_returns_and_hard_spaces_change_nothing():
    text = (SPECIMENS / "cong_van_ubnd_gui_xa.txt").read_text(encoding="utf-8")
    plain = read(text).as_json()
    assert (
        _without_places(read(text.replace("\n", "\r\n").replace("Sở ", "Sở\u00a0")).as_json())["assignments"][
            0
        ]["body"]
        == plain["assignments"][0]["body"]
    )
    assert read(text.replace("\n", "\r\n")).as_json()["doc_number"] == plain["doc_number"]


def test_long_lines_and_long_texts_are_read_in_about_a_second():
    body = (SPECIMENS / "ke_hoach_tinh_uy_bang.txt").read_text(encoding="utf-8")
    for text in (
        body * 25,
        "Sở Nội vụ, " * 1000,
        "a" * 10_000,
        "các cơ quan, đơn vị, địa phương " * 400,
        "yêu cầu các sở, ngành " * 500,
        "Căn cứ " + "Luật Tổ chức, " * 700,
        "1. " * 3000,
        "- " * 5000,
        "(" * 5000,
        "Ban Chỉ đạo " * 800,
        "ngày 15 tháng 12 năm 2026 " * 400,
    ):
        begun = time.perf_counter()
        read(text)
        assert time.perf_counter() - begun < 6, text[:40]
