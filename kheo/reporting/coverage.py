"""How many of the communes asked stand behind a total, and which do not: "87/130 xã".

A commune stands behind the totals of a period when something of it is counted there, when one of its bodies
has sent a report of the period that is accepted (a periodic one: sent), or when its figures of the period are
known by report. The last are never in the total; they are told apart.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from kheo.fieldwork.models import FieldReport, UnitReport
from kheo.lib.formats import number
from kheo.places.apart import told_apart
from kheo.places.models import Area, Level
from kheo.reporting import words
from kheo.reporting.models import ReportedFigure
from kheo.tallies.figures import Reading, Standing

# A paper names so many missing communes; the page and its spreadsheet name all of them.
MOST_NAMED = 40


@dataclass
class Coverage:
    """The communes behind the totals of one reading, as one post sees them. Few queries, however many."""

    reading: Reading
    who: Any
    # Of a narrowed total its own address: "&field=kinh_te".
    narrowed: str = ""
    # Communes to be asked of; by default those of the structure within the post's area.
    only: set[int] | None = None

    @cached_property
    def asked(self) -> list[Standing]:
        """The communes of the structure that lie in the area of the post, invented ones aside; those of one
        name told apart.
        """
        unit = getattr(self.who, "unit", None)
        inside = unit.area.path_now if unit is not None else ""
        # Before the areas are gone through: what is counted elsewhere brings in more of them.
        counted = set() if self.reading.everything else self.counted
        found = [
            area
            for area in self.reading.areas.values()
            if area.level == Level.COMMUNE
            and not area.sample
            and (
                self.reading.everything or (inside and area.path_now.startswith(inside)) or area.pk in counted
            )
        ]
        names = told_apart({area.pk: area.full_name for area in found})
        found = [area._replace(full_name=names[area.pk]) for area in found]
        return sorted(found, key=lambda area: (area.sort_key, area.pk))

    @property
    def names(self) -> dict[int, str]:
        """What each of them is called where they stand together."""
        return {area.pk: area.full_name for area in self.asked}

    @cached_property
    def counted(self) -> set[int]:
        """Those of which anything is counted in the period, whatever the table shows of it."""
        if self.only is not None:
            return self.only
        return self.reading.beside(measures=None).touched

    @cached_property
    def reporting(self) -> set[int]:
        """Those that have reported although nothing of it is counted."""
        first, last = self.reading.period.first, self.reading.period.last
        pages = UnitReport.objects.filter(
            state__in=["sent", "accepted"], period_first__lte=last, period_last__gte=first
        )
        if (near := self.reading.lying_near()) is not None:
            pages = pages.filter(unit__area__in=near)
        found = self.reading.communes_of(pages.order_by().values_list("unit__area", flat=True).distinct())
        silent = [area.pk for area in self.asked if area.pk not in self.counted and area.pk not in found]
        reports = FieldReport.objects.filter(
            state=FieldReport.State.ACCEPTED,
            happened_on__gte=first,
            happened_on__lte=last,
            enrolment__initiative__commune=OuterRef("pk"),
        )
        told = Area.objects.filter(pk__in=silent).filter(Exists(reports)).order_by()
        return (found | set(told.values_list("pk", flat=True))) - self.counted

    @cached_property
    def stated(self) -> set[int]:
        """Those of which figures are known by report alone."""
        figures = ReportedFigure.objects.standing().inside(self.reading.period)
        if not self.reading.everything:
            figures = figures.visible_to(self.who)
        if not self.reading.sample:
            figures = figures.filter(sample=False)
        areas = figures.filter(area__level=Level.COMMUNE).order_by().values_list("area", flat=True).distinct()
        return self.reading.communes_of(areas) - self.counted - self.reporting

    @cached_property
    def behind(self) -> list[Standing]:
        standing = self.counted | self.reporting | (self.stated if self.only is None else set())
        return [area for area in self.asked if area.pk in standing]

    @cached_property
    def missing(self) -> list[Standing]:
        here = {area.pk for area in self.behind}
        return [area for area in self.asked if area.pk not in here]

    @property
    def by_report(self) -> list[Standing]:
        return [area for area in self.behind if area.pk in self.stated]

    # In words

    @property
    def short(self) -> str:
        """ "87/130 xã, phường"; nothing where no commune is asked."""
        if not self.asked:
            return ""
        told = {"behind": self._number(len(self.behind)), "asked": self._number(len(self.asked))}
        return _("%(behind)s/%(asked)s communes and wards") % told

    @property
    def sentence(self) -> str:
        """What stands behind the totals, for papers and spreadsheets."""
        if not self.asked:
            return ""
        told = _("Behind the totals stand %(short)s.") % {"short": self.short}
        if self.by_report:
            by_report = _(
                "%(n)s of them are known by report alone; those figures are beside the count and not in it."
            )
            told += " " + by_report % {"n": self._number(len(self.by_report))}
        return told

    @property
    def missing_sentence(self) -> str:
        """The missing ones by name; of very many the first, and how many more."""
        if not self.missing:
            return ""
        names = ", ".join(area.full_name for area in self.missing[:MOST_NAMED])
        if len(self.missing) > MOST_NAMED:
            more = self._number(len(self.missing) - MOST_NAMED)
            return _("Not among them: %(names)s and %(more)s more.") % {"names": names, "more": more}
        return _("Not among them: %(names)s.") % {"names": names}

    @property
    def meaning(self) -> str:
        return meaning()

    @property
    def url(self) -> str:
        """Which communes those are, and which are missing."""
        asked = {
            "first": self.reading.period.first.isoformat(),
            "last": self.reading.period.last.isoformat(),
            "structure": self.reading.day.isoformat(),
            "sample": "1" if self.reading.sample else "",
        }
        return f"{reverse('coverage')}?{urlencode({k: v for k, v in asked.items() if v})}{self.narrowed}"

    def of(self, areas: set[int], narrowed: str) -> "Coverage":
        """The same question of a part of the total: which communes have something counted in it."""
        part = replace(self, only=areas, narrowed=narrowed)
        part.__dict__["asked"] = self.asked
        part.__dict__["reporting"] = set()
        part.__dict__["stated"] = set()
        return part

    def as_json(self) -> dict[str, Any]:
        return {
            "asked": len(self.asked),
            "behind": len(self.behind),
            "by_report_alone": [area.full_name for area in self.by_report],
            "missing": [area.full_name for area in self.missing],
        }

    @staticmethod
    def _number(value: int) -> str:
        return number(value, words.language())


def meaning() -> str:
    """When a commune stands behind a total, for whoever asks."""
    return _(
        "A commune stands behind a total when something of it is counted in the period, when one of its "
        "bodies has sent a report of the period, or when its figures of the period are known by report."
    )
