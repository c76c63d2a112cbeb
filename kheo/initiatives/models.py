"""Practices, the initiatives that carry them out at a place, and their yearly enrolments."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kheo.files.models import Attachment
from kheo.lib.periods import today
from kheo.lib.vietnamese import fold, sort_key
from kheo.places.models import Area
from kheo.plans.models import Field, Movement, Plan
from kheo.units.models import Level, Post, Unit
from kheo.units.reach import ScopedQuerySet


class Practice(models.Model):
    """A reusable way of doing it (cách làm), such as "Tiếng kẻng bình yên"; it may run at many places."""

    name = models.CharField(_("name"), max_length=300)
    folded = models.CharField(max_length=300, db_index=True, editable=False)
    sort_key = models.CharField(max_length=600, db_index=True, editable=False)
    description = models.TextField(_("how it is done"), blank=True)
    field = models.ForeignKey(Field, on_delete=models.PROTECT, null=True, blank=True)
    sample = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:  # type: ignore[no-untyped-def]
        self.folded, self.sort_key = fold(self.name)[:300], sort_key(self.name)[:600]
        super().save(*args, **kwargs)


class InitiativeQuerySet(ScopedQuerySet):
    scope_unit = "owner"
    scope_area = "area"

    def running(self) -> "InitiativeQuerySet":
        return self.filter(state=Initiative.State.RUNNING)


class Initiative(models.Model):
    """One practice carried out by one owner at one place (mô hình, điển hình)."""

    class Kind(models.TextChoices):
        MODEL = "model", _("model")
        EXEMPLAR = "exemplar", _("exemplar")

    class Subject(models.TextChoices):
        COLLECTIVE = "collective", _("collective")
        HOUSEHOLD = "household", _("household")
        PERSON = "person", _("person")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        RUNNING = "running", _("running")
        ENDED = "ended", _("ended")
        # Known from a published page only: neither accepted nor refused by anyone here.
        PUBLISHED = "published", _("known from a publication")

    practice = models.ForeignKey(
        Practice, on_delete=models.PROTECT, null=True, blank=True, related_name="initiatives"
    )
    movement = models.ForeignKey(Movement, on_delete=models.PROTECT, related_name="initiatives")
    name = models.CharField(_("name"), max_length=300)
    folded = models.CharField(max_length=300, db_index=True, editable=False)
    sort_key = models.CharField(max_length=600, db_index=True, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.MODEL)
    subject = models.CharField(
        _("subject"), max_length=10, choices=Subject.choices, default=Subject.COLLECTIVE
    )
    field = models.ForeignKey(Field, on_delete=models.PROTECT, verbose_name=_("field"))
    # The body that carries it out; where a publication names none, the body at whose place it was.
    owner = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="initiatives", verbose_name=_("led by")
    )
    owner_known = models.BooleanField(default=True)
    # Where: a hamlet or a commune; a district or the province where no more is known.
    area = models.ForeignKey(
        Area, on_delete=models.PROTECT, related_name="initiatives", verbose_name=_("place")
    )
    # The commune of `area`, in which it is counted; NULL means "chưa xác định".
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    goal = models.CharField(_("goal in one line"), max_length=500, blank=True)
    started_on = models.DateField(_("started on"), null=True, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    contact_name = models.CharField(_("contact"), max_length=120, blank=True)
    contact_phone = models.CharField(_("contact's phone"), max_length=20, blank=True)
    sample = models.BooleanField(default=False)
    # Where it is known from, if it was published before Kheo.
    source_url = models.CharField(max_length=600, blank=True)
    source_id = models.CharField(max_length=40, blank=True)
    source_labelled = models.BooleanField(default=True)
    source_note = models.TextField(blank=True)
    public = models.BooleanField(default=False)
    created = models.DateTimeField(auto_now_add=True)

    objects = InitiativeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source_id"], condition=~Q(source_id=""), name="one_initiative_a_source"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:  # type: ignore[no-untyped-def]
        self.folded, self.sort_key = fold(self.name)[:300], sort_key(self.name)[:600]
        self.commune = self.area.commune
        super().save(*args, **kwargs)


class EnrolmentQuerySet(ScopedQuerySet):
    scope_unit = "initiative__owner"
    scope_area = "initiative__area"

    def counted(self) -> "EnrolmentQuerySet":
        return self.filter(state__in=Enrolment.COUNTED)


class Enrolment(models.Model):
    """An initiative's year in a plan (đăng ký): new or continuing, and how far it has come."""

    class Kind(models.TextChoices):
        NEW = "new", _("new")
        CONTINUING = "continuing", _("continuing")
        UNKNOWN = "unknown", _("not known whether new")

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SENT = "sent", _("sent")
        RECEIVED = "received", _("received")
        CONFIRMED = "confirmed", _("confirmed by the head")
        APPROVED = "approved", _("in the catalogue")
        RETURNED = "returned", _("returned")
        WITHDRAWN = "withdrawn", _("withdrawn")
        # Taken from a publication for the year it names; nobody here has accepted it.
        PUBLISHED = "published", _("known from a publication")

    COUNTED = (State.APPROVED, State.PUBLISHED)

    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="enrolments")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="enrolments")
    year = models.PositiveSmallIntegerField(_("year"), db_index=True)
    kind = models.CharField(_("new or continuing"), max_length=10, choices=Kind.choices, default=Kind.NEW)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    field = models.ForeignKey(Field, on_delete=models.PROTECT, verbose_name=_("field"))
    level_asked = models.CharField(
        _("level asked for"), max_length=12, choices=Level.choices, default=Level.COMMUNE
    )
    # The body that receives the registration (standing office of the committee).
    addressee = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="received_enrolments"
    )
    # The long form: need, targets, method, forces, resources, span, milestones, outputs, own criteria …
    details = models.JSONField(default=dict, blank=True)
    approved_on = models.DateField(null=True, blank=True)
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["initiative", "year"], condition=~Q(state="withdrawn"), name="enrolled_once_a_year"
            ),
        ]
        indexes = [models.Index(fields=["state", "year"], name="enrolment_state_year")]

    def __str__(self) -> str:
        return f"{self.initiative} ({self.year})"


