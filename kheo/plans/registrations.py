"""What this room tells the rooms below: how plans are found, who sees their files, what waits for whom."""

from collections.abc import Collection
from typing import Any

from django.db.models import CharField, Q
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from kheo.files.owners import register_owner
from kheo.lib.periods import BEGINNING, today
from kheo.plans import messages, paper
from kheo.plans.acting import DECIDE
from kheo.plans.models import CalendarEntry, Plan
from kheo.search import index
from kheo.ui.registry import Link, MenuEntry, Panel, links, menu, panels, verbs
from kheo.units import heirs
from kheo.units.models import Post

SHOWN = 5


def register() -> None:
    messages.declare()
    paper.register()
    index.register(
        index.Searchable(
            kind="plan", label=_("Plan"), model="plans.Plan", url_name="plan", words=words, scope=scope
        )
    )
    register_owner(Plan, lambda user, plan: plan.may_be_seen_by(user))
    heirs.register(heirs.Question("plans", _("plans in force and drafts of committees"), plans_of))
    menu.add(MenuEntry(_("Plans"), "plans", icon="plan", order=23, visible=_holds_post, group="plans"))
    menu.add(
        MenuEntry(_("Calendar"), "plan_calendar", icon="clock", order=24, visible=_holds_post, group="plans")
    )
    menu.add(
        MenuEntry(_("Criteria"), "criteria_sets", icon="scales", order=25, visible=_holds_post, group="plans")
    )
    menu.add(
        MenuEntry(_("Movements"), "movements", icon="bell", order=26, visible=_holds_post, group="plans")
    )
    links.add("units.unit", Link(_("Plans and quotas"), "unit_plans", icon="plan", order=30))
    panels.add(
        Panel(
            "plans_to_approve",
            _("Plans waiting for approval"),
            "plans/panels/to_approve.html",
            to_approve,
            order=23,
        )
    )
    panels.add(
        Panel("plan_windows", _("Open now by the plan"), "plans/panels/windows.html", windows, order=60)
    )
    verbs.add(
        {
            "section_changed": _("changed a part of the plan"),
            "criteria_added": _("added a set of criteria"),
            "criteria_changed": _("changed the criteria"),
            "criteria_removed": _("took out a set of criteria"),
            "copied": _("took over parts of another plan"),
            "recorded_as_signed": _("recorded the signed plan as it is"),
            "signature_added": _("entered number and date of the signed paper"),
            "version_begun": _("began a new version"),
            "mandated": _("entered which committee runs it"),
            "launched": _("launched the movement"),
        }
    )


def words(plan: Plan) -> index.Words | None:
    """A plan in force is found by its name, theme, content, tasks and number."""
    if plan.state != Plan.State.APPROVED:
        return None
    text = [plan.theme, plan.objective, plan.content, plan.methods]
    text += [each.content for each in plan.chosen_fields.all()]
    text += [f"{each.text} {each.lead}" for each in plan.tasks.all()]
    text += [each.name for each in plan.criteria_sets.all()]
    return index.Words(
        title=str(plan),
        text="\n".join(filter(None, text)),
        place=str(plan.committee.area),
        numbers=[plan.number] if plan.number else [],
        area_id=plan.committee.area_id,
        unit_id=plan.committee_id,
        day=plan.signed_on or BEGINNING,
    )


def scope(who: Any) -> Q:
    seen = Plan.objects.visible_to(who).order_by().annotate(key=Cast("pk", CharField()))
    return Q(object_id__in=seen.values("key"))


def plans_of(unit_ids: Collection[int], area_ids: Collection[int]) -> int:
    running = [Plan.State.DRAFT, Plan.State.APPROVED]
    return Plan.objects.filter(committee__in=list(unit_ids), state__in=running).count()


def _post(request: HttpRequest) -> Post | None:
    return getattr(request, "post", None)


def _holds_post(request: HttpRequest) -> bool:
    return _post(request) is not None


def to_approve(request: HttpRequest) -> dict[str, Any] | None:
    post = _post(request)
    if post is None or post.role not in DECIDE:
        return None
    found = Plan.objects.waiting_for(post).select_related("movement", "committee").order_by("submitted_at")
    rows = list(found[: SHOWN + 1])
    return {"plans": rows[:SHOWN], "more": len(rows) > SHOWN} if rows else None


def windows(request: HttpRequest) -> dict[str, Any] | None:
    """What the plans that direct one's body have open today, the nearest end first."""
    post = _post(request)
    if post is None:
        return None
    directing = Plan.objects.directing(post.unit).visible_to(post.user).order_by().values("pk")
    found = CalendarEntry.objects.open_on(today()).filter(plan__in=directing)
    rows = list(found.select_related("plan__committee", "plan__movement").order_by("closes", "pk")[:SHOWN])
    return {"entries": rows} if rows else None
