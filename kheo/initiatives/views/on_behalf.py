"""Typing for another body (nhập hộ), and what the body answers."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kheo.initiatives import registration
from kheo.initiatives.forms import ByWordForm, CommuneForm, OnBehalfForm, RegistrationForm
from kheo.initiatives.models import Enrolment, OnBehalf, Practice
from kheo.initiatives.models.initiatives import DESK, HEADS
from kheo.initiatives.views import enrolments
from kheo.initiatives.views.register import onward
from kheo.lib.refusals import Refused
from kheo.places.models import Area
from kheo.units.acting import Request
from kheo.units.models import ReachKind


def new(request: Request) -> HttpResponseBase:
    """Type a registration for another body; above the commune one chooses the commune first."""
    post = request.post_or_refuse()
    post.require(*DESK, *HEADS)
    if post.reach == ReachKind.OWN:
        raise Refused(_("Your post reaches your own unit alone, so there is nobody to type for."))
    commune = post.unit.area.commune
    chosen = CommuneForm(request.GET if "commune" in request.GET else None, by=post)
    if commune is None and chosen.is_valid():
        commune = chosen.cleaned_data["commune"]
    if commune is None:
        return render(request, "initiatives/on_behalf_commune.html", {"form": chosen})
    return fill_in(request, commune.today)


def fill_in(request: Request, commune: Area) -> HttpResponseBase:
    post = request.post
    bound = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = RegistrationForm(*bound, by=post, commune=commune)
    origin = OnBehalfForm(*bound)

    def save() -> Enrolment:
        with transaction.atomic():
            enrolment = registration.save_draft(form.cleaned_data, by=post)
            OnBehalf.objects.type(enrolment, by=post, **origin.cleaned_data)
        return enrolment

    both = [form.is_valid(), origin.is_valid()] if request.method == "POST" else [False]
    if all(both) and form.attempt(save):
        return onward(request, form.result)
    hamlets = Area.objects.filter(parent=commune, level="hamlet")
    context: dict[str, Any] = {
        "form": form,
        "origin": origin,
        "commune": commune,
        "practices": Practice.objects.order_by("sort_key")[:300],
        "hamlets": hamlets.in_vietnamese_order()[:300],
    }
    return render(request, "initiatives/on_behalf.html", context)


def find(request: Request, pk: int) -> OnBehalf:
    found = enrolments.find(request, pk).typed_for_unit
    if found is None:
        raise Refused(_("Nobody typed this registration for its unit; there is nothing to confirm."))
    return found


@require_POST
def confirm(request: Request, pk: int) -> HttpResponseBase:
    """One tap: what was typed for us is right."""
    found = find(request, pk)
    found.confirm(by=request.post)
    messages.success(request, _("Confirmed: “%s” is yours.") % found.enrolment.initiative.name)
    return redirect(found.enrolment)


@require_POST
def reopen(request: Request, pk: int) -> HttpResponseBase:
    """The unit corrects what was typed for it."""
    found = find(request, pk)
    found.reopen(by=request.post)
    return redirect("enrolment_edit", found.enrolment_id)


def by_word(request: Request, pk: int) -> HttpResponseBase:
    """Record how a unit without an account confirmed."""
    found = find(request, pk)
    found.check_confirm_by_word(request.post)
    form = ByWordForm(request.POST or None)

    def act() -> None:
        found.confirm_by_word(by=request.post, **form.cleaned_data)

    if form.is_valid() and form.attempt(act):
        messages.success(request, _("It is recorded how the unit confirmed."))
        return redirect(found.enrolment)
    context = {
        "form": form,
        "thing": found.enrolment,
        "title": _("Record how the unit confirmed"),
        "lead": _("For a unit that has no account yet. Whoever opens the registration reads it."),
        "button": _("Record it"),
    }
    return render(request, "initiatives/ask.html", context)
