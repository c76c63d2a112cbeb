"""Nghệ An for real: 460 → 412 → 130, held against the published counts."""

from collections import Counter
from datetime import date, timedelta

from django.db.models import Count, Q
from django.test import TestCase

from kheo.audit.models import Entry
from kheo.lib.periods import BEGINNING, FOREVER
from kheo.places import changes, loading
from kheo.places.models import Area, AreaCode, AreaLineage, AreaName, AreaSuccession, Level
from kheo.places.tests.lists import IN_2021, IN_2024, IN_2026, NgheAn

LAST_DAY_OF_DISTRICTS = date(2025, 6, 30)


class WhatWasPublished(NgheAn):
    def counts(self, day):
        here = Area.objects.on(day)
        return here.of_level(Level.DISTRICT).count(), here.communes().count()

    def test_districts_and_communes_of_each_state(self):
        self.assertEqual(self.counts(date(2024, 11, 30)), (21, 460))
        self.assertEqual(self.counts(date(2024, 12, 1)), (20, 412))
        self.assertEqual(self.counts(LAST_DAY_OF_DISTRICTS), (20, 412))
        self.assertEqual(self.counts(date(2025, 7, 1)), (0, 130))

    def test_types_since_july_2025(self):
        types = Counter(Area.objects.on(IN_2026).communes().values_list("type", flat=True))
        self.assertEqual(types, {"xã": 119, "phường": 11})

    def test_types_of_2024(self):
        types = Counter(Area.objects.on(IN_2024).communes().values_list("type", flat=True))
        self.assertEqual(types, {"xã": 362, "phường": 33, "thị trấn": 17})

    def test_the_province_is_one_row_throughout(self):
        province = Area.objects.get(level=Level.PROVINCE)
        self.assertEqual((province.valid_from, province.valid_to), (BEGINNING, FOREVER))
        self.assertEqual(province.full_name, "Tỉnh Nghệ An")

    def test_no_two_areas_of_a_day_share_a_code(self):
        for day in (IN_2021, IN_2024, IN_2026):
            held = AreaCode.objects.filter(valid_from__lte=day, valid_to__gt=day).values("code")
            self.assertFalse(held.annotate(n=Count("id")).filter(n__gt=1).exists())


class OldToNew(NgheAn):
    def test_every_old_commune_has_exactly_one_heir_among_the_130(self):
        for day, count in ((IN_2021, 460), (LAST_DAY_OF_DISTRICTS, 412)):
            old = Area.objects.on(day).communes()
            heirs = AreaLineage.objects.answering(IN_2026).filter(
                area__in=old, decided=True, share_numerator=1,
                heir__level=Level.COMMUNE, heir__valid_to=FOREVER,
            )  # fmt: skip
            self.assertEqual(heirs.count(), count)
            self.assertEqual(heirs.values("area").distinct().count(), count)
            self.assertEqual(heirs.values("heir").distinct().count(), 130)

    def test_heirs_are_those_of_the_list(self):
        listed = {move.old_code: move.new_code for move in loading.moves(loading.DISTRICTS_ENDED)}
        for area in Area.objects.on(LAST_DAY_OF_DISTRICTS).communes().prefetch_related("codes"):
            heir = area.heir_on(IN_2026)
            self.assertEqual(heir.code_on(IN_2026), listed[area.code_on(LAST_DAY_OF_DISTRICTS)], area)
            self.assertEqual((area.path_now, area.today_id), (heir.path, heir.pk))

    def test_every_one_of_the_130_has_the_listed_predecessors(self):
        listed = Counter(move.new_code for move in loading.moves(loading.DISTRICTS_ENDED))
        for area in (
            Area.objects.on(IN_2026).communes().annotate(n=Count("origins")).prefetch_related("codes")
        ):
            self.assertEqual(area.n, listed[area.code], area)

    def test_nine_communes_kept_their_territory(self):
        kept = AreaSuccession.objects.filter(on=loading.DISTRICTS_ENDED, kind="unchanged")
        self.assertEqual(kept.count(), 9)
        self.assertIn("Lượng Minh", kept.values_list("successor__name", flat=True))

    def test_each_succession_names_its_legal_basis(self):
        self.assertFalse(AreaSuccession.objects.filter(legal_basis="").exists())
        whole = AreaSuccession.objects.filter(on=loading.DISTRICTS_ENDED, kind="whole")
        self.assertEqual(whole.count(), 403)
        self.assertEqual(set(whole.values_list("legal_basis", flat=True)), {loading.RESOLUTION_2025})
        unsure = AreaSuccession.objects.filter(on=loading.DISTRICTS_MERGED, source__startswith="Một nguồn")
        self.assertEqual(unsure.count(), 45)

    def test_shares_add_up_to_one_on_every_day(self):
        for day in (IN_2021, date(2024, 11, 30), IN_2024, date(2025, 7, 1), IN_2026):
            lines = AreaLineage.objects.answering(day)
            self.assertEqual(lines.count(), Area.objects.count())
            self.assertFalse(lines.exclude(share_numerator=1, share_denominator=1).exists())

    def test_lineage_has_no_holes(self):
        spans = {}
        for area_id, first, end in (
            AreaLineage.objects.known()
            .order_by("area", "valid_from")
            .values_list("area_id", "valid_from", "valid_to")
        ):
            self.assertEqual(spans.get(area_id, BEGINNING), first)
            spans[area_id] = end
        self.assertEqual(set(spans.values()), {FOREVER})


