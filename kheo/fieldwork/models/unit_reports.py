"""A unit's periodic report: one page on which every running initiative is a line."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from kheo.audit.models import record, record_steps
from kheo.fieldwork.models.versions import ReportQuerySet, State, Step, Version
from kheo.files.models import Attachment
from kheo.initiatives.models import Ending, Enrolment, Initiative
from kheo.initiatives.models.enrolments import standing_office
from kheo.initiatives.models.initiatives import DESK, HEADS, WRITERS
from kheo.lib.formats import period as period_name
from kheo.lib.periods import VIETNAM, Period, today
from kheo.lib.refusals import FasterColleague, Refused
from kheo.lib.rows import Worded, insert
from kheo.lib.vietnamese import fold
from kheo.papers.kinds import Given
from kheo.papers.models import keep_signed, settle
from kheo.places.models import Area
from kheo.places.paths import ids, next_prefix, within
from kheo.plans.models import CalendarEntry
from kheo.search import index
from kheo.tallies.counting import counting
from kheo.units.models import Post, ReachKind, Unit
from kheo.upkeep.models import YearArchive


class UnitReportQuerySet(ReportQuerySet):
    def with_facts(self) -> "UnitReportQuerySet":
        return self.select_related("unit__area", "entry__plan")

    def narrowed(self, chosen: dict[str, Any]) -> "UnitReportQuerySet":
        """By the choices of a list's filter: q, year, state, entry."""
        found = self
        for word in fold(chosen.get("q", "")).split()[:12]:
            found = found.filter(unit__folded__contains=word)
        if year := chosen.get("year"):
            found = found.filter(period_last__gte=date(year, 1, 1), period_first__lte=date(year, 12, 31))
        if "body" in chosen:
            found = found.filter(unit__in=Unit.objects.of_body(chosen["body"]).values("pk"))
        for key in ("state", "entry"):
            if key in chosen:
                found = found.filter(**{key: chosen[key]})
        return found

    def to_accept(self, post: Post) -> "UnitReportQuerySet":
        """What waits for this post's body, which is above the one that reports."""
        own = post.unit.path_now
        asking = CalendarEntry.objects.filter(
            Q(plan__committee__path_now=own) | Q(plan__committee__committee__standing_office__path_now=own)
        )
        sent = UnitReport._base_manager.filter(state=State.SENT).order_by()
        waiting = sent.filter(entry__in=asking.order_by().values("pk")).values("pk")
        if post.reach == ReachKind.PLACE:
            here = Area.objects.within_now(post.unit.area).values("pk")
            unasked = sent.filter(entry=None, unit__area__in=here).exclude(unit__path_now=own)
            waiting = waiting.union(unasked.values("pk"))
        found: UnitReportQuerySet = self.filter(pk__in=waiting).not_own_work(post)
        return found

    def begin(
        self,
        unit: Unit,
        *,
        by: Post,
        values: dict[str, Any],
        lines: Iterable["Line"],
        series: Any = None,
        send: bool = False,
    ) -> "UnitReport":
        """A new draft with its lines, or one sent at once.

        Refused when the unit already reports for that entry.
        """
        report = UnitReport(unit=unit, **values)
        if series is not None:
            report.series = series
        report.check_author(by)
        lines = list(lines)
        way: list[tuple[str, str, dict[str, list]]] = [(State.DRAFT, "drafted", {})]
        if send:
            report.check_told(lines)
            report.state, report.sent_at = State.SENT, timezone.now()
            way.append((State.SENT, "submitted", {"state": [str(State.DRAFT), str(State.SENT)]}))
        with transaction.atomic():
            if report.entry_id:
                # The unit's row is the lock: two colleagues beginning at once begin one report.
                Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
                known = self.filter(unit=unit, entry=report.entry).exclude(state=State.WITHDRAWN).first()
                if known is not None:
                    raise FasterColleague(
                        gettext("%(unit)s already has a report for “%(entry)s”. Open that one.")
                        % {"unit": unit, "entry": report.entry}
                    )
            insert([report])
            report._add_lines(lines)
            insert([UnitReportStep(report=report, state=state, by=by) for state, _verb, _changes in way])
            record_steps(report, [(verb, changes) for _state, verb, changes in way], by=by)
            if send:
                index.update(report)
        return report


