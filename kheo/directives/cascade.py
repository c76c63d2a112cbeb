"""When a directive is carried down: its assignments become duties of concrete bodies.

1. Each addressee names a function and a level (none: every level). On the directive's day, and inside the
   area of the body that issued it, the bodies that answer for the function are looked up.
2. Every such body gets one duty for the task, in the strongest of the parts it has in it.
3. What names no function, or a function nobody held there on that day, is listed and left to a person.

Running it again adds only what is missing; it never changes or removes a duty. A duty stays with the body of
its day for ever; who answers it today follows from that body's heir.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kheo.audit.models import record
from kheo.lib.database import analyse
from kheo.lib.refusals import Refused
from kheo.places.models import Area
from kheo.units.models import Post, Unit

from .models import Addressee, Assignment, Directive, Duty
from .models.directive import CONFIRM
from .rhythm import Rhythm, rhythm_of

# Rows written in one transaction: short enough that nobody waits for the write lock.
BATCH = 1000
_STRENGTH: dict[str, int] = {Addressee.Part.LEAD: 0, Addressee.Part.COOPERATE: 1, Addressee.Part.FOLLOW_UP: 2}


@dataclass
class Line:
    """What becomes of one addressee. `why` is said when it finds nobody."""

    addressee: Addressee
    units: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    why: str = ""

    @property
    def count(self) -> int:
        return len(self.units)

    @property
    def more(self) -> int:
        return len(self.units) - len(self.names)


@dataclass
class Preview:
    """What carrying out would do: lines by assignment, duties in all, those already there, those to come."""

    directive: Directive
    on: date
    area: Area
    lines: list[Line]
    wanted: dict[tuple[int, int], str]
    existing: set[tuple[int, int]]

    @property
    def missing(self) -> list[tuple[int, int]]:
        return [pair for pair in self.wanted if pair not in self.existing]

    @property
    def total(self) -> int:
        return len(self.wanted)

    @property
    def new(self) -> int:
        return len(self.missing)

    @property
    def already(self) -> int:
        return self.total - self.new

    @property
    def units(self) -> int:
        return len({unit for _task, unit in self.wanted})

    @property
    def unresolved(self) -> list[Line]:
        return [line for line in self.lines if not line.units]

    def by_assignment(self) -> list[tuple[Assignment, list[Line]]]:
        grouped: dict[int, tuple[Assignment, list[Line]]] = {}
        for line in self.lines:
            task = line.addressee.assignment
            grouped.setdefault(task.pk, (task, []))[1].append(line)
        return list(grouped.values())


def preview(directive: Directive, on: date | None = None) -> Preview:
    """Who would be asked what. One query for each different body the directive names, whatever its size."""
    on = on or directive.day
    area = (directive.issuer or directive.entered_for).area
    addressees = (
        Addressee.objects.filter(
            assignment__directive=directive, assignment__withdrawn=False, withdrawn=False
        )
        .select_related("assignment", "function")
        .order_by("assignment__order", "assignment_id", "pk")
    )
    found: dict[tuple[str, str], list[tuple[int, str]]] = {}
    lines: list[Line] = []
    wanted: dict[tuple[int, int], str] = {}
    for addressee in addressees:
        # The relation would load the directive again for each task.
        addressee.assignment.directive = directive
        line = Line(addressee)
        lines.append(line)
        if not addressee.function_id:
            line.why = _("Nobody has said yet which function is meant.")
            continue
        key = (addressee.function_id, addressee.level)
        if key not in found:
            found[key] = _answering(addressee, on, area)
        line.units = [unit for unit, _name in found[key]]
        line.names = [name for _unit, name in found[key][:3]]
        if not line.units:
            line.why = _("On that day no body of this function and level is known in %(area)s.") % {
                "area": area
            }
        for unit in line.units:
            pair = (addressee.assignment_id, unit)
            if pair not in wanted or _STRENGTH[addressee.part] < _STRENGTH[wanted[pair]]:
                wanted[pair] = addressee.part
    existing = set(
        Duty.objects.filter(assignment__directive=directive).values_list("assignment_id", "unit_id")
    )
    return Preview(directive, on, area, lines, wanted, existing)


def carry_out(
    directive: Directive,
    by: Post,
    on: date | None = None,
    progress: Callable[[int, int], Any] | None = None,
) -> int:
    """Give every body its duties; answers how many were new.

    `progress(done, all)` is told after each batch.
    """
    by.require(*CONFIRM, unit=directive.entered_for)
    directive.refresh_from_db(fields=["state"])
    if directive.state != Directive.State.CONFIRMED:
        raise Refused(_("Confirm the document first: until then nobody knows whether it was read rightly."))
    plan = preview(directive, on)
    tasks = {task.pk: task for task, _lines in plan.by_assignment()}
    deadlines = _deadlines_from_below(directive)
    units = Unit.objects.select_related("area").in_bulk([unit for _task, unit in plan.missing])
    rows = []
    for task_id, unit_id in plan.missing:
        task = tasks[task_id]
        due_on = task.due_on or _deadline_for(deadlines.get(task_id, []), units[unit_id])
        rows.append(
            Duty(
                assignment_id=task_id,
                unit_id=unit_id,
                part=plan.wanted[task_id, unit_id],
                given_on=plan.on,
                due_on=due_on,
                rhythm=rhythm_of(task.cadence, due_on),
                sample=directive.sample,
            )
        )
    before = Duty.objects.filter(assignment__directive=directive).count()
    for start in range(0, len(rows), BATCH):
        with transaction.atomic():
            # Somebody may be carrying out the same directive: what both add exists once.
            Duty.objects.bulk_create(rows[start : start + BATCH], ignore_conflicts=True)
        if progress:
            progress(min(start + BATCH, len(rows)), len(rows))
    analyse(Duty)
    with transaction.atomic():
        after = Duty.objects.filter(assignment__directive=directive).count()
        if after > before:
            record(
                directive,
                "cascaded",
                by=by,
                changes={"duties": [before, after], "units": [None, plan.units], "on": [None, str(plan.on)]},
            )
    return after - before


def _answering(addressee: Addressee, on: date, area: Area) -> list[tuple[int, str]]:
    units = Unit.objects.answering(
        addressee.function_id or "", on=on, level=addressee.level or None, within_area=area
    )
    return list(units.order_by("path").values_list("pk", "name"))


def _deadlines_from_below(directive: Directive) -> dict[int, list[tuple[str, date]]]:
    """Deadlines that implementing documents give the tasks.

    By task: pairs of the path of the area a deadline holds in and the day, the nearest area first.
    """
    found: dict[int, list[tuple[str, date]]] = {}
    details = Assignment.objects.filter(
        details__directive=directive,
        withdrawn=False,
        due_on__isnull=False,
        directive__state=Directive.State.CONFIRMED,
    ).values_list("details_id", "directive__entered_for__area__path_now", "due_on")
    for task_id, path, due_on in details:
        if task_id and due_on:
            found.setdefault(task_id, []).append((path, due_on))
    for each in found.values():
        each.sort(key=lambda pair: (-len(pair[0]), pair[1]))
    return found


def _deadline_for(deadlines: list[tuple[str, date]], unit: Unit) -> date | None:
    return next((due_on for path, due_on in deadlines if unit.area.path_now.startswith(path)), None)


__all__ = ["BATCH", "Line", "Preview", "Rhythm", "carry_out", "preview"]
