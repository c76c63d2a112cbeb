"""Registrations: the list, the page of one, and each step of the way up."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from kheo.files.models import Attachment
from kheo.initiatives import asked
from kheo.initiatives.forms import FieldForm, FilterForm, ReasonForm
from kheo.initiatives.models import Enrolment
from kheo.initiatives.models.initiatives import DESK, HEADS, WRITERS
from kheo.initiatives.views.columns import ENROLMENTS
from kheo.lib.periods import today
from kheo.lib.refusals import Refused
from kheo.ui.lists import keyset_page, wants_xlsx, xlsx_response
from kheo.units.acting import Request

WAITING = {
    "receive": "to_receive",
    "confirm": "to_confirm",
    "approve": "to_approve",
    "finish": "to_finish",
    "answer": "to_answer",
    "late": "unanswered",
}


def enrolment_list(request: Request) -> HttpResponseBase:
    form = FilterForm(request.GET, by=request.post, states=Enrolment.State.choices)
    chosen = form.chosen()
    waiting = request.GET.get("waiting", "")
    few = waiting in WAITING and request.post is not None
    seen = Enrolment.objects.few_visible_to if few else Enrolment.objects.visible_to
    rows = seen(request.post or request.user).narrowed(chosen).with_facts()
    if few:
        rows = getattr(rows, WAITING[waiting])(request.post)
    elif waiting == "typed":
        rows = rows.typed_for_others()
    elif "state" not in chosen:
        rows = rows.exclude(state=Enrolment.State.WITHDRAWN)
    if wants_xlsx(request):
        return xlsx_response("dang-ky.xlsx", ENROLMENTS, rows.for_sheet().order_by("sort_key", "pk"))
    order = ("-id",) if chosen.get("sort") == "newest" else ("sort_key", "id")
    page = keyset_page(rows, request, order, size=100 if waiting else 50, few=few)
    context = {
        "page": page,
        "form": form,
        "waiting": waiting,
        "chosen": chosen,
        "offers": offers(request, waiting),
        # The unit's own list of the year leaves as one paper.
        "on_paper": str(chosen.get("year") or today().year)
        if request.post and request.post.role in WRITERS
        else "",
        "may_type_for_others": request.post is not None and request.post.role in (*DESK, *HEADS),
    }
    return render(request, "initiatives/enrolment_list.html", context)


def offers(request: Request, waiting: str) -> list[str]:
    """What may be done with many chosen lines at once: by the role alone, each line is asked again."""
    role = request.post.role if request.post else ""
    found = []
    if role in ("registrar", "specialist", "head", "deputy") and waiting in ("", "receive"):
        found.append("receive")
    if role in ("head", "deputy") and waiting in ("", "confirm"):
        found.append("confirm")
    if role in ("head", "deputy") and waiting in ("", "approve"):
        found.append("approve")
    return [] if waiting in ("finish", "typed", "answer", "late") else found


def find(request: Request, pk: int) -> Enrolment:
    seen = Enrolment.objects.visible_to(request.user)
    return get_object_or_404(
        seen.select_related(
            "initiative__owner__parent",
            "initiative__area__parent__parent__parent",
            "initiative__practice",
            "initiative__movement",
            "field",
            "plan",
            "addressee",
            "committee",
            "on_behalf__typed_by__user",
            "on_behalf__typed_by__unit",
            "on_behalf__answered_by__user",
            "on_behalf__answered_by__unit",
        ),
        pk=pk,
    )


def enrolment(request: Request, pk: int) -> HttpResponseBase:
    found = find(request, pk)
    steps = list(found.steps.select_related("by__user", "by__unit", "catalogue"))
    post = request.post
    may = {
        verb: found.may(verb, post)
        for verb in ("send", "receive", "confirm", "approve", "return", "withdraw")
    }
    return render(
        request,
        "initiatives/enrolment.html",
        {
            "enrolment": found,
            "initiative": found.initiative,
            "steps": steps,
            "way": way(found, steps),
            "may": may,
            "may_typed": may_typed(found, post),
            "may_start": found.state == "approved" and found.initiative.may("start", post),
            "details": said(found),
            # The way shows each station once; what went back and forth is told in full.
            "steps_told": any(step.state in ("returned", "withdrawn", *Enrolment.TOLD) for step in steps),
            "missing": found.missing() if may["send"] else [],
            "files": Attachment.objects.of(found),
            "returned": steps[-1] if steps and found.state == "returned" else None,
            "may_correct": found.state == "approved" and bool(post) and post.role != "reporter"
            and found.initiative.may("writing", post),
        },
    )  # fmt: skip


def may_typed(enrolment: Enrolment, post: Any) -> dict[str, bool]:
    """What may be said to a registration that was typed for its body."""
    typed = enrolment.typed_for_unit
    if typed is None or not typed.is_waiting:
        return {}
    answer = typed.may("answer", post)
    word = typed.may("confirm_by_word", post) and not answer
    return {"answer": answer, "reopen": answer and typed.may("reopen", post), "by_word": word}


def way(enrolment: Enrolment, steps: list[Any]) -> list[dict[str, Any]]:
    """The stations of the way up with the last step at each; none where the record came another way."""
    if not enrolment.came_up:
        return []
    stations, reached = [], True
    last = {step.state: step for step in steps}
    at = enrolment.state if enrolment.state in Enrolment.WAY else Enrolment.State.DRAFT
    for state in Enrolment.WAY:
        stations.append(
            {"label": state.label, "step": last.get(state) if reached else None, "here": state == at}
        )
        reached = reached and state != at
    return stations


def said(enrolment: Enrolment) -> list[tuple[Any, list[tuple[Any, Any, str]]]]:
    """The long form's answers by group: label, value, name of the field."""
    groups = {**asked.GROUPS, "person": _("The person")}
    found = []
    for key, label in groups.items():
        lines = [
            (each.label, enrolment.details[name], name)
            for name, each in asked.FIELDS.items()
            if each.group == key and each.kept == "details" and enrolment.details.get(name) not in (None, "")
        ]
        if lines:
            found.append((label, lines))
    return found


