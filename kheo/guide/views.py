"""The guide, for everyone: whoever cannot sign in yet needs it most."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from kheo.guide.pages import PAGES
from kheo.guide.steps import record
from kheo.ui.doors import open_door

WHY_OPEN = "Whoever cannot sign in yet reads here how; the guide shows sample records only."


@open_door(WHY_OPEN)
def guide(request: HttpRequest) -> HttpResponse:
    return render(request, "guide/guide.html", {"pages": PAGES, "frame": frame(request)})


@open_door(WHY_OPEN)
def guide_page(request: HttpRequest, slug: str) -> HttpResponse:
    place = next((at for at, page in enumerate(PAGES) if page.slug == slug), None)
    if place is None:
        raise Http404
    page = PAGES[place]
    steps = [
        {"n": n, "text": step.text, "picture": picture(page.picture_of(n))}
        for n, step in enumerate(page.steps, start=1)
    ]
    context = {
        "page": page,
        "steps": steps,
        "number": place + 1,
        "following": PAGES[place + 1] if place + 1 < len(PAGES) else None,
        "frame": frame(request),
    }
    return render(request, "guide/page.html", context)


def picture(name: str) -> dict[str, Any] | None:
    """A step's picture with its size, or None while there is none."""
    known = record().get(name)
    return {"path": f"guide/pictures/{name}", **known} if known else None


def frame(request: HttpRequest) -> str:
    """The frame of someone at work, or of a visitor."""
    return "ui/page.html" if request.user.is_authenticated else "ui/public.html"
