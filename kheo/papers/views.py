"""Pages of papers: drafting one, the clerk's table of what waits, the signed copy, the A4 page."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from kheo.files.models import Attachment
from kheo.files.types import PDF
from kheo.lib.periods import today
from kheo.lib.refusals import Refused
from kheo.ui.lists import Column, keyset_page, wants_xlsx, xlsx_response
from kheo.units.acting import Request
from kheo.units.committees import acts_for

from . import kinds, print_style, word
from .forms import CorrectionForm, FilterForm, HeadForm, NumberForm, ReasonForm, SignedForm
from .issuers import issuer
from .kinds import Kind
from .layouts import layout_called, layouts
from .models import Paper, propose

# So many are entered at once; the rest comes after them.
AT_ONCE = 20
VERBS = ("write", "ask", "number", "correct", "attach", "withdraw")
COLUMNS: list[Column] = [
    (gettext_lazy("Number"), "number"),
    (gettext_lazy("Date of the paper"), "issued_on"),
    (gettext_lazy("Paper"), "title"),
    (gettext_lazy("Kind of paper"), "kind_name"),
    (gettext_lazy("Issued by"), "issuer.name"),
    (gettext_lazy("Signed by"), "signer"),
    (gettext_lazy("State"), "get_state_display"),
]


def find(request: Request, pk: int) -> Paper:
    seen = Paper.objects.visible_to(request.user).select_related(
        "issuer__area__parent", "issuer__parent__area", "drafted_by__user", "drafted_by__unit", "replaces"
    )
    return get_object_or_404(seen, pk=pk)


def papers(request: Request) -> HttpResponseBase:
    """Every paper within reach, newest first."""
    form = FilterForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    rows = narrowed(Paper.objects.visible_to(request.user), chosen).with_facts()
    if wants_xlsx(request):
        return xlsx_response("van-ban.xlsx", COLUMNS, rows.order_by("-pk"))
    page = keyset_page(rows, request, ("-id",))
    return render(
        request,
        "papers/list.html",
        {"page": page, "form": form, "filtered": any(chosen.values()), "tab": "all"},
    )


def narrowed(rows: Any, chosen: dict[str, Any]) -> Any:
    for name in ("kind", "state"):
        if chosen.get(name):
            rows = rows.filter(**{name: chosen[name]})
    if chosen.get("year"):
        rows = rows.filter(issued_on__year=chosen["year"])
    if chosen.get("q"):
        rows = rows.filter(Q(number__icontains=chosen["q"]) | Q(title__icontains=chosen["q"]))
    return rows


def waiting(request: Request) -> HttpResponseBase:
    """What waits for number, day and signer at one's own body; several are entered at once."""
    post = request.post_or_refuse()
    filter_form = FilterForm(request.GET, states=False)
    chosen = filter_form.cleaned_data if filter_form.is_valid() else {}
    rows = narrowed(Paper.objects.visible_to(post).waiting(post), chosen).with_facts().order_by("pk")
    shown = list(rows[: AT_ONCE + 1])
    more, shown = len(shown) > AT_ONCE, shown[:AT_ONCE]
    may = may_number(post)
    if request.method == "POST":
        if not may:
            # Says which role it takes.
            for paper in shown[:1]:
                paper.check_number(post)
        forms = [
            NumberForm(request.POST, paper=paper, prefix=f"p{paper.pk}", use_required_attribute=False)
            for paper in shown
        ]
        left = enter(
            request, [form for form in forms if request.POST.get(form.add_prefix("number"), "").strip()]
        )
        if not left:
            return redirect("papers_waiting")
        forms = [form if form in left else blank(form.paper) for form in forms if not form.paper.number]
    else:
        forms = [blank(paper) for paper in shown]
    context = {
        "forms": forms,
        "form": filter_form,
        "filtered": any(chosen.values()),
        "may": may,
        "more": more,
        "tab": "waiting",
    }
    return render(request, "papers/waiting.html", context)


def blank(paper: Paper) -> NumberForm:
    return NumberForm(paper=paper, prefix=f"p{paper.pk}", use_required_attribute=False)


def may_number(post: Any) -> bool:
    """Whether this post enters numbers at its own body: its clerk, or anyone where there is none."""
    blank = Paper(issuer=post.unit, state=Paper.State.WAITING)
    return blank.may("clerk", post)


def enter(request: Request, forms: list[NumberForm]) -> list[NumberForm]:
    """Give each its number; those that are wrong, refused or doubtful come back as they were typed."""
    post, left, done = request.post_or_refuse(), [], 0
    for form in forms:
        try:
            if form.is_valid() and form.settled() and form.attempt(lambda form=form: give(form, post)):  # type: ignore[misc]
                done += 1
                continue
        except Refused as refusal:
            form.add_error("number", str(refusal))
        left.append(form)
    if done:
        said = ngettext("%(n)d paper has its number.", "%(n)d papers have their numbers.", done)
        messages.success(request, said % {"n": done})
    if left:
        said = ngettext("%(n)d line needs another look.", "%(n)d lines need another look.", len(left))
        messages.warning(request, said % {"n": len(left)})
    elif not done:
        messages.warning(request, _("Write at least one number first."))
    return left


