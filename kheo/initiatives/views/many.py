"""Many at once: continuing what ran last year, and a table pasted from a spreadsheet."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kheo.initiatives import grid as table
from kheo.initiatives import registration
from kheo.initiatives.models import Initiative
from kheo.initiatives.views.register import require_writer
from kheo.lib.periods import today
from kheo.lib.refusals import Refused
from kheo.units.acting import Request

MOST = 500
EMPTY_LINES = 8


def continue_many(request: Request) -> HttpResponseBase:
    """What ran last year at the unit, each with a box: chosen ones are enrolled for this year and sent."""
    require_writer(request)
    post = request.post
    asked = request.POST.get("year") or request.GET.get("year") or ""
    year = (
        int(asked)
        if asked.isdecimal() and today().year - 1 <= int(asked) <= today().year + 1
        else today().year
    )
    rows = Initiative.objects.visible_to(request.user).to_continue(post, year)
    rows = rows.for_sheet().order_by("sort_key", "pk")
    if request.method == "POST":
        chosen = {int(each) for each in request.POST.getlist("pk") if each.isdecimal()}
        sent, kept, refused = enrol(rows.filter(pk__in=chosen)[:MOST], year, post)
        if sent:
            said = ngettext(
                "%(n)d continuing initiative is sent for %(year)d.",
                "%(n)d continuing initiatives are sent for %(year)d.",
                sent,
            )
            messages.success(request, said % {"n": sent, "year": year})
        for sentence in kept[:5]:
            messages.info(request, sentence)
        for sentence in refused[:5]:
            messages.warning(request, sentence)
        if sent or kept:
            return redirect("enrolment_list")
        if not refused:
            messages.warning(request, _("Choose at least one line first."))
    context = {"rows": rows[:MOST], "year": year, "years": [year - 1, year, year + 1]}
    return render(request, "initiatives/continue_many.html", context)


def enrol(rows: Any, year: int, post: Any) -> tuple[int, list[str], list[str]]:
    """How many were sent, which stayed drafts and why, which were refused and why."""
    sent, kept, refused = 0, [], []
    for initiative in rows:
        try:
            enrolment = initiative.continue_in(year, by=post)
        except Refused as refusal:
            refused.append(str(refusal))
            continue
        try:
            enrolment.send(by=post)
            sent += 1
        except Refused as refusal:
            kept.append(_("“%(name)s” stays a draft: %(why)s") % {"name": initiative.name, "why": refusal})
    return sent, kept, refused


def grid(request: Request) -> HttpResponseBase:
    """Paste, look at what is doubtful, correct it in place, make drafts."""
    require_writer(request)
    lines: list[table.Line] = []
    if request.method == "POST":
        rows = table.paste(request.POST.get("pasted", "")) or table.typed(request.POST)
        lines = table.check(rows, by=request.post)
        good = [line for line in lines if not line.doubts]
        if "make" in request.POST and good:
            made, left = make(good, request.post)
            said = ngettext("%(n)d draft is made.", "%(n)d drafts are made.", made) % {"n": made}
            messages.success(request, said + " " + _("Look at them and send them."))
            left += [line for line in lines if line.doubts]
            if not left:
                return redirect("/mo-hinh/dang-ky/?waiting=finish")
            lines = sorted(left, key=lambda line: line.number)
        elif not lines:
            messages.warning(request, _("There is nothing in the table yet."))
    ready = sum(not line.doubts for line in lines)
    count = len(lines)
    empty = [table.Line(count + each + 1, {}) for each in range(EMPTY_LINES if count < 4 else 2)]
    return render(
        request,
        "initiatives/grid.html",
        {
            "lines": [*lines, *empty],
            "columns": table.COLUMNS,
            "checked": bool(lines),
            "ready": ready,
            "doubtful": count - ready,
        },
    )


def make(lines: list[table.Line], post: Any) -> tuple[int, list[table.Line]]:
    """A draft of each line; those that are refused come back with the reason."""
    made, left = 0, []
    for line in lines:
        try:
            registration.save_draft(line.form.cleaned_data, by=post)
            made += 1
        except Refused as refusal:
            line.doubts[""] = str(refusal)
            left.append(line)
    return made, left
