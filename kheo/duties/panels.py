"""On the first page of those who follow others: who has not sent, and which committees wait for renewal."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kheo.duties.due import committees_to_renew, due_from_others
from kheo.ui.registry import Panel, panels
from kheo.units.models import Role

MOST = 5
FOLLOWING = (Role.SPECIALIST, Role.REGISTRAR, Role.HEAD, Role.DEPUTY, Role.CLERK, Role.INSPECTOR)


def not_sent(request: HttpRequest) -> dict[str, Any] | None:
    post = getattr(request, "post", None)
    if post is None or post.role not in FOLLOWING:
        return None
    rows = [due for due in due_from_others(post) if due.missing]
    return {"rows": rows[:MOST], "more": len(rows) > MOST, "url": reverse("due")} if rows else None


def to_renew(request: HttpRequest) -> dict[str, Any] | None:
    post = getattr(request, "post", None)
    if post is None or post.role not in (*FOLLOWING, Role.ADMIN, Role.UNIT_ADMIN):
        return None
    rows = committees_to_renew(post)
    return {"rows": rows[:MOST], "more": len(rows) > MOST, "url": reverse("renewals_due")} if rows else None


def declare() -> None:
    panels.add(
        Panel("duties_not_sent", _("Who has not sent yet"), "duties/panels/not_sent.html", not_sent, 50)
    )
    panels.add(
        Panel("duties_to_renew", _("Committees to be renewed"), "duties/panels/to_renew.html", to_renew, 70)
    )
