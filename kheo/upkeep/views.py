"""The pages of whoever looks after the installation."""

from django.http import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kheo.units.acting import Request
from kheo.units.models import Role
from kheo.upkeep.status import gravest, status


@require_safe
def state(request: Request) -> HttpResponseBase:
    request.post_or_refuse().require(Role.ADMIN)
    sections = status.sections()
    overall = gravest(line for _source, _tone, lines in sections for line in lines)
    return render(request, "upkeep/status.html", {"sections": sections, "overall": overall})
