"""What one initiative reached (báo cáo kết quả thực hiện): its figures, its words, its photos."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

from django.db import models, transaction
from django.db.models import Prefetch, Q, Sum
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kheo.audit.models import record, record_steps
from kheo.fieldwork.figures import MEASURED, written
from kheo.fieldwork.models.versions import ReportQuerySet, State, Step, Version
from kheo.files.models import Photo
from kheo.initiatives.models import Enrolment, Initiative
from kheo.lib.formats import short_date
from kheo.lib.numbers import MOST
from kheo.lib.periods import BEGINNING, FOREVER, Period, today
from kheo.lib.refusals import FasterColleague, Refused
from kheo.lib.rows import insert
from kheo.lib.vietnamese import fold
from kheo.places.models import Area
from kheo.search import index
from kheo.tallies.counting import counting
from kheo.units.models import Post, ReachKind, Unit
from kheo.upkeep.models import YearArchive

# Who may accept: the desk and the heads of the body that decides.
_ACCEPTING = ("registrar", "specialist", "head", "deputy")
MEASURE_CHOICES = [(each.name, each.label) for each in MEASURED.values()]


class FigureKindQuerySet(models.QuerySet["FigureKind"]):
    def on(self, day: date) -> "FigureKindQuerySet":
        return self.filter(valid_from__lte=day, valid_to__gt=day)


class FigureKind(models.Model):
    """Where money comes from, what land is given from: a list each province edits."""

    measure = models.CharField(
        _("figure"),
        max_length=20,
        choices=[(each.name, each.label) for each in MEASURED.values() if each.by_kind],
    )
    code = models.SlugField(max_length=40)
    name = models.CharField(_("name"), max_length=120)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    valid_from = models.DateField(default=BEGINNING)
    valid_to = models.DateField(default=FOREVER)

    objects = FigureKindQuerySet.as_manager()

    class Meta:
        ordering = ["measure", "order", "pk"]
        constraints = [models.UniqueConstraint(fields=["measure", "code"], name="figure_kind_once")]

    def __str__(self) -> str:
        return self.name


class FieldReportQuerySet(ReportQuerySet):
    scope_unit = "enrolment__initiative__owner"
    scope_area = "enrolment__initiative__area"

    def about(self, initiative: Initiative) -> "FieldReportQuerySet":
        return self.filter(enrolment__initiative=initiative)

    def with_facts(self) -> "FieldReportQuerySet":
        """With everything a line of a list shows: two queries."""
        return self.select_related(
            "enrolment__initiative__owner", "enrolment__initiative__area__parent", "enrolment__field"
        ).prefetch_related(Prefetch("figures", ReportFigure.objects.select_related("kind")))

    def narrowed(self, chosen: dict[str, Any]) -> "FieldReportQuerySet":
        """By the choices of a list's filter: q, year, field, state, commune, initiative."""
        found = self
        for word in fold(chosen.get("q", "")).split()[:12]:
            found = found.filter(enrolment__initiative__folded__contains=word)
        if year := chosen.get("year"):
            found = found.filter(happened_on__gte=date(year, 1, 1), happened_on__lte=date(year, 12, 31))
        for key, name in (("field", "enrolment__field"), ("state", "state")):
            if key in chosen:
                found = found.filter(**{name: chosen[key]})
        if "body" in chosen:
            bodies = Unit.objects.of_body(chosen["body"]).values("pk")
            found = found.filter(enrolment__initiative__owner__in=bodies)
        if "commune" in chosen:
            here = Area.objects.within_now(chosen["commune"]).values("pk")
            found = found.filter(enrolment__initiative__area__in=here)
        return found

    def to_accept(self, post: Post) -> "FieldReportQuerySet":
        """What waits for this post's body: it received the enrolment, or nobody did and it reaches it."""
        own = post.unit.path_now
        sent = FieldReport._base_manager.filter(state=State.SENT).order_by()
        waiting = sent.filter(enrolment__addressee__path_now=own).values("pk")
        if post.reach == ReachKind.PLACE:
            here = Area.objects.within_now(post.unit.area).values("pk")
            unaddressed = sent.filter(enrolment__addressee=None, enrolment__initiative__area__in=here)
            # United, because an OR of the two could begin with neither.
            waiting = waiting.union(
                unaddressed.exclude(enrolment__initiative__owner__path_now=own).values("pk")
            )
        found: FieldReportQuerySet = self.filter(pk__in=waiting).not_own_work(post)
        return found

    def begin(
        self,
        enrolment: Enrolment,
        *,
        by: Post,
        values: dict[str, Any],
        figures: "Amounts",
        series: Any = None,
        send: bool = False,
    ) -> "FieldReport":
        """A new draft, or one sent at once. `values` are fields of the report; `figures` as in `Amounts`."""
        report = FieldReport(enrolment=enrolment, **values)
        if series is not None:
            report.series = series
        report.check_author(by)
        way: list[tuple[str, str, dict[str, list]]] = [(State.DRAFT, "drafted", {})]
        if send:
            report.check_send(by)
            report.state, report.sent_at = State.SENT, timezone.now()
            way.append((State.SENT, "submitted", {"state": [str(State.DRAFT), str(State.SENT)]}))
        with transaction.atomic(savepoint=False):
            insert([report])
            report._add_figures(figures)
            insert([FieldReportStep(report=report, state=state, by=by) for state, _verb, _changes in way])
            record_steps(report, [(verb, changes) for _state, verb, changes in way], by=by)
            if send:
                index.update(report)
        return report


