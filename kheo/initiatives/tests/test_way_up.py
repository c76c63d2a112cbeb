"""From draft to catalogue: each step by whom it may be taken, and by nobody else."""

from datetime import date

from django.test import TestCase

from kheo.audit.models import Entry
from kheo.initiatives.models import Catalogue, Enrolment, Initiative
from kheo.initiatives.tests.cast import brought, cast, draft
from kheo.lib.refusals import FasterColleague, Refused
from kheo.plans.models import CalendarEntry, Plan
from kheo.tallies.counting import verify
from kheo.tallies.models import Cell


class WayUp(TestCase):
    def setUp(self):
        self.cast = cast()

    def catalogue(self, number="01-DM/BCĐ", by=None, **facts):
        return Catalogue.objects.issue(
            committee=facts.pop("committee", self.cast.committee),
            by=by or self.cast.binh,
            number=number,
            signed_on=date(2026, 3, 1),
            signer="Trần Thanh Bình",
            year=2026,
            **facts,
        )

    def test_the_whole_way(self):
        enrolment = brought(draft(self.cast), "approved", self.cast)
        enrolment.refresh_from_db()
        assert enrolment.state == "approved"
        assert [step.state for step in enrolment.steps.all()] == [
            "draft", "sent", "received", "confirmed", "approved",
        ]  # fmt: skip
        assert enrolment.addressee == self.cast.office
        assert enrolment.committee == self.cast.committee
        assert enrolment.approved_on == date(2026, 3, 1)
        assert (
            Entry.objects.about(enrolment)
            .filter(verb="approved")
            .get()
            .acting_as.startswith("Trần Thanh Bình")
        )
        assert enrolment.initiative.state == "proposed", "a new model waits for its ra mắt"

    def test_what_is_counted(self):
        brought(draft(self.cast), "approved", self.cast)
        brought(draft(self.cast, "Biên giới bình yên", kind="exemplar"), "approved", self.cast)
        cells = Cell.objects.filter(measure="enrolled_new", value__gt=0)
        assert sorted(cells.values_list("kind", "value", "period")) == [
            ("exemplar", 1, date(2026, 1, 1)),
            ("model", 1, date(2026, 1, 1)),
        ]
        assert verify()[1] == []

    def test_a_draft_is_not_counted(self):
        brought(draft(self.cast), "confirmed", self.cast)
        assert not Cell.objects.filter(value__gt=0).exists()

    def test_readers_and_neighbours_are_refused(self):
        enrolment = draft(self.cast)
        for verb, state in (("send", "sent"), ("receive", "received"), ("confirm", "confirmed")):
            for post in (self.cast.duc, self.cast.lan):
                with self.assertRaises(Refused):
                    getattr(enrolment, verb)(by=post)
            brought_to = {"send": "sent", "receive": "received", "confirm": "confirmed"}[verb]
            step = {"sent": self.cast.minh, "received": self.cast.nga, "confirmed": self.cast.vinh}[
                brought_to
            ]
            getattr(enrolment, verb)(by=step)
            assert enrolment.state == state
        for post in (self.cast.duc, self.cast.lan, self.cast.minh, self.cast.thanh):
            with self.assertRaises(Refused):
                enrolment.approve(by=post, catalogue=None)

    def test_a_neighbour_does_not_see_it(self):
        enrolment = draft(self.cast)
        assert not Enrolment.objects.visible_to(self.cast.lan).exists()
        assert Enrolment.objects.visible_to(self.cast.hoa).get() == enrolment

    def test_the_second_is_told_who_was_faster(self):
        brought(draft(self.cast), "sent", self.cast)
        mine, yours = Enrolment.objects.get(), Enrolment.objects.get()
        mine.receive(by=self.cast.nga)
        with self.assertRaisesMessage(FasterColleague, "Kha Thị Nga"):
            yours.receive(by=self.cast.nga)
        assert Entry.objects.about(mine).filter(verb="received").count() == 1

    def test_the_second_is_told_even_inside_the_check(self):
        """The state is read again by the UPDATE itself, not only before it."""
        brought(draft(self.cast), "sent", self.cast)
        yours = Enrolment.objects.get()
        Enrolment.objects.get().receive(by=self.cast.nga)
        assert yours.state == "sent"
        with self.assertRaises(FasterColleague):
            yours._move(["sent"], "received", "received", by=self.cast.nga)
        assert yours.steps.filter(state="received").count() == 1

    def test_return_with_a_reason_and_send_again(self):
        enrolment = brought(draft(self.cast), "received", self.cast)
        with self.assertRaises(Refused):
            enrolment.return_(by=self.cast.nga, reason="  ")
        with self.assertRaises(Refused):
            enrolment.return_(by=self.cast.minh, reason="không được")
        enrolment.return_(by=self.cast.nga, reason="Ghi rõ số hộ")
        assert enrolment.steps.last().reason == "Ghi rõ số hộ"
        enrolment.send(by=self.cast.minh)
        assert enrolment.state == "sent"

    def test_returning_what_has_moved_on_since_it_was_shown(self):
        brought(draft(self.cast), "sent", self.cast)
        enrolment = Enrolment.objects.get()
        enrolment.receive(by=self.cast.nga)
        with self.assertRaises(FasterColleague):
            enrolment.return_(by=self.cast.nga, reason="Ghi rõ", seen="sent")

    def test_withdraw_gives_up_what_never_began(self):
        enrolment = brought(draft(self.cast), "received", self.cast)
        enrolment.withdraw(by=self.cast.minh, reason="Đăng ký nhầm")
        assert enrolment.state == "withdrawn"
        assert Initiative.objects.get().state == "withdrawn"

    def test_what_is_in_the_catalogue_is_not_withdrawn(self):
        enrolment = brought(draft(self.cast), "approved", self.cast)
        with self.assertRaises(Refused):
            enrolment.withdraw(by=self.cast.minh, reason="Đăng ký nhầm")

    def test_nobody_confirms_their_own_work_where_there_are_more_than_two(self):
        enrolment = draft(self.cast, by=self.cast.vinh)
        enrolment.send(by=self.cast.vinh)
        enrolment.receive(by=self.cast.nga)
        with self.assertRaises(Refused):
            enrolment.confirm(by=self.cast.vinh)

    def test_a_unit_of_one_confirms_itself_and_it_shows(self):
        from kheo.units.tests import cast as people

        women = self.cast.world.women_tam_quang
        hien = people.post(people.person("hien", "Lô Thị Hiền"), women, "reporter", "place")
        enrolment = draft(self.cast, by=hien)
        enrolment.send(by=hien)
        enrolment.receive(by=self.cast.nga)
        enrolment.confirm(by=hien)
        assert enrolment.steps.last().self_confirmed

    def test_it_is_not_sent_with_gaps(self):
        enrolment = draft(self.cast, goal="")
        with self.assertRaisesMessage(Refused, "Mục tiêu"):
            enrolment.send(by=self.cast.minh)
        upward = draft(self.cast, "Gia đình biển", level_asked="province")
        with self.assertRaisesMessage(Refused, "Nội dung, cách làm"):
            upward.send(by=self.cast.minh)

    def test_proposed_upward_it_goes_to_the_province(self):
        details = {
            "need": "Mất trộm", "targets": "0 vụ", "method": "Kẻng", "forces_lead": "Chi bộ",
            "span_first": 2026, "span_last": 2027, "outputs": "Quy ước", "lasting": "Không tốn tiền",
        }  # fmt: skip
        enrolment = draft(self.cast, level_asked="province")
        Enrolment.objects.filter(pk=enrolment.pk).update(details=details)
        enrolment.refresh_from_db()
        enrolment.send(by=self.cast.minh)
        assert enrolment.addressee == self.cast.world.board
        assert enrolment.committee == self.cast.province_committee
        with self.assertRaises(Refused):
            enrolment.receive(by=self.cast.nga)
        enrolment.receive(by=self.cast.hoa)
        enrolment.confirm(by=self.cast.vinh)
        with self.assertRaises(Refused):
            enrolment.approve(by=self.cast.binh, catalogue=self.catalogue())
        catalogue = self.catalogue(committee=self.cast.province_committee, by=self.cast.thanh)
        enrolment.approve(by=self.cast.thanh, catalogue=catalogue)
        assert enrolment.state == "approved"

    def test_a_person_is_not_sent_without_consent(self):
        from kheo.initiatives.models import Consent

        enrolment = draft(self.cast, "Bà Vi Thị Lan", kind="exemplar", subject="person")
        Enrolment.objects.filter(pk=enrolment.pk).update(
            details={"person_title": "Trưởng bản", "person_done": "Vận động", "person_result": "420 m đường"}
        )
        enrolment.refresh_from_db()
        with self.assertRaisesMessage(Refused, "đồng ý"):
            enrolment.send(by=self.cast.minh)
        Consent.objects.create(
            initiative=enrolment.initiative, person="Bà Lan", given_on=date(2026, 1, 5), how="written",
            recorded_by=self.cast.minh,
        )  # fmt: skip
        enrolment.send(by=self.cast.minh)
        assert enrolment.state == "sent"

    def test_a_list_is_approved_whole_or_not_at_all(self):
        ready = [
            brought(draft(self.cast, name), "confirmed", self.cast) for name in ("Một", "Hai năm", "Ba mươi")
        ]
        stale = brought(draft(self.cast, "Bốn phương"), "received", self.cast)
        catalogue = self.catalogue()
        with self.assertRaisesMessage(Refused, "Bốn phương"):
            catalogue.approve_all([*ready, stale], by=self.cast.binh)
        assert not Enrolment.objects.filter(state="approved").exists()
        ready = list(Enrolment.objects.filter(state="confirmed"))
        assert catalogue.approve_all(ready, by=self.cast.binh) == 3
        assert catalogue.entries().count() == 3
        assert sum(Cell.objects.filter(measure="enrolled_new").values_list("value", flat=True)) == 3
        assert verify()[1] == []

    def test_a_number_is_used_once_a_day(self):
        self.catalogue()
        with self.assertRaises(Refused):
            self.catalogue()

    def test_start_and_end(self):
        enrolment = brought(draft(self.cast), "approved", self.cast)
        initiative = enrolment.initiative
        with self.assertRaises(Refused):
            initiative.start(by=self.cast.duc, on=date(2026, 4, 1))
        initiative.start(by=self.cast.minh, on=date(2026, 4, 1))
        assert initiative.state == "running"
        with self.assertRaises(Refused):
            initiative.end(by=self.cast.vinh, on=date(2026, 3, 1), reason="Hết hiệu quả")
        with self.assertRaises(Refused):
            initiative.end(by=self.cast.minh, on=date(2026, 5, 1), reason="Hết hiệu quả")
        initiative.end(by=self.cast.vinh, on=date(2026, 5, 2), reason="Hết hiệu quả")
        assert Initiative.objects.get().state == "ended"
        ended = Cell.objects.get(measure="ended", value__gt=0)
        assert (ended.period, ended.value) == (date(2026, 5, 1), 1)
        assert verify()[1] == []
        with self.assertRaises(FasterColleague):
            initiative.end(by=self.cast.vinh, on=date(2026, 5, 2), reason="Hết hiệu quả")

    def test_taken_off_the_list_by_a_catalogue(self):
        enrolment = brought(draft(self.cast), "approved", self.cast)
        catalogue = self.catalogue("09-DM/BCĐ", purpose="end")
        catalogue.end_all([enrolment.initiative], by=self.cast.binh, on=date(2026, 6, 1), reason="Không còn")
        assert enrolment.initiative.endings.get().catalogue == catalogue
        assert verify()[1] == []

    def test_continuing(self):
        enrolment = brought(draft(self.cast, year=2025, kind_of_year="continuing"), "approved", self.cast)
        initiative = Initiative.objects.get()
        assert initiative.state == "running"
        assert list(Initiative.objects.to_continue(self.cast.minh, 2026)) == [initiative]
        again = initiative.continue_in(2026, by=self.cast.minh)
        assert (again.kind, again.details) == ("continuing", enrolment.details)
        assert not Initiative.objects.to_continue(self.cast.minh, 2026).exists()
        with self.assertRaises(FasterColleague):
            initiative.continue_in(2026, by=self.cast.minh)

    def test_the_field_is_corrected_after_approval(self):
        enrolment = brought(draft(self.cast), "approved", self.cast)
        enrolment.move_to_field(self.cast.security, by=self.cast.nga, reason="Ghi nhầm lĩnh vực")
        assert Cell.objects.get(measure="enrolled_new", value__gt=0).field == self.cast.security
        assert verify()[1] == []

    def test_known_from_a_publication(self):
        initiative = Initiative.objects.known_from_publication(
            year=2021,
            name="Thả cá tái tạo nguồn lợi thủy sản",
            movement=self.cast.movement,
            field=self.cast.economy,
            owner=self.cast.minh.unit,
            owner_known=False,
            area=self.cast.tam_quang,
            source_url="https://baonghean.vn/",
            source_id="dvk-002",
        )
        assert initiative.latest.state == "published"
        assert Cell.objects.get(measure="enrolled_unknown").value == 1
        assert not Enrolment.objects.to_receive(self.cast.nga).exists()
        assert verify()[1] == []


class TheWindow(TestCase):
    def test_what_comes_after_the_window_is_marked_and_not_refused(self):
        people = cast()
        plan = Plan.objects.create(
            movement=people.movement, committee=people.committee, year=2026, state=Plan.State.APPROVED
        )
        enrolment = draft(people)
        assert not enrolment.is_outside_window, "a plan without a window is always open"
        CalendarEntry.objects.create(
            plan=plan, kind="registration", name="Đăng ký", opens=date(2026, 1, 5), closes=date(2026, 1, 31)
        )
        Enrolment.objects.filter(pk=enrolment.pk).update(plan=plan)
        enrolment.refresh_from_db()
        brought(enrolment, "sent", people)
        enrolment.refresh_from_db()
        assert (enrolment.state, enrolment.is_outside_window) == ("sent", True)
        self.client.force_login(people.user(people.nga))
        page = self.client.get(enrolment.get_absolute_url())
        self.assertContains(page, "Ngoài thời gian đăng ký của kế hoạch")
