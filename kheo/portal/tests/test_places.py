"""Where something was and where that is today, on pages and on the map."""

from datetime import date

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kheo.initiatives.models import Initiative
from kheo.initiatives.tests.cast import cast
from kheo.places import borders
from kheo.places.models import GSO, Area, AreaCode
from kheo.portal import published
from kheo.stories.tests.cast import editor, known, running, written
from kheo.stories.tests.cast import published as told
from kheo.units.tests.cast import area


class PlacesOfThePast(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.cast = cast()
        cls.old = area("commune", "xã", "Tam Đình", cls.cast.world.province, since=date(2021, 1, 1))
        Area.objects.filter(pk=cls.old.pk).update(valid_to=date(2025, 7, 1), path_now=cls.cast.tam_quang.path)
        cls.old.refresh_from_db()
        cls.fish = known(cls.cast, area=cls.old)
        story = written(cls.cast, cls.fish, by=cls.cast.hoa, title="Thả cá xuống suối")
        story.propose(by=cls.cast.hoa)
        story.publish(by=editor(cls.cast))

    def test_the_page_names_both(self):
        page = self.client.get(published.address(self.fish)).content.decode()
        assert "xã Tam Đình" in page
        assert "Địa bàn hiện nay" in page
        assert "xã Tam Quang" in page

    def test_it_counts_in_the_commune_that_continues_it(self):
        whole = published.whole()
        assert whole.by_commune == {self.cast.tam_quang.pk: 1}
        assert (whole.total, whole.communes_with_any) == (1, 1)

    def test_a_commune_whose_borders_nobody_knows_counts_but_is_not_drawn(self):
        quang = self.cast.tam_quang
        assert quang.pk in published.whole().communes
        assert published.whole().drawn == []
        AreaCode.objects.create(area=quang, system=GSO, code=next(iter(borders.shapes())))
        assert published.whole().drawn == [quang]

    def test_the_list_of_todays_commune_holds_it(self):
        page = self.client.get(reverse("public_list"), {"commune": self.cast.tam_quang.pk})
        assert "Thả cá xuống suối" in page.content.decode()

    def test_where_the_heir_is_not_decided_no_commune_claims_it(self):
        Area.objects.filter(pk=self.old.pk).update(
            path_now=self.cast.world.province.path, heir_undecided=True
        )
        whole = published.whole()
        assert whole.communes_with_any == 0
        assert whole.total == 1
        page = self.client.get(published.address(self.fish)).content.decode()
        assert "chưa xác định thuộc xã, phường nào hiện nay" in page

    def test_names_make_readable_addresses(self):
        assert published.slug("Tiếng kẻng “bình yên” – Đường số 5") == "tieng-keng-binh-yen-duong-so-5"
        assert published.slug("“…”") == "mo-hinh"
        assert len(published.slug("đường " * 60)) <= 80

    def test_a_place_of_today_needs_no_second_name(self):
        bell = running(self.cast)
        told(self.cast, bell)
        page = self.client.get(published.address(Initiative.objects.get(pk=bell.pk))).content.decode()
        assert "Địa bàn hiện nay" not in page


class SeveralProvinces(TestCase):
    """A nation: Nghệ An with the bell of Tam Quang, and Cao Bằng beside it."""

    @classmethod
    def setUpTestData(cls):
        cls.cast = cast()
        cls.story = told(cls.cast, running(cls.cast))
        cls.nghe_an = cls.cast.world.province
        cls.cao_bang = area("province", "tỉnh", "Cao Bằng")
        cls.far = area("commune", "xã", "Bảo Lạc", cls.cao_bang)

    def read(self, **asked):
        return self.client.get(reverse("public_list"), asked)

    def offered(self, page):
        fields = page.context["form"].fields
        return [area.name for area in fields["commune"].queryset] if "commune" in fields else None

    def test_first_the_province_then_its_communes(self):
        page = self.read()
        self.assertIsNone(self.offered(page))
        self.assertNotContains(page, "Bảo Lạc")
        self.assertContains(page, f'<option value="{self.nghe_an.pk}">Tỉnh Nghệ An</option>', html=True)
        page = self.read(province=self.nghe_an.pk)
        self.assertEqual(self.offered(page), ["Tam Hợp", "Tam Quang"])
        self.assertContains(page, self.story.title)
        self.assertNotContains(self.read(province=self.cao_bang.pk), self.story.title)

    def test_what_is_known_to_lie_in_the_province_and_no_nearer_is_found_there(self):
        story = written(
            self.cast, known(self.cast, area=self.nghe_an), by=self.cast.hoa, title="Xóa nhà tạm cho hộ nghèo"
        )
        story.propose(by=self.cast.hoa)
        story.publish(by=editor(self.cast))
        self.assertContains(self.read(province=self.nghe_an.pk), story.title)
        self.assertNotContains(self.read(province=self.cao_bang.pk), story.title)
        self.assertNotContains(self.read(commune=self.cast.tam_quang.pk), story.title)

    def test_an_address_that_names_a_commune_alone_knows_its_province(self):
        page = self.read(commune=self.cast.tam_quang.pk)
        self.assertContains(page, self.story.title)
        self.assertEqual(self.offered(page), ["Tam Hợp", "Tam Quang"])
        self.assertContains(
            page, f'<option value="{self.nghe_an.pk}" selected>Tỉnh Nghệ An</option>', html=True
        )

    def test_the_commune_of_the_province_chosen_before_is_left_out(self):
        page = self.read(province=self.cao_bang.pk, commune=self.cast.tam_quang.pk)
        self.assertEqual(page.context["chosen"], {"province": self.cao_bang})
        self.assertEqual(page.context["form"].errors, {})
        self.assertEqual(self.read(province="x", commune="y").status_code, 200)

    def test_many_provinces_cost_what_two_cost(self):
        def taken():
            with CaptureQueriesContext(connection) as queries:
                self.read(province=self.nghe_an.pk, commune=self.cast.tam_quang.pk)
            return len(queries)

        before = taken()
        for name in ("Hà Giang", "Lào Cai"):
            area("commune", "xã", f"Sa {name}", area("province", "tỉnh", name))
        self.assertEqual(taken(), before)

    def test_one_province_alone_is_not_asked_for(self):
        Area.objects.filter(pk__in=[self.far.pk, self.cao_bang.pk]).update(valid_to=date(2026, 1, 1))
        page = self.read()
        self.assertNotIn("province", page.context["form"].fields)
        self.assertEqual(self.offered(page), ["Tam Hợp", "Tam Quang"])
