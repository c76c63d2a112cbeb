"""Pages of this room. Each finds within reach, reads a form, says a verb and answers."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.db.models import Case, Count, IntegerField, Prefetch, Q, Value, When
from django.db.models.functions import Coalesce
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from kheo.files.models import Attachment
from kheo.lib.periods import BEGINNING
from kheo.lib.refusals import Refused
from kheo.messaging.kinds import kinds
from kheo.messaging.models import offers
from kheo.ui.lists import keyset_page, wants_xlsx, xlsx_response
from kheo.units.models import Post, Unit
from kheo.units.reach import scope

from . import cascade as story
from . import entering
from . import matrix as matrix_rows
from .forms import (
    DecisionForm,
    EnterForm,
    FollowForm,
    ListFilter,
    MatrixFilter,
    Reading,
    ReasonForm,
    ReplyForm,
)
from .marking import Span, marked
from .messages import still_owing
from .models import Assignment, Directive, Duty, Reply
from .models.directive import SURE
from .reasons import told


def acting(request: HttpRequest) -> Post:
    """The post the person acts with; refused without one."""
    return request.post_or_refuse()  # type: ignore[attr-defined, no-any-return]


def _post(request: HttpRequest) -> Post | None:
    return getattr(request, "post", None)


def _find(request: HttpRequest, pk: int) -> Directive:
    found = Directive.objects.visible_to(request.user).select_related(
        "issuer", "entered_for__area", "parent", "continued_by", "replaced_by", "file"
    )
    return get_object_or_404(found, pk=pk)


# Documents


def directives(request: HttpRequest) -> HttpResponseBase:
    """All documents within reach, the newest first."""
    form = ListFilter(request.GET)
    form.is_valid()
    wanted = form.cleaned_data
    found: Any = Directive.objects.visible_to(request.user).annotate(
        day_shown=Coalesce("issued_on", BEGINNING)
    )
    if wanted.get("state"):
        found = found.filter(state=wanted["state"])
    if wanted.get("doc_type"):
        found = found.filter(doc_type__iexact=wanted["doc_type"])
    if wanted.get("year"):
        found = found.filter(issued_on__year=wanted["year"])
    if wanted.get("q"):
        found = found.matching(wanted["q"])
    found = found.select_related("entered_for", "replaced_by").annotate(
        tasks=Count("assignments", filter=Q(assignments__withdrawn=False))
    )
    if wants_xlsx(request):
        return xlsx_response(
            "van-ban-chi-dao",
            [
                (_("Type"), "doc_type"),
                (_("Number"), "number"),
                (_("Issued on"), "issued_on"),
                (_("Issuer"), "issuer_text"),
                (_("Title"), "title"),
                (_("State"), "get_state_display"),
                (_("Tasks"), "tasks"),
                (_("Entered for"), "entered_for.name"),
            ],
            found.order_by("-day_shown", "-pk"),
            title=_("Directives"),
        )
    page = keyset_page(found, request, order=("-day_shown", "-id"), size=30)
    return render(
        request, "directives/list.html", {"page": page, "form": form, "filtered": any(wanted.values())}
    )


def enter(request: HttpRequest) -> HttpResponse:
    form = EnterForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        said = form.attempt(
            lambda: entering.enter(
                acting(request),
                text=given["text"],
                upload=given["file"],
                internal=given["internal"],
                source=given["source"],
            )
        )
        if said:
            if form.result.unread:
                messages.warning(request, form.result.unread)
            else:
                messages.success(request, _("Read. Now compare it with the text and confirm it."))
            return redirect("directive_confirm", form.result.pk)
    return render(request, "directives/enter.html", {"form": form})


def directive(request: HttpRequest, pk: int) -> HttpResponse:
    document = _find(request, pk)
    post = _post(request)
    seen = Directive.objects.visible_to(request.user)
    tasks = list(
        document.assignments.filter(withdrawn=False)
        .select_related("details")
        .prefetch_related("addressees__function", Prefetch("detailed_by", _details_seen(seen)))
        .order_by("order", "pk")
    )
    duties = Duty.objects.live().visible_to(request.user).filter(assignment__directive=document)
    counted = _counts(duties)
    for task in tasks:
        task.count = counted.get(task.pk)  # type: ignore[attr-defined]
    references = list(document.references.select_related("target").order_by("pk"))
    linked = [each.target_id for each in references if each.target_id]
    around = [
        each for each in (document.parent_id, document.continued_by_id, document.replaced_by_id) if each
    ]
    visible = set(seen.filter(pk__in=[*linked, *around]).values_list("pk", flat=True))
    family = list(
        seen.filter(Q(parent=document) | Q(continued_by=document) | Q(replaced_by=document)).order_by(
            "issued_on", "pk"
        )
    )
    context = {
        "directive": document,
        "tasks": tasks,
        "references": references,
        "visible": visible,
        "implementing": [each for each in family if each.parent_id == document.pk],
        "continues": [each for each in family if each.continued_by_id == document.pk],
        "replaces": [each for each in family if each.replaced_by_id == document.pk],
        "cited_by": seen.filter(references__target=document).distinct().order_by("-issued_on", "-pk")[:20],
        "totals": _totals(counted.values()),
        "may_confirm": document.may_be_confirmed_by(post),
        "ours": post is not None
        and Duty.objects.live().of_unit(post.unit).filter(assignment__directive=document).exists(),
        "source": marked(document.text, _spans(document, tasks)) if document.text else "",
    }
    return render(request, "directives/directive.html", context)


def _details_seen(seen: Any) -> Any:
    return Assignment.objects.filter(
        withdrawn=False, directive__state=Directive.State.CONFIRMED, directive__in=seen.values("pk")
    ).select_related("directive")


def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """The reading beside its source, to be put right and confirmed. "Save" keeps it for later."""
    document = _find(request, pk)
    by = acting(request)
    if not by.acts_for(document.entered_for):
        raise Http404
    reading = Reading(document, by, request.POST if request.method == "POST" else None)
    reason = ReasonForm(request.POST or None)
    if request.method == "POST" and not reading.add:
        if request.POST.get("typed", "").strip() and not document.text:
            entering.read_typed(document, by, request.POST["typed"])
            messages.success(request, _("Read. Now compare it with the text and confirm it."))
            return redirect("directive_confirm", pk)
        if reading.is_valid():
            edit = reading.edit()
            confirmed = document.state != Directive.State.READ
            if request.POST.get("do") == "confirm" and not confirmed:
                said = reading.head.attempt(lambda: document.confirm(by, edit))
            else:
                said = reading.head.attempt(lambda: document.amend(by, edit, request.POST.get("reason", "")))
            if said:
                if request.POST.get("do") == "confirm":
                    messages.success(request, _("Confirmed. Next: give the tasks to the units."))
                    return redirect("directive_cascade", pk)
                messages.success(request, _("Saved."))
                return redirect("directive" if confirmed else "directive_confirm", pk)
    tasks = list(document.assignments.prefetch_related("addressees"))
    context = {
        "directive": document,
        "reading": reading,
        "reason": reason,
        "fields": _fields_read(document),
        "source": marked(document.text, _spans(document, tasks)) if document.text else "",
        "may_confirm": document.may_be_confirmed_by(by),
    }
    return render(request, "directives/confirm.html", context)


FIELDS = {
    "number": "number",
    "doc_type": "doc_type",
    "issuer": "issuer_text",
    "issued_on": "issued_on",
    "title": "title",
}


def _fields_read(document: Directive) -> dict[str, dict[str, Any]]:
    """What the reader says of each field: whether it has words in the text, whether it is unsure, why."""
    said = {}
    for name, field in FIELDS.items():
        found = (document.reading.get("fields") or {}).get(name) or {}
        said[field] = {
            "at": field if found.get("span") and document.text else "",
            "unsure": bool(found) and (found.get("confidence") or 0) < SURE,
            "reason": told(found.get("reason", "")),
        }
    return said


def _spans(document: Directive, tasks: Iterable[Assignment]) -> list[Span]:
    """The stretches of the text that fields, references, tasks and bodies were read from."""
    spans = []
    for name, field in FIELDS.items():
        found = (document.reading.get("fields") or {}).get(name) or {}
        if found.get("span"):
            start, end = found["span"]
            unsure = (found.get("confidence") or 0) < SURE
            spans.append(Span(field, start, end, unsure, told(found.get("reason", "")) if unsure else ""))
    for reference in document.references.all():
        if reference.start is not None and reference.end is not None:
            spans.append(Span(f"r{reference.pk}", reference.start, reference.end))
    for task in tasks:
        if task.start is not None and task.end is not None:
            unsure = task.confidence < SURE
            spans.append(Span(f"t{task.pk}", task.start, task.end, unsure, task.why if unsure else ""))
        for body in task.addressees.all():
            if body.start is not None and body.end is not None:
                unsure = body.confidence < SURE
                spans.append(Span(f"b{body.pk}", body.start, body.end, unsure, body.why if unsure else ""))
    return spans


def cascade(request: HttpRequest, pk: int) -> HttpResponse:
    """Who would be asked what; and asking them."""
    document = _find(request, pk)
    by = acting(request)
    if not by.acts_for(document.entered_for):
        raise Http404
    if request.method == "POST":
        new = story.carry_out(document, by)
        messages.success(
            request,
            ngettext("%(n)d duty was given.", "%(n)d duties were given.", new) % {"n": new}
            if new
            else _("Nothing was missing: every unit already has its duties."),
        )
        return redirect("directive", pk)
    plan = story.preview(document)
    return render(
        request,
        "directives/cascade.html",
        {"directive": document, "plan": plan, "may_confirm": document.may_be_confirmed_by(by)},
    )


def follow(request: HttpRequest, pk: int) -> HttpResponse:
    """What continued, replaced or implements this document."""
    document = _find(request, pk)
    by = acting(request)
    if not by.acts_for(document.entered_for):
        raise Http404
    form = FollowForm(request.POST or None, directive=document, by=by)
    if request.method == "POST" and form.is_valid():
        other, reason = form.cleaned_data["other"], form.cleaned_data["reason"]
        verbs = {
            "continued": lambda: document.continue_with(other, by, reason),
            "replaced": lambda: document.replace_with(other, by, reason),
            "implements": lambda: other.hang_under(document, by),
        }
        if form.attempt(verbs[form.cleaned_data["how"]]):
            messages.success(request, _("Noted."))
            return redirect("directive", pk)
    return render(request, "directives/follow.html", {"directive": document, "form": form})


def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    document = _find(request, pk)
    by = acting(request)
    if not by.acts_for(document.entered_for):
        raise Http404
    form = ReasonForm(request.POST or None)
    sent = request.method == "POST" and form.is_valid()
    if sent and form.attempt(lambda: document.withdraw(by, form.cleaned_data["reason"])):
        messages.success(request, _("Withdrawn. Its duties no longer count; nothing was deleted."))
        return redirect("directive", pk)
    return render(request, "directives/withdraw.html", {"directive": document, "form": form})


# What a unit was asked


def our_duties(request: HttpRequest) -> HttpResponse:
    return redirect("unit_duties", acting(request).unit_id)


def _first(duties: list[Duty], unit: Unit) -> Duty:
    """Of several duties for one task: the body's own, else one that is still owed, else any."""
    return min(duties, key=lambda duty: (not duty.owes_answer, duty.unit_id != unit.pk, duty.pk))


