"""Lines of stated figures as offices write them, read into whom, when, what and how many.

A table or pasted lines begin with a row of headings. Bodies down, and either one figure a line ("Đơn vị, Kỳ,
Chỉ tiêu, Lĩnh vực, Số lượng") or a column a figure ("Đơn vị, Mới, Duy trì, Công nhận", "Tổng, Kinh tế, …").
A line that cannot be read says why; nothing is guessed.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from kheo.lib.periods import FOREVER, Period, today
from kheo.lib.refusals import Refused
from kheo.lib.vietnamese import fold, nfc
from kheo.places.models import Area, Level
from kheo.plans.models import Field
from kheo.reporting.models import MOST, Stated
from kheo.units.apart import PLACE, told_apart
from kheo.units.models import Post, Unit

# How offices head their columns, folded.
HEADINGS = {
    "unit": (
        "don vi",
        "co quan don vi",
        "ten don vi",
        "dia phuong",
        "xa phuong",
        "ten xa phuong",
        "xa",
        "unit",
    ),
    "period": ("ky", "ky bao cao", "thoi gian", "nam", "giai doan", "period", "year"),
    "field": ("linh vuc", "field"),
    "measure": ("chi tieu", "noi dung", "loai", "measure"),
    "value": ("so luong", "so mo hinh", "so", "ket qua", "gia tri", "number", "value"),
}
MEASURES = {
    Stated.NEW: ("moi", "dang ky moi", "mo hinh moi", "xay dung moi", "new"),
    Stated.CONTINUING: ("duy tri", "tiep tuc", "dang ky duy tri", "continuing"),
    Stated.ENROLLED: ("dang ky", "tong dang ky", "tong so dang ky", "dang ky trong ky", "enrolled"),
    Stated.RECOGNISED: ("cong nhan", "duoc cong nhan", "recognised"),
    Stated.ENDED: ("ket thuc", "da ket thuc", "dua khoi danh muc", "ended"),
    Stated.RUNNING: ("dang hoat dong", "dang duy tri", "hien co", "running"),
    Stated.HONOURED: ("bieu duong", "ton vinh", "khen thuong", "honoured"),
}
WHOLE = ("tong", "tong so", "tong cong", "cong", "total")
NUMBER_COLUMN = ("tt", "stt", "so tt", "no")
MOST_LINES = 2000
_YEAR = r"(20\d\d|19\d\d)"


@dataclass
class Line:
    """One figure as it was understood; `error` says why it was not."""

    number: int
    who: str = ""
    unit: Unit | None = None
    period: Any = None
    measure: str = ""
    field: Field | None = None
    value: int = 0
    part_of: "Line | None" = None
    error: str = ""
    # The body's name as it is told from others of the same name.
    called: str = ""

    @property
    def label(self) -> str:
        return f"{Stated(self.measure).label}, {self.field.name}".capitalize() if self.field else str(
            Stated(self.measure).label
        ).capitalize()  # fmt: skip

    @property
    def measure_words(self) -> str:
        return str(Stated(self.measure).label) if self.measure else ""

    @property
    def depth(self) -> int:
        """How many figures it is a part of, one in another: wholes are kept before their parts."""
        return 0 if self.part_of is None else self.part_of.depth + 1


@dataclass
class Given:
    """What holds for all lines that say nothing else."""

    period: Period | None = None
    unit: Unit | None = None
    measure: str = ""
    # The body of a line "Tổng cộng".
    whole: Unit | None = None


@dataclass
class Read:
    lines: list[Line] = field(default_factory=list)

    @property
    def good(self) -> list[Line]:
        return [line for line in self.lines if not line.error]

    @property
    def doubtful(self) -> list[Line]:
        """Once each line that is not clear, with all that is not clear about it."""
        return [line for line in self.shown if line.error]

    @cached_property
    def shown(self) -> list[Line]:
        """The figures that are understood and, once each, the lines that are not clear."""
        found: list[Line] = []
        said: dict[int, Line] = {}
        for line in self.lines:
            if line.error and line.number in said:
                told = said[line.number]
                if line.error not in told.error:
                    told.error = f"{told.error} {line.error}"
                continue
            shown = replace(line)
            if line.error:
                said[line.number] = shown
            found.append(shown)
        return found


def read_period(text: str) -> Period:
    """Read "2024", "6 tháng đầu năm 2024", "quý II/2024", "9 tháng 2024", "2021-2025" or two days.

    Raises ValueError.
    """
    told = " ".join(fold(nfc(text)).replace("–", "-").split())
    days = re.findall(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", told)
    if len(days) == 2:
        first, last = (date(int(y), int(m), int(d)) for d, m, y in days)
        if first > last:
            raise ValueError(text)
        return Period(first, last)
    if match := re.fullmatch(rf"(?:giai doan |nam )?{_YEAR} ?- ?{_YEAR}", told):
        first_year, last_year = int(match[1]), int(match[2])
        if first_year > last_year:
            raise ValueError(text)
        return Period(date(first_year, 1, 1), date(last_year, 12, 31))
    if match := re.fullmatch(rf"(?:nam )?{_YEAR}", told):
        return Period.year(int(match[1]))
    if match := re.fullmatch(rf"6 thang (dau|cuoi) nam {_YEAR}", told):
        return Period.half(int(match[2]), 1 if match[1] == "dau" else 2)
    if match := re.fullmatch(rf"(?:(?:first|second) half of) {_YEAR}", told):
        return Period.half(int(match[1]), 1 if told.startswith("first") else 2)
    if match := re.fullmatch(rf"quy (iv|i{{1,3}}|[1-4])[/ -](?:nam )?{_YEAR}", told):
        quarter = {"i": 1, "ii": 2, "iii": 3, "iv": 4}.get(match[1]) or int(match[1])
        return Period.quarter(int(match[2]), quarter)
    if match := re.fullmatch(rf"(\d{{1,2}}) thang(?: dau)?(?: nam)?[/ ]{_YEAR}", told):
        year, months = int(match[2]), int(match[1])
        if 1 <= months <= 12:
            return Period(date(year, 1, 1), Period.month(year, months).last)
    match = re.fullmatch(rf"thang (\d{{1,2}})[/ -](?:nam )?{_YEAR}", told)
    if match and 1 <= int(match[1]) <= 12:
        return Period.month(int(match[2]), int(match[1]))
    raise ValueError(text)


def read_value(text: str) -> int:
    """A whole number with or without separators of thousands. Raises ValueError."""
    told = text.strip().replace(" ", "").replace("\u00a0", "")
    if re.fullmatch(r"\d{1,3}([.,]\d{3})+", told):
        told = re.sub(r"[.,]", "", told)
    if not re.fullmatch(r"\d{1,9}", told) or int(told) > MOST:
        raise ValueError(text)
    return int(told)


def as_text(rows: Iterable[Sequence[str]]) -> str:
    """Rows as they are pasted: what a file held is shown, changed and sent again as text."""
    return "\n".join("\t".join(" ".join(cell.split()) for cell in row) for row in rows)


class Reader:
    """Reads rows of cells for one post, with what is given for all lines."""

    def __init__(self, post: Post, given: Given) -> None:
        self.post, self.given = post, given

    def read(self, rows: Sequence[Sequence[str]]) -> Read:
        at, columns = self._headings(rows)
        if len(rows) > at + MOST_LINES:
            raise Refused(
                _("At most %(most)s lines at a time. Send the rest afterwards.") % {"most": MOST_LINES}
            )
        lines: list[Line] = []
        for number, row in enumerate(rows[at + 1 :], start=at + 2):
            lines += self._line(number, [*row, *[""] * (len(columns) - len(row))], columns)
        self._find_units(lines)
        self._find_wholes(lines)
        return Read(lines)

    def body(self, who: str) -> Unit | str:
        """The body of a name within reach, or the sentence that says why there is none."""
        line = Line(0, who, period=self.given.period or Period.year(today().year))
        self._find_units([line])
        return line.unit if line.unit is not None else line.error

    # Headings

    def _headings(self, rows: Sequence[Sequence[str]]) -> tuple[int, list[Any]]:
        for at, row in enumerate(rows[:15]):
            columns = [self._column(cell) for cell in row]
            known = [column for column in columns if column is not None]
            holds_figures = any(column[0] in ("value", "number") for column in known)
            if len(known) >= 2 and holds_figures:
                return at, columns
        raise Refused(
            _(
                "No row of headings was found. Begin with one, for example: “Đơn vị; Kỳ; Chỉ tiêu; Số lượng” "
                "or “Đơn vị; Mới; Duy trì”."
            )
        )

    def _column(self, cell: str) -> tuple[str, Any] | None:
        told = " ".join(re.sub(r"[^\w ]", " ", fold(cell)).split())
        if told in NUMBER_COLUMN:
            return None
        for name, words in HEADINGS.items():
            if told in words:
                return ("value", None) if name == "value" else (name, None)
        if told in WHOLE:
            return "number", ("", None)
        for measure, words in MEASURES.items():
            if told in words:
                return "number", (str(measure.value), None)
        if told in self._fields:
            return "number", ("", self._fields[told])
        return None

    @cached_property
    def _fields(self) -> dict[str, Field]:
        found = {}
        for each in Field.objects.all():
            found[" ".join(re.sub(r"[^\w ]", " ", fold(each.name)).split())] = each
            found[fold(each.code).replace("_", " ")] = each
        return found

    # Lines

    def _line(self, number: int, row: Sequence[str], columns: Sequence[Any]) -> list[Line]:
        """The figures of one row: one, or one for each column of figures that is filled."""
        told: dict[str, str] = {}
        figures: list[tuple[str, tuple[str, Field | None]]] = []
        for cell, column in zip(row, columns, strict=False):
            if column is None:
                continue
            name, meaning = column
            if name == "number":
                figures.append((cell, meaning))
            elif cell and name not in told:
                told[name] = cell
        if "value" in told:
            figures.append((told["value"], ("", None)))
        base = Line(number, who=told.get("unit", ""))
        base.error = self._read_base(base, told)
        found = []
        for cell, (measure, in_field) in figures:
            if cell.strip() in ("", "-", "–"):
                continue
            line = Line(
                number, base.who, base.unit, base.period, measure or base.measure, in_field or base.field
            )
            line.error = base.error
            try:
                line.value = read_value(cell)
            except ValueError:
                line.error = line.error or _("“%(cell)s” is no whole number.") % {"cell": cell[:40]}
            if not line.measure:
                line.error = line.error or _("It is not said what is counted: new, continuing, recognised …")
            found.append(line)
        return found

    def _read_base(self, line: Line, told: dict[str, str]) -> str:
        line.period, line.measure = self.given.period, self.given.measure
        if "period" in told:
            try:
                line.period = read_period(told["period"])
            except ValueError:
                return _("“%(cell)s” is no period. Write 2024, 6 tháng đầu năm 2024 or quý II/2024.") % {
                    "cell": told["period"][:40]
                }
        if line.period is None:
            return _("The period is missing.")
        if "measure" in told:
            folded = fold(told["measure"])
            line.measure = next((m.value for m, words in MEASURES.items() if folded in words), "")
            if not line.measure:
                known = _(
                    "“%(cell)s” is not known. Write mới, duy trì, đăng ký, công nhận, kết thúc or "
                    "đang hoạt động."
                )
                return known % {"cell": told["measure"][:40]}
        if "field" in told and fold(told["field"]) not in WHOLE:
            key = " ".join(re.sub(r"[^\w ]", " ", fold(told["field"])).split())
            line.field = self._fields.get(key)
            if line.field is None:
                return _("“%(cell)s” is no field of work.") % {"cell": told["field"][:40]}
        return ""

    # Whom it speaks of

    def _find_units(self, lines: list[Line]) -> None:
        """Each line's body among those within reach, as they were in its period. Three queries."""
        wanted = {name for line in lines if line.who for name in (fold(line.who), _with_places(line.who)[0])}
        bodies, communes = self._bodies(wanted), self._communes(wanted)
        for line in lines:
            if line.error:
                continue
            if not line.who:
                line.unit = self.given.unit
                line.who = line.unit.name if line.unit else ""
                if line.unit is None:
                    line.error = _("The body it speaks of is missing.")
            elif fold(line.who) in WHOLE:
                line.unit = self.given.whole
                line.who = line.unit.name if line.unit else line.who
                if line.unit is None:
                    line.error = _("The body of the line “Tổng cộng” is not chosen.")
            else:
                self._find_unit(line, bodies, communes)

    def _find_unit(self, line: Line, bodies: dict[str, list[Unit]], communes: dict[str, list[Unit]]) -> None:
        day = line.period.structure_day()
        whole, (bare, places) = fold(line.who), _with_places(line.who)
        found = _of_day(bodies.get(whole, []), day) or _of_day(communes.get(whole, []), day)
        if not found and places:
            there = [
                [unit for unit in known.get(bare, []) if _lies_in(unit.area, places)]
                for known in (bodies, communes)
            ]
            found = _of_day(there[0], day) or _of_day(there[1], day)
        within = [unit for unit in found if self.post.reaches(unit=unit, area=unit.area)]
        if len(within) == 1:
            line.unit = within[0]
            alike = _of_day([*bodies.get(bare, []), *communes.get(bare, [])], day)
            line.called = told_apart([line.unit, *alike])[line.unit.pk]
        elif within:
            names = "; ".join(list(told_apart(within).values())[:4])
            line.error = _("“%(who)s” may be several bodies. Write which one: %(names)s.") % {
                "who": line.who[:60],
                "names": names,
            }
        elif found:
            line.error = _("“%(who)s” lies outside the reach of your post.") % {"who": line.who[:60]}
        else:
            line.error = _("No body “%(who)s” is known. Check the name.") % {"who": line.who[:60]}

    def _bodies(self, wanted: set[str]) -> dict[str, list[Unit]]:
        """By name: "Đảng ủy xã Tam Quang", "Hội Nông dân"."""
        found: dict[str, list[Unit]] = {}
        for unit in Unit.objects.filter(folded__in=wanted).select_related(PLACE):
            found.setdefault(unit.folded, []).append(unit)
        return found

    def _communes(self, wanted: set[str]) -> dict[str, list[Unit]]:
        """By the commune's name its Party committee, which reports for all of it."""
        bare = {name: _without_type(name) for name in wanted}
        areas = {
            area.pk: area
            for area in Area.objects.filter(folded__in=set(bare.values())).exclude(level=Level.HAMLET)
        }
        bodies = Unit.objects.filter(
            Q(competences__function="cap_uy") | Q(competences__function__included_in="cap_uy"),
            area__in=areas,
        )
        found: dict[str, list[Unit]] = {}
        for unit in bodies.select_related(PLACE).distinct():
            area = areas[unit.area_id]
            for name in wanted:
                if name == fold(area.full_name) or (name == bare[name] == area.folded):
                    found.setdefault(name, []).append(unit)
        return found

    # What is part of what

    def _find_wholes(self, lines: list[Line]) -> None:
        """Figures by field belong to the same body's whole; bodies belong to the line "Tổng cộng"."""
        wholes: dict[Any, Line] = {}
        for line in lines:
            if not line.error and line.field is None:
                wholes.setdefault(_about(line), line)
        seen: dict[Any, Line] = {}
        for line in lines:
            if line.error:
                continue
            key = (*_about(line), line.field.pk if line.field else None)
            if key in seen:
                line.error = _("The same figure stands in line %(line)s already.") % {
                    "line": seen[key].number
                }
                continue
            seen[key] = line
            if line.field is not None:
                line.part_of = wholes.get(_about(line))
        total = self.given.whole
        if total is None:
            return
        for line in lines:
            whole = wholes.get((total.pk, line.period, line.measure))
            if (
                not line.error
                and line.field is None
                and whole is not None
                and line is not whole
                and line.unit
            ):
                line.part_of = whole


def _about(line: Line) -> tuple[Any, ...]:
    return (line.unit.pk if line.unit else line.who, line.period, line.measure)


def _with_places(who: str) -> tuple[str, list[str]]:
    """The name folded, and apart from it the places said after it: "xã Tam Hợp (Tương Dương)", "xã Tam Hợp,
    huyện Tương Dương"."""
    name, *places = (part.strip() for part in re.split(r"[(),]", fold(who)))
    return name, [place for place in places if place]


def _without_type(name: str) -> str:
    return re.sub(r"^(xa|phuong|thi tran|huyen|thi xa|thanh pho|tinh) ", "", name)


def _lies_in(area: Area, places: Sequence[str]) -> bool:
    """Whether each of the places is the area or lay above it in its own time."""
    line = area.upward()
    return all(
        any(place == fold(each.full_name) or _without_type(place) == each.folded for each in line)
        for place in places
    )


def _of_day(units: Sequence[Unit], day: date) -> list[Unit]:
    """Those that lived on the day; where none did, those of today."""
    then = [unit for unit in units if unit.valid_from <= day < unit.valid_to]
    return then or [unit for unit in units if unit.valid_to == FOREVER]