class Covered(NamedTuple):
    """What a line needs to know of its initiative."""

    pk: int
    name: str
    state: str


@dataclass(frozen=True)
class Line:
    """What the author says of one initiative."""

    initiative: Initiative | Covered
    standing: str
    note: str = ""

    @property
    def in_words(self) -> str:
        return in_words(self.standing, self.note)


class UnitReport(Version):
    """Báo cáo định kỳ của đơn vị, for an entry of a plan's calendar or for a period of its own choice."""

    copied = ("lines",)

    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="periodic_reports", verbose_name=_("unit")
    )
    entry = models.ForeignKey(
        CalendarEntry,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="reports",
        verbose_name=_("report period of the plan"),
    )
    period_first = models.DateField(_("from"))
    period_last = models.DateField(_("until"))
    results = models.TextField(_("results"), blank=True)
    difficulties = models.TextField(_("difficulties"), blank=True)
    proposals = models.TextField(_("proposals"), blank=True)
    # As signed on paper; the clerk gives the number.
    number = models.CharField(_("number"), max_length=60, blank=True)
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    signer = models.CharField(_("signed by"), max_length=120, blank=True)
    signed_file = models.ForeignKey(
        Attachment, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = UnitReportQuerySet.as_manager()

    class Meta(Version.Meta):
        constraints = [
            *Version.Meta.constraints,
            models.UniqueConstraint(
                fields=["unit", "entry"],
                condition=Q(version=1) & ~Q(state="withdrawn"),
                name="unit_report_once_an_entry",
            ),
            models.CheckConstraint(
                condition=Q(period_first__lte=models.F("period_last")), name="unit_report_period"
            ),
        ]
        indexes = [models.Index(fields=["state", "id"], name="unit_report_state")]

    def __str__(self) -> str:
        return f"{self.unit}, {self.entry.name if self.entry else period_name(self.period)}"

    def get_absolute_url(self) -> str:
        return reverse("unit_report", args=[self.pk])

    @property
    def edit_url(self) -> str:
        return reverse("unit_report_edit", args=[self.pk])

    @property
    def period(self) -> Period:
        return Period(self.period_first, self.period_last)

    @property
    def is_late(self) -> bool:
        """Whether it was sent, or is still not sent, after the calendar closed."""
        if self.entry is None:
            return False
        day = self.sent_at.astimezone(VIETNAM).date() if self.sent_at else today()
        return day > self.entry.closes

    def counts(self) -> dict[str, int]:
        """How many lines stand how: standing → number."""
        found = dict.fromkeys(UnitReportLine.Standing.values, 0)
        for line in self.lines.all():
            found[line.standing] += 1
        return found

    # Who may do what

    def check_author(self, by: Post) -> None:
        by.require(*WRITERS, unit=self.unit)

    def is_of(self, by: Post) -> bool:
        return by.acts_for(self.unit)

    def check_superior(self, by: Post) -> None:
        """The committee that asked for it, its standing office, or a body above the unit."""
        by.require(*DESK, *HEADS)
        if self.entry is not None:
            committee = self.entry.plan.committee
            if by.acts_for(committee) or by.acts_for(standing_office(committee)):
                return
        if by.acts_for(self.unit) and not by.unit.may_confirm_itself:
            raise Refused(gettext("Your own unit's report is accepted by the body above it."))
        by.require(*DESK, *HEADS, reaching=(self.unit, self.unit.area))

    def check_correct(self, by: Post) -> None:
        super().check_correct(by)
        YearArchive.objects.refuse_closed(self.period_last.year)

    def check_send(self, by: Post) -> None:
        self.check_write(by)
        self.check_told(
            self.lines.filter(standing=UnitReportLine.Standing.STOPPED).select_related("initiative")
        )

    def check_told(self, lines: Iterable["Line | UnitReportLine"]) -> None:
        """Refuse to send what tells of nothing yet, or does not say why something is to stop."""
        YearArchive.objects.refuse_closed(self.period_last.year)
        if self.period_first > today():
            raise Refused(
                gettext("The period has not begun. Send the report when there is something to tell.")
            )
        for line in lines:
            if line.standing == UnitReportLine.Standing.STOPPED and not line.note:
                raise Refused(gettext("Say why “%(name)s” is to stop.") % {"name": line.initiative.name})

    # The verbs

    @contextmanager
    def settling(self, by: Post) -> Iterator[None]:
        """What the unit stops ends at the acceptance, with the reason it gave."""
        with counting():
            yield
            for line in self.lines.select_related("initiative__owner", "initiative__area").order_by(
                "initiative_id"
            ):
                if line.standing == UnitReportLine.Standing.STOPPED and line.ending_id is None:
                    line.end(by=by)

    def write(self, *, by: Post, values: dict[str, Any], lines: Iterable[Line]) -> None:
        """What its author changed while it is a draft or was returned."""
        self.check_write(by)
        changes = {
            name: [_plain(getattr(self, name)), _plain(value)]
            for name, value in values.items()
            if getattr(self, name) != value
        }
        with transaction.atomic():
            open_still = UnitReport.objects.filter(pk=self.pk, state__in=[State.DRAFT, State.RETURNED])
            if open_still.update(updated=timezone.now(), **values) != 1:
                raise FasterColleague(self._what_happened())
            changes |= self._set_lines(lines)
            for name, value in values.items():
                setattr(self, name, value)
            if changes:
                record(self, "changed", by=by, changes=changes)
            self._tell_paper(by)

    def attach_signed(self, upload: Any, *, by: Post) -> None:
        """The signed scan, or a phone photo of it, returns to the record, also after acceptance."""
        by.require(*WRITERS, "clerk", unit=self.unit)
        file = Attachment.objects.store(upload, by=by, kind="signed")
        with transaction.atomic():
            if not keep_signed(self, file, by=by):
                file.belong_to(self)
            UnitReport.objects.filter(pk=self.pk).update(signed_file=file)
            record(self, "signed_file_added", by=by)
        self.signed_file = file

    def take_number(self, *, number: str, signed_on: date, signer: str, by: Post) -> None:
        """What the clerk gave its paper, also after acceptance. Inside the paper's transaction."""
        gone = [State.WITHDRAWN, State.SUPERSEDED]
        values = {"number": number, "signed_on": signed_on, "signer": signer}
        if UnitReport.objects.filter(pk=self.pk).exclude(state__in=gone).update(**values) != 1:
            raise FasterColleague(self._what_happened())
        record(self, "number_taken", by=by, changes={"number": [self.number, number]})
        for name, value in values.items():
            setattr(self, name, value)
        index.update(self)

    def correct_number(self, *, number: str, signed_on: date, signer: str, by: Post, reason: str) -> None:
        """The clerk mistyped what its paper says: the report follows. Inside the paper's transaction."""
        values = {"number": number, "signed_on": signed_on, "signer": signer}
        UnitReport.objects.filter(pk=self.pk).update(**values)
        record(self, "number_corrected", by=by, changes={"number": [self.number, number]}, reason=reason)
        for name, value in values.items():
            setattr(self, name, value)
        index.update(self)

    def _tell_paper(self, by: Post) -> None:
        """Its number, typed into the report itself, is also that of the paper that waits for one."""
        if self.number and self.signed_on:
            settle(self, Given(self.number, self.signed_on, self.signer), by=by)

    def _set_lines(self, lines: Iterable[Line]) -> dict[str, list]:
        before = {line.initiative_id: line for line in self.lines.select_related("initiative")}
        changes: dict[str, list] = {}
        fresh: list[Line] = []
        for line in lines:
            old = before.get(line.initiative.pk)
            if old is None:
                fresh.append(line)
            elif (old.standing, old.note) != (line.standing, line.note):
                UnitReportLine.objects.filter(pk=old.pk).update(standing=line.standing, note=line.note)
                changes[line.initiative.name] = [old.in_words, line.in_words]
        self._add_lines(fresh)
        return changes

    def _add_lines(self, lines: Iterable[Line]) -> None:
        insert(
            [
                UnitReportLine(
                    report_id=self.pk,
                    initiative_id=line.initiative.pk,
                    standing=line.standing,
                    note=line.note,
                )
                for line in lines
            ]
        )


class UnitReportStep(Step):
    report = models.ForeignKey(UnitReport, on_delete=models.PROTECT, related_name="steps")


class UnitReportLine(models.Model):
    """How one running initiative stands, in the unit's own judgement."""

    class Standing(models.TextChoices):
        GOOD = "good", pgettext_lazy("how it stands", "good")
        WEAK = "weak", pgettext_lazy("how it stands", "to be strengthened")
        STOPPED = "stopped", pgettext_lazy("how it stands", "to stop")
        SAME = "same", pgettext_lazy("how it stands", "no change")

    TONES = {Standing.GOOD: "ok", Standing.WEAK: "warn", Standing.STOPPED: "off", Standing.SAME: "info"}

    report = models.ForeignKey(UnitReport, on_delete=models.PROTECT, related_name="lines")
    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="report_lines")
    standing = models.CharField(max_length=8, choices=Standing.choices, default=Standing.SAME)
    note = models.CharField(max_length=1000, blank=True)
    # What the acceptance made of "to stop".
    ending = models.ForeignKey(Ending, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["initiative__sort_key", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["report", "initiative"], name="one_line_an_initiative")
        ]

    def __str__(self) -> str:
        return f"{self.initiative}: {self.get_standing_display()}"

    @property
    def tone(self) -> str:
        return self.TONES[UnitReportLine.Standing(self.standing)]

    @property
    def in_words(self) -> str:
        return in_words(self.standing, self.note)

    def end(self, *, by: Post) -> None:
        """The initiative ends on the last day of the period; one that has ended meanwhile stays as it is."""
        initiative = self.initiative
        if initiative.state in (Initiative.State.ENDED, Initiative.State.WITHDRAWN):
            return
        on = min(self.report.period_last, today())
        if initiative.started_on is not None:
            on = max(on, initiative.started_on)
        try:
            ending = initiative.end(by=by, on=on, reason=self.note)
        except Refused as refusal:
            raise Refused(
                gettext("“%(name)s” is to stop: %(why)s The report was not accepted.")
                % {"name": initiative.name, "why": refusal}
            ) from None
        UnitReportLine.objects.filter(pk=self.pk).update(ending=ending)


