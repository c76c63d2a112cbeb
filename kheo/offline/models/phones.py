"""A phone that works without signal: its key, apart from any sign-in, and the end of that key.

The key alone opens the door of deliveries, and of nothing else a person sees. It ends some days after the
last contact (the person then signs in again and nothing is lost), when it is revoked, when its holder has
no post any more, or when the account is closed or asleep. In these last cases the phone still hands in what
it holds, then wipes itself.
"""

import base64
import hashlib
import hmac
import secrets
import uuid
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kheo.accounts.models import SignInRule, User
from kheo.audit.models import record
from kheo.lib.refusals import FasterColleague, Refused
from kheo.lib.vietnamese import nfc
from kheo.offline.rules import days_without_sign_in
from kheo.units.models import Post
from kheo.units.reach import posts_of

# A contact is written down at most this often; each would cost a write.
NOTE_EVERY = timedelta(minutes=10)


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


class PhoneQuerySet(models.QuerySet["Phone"]):
    def of(self, user: Any) -> "PhoneQuerySet":
        return self.filter(user=user) if user is not None and user.pk else self.none()

    def standing(self) -> "PhoneQuerySet":
        """Those whose key has not been ended by anybody."""
        return self.filter(revoked_at=None, signed_out_at=None)

    def visible_to(self, who: Any) -> "PhoneQuerySet":
        """One's own, and those of the people whose accounts one administers."""
        user = who.user if isinstance(who, Post) else who
        if user is None or not user.pk:
            return self.none()
        mine = models.Q(user=user)
        for post in posts_of(who):
            mine |= models.Q(user__in=Post.objects.not_ended().managed_by(post).order_by().values("user"))
        return self.filter(mine)

    def with_unsent(self) -> "PhoneQuerySet":
        """Those that said, at their last contact, that they hold work not yet sent."""
        return self.filter(waiting__gt=0, wiped_at=None)

    def register(self, user: User, *, name: str = "", known: uuid.UUID | None = None) -> tuple["Phone", str]:
        """A phone of this person and its new secret, which the phone alone keeps.

        `known` is the id the phone had before: the same person gets the same row again, and with it the
        key of what was sealed there. A revoked phone begins anew but opens what it had sealed.
        """
        secret = secrets.token_urlsafe(32)
        with transaction.atomic():
            before = self.select_for_update().filter(pk=known, user=user).first() if known else None
            if before is not None and before.revoked_at is None:
                before.key_hash, before.signed_out_at, before.wiped_at = digest(secret), None, None
                before.last_contact_at = timezone.now()
                before.good_until = before.last_contact_at + timedelta(days=days_without_sign_in())
                before.save()
                record(before, "phone_signed_in", by=user)
                return before, secret
            phone = self.create(
                user=user,
                name=nfc(name)[:80],
                key_hash=digest(secret),
                seal=before.seal if before else base64.b64encode(secrets.token_bytes(32)).decode(),
                good_until=timezone.now() + timedelta(days=days_without_sign_in()),
            )
            record(phone, "phone_registered", by=user)
        return phone, secret


