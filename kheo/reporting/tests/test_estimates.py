"""Tam Quang is divided by decided shares after its year: wherever its figures appear they are marked."""

import json
from datetime import date, timedelta
from fractions import Fraction
from io import BytesIO, StringIO

import openpyxl
from django.core.management import call_command
from django.test import TestCase
from django.urls import reverse
from docx import Document

from kheo.places import changes
from kheo.places.changes import AreaChange, Opening, Succeeding
from kheo.reporting.tests.cast import year_of
from kheo.units import lineage
from kheo.units.models import Line, Unit, UnitSuccession

ON = date(2026, 11, 1)
HEIRS = (("bac", "Bắc"), ("nam", "Nam"))
MARK = "(≈ ước tính)"
BASIS = "Nghị quyết 12/NQ-HĐND · 01/11/2026 · theo dân số"


class Estimates(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.year = year_of()
        area = cls.year.road.initiative.area
        changes.carry_out(
            AreaChange(
                on=ON,
                legal_basis="Nghị quyết 12/NQ-HĐND",
                closes=(f"#{area.pk}",),
                opens=tuple(
                    Opening(key=key, level="commune", type="xã", name=name, parent=f"#{area.parent_id}")
                    for key, name in HEIRS
                ),
                successions=tuple(
                    Succeeding(f"#{area.pk}", f"new:{key}", "part", share, source="theo dân số")
                    for (key, _name), share in zip(HEIRS, (Fraction(2, 5), Fraction(3, 5)), strict=True)
                ),
            )
        )

    def setUp(self):
        self.client.force_login(self.year.cast.hoa.user)
        self.today = {"year": 2026, "half": 1, "structure": "today"}

    def cells(self, url, **asked):
        page = self.client.get(url, {**self.today, "format": "xlsx", **asked})
        sheet = openpyxl.load_workbook(BytesIO(b"".join(page))).active
        return [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None]

    def test_on_the_overview_and_in_its_spreadsheet(self):
        page = self.client.get(reverse("dashboard"), self.today)
        self.assertContains(page, f"Xã Bắc {MARK}")
        self.assertContains(page, BASIS)
        cells = self.cells(reverse("dashboard"), table="area")
        self.assertTrue(any(MARK in cell for cell in cells))
        self.assertTrue(any(BASIS in cell for cell in cells))

    def test_in_the_half_year_table_and_what_leaves_it(self):
        page = self.client.get(reverse("half_year"), self.today)
        self.assertContains(page, MARK)
        self.assertContains(page, BASIS, count=1)
        cells = self.cells(reverse("half_year"))
        self.assertTrue(any(MARK in cell for cell in cells))
        self.assertTrue(any(BASIS in cell for cell in cells))
        draft = self.client.get(reverse("half_year"), {**self.today, "format": "docx"})
        document = Document(BytesIO(b"".join(draft.streaming_content)))
        self.assertTrue(any(BASIS in each.text for each in document.paragraphs))
        names = [cell.text for table in document.tables for cell in table.columns[0].cells]
        self.assertTrue(any(MARK in name for name in names))

    def divide_the_owner(self):
        """Its work goes by shares to a body of its own line and to one of the youth union."""
        owner = self.year.road.initiative.owner
        Unit.objects.filter(pk=owner.pk).update(valid_to=ON)
        for share, line in ((1, owner.line), (2, "youth")):
            heir = Unit(
                name=f"Ban {share}", area=owner.area, parent=owner.parent, line=line, level=owner.level,
                valid_from=ON,
            )  # fmt: skip
            heir.save()
            UnitSuccession.objects.create(
                predecessor=owner, successor=heir, on=ON, kind="split", legal_basis="Đề án 7",
                share_numerator=share, share_denominator=3,
            )  # fmt: skip
        lineage.recompute()

    def test_what_a_divided_body_did_is_marked_by_line_in_tables_and_charts(self):
        self.divide_the_owner()
        label = f"{Line.YOUTH.label} {MARK}"
        page = self.client.get(reverse("dashboard"), self.today)
        # In the chart and its table of numbers, and in the table by line.
        self.assertGreaterEqual(page.content.decode().count(label), 2)
        self.assertContains(page, "Đề án 7 · 01/11/2026")
        self.assertTrue(any("Đề án 7" in cell for cell in self.cells(reverse("dashboard"), table="line")))
        self.assertFalse(any("Đề án 7" in cell for cell in self.cells(reverse("dashboard"), table="field")))
        page = self.client.get(reverse("half_year"), self.today)
        self.assertContains(page, label)
        self.assertContains(page, "Đề án 7", count=1)
        self.assertTrue(any("Đề án 7" in cell for cell in self.cells(reverse("half_year"))))
        for by in ("line", "unit"):
            out = StringIO()
            asked = ("--year", "2026", "--by", by, "--structure", "today")
            call_command("figures", *asked, "--json", stdout=out)
            told = json.loads(out.getvalue())
            self.assertTrue(any(row.get("estimated") for row in told["rows"]))
            self.assertIn(["Đề án 7 · 01/11/2026"], [each["bases"] for each in told["estimates"]])

    def test_as_it_was_nothing_is_marked(self):
        eve = ON - timedelta(days=1)
        for url, structure in ((reverse("dashboard"), str(eve)), (reverse("half_year"), "then")):
            page = self.client.get(url, {"year": 2026, "half": 1, "structure": structure})
            self.assertContains(page, "Xã Tam Quang")
            self.assertNotContains(page, "ước tính")

    def test_on_the_machine(self):
        asked = ("--year", "2026", "--by", "area", "--structure", "today")
        out = StringIO()
        call_command("figures", *asked, stdout=out)
        self.assertIn("Xã Bắc (≈ estimated)", out.getvalue())
        self.assertIn("Estimated: what was counted in Xã Tam Quang", out.getvalue())
        out = StringIO()
        call_command("figures", *asked, "--json", stdout=out)
        told = json.loads(out.getvalue())
        marked = [row for row in told["rows"] if row.get("estimated")]
        self.assertEqual({row["label"] for row in marked}, {"Xã Bắc", "Xã Nam"})
        self.assertEqual(sum(row["households"] for row in told["rows"]), told["totals"]["households"])
        [estimate] = told["estimates"]
        self.assertEqual([each["share"] for each in estimate["shares"]], ["2/5", "3/5"])
        self.assertEqual(estimate["bases"], [BASIS])
