from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UpkeepConfig(AppConfig):
    name = "kheo.upkeep"
    label = "upkeep"

    def ready(self) -> None:
        from kheo.lib.nightly import nightly
        from kheo.ui.registry import MenuEntry, Panel, menu, panels, verbs
        from kheo.upkeep import backing_up, backups, chores, refusing, sources  # noqa: F401  (refusing: checks)
        from kheo.upkeep.status import looks_after, urgent

        sources.declare()
        backups.declare()
        chores.declare()
        menu.add(
            MenuEntry(_("State of the system"), "upkeep_status", "gear", 520, looks_after, group="system")
        )
        panels.add(Panel("upkeep_urgent", _("The system needs you"), "upkeep/panels/urgent.html", urgent, 1))
        menu.add(MenuEntry(_("Backups"), "backups", "download", 530, looks_after, group="system"))
        nightly.add("backup", _("Back up"), backing_up.every_night, 10)
        verbs.add(
            {
                "backed_up": _("backed up"),
                "backup_failed": _("backup failed"),
                "backup_asked": _("asked for a backup"),
                "backup_verify_asked": _("asked to read the backup again"),
                "backup_verified": _("backup read again: whole"),
                "backup_found_bad": _("backup found damaged"),
                "backup_removed": _("backup removed by the rule for keeping"),
                "restored": _("restored from a backup"),
                "moved_database": _("moved to another database"),
                "upgraded": _("changed to another version of Kheo"),
            }
        )
