"""Registering without an account: the short form behind a link, the receipt, its correction and withdrawal.

These pages ask for no cookie: nothing here rides on a session. A form carries its own signed number, a
receipt its code, so that they also work in a browser inside another app that keeps none.
"""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from kheo.accounts.addresses import address_of
from kheo.initiatives import asked
from kheo.initiatives.forms import units_at
from kheo.lib.refusals import Refused
from kheo.places.models import Area
from kheo.submissions import limits, qr
from kheo.submissions.forms import CodeForm, SubmissionForm
from kheo.submissions.models import Knock, PublicList, RegistrationLink, Submission
from kheo.ui.doors import open_door

NOT_FOUND, GONE, BUSY, CONFLICT = 404, 410, 429, 409


def for_one_sender(response: HttpResponse) -> HttpResponse:
    """Kept by nobody: neither by caches nor by search engines."""
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


@open_door("Hamlets, schools and party cells register through a link, without an account.")
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest, token: str) -> HttpResponseBase:
    link = RegistrationLink.objects.behind(token)
    if link is None:
        return replaced(request, token)
    form = SubmissionForm(request.POST if request.method == "POST" else None, link=link)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            sent = Submission.objects.send(link, form.cleaned_data, key=form.key, address=address_of(request))
            return for_one_sender(redirect(f"{sent.receipt_path}?gui-xong"))
        except Refused as refusal:
            form.add_error(None, str(refusal))
            status = CONFLICT
    return for_one_sender(
        render(request, "portal/register.html", {"form": form, **around(link)}, status=status)
    )


def around(link: RegistrationLink) -> dict[str, Any]:
    """What stands around the form: how the link is doing, what there is to choose from."""
    commune = link.commune
    hamlets, bodies = Area.objects.none(), []
    if commune is not None:
        hamlets = Area.objects.filter(parent=commune.today, level="hamlet").in_vietnamese_order()[:300]
        bodies = list(units_at(commune.today).values_list("name", flat=True)[:300])
    shown = PublicList.objects.shown().filter(
        committee=link.committee, movement=link.movement, year=link.year, catalogue=None
    )
    return {
        "link": link,
        "sentence": link.sentence(),
        "last": link.span()[1],
        "hamlets": hamlets,
        "bodies": bodies,
        "accepted": shown.first(),
    }


def replaced(request: HttpRequest, token: str) -> HttpResponseBase:
    """An address that was renewed says so; what arrives there stays on the page."""
    once = RegistrationLink.objects.once_behind(token)
    if once is None:
        raise Http404
    typed = []
    if request.method == "POST":
        form = SubmissionForm(request.POST, link=once)
        typed = [
            (bound.label, bound.value())
            for bound in form.shown
            if bound.name not in ("consent", "field", "commune") and bound.value()
        ]
    context = {"office": once.office.today, "typed": typed}
    return for_one_sender(render(request, "portal/link_gone.html", context, status=GONE))


# The receipt


def found_by(request: HttpRequest, code: str) -> Submission:
    """The submission of a receipt; wrong codes are counted by address. Raises Refused or Http404."""
    address = address_of(request)
    limits.check_code_tries(address)
    found = Submission.objects.with_code(code)
    if found is None:
        Knock.objects.note(Knock.WRONG_CODE, address)
        raise Http404
    return found


def too_often(request: HttpRequest, refusal: Refused) -> HttpResponseBase:
    form = CodeForm()
    context = {"form": form, "sentence": str(refusal)}
    return for_one_sender(render(request, "portal/receipt_find.html", context, status=BUSY))


def unknown(request: HttpRequest, form: CodeForm) -> HttpResponseBase:
    form.add_error("code", _("No receipt has this code. Compare it letter by letter with the receipt."))
    return for_one_sender(render(request, "portal/receipt_find.html", {"form": form}, status=NOT_FOUND))


@open_door("Whoever holds a receipt's code asks after what they sent.")
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def receipt_find(request: HttpRequest) -> HttpResponseBase:
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            return for_one_sender(redirect(found_by(request, form.cleaned_data["code"]).receipt_path))
        except Refused as refusal:
            return too_often(request, refusal)
        except Http404:
            return unknown(request, form)
    return for_one_sender(render(request, "portal/receipt_find.html", {"form": form}))


@open_door("Whoever holds a receipt's code asks after what they sent.")
@require_http_methods(["GET", "HEAD"])
def receipt(request: HttpRequest, code: str) -> HttpResponseBase:
    try:
        found = found_by(request, code)
    except Refused as refusal:
        return too_often(request, refusal)
    except Http404:
        return unknown(request, CodeForm({"code": code}))
    return show(request, found)


def show(request: HttpRequest, found: Submission, refusal: str = "", status: int = 200) -> HttpResponse:
    context = {
        "submission": found,
        "steps": list(found.steps.all()),
        "qr": qr.drawn(found.receipt_address, _("QR code of this receipt")),
        "sent_now": "gui-xong" in request.GET,
        "said": {"sua": _("The correction has arrived."), "rut": _("It is withdrawn.")}.get(
            next(iter(request.GET), ""), ""
        ),
        "refusal": refusal,
        "details": [
            (asked.FIELDS[name].label, value) for name, value in found.details.items() if name in asked.FIELDS
        ],
    }
    return for_one_sender(render(request, "portal/receipt.html", context, status=status))


@open_door("Whoever holds a receipt's code corrects what they sent, until it is taken.")
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def receipt_correct(request: HttpRequest, code: str) -> HttpResponseBase:
    try:
        found = found_by(request, code)
    except Refused as refusal:
        return too_often(request, refusal)
    form = SubmissionForm(
        request.POST if request.method == "POST" else None, link=found.link, submission=found
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        if form.attempt(lambda: found.correct(form.cleaned_data)):
            return for_one_sender(redirect(f"{found.receipt_path}?sua"))
        status = CONFLICT
    elif request.method != "POST":
        try:
            found.check_open()
        except Refused as refusal:
            return show(request, found, str(refusal), CONFLICT)
    context = {"form": form, "submission": found, **around(found.link), "answer": found.answer}
    return for_one_sender(render(request, "portal/receipt_correct.html", context, status=status))


@open_door("Whoever holds a receipt's code withdraws what they sent, until it is taken.")
@csrf_exempt
@require_POST
def receipt_withdraw(request: HttpRequest, code: str) -> HttpResponseBase:
    try:
        found = found_by(request, code)
    except Refused as refusal:
        return too_often(request, refusal)
    try:
        found.withdraw()
    except Refused as refusal:
        return show(request, found, str(refusal), CONFLICT)
    return for_one_sender(redirect(f"{found.receipt_path}?rut"))


@open_door("Whoever gave name and phone has them erased, by right.")
@csrf_exempt
@require_POST
def receipt_forget(request: HttpRequest, code: str) -> HttpResponseBase:
    try:
        found = found_by(request, code)
    except Refused as refusal:
        return too_often(request, refusal)
    if found.is_open:
        return show(
            request,
            found,
            _("The desk still needs them to answer. Withdraw the registration first, or wait."),
            CONFLICT,
        )
    found.erase_contact(basis=_("asked for with the receipt's code"))
    return for_one_sender(redirect(found.receipt_path))