def give(form: NumberForm, post: Any) -> None:
    data = form.cleaned_data
    form.paper.give_number(
        by=post,
        number=data["number"],
        issued_on=data["issued_on"],
        signer=data["signer"],
        position=data["position"],
    )


def unsigned(request: Request) -> HttpResponseBase:
    """What has a number and whose signed copy has not come back."""
    post = request.post_or_refuse()
    form = FilterForm(request.GET, states=False)
    chosen = form.cleaned_data if form.is_valid() else {}
    rows = narrowed(Paper.objects.visible_to(post).unsigned(post), chosen).with_facts()
    if wants_xlsx(request):
        return xlsx_response("van-ban-chua-ky.xlsx", COLUMNS, rows.order_by("pk"))
    page = keyset_page(rows, request, ("id",))
    return render(
        request,
        "papers/unsigned.html",
        {"page": page, "form": form, "filtered": any(chosen.values()), "today": today(), "tab": "unsigned"},
    )


def new(request: Request, kind: str, pk: int) -> HttpResponseBase:
    """Draft the paper of a record: how it is headed and signed, proposed as it was last time."""
    found, about, part = record_of(request, kind, pk)
    post = request.post_or_refuse()
    body = found.issuer(about, part)
    if not (post.reaches(unit=body, area=body.area) or acts_for(post, body)):
        raise Http404
    found.check(about, part, post)
    proposal = propose(found, about, part, body)
    form = HeadForm(request.POST or None, initial=proposal.fields, issuer=proposal.issuer)
    if request.method == "POST" and form.is_valid():
        head = form.cleaned_data
        if form.attempt(lambda: Paper.objects.draft(found, about, by=post, part=part, **head)):
            messages.success(
                request, _("The draft is made. Print it or take it out as .docx, then ask for its number.")
            )
            return redirect(form.result)
    content = found.say(about, part)
    return render(
        request,
        "papers/head.html",
        {
            "form": form,
            "kind": found,
            "unit": body,
            "content": content,
            "layout": proposal.layout,
            "back": found.url(about, part),
        },
    )


def record_of(request: Request, key: str, pk: int) -> tuple[Kind, Any, str]:
    """The kind of paper, the record if the person may see it, and the part of it that is asked for."""
    found = kinds.called(key)
    if found is None:
        raise Http404
    about = found.visible(request.user, pk)
    part = request.GET.get("part", "")[:20]
    if about is None or not found.has_part(about, part):
        raise Http404
    return found, about, part


def paper(request: Request, pk: int) -> HttpResponseBase:
    found = find(request, pk)
    post = request.post
    changed = found.state not in (Paper.State.REPLACED, Paper.State.WITHDRAWN) and found.has_changed()
    return render(
        request,
        "papers/paper.html",
        {
            "paper": found,
            "sheet": found.sheet,
            "changed": changed,
            "pages": pages_shown(found),
            "withdrawn_pages": list(
                Attachment.objects.filter(
                    owner_type="papers.paper", owner_id=str(found.pk), erased_at=None
                ).exclude(withdrawn_at=None)
            ),
            "steps": list(found.steps.select_related("by__user", "by__unit")),
            "newer": found.replaced_by.exclude(state=Paper.State.WITHDRAWN).first(),
            "about_url": found.about_url if sees_record(request, found) else "",
            "may": {verb: found.may(verb, post) for verb in VERBS},
            "may_renew": changed and found.is_issued and may_renew(found, post),
        },
    )


def may_renew(found: Paper, post: Any) -> bool:
    return (
        post is not None
        and found.may("author", post)
        and not (Paper.objects.about(found.about, found.part).open().filter(kind=found.kind).exists())
    )


def sees_record(request: Request, found: Paper) -> bool:
    return found.kind_of.visible(request.user, found.about_id) is not None


def pages_shown(found: Paper) -> list[dict[str, Any]]:
    return [
        {"file": file, "picture": file.media_type != PDF, "number": number}
        for number, file in enumerate(found.pages(), start=1)
    ]


def edit(request: Request, pk: int) -> HttpResponseBase:
    found = find(request, pk)
    post = request.post_or_refuse()
    found.check_write(post)
    form = HeadForm(
        request.POST or None,
        initial={name: getattr(found, name) for name in Paper.HEAD},
        issuer=issuer(found.issuer),
    )
    if request.method == "POST" and form.is_valid():
        head = form.cleaned_data
        if form.attempt(lambda: found.write(by=post, **head)):
            messages.success(request, _("Saved."))
            return redirect(found)
    return render(
        request,
        "papers/head.html",
        {
            "form": form,
            "paper": found,
            "unit": found.issuer,
            "content": found.says,
            "layout": found.rules,
            "back": found.get_absolute_url(),
        },
    )


