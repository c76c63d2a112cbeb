"""Public lists: which there are, showing one, taking it down."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from kheo.initiatives.models import Enrolment
from kheo.submissions import qr
from kheo.submissions.forms import PublicListForm, WhyForm
from kheo.submissions.models import PublicList
from kheo.submissions.models.links import KEEPERS
from kheo.submissions.views.links import is_unreachable, png
from kheo.units.acting import Request


def list_list(request: Request) -> HttpResponseBase:
    seen = PublicList.objects.visible_to(request.post or request.user)
    found = seen.select_related("committee", "movement", "catalogue", "shown_by__user", "shown_by__unit")
    shown = list(found.shown()[:100])
    context = {
        "lists": [(each, qr.drawn(each.address, _("QR code of the public list"))) for each in shown],
        "gone": list(found.exclude(taken_down_at=None)[:50]),
        "keeps": request.post is not None and request.post.role in KEEPERS,
        "unreachable": bool(shown) and is_unreachable(shown[0].address),
    }
    return render(request, "submissions/public_lists.html", context)


def new(request: Request) -> HttpResponseBase:
    """Choose what becomes public, see what will be read, and decide."""
    post = request.post_or_refuse()
    post.require(*KEEPERS)
    form = PublicListForm(request.POST or request.GET or None, by=post)
    preview: dict[str, Any] = {}
    if form.is_bound and form.is_valid():
        said = form.cleaned_data
        draft = PublicList(**said)
        if request.method == "POST" and form.attempt(
            lambda: PublicList.objects.show(
                said["committee"], said["movement"], said["year"], by=post, catalogue=said["catalogue"]
            )
        ):
            messages.success(request, _("The list is public at %s.") % form.result.address)
            return redirect("public_lists")
        rows = list(draft.rows()[:300])
        left_out = draft.accepted().count() - draft.rows().order_by().count()
        preview = {"rows": rows, "left_out": left_out, "draft": draft}
    elif not form.is_bound:
        preview = {"any": Enrolment.objects.visible_to(post).filter(state="approved").exists()}
    return render(request, "submissions/public_list_new.html", {"form": form, **preview})


def take_down(request: Request, pk: int) -> HttpResponseBase:
    found = get_object_or_404(PublicList.objects.visible_to(request.user).shown(), pk=pk)
    if not found.may_be_kept_by(request.post):
        request.post_or_refuse().require(*KEEPERS, unit=found.committee)
    form = WhyForm(request.POST or None)

    def act() -> None:
        found.take_down(by=request.post, reason=form.cleaned_data["reason"])

    if form.is_valid() and form.attempt(act):
        messages.success(request, _("The list is taken down; its address leads nowhere."))
        return redirect("public_lists")
    return render(request, "submissions/public_list_take_down.html", {"form": form, "list": found})


def qr_picture(request: Request, pk: int) -> HttpResponseBase:
    found = get_object_or_404(PublicList.objects.visible_to(request.user).shown(), pk=pk)
    return png(qr.picture(found.address), f"ma-qr-danh-sach-{pk}.png")
