"""What people write for a place, and what it means on a day."""

import unicodedata

from kheo.places import finding
from kheo.places.models import Area, Level
from kheo.places.tests.lists import IN_2021, IN_2024, IN_2026, NgheAn

TAM_HOP = "xã Tam Hợp, huyện Tương Dương, tỉnh Nghệ An"


class Finding(NgheAn):
    def one(self, text, on=None):
        matches = finding.find(text, on=on)
        self.assertEqual(len(matches), 1, f"{text!r}: {[match.area.full_place for match in matches]}")
        return matches[0]

    def test_ways_to_write_the_same_commune(self):
        for text in (
            "Tam Hợp, Tương Dương",
            "xã Tam Hợp (huyện Tương Dương)",
            "xã Tam Hợp huyện Tương Dương tỉnh Nghệ An",
            "Tam Hợp - Tương Dương",
            "huyện Tương Dương, xã Tam Hợp",
            "X. Tam Hợp, H. Tương Dương",
            "Tam Hợp Tương Dương",
            "TAM HỢP, TƯƠNG DƯƠNG, NGHỆ AN",
            "Tam Hop, Tuong Duong",
            "xa Tam Hop huyen Tuong Duong",
            unicodedata.normalize("NFD", "xã Tam Hợp, huyện Tương Dương"),
            "  xã  Tam Hợp ,huyện Tương Dương. ",
        ):
            with self.subTest(text):
                match = self.one(text, on=IN_2021)
                self.assertEqual(match.area.full_place, TAM_HOP)
                self.assertEqual(match.today.full_place, "xã Tam Thái, tỉnh Nghệ An")

    def test_a_name_alone_is_ambiguous_where_it_was_given_twice(self):
        districts = {match.area.parent.name for match in finding.find("Tam Hợp", on=IN_2021)}
        self.assertEqual(districts, {"Tương Dương", "Quỳ Hợp"})

    def test_today_the_name_means_another_commune(self):
        self.assertEqual(self.one("xã Tam Hợp", on=IN_2026).area.code, "17059")

    def test_at_any_time_both_are_named_and_the_living_one_comes_first(self):
        living, past = finding.find("Tam Hợp")
        self.assertEqual((living.area.code, past.area.full_place), ("17059", TAM_HOP))
        self.assertEqual([area.parent.name for area in living.earlier], ["Quỳ Hợp"])

    def test_words_of_another_time_are_said_to_be(self):
        match = self.one("Tam Hợp, Tương Dương", on=IN_2026)
        self.assertTrue(match.other_time)
        self.assertEqual((match.area.full_place, match.today.name), (TAM_HOP, "Tam Thái"))

    def test_the_district_it_left_still_helps(self):
        match = self.one("xã Tam Hợp, huyện Quỳ Hợp", on=IN_2026)
        self.assertEqual(match.today.code, "17059")

    def test_tone_placement_does_not_matter(self):
        for text in ("xã Hoà Sơn, Đô Lương", "xã Hòa Sơn, Đô Lương", "Thị xã Thái Hoà"):
            with self.subTest(text):
                self.assertTrue(self.one(text, on=IN_2021).exact)

    def test_marks_come_first_and_their_absence_second(self):
        # Lương Minh does not exist; without marks it is Lượng Minh.
        self.assertFalse(self.one("Lương Minh", on=IN_2021).exact)
        self.assertTrue(self.one("Lượng Minh", on=IN_2021).exact)

    def test_other_spellings_of_the_lists_are_known(self):
        self.assertEqual(self.one("Lưỡng Minh", on=IN_2021).area.name, "Lượng Minh")
        self.assertEqual(self.one("xã Căm Muộn, Quế Phong", on=IN_2021).area.name, "Cắm Muộn")

    def test_towns_and_their_short_forms(self):
        for text in ("TP Vinh", "Tp. Vinh", "T.P Vinh", "thành phố Vinh", "tp.Vinh"):
            with self.subTest(text):
                self.assertEqual(self.one(text, on=IN_2021).area.full_name, "Thành phố Vinh")
        self.assertEqual(self.one("TX Cửa Lò", on=IN_2021).area.level, Level.DISTRICT)
        self.assertEqual(self.one("phường Cửa Lò").area.level, Level.COMMUNE)
        self.assertEqual(self.one("TT Mường Xén, Kỳ Sơn", on=IN_2021).area.type, "thị trấn")

    def test_a_name_that_begins_like_a_type(self):
        for text in ("Quan Thành", "xã Quan Thành", "quan thanh"):
            with self.subTest(text):
                self.assertEqual(self.one(text, on=IN_2026).area.full_name, "Xã Quan Thành")

    def test_a_rename_is_found_under_the_name_of_its_day(self):
        self.assertEqual(
            self.one("xã Nghi Phú", on=IN_2021).area.pk, self.one("phường Nghi Phú", on=IN_2024).area.pk
        )

    def test_a_hamlet_nobody_entered_does_not_hide_its_commune(self):
        match = self.one("bản Phồng, xã Tam Hợp, huyện Tương Dương, tỉnh Nghệ An", on=IN_2021)
        self.assertEqual((match.area.full_place, match.hamlet, match.hamlet_type), (TAM_HOP, "Phồng", "bản"))
        self.assertEqual(self.one("Khe Bu, Châu Khê, Con Cuông", on=IN_2021).hamlet, "Khe Bu")

    def test_a_known_hamlet_is_found(self):
        commune = self.one("Tam Hợp, Tương Dương", on=IN_2021).area
        hamlet = Area.objects.add_hamlet("Phồng", "bản", commune)
        match = self.one("bản Phồng, xã Tam Hợp, huyện Tương Dương", on=IN_2021)
        self.assertEqual((match.area, match.hamlet), (hamlet, ""))
        self.assertEqual(match.today.name, "Tam Thái")

    def test_rows_that_only_continue_each_other_are_one(self):
        match = self.one("Quang Trung, Vinh")
        self.assertEqual((match.area.valid_from.isoformat(), len(match.earlier)), ("2024-12-01", 1))

    def test_nothing_is_made_up(self):
        for text in (
            "",
            "   ",
            "Xyz",
            "Tam Hợp, Quế Phong",
            ",,,",
            "xã",
            "a" * 10_000,
            "🌾",
            "%",
            "\x00",
        ):
            with self.subTest(text[:20]):
                self.assertEqual(finding.find(text, on=IN_2021), [])

    def test_a_fixed_number_of_queries(self):
        with self.assertNumQueries(2):
            finding.find("Tam Hợp, Tương Dương", on=IN_2021)
        with self.assertNumQueries(2):
            finding.find("Tam Hợp", on=IN_2021)

    def test_namesakes(self):
        area = self.one("Tam Hợp, Tương Dương", on=IN_2021).area
        self.assertEqual([other.code for other in finding.namesakes(area)], ["17059"])
