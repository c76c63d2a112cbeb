"""What was written before a reorganisation arrives after it: at the heir, or with a person who decides."""

from datetime import date
from types import SimpleNamespace

from django.test import TestCase
from django.urls import reverse

from kheo.fieldwork.models import FieldReport
from kheo.initiatives.models import Enrolment, Initiative
from kheo.initiatives.tests.cast import draft
from kheo.lib.tests.clock import on_day
from kheo.offline.models import Delivery
from kheo.offline.tests.cast import OnThePhone, cast, divided, merged, running
from kheo.places import loading as areas
from kheo.plans.models import Field, Movement
from kheo.units import loading, reorganise
from kheo.units.models import Unit
from kheo.units.tests.cast import person, post

# The eve, the day, and ten days later, when the phone meets a signal again.
EVE, DAY, SENT = date(2026, 9, 30), date(2026, 10, 1), date(2026, 10, 10)


class TheCommuneWasMerged(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.cast = cast()
        cls.road = running(cls.cast)

    def setUp(self):
        self.minh = OnThePhone(self.cast.minh)
        with on_day(EVE):
            self.report = self.minh.writes(self.road, envelope={"pack_day": "2026-09-30"})
            self.registration = self.minh.registers(
                self.cast, name="Bếp ấm vùng cao", envelope={"pack_day": "2026-09-30"}
            )
        with on_day(DAY):
            self.tam_thai = merged(self.cast, DAY)

    def test_the_report_reaches_the_initiative_at_the_heir_and_a_note_says_so(self):
        with on_day(SENT):
            [receipt] = self.minh.send(self.report)
        self.assertEqual(receipt["state"], "accepted", receipt)
        report = FieldReport.objects.get()
        # The initiative stayed where it was; whoever answers for its place today finds it and its report.
        self.assertEqual(report.initiative.pk, self.road.initiative_id)
        with on_day(SENT):
            lan = self.cast.world.lan
            vars(lan).pop("current_posts", None)
            self.assertIn(report, FieldReport.objects.visible_to(lan))
        self.assertTrue(
            any("xã Tam Quang" in note and "xã Tam Thái" in note for note in receipt["notes"]),
            receipt["notes"],
        )
        self.assertEqual(report.sender.unit, self.tam_thai)

    def test_the_registration_is_led_by_the_heir(self):
        with on_day(SENT):
            [receipt] = self.minh.send(self.registration)
        self.assertEqual(receipt["state"], "accepted", receipt)
        initiative = Enrolment.objects.get(pk=receipt["record"]["id"]).initiative
        self.assertEqual(initiative.owner, self.tam_thai)
        self.assertEqual(initiative.commune, self.tam_thai.area)
        self.assertTrue(any("Tam Thái" in note for note in receipt["notes"]), receipt)
        self.assertEqual(Delivery.objects.get().unit, self.tam_thai)

    def test_what_is_written_with_the_new_pack_has_no_note(self):
        with on_day(SENT):
            now = self.cast.minh.user.posts.get(valid_from=DAY)
            [receipt] = self.minh.send(
                self.minh.writes(self.road, envelope={"pack_day": "2026-10-05", "as": now.pk})
            )
        self.assertEqual((receipt["state"], receipt["notes"]), ("accepted", []))


class TheCommuneWasDivided(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.cast = cast()
        cls.road = running(cls.cast)

    def setUp(self):
        self.minh = OnThePhone(self.cast.minh)
        self.report = self.minh.writes(self.road, envelope={"pack_day": "2026-09-30"})
        with on_day(DAY):
            divided(self.cast, DAY)

    def test_it_waits_for_a_person_visibly(self):
        with on_day(SENT):
            [receipt] = self.minh.send(self.report)
            self.assertEqual((receipt["state"], FieldReport.objects.count()), ("needs_attention", 0))
            self.assertIn("Tam Quang", receipt["sentence"])
            waits = Delivery.objects.get()
            self.assertEqual(waits.why, "undecided")
            # The province sees it; nobody's reach below is widened.
            self.assertIn(waits, Delivery.objects.visible_to(self.cast.hoa).waiting())
            self.assertNotIn(waits, Delivery.objects.visible_to(self.cast.lan))

    def test_the_province_says_whose_it_is_and_takes_it_up(self):
        with on_day(SENT):
            self.minh.send(self.report)
            waits = Delivery.objects.get()
            heir = Unit.objects.get(key="dang_uy", area__name="Tam Đình")
            waits.assign(by=self.cast.hoa, unit=heir, reason="Bản Bãi Xa thuộc Tam Đình")
            waits.refresh_from_db()
            self.assertEqual((waits.unit, waits.state), (heir, "needs_attention"))
            report = waits.settle(by=self.cast.hoa)
        waits.refresh_from_db()
        self.assertEqual((waits.state, waits.record), ("accepted", report))
        self.assertEqual(report.initiative.pk, self.road.initiative_id)
        with on_day(SENT):
            self.assertEqual(self.minh.send(self.report)[0]["state"], "accepted")


class TheFirstOfJuly2025(TestCase):
    """On the real lists: xã Tam Hợp of Tương Dương, of the Directive's photo, is xã Tam Thái since."""

    def test_written_in_june_sent_in_july(self):
        june, july = date(2025, 6, 30), date(2025, 7, 10)
        with on_day(june):
            areas.load_before()
            loading.load(areas.DISTRICTS_ENDED)
            body = Unit.objects.get(
                key="dang_uy", area__name="Tam Hợp", area__parent__name="Tương Dương"
            )  # fmt: skip
            lan = post(person("lan", "Vi Thị Lan"), body, "reporter", "place", date(2021, 1, 1))
            world = SimpleNamespace(
                movement=Movement.objects.create(name="Dân vận khéo", code="dvk"),
                economy=Field.objects.get_or_create(code="kinh_te", defaults={"name": "Kinh tế"})[0],
                minh=lan,
            )
            road = draft(world, "Đường vào bản Phá Lõm", year=2025)
            Enrolment.objects.update(state="approved")
            Initiative.objects.update(state="running")
            phone = OnThePhone(lan)
            written = phone.writes(
                road, happened_on="28/06/2025", envelope={"pack_day": "2025-06-30"}
            )  # fmt: skip
        with on_day(date(2025, 7, 1)):
            reorganise.carry_out(reorganise.known_plans()[0])
        with on_day(july):
            [receipt] = phone.send(written)
        self.assertEqual(receipt["state"], "accepted", receipt)
        self.assertIn("xã Tam Hợp", receipt["notes"][0])
        self.assertIn("xã Tam Thái", receipt["notes"][0])
        report = FieldReport.objects.get()
        self.assertEqual((report.initiative.owner, report.initiative.area), (body, body.area))
        self.assertEqual(report.sender.unit.area.name, "Tam Thái")
        # Her initiative's page names the body it was registered by, when that ended, and whose it is.
        self.client.force_login(lan.user)
        page = self.client.get(reverse("initiative", args=[report.initiative.pk]))
        self.assertContains(page, "Kết thúc ngày 01/7/2025. Nay là: Đảng ủy xã Tam Thái")
