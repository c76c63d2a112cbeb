from typing import Any

from django.apps import AppConfig
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RecognitionConfig(AppConfig):
    name = "kheo.recognition"
    label = "recognition"

    def ready(self) -> None:
        from kheo.files.owners import register_owner
        from kheo.recognition import measures, panels
        from kheo.search import index
        from kheo.ui.registry import Link, MenuEntry, links, menu, verbs

        measures.declare()
        panels.declare()
        index.register(
            index.Searchable(
                kind="decision",
                label=_("Decision of recognition"),
                model="recognition.Decision",
                url_name="decision",
                words=words_of_decision,
                scope=seen_by,
            )
        )
        register_owner("recognition.Decision", lambda user, decision: decision.may_be_seen_by(user))
        verbs.add({"recognition_ended": _("ended the recognition")})
        links.add("initiatives.initiative", Link(_("Recognition"), "initiative_recognitions", "star", 30))
        menu.add(MenuEntry(_("Recognition"), "recognition_list", "star", 40, group="initiatives"))


def words_of_decision(decision: Any) -> Any:
    from kheo.search.index import Words

    return Words(
        title=f"{decision.number}: {decision.tier}",
        text=f"{decision.committee}\n{decision.signer}",
        numbers=[decision.number],
        area_id=decision.committee.area_id,
        unit_id=decision.committee_id,
        day=decision.signed_on,
    )


def seen_by(who: Any) -> Q:
    from django.db.models import CharField
    from django.db.models.functions import Cast

    from kheo.recognition.models import Decision

    # What search knows of a thing is its id as text.
    seen = Decision.objects.visible_to(who).order_by().annotate(as_text=Cast("pk", CharField(max_length=40)))
    return Q(object_id__in=seen.values("as_text"))
