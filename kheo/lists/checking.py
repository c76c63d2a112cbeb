"""Reading the rows of a list: places and bodies of its own day, fields of work, likenesses; each doubt named.

A doubt has a reason and, where one is known, what to say instead. What must be settled keeps a row from being
loaded; what is only worth a look does not. Equal words are read once, so the time follows the different words
in a list more than its rows.
"""

import dataclasses
import re
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from django.db import transaction
from rapidfuzz import fuzz, process

from kheo.initiatives import duplicates
from kheo.initiatives.models import Enrolment, Initiative
from kheo.initiatives.registration import line_of
from kheo.lib.vietnamese import fold, nfc, tone_blind
from kheo.lists import columns
from kheo.lists.bodies import PLACE, Bodies
from kheo.lists.columns import FIELD, bare
from kheo.lists.models import Correction, OfficeList, Row
from kheo.places import finding, paths
from kheo.places.models import Area, Level
from kheo.plans.models import Field
from kheo.units.models import Post, Unit

AT_ONCE = 500
MOST_CHOICES = 8
_NEW = re.compile(r"(xay dung |dang ky |mo hinh )*(moi|new)( xay dung)?|x moi")
_CONTINUING = re.compile(r"(mo hinh )?(tiep tuc|duy tri|cu|dt|continuing)( .*)?")
_PEOPLE = re.compile(r".*\b(ca nhan|nguoi|ong|ba|person)\b.*")


@dataclass
class Understood:
    """What a row is read as, with its doubts by target."""

    name: str = ""
    area: Area | None = None
    hamlet: str = ""
    owner: Unit | None = None
    owner_typed: str = ""
    field: Field | None = None
    facts: dict[str, Any] = dataclasses.field(default_factory=dict)
    same_as: int | None = None
    doubts: dict[str, dict[str, Any]] = dataclasses.field(default_factory=dict)

    def doubt(
        self, target: str, why: str, must: bool = True, choices: Iterable[tuple[str, str]] = (), **more: Any
    ) -> None:
        """Only the first doubt of a cell is told."""
        self.doubts.setdefault(
            target, {"why": why, "must": must, "choices": [list(c) for c in choices][:MOST_CHOICES], **more}
        )

    @property
    def doubtful(self) -> int:
        if any(doubt["must"] for doubt in self.doubts.values()):
            return Row.MUST
        return Row.LOOK if self.doubts else Row.CLEAR


@dataclass(frozen=True)
class Place:
    """How a place was read: the area, or why not, and what it may be."""

    area: Area | None
    why: str = ""
    must: bool = True
    choices: tuple[tuple[str, str], ...] = ()
    hamlet: str = ""
    more: tuple[tuple[str, str], ...] = ()


