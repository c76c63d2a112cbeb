"""What this room tells the rooms below: how its things are found, who sees its files, what waits for whom."""

from collections.abc import Collection
from typing import Any

from django.db.models import CharField, Count, F, Q
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kheo.files.owners import register_owner
from kheo.lib.periods import BEGINNING
from kheo.search import index
from kheo.ui.registry import MenuEntry, Panel, menu, panels, verbs
from kheo.units import heirs
from kheo.units.models import Post

from . import messages, paper
from .models import Directive, Duty, Reply
from .models.directive import CONFIRM
from .models.duty import ANSWER, DECIDE

SHOWN = 5


def register() -> None:
    messages.declare()
    paper.register()
    index.register(
        index.Searchable(
            kind="directive",
            label=_("Directive"),
            model="directives.Directive",
            url_name="directive",
            words=words,
            scope=scope,
        )
    )
    register_owner(Directive, lambda user, directive: directive.may_be_seen_by(user))
    register_owner(Reply, lambda user, reply: reply.may_be_seen_by(user))
    heirs.register(heirs.Question("open_duties", _("open duties from directives"), open_duties))
    menu.add(
        MenuEntry(
            _("Directives"), "directives", icon="document", order=20, visible=_holds_post, group="directives"
        )
    )
    menu.add(
        MenuEntry(
            _("What we were asked"),
            "our_duties",
            icon="inbox",
            order=21,
            visible=_holds_post,
            group="directives",
        )
    )
    panels.add(
        Panel(
            "directives_to_confirm",
            _("Documents waiting for confirmation"),
            "directives/panels/to_confirm.html",
            to_confirm,
            order=20,
        )
    )
    panels.add(
        Panel(
            "our_duties",
            _("Our duties from directives"),
            "directives/panels/duties.html",
            our_duties,
            order=21,
        )
    )
    panels.add(
        Panel(
            "replies_to_decide",
            _("Answers waiting for us"),
            "directives/panels/replies.html",
            replies_to_decide,
            order=22,
        )
    )
    verbs.add(
        {
            "directive_entered": _("entered the document"),
            "directive_read": _("typed the text of the scan"),
            "hung_under": _("said which document it implements"),
            "continued": _("said what continues it"),
            "replaced": _("said what replaces it"),
        }
    )


def words(directive: Directive) -> index.Words | None:
    """A document is found by its number, title, issuer and text; once withdrawn no longer."""
    if directive.state == Directive.State.WITHDRAWN:
        return None
    return index.Words(
        title=directive.full_name[:500],
        text=f"{directive.issuer_text}\n{directive.summary}\n{directive.text}",
        place=str(directive.entered_for.area),
        numbers=[directive.number] if directive.number else [],
        area_id=directive.entered_for.area_id,
        unit_id=directive.entered_for_id,
        public=False,
        day=directive.issued_on or BEGINNING,
    )


def scope(who: Any) -> Q:
    seen = Directive.objects.visible_to(who).order_by().annotate(key=Cast("pk", CharField()))
    return Q(object_id__in=seen.values("key"))


def open_duties(unit_ids: Collection[int], area_ids: Collection[int]) -> int:
    return Duty.objects.live().unanswered().filter(unit_id__in=list(unit_ids)).count()


def _post(request: HttpRequest) -> Post | None:
    return getattr(request, "post", None)


def _holds_post(request: HttpRequest) -> bool:
    return _post(request) is not None


def to_confirm(request: HttpRequest) -> dict[str, Any] | None:
    post = _post(request)
    if post is None or post.role not in CONFIRM:
        return None
    found = list(
        Directive.objects.waiting().entered_by_unit(post.unit).order_by("entered_at", "pk")[: SHOWN + 1]
    )
    return {"directives": found[:SHOWN], "more": len(found) > SHOWN} if found else None


def our_duties(request: HttpRequest) -> dict[str, Any] | None:
    post = _post(request)
    if post is None or post.role not in ANSWER:
        return None
    owed = Duty.objects.live().of_unit(post.unit).unanswered()
    # The nearest deadline first; standing tasks after those that end.
    first = owed.select_related("assignment__directive", "unit")
    # A task given to several bodies that this one continues is one line.
    rows: dict[int, Duty] = {}
    for duty in first.order_by(F("due_on").asc(nulls_last=True), "assignment__order", "pk")[: SHOWN * 8]:
        rows.setdefault(duty.assignment_id, duty)
    count = owed.aggregate(n=Count("assignment", distinct=True))["n"]
    return {"duties": list(rows.values())[:SHOWN], "count": count, "unit": post.unit} if count else None


def replies_to_decide(request: HttpRequest) -> dict[str, Any] | None:
    post = _post(request)
    if post is None or post.role not in DECIDE:
        return None
    waiting = Reply.objects.for_decision_by(post.unit).one_of_each()
    count = waiting.count()
    rows = waiting.select_related("duty__unit", "duty__assignment__directive").order_by("sent_at", "pk")[
        :SHOWN
    ]
    return {"replies": rows, "count": count} if count else None
