"""Run as a process of its own: reads a file from standard input and writes its tables to standard output.

It imports nothing of Kheo, limits its own memory and time, never runs a macro, never follows a link, and
takes formulas as they were last worked out. Each line of its answer is JSON: {"table": title, "above":
[line]}, then {"row": number, "cells": [text]} …, {"hidden": sheet}, {"refused": word}, and {"end": true} when
all was said.
"""

import io
import json
import re
import sys
import unicodedata
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

MEGABYTE = 1024 * 1024
MEMORY = 900 * MEGABYTE
CPU_SECONDS = 60
MOST_ENTRIES = 5_000
# Sheets are read as a stream; a Word document is held whole, and takes five times its size.
MOST_INFLATED = {"workbook": 600 * MEGABYTE, "docx": 80 * MEGABYTE}
MOST_ROWS = 60_000
MOST_COLUMNS = 200
MOST_LETTERS = 60_000_000
LONGEST_CELL = 32_767
READ = {"xlsx", "xls", "ods", "docx", "html"}

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_T = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"


class Stop(Exception):
    """The file is refused, for the reason of this word."""

    def __init__(self, why: str, detail: str = "") -> None:
        super().__init__(why)
        self.why, self.detail = why, detail


def kind_of(content: bytes) -> str:
    """What the bytes are, whatever the name says: one of READ, "text", or a word for the refusal."""
    head = content[:8192]
    if content.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in content:
            return "locked"
        if "WordDocument".encode("utf-16-le") in content:
            return "doc"
        if "Workbook".encode("utf-16-le") in content or "Book\0".encode("utf-16-le") in content:
            return "xls"
        return "unknown"
    # The stream of a workbook of Excel 4 and before, without a container.
    if re.match(rb"\x09[\x00\x02\x04\x08][\x04\x06\x08]\x00", head):
        return "unknown"
    if content.startswith(b"PK"):
        return _archive_kind(content)
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(b"{\\rtf"):
        return "rtf"
    if re.match(rb"\x89PNG|\xff\xd8\xff|GIF8|II\*\x00|MM\x00\*|BM.{4}\x00\x00\x00\x00|RIFF", head, re.DOTALL):
        return "picture"
    if head[4:8] == b"ftyp":
        return "picture"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    # Many offices' programs "export to Excel" as a web page named .xls.
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<meta", b"<head", b"<body", b"<style")):
        return "html"
    if start.startswith(b"<?xml"):
        return "html" if b"<html" in start else "xml"
    if not re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", head):
        return "text"
    return "text" if wide_of(head) else "unknown"


