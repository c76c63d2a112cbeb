"""What is counted of initiatives: enrolments of a year, acceptances and endings by month."""

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from django.db.models import Count, F
from django.db.models.functions import TruncMonth
from django.utils.translation import gettext_lazy as _

from kheo.initiatives.models import Ending, Enrolment, Initiative
from kheo.tallies.measures import KINDS, Measure, Share, register

Communes = Collection[int] | None


def enrolled(enrolment: int | None = None, communes: Communes = None) -> Iterator[Share]:
    """Enrolments in a catalogue, or known from a publication or a list, by kind and plan year."""
    yield from of_year(Enrolment.objects.counted(), enrolment, communes)


def of_year(enrolments: Any, enrolment: int | None = None, communes: Communes = None) -> Iterator[Share]:
    """What these enrolments are counted as, whatever their state."""
    enrolments = _only(enrolments, enrolment, communes, "pk", "initiative__")
    for row in _grouped(enrolments, "year", "initiative__", "field", of_year=F("kind")):
        yield {"measure": f"enrolled_{row['of_year']}", **_share(date(row["when"], 1, 1), row)}


def accepted(enrolment: int | None = None, communes: Communes = None) -> Iterator[Share]:
    """Enrolments taken into a catalogue, by kind and by the month the catalogue was signed."""
    approved = Enrolment.objects.filter(
        state=Enrolment.State.APPROVED, kind__in=("new", "continuing"), approved_on__isnull=False
    )
    approved = _only(approved, enrolment, communes, "pk", "initiative__")
    by_month = approved.annotate(month=TruncMonth("approved_on"))
    for row in _grouped(by_month, "month", "initiative__", "field", of_year=F("kind")):
        yield {"measure": f"accepted_{row['of_year']}", **_share(row["when"], row)}


def ended(enrolment: int | None = None, communes: Communes = None) -> Iterator[Share]:
    """Initiatives that ended or were taken off the list, by month, in the field of their last year."""
    endings = Ending.objects.exclude(enrolment=None).annotate(month=TruncMonth("on"))
    endings = _only(endings, enrolment, communes, "enrolment", "initiative__")
    for row in _grouped(endings, "month", "initiative__", "enrolment__field"):
        yield _share(row["when"], row)


def _only(rows: Any, enrolment: int | None, communes: Communes, of: str, initiative: str) -> Any:
    if enrolment is not None:
        return rows.filter(**{of: enrolment})
    return rows if communes is None else rows.filter(**{f"{initiative}commune__in": communes})


def _grouped(rows: Any, when: str, initiative: str, field: str, **also: F) -> Any:
    return (
        rows.order_by()
        .values(
            when=F(when),
            unit=F(initiative + "owner"),
            area=F(initiative + "commune"),
            of_field=F(field),
            of_kind=F(initiative + "kind"),
            **also,
        )
        .annotate(value=Count("pk"))
    )


def _share(period: date, row: dict[str, Any]) -> Share:
    return {
        "period": period,
        "unit": row["unit"],
        "area": row["area"],
        "field": row["of_field"],
        "kind": row["of_kind"],
        "value": row["value"],
    }


MEASURES = [
    Measure("enrolled_new", _("New initiatives enrolled"), "year", enrolled),
    Measure("enrolled_continuing", _("Continuing initiatives enrolled"), "year", enrolled),
    Measure("enrolled_unknown", _("Enrolled, not known whether new"), "year", enrolled),
    Measure("accepted_new", _("New initiatives taken into a catalogue"), "month", accepted),
    Measure(
        "accepted_continuing",
        _("Continuing initiatives taken into a catalogue"),
        "month",
        accepted,
    ),
    Measure("ended", _("Initiatives ended"), "month", ended),
]


def declare() -> None:
    for measure in MEASURES:
        register(measure)
    KINDS.update(Initiative.Kind.choices)
