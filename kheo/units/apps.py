from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UnitsConfig(AppConfig):
    name = "kheo.units"
    label = "units"

    def ready(self) -> None:
        from kheo.ui.registry import MenuEntry, menu, verbs
        from kheo.units.models import Role

        def keeps_the_journal(request):  # type: ignore[no-untyped-def]
            keepers = (Role.ADMIN, Role.UNIT_ADMIN, Role.INSPECTOR, Role.HEAD)
            return getattr(request, "post", None) is not None and request.post.role in keepers

        menu.add(MenuEntry(_("Bodies"), "unit_list", "building", 410, group="structure"))
        menu.add(MenuEntry(_("Steering committees"), "committee_list", "people", 420, group="structure"))
        menu.add(MenuEntry(_("Reorganisations"), "reorganisations", "merge", 430, group="structure"))
        menu.add(MenuEntry(_("Journal"), "journal", "clock", 510, keeps_the_journal, group="system"))
        verbs.add(
            {
                "post_given": _("given a post"),
                "post_ended": _("post ended"),
                "post_continued": _("post goes on at the successor"),
                "committee_renewed": _("decision entered"),
                "member_seated": _("member seated"),
                "carried_out": _("carried out"),
            }
        )
