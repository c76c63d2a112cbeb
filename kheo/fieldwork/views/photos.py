"""Photos of a report: what each shows, and the questions about the people in it."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from kheo.fieldwork.forms import PhotoForm, ReasonForm
from kheo.fieldwork.models import FieldReport
from kheo.files.models import Photo
from kheo.lib.periods import BEGINNING
from kheo.units.acting import Request
from kheo.units.models import Post


def find(request: Request, key: UUID) -> tuple[Photo, FieldReport]:
    photo = get_object_or_404(
        Photo.objects.standing().select_related("full", "web"), key=key, owner_type="fieldwork.fieldreport"
    )
    if not photo.owner_id.isdecimal():
        raise Http404
    seen = FieldReport.objects.visible_to(request.user).select_related(
        "enrolment__initiative__owner__parent", "enrolment__initiative__area"
    )
    return photo, get_object_or_404(seen, pk=int(photo.owner_id))


def check(report: FieldReport, by: Post) -> None:
    """Whoever may report here may answer for the photos, at any time."""
    report.initiative.check_writing(by)


def photo(request: Request, key: UUID) -> HttpResponseBase:
    found, report = find(request, key)
    by = request.post_or_refuse()
    check(report, by)
    words = {name: getattr(found, name) for name in PhotoForm.WORDS}
    if found.taken_on == BEGINNING:
        words["taken_on"] = None
    form = PhotoForm(request.POST or None, photo=found, initial=words)

    def act() -> None:
        found.describe(by, **form.words())
        found.answer(by, **form.answers())

    if form.is_valid() and form.attempt(act):
        _may, why = found.publishable()
        messages.success(request, _("Kept. %s") % why)
        following = report.photos().filter(public_activity=None).exclude(pk=found.pk).first()
        return redirect("report_photo", following.key) if following else redirect(report)
    context = {"photo": found, "report": report, "form": form, "why": found.publishable()}
    return render(request, "fieldwork/photo.html", context)


def withdraw(request: Request, key: UUID) -> HttpResponseBase:
    """Taken out of the report, with a reason; it is no longer offered anywhere."""
    found, report = find(request, key)
    by = request.post_or_refuse()
    check(report, by)
    form = ReasonForm(request.POST or None)
    if form.is_valid() and form.attempt(lambda: found.withdraw(by, form.cleaned_data["reason"])):
        messages.success(request, _("The photo is taken out of the report."))
        return redirect(report)
    return render(
        request,
        "fieldwork/ask.html",
        {
            "form": form,
            "thing": report,
            "title": _("Take the photo out"),
            "lead": _("It is no longer shown or offered anywhere."),
            "button": _("Take it out"),
            "danger": True,
        },
    )
