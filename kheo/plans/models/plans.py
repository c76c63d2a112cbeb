"""The yearly plan of a steering committee: drafted in sections, approved once, replaced by versions."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from django.db import models, transaction
from django.db.models import F, Max, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from kheo.audit.models import Entry, record
from kheo.directives.models import Assignment, Directive
from kheo.files.models import Attachment
from kheo.lib import formats
from kheo.lib.periods import Period, today
from kheo.lib.refusals import FasterColleague, Refused, was_faster
from kheo.lib.vietnamese import nfc
from kheo.papers.kinds import Given
from kheo.papers.models import keep_signed, settle
from kheo.plans.acting import DECIDE, WRITE, acts_for, hides_sample, require, waiting_at
from kheo.plans.form_fields import BY_NAME, FORM_FIELDS
from kheo.plans.told import fingerprint, gone_and_new
from kheo.search import index
from kheo.units.models import Function, Level, Line, Post, Unit
from kheo.units.reach import ScopedQuerySet, posts_of, scope

from .movements import Field, Movement


class PlanQuerySet(ScopedQuerySet):
    scope_unit = "committee"
    scope_area = "committee__area"

    def visible_to(self, who: Any) -> "PlanQuerySet":
        """Those of committees within reach, and settled ones of the committees above one's own place."""
        areas: set[str] = set()
        for post in posts_of(who):
            areas.update(_at_and_above(post.unit.area.path_now))
        if not areas:
            return self.none()
        reached = scope(Plan._base_manager.all(), who, unit=self.scope_unit, area=self.scope_area)
        settled = [Plan.State.APPROVED, Plan.State.REPLACED]
        above = Plan._base_manager.filter(state__in=settled, committee__area__path_now__in=areas)
        seen = self.filter(sample=False) if hides_sample(who) else self
        return seen.filter(pk__in=reached.order_by().values("pk").union(above.order_by().values("pk")))

    def in_force(self) -> "PlanQuerySet":
        return self.filter(state=Plan.State.APPROVED)

    def current(self, movement: Movement, year: int) -> "PlanQuerySet":
        return self.in_force().filter(movement=movement, year=year)

    def directing(self, unit: Unit) -> "PlanQuerySet":
        """In force, of the committees at the unit's place and above it: what this body works by."""
        return self.in_force().filter(committee__area__path_now__in=_at_and_above(unit.area.path_now))

    def waiting_for(self, post: Post) -> "PlanQuerySet":
        """Drafts handed in for approval to the bodies this post decides for."""
        return self.filter(waiting_at(post), state=Plan.State.DRAFT, submitted_at__isnull=False)

    def start(self, committee: Unit, movement: Movement, year: int, *, by: Post) -> "Plan":
        """Begin the committee's draft for a year."""
        require(by, committee, *WRITE)
        with transaction.atomic():
            # The committee's row is the lock: two people who begin at once make one draft.
            Unit.objects.select_for_update().get(pk=committee.pk)
            if not movement.mandated().filter(committee=committee).exists():
                raise Refused(
                    _("%(committee)s does not run this movement. Enter its mandate on the movement's page.")
                    % {"committee": committee}
                )
            made = self.filter(committee=committee, movement=movement, year=year)
            if made.filter(state=Plan.State.DRAFT).exists():
                raise Refused(
                    _("There is already a draft for %(year)d. Go on with it in the list.") % {"year": year}
                )
            if made.filter(state=Plan.State.APPROVED).exists():
                raise Refused(
                    _("A plan for %(year)d is already in force. Open it and make a new version.")
                    % {"year": year}
                )
            last = made.aggregate(last=Max("version"))["last"] or 0
            plan: Plan = Plan.objects.create(
                committee=committee,
                movement=movement,
                year=year,
                version=last + 1,
                sample=committee.sample or movement.sample,
            )
            record(plan, "drafted", by=by)
        return plan


def _at_and_above(path: str) -> list[str]:
    return [path[: end + 1] for end, letter in enumerate(path) if letter == "/"]


