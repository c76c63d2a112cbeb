from typing import Any

from django.apps import apps
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from kheo.audit.models import Entry
from kheo.lib.periods import FOREVER, today
from kheo.lib.vietnamese import fold
from kheo.places import family, moves
from kheo.ui.context import SAMPLE_COOKIE
from kheo.ui.doors import open_door
from kheo.ui.lists import Column, keyset_page, wants_xlsx, xlsx_response
from kheo.ui.registry import elsewhere, verbs
from kheo.units import body_moves, explain, reorganise, reversing
from kheo.units.acting import Request
from kheo.units.forms import (
    EndForm,
    JournalFilter,
    MemberForm,
    PostForm,
    RenewalForm,
    ReorganisationForm,
    ReversalForm,
    UnitFilter,
    WithdrawForm,
)
from kheo.units.models import Committee, Post, Reorganisation, Role, Unit, UnitSuccession
from kheo.units.reach import journal_of


@require_POST
def act_as(request: Request) -> HttpResponse:
    """Choose as whom one acts ("với tư cách")."""
    chosen = next((post for post in request.posts if str(post.pk) == request.POST.get("post")), None)
    if chosen is None:
        raise Http404
    request.session["post"] = chosen.pk
    return _back(request)


@open_door("Readers of the public pages may hide the demonstration's sample records too.")
@csrf_exempt
@require_POST
def sample_switch(request: Request) -> HttpResponse:
    """Hide what is plainly invented, or show it again."""
    response = _back(request)
    hidden = request.POST.get("sample") == "hidden"
    response.set_cookie(SAMPLE_COOKIE, "hidden" if hidden else "shown", samesite="Lax", httponly=True)
    return response


def _back(request: Request) -> HttpResponse:
    onward = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(onward, {request.get_host()}, require_https=request.is_secure())
    return redirect(onward if safe else "/")


def unit_list(request: Request) -> HttpResponseBase:
    form = UnitFilter(request.GET or None)
    units = Unit.objects.visible_to(request.user).on(form.day()).select_related("area", "parent")
    if form.is_valid():
        units = units.matching(
            fold(form.cleaned_data["q"]), form.cleaned_data["line"], form.cleaned_data["level"]
        )
    if wants_xlsx(request):
        columns = [
            (_("Name"), "name"),
            (_("Line"), "get_line_display"),
            (_("Level"), "get_level_display"),
            (_("Area"), "area"),
            (_("Superior"), "parent"),
        ]
        return xlsx_response("co-quan.xlsx", columns, units.in_vietnamese_order())
    page = keyset_page(units, request, order=("sort_key", "id"))
    return render(request, "units/list.html", {"form": form, "page": page})


def unit(request: Request, pk: int) -> HttpResponse:
    unit = get_object_or_404(Unit.objects.visible_to(request.user).select_related("area", "parent"), pk=pk)
    posts = Post.objects.current().visible_to(request.user).filter(unit=unit).select_related("user")
    return render(
        request,
        "units/unit.html",
        {
            "unit": unit,
            "posts": posts.order_by("role", "user__full_name"),
            "competences": unit.competences.select_related("function"),
            "origins": unit.origins.filter(known_to=FOREVER)
            .exclude(predecessor__kind=Unit.Kind.PART)
            .select_related("predecessor"),
            "successions": unit.successions.filter(known_to=FOREVER).select_related("successor"),
            "committee": Committee.objects.filter(unit=unit).select_related("standing_office").first(),
            "may_manage": request.post is not None and request.post.manages(unit),
            "sees_people": any(post.reaches(unit=unit, area=unit.area) for post in request.posts),
        },
    )


def unit_family(request: Request, pk: int) -> HttpResponse:
    """What the body was and what it became, step by step."""
    unit = get_object_or_404(Unit.objects.visible_to(request.user), pk=pk)
    ties = UnitSuccession.objects.filter(known_to=FOREVER).exclude(predecessor__kind=Unit.Kind.PART)
    ties = ties.select_related("predecessor", "successor").order_by("on", "pk")
    words = {
        "steps": family.steps(family.links_of(ties, unit.pk), unit.pk),
        "name": unit.name,
        "title": _("Family line of %s") % unit.name,
        "url": reverse("unit", args=[unit.pk]),
        "of_bodies": True,
    }
    return render(request, "places/family.html", words)


def post_add(request: Request, pk: int) -> HttpResponse:
    unit = get_object_or_404(Unit.objects.living().visible_to(request.user), pk=pk)
    request.post_or_refuse().require_management_of(unit)
    form = PostForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and form.attempt(lambda: form.give(unit, request.post)):
        messages.success(request, _("%(person)s now holds the post.") % {"person": form.result.user})
        return redirect("unit", pk=unit.pk)
    return render(request, "units/post_form.html", {"form": form, "unit": unit})


