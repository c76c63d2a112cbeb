from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UnitsConfig(AppConfig):
    name = "kheo.units"
    label = "units"

    def ready(self) -> None:
        from kheo.accounts import administrators
        from kheo.lib.beginning import beginning
        from kheo.lib.nightly import nightly
        from kheo.ui.registry import MenuEntry, Panel, menu, panels, verbs
        from kheo.units import founding
        from kheo.units.models import Role
        from kheo.units.people import attention
        from kheo.units.reach import administers
        from kheo.units.reorganise import every_night

        beginning.add("areas", _("Areas and bodies of Nghệ An"), founding.found, 10)

        def keeps_the_journal(request):  # type: ignore[no-untyped-def]
            keepers = (Role.ADMIN, Role.UNIT_ADMIN, Role.INSPECTOR, Role.HEAD)
            return getattr(request, "post", None) is not None and request.post.role in keepers

        def runs_accounts(request):  # type: ignore[no-untyped-def]
            post = getattr(request, "post", None)
            return post is not None and post.role in (Role.ADMIN, Role.UNIT_ADMIN)

        def accounts_to_look_at(request):  # type: ignore[no-untyped-def]
            counts = attention(request.post)
            return None if counts is None else {"counts": counts}

        administrators.register(administers)
        panels.add(
            Panel(
                "accounts",
                _("Accounts to look at"),
                "units/panels/accounts.html",
                accounts_to_look_at,
                order=70,
                visible=runs_accounts,
            )
        )
        menu.add(
            MenuEntry(_("People and accounts"), "people", "person", 415, runs_accounts, group="structure")
        )
        menu.add(MenuEntry(_("Sign-in rules"), "sign_in_rules", "gear", 505, runs_accounts, group="system"))
        nightly.add("reorganisations", _("Bring into force what takes effect today"), every_night, 20)
        menu.add(MenuEntry(_("Bodies"), "unit_list", "building", 410, group="structure"))
        menu.add(MenuEntry(_("Steering committees"), "committee_list", "people", 420, group="structure"))
        menu.add(MenuEntry(_("Reorganisations"), "reorganisations", "merge", 430, group="structure"))
        menu.add(MenuEntry(_("Journal"), "journal", "clock", 510, keeps_the_journal, group="system"))
        verbs.add(
            {
                "post_given": _("given a post"),
                "post_ended": _("post ended"),
                "post_changed": _("post changed"),
                "post_withdrawn": _("post taken back before it began"),
                "deputy_named": _("stands in"),
                "slips_printed": _("slips printed"),
                "accounts_made": _("accounts made from a list"),
                "post_continued": _("post goes on at the successor"),
                "committee_renewed": _("decision entered"),
                "member_seated": _("member seated"),
                "carried_out": _("carried out"),
                "resumed": _("had it go on"),
                "reversed": _("reversed by a correcting decision"),
                "reopened": _("lives again"),
                "annulled": _("was never there, as is known now"),
            }
        )
