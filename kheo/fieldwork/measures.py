"""What is counted of reports: six measures by the month of the activity, from accepted current versions."""

from collections.abc import Callable, Iterator

from django.db.models import F, Sum
from django.db.models.functions import TruncMonth

from kheo.fieldwork.figures import MEASURED
from kheo.fieldwork.models import ReportFigure
from kheo.fieldwork.models.versions import State
from kheo.tallies.measures import Measure, Share, register


def counted(name: str) -> Callable[[int | None], Iterator[Share]]:
    """The amounts of one measure, grouped by cell: of one enrolment by its id, or of all."""

    def rows(enrolment: int | None = None) -> Iterator[Share]:
        figures = ReportFigure.objects.filter(measure=name, report__state=State.ACCEPTED)
        if enrolment is not None:
            figures = figures.filter(report__enrolment=enrolment)
        grouped = (
            figures.order_by()
            .values(
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
                "period": row["month"],
                "unit": row["unit"],
                "area": row["area"],
                "field": row["field"],
                "kind": row["subject"],
                "value": row["value"],
            }

    return rows


MEASURES = [
    Measure(each.name, each.label, "month", counted(each.name), each.unit) for each in MEASURED.values()
]


def declare() -> None:
    for measure in MEASURES:
        register(measure)
