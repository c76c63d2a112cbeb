"""Forms that arrived after the sign-in had expired: nothing typed is lost.

The fields (never passwords, tokens or files) wait in the session under a random key. After signing in the
person sees them once more and sends them again with one press. They wait for the person who was signed in
in this browser before, known by a signed cookie, and for nobody else; an hour later they are gone.
"""

import time
from secrets import token_urlsafe
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

SESSION_KEY = "kept_forms"
COOKIE = "kheo_person"
_SALT = "kheo.ui.kept"
SECONDS = 60 * 60
# Characters of one form, and forms at a time: room for two full narratives, no room for mischief.
MOST_CHARACTERS = 300_000
MOST_FORMS = 5
SECRET = ("csrfmiddlewaretoken", "password", "passwd", "otp", "secret")


def remember_person(request: HttpRequest, response: HttpResponseBase) -> None:
    """Note in a signed cookie who is signed in here, so that a kept form finds its owner."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated or _person(request) == str(user.pk):
        return
    response.set_signed_cookie(
        COOKIE, str(user.pk), salt=_SALT, max_age=7 * 24 * 3600, httponly=True, samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )  # fmt: skip


def keep(request: HttpRequest) -> str | None:
    """Keep the posted fields; the address where they are shown after signing in, or None if not kept."""
    person = _person(request)
    fields = typed_fields(request)
    if person is None or not fields or sum(len(k) + len(v) for k, v in fields) > MOST_CHARACTERS:
        return None
    forms = _fresh(request.session.get(SESSION_KEY, {}))
    while len(forms) >= MOST_FORMS:
        del forms[min(forms, key=lambda key: forms[key]["at"])]
    key = token_urlsafe(12)
    forms[key] = {
        "at": time.time(),
        "person": person,
        "to": request.get_full_path(),
        "page": came_from(request),
        "fields": fields,
        "files": sorted(file.name or "" for name in request.FILES for file in request.FILES.getlist(name)),
    }
    request.session[SESSION_KEY] = forms
    return reverse("kept_form", args=[key])


def sentence(onward: str) -> str:
    """What the sign-in page says to someone whose form has just arrived."""
    if onward.startswith(reverse("kept_form", args=["x"])[:-2]):
        return _("Your session has ended. What you typed is kept: sign in and send it again.")
    return _("Your session has ended. Please sign in again.")


def find(request: HttpRequest, key: str) -> dict[str, Any] | None:
    """The kept form of this person, or None: unknown, an hour old, or somebody else's."""
    form = _fresh(request.session.get(SESSION_KEY, {})).get(key)
    return form if form and form["person"] == str(request.user.pk) else None


def drop(request: HttpRequest, key: str) -> None:
    forms = _fresh(request.session.get(SESSION_KEY, {}))
    forms.pop(key, None)
    request.session[SESSION_KEY] = forms


def typed_fields(request: HttpRequest) -> list[list[str]]:
    """Posted names and values in order, without what must not be kept."""
    return [
        [name, value]
        for name, values in request.POST.lists()
        if not any(word in name.lower() for word in SECRET)
        for value in values
        if isinstance(value, str)
    ]


def sent_by_us(request: HttpRequest) -> bool:
    """Whether the browser vouches that the form was on a page of this site."""
    origin = request.headers.get("Origin")
    if origin is None or origin == "null":
        origin = request.headers.get("Referer", "")
    ours = f"{request.scheme}://{request.get_host()}"
    return origin == ours or origin.startswith(ours + "/")


def came_from(request: HttpRequest) -> str:
    """The page that held the form."""
    referer = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure()):
        return referer
    return request.path


def _person(request: HttpRequest) -> str | None:
    return request.get_signed_cookie(COOKIE, default=None, salt=_SALT, max_age=7 * 24 * 3600)


def _fresh(forms: dict[str, Any]) -> dict[str, Any]:
    return {key: form for key, form in forms.items() if form["at"] > time.time() - SECONDS}
