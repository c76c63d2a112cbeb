"""What has come in: read, taken many at once, or given back with a reason."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from kheo.duties.arrivals import BY_KEY, KINDS, LOOKING, Arrival, at_most, counts, listed, others, prepare
from kheo.duties.at_once import Outcome, chosen_from, give_back, take
from kheo.duties.forms import ArrivalsForm, ReturnForm
from kheo.lib.refusals import Refused
from kheo.units.acting import Request


def arrivals(request: Request) -> HttpResponseBase:
    """The list; with a form sent to it, the chosen ones are taken."""
    post = request.post_or_refuse()
    post.require(*LOOKING)
    refused: list[Arrival] = []
    kept: list[str] = []
    if request.method == "POST":
        kept = request.POST.getlist("chosen")
        try:
            chosen = chosen_from(kept, post)
        except Refused as refusal:
            messages.warning(request, str(refusal))
        else:
            outcome = take(chosen, by=post)
            say(request, outcome)
            if not outcome.refused:
                return redirect(request.get_full_path())
            refused, kept = outcome.refused, [each.key for each in outcome.refused]
    return page(request, refused, kept)


def page(request: Request, refused: Sequence[Arrival] = (), kept: Sequence[str] = ()) -> HttpResponseBase:
    """`refused` could not be done a moment ago; `kept` are the boxes that stay ticked."""
    post = request.post_or_refuse()
    form = ArrivalsForm(request.GET, by=post)
    chosen = form.chosen()
    waiting = counts(post, chosen)
    of = request.GET.get("of", "")
    kinds = [BY_KEY[of]] if of in BY_KEY else KINDS
    rows = listed(request, post, kinds, chosen, sum(waiting[kind.key] for kind in kinds))
    why = {each.key: each.refused for each in refused}
    for arrival in rows:
        arrival.refused = why.pop(arrival.key, "")
    narrowed = {"q", "commune", "field", "way"} & chosen.keys()
    return render(
        request,
        "duties/arrivals.html",
        {
            "page": rows,
            "form": form,
            "of": of if of in BY_KEY else "",
            "tabs": [(kind, at_most(waiting[kind.key])) for kind in KINDS],
            "all_count": at_most(sum(waiting.values())),
            "narrowed": bool(narrowed),
            "kept": set(kept),
            # What has moved on meanwhile is no longer in the list; it is told above it.
            "gone": [each for each in refused if each.key in why],
            "elsewhere": others.of(post),
        },
    )


def say(request: Request, outcome: Outcome) -> None:
    for key, n in outcome.done.items():
        messages.success(request, BY_KEY[key].done(n))
    if outcome.refused:
        n = len(outcome.refused)
        told = ngettext(
            "%(n)d could not be done. Why stands beside it; it stays chosen.",
            "%(n)d could not be done. Why stands beside each; they stay chosen.",
            n,
        )
        messages.warning(request, told % {"n": n})
    if not outcome.done and not outcome.refused:
        messages.warning(request, _("Choose at least one line first."))


@require_POST
def give_many_back(request: Request) -> HttpResponseBase:
    """Ask why, then return each chosen one to its author."""
    post = request.post_or_refuse()
    post.require(*LOOKING)
    back = f"{reverse('arrivals')}?{request.GET.urlencode()}" if request.GET else reverse("arrivals")
    chosen = chosen_from(request.POST.getlist("chosen"), post)
    if not chosen:
        messages.warning(request, _("Choose at least one line first."))
        return redirect(back)
    form = ReturnForm(request.POST if "give_back" in request.POST else None, arrivals=chosen)
    if form.is_valid():
        outcome = give_back(chosen, form.reasons(), by=post)
        done = sum(outcome.done.values())
        if done:
            told = ngettext(
                "%(n)d is returned. Its author reads why.",
                "%(n)d are returned. Their authors read why.",
                done,
            )
            messages.success(request, told % {"n": done})
        if not outcome.refused:
            return redirect(back)
        chosen = outcome.refused
        data: Any = request.POST.copy()
        data.setlist("chosen", [each.key for each in chosen])
        form = ReturnForm(data, arrivals=chosen)
        for each in chosen:
            form.add_error(None, f"“{each.name}”: {each.refused}")
    prepare(chosen)
    return render(
        request,
        "duties/arrivals_return.html",
        {"form": form, "chosen": chosen, "back": back, "query": request.GET.urlencode()},
    )
