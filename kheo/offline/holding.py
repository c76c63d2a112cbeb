"""What a person's phones hold and how they stand, in words."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from kheo.accounts.models import User
from kheo.lib.formats import short_date
from kheo.lib.periods import VIETNAM
from kheo.offline.models import Phone


@dataclass(frozen=True)
class Held:
    """One phone, its state in a word with its tone and in a sentence, and what it still holds."""

    phone: Phone
    state: str
    tone: str
    sentence: str
    unsent: str
    may_revoke: bool


def described(person: User, phones: Iterable[Phone], *, by: Any) -> list[Held]:
    """The phones of one person as a page shows them; what is the same for all of them is asked once."""
    closed: str | None = None
    may_revoke = False
    found = []
    for phone in phones:
        phone.user = person
        if phone.revoked_at is None and closed is None:
            closed, may_revoke = phone.why_closed, phone.may("revoke", by)
        state, tone, sentence = _state(phone, closed or "")
        mine = may_revoke and phone.revoked_at is None
        found.append(Held(phone, state, tone, sentence, _unsent(phone), mine))
    return found


def _state(phone: Phone, closed: str) -> tuple[str, str, str]:
    if phone.revoked_at is not None:
        if phone.wiped_at is not None:
            return pgettext("phone", "revoked"), "off", _("It has handed in what it held and emptied itself.")
        return (
            pgettext("phone", "revoked"),
            "warn",
            _("At its next contact it hands in what it holds and empties itself."),
        )
    if phone.signed_out_at is not None:
        sealed = phone.waiting and not phone.wiped_at
        sentence = _("It keeps sealed work, which opens when the same person signs in there again.")
        return pgettext("phone", "signed out"), "warn" if sealed else "off", sentence if sealed else ""
    if closed:
        why = {
            "no_post": _("This person holds no post any more."),
            "account_asleep": _("The account is asleep."),
        }.get(closed, _("The account is closed."))
        sentence = _("At its next contact it hands in what it holds and empties itself.")
        return pgettext("phone", "hands in only"), "warn", f"{why} {sentence}"
    if phone.must_sign_in:
        return pgettext("phone", "waits for a sign-in"), "wait", _("Nothing on it is lost meanwhile.")
    until = short_date(phone.good_until.astimezone(VIETNAM).date())
    return (
        pgettext("phone", "in use"),
        "ok",
        _("It works without contact until %(day)s; each contact gives it its days again.") % {"day": until},
    )


def _unsent(phone: Phone) -> str:
    if not phone.waiting or phone.wiped_at is not None:
        return ""
    said = ngettext(
        "%(n)d item not yet sent at its last contact",
        "%(n)d items not yet sent at its last contact",
        phone.waiting,
    )
    return said % {"n": phone.waiting}
