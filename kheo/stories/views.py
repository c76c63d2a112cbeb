"""Stories: the list, one story, writing it, its photos, and each step on its way to the public."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy
from django.views.decorators.http import require_POST

from kheo.files.models import Photo
from kheo.initiatives.models import Initiative
from kheo.lib.refusals import Refused
from kheo.lib.vietnamese import fold
from kheo.stories.forms import (
    AnswersForm,
    ChosenPhotoForm,
    FilterForm,
    PurposeForm,
    ReasonForm,
    StoryForm,
    UploadForm,
)
from kheo.stories.models import Story, check_proposing
from kheo.ui.lists import keyset_page, wants_xlsx, xlsx_response
from kheo.units.acting import Request

COLUMNS: list[Any] = [
    (pgettext_lazy("story", "Title"), "title"),
    (gettext_lazy("Initiative"), "initiative.name"),
    (gettext_lazy("State"), "get_state_display"),
    (gettext_lazy("Field of work"), "initiative.field.name"),
    (gettext_lazy("Led by"), "initiative.owner.name"),
    (gettext_lazy("Place"), "initiative.area.short_place"),
    (gettext_lazy("Published on"), "published_at"),
    (gettext_lazy("Sample"), "sample"),
]


def story_list(request: Request) -> HttpResponseBase:
    form = FilterForm(request.GET)
    chosen = form.chosen()
    rows = Story.objects.visible_to(request.user).with_facts()
    for word in fold(chosen.get("q", "")).split()[:12]:
        rows = rows.filter(folded__contains=word)
    if "state" in chosen:
        rows = rows.filter(state=chosen["state"])
    else:
        rows = rows.exclude(state__in=[Story.State.WITHDRAWN, Story.State.REPLACED])
    if wants_xlsx(request):
        return xlsx_response("tin-bai.xlsx", COLUMNS, rows.order_by("-pk"))
    page = keyset_page(rows, request, ("-id",))
    return render(request, "stories/list.html", {"page": page, "form": form})


def find(request: Request, pk: int) -> Story:
    seen = Story.objects.visible_to(request.user).with_facts().with_photos()
    return get_object_or_404(seen.select_related("replaces"), pk=pk)


def find_initiative(request: Request, pk: int) -> Initiative:
    seen = Initiative.objects.visible_to(request.user)
    return get_object_or_404(
        seen.select_related("owner__parent", "area__parent__parent__parent", "field"), pk=pk
    )


def story(request: Request, pk: int) -> HttpResponseBase:
    found = find(request, pk)
    post = request.post
    verbs = ("write", "propose", "withdraw", "publish", "return", "take_down")
    steps = list(found.steps.select_related("by__user", "by__unit"))
    context = {
        "story": found,
        "initiative": found.initiative,
        "photos": [(each, *each.photo.publishable()) for each in found.photos.all()],
        "may": {verb: found.may(verb, post) for verb in verbs},
        "steps": steps,
        "returned": steps[-1] if steps and found.state == Story.State.RETURNED else None,
    }
    return render(request, "stories/story.html", context)


def initiative_stories(request: Request, pk: int) -> HttpResponseBase:
    """What is told of an initiative, version by version; a POST begins a proposal."""
    initiative = find_initiative(request, pk)
    if request.method == "POST":
        begun = Story.objects.begin(initiative, by=request.post_or_refuse())
        return redirect("story_write" if begun.is_open else "story", begun.pk)
    stories = list(initiative.stories.order_by("-version"))
    why = ""
    try:
        check_proposing(initiative, request.post_or_refuse())
    except Refused as refusal:
        why = str(refusal)
    shown = next((each for each in stories if each.state == Story.State.PUBLISHED), None)
    context = {
        "initiative": initiative,
        "stories": stories,
        "why_not": why,
        "open": next((each for each in stories if each.state in Story.OPEN), None),
        "shown": shown if initiative.public else None,
        "hidden_by_consent": shown if shown and not initiative.public else None,
    }
    return render(request, "stories/initiative.html", context)


def write(request: Request, pk: int) -> HttpResponseBase:
    """The words and the photos of a draft, on one page."""
    found = find(request, pk)
    found.check_write(request.post_or_refuse())
    data = request.POST or None
    form = StoryForm(data, initial={"title": found.title, "lead": found.lead, "text": found.text})
    chosen = {each.photo_id: each for each in found.photos.all()}
    photos = found.candidates()
    photos.sort(key=lambda photo: chosen[photo.pk].order if photo.pk in chosen else len(chosen))
    lines = [ChosenPhotoForm(data, photo=photo, chosen=chosen.get(photo.pk)) for photo in photos]

    def keep() -> None:
        found.write(by=request.post_or_refuse(), **form.cleaned_data)
        wanted = [line.words for line in lines if line.allowed and line.cleaned_data["use"]]
        found.choose(wanted, by=request.post_or_refuse())

    # Every line is asked, so that each shows what is wrong with it.
    if all([form.is_valid(), *(line.is_valid() for line in lines)]) and form.attempt(keep):
        messages.success(request, _("The draft is kept. Look at it, then propose it."))
        return redirect(found)
    context = {"story": found, "form": form, "lines": lines, "upload": UploadForm()}
    return render(request, "stories/write.html", context)


def upload(request: Request, pk: int) -> HttpResponseBase:
    """Photos that were in no report: they belong to the initiative and wait for the answers."""
    found = find(request, pk)
    post = request.post_or_refuse()
    found.check_write(post)
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            kept = [
                Photo.objects.store(
                    washed, by=post, owner=found.initiative, author=form.cleaned_data["author"]
                )
                for washed in form.cleaned_data["photos"]
            ]
        said = ngettext("%(n)d photo is kept.", "%(n)d photos are kept.", len(kept)) % {"n": len(kept)}
        messages.success(request, said + " " + _("Answer for the people in it before it can be shown."))
        return redirect("story_photo", found.pk, kept[0].key)
    return render(request, "stories/upload.html", {"story": found, "form": form})


def answers(request: Request, pk: int, key: UUID) -> HttpResponseBase:
    """What a photo shows, and the answers for the people in it."""
    found = find(request, pk)
    post = request.post_or_refuse()
    found.check_write(post)
    photo = next((each for each in found.candidates() if each.key == key), None)
    if photo is None or photo.owner_type != found.initiative._meta.label_lower:
        raise Http404
    form = AnswersForm(request.POST or None, photo=photo)
    if form.is_valid():
        try:
            with transaction.atomic():
                photo.describe(post, **form.words())
                photo.answer(post, **form.answers())
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, photo.publishable()[1])
            return redirect("story_write", found.pk)
    context = {"story": found, "photo": photo, "form": form, "verdict": photo.publishable()}
    return render(request, "stories/answers.html", context)


def propose(request: Request, pk: int) -> HttpResponseBase:
    """To the editor. What is internal by default asks for a purpose and a reason first."""
    found = find(request, pk)
    if request.method == "GET":
        found.check_propose(request.post_or_refuse())
    form = PurposeForm(request.POST or None) if found.needs_purpose else None

    def hand_over() -> None:
        reason = form.cleaned_data["reason"] if form else ""
        found.propose(by=request.post_or_refuse(), deliberately=reason)

    if request.method == "POST":
        if form is None:
            hand_over()
        if form is None or (form.is_valid() and form.attempt(hand_over)):
            messages.success(request, _("It is with the editor now."))
            return redirect(found)
    return render(request, "stories/propose.html", {"story": found, "form": form})


@require_POST
def publish(request: Request, pk: int) -> HttpResponseBase:
    found = find(request, pk)
    found.publish(by=request.post_or_refuse())
    messages.success(request, _("“%s” is public.") % found.title)
    return redirect(found)


def with_reason(
    verb: str, check: str, title: Callable[[], str], lead: Callable[[], str], button: Callable[[], str]
) -> Callable[..., HttpResponseBase]:
    """A view that asks why before it takes a step."""

    def view(request: Request, pk: int) -> HttpResponseBase:
        found = find(request, pk)
        if request.method == "GET":
            getattr(found, check)(request.post_or_refuse())
        form = ReasonForm(request.POST or None)

        def act() -> None:
            getattr(found, verb)(by=request.post_or_refuse(), reason=form.cleaned_data["reason"])

        if form.is_valid() and form.attempt(act):
            messages.success(request, _("It is done: %s.") % found.get_state_display())
            return redirect(found)
        context = {"form": form, "story": found, "title": title(), "lead": lead(), "button": button()}
        return render(request, "stories/ask.html", context)

    return view


return_ = with_reason(
    "return_",
    "check_return",
    lambda: _("Return the story"),
    lambda: _("Those who proposed it read the reason and can propose it again."),
    lambda: _("Return it"),
)
take_down = with_reason(
    "take_down",
    "check_take_down",
    lambda: _("Take the page down"),
    lambda: _("It leaves the public pages at once, with its photos. It stays readable here."),
    lambda: _("Take it down"),
)
withdraw = with_reason(
    "withdraw",
    "check_withdraw",
    lambda: _("Withdraw the proposal"),
    lambda: _("It stays readable here, but no editor sees it any more."),
    lambda: _("Withdraw the proposal"),
)
