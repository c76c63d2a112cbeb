"""What is asked of every request about the person behind it: still there, own password, and on this machine."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse

Respond = Callable[[HttpRequest], HttpResponse]

# Writing the session at every click would take SQLite's one write lock each time; a minute is exact enough.
NOTE_EVERY = 60


class IdleTimeout:
    """Signs a person out who has not clicked for IDLE_MINUTES, or who signed in longer ago than a working day.

    The request goes on without a user, so that the closed door keeps what was typed and asks to sign in
    again. Why that happened is left in the session under `ended` ("idle" or "long"), read by the sign-in page.
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
