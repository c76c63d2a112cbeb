"""Pages of plans: the list, the document, its sections, its way into force."""

from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from kheo.directives.models import Directive
from kheo.files.models import Attachment
from kheo.lib.periods import today
from kheo.lib.vietnamese import fold
from kheo.papers.word import response as word_file
from kheo.places.paths import within
from kheo.plans import comparing, paper
from kheo.plans.acting import WRITE, acts_for, committees_of, require, waiting_at
from kheo.plans.editing import EDITORS, QuotaEditor
from kheo.plans.forms import CopyForm, FileForm, PlanFilter, QuotaFilter, ReasonForm, SignatureForm, StartForm
from kheo.plans.models import CalendarEntry, FormField, Movement, Plan, Target, shipped_form
from kheo.plans.models.criteria import grown, total_of
from kheo.ui.lists import Column, keyset_page, wants_xlsx, xlsx_response
from kheo.units.models import Post, Unit

MOST_UNITS = 400
COLUMNS: list[Column] = [
    (gettext_lazy("Year"), lambda plan: str(plan.year)),
    (gettext_lazy("Movement"), "movement.name"),
    (gettext_lazy("Committee"), "committee.name"),
    (gettext_lazy("Theme"), "theme"),
    (gettext_lazy("Version"), "version"),
    (gettext_lazy("State"), lambda plan: plan.sign[0]),
    (gettext_lazy("Number"), "number"),
    (gettext_lazy("Signed on"), "signed_on"),
    (gettext_lazy("Signed by"), "signer"),
]


def acting(request: HttpRequest) -> Post:
    """The post the person acts with; refused without one."""
    return request.post_or_refuse()  # type: ignore[attr-defined, no-any-return]


def find(request: HttpRequest, pk: int) -> Plan:
    found = Plan.objects.visible_to(request.user).select_related(
        "movement",
        "committee__area",
        "committee__parent",
        "committee__committee__standing_office",
        "replaces",
        "signed_file",
    )
    return get_object_or_404(found, pk=pk)  # type: ignore[no-any-return]


def find_draft(request: HttpRequest, pk: int) -> Plan:
    """A plan to be written: outside one's own committees it is not found."""
    plan = find(request, pk)
    if not plan.may_be_written_by(acting(request)):
        _refuse_or_hide(request, plan)
    return plan


def _refuse_or_hide(request: HttpRequest, plan: Plan) -> None:
    """Whoever acts for the committee in another role hears which role it takes; others find nothing."""
    post = acting(request)
    if not acts_for(post, plan.committee):
        raise Http404
    require(post, plan.committee, *WRITE)


def plans(request: HttpRequest) -> HttpResponseBase:
    seen = Plan.objects.visible_to(request.user)
    years = sorted({*seen.order_by().values_list("year", flat=True), today().year}, reverse=True)
    form = PlanFilter(request.GET, years=years, movements=Movement.objects.visible_to(request.user))
    form.is_valid()
    wanted = form.cleaned_data
    found = seen.select_related("movement", "committee__area")
    for name in ("year", "movement", "state"):
        if wanted.get(name):
            found = found.filter(**{name: wanted[name]})
    if wanted.get("q"):
        found = found.filter(_called(wanted["q"]))
    if wants_xlsx(request):
        return xlsx_response("ke-hoach", COLUMNS, found.order_by("-year", "committee__sort_key", "-version"))
    order = ("-year", "committee__sort_key", "-version", "-id")
    post = request.post  # type: ignore[attr-defined]
    return render(
        request,
        "plans/list.html",
        {
            "page": keyset_page(found, request, order=order, size=30),
            "form": form,
            "filtered": any(wanted.values()),
            "may_start": bool(post and committees_of(post).exists()),
        },
    )


def _called(text: str) -> Q:
    """Plans whose committee's name, theme or number holds the words."""
    of_committee = Q()
    for word in fold(text).split():
        of_committee &= Q(committee__folded__contains=word)
    return of_committee | Q(theme__icontains=text) | Q(number__icontains=text)


