"""Areas for tests: the real Nghệ An, and a small invented province where everything can be tried."""

from datetime import date

from django.test import TestCase

from kheo.places import lineage, loading
from kheo.places.models import GSO, Area, AreaCode

IN_2021 = date(2021, 5, 29)
IN_2024 = date(2024, 12, 15)
IN_2026 = date(2026, 7, 5)


class NgheAn(TestCase):
    """The areas of Nghệ An through their three states."""

    @classmethod
    def setUpTestData(cls):
        loading.load()

    def area(self, code, day):
        return Area.objects.with_code(code, day).get()


def invented(*communes):
    """Tỉnh Mẫu with huyện Một and these communes; returns everything by name. Codes are m0, m1, …"""
    province = Area(level="province", type="tỉnh", name="Mẫu")
    district = Area(level="district", type="huyện", name="Một", parent=province)
    rows = [province, district]
    rows += [Area(level="commune", type="xã", name=name, parent=district) for name in communes]
    Area.objects.plant(rows)
    for number, area in enumerate(rows):
        AreaCode.objects.create(area=area, system=GSO, code=f"m{number}")
    lineage.recompute(rows)
    return {area.name: Area.objects.get(pk=area.pk) for area in rows}
