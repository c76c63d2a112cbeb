"""A decision about bodies alone: boards that merge, are divided, renamed, moved or dissolved.

One line for each old body and each new one it went to, as an office writes it:

    cơ quan cũ ; việc gì ; cơ quan mới ; cấp trên
    Ban Dân vận Tỉnh ủy ; hợp nhất ; Ban Tuyên giáo và Dân vận Tỉnh ủy
    Ban Tuyên giáo Tỉnh ủy ; hợp nhất ; Ban Tuyên giáo và Dân vận Tỉnh ủy

Tabs part the cells too. What is doubtful is said for each line; a table with doubts gives no change. A row
of a body never changes its parent or its name: it is closed, another opens, and a succession ties them.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kheo.lib.refusals import Refused
from kheo.lib.vietnamese import fold, nfc
from kheo.places.moves import MOST_LINES, cells_of, share_in
from kheo.units.models import Unit, UnitSuccession

Kind = UnitSuccession.Kind
RELATIONS: list[tuple[str, str]] = [
    ("doi ten", Kind.SUCCEEDED),
    ("doi loai", Kind.SUCCEEDED),
    ("to chuc lai", Kind.SUCCEEDED),
    ("hop nhat", Kind.MERGED),
    ("sap nhap", Kind.MERGED),
    ("nhap", Kind.MERGED),
    ("toan bo", Kind.MERGED),
    ("chia", Kind.SPLIT),
    ("tach", Kind.SPLIT),
    ("mot phan", Kind.SPLIT),
    ("chuyen", Kind.MOVED),
    ("giai the", Kind.ENDED),
    ("cham dut", Kind.ENDED),
    ("ket thuc", Kind.ENDED),
]
RELATION_WORDS: list[tuple[str, str | Promise]] = [
    ("hợp nhất", gettext_lazy("the whole body goes into the new one, or into one that goes on")),
    ("một phần", gettext_lazy("a part; with a share where one was decided: một phần 2/5, một phần 40%")),
    ("đổi tên", gettext_lazy("another name, the same work and people")),
    ("chuyển", gettext_lazy("moved whole to the superior in the fourth column")),
    ("giải thể", gettext_lazy("ends without successor; the body above keeps its records")),
]
_HEADINGS = ("co quan cu", "don vi cu", "ten cu", "old")


@dataclass
class Line:
    """One line of the table: its cells, what was understood, and what is doubtful."""

    number: int
    cells: list[str]
    old: Unit | None = None
    relation: str = ""
    share: Fraction | None = None
    name: str = ""
    # A body that goes on and takes the old one in; the superior of a new one.
    goes_on: Unit | None = None
    superior: Unit | None = None
    doubts: list[str] = field(default_factory=list)
    implied = False
    code = ""

    @property
    def old_words(self) -> str:
        return self.old.with_area if self.old else self.cells[0]

    @property
    def goes_to(self) -> str:
        return str(self.goes_on or self.name or "—")

    @property
    def relation_words(self) -> str:
        words = str(Kind(self.relation).label)
        return f"{words} ({self.share.numerator}/{self.share.denominator})" if self.share else words


@dataclass(frozen=True)
class BodyOpening:
    """A body that begins with the change; what it is for comes from those it succeeds."""

    key: str
    name: str
    parent: int | None


@dataclass(frozen=True)
class BodySucceeding:
    """What became of a body (by its id): into an opening ("new:…"), a body that goes on ("#id"), or
    nothing.
    """

    predecessor: int
    successor: str
    kind: str
    share: Fraction | None = None


@dataclass(frozen=True)
class BodyChange:
    """Everything that changes in bodies on one day by one decision."""

    on: date
    legal_basis: str
    title: str = ""
    opens: tuple[BodyOpening, ...] = ()
    successions: tuple[BodySucceeding, ...] = ()

    @property
    def closes(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(link.predecessor for link in self.successions))


@dataclass
class Table:
    lines: list[Line]
    change: BodyChange | None = None

    @property
    def doubts(self) -> int:
        return sum(bool(line.doubts) for line in self.lines)


def read(text: str, on: date, legal_basis: str = "", title: str = "") -> Table:
    """Read a pasted table of what a decision changes on a day. Refused when it is empty or too long."""
    rows = [cells for cells in cells_of(text) if not fold(cells[0]).startswith(_HEADINGS)]
    if not rows:
        raise Refused(_("Write at least one line: old body; what happens; new body."))
    if len(rows) > MOST_LINES:
        raise Refused(_("At most %d lines. Enter a larger decision as several.") % MOST_LINES)
    eve = on - timedelta(days=1)
    known: dict[str, list[Unit]] = {}
    lines = [_line(number, cells, eve, known) for number, cells in enumerate(rows, start=1)]
    table = Table(lines)
    change = _change(lines, on, legal_basis, title)
    if not table.doubts:
        table.change = change
    return table


def _line(number: int, cells: list[str], eve: date, known: dict[str, list[Unit]]) -> Line:
    line = Line(number, cells)
    line.old = _found(cells[0], eve, line, _("The old body"), known)
    said = fold(cells[1])
    line.relation = next((kind for words, kind in RELATIONS if said.startswith(words)), "")
    if not line.relation:
        line.doubts.append(
            _("What happens? Write one of: %s.") % ", ".join(word for word, _meaning in RELATION_WORDS)
        )
    line.share, doubt = share_in(cells[1], line.relation == Kind.SPLIT)
    line.doubts += [doubt] if doubt else []
    if cells[3]:
        line.superior = _found(cells[3], eve, line, _("The superior"), known)
    line.name = cells[2]
    if line.relation == Kind.MOVED:
        line.name = line.name or (line.old.name if line.old else "")
        if not cells[3]:
            line.doubts.append(_("Where does it move? Write the superior in the fourth column."))
    elif line.relation and line.relation != Kind.ENDED and not line.name:
        line.doubts.append(_("Write the new body's name."))
    if line.relation in (Kind.MERGED, Kind.SPLIT) and line.name:
        here = _named(line.name, eve, known)
        # One of the same area goes on; one that is itself reorganised does not (see `_change`).
        here = [unit for unit in here if line.old is None or unit.area_id == line.old.area_id] or here
        line.goes_on = here[0] if len(here) == 1 else None
    return line


def _named(text: str, eve: date, known: dict[str, list[Unit]]) -> list[Unit]:
    """The bodies of the eve that a text may mean: by name or short name, also "name, area"."""
    if text not in known:
        units = Unit.objects.on(eve).select_related("area", "parent")
        found = list(units.filter(folded=fold(text)).order_by("pk"))
        if not found:
            found = list(units.filter(short_name__iexact=text).order_by("pk"))
        if not found and "," in text:
            name, place = (part.strip() for part in text.split(",", 1))
            wanted = fold(place.split(",")[0])
            found = [
                unit
                for unit in units.filter(folded=fold(name)).order_by("pk")
                if wanted in (unit.area.folded, fold(unit.area.full_name))
            ]
        known[text] = found
    return known[text]


def _found(text: str, eve: date, line: Line, what: str, known: dict[str, list[Unit]]) -> Unit | None:
    living = _named(text, eve, known)
    if len(living) == 1:
        return living[0]
    if living:
        line.doubts.append(
            _("%(what)s may be: %(places)s. Write it so that it can be told apart.")
            % {"what": what, "places": "; ".join(f"{unit.name}, {unit.area}" for unit in living[:4])}
        )
    else:
        line.doubts.append(
            _("%(what)s “%(text)s” is not known on the eve of that day.") % {"what": what, "text": text}
        )
    return None


def _change(lines: list[Line], on: date, legal_basis: str, title: str) -> BodyChange:
    ending = {line.old.pk for line in lines if line.old}
    opens: dict[str, BodyOpening] = {}
    links = []
    told: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        if line.old is None or not line.relation:
            continue
        told[line.old.pk].append(line)
        if line.goes_on is not None and line.goes_on.pk in ending:
            line.goes_on = None
        if line.superior is not None and line.superior.pk in ending:
            line.doubts.append(
                _("%(area)s ends with this decision. Write the superior that goes on.")
                % {"area": line.superior.name}
            )
        if line.relation == Kind.ENDED:
            links.append(BodySucceeding(line.old.pk, "", Kind.ENDED))
            continue
        if line.goes_on is not None:
            links.append(BodySucceeding(line.old.pk, f"#{line.goes_on.pk}", line.relation, line.share))
            continue
        key = f"{line.old.area_id}/{fold(line.name)}"
        parent = line.superior or (line.old.parent if line.old.parent_id not in ending else None)
        if key not in opens or line.superior:
            opens[key] = BodyOpening(key, nfc(line.name), parent.pk if parent else None)
        links.append(BodySucceeding(line.old.pk, f"new:{key}", line.relation, line.share))
    for group in told.values():
        _check_shares(group)
    return BodyChange(on, legal_basis, title, tuple(opens.values()), tuple(links))


def _check_shares(group: list[Line]) -> None:
    """The shares of one body are all decided and make the whole, or none is; a whole goes to one."""
    shares = [line.share for line in group if line.share is not None]
    if shares and (len(shares) != len(group) or sum(shares) != 1):
        group[0].doubts.append(
            _("The shares of %(area)s make %(sum)s, not the whole. Give all of them or none.")
            % {"area": group[0].old_words, "sum": f"{float(sum(shares)):.0%}"}
        )
    if len(group) > 1 and any(line.relation != Kind.SPLIT for line in group):
        group[0].doubts.append(_("It goes to several: write “một phần” in each of its lines."))


def as_json(change: BodyChange) -> dict:
    """The change as JSON can hold it."""
    return {
        "on": change.on.isoformat(),
        "legal_basis": change.legal_basis,
        "title": change.title,
        "opens": [[each.key, each.name, each.parent] for each in change.opens],
        "successions": [
            [each.predecessor, each.successor, str(each.kind), str(each.share or "")]
            for each in change.successions
        ],
    }


def from_json(kept: dict) -> BodyChange:
    return BodyChange(
        on=date.fromisoformat(kept["on"]),
        legal_basis=kept["legal_basis"],
        title=kept["title"],
        opens=tuple(BodyOpening(*each) for each in kept["opens"]),
        successions=tuple(
            BodySucceeding(old, new, kind, Fraction(share) if share else None)
            for old, new, kind, share in kept["successions"]
        ),
    )