class Plan(models.Model):
    """One committee's plan for one year of a movement. Once approved it changes only by a new version."""

    class State(models.TextChoices):
        DRAFT = "draft", gettext_lazy("draft")
        APPROVED = "approved", pgettext_lazy("state of a plan", "in force")
        REPLACED = "replaced", gettext_lazy("replaced by a newer version")
        WITHDRAWN = "withdrawn", gettext_lazy("withdrawn")

    movement = models.ForeignKey(Movement, on_delete=models.PROTECT, related_name="plans")
    committee = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="plans", verbose_name=gettext_lazy("committee")
    )
    year = models.PositiveSmallIntegerField(gettext_lazy("year"))
    version = models.PositiveSmallIntegerField(default=1)
    replaces = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    theme = models.CharField(gettext_lazy("theme"), max_length=300, blank=True)
    objective = models.TextField(gettext_lazy("objective and requirements"), blank=True)
    participants = models.TextField(gettext_lazy("scope and who takes part"), blank=True)
    content = models.TextField(gettext_lazy("content"), blank=True)
    methods = models.TextField(gettext_lazy("how it is carried out"), blank=True)
    basis = models.ManyToManyField(
        Directive, blank=True, related_name="plans", verbose_name=gettext_lazy("basis")
    )
    basis_text = models.TextField(gettext_lazy("other basis"), blank=True)
    budget_vnd = models.BigIntegerField(gettext_lazy("budget (đồng)"), null=True, blank=True)
    budget_note = models.TextField(gettext_lazy("sources of the budget"), blank=True)
    # When its writers handed it in for approval.
    submitted_at = models.DateTimeField(null=True, blank=True)
    # As signed on paper; the clerk gives the number.
    number = models.CharField(gettext_lazy("number"), max_length=60, blank=True)
    signed_on = models.DateField(gettext_lazy("signed on"), null=True, blank=True)
    signer = models.CharField(gettext_lazy("signed by"), max_length=120, blank=True)
    signed_file = models.ForeignKey(
        Attachment, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Decided on paper and recorded here as it is, rather than approved here.
    on_paper = models.BooleanField(default=False)
    change_reason = models.TextField(gettext_lazy("reason of the change"), blank=True)
    sample = models.BooleanField(default=False)

    objects = PlanQuerySet.as_manager()

    ABOUT = (
        "theme", "objective", "participants", "content", "methods", "basis_text", "budget_vnd", "budget_note",
    )  # fmt: skip
    SECTIONS = ("about", "fields", "tasks", "targets", "calendar", "form")

    class Meta:
        ordering = ["-year", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["movement", "committee", "year", "version"], name="plan_version_once"
            ),
            models.UniqueConstraint(
                fields=["movement", "committee", "year"],
                condition=Q(state="approved"),
                name="one_plan_in_force",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.movement} {self.year}, {self.committee}"

    @property
    def journal_unit_id(self) -> int:
        return self.committee_id

    @property
    def is_draft(self) -> bool:
        return self.state == self.State.DRAFT

    @property
    def sign(self) -> tuple[str, str]:
        """The state in words, and the tone it is shown in."""
        if self.is_draft and self.submitted_at:
            return _("waiting for approval"), "wait"
        tones = {self.State.DRAFT: "info", self.State.APPROVED: "ok"}
        return self.get_state_display(), tones.get(self.State(self.state), "off")

    @property
    def cited(self) -> str:
        """As one cites it: "Kế hoạch 12-KH/BCĐ ngày 15/01/2026", as far as number and date are known."""
        words = [_("Plan"), self.number]
        if self.signed_on:
            words.append(_("of %s") % formats.short_date(self.signed_on))
        return " ".join(word for word in words if word)

    def registration_open(self, on: date | None = None) -> bool:
        """Whether the plan's registration window holds the day (a plan without a window is always open)."""
        on = on or today()
        windows = self.calendar.filter(kind=CalendarEntry.Kind.REGISTRATION)
        return not windows.exists() or windows.filter(opens__lte=on, closes__gte=on).exists()

    def may_be_seen_by(self, user: Any) -> bool:
        return Plan.objects.visible_to(user).filter(pk=self.pk).exists()

    def may_be_written_by(self, post: Post | None) -> bool:
        return acts_for(post, self.committee, *WRITE)

    def may_be_decided_by(self, post: Post | None) -> bool:
        return acts_for(post, self.committee, *DECIDE)

    def lacks(self) -> list[Any]:
        """What the law expects of a plan of its year and this one lacks (`law.Lack`: sentence and basis)."""
        from kheo.plans import law

        return law.lacks(self)

    def tasks_left(self, directive: Directive) -> list[Assignment]:
        """The assignments of a document on which the plan rests that are not yet in its task table."""
        taken = self.tasks.exclude(assignment=None).values_list("assignment", flat=True)
        return list(
            directive.assignments.filter(withdrawn=False)
            .exclude(pk__in=list(taken))
            .prefetch_related("addressees__function")
            .order_by("order", "pk")
        )

    # Its parts in words

    def lines(self, section: str) -> list[str]:
        """One section in lines of words, for the journal, for comparing, and to see whether it changed."""
        told: dict[str, Callable[[], Iterable[Any]]] = {
            "about": self._about_lines,
            "fields": lambda: (
                f"{each.field}: {each.content}" for each in self.chosen_fields.select_related("field")
            ),
            "tasks": lambda: (each.line for each in self.tasks.all()),
            "targets": lambda: (each.told for each in self.targets.select_related("unit")),
            "calendar": lambda: (each.line for each in self.calendar.all()),
            "form": lambda: (each.line for each in self.form_fields.order_by("pk")),
            "criteria": lambda: (line for each in self.criteria_sets.all() for line in each.lines()),
        }
        return list(told[section]())

    def _about_lines(self) -> Iterable[str]:
        for name in self.ABOUT:
            value = getattr(self, name)
            if value not in ("", None):
                label = self._meta.get_field(name).verbose_name  # type: ignore[union-attr]
                yield f"{label}: {formats.number(value) if isinstance(value, int) else value}"
        basis = _("basis")
        yield from (f"{basis}: {each}" for each in self.basis.order_by("issued_on", "pk"))

    # Verbs on a draft

    def describe(self, by: Post, words: dict[str, Any], basis: Iterable[Directive], seen: str = "") -> None:
        """Its theme, objective, content, ways, budget; and the documents it rests on."""

        def write() -> None:
            for name in self.ABOUT:
                if name in words:
                    value = words[name]
                    setattr(self, name, nfc(value) if isinstance(value, str) else value)
            self.save(update_fields=list(self.ABOUT))
            self.basis.set(basis)

        self._write("about", by, write, seen)

    def choose_fields(self, by: Post, contents: dict[Field, str], seen: str = "") -> None:
        """The fields it chooses for the year, each with its content."""

        def write() -> None:
            own = {each.field_id: each for each in self.chosen_fields.all()}
            for field, content in contents.items():
                row = own.pop(field.pk, None) or PlanField(plan=self, field=field)
                row.content = nfc(content)
                row.save()
            self.chosen_fields.filter(field__in=list(own)).delete()

        self._write("fields", by, write, seen)

    def write_tasks(self, by: Post, rows: Sequence[dict[str, Any]], seen: str = "") -> None:
        """Its task table: `text`, `lead`, `lead_function`, `product`, `due_on`, `cadence`, `assignment`."""
        self._write("tasks", by, lambda: self._replant(PlanTask, self.tasks, rows), seen)

    def write_targets(self, by: Post, rows: Sequence[dict[str, Any]], seen: str = "") -> None:
        """Its targets: `name`, `amount`, `measure`, `line`, `level`. Quotas of one taken out go too."""

        def write() -> None:
            whole = self.targets.filter(part_of=None)
            kept = [row["pk"] for row in rows if row.get("pk")]
            self.targets.filter(part_of__in=whole.exclude(pk__in=kept).values("pk")).delete()
            self._replant(Target, whole, rows)
            for target in whole:
                target.quotas.update(name=target.name, measure=target.measure)

        self._write("targets", by, write, seen)

    def write_quotas(self, by: Post, target: "Target", amounts: dict[Unit, int], seen: str = "") -> None:
        """What each unit is to contribute to a target; units left out have no quota."""
        if target.plan_id != self.pk or target.part_of_id:
            raise Refused(_("Quotas are given under a target of this plan."))

        def write() -> None:
            own = {each.unit_id: each for each in target.quotas.all()}
            for order, (unit, amount) in enumerate(amounts.items()):
                row = own.pop(unit.pk, None) or Target(plan=self, part_of=target, unit=unit)
                row.name, row.measure, row.amount, row.order = target.name, target.measure, amount, order
                row.save()
            target.quotas.filter(unit__in=list(own)).delete()

        self._write("targets", by, write, seen)

    def write_calendar(self, by: Post, rows: Sequence[dict[str, Any]], seen: str = "") -> None:
        """Its dates: `kind`, `name`, `opens`, `closes`, and for a report the span it tells of."""
        self._write("calendar", by, lambda: self._replant(CalendarEntry, self.calendar, rows), seen)

    def write_form(self, by: Post, rows: Sequence[dict[str, Any]], seen: str = "") -> None:
        """The registration form: for each field of `form_fields`, when it is asked. No rows: as shipped."""

        def write() -> None:
            own = {each.name: each for each in self.form_fields.all()}
            for row in rows:
                if row["name"] not in BY_NAME:
                    continue
                each = own.pop(row["name"], None) or FormField(plan=self, name=row["name"])
                each.asked, each.example = row["asked"], nfc(row.get("example") or "")
                each.required = bool(row.get("required")) and row["asked"] != FormField.Asked.NEVER
                each.save()
            self.form_fields.filter(name__in=list(own)).delete()

        self._write("form", by, write, seen)

    def copy_from(self, other: "Plan", by: Post, sections: Iterable[str] | None = None) -> None:
        """Take over the sections of last year's plan or the superior's, to be changed here."""
        from kheo.plans import copying

        with transaction.atomic():
            self.claim_draft(by)
            copying.take_over(self, other, [*self.SECTIONS, "criteria"] if sections is None else sections)
            record(self, "copied", by=by, changes={"copied_from": ["", str(other)]})

    def submit(self, by: Post) -> None:
        """Hand the draft in for approval."""
        with transaction.atomic():
            self.claim_draft(by)
            now = timezone.now()
            Plan.objects.filter(pk=self.pk).update(submitted_at=now)
            self.submitted_at = now
            record(self, "submitted", by=by)

    def give_back(self, by: Post, reason: str) -> None:
        """The head wants changes before approving."""
        require(by, self.committee, *DECIDE)
        if not reason.strip():
            raise Refused(_("Say what is to be changed."))
        with transaction.atomic():
            waiting = Plan.objects.filter(pk=self.pk, state=self.State.DRAFT, submitted_at__isnull=False)
            if waiting.update(submitted_at=None) != 1:
                raise FasterColleague(self._who_was_faster())
            self.submitted_at = None
            record(self, "returned", by=by, reason=nfc(reason))

    @property
    def given_back(self) -> Entry | None:
        """The entry that says why the draft came back, while it has not been handed in again."""
        if not self.is_draft or self.submitted_at is not None:
            return None
        told = Entry.objects.about(self).filter(verb__in=["submitted", "returned"])
        last = told.select_related("user").order_by("-at", "-pk").first()
        return last if last is not None and last.verb == "returned" else None

    # Verbs that settle it

    def approve(self, by: Post) -> None:
        """From here on it is in force, and the version before it no longer is."""
        require(by, self.committee, *DECIDE)
        with transaction.atomic():
            self._take_force(by)
            record(self, "approved", by=by)

    def record_as_signed(
        self,
        *,
        number: str,
        signed_on: date,
        signer: str,
        file: Attachment | None = None,
        by: Post,
    ) -> None:
        """It was decided on paper: it is recorded as it is, whatever it lacks."""
        require(by, self.committee, *WRITE)
        self._check_signature(number, signed_on, signer)
        with transaction.atomic():
            self._take_force(by, on_paper=True)
            self._put_signature(number, signed_on, signer, file, by)
            record(self, "recorded_as_signed", by=by, changes={"number": ["", self.number]})

    def add_signature(
        self, *, number: str, signed_on: date, signer: str, file: Attachment | None = None, by: Post
    ) -> None:
        """The paper has come back signed: what the clerk gave it. Each of these is entered once."""
        require(by, self.committee, *WRITE)
        self._check_signature(number, signed_on, signer)
        with transaction.atomic():
            open_still = Q(number="") | Q(signed_file=None) if file else Q(number="")
            found = Plan.objects.filter(open_still, pk=self.pk, state=self.State.APPROVED)
            if found.update(state=self.State.APPROVED) != 1:
                raise FasterColleague(
                    _("Number and date of this plan have already been entered, or it is not in force.")
                )
            self.refresh_from_db()
            if self.number:
                number, signed_on, signer = self.number, self.signed_on or signed_on, self.signer
            self._put_signature(number, signed_on, signer, file, by)
            record(self, "signature_added", by=by, changes={"number": ["", self.number]})

    def correct_signature(self, *, number: str, signed_on: date, signer: str, by: Post, reason: str) -> None:
        """The clerk mistyped what the paper says: the plan follows. Inside the paper's transaction."""
        values = {"number": number, "signed_on": signed_on, "signer": signer}
        Plan.objects.filter(pk=self.pk).update(**values)
        record(self, "number_corrected", by=by, changes={"number": [self.number, number]}, reason=reason)
        for name, value in values.items():
            setattr(self, name, value)
        index.update(self)

    def new_version(self, by: Post, reason: str) -> "Plan":
        """A draft with everything in this plan, to be changed; until its approval this one stays in force."""
        from kheo.plans import copying

        require(by, self.committee, *WRITE)
        if not reason.strip():
            raise Refused(_("Say why the plan is changed."))
        with transaction.atomic():
            # The committee's row is the lock: two people who begin at once make one draft.
            Unit.objects.select_for_update().get(pk=self.committee_id)
            year = Plan.objects.filter(committee=self.committee, movement=self.movement, year=self.year)
            if not year.filter(pk=self.pk, state=self.State.APPROVED).exists():
                raise Refused(_("Only a plan in force gets a new version."))
            if year.filter(state=self.State.DRAFT).exists():
                raise Refused(_("There is already a draft of a new version. Go on with it in the list."))
            plan = Plan.objects.create(
                movement=self.movement,
                committee=self.committee,
                year=self.year,
                version=(year.aggregate(last=Max("version"))["last"] or 0) + 1,
                replaces=self,
                change_reason=nfc(reason),
                sample=self.sample,
            )
            copying.take_over(plan, self, [*self.SECTIONS, "criteria"])
            record(
                plan,
                "version_begun",
                by=by,
                changes={"version": [self.version, plan.version]},
                reason=nfc(reason),
            )
        return plan

    def withdraw(self, by: Post, reason: str) -> None:
        """A draft given up, or a plan taken back by who decided it. Nothing is deleted."""
        before = self.state
        require(by, self.committee, *(WRITE if before == self.State.DRAFT else DECIDE))
        if before not in (self.State.DRAFT, self.State.APPROVED):
            raise Refused(_("This version is no longer in force; there is nothing to withdraw."))
        if not reason.strip():
            raise Refused(_("Say why the plan is withdrawn."))
        with transaction.atomic():
            self._step(self.State(before), self.State.WITHDRAWN, by, reason)
            index.update(self)
            record(self, "withdrawn", by=by, reason=nfc(reason))

    # How the verbs do it

    def claim_draft(self, by: Post) -> None:
        """Hold the row while a draft is written; refused once it is settled. Call inside a transaction."""
        require(by, self.committee, *WRITE)
        if Plan.objects.filter(pk=self.pk, state=self.State.DRAFT).update(version=F("version")) == 1:
            return
        self.refresh_from_db(fields=["state"])
        if self.state == self.State.APPROVED:
            raise FasterColleague(
                _("This plan is already in force. It changes only by a new version with a reason.")
            )
        raise FasterColleague(self._who_was_faster())

    def _write(self, section: str, by: Post, write: Callable[[], None], seen: str) -> None:
        with transaction.atomic():
            self.claim_draft(by)
            before = (
                self.lines(section) if section != "about" else Plan.objects.get(pk=self.pk).lines("about")
            )
            if seen and seen != fingerprint(before):
                raise FasterColleague(
                    _("Somebody else has saved this meanwhile. Compare with the page, then save again.")
                )
            write()
            if changes := gone_and_new(before, self.lines(section)):
                record(self, "section_changed", by=by, changes={section: changes})

    def _replant(self, model: Any, manager: Any, rows: Sequence[dict[str, Any]]) -> None:
        """Make the rows of a part what is given, in this order: known ones (by `pk`) changed, others gone."""
        own = {each.pk: each for each in manager.all()}
        kept = [row["pk"] for row in rows if row.get("pk") in own]
        model.objects.filter(pk__in=set(own) - set(kept)).delete()
        for order, row in enumerate(rows):
            each = own.get(row.get("pk") or 0) or model(plan=self)
            for name, value in row.items():
                if name != "pk":
                    setattr(each, name, nfc(value) if isinstance(value, str) else value)
            if hasattr(model, "order"):
                each.order = order
            each.save()

    def _take_force(self, by: Post, on_paper: bool = False) -> None:
        others = Plan.objects.filter(
            committee=self.committee, movement=self.movement, year=self.year, state=self.State.APPROVED
        ).exclude(pk=self.pk)
        # Claimed first: of two approvals at once the second finds no draft any more.
        mine = Plan.objects.filter(pk=self.pk, state=self.State.DRAFT)
        if mine.update(version=F("version")) != 1:
            raise FasterColleague(self._who_was_faster())
        for other in others:
            if other.pk != self.replaces_id:
                raise Refused(
                    _("Another plan of this committee is in force for %(year)d. Withdraw it first.")
                    % {"year": self.year}
                )
            other._step(self.State.APPROVED, self.State.REPLACED, by, self.change_reason)
            index.update(other)
        self._step(self.State.DRAFT, self.State.APPROVED, by, self.change_reason)
        if on_paper:
            Plan.objects.filter(pk=self.pk).update(on_paper=True)
            self.on_paper = True
        index.update(self)

    def _check_signature(self, number: str, signed_on: date, signer: str) -> None:
        if not number.strip() or not signer.strip():
            raise Refused(_("Enter the number of the paper and who signed it."))
        if signed_on > today():
            raise Refused(_("A paper cannot be signed in the future. Check the date."))

    def _put_signature(
        self, number: str, signed_on: date, signer: str, file: Attachment | None, by: Post
    ) -> None:
        self.number, self.signed_on, self.signer = nfc(number.strip()), signed_on, nfc(signer.strip())
        settle(self, Given(self.number, signed_on, self.signer), by=by)
        if file is not None:
            if not keep_signed(self, file, by=by):
                file.belong_to(self)
            self.signed_file = file
        self.save(update_fields=["number", "signed_on", "signer", "signed_file"])
        index.update(self)

    def _step(self, expected: "Plan.State", state: "Plan.State", by: Post, reason: str) -> None:
        if Plan.objects.filter(pk=self.pk, state=expected).update(state=state) != 1:
            raise FasterColleague(self._who_was_faster())
        self.state = state
        self.steps.create(state=state, by=by, reason=nfc(reason))

    def _who_was_faster(self) -> str:
        step = PlanStep.objects.filter(plan=self.pk).select_related("by__user").order_by("-pk").first()
        if step is None or step.by is None:
            return _("Somebody else has changed this plan in the meantime. Reload the page.")
        return was_faster(step.by.user, step.get_state_display(), step.at)


class PlanStep(models.Model):
    """That a plan reached a state: by whom, when and why."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="steps")
    state = models.CharField(max_length=10, choices=Plan.State.choices)
    by = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.plan}: {self.get_state_display()}"


class PlanField(models.Model):
    """A field the plan has chosen, with its content for the year."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="chosen_fields")
    field = models.ForeignKey(Field, on_delete=models.PROTECT)
    content = models.TextField(gettext_lazy("content"), blank=True)

    class Meta:
        ordering = ["field__order", "pk"]
        constraints = [models.UniqueConstraint(fields=["plan", "field"], name="plan_field_once")]

    def __str__(self) -> str:
        return str(self.field)


class PlanTask(models.Model):
    """A line of the plan's task table: who does what, with which product, by when."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="tasks")
    text = models.TextField(gettext_lazy("task"))
    lead = models.CharField(gettext_lazy("who leads"), max_length=300)
    lead_function = models.ForeignKey(
        Function, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    product = models.CharField(gettext_lazy("product"), max_length=300, blank=True)
    due_on = models.DateField(gettext_lazy("due on"), null=True, blank=True)
    cadence = models.CharField(gettext_lazy("how often"), max_length=60, blank=True)
    # The task of a directive it was taken over from.
    assignment = models.ForeignKey(
        Assignment, on_delete=models.PROTECT, null=True, blank=True, related_name="plan_tasks"
    )
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.text[:80]

    @property
    def line(self) -> str:
        when = formats.short_date(self.due_on) if self.due_on else self.cadence
        return " | ".join(part for part in (self.text, self.lead, self.product, when) if part)


class Target(models.Model):
    """A target of the plan (chỉ tiêu), for all or one line or level; or, under it, a unit's quota."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="targets")
    name = models.CharField(gettext_lazy("target"), max_length=200)
    # The tally measure it is held against, if one counts it.
    measure = models.CharField(gettext_lazy("counted as"), max_length=40, blank=True)
    # The target a quota (chỉ tiêu giao) is part of.
    part_of = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="quotas"
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="quotas")
    line = models.CharField(gettext_lazy("line"), max_length=20, choices=Line.choices, blank=True)
    level = models.CharField(gettext_lazy("level"), max_length=12, choices=Level.choices, blank=True)
    amount = models.BigIntegerField(gettext_lazy("amount"))
    order = models.PositiveSmallIntegerField(default=0)

    # The measures of `tallies`, above this room, that a target may be held against.
    MEASURES = (
        ("enrolled_new", gettext_lazy("New initiatives enrolled")),
        ("enrolled_continuing", gettext_lazy("Continuing initiatives enrolled")),
        ("recognised", gettext_lazy("Recognitions")),
        ("households", gettext_lazy("Households")),
        ("people", gettext_lazy("People taking part")),
    )

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return f"{self.name}: {self.amount}"

    @property
    def measure_told(self) -> str:
        return str(dict(self.MEASURES).get(self.measure, self.measure))

    @property
    def whom(self) -> str:
        """Whom it is for, in words; empty for all."""
        if self.unit_id:
            return str(self.unit)
        parts = (self.get_line_display() if self.line else "", self.get_level_display() if self.level else "")
        return ", ".join(str(part) for part in parts if part)

    @property
    def told(self) -> str:
        """In one line of words, for the journal and for comparing."""
        whom = f" ({self.whom})" if self.whom else ""
        return f"{self.name}{whom}: {formats.number(self.amount)}"


