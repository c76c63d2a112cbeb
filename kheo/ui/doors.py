"""Which doors stand open to visitors who have not signed in. All others are closed.

A view opens its own door with `@open_door("reason")`. Views of others (allauth's) are listed in OPEN.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from django.urls import ResolverMatch

View = TypeVar("View", bound=Callable[..., Any])

# Views that are not ours to decorate, by URL name, each with the reason why anyone may call it.
OPEN: dict[str, str] = {
    "account_login": "One signs in here.",
    "account_logout": "Signing out twice must not ask for a password.",
    "account_inactive": "Says that an account is closed, to someone who cannot sign in.",
    "account_reset_password": "Whoever forgot the password cannot sign in.",
}


def open_door(reason: str) -> Callable[[View], View]:
    """Let everyone in, signed in or not; `reason` says why and is read by whoever reviews the doors."""
    if not reason.strip():
        raise ValueError("An open door needs a reason.")

    def mark(view: View) -> View:
        view.open_door = reason  # type: ignore[attr-defined]
        return view

    return mark


def why_open(view: Callable[..., Any], match: ResolverMatch | None = None) -> str | None:
    """The reason why this view needs no sign-in, or None when its door is closed."""
    reason = getattr(view, "open_door", None) or getattr(getattr(view, "view_class", None), "open_door", None)
    if reason is None and match is not None:
        reason = OPEN.get(match.view_name)
    return reason
