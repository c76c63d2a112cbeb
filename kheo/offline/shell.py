"""The page of the app on the phone: one page for everyone, without anything about anybody, kept by the phone.

What a person has is fetched by the app itself and lies on that person's phone.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kheo.offline import words

# Where the app lives, and what its service worker answers for.
SCOPE = "/thuc-dia/"
THEME = "#0e5a55"
PAPER = "#f6f5f0"
# What the first opening fetches, by name of the static file: the phone keeps it and opens from it ever after.
FIRST_LOAD = [
    "ui/kheo.css",
    "offline/field.css",
    "offline/app.js",
    "ui/fonts/kheo-400.woff2",
    "ui/fonts/kheo-600.woff2",
    "ui/kheo.svg",
]
# Drawn by the build from the house's mark (kheo/ui/app_icons.py): side in pixels, what it may be used for.
ICONS = [
    ("offline/icons/icon-192.png", 192, "any"),
    ("offline/icons/icon-512.png", 512, "any"),
    ("offline/icons/maskable-192.png", 192, "maskable"),
    ("offline/icons/maskable-512.png", 512, "maskable"),
]


def shell(request: HttpRequest) -> HttpResponse:
    """The page in the language of the moment. Nothing in it is personal."""
    told = words.told()
    beside = {part: told[f"app.{part}"] for part in ("name", "about", "opening")}
    return render(request, "offline/app.html", {"words": told, **beside})


def manifest() -> dict[str, Any]:
    """How the app is called and shown among the phone's others (W3C Web Application Manifest)."""
    name = pgettext("phone", "Khéo in the field")
    return {
        "id": SCOPE,
        "name": name,
        "short_name": name,
        "description": _("Reports and registrations of Khéo, also where there is no signal."),
        "start_url": SCOPE,
        "scope": SCOPE,
        "display": "standalone",
        "orientation": "any",
        "theme_color": THEME,
        "background_color": PAPER,
        "categories": ["government", "productivity"],
        "icons": [
            {"src": static(path), "sizes": f"{side}x{side}", "type": "image/png", "purpose": purpose}
            for path, side, purpose in ICONS
        ],
        "shortcuts": [
            {
                "name": pgettext("phone", "Write a report"),
                "url": f"{SCOPE}#/bao-cao",
                "icons": [{"src": static("offline/icons/icon-192.png"), "sizes": "192x192"}],
            },
            {"name": pgettext("phone", "Outbox"), "url": f"{SCOPE}#/hop-gui"},
        ],
        "share_target": {
            "action": reverse("phone_shared"),
            "method": "POST",
            "enctype": "multipart/form-data",
            "params": {
                "title": "title",
                "text": "text",
                "url": "url",
                "files": [
                    {"name": "photos", "accept": ["image/*", ".jpg", ".jpeg", ".png", ".webp", ".heic"]}
                ],
            },
        },
    }
