"""The columns with which the lists leave as spreadsheets."""

from typing import Any

from django.utils.translation import gettext_lazy as _

INITIATIVES: list[Any] = [
    (_("Name"), "name"),
    (_("Kind"), "get_kind_display"),
    (_("Whose"), "get_subject_display"),
    (_("Field of work"), "field.name"),
    (_("Led by"), lambda row: row.owner.name if row.owner_known else _("not known")),
    (_("Place"), "area.short_place"),
    (_("State"), "get_state_display"),
    (_("Started on"), "started_on"),
    (_("Ended on"), "ended_on"),
    (_("Practice"), lambda row: row.practice.name if row.practice else ""),
    (_("Goal in one line"), "goal"),
    (_("Source"), "source_url"),
]

ENROLMENTS: list[Any] = [
    (_("Name"), "initiative.name"),
    (_("Year"), lambda row: str(row.year)),
    (_("New or continuing"), "get_kind_display"),
    (_("Kind"), "initiative.get_kind_display"),
    (_("Field of work"), "field.name"),
    (_("Led by"), lambda row: row.initiative.owner.name if row.initiative.owner_known else _("not known")),
    (_("Place"), "initiative.area.short_place"),
    (_("Level asked for"), "get_level_asked_display"),
    (_("State"), "get_state_display"),
    (_("Goal in one line"), "initiative.goal"),
]
