"""When a password was wrong too often: what counts as the same, and what the person is told."""

import math
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.crypto import salted_hmac

from kheo.accounts.addresses import address_of


def name_key(request: HttpRequest | None, credentials: dict[str, Any] | None) -> str:
    """Under which key wrong passwords for a name are counted.

    A keyed digest, because a name that is nobody's may be a password typed into the wrong field.
    """
    name = str((credentials or {}).get("username") or "").lower()
    return salted_hmac("kheo.accounts.lockout", name, algorithm="sha256").hexdigest() if name else ""


def minutes_to_wait(request: HttpRequest, credentials: dict[str, Any] | None) -> int:
    """Whole minutes, at least one, until this name may be tried again from this address."""
    from axes.models import AccessAttempt

    attempts = AccessAttempt.objects.filter(
        username=name_key(request, credentials), ip_address=address_of(request)
    )
    last = attempts.order_by("-attempt_time").values_list("attempt_time", flat=True).first() or timezone.now()
    left: timedelta = last + settings.AXES_COOLOFF_TIME - timezone.now()
    return max(math.ceil(left.total_seconds() / 60), 1)


def please_wait(request: HttpRequest, original: HttpResponse | None, credentials: Any) -> HttpResponse:
    """The answer to the attempt that was one too many, and to each one during the wait."""
    context = {"minutes": minutes_to_wait(request, credentials), "limit": settings.AXES_FAILURE_LIMIT}
    return render(request, "accounts/please_wait.html", context, status=429)
