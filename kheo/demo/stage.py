"""The stage: Nghệ An's real areas and bodies in both eras, and beside them a sample district of two communes.

The sample district is plainly invented. It ends with the real ones on 1 July 2025 and its two communes become
one, so that everything a reorganisation does can be seen without touching a real commune.
"""

from dataclasses import dataclass
from datetime import date

from kheo.lib.periods import BEGINNING
from kheo.places import lineage as area_lineage
from kheo.places import loading as areas
from kheo.places.changes import AreaChange, Opening, Succeeding
from kheo.places.models import Area, AreaSuccession, Level
from kheo.plans import beginning
from kheo.plans.models import Mandate, Movement
from kheo.units import lineage, loading
from kheo.units.models import Committee, Unit
from kheo.units.reorganise import Plan

NAME = "Khe Mẫu"
BASIS = "Quyết định mẫu (bịa đặt, chỉ để trình diễn)"


@dataclass
class Stage:
    """What the rest of the demonstration plays on."""

    province: Area
    movement: Movement
    board: Unit
    tinh_uy: Unit
    women: Unit


def set_up() -> Stage:
    """Load areas up to 30 June 2025, found their bodies, add the sample district. Idempotent."""
    areas.load_before()
    province = Area.objects.get(level=Level.PROVINCE)
    _sample_district(province)
    loading.load(areas.DISTRICTS_ENDED)
    beginning.fields()
    return stage()


def stage() -> Stage:
    """The stage as it stands today."""
    province = Area.objects.get(level=Level.PROVINCE)
    at_province = Unit.objects.filter(area=province)
    tinh_uy = at_province.get(key="tinh_uy")
    return Stage(
        province=province,
        movement=beginning.movement(),
        board=at_province.get(key="ban_tuyen_giao_dan_van"),
        tinh_uy=tinh_uy,
        women=at_province.get(key="phu_nu"),
    )


def _sample_district(province: Area) -> None:
    if Area.objects.filter(sample=True).exists():
        return
    district = Area(level=Level.DISTRICT, type="huyện", name="Mẫu", parent=province, sample=True)
    communes = [
        Area(level=Level.COMMUNE, type="xã", name=name, parent=district, sample=True)
        for name in (NAME, "Suối Mẫu")
    ]
    for area in (district, *communes):
        area.valid_from, area.source = BEGINNING, "dữ liệu mẫu"
    made = Area.objects.plant([district, *communes])
    area_lineage.recompute(made)


def sample_commune(on: date, name: str = NAME) -> Area:
    """The sample commune of a day."""
    return Area.objects.on(on).communes().get(sample=True, name=name)


def sample_reorganisation() -> Plan:
    """On 1 July 2025 the sample district ends and its two communes become one."""
    day_before = date(2025, 6, 30)
    ending = {
        area.name: area
        for area in Area.objects.on(day_before).filter(sample=True).exclude(level=Level.HAMLET)
    }
    communes = [area for area in ending.values() if area.level == Level.COMMUNE]
    district = next((area for area in ending.values() if area.level == Level.DISTRICT), None)
    if district is None:
        raise RuntimeError("The sample district is not loaded.")
    whole = AreaSuccession.Kind.WHOLE
    change = AreaChange(
        on=areas.DISTRICTS_ENDED,
        legal_basis=BASIS,
        title="Sắp xếp huyện Mẫu",
        closes=tuple(f"#{area.pk}" for area in [district, *communes]),
        opens=(
            Opening(
                "mau", Level.COMMUNE, "xã", NAME, f"#{district.parent_id}", source="dữ liệu mẫu", sample=True
            ),
        ),
        successions=(
            *(Succeeding(f"#{area.pk}", "new:mau", whole, legal_basis=BASIS) for area in communes),
            Succeeding(
                f"#{district.pk}",
                f"#{district.parent_id}",
                AreaSuccession.Kind.LEVEL_ENDED,
                legal_basis=BASIS,
            ),
        ),
    )
    return Plan("sap-xep-mau-2025", "Sắp xếp huyện Mẫu (dữ liệu mẫu)", change)


def sample_committee(area: Area, movement: Movement) -> Unit:
    """The sample commune's own steering committee, with its mandate."""
    found = Unit.objects.filter(area=area, kind=Unit.Kind.COMMITTEE).first()
    if found:
        Mandate.objects.get_or_create(committee=found, movement=movement, valid_from=found.valid_from)
        return found
    party = Unit.objects.get(area=area, key="dang_uy")
    committee = Unit(
        name=f"Ban Chỉ đạo phong trào thi đua “Dân vận khéo” {area.in_text}",
        short_name=f"BCĐ {area.in_text}",
        kind=Unit.Kind.COMMITTEE,
        line="party",
        level="commune",
        area=area,
        parent=party,
        valid_from=area.valid_from,
        valid_to=area.valid_to,
        sample=True,
    )
    committee.save()
    Committee.objects.create(
        unit=committee, standing_office=party, renewal_months=12, renewal_basis="Quy chế mẫu"
    )
    committee.competences.create(
        function_id="ban_chi_dao", valid_from=area.valid_from, valid_to=area.valid_to
    )
    Mandate.objects.create(
        committee=committee, movement=movement, valid_from=area.valid_from, valid_to=area.valid_to
    )
    lineage.recompute()
    return committee
