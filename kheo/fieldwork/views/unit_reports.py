"""Periodic reports of units: the list, one page, its form, its steps, and who still owes one."""

import uuid
from typing import Any

from django.contrib import messages
from django.db.models import Sum
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from kheo.fieldwork import due, filing
from kheo.fieldwork import messages as chased
from kheo.fieldwork.figures import MEASURED, written
from kheo.fieldwork.forms import FilterForm, SignedFileForm, UnitReportForm, read_key
from kheo.fieldwork.models import Draft, ReportFigure, UnitReport
from kheo.fieldwork.models.unit_reports import asked_of
from kheo.fieldwork.views import steps
from kheo.fieldwork.views.columns import DUE, UNIT_REPORTS
from kheo.fieldwork.views.field_reports import WAITING, as_typed
from kheo.initiatives.models.initiatives import WRITERS
from kheo.lib.formats import moment
from kheo.lib.periods import today
from kheo.lib.refusals import Refused
from kheo.messaging.kinds import kinds
from kheo.messaging.models import offers
from kheo.plans.models import CalendarEntry, Plan
from kheo.ui.lists import keyset_page, wants_xlsx, xlsx_response
from kheo.units.acting import Request
from kheo.units.reach import scope


def unit_report_list(request: Request) -> HttpResponseBase:
    form = FilterForm(request.GET, by=request.post, of_units=True)
    chosen = form.chosen()
    waiting = request.GET.get("waiting", "")
    few = waiting in WAITING and request.post is not None
    seen = UnitReport.objects.few_visible_to if few else UnitReport.objects.visible_to
    rows = seen(request.post or request.user).narrowed(chosen).with_facts()
    if few:
        rows = getattr(rows, WAITING[waiting])(request.post)
    else:
        rows = rows.shown(request.post)
        if "state" not in chosen:
            rows = rows.exclude(state="superseded")
    if wants_xlsx(request):
        return xlsx_response("bao-cao-dinh-ky.xlsx", UNIT_REPORTS, rows.order_by("-period_last", "-pk"))
    return render(
        request,
        "fieldwork/unit_report_list.html",
        {
            "page": keyset_page(rows, request, ("-period_last", "-id"), few=few),
            "form": form,
            "waiting": waiting,
            "chosen": chosen,
            "entries": entries_seen(request)[:6],
            "today": today(),
            "asked": asked_of(request.post)[:3] if request.post and request.post.role in WRITERS else [],
        },
    )


def entries_seen(request: Request) -> Any:
    """The report periods of the committees one reaches, newest first; those below see only the plan."""
    entries = CalendarEntry.objects.filter(kind=CalendarEntry.Kind.REPORT, plan__state=Plan.State.APPROVED)
    reached = scope(entries, request.user, unit="plan__committee", area="plan__committee__area")
    return reached.select_related("plan__committee__area", "plan__movement").order_by("-closes", "pk")


def unit_report_due(request: Request, pk: int) -> HttpResponseBase:
    """Who has reported for one entry of the calendar and who has not."""
    entry = get_object_or_404(entries_seen(request), pk=pk)
    rows = due.table(entry)
    if wants_xlsx(request):
        return xlsx_response("tinh-hinh-gui-bao-cao.xlsx", DUE, rows)
    chases = chased.chases(request.post, entry)
    late = [row.unit for row in rows if not row.sent]
    return render(
        request,
        "fieldwork/unit_report_due.html",
        {
            "entry": entry,
            "rows": rows,
            "sent": sum(1 for row in rows if row.sent),
            "chases": chases,
            "offers": offers(kinds["report_due"], request.post, entry, late) if chases else {},
        },
    )


def find(request: Request, pk: int) -> UnitReport:
    seen = UnitReport.objects.visible_to(request.user)
    return get_object_or_404(
        seen.select_related("unit__area", "unit__parent", "entry__plan__committee", "signed_file"), pk=pk
    )


def unit_report(request: Request, pk: int) -> HttpResponseBase:
    found = find(request, pk)
    taken = list(found.steps.select_related("by__user", "by__unit"))
    lines = list(found.lines.select_related("initiative__area__parent", "initiative__field", "ending"))
    return render(
        request,
        "fieldwork/unit_report.html",
        {
            "report": found,
            "lines": lines,
            "counts": standing_counts(lines),
            "figures": counted_in(found, lines),
            "steps": taken,
            "returned": taken[-1] if taken and found.state == "returned" else None,
            "versions": list(found.versions) if found.version > 1 or found.state == "superseded" else [],
            "may": {
                verb: found.may(verb, request.post)
                for verb in ("send", "accept", "return", "correct", "withdraw", "author")
            },
        },
    )


