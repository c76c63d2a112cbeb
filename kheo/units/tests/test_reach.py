"""What a post lets one see, and what it lets one do."""

from datetime import date

from django.contrib.auth.models import AnonymousUser
from django.test import TestCase
from django.urls import reverse

from kheo.lib.refusals import Refused
from kheo.units.models import Post, ReachKind, Role, Unit
from kheo.units.reach import Reach, disjoint, reaches_of, scope
from kheo.units.tests.cast import cast, person, post


class Seeing(TestCase):
    def setUp(self):
        self.cast = cast()

    def seen_by(self, who):
        return set(scope(Unit.objects.all(), who, unit="self", area="area").values_list("name", flat=True))

    def test_the_province_sees_everything_in_its_place(self):
        self.assertEqual(len(self.seen_by(self.cast.hoa)), Unit.objects.count())

    def test_a_commune_sees_its_own_place_and_not_its_neighbour(self):
        self.assertEqual(
            self.seen_by(self.cast.minh), {"Đảng ủy xã Tam Quang", "Hội Liên hiệp Phụ nữ xã Tam Quang"}
        )

    def test_a_line_sees_its_branches_wherever_they_are(self):
        mai = person("mai", "Võ Thị Mai")
        post(mai, self.cast.women, Role.SPECIALIST, ReachKind.LINE)
        self.assertEqual(
            self.seen_by(mai), {"Hội Liên hiệp Phụ nữ tỉnh", "Hội Liên hiệp Phụ nữ xã Tam Quang"}
        )

    def test_two_posts_see_the_union_each_record_once(self):
        mai = person("mai", "Võ Thị Mai")
        post(mai, self.cast.women, Role.SPECIALIST, ReachKind.LINE)
        post(mai, self.cast.dang_uy_tam_quang, Role.READER, ReachKind.PLACE)
        found = scope(Unit.objects.all(), mai, unit="self", area="area")
        self.assertEqual(found.count(), 3)
        self.assertEqual(len(self.seen_by(mai)), 3)

    def test_without_a_post_there_is_nothing_to_see(self):
        self.assertEqual(self.seen_by(person("nam", "Hà Nam")), set())
        self.assertEqual(self.seen_by(AnonymousUser()), set())
        self.assertEqual(self.seen_by(None), set())

    def test_an_ended_post_sees_nothing(self):
        held = Post.objects.get(user=self.cast.minh)
        held.valid_to = date(2025, 7, 2)
        held.save()
        self.assertEqual(self.seen_by(held), set())

    def test_own_reach_is_the_unit_alone(self):
        lan = person("lan2", "Lan")
        post(lan, self.cast.women, Role.REPORTER, ReachKind.OWN)
        self.assertEqual(self.seen_by(lan), {"Hội Liên hiệp Phụ nữ tỉnh"})

    def test_reaches_are_reduced_to_disjoint_prefixes(self):
        wide, inside, other = Reach("place", "1/"), Reach("place", "1/2/"), Reach("line", "1/2/")
        self.assertEqual(disjoint([inside, wide, other]), [other, wide])

    def test_reach_is_read_once_a_request(self):
        with self.assertNumQueries(1):
            reaches_of(self.cast.hoa)
            reaches_of(self.cast.hoa)


class Acting(TestCase):
    def setUp(self):
        self.cast = cast()

    def test_a_role_opens_its_verbs_and_no_others(self):
        head = Post.objects.get(user=self.cast.binh)
        head.require("head", "deputy")
        reader = Post.objects.get(user=self.cast.duc)
        with self.assertRaisesMessage(Refused, "Với vai trò"):
            reader.require("head", "deputy")

    def test_only_the_body_or_its_heir_may_act(self):
        minh = Post.objects.get(user=self.cast.minh)
        minh.require("reporter", unit=self.cast.dang_uy_tam_quang)
        with self.assertRaises(Refused):
            minh.require("reporter", unit=self.cast.dang_uy_tam_hop)

    def test_ending_a_post_is_recorded_and_done_once(self):
        held = Post.objects.get(user=self.cast.minh)
        held.end(by=self.cast.an, reason="Nghỉ hưu")
        self.assertFalse(held.is_current)
        with self.assertRaises(Refused):
            held.end(by=self.cast.an)

    def test_a_small_unit_may_confirm_its_own_work(self):
        self.assertTrue(self.cast.dang_uy_tam_quang.may_confirm_itself)
        self.assertFalse(self.cast.board.may_confirm_itself)


class SampleSwitch(TestCase):
    def setUp(self):
        self.cast = cast()
        Unit.objects.filter(pk=self.cast.women_tam_quang.pk).update(sample=True)

    def test_one_switch_hides_what_is_invented(self):
        self.client.force_login(self.cast.minh)
        url = reverse("unit_list")
        self.assertContains(self.client.get(url), "Hội Liên hiệp Phụ nữ xã Tam Quang")
        self.client.post(reverse("sample_switch"), {"sample": "hidden", "next": url})
        self.cast.minh.hides_sample = True
        seen = scope(Unit.objects.all(), self.cast.minh, unit="self", area="area")
        self.assertEqual(set(seen), {self.cast.dang_uy_tam_quang})
        self.client.post(reverse("sample_switch"), {"sample": "shown"})
        self.assertEqual(self.client.cookies["kheo_sample"].value, "shown")


class WithoutAPost(TestCase):
    def test_one_may_look_but_sends_nothing(self):
        people = cast()
        nam = person("nam", "Hà Nam")
        self.client.force_login(nam)
        self.assertEqual(self.client.get(reverse("unit_list")).status_code, 200)
        url = reverse("renewal_add", args=[people.board.pk])
        answer = self.client.post(url, {"number": "1"})
        self.assertContains(answer, "Hôm nay đồng chí không giữ nhiệm vụ nào", status_code=409)
