from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ListsConfig(AppConfig):
    name = "kheo.lists"
    label = "lists"

    def ready(self) -> None:
        from kheo.files.owners import register_owner
        from kheo.initiatives.taking_over import FROM_THE_BEGINNING
        from kheo.ui.registry import MenuEntry, menu, verbs

        FROM_THE_BEGINNING.add("lists.Row")
        register_owner("lists.OfficeList", lambda user, thing: thing.may_be_seen_by(user))
        verbs.add(
            {
                "list_taken_in": _("handed in the list"),
                "columns_named": _("said what the columns hold"),
                "corrected_cells": _("corrected cells"),
                "left_out_lines": _("left lines out"),
                "list_load_begun": _("had the list loaded"),
                "list_loaded": _("loaded"),
                "list_taking_back": _("had the load taken back"),
                "list_taken_back": _("took the load back"),
            }
        )
        menu.add(MenuEntry(_("Lists from before"), "office_lists", "copy", 34, group="initiatives"))
