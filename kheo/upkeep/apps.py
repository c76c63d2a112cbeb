from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UpkeepConfig(AppConfig):
    name = "kheo.upkeep"
    label = "upkeep"

    def ready(self) -> None:
        from kheo.lib.nightly import nightly
        from kheo.ui.registry import MenuEntry, Panel, elsewhere, menu, panels, verbs
        from kheo.upkeep import archives, backing_up, backups, chores, refusing, sources  # noqa: F401  (refusing: checks)
        from kheo.upkeep.status import looks_after, urgent

        sources.declare()
        backups.declare()
        archives.declare()
        elsewhere.years = archives.years
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
                "archive_proven": _("wrote the archive of the year and read it again whole"),
                "archive_taken": _("took the year out into its archive"),
                "archive_dropped": _("gave up archiving; nothing was taken out"),
                "archive_returning": _("began to bring the year back from its archive"),
                "archive_back": _("brought the year back from its archive"),
                "archive_verified": _("archive read again: whole"),
                "archive_found_bad": _("archive found damaged"),
                "moved_database": _("moved to another database"),
                "upgraded": _("changed to another version of Kheo"),
            }
        )