def new(request: HttpRequest) -> HttpResponse:
    by = acting(request)
    form = StartForm(request.POST or None, by=by)

    def start() -> Plan:
        given = form.cleaned_data
        mandate = given["mandate"]
        plan = Plan.objects.start(mandate.committee, mandate.movement, given["year"], by=by)
        if given["source"]:
            plan.copy_from(given["source"], by)
        return plan

    if request.method == "POST" and form.is_valid() and form.attempt(start):
        messages.success(request, _("The draft is begun. Each part is edited on its own page."))
        return redirect("plan", form.result.pk)
    return render(request, "plans/new.html", {"form": form})


def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """The plan as one reads a document."""
    found = find(request, pk)
    post = request.post  # type: ignore[attr-defined]
    targets = list(found.targets.select_related("unit"))
    quotas: dict[int, list[Target]] = {}
    for each in targets:
        if each.part_of_id:
            quotas.setdefault(each.part_of_id, []).append(each)
    whole = [each for each in targets if not each.part_of_id]
    for each in whole:
        each.given = quotas.get(each.pk, [])  # type: ignore[attr-defined]
        each.sum_given = sum(quota.amount for quota in each.given)  # type: ignore[attr-defined]
    sets = list(found.criteria_sets.prefetch_related("criteria"))
    for each_set in sets:
        each_set.nodes = grown(each_set.criteria.all())  # type: ignore[attr-defined]
        each_set.total = total_of(each_set.nodes)  # type: ignore[attr-defined]
        each_set.unsound = each_set.sums(each_set.nodes)  # type: ignore[attr-defined]
    versions = Plan.objects.visible_to(request.user).filter(
        committee=found.committee, movement=found.movement, year=found.year
    )
    writes = found.may_be_written_by(post)
    context = {
        "plan": found,
        "basis": found.basis.order_by("issued_on", "pk"),
        "visible": visible_basis(request, found),
        "fields": found.chosen_fields.select_related("field"),
        "tasks": found.tasks.select_related("assignment__directive"),
        "targets": whole,
        "sets": sets,
        "calendar": found.calendar.all(),
        "form_rows": registration_form(found),
        "lacks": found.lacks(),
        "versions": versions.order_by("-version"),
        "steps": found.steps.select_related("by__user", "by__unit"),
        "writes": writes and found.is_draft,
        "may_write": writes,
        "decides": found.may_be_decided_by(post),
        "given_back": found.given_back,
        "needs_number": found.state == Plan.State.APPROVED and (not found.number or not found.signed_file_id),
    }
    return render(request, "plans/plan.html", context)


def visible_basis(request: HttpRequest, found: Plan) -> set[int]:
    """Which documents of the basis the reader may open."""
    return set(Directive.objects.visible_to(request.user).filter(plans=found).values_list("pk", flat=True))


def registration_form(found: Plan) -> dict[str, list[dict[str, Any]]]:
    """What registration asks by this plan, under the words for when; fields never asked are left out."""
    own = {each.name: each for each in found.form_fields.all()}
    asked: dict[str, list[dict[str, Any]]] = {}
    for row in shipped_form():
        each = own.get(row["name"]) or FormField(**row)
        if each.asked != FormField.Asked.NEVER:
            asked.setdefault(str(each.get_asked_display()), []).append(
                {"label": each.label, "required": each.required, "example": each.example}
            )
    return asked


def edit(request: HttpRequest, pk: int, section: str) -> HttpResponse:
    """One section as one form."""
    if section not in EDITORS:
        raise Http404
    found = find_draft(request, pk)
    if not found.is_draft:
        messages.warning(request, _("This plan is no draft. It changes only by a new version."))
        return redirect("plan", pk)
    editor = EDITORS[section](found, acting(request), request.POST if request.method == "POST" else None)
    if request.method == "POST" and not editor.asks_more and editor.is_valid() and editor.save():
        messages.success(request, _("Saved: %(section)s.") % {"section": editor.title})
        return redirect("plan", pk)
    return render(
        request,
        "plans/edit.html",
        {"plan": found, "editor": editor, "sections": [(name, each.title) for name, each in EDITORS.items()]},
    )


