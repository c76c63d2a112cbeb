"""The file opened in a process of its own; here only its answer is read."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from kheo.lib.refusals import Refused
from kheo.lib.tables import letters, opening, plain
from kheo.lib.tables.plain import Raw

# A list of 10,000 rows takes about a second.
SECONDS = 90


def tables_of(content: bytes, name: str) -> list[Raw]:
    """Every table of the file. Raises Refused."""
    kind = opening.kind_of(content)
    if kind == "text":
        return [plain.table_of(letters.decoded(content), Path(name).stem)]
    if kind in opening.READ:
        return _read_apart(content, kind)
    raise Refused(refusal(kind))


def _read_apart(content: bytes, kind: str) -> list[Raw]:
    # -I: the process imports what is installed and nothing that lies about in the folder it starts in.
    command = [sys.executable, "-I", opening.__file__, kind]
    try:
        done = subprocess.run(  # noqa: S603 - our own file and one word of ours
            command, input=content, capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise Refused(refusal("far"))
    tables: list[Raw] = []
    whole = False
    for line in _lines(done.stdout):
        if "refused" in line:
            raise Refused(refusal(line["refused"], line.get("detail", "")))
        if "table" in line:
            tables.append(Raw(line["table"], above=line["above"]))
        elif "row" in line:
            tables[-1].rows.append(line["cells"])
            tables[-1].numbers.append(line["row"])
        elif "hidden" in line:
            hidden = _("The sheet “%s” is hidden and was left out.") % line["hidden"]
            for table in tables:
                table.notes.append(hidden)
        whole = "end" in line
    if not whole:
        # It was stopped half-way: out of the memory or the time it may take.
        raise Refused(refusal("far"))
    return tables


def _lines(answer: bytes) -> Iterator[dict[str, Any]]:
    for line in answer.splitlines():
        try:
            yield json.loads(line)
        except ValueError:
            return


def refusal(why: str, detail: str = "") -> str:
    """The sentence for a word of `opening`."""
    sentences = {
        "locked": _("The file is protected by a password. Remove the password and send it again."),
        "doc": _("This is a Word file of the old kind (.doc). Save it as .docx and send it again."),
        "rtf": _("This is an RTF file. Save it as .docx and send it again."),
        "xml": _("This is an XML file. Open it in the spreadsheet program, save it as .xlsx and send that."),
        "pdf": _("A .pdf holds no table that can be read. Send the .xlsx or .docx it was made from."),
        "picture": _(
            "This is a picture. Send the .xlsx or .docx it was made from, or type the rows and paste them."
        ),
        "archive": _("This is an archive or another kind of document. Send the .xlsx, .csv or .docx itself."),
        "unknown": _("This is no spreadsheet that can be read. Send a .xlsx, .xls, .ods, .csv or .docx."),
        "damaged": _("The file is damaged and could not be read. Open it, save it anew and send that."),
        "swollen": _(
            "The file unpacks to far more than a list needs and was not read. Copy the table alone into a "
            "new file and send that."
        ),
        "entities": _(
            "The file holds instructions that no list needs and was not read. Copy the table alone into a "
            "new file and send that."
        ),
        "far": _(
            "The file is too large to be read, or something stands far away from its table. Delete what lies "
            "outside the table, or copy the table alone into a new file, and send that."
        ),
    }
    if why == "rows":
        return _("The file has more than %s rows. Split it and send the parts one after another.") % detail
    if why == "columns":
        return (
            _("A table of the file has more than %s columns. Copy the columns of the list into a new file.")
            % detail
        )
    return str(sentences.get(why, sentences["damaged"]))
