"""Cells hold what their records say, whoever writes and in whatever order."""

import threading
from contextlib import ExitStack
from datetime import date
from importlib import import_module
from types import SimpleNamespace
from unittest import mock
from uuid import uuid4

from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import F
from django.test import TestCase, TransactionTestCase

from kheo.lib.periods import FOREVER
from kheo.plans.models import Field
from kheo.tallies import counting
from kheo.tallies.counting import verify
from kheo.tallies.figures import year
from kheo.tallies.measures import REGISTRY, Measure, first_day, register
from kheo.tallies.models import SUMS, AreaYear, Cell
from kheo.tallies.tests.ledger import only_measure, shares_of, thing
from kheo.units.tests.cast import cast


class Moving(TestCase):
    def setUp(self):
        stack = ExitStack()
        self.addCleanup(stack.close)
        stack.enter_context(only_measure())
        self.cast = cast()
        self.unit = self.cast.dang_uy_tam_quang
        self.thing = thing(self.unit, 0)

    def change(self, **changes):
        with counting.counting(self.thing):
            Field.objects.filter(pk=self.thing.pk).update(**changes)

    def open_cells(self):
        cells = Cell.objects.filter(known_to=date(9999, 12, 31)).exclude(value=0)
        # Each month has a second cell for its year, which holds the same here.
        by_year = sorted(cells.filter(measure="people/year").values_list("value", flat=True))
        by_month = list(cells.exclude(measure="people/year").values_list("period", "value"))
        assert by_year == sorted(value for _period, value in by_month)
        return by_month

    def test_a_change_moves_the_cell_by_its_difference(self):
        self.change(order=5)
        self.assertEqual(self.open_cells(), [(date(2026, 1, 1), 5)])
        self.change(order=3)
        self.assertEqual(self.open_cells(), [(date(2026, 1, 1), 3)])

    def test_a_thing_that_moves_leaves_its_old_cell(self):
        self.change(order=5)
        self.change(name_en=f"{self.unit.pk},3")
        self.assertEqual(self.open_cells(), [(date(2026, 3, 1), 5)])

    def test_without_a_commune_it_is_not_counted(self):
        self.change(order=5, name_en=f"{self.cast.board.pk},1")
        self.assertEqual(self.open_cells(), [])
        self.assertEqual(verify(), (0, []))

    def test_a_refusal_moves_nothing(self):
        with self.assertRaises(ValueError), counting.counting(self.thing):
            Field.objects.filter(pk=self.thing.pk).update(order=5)
            raise ValueError
        self.assertEqual(self.open_cells(), [])
        # And the next change is gathered anew.
        self.change(order=2)
        self.assertEqual(self.open_cells(), [(date(2026, 1, 1), 2)])

    def test_many_inside_one_move_each_cell_once(self):
        other = thing(self.unit, 0, code="b")
        with mock.patch.object(counting, "move", wraps=counting.move) as move:
            with counting.counting(self.thing, other):
                for each in (self.thing, other):
                    with counting.counting(each):
                        Field.objects.filter(pk=each.pk).update(order=4)
        self.assertEqual(move.call_count, 1)
        self.assertEqual(sum(value for _period, value in self.open_cells()), 8)

    def test_the_first_change_of_a_day_keeps_yesterdays_row(self):
        with mock.patch.object(counting, "today", return_value=date(2026, 5, 1)):
            self.change(order=5)
        with mock.patch.object(counting, "today", return_value=date(2026, 5, 2)):
            self.change(order=7)
            self.change(order=8)
        rows = Cell.objects.filter(measure="people").order_by("known_from")
        rows = rows.values_list("known_from", "known_to", "value")
        self.assertEqual(
            list(rows),
            [
                (date(2026, 5, 1), date(2026, 5, 2), 5),
                (date(2026, 5, 2), date(9999, 12, 31), 8),
            ],
        )

    def test_the_first_change_of_a_day_goes_on_from_yesterdays_value_in_many_cells(self):
        others = [thing(self.unit, 0, month=1 + number % 12, code=f"c{number}") for number in range(80)]
        for day, difference in ((1, 1), (2, 2), (2, 4)):
            with mock.patch.object(counting, "today", return_value=date(2026, 5, day)):
                with counting.counting(*others):
                    Field.objects.filter(code__startswith="c").update(order=F("order") + difference)
        self.assertEqual(verify(), (161, []))
        self.assertEqual(set(Cell.objects.filter(known_to=date(2026, 5, 2)).values_list("value")), {(1,)})
        self.assertEqual(Cell.objects.count(), 2 * 160)

    def test_only_what_a_change_can_touch_is_counted_again(self):
        counted = []

        def others(pk, communes=None):
            counted.append(pk)
            return [{**share, "value": 10 * share["value"]} for share in shares_of(pk)]

        register(Measure("households", "households", "year", others))
        with counting.counting(self.thing, only=["people"]):
            Field.objects.filter(pk=self.thing.pk).update(order=5)
        self.assertEqual(counted, [])
        self.assertEqual(self.open_cells(), [(date(2026, 1, 1), 5)])
        # Joined by one that says nothing of the kind, everything of the thing is.
        with counting.counting(self.thing, only=["people"]), counting.counting(self.thing):
            Field.objects.filter(pk=self.thing.pk).update(order=6)
        self.assertEqual(counted, [self.thing.pk] * 2)
        cell = Cell.objects.get(measure="households")
        self.assertEqual(cell.value, 10 * (6 - 5))

    def with_records(self):
        """The thing's records by series, and what was read: a series, or None for all of them at once."""
        here = {key: value for key, value in next(iter(shares_of(self.thing.pk))).items() if key != "value"}
        records, read = {}, []

        def all_of_them(pk=None, communes=None):
            read.append(None)
            return [{**here, "value": sum(records.values())}]

        def one(pk, series):
            read.append(series)
            return [{**here, "value": records.get(series, 0)}]

        REGISTRY.clear()
        register(Measure("people", "people", "month", all_of_them, one))
        return records, read

    def test_of_many_records_only_the_one_that_changes_is_read(self):
        records, read = self.with_records()
        road, bridge = uuid4(), uuid4()
        for series, people in ((road, 5), (bridge, 7), (road, 6)):
            with counting.counting(self.thing, only=["people"], record=series):
                records[series] = people
        self.assertEqual(self.open_cells(), [(date(2026, 1, 1), 13)])
        self.assertNotIn(None, read)

    def test_a_batch_locks_and_each_record_says_what_it_changes(self):
        records, read = self.with_records()
        with mock.patch.object(counting, "move", wraps=counting.move) as move:
            with counting.counting(self.thing, only=()):
                for people in (5, 7, 9):
                    with counting.counting(self.thing, only=["people"], record=(series := uuid4())):
                        records[series] = people
        self.assertEqual(self.open_cells(), [(date(2026, 1, 1), 21)])
        self.assertEqual((move.call_count, read), (1, [*records, *records]))

    def test_a_record_met_alone_and_then_with_all_others_is_counted_once(self):
        records, _read = self.with_records()
        road, bridge = uuid4(), uuid4()
        records[bridge] = 100
        with counting.counting(self.thing):
            pass
        self.assertEqual(self.open_cells(), [])
        with counting.counting(self.thing, record=road):
            records[road] = 5
            with counting.counting(self.thing):
                records[bridge] = 104
                records[road] = 6
                with counting.counting(self.thing, record=bridge):
                    records[bridge] = 103
        # Six of the road, three more of the bridge.
        self.assertEqual(self.open_cells(), [(date(2026, 1, 1), 9)])

    def test_verify_names_the_first_difference(self):
        self.change(order=5)
        self.assertEqual(verify(), (3, []))
        Cell.objects.update(value=F("value") + 1)
        compared, wrong = verify()
        self.assertEqual((compared, wrong[0].held, wrong[0].counted), (3, 6, 5))
        with self.assertRaises(SystemExit):
            call_command("tallies", "verify")

    def test_rebuild_brings_cells_to_their_records(self):
        Field.objects.filter(pk=self.thing.pk).update(order=5)
        self.assertEqual(counting.rebuild(), 2)
        Field.objects.filter(pk=self.thing.pk).update(order=9)
        self.assertEqual(counting.rebuild(), 2)
        self.assertEqual(counting.rebuild(), 0)
        # Its month, its year, and its commune's year.
        self.assertEqual(verify(), (3, []))

    def test_the_sum_of_a_communes_year_moves_with_its_cells(self):
        self.change(order=5)
        other = thing(self.unit, 0, month=3, code="b")
        with counting.counting(other):
            Field.objects.filter(pk=other.pk).update(order=6)
        held = AreaYear.objects.get(known_to=FOREVER)
        self.assertEqual((held.area, held.period), (self.unit.area, date(2026, 1, 1)))
        self.assertEqual((held.people, held.households), (11, 0))
        AreaYear.objects.update(people=1)
        (wrong,) = verify()[1]
        self.assertEqual(wrong.key, ("people", date(2026, 1, 1), self.unit.area_id))
        self.assertEqual((wrong.held, wrong.counted), (1, 11))
        counting.rebuild()
        self.assertEqual(verify()[1], [])

    def test_the_sum_of_a_communes_year_keeps_what_was_known(self):
        self.change(order=5)
        AreaYear.objects.update(known_from=date(2026, 1, 31))
        self.change(order=7)
        rows = AreaYear.objects.order_by("known_to").values_list("people", "known_to")
        self.assertEqual([value for value, _until in rows], [5, 7])
        self.assertEqual([until == FOREVER for _value, until in rows], [False, True])

    def test_several_measures_of_a_communes_year_stand_in_one_row(self):
        """What was known of one stays known when another moves on a later day."""
        register(Measure("households", "households", "month", lambda *which: shares_of(*which)))
        self.change(order=5)
        AreaYear.objects.update(known_from=date(2026, 1, 31))
        Cell.objects.update(known_from=date(2026, 1, 31))
        with counting.counting(self.thing, only=["people"]):
            Field.objects.filter(pk=self.thing.pk).update(order=7)
        rows = AreaYear.objects.order_by("known_to").values_list("people", "households")
        self.assertEqual(list(rows), [(5, 5), (7, 5)])

    def test_the_years_can_be_made_anew_from_the_cells(self):
        """As an older database is brought to a row a year: every day knows what it knew."""
        days = [date(2026, 1, 5), date(2026, 1, 9), date(2026, 2, 3)]
        register(Measure("households", "households", "month", lambda *which: shares_of(*which)))
        other = thing(self.unit, 0, month=3, code="b")
        for day, amount in zip(days, (5, 0, 8), strict=True):
            with mock.patch.object(counting, "today", return_value=day), counting.counting(self.thing, other):
                Field.objects.filter(pk=self.thing.pk).update(order=amount)
                Field.objects.filter(pk=other.pk).update(order=day.month)

        def known(day):
            rows = AreaYear.objects.filter(known_from__lte=day, known_to__gt=day)
            return list(rows.values_list("period", "area", "people", "households"))

        moved = [known(day) for day in days]
        self.assertEqual([people for ((_period, _area, people, _households),) in moved], [6, 1, 10])
        AreaYear.objects.all().delete()
        migration = import_module("kheo.tallies.migrations.0005_a_row_a_year")
        with connection.cursor() as cursor:
            migration.sum_up(None, SimpleNamespace(connection=connection, execute=cursor.execute))
        self.assertEqual([known(day) for day in days], moved)
        self.assertEqual(known(date(2026, 1, 4)), [])