# (measure, id of the kind or None) → whole number in the measure's smallest unit.
Amounts = Mapping[tuple[str, int | None], int]


class FieldReport(Version):
    """What was done on one day or some days, what it reached beside its target, with figures and photos."""

    class Span(models.TextChoices):
        """Which period the report tells of, counted from the day of the activity."""

        DAYS = "days", _("these days alone")
        MONTH = "month", _("the month")
        QUARTER = "quarter", _("the quarter")
        HALF = "half", _("the half-year")
        YEAR = "year", _("the year")

    copied = ("figures",)

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="reports")
    happened_on = models.DateField(_("day of the activity"))
    # The last day; the same day where it was one.
    happened_until = models.DateField(_("until"))
    span = models.CharField(_("tells of"), max_length=8, choices=Span.choices, default=Span.DAYS)
    # The target as it stood when the report was written, and how far it was reached.
    target = models.TextField(_("target"), blank=True)
    reached = models.TextField(_("reached"), blank=True)
    narrative = models.TextField(_("what was done"))

    objects = FieldReportQuerySet.as_manager()

    class Meta(Version.Meta):
        constraints = [
            *Version.Meta.constraints,
            models.CheckConstraint(
                condition=Q(happened_on__lte=models.F("happened_until")), name="field_report_days"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "id"], name="field_report_state"),
            models.Index(fields=["enrolment", "state"], name="field_report_enrolment"),
            # The few that wait for somebody: for the body that accepts them, and for those who wrote them.
            models.Index(fields=["enrolment", "id"], condition=Q(state="sent"), name="field_report_waiting"),
            models.Index(
                fields=["id"], condition=Q(state__in=["draft", "returned"]), name="field_report_unfinished"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.initiative}, {short_date(self.happened_on)}"

    def get_absolute_url(self) -> str:
        return reverse("field_report", args=[self.pk])

    @property
    def journal_unit_id(self) -> int:
        return self.initiative.owner_id

    @property
    def edit_url(self) -> str:
        return reverse("field_report_edit", args=[self.pk])

    @property
    def initiative(self) -> Initiative:
        return self.enrolment.initiative

    @property
    def period(self) -> Period:
        """The span of days it tells of."""
        day = self.happened_on
        if self.span == FieldReport.Span.MONTH:
            return Period.month(day.year, day.month)
        if self.span == FieldReport.Span.QUARTER:
            return Period.quarter(day.year, (day.month + 2) // 3)
        if self.span == FieldReport.Span.HALF:
            return Period.half(day.year, 1 if day.month < 7 else 2)
        if self.span == FieldReport.Span.YEAR:
            return Period.year(day.year)
        return Period(self.happened_on, self.happened_until)

    def lines(self) -> list[tuple[Any, str, str]]:
        """Its figures as (measure, kind, amount in words), in the order of the form."""
        order = {name: place for place, name in enumerate(MEASURED)}
        rows = sorted(
            self.figures.all(),
            key=lambda row: (order[row.measure], row.kind.order if row.kind else 0, row.pk),
        )
        return [
            (MEASURED[row.measure].label, row.kind.name if row.kind else "", written(row.measure, row.amount))
            for row in rows
        ]

    def photos(self) -> Any:
        """The photos of this version and of those before it: a correction goes on from them."""
        earlier = self.versions.filter(version__lte=self.version).exclude(
            ~Q(pk=self.pk), state=State.WITHDRAWN
        )
        return _photos_of(earlier).order_by("uploaded_at", "pk")

    # Who may do what

    def check_author(self, by: Post) -> None:
        self.initiative.check_writing(by)
        if self.enrolment.state not in Enrolment.COUNTED:
            raise Refused(gettext("It can be reported on once its registration is in a catalogue."))

    def is_of(self, by: Post) -> bool:
        return self.initiative.answered_for_by(by)

    def check_superior(self, by: Post) -> None:
        """The body that received the enrolment, or one that reaches the place from above."""
        by.require(*_ACCEPTING)
        addressee, initiative = self.enrolment.addressee, self.initiative
        if addressee is not None and by.acts_for(addressee):
            return
        if by.acts_for(initiative.owner):
            if addressee is None and by.unit.may_confirm_itself:
                return
            raise Refused(
                gettext("Your own unit's report is accepted by %(office)s.")
                % {"office": addressee.today if addressee else gettext("the body above it")}
            )
        if by.reach == ReachKind.PLACE:
            by.require(*_ACCEPTING, reaching=(initiative.owner, initiative.area))
        else:
            by.require(*_ACCEPTING, unit=addressee or initiative.owner)

    def check_correct(self, by: Post) -> None:
        super().check_correct(by)
        YearArchive.objects.refuse_closed(self.happened_on.year)

    def check_send(self, by: Post) -> None:
        self.check_write(by)
        YearArchive.objects.refuse_closed(self.happened_on.year)
        if self.happened_until > today():
            raise Refused(
                gettext("The activity lies in the future. Send the report when it has taken place.")
            )
        ended = self.initiative.ended_on
        if ended is not None and self.happened_on > ended:
            raise Refused(
                gettext("This initiative ended on %(day)s. A report can tell of what was done until then.")
                % {"day": short_date(ended)}
            )

    # The verbs

    @contextmanager
    def settling(self, by: Post) -> Iterator[None]:
        """Figures are counted from accepted current versions: the cells move with the acceptance."""
        before = self.versions.filter(state=State.ACCEPTED).select_related("enrolment").first()
        touched = {self.enrolment_id: self.enrolment}
        if before is not None:
            touched[before.enrolment_id] = before.enrolment
        with counting(*touched.values(), only=MEASURED, record=self.series):
            yield

    def write(self, *, by: Post, values: dict[str, Any], figures: Amounts) -> None:
        """What its author changed while it is a draft or was returned."""
        self.check_write(by)
        changes = {
            name: [_plain(getattr(self, name)), _plain(value)]
            for name, value in values.items()
            if getattr(self, name) != value
        }
        with transaction.atomic():
            open_still = FieldReport.objects.filter(pk=self.pk, state__in=[State.DRAFT, State.RETURNED])
            if open_still.update(updated=timezone.now(), **values) != 1:
                raise FasterColleague(self._what_happened())
            changes |= self._set_figures(figures)
            for name, value in values.items():
                setattr(self, name, value)
            if changes:
                record(self, "changed", by=by, changes=changes)

    def _add_figures(self, figures: Amounts) -> None:
        insert(
            [
                ReportFigure(report=self, measure=measure, kind_id=kind, amount=amount)
                for (measure, kind), amount in figures.items()
                if amount
            ]
        )

    def _set_figures(self, figures: Amounts) -> dict[str, list]:
        """Bring the rows to these amounts; zero and missing are the same. Answers what changed."""
        wanted = {key: amount for key, amount in figures.items() if amount}
        before = {(row.measure, row.kind_id): row.amount for row in self.figures.all()}
        if wanted == before:
            return {}
        # A draft's rows are what its author is still typing: they are no record yet.
        self.figures.all().delete()
        self._add_figures(wanted)
        if hasattr(self, "_prefetched_objects_cache"):
            self._prefetched_objects_cache.clear()
        names = {kind.pk: kind.code for kind in FigureKind.objects.all()}
        changed = sorted(
            (key for key in wanted.keys() | before.keys() if wanted.get(key) != before.get(key)),
            key=lambda key: (key[0], key[1] or 0),
        )
        return {
            measure + (f" ({names[kind]})" if kind else ""): [
                before.get((measure, kind)),
                wanted.get((measure, kind)),
            ]
            for measure, kind in changed
        }


class FieldReportStep(Step):
    report = models.ForeignKey(FieldReport, on_delete=models.PROTECT, related_name="steps")

    class Meta(Step.Meta):
        indexes = [
            # What one person wrote, sent or gave back, without what was accepted.
            models.Index(
                fields=["by", "report"],
                condition=Q(state__in=["draft", "sent", "returned"]),
                name="field_report_step_own",
            ),
        ]


class ReportFigure(models.Model):
    """One amount of a report, in the smallest unit of its measure (see `figures`)."""

    report = models.ForeignKey(FieldReport, on_delete=models.PROTECT, related_name="figures")
    measure = models.CharField(max_length=20, choices=MEASURE_CHOICES)
    kind = models.ForeignKey(FigureKind, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    amount = models.BigIntegerField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["report", "measure", "kind"], name="figure_once_a_kind"),
            models.UniqueConstraint(
                fields=["report", "measure"], condition=Q(kind=None), name="figure_once_without_kind"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0, amount__lte=MOST), name="figure_bounds"),
        ]

    def __str__(self) -> str:
        return f"{self.measure} {self.amount}"

    @property
    def written(self) -> str:
        return written(self.measure, self.amount)


