"""Document numbers: every family, the codes in use, and the ways a number is misprinted."""
# ruff: noqa: E501 - the texts stay whole

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kheo.lib.document_numbers import (
    ADMIN,
    LAW,
    PARTY,
    QPPL,
    REVIEW,
    find_all,
    issuer_names,
    key,
    parse,
    type_names,
)

KNOWN = [
    # printed, family, type code, issuers, unit
    ("05-CT/TU", PARTY, "CT", ("TU",), None),
    ("05-CT/TW", PARTY, "CT", ("TW",), None),
    ("06-ĐA/TU", PARTY, "ĐA", ("TU",), None),
    ("24-KH/BDVTU", PARTY, "KH", ("BDVTU",), None),
    ("34-KH/HU", PARTY, "KH", ("HU",), None),
    ("152-BC/ĐU", PARTY, "BC", ("ĐU",), None),
    ("134-CV/UBKTTU", PARTY, "CV", ("UBKTTU",), None),
    ("59-CV/BCĐ", PARTY, "CV", ("BCĐ",), None),
    ("03-HD/BTGDVTU", PARTY, "HD", ("BTGDVTU",), None),
    ("31-HD/BTCTW", PARTY, "HD", ("BTCTW",), None),
    ("298-QĐ/TW", PARTY, "QĐ", ("TW",), None),
    ("1674-QĐNS/TW", PARTY, "QĐNS", ("TW",), None),
    ("05-QC/BTCTU-BDVTU", PARTY, "QC", ("BTCTU", "BDVTU"), None),
    ("18-BB/ĐH", PARTY, "BB", ("ĐH",), None),
    ("24-BS/UBKTTU", PARTY, "BS", ("UBKTTU",), None),
    ("367 - QĐ/TWĐTN", PARTY, "QĐ", ("TWĐTN",), None),
    ("127- QÐ/TW", PARTY, "QĐ", ("TW",), None),
    ("Số: 05 – CT/TU", PARTY, "CT", ("TU",), None),
    ("05‑CT/TU", PARTY, "CT", ("TU",), None),
    ("16/CT-TTg", ADMIN, "CT", ("TTg",), None),
    ("33/CT-TTg", ADMIN, "CT", ("TTg",), None),
    ("163/QĐ-UBND", ADMIN, "QĐ", ("UBND",), None),
    ("2786/QĐ-BQP", ADMIN, "QĐ", ("BQP",), None),
    ("342/TTr-CP", ADMIN, "TTr", ("CP",), None),
    ("343/ĐA-CP", ADMIN, "ĐA", ("CP",), None),
    ("433/BC-UBPLTP15", ADMIN, "BC", ("UBPLTP15",), None),
    ("1678/NQ-UBTVQH15", ADMIN, "NQ", ("UBTVQH15",), None),
    ("13/QĐ-MTTQ-BTT", ADMIN, "QĐ", ("MTTQ-BTT",), None),
    ("249/MTTQ-BTT", ADMIN, "CV", ("MTTQ",), "BTT"),
    ("12/UBND-VX", ADMIN, "CV", ("UBND",), "VX"),
    ("1027/CTK-CSCL", ADMIN, "CV", ("CTK",), "CSCL"),
    ("21/VBHN-VPQH", ADMIN, "VBHN", ("VPQH",), None),
    ("98/2023/NĐ-CP", QPPL, "NĐ", ("CP",), None),
    ("15/2025/TT-BNV", QPPL, "TT", ("BNV",), None),
    ("19/2025/QĐ-TTg", QPPL, "QĐ", ("TTg",), None),
    ("06/2021/QĐ-UBND", QPPL, "QĐ", ("UBND",), None),
    ("55/2005/TTLT-BNV-VPCP", QPPL, "TTLT", ("BNV", "VPCP"), None),
    ("06/2021QĐ-UBND", QPPL, "QĐ", ("UBND",), None),
    ("06/2022/QH15", LAW, None, ("QH15",), None),
    ("30/2026/QH16", LAW, None, ("QH16",), None),
    ("76/2025/UBTVQH15", LAW, None, ("UBTVQH15",), None),
]


