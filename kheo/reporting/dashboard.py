"""The overview of a year: what one post may see, by area, field and line, every number with its records."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kheo.initiatives.models import Enrolment, Initiative
from kheo.lib.periods import Period, today
from kheo.places import borders
from kheo.places.models import Area
from kheo.reporting import words
from kheo.reporting.against import beside
from kheo.reporting.coverage import Coverage
from kheo.reporting.looking import Look
from kheo.reporting.models import OURS, ReportedFigure
from kheo.reporting.records import TOGETHER, Question
from kheo.tallies.figures import Reading, Row, Table
from kheo.ui.charts import BarChart, Choropleth, LineChart
from kheo.ui.lists import in_parts

ENROLLED = TOGETHER["enrolled"]
AMOUNTS = ("households", "people", "money_vnd", "land_m2", "length_cm", "work_days")
SHOWN = (*ENROLLED, "recognised", "ended", *AMOUNTS)
# Figures by report on the overview; the comparison shows the others.
MOST_REPORTED = 12
ALWAYS = ("enrolled_new", "enrolled_continuing", "recognised", "ended")
# The choice of years begins here at the latest: the year of Directive 05-CT/TU.
FIRST_YEAR = 2021
KINDS_OF_TABLE = {
    "field": gettext_lazy("By field of work"),
    "line": gettext_lazy("By line"),
    "area": gettext_lazy("By commune and ward"),
    "kind": gettext_lazy("By kind"),
}


@dataclass(frozen=True)
class Number:
    """One number on the page, as people read it, with the address of the records behind it."""

    measure: str
    value: int
    url: str = ""
    whole_words: bool = False

    def __str__(self) -> str:
        return (
            words.written(self.measure, self.value)
            if self.whole_words
            else words.in_table(self.measure, self.value)
        )

    @property
    def label(self) -> str:
        return words.short(self.measure)


@dataclass(frozen=True)
class TableRow:
    row: Row
    numbers: list[Number]
    # The communes that have something counted in this row; None where the row is one itself.
    behind: Coverage | None = None


@dataclass(frozen=True)
class Shown:
    """A table of the page: heads of columns, rows of numbers with the communes behind each, totals."""

    by: str
    columns: list[str]
    rows: list[TableRow]
    total: list[Number]
    # Rows without any figure, by name: told in one sentence instead of rows of zeros.
    empty: list[str]

    @property
    def title(self) -> str:
        return str(KINDS_OF_TABLE[self.by])


class Dashboard:
    """Everything the page of one year shows to one post."""

    def __init__(self, who: Any, year: int, *, look: Look | None = None, sample: bool = False) -> None:
        self.who, self.year, self.sample = who, year, sample
        self.period = Period.year(year)
        self.look = look or Look(self.period.structure_day())
        self.reading = Reading(
            self.period,
            structure=self.look.structure,
            measures=SHOWN,
            who=who,
            known_on=self.look.known_on,
            sample=sample,
        )

    # What it is about

    @property
    def place(self) -> Area | None:
        """The area of the post one acts from: its communes are shown also where nothing is counted."""
        return place_of(self.who)

    @property
    def structure(self) -> date:
        return self.look.structure

    @cached_property
    def question(self) -> Question:
        return Question("enrolled", self.period, self.structure, self.sample, who=self.who)

    # Numbers

    @cached_property
    def by_area(self) -> Table:
        return self.reading.by("area")

    @cached_property
    def by_field(self) -> Table:
        return self.reading.by("field")

    @cached_property
    def by_line(self) -> Table:
        return self.reading.by("line")

    @cached_property
    def totals(self) -> dict[str, int]:
        totals = self.by_field.totals
        return {**totals, "enrolled": sum(totals[name] for name in ENROLLED)}

    @cached_property
    def coverage(self) -> Coverage:
        """The communes within reach that stand behind the totals, and those that do not.

        What was sent and stated is not known-dated: with a cut-off, what is counted alone says it.
        """
        whole = Coverage(self.reading, self.who)
        return whole if self.look.known_on is None else whole.of(self.reading.touched, "")

    @cached_property
    def _communes(self) -> list[Row]:
        """The communes of the structure that lie in the post's area today, and any other with figures."""
        inside = self.place.path_now if self.place else None
        rows = [
            row
            for row in self.by_area.rows
            if row.pk is not None
            and (
                any(row.values.values())
                or (inside and self.reading.areas[row.pk].path_now.startswith(inside))
            )
        ]
        names = self.coverage.names
        return [replace(row, label=names.get(row.pk or 0, row.label)) for row in rows]

    def headline(self) -> list[Number]:
        names = ("enrolled", *ENROLLED, "recognised", "ended")
        return [self._number(name, self.totals[name], self.question) for name in names]

    def amounts(self) -> list[Number]:
        return [self._number(name, self.totals[name], self.question, whole_words=True) for name in AMOUNTS]

    def _number(self, measure: str, value: int, question: Question, **how: Any) -> Number:
        # The records are those of now; behind a figure of a past day they would add up to another.
        opens = value and self.look.known_on is None
        return Number(measure, value, question.url_of(measure) if opens else "", **how)

    # Tables

    @property
    def columns(self) -> list[str]:
        """The measures of the tables: what is always asked for, and of the others those that have figures."""
        return [name for name in SHOWN if name in ALWAYS or self.totals[name]]

    def tables(self) -> list[Shown]:
        return [self.table(by) for by in KINDS_OF_TABLE]

    def table(self, by: str) -> Shown:
        tables = {"field": lambda: self.by_field, "line": lambda: self.by_line, "area": lambda: self.by_area}
        table = tables[by]() if by in tables else self.reading.by("kind")
        rows = (
            [*self._communes, *(row for row in table.rows if row.pk is None)] if by == "area" else table.rows
        )
        full = [row for row in rows if any(row.values.values()) or by == "field"]
        return Shown(
            by=by,
            columns=[words.column(name) for name in self.columns],
            rows=[
                TableRow(row, self._numbers(row, self.question.about(by, row.key)), self._behind(by, row))
                for row in full
            ],
            total=self._numbers(Row("", "", table.totals), self.question),
            empty=[row.label for row in rows if row not in full],
        )

    def _behind(self, by: str, row: Row) -> Coverage | None:
        if by == "area":
            return None
        areas = self._areas_by[by].get(row.key if by != "field" else row.pk, set())
        return self.coverage.of(areas, f"&{by}={row.key}")

    @cached_property
    def _areas_by(self) -> dict[str, dict[Any, set[int]]]:
        """By field, kind and line, the communes with anything counted there. Three queries."""
        return {
            "field": self.reading.touched_by("field_id"),
            "kind": self.reading.touched_by("kind"),
            "line": self.reading.touched_by("unit__line"),
        }

    def _numbers(self, row: Row, question: Question) -> list[Number]:
        return [self._number(name, row.of(name), question) for name in self.columns]

    def spreadsheet(self, by: str) -> tuple[list[Any], list[Any]]:
        """Columns and rows of a table for `xlsx_response`: the total at the end."""
        shown = self.table(by)
        whole: list[Any] = [
            (each.row.named, each.row.code, {**dict.fromkeys(SHOWN, 0), **each.row.values})
            for each in shown.rows
        ]
        whole.append((_("Total"), "", {name: self.totals[name] for name in SHOWN}))
        columns: list[Any] = [(shown.title, lambda line: line[0])]
        if by == "area":
            columns.append((_("GSO code"), lambda line: line[1]))
        columns += [(words.column(name), _cell(name)) for name in SHOWN]
        # Below the figures, in the first column: what stands behind them.
        whole += [(told, "", {}) for told in self.told_below(by) if told]
        return columns, whole

    def told_below(self, by: str = "area") -> list[str]:
        """What a table that leaves Kheo says of its totals."""
        told = [*self.estimates, *(self.estimates_by_line if by == "line" else [])]
        return [*self.look.told(), self.coverage.sentence, self.coverage.missing_sentence, *told]

    @property
    def estimates(self) -> list[str]:
        """What the estimates among the figures by area rest on."""
        return [each.sentence for each in self.reading.estimates]

    @property
    def estimates_by_line(self) -> list[str]:
        """The same of the figures by line: bodies that went over by shares into several."""
        return [each.sentence for each in self.reading.estimates_of_bodies("line")]

    # Pictures

    def charts(self) -> list[BarChart]:
        told = [name for name in ENROLLED if self.totals[name]] or list(ENROLLED)
        # One kind alone needs no parts.
        series = [words.short(name) for name in told] if len(told) > 1 else []
        return [
            BarChart(
                title,
                [
                    (
                        row.named,
                        [row.of(name) for name in told],
                        self._number("enrolled", 1, self.question.about(table.by, row.key)).url,
                    )
                    for row in table.rows
                ],
                unit=_("initiatives"),
                series=series,
            )
            for title, table in (
                (_("Enrolled, by field of work"), self.by_field),
                (_("Enrolled, by line"), self.by_line),
            )
        ]

    def map(self) -> Choropleth | None:
        """The communes by what they have enrolled; None where the borders of the day are not known."""
        if self.structure < borders.SINCE:
            return None
        rows = [row for row in self._communes if row.code]
        if len(rows) < 2:
            return None
        values = {row.code: sum(row.of(name) for name in ENROLLED) for row in rows}
        return Choropleth(
            _("Enrolled, by commune and ward"),
            borders.outlines(),
            values=values,
            labels={row.code: row.named for row in rows},
            urls={
                row.code: self._number("enrolled", values[row.code], self.question.about("area", row.key)).url
                for row in rows
                if values[row.code] and self.look.known_on is None
            },
            unit=_("initiatives"),
            source=borders.SOURCE,
        )

    def over_the_years(self) -> LineChart:
        """What was enrolled in each year until now, in one line for each kind of enrolment."""
        rows = {int(row.key): row for row in self._years}
        years = range(min([*rows, today().year - 4]), max([*rows, today().year]) + 1)
        return LineChart(
            _("Enrolled, year by year"),
            [str(year) for year in years],
            [
                (words.short(name), [rows[year].of(name) if year in rows else 0 for year in years])
                for name in ENROLLED
                if any(row.of(name) for row in rows.values())
            ]
            or [(words.short("enrolled"), [0 for _year in years])],
            unit=_("initiatives"),
        )

    @cached_property
    def _years(self) -> list[Row]:
        whole = Period(date(2000, 1, 1), date(today().year + 1, 12, 31))
        return self.reading.beside(period=whole, structure=self.structure, measures=ENROLLED).rows("year")

    def years(self) -> list[int]:
        """The years one may choose, newest first."""
        first = min([int(row.key) for row in self._years] + [FIRST_YEAR])
        return list(range(today().year, first - 1, -1))

    # What stands beside the count

    @cached_property
    def outside(self) -> dict[str, int]:
        """What the year's figures leave out or take from publications, of all that is seen."""
        # What is known from publications alone is little, whoever looks.
        seen = Initiative.objects.few_visible_to(self.who)
        told = Enrolment.objects.few_visible_to(self.who).filter(state="published", year=self.year)
        under_way = Enrolment.objects.visible_to(self.who).filter(
            state__in=["sent", "received", "confirmed"], year=self.year
        )
        if not self.sample:
            seen = seen.filter(sample=False)
            told, under_way = (
                some.filter(initiative__owner__sample=False, initiative__area__sample=False)
                for some in (told, under_way)
            )
        counted = Enrolment.objects.counted().values("initiative")
        unplaced = seen.filter(state="published").filter(Q(commune=None) | ~Q(pk__in=counted))
        return {
            "unplaced": unplaced.count(),
            "published": told.filter(initiative__commune__isnull=False).count(),
            "under_way": in_parts(under_way).count(),
        }

    def reported(self) -> list[dict[str, Any]]:
        """Figures by report that touch the year, each beside what is counted of the same thing."""
        found = ReportedFigure.objects.visible_to(self.who).standing().whole().touching(self.period)
        if not self.sample:
            found = found.filter(sample=False)
        figures = list(found.with_parts()[: MOST_REPORTED + 1])
        told = {each.figure.pk: each.counted for each in beside(figures, self.who, sample=self.sample)}
        return [
            {
                "figure": figure,
                "parts": list(figure.parts.all()),
                "counted": self._counted(figure) if figure.unit is None else told[figure.pk],
            }
            for figure in figures
        ]

    def _counted(self, figure: ReportedFigure) -> int | None:
        names: Iterable[str] = OURS.get(figure.measure, ())
        return sum(self.totals[name] for name in names) if names else None


def _cell(measure: str) -> Any:
    return lambda line: words.plain(measure, line[2].get(measure, 0)) if line[2] else ""


def place_of(who: Any) -> Area | None:
    """The area of the post one acts from; None for who acts from none."""
    unit = getattr(who, "unit", None)
    return unit.area if unit is not None else None


def chosen_year(text: str) -> int:
    """The year of an address; this year where it cannot be read."""
    return int(text) if text.isdigit() and 2000 <= int(text) <= today().year + 1 else today().year
