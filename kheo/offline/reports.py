"""A field report that comes in an envelope: its form, and how it is filed."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kheo.fieldwork import filing
from kheo.fieldwork.forms import FieldReportForm, read_key
from kheo.fieldwork.models import FieldReport
from kheo.initiatives.models import Enrolment, Initiative
from kheo.lib.refusals import FasterColleague, Refused
from kheo.lib.rows import Worded, WordedAmong
from kheo.offline import carrying, form_descriptions, kinds
from kheo.offline.envelopes import Envelope
from kheo.offline.kinds import Filed, Notes, Waits
from kheo.units.models import Post

_enrolments = WordedAmong(
    lambda initiatives: Enrolment.objects.filter(initiative__in=initiatives).select_related("initiative"), int
)


class Binding:
    """How the reports of one post are bound: its initiatives and forms are made ready once for all."""

    def __init__(self, sent: Sequence[Envelope], post: Post) -> None:
        self.post = post
        self.forms: dict[date, FieldReportForm] = {}
        named = {pk for each in sent if (pk := _initiative_id(each))}
        those = self._at_home(_enrolments(list(named)))
        # The same rule as `visible_to`, of rows that are here already. What it leaves out is sought there.
        self.known = {str(each.pk): each for each in those if post.reaches(unit=each.owner, area=each.area)}

    def _at_home(self, years: list[Enrolment]) -> list[Initiative]:
        """Their initiatives, each with its years, body and place: mostly the post's own, which are here."""
        unit, area = self.post.unit, self.post.unit.area
        those = {year.initiative_id: year.initiative for year in years}
        for each in those.values():
            if each.owner_id == unit.pk:
                each.owner = unit
            if each.area_id == area.pk:
                each.area = area
            own = [year for year in years if year.initiative_id == each.pk]
            for year in own:
                year.initiative = each
            each._prefetched_objects_cache = {"enrolments": own}  # type: ignore[attr-defined]
        prefetch_related_objects(list(those.values()), "owner", "area__parent")
        return list(those.values())

    def __call__(self, envelope: Envelope, post: Post) -> tuple[FieldReportForm, Notes]:
        """The report's form, bound to what was typed, and whether its initiative has another home since."""
        named = str(_initiative_id(envelope))
        initiative = self.known.get(named) or find(envelope, post)
        self.known[named] = initiative
        series = read_key(envelope.said("series")) or envelope.id
        typed = envelope.typed(series=series, initiative=named)
        if series == envelope.id:
            return self.form(envelope.pack_day).bound_to(typed), notes_about(initiative, envelope)
        seen = FieldReport.objects.visible_to(post).filter(series=series)
        report = seen.select_related("enrolment__initiative").order_by("-version").first()
        if report is not None and report.initiative.pk != initiative.pk:
            raise Waits("refused", sentence=_("The report to be corrected is of another initiative."))
        form = FieldReportForm(typed, by=post, on=envelope.pack_day, report=report)
        return form, notes_about(initiative, envelope)

    def form(self, day: date) -> FieldReportForm:
        """The form of a day, not yet bound."""
        if day not in self.forms:
            self.forms[day] = FieldReportForm.ready(by=self.post, on=day, known=self.known)
        return self.forms[day]


def bind(envelope: Envelope, post: Post) -> tuple[FieldReportForm, Notes]:
    return Binding([envelope], post)(envelope, post)


def _initiative_id(envelope: Envelope) -> int:
    named = envelope.said("initiative")
    return int(named) if named.isascii() and named.isdecimal() and len(named) < 19 else 0


def find(envelope: Envelope, post: Post) -> Initiative:
    """The initiative it tells of, among what the post reaches."""
    pk = _initiative_id(envelope)
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


# On what it depends who may report on an enrolment.
FACTS = (
    "state", "initiative__state", "initiative__owner_id", "initiative__area_id",
    "initiative__owner__path_now", "initiative__area__path_now",
)  # fmt: skip
_facts_of = Worded(lambda pk: Enrolment.objects.filter(pk=pk).order_by().values_list(*FACTS), int)


def _facts(enrolment: Enrolment) -> tuple[Any, ...]:
    initiative = enrolment.initiative
    where = (initiative.owner.path_now, initiative.area.path_now)
    return (enrolment.state, initiative.state, initiative.owner_id, initiative.area_id, *where)


def _facts_now(enrolment: int) -> tuple[Any, ...] | None:
    """The same as it is inside the transaction."""
    return next(iter(_facts_of(enrolment)), None)


def file(form: FieldReportForm, envelope: Envelope, post: Post) -> Filed:
    data = form.cleaned_data
    if _facts_now(data["enrolment"].pk) != _facts(data["enrolment"]):
        again = Enrolment.objects.select_related("initiative__owner__parent", "initiative__area__parent")
        data["enrolment"] = again.get(pk=data["enrolment"].pk)
        data["initiative"] = data["enrolment"].initiative
    if not post.reaches(unit=data["initiative"].owner, area=data["initiative"].area):
        raise FasterColleague(
            _("The initiative has just moved out of your reach. Ask your unit's office where it is.")
        )
    # Whoever else used the envelope's id for a report is met at the database's constraint.
    new = form.report is None and data["series"] == envelope.id
    report = filing.file(form, by=post, report=_fresh(form.report), send=envelope.send, new=new)
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
            bind_several=Binding,
            file=file,
            version=lambda post: form_descriptions.report(FieldReportForm(by=post))["version"],
            takes_photos=True,
        )
    )