def unit_duties(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Everything a body was asked, also what it has inherited, document by document."""
    unit = get_object_or_404(
        scope(Unit.objects.select_related("area"), request.user, unit="self", area="area"), pk=pk
    )
    owed_only = request.GET.get("show") != "all"
    found = Duty.objects.live().visible_to(request.user).of_unit(unit)
    totals = {
        name: some.aggregate(n=Count("assignment", distinct=True))["n"]
        for name, some in (("all", found), ("owed", found.unanswered()), ("late", found.overdue()))
    }
    if owed_only:
        found = found.filter(pk__in=found.unanswered().values("pk"))
    found = found.select_related("assignment__directive", "unit").order_by(
        "-assignment__directive__issued_on", "assignment__directive", "assignment__order", "pk"
    )
    if wants_xlsx(request):
        return xlsx_response(
            "viec-duoc-giao", matrix_rows.duty_columns(), found, title=_("What we were asked")
        )
    groups: dict[int, dict[str, Any]] = {}
    for duty in found:
        document = duty.assignment.directive
        group = groups.setdefault(document.pk, {"directive": document, "tasks": {}, "given": 0})
        group["given"] += duty.state == Duty.State.GIVEN
        # Bodies that became one were asked the same; their heir answers once for all of them.
        group["tasks"].setdefault(duty.assignment_id, []).append(duty)
    for group in groups.values():
        group["tasks"] = [
            {"duty": _first(duties, unit), "asked": [d.unit.name for d in duties if d.unit_id != unit.pk]}
            for duties in group["tasks"].values()
        ]
    post = _post(request)
    return render(
        request,
        "directives/unit.html",
        {
            "unit": unit,
            "groups": list(groups.values()),
            "all": totals["all"],
            "owed": totals["owed"],
            "late": totals["late"],
            "owed_only": owed_only,
            "mine": bool(post and post.acts_for(unit)),
            "may_answer": bool(post and post.role in matrix_rows.ANSWER and post.acts_for(unit)),
        },
    )


@require_POST
def receive(request: HttpRequest, pk: int) -> HttpResponse:
    """ "We have received this document": for all duties it gives the body one acts for."""
    document = _find(request, pk)
    by = acting(request)
    duties = (
        Duty.objects.live().of_unit(by.unit).filter(assignment__directive=document, state=Duty.State.GIVEN)
    )
    found = list(duties.select_related("unit", "assignment"))
    if not found and not Duty.objects.of_unit(by.unit).filter(assignment__directive=document).exists():
        raise Http404
    Duty.receive_all(found, by)
    messages.success(request, _("Received."))
    return redirect("unit_duties", by.unit_id)


def _duty(request: HttpRequest, pk: int) -> Duty:
    found = Duty.objects.visible_to(request.user).select_related(
        "unit__area", "assignment__directive__entered_for", "assignment__directive__issuer"
    )
    return get_object_or_404(found, pk=pk)


def duty(request: HttpRequest, pk: int) -> HttpResponse:
    one = _duty(request, pk)
    post = _post(request)
    replies = list(
        one.replies.select_related(
            "sent_by__user", "sent_by__unit", "decided_by__user", "decided_by__unit", "implementing", "file"
        )
    )
    together = dict(
        Reply.objects.filter(together__in=[each.together for each in replies])
        .order_by()
        .values_list("together")
        .annotate(n=Count("pk"))
    )
    for each in replies:
        each.duty = one
        each.sent_for = together.get(each.together, 1)  # type: ignore[attr-defined]
    visible = Directive.objects.visible_to(request.user).filter(
        pk__in=[each.implementing_id for each in replies if each.implementing_id]
    )
    superiors = one.superiors()
    decides = bool(
        post and post.role in matrix_rows.DECIDE and any(unit.pk == post.unit_id for unit in superiors)
    )
    return render(
        request,
        "directives/duty.html",
        {
            "duty": one,
            "directive": one.assignment.directive,
            "replies": replies,
            "visible": set(visible.values_list("pk", flat=True)),
            "superiors": superiors,
            "decides": decides,
            "form": DecisionForm(),
            "may_answer": one.may_be_answered_by(post) and one.state != Duty.State.DECLINED,
            "details": _details_seen(Directive.objects.visible_to(request.user)).filter(
                details=one.assignment
            ),
            # Answers sent at once leave as one paper, which hangs on the first of them.
            "on_paper": replies[0].first_of_all() if replies else None,
            "heir": one.unit.today if one.unit.today != one.unit else None,
        },
    )


def reply(request: HttpRequest, pk: int) -> HttpResponse:
    one = _duty(request, pk)
    by = acting(request)
    if not by.acts_for(one.unit):
        raise Http404
    siblings = list(
        Duty.objects.live()
        .of_unit(by.unit)
        .filter(assignment__directive=one.assignment.directive_id, rhythm=one.rhythm)
        .exclude(pk=one.pk)
        .exclude(state=Duty.State.DECLINED)
        .select_related("assignment__directive", "unit")
        .order_by("assignment__order", "pk")
    )
    form = ReplyForm(request.POST or None, request.FILES or None, duty=one, by=by, siblings=siblings)
    if request.method == "POST" and form.is_valid() and form.attempt(lambda: _send(form, by)):
        sent = len(form.result)
        messages.success(
            request,
            ngettext("The answer was sent.", "The answer was sent for %(n)d duties.", sent) % {"n": sent},
        )
        return redirect("duty", pk)
    return render(
        request,
        "directives/reply.html",
        {
            "duty": one,
            "directive": one.assignment.directive,
            "form": form,
            "last": one.replies.select_related("sent_by__user").first(),
        },
    )


def _send(form: ReplyForm, by: Post) -> list[Reply]:
    seen = form.cleaned_data.get("answers")
    if seen is not None and seen < form.duty.answers:
        raise Refused(form.duty._who_was_faster())
    upload = form.cleaned_data.get("upload")
    by.require(*matrix_rows.ANSWER, unit=form.duty.unit)
    if upload:
        entering.refuse_secret(upload)
    file = Attachment.objects.store(upload, by=by, kind="implementing") if upload else None
    return Duty.reply_all(form.duties(), by, file=file, **form.words())


# What a superior decides


def replies(request: HttpRequest) -> HttpResponse:
    """Answers waiting for the body one acts for, the oldest first."""
    by = acting(request)
    found = (
        Reply.objects.for_decision_by(by.unit)
        .one_of_each()
        .select_related("duty__unit", "duty__assignment__directive", "sent_by__user")
    )
    page = keyset_page(found, request, order=("sent_at", "id"), size=30)
    return render(
        request, "directives/replies.html", {"page": page, "decides": by.role in matrix_rows.DECIDE}
    )


def _reply(request: HttpRequest, pk: int) -> Reply:
    found = Reply.objects.visible_to(request.user).select_related(
        "duty__unit",
        "duty__assignment__directive__entered_for",
        "duty__assignment__directive__issuer",
        "sent_by",
    )
    return get_object_or_404(found, pk=pk)


@require_POST
def accept_reply(request: HttpRequest, pk: int) -> HttpResponse:
    answer = _reply(request, pk)
    answer.accept(acting(request), request.POST.get("reason", "")[:10_000])
    messages.success(request, _("Accepted."))
    return redirect(_onward(request) or _answer_url(answer))


@require_POST
def return_reply(request: HttpRequest, pk: int) -> HttpResponse:
    answer = _reply(request, pk)
    answer.return_(acting(request), request.POST.get("reason", "")[:10_000])
    messages.success(request, _("Returned with your reason."))
    return redirect(_onward(request) or _answer_url(answer))


def _answer_url(answer: Reply) -> str:
    return reverse("duty", args=[answer.duty_id])


def _onward(request: HttpRequest) -> str:
    onward = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(onward, {request.get_host()}, require_https=request.is_secure())
    return onward if safe else ""


# The matrix


def with_messages(rows: Any, document: Directive, request: HttpRequest) -> list[dict[str, Any]]:
    """Each row with the reminder to its body of today, where it owes an answer. Few queries, however many."""
    rows, post = list(rows), request.post  # type: ignore[attr-defined]
    kind = kinds["replies_due"]
    if post is None or not kind.allows(post, document, []):
        return rows
    owing = {unit.path_now: unit for unit in still_owing(document, {row["unit"].path_now for row in rows})}
    ready = offers(kind, post, document, owing.values())
    for row in rows:
        heir = owing.get(row["unit"].path_now)
        row["offer"] = ready.get(heir.pk) if heir else None
    return rows


def matrix(request: HttpRequest) -> HttpResponseBase:
    """Tasks × units of one document, with filters; a fixed number of queries."""
    documents = list(matrix_rows.documents(request.user))
    if not documents:
        return render(request, "directives/matrix.html", {"directive": None})
    wanted = request.GET.get("directive", "")
    document = next((each for each in documents if str(each.pk) == wanted), documents[0])
    tasks = list(document.assignments.filter(withdrawn=False).order_by("order", "pk"))
    data = request.GET.copy()
    data["directive"] = str(document.pk)
    form = MatrixFilter(data, directives=documents, tasks=tasks, areas=matrix_rows.areas(document))
    wanted_rows = form.chosen()
    duties = matrix_rows.duties(document, request.user, wanted_rows)
    shown = [task for task in tasks if wanted_rows.get("task", "") in ("", str(task.pk))]
    units = (
        Unit.objects.filter(pk__in=duties.values("unit"))
        .annotate(
            height=Case(
                *(When(level=level, then=Value(place)) for place, level in enumerate(matrix_rows.LEVELS)),
                default=Value(9),
                output_field=IntegerField(),
            )
        )
        .select_related("area")
    )
    if wants_xlsx(request):
        return xlsx_response(
            "bang-nhiem-vu",
            matrix_rows.columns(shown),
            matrix_rows.rows(list(units.order_by("height", "sort_key", "pk")), duties, all_units=True),
            title=str(document),
        )
    page = keyset_page(units, request, order=("height", "sort_key", "id"), size=25)
    counted = _counts(duties)
    for task in shown:
        task.count = counted.get(task.pk)  # type: ignore[attr-defined]
    context = {
        "directive": document,
        "form": form,
        "tasks": shown,
        "page": page,
        "rows": with_messages(matrix_rows.rows(page.rows, duties, shown), document, request),
        "totals": _totals(counted.values()),
    }
    return render(request, "directives/matrix.html", context)


def _counts(duties: Any) -> dict[int, dict[str, int]]:
    """For each task: how many duties, how many answered, accepted, overdue, still owed. Three queries."""
    counted: dict[int, dict[str, int]] = {}
    plain = duties.order_by().values("assignment")
    answered = [Duty.State.ANSWERED, Duty.State.ACCEPTED, Duty.State.DECLINED]
    for row in plain.annotate(
        all=Count("pk"),
        answered=Count("pk", filter=Q(state__in=answered) | Q(answers__gt=0)),
        accepted=Count("pk", filter=Q(state=Duty.State.ACCEPTED)),
    ):
        counted[row["assignment"]] = {**row, "owed": 0, "late": 0}
    for name, some in (("owed", duties.unanswered()), ("late", duties.overdue())):
        for row in some.order_by().values("assignment").annotate(n=Count("pk")):
            counted[row["assignment"]][name] = row["n"]
    return counted


def _totals(counts: Iterable[dict[str, int]]) -> dict[str, int]:
    rows = list(counts)
    return {name: sum(row[name] for row in rows) for name in ("all", "answered", "accepted", "owed", "late")}
