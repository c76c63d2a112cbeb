"""What waits for the clerk on the first page: one query for each panel."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kheo.lib.formats import number
from kheo.papers.models import Paper
from kheo.ui.registry import Panel, panels
from kheo.units.models import Role

MOST = 5
# Above this nobody counts: "99+".
COUNTED = 99


def _panel(name: str, url_name: str) -> Callable[[HttpRequest], dict[str, Any] | None]:
    def context(request: HttpRequest) -> dict[str, Any] | None:
        post = getattr(request, "post", None)
        if post is None or post.role != Role.CLERK:
            return None
        rows = list(getattr(Paper.objects, name)(post).with_facts().order_by("pk")[: COUNTED + 1])
        if not rows:
            return None
        return {
            "rows": rows[:MOST],
            "count": number(len(rows)) if len(rows) <= COUNTED else f"{COUNTED}+",
            "url": reverse(url_name),
        }

    return context


def declare() -> None:
    panels.add(
        Panel(
            "papers_waiting",
            _("Papers waiting for a number"),
            "papers/panels/papers.html",
            _panel("waiting", "papers_waiting"),
            order=18,
        )
    )
    panels.add(
        Panel(
            "papers_unsigned",
            _("Papers whose signed copy is missing"),
            "papers/panels/papers.html",
            _panel("unsigned", "papers_unsigned"),
            order=58,
        )
    )
