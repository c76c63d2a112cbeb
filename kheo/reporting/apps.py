from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ReportingConfig(AppConfig):
    name = "kheo.reporting"
    label = "reporting"

    def ready(self) -> None:
        from kheo.files.owners import register_owner
        from kheo.ui.registry import MenuEntry, menu, verbs
        from kheo.upkeep.moving import prove_by

        prove_by("figures", "--every")
        register_owner("reporting.ReportedSource", lambda user, source: source.may_be_seen_by(user))
        verbs.add(
            {
                "stated_figure_kept": _("kept the figure as its source states it"),
                "stated_source_kept": _("kept the document that states figures"),
            }
        )
        menu.add(MenuEntry(_("Overview"), "dashboard", "chart", 200, group="results"))
        menu.add(MenuEntry(_("Half-year table"), "half_year", "list", 210, group="reports"))
        menu.add(MenuEntry(_("Figures by report"), "reported_sources", "document", 220, group="reports"))
