"""Movements, the yearly plans of steering committees, their fields, targets, criteria and calendar."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kheo.directives.models import Directive
from kheo.files.models import Attachment
from kheo.lib.periods import BEGINNING, FOREVER, today
from kheo.units.models import Function, Line, Unit
from kheo.units.reach import ScopedQuerySet


class Movement(models.Model):
    """An emulation movement (phong trào thi đua), such as "Dân vận khéo"."""

    name = models.CharField(_("name"), max_length=300)
    code = models.SlugField(max_length=40, unique=True)
    # What Luật Thi đua, khen thưởng 2022, Art. 17 expects of a movement before it is launched.
    objective = models.TextField(_("objective"), blank=True)
    scope_text = models.TextField(_("scope"), blank=True)
    participants = models.TextField(_("participants"), blank=True)
    launched_by = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="movements"
    )
    launched_on = models.DateField(_("launched on"), null=True, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    sample = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class Mandate(models.Model):
    """That a steering committee runs a movement, from one day to another (one may run several)."""

    committee = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="mandates")
    movement = models.ForeignKey(Movement, on_delete=models.PROTECT, related_name="mandates")
    valid_from = models.DateField(default=BEGINNING)
    valid_to = models.DateField(default=FOREVER)
    decision = models.CharField(_("decision"), max_length=120, blank=True)

    def __str__(self) -> str:
        return f"{self.committee}: {self.movement}"


class Field(models.Model):
    """A field of work (lĩnh vực). Editable: some provinces use four, others five."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    # Initiatives in such a field stay internal unless somebody decides otherwise.
    internal_by_default = models.BooleanField(default=False)
    order = models.PositiveSmallIntegerField(default=0)
    valid_from = models.DateField(default=BEGINNING)
    valid_to = models.DateField(default=FOREVER)

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.name


class PlanQuerySet(ScopedQuerySet):
    scope_unit = "committee"
    scope_area = "committee__area"

    def in_force(self) -> "PlanQuerySet":
        return self.filter(state=Plan.State.APPROVED)

    def current(self, movement: Movement, year: int) -> "PlanQuerySet":
        return self.in_force().filter(movement=movement, year=year)


class Plan(models.Model):
    """One committee's plan for one year of a movement. Once approved it changes only by a new version."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        APPROVED = "approved", _("approved")
        REPLACED = "replaced", _("replaced by a newer version")
        WITHDRAWN = "withdrawn", _("withdrawn")

    movement = models.ForeignKey(Movement, on_delete=models.PROTECT, related_name="plans")
    committee = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="plans", verbose_name=_("committee")
    )
    year = models.PositiveSmallIntegerField(_("year"))
    version = models.PositiveSmallIntegerField(default=1)
    replaces = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    theme = models.CharField(_("theme"), max_length=300, blank=True)
    content = models.TextField(_("content"), blank=True)
    basis = models.ManyToManyField(Directive, blank=True, related_name="plans", verbose_name=_("basis"))
    budget_vnd = models.BigIntegerField(_("budget (đồng)"), null=True, blank=True)
    # As signed on paper; the clerk gives the number.
    number = models.CharField(_("number"), max_length=60, blank=True)
    signed_on = models.DateField(_("signed on"), null=True, blank=True)
    signer = models.CharField(_("signed by"), max_length=120, blank=True)
    signed_file = models.ForeignKey(
        Attachment, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    change_reason = models.TextField(_("reason of the change"), blank=True)
    sample = models.BooleanField(default=False)

    objects = PlanQuerySet.as_manager()

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

    def registration_open(self, on: date | None = None) -> bool:
        """Whether the plan's registration window holds the day (a plan without a window is always open)."""
        on = on or today()
        windows = self.calendar.filter(kind=CalendarEntry.Kind.REGISTRATION)
        return not windows.exists() or windows.filter(opens__lte=on, closes__gte=on).exists()