def quotas(request: HttpRequest, pk: int, target: int) -> HttpResponse:
    """What each unit is to contribute to one target."""
    found = find_draft(request, pk)
    one = get_object_or_404(found.targets.filter(part_of=None), pk=target)
    one.plan = found
    if not found.is_draft:
        messages.warning(request, _("This plan is no draft. It changes only by a new version."))
        return redirect("plan", pk)
    first = {"level": one.level or ("commune" if found.committee.level == "province" else ""),
             "line": one.line or "party"}  # fmt: skip
    form = QuotaFilter(request.GET if "level" in request.GET or "line" in request.GET else first)
    wanted = form.cleaned_data if form.is_valid() else first
    units = (
        Unit.objects.living()
        .filter(within("area__path_now", found.committee.area.path_now))
        .exclude(kind=Unit.Kind.COMMITTEE)
        .matching(line=wanted["line"], level=wanted["level"])
        .select_related("area")
        .in_vietnamese_order()[:MOST_UNITS]
    )
    editor = QuotaEditor(
        one, acting(request), list(units), request.POST if request.method == "POST" else None
    )
    if request.method == "POST" and editor.is_valid() and editor.save():
        messages.success(request, _("The quotas are saved."))
        return redirect("plan", pk)
    return render(
        request, "plans/quotas.html", {"plan": found, "target": one, "editor": editor, "filter": form}
    )


def copy(request: HttpRequest, pk: int) -> HttpResponse:
    found = find_draft(request, pk)
    by = acting(request)
    parts = [(name, title) for name, title in comparing.TITLES.items()]
    form = CopyForm(request.POST or None, plan=found, by=by, parts=parts)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        if form.attempt(lambda: found.copy_from(given["source"], by, given["sections"])):
            messages.success(request, _("Taken over. Look through it and change what is different."))
            return redirect("plan", pk)
    return render(
        request,
        "plans/form.html",
        {
            "plan": found,
            "form": form,
            "title": _("Take over from another plan"),
            "button": _("Take over"),
        },
    )


@require_POST
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    found = find_draft(request, pk)
    found.submit(acting(request))
    messages.success(request, _("Handed in. The head of the committee sees it among what waits."))
    return redirect("plan", pk)


def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    return with_reason(
        request,
        find_draft(request, pk),
        lambda plan, reason: plan.give_back(acting(request), reason),
        _("Give back for changes"),
        _("Given back."),
    )


@require_POST
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    found = find_draft(request, pk)
    found.approve(acting(request))
    messages.success(request, _("The plan is in force. From now on it changes only by a new version."))
    return redirect("plan", pk)


def record_signed(request: HttpRequest, pk: int) -> HttpResponse:
    """The plan was signed on paper: it is recorded as it is. Or the paper has come back signed."""
    found = find_draft(request, pk)
    by = acting(request)
    only_file = bool(found.number)
    form_class = FileForm if only_file else SignatureForm
    form = form_class(request.POST or None, request.FILES or None)

    def keep() -> None:
        given = form.cleaned_data
        upload = given.get("file")
        file = Attachment.objects.store(upload, by=by, kind="signed") if upload else None
        known = {"number": found.number, "signed_on": found.signed_on, "signer": found.signer}
        signature = known if only_file else {name: given[name] for name in known}
        verb = found.record_as_signed if found.is_draft else found.add_signature
        verb(**signature, file=file, by=by)

    if request.method == "POST" and form.is_valid() and form.attempt(keep):
        messages.success(request, _("Recorded as signed."))
        return redirect("plan", pk)
    return render(
        request,
        "plans/signed.html",
        {"plan": found, "form": form, "lacks": found.lacks() if found.is_draft else []},
    )


def new_version(request: HttpRequest, pk: int) -> HttpResponse:
    found = find_draft(request, pk)
    form = ReasonForm(request.POST or None)
    sent = request.method == "POST" and form.is_valid()
    if sent and form.attempt(lambda: found.new_version(acting(request), form.cleaned_data["reason"])):
        messages.success(request, _("A draft of the new version, with everything as it was."))
        return redirect("plan", form.result.pk)
    return render(
        request,
        "plans/form.html",
        {
            "plan": found,
            "form": form,
            "title": _("Make a new version"),
            "lead": _("The plan in force stays so until the new version is approved."),
            "button": _("Begin the new version"),
        },
    )


def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    return with_reason(
        request,
        find_draft(request, pk),
        lambda plan, reason: plan.withdraw(acting(request), reason),
        _("Withdraw the plan"),
        _("Withdrawn. Nothing was deleted."),
        danger=True,
    )


