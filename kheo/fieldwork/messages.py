"""What is written about reports: who still owes a periodic one, and what was returned."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from kheo.fieldwork import due
from kheo.fieldwork.models import FieldReport, UnitReport
from kheo.initiatives.messages import called, not_their_own, owner_of
from kheo.lib.refusals import Refused
from kheo.messaging.kinds import Kind, kinds
from kheo.plans.models import CalendarEntry
from kheo.units.models import Post, Unit


def declare() -> None:
    kinds.add(
        Kind(
            "report_due",
            _("A periodic report is owed"),
            "reminder",
            _(
                "To [unit]. We have not yet received your report “[what]” (until: [until]). Please write "
                "and send it here:\n[link]\nIf it has been sent already, please let us know. Respectfully, "
                "[sender]."
            ),
            rows=entries_chased_by,
            units=not_sent,
            words=about_entry,
            group_text=_(
                "Dear comrades, until today [done] bodies have sent the report “[what]” (until: [until]). "
                "These have not yet:\n[list]\nPlease write and send it here after signing "
                "in:\n[link]\nRespectfully, [sender]."
            ),
        ),
        Kind(
            "unit_report_returned",
            _("A periodic report was returned"),
            "return",
            _(
                "To [unit]. Your periodic report [what] was returned to be completed. What is missing is "
                "written here:\n[link]\nPlease complete it and send it again. Respectfully, [sender]."
            ),
            rows=lambda post: (
                UnitReport.objects.visible_to(post)
                .filter(state=UnitReport.State.RETURNED)
                .select_related("unit", "entry")
            ),
            units=lambda post, report: [report.unit.today],
            words=lambda post, report: {"what": str(report), "link": report.get_absolute_url()},
            check=of_others,
        ),
        Kind(
            "field_report_returned",
            _("A report was returned"),
            "return",
            _(
                "To [unit]. The report on [what] was returned to be completed. What is missing is written "
                "here:\n[link]\nPlease complete it and send it again. Respectfully, [sender]."
            ),
            rows=lambda post: (
                FieldReport.objects.visible_to(post)
                .filter(state=FieldReport.State.RETURNED)
                .select_related("enrolment__initiative__owner__parent")
            ),
            units=lambda post, report: [owner_of(report.enrolment.initiative)],
            words=lambda post, report: {
                "what": called(report.enrolment.initiative),
                "link": report.get_absolute_url(),
            },
            check=lambda post, report: not_their_own(post, report.enrolment.initiative),
        ),
    )


def entries_chased_by(post: Post) -> Any:
    """Report periods of the committees this post's body is, or whose standing office it is."""
    now = post.unit.path_now
    chased = Q(plan__committee__path_now=now) | Q(plan__committee__committee__standing_office__path_now=now)
    return CalendarEntry.objects.filter(chased, kind=CalendarEntry.Kind.REPORT, plan__state="approved")


def chases(post: Post | None, entry: CalendarEntry) -> bool:
    return post is not None and entries_chased_by(post).filter(pk=entry.pk).exists()


def not_sent(post: Post, entry: CalendarEntry) -> Sequence[Unit]:
    return [row.unit for row in due.table(entry) if not row.sent]


def about_entry(post: Post, entry: CalendarEntry) -> Mapping[str, Any]:
    rows = due.table(entry)
    return {
        "what": f"{entry.name}, {entry.plan}",
        "until": entry.closes,
        "done": f"{sum(1 for row in rows if row.sent)}/{len(rows)}",
        "link": f"{reverse('unit_report_new')}?entry={entry.pk}",
    }


def of_others(post: Post, report: UnitReport) -> None:
    if post.acts_for(report.unit):
        raise Refused(_("It is your own body's: nobody needs to be told."))
