"""How a person looks at figures: in the areas and bodies of which day, and as known on which.

The structures one may choose are the spans between reorganisations of the communes within reach, each named
by its days. A cut-off is a past day: what was entered, corrected, merged or decided since is not in it.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from django.utils.translation import gettext as _

from kheo.lib.formats import long_date, short_date
from kheo.lib.periods import Period, today
from kheo.places.models import Area
from kheo.reporting import words

# The choices that mean what the period or the calendar says, beside plain days.
THEN, TODAY = "then", "today"


@dataclass(frozen=True)
class Look:
    """The day of the structure and, if any, the day of the cut-off."""

    structure: date
    known_on: date | None = None

    @property
    def structure_words(self) -> str:
        day = long_date(self.structure, words.language())
        if self.structure == today():
            return _("Areas and bodies as they are today, %(day)s.") % {"day": day}
        return _("Areas and bodies as they were on %(day)s.") % {"day": day}

    @property
    def known_words(self) -> str:
        """What a cut-off leaves out; nothing without one."""
        if self.known_on is None:
            return ""
        return _(
            "As known at the end of %(day)s: without what was entered, corrected, merged or decided since."
        ) % {"day": long_date(self.known_on, words.language())}

    def told(self) -> list[str]:
        """Both, for what leaves Kheo."""
        return [each for each in (self.structure_words, self.known_words) if each]


class Structures(NamedTuple):
    """What may be chosen, (value, words) newest first, and what else an address may say for one of them."""

    choices: list[tuple[str, str]]
    # Who goes from one year to another keeps the structure, under the name it has there.
    same: dict[str, str]


def structures(place: Area | None, period: Period) -> Structures:
    """The structures of the communes in today's `place`. One query.

    A span that holds the period's own day, or today, is named by "then" and "today" alone.
    """
    then = period.structure_day()
    found, same = [(THEN, _("as they were then, %(day)s") % {"day": short_date(then)})], {}
    if then != today():
        found.append((TODAY, _("as they are today")))
    else:
        same[TODAY] = THEN
    if place is None:
        return Structures(found, same)
    communes = Area.objects.communes().filter(in_force=True).within_now(place).order_by()
    begun = sorted(day for day in communes.values_list("valid_from", flat=True).distinct() if day <= today())
    for number, first in reversed(list(enumerate(begun))):
        last = begun[number + 1] - timedelta(days=1) if number + 1 < len(begun) else today()
        if first <= then <= last or last == today():
            same[last.isoformat()] = THEN if first <= then <= last else TODAY
            continue
        span = {"first": short_date(first), "last": short_date(last)}
        name = _("%(first)s to %(last)s") % span if number else _("until %(last)s") % span
        found.append((last.isoformat(), name))
    return Structures(found, same)
