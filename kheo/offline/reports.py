"""A field report that comes in an envelope: its form, and how it is filed."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kheo.fieldwork import filing
from kheo.fieldwork.forms import FieldReportForm, read_key
from kheo.fieldwork.models import FieldReport
from kheo.initiatives.models import Enrolment, Initiative
from kheo.lib.refusals import FasterColleague, Refused
from kheo.offline import carrying, form_descriptions, kinds
from kheo.offline.envelopes import Envelope
from kheo.offline.kinds import Filed, Notes, Waits
from kheo.units.models import Post


def bind(envelope: Envelope, post: Post) -> tuple[FieldReportForm, Notes]:
    """The report's form, bound to what was typed, and whether its initiative has another home since."""
    initiative = find(envelope, post)
    series = read_key(envelope.said("series")) or envelope.id
    report = None
    if series != envelope.id:
        seen = FieldReport.objects.visible_to(post).filter(series=series)
        report = seen.select_related("enrolment__initiative").order_by("-version").first()
        if report is not None and report.initiative.pk != initiative.pk:
            raise Waits("refused", sentence=_("The report to be corrected is of another initiative."))
    form = FieldReportForm(
        envelope.typed(series=series), by=post, on=envelope.pack_day, report=report
    )  # fmt: skip
    return form, notes_about(initiative, envelope)


def find(envelope: Envelope, post: Post) -> Initiative:
    """The initiative it tells of, among what the post reaches."""
    named = envelope.said("initiative")
    pk = int(named) if named.isascii() and named.isdecimal() and len(named) < 19 else 0
    those = Initiative.objects.select_related("owner", "area__parent")
    found = those.visible_to(post).filter(pk=pk).first()
    if found is not None:
        return found
    lost = those.filter(pk=pk).first()
    if lost is not None and (lost.owner.heir_undecided or lost.area.heir_undecided):
        before = _post_of_then(envelope, post)
        if before is not None and lost.area.path.startswith(before.unit.area.path):
            raise Waits("undecided", place=lost.area.short_place)
    raise Waits("not_found")


def _post_of_then(envelope: Envelope, post: Post) -> Post | None:
    held = Post.objects.filter(user=post.user_id, pk=envelope.as_post or post.pk)
    return held.select_related("unit__area").first()


def notes_about(initiative: Initiative, envelope: Envelope) -> Notes:
    """That its place or its body has become part of another since the day of the pack."""
    try:
        _area, notes = carrying.area_today(initiative.area, envelope.pack_day)
        if not notes:
            _unit, notes = carrying.unit_today(initiative.owner, envelope.pack_day)
    except Waits:
        # Whoever reaches it may report on it; where it belongs is another question, asked elsewhere.
        return []
    return notes


def file(form: FieldReportForm, envelope: Envelope, post: Post) -> Filed:
    data = form.cleaned_data
    again = Enrolment.objects.select_related("initiative__owner__parent", "initiative__area")
    enrolment = again.visible_to(post).filter(pk=data["enrolment"].pk).first()
    if enrolment is None:
        raise FasterColleague(
            _("The initiative has just moved out of your reach. Ask your unit's office where it is.")
        )
    data["enrolment"], data["initiative"] = enrolment, enrolment.initiative
    report = filing.file(form, by=post, report=_fresh(form.report), send=envelope.send)
    return Filed(report, "accepted" if report.state != FieldReport.State.DRAFT else "kept")


def _fresh(report: FieldReport | None) -> FieldReport | None:
    """The report as it is now, not as it was when the form was read."""
    if report is None:
        return None
    found: Any = FieldReport.objects.select_related("enrolment__initiative__owner__parent").get(pk=report.pk)
    if found.versions.exclude(pk=found.pk).filter(version__gt=found.version).exists():
        raise Refused(_("A later version of this report is being written. Look at it on the page."))
    return found


def register() -> None:
    kinds.register(
        kinds.Kind(
            "report",
            gettext_lazy("Report"),
            "fieldwork.fieldreport",
            bind=bind,
            file=file,
            version=lambda post: form_descriptions.report(FieldReportForm(by=post))["version"],
            takes_photos=True,
        )
    )
