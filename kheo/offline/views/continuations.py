"""What one envelope continued for a year, line by line."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render

from kheo.offline.models import Continuation


def continuation(request: HttpRequest, pk: int) -> HttpResponseBase:
    seen = Continuation.objects.visible_to(request.user).select_related("unit__area", "by__user", "by__unit")
    found = get_object_or_404(seen, pk=pk)
    lines = list(found.lines.select_related("initiative__area__parent", "initiative__owner", "enrolment"))
    return render(request, "offline/continuation.html", {"continuation": found, "lines": lines})
