"""A countable thing for this room: below it there are no enrolments, so notes on fields stand in.

A `Field` is the thing that changes; its `order` is the amount it contributes and its `name_en` names the unit
it contributes for, in January or in the month after a comma ("1,3" is unit 1 in March).
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date

from kheo.places.models import Area
from kheo.plans.models import Field
from kheo.tallies.measures import REGISTRY, Measure, Share, register
from kheo.units.models import Unit


def thing(unit: Unit, amount: int, month: int = 1, code: str = "a") -> Field:
    return Field.objects.create(code=code, name=code, name_en=f"{unit.pk},{month}", order=amount)


def shares_of(pk: int | None = None, communes: Collection[int] | None = None) -> Iterator[Share]:
    fields = Field.objects.exclude(name_en="")
    for each in fields if pk is None else fields.filter(pk=pk):
        unit, month = each.name_en.split(",")
        commune: Area | None = Unit.objects.get(pk=unit).area.commune
        if communes is not None and (commune is None or commune.pk not in communes):
            continue
        yield Share(
            period=date(2026, int(month), 1),
            unit=int(unit),
            area=commune.pk if commune else None,
            field=each.pk,
            kind="model",
            value=each.order,
        )


@contextmanager
def only_measure(name: str = "people") -> Iterator[Measure]:
    """The registry with one measure in it, for the length of a test."""
    kept = dict(REGISTRY)
    REGISTRY.clear()
    measure = Measure(name, name, "month", shares_of)
    register(measure)
    try:
        yield measure
    finally:
        REGISTRY.clear()
        REGISTRY.update(kept)
