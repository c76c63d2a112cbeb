"""How often a task is answered: once, by its deadline, or in every month, quarter, half-year or year."""

import re
from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from kheo.lib.periods import Period
from kheo.lib.vietnamese import fold


class Rhythm(models.TextChoices):
    ONCE = "once", _("once, by its deadline")
    MONTH = "month", _("every month")
    QUARTER = "quarter", _("every quarter")
    HALF = "half", _("every half-year")
    YEAR = "year", _("every year")


STANDING = [Rhythm.MONTH, Rhythm.QUARTER, Rhythm.HALF, Rhythm.YEAR]
_CODE = re.compile(r"(\d{4})(?:-(?:(H|Q)([1-4])|(\d{2})))?")


def rhythm_of(cadence: str, due_on: date | None) -> Rhythm:
    """A deadline makes a task one that ends; else it is standing, every half-year unless its words differ."""
    if due_on:
        return Rhythm.ONCE
    said = fold(cadence)
    if re.search(r"\b(6|sau) thang|nua nam\b", said):
        return Rhythm.HALF
    if re.search(r"\bquy\b|\b(3|ba) thang\b", said):
        return Rhythm.QUARTER
    if re.search(r"\bthang\b", said):
        return Rhythm.MONTH
    if re.search(r"\bnam\b", said):
        return Rhythm.YEAR
    return Rhythm.HALF


def period_of(rhythm: str, day: date) -> str:
    """The period that holds the day, a code that sorts in time: 2026, 2026-H1, 2026-Q2, 2026-05; or ""."""
    if rhythm == Rhythm.YEAR:
        return f"{day.year}"
    if rhythm == Rhythm.HALF:
        return f"{day.year}-H{1 if day.month < 7 else 2}"
    if rhythm == Rhythm.QUARTER:
        return f"{day.year}-Q{(day.month + 2) // 3}"
    if rhythm == Rhythm.MONTH:
        return f"{day.year}-{day.month:02}"
    return ""


def span_of(code: str) -> Period | None:
    """The days a code stands for; None for what is no code."""
    found = _CODE.fullmatch(code)
    if not found:
        return None
    year = int(found[1])
    if found[2] == "H" and int(found[3]) < 3:
        return Period.half(year, int(found[3]))
    if found[2] == "Q":
        return Period.quarter(year, int(found[3]))
    if found[4]:
        return Period.month(year, int(found[4])) if 1 <= int(found[4]) <= 12 else None
    return Period.year(year) if code == found[1] else None


def recent(rhythm: str, day: date, how_many: int = 3) -> list[str]:
    """The period that holds the day and those before it, the latest first."""
    codes: list[str] = []
    while rhythm in STANDING and len(codes) < how_many:
        codes.append(period_of(rhythm, day))
        span = span_of(codes[-1])
        assert span is not None
        day = date.fromordinal(span.first.toordinal() - 1)
    return codes
