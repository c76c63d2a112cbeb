"""Decisions and what they recognise: the list, one decision, a new one, the end of a recognition."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kheo.initiatives.models import Initiative
from kheo.lib.refusals import Refused
from kheo.lib.vietnamese import fold
from kheo.recognition.forms import DecisionForm, EndForm, FilterForm, SignedFileForm
from kheo.recognition.models import Decision, Recognition, committees_recorded_by, to_recognise
from kheo.ui.lists import keyset_page, wants_xlsx, xlsx_response
from kheo.units.acting import Request

# More lines than any one decision seen; a list to choose from beyond it is narrowed by name.
MOST = 300
COLUMNS: list[Any] = [
    (gettext_lazy("Initiative"), "initiative.name"),
    (gettext_lazy("Tier"), "tier.name"),
    (gettext_lazy("Number of the decision"), "decision.number"),
    (gettext_lazy("Signed on"), "decision.signed_on"),
    (gettext_lazy("Signed by"), "decision.signer"),
    (gettext_lazy("Committee"), "decision.committee.name"),
    (gettext_lazy("Field of work"), "enrolment.field.name"),
    (gettext_lazy("Led by"), "initiative.owner.name"),
    (gettext_lazy("Place"), "initiative.area.short_place"),
    (gettext_lazy("State"), "state_text"),
    (gettext_lazy("Valid until"), "last_day"),
    (gettext_lazy("Sample"), "decision.sample"),
]


def recognition_list(request: Request) -> HttpResponseBase:
    form = FilterForm(request.GET)
    chosen = form.chosen()
    rows = Recognition.objects.visible_to(request.user).with_facts()
    for word in fold(chosen.get("q", "")).split()[:12]:
        rows = rows.filter(initiative__folded__contains=word)
    if year := chosen.get("year"):
        rows = rows.filter(valid_from__gte=date(year, 1, 1), valid_from__lte=date(year, 12, 31))
    for key, name in (("tier", "tier"), ("field", "enrolment__field")):
        if key in chosen:
            rows = rows.filter(**{name: chosen[key]})
    if request.GET.get("ending"):
        rows = rows.running_out()
    if wants_xlsx(request):
        return xlsx_response("cong-nhan.xlsx", COLUMNS, rows.order_by("-valid_from", "-pk"))
    page = keyset_page(rows, request, ("-valid_from", "-id"))
    may_write = bool(request.post and committees_recorded_by(request.post))
    return render(request, "recognition/list.html", {"page": page, "form": form, "may_write": may_write})


def decision(request: Request, pk: int) -> HttpResponseBase:
    seen = Decision.objects.visible_to(request.user).select_related("committee", "tier", "signed_file")
    found = get_object_or_404(seen, pk=pk)
    form = SignedFileForm(request.POST or None, request.FILES or None)

    def keep() -> None:
        found.attach_signed(form.cleaned_data["signed_file"], by=request.post_or_refuse())

    if request.method == "POST" and form.is_valid() and form.attempt(keep):
        messages.success(request, _("The signed decision is kept with the record."))
        return redirect(found)
    rows = Recognition.objects.visible_to(request.user).filter(decision=found).with_facts()
    rows = rows.prefetch_related("steps").order_by("initiative__sort_key", "pk")
    if wants_xlsx(request):
        return xlsx_response(f"cong-nhan-{found.pk}.xlsx", COLUMNS, rows, title=str(found))
    lines = list(rows[:1000])
    context = {
        "decision": found,
        "rows": lines,
        "hidden": found.recognitions.count() - len(lines),
        "form": form,
        "may_record": found.may_record(request.post),
    }
    return render(request, "recognition/decision.html", context)


def decision_new(request: Request) -> HttpResponseBase:
    """The decision as signed, with the initiatives on its list."""
    post = request.post_or_refuse()
    post.require("head", "deputy", "clerk")
    committees = committees_recorded_by(post)
    if not committees:
        raise Refused(
            _("Your body is no steering committee. Its head, deputy or clerk writes down what one decides.")
        )
    given = request.POST if request.method == "POST" else request.GET
    chosen = {int(each) for each in given.getlist("pk") if each.isdecimal() and len(each) < 19}
    form = DecisionForm(request.POST or None, request.FILES or None, committees=committees)

    def issue() -> Decision:
        data = dict(form.cleaned_data)
        del data["signed_file"]
        lines = Initiative.objects.visible_to(request.user).filter(pk__in=chosen)
        return Decision.objects.issue(by=post, initiatives=list(lines), **data)

    if request.method == "POST" and form.is_valid() and form.attempt(issue):
        made = form.result
        if upload := form.cleaned_data["signed_file"]:
            made.attach_signed(upload, by=post)
        count = made.recognitions.count()
        said = ngettext("%(n)d initiative is recognised.", "%(n)d initiatives are recognised.", count)
        messages.success(request, said % {"n": count})
        return redirect(made)
    context = {"form": form, "chosen": chosen, **_offered(request, committees, chosen)}
    return render(request, "recognition/decision_new.html", context)


def _offered(request: Request, committees: list[Any], chosen: set[int]) -> dict[str, Any]:
    """The lines to choose from: those already chosen first, then the rest in Vietnamese order."""
    words = request.GET.get("q", "").strip()[:200]
    committee = next(
        (each for each in committees if str(each.pk) == request.POST.get("committee")), committees[0]
    )
    rows = to_recognise(committee).visible_to(request.user)
    found = list(
        rows.named_like(words)
        .select_related("owner", "field", "area__parent__parent__parent")
        .order_by("sort_key", "pk")[: MOST + 1]
    )
    missing = chosen - {row.pk for row in found}
    if missing:
        more = Initiative.objects.visible_to(request.user).filter(pk__in=missing)
        found = [*more.select_related("owner", "field", "area__parent__parent__parent"), *found]
    return {"rows": found[: MOST + len(missing)], "more": len(found) > MOST, "words": words}


def initiative_recognitions(request: Request, pk: int) -> HttpResponseBase:
    initiative = get_object_or_404(
        Initiative.objects.visible_to(request.user).select_related("area__parent__parent__parent"), pk=pk
    )
    rows: list[Any] = list(
        Recognition.objects.filter(initiative=initiative)
        .select_related("decision__committee", "tier")
        .prefetch_related("steps__by__user", "steps__by__unit")
        .order_by("-valid_from", "-pk")
    )
    for row in rows:
        row.initiative = initiative
        row.endable = row.may_end(request.post)
    may_write = bool(request.post and committees_recorded_by(request.post))
    context = {"initiative": initiative, "rows": rows, "may_write": may_write}
    return render(request, "recognition/initiative.html", context)


def recognition_end(request: Request, pk: int) -> HttpResponseBase:
    seen = Recognition.objects.visible_to(request.user).with_facts()
    found = get_object_or_404(seen, pk=pk)
    form = EndForm(request.POST or None)
    if form.is_valid() and form.attempt(lambda: found.end(by=request.post_or_refuse(), **form.cleaned_data)):
        messages.success(
            request, _("It is no longer recognised. What was recognised before stays in the record.")
        )
        return redirect(found)
    return render(request, "recognition/end.html", {"form": form, "recognition": found})
