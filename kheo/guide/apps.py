from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GuideConfig(AppConfig):
    name = "kheo.guide"
    label = "guide"

    def ready(self) -> None:
        from kheo.guide.pages import PAGES
        from kheo.ui.registry import MenuEntry, helps, menu

        for page in PAGES:
            for name in page.explains:
                helps.add(name, page.title, "guide_page", page.slug)
        menu.add(MenuEntry(_("How to"), "guide", "story", 90))
