"""Merging, dividing, moving, renaming: tried on an invented province."""

from datetime import date, timedelta
from fractions import Fraction
from unittest import mock

from django.db import IntegrityError, transaction
from django.test import TestCase

from kheo.audit.models import Entry
from kheo.lib.periods import today
from kheo.lib.refusals import Refused
from kheo.places import changes, lineage
from kheo.places.changes import AreaChange, Opening, Renaming, Succeeding
from kheo.places.models import Area, AreaLineage, AreaSuccession, Level
from kheo.places.tests.lists import invented

THEN = date(2025, 1, 1)
BEFORE, AFTER, LATER = date(2024, 6, 1), date(2025, 6, 1), date(2026, 6, 1)


def commune(key, name, **more):
    return Opening(key=key, level=Level.COMMUNE, type="xã", name=name, parent="gso:m1", **more)


def division(*shares):
    """Xã An is divided between new Bắc and Nam."""
    return AreaChange(
        on=THEN,
        legal_basis="Nghị quyết mẫu",
        closes=("gso:m2",),
        opens=(commune("bac", "Bắc"), commune("nam", "Nam")),
        successions=tuple(
            Succeeding("gso:m2", f"new:{key}", "part", share)
            for key, share in zip(("bac", "nam"), shares or (None, None), strict=True)
        ),
    )


class ReadingReferences(TestCase):
    def test_only_what_a_change_names_is_looked_up(self):
        """A nation has 14,000 areas with codes, and each of its provinces is a change of its own."""
        areas = invented("An", "Bình", "Châu")
        reading = changes.Reading(division())
        self.assertEqual(reading.found, {"gso:m1": areas["An"].parent, "gso:m2": areas["An"]})


class Merging(TestCase):
    def setUp(self):
        self.areas = invented("An", "Bình", "Châu")
        self.change = AreaChange(
            on=THEN,
            legal_basis="Nghị quyết mẫu",
            closes=("gso:m2", "gso:m3"),
            opens=(commune("ab", "An Bình", codes=(("gso", "m2"),)),),
            successions=(Succeeding("gso:m2", "new:ab"), Succeeding("gso:m3", "new:ab")),
        )

    def test_both_are_answered_for_by_the_new_one(self):
        counts = changes.carry_out(self.change)
        self.assertEqual((counts.closed, counts.opened), ({"commune": 2}, {"commune": 1}))
        for name in ("An", "Bình"):
            old = Area.objects.get(pk=self.areas[name].pk)
            self.assertEqual(old.today.name, "An Bình")
            self.assertEqual(old.path_now, old.today.path)
            self.assertEqual(old.heir_on(BEFORE), old)
        self.assertEqual(Area.objects.get(pk=self.areas["Châu"].pk).path_now, self.areas["Châu"].path)

    def test_each_step_is_in_the_journal(self):
        changes.carry_out(self.change)
        old = Entry.objects.about(self.areas["An"]).get()
        self.assertEqual((old.verb, old.reason), ("closed", "Nghị quyết mẫu"))
        self.assertEqual(Entry.objects.about(Area.objects.get(name="An Bình")).get().verb, "opened")

    def test_twice_changes_nothing(self):
        changes.carry_out(self.change)
        self.assertTrue(changes.carry_out(self.change).nothing)
        self.assertTrue(changes.preview(self.change).nothing)
        self.assertEqual(Area.objects.on(AFTER).communes().count(), 2)

    def test_a_preview_writes_nothing(self):
        before = Area.objects.count()
        self.assertEqual(changes.preview(self.change).closed, {"commune": 2})
        self.assertEqual(Area.objects.count(), before)

    def test_what_is_prepared_is_not_seen(self):
        changes.prepare(self.change)
        changes.prepare(self.change)
        self.assertEqual(Area.objects.filter(name="An Bình").count(), 1)
        self.assertEqual(Area.objects.on(AFTER).communes().count(), 3)
        self.assertFalse(Area.objects.visible_to(None).filter(name="An Bình").exists())

    def test_a_district_cannot_end_over_its_communes(self):
        change = AreaChange(
            on=THEN,
            legal_basis="x",
            closes=("gso:m1",),
            successions=(Succeeding("gso:m1", "gso:m0", "level_ended"),),
        )
        with self.assertRaisesMessage(Refused, "Xã An"), transaction.atomic():
            changes.carry_out(change)
        self.assertTrue(Area.objects.get(pk=self.areas["Một"].pk).lives)

    def test_nothing_ends_twice_on_different_days(self):
        changes.carry_out(self.change)
        again = AreaChange(on=THEN - timedelta(days=30), legal_basis="x", closes=("gso:m2",))
        with self.assertRaises(Refused):
            changes.carry_out(again)

    def test_an_unknown_area_is_named(self):
        with self.assertRaisesMessage(Refused, "gso:zz"):
            changes.preview(AreaChange(on=THEN, legal_basis="x", closes=("gso:zz",)))

    def test_the_future_waits(self):
        coming = AreaChange(on=today() + timedelta(days=40), legal_basis="x", closes=("gso:m4",))
        self.assertEqual(changes.preview(coming).closed, {"commune": 1})
        with self.assertRaises(Refused):
            changes.carry_out(coming)

    def test_chains_are_followed(self):
        changes.carry_out(self.change)
        changes.carry_out(
            AreaChange(
                on=date(2026, 1, 1),
                legal_basis="Nghị quyết sau",
                closes=("gso:m2", "gso:m4"),
                opens=(commune("all", "Hợp Nhất"),),
                successions=(Succeeding("gso:m2", "new:all"), Succeeding("gso:m4", "new:all")),
            )
        )
        old = Area.objects.get(pk=self.areas["An"].pk)
        self.assertEqual(
            [old.heir_on(day).name for day in (BEFORE, AFTER, LATER)], ["An", "An Bình", "Hợp Nhất"]
        )
        self.assertEqual([link.successor.name for link in old.decisions()], ["An Bình", "Hợp Nhất"])


