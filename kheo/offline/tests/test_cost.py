"""An outbox asks the database a fixed number of times, and a few times more for each envelope."""

import dataclasses
from datetime import date
from unittest import mock

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from kheo.fieldwork.forms import UnitReportForm
from kheo.fieldwork.models import FieldReport
from kheo.initiatives.models import Enrolment, Initiative
from kheo.initiatives.tests.cast import draft
from kheo.lib.tests.clock import on_day
from kheo.offline import kinds, unit_reports
from kheo.offline.tests.cast import OnThePhone, cast, running
from kheo.units.models import ReachKind, Role
from kheo.units.tests.cast import person, post


class Cost(TestCase):
    def test_one_more_report_costs_few_questions(self):
        people = cast()
        roads = [running(people, f"Con đường số {number}") for number in range(4)]
        minh = OnThePhone(people.minh)

        def asked(number: int) -> int:
            written = [minh.writes(roads[n % 4], happened_on=f"0{1 + n}/07/2026") for n in range(number)]
            with CaptureQueriesContext(connection) as found:
                receipts = minh.send(*written)
            self.assertEqual({each["state"] for each in receipts}, {"accepted"})
            return len(found)

        asked(1)
        one, two, eight = asked(1), asked(2), asked(8)
        # Each alike, in its own transaction: what all need was read once.
        self.assertEqual(eight - one, 7 * (two - one))
        self.assertLessEqual(two - one, 12)
        self.assertLessEqual(one, 18)

    @on_day(date(2026, 7, 20))
    def test_a_periodic_report_costs_the_same_with_three_lines_as_with_thirty(self):
        people = cast()
        minh = OnThePhone(people.minh)
        told: list[Initiative] = []

        def asked(number: int) -> int:
            while len(told) < number:
                told.append(running(people, f"Con đường số {len(told)}").initiative)
            typed = {"period_first": "01/01/2026", "period_last": "30/06/2026", "results": "Đang chạy"}
            lines = {f"line_{each.pk}": "good" for each in told}
            written = minh.envelope("unit_report", {**typed, **lines}, pack_day="2026-07-20")
            made: list[UnitReportForm] = []
            bind = unit_reports.bind

            def seen(*args):
                form, notes = bind(*args)
                made.append(form)
                return form, notes

            with (
                CaptureQueriesContext(connection) as found,
                mock.patch.dict(
                    kinds.KINDS, {"unit_report": dataclasses.replace(kinds.KINDS["unit_report"], bind=seen)}
                ),
            ):
                [receipt] = minh.send(written)
            self.assertEqual((receipt["state"], receipt["record"]["state"]), ("accepted", "sent"), receipt)
            # Nobody looked at a line, so no field of one was made.
            self.assertEqual((len(made[0].initiatives), made[0].fields.made), (number, {}))
            return len(found)

        asked(3)
        self.assertEqual(asked(3), asked(30))
        self.assertLessEqual(asked(30), 18)

    def test_what_a_post_reaches_is_what_it_sees(self):
        people = cast()
        roads = [running(people), draft(people, "Ngõ nhà bên", by=people.lan)]
        women = people.world.women_tam_quang
        roads += [draft(people, "Tổ phụ nữ", owner=women, area=people.tam_quang)]
        line = post(person("tinh_phu_nu", "Hà Thị Sen"), people.world.women, Role.SPECIALIST, ReachKind.LINE)
        own = post(person("chi_minh", "Vi Văn Tý"), women, Role.REPORTER, ReachKind.OWN)
        for each in (people.minh, people.lan, people.hoa, people.duc, people.thanh, people.nga, line, own):
            seen = set(Initiative.objects.visible_to(each).values_list("pk", flat=True))
            reached = {
                road.initiative_id
                for road in roads
                if each.reaches(unit=road.initiative.owner, area=road.initiative.area)
            }
            self.assertEqual(reached, seen, str(each))

    def test_two_people_share_no_choice_of_initiatives(self):
        people = cast()
        mine, next_door = running(people), draft(people, "Ngõ nhà bên", by=people.lan)
        OnThePhone(people.lan).send(OnThePhone(people.lan).writes(next_door))
        [receipt] = OnThePhone(people.minh).send(OnThePhone(people.minh).writes(next_door))
        self.assertEqual((receipt["state"], FieldReport.objects.count()), ("needs_attention", 0))
        [receipt] = OnThePhone(people.minh).send(OnThePhone(people.minh).writes(mine))
        self.assertEqual(receipt["state"], "accepted", receipt)

    def test_what_changed_since_the_form_was_read_is_seen(self):
        from kheo.offline import reports

        people = cast()
        road, other = running(people), running(people, "Con đường khác")
        minh = OnThePhone(people.minh)
        check = reports._facts_now

        def moved(pk: int):
            # Between reading and filing, the first initiative goes to the commune next door.
            if pk == road.pk:
                there = people.world.tam_hop
                Initiative.objects.filter(pk=road.initiative_id).update(
                    area=there, commune=there, owner=people.world.dang_uy_tam_hop
                )
            else:
                Enrolment.objects.filter(pk=pk).update(state="withdrawn")
            return check(pk)

        with mock.patch.object(reports, "_facts_now", moved):
            receipts = minh.send(minh.writes(road), minh.writes(other))
        self.assertEqual([each["state"] for each in receipts], ["needs_attention"] * 2)
        self.assertIn("phạm vi", receipts[0]["sentence"])
        self.assertFalse(FieldReport.objects.exists())
