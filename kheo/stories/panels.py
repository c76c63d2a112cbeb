"""What waits for the editor, and what came back to those who proposed it. One query each."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kheo.lib.formats import number
from kheo.stories.models import EDITORS, PROPOSERS, Story
from kheo.ui.registry import Panel, panels
from kheo.units.models import Post

MOST, COUNTED = 6, 99


def _panel(
    waiting: Callable[[Post], Any], roles: tuple[str, ...], query: str
) -> Callable[[HttpRequest], dict[str, Any] | None]:
    def context(request: HttpRequest) -> dict[str, Any] | None:
        post = getattr(request, "post", None)
        if post is None or post.role not in roles:
            return None
        rows = list(waiting(post).with_facts().order_by("pk")[: COUNTED + 1])
        if not rows:
            return None
        return {
            "rows": rows[:MOST],
            "count": number(len(rows)) if len(rows) <= COUNTED else f"{COUNTED}+",
            "more": len(rows) > MOST,
            "url": f"{reverse('story_list')}?{query}",
        }

    return context


def declare() -> None:
    template = "stories/panels/stories.html"
    stories = Story.objects
    for name, title, waiting, roles, query, order in (
        ("editor", _("Stories that wait for the editor"), stories.for_editor, EDITORS, "state=proposed", 41),
        ("finish", _("My stories to finish"), stories.to_finish, PROPOSERS, "state=returned", 42),
    ):
        panels.add(Panel(f"stories_{name}", title, template, _panel(waiting, roles, query), order))