def send(request: Request, pk: int) -> HttpResponseBase:
    found = find(request, pk)
    alike = found.likely_duplicates()
    if request.method == "POST":
        seen = [int(each) for each in request.POST.getlist("seen") if each.isdecimal()]
        if not alike or request.POST.get("go_on"):
            found.send(by=request.post, seen=seen)
            messages.success(request, _("Sent to %s.") % found.addressee)
            return redirect(found)
    found.check_send(request.post)
    return render(
        request, "initiatives/send.html", {"enrolment": found, "alike": alike, "missing": found.missing()}
    )


def step(verb: str, done: Callable[[Enrolment], str]) -> Callable[..., HttpResponseBase]:
    """A view that takes one step which needs no further words."""

    @require_POST
    def view(request: Request, pk: int) -> HttpResponseBase:
        found = find(request, pk)
        getattr(found, verb)(by=request.post)
        messages.success(request, done(found))
        return redirect(found)

    return view


receive = step("receive", lambda enrolment: _("“%s” is received.") % enrolment.initiative.name)
confirm = step("confirm", lambda enrolment: _("“%s” is confirmed.") % enrolment.initiative.name)


def with_reason(
    verb: str, check: str, title: Callable[[], str], lead: Callable[[], str], button: Callable[[], str]
) -> Callable[..., HttpResponseBase]:
    """A view that asks why before it takes a step."""

    def view(request: Request, pk: int) -> HttpResponseBase:
        found = find(request, pk)
        if request.method == "GET":
            getattr(found, check)(request.post)
        form = ReasonForm(request.POST or None, initial={"seen": found.state})

        def act() -> None:
            getattr(found, verb)(
                by=request.post, reason=form.cleaned_data["reason"], seen=form.cleaned_data["seen"]
            )

        if form.is_valid() and form.attempt(act):
            messages.success(request, _("It is done: %s.") % found.get_state_display())
            return redirect(found)
        context = {
            "form": form,
            "thing": found,
            "title": title(),
            "lead": lead(),
            "button": button(),
            "danger": True,
        }
        return render(request, "initiatives/ask.html", context)

    return view


return_ = with_reason(
    "return_",
    "check_return",
    lambda: _("Return the registration"),
    lambda: _("Its author reads the reason and can send it again."),
    lambda: _("Return it"),
)
withdraw = with_reason(
    "withdraw",
    "check_withdraw",
    lambda: _("Withdraw the registration"),
    lambda: _("It stays readable here, but it goes no further."),
    lambda: _("Withdraw it"),
)


def correct_field(request: Request, pk: int) -> HttpResponseBase:
    found = find(request, pk)
    form = FieldForm(request.POST or None, initial={"field": found.field_id})

    def act() -> None:
        found.move_to_field(form.cleaned_data["field"], by=request.post, reason=form.cleaned_data["reason"])

    if form.is_valid() and form.attempt(act):
        messages.success(request, _("It is now counted under %s.") % found.field)
        return redirect(found)
    return render(
        request,
        "initiatives/ask.html",
        {
            "form": form,
            "thing": found,
            "title": _("Correct the field of work"),
            "lead": _("The figures follow at once; the journal keeps what stood before."),
            "button": _("Correct it"),
        },
    )


@require_POST
def many_at_once(request: Request) -> HttpResponseBase:
    """Receive or confirm every chosen line; what could not be done is named with its reason."""
    verb = request.POST.get("verb", "")
    if verb not in ("receive", "confirm"):
        raise Refused(_("Choose what to do with the chosen lines."))
    chosen = [int(each) for each in request.POST.getlist("pk") if each.isdecimal()]
    rows = Enrolment.objects.visible_to(request.user).with_facts().select_related("addressee", "committee")
    if request.POST.get("every"):
        rows = getattr(rows, WAITING[verb])(request.post)[:1000]
    else:
        rows = rows.filter(pk__in=chosen[:1000])
    done, refused = 0, []
    for found in rows.order_by("pk") if not request.POST.get("every") else rows:
        try:
            getattr(found, verb)(by=request.post)
            done += 1
        except Refused as refusal:
            refused.append(f"“{found.initiative.name}”: {refusal}")
    if done:
        said = {
            "receive": ngettext("%(n)d registration is received.", "%(n)d registrations are received.", done),
            "confirm": ngettext(
                "%(n)d registration is confirmed.", "%(n)d registrations are confirmed.", done
            ),
        }[verb]
        messages.success(request, said % {"n": done})
    for sentence in refused[:5]:
        messages.warning(request, sentence)
    if len(refused) > 5:
        messages.warning(request, _("and %d more that could not be done") % (len(refused) - 5))
    if not done and not refused:
        messages.warning(request, _("Choose at least one line first."))
    back = request.POST.get("back") or ""
    return redirect(back if back.startswith("/mo-hinh/") else "enrolment_list")
