"""The prepared spreadsheet for a list of people: the bodies within reach, drop-downs, an example."""

from io import BytesIO
from typing import Any

import xlsxwriter
from django.http import FileResponse
from django.utils.translation import gettext as _

from kheo.ui.lists import XLSX_TYPE
from kheo.units.models import Level, Post, Role, Unit

# So many bodies are written out, a line each; with more, one body of each commune is.
EACH_UP_TO = 60
ROWS = 2_000


def prepared(by: Post) -> FileResponse:
    """The sheet to fill in, for what this administrator manages."""
    units = list(Unit.objects.managed_by(by).select_related("area").in_vietnamese_order())
    names = _distinct(units)
    file = BytesIO()
    book = xlsxwriter.Workbook(
        file,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "default_format_properties": {"font_name": "Times New Roman", "font_size": 12},
        },
    )
    head = book.add_format({"bold": True, "text_wrap": True, "bottom": 1, "bg_color": "#E3EFEC"})
    text = book.add_format({"num_format": "@", "valign": "top"})
    plain = book.add_format({"text_wrap": True, "valign": "top"})
    sheet = book.add_worksheet(_("People"))
    guide = book.add_worksheet(_("Guide"))
    lists = book.add_worksheet(_("Choices"))
    headings = [_("Unit"), _("Full name"), _("Job title"), _("Role"), _("Phone number"), _("User name")]
    for place, (heading, width) in enumerate(zip(headings, (46, 28, 34, 24, 18, 22), strict=True)):
        sheet.set_column(place, place, width, text)
        sheet.write_string(0, place, heading, head)
    sheet.freeze_panes(1, 0)
    asked = units if len(units) <= EACH_UP_TO else [unit for unit in units if _first(unit)]
    for at, unit in enumerate(asked, 1):
        sheet.write_string(at, 0, names[unit.pk], text)
    roles = [str(label) for role, label in Role.choices if role != Role.ADMIN]
    lists.set_column(0, 1, 46)
    for column, words in enumerate((list(names.values()), roles)):
        for at, choice in enumerate(words):
            lists.write_string(at, column, choice)
    choices = "'" + _("Choices") + "'"
    for column, count, letter in ((0, len(names), "A"), (3, len(roles), "B")):
        if count:
            source = f"={choices}!${letter}$1:${letter}${count}"
            # A warning and no refusal: bodies that are missing here may be written by hand.
            sheet.data_validation(
                1, column, ROWS, column, {"validate": "list", "source": source, "error_type": "warning"}
            )
    guide.set_column(0, 5, 30, plain)
    steps = [
        _("One line for each person. Lines without a name are passed over; delete or keep them."),
        _("A body may stand on as many lines as it has people; a person with two posts stands on two lines."),
        _("Phone number and user name may be left empty. A user name is made from the name and the place."),
        _("Without a role, the person reports for the unit. Whoever has an account gets the post."),
    ]
    for at, step in enumerate(steps):
        guide.merge_range(at, 0, at, 5, step, plain)
    for place, heading in enumerate(headings):
        guide.write_string(len(steps) + 1, place, heading, head)
    example = [
        next(iter(names.values()), _("Unit")),
        "Lô Văn Mẫu",
        _("Specialist for mass mobilisation"),
        str(Role.REPORTER.label),
        "0912 345 678",
        "",
    ]
    for place, cell in enumerate(example):
        guide.write_string(len(steps) + 2, place, cell, plain)
    book.close()
    file.seek(0)
    return FileResponse(file, as_attachment=True, filename="danh-sach-can-bo.xlsx", content_type=XLSX_TYPE)


def _first(unit: Unit) -> bool:
    """The Party committees of communes, and every body of the province."""
    return unit.key == "dang_uy" if unit.level == Level.COMMUNE else unit.level == Level.PROVINCE


def _distinct(units: list[Unit]) -> dict[int, str]:
    """Each body by a name no other has."""
    names: dict[int, str] = {}
    taken: dict[str, Any] = {}
    for unit in units:
        name = unit.name if unit.name not in taken else f"{unit.name} ({unit.area.full_name})"
        taken[name] = unit
        names[unit.pk] = name
    return names
