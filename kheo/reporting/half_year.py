"""The half-year table (bảng 6 tháng): beside the same months of last year.

It is on the page, in a spreadsheet, and in a draft report as an office sends it: without a number, without a
signer's name; those the clerk and the signer give.
"""

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import Any

from django.http import FileResponse
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from kheo.lib.formats import long_date
from kheo.lib.periods import Period, today
from kheo.papers.models import sheet_of
from kheo.papers.sheet import Block, Content, Grid, Text, Title
from kheo.papers.word import response
from kheo.reporting import words
from kheo.reporting.against import Beside, beside
from kheo.reporting.coverage import Coverage
from kheo.reporting.dashboard import KINDS_OF_TABLE, Number
from kheo.reporting.looking import Look
from kheo.reporting.models import ReportedFigure, Stated
from kheo.reporting.records import Question
from kheo.tallies.figures import Reading, Row, Table
from kheo.units.models import Line, Post

# Figures by report of one half-year that are shown; the comparison shows the others.
MOST_REPORTED = 60
MEASURES = ("accepted_new", "accepted_continuing", "recognised", "ended")
SECTIONS = ("field", "line", "area")


@dataclass(frozen=True)
class Section:
    """One part of the table: rows of (label, numbers of the period and of the year before, in pairs)."""

    by: str
    rows: list[tuple[str, list[tuple[Number, Number]]]]
    total: list[tuple[Number, Number]]
    # Communes without any figure in either period.
    empty: int

    @property
    def title(self) -> str:
        return str(KINDS_OF_TABLE[self.by])