def standing_counts(lines: list[Any]) -> list[tuple[str, str, int]]:
    """(words, tone, how many) of each way an initiative may stand."""
    from kheo.fieldwork.models import UnitReportLine

    return [
        (str(each.label), UnitReportLine.TONES[each], sum(1 for line in lines if line.standing == each))
        for each in UnitReportLine.Standing
    ]


def counted_in(report: UnitReport, lines: list[Any]) -> list[tuple[Any, str]]:
    """The figures accepted for the page's initiatives in its period: counted, never typed."""
    sums = dict(
        ReportFigure.objects.filter(
            report__state="accepted",
            report__enrolment__initiative__in=[line.initiative_id for line in lines],
            report__happened_on__gte=report.period_first,
            report__happened_on__lte=report.period_last,
        )
        .order_by()
        .values_list("measure")
        .annotate(total=Sum("amount"))
    )
    return [(each.label, written(name, sums[name])) for name, each in MEASURED.items() if name in sums]


def new(request: Request) -> HttpResponseBase:
    post = request.post_or_refuse()
    post.require(*WRITERS)
    initial: dict[str, Any] = {"series": uuid.uuid4()}
    asked = asked_of(post)
    if asked:
        wanted = request.GET.get("entry", "")
        initial["entry"] = next((each.pk for each in asked if str(each.pk) == wanted), asked[0].pk)
    typed = Draft.objects.visible_to(post).filter(initiative=None, post__unit=post.unit).first()
    begun = UnitReport.objects.filter(series=typed.key).exists() if typed else False
    if typed and not begun and request.method == "GET":
        initial = {**filing.words_of(typed.fields), "series": typed.key}
    return fill_in(request, None, initial)


def edit(request: Request, pk: int) -> HttpResponseBase:
    found = find(request, pk)
    found.check_write(request.post_or_refuse())
    return fill_in(request, found, {})


def fill_in(request: Request, report: UnitReport | None, initial: dict[str, Any]) -> HttpResponseBase:
    post = request.post_or_refuse()
    if request.method == "POST":
        form = UnitReportForm(request.POST, request.FILES, by=post, report=report)
        if form.is_valid() and form.attempt(lambda: filing.file_page(form, by=post, report=report)):
            return onward(request, form.result)
        key = read_key(request.POST.get("series"))
        if "save" in request.POST and key is not None:
            kept = Draft.objects.keep(key, by=post, fields=as_typed(request), initiative=None)
            messages.warning(request, _("What you typed is kept as a draft at %s.") % moment(kept.updated))
    else:
        form = UnitReportForm(by=post, report=report, initial=initial)
    return render(
        request, "fieldwork/unit_report_form.html", {"form": form, "report": report, "unit": post.unit}
    )


def onward(request: Request, report: UnitReport) -> HttpResponseBase:
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


def signed_file(request: Request, pk: int) -> HttpResponseBase:
    """The signed paper comes back to the record."""
    found = find(request, pk)
    post = request.post_or_refuse()
    post.require(*WRITERS, "clerk", unit=found.unit)
    form = SignedFileForm(request.POST or None, request.FILES or None)
    if form.is_valid() and form.attempt(
        lambda: found.attach_signed(form.cleaned_data["signed_file"], by=post)
    ):
        messages.success(request, _("The signed report is added."))
        return redirect(found)
    return render(
        request,
        "fieldwork/ask.html",
        {
            "form": form,
            "thing": found,
            "title": _("Add the signed report"),
            "lead": _("A scan, or a photo of the paper."),
            "button": _("Add it"),
            "files": True,
        },
    )


def _accepted(report: UnitReport) -> str:
    ended = report.lines.filter(ending__isnull=False).count()
    if ended:
        return _("The report is accepted. Ended by it: %d.") % ended
    return _("The report is accepted.")


send = steps.step(find, "send", steps.send_words)
accept = steps.step(find, "accept", _accepted)
return_ = steps.with_reason(find, "return", steps.return_words)
withdraw = steps.with_reason(find, "withdraw", steps.withdraw_words)
correct = steps.with_reason(find, "correct", steps.correct_words)
