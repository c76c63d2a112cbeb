"""`among` finds what `in` finds, however many are asked for, on either database."""

from django.test import TestCase

from kheo.places.models import Area, AreaCode


class Among(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.rows = Area.objects.plant(
            [Area(level="province", type="tỉnh", name=name) for name in ("Đông", "Tây", "Nam")]
        )
        AreaCode.objects.create(area=cls.rows[0], system="gso", code="01")

    def test_as_in(self):
        some = [self.rows[0].pk, self.rows[2].pk]
        found = Area.objects.filter(pk__among=some)
        self.assertEqual({area.name for area in found}, {"Đông", "Nam"})
        self.assertEqual(set(found), set(Area.objects.filter(pk__in=some)))

    def test_over_a_relation(self):
        one = {self.rows[0].pk}
        self.assertEqual(AreaCode.objects.filter(area__among=one).count(), 1)
        self.assertEqual(AreaCode.objects.filter(area_id__among=one).count(), 1)
        self.assertEqual(AreaCode.objects.filter(area__parent__among=one).count(), 0)
        self.assertEqual(Area.objects.filter(codes__among=[0]).count(), 0)

    def test_none_and_very_many(self):
        self.assertEqual(Area.objects.filter(pk__among=[]).count(), 0)
        self.assertEqual(Area.objects.filter(pk__among=range(300_000)).count(), 3)

    def test_in_an_update(self):
        Area.objects.filter(pk__among=[self.rows[1].pk]).update(source="x")
        self.assertEqual(Area.objects.get(source="x").name, "Tây")
