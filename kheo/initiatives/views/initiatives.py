"""Initiatives: the list, the page of one, its start and its end."""

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kheo.files.models import Attachment
from kheo.initiatives.forms import ConsentEndForm, EndForm, FilterForm, StartForm
from kheo.initiatives.models import Initiative
from kheo.initiatives.models.initiatives import HEADS
from kheo.initiatives.views.columns import INITIATIVES
from kheo.lib.periods import today
from kheo.lib.rows import Worded
from kheo.ui.lists import keyset_page, wants_xlsx, xlsx_response
from kheo.units.acting import Request


def initiative_list(request: Request) -> HttpResponseBase:
    form = FilterForm(request.GET, by=request.post, states=Initiative.State.choices)
    chosen = form.chosen()
    seen = Initiative.objects.visible_to(request.post or request.user).narrowed(chosen)
    rows = seen.with_facts()
    if wants_xlsx(request):
        return xlsx_response(
            "mo-hinh-dien-hinh.xlsx", INITIATIVES, seen.for_sheet().order_by("sort_key", "pk")
        )
    order = ("-id",) if chosen.get("sort") == "newest" else ("sort_key", "id")
    page = keyset_page(rows, request, order)
    return render(
        request,
        "initiatives/initiative_list.html",
        {
            "page": page,
            "form": form,
            "may_end_by_list": bool(request.post)
            and request.post.role in HEADS
            and request.post.unit.kind == "committee",
        },
    )


# Ten tables side by side take longer to word and to plan than to read.
_of_number = Worded(
    lambda pk: Initiative.objects.filter(pk=pk).select_related(
        "owner__parent", "area__parent__parent__parent", "field", "practice", "movement"
    ),
    int,
)


def find(request: Request, pk: int) -> Initiative:
    if not Initiative.objects.few_visible_to(request.user).filter(pk=pk).exists():
        raise Http404
    return _of_number(pk)[0]


def initiative(request: Request, pk: int) -> HttpResponseBase:
    found = find(request, pk)
    years = list(found.enrolments.select_related("field", "committee").order_by("-year", "-pk"))
    others = Initiative.objects.none()
    if found.practice_id:
        same = Q(practice=found.practice_id)
        others = Initiative.objects.visible_among(request.user, same).exclude(pk=pk)
    year = today().year
    return render(
        request,
        "initiatives/initiative.html",
        {
            "initiative": found,
            "years": years,
            "latest": next((each for each in years if each.state != "withdrawn"), None),
            "others": others.select_related("area__parent", "owner").order_by("sort_key", "pk")[:8],
            "endings": found.endings.select_related("by__user", "by__unit", "catalogue"),
            "consent": found.standing_consent if found.is_person else None,
            "files": Attachment.objects.of(found),
            "may_start": found.may("start", request.post),
            "may_end": found.may("end", request.post),
            "may_continue": found.state in ("running", "published")
            and found.owner_known
            and found.may("writing", request.post)
            and all(each.year != year or each.state == "withdrawn" for each in years),
            "may_write": found.may("writing", request.post),
            "year": year,
        },
    )


def start(request: Request, pk: int) -> HttpResponseBase:
    found = find(request, pk)
    found.check_start(request.post) if request.method == "GET" else None
    form = StartForm(request.POST or None)
    if form.is_valid() and form.attempt(lambda: found.start(by=request.post, on=form.cleaned_data["on"])):
        messages.success(request, _("The start of “%s” is recorded.") % found.name)
        return redirect(found)
    return render(
        request,
        "initiatives/ask.html",
        {
            "form": form,
            "thing": found,
            "title": _("Start of the initiative"),
            "lead": _("The day it was presented (ra mắt) and began to run."),
            "button": _("Record the start"),
        },
    )


def end(request: Request, pk: int) -> HttpResponseBase:
    found = find(request, pk)
    found.check_end(request.post) if request.method == "GET" else None
    form = EndForm(request.POST or None)

    def verb() -> None:
        found.end(by=request.post, on=form.cleaned_data["on"], reason=form.cleaned_data["reason"])

    if form.is_valid() and form.attempt(verb):
        messages.success(
            request, _("The end of “%s” is recorded. Its years stay as they were counted.") % found.name
        )
        return redirect(found)
    return render(
        request,
        "initiatives/ask.html",
        {
            "form": form,
            "thing": found,
            "title": _("End of the initiative"),
            "lead": _("Nothing is deleted: it stays in the years in which it ran."),
            "button": _("Record the end"),
            "danger": True,
        },
    )


def consent_end(request: Request, pk: int) -> HttpResponseBase:
    found = find(request, pk)
    consent = found.standing_consent
    if consent is None:
        return redirect(found)
    form = ConsentEndForm(request.POST or None)
    if form.is_valid() and form.attempt(
        lambda: consent.take_back(by=request.post, on=form.cleaned_data["on"])
    ):
        messages.success(request, _("It is recorded. The page about the person is no longer public."))
        return redirect(found)
    return render(
        request,
        "initiatives/ask.html",
        {
            "form": form,
            "thing": found,
            "title": _("The person no longer agrees"),
            "lead": _("The public page is taken down at once."),
            "button": _("Record it"),
            "danger": True,
        },
    )