def in_words(standing: str, note: str) -> str:
    label = str(UnitReportLine.Standing(standing).label)
    return f"{label}: {note}" if note else label


def within_page(post: Post) -> Any:
    """The initiatives a unit's report may have a line for, running or not.

    What it leads itself; a commune's body that reaches by place tells of everything in its commune.
    """
    found = Initiative.objects.of(post)
    if commune := _commune_of(post):
        # United, because an OR of the two could use the index of neither.
        here: Any = _lying_within(*commune).order_by().values("pk")
        found = Initiative.objects.filter(pk__in=here.union(found.order_by().values("pk")))
    return found.select_related("owner", "area__parent", "field").order_by("sort_key", "pk")


def covered_by(post: Post) -> Any:
    """The running initiatives a unit's report has a line for."""
    return within_page(post).filter(_RUNNING)


def names_covered_by(post: Post) -> list[Covered]:
    """The same, with only what a line needs to know: for a report that nobody looks at while it is taken."""
    found = _names_led_by(post.unit.path_now)
    if commune := _commune_of(post):
        found += _names_within(*commune)
    # One may be found in both ways.
    named = {pk: (sort_key, pk, Covered(pk, name, state)) for pk, name, state, sort_key in found}
    return [covered for _sort_key, _pk, covered in sorted(named.values())]


