"""`kheo place` on the machine itself."""

import json
from io import StringIO

from django.core.management import CommandError, call_command

from kheo.places.tests.lists import NgheAn


class PlaceCommand(NgheAn):
    def run_it(self, *words):
        out, code = StringIO(), 0
        try:
            call_command("place", *words, stdout=out)
        except SystemExit as end:
            code = end.code
        return code, out.getvalue()

    def test_the_commune_of_that_day_and_what_it_is_today(self):
        code, told = self.run_it("Tam Hợp, Tương Dương", "--on", "2021-05-29")
        self.assertEqual(code, 0)
        self.assertIn("xã Tam Hợp, huyện Tương Dương, tỉnh Nghệ An [16936]", told)
        self.assertIn("xã Tam Thái, tỉnh Nghệ An [16936]", told)
        self.assertIn("1678/NQ-UBTVQH15", told)
        self.assertIn("xã Tam Hợp, tỉnh Nghệ An [17059]", told)

    def test_an_ambiguous_name_lists_its_candidates(self):
        code, told = self.run_it("Tam Hợp", "--on", "2021-05-29")
        self.assertEqual(code, 2)
        self.assertIn("Tương Dương", told)
        self.assertIn("Quỳ Hợp", told)

    def test_nothing_found(self):
        self.assertEqual(self.run_it("Không Có Đâu")[0], 1)
        code, told = self.run_it("Tam Hợp, Tương Dương", "--on", "2026-07-05")
        self.assertEqual(code, 1)
        self.assertIn("Tam Thái", told)

    def test_json(self):
        code, told = self.run_it("Tam Hợp, Tương Dương", "--on", "2021-05-29", "--json")
        answer = json.loads(told)
        self.assertEqual((code, answer["status"], answer["on"]), (0, "found", "2021-05-29"))
        [match] = answer["matches"]
        self.assertEqual(
            (match["full_name"], match["code"], match["to"]), ("Xã Tam Hợp", "16936", "2025-07-01")
        )
        self.assertEqual(match["today"]["full_name"], "Xã Tam Thái")
        self.assertEqual([other["code"] for other in match["namesakes_today"]], ["17059"])

    def test_a_rename_is_told_with_the_name_of_its_day(self):
        self.assertIn("xã Nghi Phú, thành phố Vinh", self.run_it("xã Nghi Phú", "--on", "2021-05-29")[1])

    def test_a_day_that_is_none(self):
        with self.assertRaises(CommandError):
            self.run_it("Vinh", "--on", "29/5/2021")
