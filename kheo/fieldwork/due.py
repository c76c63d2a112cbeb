"""Who owes a periodic report for an entry of a plan's calendar, and who has sent it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from kheo.fieldwork.models import UnitReport
from kheo.fieldwork.models.unit_reports import owing
from kheo.fieldwork.models.versions import State
from kheo.lib.periods import today
from kheo.plans.models import CalendarEntry
from kheo.units.models import Unit


@dataclass(frozen=True)
class Owed:
    """One body and its report, if it has one."""

    unit: Unit
    report: UnitReport | None
    late: bool

    @property
    def sent(self) -> bool:
        return self.report is not None and self.report.state in (State.SENT, State.ACCEPTED)

    @property
    def sent_at(self) -> datetime | None:
        return self.report.sent_at if self.report else None

    @property
    def words(self) -> str:
        if self.report is not None and self.report.state != State.DRAFT:
            return str(self.report.get_state_display())
        return _("overdue") if self.late else _("not yet sent")

    @property
    def tone(self) -> str:
        if self.report is not None and self.report.state != State.DRAFT:
            return self.report.tone
        return "warn" if self.late else "wait"


def table(entry: CalendarEntry) -> list[Owed]:
    """Each body that owes the report, in Vietnamese order, with what it has sent. Two queries.

    A report stands for the body that answers for its author today, so a merger loses none.
    """
    units = list(owing(entry).select_related("area").order_by("sort_key", "pk"))
    reports: dict[str, UnitReport] = {}
    rows: Any = UnitReport.objects.filter(entry=entry).exclude(state__in=[State.WITHDRAWN, State.SUPERSEDED])
    for report in rows.select_related("unit").order_by("version", "pk"):
        known = reports.get(report.unit.path_now)
        # A correction that is still a draft does not hide the accepted version.
        if known is None or report.state not in (State.DRAFT, State.RETURNED):
            reports[report.unit.path_now] = report
    late = entry.closes < today()
    return [Owed(unit, reports.get(unit.path_now), late) for unit in units]
