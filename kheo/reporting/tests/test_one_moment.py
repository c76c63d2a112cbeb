"""Hòa opens the overview while a commune comes into force in another process."""

from concurrent.futures import ThreadPoolExecutor
from unittest import mock

from django.db import connection
from django.test import TransactionTestCase
from django.urls import reverse

from kheo.places.models import Area
from kheo.reporting.tests.cast import year_of
from kheo.tallies.figures import Reading


def opened_meanwhile(beside: Area) -> None:
    """A commune with a path of its own, by another connection, and kept."""

    def open_it() -> None:
        try:
            fresh = Area.objects.get(pk=beside.pk)
            fresh.pk, fresh._state.adding, fresh.name = None, True, "Mới"
            fresh.path = fresh.path_now = f"{fresh.path.rsplit('/', 2)[0]}/zz/"
            Area.objects.bulk_create([fresh])
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        other.submit(open_it).result()


class Overview(TransactionTestCase):
    def test_a_page_reads_the_areas_of_one_moment(self):
        cast = year_of().cast
        commune = cast.minh.unit.area
        before = Area.objects.count()
        usual = Reading.by

        def between_two_questions(reading: Reading, by: str, *args, **kwargs):
            if by == "area" and Area.objects.count() == before and reading.areas:
                opened_meanwhile(commune)
            return usual(reading, by, *args, **kwargs)

        self.client.force_login(cast.hoa.user)
        with mock.patch.object(Reading, "by", between_two_questions):
            page = self.client.get(reverse("dashboard"), {"year": 2026})
        assert page.status_code == 200
        assert Area.objects.count() == before + 1
        pks = {row.pk for row in page.context["dashboard"].by_area.rows}
        assert commune.pk in pks
        assert Area.objects.get(name="Mới").pk not in pks
