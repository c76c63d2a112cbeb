"""What phones handed in, each with what became of it.

A delivery is the id of an envelope and the hash of its content. The same delivery has one row, however often
it is sent; other content under the same id is another row, so that nothing a person typed is lost.
"""

import uuid
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kheo.offline.models.phones import Phone
from kheo.units.guarded import Guarded
from kheo.units.models import Post, Unit
from kheo.units.reach import ScopedQuerySet


class DeliveryQuerySet(ScopedQuerySet):
    def of_person(self, user: Any) -> "DeliveryQuerySet":
        return self.filter(user=user) if user is not None and user.pk else self.none()

    def waiting(self) -> "DeliveryQuerySet":
        """What a person must look at: somebody in the field or at the office."""
        return self.filter(state__in=Delivery.WAITING)

    def of_envelope(self, envelope: uuid.UUID) -> "DeliveryQuerySet":
        return self.filter(envelope=envelope)

    def with_facts(self) -> "DeliveryQuerySet":
        """With everything a line of a list shows: a fixed number of queries."""
        return self.select_related("user", "unit__area", "post", "phone").prefetch_related("photos")


class Delivery(Guarded, models.Model):
    """One content of one envelope, as it was received, and what became of it."""

    class State(models.TextChoices):
        ACCEPTED = "accepted", pgettext_lazy("delivery", "received")
        SUPERSEDED = "superseded", pgettext_lazy("delivery", "replaced by a later one")
        NEEDS_ATTENTION = "needs_attention", pgettext_lazy("delivery", "needs attention")
        CONFLICT = "conflict", pgettext_lazy("delivery", "differs from what was received before")
        QUARANTINED = "quarantined", pgettext_lazy("delivery", "in quarantine")
        WITHDRAWN = "withdrawn", pgettext_lazy("delivery", "withdrawn")

    # One delivery of an id at most stands; others were replaced by it, or contradict it and are kept beside.
    STANDING = (State.ACCEPTED, State.NEEDS_ATTENTION, State.QUARANTINED)
    WAITING = (State.NEEDS_ATTENTION, State.CONFLICT, State.QUARANTINED)
    TONES = {
        State.ACCEPTED: "ok",
        State.SUPERSEDED: "off",
        State.NEEDS_ATTENTION: "warn",
        State.CONFLICT: "warn",
        State.QUARANTINED: "warn",
        State.WITHDRAWN: "off",
    }

    envelope = models.UUIDField(editable=False)
    content_hash = models.CharField(max_length=64, editable=False)
    kind = models.CharField(_("kind"), max_length=20)
    state = models.CharField(max_length=16, choices=State.choices)
    phone = models.ForeignKey(Phone, on_delete=models.PROTECT, related_name="deliveries")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    # As whom it was written; NULL where the phone named no post of this person.
    post = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # The body it concerns: whoever may see that body's records sees it.
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField(db_index=True)
    pack_day = models.DateField()
    form_version = models.CharField(max_length=64, blank=True)
    # The phone's own clock, as a remark: nothing is decided by it.
    written_at = models.CharField(max_length=40, blank=True)
    # {"data": {field: [text, …]}, "as": post id, "send": bool}; emptied by right or at the end of its time.
    content = models.JSONField(default=dict)
    emptied_at = models.DateTimeField(null=True, blank=True)
    # Why it is in its state, by name with what the sentence tells (see `kheo.offline.told`).
    why = models.CharField(max_length=40, blank=True)
    told = models.JSONField(default=dict, blank=True)
    # Field → sentences, in the sender's language.
    errors = models.JSONField(default=dict, blank=True)
    # What happened to it on the way: [name, {what the sentence tells}], as in `told`.
    notes = models.JSONField(default=list, blank=True)
    # The record it became, by label and id.
    record_type = models.CharField(max_length=80, blank=True)
    record_id = models.BigIntegerField(null=True, blank=True)
    # The content it took the place of.
    replaces = models.CharField(max_length=64, blank=True)
    decided_by = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_reason = models.TextField(blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["envelope", "content_hash"], name="delivery_once"),
            models.UniqueConstraint(
                fields=["envelope"],
                condition=Q(state__in=["accepted", "needs_attention", "quarantined"]),
                name="delivery_one_standing",
            ),
            models.CheckConstraint(
                condition=Q(state="accepted", record_id__isnull=False)
                | (~Q(state="accepted") & Q(record_id__isnull=True)),
                name="delivery_accepted_is_a_record",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "state", "-received_at"], name="delivery_of_unit"),
            models.Index(fields=["user", "-received_at"], name="delivery_of_user"),
            models.Index(fields=["record_type", "record_id"], name="delivery_record"),
        ]

    def __str__(self) -> str:
        from kheo.offline.kinds import label_of

        return f"{label_of(self.kind)} {self.number}"

    @property
    def journal_unit_id(self) -> int:
        return self.unit_id

    @property
    def number(self) -> str:
        """What the person reads aloud on the phone: "004 217"."""
        text = f"{self.pk:06d}"
        return " ".join([text[:-6], text[-6:-3], text[-3:]]).strip()

    @property
    def tone(self) -> str:
        return self.TONES[Delivery.State(self.state)]

    @property
    def record(self) -> Any:
        """The record it became, or None."""
        if self.record_id is None:
            return None
        model: Any = apps.get_model(self.record_type)
        return model._base_manager.filter(pk=self.record_id).first()

    @property
    def sentence(self) -> str:
        """What happened and what to do, in the reader's language."""
        from kheo.offline import told

        return told.sentence(self)

    @property
    def note_sentences(self) -> list[str]:
        from kheo.offline import told

        return told.notes(self)

    def photos_missing(self) -> list[str]:
        """The hashes of the photos that belong to it and have not come yet."""
        return [photo.sha256 for photo in self.photos.all() if photo.arrived_at is None]


class ExpectedPhotoQuerySet(models.QuerySet["ExpectedPhoto"]):
    def of_content(self, user: Any, sha256: str) -> "ExpectedPhotoQuerySet":
        """Every place in this person's deliveries that waits for, or has, the photo with this hash."""
        return self.filter(delivery__user=user, sha256=sha256)

    def to_attach(self) -> "ExpectedPhotoQuerySet":
        """What has come, belongs to a record and is not with it yet."""
        return self.filter(
            arrived_at__isnull=False, attached_at=None, delivery__state=Delivery.State.ACCEPTED
        )


class ExpectedPhoto(models.Model):
    """A photo a delivery names; it travels apart and may come before or after it."""

    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="photos")
    order = models.PositiveSmallIntegerField(default=0)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveIntegerField()
    name = models.CharField(max_length=200, blank=True)
    taken_on = models.DateField(null=True, blank=True)
    # All its bytes are here.
    arrived_at = models.DateTimeField(null=True, blank=True)
    # It is with the record, washed; or it was refused, for a reason said in `refused`.
    attached_at = models.DateTimeField(null=True, blank=True)
    refused = models.TextField(blank=True)

    objects = ExpectedPhotoQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["delivery", "sha256"], name="delivery_photo_once"),
        ]

    def __str__(self) -> str:
        return self.name or self.sha256[:12]
