"""Catalogues: the lists as they were signed, and making one out of chosen lines."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kheo.files.models import Attachment
from kheo.initiatives import paper
from kheo.initiatives.forms import CatalogueForm, ReasonForm, SignedFileForm
from kheo.initiatives.models import Catalogue, CatalogueDraft, Enrolment, Initiative
from kheo.initiatives.views.columns import ENROLMENTS, INITIATIVES
from kheo.lib.periods import today
from kheo.lib.refusals import Refused
from kheo.papers.word import response as word_file
from kheo.ui.lists import keyset_page, wants_xlsx, xlsx_response
from kheo.units.acting import Request

MOST = 1000
COLUMNS: list[Any] = [
    (gettext_lazy("Number of the list"), "number"),
    (gettext_lazy("Signed on"), "signed_on"),
    (gettext_lazy("Signed by"), "signer"),
    (gettext_lazy("Committee"), "committee.name"),
    (gettext_lazy("Year"), lambda row: str(row.year)),
    (gettext_lazy("What it does"), "get_purpose_display"),
]


def catalogue_list(request: Request) -> HttpResponseBase:
    rows = Catalogue.objects.visible_to(request.user).select_related("committee")
    if wants_xlsx(request):
        return xlsx_response("danh-muc.xlsx", COLUMNS, rows)
    page = keyset_page(rows, request, ("-signed_on", "-id"))
    ids = [row.pk for row in page.rows]
    counts = dict(
        Catalogue.objects.filter(pk__in=ids)
        .order_by()
        .values_list("pk")
        .annotate(n=Count("steps", distinct=True))
    )
    endings = dict(
        Catalogue.objects.filter(pk__in=ids)
        .order_by()
        .values_list("pk")
        .annotate(n=Count("endings", distinct=True))
    )
    for row in page.rows:
        row.lines = counts.get(row.pk, 0) + endings.get(row.pk, 0)
    return render(request, "initiatives/catalogue_list.html", {"page": page})


def catalogue(request: Request, pk: int) -> HttpResponseBase:
    seen = Catalogue.objects.visible_to(request.user).select_related("committee", "plan", "signed_file")
    found = get_object_or_404(seen, pk=pk)
    form = SignedFileForm(request.POST or None, request.FILES or None)

    def keep() -> None:
        found.attach_signed(form.cleaned_data["signed_file"], by=request.post)

    if request.method == "POST" and form.is_valid() and form.attempt(keep):
        messages.success(request, _("The signed list is kept with the record."))
        return redirect(found)
    if found.purpose == Catalogue.Purpose.APPROVE:
        rows: Any = found.entries()
        columns = ENROLMENTS
    else:
        rows = Initiative.objects.filter(endings__catalogue=found).with_facts()
        rows, columns = rows.order_by("sort_key", "pk"), INITIATIVES
    if wants_xlsx(request):
        return xlsx_response(f"danh-muc-{found.pk}.xlsx", columns, rows.for_sheet(), title=str(found))
    return render(
        request,
        "initiatives/catalogue.html",
        {"catalogue": found, "rows": rows[:MOST], "form": form, "ends": found.purpose == "end"},
    )


def new(request: Request) -> HttpResponseBase:
    """The chosen lines as one list, with the number, day and signer the clerk gives."""
    given = request.POST if request.method == "POST" else request.GET
    purpose = "end" if given.get("purpose") == "end" else "approve"
    post = request.post
    if post is None:
        raise Refused(_("You hold no post yet. Ask your unit's administrator."))
    post.require("head", "deputy")
    chosen = [int(each) for each in given.getlist("pk") if each.isdecimal()][:MOST]
    rows = lines(request, purpose, chosen, every=bool(given.get("every")))
    if not rows:
        messages.warning(request, _("Choose at least one line first."))
        return redirect("enrolment_list" if purpose == "approve" else "initiative_list")
    if request.method == "POST" and "prepare" in request.POST:
        return prepare(request, purpose, rows)
    signed = request.method == "POST" and "number" in request.POST
    form = CatalogueForm(request.POST if signed else None, request.FILES if signed else None, purpose=purpose)
    if signed and form.is_valid() and form.attempt(lambda: decide(post, purpose, rows, form.cleaned_data)):
        count = len(rows)
        said = (
            ngettext(
                "%(n)d initiative is in the catalogue.", "%(n)d initiatives are in the catalogue.", count
            )
            if purpose == "approve"
            else ngettext("%(n)d initiative is off the list.", "%(n)d initiatives are off the list.", count)
        )
        messages.success(request, said % {"n": count})
        return redirect(form.result)
    return render(
        request,
        "initiatives/catalogue_new.html",
        {"form": form, "rows": rows, "purpose": purpose, "committee": post.unit},
    )


def prepare(request: Request, purpose: str, rows: list[Any]) -> HttpResponseBase:
    """The chosen lines as a draft on paper: they are decided when the clerk has given it a number."""
    form = CatalogueForm(request.POST, purpose=purpose)
    form.is_valid()
    wanted = {name: form.cleaned_data.get(name) for name in ("reason", "on")}
    if purpose == "end" and not all(wanted.values()):
        for name in ("number", "signed_on", "signer"):
            form.errors.pop(name, None)
    else:
        draft = CatalogueDraft.objects.prepare(
            rows,
            committee=request.post.unit,
            by=request.post,
            year=max(row.year for row in rows) if purpose == "approve" else today().year,
            purpose=purpose,
            plan=next((row.plan for row in rows if purpose == "approve" and row.plan), None),
            on=wanted["on"],
            reason=wanted["reason"] or "",
        )
        messages.success(request, _("The list is prepared. Nothing is decided until it has its number."))
        return redirect("paper_new", "catalogue", draft.pk)
    context = {"form": form, "rows": rows, "purpose": purpose, "committee": request.post.unit}
    return render(request, "initiatives/catalogue_new.html", context)


def draft(request: Request, pk: int) -> HttpResponseBase:
    """A list that waits for its number."""
    found = find_draft(request, pk)
    return render(
        request,
        "initiatives/catalogue_draft.html",
        {
            "draft": found,
            "rows": found.rows(),
            "ends": found.ends,
            "may_withdraw": found.may("withdraw", request.post),
        },
    )


def find_draft(request: Request, pk: int) -> CatalogueDraft:
    seen = CatalogueDraft.objects.visible_to(request.user).select_related(
        "committee", "plan", "catalogue", "prepared_by__user", "prepared_by__unit"
    )
    return get_object_or_404(seen, pk=pk)


def withdraw_draft(request: Request, pk: int) -> HttpResponseBase:
    found = find_draft(request, pk)
    found.check_withdraw(request.post_or_refuse())
    form = ReasonForm(request.POST or None)
    sent = request.method == "POST" and form.is_valid()
    if sent and form.attempt(lambda: found.withdraw(by=request.post, reason=form.cleaned_data["reason"])):
        messages.success(request, _("Withdrawn. Nothing on the list has changed."))
        return redirect(found)
    title = _("Give up this list")
    return render(
        request,
        "initiatives/ask.html",
        {"form": form, "title": title, "button": title, "thing": found, "danger": True},
    )


def docx(request: Request, pk: int) -> HttpResponseBase:
    """The list as it was issued, with its decision, as .docx."""
    seen = Catalogue.objects.visible_to(request.user).select_related("committee__area", "plan")
    found = get_object_or_404(seen, pk=pk)
    return word_file(paper.issued(found), f"danh-muc-{found.number.replace('/', '-')}")


def lines(request: Request, purpose: str, chosen: list[int], every: bool) -> list[Any]:
    """What the list would hold, in Vietnamese order."""
    if purpose == "end":
        found = Initiative.objects.visible_to(request.user).filter(pk__in=chosen)
        return list(found.select_related("owner__parent", "area__parent", "field").order_by("sort_key", "pk"))
    rows = Enrolment.objects.visible_to(request.user).with_facts().select_related("committee", "addressee")
    rows = rows.to_approve(request.post) if every else rows.filter(pk__in=chosen)
    return list(rows.order_by("initiative__sort_key", "pk")[:MOST])


def decide(post: Any, purpose: str, rows: list[Any], data: dict[str, Any]) -> Catalogue:
    """The list and everything on it, in one transaction; a file is kept beforehand."""
    upload = data.get("signed_file")
    committee = post.unit
    year = (
        max((row.year for row in rows), default=today().year)
        if purpose == "approve"
        else data["signed_on"].year
    )
    with transaction.atomic():
        catalogue = Catalogue.objects.issue(
            committee=committee,
            by=post,
            number=data["number"],
            signed_on=data["signed_on"],
            signer=data["signer"],
            year=year,
            purpose=purpose,
            plan=next((row.plan for row in rows if purpose == "approve" and row.plan), None),
        )
        if purpose == "approve":
            catalogue.approve_all(rows, by=post)
        else:
            catalogue.end_all(rows, by=post, on=data["on"], reason=data["reason"])
    if upload:
        catalogue.signed_file = Attachment.objects.store(upload, by=post, kind="signed", owner=catalogue)
        catalogue.save(update_fields=["signed_file"])
    return catalogue
