"""Pages of those who administer people: who holds which post, whose account waits for what, slips, rules."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from kheo.accounts.models import SignInRule, User
from kheo.lib.periods import today
from kheo.ui.lists import keyset_page
from kheo.units import people, slips
from kheo.units.acting import Request
from kheo.units.forms import (
    ChangeForm,
    CorrectForm,
    DeputyForm,
    LeaveForm,
    PeopleFilter,
    PersonForm,
    RuleForm,
)
from kheo.units.models import Post, Role, SlipBatch, Unit
from kheo.units.reach import scope


def administrator(request: Request) -> Post:
    """The post of somebody who administers people; others are refused."""
    post = request.post_or_refuse()
    post.require(Role.ADMIN, Role.UNIT_ADMIN)
    return post


def _person(request: Request, pk: int) -> tuple[Post, User]:
    by = administrator(request)
    return by, get_object_or_404(people.with_posts(people.people_of(by)), pk=pk)


def _post(request: Request, pk: int) -> tuple[Post, Post]:
    by = administrator(request)
    held = Post.objects.managed_by(by).not_ended().select_related("unit__area", "user")
    return by, get_object_or_404(held, pk=pk)


def people_list(request: Request) -> HttpResponse:
    """Everybody whose posts this administrator runs, found by name or by what their account waits for."""
    by, rule = administrator(request), SignInRule.objects.now()
    form = PeopleFilter(request.GET or None)
    found, state = people.people_of(by), ""
    if form.is_valid():
        state = form.cleaned_data["state"]
        found = people.in_state(found.matching(form.cleaned_data["q"]), state, rule)
    page = keyset_page(people.with_posts(found), request, order=("sort_key", "id"))
    rows = people.described(page, by=by, rule=rule)
    context = {"form": form, "page": page, "rows": rows, "state": state, "rule": rule}
    return render(request, "units/people.html", context)


@require_POST
def people_reopen(request: Request) -> HttpResponse:
    """Wake the accounts chosen in the list: one, the ticked ones, or all that sleep."""
    by = administrator(request)
    found = people.people_of(by)
    if request.POST.get("all"):
        asleep = found.asleep(SignInRule.objects.now())
        chosen = [each for each in people.with_posts(asleep) if not people.may_run_account(by, each)]
    else:
        keys = [int(key) for key in request.POST.getlist("person") if key.isdecimal()][:500]
        chosen = list(people.with_posts(found.filter(pk__in=keys)))
    opened = people.reopen(chosen, by=by)
    if opened:
        text = ngettext("%(n)s account is open again.", "%(n)s accounts are open again.", opened)
        messages.success(request, text % {"n": opened})
    else:
        messages.info(request, _("No account was chosen that sleeps or is closed."))
    return redirect(_way_back(request) or "people")


def _way_back(request: Request) -> str:
    onward = request.POST.get("next", "")
    return onward if onward.startswith(reverse("people")) or onward.startswith(reverse("unit_list")) else ""


def unit_people(request: Request, pk: int) -> HttpResponse:
    """Who holds, held and will hold which post at a unit; of accounts its administrators alone read."""
    by = request.post_or_refuse()
    seen = scope(Unit.objects.select_related("area"), request.user, unit="self", area="area")
    unit = get_object_or_404(seen, pk=pk)
    manages = by.manages(unit)
    posts = Post.objects.filter(unit=unit).select_related("unit", "user", "deputy_for__user")
    context: dict[str, Any] = {
        "unit": unit,
        "manages": manages,
        "posts": posts.current().order_by("role", "user__sort_key", "pk"),
        "coming": posts.filter(valid_from__gt=today()).order_by("valid_from", "pk"),
        "past": posts.filter(valid_to__lte=today()).order_by("-valid_to", "pk")[:50] if manages else [],
    }
    if manages:
        here = User.objects.filter(pk__in=posts.not_ended().order_by().values("user")).order_by(
            "sort_key", "pk"
        )
        context["rows"] = people.described(
            people.with_posts(here), by=by, rule=SignInRule.objects.now(), unit=unit
        )
    return render(request, "units/unit_people.html", context)


def person_add(request: Request, pk: int) -> HttpResponse:
    by = administrator(request)
    unit = get_object_or_404(Unit.objects.managed_by(by).select_related("area"), pk=pk)
    form = PersonForm(request.POST or None, by=by)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.attempt(lambda: people.add_person(by=by, unit=unit, **form.cleaned_data))
    ):
        user = form.result.user
        messages.success(
            request,
            _("%(person)s has an account: %(name)s. Print the slip with the one-time code now.")
            % {"person": user, "name": user.username},
        )
        return redirect("person_slip", pk=user.pk)
    return render(request, "units/person_add.html", {"form": form, "unit": unit})


def person(request: Request, pk: int) -> HttpResponse:
    """One person as their administrator sees them."""
    by, user = _person(request, pk)
    held = people.future_and_past(user)
    row = people.described([user], by=by, rule=SignInRule.objects.now())[0]
    context = {
        "person": user,
        "row": row,
        "held": [{"post": post, "mine": by.manages(post.unit)} for post in held],
        "pins": user.pins.standing().select_related("device", "user"),
    }
    return render(request, "units/person.html", context)


def person_edit(request: Request, pk: int) -> HttpResponse:
    by, user = _person(request, pk)
    people.require_account(by, user)
    form = CorrectForm(user, request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.attempt(lambda: people.correct(user, by=by, **form.cleaned_data))
    ):
        messages.success(request, _("Saved."))
        return redirect("person", pk=pk)
    return render(request, "units/person_edit.html", {"form": form, "person": user})


@never_cache
def person_slip(request: Request, pk: int) -> HttpResponse:
    """A new slip for one person; the answer to the press shows it, once."""
    by, user = _person(request, pk)
    people.require_account(by, user)
    if request.method == "POST":
        return _printed(request, slips.give([user], by=by), reverse("person", args=[pk]))
    return render(request, "units/person_slip.html", {"person": user, "rule": SignInRule.objects.now()})


def _printed(request: Request, made: list[slips.Slip], back: str) -> HttpResponse:
    context = {
        "sheets": slips.sheets(made),
        "count": len(made),
        "handed_back": slips.handed_back(made),
        "back": back,
    }
    return render(request, "units/slips.html", context)


@never_cache
def slip_batch(request: Request, pk: int) -> HttpResponse:
    """People whose slips belong together: who has signed in since, and printing for the others."""
    by = administrator(request)
    batch = get_object_or_404(SlipBatch.objects.of(by), pk=pk)
    everybody = people.with_posts(batch.people.order_by("sort_key", "pk"))
    if request.method == "POST":
        keys = {int(key) for key in request.POST.getlist("person") if key.isdecimal()}
        chosen = [each for each in everybody if not keys or each.pk in keys]
        waiting, _others = slips.waiting_in(batch, by, chosen)
        if waiting:
            return _printed(
                request, slips.give(waiting, by=by, batch=batch), reverse("slip_batch", args=[pk])
            )
        messages.info(request, _("Everybody chosen has signed in: no slip is needed."))
        return redirect("slip_batch", pk=pk)
    rows = people.described(everybody, by=by, rule=SignInRule.objects.now())
    waiting, others = slips.waiting_in(batch, by, [row.user for row in rows])
    context = {"batch": batch, "rows": rows, "waiting": {each.pk for each in waiting}, "others": others}
    return render(request, "units/slip_batch.html", context)


@require_POST
def slips_docx(request: Request) -> HttpResponseBase:
    """The slips of the page that asks, as .docx with the same codes."""
    administrator(request)
    return slips.docx_response(slips.from_page(request.POST.get("slips", "")))


def person_leave(request: Request, pk: int) -> HttpResponse:
    by, user = _person(request, pk)
    form = LeaveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if form.attempt(lambda: people.leave(user, by=by, on=data["on"], reason=data["reason"])):
            messages.success(request, _("Noted. Everything they did and all that waits stays with the unit."))
            return redirect("person", pk=pk)
    mine = [post for post in user.unended if by.manages(post.unit)]  # type: ignore[attr-defined]
    return render(request, "units/person_leave.html", {"form": form, "person": user, "posts": mine})


@require_POST
def person_close(request: Request, pk: int) -> HttpResponse:
    by, user = _person(request, pk)
    people.require_account(by, user)
    user.close(by=by)
    messages.success(request, _("The account is closed. It can be opened again at any time."))
    return redirect("person", pk=pk)


def post_change(request: Request, pk: int) -> HttpResponse:
    """Another role, reach or title from a day on."""
    by, held = _post(request, pk)
    first = {"role": held.role, "reach": held.reach, "title": held.title}
    form = ChangeForm(request.POST or None, by=by, initial=first)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.attempt(lambda: held.change(by=by, **form.cleaned_data))
    ):
        messages.success(request, _("Noted. The post until then stays in the history."))
        return redirect("unit_people", pk=held.unit_id)
    return render(request, "units/post_change.html", {"form": form, "post": held})


def post_deputy(request: Request, pk: int) -> HttpResponse:
    """Who stands in while the holder is away."""
    by, held = _post(request, pk)
    form = DeputyForm(held, request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        until = data["last"] + timedelta(days=1)
        if form.attempt(
            lambda: held.name_deputy(
                data["person"], by=by, first=data["first"], until=until, reason=data["reason"]
            )
        ):
            messages.success(
                request,
                _("%(person)s stands in from %(first)s; it begins and ends by itself.")
                % {"person": data["person"], "first": f"{data['first']:%d/%m/%Y}"},
            )
            return redirect("unit_people", pk=held.unit_id)
    return render(request, "units/post_deputy.html", {"form": form, "post": held})


def sign_in_rules(request: Request) -> HttpResponse:
    """What is asked of passwords, codes, PINs and unused accounts, now, before and from a day on."""
    by = administrator(request)
    form = None
    if by.role == Role.ADMIN:
        now = SignInRule.objects.now()
        form = RuleForm(request.POST or None, initial={**_values(now), "valid_from": today(), "basis": ""})
    if request.method == "POST":
        by.require(Role.ADMIN)
        assert form is not None
        if form.is_valid() and form.attempt(lambda: SignInRule.objects.enter(by=by, **form.cleaned_data)):
            messages.success(request, _("The rule is entered."))
            return redirect("sign_in_rules")
    rules = [*SignInRule.objects.select_related("entered_by")[:20], SignInRule.objects.none_entered()]
    context = {"form": form, "rules": rules, "now": SignInRule.objects.now()}
    return render(request, "units/sign_in_rules.html", context)


def _values(rule: SignInRule) -> dict[str, Any]:
    return {name: getattr(rule, name) for name in RuleForm.Meta.fields}
