"""Lists, the matrix, the unit's page and the first page: a fixed number of queries whatever they show."""

import io
from datetime import date

from django.test import TestCase
from openpyxl import load_workbook

from kheo.directives import registrations
from kheo.directives.models import Duty
from kheo.search import index
from kheo.search.models import Document
from kheo.units.tests.cast import area, unit

from .circle import circle, directive, duties_today, duty_of


class Pages(TestCase):
    def setUp(self):
        self.at = circle()
        self.client.force_login(self.at.hoa.user)

    def queries(self, address):
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(
            connection,
        ) as seen:
            answer = self.client.get(address)
        self.assertEqual(answer.status_code, 200)
        return len(seen)

    def more_communes(self, n=3):
        for place in range(n):
            at = area("commune", "xã", f"Xã mới {place}", self.at.province)
            unit(f"Đảng ủy xã mới {place}", at, "cap_uy", parent=self.at.tinh_uy)

    def test_the_list_costs_the_same_for_one_and_three(self):
        directive(self.at)
        one = self.queries("/chi-dao/")
        for number in ("78-KH/BDVTU", "79-KH/BDVTU"):
            directive(self.at, number=number)
        self.assertEqual(self.queries("/chi-dao/"), one)

    def test_a_document_costs_the_same_for_more_tasks_and_units(self):
        made = duties_today(self.at)
        address = f"/chi-dao/{made.pk}/"
        one = self.queries(address)
        for order in range(3, 7):
            task = made.assignments.create(order=order, text=f"Việc {order}")
            task.addressees.create(written="Đảng ủy", function_id="cap_uy")
        self.assertEqual(self.queries(address), one)

    def test_the_matrix_costs_the_same_for_more_units(self):
        made = duties_today(self.at)
        address = f"/chi-dao/bang/?directive={made.pk}"
        one = self.queries(address)
        self.more_communes()
        from kheo.directives import cascade

        cascade.carry_out(made, self.at.hoa)
        self.assertEqual(self.queries(address), one)

    def test_a_units_page_costs_the_same_for_more_duties(self):
        duties_today(self.at)
        address = f"/chi-dao/don-vi/{self.at.dang_uy_tam_quang.pk}/"
        one = self.queries(address)
        for number in ("78-KH/BDVTU", "79-KH/BDVTU"):
            duties_today(self.at, number=number)
        self.assertEqual(self.queries(address), one)

    def test_the_matrix_shows_words_and_filters(self):
        made = duties_today(self.at)
        duty_of(made, self.at.dang_uy_tam_quang).reply(self.at.minh, status="done", results="Xong")
        page = self.client.get("/chi-dao/bang/")
        self.assertContains(page, "Đảng ủy xã Tam Hợp")
        self.assertContains(page, "đã trả lời")
        Duty.objects.filter(unit=self.at.dang_uy_tam_hop).update(due_on=date(2026, 2, 1))
        for query, there, not_there in (
            ("state=waiting", "Đảng ủy xã Tam Quang", "Đảng ủy xã Tam Hợp"),
            ("line=women", "Phụ nữ xã Tam Quang", "Đảng ủy xã Tam Hợp"),
            ("level=province", "Tỉnh ủy Nghệ An", "Đảng ủy xã Tam Hợp"),
            (f"area=now-{self.at.tam_hop.pk}", "Đảng ủy xã Tam Hợp", "Đảng ủy xã Tam Quang"),
            ("q=tam+hop", "Đảng ủy xã Tam Hợp", "Đảng ủy xã Tam Quang"),
        ):
            page = self.client.get(f"/chi-dao/bang/?{query}")
            self.assertContains(page, there)
            self.assertNotIn(not_there, [row["unit"].name for row in page.context["rows"]])

    def test_the_matrix_as_a_spreadsheet(self):
        duties_today(self.at)
        answer = self.client.get("/chi-dao/bang/?format=xlsx")
        sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
        rows = list(sheet.iter_rows(values_only=True))
        self.assertEqual(len(rows), 1 + 6)
        self.assertTrue(rows[0][3].startswith("1. lãnh đạo"))

    def test_other_lists_as_spreadsheets(self):
        duties_today(self.at)
        for address in ("/chi-dao/", f"/chi-dao/don-vi/{self.at.dang_uy_tam_quang.pk}/"):
            answer = self.client.get(f"{address}?format=xlsx")
            self.assertIn("spreadsheet", answer["Content-Type"])

    def test_the_list_is_filtered_also_without_accents(self):
        directive(self.at)
        directive(self.at, number="90-CT/TU", title="về hòa giải ở cơ sở")
        for query in ("q=hoa+giai", "q=90-ct/tu", "q=hòa giải"):
            self.assertContains(self.client.get(f"/chi-dao/?{query}"), "90-CT/TU")
            self.assertNotContains(self.client.get(f"/chi-dao/?{query}"), "77-KH/BDVTU")
        self.assertContains(self.client.get("/chi-dao/?year=1999"), "Không tìm thấy")

    def test_search_finds_it_for_those_who_may_see_it(self):
        made = directive(self.at)
        index.update(made)
        document = Document.objects.filter(kind="directive")
        self.assertTrue(document.filter(registrations.scope(self.at.hoa.user)).exists())
        self.assertFalse(document.filter(registrations.scope(self.at.minh.user)).exists())

    def test_panels_say_what_waits(self):
        made = duties_today(self.at)
        directive(self.at, confirmed=False, number="91-KH/BTGDVTU")
        duty_of(made, self.at.dang_uy_tam_quang).reply(self.at.minh, status="done", results="Xong")

        def told(post, panel):
            request = type("Request", (), {"post": post})()
            return panel(request)

        self.assertEqual(len(told(self.at.hoa, registrations.to_confirm)["directives"]), 1)
        self.assertEqual(told(self.at.hoa, registrations.replies_to_decide)["count"], 1)
        self.assertIsNone(told(self.at.minh, registrations.our_duties))
        self.assertEqual(told(self.at.lan, registrations.our_duties)["count"], 1)
        self.assertIsNone(told(self.at.minh, registrations.to_confirm))
        self.assertIsNone(told(self.at.duc, registrations.replies_to_decide))

    def test_a_reorganisation_is_told_how_many_duties_stand(self):
        duties_today(self.at)
        self.assertEqual(registrations.open_duties([self.at.dang_uy_tam_hop.pk], []), 1)

    def test_every_page_opens_empty(self):
        for address in ("/chi-dao/", "/chi-dao/bang/", "/chi-dao/cho-duyet/", "/chi-dao/nhap/"):
            self.assertEqual(self.client.get(address).status_code, 200)
        self.assertRedirects(self.client.get("/chi-dao/cua-toi/"), f"/chi-dao/don-vi/{self.at.board.pk}/")