class Dividing(TestCase):
    def setUp(self):
        self.areas = invented("An", "Bình")
        self.old = self.areas["An"]

    def heirs(self, day=AFTER):
        return [(line.heir.name, line.share_numerator, line.share_denominator, line.decided)
                for line in self.old.heirs_on(day)]  # fmt: skip

    def test_while_nobody_has_decided_the_level_above_answers(self):
        changes.carry_out(division())
        self.old.refresh_from_db()
        self.assertEqual(self.heirs(), [("Một", 1, 1, False)])
        self.assertEqual((self.old.path_now, self.old.heir_undecided), (self.areas["Một"].path, True))

    def test_there_is_a_part_for_each_heir(self):
        counts = changes.carry_out(division())
        self.assertEqual((counts.undecided, counts.parts), (1, 2))
        parts = Area.objects.filter(parent=self.old, level=Level.PART)
        self.assertEqual(sorted(part.today.name for part in parts), ["Bắc", "Nam"])
        # A record of the past is settled into its past.
        self.assertTrue(all(part.existed_on(BEFORE) and not part.existed_on(AFTER) for part in parts))
        self.assertEqual(Area.objects.on(BEFORE).communes().count(), 2)
        self.assertTrue(changes.carry_out(division()).nothing)

    def test_decided_shares_divide(self):
        changes.carry_out(division(Fraction(1, 3), Fraction(2, 3)))
        self.assertEqual(self.heirs(), [("Bắc", 1, 3, True), ("Nam", 2, 3, True)])

    def test_shares_that_are_not_the_whole_count_as_undecided(self):
        changes.carry_out(division(Fraction(1, 3), None))
        self.assertEqual(self.heirs(), [("Một", 1, 1, False)])

    def test_heirs_that_merge_later_decide_it(self):
        changes.carry_out(division())
        changes.carry_out(
            AreaChange(
                on=date(2026, 1, 1),
                legal_basis="x",
                closes=tuple(
                    f"#{Area.objects.get(name=name, level=Level.COMMUNE).pk}" for name in ("Bắc", "Nam")
                ),
                opens=(commune("one", "Một Lòng"),),
                successions=tuple(
                    Succeeding(f"#{Area.objects.get(name=name, level=Level.COMMUNE).pk}", "new:one")
                    for name in ("Bắc", "Nam")
                ),
            )
        )
        self.assertEqual(self.heirs(LATER), [("Một Lòng", 1, 1, True)])
        self.assertEqual(self.heirs(AFTER), [("Một", 1, 1, False)])

    def test_figures_are_kept_to_the_digit(self):
        figures = {self.old.pk: 100, self.areas["Bình"].pk: 7}
        changes.carry_out(division(Fraction(1, 3), Fraction(2, 3)))
        restated = lineage.restate(figures, AFTER)
        told = {Area.objects.get(pk=pk).name: value for pk, value in restated.values.items()}
        self.assertEqual(told, {"Bắc": 33, "Nam": 67, "Bình": 7})
        self.assertEqual(len(restated.estimated), 2)
        self.assertEqual(dict(lineage.restate(figures, BEFORE).values), figures)

    def test_undecided_figures_are_not_attributed_below(self):
        changes.carry_out(division())
        restated = lineage.restate({self.old.pk: 100}, AFTER)
        self.assertEqual(dict(restated.values), {})
        self.assertEqual(restated.not_attributed, {self.areas["Một"].pk: 100})

    def test_hamlets_of_a_divided_commune_wait_with_it(self):
        hamlet = Area.objects.add_hamlet("1", "xóm", self.old)
        changes.carry_out(division())
        hamlet.refresh_from_db()
        self.assertEqual((hamlet.valid_to, hamlet.heir_undecided), (THEN, True))
        self.assertEqual(hamlet.path_now, self.areas["Một"].path)

    def test_the_new_ones_came_from_the_divided_one(self):
        changes.carry_out(division())
        [line] = Area.objects.get(name="Nam").heirs_on(BEFORE)
        self.assertEqual((line.heir, line.decided), (self.old, True))


