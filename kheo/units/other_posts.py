"""A link that another post of the same person opens: instead of "not found" the switch is offered.

Nothing is said to anyone whose own posts do not reach the page, so a link tells no outsider that it exists.
"""

from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import Resolver404, resolve

from kheo.lib.refusals import Refused
from kheo.ui.middleware import wants_json
from kheo.units.acting import Request
from kheo.units.models import Post

# A page the post may not open, and one whose verb it may not do.
CLOSED = (404, 409)


def offered(request: Request, response: HttpResponseBase) -> HttpResponseBase:
    """The answer itself, or the page that offers the posts by which this very address opens."""
    if response.status_code not in CLOSED or request.method != "GET" or len(request.posts) < 2:
        return response
    if wants_json(request) or getattr(request, "htmx", False):
        return response
    posts = [post for post in request.posts if post is not request.post and opens(request, post)]
    if not posts:
        return response
    return render(
        request, "units/other_post.html", {"posts": posts, "onward": request.get_full_path()}, status=200
    )


def opens(request: Request, post: Post) -> bool:
    """Whether the page at this address is shown to the person acting from another post."""
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return False
    # Pages are asked as they are: a GET changes nothing.
    again = cast(Any, HttpRequest())
    again.__dict__.update({**request.__dict__, "post": post})
    again.post_or_refuse = lambda: post
    again.resolver_match = match
    try:
        return match.func(again, *match.args, **match.kwargs).status_code < 400
    except (Http404, Refused, PermissionDenied):
        return False