class TamHop(NgheAn):
    """The commune of the Directive's photo, and the other one of that name."""

    def test_the_commune_of_the_photo_is_tam_thai_today(self):
        then = self.area("16936", IN_2021)
        self.assertEqual(then.full_place, "xã Tam Hợp, huyện Tương Dương, tỉnh Nghệ An")
        self.assertEqual(then.heir_on(IN_2026).full_place, "xã Tam Thái, tỉnh Nghệ An")
        self.assertEqual(then.today.name, "Tam Thái")

    def test_the_same_code_means_another_commune_today(self):
        self.assertEqual(self.area("16936", IN_2026).name, "Tam Thái")
        self.assertEqual(self.area("17059", IN_2026).name, "Tam Hợp")
        self.assertNotEqual(self.area("17059", IN_2026).pk, self.area("16936", IN_2021).today.pk)

    def test_ten_more_communes_whose_code_or_name_was_given_again(self):
        expected = {
            "16702": ("Nghi Phú", "Vinh Phú"),
            "16933": ("Tam Quang", "Tam Quang"),
            "16927": ("Tam Đình", "Tam Quang"),
            "17059": ("Tam Hợp", "Tam Hợp"),
            "17548": ("Phú Thành", "Đông Thành"),
            "17542": ("Hồng Thành", "Đông Thành"),
            "17572": ("Nhân Thành", "Yên Thành"),
            "17779": ("Xuân Tường", "Xuân Lâm"),
            "17980": ("Xuân Lâm", "Kim Liên"),
            "17098": ("Cầu Giát", "Quỳnh Lưu"),
            "17227": ("Con Cuông", "Con Cuông"),
            "16963": ("Nghĩa Thọ", "Nghĩa Thọ"),
        }
        told = {code: self.area(code, IN_2021) for code in expected}
        names = {code: (area.named_on(IN_2021).name, area.today.name) for code, area in told.items()}
        self.assertEqual(names, expected)

    def test_back_to_2021_goes_only_as_far_as_is_certain(self):
        today = self.area("16936", IN_2026)
        [line] = today.heirs_on(IN_2021)
        self.assertEqual((line.heir.full_name, line.decided), ("Huyện Tương Dương", False))
        kept = self.area("16906", IN_2026)
        [line] = kept.heirs_on(IN_2021)
        self.assertEqual(
            (line.heir.full_place, line.decided), ("xã Lượng Minh, huyện Tương Dương, tỉnh Nghệ An", True)
        )


