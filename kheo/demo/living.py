"""Six made-up years of a nation, told line by line: what each commune registers, reports and has counted.

Everything is rolled from the seed and the commune's own name and year, so that the same seed tells the same.
"""

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any, NamedTuple

from django.db import connection

from kheo.demo.invented import (
    BEFORE,
    DEEDS,
    FIGURES,
    NOW,
    OWNERS,
    PUBLISHED,
    RARE,
    RARELY,
    REPORTED,
    SENTENCES,
    WAY_TO,
    WITH,
)
from kheo.fieldwork.models import FieldReport, FieldReportStep, ReportFigure
from kheo.initiatives.models import Ending, Enrolment, Initiative, Step
from kheo.lib.periods import FOREVER
from kheo.lib.pouring import NULL, Pouring, Table
from kheo.lib.vietnamese import fold, sort_key
from kheo.search.models import Document
from kheo.search.words import bags, folded
from kheo.tallies.models import SUMS, AreaYear, Cell

YEARS = range(2021, 2027)
# Of a hundred new initiatives, and of a hundred reports, how many each year brought.
STARTED = dict(zip(YEARS, (12, 14, 16, 18, 16, 24), strict=True))
TOLD = dict(zip(YEARS, (8, 11, 15, 20, 22, 24), strict=True))
# The last day anything happens on, so that a run of next year makes the same nation.
UNTIL = date(2026, 10, 31)
# Of a hundred initiatives, how many last at most one year, two, three …
LASTING = (40, 65, 82, 94, 100)
# Fewer figures a report than in the province of the benchmarks, which is small enough for more.
OFTEN = 2 / 3


@dataclass
class Place:
    """A commune of its time: how much it does, its bodies, and who decides for it then and today."""

    area: int
    code: str
    weight: float
    # In the order of OWNERS.
    owners: tuple[int, ...]
    office: int
    named: "Piece"
    # The province of its own time and of today, by their ids.
    then: int
    now: int
    # The post that writes for it, and the commune's words for search.
    post: int
    place: str


@dataclass
class Ground:
    """The areas, bodies and people on which the nation lives."""

    movement: int
    fields: list[int]
    practices: list[int]
    kinds: dict[str, list[int]]
    # By the first day on which such a list of communes held.
    eras: list[tuple[date, date, list[Place]]]
    # By province of its time: who receives, who decides, who signs (a post).
    boards: dict[int, tuple[int, int, int]]
    # (province, year) → id of the catalogue and its day.
    catalogues: dict[tuple[int, int], tuple[int, date]]


class Piece(NamedTuple):
    """A stretch of a name, with what is worked out from it once."""

    text: str
    folded: str
    letters: str
    tones: str
    # For search: as part of a title, and of the text below it.
    title: str
    body: str

    @classmethod
    @cache
    def of(cls, text: str) -> "Piece":
        letters, _space, tones = sort_key(text + " á").rpartition(" ")
        exact, bare_words = bags(text)
        body = "".join(f" '3{word}'" for word in sorted(exact)) + "".join(
            f" '4{word}'" for word in sorted(bare_words)
        )
        title = "".join(f" '1{word}'" for word in sorted(exact)) + "".join(
            f" '2{word}'" for word in sorted(bare_words)
        )
        # Without the "á", which kept its tones from being cut.
        return cls(text, fold(text), letters[:-2], tones[:-1], title + body, body)


def spread_out(weights: dict[str, int]) -> tuple[str, ...]:
    """A hundred answers, to be chosen from by one roll."""
    return tuple(answer for answer, weight in weights.items() for _each in range(weight))


class Running(NamedTuple):
    """An initiative that goes on into a later year."""

    pk: int
    name: "Name"
    owner: int
    work: int
    model: bool
    first: int
    last: int
    ends: bool


class Name(NamedTuple):
    deed: int
    way: int
    number: int
    rare: bool


