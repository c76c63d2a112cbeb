"""What is counted of recognition: how often something was recognised, and how often that ended, by month."""

from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import Count, F
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext_lazy as _

from kheo.recognition.models import Recognition, RecognitionStep
from kheo.tallies.measures import Measure, Share, register


def recognised(enrolment: int | None = None, communes: Collection[int] | None = None) -> Iterator[Share]:
    """Recognitions in the month their decision was signed; one that ended later stays counted."""
    yield from _shares(Recognition.objects.all(), "decision__signed_on", "enrolment", enrolment, communes)


def recognition_ended(
    enrolment: int | None = None, communes: Collection[int] | None = None
) -> Iterator[Share]:
    """Recognitions that were ended, in the month they ended."""
    ended = RecognitionStep.objects.filter(state=Recognition.State.ENDED)
    yield from _shares(ended, "on", "recognition__enrolment", enrolment, communes)


def _shares(
    rows: Any, day: str, of: str, enrolment: int | None, communes: Collection[int] | None
) -> Iterator[Share]:
    if enrolment is not None:
        rows = rows.filter(**{of: enrolment})
    elif communes is not None:
        rows = rows.filter(**{f"{of}__initiative__commune__in": communes})
    grouped = (
        rows.order_by()
        .annotate(month=TruncMonth(day))
        .values(
            "month",
            unit=F(f"{of}__initiative__owner"),
            commune=F(f"{of}__initiative__commune"),
            of_field=F(f"{of}__field"),
            of_kind=F(f"{of}__initiative__kind"),
        )
        .annotate(value=Count("pk"))
    )
    for row in grouped:
        yield {
            "period": row["month"],
            "unit": row["unit"],
            "area": row["commune"],
            "field": row["of_field"],
            "kind": row["of_kind"],
            "value": row["value"],
        }


def declare() -> None:
    register(Measure("recognised", _("Recognitions"), "month", recognised))
    register(Measure("recognition_ended", _("Recognitions ended"), "month", recognition_ended))
