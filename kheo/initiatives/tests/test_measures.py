"""What the cells hold of registrations: each year once, each acceptance in the month of its list."""

from datetime import date

from django.test import TestCase

from kheo.initiatives.tests.cast import brought, cast, draft
from kheo.lib.periods import Period
from kheo.tallies.counting import verify
from kheo.tallies.figures import figures


class Measures(TestCase):
    def setUp(self):
        self.cast = cast()

    def told(self, period):
        totals = figures(period, "field", everything=True).totals
        return {name: value for name, value in totals.items() if value}

    def test_an_acceptance_is_counted_in_its_month_and_its_year(self):
        new = brought(draft(self.cast), "approved", self.cast)
        old = draft(self.cast, "Đoạn đường phụ nữ", kind_of_year="continuing")
        brought(old, "approved", self.cast)
        brought(draft(self.cast, "Ngõ xanh"), "confirmed", self.cast)
        self.assertEqual(new.approved_on, date(2026, 3, 1))
        self.assertEqual(
            self.told(Period.year(2026)),
            {"enrolled_new": 1, "enrolled_continuing": 1, "accepted_new": 1, "accepted_continuing": 1},
        )
        # A half-year knows no plan years, only months.
        self.assertEqual(self.told(Period.half(2026, 1)), {"accepted_new": 1, "accepted_continuing": 1})
        self.assertEqual(self.told(Period.half(2026, 2)), {})
        self.assertEqual(verify()[1], [])

    def test_kinds_are_named(self):
        brought(draft(self.cast), "approved", self.cast)
        rows = figures(Period.year(2026), "kind", everything=True).rows
        self.assertEqual([(row.key, row.label) for row in rows], [("model", "mô hình")])
