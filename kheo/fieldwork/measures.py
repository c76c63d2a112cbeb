"""What is counted of reports: six measures by the month of the activity, from accepted current versions."""

from collections.abc import Collection, Iterator
from uuid import UUID

from django.db.models import F, QuerySet, Sum
from django.db.models.functions import TruncMonth

from kheo.fieldwork.figures import MEASURED
from kheo.fieldwork.models import ReportFigure
from kheo.fieldwork.models.versions import State
from kheo.tallies.measures import Measure, Share, register


def reported(enrolment: int | None = None, communes: Collection[int] | None = None) -> Iterator[Share]:
    """The amounts of all measures, by cell: of one enrolment by its id, of some communes, or of all."""
    figures = ReportFigure.objects.all()
    if enrolment is not None:
        figures = figures.filter(report__enrolment=enrolment)
    elif communes is not None:
        figures = figures.filter(report__enrolment__initiative__commune__in=communes)
    return _by_cell(figures)


def reported_in(enrolment: int, series: UUID) -> Iterator[Share]:
    """The same of one report of an enrolment, in whichever version."""
    return _by_cell(ReportFigure.objects.filter(report__enrolment=enrolment, report__series=series))


def _by_cell(figures: QuerySet[ReportFigure]) -> Iterator[Share]:
    figures = figures.filter(report__state=State.ACCEPTED)
    grouped = (
        figures.order_by()
        .values(
            "measure",
            month=TruncMonth("report__happened_on"),
            unit=F("report__enrolment__initiative__owner"),
            area=F("report__enrolment__initiative__commune"),
            field=F("report__enrolment__field"),
            subject=F("report__enrolment__initiative__kind"),
        )
        .annotate(value=Sum("amount"))
    )
    for row in grouped:
        yield {
            "measure": row["measure"],
            "period": row["month"],
            "unit": row["unit"],
            "area": row["area"],
            "field": row["field"],
            "kind": row["subject"],
            "value": row["value"],
        }


MEASURES = [
    Measure(each.name, each.label, "month", reported, reported_in, each.unit) for each in MEASURED.values()
]


def declare() -> None:
    for measure in MEASURES:
        register(measure)
