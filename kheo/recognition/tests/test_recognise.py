"""A committee recognises the initiatives on one signed list: all of them or none."""

from datetime import date

from django.test import TestCase
from django.urls import reverse

from kheo.audit.models import Entry
from kheo.initiatives.models import Initiative
from kheo.initiatives.tests.cast import brought, cast, draft
from kheo.lib.periods import FOREVER, Period
from kheo.lib.refusals import FasterColleague, Refused
from kheo.recognition.models import Decision, Recognition
from kheo.recognition.tests.cast import SIGNED, decided, running, tier
from kheo.search.models import Document
from kheo.tallies.counting import verify
from kheo.tallies.figures import figures
from kheo.units.models import Post, Role
from kheo.units.tests import cast as people


class Recognising(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.cast = cast()
        cls.bell = running(cls.cast)
        cls.road = running(cls.cast, "Mở rộng đường bản")

    def counted(self, measure="recognised"):
        table = figures(Period.year(2026), "field", measures=[measure], everything=True)
        return table.totals[measure]

    def test_one_decision_recognises_every_line(self):
        decision = decided(self.cast, self.bell, self.road)
        rows = list(decision.recognitions.order_by("initiative__name"))
        assert [row.initiative for row in rows] == [self.road, self.bell]
        assert {(row.valid_from, row.valid_to, row.tier.code) for row in rows} == {(SIGNED, FOREVER, "xa")}
        assert rows[0].steps.get().by == self.cast.binh
        assert Entry.objects.about(self.bell).filter(verb="recognised").get().acting_as == str(self.cast.binh)
        assert Document.objects.filter(kind="decision", object_id=str(decision.pk)).exists()

    def test_it_is_counted_in_the_month_of_the_decision(self):
        decided(self.cast, self.bell, self.road)
        assert self.counted() == 2
        assert verify()[1] == []
        may = figures(Period.month(2026, 5), "field", measures=["recognised"], everything=True)
        assert may.totals["recognised"] == 2

    def test_a_decision_may_say_how_long_it_holds(self):
        row = decided(self.cast, self.bell, valid_until=date(2026, 12, 31)).recognitions.get()
        assert row.last_day == date(2026, 12, 31)
        assert Recognition.objects.standing(date(2026, 12, 31)).count() == 1
        assert Recognition.objects.standing(date(2027, 1, 1)).count() == 0

    def test_recognised_twice_at_one_tier_is_refused_and_says_by_whom(self):
        decided(self.cast, self.bell)
        with self.assertRaises(FasterColleague) as refusal:
            decided(self.cast, self.road, self.bell, number="13-QĐ/BCĐ")
        assert "12-QĐ/BCĐ" in str(refusal.exception)
        assert "BCĐ Dân vận khéo xã Tam Quang" in str(refusal.exception)
        assert Recognition.objects.count() == 1
        assert Decision.objects.count() == 1

    def test_another_tier_is_another_recognition(self):
        decided(self.cast, self.bell)
        decided(
            self.cast,
            self.bell,
            committee=self.cast.province_committee,
            by=self.cast.thanh,
            number="40-QĐ/BCĐ",
            tier=tier("tinh"),
        )
        assert Recognition.objects.standing().filter(initiative=self.bell).count() == 2

    def test_one_number_of_one_day_is_written_down_once(self):
        decided(self.cast, self.bell)
        with self.assertRaises(FasterColleague):
            decided(self.cast, self.road)

    def test_what_is_in_no_catalogue_is_not_recognised(self):
        draft_only = brought(draft(self.cast, "Đường hoa"), "confirmed", self.cast).initiative
        with self.assertRaisesMessage(Refused, "Đường hoa"):
            decided(self.cast, self.bell, draft_only)
        assert not Decision.objects.exists()

    def test_what_lies_outside_the_committees_area_is_not_recognised(self):
        Initiative.objects.filter(pk=self.bell.pk).update(area=self.cast.world.tam_hop)
        with self.assertRaisesMessage(Refused, "Nằm ngoài địa bàn"):
            decided(self.cast, self.bell)

    def test_paper_is_not_of_tomorrow_and_ends_after_it_begins(self):
        for wrong in (
            {"signed_on": date(2999, 1, 1)},
            {"valid_until": date(2026, 1, 1)},
            {"number": " "},
        ):
            with self.assertRaises(Refused):
                decided(self.cast, self.bell, **wrong)

    def test_the_clerk_writes_down_what_was_signed(self):
        clerk = people.post(people.person("ha", "Lô Thị Hà"), self.cast.committee, Role.CLERK)
        assert decided(self.cast, self.bell, by=clerk).signer == "Trần Thanh Bình"

    def test_the_standing_offices_clerk_does_too(self):
        clerk = people.post(people.person("ha", "Lô Thị Hà"), self.cast.office, Role.CLERK)
        assert decided(self.cast, self.bell, by=clerk)

    def test_a_reader_is_refused_in_a_sentence(self):
        with self.assertRaisesMessage(Refused, "xem được nhưng không làm được"):
            decided(self.cast, self.bell, by=self.cast.duc)

    def test_the_reporter_and_another_committees_head_are_refused(self):
        for by in (self.cast.minh, self.cast.thanh):
            with self.assertRaises(Refused):
                decided(self.cast, self.bell, by=by)


class RecognisingOnPages(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.cast = cast()
        cls.bell = running(cls.cast)
        tier()

    def sign_in(self, post: Post):
        vars(post.user).pop("current_posts", None)
        self.client.force_login(post.user)

    def words(self, **facts):
        return {
            "committee": self.cast.committee.pk,
            "number": "12-QĐ/BCĐ",
            "signed_on": "19/05/2026",
            "signer": "Trần Thanh Bình",
            "tier": tier().pk,
            "pk": [self.bell.pk],
            **facts,
        }

    def test_the_head_writes_a_decision_down(self):
        self.sign_in(self.cast.binh)
        page = self.client.get(reverse("decision_new"))
        assert "Tiếng kẻng bình yên" in page.content.decode()
        answer = self.client.post(reverse("decision_new"), self.words())
        decision = Decision.objects.get()
        self.assertRedirects(answer, reverse("decision", args=[decision.pk]))

    def test_what_was_typed_stays_when_it_is_refused(self):
        self.sign_in(self.cast.binh)
        answer = self.client.post(reverse("decision_new"), self.words(pk=[]))
        assert answer.status_code == 200
        assert "12-QĐ/BCĐ" in answer.content.decode()
        assert not Decision.objects.exists()

    def test_a_reader_reads_why_not(self):
        self.sign_in(self.cast.duc)
        assert self.client.get(reverse("decision_new")).status_code == 409

    def test_a_head_of_no_committee_reads_why_not(self):
        self.sign_in(self.cast.vinh)
        assert self.client.get(reverse("decision_new")).status_code == 409

    def test_a_neighbour_finds_neither_decision_nor_recognition(self):
        decision = decided(self.cast, self.bell)
        self.sign_in(self.cast.lan)
        for name, pk in (
            ("decision", decision.pk),
            ("initiative_recognitions", self.bell.pk),
            ("recognition_end", decision.recognitions.get().pk),
        ):
            assert self.client.get(reverse(name, args=[pk])).status_code == 404

    def test_the_list_costs_the_same_with_one_row_and_with_three(self):
        decided(self.cast, self.bell)
        self.sign_in(self.cast.hoa)

        def queries():
            with self.assertNumQueries(self.cost) if hasattr(self, "cost") else _counted(self):
                assert self.client.get(reverse("recognition_list")).status_code == 200

        queries()
        for place, name in enumerate(("Đường hoa", "Nhà sạch vườn đẹp")):
            decided(self.cast, running(self.cast, name), number=f"{20 + place}-QĐ/BCĐ")
        queries()

    def test_the_list_and_a_decision_leave_as_spreadsheets(self):
        decision = decided(self.cast, self.bell)
        self.sign_in(self.cast.hoa)
        for address in (reverse("recognition_list"), reverse("decision", args=[decision.pk])):
            answer = self.client.get(address, {"format": "xlsx"})
            assert answer["Content-Type"].endswith("sheet")

    def test_the_commune_sees_the_provinces_decision_about_its_own(self):
        decision = decided(
            self.cast,
            self.bell,
            committee=self.cast.province_committee,
            by=self.cast.thanh,
            tier=tier("tinh"),
        )
        self.sign_in(self.cast.minh)
        assert self.client.get(reverse("decision", args=[decision.pk])).status_code == 200
        assert Decision.objects.visible_to(self.cast.minh).count() == 1

    def test_the_initiatives_page_leads_here(self):
        decided(self.cast, self.bell)
        self.sign_in(self.cast.minh)
        page = self.client.get(reverse("initiative_recognitions", args=[self.bell.pk])).content.decode()
        assert "12-QĐ/BCĐ" in page
        assert "Cấp xã" in page


def _counted(case):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    class Count(CaptureQueriesContext):
        def __exit__(self, *args):
            super().__exit__(*args)
            case.cost = len(self)

    return Count(connection)
