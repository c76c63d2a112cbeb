"""What an archive asks about a year of reports: what still waits for somebody, and which are settled."""

from collections.abc import Collection, Iterable, Iterator

from django.db.models import Q
from django.utils.translation import ngettext

from kheo.fieldwork.models import FieldReport, UnitReport
from kheo.fieldwork.models.versions import State
from kheo.upkeep import closing

# A first draft nobody handed in is its author's own; a correction that was begun is not.
_WAITING = Q(state__in=[State.SENT, State.RETURNED]) | Q(state=State.DRAFT, version__gt=1)
_SETTLED = (State.ACCEPTED, State.SUPERSEDED, State.WITHDRAWN)


def field_reports_of(year: int) -> Q:
    return Q(happened_on__range=closing.first_and_last(year))


def unit_reports_of(year: int) -> Q:
    return Q(period_last__range=closing.first_and_last(year))


def waiting(year: int) -> Iterator[str]:
    if n := FieldReport.objects.filter(_WAITING, field_reports_of(year)).count():
        yield ngettext(
            "%(n)d report of %(year)d was sent, returned or is being corrected: accept or withdraw it.",
            "%(n)d reports of %(year)d were sent, returned or are being corrected: accept or withdraw them.",
            n,
        ) % {"n": n, "year": year}
    if n := UnitReport.objects.filter(_WAITING, unit_reports_of(year)).count():
        yield ngettext(
            "%(n)d periodic report of %(year)d was sent, returned or is being corrected: accept or "
            "withdraw it.",
            "%(n)d periodic reports of %(year)d were sent, returned or are being corrected: accept or "
            "withdraw them.",
            n,
        ) % {"n": n, "year": year}


def settled_field_reports(year: int, ids: Collection[int]) -> Iterable[int]:
    """Those among these ids whose activity lies in the year and about which nobody decides any more."""
    found = FieldReport.objects.filter(field_reports_of(year), pk__in=list(ids), state__in=_SETTLED)
    return found.values_list("pk", flat=True)


def declare() -> None:
    closing.add_waiting("reports", waiting)
    closing.add_owner("fieldwork.fieldreport", settled_field_reports)
