"""Registrations and lists as paper: Minh's registration, his unit's list of the year, Bình's decision."""

import io
from datetime import timedelta

from django.test import TestCase
from django.urls import reverse

from kheo.initiatives.models import Catalogue, CatalogueDraft, Enrolment, Initiative
from kheo.initiatives.tests.cast import brought, cast, draft
from kheo.lib.periods import today
from kheo.lib.refusals import FasterColleague, Refused
from kheo.papers import kinds
from kheo.papers.checking import check
from kheo.papers.models import Paper
from kheo.papers.sheet import Grid
from kheo.tallies.counting import verify
from kheo.units.models import Post, Role


class OnPaper(TestCase):
    def setUp(self):
        self.cast = cast()
        self.thu = Post.objects.get(role=Role.CLERK)
        self.road = brought(draft(self.cast, "Con đường hiến đất"), "confirmed", self.cast)
        self.bell = brought(draft(self.cast, "Tiếng kẻng bình yên"), "confirmed", self.cast)

    def as_(self, post):
        self.client.force_login(post.user)

    def prepared(self, rows=None):
        return CatalogueDraft.objects.prepare(
            rows or [self.road, self.bell],
            committee=self.cast.committee,
            by=self.cast.binh,
            year=self.road.year,
        )

    def paper(self, found, number="5"):
        paper = Paper.objects.draft(kinds.called("catalogue"), found, by=self.cast.binh)
        paper.ask_number(by=self.cast.binh)
        paper.give_number(by=self.thu, number=number, issued_on=today(), signer="Trần Thanh Bình")
        return paper

    # Registrations

    def test_a_registration_without_contacts_and_persons(self):
        self.road.initiative.contact_phone = "0912345678"
        self.road.initiative.save()
        Enrolment.objects.filter(pk=self.road.pk).update(
            details={"method": "Họp dân từng bản", "resources_vnd": 1_500_000, "person_done": "Đi từng nhà"}
        )
        self.road.refresh_from_db()
        paper = Paper.objects.draft(kinds.called("registration"), self.road, by=self.cast.minh)
        words = str(paper.content)
        for said in ("Con đường hiến đất", "86 hộ cùng tham gia", "Họp dân từng bản", "1.500.000 đồng"):
            self.assertIn(said, words)
        for kept in ("Vi Thị Mai", "0912345678", "Đi từng nhà"):
            self.assertNotIn(kept, words)
        self.assertEqual(paper.issuer, self.cast.minh.unit)

    def test_the_units_list_of_a_year(self):
        draft(self.cast, "Chưa gửi")
        unit, year = self.cast.minh.unit, str(self.road.year)
        kind = kinds.called("registration_list")
        paper = Paper.objects.draft(kind, unit, by=self.cast.minh, part=year)
        (grid,) = [block for block in paper.sheet.blocks if isinstance(block, Grid)]
        self.assertEqual([row[1] for row in grid.rows], ["Con đường hiến đất", "Tiếng kẻng bình yên"])
        with self.assertRaises(Refused):
            Paper.objects.draft(kind, unit, by=self.cast.minh, part="2019")
        self.as_(self.cast.minh)
        page = self.client.get(reverse("enrolment_list"), {"year": year})
        self.assertContains(page, paper.get_absolute_url())

    def test_a_neighbour_does_not_find_it_and_a_reader_is_refused(self):
        addresses = [
            reverse("paper_new", args=["registration", self.road.pk]),
            reverse("paper_new", args=["registration_list", self.cast.minh.unit.pk])
            + f"?part={self.road.year}",
        ]
        self.as_(self.cast.lan)
        for address in addresses:
            self.assertEqual(self.client.post(address).status_code, 404, address)
        self.as_(self.cast.duc)
        for address in addresses:
            self.assertEqual(self.client.post(address, {"signing": "head"}).status_code, 409, address)
        self.assertFalse(Paper.objects.exists())

    # A list that waits for its number

    def test_nothing_is_decided_before_the_number_and_all_of_it_with_it(self):
        found = self.prepared()
        self.assertEqual(Catalogue.objects.count(), 0)
        paper = self.paper(found)
        found.refresh_from_db()
        self.assertEqual((found.state, found.catalogue.number), ("issued", "05-QĐ/BCĐ"))
        self.assertEqual(found.catalogue.signer, "Trần Thanh Bình")
        states = set(Enrolment.objects.values_list("state", flat=True))
        self.assertEqual((paper.state, states), ("numbered", {"approved"}))
        # Approved by the head who prepared it, not by the clerk who wrote down the number.
        self.assertEqual(self.road.steps.last().by, self.cast.binh)
        self.assertEqual(verify()[1], [])
        self.assertFalse(paper.has_changed())

    def test_a_corrected_day_moves_what_the_list_approved(self):
        found = self.prepared()
        paper = self.paper(found)
        day = today() - timedelta(days=40)
        given = {"number": "6", "issued_on": day, "signer": "Trần Thanh Bình", "reason": "gõ nhầm"}
        paper.correct(by=self.thu, seen=paper.steps.last().pk, **given)
        found.refresh_from_db()
        self.assertEqual((found.catalogue.number, found.catalogue.signed_on), ("06-QĐ/BCĐ", day))
        self.assertEqual(set(Enrolment.objects.values_list("approved_on", flat=True)), {day})
        self.assertEqual(verify()[1], [])

    def test_what_has_gone_back_meanwhile_keeps_the_list_from_its_number(self):
        found = self.prepared()
        self.bell.return_(by=self.cast.vinh, reason="bổ sung")
        with self.assertRaises(Refused) as refused:
            self.paper(found)
        self.assertIn("Tiếng kẻng bình yên", str(refused.exception))
        self.assertEqual(Catalogue.objects.count(), 0)
        self.assertEqual(Paper.objects.get().state, "waiting")
        self.assertEqual(Enrolment.objects.get(pk=self.road.pk).state, "confirmed")

    def test_a_list_that_ends(self):
        self.paper(self.prepared())
        initiative = Initiative.objects.get(name="Con đường hiến đất")
        initiative.start(by=self.cast.minh, on=today() - timedelta(days=3))
        self.as_(self.cast.binh)
        data = {"purpose": "end", "pk": initiative.pk, "prepare": "1"}
        said = self.client.post(reverse("catalogue_new"), data)
        self.assertContains(said, "error-summary")
        self.client.post(
            reverse("catalogue_new"), {**data, "reason": "Đường đã xong", "on": today().strftime("%d/%m/%Y")}
        )
        found = CatalogueDraft.objects.get(purpose="end")
        self.paper(found, "6")
        initiative.refresh_from_db()
        self.assertEqual(initiative.state, "ended")

    def test_from_the_choice_to_the_paper_by_its_pages(self):
        self.as_(self.cast.binh)
        rows = [self.road.pk, self.bell.pk]
        answer = self.client.post(
            reverse("catalogue_new"), {"purpose": "approve", "pk": rows, "prepare": "1"}
        )
        found = CatalogueDraft.objects.get()
        self.assertRedirects(answer, reverse("paper_new", args=["catalogue", found.pk]))
        page = self.client.get(found.get_absolute_url())
        self.assertContains(page, "Con đường hiến đất")
        self.client.post(reverse("catalogue_draft_withdraw", args=[found.pk]), {"reason": "để sau"})
        found.refresh_from_db()
        self.assertEqual(found.state, "withdrawn")
        with self.assertRaises(FasterColleague):
            found.withdraw(by=self.cast.binh, reason="lần nữa")

    def test_doors_of_a_list(self):
        found = self.prepared()
        pages = [found.get_absolute_url(), reverse("catalogue_draft_withdraw", args=[found.pk])]
        self.as_(self.cast.lan)
        for page in pages:
            self.assertEqual(self.client.get(page).status_code, 404)
        self.as_(self.cast.duc)
        self.assertEqual(self.client.get(pages[0]).status_code, 200)
        self.assertEqual(self.client.post(pages[1], {"reason": "x"}).status_code, 409)
        with self.assertRaises(Refused):
            CatalogueDraft.objects.prepare(
                [self.road], committee=self.cast.committee, by=self.cast.duc, year=self.road.year
            )

    def test_an_issued_list_leaves_as_docx_by_the_rules(self):
        found = self.prepared()
        self.paper(found)
        found.refresh_from_db()
        self.as_(self.cast.binh)
        typed = brought(draft(self.cast, "Ngày thứ bảy tình nguyện"), "approved", self.cast)
        by_hand = typed.steps.last().catalogue
        for catalogue in (found.catalogue, by_hand):
            answer = self.client.get(reverse("catalogue_docx", args=[catalogue.pk]))
            self.assertEqual(check(io.BytesIO(answer.getvalue())), [])
        self.as_(self.cast.lan)
        self.assertEqual(self.client.get(reverse("catalogue_docx", args=[by_hand.pk])).status_code, 404)