def with_reason(
    request: HttpRequest, found: Plan, verb: Any, title: str, done: str, danger: bool = False
) -> HttpResponse:
    """A verb that needs nothing but a reason."""
    form = ReasonForm(request.POST or None)
    sent = request.method == "POST" and form.is_valid()
    if sent and form.attempt(lambda: verb(found, form.cleaned_data["reason"])):
        messages.success(request, done)
        return redirect("plan", found.pk)
    context = {"plan": found, "form": form, "title": title, "button": title, "danger": danger}
    return render(request, "plans/form.html", context)


def compare(request: HttpRequest, pk: int) -> HttpResponse:
    """What this version changed against the one before it."""
    found = find(request, pk)
    if found.replaces is None:
        raise Http404
    before = find(request, found.replaces_id or 0)
    return render(
        request,
        "plans/compare.html",
        {"plan": found, "before": before, "changes": comparing.changes(before, found)},
    )


def docx(request: HttpRequest, pk: int) -> HttpResponseBase:
    found = find(request, pk)
    return word_file(paper.sheet(found), f"ke-hoach-{found.year}-ban-{found.version}")


def tasks_xlsx(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The task table as a spreadsheet."""
    found = find(request, pk)
    columns: list[Column] = [
        (_("Task"), "text"),
        (_("Who leads"), "lead"),
        (_("Product"), "product"),
        (_("Due on"), "due_on"),
        (_("How often"), "cadence"),
    ]
    return xlsx_response(f"nhiem-vu-ke-hoach-{found.year}", columns, found.tasks.all(), title=_("Task table"))


def unit_plans(request: HttpRequest, pk: int) -> HttpResponse:
    """What a body works by: the plans that direct it, its own, and its quotas."""
    unit = get_object_or_404(Unit.objects.visible_to(request.user).select_related("area"), pk=pk)
    seen = Plan.objects.visible_to(request.user)
    directing = seen.filter(pk__in=Plan.objects.directing(unit).order_by().values("pk"))
    order = ("-year", "-committee__path", "-version")
    found = directing.select_related("movement", "committee").order_by(*order)[:40]
    own = seen.filter(committee=unit).select_related("movement", "committee").order_by(*order)[:40]
    quotas = (
        Target.objects.filter(plan__in=seen.in_force().values("pk"), unit__path_now=unit.path_now)
        .select_related("plan__committee", "plan__movement", "part_of", "unit")
        .order_by("-plan__year", "order", "pk")[:100]
    )
    return render(
        request, "plans/unit.html", {"unit": unit, "directing": found, "own": own, "quotas": quotas}
    )


def calendar(request: HttpRequest) -> HttpResponseBase:
    """A year's dates of all plans in force that one may see; what is open today first."""
    given = request.GET.get("year", "")
    year = int(given) if given.isdecimal() and 2009 <= int(given) <= 2100 else today().year
    post = request.post  # type: ignore[attr-defined]
    mine = request.GET.get("show") != "all"
    plans_seen = Plan.objects.visible_to(request.user).in_force()
    if mine and post:
        # A province sees the plans of all its communes; its own calendar is what it looks for.
        plans_seen = plans_seen.filter(
            pk__in=Plan.objects.directing(post.unit).order_by().values("pk").union(
                Plan.objects.filter(waiting_at(post)).order_by().values("pk")
            )
        )  # fmt: skip
    entries = (
        CalendarEntry.objects.filter(plan__in=plans_seen.order_by().values("pk"))
        .filter(opens__year__lte=year, closes__year__gte=year)
        .select_related("plan__committee", "plan__movement")
        .order_by("opens", "closes", "pk")
    )
    if wants_xlsx(request):
        columns: list[Column] = [
            (_("Kind"), "get_kind_display"),
            (_("Name"), "name"),
            (_("From"), "opens"),
            (_("Until"), "closes"),
            (_("Committee"), "plan.committee.name"),
            (_("Movement"), "plan.movement.name"),
        ]
        return xlsx_response(f"lich-{year}", columns, entries, title=_("Calendar"))
    rows = list(entries[:600])
    months: dict[int, list[CalendarEntry]] = {}
    for each in rows:
        months.setdefault(each.opens.month if each.opens.year == year else 1, []).append(each)
    return render(
        request,
        "plans/calendar.html",
        {
            "year": year,
            "months": sorted(months.items()),
            "open": [each for each in rows if each.is_open],
            "mine": mine,
            "today": today(),
        },
    )
