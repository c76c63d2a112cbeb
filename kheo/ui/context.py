"""What every page needs to know."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from kheo.ui.registry import menu

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "kheo_theme"
SAMPLE_COOKIE = "kheo_sample"


def theme(request: HttpRequest) -> str:
    """The person's choice of light or dark; "auto" follows the machine."""
    chosen = request.COOKIES.get(THEME_COOKIE, "auto")
    return chosen if chosen in THEMES else "auto"


def hides_sample(request: HttpRequest) -> bool:
    """Whether the person has hidden what is plainly invented."""
    return request.COOKIES.get(SAMPLE_COOKIE) == "hidden"


def url_or_nothing(name: str) -> str:
    """The address of a page of a room above, or "" while that room has none."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def page(request: HttpRequest) -> dict[str, Any]:
    return {
        "demo": settings.DEMO,
        "theme": theme(request),
        "sample_hidden": hides_sample(request),
        "sample_switch_url": url_or_nothing("sample_switch"),
        "menu_groups": SimpleLazyObject(lambda: menu.groups(request)),
        "acting_post": getattr(request, "post", None),
        "acting_posts": getattr(request, "posts", ()),
        "act_as_url": url_or_nothing("act_as"),
        "search_url": url_or_nothing("search"),
        "sign_in_url": url_or_nothing("account_login"),
        "sign_out_url": url_or_nothing("account_logout"),
        "account_url": url_or_nothing("account"),
        "site_address": settings.SITE_ADDRESS.rstrip("/"),
        "languages": settings.LANGUAGES,
    }