def wide_of(head: bytes) -> str:
    """The name of the UTF-16 the first bytes of a text are in, or ""."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16"
    else:
        # Spaces, digits and half of the letters have a zero beside them.
        low, high = head[1::2].count(0), head[::2].count(0)
        if max(low, high) <= len(head) // 10:
            return ""
        encoding = "utf-16-le" if low > high else "utf-16-be"
    text = head[: len(head) // 2 * 2].decode(encoding, errors="replace")
    return "" if re.search("[\x00-\x08\x0e-\x1a\x1c-\x1f]", text) else encoding


def _archive_kind(content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = set(archive.namelist())
            if "mimetype" in names:
                with archive.open("mimetype") as file:
                    said = file.read(100)
                return "ods" if b"opendocument.spreadsheet" in said else "archive"
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError, zlib.error):
        return "damaged"
    folders = {name.replace("\\", "/").lower() for name in names}
    if any(re.fullmatch(r"xl/workbook\w*\.(xml|bin)", name) for name in folders):
        return "xlsx"
    if "word/document.xml" in folders:
        return "docx"
    return "archive"


# Before anything is unpacked


def check_archive(content: bytes, most: int) -> None:
    """Refuse an archive that would unpack to more than `most` bytes, whatever it declares itself."""
    archive = zipfile.ZipFile(io.BytesIO(content))
    entries = archive.infolist()
    if len(entries) > MOST_ENTRIES:
        raise Stop("swollen")
    texts = [
        entry for entry in entries if not re.search(r"(?i)\.(png|jpe?g|gif|emf|wmf|tiff?)$", entry.filename)
    ]
    if sum(entry.file_size for entry in texts) > most:
        raise Stop("swollen")
    total = 0
    for entry in texts:
        if entry.flag_bits & 1:
            raise Stop("locked")
        for piece in _inflated(content, entry):
            total += len(piece)
            if total > most:
                raise Stop("swollen")
        # No office program writes entities; whoever does means harm.
        if entry.filename.lower().endswith((".xml", ".rels")):
            with archive.open(entry) as file:
                if re.search(rb"<!(DOCTYPE|ENTITY)", file.read(4096).replace(b"\0", b"")):
                    raise Stop("entities")


def _inflated(content: bytes, entry: zipfile.ZipInfo) -> Iterator[bytes]:
    """The bytes an entry really holds; zipfile itself would stop at the size the entry declares."""
    at = entry.header_offset
    header = content[at : at + 30]
    if len(header) < 30 or header[:4] != b"PK\x03\x04":
        raise Stop("damaged")
    start = at + 30 + int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    packed = memoryview(content)[start : start + entry.compress_size]
    if entry.compress_type == zipfile.ZIP_STORED:
        yield bytes(packed)
    elif entry.compress_type == zipfile.ZIP_DEFLATED:
        inflate = zlib.decompressobj(-15)
        for begin in range(0, len(packed), 65_536):
            rest = bytes(packed[begin : begin + 65_536])
            while rest:
                yield inflate.decompress(rest, MEGABYTE)
                rest = inflate.unconsumed_tail
    else:
        raise Stop("damaged")


# Workbooks


def workbook(content: bytes, kind: str, say: "Answer") -> None:
    import python_calamine as calamine

    if kind != "xls":
        check_archive(content, MOST_INFLATED["workbook"])
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = list(book.sheets_metadata)
    except calamine.PasswordError:
        raise Stop("locked")
    spans = ods_spans(content) if kind == "ods" else {}
    hidden = []
    for sheet in sheets:
        if sheet.typ != calamine.SheetTypeEnum.WorkSheet:
            continue
        if sheet.visible != calamine.SheetVisibleEnum.Visible:
            hidden.append(sheet.name)
            continue
        found = book.get_sheet_by_name(sheet.name)
        say.table(sheet.name)
        if found.start is None:
            continue
        merged = found.merged_cell_ranges or spans.get(sheet.name, [])
        say.rows(_numbered(found), found.start[1], merged)
    for name in hidden:
        say.hidden(name)


def _numbered(sheet: Any) -> Iterator[tuple[int, list[str]]]:
    """Rows from the first of the sheet on, each from the first column that holds anything."""
    for at, row in enumerate(sheet.iter_rows()):
        # Sheets are often formatted to their very end: a million empty rows must cost little.
        if row.count("") < len(row):
            yield at, [text_of(value) for value in row]


def text_of(value: Any) -> str:
    """A cell's value as the sheet would show it to a Vietnamese reader."""
    if value is None or value == "":
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            return ""
        if value == int(value) and abs(value) < 1e18:
            return str(int(value))
        return _decimal(value)
    if isinstance(value, datetime):
        day = f"{value.day:02}/{value.month:02}/{value.year:04}"
        return f"{day} {value.hour:02}:{value.minute:02}" if value.hour or value.minute else day
    if isinstance(value, date):
        return f"{value.day:02}/{value.month:02}/{value.year:04}"
    if isinstance(value, time):
        return f"{value.hour:02}:{value.minute:02}"
    if isinstance(value, timedelta):
        minutes = int(value.total_seconds() // 60)
        return f"{minutes // 60}:{minutes % 60:02}"
    return str(value)


def _decimal(value: float) -> str:
    """Fifteen digits are what a spreadsheet keeps; more would show 0.1 + 0.2 as it is stored."""
    text = f"{value:.15g}"
    if "e" in text:
        text = f"{value:.20f}".rstrip("0") if abs(value) < 1 else f"{value:.0f}"
    return text.replace(".", ",")


def ods_spans(content: bytes) -> dict[str, list[tuple[tuple[int, int], tuple[int, int]]]]:
    """Merged cells of each sheet, from the spans its cells declare."""
    from lxml import etree

    spans: dict[str, list[tuple[tuple[int, int], tuple[int, int]]]] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open("content.xml") as file:
        here: list[tuple[tuple[int, int], tuple[int, int]]] = []
        row = column = 0
        walk = etree.iterparse(file, events=("start", "end"), resolve_entities=False, no_network=True)
        for event, element in walk:
            tag = element.tag
            if event == "start":
                if tag == f"{_T}table":
                    here = spans.setdefault(element.get(f"{_T}name", ""), [])
                    row = 0
                elif tag == f"{_T}table-row":
                    column = 0
                continue
            if tag in (f"{_T}table-cell", f"{_T}covered-table-cell"):
                wide = _whole(element.get(f"{_T}number-columns-spanned"), 1)
                high = _whole(element.get(f"{_T}number-rows-spanned"), 1)
                if wide > 1 or high > 1:
                    here.append(((row, column), (row + high - 1, column + wide - 1)))
                column += _whole(element.get(f"{_T}number-columns-repeated"), 1)
                element.clear()
            elif tag == f"{_T}table-row":
                row += _whole(element.get(f"{_T}number-rows-repeated"), 1)
                element.clear()
    return spans


def _whole(said: str | None, otherwise: int) -> int:
    return int(said) if said and said.isdigit() and len(said) < 9 else otherwise


# Word


def word(content: bytes, say: "Answer") -> None:
    import docx

    check_archive(content, MOST_INFLATED["docx"])
    document = docx.Document(io.BytesIO(content))
    _word_tables(document.element.body, say, [])


def _word_tables(parent: Any, say: "Answer", above: list[str]) -> None:
    """Tables of the text itself; a table within a cell is part of that cell's words."""
    for child in parent:
        if child.tag == f"{_W}p":
            said = _words(child).strip()
            if said:
                above.append(" ".join(said.split()))
        elif child.tag == f"{_W}tbl":
            say.table(above[-1] if above else "", above[-40:])
            above.clear()
            say.rows(_word_rows(child), 0, [])
        elif child.tag in (f"{_W}sdt", f"{_W}customXml", f"{_W}ins"):
            inner = child.find(f"{_W}sdtContent")
            _word_tables(inner if inner is not None else child, say, above)


def _word_rows(table: Any) -> Iterator[tuple[int, list[str]]]:
    over: dict[int, str] = {}
    for number, row in enumerate(_rows_of(table)):
        cells: list[str] = []
        properties = row.find(f"{_W}trPr")
        if properties is not None:
            cells += [""] * min(_whole(_value(properties, "gridBefore"), 0), MOST_COLUMNS)
        below: dict[int, str] = {}
        for cell in _cells_of(row):
            at = len(cells)
            said = _words(cell).strip()
            wide, goes_on, begins = 1, False, False
            properties = cell.find(f"{_W}tcPr")
            if properties is not None:
                wide = min(max(_whole(_value(properties, "gridSpan"), 1), 1), MOST_COLUMNS)
                merged = properties.find(f"{_W}vMerge")
                if merged is not None:
                    begins = merged.get(f"{_W}val") == "restart"
                    goes_on = not begins
            if goes_on and not said:
                said = over.get(at, "")
            if begins or goes_on:
                below[at] = said
            cells += [said] * wide
            if len(cells) > MOST_COLUMNS:
                raise Stop("columns", str(MOST_COLUMNS))
        over = below
        yield number, cells


def _rows_of(table: Any) -> Iterator[Any]:
    for child in table:
        if child.tag == f"{_W}tr":
            yield child
        elif child.tag in (f"{_W}sdt", f"{_W}customXml", f"{_W}ins"):
            inner = child.find(f"{_W}sdtContent")
            yield from _rows_of(inner if inner is not None else child)


def _cells_of(row: Any) -> Iterator[Any]:
    for child in row:
        if child.tag == f"{_W}tc":
            yield child
        elif child.tag in (f"{_W}sdt", f"{_W}customXml"):
            inner = child.find(f"{_W}sdtContent")
            yield from _cells_of(inner if inner is not None else child)


def _value(parent: Any, name: str) -> str:
    child = parent.find(f"{_W}{name}")
    return (child.get(f"{_W}val") or "") if child is not None else ""


def _words(node: Any) -> str:
    """The words below a node, a line for each paragraph, without those of deleted changes and text boxes."""
    parts: list[str] = []
    stack = [iter(node)]
    while stack:
        child = next(stack[-1], None)
        if child is None:
            stack.pop()
            continue
        tag = child.tag
        if tag == f"{_W}t":
            parts.append(child.text or "")
        elif tag in (f"{_W}del", f"{_W}moveFrom", f"{_W}txbxContent", f"{_MC}Fallback"):
            continue
        elif tag in (f"{_W}tab", f"{_W}ptab") and child.getparent().tag == f"{_W}r":
            parts.append(" ")
        elif tag in (f"{_W}br", f"{_W}cr"):
            parts.append("\n")
        elif tag == f"{_W}noBreakHyphen":
            parts.append("-")
        else:
            if tag == f"{_W}p" and parts:
                parts.append("\n")
            stack.append(iter(child))
    return "".join(parts)


# Web pages that call themselves spreadsheets


def web_page(content: bytes, say: "Answer") -> None:
    from lxml import html

    if len(content) > MOST_INFLATED["docx"] // 4:
        raise Stop("far")
    try:
        content.decode("utf-8")
        parser = html.HTMLParser(encoding="utf-8", no_network=True)
    except UnicodeDecodeError:
        parser = html.HTMLParser(no_network=True)
    page = html.document_fromstring(content, parser=parser)
    title = (page.findtext(".//title") or "").strip()
    for table in page.iter("table"):
        if any(above.tag == "table" for above in table.iterancestors()):
            continue
        say.table(title)
        say.rows(_web_rows(table), 0, [])


def _web_rows(table: Any) -> Iterator[tuple[int, list[str]]]:
    # Of each column: in how many rows to come the cell above still stands, and what it says.
    over: dict[int, tuple[int, str]] = {}
    for number, row in enumerate(table.iter("tr")):
        cells: list[str] = []
        begun: dict[int, tuple[int, str]] = {}
        for cell in (each for each in row if each.tag in ("td", "th")):
            while len(cells) in over:
                cells.append(over[len(cells)][1])
            said = " ".join(cell.text_content().split())
            high = min(_whole(cell.get("rowspan"), 1), MOST_ROWS)
            for _column in range(min(max(_whole(cell.get("colspan"), 1), 1), MOST_COLUMNS)):
                if high > 1:
                    begun[len(cells)] = (high - 1, said)
                cells.append(said)
            if len(cells) > MOST_COLUMNS:
                raise Stop("columns", str(MOST_COLUMNS))
        while len(cells) in over:
            cells.append(over[len(cells)][1])
        over = {at: (left - 1, said) for at, (left, said) in over.items() if left > 1} | begun
        yield number, cells


# The answer


class Answer:
    """Writes what was found, within the limits of a list."""

    def __init__(self, out: Any) -> None:
        self.out = out
        self.count = self.letters = 0

    def _say(self, **line: Any) -> None:
        self.out.write(json.dumps(line, ensure_ascii=True) + "\n")

    def table(self, title: str, above: list[str] | None = None) -> None:
        self._say(table=clean(title), above=[clean(line) for line in above or []])

    def hidden(self, name: str) -> None:
        self._say(hidden=clean(name))

    def end(self) -> None:
        self._say(end=True)

    def refused(self, why: str, detail: str) -> None:
        self._say(refused=why, detail=detail)

    def rows(
        self,
        rows: Iterator[tuple[int, list[str]]],
        left: int,
        merged: list[tuple[tuple[int, int], tuple[int, int]]],
    ) -> None:
        """Rows that hold something; `left` is the column of their first cell, `merged` counts from A1."""
        begun: dict[int, list[tuple[int, int, int]]] = {}
        for (top, first), (bottom, last) in merged:
            if bottom > top or last > first:
                begun.setdefault(top, []).append((bottom, first - left, last - left))
        going: list[tuple[int, int, int, str]] = []
        for number, raw in rows:
            cells = [clean(cell) for cell in raw]
            going = [span for span in going if span[0] >= number]
            for bottom, first, last in begun.pop(number, []):
                said = cells[first] if 0 <= first < len(cells) else ""
                if said and len(going) < MOST_COLUMNS:
                    going.append((bottom, first, last, said))
            own = any(cells)
            for _bottom, first, last, said in going:
                for at in range(first, min(last + 1, len(cells))):
                    cells[at] = cells[at] or said
            # A row that holds nothing but what hangs down from above still belongs to the merged cell's rows,
            # but is no row of the list.
            if own:
                self._row(number, cells)

    def _row(self, number: int, cells: list[str]) -> None:
        while cells and not cells[-1]:
            cells.pop()
        self.count += 1
        self.letters += sum(map(len, cells))
        if self.count > MOST_ROWS:
            raise Stop("rows", str(MOST_ROWS))
        if len(cells) > MOST_COLUMNS and sum(map(bool, cells)) > MOST_COLUMNS:
            raise Stop("columns", str(MOST_COLUMNS))
        if len(cells) > 20 * MOST_COLUMNS:
            raise Stop("far")
        if self.letters > MOST_LETTERS:
            raise Stop("far")
        self._say(row=number + 1, cells=cells)


_SPACES = re.compile(r"[ \t\u00a0\u2000-\u200a\u202f\u3000]+")
# Signs without a shape, which copying from web pages leaves in cells. The soft hyphen is TCVN3's "ư".
_SHAPELESS = re.compile("[\u200b-\u200f\u2060\ufeff\u0000-\u0008\u000b\u000c\u000e-\u001f]")


def clean(text: str) -> str:
    """NFC, without shapeless signs and needless spaces; lines stay apart."""
    text = _SHAPELESS.sub("", unicodedata.normalize("NFC", text[:LONGEST_CELL])).replace("_x000D_", "")
    lines = (_SPACES.sub(" ", line).strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def main() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    kind, content = sys.argv[1], sys.stdin.buffer.read()
    say = Answer(sys.stdout)
    try:
        if kind == "docx":
            word(content, say)
        elif kind == "html":
            web_page(content, say)
        else:
            workbook(content, kind, say)
        say.end()
    except Stop as stop:
        say.refused(stop.why, stop.detail)
    except MemoryError:
        say.refused("far", "")
    except BaseException:
        # Whatever a broken file makes the libraries raise, a panic of calamine's too: it cannot be read.
        say.refused("damaged", "")


if __name__ == "__main__":
    main()
