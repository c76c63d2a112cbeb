"""Every night some communes are counted anew; what does not hold is named to the administrator."""

from contextlib import ExitStack
from datetime import date, timedelta
from unittest import mock, skipUnless

from django.db import connection
from django.db.models import F
from django.test import TestCase, TransactionTestCase

from kheo.lib.nightly import nightly
from kheo.lib.refusals import Refused
from kheo.places.models import Area
from kheo.tallies import counting, sampling
from kheo.tallies.models import Cell
from kheo.tallies.tests.ledger import only_measure, thing
from kheo.units.tests.cast import cast


class OfANight(TestCase):
    def setUp(self):
        stack = ExitStack()
        self.addCleanup(stack.close)
        stack.enter_context(only_measure())
        self.cast = cast()
        self.tam_quang = self.cast.dang_uy_tam_quang.area
        thing(self.cast.dang_uy_tam_quang, 5, code="a")
        thing(self.cast.dang_uy_tam_hop, 7, code="b")
        counting.rebuild()
        # The night on which Tam Quang has its turn, and not Tam Hợp.
        self.night = date.fromordinal(sampling.NIGHTS * 24_000 + self.tam_quang.pk % sampling.NIGHTS)
        self.enterContext(_on(self.night))

    def test_every_commune_has_its_turn_once(self):
        turns = [sampling.of_night(self.night + timedelta(days=n)) for n in range(sampling.NIGHTS)]
        communes = Area.objects.filter(level__in=("commune", "part"))
        self.assertEqual(
            sorted(pk for turn in turns for pk in turn), sorted(communes.values_list("pk", flat=True))
        )

    def test_what_holds_is_told(self):
        self.assertIn(self.tam_quang.pk, sampling.of_night(self.night))
        # Its month, its year and the sum of its year.
        self.assertIn("3 ô", sampling.every_night())

    def test_what_does_not_hold_is_named_and_refused(self):
        Cell.objects.filter(area=self.tam_quang, measure="people").update(value=F("value") + 1)
        with self.assertRaises(Refused) as refused:
            sampling.every_night()
        self.assertIn("6", str(refused.exception))
        self.assertIn(str(self.tam_quang.pk), str(refused.exception))

    def test_another_commune_waits_for_its_night(self):
        Cell.objects.exclude(area=self.tam_quang).update(value=F("value") + 1)
        self.assertIn("3 ô", sampling.every_night())

    def test_a_record_without_its_cell_is_found(self):
        Cell.objects.filter(area=self.tam_quang).delete()
        with self.assertRaises(Refused):
            sampling.every_night()

    def test_it_is_done_every_night(self):
        self.assertIn("figures", [work.name for work in nightly.works])


class AtOneMoment(TransactionTestCase):
    @skipUnless(connection.vendor == "postgresql", "On SQLite nobody writes meanwhile.")
    def test_what_others_write_meanwhile_is_not_seen(self):
        def level():
            with connection.cursor() as cursor:
                cursor.execute("SHOW transaction_isolation")
                return cursor.fetchone()[0]

        with sampling.at_one_moment():
            self.assertEqual(level(), "repeatable read")
        self.assertEqual(level(), "read committed")


def _on(day):
    return mock.patch.object(sampling, "today", return_value=day)
