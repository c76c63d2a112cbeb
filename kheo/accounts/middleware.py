"""What is asked of every request about the person behind it: still there, own password, this machine."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from kheo.accounts.addresses import is_this_machine

Respond = Callable[[HttpRequest], HttpResponse]

# Writing the session at every click would take SQLite's one write lock each time; a minute is exact enough.
NOTE_EVERY = 60


class IdleTimeout:
    """Signs a person out who has not clicked for IDLE_MINUTES, or who signed in a working day ago.

    The request goes on without a user, so that the closed door keeps what was typed and asks to sign in
    again. Why that happened waits in the session under `ended` ("idle" or "long") for the sign-in page.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            self.look(request)
        return self.get_response(request)

    def look(self, request: HttpRequest) -> None:
        now = int(time.time())
        session = request.session
        seen, since = session.get("seen", now), session.get("since", now)
        ended = ""
        if now - seen > settings.IDLE_MINUTES * 60:
            ended = "idle"
        elif now - since > settings.SESSION_COOKIE_AGE:
            ended = "long"
        if ended:
            logout(request)
            request.session["ended"] = ended
        elif "since" not in session or now - seen >= NOTE_EVERY:
            session["seen"], session["since"] = now, since


class OwnPassword:
    """Sends a person with a one-time code, or an administrator whose password is old, to choose one first."""

    ALLOWED = {"account_change_password", "account_logout", "set_language", "set_theme"}

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict
    ) -> HttpResponse | None:
        match = request.resolver_match
        asked = getattr(request.user, "must_change_password", False) or "renew_password" in request.session
        if not asked or (match and match.url_name in self.ALLOWED):
            return None
        onward = request.get_full_path() if request.method == "GET" else "/"
        return redirect(reverse("account_change_password", query={"next": onward}))


class DemoStaysHere:
    """In demo mode anyone may be anyone, so only the machine Kheo runs on is answered."""

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.DEMO and not is_this_machine(request):
            return render(request, "accounts/demo_stays_here.html", status=403)
        return self.get_response(request)
