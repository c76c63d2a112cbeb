"""The matrix of a document: its tasks across, the units asked down, each cell the state of one duty."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from kheo.lib.vietnamese import fold
from kheo.places.models import Area
from kheo.places.paths import within
from kheo.units.models import Level, Unit

from .models import Assignment, Directive, Duty
from .models.duty import ANSWER, DECIDE
from .rhythm import Rhythm

LEVELS = [Level.PROVINCE, Level.DISTRICT, Level.COMMUNE, Level.HAMLET]


def documents(who: Any) -> Any:
    """Confirmed documents within reach that gave duties, the newest first."""
    gave = Duty.objects.filter(assignment__directive=OuterRef("pk"))
    return (
        Directive.objects.visible_to(who)
        .confirmed()
        .filter(Exists(gave))
        .select_related("issuer__area", "entered_for__area")
        .order_by("-issued_on", "-pk")[:100]
    )


def areas(document: Directive) -> list[tuple[str, str]]:
    """Districts of the document's day and communes of today inside its area: "then-12" and "now-80"."""
    area = (document.issuer or document.entered_for).area
    then = Area.objects.on(document.day).filter(within("path", area.path), level="district")
    choices = [(f"then-{each.pk}", each.full_name) for each in then.order_by("sort_key", "pk")]
    today = Area.objects.communes().filter(within("path_now", area.path_now), valid_to__year=9999)
    return choices + [(f"now-{each.pk}", each.full_name) for each in today.order_by("sort_key", "pk")[:400]]


def duties(document: Directive, who: Any, wanted: dict[str, str]) -> Any:
    """The document's duties that `who` may see and the filters leave."""
    found = Duty.objects.live().visible_to(who).filter(assignment__directive=document)
    if wanted.get("task"):
        found = found.filter(assignment=wanted["task"])
    for name in ("line", "level"):
        if wanted.get(name):
            found = found.filter(**{f"unit__{name}": wanted[name]})
    if wanted.get("area"):
        era, pk = wanted["area"].split("-")
        area = Area.objects.filter(pk=pk).first()
        if area is not None:
            found = found.filter(
                within("unit__area__path", area.path)
                if era == "then"
                else within("unit__area__path_now", area.path_now)
            )
    if wanted.get("q"):
        for word in fold(wanted["q"]).split():
            found = found.filter(unit__folded__contains=word)
    narrow: dict[str, Callable[[Any], Any]] = {
        "owed": lambda some: some.unanswered(),
        "overdue": lambda some: some.overdue(),
        "waiting": lambda some: some.filter(state=Duty.State.ANSWERED),
        "accepted": lambda some: some.filter(state=Duty.State.ACCEPTED),
        "returned": lambda some: some.filter(state=Duty.State.RETURNED),
        "declined": lambda some: some.filter(state=Duty.State.DECLINED),
    }
    return narrow.get(wanted.get("state", ""), lambda some: some)(found)


def rows(
    units: Sequence[Unit], found: Any, tasks: Sequence[Assignment] | None = None, *, all_units: bool = False
) -> list[dict[str, Any]]:
    """One row a unit: its cells by task, in the order of `tasks` when given. One query for all of them.

    `all_units` says that `units` leaves none of the duties out: naming thousands of them is slow.
    """
    cells: dict[int, dict[int, Duty]] = {}
    for duty in found if all_units else found.filter(unit__in=[unit.pk for unit in units]):
        cells.setdefault(duty.unit_id, {})[duty.assignment_id] = duty
    return [
        {
            "unit": unit,
            "by_task": cells.get(unit.pk, {}),
            "cells": [(task, cells.get(unit.pk, {}).get(task.pk)) for task in tasks or ()],
        }
        for unit in units
    ]


def columns(tasks: Iterable[Assignment]) -> list[tuple[str, Any]]:
    """For the spreadsheet: the unit, its place and level, then a column a task."""

    def cell(task: Assignment) -> Callable[[dict[str, Any]], str]:
        def of(row: dict[str, Any]) -> str:
            duty = row["by_task"].get(task.pk)
            return str(duty.sign_text) if duty else ""

        return of

    return [
        (_("Unit"), lambda row: row["unit"].name),
        (_("Level"), lambda row: row["unit"].get_level_display()),
        (_("Place"), lambda row: str(row["unit"].area)),
        *((f"{task.order + 1}. {task.text[:200]}", cell(task)) for task in tasks),
    ]


def duty_columns() -> list[tuple[str, Any]]:
    """For the spreadsheet of one unit's duties."""
    return [
        (_("Document"), lambda duty: duty.assignment.directive.full_name),
        (_("Task"), lambda duty: duty.assignment.text),
        (_("Part"), "get_part_display"),
        (_("Asked"), "unit.name"),
        (_("Due on"), lambda duty: duty.due_on or _("standing task")),
        (_("How often"), lambda duty: "" if duty.rhythm == Rhythm.ONCE else duty.get_rhythm_display()),
        (_("State"), "sign_text"),
    ]


__all__ = [
    "ANSWER",
    "DECIDE",
    "LEVELS",
    "areas",
    "columns",
    "documents",
    "duties",
    "duty_columns",
    "rows",
]
