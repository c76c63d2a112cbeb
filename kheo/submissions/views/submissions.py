"""At the desk: what was sent in, taken one by one or many at once, returned, refused, found to be known."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from kheo.accounts.phone import phone_number
from kheo.initiatives import asked
from kheo.initiatives.models import Enrolment, Initiative
from kheo.lib.refusals import Refused
from kheo.submissions.forms import MergeForm, WhyForm, taking_form
from kheo.submissions.models import Submission
from kheo.ui.lists import keyset_page, wants_xlsx, xlsx_response
from kheo.units.acting import Request
from kheo.units.models import Post

MOST_AT_ONCE = 200
COLUMNS: list[Any] = [
    (gettext_lazy("Name"), "name"),
    (gettext_lazy("Who registers"), "body"),
    (gettext_lazy("Place"), "place"),
    (gettext_lazy("Field of work"), "field.name"),
    (gettext_lazy("New or continuing"), "get_year_kind_display"),
    (gettext_lazy("Goal in one line"), "goal"),
    (gettext_lazy("State"), "get_state_display"),
    (gettext_lazy("Sent at"), "sent_at"),
]


def submission_list(request: Request) -> HttpResponseBase:
    rows = Submission.objects.visible_to(request.post or request.user).with_facts()
    shown = request.GET.get("state", "received")
    if shown in Submission.State.values:
        rows = rows.filter(state=shown)
    if wants_xlsx(request):
        return xlsx_response("dang-ky-gui-den.xlsx", COLUMNS, rows.order_by("sent_at", "pk"))
    # The longest waiting first; of what is settled the newest.
    order = ("sent_at", "id") if shown == "received" else ("-sent_at", "-id")
    page = keyset_page(rows, request, order, size=50)
    takes = (
        shown == "received"
        and request.post is not None
        and any(each.may_be_settled_by(request.post) for each in page.rows[:1])
    )
    alike = Submission.objects.alike_each(page.rows) if shown == "received" else {}
    context = {
        "page": page,
        "rows": [(each, alike.get(each.pk, 0)) for each in page.rows],
        "shown": shown,
        "states": Submission.State.choices,
        "takes": takes,
    }
    return render(request, "submissions/list.html", context)


def find(request: Request, pk: int) -> Submission:
    seen = Submission.objects.visible_to(request.user).select_related(
        "link__committee__area", "link__committee__parent", "link__office", "link__movement",
        "field", "commune__parent", "enrolment__initiative", "initiative",
    )  # fmt: skip
    return get_object_or_404(seen, pk=pk)


def submission(request: Request, pk: int) -> HttpResponseBase:
    found = find(request, pk)
    mine = found.may_be_settled_by(request.post)
    waits = found.state == Submission.State.RECEIVED
    context = {
        "submission": found,
        "steps": found.steps.select_related("by__user", "by__unit"),
        "settles": mine and waits,
        # Name and phone are for the desk alone, the code too: with it one may correct and withdraw.
        "mine": mine,
        "phone": dialled(found.contact_phone),
        "alike": found.likely_duplicates() if waits else [],
        "known": found.owner() if waits else None,
        "details": [
            (asked.FIELDS[name].label, value) for name, value in found.details.items() if name in asked.FIELDS
        ],
    }
    return render(request, "submissions/submission.html", context)


def dialled(typed: str) -> str:
    """The number as a phone dials it; empty where none can be read."""
    try:
        return phone_number(typed) if typed else ""
    except ValueError:
        return ""


def of_enrolment(request: Request, pk: int) -> HttpResponseBase:
    """From a registration to what was sent in."""
    seen = Enrolment.objects.visible_to(request.user)
    enrolment = get_object_or_404(seen.select_related("submission"), pk=pk)
    sent = getattr(enrolment, "submission", None)
    if sent is None:
        raise Refused(_("This registration was typed by a colleague; it was not sent through a link."))
    return redirect(sent)


def take(request: Request, pk: int) -> HttpResponseBase:
    """Look at it as a registration, change what is wrong, and take it."""
    found = find(request, pk)
    found.check_settle(request.post)
    sent = request.method == "POST"
    # Before anything is pressed the form holds what was sent, and complains of nothing.
    if sent:
        form = taking_form(found, request.post, request.POST, request.FILES)
    else:
        filled = taking_form(found, request.post)
        form = type(filled)(by=request.post, commune=found.commune.today, initial=dict(filled.data))
    alike = found.likely_duplicates()
    if sent and form.is_valid() and form.attempt(lambda: take_by(found, form, request)):
        messages.success(request, _("Taken: “%s” is now a registration.") % form.result.initiative.name)
        return redirect(form.result)
    hamlets = found.commune.today.children.filter(level="hamlet")
    return render(
        request,
        "submissions/take.html",
        {"form": form, "submission": found, "alike": alike, "hamlets": hamlets.in_vietnamese_order()[:300]},
    )


def take_by(found: Submission, form: Any, request: Request) -> Enrolment:
    version = request.POST.get("version", "")
    return found.take(
        by=request.post,
        values=form.cleaned_data,
        seen=[int(each) for each in request.POST.getlist("seen") if each.isdecimal()],
        version=int(version) if version.isdecimal() else None,
    )


def take_as_sent(found: Submission, by: Post) -> None:
    """Take it without looking at each field; refused where it lacks something or looks like another."""
    form = taking_form(found, by)
    if not form.is_valid():
        field, errors = next(iter(form.errors.items()))
        label = form[field].label if field in form.fields else ""
        raise Refused(f"{label}: {errors[0]}" if label else str(errors[0]))
    found.take(by=by, values=form.cleaned_data)


@require_POST
def many(request: Request) -> HttpResponseBase:
    """Take or refuse every chosen line; what could not be done is named with its reason."""
    verb = request.POST.get("verb", "")
    reason = request.POST.get("reason", "").strip()
    if verb not in ("take", "refuse"):
        raise Refused(_("Choose what to do with the chosen lines."))
    if verb == "refuse" and not reason:
        raise Refused(_("Say why: its sender reads it with the receipt's code."))
    chosen = [int(each) for each in request.POST.getlist("pk") if each.isdecimal()][:MOST_AT_ONCE]
    rows = Submission.objects.visible_to(request.user).filter(pk__in=chosen).select_related(
        "link__committee__area", "link__committee__parent", "link__office", "link__movement", "commune"
    )  # fmt: skip
    done, refused = 0, []
    for found in rows.order_by("sent_at", "pk"):
        try:
            if verb == "take":
                take_as_sent(found, request.post)
            else:
                found.refuse(by=request.post, reason=reason)
            done += 1
        except Refused as refusal:
            refused.append(f"“{found.name}”: {refusal}")
    if done:
        said = {
            "take": ngettext("%(n)d submission is taken.", "%(n)d submissions are taken.", done),
            "refuse": ngettext("%(n)d submission is refused.", "%(n)d submissions are refused.", done),
        }[verb]
        messages.success(request, said % {"n": done})
    for sentence in refused[:8]:
        messages.warning(request, sentence)
    if len(refused) > 8:
        messages.warning(request, _("and %d more that could not be done") % (len(refused) - 8))
    if not done and not refused:
        messages.warning(request, _("Choose at least one line first."))
    return redirect("submission_list")


def ask(
    request: Request, found: Submission, form: Any, act: Callable[[], Any], words: dict[str, Any]
) -> HttpResponseBase:
    if form.is_valid() and form.attempt(act):
        messages.success(request, _("It is done: %s.") % found.get_state_display())
        return redirect(found)
    return render(request, "submissions/ask.html", {"form": form, "submission": found, **words})


def return_(request: Request, pk: int) -> HttpResponseBase:
    found = find(request, pk)
    found.check_settle(request.post)
    form = WhyForm(request.POST or None, initial={"version": found.version})
    words = {
        "title": _("Return it to be corrected"),
        "lead": _("Its sender reads the reason on the receipt and can correct it. Better call, too."),
        "button": _("Return it"),
    }
    return ask(request, found, form, lambda: found.return_(by=request.post, **form.cleaned_data), words)


def refuse(request: Request, pk: int) -> HttpResponseBase:
    found = find(request, pk)
    found.check_settle(request.post)
    form = WhyForm(request.POST or None, initial={"version": found.version})
    words = {
        "title": _("Refuse the submission"),
        "lead": _("Its sender reads the reason on the receipt. It stays readable here."),
        "button": _("Refuse it"),
        "danger": True,
    }
    return ask(request, found, form, lambda: found.refuse(by=request.post, **form.cleaned_data), words)


def merge(request: Request, pk: int) -> HttpResponseBase:
    """It is already registered: choose what it is the same as."""
    found = find(request, pk)
    found.check_settle(request.post)
    alike = [each.initiative.pk for each in found.likely_duplicates()]
    wanted = request.GET.get("q", "").strip()
    seen = Initiative.objects.visible_to(request.user).standing()
    if wanted:
        named = seen.filter(area__in=type(found.commune).objects.within_now(found.commune).values("pk"))
        alike += list(named.named_like(wanted).values_list("pk", flat=True)[:20])
    among = seen.filter(pk__in=[*alike, *_chosen(request)]).select_related("owner", "area")
    reason = _("It is already registered.")
    form = MergeForm(
        request.POST or None,
        among=among.order_by("sort_key", "pk"),
        initial={"version": found.version, "reason": reason, "initiative": alike[0] if alike else None},
    )

    def act() -> None:
        said = dict(form.cleaned_data)
        found.merge(said.pop("initiative"), by=request.post, **said)

    words = {
        "title": _("Already registered"),
        "lead": _("Choose the initiative it is the same as. Its sender reads the reason on the receipt."),
        "button": _("It is the same"),
        "searches": True,
        "found_any": request.method == "POST" or among.exists(),
        "wanted": wanted,
    }
    return ask(request, found, form, act, words)


def _chosen(request: Request) -> list[int]:
    pk = request.POST.get("initiative", "")
    return [int(pk)] if pk.isdecimal() else []


def erase(request: Request, pk: int) -> HttpResponseBase:
    """The sender asks for name and phone to be erased."""
    found = find(request, pk)
    if not found.may_be_settled_by(request.post):
        request.post_or_refuse().require("registrar", "specialist", "head", "deputy", unit=found.link.office)
    form = WhyForm(request.POST or None)

    def act() -> None:
        found.erase_contact(by=request.post, basis=form.cleaned_data["reason"])

    words = {
        "title": _("Erase name and phone of the contact"),
        "lead": _("They are gone for good, here and in the registration it became. The rest stays."),
        "button": _("Erase them"),
        "danger": True,
    }
    return ask(request, found, form, act, words)
