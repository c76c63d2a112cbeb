"""A commune divided between two, with hamlets, bodies and records of before: what has to be settled."""

from datetime import date
from typing import Any

from django.test import TestCase

from kheo.initiatives.models import Initiative
from kheo.lib.periods import Period
from kheo.places.models import Area
from kheo.places.tests.lists import invented
from kheo.plans.models import Field, Movement
from kheo.tallies.figures import figures
from kheo.units import loading, reorganise
from kheo.units.models import ReachKind, Role, Unit
from kheo.units.tests.cast import person, post

ON = date(2025, 1, 1)
THEN, NOW = date(2024, 6, 1), date(2026, 6, 1)
DIVIDED = "xã Đông ; một phần ; xã Bắc\nxã Đông ; một phần ; xã Trung"
Y2024 = Period.year(2024)
NOWHERE = "Chưa phân bổ được xuống cấp này"


class Ground(TestCase):
    """Xã Đông had bản Phồng and bản Cà; xã Bắc and xã Trung took it over in parts nobody told apart."""

    def setUp(self):
        self.areas = invented("Đông", "Tây")
        loading.load()
        self.movement = Movement.objects.create(
            name="Dân vận khéo", code="dvk", launched_on=date(2021, 5, 23)
        )
        self.economy = Field.objects.create(code="kinh_te", name="Kinh tế", order=1)
        self.dong, self.party = self.areas["Đông"], self.body("Đông", "dang_uy")
        self.phong = Area.objects.add_hamlet("Phồng", "bản", self.dong)
        self.ca = Area.objects.add_hamlet("Cà", "bản", self.dong)
        # An keeps the structure of the province; Hoa works at its board; Đức reads; Minh reports for Đông.
        province = self.body("Mẫu", "tinh_uy")
        self.an = post(person("an", "Phan Thị An"), province, Role.ADMIN, ReachKind.PLACE)
        self.hoa = post(person("hoa", "Nguyễn Thị Hoa"), province, Role.SPECIALIST, ReachKind.PLACE)
        self.duc = post(person("duc", "Lê Văn Đức"), province, Role.READER, ReachKind.PLACE)
        self.lan = post(
            person("lan", "Vi Thị Lan"), self.body("Tây", "dang_uy"), Role.SPECIALIST, ReachKind.PLACE
        )

    def body(self, area, key):
        return Unit.objects.get(area__name=area, key=key, valid_to__gt=ON)

    def record(self, name, area, owner=None, year=2024, **facts) -> Initiative:
        facts |= {"movement": self.movement, "field": self.economy, "kind": "model"}
        return Initiative.objects.known_from_publication(
            year=year, name=name, area=area, owner=owner or self.party, **facts
        )

    def divide(self, table=DIVIDED, on=ON) -> Any:
        story = reorganise.enter(
            name="Chia xã Đông", on=on, legal_basis="Nghị quyết mẫu", table=table, by=self.an
        )
        story = reorganise.confirm(story, by=self.an)
        self.dong.refresh_from_db()
        return story

    def heir(self, name):
        return Area.objects.communes().on(NOW).get(name=name)

    def told(self, structure=NOW, by="area", **options):
        """The enrolments of 2024 by the rows of a reading, zeros left out."""
        table = figures(Y2024, by, everything=True, structure=structure, **options)
        found = {row.label: sum(row.values.values()) for row in table.rows if any(row.values.values())}
        assert sum(found.values()) == sum(table.totals.values())
        return found
