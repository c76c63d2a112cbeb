"""What waits for whom, on everyone's first page: a fixed number of queries for each panel."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kheo.fieldwork.models import Draft, FieldReport, UnitReport
from kheo.fieldwork.models.unit_reports import asked_of
from kheo.initiatives.models.initiatives import DESK, HEADS, WRITERS
from kheo.lib.formats import number
from kheo.lib.periods import today
from kheo.ui.lists import first_ids, in_order
from kheo.ui.registry import Panel, panels
from kheo.units.models import Post

MOST = 6
# Above this nobody counts: "more than 99".
COUNTED = 99


def shown(found: int) -> str:
    return number(found) if found <= COUNTED else f"{COUNTED}+"


def _posted(
    roles: tuple[str, ...], context: Callable[[Post], dict[str, Any] | None]
) -> Callable[[HttpRequest], dict[str, Any] | None]:
    def of(request: HttpRequest) -> dict[str, Any] | None:
        post = getattr(request, "post", None)
        return context(post) if post is not None and post.role in roles else None

    return of


def to_accept(post: Post) -> dict[str, Any] | None:
    """Reports the post's body accepts or returns: of initiatives and of units."""
    fields = first_ids(FieldReport.objects.few_visible_to(post).to_accept(post), COUNTED + 1)
    units = first_ids(UnitReport.objects.few_visible_to(post).to_accept(post), COUNTED + 1)
    return _both(fields, units, "accept")


def to_finish(post: Post) -> dict[str, Any] | None:
    """Drafts and returned reports of the person, and what is typed but not yet checked."""
    fields, units = (
        first_ids(kind.objects.few_visible_to(post).to_finish(post), COUNTED + 1, newest=True)
        for kind in (FieldReport, UnitReport)
    )
    typed = list(Draft.objects.visible_to(post).select_related("initiative")[: MOST + 1])
    return _both(fields, units, "finish", typed)


def _both(
    fields: list[int], units: list[int], waiting: str, typed: list[Any] | None = None
) -> dict[str, Any] | None:
    """What a panel shows of the reports with these ids, in their order."""
    typed = typed or []
    count = len(fields) + len(units) + len(typed)
    if not count:
        return None
    return {
        "fields": in_order(FieldReport.objects.with_facts().prefetch_related(None), fields[:MOST]),
        "units": in_order(UnitReport.objects.with_facts(), units[:MOST]),
        "typed": typed[:MOST],
        "count": shown(count),
        "url": f"{reverse('field_report_list')}?waiting={waiting}" if fields or not units else "",
        "units_url": f"{reverse('unit_report_list')}?waiting={waiting}" if units else "",
    }


def owed(post: Post) -> dict[str, Any] | None:
    """Periodic reports the plans ask of the post's body."""
    entries = asked_of(post)
    return {"entries": entries, "today": today()} if entries else None


def declare() -> None:
    template = "fieldwork/panels/reports.html"
    for name, title, roles, context, order in (
        ("accept", _("Reports waiting for us"), (*DESK, *HEADS), to_accept, 24),
        ("finish", _("My reports: drafts and what came back"), WRITERS, to_finish, 25),
    ):
        panels.add(Panel(f"fieldwork_{name}", title, template, _posted(roles, context), order))
    panels.add(
        Panel(
            "fieldwork_due",
            _("Periodic reports due"),
            "fieldwork/panels/due.html",
            _posted(WRITERS, owed),
            26,
        )
    )