def post_end(request: Request, pk: int) -> HttpResponse:
    post = get_object_or_404(Post.objects.visible_to(request.user).select_related("unit", "user"), pk=pk)
    request.post_or_refuse().require_management_of(post.unit)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if form.attempt(lambda: post.end(by=request.post, on=data["on"], reason=data["reason"])):
            messages.success(request, _("The post has ended. What was done in it stays as it is."))
            return redirect("unit", pk=post.unit_id)
    return render(request, "units/post_end.html", {"form": form, "post": post})


def committee_list(request: Request) -> HttpResponseBase:
    committees = Committee.objects.filter(unit__in=Unit.objects.living().visible_to(request.user))
    committees = committees.select_related("unit__area", "standing_office").prefetch_related("renewals")
    if wants_xlsx(request):
        columns = [
            (_("Name"), "unit"),
            (_("Standing office"), "standing_office"),
            (_("Last renewal"), "last_renewal"),
            (_("Level"), "unit.get_level_display"),
        ]
        return xlsx_response("ban-chi-dao.xlsx", columns, committees.order_by("unit__sort_key"))
    return render(request, "units/committees.html", {"committees": committees.order_by("unit__sort_key")})


def _committee(request: Request, pk: int) -> Committee:
    committee = get_object_or_404(
        Committee.objects.filter(unit__in=Unit.objects.visible_to(request.user)).select_related("unit"),
        unit=pk,
    )
    request.post_or_refuse().require_management_of(committee.unit, "clerk", "head", "specialist")
    return committee


def renewal_add(request: Request, pk: int) -> HttpResponse:
    committee = _committee(request, pk)
    form = RenewalForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.attempt(lambda: committee.renew(by=request.post, **form.cleaned_data))
    ):
        return redirect("unit", pk=pk)
    return render(request, "units/renewal_form.html", {"form": form, "committee": committee})


def member_add(request: Request, pk: int) -> HttpResponse:
    committee = _committee(request, pk)
    form = MemberForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.attempt(lambda: committee.seat(by=request.post, **form.cleaned_data))
    ):
        return redirect("unit", pk=pk)
    return render(request, "units/member_form.html", {"form": form, "committee": committee})


def why(request: Request, label: str, pk: int) -> HttpResponse:
    """Why may I (not) see this? Says only what the person may know: what lies outside is not named."""
    try:
        model = apps.get_model(label)
    except (LookupError, ValueError):
        raise Http404 from None
    return render(request, "units/why.html", {"answer": explain.why(request.user, request.post, model, pk)})


def journal(request: Request) -> HttpResponseBase:
    request.post_or_refuse().require("admin", "unit_admin", "inspector", "head")
    form = JournalFilter(request.GET or None)
    entries: Any = journal_of(request.post).select_related("user")
    if form.is_valid():
        data = form.cleaned_data
        entries = entries.search(data["q"], since=data["since"], until=data["until"])
    if wants_xlsx(request):
        columns: list[Column] = [
            (_("When"), "at"),
            (_("Who"), lambda entry: entry.acting_as or str(entry.user or "")),
            (_("Did"), lambda entry: verbs.word(entry.verb)),
            (_("What"), "object_label"),
            (_("Reason"), "reason"),
        ]
        return xlsx_response("nhat-ky.xlsx", columns, entries.order_by("-at", "-id"))
    page = keyset_page(entries, request, order=("-at", "-id"))
    context = {"form": form, "page": page, "model": Entry, "elsewhere": elsewhere.years()}
    return render(request, "units/journal.html", context)


def reorganisations(request: Request) -> HttpResponse:
    done = {story.key: story for story in Reorganisation.objects.visible_to(request.post)}
    shipped = [(plan, done.pop(plan.key, None)) for plan in reorganise.known_plans()]
    may_enter = request.post is not None and request.post.role == Role.ADMIN
    context = {"plans": shipped, "entered": list(done.values()), "may_enter": may_enter}
    return render(request, "units/reorganisations.html", context)


def reorganisation(request: Request, key: str) -> HttpResponse:
    """A reorganisation: previewed until it is carried out, by an administrator of the whole."""
    story = Reorganisation.objects.visible_to(request.post).filter(key=key).first()
    plan = next((plan for plan in reorganise.known_plans() if plan.key == key), None)
    if plan is None and story is None:
        raise Http404
    if request.method == "POST":
        request.post_or_refuse().require("admin")
        if plan is None:
            raise Http404
        reorganise.carry_out(plan, by=request.post)
        messages.success(request, _("The reorganisation is carried out. Nothing was moved or deleted."))
        return redirect("reorganisation", key=key)
    if plan is None:
        assert story is not None
        return render(request, "units/entered.html", _entered(request, story))
    done = story if story and story.carried_out_at else None
    preview = None if done else reorganise.preview(plan)
    context = {"plan": plan, "story": done, "preview": preview, "due": plan.change.on <= today()}
    return render(request, "units/reorganisation.html", context)


