"""As whom a signed-in person acts."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from kheo.lib.periods import today
from kheo.lib.refusals import Refused
from kheo.rooms import ROOMS
from kheo.ui.context import hides_sample
from kheo.ui.doors import why_open
from kheo.ui.middleware import refusal
from kheo.units import other_posts, reorganise
from kheo.units.acting import Request
from kheo.units.models import Post, Reorganisation
from kheo.units.reach import posts_of

NO_POST = _("You hold no post today. Ask your unit's administrator to give you one.")
# Rooms below this one know no posts: one's own account, the choices of look and language.
ROOMS_WITH_POSTS = tuple(f"kheo.{room}." for room in ROOMS[ROOMS.index("units") :])


class ActingPost:
    """Sets `request.posts` (all current ones) and `request.post` (the chosen one, the first, or None)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, plain: HttpRequest) -> HttpResponseBase:
        request = cast(Request, plain)
        request.posts = posts_of(request.user) if request.user.is_authenticated else []
        if request.user.is_authenticated:
            # Asked wherever records are scoped, so that one switch hides what is invented everywhere.
            request.user.hides_sample = hides_sample(request)  # type: ignore[attr-defined]
        chosen = request.session.get("post") if request.posts else None
        mine = next((post for post in request.posts if post.pk == chosen), None)
        request.post = cast(Post, mine or next(iter(request.posts), None))
        request.post_or_refuse = partial(_post_or_refuse, request)  # type: ignore[method-assign]
        return other_posts.offered(request, self.get_response(request))

    def process_view(self, request: Request, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Whoever holds no post changes nothing; verbs may rely on somebody acting."""
        sends = request.method == "POST" and request.user.is_authenticated and request.post is None
        acted_from = view.__module__.startswith(ROOMS_WITH_POSTS)
        if not sends or not acted_from or why_open(view, request.resolver_match):
            return None
        return refusal(request, str(NO_POST))


class NewDay:
    """The first request of a day brings into force what takes effect on it.

    Asked once a day in each process; what another process has done by then is found done. Who only reads does
    not wait for what is large: it is handed to the worker, and until it has taken effect the structure of
    before is read. Who enters something waits, so that it is entered in the structure of the day.
    """

    met: date | None = None

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if NewDay.met != (day := today()):
            reads = request.method in ("GET", "HEAD")
            due = Reorganisation.objects.due()
            if due.exists():
                reorganise.catch_up(hurry=reads)
                if reads and due.exclude(work="").exists():
                    return self.get_response(request)
            NewDay.met = day
        return self.get_response(request)


def _post_or_refuse(request: Request) -> Post:
    if request.post is None:
        raise Refused(str(NO_POST))
    return request.post
