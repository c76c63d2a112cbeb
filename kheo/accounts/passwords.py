"""What a password must be, in sentences of our own: Django's are not all translated."""

import re
from typing import Any

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kheo.accounts.models import SignInRule
from kheo.lib.vietnamese import fold

# Words of the office that everyone would try first. What is left of a password without digits and signs
# is compared, so that "danvankheo2026" and a bare date fall under this too.
_FIRST_TRIED = {
    "", "admin", "danvan", "danvankheo", "kheo", "matkhau", "nghean", "password", "phongtrao", "qwerty",
    "qwertyuiop", "tinhuy", "tuyengiao", "tuyengiaodanvan", "ubnd", "vietnam", "xinchao",
}  # fmt: skip

_KINDS = {
    "small": gettext_lazy("a small letter"),
    "capital": gettext_lazy("a capital letter"),
    "digit": gettext_lazy("a digit"),
    "sign": gettext_lazy("a space or another sign"),
}


def _kind(character: str) -> str:
    if character.isdigit():
        return "digit"
    if not character.isalpha():
        return "sign"
    return "capital" if character != character.lower() else "small"


def _bare(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", fold(text))


class LongEnough:
    """As long as the rule in force says."""

    def validate(self, password: str, user: Any = None) -> None:
        least = SignInRule.objects.now().least_characters
        if len(password) < least:
            raise ValidationError(
                _("The password is too short: it needs at least %(least)s characters.") % {"least": least},
                code="too_short",
            )

    def get_help_text(self) -> str:
        return _("At least %(least)s characters; a short sentence is easy to remember.") % {
            "least": SignInRule.objects.now().least_characters
        }


class Mixed:
    """As many kinds of characters as the rule in force says. A space counts among the other signs."""

    def validate(self, password: str, user: Any = None) -> None:
        present = {_kind(c) for c in password}
        if len(present) < SignInRule.objects.now().kinds:
            missing = [str(name) for kind, name in _KINDS.items() if kind not in present]
            raise ValidationError(
                _("The password still lacks: %(kinds)s.") % {"kinds": ", ".join(missing)}, code="too_plain"
            )

    def get_help_text(self) -> str:
        kinds = SignInRule.objects.now().kinds
        if kinds == 1:
            return ""
        if kinds == len(_KINDS):
            return _("With capitals, small letters, a digit and a space or other sign, as in any sentence.")
        return _("With %(kinds)s of: capitals, small letters, digits, spaces or other signs.") % {
            "kinds": kinds
        }


class NotFirstTried(password_validation.CommonPasswordValidator):
    """Not one of the 20,000 most used passwords, no bare digits, no word of the office with a year."""

    def validate(self, password: str, user: Any = None) -> None:
        letters = re.sub(r"[0-9]", "", _bare(password))
        if letters in _FIRST_TRIED or _bare(password) in self.passwords:
            raise ValidationError(
                _("This password is among the first that others would try."), code="first_tried"
            )
        super().validate(password, user)

    def get_error_message(self) -> str:
        return _("This password is among the first that others would try.")

    def get_help_text(self) -> str:
        return _("Not only digits, and no common word such as “matkhau2026”.")


class NotAboutOneself:
    """Does not contain one's user name, full name or phone number, with or without accents."""

    def validate(self, password: str, user: Any = None) -> None:
        if user is None:
            return
        bare = _bare(password)
        own = [_bare(user.username), _bare(user.full_name), (user.phone or "")[-9:]]
        if any(len(word) >= 4 and word in bare for word in own):
            raise ValidationError(
                _("The password may not contain your name or phone number."), code="about_oneself"
            )

    def get_help_text(self) -> str:
        return _("Without your name and phone number.")
