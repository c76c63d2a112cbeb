"""The overview of a year: who sees which figures, and that each number is the number of its records."""

from datetime import date, timedelta
from io import BytesIO
from zipfile import ZipFile

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kheo.fieldwork.tests.cast import accepted, running
from kheo.lib.periods import Period, today
from kheo.lib.tests.clock import on_day
from kheo.places import lineage
from kheo.places.models import Area
from kheo.reporting.dashboard import Dashboard
from kheo.reporting.half_year import HalfYear
from kheo.reporting.looking import Look, structures
from kheo.reporting.models import ReportedFigure
from kheo.reporting.tests.cast import asked_at, published, year_of
from kheo.tallies.counting import verify
from kheo.tallies.figures import structure_day
from kheo.tallies.models import AreaYear, Cell
from kheo.units.models import Post, Unit
from kheo.units.tests import cast as people

STATED = {
    "first": "2024-01-01",
    "last": "2024-06-30",
    "unit": "Tỉnh Nghệ An",
    "measure": "new",
    "label": "Mô hình mới, 6 tháng đầu năm 2024",
    "value": 4494,
    "source": "https://example.com/so-lieu",
    "publisher": "Một tờ báo",
    "parts": [{"field": "kinh_te", "value": 1212}],
    "note": "",
}


