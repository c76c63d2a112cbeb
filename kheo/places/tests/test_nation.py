"""The whole country through July 2025: the published counts, and provinces of every kind loaded for real."""

import io
import tempfile
from collections import Counter
from datetime import date
from pathlib import Path

from django.core.management import CommandError, call_command
from django.test import SimpleTestCase, TestCase

from kheo.lib.refusals import Refused
from kheo.places import changes, lineage, nation
from kheo.places.models import Area, AreaLineage, AreaSuccession, Level
from kheo.places.nation import Listed, Move, Report
from kheo.places.tests.lists import IN_2024, IN_2026, invented

THEN, NOW = date(2025, 6, 30), date(2025, 7, 1)
# Đà Nẵng took Quảng Nam and has an island district; Đồng Nai took Bình Phước and changed again in 2026.
DA_NANG, DONG_NAI, NGHE_AN = "48", "75", "40"


class Lists(SimpleTestCase):
    def test_counts_as_published(self):
        before = Counter(row.level for row in nation.listed("2025-06-30"))
        after = Counter(row.level for row in nation.listed("2025-07-01"))
        self.assertEqual(before, {Level.PROVINCE: 63, Level.DISTRICT: 696, Level.COMMUNE: 10035})
        self.assertEqual(after, {Level.PROVINCE: 34, Level.COMMUNE: 3321})
        types = Counter(row.type for row in nation.listed("2025-07-01") if row.level == Level.COMMUNE)
        self.assertEqual(types, {"xã": 2621, "phường": 687, "đặc khu": 13})

    def test_every_old_and_every_new_commune_stands_in_the_table_of_moves(self):
        old = {row.code for row in nation.listed("2025-06-30") if row.level == Level.COMMUNE}
        new = {row.code for row in nation.listed("2025-07-01") if row.level == Level.COMMUNE}
        self.assertEqual(len(nation.moves()), 10571)
        self.assertFalse(old - {move.old_code for move in nation.moves()})
        self.assertEqual(new, {move.new_code for move in nation.moves()})

    def test_63_provinces_became_34_and_eleven_went_on(self):
        heirs = nation.heirs_of_provinces()
        self.assertEqual((len(heirs), len(set(heirs.values()))), (63, 34))
        merged = Counter(heirs.values())
        self.assertEqual(sum(count == 1 for count in merged.values()), 11)

    def test_439_communes_were_divided_and_all_stay_in_one_province(self):
        origins = Counter(move.old_code for move in nation.moves() if move.old_code)
        self.assertEqual(sum(count > 1 for count in origins.values()), 439)

    def test_what_the_table_leaves_unclear_is_said(self):
        report = Report()
        for code in dict.fromkeys(nation.heirs_of_provinces().values()):
            nation.reorganisation_of(code, report)
        self.assertEqual(
            [line.split(" (")[0] for line in report.doubtful], ["Xã Cổ Bi", "Xã Đặng Xá", "Xã Kỳ Lợi"]
        )
        self.assertEqual(len(report.unplaced), 1)
        self.assertIn("bãi bồi", report.unplaced[0])


