from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PapersConfig(AppConfig):
    name = "kheo.papers"
    label = "papers"

    def ready(self) -> None:
        from kheo.files.owners import register_owner
        from kheo.papers import panels
        from kheo.ui.registry import MenuEntry, menu, verbs

        register_owner("papers.Paper", lambda user, paper: paper.may_be_seen_by(user))
        panels.declare()
        menu.add(MenuEntry(_("Papers"), "papers_waiting", "document", 36, visible=holds_post))
        verbs.add(
            {
                "number_asked": _("asked the clerk for a number"),
                "number_given": _("entered number, day and signer"),
                "number_corrected": _("corrected number, day or signer"),
                "paper_refreshed": _("took over what the record says today"),
                "signed_copy_added": _("added the signed copy"),
                "signed_copy_withdrawn": _("withdrew the signed copy"),
            }
        )


def holds_post(request: Any) -> bool:
    return getattr(request, "post", None) is not None