def figures_of(initiative: Initiative) -> list[tuple[Any, int, str]]:
    """(label, amount, unit) of each measure, summed over the accepted reports of an initiative.

    Amounts are in the measure's smallest unit; `unit` is "count", "vnd", "m2", "days" or "cm".
    """
    sums = dict(
        ReportFigure.objects.filter(
            report__enrolment__initiative=initiative, report__state=State.ACCEPTED
        )
        .order_by()
        .values_list("measure")
        .annotate(total=Sum("amount"))
    )  # fmt: skip
    return [(each.label, sums[name], each.unit) for name, each in MEASURED.items() if name in sums]


def figures_by_kind(initiative: Initiative) -> dict[str, list[tuple[str, int]]]:
    """Measure → (kind, amount) in the order of the kinds, over the accepted reports of an initiative."""
    found: dict[str, list[tuple[str, int]]] = defaultdict(list)
    rows = (
        ReportFigure.objects.filter(
            report__enrolment__initiative=initiative, report__state=State.ACCEPTED
        )
        .exclude(kind=None)
        .order_by("kind__measure", "kind__order", "kind")
        .values_list("measure", "kind__name")
        .annotate(total=Sum("amount"))
    )  # fmt: skip
    for measure, kind, total in rows:
        found[measure].append((kind, total))
    return dict(found)


def photos_of(initiative: Initiative) -> Any:
    """The standing photos of an initiative's accepted reports, newest first, publishable or not."""
    told = FieldReport.objects.about(initiative).filter(state__in=[State.ACCEPTED, State.SUPERSEDED])
    return _photos_of(told).order_by("-taken_on", "-pk")


def _photos_of(reports: Any) -> Any:
    ids = reports.order_by().annotate(as_text=Cast("pk", models.CharField(max_length=40))).values("as_text")
    return Photo.objects.standing().filter(owner_type="fieldwork.fieldreport", owner_id__in=ids)


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | str | type(None)) else str(value)