class CalendarEntryQuerySet(models.QuerySet["CalendarEntry"]):
    def open_on(self, day: date) -> "CalendarEntryQuerySet":
        return self.filter(opens__lte=day, closes__gte=day)


class CalendarEntry(models.Model):
    """A date of the plan: the registration window, a report period, a review."""

    class Kind(models.TextChoices):
        REGISTRATION = "registration", gettext_lazy("registration")
        REPORT = "report", gettext_lazy("periodic report")
        REVIEW = "review", gettext_lazy("review")
        INSPECTION = "inspection", gettext_lazy("inspection")

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="calendar")
    kind = models.CharField(gettext_lazy("kind"), max_length=14, choices=Kind.choices)
    name = models.CharField(gettext_lazy("name"), max_length=120)
    opens = models.DateField(gettext_lazy("from"))
    closes = models.DateField(gettext_lazy("until"))
    # For a report: the span it tells of.
    period_first = models.DateField(null=True, blank=True)
    period_last = models.DateField(null=True, blank=True)

    objects = CalendarEntryQuerySet.as_manager()

    class Meta:
        ordering = ["opens", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def is_open(self) -> bool:
        return self.opens <= today() <= self.closes

    @property
    def is_over(self) -> bool:
        return self.closes < today()

    @property
    def period(self) -> Period | None:
        """The span a report tells of."""
        return Period(self.period_first, self.period_last) if self.period_first and self.period_last else None

    @property
    def line(self) -> str:
        span = f"{formats.short_date(self.opens)}–{formats.short_date(self.closes)}"
        told = f" ({formats.period(self.period)})" if self.period else ""
        return f"{self.get_kind_display()}: {self.name}, {span}{told}"


class FormField(models.Model):
    """Which fields the plan's registration form asks for, and when: always, or only when proposed upward."""

    class Asked(models.TextChoices):
        ALWAYS = "always", gettext_lazy("always")
        UPWARD = "upward", gettext_lazy("when proposed upward")
        NEVER = "never", gettext_lazy("never")

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="form_fields")
    name = models.CharField(max_length=40)
    asked = models.CharField(max_length=8, choices=Asked.choices)
    required = models.BooleanField(default=False)
    example = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "name"], name="form_field_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        known = BY_NAME.get(self.name)
        return str(known.label) if known else self.name

    @property
    def line(self) -> str:
        must = ", " + _("must be answered") if self.required else ""
        example = f" ({self.example})" if self.example else ""
        return f"{self.label}: {self.get_asked_display()}{must}{example}"


def shipped_form() -> list[dict[str, Any]]:
    """The registration form where a plan says nothing, in the shape of `write_form`."""
    return [
        {"name": each.name, "asked": each.asked, "required": each.required, "example": ""}
        for each in FORM_FIELDS
    ]
