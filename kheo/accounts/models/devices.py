"""A machine that several people share, and the PINs that open it for each of them.

Against whoever takes the machine away: a PIN is right or wrong five times, then the password is asked; it
ends some days after the last password; it opens this machine alone, and its hash holds the machine's key,
which the database does not know. Whoever lost the machine removes it from any other.
"""

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.db import models, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from kheo.accounts.administrators import administers
from kheo.accounts.models.rules import SignInRule
from kheo.audit import models as audit
from kheo.lib.refusals import Refused

if TYPE_CHECKING:
    from kheo.accounts.models.people import User

TRIES = 5
DIGITS = 6


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


def check_pin(pin: str, user: "User") -> None:
    """Refuse a PIN that whoever knows the person, or people in general, would try first."""
    if not re.fullmatch(rf"[0-9]{{{DIGITS}}}", pin):
        raise Refused(_("A PIN has six digits."))
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    halves = len({pin[i : i + 2] for i in (0, 2, 4)}) == 1 or pin[:3] == pin[3:]
    if steps in ({0}, {1}, {9}) or len(set(pin)) < 3 or halves:
        raise Refused(_("Others would try this PIN first. Choose one without a row or a repetition."))
    if pin in re.sub(r"\D", "", user.phone or "") or pin in re.sub(r"\D", "", user.spoken_phone):
        raise Refused(_("A PIN may not be a part of your phone number."))


class DeviceQuerySet(models.QuerySet["Device"]):
    def of_key(self, key: str) -> "Device | None":
        """The machine whose browser holds this key."""
        return self.filter(key=digest(key)).first() if key else None

    def begin(self, name: str) -> tuple["Device", str]:
        """A machine that is shared from now on, and its key, which its browser alone keeps."""
        key = secrets.token_urlsafe(32)
        return self.create(key=digest(key), name=name), key


class Device(models.Model):
    """A browser on a machine that people share."""

    key = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=80)
    began = models.DateTimeField(default=timezone.now)

    objects = DeviceQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name


class PinQuerySet(models.QuerySet["Pin"]):
    def standing(self) -> "PinQuerySet":
        return self.filter(removed_at=None, user__is_active=True)

    def set_by(self, user: "User", device: Device, key: str, pin: str) -> "Pin":
        """The person's PIN on this machine, in the place of an earlier one."""
        if administers(user):
            raise Refused(
                _("Whoever administers accounts signs in with the password: a PIN would open too much.")
            )
        check_pin(pin, user)
        hashed = make_password(pin + key)
        with transaction.atomic():
            self.filter(user=user, device=device, removed_at=None).update(removed_at=timezone.now())
            made = self.create(user=user, device=device, hashed=hashed)
            audit.record(user, "pin_set", by=user, changes={"device": ["", device.name]})
        return made

    def remove(self, *, by: Any = None) -> int:
        """End these PINs; nothing tells who entered what with them, so nothing else changes."""
        removed = 0
        with transaction.atomic():
            for pin in self.filter(removed_at=None).select_related("user", "device"):
                removed += self.model.objects.filter(pk=pin.pk, removed_at=None).update(
                    removed_at=timezone.now()
                )
                audit.record(pin.user, "pin_removed", by=by, changes={"device": [pin.device.name, ""]})
        return removed


class Pin(models.Model):
    """That a person chose to open a shared machine with six digits."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="pins")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="pins")
    hashed = models.CharField(max_length=128)
    began = models.DateTimeField(default=timezone.now)
    # When the password was last given on this machine.
    password_at = models.DateTimeField(default=timezone.now)
    used = models.DateTimeField(null=True)
    wrong = models.PositiveSmallIntegerField(default=0)
    removed_at = models.DateTimeField(null=True)

    objects = PinQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["device", "user"], condition=models.Q(removed_at=None), name="one_pin_per_device"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.device}"

    def holds_until(self, rule: SignInRule | None = None) -> datetime:
        return self.password_at + timedelta(days=(rule or SignInRule.objects.now()).pin_days)

    def why_closed(self) -> str:
        """Why the password is needed although there is a PIN; "" while the PIN opens."""
        if self.wrong >= TRIES:
            return _("The PIN was wrong five times. Sign in with your password; then the PIN opens again.")
        if self.holds_until() <= timezone.now():
            return _("It is long since you last gave your password here. Sign in with it once.")
        if administers(self.user):
            return _("Whoever administers accounts signs in with the password: a PIN would open too much.")
        return ""

    def opens_with(self, typed: str, key: str) -> bool:
        """Whether the digits are right. Each try counts before it is judged, so that none is had for free."""
        counted = Pin.objects.filter(pk=self.pk, removed_at=None, wrong__lt=TRIES).update(
            wrong=F("wrong") + 1
        )
        if not counted:
            return False
        self.refresh_from_db(fields=["wrong"])
        if not check_password(typed + key, self.hashed):
            return False
        Pin.objects.filter(pk=self.pk).update(wrong=0, used=timezone.now())
        return True

    @property
    def tries_left(self) -> int:
        return max(TRIES - self.wrong, 0)