class PlanField(models.Model):
    """A field the plan has chosen, with its content for the year."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="chosen_fields")
    field = models.ForeignKey(Field, on_delete=models.PROTECT)
    content = models.TextField(_("content"), blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "field"], name="plan_field_once")]

    def __str__(self) -> str:
        return str(self.field)


class PlanTask(models.Model):
    """A line of the plan's task table: who does what, with which product, by when."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="tasks")
    text = models.TextField(_("task"))
    lead = models.CharField(_("who leads"), max_length=300)
    lead_function = models.ForeignKey(
        Function, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    product = models.CharField(_("product"), max_length=300, blank=True)
    due_on = models.DateField(_("due on"), null=True, blank=True)
    cadence = models.CharField(_("how often"), max_length=60, blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.text[:80]


class Target(models.Model):
    """A target of the plan (chỉ tiêu), for all or as a quota for one unit or one line (chỉ tiêu giao)."""

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="targets")
    name = models.CharField(_("target"), max_length=200)
    # The tally measure it is held against, if one counts it.
    measure = models.CharField(max_length=40, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="quotas")
    line = models.CharField(max_length=20, choices=Line.choices, blank=True)
    level = models.CharField(max_length=12, blank=True)
    amount = models.BigIntegerField(_("amount"))
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return f"{self.name}: {self.amount}"


class CriteriaSet(models.Model):
    """A written set of criteria: pass/fail or points, for one kind of subject, versioned."""

    class Mode(models.TextChoices):
        CHECKLIST = "checklist", _("pass or fail")
        POINTS = "points", _("points")
        GROUNDS = "grounds", _("grounds for revocation")

    class Subject(models.TextChoices):
        ANY = "any", _("any")
        COLLECTIVE = "collective", _("collective")
        HOUSEHOLD = "household", _("household")
        PERSON = "person", _("person")
        AGENCY = "agency", _("agency")

    plan = models.ForeignKey(
        Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="criteria_sets"
    )
    # Who wrote it, in words: reference sets come from other provinces.
    issuer = models.CharField(_("issued by"), max_length=300)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    name = models.CharField(_("name"), max_length=300)
    mode = models.CharField(_("mode"), max_length=10, choices=Mode.choices, default=Mode.CHECKLIST)
    subject = models.CharField(_("applies to"), max_length=12, choices=Subject.choices, default=Subject.ANY)
    applies_to = models.CharField(max_length=400, blank=True)
    rule = models.TextField(_("when it is met"), blank=True)
    # [{"name": "Tốt", "from": 8000}]: hundredths of a point, highest first.
    bands = models.JSONField(default=list, blank=True)
    version = models.PositiveSmallIntegerField(default=1)
    copied_from = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="copies"
    )
    completeness = models.CharField(max_length=200, blank=True)
    source_url = models.URLField(max_length=500, blank=True)
    # A published set of elsewhere, kept to read and copy from; never in force here.
    reference = models.BooleanField(default=False)
    sample = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name


class Criterion(models.Model):
    """One criterion, or a group of them (criteria nest)."""

    set = models.ForeignKey(CriteriaSet, on_delete=models.PROTECT, related_name="criteria")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="parts")
    text = models.TextField(_("criterion"))
    # Hundredths of a point; NULL where the source gives none.
    max_points = models.IntegerField(_("most points"), null=True, blank=True)
    disqualifies = models.BooleanField(_("disqualifies when not met"), default=False)
    note = models.TextField(blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.text[:80]


class CalendarEntry(models.Model):
    """A date of the plan: the registration window, a report period, a review."""

    class Kind(models.TextChoices):
        REGISTRATION = "registration", _("registration")
        REPORT = "report", _("periodic report")
        REVIEW = "review", _("review")
        INSPECTION = "inspection", _("inspection")

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="calendar")
    kind = models.CharField(_("kind"), max_length=14, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=120)
    opens = models.DateField(_("from"))
    closes = models.DateField(_("until"))
    # For a report: the span it tells of.
    period_first = models.DateField(null=True, blank=True)
    period_last = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["opens", "pk"]

    def __str__(self) -> str:
        return self.name


class FormField(models.Model):
    """Which fields the plan's registration form asks for, and when: always, or only when proposed upward."""

    class Asked(models.TextChoices):
        ALWAYS = "always", _("always")
        UPWARD = "upward", _("when proposed upward")
        NEVER = "never", _("never")

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="form_fields")
    name = models.CharField(max_length=40)
    asked = models.CharField(max_length=8, choices=Asked.choices)
    required = models.BooleanField(default=False)
    example = models.CharField(max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "name"], name="form_field_once")]

    def __str__(self) -> str:
        return self.name


def current_movement() -> Movement | None:
    """The movement shown when none is chosen: the one launched last that has not ended."""
    return Movement.objects.filter(ended_on__isnull=True).order_by("-launched_on", "pk").first()