class Phone(models.Model):
    """One browser on one phone, for one person."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="phones")
    name = models.CharField(_("name"), max_length=80, blank=True)
    key_hash = models.CharField(max_length=64)
    # AES-256 key, base64: with it the phone seals unsent work when its person signs out without signal.
    seal = models.CharField(max_length=64)
    registered_at = models.DateTimeField(default=timezone.now)
    last_contact_at = models.DateTimeField(default=timezone.now)
    last_pack_day = models.DateField(null=True, blank=True)
    # How many envelopes it said it still holds.
    waiting = models.PositiveIntegerField(default=0)
    good_until = models.DateTimeField()
    signed_out_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    revoked_reason = models.TextField(blank=True)
    wiped_at = models.DateTimeField(null=True, blank=True)

    objects = PhoneQuerySet.as_manager()

    class Meta:
        ordering = ["-last_contact_at"]
        indexes = [models.Index(fields=["user", "-last_contact_at"], name="phone_of")]

    def __str__(self) -> str:
        return self.name or gettext("phone")

    def opens_with(self, secret: str) -> bool:
        return self.signed_out_at is None and hmac.compare_digest(self.key_hash, digest(secret))

    @property
    def why_closed(self) -> str:
        """Why it may only hand in what it holds: "" while it may work.

        One of "revoked", "account_closed", "account_asleep", "no_post".
        """
        return "revoked" if self.revoked_at is not None else self.why_person_closed

    @property
    def why_person_closed(self) -> str:
        """Why its person may do nothing today, on whatever phone; "" while they may."""
        if not self.user.is_active:
            return "account_closed"
        if self.user.is_asleep(self._rule):
            return "account_asleep"
        return "" if posts_of(self.user) else "no_post"

    @cached_property
    def _rule(self) -> SignInRule:
        return SignInRule.objects.now()

    @property
    def must_sign_in(self) -> bool:
        return self.good_until <= timezone.now()

    def was_met(self, waiting: int | None = None) -> None:
        """Note a contact: the key is good for its days again, and the account has been used."""
        now = timezone.now()
        changes: dict[str, Any] = {}
        if now - self.last_contact_at >= NOTE_EVERY:
            changes["last_contact_at"] = now
            if not self.why_closed:
                changes["good_until"] = now + timedelta(days=days_without_sign_in())
        if waiting is not None and waiting != self.waiting:
            changes["waiting"] = waiting
            changes["last_contact_at"] = now
        if not changes:
            return
        for name, value in changes.items():
            setattr(self, name, value)
        Phone.objects.filter(pk=self.pk).update(**changes)
        if "good_until" in changes:
            # Who reports from a hillside each week does not sleep.
            User.objects.filter(pk=self.user_id, awake_since__lt=now).update(awake_since=now)

    # Its end

    def check_revoke(self, by: Any) -> None:
        user = by.user if isinstance(by, Post) else by
        own = user is not None and user.pk == self.user_id
        theirs = isinstance(by, Post) and any(by.manages(post.unit) for post in self._held())
        if not own and not theirs:
            raise Refused(
                gettext("Only its holder or the administrator of the holder's unit revokes a phone.")
            )
        if self.revoked_at is not None:
            raise FasterColleague(gettext("This phone has already been revoked."))

    def _held(self) -> Any:
        return Post.objects.not_ended().filter(user=self.user_id).select_related("unit__area")

    def may(self, verb: str, by: Any) -> bool:
        try:
            getattr(self, f"check_{verb}")(by)
        except Refused:
            return False
        return True

    def revoke(self, *, by: Any, reason: str) -> None:
        """It is lost or passed on: what it hands in from now on waits in quarantine, then it wipes itself."""
        self.check_revoke(by)
        if not reason.strip():
            raise Refused(gettext("Say why, for example “lost on 3/8 on the way to bản Bãi Xa”."))
        user = by.user if isinstance(by, Post) else by
        values = {"revoked_at": timezone.now(), "revoked_by": user, "revoked_reason": nfc(reason)}
        with transaction.atomic():
            if Phone.objects.filter(pk=self.pk, revoked_at=None).update(**values) != 1:
                raise FasterColleague(gettext("This phone has already been revoked."))
            record(self, "phone_revoked", by=by, reason=nfc(reason))
        for name, value in values.items():
            setattr(self, name, value)

    def farewell(self, *, wiped: bool, sealed: int) -> None:
        """The phone's own last word: its key opens nothing any more. `sealed`: envelopes it keeps sealed."""
        now = timezone.now()
        with transaction.atomic():
            Phone.objects.filter(pk=self.pk).update(
                signed_out_at=now, waiting=sealed, last_contact_at=now, wiped_at=now if wiped else None
            )
            record(self, "phone_wiped" if wiped else "phone_signed_out", by=self.user)
        self.refresh_from_db()
