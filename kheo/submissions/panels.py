"""What waits at the desk, on the first page of whoever works there: one query."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kheo.lib.formats import number
from kheo.submissions.models import Submission
from kheo.submissions.models.links import KEEPERS
from kheo.ui.registry import Panel, panels

MOST = 6
COUNTED = 99


def at_desk(request: HttpRequest) -> bool:
    post = getattr(request, "post", None)
    return post is not None and post.role in KEEPERS


def to_take(request: HttpRequest) -> dict[str, Any] | None:
    if not at_desk(request):
        return None
    waiting = Submission.objects.to_take(request.post)  # type: ignore[attr-defined]
    rows = list(waiting.order_by("sent_at", "pk")[: COUNTED + 1])
    if not rows:
        return None
    return {
        "rows": rows[:MOST],
        "count": number(len(rows)) if len(rows) <= COUNTED else f"{COUNTED}+",
        "url": reverse("submission_list"),
    }


def declare() -> None:
    panels.add(
        Panel(
            "submissions_to_take",
            _("Sent in through the link, to take"),
            "submissions/panels/to_take.html",
            to_take,
            18,
        )
    )