def _entered(request: Request, story: Reorganisation) -> dict[str, Any]:
    plan = reorganise.plan_of(story)
    open_ = not (story.carried_out_at or story.withdrawn_at)
    return {
        "story": story,
        "plan": plan,
        "due": story.on <= today(),
        "table": reorganise.table_of(story) if story.is_draft else None,
        "preview": reorganise.preview(plan) if plan and open_ else None,
        "may_decide": request.post is not None and request.post.role == Role.ADMIN,
        "withdrawing": WithdrawForm(),
        "may_reverse": bool(story.carried_out_at and story.change and not story.reversed_by_other),
    }


def reorganisation_new(request: Request) -> HttpResponse:
    post = request.post_or_refuse()
    post.require(Role.ADMIN)
    form = ReorganisationForm(request.POST or None)
    if (
        request.method == "POST"
        and form.is_valid()
        and form.attempt(lambda: reorganise.enter(by=post, **form.cleaned_data))
    ):
        return redirect("reorganisation", key=form.result.key)
    return render(request, "units/reorganisation_form.html", {"form": form, **_RELATIONS})


_RELATIONS = {"relations": moves.RELATION_WORDS, "body_relations": body_moves.RELATION_WORDS}


def reorganisation_reverse(request: Request, key: str) -> HttpResponse:
    """A correcting decision reverses a mistaken one that took effect."""
    story, post = _draft_or_404(request, key), request.post_or_refuse()
    post.require(Role.ADMIN)
    reversing.check(story)
    form = ReversalForm(request.POST or None, initial={"name": _("Corrects: %s") % story.name})
    if (
        request.method == "POST"
        and form.is_valid()
        and form.attempt(lambda: reversing.reverse(story, by=post, **form.cleaned_data))
    ):
        messages.success(request, _("Reversed. What was recorded meanwhile has kept its home."))
        return redirect("reorganisation", key=form.result.key)
    return render(request, "units/reversal_form.html", {"form": form, "story": story})


def _draft_or_404(request: Request, key: str) -> Reorganisation:
    return get_object_or_404(Reorganisation.objects.visible_to(request.post_or_refuse()), key=key)


def reorganisation_edit(request: Request, key: str) -> HttpResponse:
    story, post = _draft_or_404(request, key), request.post_or_refuse()
    post.require(Role.ADMIN)
    form = ReorganisationForm(
        request.POST or None,
        initial={name: getattr(story, name) for name in ReorganisationForm.base_fields},
    )
    if (
        request.method == "POST"
        and form.is_valid()
        and form.attempt(lambda: reorganise.correct(story, by=post, **form.cleaned_data))
    ):
        return redirect("reorganisation", key=key)
    context = {"form": form, "story": story, **_RELATIONS}
    return render(request, "units/reorganisation_form.html", context)


@require_POST
def reorganisation_confirm(request: Request, key: str) -> HttpResponse:
    story = reorganise.confirm(_draft_or_404(request, key), by=request.post_or_refuse())
    if story.carried_out_at:
        messages.success(request, _("The reorganisation is carried out. Nothing was moved or deleted."))
    elif story.work:
        messages.success(request, _("Confirmed. It is being prepared; this page says how far it is."))
    else:
        messages.success(request, _("Confirmed. It takes effect by itself on its day."))
    return redirect("reorganisation", key=key)


@require_GET
def reorganisation_progress(request: Request, key: str) -> HttpResponse:
    """The part of the page that says how far the preparation is; asked for every two seconds."""
    story = _draft_or_404(request, key)
    request.post_or_refuse().require(Role.ADMIN)
    return render(request, "units/_progress.html", {"story": story})


@require_POST
def reorganisation_resume(request: Request, key: str) -> HttpResponse:
    """What stopped, or whose worker died, goes on."""
    reorganise.resume(_draft_or_404(request, key), by=request.post_or_refuse())
    messages.success(request, _("It goes on."))
    return redirect("reorganisation", key=key)


@require_POST
def reorganisation_withdraw(request: Request, key: str) -> HttpResponse:
    story = _draft_or_404(request, key)
    form = WithdrawForm(request.POST)
    because = form.cleaned_data["because"] if form.is_valid() else ""
    reorganise.withdraw(story, because=because, by=request.post_or_refuse())
    messages.success(request, _("Withdrawn."))
    return redirect("reorganisation", key=key)
