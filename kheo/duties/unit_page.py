"""A body's own page: what it was asked, its plan, initiatives, reports and people, what waits, what is new.

Read by the body's people and by those above it. Each question is asked of indexed columns and is bounded,
so that neither the body's years nor the province's size makes the page slow: a fixed number of queries.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db.models import Count, F, Q
from django.db.models.functions import ExtractMonth
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kheo.audit.models import Entry
from kheo.directives.models import Duty, Reply
from kheo.duties.arrivals import Elsewhere, others
from kheo.duties.due import due_from_others
from kheo.duties.extent import Extent
from kheo.duties.first_page import Action, actions
from kheo.fieldwork.models import FieldReport, UnitReport
from kheo.fieldwork.models.unit_reports import unreported_by
from kheo.initiatives.models import Enrolment, Initiative
from kheo.initiatives.models.initiatives import WRITERS
from kheo.lib import formats
from kheo.lib.periods import VIETNAM, Period, today
from kheo.plans.acting import bodies_of
from kheo.plans.models import Plan, Target
from kheo.tallies.figures import Reading
from kheo.tallies.measures import REGISTRY
from kheo.tallies.seen import sums_of
from kheo.ui.charts import BarChart
from kheo.ui.lists import count_to
from kheo.ui.registry import things, verbs
from kheo.units.models import Post, ReachKind

# How many of each are shown; the rest is one link away.
SHOWN = 5
COUNTED = 99
CHANGES = 12
ENTRIES = 150
YEARLY = ("enrolled_new", "enrolled_continuing", "enrolled_unknown")


@dataclass(frozen=True)
class Waiting:
    """So many of something, and where they are listed. `number` is bounded: "99+"."""

    number: str
    label: str | Promise
    url: str = ""


@dataclass
class Changed:
    """One thing and what others did to it since the last visit, the newest first."""

    label: str
    url: str
    at: datetime
    steps: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class Quota:
    """A target or quota of the plan and how much of it is there; `done` is None where nothing counts it."""

    target: Target
    done: int | None

    @property
    def missing(self) -> int:
        return max(self.target.amount - (self.done or 0), 0)

    @property
    def is_met(self) -> bool:
        return self.done is not None and self.done >= self.target.amount


class UnitPage:
    """Everything on the page of `unit` (from `with_standing`) for `user`, who acts from `post` and was last
    here at `since`."""

    def __init__(self, unit: Any, *, user: Any, post: Post | None, since: datetime) -> None:
        self.unit, self.user, self.post, self.since = unit, user, post, since
        self.extent = Extent(unit)
        self.day = today()

    @cached_property
    def is_ours(self) -> bool:
        """Whether the reader acts for this body."""
        return self.post is not None and self.post.acts_for(self.unit)

    # What we were asked

    @cached_property
    def asked(self) -> list[dict[str, Any]]:
        """Open duties, the overdue first, then by deadline; each task once, also where it was asked twice."""
        duties = (
            self._duties.unanswered()
            .select_related("assignment__directive", "unit")
            .order_by(F("due_on").asc(nulls_last=True), "-given_on", "pk")
        )
        found: dict[int, dict[str, Any]] = {}
        # Bodies that became one were asked the same: their heir has a row of each.
        for duty in duties[: SHOWN * 8]:
            row = found.setdefault(duty.assignment_id, {"duty": duty, "of": []})
            if duty.unit_id != self.unit.pk:
                row["of"].append(duty.unit.name)
        return list(found.values())[:SHOWN]

    @cached_property
    def asked_counts(self) -> dict[str, int]:
        tasks = Count("assignment", distinct=True)
        return {
            "open": self._duties.unanswered().aggregate(n=tasks)["n"],
            "overdue": self._duties.overdue().aggregate(n=tasks)["n"],
        }

    @property
    def _duties(self) -> Any:
        return Duty.objects.live().visible_to(self.user).of_unit(self.unit)

    # Our plan

    @cached_property
    def plans(self) -> list[Plan]:
        """The plans in force the body works by, its own first, then the nearest above it; of one year."""
        directing = Plan.objects.directing(self.unit).filter(year__lte=self.day.year)
        found = list(
            directing.visible_to(self.user)
            .select_related(
                "movement", "committee__area", "committee__parent", "committee__committee__standing_office"
            )
            .order_by("-year", "-committee__area__path", "-version")[:12]
        )
        return [plan for plan in found if plan.year == found[0].year]

    @property
    def plan(self) -> Plan | None:
        return self.plans[0] if self.plans else None

    @property
    def year(self) -> int:
        return self.plan.year if self.plan else self.day.year

    @cached_property
    def quotas(self) -> list[Quota]:
        """What the plans ask of this body: its quotas, and the targets of a plan it writes itself."""
        own = [
            plan.pk
            for plan in self.plans
            if any(body.pk == self.unit.pk for body in bodies_of(plan.committee))
        ]
        asked = Q(unit__in=self.extent.ids, part_of__isnull=False) | Q(plan__in=own, part_of=None)
        targets = (
            Target.objects.filter(asked, plan__in=[plan.pk for plan in self.plans])
            .select_related("plan__committee")
            .order_by("plan__committee__path", "order", "pk")[:10]
        )
        return [Quota(target, self._counted(target)) for target in targets]

    def _counted(self, target: Target) -> int | None:
        # A target of one line or level alone is not what this body's own figures count.
        return (
            self.figures.get(target.measure)
            if target.measure and not target.line and not target.level
            else None
        )

    @property
    def quota_chart(self) -> BarChart | None:
        rows = [
            (f"{quota.target.name} ({formats.number(quota.target.amount)})", (quota.done or 0, quota.missing))
            for quota in self.quotas
            if quota.done is not None
        ]
        if not rows:
            return None
        return BarChart(
            _("Targets of %(year)s") % {"year": self.year}, rows, series=(_("reached"), _("missing"))
        )

    # Our initiatives

    @cached_property
    def figures(self) -> dict[str, int]:
        """What is counted for the year, by measure; from cells, as quick for a province as for a school."""
        names = [*YEARLY, *(name for name, _label in Target.MEASURES if name not in YEARLY)]
        reading = Reading(
            Period.year(self.year),
            structure=self.day,
            measures=names,
            who=self.user,
            filters=self.extent.records("unit", "area"),
            sample=self.unit.sample,
        )
        named = {REGISTRY[name].of_years: name for name in names}
        found = dict.fromkeys(names, 0)
        for measure, total in sums_of(reading.cells, "measure"):
            found[named[measure]] = total
        return found

    @cached_property
    def running(self) -> str:
        return bounded(self._initiatives.running(), 999)

    @property
    def enrolled(self) -> int:
        return sum(self.figures[name] for name in YEARLY)

    @property
    def kinds_chart(self) -> BarChart | None:
        """New and continuing initiatives of the year side by side."""
        labels = {
            "enrolled_new": _("New"),
            "enrolled_continuing": _("Continuing"),
            "enrolled_unknown": _("Not known"),
        }
        rows = [
            (labels[name], self.figures[name]) for name in YEARLY if self.figures[name] or name != YEARLY[2]
        ]
        return BarChart(_("Enrolled for %(year)s") % {"year": self.year}, rows) if self.enrolled else None

    @cached_property
    def latest(self) -> list[Initiative]:
        """Some of what runs, the latest started first."""
        running = self._own_initiatives.running().with_facts()
        return list(running.order_by(F("started_on").desc(nulls_last=True), "-pk")[:SHOWN])

    @property
    def _initiatives(self) -> Any:
        return Initiative.objects.visible_to(self.user).filter(self.extent.records("owner", "area"))

    @property
    def _own_initiatives(self) -> Any:
        return Initiative.objects.few_visible_to(self.user).filter(owner__in=self.extent.ids)

    @property
    def all_url(self) -> str:
        return self._list_url()

    @property
    def running_url(self) -> str:
        return self._list_url("state=running")

    def _list_url(self, *words: str) -> str:
        """The list of what is counted: all one sees at a place or in a line, or the body's own."""
        query = list(words)
        if self.extent.reach == ReachKind.OWN:
            query.append(f"body={self.unit.pk}")
        elif self.extent.reach == ReachKind.PLACE and self.unit.area.commune is not None:
            query.append(f"commune={self.unit.area.commune.pk}")
        return f"{reverse('initiative_list')}?{'&'.join(query)}"

    # Our reports

    @cached_property
    def owed(self) -> list[Any]:
        """Report periods for which nothing is begun: overdue, open, and the next one to come."""
        found = unreported_by(self.unit, self.day)
        begun = [entry for entry in found if entry.opens <= self.day]
        coming = [entry for entry in found if entry.opens > self.day][:1]
        return [*begun[:SHOWN], *coming]

    @cached_property
    def reports(self) -> list[UnitReport]:
        """Its last periodic reports; what others have only drafted is their own."""
        shown = UnitReport.objects.visible_to(self.user).filter(unit__in=self.extent.ids).shown(self.post)
        return list(
            shown.exclude(state="superseded")
            .select_related("unit", "entry")
            .order_by("-period_last", "-pk")[:SHOWN]
        )

    @cached_property
    def months_chart(self) -> BarChart | None:
        """Reports from the field by month of the year, of what the body itself leads."""
        counted = (
            self._own_reports.filter(
                state__in=["sent", "accepted"],
                happened_on__gte=date(self.day.year, 1, 1),
                happened_on__lte=self.day,
            )
            .order_by()
            .values_list(ExtractMonth("happened_on"))
            .annotate(n=Count("pk"))
        )
        by_month = dict(counted)
        if not by_month:
            return None
        rows = [
            (_("Month %(n)d") % {"n": month}, by_month.get(month, 0))
            for month in range(1, self.day.month + 1)
        ]
        return BarChart(_("Reports from the field, %(year)s") % {"year": self.day.year}, rows)

    # Our people

    @cached_property
    def people(self) -> list[tuple[Any, list[Post]]]:
        """Each person at work here, with their posts."""
        posts = Post.objects.current().visible_to(self.user).filter(unit=self.unit).select_related("user")
        found: dict[int, tuple[Any, list[Post]]] = {}
        for post in posts.order_by("valid_from", "pk")[:30]:
            found.setdefault(post.user_id, (post.user, []))[1].append(post)
        return list(found.values())

    @property
    def people_url(self) -> str:
        return reverse("unit", args=[self.unit.pk])

    # What waits

    @cached_property
    def for_us(self) -> list[Waiting]:
        """What waits for this body. Links lead to the reader's own lists, so only its people get them."""
        whole, user = self.extent.whole, self.user
        enrolments = Enrolment.objects.few_visible_to(user)
        listed, reports, periodic = (
            reverse("enrolment_list"),
            reverse("field_report_list"),
            reverse("unit_report_list"),
        )
        own = self._own_enrolments
        asked = [
            (
                own.filter(state="returned"),
                _("registrations returned to us"),
                self._of_body(listed, "returned"),
            ),
            (
                self._own_reports.filter(state="returned"),
                _("field reports returned"),
                self._of_body(reports, "returned"),
            ),
            (
                self._own_periodic.filter(state="returned"),
                _("periodic reports returned"),
                self._of_body(periodic, "returned"),
            ),
            (enrolments.to_receive(whole), _("registrations to receive"), f"{listed}?waiting=receive"),
            (enrolments.to_confirm(whole), _("registrations to confirm"), f"{listed}?waiting=confirm"),
            (enrolments.to_approve(whole), _("registrations to approve"), f"{listed}?waiting=approve"),
            (
                FieldReport.objects.few_visible_to(user).to_accept(whole),
                _("field reports to accept"),
                f"{reports}?waiting=accept",
            ),
            (
                UnitReport.objects.few_visible_to(user).to_accept(whole),
                _("periodic reports to accept"),
                f"{periodic}?waiting=accept",
            ),
            (
                Reply.objects.for_decision_by(self.unit).one_of_each(),
                _("answers to decide on"),
                reverse("replies"),
            ),
            (Plan.objects.visible_to(user).waiting_for(whole), _("plans to approve"), reverse("plans")),
        ]
        return list(self._counts(asked, links=self.is_ours))

    @cached_property
    def elsewhere(self) -> list[Elsewhere]:
        """What waits for this body on a page of its own, as rooms above say; for its own people."""
        return others.of(self.post) if self.is_ours and self.post is not None else []

    @cached_property
    def for_others(self) -> list[Waiting]:
        """What this body has sent and others have not answered."""
        listed, reports, periodic = (
            reverse("enrolment_list"),
            reverse("field_report_list"),
            reverse("unit_report_list"),
        )
        own, answers = (
            self._own_enrolments,
            Reply.objects.waiting().filter(duty__in=self._duties.values("pk")),
        )
        asked = [
            (own.filter(state="sent"), _("registrations wait to be received"), self._of_body(listed, "sent")),
            (
                own.filter(state="received"),
                _("registrations wait to be confirmed"),
                self._of_body(listed, "received"),
            ),
            (
                own.filter(state="confirmed"),
                _("registrations wait for approval"),
                self._of_body(listed, "confirmed"),
            ),
            (
                self._own_reports.filter(state="sent"),
                _("field reports wait to be accepted"),
                self._of_body(reports, "sent"),
            ),
            (
                self._own_periodic.filter(state="sent"),
                _("periodic reports wait to be accepted"),
                self._of_body(periodic, "sent"),
            ),
            (
                answers.one_of_each(),
                _("our answers wait for the body above"),
                reverse("unit_duties", args=[self.unit.pk]) + "?show=all",
            ),
        ]
        return list(self._counts(asked))

    @cached_property
    def others_chart(self) -> BarChart | None:
        """Of each thing this body asked of others, how many have sent it and how many have not."""
        if self.extent.reach != ReachKind.PLACE or not self.is_ours:
            return None
        rows = [(due.name, (due.done, due.missing), due.url) for due in due_from_others(self.extent.whole)]
        if not rows:
            return None
        return BarChart(
            _("What others owe us"),
            rows[:SHOWN],
            series=(_("have sent"), pgettext("chart of what is owed", "not yet sent")),
        )

    @property
    def _own_enrolments(self) -> Any:
        seen = Enrolment.objects.few_visible_to(self.user)
        return seen.filter(initiative__owner__in=self.extent.ids)

    @property
    def _own_reports(self) -> Any:
        seen = FieldReport.objects.few_visible_to(self.user)
        return seen.filter(enrolment__initiative__owner__in=self.extent.ids)

    @property
    def _own_periodic(self) -> Any:
        return UnitReport.objects.visible_to(self.user).filter(unit__in=self.extent.ids)

    def _of_body(self, url: str, state: str) -> str:
        return f"{url}?state={state}&body={self.unit.pk}"

    def _counts(self, asked: Iterable[tuple[Any, str, str]], links: bool = True) -> Iterable[Waiting]:
        for rows, label, url in asked:
            if (number := bounded(rows, COUNTED)) != "0":
                yield Waiting(number, label, url if links else "")

    # What is new

    @cached_property
    def changed(self) -> list[Changed]:
        """What others did to this body's records since the last visit, thing by thing, the newest first."""
        entries = Entry.objects.of_units(self.extent.ids, self.since).exclude(user=self.user.pk)
        found: dict[tuple[str, str], Changed] = {}
        for entry in entries.select_related("user")[:ENTRIES]:
            key = (entry.object_type, entry.object_id)
            if key not in found:
                url = things.url(entry.object_type, entry.object_id)
                found[key] = Changed(entry.object_label, url, entry.at)
            found[key].steps.append(
                {
                    "who": str(entry.user or _("Kheo itself")),
                    "verb": verbs.word(entry.verb),
                    "at": entry.at,
                    "why": entry.reason,
                }
            )
        return list(found.values())

    @cached_property
    def newly_asked(self) -> list[dict[str, Any]]:
        """Documents whose duties were given to this body since the last visit, with how many."""
        new = self._duties.filter(given_on__gte=self.since.astimezone(VIETNAM).date()).order_by()
        directive = "assignment__directive"
        rows = new.values(directive, f"{directive}__doc_type", f"{directive}__number")
        return [
            {
                "url": reverse("directive", args=[row[directive]]),
                "name": " ".join(filter(None, [row[f"{directive}__doc_type"], row[f"{directive}__number"]])),
                "n": row["n"],
            }
            for row in rows.annotate(n=Count("assignment", distinct=True))[:SHOWN]
        ]

    # What to do

    @cached_property
    def main_action(self) -> Action | None:
        """Write the report that is due, else what the role does first; for others, what was asked."""
        if not self.is_ours:
            return Action(_("What they were asked"), reverse("unit_duties", args=[self.unit.pk]))
        assert self.post is not None
        open_now = [entry for entry in self.owed if entry.opens <= self.day]
        if open_now and self.post.role in WRITERS:
            return Action(
                _("Write the report that is due"), f"{reverse('unit_report_new')}?entry={open_now[0].pk}"
            )
        return next((each for each in actions(self.post)), None)


def bounded(rows: Any, most: int) -> str:
    """How many there are, counted to `most` at the utmost: "12", "99+"."""
    found = count_to(rows, most)
    return f"{formats.number(most)}+" if found > most else formats.number(found)