class December2024(NgheAn):
    def test_what_did_not_change_stayed_one_row(self):
        day_before = date(2024, 11, 30)
        stayed = Area.objects.communes().filter(valid_from=BEGINNING, valid_to=loading.DISTRICTS_ENDED)
        self.assertEqual(
            stayed.count(), 412 - Area.objects.filter(valid_from=loading.DISTRICTS_MERGED).count()
        )
        self.assertEqual(self.area("16936", day_before).pk, self.area("16936", IN_2024).pk)

    def test_a_new_type_keeps_the_row_and_dates_the_name(self):
        nghi_phu = self.area("16702", IN_2021)
        self.assertEqual(nghi_phu.pk, self.area("16702", IN_2024).pk)
        self.assertEqual(nghi_phu.name_on(IN_2021), "Xã Nghi Phú")
        self.assertEqual(nghi_phu.name_on(IN_2024), "Phường Nghi Phú")
        self.assertEqual(nghi_phu.place_on(IN_2021), "xã Nghi Phú, thành phố Vinh, tỉnh Nghệ An")

    def test_cua_lo_went_to_vinh_and_its_wards_moved(self):
        town = self.area("413", IN_2021)
        self.assertEqual(town.heir_on(IN_2024).full_name, "Thành phố Vinh")
        ward = self.area("16717", IN_2021)
        self.assertEqual(ward.parent, town)
        self.assertEqual(ward.heir_on(IN_2024).parent.full_name, "Thành phố Vinh")
        self.assertEqual(ward.successions.get().kind, "reparented")

    def test_nghi_phong_moved_from_nghi_loc_to_vinh(self):
        here = self.area("17902", IN_2021)
        self.assertEqual(here.parent.name, "Nghi Lộc")
        self.assertEqual(here.heir_on(IN_2024).parent.name, "Vinh")

    def test_a_district_is_the_province_after_its_level_ended(self):
        district = self.area("418", IN_2021)
        self.assertEqual(district.today.full_name, "Tỉnh Nghệ An")
        self.assertFalse(district.heir_undecided)


class Twice(TestCase):
    def everything(self):
        models = (Area, AreaCode, AreaName, AreaSuccession, AreaLineage, Entry)
        return [list(model.objects.order_by("pk").values_list()) for model in models]

    def test_loading_twice_changes_nothing(self):
        loading.load()
        before = self.everything()
        self.assertTrue(all(counts.nothing for counts in loading.load()))
        self.assertEqual(self.everything(), before)

    def test_the_reorganisation_can_be_carried_out_apart(self):
        loading.load(until=LAST_DAY_OF_DISTRICTS)
        self.assertEqual(Area.objects.on(IN_2026).communes().count(), 412)
        plan = changes.preview(loading.reorganisation_2025())
        self.assertEqual(plan.closed, {"commune": 412, "district": 20})
        self.assertEqual(plan.opened, {"commune": 130})
        self.assertEqual(plan.successions, 432)
        changes.prepare(loading.reorganisation_2025())
        self.assertEqual(Area.objects.on(IN_2026).communes().count(), 412)
        self.assertEqual(Area.objects.filter(in_force=False).count(), 130)
        changes.carry_out(loading.reorganisation_2025())
        self.assertEqual(Area.objects.on(IN_2026).communes().count(), 130)
        self.assertFalse(Area.objects.filter(Q(in_force=False) | Q(path_now="")).exists())

    def test_hamlets_and_what_was_read_before_stay(self):
        loading.load(until=LAST_DAY_OF_DISTRICTS)
        commune = Area.objects.with_code("16936", IN_2021).get()
        hamlet = Area.objects.add_hamlet("Phồng", "bản", commune)
        changes.carry_out(loading.reorganisation_2025())
        hamlet.refresh_from_db()
        self.assertEqual(hamlet.valid_to, loading.DISTRICTS_ENDED)
        self.assertEqual(hamlet.today.full_place, "bản Phồng, xã Tam Thái, tỉnh Nghệ An")
        self.assertEqual(hamlet.commune, commune)
        [line] = hamlet.today.heirs_on(IN_2021)
        self.assertEqual((line.heir, line.decided), (hamlet, True))
        self.assertEqual(hamlet.last_day, loading.DISTRICTS_ENDED - timedelta(days=1))
