"""As whom a signed-in person acts."""

from collections.abc import Callable
from functools import partial
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from kheo.lib.refusals import Refused
from kheo.ui.context import hides_sample
from kheo.ui.doors import why_open
from kheo.ui.middleware import refusal
from kheo.units.acting import Request
from kheo.units.models import Post
from kheo.units.reach import posts_of

NO_POST = _("You hold no post today. Ask your unit's administrator to give you one.")
# What one may send without a post: one's own account and the choices of look and language.
OWN_ROOMS = ("kheo.accounts.", "kheo.ui.", "allauth.", "django.")


class ActingPost:
    """Sets `request.posts` (all current ones) and `request.post` (the chosen one, the first, or None)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, plain: HttpRequest) -> HttpResponse:
        request = cast(Request, plain)
        request.posts = posts_of(request.user) if request.user.is_authenticated else []
        if request.user.is_authenticated:
            # Asked wherever records are scoped, so that one switch hides what is invented everywhere.
            request.user.hides_sample = hides_sample(request)  # type: ignore[attr-defined]
        chosen = request.session.get("post") if request.posts else None
        mine = next((post for post in request.posts if post.pk == chosen), None)
        request.post = cast(Post, mine or next(iter(request.posts), None))
        request.post_or_refuse = partial(_post_or_refuse, request)  # type: ignore[method-assign]
        return self.get_response(request)

    def process_view(self, request: Request, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Whoever holds no post changes nothing; verbs may rely on somebody acting."""
        sends = request.method == "POST" and request.user.is_authenticated and request.post is None
        if not sends or why_open(view, request.resolver_match) or view.__module__.startswith(OWN_ROOMS):
            return None
        return refusal(request, str(NO_POST))


def _post_or_refuse(request: Request) -> Post:
    if request.post is None:
        raise Refused(str(NO_POST))
    return request.post
