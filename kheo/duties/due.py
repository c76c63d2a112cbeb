"""What is due from whom: the superior's list of who has not sent yet, by the calendar and by directives.

For a committee's own body and its standing office: registration windows and report periods of the plan in
force, and the duties given by documents the body has entered, each with how many have answered of how many.
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from kheo.directives.models import Directive, Duty
from kheo.fieldwork.models import UnitReport
from kheo.fieldwork.models.unit_reports import owing
from kheo.initiatives.models import Enrolment
from kheo.lib.periods import today
from kheo.messaging.models import History, told_of
from kheo.places.models import Area
from kheo.places.paths import ids
from kheo.plans.models import CalendarEntry, Plan
from kheo.units.models import Committee, Post, Unit
from kheo.units.reach import scope

# What a committee has begun is chased until so many days after it closed.
CHASED_DAYS = 92
MOST = 20


@dataclass(frozen=True)
class Due:
    """One thing that several bodies owe: how many have done it, until when, and where the rest are named."""

    kind: str
    name: str
    of: str
    done: int
    asked: int
    closes: date | None
    url: str
    sample: bool = False
    # The kind of message that reminds of it, and the record that message is about.
    message: tuple[str, int] | None = None
    reminded: History = field(default_factory=History)

    @property
    def missing(self) -> int:
        return max(self.asked - self.done, 0)

    @property
    def is_late(self) -> bool:
        return bool(self.closes and self.closes < today() and self.missing)


def plans_chased_by(post: Post) -> Any:
    """The plans in force whose committee this post's body is, or whose standing office it is."""
    now = post.unit.path_now
    return (
        Plan.objects.in_force()
        .filter(Q(committee__path_now=now) | Q(committee__committee__standing_office__path_now=now))
        .filter(year__gte=today().year - 1)
        .select_related("committee__area")
    )


def due_from_others(post: Post) -> list[Due]:
    """Everything others owe this post's body today, the earliest day first."""
    found = [*_by_calendar(post), *_by_directives(post)]
    told = told_of(due.message for due in found if due.message is not None)
    found = [replace(due, reminded=told.get(due.message, History())) if due.message else due for due in found]
    return sorted(found, key=lambda due: (due.closes is None, due.closes or date.max, due.name))


def _by_calendar(post: Post) -> list[Due]:
    day = today()
    kinds = (CalendarEntry.Kind.REGISTRATION, CalendarEntry.Kind.REPORT)
    entries = list(
        CalendarEntry.objects.filter(
            plan__in=plans_chased_by(post).order_by().values("pk"),
            kind__in=kinds,
            opens__lte=day,
            closes__gte=day - timedelta(days=CHASED_DAYS),
        )
        .select_related("plan__movement", "plan__committee__area__parent__parent")
        .order_by("closes", "pk")[:MOST]
    )
    if not entries:
        return []
    sent = _reports_sent(entries)
    found = []
    # A body seldom serves more than one plan: what is asked of whom is read once for each.
    bodies: dict[int, set[str]] = {}
    communes: dict[int, tuple[set[int], set[int]]] = {}
    for entry in entries:
        plan = entry.plan
        if entry.kind == CalendarEntry.Kind.REPORT:
            if plan.pk not in bodies:
                bodies[plan.pk] = set(owing(entry).values_list("path_now", flat=True))
            asked = bodies[plan.pk]
            done, of, url = (
                len(sent[entry.pk] & asked),
                len(asked),
                reverse("unit_report_due", args=[entry.pk]),
            )
            message = ("report_due", entry.pk)
        else:
            if plan.pk not in communes:
                communes[plan.pk] = registering(plan)
            registered, all_communes = communes[plan.pk]
            if not all_communes:
                continue
            done, of = len(registered & all_communes), len(all_communes)
            url = reverse("registrations_due", args=[plan.pk])
            message = ("registration_due", plan.pk)
        found.append(
            Due(
                entry.get_kind_display(),
                entry.name,
                str(plan),
                done,
                of,
                entry.closes,
                url,
                plan.sample,
                message,
            )
        )
    return found


def _reports_sent(entries: list[CalendarEntry]) -> dict[int, set[str]]:
    sent: dict[int, set[str]] = defaultdict(set)
    rows = UnitReport.objects.filter(entry__in=entries, state__in=["sent", "accepted"])
    for entry, path in rows.values_list("entry", "unit__path_now"):
        sent[entry].add(path)
    return sent


def registering(plan: Plan) -> tuple[set[int], set[int]]:
    """The communes of today under a committee above them: those that have registered for the year, and all.

    Both are empty for a committee of one commune. Invented communes are asked by invented committees alone.
    """
    area = plan.committee.area
    if area.commune is not None:
        return set(), set()
    communes = Area.objects.on(today()).communes().within_now(area).filter(sample=plan.sample)
    sent = Enrolment.objects.filter(year=plan.year, initiative__movement=plan.movement_id).exclude(
        state__in=[Enrolment.State.DRAFT, Enrolment.State.WITHDRAWN, *Enrolment.TOLD]
    )
    paths = sent.order_by().values_list("initiative__commune__path_now", flat=True).distinct()
    return {ids(path)[-1] for path in paths if path}, set(communes.values_list("pk", flat=True))


def _by_directives(post: Post) -> list[Due]:
    """Documents entered for this body whose duties others have still to answer. Three queries."""
    given = (
        Duty.objects.live()
        .filter(assignment__directive__entered_for__path_now=post.unit.path_now)
        .exclude(unit__path_now=post.unit.path_now)
    )
    owed = _bodies_by_directive(given.unanswered())
    asked = _bodies_by_directive(given)
    directives = Directive.objects.filter(pk__in=owed).order_by("-issued_on", "pk")[:MOST]
    return [
        Due(
            _("answers to a document"),
            str(directive),
            directive.issuer_text,
            asked[directive.pk] - owed[directive.pk],
            asked[directive.pk],
            None,
            f"{reverse('duty_matrix')}?directive={directive.pk}",
            directive.sample,
            ("replies_due", directive.pk),
        )
        for directive in directives
    ]


def _bodies_by_directive(duties: Any) -> dict[int, int]:
    bodies = Count("unit__path_now", distinct=True)
    return dict(duties.order_by().values_list("assignment__directive").annotate(n=bodies))


def without_registration(plan: Plan) -> list[Area]:
    """The communes that have sent no registration for the plan's year, in Vietnamese order."""
    registered, communes = registering(plan)
    return list(Area.objects.filter(pk__in=communes - registered).in_vietnamese_order())


def committees_to_renew(post: Post) -> list[Any]:
    """Steering committees within reach that have not been renewed for longer than their rule says."""
    seen = scope(Committee.objects.all(), post, unit="unit", area="unit__area", few=True)
    # Asked of each committee: gathered first, the living would be all the bodies there are.
    lives = Exists(Unit.objects.living().filter(pk=OuterRef("unit")))
    living = seen.filter(lives).select_related("unit__area").prefetch_related("renewals")
    return [each for each in living.order_by("unit__sort_key", "pk") if each.renewal_overdue()]