_RUNNING = Q(state=Initiative.State.RUNNING) | Q(state=Initiative.State.PUBLISHED, owner_known=True)


def _commune_of(post: Post) -> tuple[str, str] | None:
    """How paths begin in the commune of a body that reaches by place, and what follows after them."""
    area = post.unit.area
    if post.reach != ReachKind.PLACE or area.commune is None:
        return None
    return area.path_now, next_prefix(area.path_now)


def _lying_within(first: str, after: str) -> Any:
    areas = Area.objects.filter(path_now__gte=first, path_now__lt=after)
    return Initiative.objects.filter(area__in=areas.values("pk"))


def _names(found: Any) -> Any:
    return found.filter(_RUNNING).order_by().values_list(*Covered._fields, "sort_key")


_names_led_by = Worded(lambda own: _names(Initiative.objects.led_by(own)), str)
_names_within = Worded(lambda first, after: _names(_lying_within(first, after)), str, str)


def asked_of(post: Post, on: date | None = None) -> list[CalendarEntry]:
    """The report periods that are open on a day for the post's body and for which it has no report yet."""
    on = on or today()
    return [entry for entry in unreported_by(post.unit, on) if entry.opens <= on]


def unreported_by(unit: Unit, on: date) -> list[CalendarEntry]:
    """The report periods, past, open or to come, for which a body owes a report and has begun none."""
    entries = CalendarEntry.objects.filter(
        kind=CalendarEntry.Kind.REPORT, plan__state="approved"
    ).select_related("plan__committee__area", "plan__movement")
    found = list(
        # A closed period still owed is asked for until the plan's year is over.
        entries.filter(plan__year__gte=on.year - 1, closes__gte=date(on.year, 1, 1))
        .filter(plan__committee__area__in=ids(unit.area.path_now))
        .exclude(
            reports__in=UnitReport.objects.filter(unit__path_now=unit.path_now).exclude(state="withdrawn")
        )
        .order_by("closes", "pk")[:20]
    )
    # Whom a plan asks is the same for all its periods, and a body works by one or two plans.
    first = {entry.plan_id: entry for entry in reversed(found)}
    owing_plans = {plan for plan, entry in first.items() if owes(unit, entry)}
    return [entry for entry in found if entry.plan_id in owing_plans]


