"""When an office hands in its list: the file is kept, its tables read, its lines wait to be understood."""

from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile, File
from django.db import transaction
from django.utils.translation import gettext as _

from kheo.audit.models import record
from kheo.files.models import Attachment
from kheo.lib.periods import today
from kheo.lib.refusals import Refused
from kheo.lib.tables import LARGEST, read_pasted, read_tables
from kheo.lib.vietnamese import nfc
from kheo.lists import columns, layout
from kheo.lists.models import TAKERS, Mapping, OfficeList, Row
from kheo.plans.models import Field
from kheo.units.models import Post

MOST_LINES = 20_000
MOST_ASIDES = 500


def fields_of_work() -> list[tuple[str, str]]:
    return list(Field.objects.values_list("code", "name"))


def read(content: bytes = b"", name: str = "", pasted: str = "") -> layout.Layout:
    """The list in a file or in pasted rows. Raises Refused with a sentence."""
    tables = read_tables(content, name) if content else read_pasted(pasted)
    found = layout.lay_out(tables, fields_of_work())
    if not found.lines:
        raise Refused(_("No line of a list was found. Check that the headings stand above the lines."))
    if len(found.lines) > MOST_LINES:
        raise Refused(_("The list has more than %s lines. Split it and send the parts.") % MOST_LINES)
    return found


def guessed(found: layout.Layout) -> list[str]:
    """What its columns probably hold."""
    cells = [found.column(at) for at in range(len(found.headings))]
    return columns.mapping_of(found.headings, cells, fields_of_work())


def take_in(by: Post, *, upload: File | None = None, pasted: str = "") -> OfficeList:
    """Keep the file or the pasted rows for the post's unit. Raises Refused; then nothing is kept."""
    by.require(*TAKERS, unit=by.unit)
    if upload is not None:
        if upload.size and upload.size > LARGEST:
            raise Refused(_("The file is larger than 50 MB. Split the list, or save it without pictures."))
        upload.seek(0)
        content, name = upload.read(), upload.name or ""
        upload.seek(0)
        found = read(content, name)
    else:
        found = read(pasted=nfc(pasted))
        name = _("Pasted on %s") % today().strftime("%d/%m/%Y") + ".txt"
        upload = ContentFile(nfc(pasted).encode(), name=name)
    attachment = _kept(upload, found, by)
    with transaction.atomic():
        made = OfficeList(
            unit=by.unit,
            by=by,
            file=attachment,
            name=(found.title or Path(name).stem)[:300],
            document=found.document[:60],
            number=found.number[:60],
            signed_on=found.signed_on,
            issuer=found.issuer[:200],
            year=found.year,
            headings=found.headings,
            tables=found.tables,
            asides=[vars(aside) for aside in found.asides[:MOST_ASIDES]],
            notes=found.notes,
            mapping=guessed(found),
            sample=by.unit.sample,
        )
        _remembered(made)
        made.save()
        attachment.belong_to(made)
        Row.objects.bulk_create(
            (
                Row(
                    list=made,
                    order=order,
                    table=line.table,
                    number=line.number,
                    cells=line.cells,
                    within=line.within,
                )
                for order, line in enumerate(found.lines)
            ),
            batch_size=500,
        )
        record(made, "list_taken_in", by=by)
    return made


def _kept(upload: File, found: layout.Layout, by: Post) -> Attachment:
    """The file itself; of a kind that is not kept (a web page, a workbook with macros) its rows as text."""
    try:
        return Attachment.objects.store(upload, by=by, kind="list")
    except Refused as refusal:
        rows = ["\t".join(found.headings), *("\t".join(line.cells) for line in found.lines)]
        text = "\n".join(row.replace("\n", " ") for row in rows)
        found.notes.append(_("The file itself is not kept, its rows are kept as text. %s") % refusal)
        name = f"{Path(upload.name or 'list').stem}.txt"
        return Attachment.objects.store(ContentFile(text.encode(), name=name), by=by, kind="list")


def _remembered(made: OfficeList) -> None:
    """What was said of the same headings last time."""
    known = Mapping.objects.filter(unit=made.unit, signature=made.signature).first()
    if known and len(known.columns) == len(made.headings):
        made.mapping, made.default_owner = known.columns, known.default_owner
        made.default_kind = known.default_kind


def samples(office_list: OfficeList, most: int = 4) -> list[list[str]]:
    """Of each column the first distinct cells; one query."""
    found: list[dict[str, None]] = [{} for _heading in office_list.headings]
    for cells in office_list.rows.order_by("order").values_list("cells", flat=True)[:200]:
        for at, cell in enumerate(cells):
            if cell and len(found[at]) < most:
                found[at].setdefault(str(cell)[:120])
    return [list(each) for each in found]


def aside_words() -> dict[str, Any]:
    """Why rows of the file are no lines of the list."""
    return {
        "title": _("above the headings"),
        "headings": _("headings again"),
        "part": _("begins a part"),
        "total": _("total"),
        "signed": _("signature"),
        "other": _("another table"),
        "empty": _("empty"),
    }
