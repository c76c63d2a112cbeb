from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportingConfig(AppConfig):
    name = "kheo.reporting"
    label = "reporting"

    def ready(self) -> None:
        from kheo.ui.registry import MenuEntry, menu, verbs

        verbs.add({"stated_figure_kept": _("kept the figure as its source states it")})
        menu.add(MenuEntry(_("Overview"), "dashboard", "chart", 200, group="results"))
        menu.add(MenuEntry(_("Half-year table"), "half_year", "list", 210, group="reports"))