@require_POST
def refresh(request: Request, pk: int) -> HttpResponseBase:
    found = find(request, pk)
    found.refresh(by=request.post_or_refuse())
    messages.success(request, _("The paper says what the record says today."))
    return redirect(found)


@require_POST
def ask(request: Request, pk: int) -> HttpResponseBase:
    found = find(request, pk)
    found.ask_number(by=request.post_or_refuse())
    messages.success(request, _("The clerk sees it among what waits for a number."))
    return redirect(found)


def number(request: Request, pk: int) -> HttpResponseBase:
    found = find(request, pk)
    post = request.post_or_refuse()
    found.check_number(post)
    form = NumberForm(request.POST or None, paper=found)
    if request.method == "POST" and not enter(request, [form]):
        return redirect(found)
    return render(request, "papers/number.html", {"form": form, "paper": found})


def correct(request: Request, pk: int) -> HttpResponseBase:
    """A number, day or signer was mistyped."""
    found = find(request, pk)
    post = request.post_or_refuse()
    found.check_correct(post)
    form = CorrectionForm(request.POST or None, paper=found)
    if request.method == "POST" and form.is_valid():
        given = {name: value for name, value in form.cleaned_data.items() if name != "sure"}
        try:
            if form.settled() and form.attempt(lambda: found.correct(by=post, **given)):
                messages.success(request, _("Corrected. What stood there is kept in the paper's way."))
                return redirect(found)
        except Refused as refusal:
            form.add_error("number", str(refusal))
    return render(request, "papers/correct.html", {"form": form, "paper": found})


def signed(request: Request, pk: int) -> HttpResponseBase:
    """The signed copy comes back: photos of its pages, or a scan."""
    found = find(request, pk)
    post = request.post_or_refuse()
    found.check_attach(post)
    form = SignedForm(request.POST or None, request.FILES or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.attempt(lambda: found.attach(form.uploads(), by=post))
    ):
        messages.success(request, _("The signed copy is kept. Look whether every page can be read."))
        return redirect(f"{found.get_absolute_url()}#signed")
    return render(request, "papers/signed.html", {"form": form, "paper": found, "pages": pages_shown(found)})


def page_back(request: Request, pk: int, key: UUID) -> HttpResponseBase:
    """A page of the signed copy gives way to a better one."""
    found = find(request, pk)
    post = request.post_or_refuse()
    found.check_attach(post)
    page = get_object_or_404(Attachment.objects.of(found).filter(kind="signed"), key=key)
    return with_reason(
        request,
        found,
        lambda reason: found.take_back_page(page, by=post, reason=reason),
        _("Withdraw a page of the signed copy"),
        _("The page is withdrawn. Add the better one."),
        lead=_("It stays readable among what was withdrawn."),
    )


def withdraw(request: Request, pk: int) -> HttpResponseBase:
    found = find(request, pk)
    post = request.post_or_refuse()
    found.check_withdraw(post)
    return with_reason(
        request,
        found,
        lambda reason: found.withdraw(by=post, reason=reason),
        _("Withdraw the paper"),
        _("Withdrawn. Nothing was deleted."),
        lead=_("The number stays with it. The record keeps what it says.") if found.number else "",
    )


def with_reason(
    request: Request, found: Paper, verb: Any, title: str, done: str, lead: str = ""
) -> HttpResponseBase:
    form = ReasonForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.attempt(lambda: verb(form.cleaned_data["reason"]))
    ):
        messages.success(request, done)
        return redirect(found)
    return render(request, "papers/ask.html", {"form": form, "paper": found, "title": title, "lead": lead})


def printed(request: Request, pk: int) -> HttpResponseBase:
    """The paper alone, on A4."""
    found = find(request, pk)
    return render(request, "papers/print.html", {"paper": found, "sheet": found.sheet})


def docx(request: Request, pk: int) -> HttpResponseBase:
    found = find(request, pk)
    return word.response(found.sheet, found.file_name)


def style(request: Request, key: str) -> HttpResponseBase:
    """How the A4 page of a layout looks: written from the same data as the .docx."""
    layout = layout_called(key)
    if layout is None:
        raise Http404
    response = HttpResponse(print_style.css(layout), content_type="text/css; charset=utf-8")
    response["Cache-Control"] = "private, max-age=300"
    return response


def rules(request: Request) -> HttpResponseBase:
    """The layouts in use: on what basis, from when, and when somebody last held them against the law."""
    return render(request, "papers/rules.html", {"layouts": layouts(), "today": today()})
