"""People who sign in. One account is one person; what they may do comes from their posts (`units`)."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kheo.accounts import codes
from kheo.accounts.lockout import name_key
from kheo.accounts.models.devices import Pin
from kheo.accounts.models.rules import SignInRule
from kheo.accounts.phone import phone_number, spoken
from kheo.audit import models as audit
from kheo.lib.database import SortKeyField
from kheo.lib.refusals import Refused
from kheo.lib.vietnamese import fold, nfc, sort_key

# After the first sign-in with a code: time to choose a password, also where the signal breaks meanwhile.
CODE_GOES_ON = timedelta(hours=1)


def user_name(text: str) -> str:
    """A user name in the one form in which it is kept: NFC, lower case, without outer spaces."""
    return nfc(nfc(text).strip().lower())


def name_parts(full_name: str) -> tuple[str, str]:
    """The given name, by which people are listed, and what stands before it: "Minh", "Lô Văn"."""
    before, _space, given = full_name.strip().rpartition(" ")
    return given, before


class UserQuerySet(models.QuerySet["User"]):
    def cast(self) -> "UserQuerySet":
        """The people of the demo, in the order in which they were made."""
        return self.filter(is_sample=True, is_active=True).order_by("pk")

    def matching(self, typed: str) -> "UserQuerySet":
        """Those whose name, user name or phone number holds every word of `typed`, accents or not."""
        found = self
        try:
            return found.filter(phone=phone_number(typed))
        except ValueError:
            for word in fold(typed).split():
                found = found.filter(folded__contains=word)
        return found

    def asleep(self, rule: SignInRule | None = None, *, ahead: int = 0) -> "UserQuerySet":
        """Open accounts nobody has used for longer than the rule allows; with `ahead`, in so many days."""
        rule = rule or SignInRule.objects.now()
        if not rule.idle_days:
            return self.none()
        since = timezone.now() - timedelta(days=rule.idle_days - ahead)
        return self.filter(is_active=True, is_sample=False, awake_since__lte=since)

    def not_yet_in(self) -> "UserQuerySet":
        """Those who have still to choose a password of their own."""
        return self.filter(is_active=True, must_change_password=True)

    def give_codes(self, users: "Iterable[User]", *, by: Any = None) -> dict["User", str]:
        """A new one-time code for each person, replaced at the next sign-in; the answer shows them once.

        A code ends all sessions and PINs of its person, any wait after wrong passwords, and the code before.
        Whoever calls this has asked whether `by` may do so. A fixed number of queries.
        """
        rule, now = SignInRule.objects.now(), timezone.now()
        everyone: list[Any] = list(users)
        given = {user: codes.one_time_code() for user in everyone}
        for user, code in given.items():
            user.password = codes.sealed(code)
            user.must_change_password = True
            user.code_until = now + timedelta(days=rule.code_days)
            user.awake_since, user.asked_to_reopen = now, None
        fields = ["password", "must_change_password", "code_until", "awake_since", "asked_to_reopen"]
        keys = [name_key(None, {"username": user.username}) for user in everyone]
        with transaction.atomic():
            self.bulk_update(everyone, fields, batch_size=200)
            AccessAttempt.objects.filter(username__in=keys).delete()
            Pin.objects.filter(user__in=[user.pk for user in everyone], removed_at=None).update(
                removed_at=now
            )
            audit.record_all(((user, {}) for user in everyone), "code_given", by=by)
        return given


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    def create_user(self, username: str, password: str | None = None, **fields: Any) -> "User":
        """A new account. Refused when the name cannot be typed unmistakably or reads as a phone number."""
        user = self.prepared(username, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def prepared(self, username: str, **fields: Any) -> "User":
        """An account that is checked and not yet kept; nobody can sign in to it."""
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
        user: User = self.model(username=username, **fields)
        user.set_unusable_password()
        user.arrange()
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
    # Until when the one-time code opens; NULL once the person has a password of their own.
    code_until = models.DateTimeField(null=True, blank=True)
    password_at = models.DateTimeField(null=True, blank=True)
    # The last sign-in, new code or reopening: from here on the days count after which an account sleeps.
    awake_since = models.DateTimeField(default=timezone.now, db_index=True)
    asked_to_reopen = models.DateTimeField(null=True, blank=True)
    # By the given name, as people are listed here.
    sort_key = SortKeyField(max_length=400, db_index=True, editable=False, default="")
    folded = models.CharField(max_length=250, editable=False, default="")

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
        if self.has_code:
            return codes.opens(raw_password or "", self.password)
        return super().check_password(raw_password and nfc(raw_password))

    @property
    def spoken_phone(self) -> str:
        return spoken(self.phone)

    def arrange(self) -> None:
        """Fill what lists and searches stand on."""
        given, before = name_parts(self.full_name)
        self.sort_key = sort_key(f"{given} {before}")[:400]
        self.folded = fold(f"{self.full_name} {self.username}")[:250]

    def save(self, *args: Any, **options: Any) -> None:
        fields = options.get("update_fields")
        if fields is None or {"full_name", "username"} & set(fields):
            self.arrange()
            if fields is not None:
                options["update_fields"] = {*fields, "sort_key", "folded"}
        super().save(*args, **options)

    def set_temporary_password(self, *, by: Any = None) -> str:
        """A new one-time code for this person (`give_codes`), shown once and kept nowhere."""
        return User.objects.give_codes([self], by=by)[self]

    @property
    def has_code(self) -> bool:
        """Whether a one-time code stands in the place of a password."""
        return codes.is_sealed_code(self.password)

    @property
    def code_has_ended(self) -> bool:
        return self.has_code and self.code_until is not None and self.code_until <= timezone.now()

    def sleeps_from(self, rule: SignInRule) -> datetime | None:
        """When this account falls asleep, or fell; None where it never does."""
        if not rule.idle_days or self.is_sample:
            return None
        return self.awake_since + timedelta(days=rule.idle_days)

    def is_asleep(self, rule: SignInRule | None = None) -> bool:
        moment = self.sleeps_from(rule or SignInRule.objects.now())
        return self.is_active and moment is not None and moment <= timezone.now()

    def must_renew(self, rule: SignInRule) -> bool:
        """Whether an administrator's password is older than the rule allows."""
        if not rule.renew_days or not self.has_usable_password() or self.has_code:
            return False
        return (self.password_at or self.created) + timedelta(days=rule.renew_days) <= timezone.now()

    def choose_password(self, password: str) -> None:
        """The person's own new password; rules are checked by the form. PINs must be set anew."""
        with transaction.atomic():
            self.set_password(password)
            self.must_change_password, self.code_until, self.password_at = False, None, timezone.now()
            self.save(update_fields=["password", "must_change_password", "code_until", "password_at"])
            audit.record(self, "password_changed", by=self)
            self.pins.all().remove(by=self)

    def came_in(self, now: datetime) -> None:
        """Note a sign-in: the account is awake, and a code that opened it opens for one more hour at most."""
        self.awake_since, self.asked_to_reopen = now, None
        if self.has_code and self.code_until:
            self.code_until = min(self.code_until, now + CODE_GOES_ON)
        self.save(update_fields=["awake_since", "asked_to_reopen", "code_until"])

    def ask_to_reopen(self) -> None:
        """The person knocked at a sleeping account with the right password: the superior is shown that."""
        if self.asked_to_reopen is None:
            with transaction.atomic():
                self.asked_to_reopen = timezone.now()
                self.save(update_fields=["asked_to_reopen"])
                audit.record(self, "asked_to_reopen", by=self)

    def reopen(self, *, by: Any) -> None:
        """Wake a sleeping account, or open a closed one; the password stays what it was."""
        if self.is_active and not self.is_asleep():
            raise Refused(gettext("This account is open already."))
        with transaction.atomic():
            self.is_active, self.awake_since, self.asked_to_reopen = True, timezone.now(), None
            self.save(update_fields=["is_active", "awake_since", "asked_to_reopen"])
            audit.record(self, "account_reopened", by=by)

    def close(self, *, by: Any, reason: str = "") -> None:
        """Close the account of someone who left: sessions and PINs end, all they did stays."""
        if not self.is_active:
            raise Refused(gettext("This account is closed already."))
        with transaction.atomic():
            self.is_active = False
            self.save(update_fields=["is_active"])
            audit.record(self, "account_closed", by=by, reason=reason)
            self.pins.all().remove(by=by)

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
    def that_opened(self) -> "SignInQuerySet":
        return self.filter(outcome__in=[SignIn.Outcome.SIGNED_IN, SignIn.Outcome.BY_PIN])

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
        BY_PIN = "by_pin", _("signed in with the PIN")
        PIN_WRONG = "pin_wrong", _("wrong PIN")
        ASLEEP = "asleep", _("the account was asleep")
        EXPIRED = "expired", _("the one-time code had ended")

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
