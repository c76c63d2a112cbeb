"""An outbox asks the database a fixed number of times, and a few times more for each envelope."""

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from kheo.fieldwork.models import FieldReport
from kheo.initiatives.models import Enrolment, Initiative
from kheo.offline.tests.cast import OnThePhone, cast, running


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
        self.assertLessEqual(one, 24)

    def test_what_changed_since_the_form_was_read_is_seen(self):
        from unittest import mock

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
