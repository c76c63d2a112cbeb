from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "kheo.portal"
    label = "portal"

    def ready(self) -> None:
        from kheo.portal import messages
        from kheo.ui.registry import Link, MenuEntry, links, menu

        messages.declare()
        links.add("stories.story", Link(_("See the public page"), "public_story", "globe"))
        menu.add(MenuEntry(_("Public pages"), "public_home", "globe", 60, group="results"))
