"""One page to find everything."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from . import index
from .finding import find

SHOWN = 50


def search(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "")[:1000].strip()
    chosen = request.GET.get("kind", "")
    kinds = [chosen] if chosen in index.kinds() else None
    hits = find(text, who=request.user, kinds=kinds, limit=SHOWN + 1) if text else []
    return render(
        request,
        "search/search.html",
        {
            "text": text,
            "chosen": chosen,
            "kinds": [(each.kind, each.label) for each in index.kinds().values()],
            "hits": hits[:SHOWN],
            "more": len(hits) > SHOWN,
        },
    )