class HalfYear:
    """The table of one half of a year, as one post sees it, both periods in one structure: by default that
    of the half-year itself."""

    def __init__(
        self, who: Any, year: int, half: int, *, look: Look | None = None, sample: bool = False
    ) -> None:
        self.who, self.year, self.half, self.sample = who, year, half, sample
        self.period, self.before = Period.half(year, half), Period.half(year - 1, half)
        self.look = look or Look(self.period.structure_day())
        self.structure = self.look.structure
        options: dict[str, Any] = {
            "structure": self.structure,
            "measures": MEASURES,
            "who": who,
            "known_on": self.look.known_on,
            "sample": sample,
        }
        self.now = Reading(self.period, **options)
        self.last = self.now.beside(period=self.before)
        self.question = Question("", self.period, self.structure, sample, who=who)
        self.coverage, self.coverage_before = self._coverage(self.now), self._coverage(self.last)

    def _coverage(self, reading: Reading) -> Coverage:
        """What was sent and stated is not known-dated: with a cut-off, what is counted alone says it."""
        whole = Coverage(reading, self.who)
        return whole if self.look.known_on is None else whole.of(reading.touched, "")

    @property
    def title(self) -> str:
        return words.period(self.period)

    @property
    def runs(self) -> bool:
        """Whether the half-year is not over yet."""
        return self.period.last >= today()

    @cached_property
    def sections(self) -> list[Section]:
        return [self._section(by) for by in SECTIONS]

    @cached_property
    def reported(self) -> list[Beside]:
        """Figures by report of either half-year, wholes alone, beside what is counted of the same thing."""
        seen = ReportedFigure.objects.visible_to(self.who).standing().whole().with_parts()
        if not self.sample:
            seen = seen.filter(sample=False)
        figures = [
            *seen.inside(self.period)[:MOST_REPORTED],
            *seen.inside(self.before)[:MOST_REPORTED],
        ]
        return beside(figures, self.who, sample=self.sample)

    def told_below(self) -> list[str]:
        """In which structure; what stands behind the totals of both half-years, and what is missing."""
        told = self.look.told()
        for coverage in (self.coverage, self.coverage_before):
            if coverage.sentence:
                told.append(f"{words.period(coverage.reading.period)}: {coverage.sentence}")
                told.append(coverage.missing_sentence)
        return [each for each in [*told, *self.estimates, *self.estimates_by_line] if each]

    @cached_property
    def estimates(self) -> list[str]:
        """What the estimates among the figures of both periods rest on."""
        told = [each.sentence for reading in (self.now, self.last) for each in reading.estimates]
        return list(dict.fromkeys(told))

    @cached_property
    def estimates_by_line(self) -> list[str]:
        """The same of bodies that went over by shares into several lines."""
        both = [reading.estimates_of_bodies("line") for reading in (self.now, self.last)]
        return list(dict.fromkeys(each.sentence for told in both for each in told))

    def columns(self) -> list[str]:
        return [words.short(name) for name in MEASURES]

    def _section(self, by: str) -> Section:
        now, last = self.now.by(by), self.last.by(by)  # type: ignore[arg-type]
        before = {row.key: row for row in last.rows}
        order = {row.key: row for row in [*now.rows, *last.rows]}
        if by == "line":
            order = {line.value: order[line.value] for line in Line if line.value in order}
        held = {row.key: row for row in now.rows}
        names = {**self.coverage_before.names, **self.coverage.names} if by == "area" else {}
        rows, empty = [], 0
        # Through all communes there are: what holds nothing costs as little as can be.
        for key, named in order.items():
            both = [table.get(key) or Row(key, named.label) for table in (held, before)]
            if by != "field" and not any(row.of(name) for row in both for name in MEASURES):
                empty += by == "area" and self._lies_within_reach(named)
            else:
                estimated = any(row.estimated for row in both)
                label = names.get(named.pk or 0, named.label)
                rows.append((replace(named, label=label, estimated=estimated).named, self._pairs(by, *both)))
        return Section(by, rows, self._pairs("", _total(now), _total(last)), empty)

    def _lies_within_reach(self, row: Row) -> bool:
        """Whether a commune is one this post could have figures of; invented ones never count."""
        area = self.now.areas.get(row.pk or 0)
        unit = getattr(self.who, "unit", None)
        return bool(area and unit and not area.sample and area.path_now.startswith(unit.area.path_now))

    def _pairs(self, by: str, now: Row, last: Row) -> list[tuple[Number, Number]]:
        return [
            (self._number(by, now, name, self.period), self._number(by, last, name, self.before))
            for name in MEASURES
        ]

    def _number(self, by: str, row: Row, measure: str, period: Period) -> Number:
        value = row.of(measure)
        asked = replace(self.question, measure=measure, period=period)
        if by:
            asked = asked.about(by, row.key)
        # The records are those of now; behind a figure of a past day they would add up to another.
        return Number(measure, value, asked.url if value and self.look.known_on is None else "")

    # Out of the system

    def spreadsheet(self) -> tuple[list[Any], list[Any]]:
        """Columns and rows for `xlsx_response`: the three parts one after another, each with its total."""
        columns: list[Any] = [
            (pgettext("of a table", "Part"), lambda line: line[0]),
            (_("Name"), lambda line: line[1]),
        ]
        for at, name in enumerate(MEASURES):
            columns.append((f"{words.short(name)}, {words.period(self.period)}", _picked(at, 0)))
            columns.append((f"{words.short(name)}, {words.period(self.before)}", _picked(at, 1)))
        rows = []
        for section in self.sections:
            rows += [(section.title, label, pairs) for label, pairs in section.rows]
            rows.append((section.title, _("Total"), section.total))
        part = _("Behind the totals")
        rows += [(part, told, []) for told in self.told_below()]
        part = _("Figures by report, never added to the count")
        rows += [(part, told_in_a_line(each), []) for each in self.reported]
        return columns, rows

    def document(self, post: Post) -> FileResponse:
        """The draft report of the post's body, in Vietnamese whatever the reader's language."""
        with override("vi"):
            content = Content("BC", "Báo cáo", self._subject(), tuple(self._blocks()))
            return response(sheet_of(post.unit, content), f"bang-6-thang-{self.year}-{self.half}.docx")

    def _subject(self) -> str:
        return f"số liệu phong trào thi đua “Dân vận khéo”\n{self.title}"

    def _blocks(self) -> list[Block]:
        counted = _(
            "The figures below are counted by Kheo from accepted records on %(day)s, in the structure of "
            "%(structure)s. Initiatives known only from publications are not among them."
        ) % {"day": long_date(today()), "structure": long_date(self.structure)}
        blocks: list[Block] = [Text(counted)]
        if self.look.known_on:
            blocks.append(Text(self.look.known_words, bold=True))
        if self.sample:
            told = _(
                "Invented sample communes and bodies are counted here. These are not figures of the province."
            )
            blocks.insert(0, Text(told, "centre", bold=True))
        for number, section in zip(("I", "II", "III"), self.sections, strict=True):
            blocks.append(Title(f"{number}. {section.title.upper()}"))
            header = [f"{name} {word}".strip() for name in self.columns() for word in ("", _("(last year)"))]
            blocks.append(
                Grid(
                    (_("Name"), *header),
                    tuple((label, *_numbers(pairs)) for label, pairs in section.rows),
                    (49, *((14,) * 8)),
                    tuple(range(1, 9)),
                    (_("Total"), *_numbers(section.total)),
                )
            )
            if section.empty:
                words_of_empty = _("Without figures in both periods: %(number)s.") % {"number": section.empty}
                blocks.append(Text(words_of_empty, italic=True))
        blocks += [Text(told, italic=True) for told in self.told_below() if told not in self.look.told()]
        if self.reported:
            blocks.append(Title(f"IV. {_('Figures by report, never added to the count').upper()}"))
            blocks.append(
                Grid(
                    (
                        _("Of whom"),
                        _("Period"),
                        _("What is counted"),
                        _("By report"),
                        _("Counted by Kheo"),
                    ),
                    tuple(
                        (
                            each.figure.who,
                            each.figure.period_words,
                            str(Stated(each.figure.measure).label),
                            words.in_table("", each.figure.value),
                            "–" if each.counted is None else words.in_table("", each.counted),
                        )
                        for each in self.reported
                    ),
                    (55, 35, 31, 20, 20),
                    (3, 4),
                )
            )
            for each in self.reported:
                blocks += [
                    Text(f"{each.figure.who}, {each.figure.period_words}: {told}", italic=True)
                    for told in each.figure.sum_sentences
                ]
        return blocks


def told_in_a_line(each: Beside) -> str:
    """A figure by report with its document, our count beside it, and sums that do not agree."""
    figure = each.figure
    parts = [
        f"{figure.who}, {figure.period_words}, {Stated(figure.measure).label}: "
        f"{words.in_table('', figure.value)} ({figure.source})"
    ]
    if each.counted is not None:
        parts.append(_("Counted by Kheo: %(n)s.") % {"n": words.in_table("", each.counted)})
    return " ".join([*parts, *figure.sum_sentences])


def _total(table: Table) -> Row:
    return Row("", "", table.totals)


def _numbers(pairs: list[tuple[Number, Number]]) -> list[str]:
    return [str(number) for pair in pairs for number in pair]


def _picked(at: int, which: int) -> Any:
    return lambda line: line[2][at][which].value if line[2] else ""


def chosen_half(text: str, day: date | None = None) -> int:
    """1 or 2; the current half where it cannot be read."""
    day = day or today()
    return int(text) if text in ("1", "2") else (1 if day.month < 7 else 2)
