"""What waits for whom, on everyone's first page: two queries for each panel that may concern the person."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kheo.initiatives.models import Draft, Enrolment
from kheo.initiatives.models.initiatives import DESK, HEADS, WRITERS
from kheo.lib.formats import number
from kheo.ui.lists import first_ids, in_order
from kheo.ui.registry import Panel, panels, signed_in
from kheo.units.models import Post

MOST = 6
# Above this nobody counts: "more than 99".
COUNTED = 99


def _panel(
    waiting: Callable[[Post], Any], roles: tuple[str, ...], query: str, facts: Any = None
) -> Callable[[HttpRequest], Any]:
    """`facts` are all rows with what a line shows."""

    def context(request: HttpRequest) -> dict[str, Any] | None:
        post = getattr(request, "post", None)
        if post is None or post.role not in roles:
            return None
        ids = first_ids(waiting(post), COUNTED + 1)
        if not ids:
            return None
        return {
            "rows": in_order(facts or Enrolment.objects.with_facts(), ids[:MOST]),
            "count": number(len(ids)) if len(ids) <= COUNTED else f"{COUNTED}+",
            "more": len(ids) > MOST,
            "url": f"{reverse('enrolment_list')}?{query}",
        }

    return context


def drafts(request: HttpRequest) -> dict[str, Any] | None:
    """Drafts and returned registrations of the person, and what is typed but not yet checked."""
    post = getattr(request, "post", None)
    if post is None or post.role not in WRITERS:
        return None
    typed = list(Draft.objects.visible_to(post)[: MOST + 1])
    own = Enrolment.objects.few_visible_to(post).to_finish(post)
    ids = first_ids(own, COUNTED + 1, newest=True)
    if not typed and not ids:
        return None
    count = len(ids) + len(typed)
    return {
        "typed": typed[:MOST],
        "rows": in_order(Enrolment.objects.with_facts(), ids[:MOST]),
        "count": number(count) if count <= COUNTED else f"{COUNTED}+",
        "more": len(ids) > MOST,
        "url": f"{reverse('enrolment_list')}?waiting=finish",
    }


def declare() -> None:
    template = "initiatives/panels/enrolments.html"
    objects = Enrolment.objects
    for name, title, waiting, roles, order in (
        ("receive", _("Registrations to receive"), objects.to_receive, DESK, 20),
        ("confirm", _("Registrations to confirm"), objects.to_confirm, HEADS, 21),
        ("approve", _("Registrations to approve"), objects.to_approve, HEADS, 22),
    ):
        context = _panel(waiting, roles, f"waiting={name}")
        panels.add(Panel(f"initiatives_{name}", title, template, context, order, signed_in))
    panels.add(
        Panel(
            "initiatives_answer",
            _("Typed for us: is it right?"),
            "initiatives/panels/on_behalf.html",
            _panel(objects.to_answer, WRITERS, "waiting=answer", objects.with_facts().with_typist()),
            19,
            signed_in,
        )
    )
    panels.add(
        Panel(
            "initiatives_unanswered",
            _("Typed for others, the unit has not answered"),
            template,
            _panel(objects.unanswered, (*DESK, *HEADS), "waiting=late"),
            24,
            signed_in,
        )
    )
    panels.add(
        Panel(
            "initiatives_drafts",
            _("My drafts and what came back"),
            "initiatives/panels/drafts.html",
            drafts,
            23,
        )
    )
