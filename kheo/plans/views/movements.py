"""Pages of movements: what exists before one is launched, who runs it, and its end."""

from typing import Any

from django.contrib import messages
from django.db.models import Count, F, Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kheo.plans.acting import DECIDE, WRITE, acts_for, committees_of
from kheo.plans.forms import DayForm, EndForm, MandateForm, MovementForm
from kheo.plans.models import Movement, Plan
from kheo.ui.lists import Column, wants_xlsx, xlsx_response

from .plans import acting

COLUMNS: list[Column] = [
    (gettext_lazy("Name"), "name"),
    (gettext_lazy("State"), lambda each: each.sign[0]),
    (gettext_lazy("Launched by"), lambda each: str(each.launched_by or "")),
    (gettext_lazy("Launched on"), "launched_on"),
    (gettext_lazy("Ended on"), "ended_on"),
]


def movements(request: HttpRequest) -> HttpResponseBase:
    found = (
        Movement.objects.visible_to(request.user)
        .select_related("launched_by")
        .annotate(in_force=Count("plans", filter=Q(plans__state=Plan.State.APPROVED)))
        .order_by(F("launched_on").desc(nulls_first=True), "pk")
    )
    if wants_xlsx(request):
        return xlsx_response("phong-trao", COLUMNS, found)
    post = request.post  # type: ignore[attr-defined]
    context = {"movements": found[:200], "may_prepare": bool(post and post.role in WRITE)}
    return render(request, "plans/movements.html", context)


def _find(request: HttpRequest, pk: int) -> Movement:
    return get_object_or_404(Movement.objects.visible_to(request.user).select_related("launched_by"), pk=pk)


def _find_own(request: HttpRequest, pk: int) -> Movement:
    """One that the body one acts for launches; another's is not found for changing it."""
    found = _find(request, pk)
    if not acts_for(acting(request), found.body_for(acting(request))):
        raise Http404
    return found


def movement(request: HttpRequest, pk: int) -> HttpResponse:
    found = _find(request, pk)
    post = request.post  # type: ignore[attr-defined]
    plans = Plan.objects.visible_to(request.user).filter(movement=found).select_related("committee")
    body = found.body_for(post) if post else None
    context = {
        "movement": found,
        "missing": [] if found.launched_on else found.missing(),
        "mandates": found.mandated().select_related("committee").order_by("committee__path", "pk")[:200],
        "plans": plans.in_force().order_by("-year", "committee__path")[:50],
        "writes": bool(body and not found.ended_on and acts_for(post, body, *WRITE)),
        "decides": bool(body and not found.ended_on and acts_for(post, body, *DECIDE)),
        "may_mandate": bool(post and post.role in WRITE and committees_of(post).exists()),
    }
    return render(request, "plans/movement.html", context)


def prepare(request: HttpRequest) -> HttpResponse:
    by = acting(request)
    form = MovementForm(request.POST or None, by=by)
    sent = request.method == "POST" and form.is_valid()
    if sent and form.attempt(lambda: Movement.objects.prepare(by=by, **form.cleaned_data)):
        messages.success(request, _("Begun. The page says what is still missing before the launch."))
        return redirect("movement", form.result.pk)
    return _form(request, form, _("Prepare a movement"), _("Begin"))


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    found, by = _find_own(request, pk), acting(request)
    form = MovementForm(request.POST or None, by=by, movement=found)

    def describe() -> None:
        given = dict(form.cleaned_data)
        reason = given.pop("reason", "")
        found.describe(by, given, reason)

    if request.method == "POST" and form.is_valid() and form.attempt(describe):
        messages.success(request, _("Saved."))
        return redirect("movement", pk)
    return _form(request, form, _("Change the movement"), _("Save"), found)


def launch(request: HttpRequest, pk: int) -> HttpResponse:
    found, by = _find_own(request, pk), acting(request)
    form = DayForm(request.POST or None)
    sent = request.method == "POST" and form.is_valid()
    if sent and form.attempt(lambda: found.launch(by, form.cleaned_data["on"])):
        messages.success(request, _("Launched."))
        return redirect("movement", pk)
    return _form(request, form, _("Launch the movement"), _("Launch"), found, missing=found.missing())


def end(request: HttpRequest, pk: int) -> HttpResponse:
    found, by = _find_own(request, pk), acting(request)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if form.attempt(lambda: found.end(by, given["reason"], given["on"])):
            messages.success(request, _("Ended. Its plans and records stay."))
            return redirect("movement", pk)
    return _form(request, form, _("End the movement"), _("End it"), found, danger=True)


def mandate(request: HttpRequest, pk: int) -> HttpResponse:
    """Say that a committee one acts for runs the movement."""
    found, by = _find(request, pk), acting(request)
    form = MandateForm(request.POST or None, by=by)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if form.attempt(
            lambda: found.give_to(given["committee"], by=by, decision=given["decision"], since=given["since"])
        ):
            messages.success(request, _("Entered. The committee can now make its plan."))
            return redirect("movement", pk)
    return _form(request, form, _("A committee runs this movement"), _("Enter"), found)


def _form(
    request: HttpRequest, form: Any, title: str, button: str, movement: Movement | None = None, **more: Any
) -> HttpResponse:
    context = {"form": form, "title": title, "button": button, "movement": movement, **more}
    return render(request, "plans/movement_form.html", context)
