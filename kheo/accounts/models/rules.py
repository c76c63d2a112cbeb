"""What is asked of passwords, codes, PINs and accounts nobody uses: dated rows with their legal basis."""

from datetime import date
from typing import Any

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kheo.audit import models as audit
from kheo.lib.periods import BEGINNING, today
from kheo.lib.rows import Worded

# Followed until an administrator enters another rule. No second factor here, so passwords carry more.
FIRST_BASIS = "TCVN 14423:2026, mục 4 (hệ thống cấp độ 2, đăng nhập bằng mật khẩu)"


def _number(label: Any, default: int, least: int, most: int) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(
        label, default=default, validators=[MinValueValidator(least), MaxValueValidator(most)]
    )


class SignInRuleQuerySet(models.QuerySet["SignInRule"]):
    def on(self, day: date) -> "SignInRule":
        """The rule in force on a day: the latest one entered that has begun, or the one Kheo comes with."""
        return self.filter(valid_from__lte=day).first() or self.none_entered()

    def none_entered(self) -> "SignInRule":
        """What Kheo comes with."""
        return SignInRule(valid_from=BEGINNING)

    def now(self) -> "SignInRule":
        found: list[SignInRule] = _in_force(today())
        return found[0] if found else self.none_entered()

    def enter(self, *, by: Any, **fields: Any) -> "SignInRule":
        """A new rule from a day on; the one before stays as what was asked until then."""
        with transaction.atomic():
            rule = self.create(entered_by=getattr(by, "user", by), **fields)
            audit.record(rule, "rule_entered", by=by)
        return rule


# Asked with every request.
_in_force = Worded(lambda day: SignInRule.objects.filter(valid_from__lte=day)[:1], date)


class SignInRule(models.Model):
    """What was asked from a day on. Zero days means: never."""

    valid_from = models.DateField(_("from"), default=today)
    least_characters = _number(_("a password has at least so many characters"), 14, 8, 64)
    kinds = _number(_("and so many of: small letters, capitals, digits, other signs"), 4, 1, 4)
    renew_days = _number(_("administrators choose a new password after (days)"), 60, 0, 3660)
    code_days = _number(_("a one-time code holds (days)"), 30, 1, 365)
    idle_days = _number(_("an account nobody uses falls asleep after (days)"), 45, 0, 3660)
    remind_days = _number(_("its superior is reminded so many days before"), 10, 1, 365)
    pin_days = _number(_("a PIN opens a shared machine for (days), then the password is asked"), 14, 1, 90)
    basis = models.CharField(_("legal basis"), max_length=300, default=FIRST_BASIS)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    entered = models.DateTimeField(default=timezone.now)

    objects = SignInRuleQuerySet.as_manager()

    class Meta:
        ordering = ["-valid_from", "-pk"]

    def __str__(self) -> str:
        return f"{self.valid_from:%d/%m/%Y} · {self.basis}"

    @property
    def came_with_kheo(self) -> bool:
        return self.pk is None
