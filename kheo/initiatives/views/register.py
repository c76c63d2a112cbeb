"""Registering: the form, what is kept while it is filled in, and its check."""

import uuid
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kheo.initiatives import registration
from kheo.initiatives.forms import RegistrationForm, typed_into
from kheo.initiatives.models import Draft, Enrolment, OnBehalf, Practice
from kheo.initiatives.models.initiatives import WRITERS
from kheo.initiatives.views import enrolments
from kheo.lib.formats import moment
from kheo.lib.refusals import Refused
from kheo.lib.vietnamese import nfc
from kheo.places.models import Area
from kheo.ui.kept import typed_fields
from kheo.units.acting import Request

_NOT_KEPT = ("csrfmiddlewaretoken", "draft", "enrolment", "save", "check")


def new(request: Request) -> HttpResponseBase:
    require_writer(request)
    key = read_key(request.POST.get("draft")) or uuid.uuid4()
    initial = {}
    if practice := Practice.objects.filter(pk=request.GET.get("practice") or 0).first():
        initial = {"practice": practice.name, "name": practice.name, "field": practice.field_id}
    return fill_in(request, key, None, initial)


def draft(request: Request, key: uuid.UUID) -> HttpResponseBase:
    require_writer(request)
    found = get_object_or_404(Draft.objects.visible_to(request.user).select_related("enrolment"), key=key)
    return fill_in(request, found.key, found.enrolment, as_typed(found), draft=found)


def edit(request: Request, pk: int) -> HttpResponseBase:
    found = enrolments.find(request, pk)
    found.check_write(request.post)
    typed = found.drafts.filter(user=request.post.user).first()
    if typed and request.method == "GET":
        return redirect(typed)
    key = read_key(request.POST.get("draft")) or uuid.uuid4()
    return fill_in(request, key, found, typed_into(found))


def fill_in(
    request: Request,
    key: uuid.UUID,
    enrolment: Enrolment | None,
    initial: dict[str, Any],
    draft: Any = None,
) -> HttpResponseBase:
    """Show the form; keep it as a draft, or check it and go on to sending."""
    post = request.post
    if request.method == "POST" and "save" in request.POST:
        kept = Draft.objects.keep(key, by=post, fields=as_fields(request), enrolment=enrolment)
        messages.success(request, _("Saved as a draft at %s. Nothing has been sent.") % moment(kept.updated))
        return redirect(kept)
    if request.method == "POST":
        form = RegistrationForm(request.POST, request.FILES, by=post, enrolment=enrolment)

        def save() -> Enrolment:
            with transaction.atomic():
                saved = registration.save_draft(form.cleaned_data, by=post, enrolment=enrolment)
                if enrolment is None:
                    OnBehalf.objects.ask(saved, by=post, origin=OnBehalf.Origin.OTHER)
            return saved

        if form.is_valid() and form.attempt(save):
            for typed in Draft.objects.visible_to(post).filter(key=key):
                registration.drop(typed)
            return onward(request, form.result)
    else:
        form = RegistrationForm(by=post, enrolment=enrolment, initial=initial)
    commune = post.unit.area.commune
    hamlets = Area.objects.filter(parent=commune, level="hamlet") if commune else Area.objects.none()
    return render(
        request,
        "initiatives/register.html",
        {
            "form": form,
            "key": key,
            "enrolment": enrolment,
            "draft": draft,
            "practices": Practice.objects.order_by("sort_key")[:300],
            "hamlets": hamlets.in_vietnamese_order()[:300],
        },
    )


def onward(request: Request, enrolment: Enrolment) -> HttpResponseBase:
    """After the check: sent at once, unless something like it is already there or something is missing."""
    try:
        enrolment.send(by=request.post)
    except Refused:
        return redirect("enrolment_send", enrolment.pk)
    messages.success(request, _("Sent to %s.") % enrolment.addressee)
    return redirect(enrolment)


@require_POST
def autosave(request: Request) -> HttpResponseBase:
    """What has been typed so far, sent by the page by itself."""
    require_writer(request)
    key = read_key(request.POST.get("draft"))
    if key is None:
        return JsonResponse({"refused": _("This page is out of date. Load it again.")}, status=400)
    enrolment = None
    if (pk := request.POST.get("enrolment", "")).isdecimal():
        enrolment = enrolments.find(request, int(pk))
    kept = Draft.objects.keep(key, by=request.post, fields=as_fields(request), enrolment=enrolment)
    return JsonResponse({"saved": _("Draft kept at %s") % moment(kept.updated)})


@require_POST
def discard(request: Request, key: uuid.UUID) -> HttpResponseBase:
    """What was typed and never checked is thrown away by its author."""
    found = get_object_or_404(Draft.objects.visible_to(request.user), key=key)
    registration.drop(found)
    messages.success(request, _("The draft is thrown away."))
    return redirect("enrolment_list")


def require_writer(request: Request) -> None:
    if request.post is None:
        raise Refused(_("You hold no post yet. Ask your unit's administrator."))
    request.post.require(*WRITERS)


def as_fields(request: Request) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in typed_fields(request):
        if name not in _NOT_KEPT:
            found.setdefault(name, []).append(nfc(value))
    return found


def as_typed(draft: Draft) -> dict[str, Any]:
    return {name: values[-1] for name, values in draft.fields.items() if values}


def read_key(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None
