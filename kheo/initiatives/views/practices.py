"""The library of practices: what it holds, and where each runs."""

from typing import Any

from django.db.models import Count, Q
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _

from kheo.initiatives.forms import PracticeForm
from kheo.initiatives.models import Initiative, Practice
from kheo.initiatives.models.initiatives import WRITERS
from kheo.plans.models import Field
from kheo.ui.lists import keyset_page, wants_xlsx, xlsx_response
from kheo.units.acting import Request

COLUMNS: list[Any] = [
    (_("Practice"), "name"),
    (_("Field of work"), lambda row: row.field or ""),
    (_("How it is done"), "description"),
]


def practice_list(request: Request) -> HttpResponseBase:
    text = request.GET.get("q", "")[:200]
    rows = Practice.objects.visible_to(request.user).named_like(text).select_related("field")
    field = request.GET.get("field", "")
    if field.isdecimal():
        rows = rows.filter(field=int(field))
    if wants_xlsx(request):
        return xlsx_response("cach-lam.xlsx", COLUMNS, rows.order_by("sort_key", "pk"))
    page = keyset_page(rows, request, ("sort_key", "id"))
    running = Q(state__in=["running", "published"])
    counts = dict(
        Initiative.objects.filter(running, practice__in=[row.pk for row in page.rows])
        .order_by()
        .values_list("practice")
        .annotate(Count("pk"))
    )
    for row in page.rows:
        row.places = counts.get(row.pk, 0)
    return render(
        request,
        "initiatives/practice_list.html",
        {"page": page, "q": text, "fields": Field.objects.all(), "field": field},
    )


def practice(request: Request, pk: int) -> HttpResponseBase:
    found = get_object_or_404(Practice.objects.visible_to(request.user).select_related("field"), pk=pk)
    rows = Initiative.objects.visible_to(request.user).narrowed({"practice": found})
    page = keyset_page(rows.with_facts(), request, ("sort_key", "id"))
    return render(request, "initiatives/practice.html", {"practice": found, "page": page})


def new(request: Request) -> HttpResponseBase:
    request.post.require(*WRITERS)
    form = PracticeForm(request.POST or None)
    if form.is_valid():
        data = form.cleaned_data

        def add() -> Practice:
            made = Practice.objects.chosen_or_new(data["name"], field=data["field"], by=request.post)
            if data["description"] and not made.description:
                made.describe(by=request.post, **data)
            return made

        if form.attempt(add):
            return redirect(form.result)
    return render(request, "initiatives/practice_form.html", {"form": form})


def edit(request: Request, pk: int) -> HttpResponseBase:
    found = get_object_or_404(Practice.objects.visible_to(request.user), pk=pk)
    form = PracticeForm(request.POST or None, instance=Practice.objects.get(pk=found.pk))
    if form.is_valid() and form.attempt(lambda: found.describe(by=request.post, **form.cleaned_data)):
        return redirect(found)
    return render(request, "initiatives/practice_form.html", {"form": form, "practice": found})
