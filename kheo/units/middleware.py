"""As whom a signed-in person acts."""

from collections.abc import Callable
from functools import partial

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from kheo.lib.refusals import Refused
from kheo.ui.context import hides_sample
from kheo.units.models import Post
from kheo.units.reach import posts_of


class ActingPost:
    """Sets `request.posts` (all current ones) and `request.post` (the chosen one, the first, or None)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.posts = posts_of(request.user) if request.user.is_authenticated else []
        if request.user.is_authenticated:
            # Asked wherever records are scoped, so that one switch hides what is invented everywhere.
            request.user.hides_sample = hides_sample(request)
        chosen = request.session.get("post") if request.posts else None
        request.post = next((post for post in request.posts if post.pk == chosen), None) or next(
            iter(request.posts), None
        )
        request.post_or_refuse = partial(_post_or_refuse, request)
        return self.get_response(request)


def _post_or_refuse(request: HttpRequest) -> Post:
    if request.post is None:
        raise Refused(_("You hold no post today. Ask your unit's administrator to give you one."))
    return request.post
