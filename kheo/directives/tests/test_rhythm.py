"""How often a task is answered, from its words."""

from datetime import date

import pytest

from kheo.directives.rhythm import Rhythm, period_of, recent, rhythm_of, span_of


@pytest.mark.parametrize(
    ("words", "rhythm"),
    [
        ("hàng năm", Rhythm.YEAR),
        ("Định kỳ 6 tháng, một năm", Rhythm.HALF),
        ("sáu tháng", Rhythm.HALF),
        ("hằng quý", Rhythm.QUARTER),
        ("hàng tháng", Rhythm.MONTH),
        ("thường xuyên", Rhythm.HALF),
        ("", Rhythm.HALF),
    ],
)
def test_words(words, rhythm):
    assert rhythm_of(words, None) == rhythm


def test_a_deadline_ends_a_task():
    assert rhythm_of("hàng năm", date(2026, 1, 1)) == Rhythm.ONCE


def test_periods_sort_in_time_and_tell_their_days():
    assert recent(Rhythm.HALF, date(2026, 7, 1)) == ["2026-H2", "2026-H1", "2025-H2"]
    assert recent(Rhythm.MONTH, date(2026, 1, 31), 2) == ["2026-01", "2025-12"]
    assert recent(Rhythm.ONCE, date(2026, 1, 1)) == []
    assert period_of(Rhythm.QUARTER, date(2026, 12, 31)) == "2026-Q4"
    assert span_of("2026-H2").first == date(2026, 7, 1)
    assert span_of("2026-13") is None
    assert span_of("2026-H3") is None
    assert span_of("sometime") is None
