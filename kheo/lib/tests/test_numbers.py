"""Hoa pastes what 130 communes wrote; each figure is read as it was meant or sent back with a sentence."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kheo.lib.formats import short_decimal
from kheo.lib.numbers import AREA_M2, COUNT, LENGTH, MOST, QUANTITIES, VND, WORK_DAYS, parse_quantity


@pytest.mark.parametrize(
    ("text", "unit", "meant"),
    [
        ("1.500.000", VND, 1_500_000),
        ("1 500 000", VND, 1_500_000),
        ("1\u00a0500\u00a0000 đồng", VND, 1_500_000),
        ("1,500,000", VND, 1_500_000),
        ("1500000đ", VND, 1_500_000),
        ("1,5 triệu", VND, 1_500_000),
        ("1.5 triệu", VND, 1_500_000),
        ("1,5tr", VND, 1_500_000),
        ("350 nghìn đồng", VND, 350_000),
        ("350k", VND, 350_000),
        ("2 tỷ", VND, 2_000_000_000),
        ("2 tỉ", VND, 2_000_000_000),
        ("2 tỷ 350 triệu", VND, 2_350_000_000),
        ("1.200 tỷ đồng", VND, 1_200_000_000_000),
        ("1 nghìn tỷ", VND, 1_000_000_000_000),
        ("1 triệu 500 nghìn đồng", VND, 1_500_000),
        ("1,5 trie\u0323\u0302u", VND, 1_500_000),  # NFD, as some phones send it
        ("1.234", VND, 1234),
        ("1.234.567", COUNT, 1_234_567),
        ("12 người", COUNT, 12),
        ("105 m2", AREA_M2, 10_500),
        ("105,5 m²", AREA_M2, 10_550),
        ("1.234,56", AREA_M2, 123_456),
        ("1.234,5", AREA_M2, 123_450),
        ("1,2 ha", AREA_M2, 1_200_000),
        ("12,5", WORK_DAYS, 125),
        ("1.200 ngày công", WORK_DAYS, 12_000),
        ("1,25 km", LENGTH, 125_000),
        ("850 m", LENGTH, 85_000),
        (" 7 ", COUNT, 7),
        ("0", COUNT, 0),
    ],
)
def test_what_people_write_is_read(text, unit, meant):
    assert parse_quantity(text, unit) == meant


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("", COUNT),
        ("😀", COUNT),
        ("5 😀", COUNT),
        ("khoảng 5", COUNT),
        ("2-3", COUNT),
        ("-5", COUNT),
        ("1.5.0", VND),
        ("1.2345", VND),
        ("1 5", VND),
        ("12 34", VND),
        ("1,5", VND),  # half a đồng
        ("1tr5", VND),
        ("5 5 triệu", VND),
        ("1 triệu 2 tỷ", VND),
        ("1 sào", AREA_M2),
        ("1,234", AREA_M2),
        ("0,05", WORK_DAYS),
        ("5 m2", VND),
        ("9" * 30, VND),
        ("1" * 10_000, COUNT),
        ("½", COUNT),
        ("1e5", COUNT),
        ("NaN", COUNT),
    ],
)
def test_what_is_unclear_is_sent_back_with_a_sentence(text, unit):
    with pytest.raises(ValueError, match=r".{10,}\.$"):
        parse_quantity(text, unit)


def test_a_point_never_begins_a_decimal_of_three():
    assert parse_quantity("1.234", AREA_M2) == 123_400


@settings(max_examples=200, deadline=None)
@given(st.integers(0, MOST), st.sampled_from(sorted(QUANTITIES)))
def test_what_is_shown_is_read_back(value, name):
    plain = QUANTITIES[name].plain
    value = value // plain * plain if plain > 1 and value > 10**12 else value
    assert parse_quantity(short_decimal(Fraction(value, plain), 2), name) == value


@settings(max_examples=300, deadline=None)
@given(
    st.text(alphabet="0123456789., \u00a0-+eétriệunghìỷk²2m😀\u0301", max_size=70),
    st.sampled_from(sorted(QUANTITIES)),
)
def test_nothing_typed_breaks_the_reader(text, name):
    try:
        value = parse_quantity(text, name)
    except ValueError as error:
        value, told = 0, str(error)
    else:
        told = "read."
    assert told.endswith(".")
    assert 0 <= value <= MOST
