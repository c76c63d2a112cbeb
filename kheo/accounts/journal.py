"""Who came in, who was turned away, who left: written when Django says so."""

import logging
import time
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from kheo.accounts.addresses import address_of
from kheo.accounts.models import SignIn, User, user_name
from kheo.audit import models as audit
from kheo.lib import formats

log = logging.getLogger("kheo.accounts")


def masked(name: str) -> str:
    """The first two letters and the length: one knows one's own slip, nobody learns a password."""
    return f"{name[:2]}… ({len(name)})" if name else ""


def came_in(sender: Any, request: HttpRequest, user: User, **rest: Any) -> None:
    request.session.pop("ended", None)
    request.session["seen"] = request.session["since"] = int(time.time())
    by_pin = getattr(request, "opened_by_pin", False)
    request.session["by_pin"] = by_pin
    # A small office runs nothing at night; whoever comes in sweeps behind the door.
    request.session.clear_expired()
    with transaction.atomic():
        SignIn.objects.past_keeping().delete()
        SignIn.objects.create(
            user=user,
            address=address_of(request),
            outcome=SignIn.Outcome.BY_PIN if by_pin else SignIn.Outcome.SIGNED_IN,
        )
        user.came_in(timezone.now())
        audit.record(user, "signed_in", by=user)


def could_not_come_in(request: HttpRequest, user: User, outcome: str) -> None:
    """Keep that the right person met a door that stayed shut, or the wrong digits of a PIN."""
    with transaction.atomic():
        SignIn.objects.create(user=user, address=address_of(request), outcome=outcome)
        if outcome == SignIn.Outcome.PIN_WRONG:
            audit.record(user, "pin_failed")
        elif outcome == SignIn.Outcome.ASLEEP:
            user.ask_to_reopen()


def was_turned_away(
    sender: Any, credentials: dict[str, Any], request: HttpRequest | None = None, **rest: Any
) -> None:
    name = str(credentials.get("username") or "")
    user = User.objects.filter(username=user_name(name)).first()
    waiting = getattr(request, "axes_locked_out", False)
    outcome = SignIn.Outcome.WAITING if waiting else SignIn.Outcome.FAILED
    address = address_of(request) if request else None
    # From which machine stands in the list of sign-ins, which is emptied in time; a journal may be kept.
    log.warning("Sign-in refused (%s) for %s. Often? See the sign-ins in Kheo.", outcome, masked(name))
    with transaction.atomic():
        SignIn.objects.create(user=user, name="" if user else masked(name), address=address, outcome=outcome)
        if user and not waiting:
            audit.record(user, "sign_in_failed")


def went_out(sender: Any, request: HttpRequest, user: User | None, **rest: Any) -> None:
    if user is None:
        return
    with transaction.atomic():
        SignIn.objects.create(user=user, address=address_of(request), outcome=SignIn.Outcome.SIGNED_OUT)
        audit.record(user, "signed_out", by=user)


def welcome(user: User) -> str:
    """What a person reads after signing in: when they last did, and how often somebody failed since."""
    before = user.sign_ins.that_opened()[1:2].first()
    if before is None:
        return _("Welcome. This is your first sign-in.")
    wrong = [SignIn.Outcome.FAILED, SignIn.Outcome.PIN_WRONG]
    failed = user.sign_ins.filter(outcome__in=wrong, at__gt=before.at).count()
    when = formats.moment(before.at, get_language() or "vi")
    if not failed:
        return _("Signed in. The time before was %(when)s.") % {"when": when}
    return ngettext(
        "Signed in. The time before was %(when)s; since then the password was wrong %(times)s time.",
        "Signed in. The time before was %(when)s; since then the password was wrong %(times)s times.",
        failed,
    ) % {"when": when, "times": failed}


def listen() -> None:
    user_logged_in.connect(came_in, dispatch_uid="kheo.accounts.came_in")
    user_login_failed.connect(was_turned_away, dispatch_uid="kheo.accounts.was_turned_away")
    user_logged_out.connect(went_out, dispatch_uid="kheo.accounts.went_out")
