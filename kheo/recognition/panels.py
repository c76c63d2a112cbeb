"""On the first page of those who decide: recognitions that run out soon. One query."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kheo.lib.formats import number
from kheo.recognition.models import RECORDING, Recognition
from kheo.ui.registry import Panel, panels

MOST, COUNTED = 6, 99


def running_out(request: HttpRequest) -> dict[str, Any] | None:
    post = getattr(request, "post", None)
    if post is None or post.role not in RECORDING:
        return None
    rows = Recognition.objects.running_out().of_committee(post.unit)
    found = list(rows.select_related("initiative", "tier").order_by("valid_to", "pk")[: COUNTED + 1])
    if not found:
        return None
    return {
        "rows": found[:MOST],
        "count": number(len(found)) if len(found) <= COUNTED else f"{COUNTED}+",
        "more": len(found) > MOST,
        "url": f"{reverse('recognition_list')}?ending=1",
    }


def declare() -> None:
    panels.add(
        Panel(
            "recognition_running_out",
            _("Recognitions that run out soon"),
            "recognition/panels/running_out.html",
            running_out,
            40,
        )
    )