class Reader:
    """What is known while one list is read."""

    def __init__(self, office_list: OfficeList) -> None:
        self.list = office_list
        self.day = office_list.day
        self.fields = list(Field.objects.all())
        self.codes = [(each.code, each.name) for each in self.fields]
        self.by_code = {each.code: each for each in self.fields}
        self.places: dict[str, Place] = {}
        self.corrections = {
            (each.target, each.said): each.instead for each in Correction.objects.filter(list=office_list)
        }
        self.areas: dict[int, Area] = {}
        self.here = self._own_commune()
        self.bodies = Bodies(self.day, [])
        self.by = office_list.by

    def _own_commune(self) -> Area | None:
        """Where a commune's own list lies when its lines do not say: the commune, if it existed that day."""
        commune = self.list.unit.area.commune
        return commune if commune is not None and commune.existed_on(self.day) else None

    # Places

    def place(self, said: str, within: str = "") -> Place:
        """The commune (or a place above) that the words mean on the list's day."""
        whole = f"{said}, {within}" if within and fold(within) not in fold(said) else said
        key = fold(whole)
        if key not in self.places:
            self.places[key] = self._find(whole, key)
        return self.places[key]

    @cached_property
    def plainly(self) -> dict[str, Area | None]:
        """The communes of the day by their names as most lists write them; None for what several bear.

        Only what names the district too: a commune's name alone is never trusted. One query, where `finding`
        asks several for each place.
        """
        found: dict[str, Area | None] = {}
        for area in Area.objects.on(self.day).communes().filter(in_force=True).with_place():
            if area.parent is None or area.parent.level != Level.DISTRICT:
                continue
            names = {
                tone_blind(f"{commune}, {district}")
                for commune in (area.full_name, area.name)
                for district in (area.parent.full_name, area.parent.name)
            }
            for name in names:
                found[name] = None if name in found else area
        return found

    def _find(self, said: str, key: str) -> Place:
        if instead := self.corrections.get(("place", key)):
            if instead.startswith("area:"):
                area = Area.objects.with_place().filter(pk=int(instead[5:])).first()
                return Place(area) if area else Place(None, "place_unknown")
            said = instead
        if area := self.plainly.get(tone_blind(said)):
            return Place(area)
        matches = finding.find(said, self.day, levels=[Level.COMMUNE]) or finding.find(said, self.day)
        matches = [match for match in matches if match.area.level != Level.PART]
        if not matches:
            return Place(None, "place_unknown")
        meant = [match.today if match.other_time else match.area for match in matches]
        choices = tuple(dict.fromkeys((f"area:{area.pk}", area.full_place) for area in meant))
        if matches[0].other_time:
            return Place(
                None, "place_of_another_time", True, choices, more=(("was", matches[0].area.full_place),)
            )
        if len(matches) > 1:
            within = [
                match for match in matches if match.area.path_now.startswith(self.list.unit.area.path_now)
            ]
            if len(within) != 1:
                return Place(None, "place_of_several", True, choices)
            matches = within
        [match] = matches
        area = match.area
        hamlet = f"{match.hamlet_type} {match.hamlet}".strip() if match.hamlet else ""
        if area.level == Level.HAMLET:
            return Place(area)
        if area.level != Level.COMMUNE:
            return Place(area, "place_wide", False)
        if not match.exact:
            return Place(area, "place_spelling", False, hamlet=hamlet, more=(("is", area.full_place),))
        return Place(area, hamlet=hamlet)

    def place_of(self, row: Row, got: Understood) -> None:
        said = {name: row.said(name) for name in ("place", "commune", "district", "hamlet", "owner")}
        words = said["commune"] or said["place"]
        if "place" in row.typed:
            words, said["district"] = str(row.typed["place"]), ""
        if not words and (found := PLACE.search(said["owner"])):
            words = found[1]
        if not words and row.within.get("sheet"):
            tried = self.place(row.within["sheet"], said["district"])
            words = row.within["sheet"] if tried.area or tried.choices else ""
        if not words and said["district"]:
            words, said["district"] = said["district"], ""
        got.hamlet = self._hamlet(said["hamlet"])
        if not words:
            if self.here is None:
                got.doubt("place", "place_missing")
            got.area = self.here
            return
        found_place = self.place(words, said["district"])
        got.area = found_place.area
        got.hamlet = got.hamlet or found_place.hamlet
        if found_place.why:
            got.doubt(
                "place", found_place.why, found_place.must, found_place.choices,
                said=f"{words}, {said['district']}".strip(", "), **dict(found_place.more),
            )  # fmt: skip

    @staticmethod
    def _hamlet(said: str) -> str:
        """One hamlet; a line that names several lies in the commune."""
        said = " ".join(said.split())
        several = re.search(r"[;,+\n/]|\bvà\b|\d+ (xóm|bản|thôn|khối)", said) or fold(said) in (
            "toan xa",
            "ca xa",
        )
        return "" if several or len(said) > 110 else said

    # The rest of a row

    def read(self, row: Row) -> Understood:
        """Everything but the leading body and the likenesses, which are looked up for many at once."""
        got = Understood(name=" ".join(row.said("name").split()).strip(" \"“”'.-–•*;"))
        if not got.name or not any(sign.isalpha() for sign in got.name):
            got.doubt("name", "name_missing")
        elif len(got.name) > 300:
            got.doubt("name", "name_long")
            got.name = got.name[:300]
        self.place_of(row, got)
        self._field(row, got)
        self._kinds(row, got)
        self._contact(row, got)
        self._year(row, got)
        goal, notes = " ".join(row.said("goal").split()), [row.said("note")]
        if len(goal) > 500:
            notes.insert(0, goal)
            goal = goal[:499] + "…"
        got.facts["goal"] = goal
        if begun := got.facts.pop("begun_text", ""):
            notes.append(f"Bắt đầu: {begun}.")
        got.facts["note"] = nfc("\n".join(filter(None, notes)))[:2000]
        return got

    def _field(self, row: Row, got: Understood) -> None:
        marked = [
            name.removeprefix(FIELD)
            for name, cell in zip(self.list.mapping, row.cells, strict=False)
            if name.startswith(FIELD) and cell and cell not in ("0", "-")
        ]
        choices = [(f"field:{each.pk}", each.name) for each in self.fields]
        said = row.said("field")
        if "field" in row.typed:
            marked = []
        if len(marked) == 1:
            code = marked[0]
        elif len(marked) > 1:
            got.doubt("field", "field_several", True, choices)
            return
        else:
            instead = self.corrections.get(("field", fold(said)), said)
            if instead.startswith("field:"):
                got.field = next((each for each in self.fields if str(each.pk) == instead[6:]), None)
                return
            code = instead if instead in self.by_code else columns.field_of(instead, self.codes)
        got.field = self.by_code.get(code)
        if got.field is None:
            got.doubt("field", "field_unknown" if said else "field_missing", True, choices, said=said)

    def _kinds(self, row: Row, got: Understood) -> None:
        marks = {
            name
            for name, cell in zip(self.list.mapping, row.cells, strict=False)
            if cell and cell not in ("0", "-")
        }
        said = bare(row.said("year_kind"))
        if "mark_new" in marks or _NEW.fullmatch(said):
            kind = "new"
        elif "mark_continuing" in marks or _CONTINUING.fullmatch(said):
            kind = "continuing"
        else:
            kind = said if said in Enrolment.Kind.values else ""
            if said and not kind:
                got.doubt("year_kind", "year_kind_unknown", False, said=row.said("year_kind"))
        got.facts["year_kind"] = kind
        said = bare(row.said("kind"))
        exemplar = ("dien hinh" in said and "mo hinh" not in said) or said == "exemplar"
        subject = row.within.get("subject", "collective")
        if "mark_person" in marks or _PEOPLE.fullmatch(said):
            exemplar, subject = True, "person"
        elif "ho gia" in said:
            subject = "household"
        got.facts |= {"kind": "exemplar" if exemplar else "model", "subject": subject}
        level = bare(row.said("level"))
        got.facts["level"] = "province" if "tinh" in level else "district" if "huyen" in level else "commune"

    def _contact(self, row: Row, got: Understood) -> None:
        got.facts["contact_name"] = " ".join(row.said("contact_name").split())[:120]
        said = row.said("contact_phone")
        if not said:
            return
        first = re.split(r"[;,/\n]|\s-\s", said)[0]
        digits = re.sub(r"\D", "", first)
        if digits.startswith("84") and len(digits) >= 11:
            digits = "0" + digits[2:]
        # A spreadsheet that took the number for a number lost its first zero.
        if len(digits) == 9 and not digits.startswith("0"):
            digits = "0" + digits
        if 9 <= len(digits) <= 12 and digits.startswith("0"):
            got.facts["contact_phone"] = digits
        else:
            got.doubt("contact_phone", "phone_odd", False, said=said)

    def _year(self, row: Row, got: Understood) -> None:
        said = row.said("year_begun")
        if not said:
            return
        day = re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", said.strip())
        year = re.search(r"(19|20)\d\d", said)
        # A cell formatted as a date that holds a year alone is a day of 1905.
        if day and day[3] == "1905":
            serial = (date(1905, int(day[2]), int(day[1])) - date(1899, 12, 30)) // timedelta(days=1)
            day, year = None, re.fullmatch(r"(19|20)\d\d", str(serial))
        if day:
            begun = _day_of(day)
            if begun and begun <= self.day:
                got.facts["started_on"] = str(begun)
        if not year:
            got.doubt("year_begun", "year_odd", False, said=said)
            return
        if int(year[0]) > (self.list.year or self.day.year):
            got.doubt("year_begun", "year_later", False, said=said)
        got.facts["begun_text"] = said if day is None else ""
        if not got.facts["year_kind"] and self.list.year:
            got.facts["year_kind"] = "new" if int(year[0]) >= self.list.year else "continuing"

    def owner_of(self, row: Row, got: Understood, by: Post) -> None:
        """The leading body: one of the place on that day, or one to be typed; whether in reach."""
        if got.area is None:
            return
        said = " ".join(row.said("owner").split())
        instead = self.corrections.get(("owner", fold(said)), said)
        if instead.startswith("unit:"):
            got.owner = Unit.objects.filter(pk=int(instead[5:])).first()
        elif not instead or _is_place(instead):
            got.owner = self.bodies.of_function(self.list.default_owner, got.area)
            if got.owner is None:
                got.doubt("owner", "owner_missing")
        else:
            found = self.bodies.named(instead, got.area)
            if len(found) == 1:
                got.owner = found[0]
            elif found:
                got.doubt(
                    "owner", "owner_several", True, [(f"unit:{u.pk}", u.with_area) for u in found], said=said
                )
            else:
                got.owner_typed = instead[:300]
                got.owner = self.bodies.of_function("cap_uy", got.area) or self.list.unit
                got.doubt("owner", "owner_new", False, said=said, under=got.owner.name)
        if got.owner and not by.reaches(unit=got.owner, area=got.area):
            got.doubt("place", "outside_reach", True, said=got.area.full_place)


