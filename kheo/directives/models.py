"""What was ordered (văn bản chỉ đạo): directives, their assignments, and the answers to them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from kheo.files.models import Attachment
from kheo.lib.vietnamese import fold
from kheo.units.models import Function, Level, Post, Unit
from kheo.units.reach import ScopedQuerySet


class DirectiveQuerySet(ScopedQuerySet):
    # Who entered it sees it; the bodies asked see it through their duties (see `visible_to`).
    scope_unit = "entered_for"
    scope_area = "entered_for__area"


class Directive(models.Model):
    """A document that orders or guides: directive, plan, guidance, letter, conclusion notice."""

    class State(models.TextChoices):
        READ = "read", _("read, waiting for confirmation")
        CONFIRMED = "confirmed", _("confirmed")
        WITHDRAWN = "withdrawn", _("withdrawn")

    # As printed; never a key: the same number recurs every term and at every level.
    number = models.CharField(_("number"), max_length=60, blank=True)
    number_key = models.CharField(max_length=60, db_index=True, blank=True, editable=False)
    doc_type = models.CharField(_("type"), max_length=60, blank=True)
    issuer_text = models.CharField(_("issuer as written"), max_length=300, blank=True)
    issuer = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="issued_directives"
    )
    issued_on = models.DateField(_("issued on"), null=True, blank=True)
    effective_on = models.DateField(_("in effect from"), null=True, blank=True)
    title = models.TextField(_("title"), blank=True)
    summary = models.TextField(blank=True)
    text = models.TextField(_("text"), blank=True)
    # What the reader found, with spans, confidence and reasons; what the person confirmed is in the rows.
    reading = models.JSONField(default=dict, blank=True)
    file = models.ForeignKey(Attachment, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.READ)
    # An implementing document (plan, guidance) hangs under the one it implements.
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="implementing"
    )
    # What continued or replaced it, and from when.
    continued_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="continues"
    )
    replaced_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaces"
    )
    # "Lưu hành nội bộ": never public.
    internal = models.BooleanField(default=False)
    entered_for = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="entered_directives")
    entered_by = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField(auto_now_add=True)
    source = models.TextField(_("source"), blank=True)
    sample = models.BooleanField(default=False)

    objects = DirectiveQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.doc_type} {self.number}".strip() or self.title[:80]

    def save(self, *args, **kwargs) -> None:  # type: ignore[no-untyped-def]
        self.number_key = fold(self.number).replace(" ", "").upper()[:60]
        super().save(*args, **kwargs)


class Reference(models.Model):
    """A document that a directive names."""

    directive = models.ForeignKey(Directive, on_delete=models.PROTECT, related_name="references")
    number = models.CharField(max_length=60, blank=True)
    doc_type = models.CharField(max_length=60, blank=True)
    issuer_text = models.CharField(max_length=300, blank=True)
    issued_on = models.DateField(null=True, blank=True)
    title = models.TextField(blank=True)
    written = models.TextField(blank=True)
    # The document itself, where Kheo holds it.
    target = models.ForeignKey(
        Directive, on_delete=models.PROTECT, null=True, blank=True, related_name="cited_by"
    )
    start = models.IntegerField(null=True)
    end = models.IntegerField(null=True)

    def __str__(self) -> str:
        return self.written or self.number


class Assignment(models.Model):
    """A task that a directive gives: to whom (as written, and the function meant), what, by when."""

    directive = models.ForeignKey(Directive, on_delete=models.PROTECT, related_name="assignments")
    order = models.PositiveSmallIntegerField(default=0)
    text = models.TextField(_("task"))
    # "Where no deadline is set": thường xuyên, answered each period and never late.
    due_on = models.DateField(_("due on"), null=True, blank=True)
    due_text = models.CharField(_("deadline as written"), max_length=200, blank=True)
    cadence = models.CharField(_("how often"), max_length=60, blank=True)
    product = models.CharField(_("product"), max_length=300, blank=True)
    # The task of the parent document which this one gives a product and a deadline.
    details = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="detailed_by"
    )
    start = models.IntegerField(null=True)
    end = models.IntegerField(null=True)
    confidence = models.FloatField(default=1.0)
    reason = models.CharField(max_length=300, blank=True)
    withdrawn = models.BooleanField(default=False)

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.text[:100]

    @property
    def is_standing(self) -> bool:
        """Without a deadline a task is "thường xuyên"."""
        return self.due_on is None


class Addressee(models.Model):
    """A body that an assignment names: as written, the function and level meant, its part in the task."""

    class Part(models.TextChoices):
        LEAD = "lead", _("leads")
        COOPERATE = "cooperate", _("cooperates")
        FOLLOW_UP = "follow_up", _("follows up")

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="addressees")
    written = models.CharField(_("body as written"), max_length=300)
    function = models.ForeignKey(Function, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Empty: every level ("các cấp").
    level = models.CharField(max_length=12, choices=Level.choices, blank=True)
    part = models.CharField(max_length=10, choices=Part.choices, default=Part.LEAD)

    def __str__(self) -> str:
        return self.written


class DutyQuerySet(ScopedQuerySet):
    scope_unit = "unit"
    scope_area = "unit__area"


class Duty(models.Model):
    """An assignment given to one concrete unit by the cascade."""

    class State(models.TextChoices):
        GIVEN = "given", _("given")
        RECEIVED = "received", _("received")
        ANSWERED = "answered", _("answered")
        ACCEPTED = "accepted", _("accepted")
        RETURNED = "returned", _("returned")
        DECLINED = "declined", _("said not to be ours")

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="duties")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="duties_given")
    part = models.CharField(max_length=10, choices=Addressee.Part.choices, default=Addressee.Part.LEAD)
    given_on = models.DateField()
    due_on = models.DateField(null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.GIVEN)
    sample = models.BooleanField(default=False)

    objects = DutyQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assignment", "unit", "part"], name="duty_once"),
        ]
        indexes = [models.Index(fields=["unit", "state"], name="duty_unit_state")]

    def __str__(self) -> str:
        return f"{self.unit}: {self.assignment}"


class Reply(models.Model):
    """A unit's answer to a duty: received, made known (quán triệt), status, results; one row a sending."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", _("waiting for the superior")
        ACCEPTED = "accepted", _("accepted")
        RETURNED = "returned", _("returned")
        SUPERSEDED = "superseded", _("replaced by a newer answer")

    class Status(models.TextChoices):
        NOT_STARTED = "not_started", _("not started")
        UNDER_WAY = "under_way", _("under way")
        DONE = "done", _("done")
        NOT_OURS = "not_ours", _("not our responsibility")

    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="replies")
    period = models.CharField(_("period"), max_length=20, blank=True)
    received_by = models.CharField(_("received by"), max_length=120, blank=True)
    received_on = models.DateField(_("received on"), null=True, blank=True)
    # Quán triệt: making the directive known inside the body.
    studied_on = models.DateField(_("made known on"), null=True, blank=True)
    studied_how = models.CharField(_("how it was made known"), max_length=200, blank=True)
    studied_by_count = models.PositiveIntegerField(_("number attending"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=12, choices=Status.choices, default=Status.UNDER_WAY)
    results = models.TextField(_("results"), blank=True)
    difficulties = models.TextField(_("difficulties"), blank=True)
    proposals = models.TextField(_("proposals"), blank=True)
    implementing = models.ForeignKey(
        Directive, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    file = models.ForeignKey(Attachment, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.WAITING)
    sent_by = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.TextField(blank=True)
    sample = models.BooleanField(default=False)

    class Meta:
        ordering = ["-sent_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.duty}: {self.get_status_display()}"