class SmallerChanges(TestCase):
    def setUp(self):
        self.areas = invented("An", "Bình")

    def test_a_rename_keeps_the_row(self):
        change = AreaChange(
            on=THEN, legal_basis="Nghị quyết mẫu", renames=(Renaming("gso:m2", "phường", "An Mới"),)
        )
        self.assertEqual(changes.carry_out(change).renamed, 1)
        area = Area.objects.get(pk=self.areas["An"].pk)
        self.assertEqual((area.name_on(BEFORE), area.name_on(AFTER)), ("Xã An", "Phường An Mới"))
        self.assertEqual((area.full_name, area.path), ("Phường An Mới", self.areas["An"].path))
        self.assertTrue(changes.carry_out(change).nothing)

    def test_moving_to_another_superior_opens_a_new_row(self):
        other = Area(level=Level.DISTRICT, type="huyện", name="Hai", parent=self.areas["Mẫu"])
        other.save()
        change = AreaChange(
            on=THEN,
            legal_basis="Nghị quyết mẫu",
            closes=("gso:m2",),
            opens=(Opening("an", Level.COMMUNE, "xã", "An", parent=f"#{other.pk}", codes=(("gso", "m2"),)),),
            successions=(Succeeding("gso:m2", "new:an", "reparented"),),
        )
        changes.carry_out(change)
        old = Area.objects.get(pk=self.areas["An"].pk)
        self.assertEqual(old.parent.name, "Một")
        self.assertEqual(old.today.parent.name, "Hai")
        self.assertEqual(old.today.code, "m2")

    def test_lineage_again_changes_nothing(self):
        changes.carry_out(division())
        self.assertEqual(lineage.recompute(), 0)
        self.assertEqual(lineage.recompute([self.areas["An"]]), 0)
        AreaLineage.objects.all().delete()
        self.assertEqual(lineage.recompute(), Area.objects.filter(in_force=True).count())

    def test_ties_stand_in_the_order_they_were_told_whatever_a_database_hands_out(self):
        changes.carry_out(division())
        every = lineage.in_batches
        with mock.patch.object(lineage, "in_batches", lambda *asked: every(*asked)[::-1]):
            family = lineage.Family.of([self.areas["An"]])
        told = list(AreaSuccession.objects.filter(predecessor=self.areas["An"]).order_by("pk"))
        self.assertEqual(len(told), 2)
        self.assertEqual(family.after[self.areas["An"].pk], told)

    def test_the_database_refuses_an_empty_path(self):
        for column in ("path", "path_now"):
            with self.assertRaises(IntegrityError), transaction.atomic():
                Area.objects.filter(pk=self.areas["An"].pk).update(**{column: ""})

    def test_a_share_is_whole_or_empty(self):
        with self.assertRaises(IntegrityError), transaction.atomic():
            AreaSuccession.objects.create(
                predecessor=self.areas["An"],
                successor=self.areas["Bình"],
                on=THEN,
                kind="part",
                share_numerator=1,
            )

    def test_what_is_left_goes_to_the_largest_remainder(self):
        third = Fraction(1, 3)
        self.assertEqual(lineage.spread(100, [third, third, third]), [34, 33, 33])
        self.assertEqual(lineage.spread(-7, [Fraction(1, 2), Fraction(1, 2)]), [-3, -4])
        self.assertEqual(sum(lineage.spread(10**15 + 1, [Fraction(1, 7), Fraction(6, 7)])), 10**15 + 1)
