"""A ready message to be copied, the note that it was sent, and the texts an office makes its own."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from kheo.lib.refusals import Refused
from kheo.messaging.forms import SentForm, WithdrawForm, WordingForm
from kheo.messaging.kinds import WORDS, Kind, house_text, kinds
from kheo.messaging.models import Message, Wording, offer, require_editor
from kheo.ui.lists import keyset_page
from kheo.units.acting import Request


def find_kind(name: str) -> Kind:
    kind = kinds.get(name)
    if kind is None:
        raise Http404
    return kind


def compose(request: Request, kind: str, pk: int) -> HttpResponseBase:
    """The ready text on a page of its own; sent back, it is noted as sent."""
    post, wanted = request.post_or_refuse(), find_kind(kind)
    thing = get_object_or_404(wanted.rows(post), pk=pk)
    concerned = list(wanted.units(post, thing))
    asked = request.GET.get("unit", "")
    units = [unit for unit in concerned if not asked or str(unit.pk) == asked]
    if (asked or wanted.group_text) and not units:
        raise Http404
    wanted.require(post, thing, units)
    ready = offer(wanted, post, thing, units, group=bool(wanted.group_text) and not asked)
    if request.method == "POST":
        form = SentForm(request.POST)
        if form.is_valid() and form.attempt(lambda: note(request, form, ready)):
            messages.success(request, _("Noted as sent."))
            return redirect(onward(request, form.cleaned_data["next"]))
    else:
        back = request.GET.get("next", "")
        form = SentForm(initial={"text": ready.text, "to": ready.to, "version": ready.version, "next": back})
    return render(
        request,
        "messaging/compose.html",
        {"offer": ready, "form": form, "sent": Message.objects.standing().about(wanted, thing)[:10]},
    )


def note(request: Request, form: SentForm, ready: Any) -> Message:
    told = form.cleaned_data
    return Message.objects.sent(
        ready.kind,
        ready.thing,
        ready.units,
        by=request.post_or_refuse(),
        text=told["text"],
        channel=told["channel"],
        to=told["to"] if told["to"] != ready.to else "",
        version=told["version"] or 0,
        ready=ready.text,
    )


def onward(request: Request, path: str) -> str:
    """The page the message stood on; otherwise the list of what was sent."""
    safe = url_has_allowed_host_and_scheme(path, {request.get_host()}, require_https=request.is_secure())
    return path if path and safe else "messages"


def sent(request: Request) -> HttpResponseBase:
    """What was noted as sent by the bodies one reaches, newest first."""
    rows = Message.objects.visible_to(request.post or request.user)
    whole = ("sent_by__user", "sent_by__unit", "withdrawn_by__user")
    rows = rows.select_related(*whole).prefetch_related("units")
    return render(request, "messaging/sent.html", {"page": keyset_page(rows, request, ("-sent_at", "-id"))})


def withdraw(request: Request, pk: int) -> HttpResponseBase:
    post = request.post_or_refuse()
    found = get_object_or_404(Message.objects.visible_to(post), pk=pk)
    form = WithdrawForm(request.POST or None)
    if form.is_valid() and form.attempt(lambda: found.withdraw(post, form.cleaned_data["reason"])):
        messages.success(request, _("The note is taken back."))
        return redirect("messages")
    return render(request, "messaging/withdraw.html", {"message": found, "form": form})


def texts(request: Request) -> HttpResponseBase:
    """Every text with the version in force."""
    own = {}
    for wording in Wording.objects.order_by("version").select_related("by__user"):
        own[wording.kind, wording.group] = wording
    rows = []
    for kind in kinds.kinds.values():
        written = own.get((kind.name, False))
        rows.append((kind, written.text if written and written.text else house_text(kind), written))
    return render(request, "messaging/texts.html", {"rows": rows, "may_write": may_write(request)})


def may_write(request: Request) -> bool:
    if request.post is None:
        return False
    try:
        require_editor(request.post)
    except Refused:
        return False
    return True


def text_now(kind: Kind, *, group: bool) -> str:
    standing = Wording.objects.standing(kind.name, group=group)
    return standing.text if standing else house_text(kind, group=group)


def text(request: Request, kind: str) -> HttpResponseBase:
    """Write the office's own text of one kind."""
    post, wanted = request.post_or_refuse(), find_kind(kind)
    require_editor(post)
    now = {"text": text_now(wanted, group=False), "group_text": text_now(wanted, group=True)}
    form = WordingForm(request.POST or None, kind=wanted, initial=now)

    def write() -> None:
        for name, group in (("text", False), ("group_text", True)):
            if name in form.fields:
                Wording.objects.write(wanted, form.cleaned_data[name], group=group, by=post)

    if form.is_valid() and form.attempt(write):
        messages.success(request, _("From now on this text is offered."))
        return redirect("message_texts")
    return render(
        request,
        "messaging/text.html",
        {
            "kind": wanted,
            "form": form,
            "words": [(WORDS[name][0], WORDS[name][1]) for name in wanted.known_words],
            "house": [house_text(wanted, group=group) for group in (False, True)],
            "versions": Wording.objects.filter(kind=kind).select_related("by__user").order_by("-at")[:20],
        },
    )