def _day_of(found: re.Match[str]) -> date | None:
    try:
        return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        return None


def _is_place(said: str) -> bool:
    """Only a place where a body should stand: "xã Tam Hợp"."""
    return bool(re.match(r"(?i)(xã|phường|thị trấn|huyện|thị xã)\s", said)) or fold(said) in ("xa", "phuong")


def check(
    office_list: OfficeList, progress: Callable[[int], None] | None = None, only: set[int] | None = None
) -> None:
    """Read every row that is not settled yet, or `only` some, and keep what was understood.

    Short transactions. Rows that say the same are told apart among those that are read.
    """
    reader = Reader(office_list)
    waiting = office_list.rows.filter(state=Row.State.NEW)
    rows = list((waiting if only is None else waiting.filter(pk__in=only)).order_by("order"))
    for row in rows:
        row.list = office_list
    got = [reader.read(row) for row in rows]
    if progress:
        progress(len(rows) // 2)
    reader.bodies = Bodies(reader.day, {each.area.pk: each.area for each in got if each.area}.values())
    for row, each in zip(rows, got, strict=True):
        reader.owner_of(row, each, office_list.by)
    _within(rows, got, [] if only is None else list(waiting.exclude(pk__in=only).exclude(identity="")))
    _likenesses(office_list, rows, got)
    for begin in range(0, len(rows), AT_ONCE):
        some = rows[begin : begin + AT_ONCE]
        for row, each in zip(some, got[begin : begin + AT_ONCE], strict=True):
            _keep(row, each, office_list)
        with transaction.atomic():
            Row.objects.rewrite(some, READ_AS)
        if progress:
            progress(len(rows) // 2 + (begin + len(some)) // 2)


# What reading a row writes.
READ_AS = [
    "name", "area", "hamlet", "owner", "owner_typed", "field",
    "facts", "same_as", "identity", "doubts", "doubtful",
]  # fmt: skip


def _keep(row: Row, got: Understood, office_list: OfficeList) -> None:
    row.name, row.area, row.hamlet = got.name, got.area, got.hamlet[:120]
    row.owner, row.owner_typed, row.field, row.facts = got.owner, got.owner_typed, got.field, got.facts
    row.same_as_id = got.same_as
    row.doubts, row.doubtful = got.doubts, got.doubtful
    row.identity = _identity(office_list, got, f" {row.order}" if row.typed.get("same_line") else "")


def _identity(office_list: OfficeList, got: Understood, more: str = "") -> str:
    if got.area is None or not got.name:
        return ""
    owner = got.owner_typed or (got.owner.name if got.owner else "")
    return office_list.identity_of(got.name, got.area, f"{owner} {got.hamlet}{more}")


# Likenesses


def _likenesses(office_list: OfficeList, rows: list[Row], got: list[Understood]) -> None:
    communes: dict[int, list[tuple[int, str, str, int]]] = defaultdict(list)
    wanted = {_commune(each.area) for each in got if each.area}
    wanted.discard(0)
    if not wanted:
        return
    standing = Initiative.objects.standing().exclude(commune=None)
    # A commune of the past is held against what lies in its heir of today, wherever that was registered.
    for pk, name, path, owner, source in standing.values_list(
        "pk", "name", "commune__path_now", "owner", "source_id"
    ).iterator(chunk_size=5000):
        at = paths.ids(path)[-1]
        if at in wanted:
            communes[at].append((pk, duplicates.bare(name), source, owner))
    for row, each in zip(rows, got, strict=True):
        if each.area is None or not each.name:
            continue
        answer = row.typed.get("same_as", "")
        if answer:
            each.same_as = int(answer) if answer.isdecimal() else None
            continue
        near = communes.get(_commune(each.area), [])
        if not near:
            continue
        name = duplicates.bare(each.name)
        own = _identity(office_list, each)
        if any(source == own for _pk, _name, source, _owner in near):
            continue
        same = [pk for pk, other, _source, _owner in near if other == name]
        if len(same) == 1:
            each.same_as = same[0]
            each.doubt("same_as", "same_name", False, [(str(same[0]), ""), ("none", "")], of=same[0])
            continue
        found = process.extract(
            name,
            {pk: other for pk, other, _source, _owner in near},
            scorer=fuzz.token_sort_ratio,
            score_cutoff=duplicates.NEAR,
            limit=4,
        )
        if found:
            pks = [pk for _name, _score, pk in found]
            each.doubt(
                "same_as", "like_others", True, [*((str(pk), "") for pk in pks), ("none", "")], of=pks[0]
            )


def _commune(area: Area | None) -> int:
    """The id of today's commune a place lies in; 0 above the communes."""
    commune = area.commune if area else None
    return commune.today_id if commune else 0


def _within(rows: list[Row], got: list[Understood], others: list[Row]) -> None:
    """Lines of the file that say the same: name, place and leading body."""
    first = {
        (
            duplicates.bare(row.name),
            row.area_id,
            fold(row.hamlet),
            fold(row.owner_typed) or str(row.owner_id),
        ): row
        for row in others
    }
    for row, each in zip(rows, got, strict=True):
        if each.area is None or not each.name:
            continue
        owner = fold(each.owner_typed) or str(each.owner.pk if each.owner else None)
        key = (duplicates.bare(each.name), each.area.pk, fold(each.hamlet), owner)
        if key in first and row.typed.get("same_line") != "other":
            choices = [("other", ""), ("leave_out", "")]
            each.doubt("name", "same_line", True, choices, line=first[key].number, table=first[key].table)
        first.setdefault(key, row)


def line_for(row: Row) -> str:
    """The line (hệ) of a body that is to be typed."""
    return line_of(row.owner_typed, row.owner.line if row.owner else "community")
