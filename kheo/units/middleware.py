"""As whom a signed-in person acts."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from kheo.units.reach import posts_of


class ActingPost:
    """Sets `request.posts` (all current ones) and `request.post` (the chosen one, the first, or None)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.posts = posts_of(request.user) if request.user.is_authenticated else []
        chosen = request.session.get("post") if request.posts else None
        request.post = next((post for post in request.posts if post.pk == chosen), None) or next(
            iter(request.posts), None
        )
        return self.get_response(request)