class Declaring(TestCase):
    def test_every_measure_has_a_column_in_the_years_of_communes(self):
        """One without is right too, but slow; a column without a measure is never read."""
        self.assertEqual(set(REGISTRY), set(SUMS))
        columns = {field.name for field in AreaYear._meta.concrete_fields}
        self.assertEqual(columns - {"id", "period", "area", "known_from", "known_to"}, set(SUMS))

    def test_one_without_a_column_is_read_from_its_cells(self):
        with only_measure("trees"):
            unit = cast().dang_uy_tam_quang
            with counting.counting(of := thing(unit, 0)):
                Field.objects.filter(pk=of.pk).update(order=4)
            self.assertEqual(list(AreaYear.objects.all()), [])
            table = year(2026, "province", everything=True)
            self.assertEqual(table.totals, {"trees": 4})

    def test_only_flows_by_month_or_year_are_measures(self):
        with only_measure(), self.assertRaises(ValueError):
            register(Measure("rate", "rate", "average", shares_of))

    def test_a_name_is_taken_once(self):
        with only_measure("people"), self.assertRaises(ValueError):
            register(Measure("people", "other", "month", lambda *_which: []))

    def test_a_day_belongs_to_its_month_or_year(self):
        month, year = Measure("m", "m", "month", shares_of), Measure("y", "y", "year", shares_of)
        self.assertEqual(first_day(month, date(2026, 5, 7)), date(2026, 5, 1))
        self.assertEqual(first_day(year, date(2026, 5, 7)), date(2026, 1, 1))


