"""The way from the website to the app: a line of the menu, and a word on the first page until one has it."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kheo.initiatives.models.initiatives import WRITERS
from kheo.ui.registry import MenuEntry, Panel, menu, panels

# Who goes out to where there is no signal; the others find it in the menu.
IN_THE_FIELD = ("reporter",)


def declare() -> None:
    menu.add(MenuEntry(_("Work without signal"), "phone_app", "phone", 16, visible=writes))
    panels.add(
        Panel("phone_app", _("Work without signal"), "offline/panels/app.html", no_phone_yet, order=900)
    )


def writes(request: HttpRequest) -> bool:
    """Whether the post one acts as reports and registers."""
    return getattr(getattr(request, "post", None), "role", None) in WRITERS


def no_phone_yet(request: HttpRequest) -> dict[str, Any] | None:
    """For reporters who have not taken a phone yet. One query."""
    from kheo.offline.models import Phone

    post = getattr(request, "post", None)
    if post is None or post.role not in IN_THE_FIELD:
        return None
    return None if Phone.objects.standing().filter(user=post.user_id).exists() else {}
