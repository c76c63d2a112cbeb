"""The accepted lists that committees have made public."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from kheo.portal.views import MOST_ROWS, for_visitors
from kheo.submissions import qr
from kheo.submissions.models import PublicList
from kheo.ui.context import hides_sample
from kheo.ui.doors import open_door
from kheo.ui.lists import keyset_page, wants_xlsx, xlsx_response

A_PAGE = 100
COLUMNS: list[Any] = [
    (gettext_lazy("Name"), "initiative.name"),
    (
        gettext_lazy("Led by"),
        lambda row: row.initiative.owner.name if row.initiative.owner_known else gettext_lazy("not known"),
    ),
    (gettext_lazy("Place"), "initiative.area.short_place"),
    (gettext_lazy("Field of work"), "field.name"),
    (gettext_lazy("Kind"), "initiative.get_kind_display"),
    (gettext_lazy("New or continuing"), "get_kind_display"),
    (gettext_lazy("Year"), lambda row: str(row.year)),
    (gettext_lazy("Sample"), "initiative.sample"),
]


def lists_shown(request: HttpRequest) -> Any:
    shown = PublicList.objects.shown()
    if hides_sample(request):
        shown = shown.filter(sample=False)
    return shown.select_related("committee__area", "movement", "catalogue")


@open_door("Everyone may read which accepted lists are public.")
@require_safe
@for_visitors
def accepted_lists(request: HttpRequest) -> HttpResponseBase:
    page = keyset_page(lists_shown(request), request, ("-year", "-id"), size=50)
    return render(request, "portal/accepted_lists.html", {"page": page})


@open_door("A committee has decided that everyone may read its accepted list.")
@require_safe
@for_visitors
def accepted(request: HttpRequest, token: str) -> HttpResponseBase:
    found = get_object_or_404(lists_shown(request), token=token)
    rows = found.rows()
    if hides_sample(request):
        rows = rows.filter(initiative__sample=False)
    if wants_xlsx(request):
        return xlsx_response(f"danh-sach-{found.year}.xlsx", COLUMNS, rows[:MOST_ROWS], title=str(found.year))
    page = keyset_page(rows, request, ("sort_key", "id"), size=A_PAGE)
    return render(
        request,
        "portal/accepted.html",
        {"list": found, "page": page, "rows": page.rows, "qr": qr.drawn(found.address)},
    )
