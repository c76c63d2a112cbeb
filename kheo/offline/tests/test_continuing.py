""" "Duy trì năm nay" from the phone: a commune's list in one sitting, each line with its own outcome."""

from django.db import connection
from django.test import Client, TestCase
from django.test.utils import CaptureQueriesContext

from kheo.initiatives.models import Enrolment, Initiative
from kheo.lib.periods import today
from kheo.offline.models import Continuation, Delivery
from kheo.offline.tests.cast import OnThePhone, cast, running


def as_(post):
    client = Client()
    client.force_login(post.user)
    return client


class Continuing(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.cast = cast()
        cls.year = today().year + 1
        cls.road = running(cls.cast).initiative
        cls.bell = running(cls.cast, "Tiếng kẻng bình yên").initiative

    def setUp(self):
        self.minh = OnThePhone(self.cast.minh)

    def writes(self, *initiatives, envelope=None, year=None):
        data = {"year": str(year or self.year), "pk": [str(each.pk) for each in initiatives]}
        return self.minh.envelope("continuing", data, pack_day=str(today()), **(envelope or {}))

    def sent(self, *initiatives, **kwargs):
        [receipt] = self.minh.send(self.writes(*initiatives, **kwargs))
        return receipt

    def test_each_line_is_enrolled_and_sent_and_the_envelope_is_one_record(self):
        written = self.writes(self.road, self.bell)
        first = self.minh.send(written)
        self.assertEqual(first[0]["state"], "accepted", first)
        self.assertIn("2", first[0]["sentence"])
        made = Continuation.objects.get()
        self.assertEqual(first[0]["record"]["url"], made.get_absolute_url())
        enrolled = Enrolment.objects.filter(year=self.year)
        self.assertEqual({each.state for each in enrolled}, {"sent"})
        self.assertEqual({each.kind for each in enrolled}, {"continuing"})
        for _ in range(3):
            self.assertEqual(self.minh.send(written), first)
        self.assertEqual((enrolled.count(), Continuation.objects.count()), (2, 1))

    def test_a_commune_of_thirty_five_in_one_sitting(self):
        more = [running(self.cast, f"Mô hình số {n}").initiative for n in range(33)]
        receipt = self.sent(self.road, self.bell, *more)
        self.assertEqual(receipt["state"], "accepted", receipt)
        self.assertEqual(Enrolment.objects.filter(year=self.year, state="sent").count(), 35)

    def test_the_phone_is_told_of_the_sitting_and_of_what_comes_back(self):
        written = self.writes(self.road, self.bell)
        self.minh.send(written)
        back = Enrolment.objects.get(year=self.year, initiative=self.bell)
        back.return_(by=self.cast.nga, reason="Nêu rõ người phụ trách")
        pack = self.minh.ask("pack", {"have": {}, "as": self.cast.minh.pk})["changed"]
        told = pack[f"mine:{written['id']}"]
        self.assertEqual((told["kind"], told["state"]), ("continuing", "sent"))
        returned = pack[f"mine:enrolment-{back.pk}"]
        self.assertEqual((returned["state"], returned["reason"]), ("returned", "Nêu rõ người phụ trách"))

    def test_kept_as_drafts_if_it_is_not_to_be_sent(self):
        receipt = self.sent(self.road, envelope={"send": False})
        self.assertEqual((receipt["state"], Delivery.objects.get().why), ("accepted", "kept"))
        self.assertEqual(Enrolment.objects.get(year=self.year).state, "draft")

    def test_one_that_ended_meanwhile_says_why_and_the_others_stand(self):
        written = self.writes(self.road, self.bell)
        self.bell.end(by=self.cast.nga, on=today(), reason="Đã xong")
        [receipt] = self.minh.send(written)
        self.assertEqual(receipt["state"], "accepted", receipt)
        self.assertIn("Tiếng kẻng bình yên", receipt["sentence"])
        self.assertEqual(Enrolment.objects.filter(year=self.year).get().initiative, self.road)

    def test_one_enrolled_on_the_web_meanwhile_is_not_enrolled_twice(self):
        written = self.writes(self.road, self.bell)
        self.bell.continue_in(self.year, by=self.cast.vinh)
        [receipt] = self.minh.send(written)
        self.assertEqual(receipt["state"], "accepted", receipt)
        self.assertEqual(Enrolment.objects.filter(year=self.year).count(), 2)
        self.assertEqual(Continuation.objects.get().counts()["already"], 1)

    def test_two_phones_with_the_same_list_enrol_each_once(self):
        other = OnThePhone(self.cast.minh, name="Máy thứ hai")
        self.minh.send(self.writes(self.road, self.bell))
        [receipt] = other.send(self.writes(self.road, self.bell))
        self.assertEqual(receipt["state"], "accepted", receipt)
        self.assertEqual(Enrolment.objects.filter(year=self.year).count(), 2)

    def test_one_that_moved_away_is_not_named(self):
        written = self.writes(self.road, self.bell)
        away = self.cast.world.dang_uy_tam_hop
        Initiative.objects.filter(pk=self.bell.pk).update(owner=away, area=away.area, commune=away.area)
        [receipt] = self.minh.send(written)
        self.assertEqual(receipt["state"], "accepted", receipt)
        self.assertNotIn("Tiếng kẻng", receipt["sentence"])
        self.assertEqual(Continuation.objects.get().lines.filter(went="refused").count(), 1)

    def test_where_no_line_stands_it_waits_for_a_person_and_can_be_corrected(self):
        written = self.writes(self.bell)
        self.bell.end(by=self.cast.nga, on=today(), reason="Đã xong")
        [receipt] = self.minh.send(written)
        self.assertEqual(receipt["state"], "needs_attention")
        self.assertIn("Tiếng kẻng bình yên", receipt["sentence"])
        self.assertFalse(Continuation.objects.exists())
        self.assertFalse(Enrolment.objects.filter(year=self.year).exists())
        again = self.writes(self.road, envelope={"id": written["id"], "replaces": receipt["content"]})
        [receipt] = self.minh.send(again)
        self.assertEqual(receipt["state"], "accepted", receipt)

    def test_nothing_chosen_or_another_year_is_said(self):
        for written, field in ((self.writes(), "pk"), (self.writes(self.road, year=2019), "year")):
            [receipt] = self.minh.send(written)
            self.assertEqual((receipt["state"], list(receipt["errors"])), ("needs_attention", [field]))
        [receipt] = self.minh.send(self.minh.envelope("continuing", {"year": "2026", "pk": ["x", "1" * 30]}))
        self.assertEqual(receipt["state"], "needs_attention")

    def test_a_reader_continues_nothing(self):
        duc = OnThePhone(self.cast.duc)
        [receipt] = duc.send(self.writes(self.road, envelope={"as": self.cast.duc.pk}))
        self.assertEqual(receipt["state"], "needs_attention")
        self.assertFalse(Enrolment.objects.filter(year=self.year).exists())

    def test_a_neighbour_continues_nothing_of_others(self):
        lan = OnThePhone(self.cast.lan)
        [receipt] = lan.send(self.writes(self.road, envelope={"as": self.cast.lan.pk}))
        self.assertEqual(receipt["state"], "needs_attention")
        self.assertNotIn("Con đường", receipt["sentence"])

    def test_its_page_tells_each_line_and_a_neighbour_finds_nothing(self):
        self.bell.end(by=self.cast.nga, on=today(), reason="Đã xong")
        self.sent(self.road, self.bell)
        url = Continuation.objects.get().get_absolute_url()
        page = as_(self.cast.minh).get(url)
        self.assertContains(page, "Con đường hiến đất")
        self.assertContains(page, "Tiếng kẻng bình yên")
        self.assertEqual(as_(self.cast.lan).get(url).status_code, 404)
        self.assertEqual(as_(self.cast.duc).get(url).status_code, 200)

    def test_its_page_costs_the_same_for_one_line_as_for_three(self):
        minh = as_(self.cast.minh)

        def taken(*initiatives, year):
            self.sent(*initiatives, year=year)
            url = Continuation.objects.latest("pk").get_absolute_url()
            minh.get(url)
            with CaptureQueriesContext(connection) as queries:
                minh.get(url)
            return len(queries)

        third = running(self.cast, "Vườn rau sạch").initiative
        self.assertEqual(
            taken(self.road, year=self.year),
            taken(self.road, self.bell, third, year=self.year - 2 + 1),
        )
