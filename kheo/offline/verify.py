"""Deliveries against the records they became: what `kheo verify` asks of this room."""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.models import Count, Q, QuerySet

from kheo.offline.models import Delivery
from kheo.reporting import verify


def _accepted() -> QuerySet:
    return Delivery.objects.filter(state=Delivery.State.ACCEPTED)


def _without_record() -> Iterator[tuple[Any, str]]:
    labels = list(_accepted().order_by().values_list("record_type", flat=True).distinct())
    for label in labels:
        model: Any = apps.get_model(label)
        gone = _accepted().filter(record_type=label).exclude(record_id__in=model._base_manager.values("pk"))
        for row in gone.order_by("pk").iterator():
            yield row, f"is accepted, but there is no {label} {row.record_id}"


def _many_standing() -> QuerySet:
    """One row of each id under which more than one delivery stands."""
    many = (
        Delivery.objects.filter(state__in=Delivery.STANDING)
        .order_by()
        .values("envelope")
        .annotate(standing=Count("pk"))
        .filter(standing__gt=1)
    )
    return Delivery.objects.filter(envelope__in=many.values("envelope"), state__in=Delivery.STANDING)


def _superseded_by_nothing() -> QuerySet:
    later = Delivery.objects.filter(Q(state__in=Delivery.STANDING) | Q(state=Delivery.State.WITHDRAWN))
    return Delivery.objects.filter(state=Delivery.State.SUPERSEDED).exclude(
        envelope__in=later.values("envelope")
    )


def declare() -> None:
    checks = [
        verify.Check("Delivery: what is accepted is a record", _accepted, _without_record),
        verify.none_of(
            "Delivery: one at most stands under an id",
            Delivery.objects.all,
            _many_standing,
            "stands beside another under its id",
        ),
        verify.none_of(
            "Delivery: what was replaced was replaced by something",
            lambda: Delivery.objects.filter(state=Delivery.State.SUPERSEDED),
            _superseded_by_nothing,
            "is superseded, but nothing stands under its id",
        ),
    ]
    known = {check.name for check in checks}
    verify.CHECKS[:] = [check for check in verify.CHECKS if check.name not in known] + checks
