"""What phones handed in, each with what became of it.

A delivery is the id of an envelope and the hash of its content. The same delivery has one row, however often
it is sent; other content under the same id is another row, so that nothing a person typed is lost.
"""

import uuid
from functools import cached_property
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from kheo.audit.models import record
from kheo.initiatives.models.initiatives import DESK, HEADS, WRITERS
from kheo.lib.refusals import FasterColleague, Refused, was_faster
from kheo.lib.vietnamese import nfc
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

    def to_empty(self, before: Any) -> "DeliveryQuerySet":
        """Those settled before a moment whose content has done its work: their record keeps everything."""
        coming = ExpectedPhoto.objects.filter(delivery=OuterRef("pk"), attached_at=None, refused="")
        settled = self.exclude(state__in=Delivery.WAITING).filter(emptied_at=None, received_at__lt=before)
        return settled.exclude(Exists(coming), state=Delivery.State.ACCEPTED)

    def empty(self) -> int:
        """Take the contents out, and the names of photos; who, when and what became of it stay."""
        pks = list(self.values_list("pk", flat=True))
        gone = {"content": {}, "errors": {}, "told": {}, "written_at": "", "emptied_at": timezone.now()}
        with transaction.atomic():
            ExpectedPhoto.objects.filter(delivery__in=pks).update(name="", taken_on=None)
            return Delivery.objects.filter(pk__in=pks, emptied_at=None).update(**gone)

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
            models.Index(
                fields=["phone"],
                condition=Q(state__in=["needs_attention", "conflict", "quarantined"]),
                name="delivery_waiting",
            ),
        ]

    def __str__(self) -> str:
        from kheo.offline.kinds import label_of

        return f"{label_of(self.kind)} {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("delivery", args=[self.pk])

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

    @cached_property
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

    # Who may decide about it. Each refuses with a sentence; `may` asks without doing.

    def check_decide(self, by: Post) -> None:
        """Whoever writes for the body it concerns, or its desk and heads from above."""
        if by.acts_for(self.unit):
            by.require(*WRITERS)
        else:
            by.require(*DESK, *HEADS, reaching=(self.unit, self.unit.area))
        if self.state not in Delivery.WAITING:
            raise FasterColleague(self._what_happened())

    check_settle = check_assign = check_withdraw = check_decide

    def check_take_over(self, by: Post) -> None:
        self.check_decide(by)
        if self.state != Delivery.State.CONFLICT:
            raise Refused(gettext("It contradicts no record."))

    def check_release(self, by: Post) -> None:
        self.check_decide(by)
        if self.state != Delivery.State.QUARANTINED:
            raise Refused(gettext("It is not in quarantine."))

    def check_erase(self, by: Post) -> None:
        if not by.manages(self.unit):
            by.require(*HEADS, reaching=(self.unit, self.unit.area))
        if self.emptied_at is not None:
            raise FasterColleague(gettext("Its content has already been erased."))

    def _what_happened(self) -> str:
        if self.decided_by is None or self.decided_at is None:
            return gettext("It waits no longer: %(sentence)s") % {"sentence": self.sentence}
        return was_faster(self.decided_by, self.get_state_display(), self.decided_at)

    # The verbs

    def settle(self, *, by: Post, initiative: Any = None, data: dict[str, Any] | None = None) -> Any:
        """It becomes the record after all, as its sender's where their post stands, else as `by`'s.

        `initiative`: the one it belongs to; `data`: other fields put right (name → text or texts). Refused,
        with the sentences of the form, while it cannot be taken. Answers the record.
        """
        from kheo.offline import intake

        self.check_settle(by)
        changed = dict(data or {})
        if initiative is not None:
            changed["initiative"] = str(initiative.pk)
        return intake.take_up(self, by=by, changed=changed)

    def take_over(self, *, by: Post) -> Any:
        """The record under its id is corrected with what this version says. Answers the record."""
        from kheo.offline import taking_over

        self.check_take_over(by)
        return taking_over.take_over(self, by=by)

    def release(self, *, by: Post) -> None:
        """Out of quarantine: somebody has looked at it. It goes the way of everything its sender sends."""
        from kheo.offline import intake

        self.check_release(by)
        intake.release(self, by=by)

    def assign(self, *, by: Post, unit: Unit, reason: str = "") -> None:
        """Say whose it is, where nobody could tell: that body's people see it from now on and settle it."""
        self.check_assign(by)
        if not by.reaches(unit=unit, area=unit.area):
            raise Refused(gettext("%(unit)s lies outside the reach of your post.") % {"unit": unit})
        if not unit.is_living:
            raise Refused(gettext("%(unit)s exists no more. Choose the body of today.") % {"unit": unit})
        before, told = self.unit, {"office": str(by.unit), "unit": unit.name}
        self._decide(
            "delivery_assigned",
            by=by,
            reason=reason,
            changes={"unit": [before.name, unit.name]},
            unit=unit,
            state=Delivery.State.NEEDS_ATTENTION if self.state == Delivery.State.QUARANTINED else self.state,
            why="assigned",
            told=told,
        )

    def withdraw(self, *, by: Post, reason: str) -> None:
        """It becomes nothing. It stays here, with who decided so and why."""
        self.check_withdraw(by)
        if not reason.strip():
            raise Refused(gettext("Say why it is withdrawn."))
        reason = nfc(reason)
        self._decide(
            "withdrawn",
            by=by,
            reason=reason,
            state=Delivery.State.WITHDRAWN,
            why="withdrawn",
            told={"reason": reason},
        )

    def erase(self, *, by: Post, reason: str) -> None:
        """By right: what was typed goes. Who sent it, when, and on what basis it was erased stays."""
        from kheo.offline import washing

        self.check_erase(by)
        if not reason.strip():
            raise Refused(gettext("Say on what basis it is erased."))
        reason = nfc(reason)
        with transaction.atomic():
            if self.state in Delivery.WAITING:
                # Nothing is left to be decided about.
                self._decide(
                    "withdrawn",
                    by=by,
                    reason=reason,
                    state=Delivery.State.WITHDRAWN,
                    why="withdrawn",
                    told={},
                )
            if Delivery.objects.filter(pk=self.pk).empty() != 1:
                raise FasterColleague(gettext("Its content has already been erased."))
            washing.forget(self, by=by, reason=reason)
            record(self, "delivery_erased", by=by, reason=reason)
        self.refresh_from_db()

    def _decide(
        self, verb: str, *, by: Post, reason: str = "", changes: dict[str, list] | None = None, **values: Any
    ) -> None:
        """Write a decision, if it still waits as this person saw it, with its entry in the journal."""
        before = self.state
        values |= {"decided_by": by, "decided_at": timezone.now(), "decided_reason": reason}
        with transaction.atomic():
            if Delivery.objects.filter(pk=self.pk, state=before).update(**values) != 1:
                self.refresh_from_db()
                raise FasterColleague(self._what_happened())
            for name, value in values.items():
                setattr(self, name, value)
            vars(self).pop("record", None)
            changes = {"state": [before, self.state], **(changes or {})}
            record(self, verb, by=by, changes=changes, reason=reason)

    def photos_missing(self) -> list[str]:
        """The hashes of the photos that belong to it and have not come yet."""
        return [photo.sha256 for photo in self.photos.all() if photo.arrived_at is None]


class ExpectedPhotoQuerySet(models.QuerySet["ExpectedPhoto"]):
    def of_content(self, user: Any, sha256: str) -> "ExpectedPhotoQuerySet":
        """Every place in this person's deliveries that waits for, or has, the photo with this hash."""
        return self.filter(delivery__user=user, sha256=sha256)

    def coming_to(self, record_type: str) -> "ExpectedPhotoQuerySet":
        """What records of a model ("app.model") still lack: on its way, or here and not washed yet."""
        return self.filter(
            delivery__record_type=record_type,
            delivery__state=Delivery.State.ACCEPTED,
            attached_at=None,
            refused="",
        ).order_by()

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
