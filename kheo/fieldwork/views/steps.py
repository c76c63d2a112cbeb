"""The steps both kinds of report take: sent, accepted, returned, corrected, withdrawn."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kheo.fieldwork.forms import ReasonForm
from kheo.units.acting import Request

Find = Callable[[Request, int], Any]
View = Callable[..., HttpResponseBase]


def step(find: Find, verb: str, done: Callable[[Any], str]) -> View:
    """A view that takes one step which needs no further words."""

    @require_POST
    def view(request: Request, pk: int) -> HttpResponseBase:
        found = find(request, pk)
        getattr(found, verb)(by=request.post_or_refuse())
        messages.success(request, done(found))
        return redirect(found)

    return view


def with_reason(find: Find, verb: str, words: Callable[[Any], dict[str, Any]]) -> View:
    """A view that asks why before it takes a step. `words` gives title, lead, button and perhaps danger."""

    def view(request: Request, pk: int) -> HttpResponseBase:
        found = find(request, pk)
        post = request.post_or_refuse()
        if request.method == "GET":
            getattr(found, f"check_{verb}")(post)
        form = ReasonForm(request.POST or None, initial={"seen": found.state})

        def act() -> Any:
            said = form.cleaned_data
            if verb == "correct":
                return found.correct(by=post, reason=said["reason"])
            method = found.return_ if verb == "return" else getattr(found, verb)
            return method(by=post, reason=said["reason"], seen=said["seen"])

        if form.is_valid() and form.attempt(act):
            if verb == "correct":
                messages.success(
                    request, _("Version %d is begun. Change it and send it.") % form.result.version
                )
                return redirect(form.result.edit_url)
            messages.success(request, _("It is done: %s.") % found.get_state_display())
            return redirect(found)
        return render(request, "fieldwork/ask.html", {"form": form, "thing": found, **words(found)})

    return view


def send_words(found: Any) -> str:
    return _("The report is sent.")


def accept_words(found: Any) -> str:
    return _("The report is accepted. Its figures are counted now.")


def return_words(found: Any) -> dict[str, Any]:
    return {
        "title": _("Return the report"),
        "lead": _("Its author reads why and can send it again."),
        "button": _("Return it"),
        "danger": True,
    }


def withdraw_words(found: Any) -> dict[str, Any]:
    return {
        "title": _("Withdraw the report"),
        "lead": _("It stays readable here, but it is never counted."),
        "button": _("Withdraw the report"),
        "danger": True,
    }


def correct_words(found: Any) -> dict[str, Any]:
    return {
        "title": _("Correct the report"),
        "lead": _("The accepted version stays counted until the corrected one is accepted."),
        "button": _("Begin a new version"),
    }
