"""Field reports: the list, the page of one, the form with its draft, and the steps."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from kheo.fieldwork import filing
from kheo.fieldwork.figures import MEASURED, written
from kheo.fieldwork.forms import FieldReportForm, FilterForm, read_key
from kheo.fieldwork.models import Draft, FieldReport
from kheo.fieldwork.models.field_reports import figures_by_kind, figures_of
from kheo.fieldwork.views import steps
from kheo.fieldwork.views.columns import FIELD_REPORTS
from kheo.initiatives.models import Initiative
from kheo.initiatives.models.initiatives import WRITERS
from kheo.lib.formats import moment
from kheo.lib.refusals import Refused
from kheo.lib.vietnamese import nfc
from kheo.ui.kept import typed_fields
from kheo.ui.lists import keyset_page, wants_xlsx, xlsx_response
from kheo.units.acting import Request
from kheo.units.models import Post

_NOT_KEPT = ("csrfmiddlewaretoken", "save", "send")
WAITING = {"finish": "to_finish", "accept": "to_accept"}


def field_report_list(request: Request) -> HttpResponseBase:
    form = FilterForm(request.GET, by=request.post)
    chosen = form.chosen()
    waiting = request.GET.get("waiting", "")
    few = waiting in WAITING and request.post is not None
    seen = FieldReport.objects.few_visible_to if few else FieldReport.objects.visible_to
    rows = seen(request.post or request.user).narrowed(chosen).with_facts()
    if few:
        rows = getattr(rows, WAITING[waiting])(request.post)
    else:
        rows = rows.shown(request.post)
        if "state" not in chosen:
            rows = rows.exclude(state="superseded")
    if wants_xlsx(request):
        return xlsx_response("bao-cao-ket-qua.xlsx", FIELD_REPORTS, rows.order_by("-happened_on", "-pk"))
    page = keyset_page(rows, request, ("-id",), few=few)
    context = {"page": page, "form": form, "waiting": waiting, "chosen": chosen}
    return render(request, "fieldwork/field_report_list.html", context)


def initiative_reports(request: Request, pk: int) -> HttpResponseBase:
    """What was reported of one initiative: its sums and each report."""
    initiative = find_initiative(request, pk)
    reports = FieldReport.objects.visible_to(request.user).about(initiative).with_facts().shown(request.post)
    kinds = figures_by_kind(initiative)
    names = {str(each.label): each.name for each in MEASURED.values()}
    sums = [
        {
            "label": label,
            "amount": written(names[str(label)], amount),
            "kinds": [
                (kind, written(names[str(label)], part)) for kind, part in kinds.get(names[str(label)], [])
            ],
        }
        for label, amount, _unit in figures_of(initiative)
    ]
    return render(
        request,
        "fieldwork/initiative_reports.html",
        {
            "initiative": initiative,
            "page": keyset_page(reports, request, ("-happened_on", "-id")),
            "sums": sums,
            "may_report": may_report(initiative, request.post),
        },
    )


def find_initiative(request: Request, pk: int) -> Initiative:
    seen = Initiative.objects.visible_to(request.user).select_related(
        "owner__parent", "area__parent", "field"
    )
    return get_object_or_404(seen, pk=pk)


def may_report(initiative: Initiative, post: Post | None) -> bool:
    if post is None or not initiative.enrolments.counted().exists():
        return False
    return initiative.may("writing", post)


def find(request: Request, pk: int) -> FieldReport:
    seen = FieldReport.objects.visible_to(request.user)
    return get_object_or_404(
        seen.select_related(
            "enrolment__initiative__owner__parent",
            "enrolment__initiative__area__parent__parent__parent",
            "enrolment__field",
            "enrolment__addressee",
        ).prefetch_related("figures__kind"),
        pk=pk,
    )


def field_report(request: Request, pk: int) -> HttpResponseBase:
    found = find(request, pk)
    shown = found.photos().select_related("full", "web")
    photos = [{"photo": photo, "why": photo.publishable()} for photo in shown]
    taken = list(found.steps.select_related("by__user", "by__unit"))
    post = request.post
    return render(
        request,
        "fieldwork/field_report.html",
        {
            "report": found,
            "initiative": found.initiative,
            "photos": photos,
            "archive": next((each["photo"].archive for each in photos if each["photo"].archive), ""),
            "unanswered": sum(1 for each in photos if each["photo"].public_activity is None),
            "steps": taken,
            "returned": taken[-1] if taken and found.state == "returned" else None,
            "versions": list(found.versions) if found.version > 1 or found.state == "superseded" else [],
            "may": {
                verb: found.may(verb, post) for verb in ("send", "accept", "return", "correct", "withdraw")
            },
            "may_answer": bool(post) and found.initiative.may("writing", post),
        },
    )


def new(request: Request, pk: int) -> HttpResponseBase:
    """A report of one initiative."""
    initiative = find_initiative(request, pk)
    post = request.post_or_refuse()
    post.require(*WRITERS)
    initiative.check_writing(post)
    latest = initiative.latest
    target = (latest.details.get("targets") if latest else "") or initiative.goal
    initial = {"initiative": initiative.pk, "series": uuid.uuid4(), "target": target}
    return fill_in(request, initiative, None, initial)


def edit(request: Request, pk: int) -> HttpResponseBase:
    found = find(request, pk)
    found.check_write(request.post_or_refuse())
    typed = Draft.objects.visible_to(request.user).filter(key=found.series).first()
    initial = filing.words_of(typed.fields) if typed and request.method == "GET" else {}
    return fill_in(request, found.initiative, found, initial)


def draft(request: Request, key: uuid.UUID) -> HttpResponseBase:
    """What was typed and not checked yet, in its form again."""
    found = get_object_or_404(Draft.objects.visible_to(request.user), key=key)
    if found.initiative_id is None:
        return redirect("unit_report_new")
    initiative = find_initiative(request, found.initiative_id)
    initial = {**filing.words_of(found.fields), "initiative": initiative.pk, "series": found.key}
    return fill_in(request, initiative, None, initial, draft=found)


def fill_in(
    request: Request,
    initiative: Initiative,
    report: FieldReport | None,
    initial: dict[str, Any],
    draft: Draft | None = None,
) -> HttpResponseBase:
    """Show the form; keep it as a draft, or check it and send it."""
    post = request.post_or_refuse()
    if request.method == "POST":
        form = FieldReportForm(request.POST, request.FILES, by=post, report=report)
        if form.is_valid() and form.attempt(lambda: filing.file(form, by=post, report=report)):
            return onward(request, form.result)
        key = read_key(request.POST.get("series"))
        if "save" in request.POST and key is not None:
            kept = Draft.objects.keep(key, by=post, fields=as_typed(request), initiative=initiative)
            messages.warning(
                request,
                _("What you typed is kept as a draft at %s. Some is not clear yet; choose photos again.")
                % moment(kept.updated),
            )
    else:
        form = FieldReportForm(by=post, report=report, initial=initial)
    context = {"form": form, "initiative": initiative, "report": report, "draft": draft}
    return render(request, "fieldwork/field_report_form.html", context)


def onward(request: Request, report: FieldReport) -> HttpResponseBase:
    """After the check: kept as a draft, or sent at once; what refuses the sending is said on its page."""
    if "save" in request.POST:
        messages.success(request, _("Saved as a draft. Nothing has been sent."))
    elif report.is_open:
        try:
            report.send(by=request.post_or_refuse())
        except Refused as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, _("The report is sent."))
    return redirect(report)


@require_POST
def autosave(request: Request) -> HttpResponseBase:
    """What has been typed so far, sent by the page by itself."""
    post = request.post_or_refuse()
    post.require(*WRITERS)
    key = read_key(request.POST.get("series"))
    if key is None:
        return JsonResponse({"refused": _("This page is out of date. Load it again.")}, status=400)
    initiative = None
    if (pk := request.POST.get("initiative", "")).isdecimal():
        initiative = find_initiative(request, int(pk))
    kept = Draft.objects.keep(key, by=post, fields=as_typed(request), initiative=initiative)
    return JsonResponse({"saved": _("Draft kept at %s") % moment(kept.updated)})


@require_POST
def discard(request: Request, key: uuid.UUID) -> HttpResponseBase:
    """What was typed and never checked is thrown away by its author."""
    get_object_or_404(Draft.objects.visible_to(request.user), key=key).delete()
    messages.success(request, _("The draft is thrown away."))
    return redirect("field_report_list")


def as_typed(request: Request) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in typed_fields(request):
        if name not in _NOT_KEPT:
            found.setdefault(name, []).append(nfc(value))
    return found


send = steps.step(find, "send", steps.send_words)
accept = steps.step(find, "accept", steps.accept_words)
return_ = steps.with_reason(find, "return", steps.return_words)
withdraw = steps.with_reason(find, "withdraw", steps.withdraw_words)
correct = steps.with_reason(find, "correct", steps.correct_words)
