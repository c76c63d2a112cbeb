"""Pages of a list: handed in, its columns named, its doubts settled, loaded, taken back."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from kheo.lib.refusals import Refused
from kheo.lists import correcting, doubts, loading, taking_in
from kheo.lists.forms import ColumnsForm, HandInForm, ReasonForm
from kheo.lists.models import TAKERS, OfficeList, Row
from kheo.ui.lists import keyset_page, wants_xlsx, xlsx_response
from kheo.units.acting import Request

PAGE = 25
SHOWN: dict[str, tuple[Any, Callable[[Any], Any]]] = {
    "must": (gettext_lazy("To be settled"), lambda rows: rows.filter(state="new", doubtful=Row.MUST)),
    "look": (gettext_lazy("Worth a look"), lambda rows: rows.filter(state="new", doubtful=Row.LOOK)),
    "ready": (gettext_lazy("Ready"), lambda rows: rows.to_load()),
    "left_out": (gettext_lazy("Left out"), lambda rows: rows.filter(state="left_out")),
    "loaded": (gettext_lazy("Loaded"), lambda rows: rows.filter(state="loaded")),
    "already": (gettext_lazy("Were there already"), lambda rows: rows.filter(state="already")),
    "taken_back": (gettext_lazy("Taken back"), lambda rows: rows.filter(state="taken_back")),
    "kept": (gettext_lazy("Stay: others have built on them"), lambda rows: rows.filter(state="kept")),
    "all": (gettext_lazy("All lines"), lambda rows: rows),
}
COLUMNS: list[Any] = [
    (gettext_lazy("Row of the file"), "number"),
    (gettext_lazy("Name of the initiative"), "name"),
    (gettext_lazy("Place"), lambda row: row.area.full_place if row.area else ""),
    (gettext_lazy("Led by"), lambda row: row.owner_typed or (row.owner.name if row.owner else "")),
    (gettext_lazy("Field of work"), lambda row: row.field.name if row.field else ""),
    (gettext_lazy("State"), "get_state_display"),
    (gettext_lazy("What is doubtful"), lambda row: "; ".join(doubt.why for doubt in row.told)),
    (gettext_lazy("Reason"), "left_out_reason"),
]  # fmt: skip


def find(request: Request, pk: int) -> OfficeList:
    seen = OfficeList.objects.visible_to(request.user).select_related("unit", "by__user", "by__unit", "file")
    return get_object_or_404(seen, pk=pk)


def office_lists(request: Request) -> HttpResponseBase:
    """The lists handed in, and the form for the next."""
    form = HandInForm(request.POST or None, request.FILES or None)

    def hand_in() -> OfficeList:
        data = form.cleaned_data
        return taking_in.take_in(request.post, upload=data["file"], pasted=data["pasted"])

    if request.method == "POST" and form.is_valid() and form.attempt(hand_in):
        return redirect("office_list_columns", form.result.pk)
    rows = OfficeList.objects.visible_to(request.user).select_related("unit")
    may = request.post is not None and request.post.role in TAKERS
    page = keyset_page(rows, request, ("-created", "-id"))
    return render(request, "lists/office_lists.html", {"page": page, "form": form if may else None})


def columns(request: Request, pk: int) -> HttpResponseBase:
    """What the list is and what each column holds, guessed; with cells beside each."""
    found = find(request, pk)
    found.check_change(request.post)
    form = ColumnsForm(request.POST or None, office_list=found, samples=taking_in.samples(found))

    def name() -> None:
        data = dict(form.cleaned_data)
        mapping = form.mapping(data)
        facts = {key: value for key, value in data.items() if not key.startswith("column-")}
        loading.name_columns(found, by=request.post, mapping=mapping, **facts)

    if request.method == "POST" and form.is_valid() and form.attempt(name):
        return redirect(found)
    return render(request, "lists/columns.html", {"list": found, "form": form})


def office_list(request: Request, pk: int) -> HttpResponseBase:
    """How far the list is; its lines, the doubtful ones first."""
    found = find(request, pk)
    if found.state == OfficeList.State.MAPPING and found.may_change(request.post):
        return redirect("office_list_columns", found.pk)
    counts = found.counts()
    shown = request.GET.get("show", "")
    if shown not in SHOWN:
        ways = ("must", "look", "ready", "loaded", "already", "taken_back")
        shown = next((way for way in ways if counts[way]), "all")
    rows = SHOWN[shown][1](found.rows.all()).with_facts()
    if wants_xlsx(request):
        return xlsx_response(
            f"danh-sach-{found.pk}", COLUMNS, _told(rows.order_by("order")), title=found.name
        )
    page = keyset_page(rows, request, ("order", "id"), size=PAGE)
    for row in page.rows:
        row.list = found
    doubts.told(page.rows)
    may_change = found.may_change(request.post)
    return render(
        request,
        "lists/office_list.html",
        {
            "list": found,
            "counts": counts,
            "page": page,
            "shown": shown,
            "ways": [(way, label, counts[way]) for way, (label, _rows) in SHOWN.items() if counts[way]],
            "may_change": may_change,
            "may_load": may_change and not counts["must"] and counts["ready"] > 0,
            "may_take_back": may_take_back(found, request.post) and counts["loaded"] > 0,
            "like_others": may_change and shown == "must"
            and any("same_as" in row.doubts for row in page.rows),
        },
    )  # fmt: skip


def _told(rows: Any) -> Any:
    """The rows with their doubts in words, some hundred at a time."""
    start, size = 0, 500
    while some := list(rows[start : start + size]):
        doubts.told(some)
        yield from some
        start += size


def may_take_back(found: OfficeList, post: Any) -> bool:
    if post is None or found.state != OfficeList.State.LOADED or found.work:
        return False
    try:
        post.require(*TAKERS, unit=found.unit)
    except Refused:
        return False
    return True


@require_GET
def progress(request: Request, pk: int) -> HttpResponseBase:
    """The part of the page that says how far the worker is; asked for every two seconds."""
    return render(request, "lists/_progress.html", {"list": find(request, pk)})


@require_POST
def correct(request: Request, pk: int, row: int) -> HttpResponseBase:
    found = find(request, pk)
    line = get_object_or_404(found.rows.select_related("list"), pk=row)
    target, instead = correcting.values_of(request.POST)
    changed = correcting.correct(line, target, instead, by=request.post)
    said = ngettext("%(n)d line is read anew.", "%(n)d lines are read anew.", changed) % {"n": changed}
    messages.success(request, said)
    return _back(request, found)


@require_POST
def leave_out(request: Request, pk: int, row: int) -> HttpResponseBase:
    found = find(request, pk)
    line = get_object_or_404(found.rows.select_related("list"), pk=row)
    if line.state == Row.State.LEFT_OUT:
        correcting.take_in_again(line, by=request.post)
        messages.success(request, _("Line %d belongs to the list again.") % line.number)
    else:
        correcting.leave_out([line], request.POST.get("reason", ""), by=request.post)
        messages.success(request, _("Line %d is left out.") % line.number)
    return _back(request, found)


@require_POST
def settle(request: Request, pk: int) -> HttpResponseBase:
    """Many lines at once."""
    found = find(request, pk)
    if "different" in request.POST:
        n = correcting.all_different(found, by=request.post)
        said = ngettext("%(n)d line is another initiative.", "%(n)d lines are other initiatives.", n)
    else:
        n = correcting.leave_out_doubtful(found, request.POST.get("reason", ""), by=request.post)
        said = ngettext("%(n)d line is left out.", "%(n)d lines are left out.", n)
    messages.success(request, said % {"n": n})
    return _back(request, found)


@require_POST
def load(request: Request, pk: int) -> HttpResponseBase:
    found = find(request, pk)
    loading.ask_to_load(found, by=request.post)
    return redirect(found)


def take_back(request: Request, pk: int) -> HttpResponseBase:
    found = find(request, pk)
    request.post_or_refuse().require(*TAKERS, unit=found.unit)
    form = ReasonForm(request.POST or None)

    def back() -> None:
        loading.ask_to_take_back(found, by=request.post, reason=form.cleaned_data["reason"])

    if request.method == "POST" and form.is_valid() and form.attempt(back):
        return redirect(found)
    return render(request, "lists/take_back.html", {"list": found, "form": form, "counts": found.counts()})


def _back(request: Request, found: OfficeList) -> HttpResponseBase:
    shown = request.POST.get("show", "")
    return redirect(f"{reverse('office_list', args=[found.pk])}{f'?show={shown}' if shown in SHOWN else ''}")
