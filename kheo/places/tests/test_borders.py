"""The borders of the 130 communes: small, complete, and touching."""

import gzip
import json

from kheo.places import borders
from kheo.places.tests.lists import IN_2021, IN_2026, NgheAn


class Borders(NgheAn):
    def test_every_commune_of_today_has_borders(self):
        self.assertEqual({row.code for row in borders_rows()}, set(borders.shapes()))

    def test_the_file_is_small(self):
        self.assertLessEqual(len(gzip.compress(borders.FILE.read_bytes(), 9)), 60_000)

    def test_rings_are_closed_and_lie_in_the_province(self):
        for shape in borders.shapes().values():
            polygons = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
            for ring in (ring for polygon in polygons for ring in polygon):
                self.assertEqual(ring[0], ring[-1])
                self.assertGreaterEqual(len(ring), 4)
                self.assertTrue(all(103.8 < x < 106 and 18.5 < y < 20.1 for x, y in ring))

    def test_neighbours_are_mutual_and_nobody_is_alone(self):
        beside = borders.neighbours()
        self.assertTrue(all(code in beside[other] for code, others in beside.items() for other in others))
        self.assertTrue(all(beside.values()))

    def test_tam_thai_lies_beside_tam_quang(self):
        tam_thai = self.area("16936", IN_2026)
        names = set(tam_thai.neighbours().values_list("name", flat=True))
        self.assertIn("Tam Quang", names)
        self.assertNotIn("Tam Thái", names)
        self.assertNotIn("Tam Hợp", names)
        # The commune of 2021 has the neighbours of its heir.
        self.assertEqual(set(self.area("16936", IN_2021).neighbours().values_list("name", flat=True)), names)

    def test_a_commune_of_the_past_has_no_shape_of_today(self):
        self.assertIsNone(self.area("16936", IN_2021).shape)
        self.assertIsNotNone(self.area("16936", IN_2026).shape)

    def test_for_a_phone_each_commune_of_today_carries_its_id_and_name(self):
        here = [self.area("16936", IN_2026), self.area("16933", IN_2026), self.area("16936", IN_2021)]
        told = json.loads(borders.topology_of(here))
        shapes = told["objects"]["communes"]["geometries"]
        self.assertEqual(
            {each["id"]: each["properties"]["name"] for each in shapes},
            {each.pk: each.in_text for each in here[:2]},
        )
        # The file itself keeps its codes.
        self.assertIn("16936", borders.shapes())
        self.assertEqual(told["transform"], borders._topology()["transform"])


def borders_rows():
    from kheo.places.models import Area

    return Area.objects.on(IN_2026).communes().prefetch_related("codes")
