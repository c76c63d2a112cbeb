"""Accounts from an office's list: send the file, look at what is doubtful, make them in one step."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kheo.lib.tables import read_pasted, read_tables
from kheo.units import roster_sheet, rosters
from kheo.units.acting import Request
from kheo.units.forms import RosterForm
from kheo.units.models import Post, Role, Roster, SlipBatch
from kheo.units.people_views import administrator

SHOWN = 300


def _roster(request: Request, pk: int) -> tuple[Post, Roster]:
    by = administrator(request)
    return by, get_object_or_404(Roster.objects.of(by).select_related("slips"), pk=pk)


def roster_new(request: Request) -> HttpResponse:
    """Take the prepared sheet, send a filled one or one's own; earlier lists below."""
    by = administrator(request)
    form = RosterForm(request.POST, request.FILES) if request.method == "POST" else RosterForm()
    if (
        request.method == "POST"
        and form.is_valid()
        and form.attempt(lambda: _received(form.cleaned_data, by))
    ):
        return redirect("roster", pk=form.result.pk)
    context = {
        "form": form,
        "rosters": Roster.objects.of(by).select_related("post__user", "post__unit", "slips")[:20],
        "batches": SlipBatch.objects.of(by)[:20],
    }
    return render(request, "units/roster_new.html", context)


def _received(data: dict[str, Any], by: Post) -> Roster:
    if data["file"]:
        tables = read_tables(data["file"].read(), data["file"].name)
        name = data["file"].name
    else:
        tables, name = read_pasted(data["pasted"]), _("pasted rows")
    return Roster.objects.receive(by=by, name=name, tables=rosters.kept(tables))


def roster_sheet_xlsx(request: Request) -> HttpResponseBase:
    return roster_sheet.prepared(administrator(request))


def roster(request: Request, pk: int) -> HttpResponse:
    """Each doubtful cell by name; a choice made here holds for every row that says the same."""
    by, found = _roster(request, pk)
    if found.state != Roster.State.READ:
        return render(request, "units/roster_done.html", {"roster": found})
    if request.method == "POST":
        found.choices = _choices(request)
        found.save(update_fields=["choices"])
        return redirect("roster", pk=pk)
    seen = rosters.preview(found, by)
    context = {
        "roster": found,
        "seen": seen,
        "doubtful": seen.doubtful[:SHOWN],
        "clear": [line for line in seen.lines if line.outcome in ("new", "post")][:SHOWN],
        "more": max(seen.new + seen.posts - SHOWN, 0),
        "roles": [choice for choice in Role.choices if choice[0] not in rosters.NOT_BY_LIST],
        "default_role": found.choices.get("role") or Role.REPORTER,
        "kind": found.choices.get("kind", ""),
    }
    return render(request, "units/roster.html", context)


def _choices(request: Request) -> dict[str, Any]:
    """Unit by written name, role by written word, the body a commune stands for, the role of empty cells."""
    kept: dict[str, Any] = {"units": {}, "roles": {}}
    for words, value in zip(request.POST.getlist("unit_words"), request.POST.getlist("unit"), strict=False):
        if value.isdecimal():
            kept["units"][words] = int(value)
    for words, value in zip(request.POST.getlist("role_words"), request.POST.getlist("role"), strict=False):
        if value in Role.values and value not in rosters.NOT_BY_LIST:
            kept["roles"][words] = value
    if request.POST.get("kind"):
        kept["kind"] = request.POST["kind"][:40]
    if request.POST.get("default_role") in Role.values:
        kept["role"] = request.POST["default_role"]
    return kept


@require_POST
def roster_load(request: Request, pk: int) -> HttpResponse:
    """Make the accounts; the slips come next."""
    by, found = _roster(request, pk)
    batch = rosters.load(found, by)
    messages.success(request, _("The accounts are made. Print the slips and hand them out."))
    return redirect("slip_batch", pk=batch.pk) if batch else redirect("roster", pk=pk)
