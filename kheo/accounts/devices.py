"""The shared machine behind a request: its key lies in a cookie that lasts, apart from any sign-in."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from kheo.accounts.models import Device, Pin, User

COOKIE = "kheo_device"
# Browsers keep a cookie no longer than this.
KEPT_SECONDS = 400 * 24 * 3600


def key_of(request: HttpRequest) -> str:
    return request.COOKIES.get(COOKIE, "")[:100]


def device_of(request: HttpRequest) -> Device | None:
    return Device.objects.of_key(key_of(request))


def pins_here(request: HttpRequest) -> Any:
    """The PINs that open this machine, with their people; none on a machine nobody shares."""
    device = device_of(request)
    pins = Pin.objects.standing().filter(device=device) if device else Pin.objects.none()
    return pins.select_related("user", "device").order_by("user__sort_key", "pk")


def keep_key(response: HttpResponse, key: str) -> HttpResponse:
    response.set_cookie(
        COOKIE,
        key,
        max_age=KEPT_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


def password_was_given(request: HttpRequest, user: User) -> None:
    """The person gave the password on this machine: their PIN opens it again for its days."""
    if key_of(request):
        pins_here(request).filter(user=user).update(wrong=0, password_at=timezone.now())


def name_from(agent: str) -> str:
    """What to call a machine at first, from what its browser says of itself: "Android · Chrome"."""
    systems = [("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
               ("Mac OS", "Mac"), ("Linux", "Linux")]  # fmt: skip
    browsers = [("Zalo", "Zalo"), ("coc_coc", "Cốc Cốc"), ("Edg", "Edge"), ("SamsungBrowser", "Samsung"),
                ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari")]  # fmt: skip
    found = [next((name for sign, name in each if sign in agent), "") for each in (systems, browsers)]
    return " · ".join(part for part in found if part)