@pytest.mark.parametrize(("printed", "family", "type_code", "issuers", "unit"), KNOWN)
def test_a_printed_number_names_its_family_type_and_issuers(printed, family, type_code, issuers, unit):
    number = parse(printed)
    assert (number.family, number.type_code, number.issuers, number.unit) == (
        family,
        type_code,
        issuers,
        unit,
    )
    assert 0 < number.confidence <= 1


def test_spellings_of_one_number_have_one_canonical_form():
    for printed in ("05-CT/TU", "Số: 05 – CT/TU", "05‑CT/TU", "Số 05 - CT / TU", "số: 05-CT/TU"):
        assert parse(printed).canonical == "05-CT/TU"
    assert key("Số: 5-ct/tu") == key("05-CT/TU")


def test_one_letter_tells_the_province_from_the_centre():
    assert parse("05-CT/TU").key != parse("05-CT/TW").key


def test_a_missing_slash_is_mended_with_less_confidence():
    number = parse("06/2021QĐ-UBND")
    assert number.canonical == "06/2021/QĐ-UBND"
    assert number.confidence < 0.7
    assert "slash" in number.reason


def test_a_missing_hyphen_waits_for_a_person():
    number = parse("90/TBMTTQ-BTT")
    assert number.family == REVIEW
    assert "90/TB-MTTQ-BTT" in number.reason
    assert parse("1961/QĐUBND").family == REVIEW


def test_a_number_may_carry_a_letter_and_type_codes_may_be_shouted():
    assert parse("12a/QĐ-UBND").number == "12a"
    assert parse("32/CT-TTG").canonical == "32/CT-TTg"
    assert parse("08-Ctr/TU").type_code == "CTr"


def test_a_draft_has_a_symbol_and_no_number():
    number = parse("Số:        /KH-UBND")
    assert number.number is None
    assert number.type_code == "KH"


def test_the_code_does_not_always_tell_the_type():
    assert parse("399-QĐ/TW").types == ("Quyết định", "Quy định")
    assert parse("06/2022/QH15").types == ("Luật", "Nghị quyết")
    assert type_names("TT", PARTY) == ("Thông tri",)
    assert type_names("TT", ADMIN) == ("Thông tư",)


def test_the_tables_are_dated():
    assert issuer_names("BDVTU", on=date(2021, 5, 23)) == ("Ban Dân vận Tỉnh ủy",)
    assert issuer_names("BDVTU", on=date(2026, 5, 23)) == ()
    assert issuer_names("HU", on=date(2026, 1, 1)) == ()


def test_numbers_are_found_in_prose_and_dates_are_not():
    text = (
        "Từ ngày 23/7/2025, trực 24/7, giai đoạn 2021 - 2025, thực hiện Chỉ thị số 05-CT/TW và Công văn số 574/UBND-NC, "
        "Quyết định số 15/2021/QĐ-UBND; lưu: VT (B_04b), 30/6/2025, tỷ lệ 1/3."
    )
    found = find_all(text)
    assert [number.canonical for _, _, number in found] == ["05-CT/TW", "574/UBND-NC", "15/2021/QĐ-UBND"]
    assert [text[a:b] for a, b, _ in found] == ["05-CT/TW", "574/UBND-NC", "15/2021/QĐ-UBND"]


def test_offsets_point_into_a_decomposed_text():
    import unicodedata

    text = unicodedata.normalize("NFD", "Thực hiện Kế hoạch số 12-KH/BTGDVTU của Ban; Đề án 06-ĐA/TU.")
    assert [unicodedata.normalize("NFC", text[a:b]) for a, b, _ in find_all(text)] == [
        "12-KH/BTGDVTU",
        "06-ĐA/TU",
    ]


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet="0123456789-/–‑ SốQĐKHCTUBNDTWTgVXố:.đ\u0300", max_size=40))
def test_any_scribble_is_answered(text):
    number = parse(text)
    assert 0 <= number.confidence <= 1
    for start, end, _ in find_all(text):
        assert 0 <= start < end <= len(text)
