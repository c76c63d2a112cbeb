"""People who sign in. One account is one person; what they may do comes from their posts (`units`)."""

import re
import secrets
from datetime import timedelta
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kheo.accounts.lockout import name_key
from kheo.accounts.phone import phone_number, spoken
from kheo.audit import models as audit
from kheo.lib.refusals import Refused
from kheo.lib.vietnamese import nfc

# Letters and digits that are not taken for one another on a printed slip.
_CLEAR_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"


def user_name(text: str) -> str:
    """A user name in the one form in which it is kept: NFC, lower case, without outer spaces."""
    return nfc(nfc(text).strip().lower())


def temporary_password() -> str:
    """Twelve letters and digits in groups of four, about 59 bits, easily copied from paper."""
    return "-".join("".join(secrets.choice(_CLEAR_LETTERS) for _letter in range(4)) for _group in range(3))


class UserQuerySet(models.QuerySet["User"]):
    def cast(self) -> "UserQuerySet":
        """The people of the demo, in the order in which they were made."""
        return self.filter(is_sample=True, is_active=True).order_by("pk")


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """A new account. Refused when the name cannot be typed unmistakably or reads as a phone number."""
        username = user_name(username)
        if not re.fullmatch(r"[\w.@+-]{2,60}", username):
            raise Refused(gettext("A user name has 2 to 60 letters, digits or . _ - @ and no spaces."))
        try:
            phone_number(username)
        except ValueError:
            pass
        else:
            raise Refused(gettext("A user name may not be a phone number: enter that as the phone number."))
        if fields.get("phone"):
            fields["phone"] = phone_number(fields["phone"])
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username=user_name(username or ""))

    def who_signs_in_as(self, typed: str) -> "User | None":
        """The person meant by a user name or a phone number in any usual spelling."""
        if user := self.filter(username=user_name(typed)).first():
            return user
        try:
            return self.filter(phone=phone_number(typed)).first()
        except ValueError:
            return None


class User(AbstractBaseUser):
    class Theme(models.TextChoices):
        DEVICE = "auto", _("As the device")
        LIGHT = "light", _("Light")
        DARK = "dark", _("Dark")

    username = models.CharField(_("user name"), max_length=60, unique=True)
    full_name = models.CharField(_("full name"), max_length=120)
    # E.164, for example +84912345678; NULL and not "", so that it can be unique.
    phone = models.CharField(_("phone number"), max_length=20, unique=True, null=True, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(_("language"), max_length=5, choices=settings.LANGUAGES, default="vi")
    theme = models.CharField(_("colours"), max_length=5, choices=Theme.choices, default=Theme.DEVICE)
    must_change_password = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    is_sample = models.BooleanField(default=False)
    # What a person of the demo is there to show: "Cán bộ xã, gửi đăng ký và báo cáo".
    demo_note = models.CharField(max_length=200, blank=True)
    created = models.DateTimeField(auto_now_add=True)

    objects = UserManager()
    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    def __str__(self) -> str:
        return self.full_name or self.username

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(raw_password and nfc(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        """Keyboards of Macs and PCs write the same accented letter differently; both are right."""
        return super().check_password(raw_password and nfc(raw_password))

    @property
    def spoken_phone(self) -> str:
        return spoken(self.phone)

    def set_temporary_password(self, *, by: Any = None) -> str:
        """Give the person a new one-time password, to be changed at the next sign-in, and return it.

        It ends all their sessions and any wait after wrong passwords. Whoever calls this has asked whether
        `by` may do so; the password is shown once and kept nowhere.
        """
        password = temporary_password()
        with transaction.atomic():
            self.set_password(password)
            self.must_change_password = True
            self.save(update_fields=["password", "must_change_password"])
            AccessAttempt.objects.filter(username=name_key(None, {"username": self.username})).delete()
            audit.record(self, "password_reset", by=by)
        return password

    def choose_password(self, password: str) -> None:
        """The person's own new password; rules are checked by the form."""
        with transaction.atomic():
            self.set_password(password)
            self.must_change_password = False
            self.save(update_fields=["password", "must_change_password"])
            audit.record(self, "password_changed", by=self)

    def keep_profile(self, **fields: Any) -> None:
        """Keep what the person changed about themselves; of the phone number the journal keeps no value."""
        changes: dict[str, list] = {}
        for name, value in fields.items():
            if (before := getattr(self, name)) != value:
                changes[name] = [None, None] if name == "phone" else [before, value]
                setattr(self, name, value)
        if changes:
            with transaction.atomic():
                self.save(update_fields=list(changes))
                audit.record(self, "profile_changed", by=self, changes=changes)


class SignInQuerySet(models.QuerySet["SignIn"]):
    def past_keeping(self) -> "SignInQuerySet":
        return self.filter(at__lt=timezone.now() - timedelta(days=settings.SIGN_INS_KEPT_DAYS))


class SignIn(models.Model):
    """One knock at the door: who, from which machine, when, and whether it opened.

    The journal (`audit`) keeps who signed in for good; this list adds the machine's address, which is
    personal, and is emptied after SIGN_INS_KEPT_DAYS. A name that is nobody's is kept masked: it may be a
    password typed into the wrong field.
    """

    class Outcome(models.TextChoices):
        SIGNED_IN = "signed_in", _("signed in")
        FAILED = "failed", _("wrong name or password")
        WAITING = "waiting", _("tried again too early")
        SIGNED_OUT = "signed_out", _("signed out")

    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="sign_ins")
    name = models.CharField(max_length=60, blank=True)
    address = models.GenericIPAddressField(null=True)
    at = models.DateTimeField(default=timezone.now, db_index=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)

    objects = SignInQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["user", "-at"], name="accounts_sign_ins_of")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.outcome} {self.user or self.name}"
