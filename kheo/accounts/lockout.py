"""When a password was wrong too often: what counts as the same, and what the person is told."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac


def name_key(request: HttpRequest | None, credentials: dict[str, Any] | None) -> str:
    """Under which key wrong passwords for a name are counted.

    A keyed digest, because a name that is nobody's may be a password typed into the wrong field.
    """
    name = str((credentials or {}).get("username") or "").lower()
    return salted_hmac("kheo.accounts.lockout", name, algorithm="sha256").hexdigest() if name else ""


def please_wait(request: HttpRequest, original_response: HttpResponse | None, credentials: Any) -> HttpResponse:
    return HttpResponse(status=429)