def owing(entry: CalendarEntry) -> Any:
    """The bodies that owe a report for an entry of a plan's calendar.

    Those at the committee's own level and place that lead an initiative enrolled for its year; and for a
    committee above the communes, the Party committee of each commune.
    """
    committee, day = entry.plan.committee, min(max(entry.closes, entry.opens), today())
    area = committee.area
    leading = Enrolment.objects.counted().filter(
        year=entry.plan.year, initiative__movement=entry.plan.movement
    )
    owners = Unit.objects.filter(
        Q(pk__in=leading.values("initiative__owner"))
        | Q(children__kind=Unit.Kind.TYPED, children__in=leading.values("initiative__owner")),
        within("area__path_now", area.path_now),
        level=committee.level,
    ).exclude(kind=Unit.Kind.TYPED)
    asked = Q(pk__in=owners.values("pk"))
    if area.commune is None:
        communes = Unit.objects.answering("cap_uy", on=day, level="commune").filter(
            within("area__path_now", area.path_now)
        )
        asked |= Q(pk__in=communes.values("pk"))
    return Unit.objects.filter(asked).on(day)


def owes(unit: Unit, entry: CalendarEntry) -> bool:
    return owing(entry).filter(path_now=unit.path_now).exists()


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | str | type(None)) else str(value)
