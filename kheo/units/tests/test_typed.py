"""Bodies that a list names and no register holds: many at once, also under bodies that have ended."""

import pytest

from kheo.audit.models import Entry
from kheo.lib.periods import today
from kheo.units import lineage, typed
from kheo.units.models import Unit, UnitLineage, UnitSuccession
from kheo.units.tests import cast as people


@pytest.fixture
def cast(db):
    return people.cast()


def test_each_name_is_founded_once(cast, django_assert_max_num_queries):
    party = cast.dang_uy_tam_quang
    names = ["Chi bộ bản Bãi Sở", "Trường THCS Tam Quang", "chi  bộ bản Bãi Sở"]
    named = [typed.Named(name, party, "party", cast.tam_quang) for name in names]
    with django_assert_max_num_queries(14):
        found = typed.find_or_found(named, by=None)
    assert len(found) == 2
    again = typed.find_or_found(named, by=None)
    assert {unit.pk for unit in again.values()} == {unit.pk for unit in found.values()}
    assert Entry.objects.filter(verb="added", object_type="units.unit").count() == 2
    unit = found[party.pk, "chi bo ban bai so"]
    assert (unit.path, unit.path_now) == (f"{party.path}{unit.path.split('/')[-2]}/", unit.path)
    assert Unit.objects.add_typed(unit.name, under=party, line="party", area=cast.tam_quang, by=None) == unit


def test_a_body_of_a_commune_that_ended_is_answered_for_by_the_one_above(cast):
    party = cast.dang_uy_tam_quang
    since, ended = people.SINCE.replace(year=2020), people.SINCE
    old = people.unit("Đảng ủy xã Tam Quang cũ", cast.tam_quang, "cap_uy", since=since, until=ended)
    whole = {"share_numerator": 1, "share_denominator": 1}
    UnitSuccession.objects.create(predecessor=old, successor=party, on=ended, kind="merged", **whole)
    lineage.recompute()
    old.refresh_from_db()
    named = [typed.Named("Chi bộ bản Liên Hương", old, "party", cast.tam_quang)]
    [unit] = typed.find_or_found(named, by=None).values()
    assert unit.heirs_on(today()).get() == party
    assert unit.path_now == party.path_now

    before = set(UnitLineage.objects.filter(unit=unit).values_list("heir", "valid_from", "valid_to"))
    lineage.recompute()
    unit.refresh_from_db()
    assert set(UnitLineage.objects.filter(unit=unit).values_list("heir", "valid_from", "valid_to")) == before
    assert unit.path_now == party.path_now
