"""Numbers and days as papers in Vietnam write them."""

from datetime import UTC, date, datetime
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kheo.lib import formats
from kheo.lib.numbers import parse_quantity
from kheo.lib.periods import Period


def test_numbers():
    assert formats.number(1234567) == "1.234.567"
    assert formats.number(1234567, "en") == "1,234,567"
    assert formats.number(-1500) == "-1.500"
    assert formats.decimal(1234567.84, 1) == "1.234.567,8"
    assert formats.decimal(2.5, 0) == "3"
    assert formats.decimal(-0.04, 1) == "0,0"
    assert formats.short_decimal(12.50, 2) == "12,5"
    assert formats.short_decimal(100, 2) == "100"
    assert formats.percent(0.123) == "12,3%"
    assert formats.percent(Fraction(1, 3)) == "33,3%"
    assert formats.percent(1) == "100%"


def test_quantities():
    assert formats.money(1500000) == "1.500.000 đồng"
    assert formats.short_money(1500000) == "1,5 triệu đồng"
    assert formats.short_money(2_350_000_000) == "2,35 tỷ đồng"
    assert formats.short_money(900) == "900 đồng"
    assert formats.area_m2(10550) == "105,5 m²"
    assert formats.work_days(125) == "12,5 ngày công"
    assert formats.length(125050) == "1.250,5 m"


@pytest.mark.parametrize(
    ("day", "short", "long"),
    [
        (date(2026, 7, 5), "05/7/2026", "ngày 05 tháng 7 năm 2026"),
        (date(2026, 2, 15), "15/02/2026", "ngày 15 tháng 02 năm 2026"),
        (date(2021, 1, 1), "01/01/2021", "ngày 01 tháng 01 năm 2021"),
        (date(2021, 5, 23), "23/5/2021", "ngày 23 tháng 5 năm 2021"),
        (date(2026, 12, 31), "31/12/2026", "ngày 31 tháng 12 năm 2026"),
    ],
)
def test_the_zero_rule(day, short, long):
    assert formats.short_date(day) == short
    assert formats.long_date(day) == long


def test_moments_are_at_the_hour_of_vietnam():
    assert formats.moment(datetime(2026, 7, 4, 18, 5, tzinfo=UTC)) == "01:05 05/7/2026"


@pytest.mark.parametrize(
    ("span", "vi", "en"),
    [
        (Period.year(2026), "năm 2026", "2026"),
        (Period.half(2026, 1), "6 tháng đầu năm 2026", "first half of 2026"),
        (Period.quarter(2026, 2), "quý II/2026", "Q2 2026"),
        (Period.month(2026, 2), "tháng 02/2026", "February 2026"),
        (Period.month(2026, 7), "tháng 7/2026", "July 2026"),
        (Period(date(2026, 1, 5), date(2026, 3, 7)), "05/01/2026 – 07/3/2026", "05/01/2026 – 07/3/2026"),
    ],
)
def test_periods(span, vi, en):
    assert formats.period(span) == vi
    assert formats.period(span, "en") == en


@pytest.mark.parametrize(
    ("whole", "words"),
    [
        (0, "không"),
        (5, "năm"),
        (10, "mười"),
        (15, "mười lăm"),
        (21, "hai mươi mốt"),
        (44, "bốn mươi bốn"),
        (55, "năm mươi lăm"),
        (101, "một trăm linh một"),
        (110, "một trăm mười"),
        (1000, "một nghìn"),
        (1005, "một nghìn không trăm linh năm"),
        (1_500_000, "một triệu năm trăm nghìn"),
        (2_350_000_000, "hai tỷ ba trăm năm mươi triệu"),
        (1_000_000_001, "một tỷ không trăm linh một"),
        (1_200_000_000_000, "một nghìn hai trăm tỷ"),
        (1_000_000_000_000, "một nghìn tỷ"),
    ],
)
def test_numbers_in_words(whole, words):
    assert formats.in_words(whole) == words


def test_money_in_words():
    assert formats.money_in_words(1_500_000) == "Một triệu năm trăm nghìn đồng"


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 9 * 10**15))
def test_every_number_is_written_so_that_it_is_read_again(value):
    assert parse_quantity(formats.number(value)) == value
    assert "  " not in formats.in_words(value)
