"""Deliveries a person must look at: the list, one with what was written, and what is decided about it."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kheo.duties.arrivals import LOOKING
from kheo.initiatives.models import Initiative
from kheo.lib.refusals import Refused
from kheo.offline import attention, intake, told
from kheo.offline.forms import AssignForm, DeliveriesForm, WhyForm
from kheo.offline.kinds import Waits
from kheo.offline.models import Delivery
from kheo.places.models import Area
from kheo.ui.lists import keyset_page
from kheo.units.acting import Request

State = Delivery.State
# Why an envelope may wait for somebody to say which initiative it tells of.
_INITIATIVE_UNKNOWN = ("undecided", "not_found", "assigned")
FOUND = 20


def deliveries(request: Request) -> HttpResponseBase:
    shown = request.GET.get("shown", "")
    rows = attention.seen_by(request.user, request.post).with_facts()
    if shown == "mine":
        rows = rows.of_person(request.user)
    elif shown in (State.CONFLICT, State.QUARANTINED):
        rows = rows.filter(state=shown)
    elif shown == "settled":
        rows = rows.exclude(state__in=Delivery.WAITING)
    else:
        shown = ""
        rows = rows.waiting()
    form = DeliveriesForm(request.GET, by=request.post)
    if commune := form.chosen().get("commune"):
        rows = rows.filter(unit__area__in=Area.objects.within_now(commune).values("pk"))
    return render(
        request,
        "offline/deliveries.html",
        {
            "page": keyset_page(rows, request, ("-received_at", "-id")),
            "shown": shown,
            "form": form if form.fields else None,
            "tabs": [
                ("", _("Needs attention")),
                (State.CONFLICT.value, _("Two versions")),
                (State.QUARANTINED.value, _("In quarantine")),
                ("mine", _("Sent by me")),
                ("settled", _("Dealt with")),
            ],
            "late": attention.late_since(),
            "looks": request.post is not None and request.post.role in LOOKING,
        },
    )


def find(request: Request, pk: int) -> Delivery:
    return get_object_or_404(attention.seen_by(request.user, request.post).with_facts(), pk=pk)


def delivery(request: Request, pk: int) -> HttpResponseBase:
    """What was written, why it waits, and what one can do; beside others under its id, side by side."""
    found = find(request, pk)
    post = request.post
    others = attention.beside(found) if found.state in Delivery.WAITING else []
    seen = attention.seen_by(request.user, post).filter(pk__in=[each.pk for each in others])
    visible = set(seen.values_list("pk", flat=True))
    others = [each for each in others if each.pk in visible]
    standing = next((each for each in others if each.state == State.ACCEPTED), None)
    may = {verb: found.may(verb, post) for verb in ("settle", "assign", "release", "withdraw", "erase")}
    quarantined = found.state == State.QUARANTINED
    return render(
        request,
        "offline/delivery.html",
        {
            "delivery": found,
            "written": attention.written(found, post),
            "versions": [*others, found] if others else [],
            "compared": attention.compared([*others, found], post) if others else [],
            "standing": standing,
            "record": found.record or (standing.record if standing else None),
            "may": may,
            # What is wrong is put right first; what only waited for a decision is taken as it is.
            "takes": may["settle"] and not quarantined and not standing and not found.errors,
            "completes": may["settle"] and not quarantined and not standing,
            "mine": found.user_id == request.user.pk,
        },
    )


def complete(request: Request, pk: int) -> HttpResponseBase:
    """The web form, filled in with what was sent: put it right for its sender, and take it."""
    found = find(request, pk)
    post = request.post_or_refuse()
    found.check_settle(post)
    changed = _typed(request) if request.method == "POST" else {}
    chosen = request.POST.get("initiative") or request.GET.get("initiative", "")
    if chosen.isdecimal() and len(chosen) < 19:
        changed["initiative"] = chosen
    form, why = _bound(found, post, changed)
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            record = found.settle(by=post, data=changed)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("It is taken: %s.") % record)
            return redirect(record)
    return render(
        request,
        "offline/complete.html",
        {
            "delivery": found,
            "form": form,
            "shown": _shown(form) if form is not None else [],
            "why": why,
            "initiatives": _initiatives(request, found) if found.kind == "report" else [],
            "asks_initiative": found.kind == "report"
            and (form is None or found.why in _INITIATIVE_UNKNOWN or "initiative" in form.errors),
            "chosen": changed.get("initiative", ""),
            "q": request.GET.get("q", ""),
        },
    )


def _typed(request: Request) -> dict[str, Any]:
    """What the page's form says, name → text or texts; a box nobody ticked says nothing."""
    names = set(request.POST) | set(request.POST.getlist("asked"))
    beside = {"csrfmiddlewaretoken", "asked", "series"}
    return {name: request.POST.getlist(name) or [""] for name in names - beside}


