"""When a list arrives as a table pasted from a spreadsheet: read it, name each doubtful cell, make drafts.

Columns are found by their headings where the first line has some, otherwise they stand in the shipped
order. Each line passes the same form as a single registration, so nothing is accepted here that would be
refused there.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kheo.initiatives.forms import RegistrationForm, leading_units
from kheo.lib.refusals import Refused
from kheo.lib.vietnamese import fold, nfc, same_name
from kheo.plans.models import Field
from kheo.units.models import Post

MOST_LINES = 300


@dataclass(frozen=True)
class Column:
    name: str
    label: str | Promise
    # Folded headings that people use for it.
    headings: tuple[str, ...]

    def is_called(self, folded: str) -> bool:
        """Whether a heading means it: one that people use, or the page's own words for it."""
        return folded in self.headings or folded == fold(str(self.label))


COLUMNS = [
    Column("name", _("Name of the initiative"), ("ten mo hinh", "ten mo hinh, dien hinh", "ten", "name")),
    Column("kind", _("Model or exemplar"), ("loai", "mo hinh/dien hinh", "loai hinh", "kind")),
    Column("field", _("Field of work"), ("linh vuc", "field", "field of work")),
    Column("hamlet", _("Hamlet"), ("xom", "ban", "xom/ban", "khoi", "xom, ban", "thon", "dia ban", "hamlet")),
    Column("owner", _("Led by"), ("don vi", "don vi chu tri", "don vi thuc hien", "chu tri", "led by")),
    Column("goal", _("Goal in one line"), ("muc tieu", "noi dung", "goal")),
    Column("year_kind", _("New or continuing"), ("moi/duy tri", "moi hay duy tri", "moi")),
    Column("contact_name", _("Contact"), ("nguoi lien he", "dau moi", "nguoi phu trach", "contact")),
    Column("contact_phone", _("Contact's phone"), ("so dien thoai", "dien thoai", "sdt", "phone")),
]  # fmt: skip
NAMES = [column.name for column in COLUMNS]


@dataclass
class Line:
    """One line: what each cell says, what is doubtful about it, and the form it was read into."""

    number: int
    cells: dict[str, str]
    doubts: dict[str, str] = field(default_factory=dict)
    form: Any = None

    def rows(self) -> list[tuple[str, str | Promise, str, str]]:
        """Name, label, text and doubt of each cell, in the order of the columns."""
        return [
            (each.name, each.label, self.cells.get(each.name, ""), self.doubts.get(each.name, ""))
            for each in COLUMNS
        ]

    @property
    def beyond(self) -> str:
        """What is wrong with the line as a whole."""
        return self.doubts.get("", "")


def paste(text: str) -> list[dict[str, str]]:
    """The cells of a pasted table. Tabs part the columns, as spreadsheets copy them; semicolons do too."""
    text = nfc(text).replace("\r\n", "\n").replace("\r", "\n").strip("\n")
    if not text.strip():
        return []
    parting = "\t" if "\t" in text else ";" if ";" in text.split("\n", 1)[0] else "\t"
    table = [
        row for row in csv.reader(StringIO(text), delimiter=parting) if any(cell.strip() for cell in row)
    ]
    names = _headings(table[0])
    lines = table[1:] if names else table
    if len(lines) > MOST_LINES:
        raise Refused(gettext("At most %d lines at a time. Paste the rest afterwards.") % MOST_LINES)
    names = names or NAMES
    return [
        {name: cell.strip() for name, cell in zip(names, row, strict=False) if name in NAMES} for row in lines
    ]


def _headings(row: list[str]) -> list[str]:
    """The column each cell of the first line names; empty when it is no line of headings."""
    found = []
    for cell in row:
        folded = fold(cell).strip(" *:")
        found.append(next((column.name for column in COLUMNS if column.is_called(folded)), ""))
    return found if sum(map(bool, found)) >= 2 else []


def typed(data: Mapping[str, Any]) -> list[dict[str, str]]:
    """The cells of a grid as a page sends it: `cell-<line>-<column>`."""
    lines: dict[int, dict[str, str]] = {}
    for key, value in data.items():
        prefix, _dash, rest = key.partition("-")
        number, _dash, name = rest.partition("-")
        if prefix == "cell" and number.isdecimal() and len(number) < 5 and name in NAMES:
            lines.setdefault(int(number), {})[name] = nfc(str(value)).strip()
    kept = [cells for _number, cells in sorted(lines.items()) if any(cells.values())]
    if len(kept) > MOST_LINES:
        raise Refused(gettext("At most %d lines at a time. Paste the rest afterwards.") % MOST_LINES)
    return kept


def check(rows: list[dict[str, str]], *, by: Post) -> list[Line]:
    """Each line read into a registration form, with its doubtful cells named."""
    fields, owners = list(Field.objects.all()), list(leading_units(by))
    shared: dict[str, int] = {}
    lines = []
    for number, cells in enumerate(rows, start=1):
        line = Line(number, cells)
        data = _as_form(line, fields, owners, by)
        line.form = RegistrationForm(data, by=by)
        if not line.form.is_valid():
            for name, errors in line.form.errors.items():
                at = name if name in NAMES else ""
                line.doubts.setdefault(at, " ".join(errors))
        key = fold(cells.get("name", "")) + "/" + fold(cells.get("hamlet", ""))
        if cells.get("name") and key in shared:
            line.doubts.setdefault("name", gettext("The same as line %d.") % shared[key])
        shared.setdefault(key, number)
        lines.append(line)
    return lines


def _as_form(line: Line, fields: list[Field], owners: list[Any], by: Post) -> dict[str, Any]:
    cells = line.cells
    data: dict[str, Any] = {
        name: cells.get(name, "") for name in ("name", "hamlet", "goal", "contact_name", "contact_phone")
    }
    data |= {"subject": "collective", "level_asked": "commune", "owner": by.unit_id}
    data["year"] = RegistrationForm(by=by).fields["year"].initial
    data["kind"] = _kind(line)
    data["year_kind"] = _year_kind(line)
    data["field"] = _field(line, fields)
    if owner := cells.get("owner", ""):
        known = [
            unit for unit in owners if same_name(owner, unit.name) or same_name(owner, unit.short_name or "—")
        ]
        if known:
            data["owner"] = known[0].pk
        else:
            data["owner_typed"] = owner
    return data


def _kind(line: Line) -> str:
    said = fold(line.cells.get("kind", ""))
    if said in ("", "mo hinh", "mh", "model"):
        return "model"
    if said in ("dien hinh", "dh", "exemplar"):
        return "exemplar"
    line.doubts["kind"] = gettext("Write “mô hình” or “điển hình”.")
    return ""


def _year_kind(line: Line) -> str:
    said = fold(line.cells.get("year_kind", ""))
    if said in ("", "moi", "x", "xay dung moi", "new"):
        return "new"
    if said in ("duy tri", "cu", "tiep tuc", "dt", "continuing"):
        return "continuing"
    line.doubts["year_kind"] = gettext("Write “mới” or “duy trì”.")
    return ""


def _field(line: Line, fields: list[Field]) -> Any:
    said = fold(line.cells.get("field", ""))
    bare = said.replace("-", " ").replace(",", " ").split()
    for each in fields:
        if bare and fold(each.name).replace("-", " ").replace(",", " ").split() == bare:
            return each.pk
    begins = [each for each in fields if said and fold(each.name).startswith(said)]
    if len(begins) == 1:
        return begins[0].pk
    line.doubts["field"] = gettext("Not a field of work. Write one of: %s.") % ", ".join(
        each.name for each in fields
    )
    return ""
