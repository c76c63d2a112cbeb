"""Another day than today, for tests whose story has a year of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any
from unittest import mock


@contextmanager
def on_day(day: date) -> Iterator[None]:
    """The day it is, for everything that asks `kheo.lib.periods.today`."""

    class Then(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime(day.year, day.month, day.day, 9, 0, tzinfo=tz)

    with mock.patch("kheo.lib.periods.datetime", Then):
        yield
