from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SettlementsConfig(AppConfig):
    name = "kheo.settlements"
    label = "settlements"

    def ready(self) -> None:
        from kheo.settlements import settling
        from kheo.ui.registry import Link, MenuEntry, links, menu, verbs
        from kheo.units import heirs
        from kheo.units.models import ReachKind, Role

        heirs.register_carrier("records", settling.count_anew)

        def sees_divisions(request):  # type: ignore[no-untyped-def]
            post = getattr(request, "post", None)
            return post is not None and (post.reach == ReachKind.PLACE or post.role == Role.ADMIN)

        menu.add(
            MenuEntry(_("Not attributed yet"), "undecided", "merge", 431, sees_divisions, group="structure")
        )
        links.add(
            "places.area",
            Link(
                _("Settle where its records belong"),
                "undecided_commune",
                "merge",
                visible=lambda request, area: (
                    area.level == "commune" and area.heir_undecided and sees_divisions(request)
                ),
            ),
        )
        verbs.add(
            {
                "settled": _("said to which heir it belongs"),
                "settlement_withdrawn": _("took back to which heir it belongs"),
            }
        )
