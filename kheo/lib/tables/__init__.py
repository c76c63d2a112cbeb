"""Any table an office keeps, as rows of text: workbooks, Word tables, .csv in any encoding, pasted rows.

`read_tables` and `read_pasted` give the same shape. What cannot be read is refused with a sentence that says
what to do. A file is opened in a process of its own (`opening`), which may take so much memory and time and
no more: what hangs or swells there harms nobody here.
"""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from kheo.lib.refusals import Refused
from kheo.lib.tables import letters, opened, plain
from kheo.lib.tables.plain import Raw
from kheo.lib.vietnamese import nfc

LARGEST = 50 * 1024 * 1024


@dataclass(frozen=True)
class Table:
    """A sheet or a Word table as text.

    `rows` are the rows that hold anything: merged cells repeated, dates as dd/mm/yyyy, whole numbers without
    ".0", other numbers with a comma, formulas as they were last worked out, letters in NFC. All rows are of
    one width. `numbers` are the rows' numbers as the file shows them, from 1. `above` are the lines of text
    between a Word table and the one before it. `notes` are sentences about what was changed in reading.
    """

    title: str
    rows: list[list[str]]
    numbers: list[int] = field(default_factory=list)
    above: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read_tables(content: bytes, name: str = "") -> list[Table]:
    """The tables of a file that hold anything, in their order; `name` is its name, as the person gave it.

    Raises Refused for what is no table, is locked by a password, is damaged or too large.
    """
    if len(content) > LARGEST:
        raise Refused(_("The file is larger than 50 MB. Split the list, or save it without pictures."))
    if not content.strip(b"\x00 \t\r\n"):
        raise Refused(_("The file is empty. Choose the file again."))
    tables = [_finished(table) for table in opened.tables_of(content, name)]
    tables = [table for table in tables if table.rows]
    if not tables:
        raise Refused(_("No table was found in the file. Check that it is the right one."))
    return tables


def read_pasted(text: str) -> list[Table]:
    """Rows pasted from a spreadsheet, a Word table or a message; columns parted by tabs, semicolons or the
    like."""
    if len(text) > plain.LONGEST:
        raise Refused(_("That is too much to paste. Send it as a file."))
    if not text.strip():
        raise Refused(_("There is nothing yet. Paste the rows, with their headings."))
    table = _finished(plain.table_of(text, ""))
    if not table.rows:
        raise Refused(_("There is nothing yet. Paste the rows, with their headings."))
    return [table]


def _finished(raw: Raw) -> Table:
    """Even rows without empty margins, in letters of today."""
    kept = [(number, row) for number, row in zip(raw.numbers, raw.rows, strict=True) if any(row)]
    numbers, rows = [number for number, _row in kept], [row for _number, row in kept]
    rows = _without_empty_columns(rows)
    notes = list(raw.notes)
    rows, above, encodings = letters.of_today(rows, raw.above)
    notes += [letters.note(encoding) for encoding in encodings]
    return Table(nfc(raw.title), rows, numbers, tuple(above), tuple(dict.fromkeys(notes)))


def _without_empty_columns(rows: list[list[str]]) -> list[list[str]]:
    """All of one width, without the empty columns at either side; those between keep their place."""
    used = {at for row in rows for at, cell in enumerate(row) if cell}
    if not used:
        return []
    first, last = min(used), max(used)
    return [[row[at] if at < len(row) else "" for at in range(first, last + 1)] for row in rows]
