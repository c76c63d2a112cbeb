"""The addresses under which the app on the phone is opened, installed and shared to."""

from csp.decorators import csp_update
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt, ensure_csrf_cookie
from django.views.decorators.gzip import gzip_page
from django.views.decorators.http import require_GET, require_POST

from kheo.offline import shell
from kheo.ui.doors import open_door


@open_door("It must open without signal; the page is the same for everyone and holds nothing about anybody.")
@require_GET
@gzip_page
@ensure_csrf_cookie
@csp_update({"img-src": ["blob:"]})
def app(request: HttpRequest) -> HttpResponse:
    page = shell.shell(request)
    # Only here, and only for whoever presses "use my position".
    page["Permissions-Policy"] = "geolocation=(self)"
    return page


@require_GET
@ensure_csrf_cookie
def enter(request: HttpRequest) -> HttpResponseBase:
    """Whoever isn't signed in is sent to sign in and comes back here; the app then registers the phone."""
    return redirect(f"{shell.SCOPE}?vao=1")


@open_door("The browser reads it before anybody signs in; it names the app and its pictures.")
@require_GET
def manifest(request: HttpRequest) -> JsonResponse:
    return JsonResponse(shell.manifest(), content_type="application/manifest+json")


@open_door("Another app sends here what a person shares; nothing is kept, the phone takes it over itself.")
@require_POST
@csrf_exempt
def shared(request: HttpRequest) -> HttpResponseBase:
    """Only reached while the phone's own worker is not there to take what was shared."""
    return redirect(f"{shell.SCOPE}?chia-se=lai")
