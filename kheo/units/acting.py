"""A request of someone at work: beside who asks, as whom they act."""

from django.http import HttpRequest

from kheo.units.models import Post


class Request(HttpRequest):
    """What views of people at work receive. The middleware `ActingPost` fills it.

    `post` is None for someone without a post: they can look up what is open to every signed-in person, and
    the middleware refuses whatever they send. `post_or_refuse()` refuses on pages that make no sense without.
    """

    post: Post
    posts: list[Post]

    def post_or_refuse(self) -> Post:
        raise NotImplementedError
