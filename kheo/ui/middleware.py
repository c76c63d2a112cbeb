"""Closed doors, and a friendly face for every refusal."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render, resolve_url
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django_htmx.http import HttpResponseClientRedirect

from kheo.lib.refusals import Refused
from kheo.ui import kept
from kheo.ui.doors import why_open

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def wants_json(request: HttpRequest) -> bool:
    """Whether the caller is a program: it asks for JSON and not for a page."""
    accept = request.headers.get("Accept", "")
    return "application/json" in accept and "text/html" not in accept


def way_back(request: HttpRequest) -> str:
    """The page one came from, if it is ours; otherwise the first page."""
    referer = request.headers.get("Referer", "")
    if url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure()):
        return referer
    return "/"


class Refusals:
    """An uncaught Refused becomes a page (409) with its sentence and a way back."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return refusal(request, str(error)) if isinstance(error, Refused) else None


def refusal(request: HttpRequest, sentence: str) -> HttpResponse:
    """The one way a refusal is shown, in the form the asker reads."""
    if wants_json(request):
        return JsonResponse({"refused": sentence}, status=409)
    context = {"sentence": sentence, "back": way_back(request)}
    if getattr(request, "htmx", False):
        # 409 would be dropped by htmx; the sentence belongs on the screen.
        answer = render(request, "ui/parts/refused.html", context)
        answer["HX-Retarget"], answer["HX-Reswap"] = "#notices", "innerHTML"
        return answer
    return render(request, "ui/refused.html", context, status=409)


class ClosedDoors:
    """Who has not signed in comes through open doors only.

    A form that arrives after the sign-in expired is kept (`kheo.ui.kept`) and offered again afterwards.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        kept.remember_person(request, response)
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        if request.user.is_authenticated or why_open(view, request.resolver_match):
            return None
        if wants_json(request):
            return JsonResponse({"refused": _("Please sign in.")}, status=401)
        if request.method == "POST":
            onward = kept.keep(request) or way_back(request)
            messages.info(request, kept.sentence(onward))
        else:
            onward = request.get_full_path()
        if getattr(request, "htmx", False):
            # The sign-in page must fill the window, not a cell of a table.
            if request.method == "GET":
                onward = getattr(request, "htmx").current_url_abs_path or "/"  # noqa: B009
            return HttpResponseClientRedirect(redirect_to_login(onward, resolve_url(settings.LOGIN_URL)).url)
        return redirect_to_login(onward, resolve_url(settings.LOGIN_URL))


class DevicePolicy:
    """No page may ask the device where it is, but one whose view says so (`Permissions-Policy`)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", "geolocation=()")
        return response


class ChosenLanguage:
    """Vietnamese, unless this person chose otherwise.

    What the browser asks for does not count: offices here run English browsers and speak Vietnamese.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        request.LANGUAGE_CODE = language  # type: ignore[attr-defined]
        with translation.override(language):
            response = self.get_response(request)
        patch_vary_headers(response, ("Cookie",))
        response.headers.setdefault("Content-Language", language)
        return response
