"""The table of moves of a decision, as an office pastes it, read into an `AreaChange`.

One line for each old area and each new one it went to, in the order of the conversion tables that come with
resolutions:

    địa bàn cũ ; quan hệ ; địa bàn mới ; cấp trên ; mã
    xã Tam Hợp, huyện Tương Dương ; nhập toàn bộ ; xã Tam Thái ; tỉnh Nghệ An ; 16936

Tabs part the cells too. Superior and code may be left out: then the new area lies where the old ones lie.
What is doubtful is said for each line; a table with doubts gives no change.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kheo.lib.refusals import Refused
from kheo.lib.vietnamese import fold, nfc, same_name
from kheo.places import finding
from kheo.places.changes import AreaChange, Opening, Renaming, Succeeding
from kheo.places.lineage import in_batches
from kheo.places.models import GSO, Area, AreaSuccession, Level, titled

Kind = AreaSuccession.Kind
MOST_LINES = 1000
RENAMED = "renamed"
# What people write for each relation, folded; the first that begins the cell decides.
RELATIONS: list[tuple[str, str]] = [
    ("doi ten", RENAMED),
    ("doi loai", RENAMED),
    ("giu nguyen", Kind.UNCHANGED),
    ("khong thay doi", Kind.UNCHANGED),
    ("nhap toan bo", Kind.WHOLE),
    ("toan bo", Kind.WHOLE),
    ("nhap", Kind.WHOLE),
    ("mot phan dat", Kind.LAND),
    ("chi dat", Kind.LAND),
    ("nhap mot phan", Kind.PART),
    ("mot phan", Kind.PART),
    ("chia", Kind.PART),
    ("tach", Kind.PART),
    ("chuyen", Kind.REPARENTED),
    ("ket thuc", Kind.LEVEL_ENDED),
]
RELATION_WORDS: list[tuple[str, str | Promise]] = [
    ("toàn bộ", gettext_lazy("the whole area goes to the new one")),
    ("một phần", gettext_lazy("a part; with a share where one was decided: một phần 2/5, một phần 40%")),
    ("một phần đất", gettext_lazy("land alone, without its people")),
    ("giữ nguyên", gettext_lazy("begins anew with the same territory")),
    ("đổi tên", gettext_lazy("another name or type, the same area")),
    ("chuyển", gettext_lazy("moved whole to the superior in the fourth column")),
    ("kết thúc", gettext_lazy("the level ends; the third column names who goes on")),
]
_HEADINGS = ("dia ban cu", "don vi cu", "xa cu", "ten cu", "old")
_SHARE = re.compile(r"(\d+)\s*/\s*(\d+)|(\d+)(?:[.,](\d+))?\s*%")
_LEVELS = {
    "xã": Level.COMMUNE,
    "phường": Level.COMMUNE,
    "thị trấn": Level.COMMUNE,
    "đặc khu": Level.COMMUNE,
    "huyện": Level.DISTRICT,
    "quận": Level.DISTRICT,
    "thị xã": Level.DISTRICT,
    "tỉnh": Level.PROVINCE,
}


# What was found for each text: the areas of the eve it may mean.
Places = dict[str, list[Area]]


@dataclass
class Line:
    """One line of the table: its cells, what was understood, and what is doubtful."""

    number: int
    cells: list[str]
    old: Area | None = None
    relation: str = ""
    share: Fraction | None = None
    type: str = ""
    name: str = ""
    superior: Area | None = None
    # Added by the reader, because the table says it without writing it.
    implied: bool = False
    doubts: list[str] = field(default_factory=list)

    @property
    def new(self) -> str:
        return titled(self.type, self.name) if self.name else ""

    @property
    def old_words(self) -> str:
        return self.old.full_place if self.old else self.cells[0]

    @property
    def goes_to(self) -> str:
        """The new area, or who goes on for a level that ends."""
        return self.new or (self.superior.full_name if self.superior else "—")

    @property
    def code(self) -> str:
        return self.cells[4]

    @property
    def relation_words(self) -> str:
        words = str(dict(AreaSuccession.Kind.choices).get(self.relation, _("renamed")))
        return f"{words} ({self.share.numerator}/{self.share.denominator})" if self.share else words


@dataclass
class Table:
    """A read table. `change` is None while a line is doubtful."""

    lines: list[Line]
    change: AreaChange | None = None

    @property
    def doubts(self) -> int:
        return sum(bool(line.doubts) for line in self.lines)


def read(text: str, on: date, legal_basis: str = "", title: str = "") -> Table:
    """Read a pasted table of what a decision changes on a day. Refused when it is empty or too long."""
    rows = _rows(text)
    if not rows:
        raise Refused(_("Write at least one line: old area; what happens; new area."))
    if len(rows) > MOST_LINES:
        raise Refused(_("At most %d lines. Enter a larger decision as several.") % MOST_LINES)
    eve = on - timedelta(days=1)
    # A superior stands in every line; each place is looked up once.
    places: Places = {}
    lines = [_line(number, cells, eve, places) for number, cells in enumerate(rows, start=1)]
    lines += _implied(lines, eve)
    table = Table(lines)
    change = _change(lines, on, legal_basis, title)
    if not table.doubts:
        table.change = change
    return table


def cells_of(text: str) -> list[list[str]]:
    """The five cells of each line that has any, parted by tabs or semicolons."""
    rows = []
    for line in nfc(text).splitlines():
        cells = [" ".join(cell.split()) for cell in (line.split("\t") if "\t" in line else line.split(";"))]
        if any(cells):
            rows.append([*cells, "", "", "", "", ""][:5])
    return rows


def _rows(text: str) -> list[list[str]]:
    return [cells for cells in cells_of(text) if not fold(cells[0]).startswith(_HEADINGS)]


def _line(number: int, cells: list[str], eve: date, places: Places) -> Line:
    line = Line(number, cells)
    line.old = _found(cells[0], eve, line, _("The old area"), places)
    said = fold(cells[1])
    line.relation = next((kind for words, kind in RELATIONS if said.startswith(words)), "")
    if not line.relation:
        line.doubts.append(
            _("What happens? Write one of: %s.") % ", ".join(word for word, _meaning in RELATION_WORDS)
        )
    line.share, doubt = share_in(cells[1], line.relation == Kind.PART)
    line.doubts += [doubt] if doubt else []
    if cells[3]:
        line.superior = _found(cells[3], eve, line, _("The superior"), places)
    if line.relation == Kind.REPARENTED and not cells[2] and line.old:
        line.type, line.name = line.old.type, line.old.name
        if not cells[3]:
            line.doubts.append(_("Where does it move? Write the superior in the fourth column."))
    elif line.relation == Kind.LEVEL_ENDED:
        line.superior = _found(cells[2], eve, line, _("Who goes on"), places) if cells[2] else None
        if not cells[2]:
            line.superior = line.old.parent if line.old else None
    else:
        _name(line, cells[2])
    return line


def _found(text: str, eve: date, line: Line, what: str, places: Places) -> Area | None:
    if text not in places:
        levels = (Level.PROVINCE, Level.DISTRICT, Level.COMMUNE, Level.HAMLET)
        matches = finding.find(text, on=eve, levels=levels)
        places[text] = [match.area for match in matches if match.area.existed_on(eve) and not match.hamlet]
    living = places[text]
    if len(living) == 1:
        return living[0]
    if living:
        line.doubts.append(
            _("%(what)s may be: %(places)s. Write it so that it can be told apart.")
            % {"what": what, "places": "; ".join(area.full_place for area in living[:4])}
        )
    else:
        line.doubts.append(
            _("%(what)s “%(text)s” is not known on the eve of that day.") % {"what": what, "text": text}
        )
    return None


def share_in(text: str, of_part: bool) -> tuple[Fraction | None, str]:
    """The share a relation names ("một phần 2/5", "40%"), or what is doubtful about it."""
    found = _SHARE.search(text)
    if not found:
        return None, ""
    if found[1]:
        share = Fraction(int(found[1]), int(found[2])) if int(found[2]) else Fraction(0)
    else:
        share = Fraction(f"{found[3]}.{found[4] or 0}") / 100
    if not 0 < share <= 1 or not of_part:
        return None, _("A share is more than nothing, at most the whole, and only of a part: 2/5 or 40%.")
    return share, ""


def _name(line: Line, text: str) -> None:
    if not text:
        line.doubts.append(_("Write the new area with its type, such as xã Tam Thái."))
        return
    for word in sorted({*_LEVELS, "thành phố"}, key=len, reverse=True):
        if fold(text).startswith(fold(word) + " "):
            line.type, line.name = word, text.split(" ", word.count(" ") + 1)[-1]
            return
    # The type is left out where it stays what it was.
    if line.old:
        line.type, line.name = line.old.type, text


def _implied(lines: list[Line], eve: date) -> list[Line]:
    """What a table says without writing it.

    A commune that takes something in or gives some away goes on; the communes of a district that ends go on
    under whoever goes on for it.
    """
    moved = {line.old.pk for line in lines if line.old}
    added: dict[int, Line] = {}

    def goes_on(area: Area, kind: str, superior: Area | None = None) -> None:
        if area.pk not in added:
            cells = [area.full_place, "", area.full_name, "", ""]
            number = len(lines) + len(added) + 1
            above = superior or area.parent
            added[area.pk] = Line(number, cells, area, kind, None, area.type, area.name, above, implied=True)

    by_old: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        if line.old and line.relation in (Kind.PART, Kind.LAND):
            by_old[line.old.pk].append(line)
    for parts in by_old.values():
        [old] = {line.old for line in parts if line.old}
        told = sum(line.share or 0 for line in parts)
        if len(parts) == 1 and told != 1 and not _is_itself(parts[0], old):
            goes_on(old, Kind.PART)
            if parts[0].share:
                added[old.pk].share = 1 - parts[0].share
    near = _children([above for line in lines if (above := _above(line))], eve)
    for line in lines:
        above = _above(line)
        if line.old is None or above is None:
            continue
        if line.relation == Kind.LEVEL_ENDED and line.old.level == Level.DISTRICT:
            for area in near[above.pk]:
                if area.pk not in moved:
                    goes_on(area, Kind.REPARENTED, line.superior)
        if line.relation in (Kind.WHOLE, Kind.PART, Kind.LAND):
            for area in near[above.pk]:
                if area.pk not in moved and area.level == line.old.level and _is_itself(line, area):
                    goes_on(area, Kind.WHOLE)
    return list(added.values())


def _above(line: Line) -> Area | None:
    """Where the areas stand that a line may speak of without writing them: in a level that ends, itself."""
    if line.old and line.relation == Kind.LEVEL_ENDED:
        return line.old
    return line.superior or (line.old.parent if line.old else None)


def _children(areas: Iterable[Area], eve: date) -> dict[int, list[Area]]:
    """What stood directly under each of these areas on the eve, hamlets aside, in Vietnamese order."""
    found: dict[int, list[Area]] = defaultdict(list)
    living = Area.objects.on(eve).exclude(level__in=[Level.HAMLET, Level.PART]).select_related("parent")
    for area in in_batches(living.order_by("sort_key"), "parent_id__in", {area.pk for area in areas}):
        found[area.parent_id].append(area)
    return found


def _is_itself(line: Line, area: Area) -> bool:
    return line.type == area.type and same_name(line.name, area.name)


def _change(lines: list[Line], on: date, legal_basis: str, title: str) -> AreaChange:
    opens: dict[tuple[int, str, str], Opening] = {}
    closes: dict[str, None] = {}
    successions, renames = [], []
    ending = {line.old.pk: line for line in lines if line.old and line.relation != RENAMED}
    for line in lines:
        if line.old is None or not line.relation:
            continue
        old = f"#{line.old.pk}"
        if line.relation == RENAMED:
            renames.append(Renaming(old, line.type, line.name))
            continue
        closes[old] = None
        if line.relation == Kind.LEVEL_ENDED:
            if line.superior:
                successions.append(Succeeding(old, f"#{line.superior.pk}", Kind.LEVEL_ENDED))
            continue
        parent = _superior(line, ending)
        key = (parent.pk if parent else 0, line.type, fold(line.name))
        known = opens.get(key)
        code = line.code or (known.codes[0][1] if known and known.codes else "")
        if not code and _is_itself(line, line.old):
            code = line.old.code_on(on - timedelta(days=1))
        opens[key] = Opening(
            key="/".join(map(str, key)),
            level=_LEVELS.get(line.type, line.old.level) if line.type else line.old.level,
            type=line.type,
            name=known.name if known else line.name,
            parent=f"#{parent.pk}" if parent else "",
            codes=((GSO, code),) if code else (),
        )
        successions.append(Succeeding(old, f"new:{'/'.join(map(str, key))}", line.relation, share=line.share))
    _check_shares(lines)
    return AreaChange(
        on, legal_basis, title, tuple(closes), tuple(opens.values()), tuple(successions), tuple(renames)
    )


def _superior(line: Line, ending: dict[int, Line]) -> Area | None:
    """Where the new area lies: as written, else where the old one lies; past what ends with its level."""
    area = line.superior or (line.old.parent if line.old else None)
    while area is not None and area.pk in ending and ending[area.pk].relation == Kind.LEVEL_ENDED:
        area = ending[area.pk].superior
    if area is not None and area.pk in ending:
        line.doubts.append(
            _("%(area)s ends with this decision. Write the superior that goes on.") % {"area": area.full_name}
        )
    return area


def _check_shares(lines: list[Line]) -> None:
    """The shares of one area are all decided and make the whole, or none is."""
    parts: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        if line.old and line.relation == Kind.PART:
            parts[line.old.pk].append(line)
    for group in parts.values():
        told = [line.share for line in group if line.share is not None]
        if told and (len(told) != len(group) or sum(told) != 1):
            group[0].doubts.append(
                _("The shares of %(area)s make %(sum)s, not the whole. Give all of them or none.")
                % {"area": group[0].old.full_name if group[0].old else "", "sum": f"{float(sum(told)):.0%}"}
            )


# A change as plain data, to be kept until its day


def as_json(change: AreaChange) -> dict:
    """The change as JSON can hold it."""
    return {
        "on": change.on.isoformat(),
        "legal_basis": change.legal_basis,
        "title": change.title,
        "closes": list(change.closes),
        "opens": [
            [o.key, o.level, o.type, o.name, o.parent, [list(code) for code in o.codes]] for o in change.opens
        ],
        "successions": [
            [s.predecessor, s.successor, str(s.kind), str(s.share) if s.share is not None else ""]
            for s in change.successions
        ],
        "renames": [[r.area, r.type, r.name] for r in change.renames],
    }


def from_json(kept: dict) -> AreaChange:
    return AreaChange(
        on=date.fromisoformat(kept["on"]),
        legal_basis=kept["legal_basis"],
        title=kept["title"],
        closes=tuple(kept["closes"]),
        opens=tuple(
            Opening(key, level, type, name, parent, tuple((system, code) for system, code in codes))
            for key, level, type, name, parent, codes in kept["opens"]
        ),
        successions=tuple(
            Succeeding(old, new, kind, Fraction(share) if share else None)
            for old, new, kind, share in kept["successions"]
        ),
        renames=tuple(Renaming(area, type, name) for area, type, name in kept["renames"]),
    )
