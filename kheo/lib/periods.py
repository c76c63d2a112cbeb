"""Spans of time. A span runs from its first day up to, but not including, its end."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")

# Rows whose beginning is not known begin here; rows that still hold end here. Dates, never NULL,
# so that `valid_from <= day < valid_to` is the whole question.
BEGINNING = date(1, 1, 1)
FOREVER = date(9999, 12, 31)


def today() -> date:
    """The day it is in Vietnam."""
    return datetime.now(VIETNAM).date()


@dataclass(frozen=True, order=True)
class Period:
    """A year, half-year, quarter or month: `first` day to `last` day, both included."""

    first: date
    last: date

    @classmethod
    def year(cls, year: int) -> "Period":
        return cls(date(year, 1, 1), date(year, 12, 31))

    @classmethod
    def half(cls, year: int, half: int) -> "Period":
        return (
            cls(date(year, 1, 1), date(year, 6, 30))
            if half == 1
            else cls(date(year, 7, 1), date(year, 12, 31))
        )

    @classmethod
    def quarter(cls, year: int, quarter: int) -> "Period":
        first = date(year, 3 * quarter - 2, 1)
        return cls(first, _end_of_month(year, 3 * quarter))

    @classmethod
    def month(cls, year: int, month: int) -> "Period":
        return cls(date(year, month, 1), _end_of_month(year, month))

    def structure_day(self, now: date | None = None) -> date:
        """The day whose structure the period is read in: its last, or today while it runs."""
        return min(self.last, now or today())

    def year_before(self) -> "Period":
        """The same period of last year (29 February becomes 28)."""
        last = self.last.replace(day=28) if (self.last.month, self.last.day) == (2, 29) else self.last
        return Period(self.first.replace(year=self.first.year - 1), last.replace(year=last.year - 1))

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def _end_of_month(year: int, month: int) -> date:
    following = date(year + 1, 1, 1) if month == 12 else date(year, month + 1, 1)
    return following - timedelta(days=1)