class FourWriters(TransactionTestCase):
    """Four people change the same few things at once and move them: nothing drifts, nothing deadlocks."""

    def test_cells_stay_true(self):
        with only_measure():
            people = cast()
            units = [people.dang_uy_tam_quang, people.dang_uy_tam_hop, people.women_tam_quang]
            things = [thing(units[i % 3], 1, code=f"f{i}") for i in range(6)]
            counting.rebuild()
            errors = []

            def write(seed):
                try:
                    for step in range(12):
                        chosen = sorted({(seed * 5 + step) % 6, (seed + step * 7) % 6})
                        picked = [things[i] for i in chosen]
                        with counting.counting(*picked):
                            for each in picked:
                                unit = units[(seed + step) % 3]
                                Field.objects.filter(pk=each.pk).update(
                                    order=F("order") + 1, name_en=f"{unit.pk},{1 + (seed * step) % 4}"
                                )
                except Exception as error:
                    errors.append(error)
                finally:
                    connection.close()

            writers = [threading.Thread(target=write, args=(seed,)) for seed in range(4)]
            for writer in writers:
                writer.start()
            for writer in writers:
                writer.join()
            self.assertEqual(errors, [])
            with transaction.atomic():
                compared, wrong = verify()
            self.assertEqual(wrong, [])
            self.assertGreater(compared, 0)
