from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UpkeepConfig(AppConfig):
    name = "kheo.upkeep"
    label = "upkeep"

    def ready(self) -> None:
        from kheo.ui.registry import MenuEntry, Panel, menu, panels
        from kheo.upkeep import refusing, sources  # noqa: F401  (refusing declares checks)
        from kheo.upkeep.status import looks_after, urgent

        sources.declare()
        menu.add(
            MenuEntry(_("State of the system"), "upkeep_status", "gear", 520, looks_after, group="system")
        )
        panels.add(Panel("upkeep_urgent", _("The system needs you"), "upkeep/panels/urgent.html", urgent, 1))
