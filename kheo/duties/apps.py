from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DutiesConfig(AppConfig):
    name = "kheo.duties"
    label = "duties"

    def ready(self) -> None:
        from kheo.duties import messages, panels
        from kheo.ui.registry import MenuEntry, menu

        panels.declare()
        messages.declare()
        menu.add(MenuEntry(_("My work"), "home", "home", 10))
        menu.add(MenuEntry(_("Who has not sent"), "due", "bell", 60, visible=follows))


def follows(request: Any) -> bool:
    from kheo.duties.panels import FOLLOWING

    post = getattr(request, "post", None)
    return post is not None and post.role in FOLLOWING
