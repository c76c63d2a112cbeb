"""Founding the bodies of the areas that are loaded, with what became of them up to today's structure."""

from collections.abc import Iterator
from datetime import date

from django.db import transaction

from kheo.lib.database import analyse
from kheo.lib.periods import FOREVER
from kheo.places.lineage import in_portions
from kheo.places.models import Area, AreaSuccession, Level
from kheo.units import bodies, lineage
from kheo.units.models import Committee, Competence, Unit, UnitLineage, UnitSuccession


def load(until: date = FOREVER) -> int:
    """Found all bodies of all loaded areas and link them. Loading twice changes nothing.

    `until`: the day of a reorganisation that is loaded but not carried out; bodies of the structure after it
    are founded by its story. Returns how many bodies were founded.
    """
    bodies.load_functions()
    # All or nothing: a run that finds bodies takes them for linked.
    with transaction.atomic():
        return _load(until)


# So many areas are held in memory at once: a nation has 24,000, with 146,000 bodies.
PORTION = 1000


def _load(until: date) -> int:
    founded, portions = 0, list(_portions())
    for pks in portions:
        founded += len(bodies.found(_areas(pks), until))
    if founded:
        for pks in portions:
            bodies.succeed_inside(_areas(pks), until)
        for on in AreaSuccession.objects.order_by("on").values_list("on", flat=True).distinct():
            bodies.succeed_areas(on)
        _standing_offices()
        analyse(Unit, Competence, UnitSuccession)
        lineage.recompute()
        analyse(Unit, UnitLineage)
    return founded


def _portions() -> Iterator[list[int]]:
    """The areas that have bodies, the higher levels first, each in one order on every database, so that the
    same bodies get the same ids."""
    for level in (Level.PROVINCE, Level.DISTRICT, Level.COMMUNE):
        rows = Area.objects.filter(in_force=True, level=level).order_by("pk")
        yield from in_portions(rows.values_list("pk", flat=True), PORTION)


def _areas(pks: list[int]) -> list[Area]:
    return list(Area.objects.filter(pk__in=pks).select_related("parent__parent").order_by("pk"))


def _standing_offices() -> None:
    """The mass mobilisation board is the standing office of the steering committee of its level."""
    for committee in Committee.objects.filter(standing_office=None).select_related("unit"):
        board = Unit.objects.filter(area=committee.unit.area, competences__function="ban_dan_van")
        committee.standing_office = board.order_by("-valid_to", "pk").first()
        committee.save(update_fields=["standing_office"])