class Page(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.enterClassContext(on_day(date(2026, 8, 20)))
        cls.year = year_of()
        cls.cast = cls.year.cast

    def get(self, post, **asked):
        self.client.force_login(post.user)
        return self.client.get(reverse("dashboard"), {"year": 2026, **asked})

    def numbers(self, dashboard):
        """Every number the page shows."""
        yield from dashboard.headline()
        yield from dashboard.amounts()
        for table in dashboard.tables():
            yield from table.total
            for row in table.rows:
                yield from row.numbers

    def test_it_counts_what_was_accepted(self):
        totals = Dashboard(self.cast.hoa, 2026).totals
        told = {name: value for name, value in totals.items() if value}
        self.assertEqual(
            told,
            {
                "enrolled": 3,
                "enrolled_new": 1,
                "enrolled_continuing": 1,
                "enrolled_unknown": 1,
                "recognised": 1,
                "ended": 1,
                "households": 86,
                "money_vnd": 1_500_000,
                "land_m2": 10_550,
            },
        )
        self.assertEqual(verify()[1], [])

    def test_every_number_is_what_its_records_add_up_to(self):
        for post in (self.cast.hoa, self.cast.minh, self.cast.lan):
            for structure in ("then", "today"):
                look = Look(structure_day(structure, Period.year(2026)))
                dashboard = Dashboard(post, 2026, look=look)
                followed = 0
                for number in self.numbers(dashboard):
                    if number.url:
                        self.assertEqual(asked_at(number.url, post).total(), number.value, number.url)
                        followed += 1
                    else:
                        self.assertEqual(number.value, 0)
                self.assertGreater(followed, 5)

    def test_the_records_behind_a_number_open(self):
        for number in self.numbers(Dashboard(self.cast.hoa, 2026)):
            if number.url:
                self.client.force_login(self.cast.hoa.user)
                response = self.client.get(number.url)
                self.assertEqual(response.status_code, 200)
                self.assertContains(response, str(response.context["lines"][0][0].initiative))

    def test_a_neighbour_does_not_see_them(self):
        self.assertEqual(Dashboard(self.cast.lan, 2026).totals["enrolled"], 1)
        url = Dashboard(self.cast.hoa, 2026).headline()[1].url
        self.client.force_login(self.cast.lan.user)
        self.assertNotContains(self.client.get(url), "Con đường hiến đất")

    def test_a_reader_may_read(self):
        response = self.get(self.cast.duc)
        self.assertContains(response, "Tổng hợp năm 2026")
        self.assertContains(response, "2/2 xã, phường")

    def test_without_a_post_there_is_nothing_to_see(self):
        user = people.person("khach", "Người chưa có nhiệm vụ")
        self.client.force_login(user)
        response = self.client.get(reverse("dashboard"), {"year": 2026})
        self.assertEqual(response.context["dashboard"].totals["enrolled"], 0)

    def test_the_commune_sees_itself_alone(self):
        dashboard = Dashboard(self.cast.minh, 2026)
        self.assertEqual(dashboard.coverage.short, "1/1 xã, phường")
        self.assertIsNone(dashboard.map())
        self.assertEqual([row.row.label for row in dashboard.table("area").rows], ["Xã Tam Quang"])

    def test_the_map_opens_the_list_of_a_commune(self):
        chart = Dashboard(self.cast.hoa, 2026).map()
        self.assertEqual(sorted(chart.values.values()), [1, 2])
        self.assertTrue(all("area=" in url for url in chart.urls.values()))

    def test_the_structure_is_named_and_chosen(self):
        then = self.get(self.cast.hoa, year=2025)
        self.assertContains(then, "như khi đó, ngày 31 tháng 12 năm 2025")
        self.assertContains(self.get(self.cast.hoa, year=2025, structure="today"), "theo hiện nay")
        # This year runs: its structure is today's, and there is nothing to choose.
        self.assertNotContains(self.get(self.cast.hoa), 'name="structure"')

    def test_the_spans_between_reorganisations_can_be_chosen(self):
        old = Area(level="commune", type="xã", name="Tam Đình", parent=self.cast.world.province)
        old.valid_from, old.valid_to = date(2021, 1, 1), date(2025, 7, 1)
        old.save()
        lineage.recompute()
        offered = structures(self.cast.world.province, Period.year(2026))
        self.assertEqual([value for value, _words in offered.choices], ["then", "2025-06-30"])
        page = self.get(self.cast.hoa, structure="2025-06-30")
        self.assertContains(page, "đến 30/6/2025")
        self.assertContains(page, "như khi đó, ngày 30 tháng 6 năm 2025")
        # Who sees the province's figures in another structure sees as many of them.
        self.assertEqual(page.context["dashboard"].totals["enrolled"], 3)
        # A day nobody offers is not taken, and the page says so.
        self.assertContains(self.get(self.cast.hoa, structure="2019-01-01"), "theo hiện nay")

    def test_who_goes_to_another_year_keeps_the_structure(self):
        old = Area(level="commune", type="xã", name="Tam Đình", parent=self.cast.world.province)
        old.valid_from, old.valid_to = date(2021, 1, 1), date(2025, 7, 1)
        old.save()
        lineage.recompute()
        # This year is read in today's structure anyway; 2024 in that which held until the end of June.
        for year, structure in ((2026, "today"), (2024, "2025-06-30"), (2024, "today")):
            page = self.get(self.cast.hoa, year=year, structure=structure)
            self.assertFalse(page.context["form"].errors, (year, structure))
        self.assertContains(self.get(self.cast.hoa, structure="2019-01-01"), 'aria-invalid="true"')

    def test_a_cut_off_shows_the_year_as_it_was_known(self):
        for level in (Cell, AreaYear):
            level.objects.update(known_from=today() - timedelta(days=9))
        lineage.AreaLineage.objects.update(known_from=date(2025, 7, 1))
        accepted(self.cast, running(self.cast, "Vườn rau sạch"))
        yesterday = today() - timedelta(days=1)
        then = self.get(self.cast.hoa, known_on=yesterday.strftime("%d/%m/%Y"))
        now = self.get(self.cast.hoa)
        told = [page.context["dashboard"].totals["enrolled"] for page in (then, now)]
        self.assertEqual(told, [3, 4])
        self.assertContains(then, "Số liệu như đã biết")
        self.assertNotContains(now, "Số liệu như đã biết")
        # The records behind it are those of now: no number opens them.
        self.assertFalse([n for n in self.numbers(then.context["dashboard"]) if n.url])
        half = HalfYear(self.cast.hoa, 2026, 2, look=Look(today(), yesterday))
        self.assertFalse([n for s in half.sections for pair in s.total for n in pair if n.url])

    def test_a_cut_off_that_is_not_over_is_refused_and_kept(self):
        for typed in (today().strftime("%d/%m/%Y"), "hôm qua"):
            page = self.get(self.cast.hoa, known_on=typed)
            self.assertContains(page, typed)
            self.assertTrue(page.context["form"].errors["known_on"])
            self.assertEqual(page.context["dashboard"].totals["enrolled"], 3)

    def test_what_is_published_or_unplaced_is_said(self):
        published(self.cast, "Không rõ năm", year=None)
        outside = Dashboard(self.cast.hoa, 2026).outside
        self.assertEqual((outside["published"], outside["unplaced"], outside["under_way"]), (1, 1, 0))
        self.assertContains(self.get(self.cast.hoa), "chưa xác định được xã hoặc năm")

    def test_one_row_costs_as_many_queries_as_three(self):
        def taken():
            self.get(self.cast.hoa)
            with CaptureQueriesContext(connection) as queries:
                self.get(self.cast.hoa)
            return len(queries)

        before = taken()
        for name in ("Vườn rau sạch", "Hàng rào xanh"):
            accepted(self.cast, running(self.cast, name))
            published(self.cast, f"{name} bên cạnh")
        ReportedFigure.objects.take_in([{**STATED, "last": "2026-06-30", "label": str(n)} for n in range(3)])
        # Figures by report bring their parts with them in two more queries, however many they are.
        self.assertLessEqual(taken() - before, 2)
        one_figure = taken()
        ReportedFigure.objects.take_in([{**STATED, "last": "2026-06-30", "label": f"+{n}"} for n in range(3)])
        self.assertEqual(taken(), one_figure)

    def test_a_table_leaves_as_a_spreadsheet(self):
        response = self.get(self.cast.hoa, format="xlsx", table="area")
        with ZipFile(BytesIO(b"".join(response.streaming_content))) as book:
            sheet = book.read("xl/worksheets/sheet1.xml").decode()
        for word in ("Xã Tam Quang", "Xã Tam Hợp", "Tổng cộng", "Tiền huy động (đồng)"):
            self.assertIn(word, sheet)
        # Land in square metres, not in the hundredths it is kept in.
        self.assertIn("<v>105.5</v>", sheet)
        self.assertIn("<v>1500000</v>", sheet)


class Reported(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.year = year_of()
        cls.cast = cls.year.cast
        ReportedFigure.objects.take_in([STATED])

    def test_it_stands_beside_the_count_and_is_never_added(self):
        dashboard = Dashboard(self.cast.hoa, 2024)
        self.assertEqual(dashboard.totals["enrolled"], 0)
        (row,) = dashboard.reported()
        self.assertEqual((row["figure"].value, row["counted"]), (4494, 0))
        self.client.force_login(self.cast.hoa.user)
        response = self.client.get(reverse("dashboard"), {"year": 2024})
        self.assertContains(response, "4.494")
        self.assertContains(response, "https://example.com/so-lieu")
        self.assertContains(response, "6 tháng đầu năm 2024")

    def test_parts_that_do_not_add_up_are_said(self):
        figure = ReportedFigure.objects.whole().get()
        self.assertEqual(figure.unstated, 3282)
        self.client.force_login(self.cast.duc.user)
        response = self.client.get(reverse("dashboard"), {"year": 2024})
        self.assertContains(response, "chưa bằng tổng: còn lại 3.282")

    def test_taken_in_once(self):
        self.assertEqual(ReportedFigure.objects.take_in([STATED]), 0)
        self.assertEqual(ReportedFigure.objects.count(), 2)

    def test_only_in_the_years_it_speaks_of(self):
        self.assertEqual(Dashboard(self.cast.hoa, 2026).reported(), [])


class Samples(TestCase):
    """Invented communes are never mixed into real figures."""

    @classmethod
    def setUpTestData(cls):
        cls.year = year_of()
        cls.cast = cls.year.cast
        place = Area(level="commune", type="xã", name="Mẫu", parent=cls.cast.world.province, sample=True)
        place.valid_from = people.SINCE
        place.save()
        lineage.recompute()
        cls.body = Unit(name="Đảng ủy xã Mẫu", area=place, line="party", level="commune", sample=True)
        cls.body.valid_from = people.SINCE
        cls.body.save()
        published(cls.cast, "Mẫu một", owner=cls.body, area=place)

    def test_left_out_unless_asked_for(self):
        self.assertEqual(Dashboard(self.cast.hoa, 2026).totals["enrolled"], 3)
        whole = Dashboard(self.cast.hoa, 2026, sample=True)
        self.assertEqual((whole.totals["enrolled"], whole.coverage.short), (4, "2/2 xã, phường"))
        self.assertEqual(asked_at(whole.headline()[0].url, self.cast.hoa).total(), 4)

    def test_who_works_there_sees_them(self):
        post = Post.objects.create(
            user=people.person("mau", "Người Mẫu"),
            unit=self.body,
            role="reporter",
            reach="place",
            valid_from=people.SINCE,
        )
        self.client.force_login(post.user)
        response = self.client.get(reverse("dashboard"), {"year": 2026})
        self.assertEqual(response.context["dashboard"].totals["enrolled"], 1)
        self.assertContains(response, "không phải số liệu của tỉnh")
