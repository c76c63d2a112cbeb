"""Pages of criteria: sets in force and reference sets, editing, and the sheet an assessor will see."""

from typing import Any

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from kheo.plans.editing import CriteriaEditor
from kheo.plans.forms import CriteriaAddForm, CriteriaFilter
from kheo.plans.models import CriteriaSet, Plan, points_words
from kheo.plans.models.criteria import total_of, walked
from kheo.ui.lists import Column, keyset_page, wants_xlsx, xlsx_response

from .plans import acting, find_draft

COLUMNS: list[Column] = [
    (gettext_lazy("Name"), "name"),
    (gettext_lazy("Issued by"), "issuer"),
    (gettext_lazy("Year"), lambda each: str(each.year or "")),
    (gettext_lazy("How it judges"), "get_mode_display"),
    (gettext_lazy("Applies to"), "get_subject_display"),
    (gettext_lazy("Version"), "version"),
    (gettext_lazy("Criteria"), "n"),
]


def criteria_sets(request: HttpRequest) -> HttpResponseBase:
    form = CriteriaFilter(request.GET)
    wanted = form.cleaned_data if form.is_valid() else {}
    found = CriteriaSet.objects.visible_to(request.user).annotate(n=Count("criteria"))
    if wanted.get("show") == "own":
        found = found.filter(plan__state=Plan.State.APPROVED)
    elif wanted.get("show") == "reference":
        found = found.filter(reference=True)
    if wanted.get("mode"):
        found = found.filter(mode=wanted["mode"])
    found = found.select_related("plan__committee", "plan__movement")
    if wants_xlsx(request):
        return xlsx_response("bo-tieu-chi", COLUMNS, found.order_by("reference", "-pk"))
    page = keyset_page(found, request, order=("reference", "-id"), size=30)
    return render(request, "plans/criteria_list.html", {"page": page, "form": form})


def _find(request: HttpRequest, pk: int) -> CriteriaSet:
    found = CriteriaSet.objects.visible_to(request.user).select_related(
        "plan__movement", "plan__committee__parent", "plan__committee__committee__standing_office",
        "copied_from",
    )  # fmt: skip
    return get_object_or_404(found, pk=pk)


def _sheet(found: CriteriaSet) -> dict[str, Any]:
    tree = found.tree()
    return {
        "set": found,
        "tree": tree,
        "nodes": list(walked(tree)),
        "total": points_words(total_of(tree)),
        "unsound": found.sums(tree),
    }


def criteria_set(request: HttpRequest, pk: int) -> HttpResponseBase:
    found = _find(request, pk)
    context = _sheet(found)
    if wants_xlsx(request):
        columns: list[Column] = [
            (_("No."), "number"),
            (_("Criterion"), "criterion.text"),
            (_("Most points"), lambda node: (node.criterion.max_points or 0) / 100 or None),
            (_("Disqualifies when not met"), "criterion.disqualifies"),
            (_("Note"), "criterion.note"),
        ]
        return xlsx_response(f"tieu-chi-{pk}", columns, context["nodes"], title=found.name)
    post = request.post  # type: ignore[attr-defined]
    context["writes"] = bool(found.plan and found.plan.is_draft and found.plan.may_be_written_by(post))
    seen = found.copied_from and CriteriaSet.objects.visible_to(request.user).filter(
        pk=found.copied_from_id or 0
    )
    context["source_seen"] = bool(seen and seen.exists())
    return render(request, "plans/criteria_set.html", context)


def preview(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet as an assessor will see it; nothing is sent from here."""
    return render(request, "plans/criteria_preview.html", _sheet(_find(request, pk)))


def add(request: HttpRequest, pk: int) -> HttpResponse:
    plan = find_draft(request, pk)
    by = acting(request)
    form = CriteriaAddForm(request.POST or None, plan=plan, by=by)

    def begin() -> CriteriaSet:
        given = form.cleaned_data
        if given["source"]:
            return given["source"].copy_to(plan, by)  # type: ignore[no-any-return]
        head = {name: given[name] for name in ("name", "mode", "subject") if given[name]}
        return CriteriaSet.objects.begin(plan, by=by, **head)

    if request.method == "POST" and form.is_valid() and form.attempt(begin):
        messages.success(request, _("Added. Now write or change its criteria."))
        return redirect("criteria_edit", form.result.pk)
    return render(
        request,
        "plans/form.html",
        {"plan": plan, "form": form, "title": _("Add a set of criteria"), "button": _("Add")},
    )


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    found = _find(request, pk)
    if found.plan is None:
        raise Http404
    found.plan = find_draft(request, found.plan_id or 0)
    if not found.plan.is_draft:
        messages.warning(request, _("This plan is no draft. It changes only by a new version."))
        return redirect("criteria_set", pk)
    editor = CriteriaEditor(found, acting(request), request.POST if request.method == "POST" else None)
    if request.method == "POST" and not editor.asks_more and editor.is_valid() and editor.save():
        messages.success(request, _("The criteria are saved."))
        return redirect("criteria_set", pk)
    return render(
        request, "plans/edit.html", {"plan": found.plan, "editor": editor, "set": found, "sections": []}
    )


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    found = _find(request, pk)
    if found.plan is None:
        raise Http404
    found.plan = find_draft(request, found.plan_id or 0)
    plan = found.plan_id
    found.take_out(acting(request))
    messages.success(request, _("Taken out of the draft."))
    return redirect("plan", plan)