class Approved(NamedTuple):
    """An enrolment that may be reported on."""

    pk: int
    name: Name
    owner: int
    work: int
    model: bool
    new: bool
    day: date
    # The day its initiative ended, in the last year of one that did.
    ended: date | None


@dataclass
class Year:
    """What of one commune came through one year."""

    place: Place
    approved: list[Approved] = field(default_factory=list)


MONTHS = {(year, month): date(year, month, 1).isoformat() for year in YEARS for month in range(1, 13)}
OPEN = FOREVER.isoformat()


class Life:
    """Six years of the nation, told line by line."""

    def __init__(
        self, ground: Ground, seed: int, initiatives: int, reports: int, search: str = "all"
    ) -> None:
        self.ground, self.seed, self.search = ground, seed, search
        self.initiatives, self.reports = initiatives, reports
        self.initiative = Table(
            Initiative, "id", "practice_id", "movement_id", "name", "folded", "sort_key", "kind", "subject",
            "field_id", "owner_id", "area_id", "commune_id", "state", "goal", "started_on", "ended_on",
            "sample", "public", "created",
        )  # fmt: skip
        self.enrolment = Table(
            Enrolment, "id", "initiative_id", "year", "kind", "state", "field_id", "level_asked",
            "addressee_id", "committee_id", "approved_on", "sort_key", "created", "updated",
        )  # fmt: skip
        self.step = Table(Step, "enrolment_id", "state", "at", "by_id", "catalogue_id")
        self.ending = Table(Ending, "initiative_id", "enrolment_id", "on", "reason", "by_id", "catalogue_id")
        self.report = Table(
            FieldReport, "id", "series", "version", "state", "enrolment_id", "happened_on", "happened_until",
            "span", "narrative", "sent_at", "created", "updated",
        )  # fmt: skip
        self.report_step = Table(FieldReportStep, "report_id", "state", "at", "by_id")
        self.figure = Table(ReportFigure, "report_id", "measure", "kind_id", "amount")
        cell = (
            "measure",
            "period",
            "unit_id",
            "area_id",
            "field_id",
            "kind",
            "value",
            "known_from",
            "known_to",
        )
        self.cell = Table(Cell, *cell)
        self.area_year = Table(AreaYear, "period", "area_id", "known_from", "known_to", *SUMS)
        self.document = Table(
            Document, "kind", "object_id", "title", "place", "text", "area_id", "unit_id", "public", "day",
            "title_folded", "text_folded", "lexemes",
        )  # fmt: skip
        self.tables = [
            self.initiative, self.enrolment, self.step, self.ending, self.report, self.report_step,
            self.figure, self.cell, self.area_year, self.document,
        ]  # fmt: skip
        self.lexemes = connection.vendor == "postgresql"
        self.deeds = [Piece.of(text) for text in DEEDS]
        self.ways = [Piece.of(text) for text in WITH]
        self.rare, self.number_word = Piece.of(RARE), Piece.of("số")
        self.told = [
            " ".join(random.Random(f"{seed} {n}").sample(SENTENCES, 1 + n % 4))  # noqa: S311  (no secret)
            for n in range(500)
        ]
        self.told_pieces = [Piece.of(text) for text in self.told]
        self.goals = [Piece.of(text) for text in SENTENCES]
        self.units: dict[int, Piece] = {}
        # The next ids, and what goes on: year → area → initiatives.
        self.next = {"initiative": 0, "enrolment": 0, "report": 0}
        self.going_on: dict[int, dict[int, list[tuple[Place, Running]]]] = defaultdict(
            lambda: defaultdict(list)
        )
        self.by_now, self.before = spread_out(NOW), spread_out(BEFORE)
        self.outcome = spread_out(REPORTED)
        self.bodies = tuple(n for n, weight in enumerate(OWNERS.values()) for _each in range(weight))
        self.often = [
            (measure, often * OFTEN / 100, least, most - least, ground.kinds[measure] if by_kind else None)
            for measure, (often, least, most, by_kind) in FIGURES.items()
        ]

    def live(self, pouring: Pouring) -> Iterator[int]:
        """Every year in turn; `pouring` takes the lines as they gather."""
        self.pouring = pouring
        begun = Share(self.initiatives)
        told = Share(self.reports)
        for year in YEARS:
            years: list[Year] = []
            wanted = self.initiatives * STARTED[year] / sum(STARTED.values())
            spans = [
                (max(first, date(year, 1, 1)), places)
                for first, end, places in self.ground.eras
                if first <= date(year, 12, 31) and end > date(year, 1, 1)
            ]
            for since, places in spans:
                whole = sum(place.weight for place in places)
                for place in places:
                    count = begun.next(wanted / len(spans) * place.weight / whole)
                    going_on = self.going_on[year].pop(place.area, [])
                    if count or going_on:
                        years.append(
                            self.enrol(place, year, since, count, [each for _place, each in going_on])
                        )
            # Communes that are no more: what they began goes on under their name.
            for some in self.going_on.pop(year, {}).values():
                years.append(
                    self.enrol(some[0][0], year, date(year, 1, 1), 0, [each for _place, each in some])
                )
            if year == YEARS[-1]:
                begun.check()
            self.told_of(year, years, told)
            yield year
        told.check()

    def roll(self, *what: Any) -> random.Random:
        return random.Random(f"{self.seed} {' '.join(map(str, what))}")  # noqa: S311  (an even spread, not a secret)

    # Registering

    def enrol(self, place: Place, year: int, since: date, count: int, going_on: list[Running]) -> Year:
        """The registrations of one commune in one year: `count` new ones, then those that go on."""
        roll = self.roll("enrol", place.code, year, since.month)
        came = Year(place)
        for _each in range(count):
            self.begin(roll, place, year, since, came)
        for each in going_on:
            self.one_year(roll, place, year, since, each, came)
        self.pouring.full()
        return came

    def begin(self, roll: random.Random, place: Place, year: int, since: date, came: Year) -> None:
        self.next["initiative"] = pk = self.next["initiative"] + 1
        chance = roll.random
        name = Name(
            int(chance() * len(DEEDS)), int(chance() * len(WITH)), 1 + int(chance() * 399), pk % RARELY == 7
        )
        subject = chance()
        lasts = chance() * 100
        last = min(YEARS[-1], year + next(n for n, most in enumerate(LASTING) if lasts < most))
        work = self.ground.fields[(0, 0, 0, 0, 1, 1, 1, 2, 3, 3)[int(chance() * 10)]]
        running = Running(
            pk=pk,
            name=name,
            owner=place.owners[self.bodies[int(chance() * len(self.bodies))]],
            work=work,
            model=subject < 0.85,
            first=year,
            last=last,
            ends=last < YEARS[-1] and chance() < 0.8,
        )
        first = self.one_year(roll, place, year, since, running, came)
        deed, words = self.deeds[name.deed], self.words(name, place)
        ended = date(last, 12, 20).isoformat() if running.ends and first else NULL
        state = "proposed" if not first else "ended" if running.ends else "running"
        public = first is not None and work != self.ground.fields[2] and chance() < PUBLISHED
        practice = self.ground.practices[name.deed] if chance() < 0.3 else NULL
        goal = SENTENCES[pk % len(SENTENCES)]
        made = f"{since if since.month > 1 else date(year, 1, 15)} 02:00:00"
        self.initiative.lines.append(
            f"{pk}\t{practice}\t{self.ground.movement}\t{words[0]}\t{words[1]}\t{words[2]}\t"
            f"{'model' if running.model else 'exemplar'}\t"
            f"{'collective' if running.model else 'household' if subject < 0.95 else 'person'}\t"
            f"{work}\t{running.owner}\t{place.area}\t{place.area}\t{state}\t{goal}\t{first or NULL}\t"
            f"{ended}\t1\t{int(public)}\t{made}"
        )
        if self.search != "none":
            goal_piece = self.goals[pk % len(SENTENCES)]
            self.find(
                "initiative", pk, words[0], goal, place, running.owner, int(public),
                first or "0001-01-01", (deed, self.ways[name.way], self.number_word, place.named), name,
                goal_piece.body,
            )  # fmt: skip

    def one_year(
        self, roll: random.Random, place: Place, year: int, since: date, each: Running, came: Year
    ) -> date | None:
        """One enrolment with its steps; the next year's is kept for later. Answers its catalogue's day."""
        self.next["enrolment"] = pk = self.next["enrolment"] + 1
        chance = roll.random
        # The first year of what has more years or an ending is always decided: nothing goes on undecided.
        if each.last > each.first or each.ends:
            state = "approved"
        else:
            state = (self.by_now if year == YEARS[-1] else self.before)[int(chance() * 100)]
        province = (
            place.then if (place.then, year) in self.ground.catalogues and since.month < 7 else place.now
        )
        if (province, year) not in self.ground.catalogues:
            province = place.now
        board, committee, head = self.ground.boards[province]
        catalogue, signed = self.ground.catalogues[province, year]
        signed = max(signed, since)
        upward = chance() < 0.2
        day = signed - timedelta(days=10 + int(chance() * 30))
        at = f"{max(day, since) if since.month > 1 else day} 02:30:00"
        approved = state == "approved"
        self.enrolment.lines.append(
            f"{pk}\t{each.pk}\t{year}\t{'new' if year == each.first else 'continuing'}\t{state}\t"
            f"{each.work}\t{'province' if upward else 'commune'}\t{board if upward else place.office}\t"
            f"{committee}\t{signed if approved else NULL}\t{self.words(each.name, place)[2]}\t{at}\t{at}"
        )
        for passed in WAY_TO[state]:
            if passed == "approved":
                self.step.lines.append(f"{pk}\tapproved\t{signed} 08:00:00\t{head}\t{catalogue}")
            else:
                self.step.lines.append(f"{pk}\t{passed}\t{at}\t{place.post}\t{NULL}")
        if not approved:
            return None
        ended = None
        if year < each.last:
            self.going_on[year + 1][place.area].append((place, each))
        elif each.ends:
            ended = date(year, 12, 20)
            self.ending.lines.append(f"{each.pk}\t{pk}\t{ended}\tHết kỳ\t{place.post}\t{NULL}")
        came.approved.append(
            Approved(pk, each.name, each.owner, each.work, each.model, year == each.first, signed, ended)
        )
        return signed

    def words(self, name: Name, place: Place) -> tuple[str, str, str]:
        """The name, without marks, and its sorting key: put together from pieces worked out once."""
        deed, way, at = self.deeds[name.deed], self.ways[name.way], place.named
        rare = self.rare if name.rare else None
        text = f"{deed.text} {way.text} {rare.text + ' ' if rare else ''}số {name.number} {at.text}"
        bare_text = (
            f"{deed.folded} {way.folded} {rare.folded + ' ' if rare else ''}so {name.number} {at.folded}"
        )
        letters = (
            f"{deed.letters}!{way.letters}!{rare.letters + '!' if rare else ''}"
            f"{self.number_word.letters}!0{name.number:012}!{at.letters}"
        )
        tones = f"{deed.tones}{way.tones}{rare.tones if rare else ''}{self.number_word.tones}{at.tones}"
        return text, bare_text, f"{letters} {tones.rstrip('0')}"

    # Reporting

    def told_of(self, year: int, years: list[Year], told: "Share") -> None:
        """The reports of a year, as many for each registration in a catalogue, then the year's cells."""
        wanted = self.reports * TOLD[year] / sum(TOLD.values())
        whole = sum(len(came.approved) for came in years)
        quarters = _quarters(year)
        for came in years:
            cells: dict[tuple, dict[str, int]] = defaultdict(lambda: defaultdict(int))
            sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
            self.count_registrations(year, came, cells, sums)
            count = told.next(wanted * len(came.approved) / whole) if came.approved else 0
            if count:
                self.report_on(
                    self.roll("report", came.place.code, year, len(came.approved)),
                    came,
                    year,
                    count,
                    quarters,
                    cells,
                    sums,
                )
            self.close(year, came.place.area, cells, sums)
            self.pouring.full()

    def count_registrations(self, year: int, came: Year, cells: Any, sums: Any) -> None:
        whole = f"{year}-01-01"
        for each in came.approved:
            kind, day = "model" if each.model else "exemplar", each.day.isoformat()
            at = (each.owner, each.work, kind)
            which = "new" if each.new else "continuing"
            month = MONTHS[year, each.day.month]
            cells[f"enrolled_{which}", whole, *at][day] += 1
            cells[f"accepted_{which}", month, *at][day] += 1
            cells[f"accepted_{which}/year", whole, *at][day] += 1
            sums[f"enrolled_{which}"][day] += 1
            sums[f"accepted_{which}/year"][day] += 1
            if each.ended:
                day = each.ended.isoformat()
                cells["ended", MONTHS[year, 12], *at][day] += 1
                cells["ended/year", whole, *at][day] += 1
                sums["ended/year"][day] += 1

    def report_on(
        self, roll: random.Random, came: Year, year: int, count: int, quarters: Any, cells: Any, sums: Any
    ) -> None:
        chance, bits = roll.random, roll.getrandbits
        place, approved = came.place, came.approved
        last = min(date(year, 12, 31), UNTIL)
        province = place.now if (place.then, year) not in self.ground.catalogues else place.then
        head = self.ground.boards[province][2]
        whole = f"{year}-01-01"
        reports, steps, figures = self.report.lines, self.report_step.lines, self.figure.lines
        searched = self.search == "all"
        version, series, of, day = 1, "", approved[0], last
        while count:
            count -= 1
            if version == 1:
                of = approved[int(chance() * len(approved))]
                day = of.day + timedelta(days=int(chance() * ((last - of.day).days + 1)))
                code = f"{bits(128):032x}"
                series = f"{code[:12]}4{code[13:16]}8{code[17:]}"
                corrected = count > 0 and chance() < 0.03
                state = "superseded" if corrected else self.outcome[int(chance() * 100)]
            else:
                corrected, state = False, "accepted"
            self.next["report"] = pk = self.next["report"] + 1
            text = int(chance() * 500)
            known, later = quarters[day.month]
            at = f"{day} 09:00:00"
            sent = NULL if state == "draft" else at
            reports.append(
                f"{pk}\t{series}\t{version}\t{state}\t{of.pk}\t{day}\t{day}\tdays\t{self.told[text]}\t{sent}\t{at}\t{at}"
            )
            if state == "draft":
                steps.append(f"{pk}\tdraft\t{at}\t{place.post}")
            else:
                steps.append(f"{pk}\tsent\t{at}\t{place.post}")
            since = later if version == 2 else known
            if state in ("accepted", "superseded"):
                steps.append(f"{pk}\taccepted\t{since} 16:00:00\t{head}")
            elif state == "returned":
                steps.append(f"{pk}\treturned\t{day} 10:00:00\t{head}")
            elif state == "withdrawn":
                steps.append(f"{pk}\twithdrawn\t{day} 11:00:00\t{place.post}")
            if state == "superseded":
                steps.append(f"{pk}\tsuperseded\t{later} 16:00:00\t{head}")
            counted = state == "accepted"
            once = state == "superseded"
            kind = "model" if of.model else "exemplar"
            for measure, often, least, more, kinds in self.often:
                if chance() < often:
                    amount = least + int(chance() * more)
                    which = kinds[int(chance() * len(kinds))] if kinds else NULL
                    figures.append(f"{pk}\t{measure}\t{which}\t{amount}")
                    if counted or once:
                        month = cells[measure, MONTHS[year, day.month], of.owner, of.work, kind]
                        of_year = cells[measure + "/year", whole, of.owner, of.work, kind]
                        total = sums[measure + "/year"]
                        for held in (month, of_year, total):
                            held[since] += amount
                            if once:
                                held[later] -= amount
            if searched and state not in ("draft", "withdrawn", "superseded"):
                name = of.name
                self.find(
                    "field_report", pk,
                    f"{self.words(name, place)[0]}, {day.day:02}/{day.month:02}/{day.year}",
                    self.told[text], place, of.owner, 0, day,
                    (self.deeds[name.deed], self.ways[name.way], self.number_word, place.named), name,
                    self.told_pieces[text].body,
                )  # fmt: skip
            version = 2 if corrected else 1

    def close(self, year: int, area: int, cells: Any, sums: Any) -> None:
        """The cells of one commune and year, each with what was known of it from day to day."""
        lines = self.cell.lines
        for (measure, period, unit, work, kind), days in cells.items():
            for since, until, value in known(days):
                lines.append(
                    f"{measure}\t{period}\t{unit}\t{area}\t{work}\t{kind}\t{value}\t{since}\t{until}"
                )
        lines, held = self.area_year.lines, dict.fromkeys(SUMS, 0)
        changed = sorted({day for days in sums.values() for day in days})
        for since, until in zip(changed, [*changed[1:], OPEN], strict=False):
            for measure, days in sums.items():
                held[measure.removesuffix("/year")] += days.get(since, 0)
            values = "\t".join(map(str, held.values()))
            lines.append(f"{year}-01-01\t{area}\t{since}\t{until}\t{values}")

    # Finding

    def find(
        self, kind: str, pk: int, title: str, text: str, place: Place, unit: int, public: int, day: Any,
        pieces: Sequence[Piece], name: Name, rest: str,
    ) -> None:  # fmt: skip
        """What search knows of one thing: the words of its pieces, worked out once for all that have them."""
        lexemes = bare_title = bare_text = ""
        if self.lexemes:
            number = name.number
            numbers = f" '1{number}' '2{number}' '3{number}' '4{number}'"
            at = Piece.of(place.place).body
            lexemes = "".join(piece.title for piece in pieces) + numbers + rest + at
            if name.rare:
                lexemes += self.rare.title
            if kind == "field_report":
                date_words = title[-10:].split("/")
                lexemes += "".join(f" '{step}{word}'" for word in date_words for step in "1234")
        else:
            bare_title, bare_text = folded(title), folded(f"{text} {place.place}")
        self.document.lines.append(
            f"{kind}\t{pk}\t{title}\t{place.place}\t{text}\\n{place.place}\t{place.area}\t{unit}\t{public}\t{day}\t"
            f"{bare_title}\t{bare_text}\t{lexemes}"
        )


