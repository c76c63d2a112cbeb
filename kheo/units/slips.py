"""Slips: eight on a sheet of A4, each with a user name and a one-time code, to be cut and handed out.

A code is shown once, on the page that answers the press of "print", and kept nowhere in the clear. When the
printer jams, the page can be printed again as long as it stands open; afterwards those who have not signed
in get new codes, and the old slips are waste paper. The same page gives its slips as .docx: it hands its
codes back, signed, for an hour.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import segno
from django.conf import settings
from django.core import signing
from django.db import transaction
from django.http import FileResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from docx import Document
from docx.enum.table import WD_ALIGN_VERTICAL, WD_ROW_HEIGHT_RULE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from kheo.accounts.models import User
from kheo.audit.models import record
from kheo.lib.formats import short_date
from kheo.lib.periods import VIETNAM
from kheo.lib.refusals import Refused
from kheo.units.models import Post, SlipBatch
from kheo.units.people import may_run_account, require_account

A_PAGE = 8
DOCX_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
SALT = "kheo.units.slips"
HANDED_BACK_SECONDS = 3600


@dataclass(frozen=True)
class Slip:
    """What one slip says."""

    person: str
    unit: str
    duty: str
    username: str
    code: str
    until: date

    @property
    def address(self) -> str:
        """Where one signs in, as it is typed: "kheo.nghean.gov.vn/dang-nhap"."""
        place = urlsplit(settings.SITE_ADDRESS)
        shown = place.netloc if place.scheme == "https" else f"{place.scheme}://{place.netloc}"
        return shown + reverse("account_login").rstrip("/")

    @property
    def link(self) -> str:
        """The address in the QR code. It brings the user name along, never the code."""
        return settings.SITE_ADDRESS.rstrip("/") + reverse("account_login", query={"ten": self.username})

    @property
    def qr(self) -> SafeString:
        drawn = segno.make(self.link, error="m", micro=False)
        return mark_safe(drawn.svg_inline(border=0, omitsize=True, svgclass="slip__qr", lineclass=None))

    def qr_picture(self) -> BytesIO:
        picture = BytesIO()
        segno.make(self.link, error="m", micro=False).save(picture, kind="png", scale=6, border=0)
        picture.seek(0)
        return picture

    @property
    def steps(self) -> list[str]:
        return [
            _("Open the address, or hold the camera to the square."),
            _("Type the user name and the code."),
            _("Choose a password of your own. The slip is then of no more use."),
        ]


def give(people: Sequence[User], *, by: Post, batch: SlipBatch | None = None) -> list[Slip]:
    """New codes for these people, as slips in the order of their bodies and names. Old slips end."""
    for person in people:
        require_account(by, person)
        if not person.is_active:
            raise Refused(_("The account of %(person)s is closed. Open it first.") % {"person": person})
    with transaction.atomic():
        codes = User.objects.give_codes(people, by=by)
        if batch:
            batch.printed = timezone.now()
            batch.save(update_fields=["printed"])
            record(batch, "slips_printed", by=by, changes={"people": [0, len(codes)]})
    return _slips(codes)


def waiting_in(batch: SlipBatch, by: Post, people: Any) -> tuple[list[User], int]:
    """Those of a batch without a password of their own whose account `by` runs; how many others run theirs.

    `people` were read with `with_posts`.
    """
    waiting = [person for person in people if person.is_active and person.must_change_password]
    mine = [person for person in waiting if not may_run_account(by, person)]
    return mine, len(waiting) - len(mine)


def _slips(codes: dict[User, str]) -> list[Slip]:
    held: dict[int, Post] = {}
    posts = Post.objects.not_ended().filter(user__in=[user.pk for user in codes], deputy_for=None)
    for each in posts.select_related("unit__area").order_by("-valid_from", "-pk"):
        held[each.user_id] = each
    slips = []
    for user, code in codes.items():
        post: Post | None = held.get(user.pk)
        assert user.code_until is not None
        slips.append(
            (
                (post.unit.sort_key if post else "", user.sort_key),
                Slip(
                    person=user.full_name,
                    unit=post.unit.with_area if post else "",
                    duty=post.duty if post else "",
                    username=user.username,
                    code=code,
                    until=user.code_until.astimezone(VIETNAM).date(),
                ),
            )
        )
    return [slip for _key, slip in sorted(slips, key=lambda each: each[0])]


def handed_back(slips: Iterable[Slip]) -> str:
    """The slips as the page hands them back for the .docx: signed, and believed for an hour."""
    rows = [
        [slip.person, slip.unit, slip.duty, slip.username, slip.code, slip.until.isoformat()]
        for slip in slips
    ]
    return signing.dumps(rows, salt=SALT, compress=True)


def from_page(text: str) -> list[Slip]:
    """The slips a page handed back. Refused when it is older than an hour or was altered."""
    try:
        rows = signing.loads(text, salt=SALT, max_age=HANDED_BACK_SECONDS)
    except signing.BadSignature:
        raise Refused(
            _(
                "This page of slips is older than an hour. Print again: those who have not signed in get"
                " new codes."
            )
        ) from None
    return [
        Slip(person, unit, duty, username, code, date.fromisoformat(until))
        for person, unit, duty, username, code, until in rows
    ]


def sheets(slips: Sequence[Slip]) -> list[Sequence[Slip]]:
    return [slips[start : start + A_PAGE] for start in range(0, len(slips), A_PAGE)]


# ---- .docx: a table of which two rows are exactly a quarter of the sheet ----

# The person and the square, and below them, over the whole width, how to sign in: room enough also where a
# machine has no letters as narrow as those of Times New Roman.
EDGE, PERSON, SIGNING_IN = 8, 36, 33.5
# Words and square of the left slip, then of the right one.
COLUMNS = (66, 31, 66, 31)


def docx_response(slips: Sequence[Slip]) -> FileResponse:
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Mm(EDGE)
    section.header_distance = section.footer_distance = Mm(4)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Times New Roman", Pt(10)
    normal.paragraph_format.space_after = normal.paragraph_format.space_before = Pt(0)
    normal.paragraph_format.line_spacing = 1
    table = document.add_table(rows=0, cols=len(COLUMNS))
    table.autofit = False
    for column, width in zip(table.columns, COLUMNS, strict=True):
        column.width = Mm(width)
    for start in range(0, len(slips), 2):
        pair = slips[start : start + 2]
        upper, lower = (_row(table, height) for height in (PERSON, SIGNING_IN))
        for place in range(len(COLUMNS)):
            left = place % 2 == 0
            _dashes(upper.cells[place], "top", "left" if left else "right")
            if place // 2 < len(pair):
                _fill(upper.cells[place], pair[place // 2], square=not left)
        for number in range(2):
            cell = lower.cells[2 * number].merge(lower.cells[2 * number + 1])
            cell.vertical_alignment = WD_ALIGN_VERTICAL.TOP
            _dashes(cell, "left", "bottom", "right")
            if number < len(pair):
                _write(cell, _how_to_sign_in(pair[number]))
    # A document ends with a paragraph: as small as it can be, or it begins another page.
    last = document.add_paragraph()
    last.paragraph_format.line_spacing = Pt(1)
    last.add_run().font.size = Pt(1)
    file = BytesIO()
    document.save(file)
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename="phieu-dang-nhap.docx", content_type=DOCX_TYPE)


def _row(table: Any, height: float) -> Any:
    row = table.add_row()
    row.height, row.height_rule = Mm(height), WD_ROW_HEIGHT_RULE.EXACTLY
    for cell, width in zip(row.cells, COLUMNS, strict=True):
        cell.width, cell.vertical_alignment = Mm(width), WD_ALIGN_VERTICAL.CENTER
    return row


def _fill(cell: Any, slip: Slip, square: bool) -> None:
    first = cell.paragraphs[0]
    if square:
        first.alignment = WD_ALIGN_PARAGRAPH.CENTER
        first.add_run().add_picture(slip.qr_picture(), width=Mm(23))
        return
    _write(cell, [(slip.unit, 9, False), (slip.person, 12, True), (slip.duty, 9, False)])


def _how_to_sign_in(slip: Slip) -> list[tuple[str, float, bool]]:
    # With a dash that does not end a line: a code in two pieces is copied wrongly.
    code = slip.code.replace("-", "\N{NON-BREAKING HYPHEN}")
    return [
        (_("Address: %(address)s") % {"address": slip.address}, 9, False),
        (_("User name: %(name)s") % {"name": slip.username}, 10, True),
        (_("One-time code: %(code)s") % {"code": code}, 12, True),
        *((f"{number}. {step}", 8, False) for number, step in enumerate(slip.steps, 1)),
        (_("The code holds until %(day)s and opens once.") % {"day": short_date(slip.until)}, 8, False),
    ]


def _write(cell: Any, lines: Sequence[tuple[str, float, bool]]) -> None:
    for number, (text, size, bold) in enumerate(line for line in lines if line[0]):
        run = (cell.add_paragraph() if number else cell.paragraphs[0]).add_run(text)
        run.font.size, run.bold = Pt(size), bold


def _dashes(cell: Any, *sides: str) -> None:
    """Cut lines at these sides of a cell: around a slip of three."""
    borders = OxmlElement("w:tcBorders")
    for side in ("top", "left", "bottom", "right"):
        if side not in sides:
            continue
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "dashed"), ("sz", "4"), ("space", "0"), ("color", "999999")):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    cell._tc.get_or_add_tcPr().append(borders)
