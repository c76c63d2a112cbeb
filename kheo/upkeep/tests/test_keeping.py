"""Which backups stay."""

from datetime import datetime, timedelta

import pytest

from kheo.lib.periods import VIETNAM
from kheo.lib.refusals import Refused
from kheo.upkeep.keeping import Rule

LAST = datetime(2026, 11, 28, 1, 30, tzinfo=VIETNAM)  # a Saturday
NIGHTS = [LAST - timedelta(days=days) for days in range(800)]


def test_seven_days_four_weeks_twelve_months():
    kept = Rule.read("7 daily, 4 weekly, 12 monthly").keeps(NIGHTS)
    days = sorted((moment.date().isoformat() for moment in kept), reverse=True)
    assert days == [
        *(f"2026-11-{day}" for day in (28, 27, 26, 25, 24, 23, 22)),
        "2026-11-15",
        "2026-11-08",
        *(
            f"2026-{month}"
            for month in ("10-31", "09-30", "08-31", "07-31", "06-30", "05-31", "04-30", "03-31")
        ),
        "2026-02-28",
        "2026-01-31",
        "2025-12-31",
    ]


def test_a_machine_that_was_off_for_a_month_loses_nothing_of_before():
    old = [moment for moment in NIGHTS if moment < LAST - timedelta(days=40)][:10]
    assert set(old[:6]) <= Rule.read("7 daily").keeps([LAST, *old])


def test_only_the_newest_of_a_day_and_the_newest_always():
    evening = LAST + timedelta(hours=12)
    assert Rule.read("2 daily").keeps([LAST, evening]) == {evening}
    assert Rule.read("0 daily, 1 monthly").keeps([evening]) == {evening}
    assert Rule.read("3 yearly").keeps(NIGHTS) == {
        LAST,
        datetime(2025, 12, 31, 1, 30, tzinfo=VIETNAM),
        datetime(2024, 12, 31, 1, 30, tzinfo=VIETNAM),
    }


@pytest.mark.parametrize("text", ["", "forever", "7", "7 daily and more", "0 daily", "-1 daily"])
def test_a_rule_that_is_none(text):
    with pytest.raises(Refused):
        Rule.read(text)