class Share:
    """Parts of a whole number by weights, each rounded so that all of them add up to it."""

    def __init__(self, whole: int) -> None:
        self.whole, self.exact, self.given = whole, 0.0, 0

    def next(self, part: float) -> int:
        self.exact += part
        due = int(self.exact + 1e-6) - self.given
        self.given += due
        return due

    def check(self) -> None:
        assert self.given == self.whole, (self.given, self.whole)


def known(days: dict[str, int]) -> Iterator[tuple[str, str, int]]:
    """From which day to which day a cell held how much, from what each day changed."""
    if len(days) == 1:
        for since, value in days.items():
            yield since, OPEN, value
        return
    ordered = sorted(days)
    value = 0
    for since, until in zip(ordered, [*ordered[1:], OPEN], strict=True):
        value += days[since]
        yield since, until, value


def _quarters(year: int) -> dict[int, tuple[str, str]]:
    """By month: the day on which the committee accepts what happened in it, and the next such day."""
    ends = [date(year + (first > 12), (first - 1) % 12 + 1, 5) for first in (4, 7, 10, 13, 16)]
    days = [min(day, UNTIL) if year == YEARS[-1] else day for day in ends]
    return {
        month: (days[(month - 1) // 3].isoformat(), days[(month - 1) // 3 + 1].isoformat())
        for month in range(1, 13)
    }
