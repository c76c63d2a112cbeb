"""Founding the bodies of a whole country: a portion at a time, as if all at once."""

import pytest
from django.db import transaction

from kheo.places import nation
from kheo.units import bodies, lineage, loading
from kheo.units.models import Competence, Unit, UnitLineage, UnitSuccession


class Undone(Exception):
    pass


def founded():
    """What loading founds in Cao Bằng through both eras, without ids; nothing of it stays."""
    told = {}
    try:
        with transaction.atomic():
            nation.load(["04"])
            assert loading.load() > 100
            assert loading.load() == 0
            first = Unit.objects.order_by("pk").values_list("pk", flat=True)[0]
            units = Unit.objects.order_by("pk").values_list(
                "pk", "key", "area__full_name", "parent__key", "parent__area__full_name", "valid_from",
                "valid_to",
            )  # fmt: skip
            # In the same order, so that another database gives the same ids.
            told["units"] = [(pk - first, *rest) for pk, *rest in units]
            told["functions"] = sorted(Competence.objects.values_list("unit__name", "function"))
            ties = UnitSuccession.objects.values_list(
                "predecessor", "successor", "on", "kind", "share_numerator"
            )
            told["ties"] = sorted(
                (old - first, -1 if new is None else new - first, on, kind, share or 0)
                for old, new, on, kind, share in ties
            )
            lines = UnitLineage.objects.values_list("unit", "heir", "valid_from", "valid_to", "basis")
            told["lines"] = sorted((unit - first, heir - first, *rest) for unit, heir, *rest in lines)
            raise Undone
    except Undone:
        return told


@pytest.mark.django_db
def test_in_portions_as_all_at_once(monkeypatch):
    at_once = founded()
    monkeypatch.setattr(loading, "PORTION", 7)
    monkeypatch.setattr(bodies, "AT_ONCE", 3)
    monkeypatch.setattr(lineage, "PORTION", 11)
    in_portions = founded()
    assert {name: len(rows) for name, rows in at_once.items()} == {
        name: len(rows) for name, rows in in_portions.items()
    }
    assert at_once == in_portions