class TwoProvinces(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.report = nation.load([DA_NANG, DONG_NAI])

    def area(self, code, day):
        return Area.objects.with_code(code, day).get()

    def test_both_structures_stand(self):
        levels = Counter(Area.objects.on(THEN).values_list("level", flat=True))
        self.assertEqual(levels[Level.PROVINCE], 4)
        of_today = Counter(Area.objects.on(NOW).values_list("level", flat=True))
        listed = [row for row in nation.listed("2025-07-01") if row.parent_code in (DA_NANG, DONG_NAI)]
        self.assertEqual(of_today, {Level.PROVINCE: 2, Level.COMMUNE: len(listed)})

    def test_loading_twice_changes_nothing(self):
        rows = Area.objects.count(), AreaSuccession.objects.count(), AreaLineage.objects.count()
        again = nation.load([DA_NANG, DONG_NAI])
        self.assertTrue(again.nothing)
        now = Area.objects.count(), AreaSuccession.objects.count(), AreaLineage.objects.count()
        self.assertEqual(now, rows)

    def test_a_merged_province_is_a_new_row_and_keeps_the_code(self):
        then, now = self.area(DA_NANG, THEN), self.area(DA_NANG, NOW)
        self.assertNotEqual(then.pk, now.pk)
        quang_nam = self.area("49", THEN)
        self.assertEqual({then.heir_on(NOW), quang_nam.heir_on(NOW)}, {now})

    def test_an_island_district_became_a_special_zone(self):
        zone = self.area("498", THEN).heir_on(NOW)
        self.assertEqual((zone.type, zone.full_name), ("đặc khu", "Đặc khu Hoàng Sa"))

    def test_districts_are_answered_for_by_the_new_province(self):
        for district in Area.objects.on(THEN).of_level(Level.DISTRICT).exclude(name="Hoàng Sa"):
            self.assertEqual(district.heir_on(NOW).level, Level.PROVINCE)

    def test_the_later_changes_keep_their_rows(self):
        province = self.area(DONG_NAI, IN_2026)
        self.assertEqual((province.name_on(NOW), province.full_name), ("Tỉnh Đồng Nai", "Thành phố Đồng Nai"))
        ward = self.area("26368", IN_2026)
        self.assertEqual(
            (ward.name_on(date(2026, 4, 29)), ward.full_name), ("Xã Long Thành", "Phường Long Thành")
        )

    def test_every_figure_finds_its_place_and_none_is_lost(self):
        figures = {area.pk: 7 for area in Area.objects.on(IN_2024).communes()}
        restated = lineage.restate(figures, IN_2026)
        total = sum(restated.values.values()) + sum(restated.not_attributed.values())
        self.assertEqual(total, 7 * len(figures))
        undecided = AreaSuccession.objects.filter(kind="part", share_numerator=None)
        self.assertEqual(
            sum(restated.not_attributed.values()), 7 * undecided.values("predecessor").distinct().count()
        )

    def test_the_list_of_today_says_what_kheo_knows(self):
        rows = [row for row in nation.listed("2025-07-01") if DA_NANG in (row.code, row.parent_code)]
        among = Area.objects.filter(path__startswith=self.area(DA_NANG, NOW).path)
        self.assertTrue(nation.difference(rows, date(2026, 1, 1), among).nothing)

    def test_a_province_that_does_not_exist_is_refused(self):
        with self.assertRaisesMessage(Refused, "99"):
            nation.load(["99"])


class PeopleWentElsewhere(TestCase):
    """A commune whose land was shared out, but whose people all went to one heir."""

    def test_its_figures_go_with_the_people_as_an_estimate(self):
        cast = invented("Đông", "Tây", "Nam")
        rows = [
            Move("m2", "n1", "part_area_all_population", "1", ""),
            Move("m2", "n2", "part_area", "1", ""),
        ]
        links = nation._succeeding(Listed("commune", "m2", "", "xã", "Đông"), rows, None)
        opens = tuple(
            changes.Opening(code, Level.COMMUNE, "xã", name, f"#{cast['Một'].pk}", (("gso", code),))
            for code, name in (("n1", "Mới"), ("n2", "Rừng"))
        )
        change = changes.AreaChange(
            NOW, "Nghị quyết mẫu", closes=("gso:m2",), opens=opens, successions=tuple(links)
        )
        self.assertEqual(changes.carry_out(change).undecided, 0)
        restated = lineage.restate({cast["Đông"].pk: 10}, IN_2026)
        heir = Area.objects.get(name="Mới")
        self.assertEqual((dict(restated.values), restated.estimated), ({heir.pk: 10}, {heir.pk}))
        self.assertEqual(Area.objects.get(pk=cast["Đông"].pk).path_now, heir.path)


class ANewerList(TestCase):
    """What an office's newer list changes is shown first, then done; what it leaves open is said."""

    def setUp(self):
        self.cast = invented("Đông", "Tây", "Nam")
        self.rows = [
            Listed("province", "m0", "", "tỉnh", "Mẫu"),
            Listed("district", "m1", "m0", "huyện", "Một"),
            Listed("commune", "m2", "m1", "phường", "Đông"),
            Listed("commune", "n1", "m1", "xã", "Tây Nam"),
        ]
        self.became = [Move("m3", "n1", "whole", "1", ""), Move("m4", "n1", "whole", "1", "")]

    def test_it_is_told_from_what_is_known(self):
        found = nation.difference(self.rows, IN_2026)
        self.assertEqual([row.name for row in found.begins], ["Tây Nam"])
        self.assertEqual({area.name for area in found.ends}, {"Tây", "Nam"})
        self.assertEqual([(area.name, row.type) for area, row in found.renamed], [("Đông", "phường")])

    def test_applied_it_leaves_nothing_to_tell(self):
        change = nation.change_of(nation.difference(self.rows, IN_2026), self.became, "Nghị quyết mẫu")
        changes.carry_out(change)
        self.assertTrue(nation.difference(self.rows, IN_2026.replace(day=IN_2026.day + 1)).nothing)
        self.assertEqual(Area.objects.get(name="Nam").heir_on(IN_2026).name, "Tây Nam")

    def test_what_nobody_explains_is_left_and_named(self):
        report = Report()
        change = nation.change_of(
            nation.difference(self.rows, IN_2026), self.became[:1], "Nghị quyết mẫu", report
        )
        self.assertEqual(len(report.unplaced), 1)
        self.assertIn("Nam", report.unplaced[0])
        changes.carry_out(change)
        self.assertTrue(Area.objects.get(name="Nam").lives)

    def test_the_command_previews_and_then_applies(self):
        with tempfile.TemporaryDirectory() as folder:
            list_file, moves_file = Path(folder) / "list.csv", Path(folder) / "moves.csv"
            list_file.write_text(
                "level,code,parent_code,type,name\n" + "\n".join(",".join(row) for row in self.rows), "utf-8"
            )
            moves_file.write_text(
                "old_code,new_code,relation\n" + "\n".join(",".join(row[:3]) for row in self.became), "utf-8"
            )
            words = ["areas", "load", str(list_file), "--on", str(IN_2026), "--moves", str(moves_file)]
            said = io.StringIO()
            with self.assertRaises(SystemExit):
                call_command(*words, stdout=said)
            self.assertIn("+ n1 Xã Tây Nam", said.getvalue())
            self.assertTrue(Area.objects.get(name="Tây").lives)
            with self.assertRaises(CommandError):
                call_command(*words, "--apply", stdout=said)
            call_command(*words, "--apply", "--basis", "Nghị quyết mẫu", stdout=said)
            self.assertFalse(Area.objects.get(name="Tây").lives)

    def test_a_list_with_holes_is_refused(self):
        with self.assertRaisesMessage(Refused, "m9"):
            nation.difference([*self.rows, Listed("commune", "n2", "m9", "xã", "Xa")], IN_2026)
        with self.assertRaisesMessage(Refused, "n1"):
            nation.difference([*self.rows, self.rows[-1]], IN_2026)