def _bound(found: Delivery, post: Any, changed: dict[str, Any]) -> tuple[Any, str]:
    """Its form with what was sent and what was put right, or why there is none."""
    try:
        form = intake.opened(found, by=post, changed=changed)
    except Waits as waits:
        return None, told.about(waits.why, waits.told)
    except Refused as refusal:
        return None, str(refusal)
    return form, ""


def _shown(form: Any) -> list[Any]:
    """The fields a person fills in here: photos travel from the phone by themselves."""
    return [
        bound
        for bound in form.visible_fields()
        if not isinstance(bound.field, forms.FileField) and bound.name != "initiative"
    ]


def _initiatives(request: Request, found: Delivery) -> list[Initiative]:
    """Those it may tell of: by what is searched for, else those at the place it was written for."""
    seen = Initiative.objects.visible_to(request.user).running()
    if q := request.GET.get("q", "").strip():
        seen = seen.named_like(q)
    else:
        seen = seen.filter(area__in=Area.objects.within_now(found.unit.area).values("pk"))
    return list(seen.select_related("owner", "area__parent").order_by("sort_key", "pk")[:FOUND])


@require_POST
def take(request: Request, pk: int) -> HttpResponseBase:
    """As it was sent."""
    record = find(request, pk).settle(by=request.post_or_refuse())
    messages.success(request, _("It is taken: %s.") % record)
    return redirect(record)


@require_POST
def take_over(request: Request, pk: int) -> HttpResponseBase:
    """The record is corrected with what this version says."""
    record = find(request, pk).take_over(by=request.post_or_refuse())
    messages.success(request, _("The record now says what this version says: %s.") % record)
    return redirect(record)


@require_POST
def release(request: Request, pk: int) -> HttpResponseBase:
    found = find(request, pk)
    found.release(by=request.post_or_refuse())
    if found.state == State.ACCEPTED:
        messages.success(request, _("It is out of quarantine and taken."))
    else:
        messages.warning(request, _("It is out of quarantine. %s") % found.sentence)
    return redirect("delivery", found.pk)


def assign(request: Request, pk: int) -> HttpResponseBase:
    found = find(request, pk)
    post = request.post_or_refuse()
    found.check_assign(post)
    form = AssignForm(request.POST or None, delivery=found, by=post)
    if form.is_valid() and form.attempt(
        lambda: found.assign(by=post, unit=form.cleaned_data["unit"], reason=form.cleaned_data["reason"])
    ):
        messages.success(request, _("It is now with %s, whose people take it.") % found.unit)
        return _onward(request, found)
    words = {
        "title": _("Say whose it is"),
        "lead": _("That body's people see it from now on and take it or withdraw it."),
        "button": _("Give it to them"),
    }
    return render(request, "offline/ask.html", {"form": form, "delivery": found, **words})


def _onward(request: Request, found: Delivery) -> HttpResponseBase:
    """To its page, where one may still see it."""
    if attention.seen_by(request.user, request.post).filter(pk=found.pk).exists():
        return redirect("delivery", found.pk)
    return redirect("deliveries")


def with_reason(verb: str, words: Callable[[], dict[str, Any]], done: Callable[[], str]) -> Any:
    """A view that asks why before it decides."""

    def view(request: Request, pk: int) -> HttpResponseBase:
        found = find(request, pk)
        post = request.post_or_refuse()
        getattr(found, f"check_{verb}")(post)
        initial = {}
        if verb == "withdraw" and request.GET.get("keep", "").isdecimal():
            kept = get_object_or_404(
                attention.seen_by(request.user, post), pk=int(request.GET["keep"]), envelope=found.envelope
            )
            initial["reason"] = _("Number %s is kept instead.") % kept.number
        form = WhyForm(request.POST or None, initial=initial)
        if form.is_valid() and form.attempt(
            lambda: getattr(found, verb)(by=post, reason=form.cleaned_data["reason"])
        ):
            messages.success(request, done())
            return redirect("delivery", found.pk)
        context = {"form": form, "delivery": found, "danger": True, **words()}
        return render(request, "offline/ask.html", context)

    return view


withdraw = with_reason(
    "withdraw",
    lambda: {
        "title": _("Withdraw the delivery"),
        "lead": _("It becomes no record. It stays readable here, and its sender reads why on the phone."),
        "button": _("Withdraw this delivery"),
    },
    lambda: _("It is withdrawn. Its sender reads why."),
)
erase = with_reason(
    "erase",
    lambda: {
        "title": _("Erase what was typed"),
        "lead": _("By right of a person named in it. What was typed is gone for good; that it came stays."),
        "button": _("Erase it"),
    },
    lambda: _("What was typed is erased."),
)
