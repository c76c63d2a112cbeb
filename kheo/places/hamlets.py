"""When an office hands in its list of hamlets, the communes get those they have not named yet.

Hamlets are in no published list; offices keep them in spreadsheets: a column of communes and one of hamlets,
a sheet a commune, or a line with the commune's name above its hamlets. What cannot be placed is said with its
row and left out; nothing that stands is changed.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from kheo.lib.periods import today
from kheo.lib.refusals import Refused
from kheo.lib.tables import Table
from kheo.lib.vietnamese import fold, tone_blind
from kheo.places import finding
from kheo.places.models import HAMLET_TYPES, Area, Level

_HAMLET = ("xom", "thon", "ban", "khoi", "to dan pho", "lang", "buon", "ap", "khu dan cu", "hamlet")
_COMMUNE = ("xa", "phuong", "thi tran", "don vi", "dia phuong", "dia ban", "commune")
_DISTRICT = ("huyen", "quan", "thi xa", "district")
_TYPE = ("loai", "loai hinh", "type")
_LEAD = re.compile(r"^(ten|danh sach|cac)\s+")
_PARTED = re.compile(r"[,;/\n]+")


class Named(NamedTuple):
    """A hamlet as a list names it, and where."""

    row: int
    commune: str
    hamlet: str
    type: str


@dataclass
class Taken:
    """What came of a list. `unplaced`: a sentence for each line that was left out."""

    added: list[Area] = field(default_factory=list)
    known: int = 0
    unplaced: list[str] = field(default_factory=list)


def named_in(tables: Iterable[Table]) -> list[Named]:
    """The hamlets the tables of a file name. Refused when no column of hamlets is found in any of them."""
    tables = list(tables)
    found = [each for table in tables for each in _in_table(table)]
    if not found:
        raise Refused(
            _("No column of hamlets was found. Give the columns headings, such as “Xã” and “Xóm, bản, khối”.")
        )
    return found


def _in_table(table: Table) -> Iterator[Named]:
    columns: dict[str, int] = {}
    commune, district = _place_of(table.title), ""
    for number, row in zip(table.numbers or range(1, len(table.rows) + 1), table.rows, strict=True):
        # Printed again on the next page, headings say the same; “Bản” in a column of types is none.
        if (heads := _headings(row)) and (not columns or heads == columns):
            columns = heads
            continue
        alone = {cell for cell in row if cell}
        if len(alone) == 1 and (place := _place_of(next(iter(alone)))):
            # A line of its own over the hamlets of a commune.
            commune = place
            continue
        if not columns:
            continue

        def cell(name: str, row: list[str] = row, columns: dict[str, int] = columns) -> str:
            return row[columns[name]].strip() if name in columns else ""

        commune = cell("commune") or commune
        district = cell("district") or district
        for hamlet in _PARTED.split(cell("hamlet")):
            if hamlet.strip():
                place = f"{commune}, {district}" if district else commune
                yield Named(number, place, hamlet.strip(), cell("type").lower())


def _headings(row: list[str]) -> dict[str, int]:
    """Which column is which, where this row names them; empty otherwise."""
    found: dict[str, int] = {}
    for at, text in enumerate(row):
        words = _LEAD.sub("", fold(text).strip(" .:*"))
        for name, heads in (
            ("hamlet", _HAMLET),
            ("commune", _COMMUNE),
            ("district", _DISTRICT),
            ("type", _TYPE),
        ):
            first = re.split(r"\s*[,/(]\s*|\s+-\s+|\s+hoac\s+", words)[0]
            if first in heads and name not in found:
                found[name] = at
                break
    return found if "hamlet" in found and (len(found) > 1 or len([cell for cell in row if cell]) > 1) else {}


def _place_of(text: str) -> str:
    """A commune's name with its type, read off a sheet's name or a line of its own; "" for other words."""
    match = re.search(r"\b(xã|phường|thị trấn)\s+\S.*", text.strip(), re.IGNORECASE)
    return match[0].strip(" .:") if match else ""


def take_in(tables: Iterable[Table], *, on: date | None = None, by: Any = None, write: bool = True) -> Taken:
    """Add the hamlets a list names to the communes of a day (today's by default), those unknown so far.

    With `write` off nothing is kept: what would be added is said. A second run adds nothing.
    """
    day, taken = on or today(), Taken()
    with transaction.atomic():
        communes: dict[str, Area | str] = {}
        known: dict[int, set[str]] = {}
        for each in named_in(tables):
            if each.commune not in communes:
                communes[each.commune] = _commune(each.commune, day)
            commune = communes[each.commune]
            if isinstance(commune, str):
                taken.unplaced.append(_("Row %(row)s: %(why)s") % {"row": each.row, "why": commune})
                continue
            if commune.pk not in known:
                here = Area.objects.filter(parent=commune, level=Level.HAMLET)
                known[commune.pk] = set(here.values_list("folded", flat=True))
            type, name = _typed(each)
            if fold(name) in known[commune.pk]:
                taken.known += 1
                continue
            try:
                hamlet = Area.objects.add_hamlet(name, type, commune, by=by)
            except Refused as refused:
                taken.unplaced.append(_("Row %(row)s: %(why)s") % {"row": each.row, "why": refused})
                continue
            known[commune.pk].add(hamlet.folded)
            taken.added.append(hamlet)
        if not write:
            transaction.set_rollback(True)
    return taken


def _typed(each: Named) -> tuple[str, str]:
    """The type and the bare name: "bản Phồng", or a type of its own column, or a bare number (xóm 5)."""
    for word in sorted(HAMLET_TYPES, key=len, reverse=True):
        if tone_blind(each.hamlet).startswith(tone_blind(word) + " "):
            return word, each.hamlet.split(" ", word.count(" ") + 1)[-1].strip()
    return (each.type if each.type in HAMLET_TYPES else "xóm"), each.hamlet


def _commune(text: str, day: date) -> Area | str:
    """The one commune meant, or the sentence that says why there is none."""
    if not text.strip(" ,"):
        return _("no commune is named.")
    matches = finding.find(text, on=day, levels=(Level.COMMUNE,))
    living = [match.area for match in matches if match.area.existed_on(day)]
    if len(living) == 1:
        return living[0]
    if living:
        places = "; ".join(area.full_place for area in living[:3])
        return _("“%(text)s” may be: %(places)s.") % {"text": text, "places": places}
    if matches:
        heir = matches[0].area.heir_on(day)
        return _("“%(text)s” is no commune of that day; it lies in %(heir)s.") % {
            "text": text,
            "heir": heir.full_place,
        }
    return _("no commune “%(text)s” is known.") % {"text": text}
