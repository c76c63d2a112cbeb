"""What a reorganisation is told of reports, and what stays true after it."""

from django.test import TestCase

from kheo.fieldwork.apps import open_reports_at
from kheo.fieldwork.tests.cast import accepted, cast, report, running


class Heirs(TestCase):
    def test_open_reports_are_counted_at_units_and_places_that_end(self):
        people = cast()
        enrolment = running(people)
        accepted(people, enrolment)
        assert open_reports_at([people.minh.unit_id], []) == 0
        report(people, enrolment)
        assert open_reports_at([people.minh.unit_id], []) == 1
        assert open_reports_at([], [people.tam_quang.pk]) == 1
        assert open_reports_at([], [people.world.tam_hop.pk]) == 0