class Step(models.Model):
    """A state is a row: one step of an enrolment on its way up, with who, when, as whom and why."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="steps")
    state = models.CharField(max_length=10, choices=Enrolment.State.choices)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)
    # The same person registered and confirmed it, in a unit of one or two people (tự xác nhận).
    self_confirmed = models.BooleanField(default=False)
    catalogue = models.ForeignKey(
        "Catalogue", on_delete=models.PROTECT, null=True, blank=True, related_name="steps"
    )

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.enrolment}: {self.get_state_display()}"


class CatalogueQuerySet(ScopedQuerySet):
    scope_unit = "committee"
    scope_area = "committee__area"


class Catalogue(models.Model):
    """A numbered list (danh mục) by which a committee approves or ends many initiatives at once."""

    class Purpose(models.TextChoices):
        APPROVE = "approve", _("approves")
        END = "end", _("takes off the list")

    committee = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="catalogues")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="catalogues")
    purpose = models.CharField(max_length=10, choices=Purpose.choices, default=Purpose.APPROVE)
    year = models.PositiveSmallIntegerField()
    number = models.CharField(_("number"), max_length=60)
    signed_on = models.DateField(_("signed on"), default=today)
    signer = models.CharField(_("signed by"), max_length=120, blank=True)
    signed_file = models.ForeignKey(
        Attachment, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    sample = models.BooleanField(default=False)

    objects = CatalogueQuerySet.as_manager()

    class Meta:
        ordering = ["-signed_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.number}, {self.signed_on:%d/%m/%Y}"


class Ending(models.Model):
    """That an initiative ended or was taken off the list: when, by whom, why, by which list."""

    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="endings")
    on = models.DateField(_("ended on"))
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    catalogue = models.ForeignKey(
        Catalogue, on_delete=models.PROTECT, null=True, blank=True, related_name="endings"
    )

    def __str__(self) -> str:
        return f"{self.initiative}, {self.on:%d/%m/%Y}"
