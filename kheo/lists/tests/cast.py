"""The cast with last year's list: places and bodies of today and of before July 2025."""
# ruff: noqa: E501

from dataclasses import dataclass
from datetime import date
from typing import Any

from kheo.initiatives.tests import cast as people
from kheo.lists import loading, taking_in
from kheo.lists.models import OfficeList
from kheo.lists.tests.ugly import FIELDS, upload
from kheo.places import lineage as area_lineage
from kheo.places.models import Area, AreaSuccession
from kheo.plans.models import Field
from kheo.units import lineage
from kheo.units.models import Role, Unit, UnitSuccession
from kheo.units.tests import cast as ground
from kheo.units.tests.cast import SINCE

BEFORE = date(2020, 1, 1)
WHOLE = {"share_numerator": 1, "share_denominator": 1}


@dataclass
class Cast(people.Cast):
    """Hoa loads the list at the province; the old Tam Hợp lies in today's Tam Thái, the old Tam Quang in today's."""

    district: Any = None
    old_tam_quang: Any = None
    old_tam_hop: Any = None
    tam_thai: Any = None
    old_party: Any = None
    lists: Any = None


def cast() -> Cast:
    told = people.cast()
    world = told.world
    for at, (code, name) in enumerate(FIELDS):
        Field.objects.get_or_create(code=code, defaults={"name": name, "order": at})
    district = Area(
        level="district",
        type="huyện",
        name="Tương Dương",
        parent=world.province,
        valid_from=BEFORE,
        valid_to=SINCE,
    )
    district.save()
    tam_thai = ground.area("commune", "xã", "Tam Thái", world.province)
    old = {}
    for name, heir in (("Tam Quang", world.tam_quang), ("Tam Hợp", tam_thai)):
        area = Area(level="commune", type="xã", name=name, parent=district, valid_from=BEFORE, valid_to=SINCE)
        area.save()
        AreaSuccession.objects.create(predecessor=area, successor=heir, on=SINCE, kind="merged", **WHOLE)
        old[name] = area
    AreaSuccession.objects.create(
        predecessor=district, successor=world.province, on=SINCE, kind="merged", **WHOLE
    )
    area_lineage.recompute()
    parties = {}
    for name, area in old.items():
        parties[name] = ground.unit(f"Đảng ủy xã {name}", area, "cap_uy", since=BEFORE, until=SINCE)
        ground.unit(
            f"Hội Liên hiệp Phụ nữ xã {name}", area, "phu_nu", line="women", since=BEFORE, until=SINCE
        )
        ground.unit(f"Công an xã {name}", area, "cong_an", line="police", since=BEFORE, until=SINCE)
        ground.unit(f"Ủy ban nhân dân xã {name}", area, "ubnd", line="government", since=BEFORE, until=SINCE)
    heir = ground.unit("Đảng ủy xã Tam Thái", tam_thai, "cap_uy")
    for name, to in (("Tam Quang", world.dang_uy_tam_quang), ("Tam Hợp", heir)):
        UnitSuccession.objects.create(
            predecessor=parties[name], successor=to, on=SINCE, kind="merged", **WHOLE
        )
    lineage.recompute()
    an = ground.post(ground.person("ngan", "Phạm Thị Ngân"), world.board, Role.SPECIALIST, "place")
    names = {name: getattr(told, name) for name in told.__dataclass_fields__}
    return Cast(
        **names,
        district=district,
        old_tam_quang=Area.objects.get(pk=old["Tam Quang"].pk),
        old_tam_hop=Area.objects.get(pk=old["Tam Hợp"].pk),
        tam_thai=tam_thai,
        old_party=Unit.objects.get(pk=parties["Tam Hợp"].pk),
        lists=an,
    )


def handed_in(cast: Cast, name: str = "tieu-de-hai-dong.xlsx", by: Any = None) -> OfficeList:
    return taking_in.take_in(by or cast.lists, upload=upload(name))


def read(cast: Cast, name: str = "tieu-de-hai-dong.xlsx", by: Any = None, **facts: Any) -> OfficeList:
    """Handed in, its columns named as they were guessed, its rows read."""
    made = handed_in(cast, name, by)
    return named(made, by or cast.lists, **facts)


def named(made: OfficeList, by: Any, **facts: Any) -> OfficeList:
    known = {
        "document": made.document, "number": made.number, "signed_on": made.signed_on or date(2024, 7, 5),
        "issuer": made.issuer, "year": made.year or 2024, "default_owner": "cap_uy", "default_kind": "continuing",
    }  # fmt: skip
    loading.name_columns(made, by=by, mapping=facts.pop("mapping", made.mapping), **known | facts)
    return OfficeList.objects.get(pk=made.pk)
