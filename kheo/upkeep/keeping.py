"""Which backups stay: the newest of each of the last days, weeks and months.

A rule is written "7 daily, 4 weekly, 12 monthly": the seven last days that have a backup, the four last
weeks, the twelve last months. One backup may stand for its day, its week and its month at once, and the
newest always stays. Days begin at midnight in Vietnam, weeks on Monday.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from kheo.lib.periods import VIETNAM
from kheo.lib.refusals import Refused

_SPANS: dict[str, Callable[[datetime], Any]] = {
    "daily": lambda at: at.date(),
    "weekly": lambda at: at.isocalendar()[:2],
    "monthly": lambda at: (at.year, at.month),
    "yearly": lambda at: at.year,
}


@dataclass(frozen=True)
class Rule:
    spans: tuple[tuple[str, int], ...]

    @classmethod
    def read(cls, text: str) -> "Rule":
        """From "7 daily, 4 weekly, 12 monthly"; also yearly. Refused when it would keep nothing."""
        spans = re.findall(r"(\d+)\s*(daily|weekly|monthly|yearly)", text)
        if not spans or re.sub(r"(\d+)\s*(daily|weekly|monthly|yearly)|[,\s]", "", text):
            raise Refused(
                _("KHEO_BACKUP_KEEP is %(text)r. Write it like this: 7 daily, 4 weekly, 12 monthly")
                % {"text": text}
            )
        if not any(int(count) for count, _span in spans):
            raise Refused(
                _("KHEO_BACKUP_KEEP would keep no backup at all. Write: 7 daily, 4 weekly, 12 monthly")
            )
        return cls(tuple((span, int(count)) for count, span in spans))

    def in_words(self) -> str:
        """For people: the last 7 days, 4 weeks, 12 months."""
        words = {
            "daily": _("%s days"),
            "weekly": _("%s weeks"),
            "monthly": _("%s months"),
            "yearly": _("%s years"),
        }
        return ", ".join(words[span] % count for span, count in self.spans)

    def keeps(self, moments: Iterable[datetime]) -> set[datetime]:
        newest_first = sorted(moments, reverse=True)
        kept = set(newest_first[:1])
        for span, count in self.spans:
            seen: set[Any] = set()
            for moment in newest_first:
                day = _SPANS[span](moment.astimezone(VIETNAM))
                if day not in seen and len(seen) < count:
                    seen.add(day)
                    kept.add(moment)
        return kept
