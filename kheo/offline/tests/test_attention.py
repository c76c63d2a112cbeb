"""What needs a person: read in plain words, put right, given to whom it belongs, released, withdrawn."""

from datetime import timedelta

from django.db import connection
from django.test import Client, TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from kheo.audit.models import Entry
from kheo.duties.arrivals import channels
from kheo.fieldwork.models import FieldReport
from kheo.initiatives.models import Enrolment
from kheo.offline import attention
from kheo.offline.models import Delivery
from kheo.offline.tests.cast import OnThePhone, cast, running
from kheo.ui.registry import panels
from kheo.units.models import Role
from kheo.upkeep.status import AMBER

LIST = "/ban-gui/"


def as_(post):
    client = Client()
    client.force_login(post.user)
    return client


class Attention(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.cast = cast()
        cls.road = running(cls.cast)

    def setUp(self):
        self.minh = OnThePhone(self.cast.minh)

    def wrong(self, **changed):
        """A report whose day nobody can read."""
        self.minh.send(self.minh.writes(self.road, **{"happened_on": "hôm kia", **changed}))
        return Delivery.objects.latest("pk")

    def shown(self, post, query=""):
        page = as_(post).get(LIST + query)
        self.assertEqual(page.status_code, 200)
        return [row.pk for row in page.context["page"].rows]

    # Reading

    def test_it_is_read_in_plain_words_with_what_is_wrong_beside_each(self):
        waits = self.wrong()
        self.assertEqual(self.shown(self.cast.vinh), [waits.pk])
        page = as_(self.cast.vinh).get(reverse("delivery", args=[waits.pk]))
        for words in (
            "Con đường hiến đất",
            "hôm kia",
            "120 m đường",
            "Ngày diễn ra",
            "Lô Văn Minh",
            waits.number,
        ):
            self.assertContains(page, words)
        for machine in (
            "{&#x27;",
            "happened_on&#x27;",
            waits.content_hash,
            str(self.road.initiative_id) + "&quot;",
        ):
            self.assertNotContains(page, machine)
        self.assertContains(page, "button--main", 1)

    def test_whoever_sent_it_finds_it_on_the_web_too(self):
        waits = self.wrong()
        self.assertEqual(self.shown(self.cast.minh, "?shown=mine"), [waits.pk])
        self.minh.send(self.minh.writes(self.road))
        self.assertEqual(len(self.shown(self.cast.minh, "?shown=mine")), 2)
        self.assertEqual(len(self.shown(self.cast.minh, "?shown=settled")), 1)

    def test_an_empty_list_says_what_will_stand_there(self):
        self.assertContains(as_(self.cast.vinh).get(LIST), "Không có gì đang chờ")
        self.assertContains(as_(self.cast.minh).get(LIST + "?shown=mine"), "điện thoại")

    def test_a_registration_and_a_periodic_report_are_read_in_words_too(self):
        self.minh.send(self.minh.registers(self.cast, name=""))
        page = as_(self.cast.vinh).get(Delivery.objects.latest("pk").get_absolute_url())
        self.assertContains(page, "Kinh tế")
        self.assertContains(page, "86 hộ cùng tham gia")
        about = self.road.initiative_id
        written = {"results": "", f"line_{about}": "weak", f"note_{about}": "Thiếu kinh phí"}
        self.minh.send(self.minh.envelope("unit_report", written))
        page = as_(self.cast.vinh).get(Delivery.objects.latest("pk").get_absolute_url())
        self.assertContains(page, "Con đường hiến đất")
        self.assertContains(page, "Thiếu kinh phí")

    def test_the_list_costs_the_same_for_one_as_for_three(self):
        vinh = as_(self.cast.vinh)

        def taken(url):
            vinh.get(url)
            with CaptureQueriesContext(connection) as queries:
                vinh.get(url)
            return len(queries)

        self.wrong()
        first = taken(LIST), taken(reverse("home"))
        self.wrong()
        self.wrong()
        self.assertEqual((taken(LIST), taken(reverse("home"))), first)

    # Putting right

    def test_it_is_completed_for_its_sender_and_the_phone_is_told(self):
        waits = self.wrong()
        nga = as_(self.cast.nga)
        url = reverse("delivery_complete", args=[waits.pk])
        page = nga.get(url)
        self.assertContains(page, "hôm kia")
        self.assertContains(page, "Bà con góp công mở đường")
        typed = {bound.html_name: bound.value() or "" for bound in page.context["shown"]}
        answer = nga.post(url, {**typed, "happened_on": "05/07/2026"}, follow=True)
        report = FieldReport.objects.get()
        self.assertRedirects(answer, report.get_absolute_url())
        self.assertEqual((report.sender, report.state), (self.cast.minh, "sent"))
        waits.refresh_from_db()
        self.assertEqual((waits.state, waits.decided_by), ("accepted", self.cast.nga))
        self.assertEqual(waits.content["data"]["happened_on"], ["hôm kia"])
        pack = self.minh.ask("pack", {"have": {}, "as": self.cast.minh.pk})["changed"]
        self.assertEqual(pack[f"mine:{waits.envelope}"]["state"], "sent")

    def test_what_is_still_wrong_stays_on_the_page(self):
        waits = self.wrong()
        url = reverse("delivery_complete", args=[waits.pk])
        answer = as_(self.cast.nga).post(url, {"happened_on": "hôm kìa", "narrative": "Sửa lại"})
        self.assertContains(answer, "hôm kìa")
        self.assertContains(answer, "Sửa lại")
        self.assertEqual(FieldReport.objects.count(), 0)

    def test_one_whose_initiative_nobody_knows_is_given_its_initiative(self):
        self.minh.send(self.minh.writes(self.road, initiative="999999"))
        waits = Delivery.objects.get()
        self.assertEqual(waits.why, "not_found")
        nga = as_(self.cast.nga)
        url = reverse("delivery_complete", args=[waits.pk])
        self.assertContains(nga.get(url), "Con đường hiến đất")
        page = nga.get(url, {"initiative": self.road.initiative_id})
        typed = {bound.html_name: bound.value() or "" for bound in page.context["shown"]}
        nga.post(url, {**typed, "initiative": self.road.initiative_id})
        self.assertEqual(FieldReport.objects.get().initiative, self.road.initiative)

    def test_it_is_withdrawn_with_a_reason_its_sender_reads(self):
        written = self.minh.writes(self.road, happened_on="hôm kia")
        self.minh.send(written)
        waits = Delivery.objects.get()
        url = reverse("delivery_withdraw", args=[waits.pk])
        vinh = as_(self.cast.vinh)
        self.assertEqual(vinh.post(url, {"reason": " "}).status_code, 200)
        before = Entry.objects.count()
        vinh.post(url, {"reason": "Đã báo cáo qua bản giấy"})
        waits.refresh_from_db()
        self.assertEqual((waits.state, Entry.objects.count()), ("withdrawn", before + 1))
        [receipt] = self.minh.send(written)
        self.assertIn("Đã báo cáo qua bản giấy", receipt["sentence"])
        self.assertContains(as_(self.cast.vinh).get(waits.get_absolute_url()), "hôm kia")

    # Conflicts and quarantine

    def test_two_versions_stand_side_by_side_and_one_is_kept(self):
        written = self.minh.writes(self.road)
        self.minh.send(written)
        other = OnThePhone(self.cast.minh, name="Máy thứ hai")
        other.send({**written, "data": {**written["data"], "households": "68"}})
        kept, conflict = Delivery.objects.order_by("pk")
        self.assertEqual(conflict.state, "conflict")
        nga = as_(self.cast.nga)
        page = nga.get(conflict.get_absolute_url())
        self.assertContains(page, "<mark>68")
        self.assertContains(page, "<mark>86")
        self.assertContains(page, kept.number)
        url = reverse("delivery_withdraw", args=[conflict.pk]) + f"?keep={kept.pk}"
        reason = nga.get(url).context["form"].initial["reason"]
        self.assertIn(kept.number, reason)
        nga.post(url, {"reason": reason})
        conflict.refresh_from_db()
        self.assertEqual(conflict.state, "withdrawn")
        self.assertEqual(FieldReport.objects.count(), 1)

    def test_the_version_that_is_right_corrects_the_record(self):
        written = self.minh.writes(self.road)
        self.minh.send(written)
        self.minh.send({**written, "data": {**written["data"], "households": "68"}})
        conflict = Delivery.objects.get(state="conflict")
        url, nga = reverse("delivery_take_over", args=[conflict.pk]), as_(self.cast.nga)
        self.assertContains(nga.get(conflict.get_absolute_url()), url)
        # The desk has not received it yet: nothing is written over under its eyes.
        self.assertContains(nga.post(url), "đã tiếp nhận hoặc trả lại", status_code=409)
        FieldReport.objects.get().return_(by=self.cast.hoa, reason="Xem lại số hộ")
        answer = nga.post(url)
        report = FieldReport.objects.get()
        self.assertRedirects(answer, report.get_absolute_url())
        self.assertEqual(report.figures.get(measure="households").amount, 68)
        self.assertNotContains(nga.get(conflict.get_absolute_url()), url)

    def test_between_two_that_wait_the_chosen_one_is_taken_and_the_other_is_kept(self):
        written = self.minh.writes(self.road, happened_on="hôm kia")
        self.minh.send(written)
        self.minh.send({**written, "data": {**written["data"], "happened_on": "05/07/2026"}})
        first, second = Delivery.objects.order_by("pk")
        nga = as_(self.cast.nga)
        nga.post(reverse("delivery_take", args=[second.pk]))
        first.refresh_from_db()
        second.refresh_from_db()
        self.assertEqual((first.state, second.state), ("superseded", "accepted"))
        self.assertEqual(FieldReport.objects.count(), 1)

    def test_what_a_lost_phone_hands_in_is_released_by_somebody_who_looked(self):
        self.minh.phone.revoke(by=self.cast.minh.user, reason="Mất trên đường")
        self.minh.send(self.minh.writes(self.road))
        held = Delivery.objects.get()
        self.assertEqual(self.shown(self.cast.vinh, "?shown=quarantined"), [held.pk])
        vinh = as_(self.cast.vinh)
        self.assertContains(vinh.get(held.get_absolute_url()), "thu hồi")
        vinh.post(reverse("delivery_release", args=[held.pk]))
        held.refresh_from_db()
        self.assertEqual((held.state, FieldReport.objects.count()), ("accepted", 1))

    # Doors

    def test_a_neighbour_finds_nothing_and_a_reader_is_refused(self):
        waits = self.wrong()
        lan, duc = as_(self.cast.lan), as_(self.cast.duc)
        self.assertEqual(self.shown(self.cast.lan), [])
        asking = ("delivery_complete", "delivery_assign", "delivery_withdraw", "delivery_erase")
        for name in ("delivery", *asking):
            self.assertEqual(lan.get(reverse(name, args=[waits.pk])).status_code, 404, name)
        for name in ("delivery_take", "delivery_take_over", "delivery_release"):
            self.assertEqual(lan.post(reverse(name, args=[waits.pk])).status_code, 404, name)
            self.assertEqual(duc.post(reverse(name, args=[waits.pk])).status_code, 409, name)
        self.assertEqual(duc.get(waits.get_absolute_url()).status_code, 200)
        for name in asking:
            self.assertEqual(duc.get(reverse(name, args=[waits.pk])).status_code, 409, name)
        refused = duc.get(reverse("delivery_withdraw", args=[waits.pk]))
        self.assertContains(refused, str(Role.READER.label), status_code=409)
        waits.refresh_from_db()
        self.assertEqual(waits.state, "needs_attention")

    # Where it is told of

    def test_the_unit_is_told_at_once_and_the_desk_above_after_some_days(self):
        waits = self.wrong()

        def told(post):
            names = [panel["name"] for panel in as_(post).get(reverse("home")).context["panels"]]
            return "offline_attention" in names

        self.assertTrue(told(self.cast.minh))
        self.assertTrue(told(self.cast.vinh))
        self.assertFalse(told(self.cast.hoa))
        self.assertFalse(told(self.cast.lan))
        self.assertFalse(told(self.cast.duc))
        self.assertEqual(attention.lines(), [])
        Delivery.objects.filter(pk=waits.pk).update(received_at=timezone.now() - timedelta(days=30))
        self.assertTrue(told(self.cast.hoa))
        [line] = attention.lines()
        self.assertEqual(line.tone, AMBER)
        self.assertIn("1", str(line.said))
        self.assertContains(as_(self.cast.vinh).get(reverse("unit_page", args=[waits.unit_id])), LIST)
        self.assertContains(as_(self.cast.nga).get(reverse("arrivals")), "Con đường hiến đất", 0)

    def test_the_panel_costs_the_same_for_one_as_for_three(self):
        request = as_(self.cast.vinh).get(reverse("home")).wsgi_request
        panel = next(each for each in panels.panels if each.name == "offline_attention")

        def taken():
            with CaptureQueriesContext(connection) as queries:
                panel.context(request)
            return len(queries)

        self.wrong()
        first = taken()
        self.wrong()
        self.wrong()
        self.assertEqual(taken(), first)

    def test_what_has_just_come_in_says_that_it_came_from_a_phone(self):
        self.minh.send(self.minh.writes(self.road, envelope={"photos": [photo("a"), photo("b")]}))
        self.minh.send(self.minh.registers(self.cast))
        nga = as_(self.cast.nga)
        page = nga.get(reverse("arrivals"))
        self.assertContains(page, "từ điện thoại", 2)
        self.assertContains(page, "2 ảnh đang được gửi tới")
        self.assertEqual(len(nga.get(reverse("arrivals") + "?way=phone").context["page"].rows), 2)
        self.assertEqual(len(nga.get(reverse("arrivals") + "?way=web").context["page"].rows), 0)
        self.assertIn("phone", channels.known)

    def test_what_continues_came_from_a_phone_too(self):
        self.minh.send(
            self.minh.envelope("continuing", {"year": "2027", "pk": [str(self.road.initiative_id)]})
        )
        enrolment = Enrolment.objects.get(year=2027)
        page = as_(self.cast.nga).get(reverse("arrivals") + "?way=phone").context["page"]
        self.assertEqual([row.thing for row in page.rows], [enrolment])


def photo(letter):
    return {"sha256": letter * 64, "size": 1000, "name": f"{letter}.jpg", "taken_on": None}
