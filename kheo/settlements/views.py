"""The lists of what nobody has attributed yet, worked through commune by commune."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kheo.lib.refusals import Refused
from kheo.places import parts
from kheo.places.models import Area
from kheo.settlements import settling, suggestions
from kheo.settlements import undecided as waiting
from kheo.settlements.forms import BackForm, SettleForm
from kheo.settlements.models import Settlement
from kheo.ui.lists import keyset_page, wants_xlsx, xlsx_response
from kheo.units.acting import Request

TABS = {
    "hamlets": gettext_lazy("Hamlets"),
    "records": gettext_lazy("Records"),
    "bodies": gettext_lazy("Bodies"),
    "settled": gettext_lazy("Settled"),
}


def undecided(request: Request) -> HttpResponseBase:
    """The divided communes within reach, with how far each has come."""
    rows = waiting.divided(request.post_or_refuse())
    if wants_xlsx(request):
        columns: list[Any] = [
            (_("Divided commune"), lambda row: row.commune.full_place),
            (_("Until"), lambda row: row.commune.last_day),
            (_("Hamlets left"), lambda row: row.left["hamlets"]),
            (_("Records left"), lambda row: row.left["records"]),
            (_("Bodies left"), lambda row: row.left["bodies"]),
        ]
        return xlsx_response("chua-phan-bo.xlsx", columns, rows)
    open_ = [row for row in rows if row.waiting]
    words = {"rows": open_, "empty_ones": len(rows) - len(open_), "left": sum(row.waiting for row in open_)}
    return render(request, "settlements/undecided.html", words)


def _commune_or_404(request: Request, pk: int) -> Area:
    """A commune that is undecided and seen, or one where something was settled by somebody who saw it."""
    post = request.post_or_refuse()
    seen = waiting.communes_seen_by(post).with_place().filter(pk=pk).first()
    if seen is not None:
        return seen
    commune = get_object_or_404(Area.objects.with_place().filter(level="commune", in_force=True), pk=pk)
    if not Settlement.objects.of_commune(commune).exists() or not post.reaches(area=commune):
        raise Http404
    return commune


def commune(request: Request, pk: int) -> HttpResponse:
    """One divided commune: a tab for each kind of thing, ticked lines settled together."""
    commune = _commune_or_404(request, pk)
    post = request.post_or_refuse()
    [about] = waiting.divided(post, commune)
    tab = request.GET.get("tab") or next((kind for kind in TABS if about.left.get(kind)), "settled")
    if tab not in TABS:
        raise Http404
    ways = [way for way in parts.ways(commune) if len(way) > 1]
    chosen = request.GET.get("suggested", "")
    form = SettleForm(ways, request.POST or None, initial={"heir": chosen})
    ticked = [int(pk) for pk in request.POST.getlist("pk") if pk.isdigit()]
    if request.method == "POST":
        if not settling.may_settle(post, commune):
            post.require(*settling.SETTLERS)
        if form.is_valid() and form.attempt(lambda: _settle(commune, tab, ticked, form.cleaned_data, post)):
            told = ngettext(
                "%(n)s line settled to %(heir)s.", "%(n)s lines settled to %(heir)s.", len(form.result)
            )
            heir = form.result[0].heir.full_name
            messages.success(request, told % {"n": len(form.result), "heir": heir})
            return redirect(f"{reverse('undecided_commune', args=[pk])}?tab={tab}")
    rows, page, offers = _lines(request, commune, tab, ways, chosen)
    words = {
        "commune": commune,
        "about": about,
        "tab": tab,
        "tabs": [(key, label, about.left.get(key)) for key, label in TABS.items()],
        "heirs": [way[-1] for way in ways],
        "form": form,
        "rows": rows,
        "page": page,
        "offers": offers,
        "chosen": chosen,
        "ticked": set(ticked) or ({row.pk for row in rows} if chosen else set()),
        "may_settle": settling.may_settle(post, commune),
    }
    return render(request, "settlements/commune.html", words)


def _settle(commune: Area, tab: str, ticked: list[int], data: dict[str, Any], by: Any) -> list[Settlement]:
    found = {
        "hamlets": lambda: {"hamlets": waiting.hamlets_of(commune).filter(pk__in=ticked)},
        "records": lambda: {"initiatives": waiting.records_of(commune).filter(pk__in=ticked)},
        "bodies": lambda: {"units": waiting.bodies_of(commune).filter(pk__in=ticked)},
    }
    if tab not in found:
        raise Refused(_("Choose at least one line."))
    things: dict[str, Any] = found[tab]()
    [rows] = things.values()
    if len(set(ticked)) != rows.count():
        raise Refused(_("Some of the ticked lines have been settled meanwhile. Look at the list anew."))
    way = settling.way_of(commune, data["heir"])
    return settling.settle(commune, way, **things, by=by, reason=data["reason"])


def _lines(
    request: Request, commune: Area, tab: str, ways: list[parts.Way], chosen: str
) -> tuple[list[Any], Any, list[tuple[str, Area, int]]]:
    """The rows of a tab with what speaks for whom, their page, and how many lines speak for each heir."""
    if tab == "settled":
        settled = Settlement.objects.of_commune(commune).filter(withdraws=None).with_facts()
        page = keyset_page(settled, request, order=("-at", "-id"))
        for row in page.rows:
            row.holds = row.known_to.year == 9999
        return page.rows, page, []
    clues = suggestions.Clues(commune, ways)
    queries: dict[str, Any] = {
        "hamlets": (waiting.hamlets_of(commune), clues.for_hamlets),
        "records": (
            waiting.records_of(commune).select_related("owner", "area__parent__parent__parent", "field"),
            clues.for_records,
        ),
        "bodies": (waiting.bodies_of(commune).select_related("area", "parent"), clues.for_bodies),
    }
    query, ask = queries[tab]
    rows: list[Any] = list(query[: settling.MOST_AT_ONCE])
    told = ask(rows)
    counts: dict[str, list[Any]] = {}
    for row in rows:
        row.suggested = told.get(row.pk, [])
        if only := suggestions.one(row.suggested):
            counts.setdefault(only.key, [only.heir, 0])[1] += 1
    if chosen:
        rows = [row for row in rows if (one := suggestions.one(row.suggested)) and one.key == chosen]
    return rows, None, [(key, heir, count) for key, (heir, count) in counts.items()]


def withdraw(request: Request, pk: int) -> HttpResponse:
    """Take one settlement back."""
    found = Settlement.objects.holding().with_facts().select_related("commune")
    settlement = get_object_or_404(found, pk=pk)
    _commune_or_404(request, settlement.commune_id)
    post = request.post_or_refuse()
    post.require(*settling.SETTLERS)
    form = BackForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.attempt(lambda: settling.withdraw(settlement, by=post, reason=form.cleaned_data["reason"]))
    ):
        messages.success(request, _("Taken back. It waits to be settled again."))
        return redirect("undecided_commune", pk=settlement.commune_id)
    return render(request, "settlements/withdraw.html", {"form": form, "settlement": settlement})
