"""Text that is a table: .csv and .txt as programs write them, rows as people paste them."""

import csv
import io
from collections import Counter
from dataclasses import dataclass, field

from kheo.lib.refusals import Refused
from kheo.lib.tables import opening

LONGEST = 20_000_000
# How much of a text is looked at to find what parts its columns.
_SAMPLE_LINES = 400
# A cell longer than this began with a quotation mark that was never closed.
_LONGEST_QUOTED = 8_000
_MOST_LINES_QUOTED = 40
_PARTING = "\t;|,"


@dataclass
class Raw:
    """A table as it stood in the file."""

    title: str
    rows: list[list[str]] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    above: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def table_of(text: str, title: str) -> Raw:
    """The rows of a text; a text without columns is a table of one. Raises Refused beyond the limits."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "").lstrip("\ufeff")
    first, _newline, rest = text.partition("\n")
    parting = ""
    # What Excel writes into the first line so that it opens its own file rightly.
    if first.strip().strip('"').lower().startswith("sep=") and len(first.strip().strip('"')) == 5:
        parting, text = first.strip().strip('"')[4], "\n" + rest
    parting = parting or _parting_of(text)
    table = Raw(title)
    letters = 0
    for number, row in _rows(text, parting):
        cells = [opening.clean(cell) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        if not cells:
            continue
        letters += sum(map(len, cells))
        if len(table.rows) >= opening.MOST_ROWS:
            _refuse("rows", opening.MOST_ROWS)
        if len(cells) > opening.MOST_COLUMNS:
            _refuse("columns", opening.MOST_COLUMNS)
        if letters > opening.MOST_LETTERS:
            _refuse("far", 0)
        table.rows.append(cells)
        table.numbers.append(number)
    return table


def _refuse(why: str, most: int) -> None:
    from kheo.lib.tables.opened import refusal

    raise Refused(refusal(why, str(most)))


def _parting_of(text: str) -> str:
    """The sign that parts the columns: the one that gives most lines the same number of cells."""
    sample = "\n".join(text.split("\n", _SAMPLE_LINES)[:_SAMPLE_LINES])
    best, parting = (0.0, 0), "\t"
    for sign in _PARTING:
        counts = Counter(
            len(row) for _number, row in _rows(sample, sign) if any(cell.strip() for cell in row)
        )
        wide = {count: lines for count, lines in counts.items() if count > 1}
        if not wide:
            continue
        columns, lines = max(wide.items(), key=lambda each: (each[1] * min(each[0], 6), each[0]))
        # Tabs stand in no sentence, commas in most: a few tabbed lines say more than many with commas.
        score = lines / sum(counts.values()) * min(columns, 6) * (3 if sign == "\t" else 1)
        best, parting = max((best, parting), ((score, columns), sign))
    return parting


def _rows(text: str, parting: str) -> list[tuple[int, list[str]]]:
    """Rows with the number of their first line; quotation marks hold cells together where they are closed."""
    csv.field_size_limit(LONGEST * 10)
    if text.count('"') % 2:
        # One was never closed: “"Tiếng kẻng” would swallow the rows below it.
        return _rows_unquoted(text, parting)
    rows: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=parting, strict=False)
    number = 1
    for row in reader:
        if any(len(cell) > _LONGEST_QUOTED or cell.count("\n") > _MOST_LINES_QUOTED for cell in row):
            return _rows_unquoted(text, parting)
        rows.append((number, row))
        number = reader.line_num + 1
    return rows


def _rows_unquoted(text: str, parting: str) -> list[tuple[int, list[str]]]:
    lines = enumerate(text.split("\n"), start=1)
    return [(number, [cell.strip().strip('"') for cell in line.split(parting)]) for number, line in lines]
