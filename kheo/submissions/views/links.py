"""Registration links: opened, printed as a poster, paused, closed, renewed."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kheo.initiatives.models.enrolments import standing_office
from kheo.lib.periods import today
from kheo.plans.acting import committees_of
from kheo.plans.models import Movement
from kheo.submissions import qr
from kheo.submissions.forms import DaysForm, LinkForm, WhyForm
from kheo.submissions.models import RegistrationLink
from kheo.submissions.models.links import KEEPERS
from kheo.units.acting import Request
from kheo.units.models import Unit

# verb → title, lead, button, whether it takes something away
CHANGES: dict[str, tuple[Any, Any, Any, bool]] = {
    "pause": (
        gettext_lazy("Pause the link"),
        gettext_lazy("Nothing can be sent until you let it go on. What has come in stays."),
        gettext_lazy("Pause it"),
        False,
    ),
    "resume": (
        gettext_lazy("Let the link go on"),
        gettext_lazy("The same address and QR code take registrations again."),
        gettext_lazy("Let it go on"),
        False,
    ),
    "close": (
        gettext_lazy("Close the link early"),
        gettext_lazy("Nothing can be sent any more. You may open it again."),
        gettext_lazy("Close it"),
        True,
    ),
    "reopen": (
        gettext_lazy("Open the link again"),
        gettext_lazy("The same address and QR code take registrations again until its last day."),
        gettext_lazy("Open it again"),
        False,
    ),
    "renew": (
        gettext_lazy("Give the link a new address"),
        gettext_lazy(
            "Where the address got into wrong hands. Old posters lead nowhere: print and send the new one."
        ),
        gettext_lazy("Make a new address"),
        True,
    ),
}


@dataclass(frozen=True)
class Without:
    """A committee's year that has no link yet."""

    committee: Unit
    movement: Movement
    year: int


def link_list(request: Request) -> HttpResponseBase:
    post = request.post
    seen = RegistrationLink.objects.visible_to(post or request.user)
    found = list(seen.select_related("committee", "office", "movement")[:200])
    without: list[Without] = []
    if post is not None and post.role in KEEPERS:
        have = set(RegistrationLink.objects.kept_by(post).values_list("committee", "movement", "year"))
        day = today()
        committees = committees_of(post).filter(mandates__valid_from__lte=day, mandates__valid_to__gt=day)
        movements = Movement.objects.running().launched().in_bulk()
        for committee in committees.prefetch_related("mandates").distinct():
            for mandate in committee.mandates.all():
                for year in (day.year, day.year + 1) if day.month >= 10 else (day.year,):
                    held = mandate.valid_from <= day < mandate.valid_to
                    if (
                        held
                        and mandate.movement_id in movements
                        and ((committee.pk, mandate.movement_id, year) not in have)
                    ):
                        without.append(Without(committee, movements[mandate.movement_id], year))
    return render(request, "submissions/links.html", {"links": found, "without": without})


def new(request: Request, committee: int, movement: int, year: int) -> HttpResponseBase:
    post = request.post_or_refuse()
    body = get_object_or_404(
        Unit.objects.living().filter(pk__in=committees_of(post).order_by().values("pk")), pk=committee
    )
    post.require(*KEEPERS)
    chosen = get_object_or_404(Movement.objects.visible_to(request.user), pk=movement)
    if not today().year - 1 <= year <= today().year + 1:
        raise Http404
    link = RegistrationLink(committee=body, movement=chosen, year=year, office=standing_office(body))
    window = link.window()
    form = LinkForm(request.POST if request.method == "POST" else None)

    def act() -> RegistrationLink:
        return RegistrationLink.objects.open(body, chosen, year, by=post, **form.cleaned_data)

    if request.method == "POST" and form.is_valid() and form.attempt(act):
        messages.success(request, _("The link is open. Print the poster, or send the message on."))
        return redirect(form.result)
    return render(request, "submissions/link_new.html", {"form": form, "link": link, "window": window})


def find(request: Request, pk: int) -> RegistrationLink:
    seen = RegistrationLink.objects.visible_to(request.user)
    return get_object_or_404(
        seen.select_related("committee__area", "committee__parent", "office", "movement"), pk=pk
    )


def link(request: Request, pk: int) -> HttpResponseBase:
    found = find(request, pk)
    first, last = found.span()
    counts = {
        state: found.submissions.filter(state=state).count() for state in ("received", "taken", "returned")
    }
    context = {
        "link": found,
        "first": first,
        "last": last,
        "standing": found.standing(),
        "sign": found.sign,
        "keeps": found.may_be_kept_by(request.post),
        "counts": counts,
        "qr": qr.drawn(found.address, _("QR code of the registration link")),
        "unreachable": is_unreachable(found.address),
        "steps": found.steps.select_related("by__user", "by__unit").order_by("-pk"),
    }
    return render(request, "submissions/link.html", context)


def is_unreachable(address: str) -> bool:
    """Whether no phone can open this address: the installation knows only this machine's own."""
    return (urlsplit(address).hostname or "") in ("localhost", "127.0.0.1", "::1")


def poster(request: Request, pk: int) -> HttpResponseBase:
    """One A4 sheet for the wall of the culture house."""
    found = find(request, pk)
    context = {
        "link": found,
        "first": found.span()[0],
        "last": found.span()[1],
        "qr": qr.drawn(found.address, _("QR code of the registration link")),
        "short": found.address.split("://", 1)[-1].rstrip("/"),
        "unreachable": is_unreachable(found.address),
    }
    return render(request, "submissions/poster.html", context)


def qr_picture(request: Request, pk: int) -> HttpResponseBase:
    return png(qr.picture(find(request, pk).address), f"ma-qr-dang-ky-{pk}.png")


def png(content: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type="image/png")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def days(request: Request, pk: int) -> HttpResponseBase:
    found = find(request, pk)
    found.require_keeper(request.post)
    typed = {"opens": found.opens, "closes": found.closes}
    form = DaysForm(request.POST if request.method == "POST" else None, initial=typed)

    def act() -> None:
        said = form.cleaned_data
        found.set_days(said["opens"], said["closes"], by=request.post, reason=said["reason"])

    if request.method == "POST" and form.is_valid() and form.attempt(act):
        messages.success(request, _("The days of the link are changed."))
        return redirect(found)
    context = {
        "form": form,
        "link": found,
        "window": found.window(),
        "title": _("Change the days"),
        "button": _("Change them"),
    }
    return render(request, "submissions/link_change.html", context)


def change(request: Request, pk: int, verb: str) -> HttpResponseBase:
    """Pause, go on, close, open again or renew, with the reason."""
    found = find(request, pk)
    if verb not in CHANGES:
        raise Http404
    found.require_keeper(request.post)
    title, lead, button, danger = CHANGES[verb]
    form = WhyForm(request.POST or None)

    def act() -> None:
        getattr(found, verb)(by=request.post, reason=form.cleaned_data["reason"])

    if form.is_valid() and form.attempt(act):
        messages.success(request, _("It is done: the link is %s.") % found.sign[0])
        return redirect(found)
    context = {"form": form, "link": found, "title": title, "lead": lead, "button": button, "danger": danger}
    return render(request, "submissions/link_change.html", context)
