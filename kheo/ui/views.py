"""Small pages of the house itself."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from kheo.ui import kept
from kheo.ui.context import THEME_COOKIE, THEMES
from kheo.ui.doors import open_door
from kheo.ui.style_page import context as style_page_context

A_YEAR = 365 * 24 * 3600


def _next(request: HttpRequest) -> str:
    onward = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(onward, {request.get_host()}, require_https=request.is_secure())
    return onward if safe else "/"


def _remember(request: HttpRequest, cookie: str, value: str) -> HttpResponse:
    answer = redirect(_next(request))
    answer.set_cookie(
        cookie, value, max_age=A_YEAR, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE
    )
    return answer


# A token would set a cookie for everyone who only reads; all that is written here is a choice of looks.
@open_door("Visitors choose their language.")
@csrf_exempt
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    chosen = request.POST.get("language", "")
    if chosen not in dict(settings.LANGUAGES) or not check_for_language(chosen):
        return redirect(_next(request))
    return _remember(request, settings.LANGUAGE_COOKIE_NAME, chosen)


@open_door("Visitors choose light or dark.")
@csrf_exempt
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    chosen = request.POST.get("theme", "")
    return _remember(request, THEME_COOKIE, chosen if chosen in THEMES else "auto")


def kept_form(request: HttpRequest, key: str) -> HttpResponse:
    """What was typed before the sign-in expired, to be sent once more or let go."""
    form = kept.find(request, key)
    if form is None:
        raise Http404
    if request.method == "POST":
        kept.drop(request, key)
        return redirect(form["page"])
    return render(request, "ui/kept.html", {"form": form, "key": key})


@open_door("Holds no data; answers in demonstrations and while developing only.")
def style_page(request: HttpRequest) -> HttpResponse:
    """Every element of the house's look on one page."""
    if not (settings.DEMO or settings.DEBUG):
        raise Http404
    return render(request, "ui/style.html", style_page_context(request))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token is not ours, mostly because someone signed in again in another window.

    Where the browser says that our own page sent it, what was typed is shown to be sent again; a form from
    elsewhere is refused.
    """
    if kept.sent_by_us(request) and (fields := kept.typed_fields(request)):
        names = [file.name for each in request.FILES for file in request.FILES.getlist(each)]
        form = {
            "to": request.get_full_path(),
            "page": kept.came_from(request),
            "fields": fields,
            "files": names,
        }
        return render(request, "ui/kept.html", {"form": form, "old_page": True}, status=403)
    return render(request, "ui/foreign_form.html", status=403)
