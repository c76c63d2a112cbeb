"""A report from draft to acceptance and through its correction: who may, who may not, what is counted."""

from datetime import date

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from kheo.audit.models import Entry
from kheo.fieldwork.models import FieldReport
from kheo.fieldwork.models.field_reports import figures_by_kind, figures_of
from kheo.fieldwork.tests.cast import accepted, cast, kind, report, running
from kheo.lib.refusals import FasterColleague, Refused
from kheo.tallies.counting import rebuild, verify
from kheo.tallies.models import Cell
from kheo.units.models import Post, Role
from kheo.units.tests import cast as people


def cells(measure):
    rows = Cell.objects.filter(measure=measure, known_to__year=9999).exclude(value=0)
    return sorted(rows.values_list("period", "value"))


class Way(TestCase):
    def setUp(self):
        self.cast = cast()
        self.enrolment = running(self.cast)

    def test_the_whole_way(self):
        made = accepted(self.cast, self.enrolment)
        made.refresh_from_db()
        assert made.state == "accepted"
        assert [step.state for step in made.steps.all()] == ["draft", "sent", "accepted"]
        assert made.sent_at is not None
        assert [entry.verb for entry in Entry.objects.about(made)] == ["accepted", "submitted", "drafted"]

    def test_what_is_counted(self):
        made = report(self.cast, self.enrolment)
        made.send(by=self.cast.minh)
        assert cells("households") == []
        made.accept(by=self.cast.nga)
        july = date(2026, 7, 1)
        assert cells("households") == [(july, 86)]
        assert cells("money_vnd") == [(july, 1_500_000)]
        assert cells("land_m2") == [(july, 10_550)]
        cell = Cell.objects.get(measure="households")
        initiative = self.enrolment.initiative
        assert (cell.unit, cell.area, cell.field, cell.kind) == (
            initiative.owner, initiative.commune, self.enrolment.field, "model",
        )  # fmt: skip
        assert verify()[1] == []

    def test_an_acceptance_reads_its_own_figures_however_many_reports_there_are(self):
        made = report(self.cast, self.enrolment)
        made.send(by=self.cast.minh)
        with CaptureQueriesContext(connection) as asked:
            made.accept(by=self.cast.nga)
        # Of a statement kept ready PostgreSQL's driver tells no words.
        told = [each["sql"] or "" for each in asked]
        sums = [sql for sql in told if "SUM(" in sql and "reportfigure" in sql]
        assert len(sums) == 2
        assert all('."series" = ' in each for each in sums)

    def test_several_sources_are_one_cell(self):
        figures = {
            ("money_vnd", kind("money_vnd", "dan_gop").pk): 1_000_000,
            ("money_vnd", kind("money_vnd", "ngan_sach").pk): 500_000,
        }
        accepted(self.cast, self.enrolment, figures)
        accepted(self.cast, self.enrolment, {("money_vnd", kind("money_vnd", "dan_gop").pk): 7})
        assert cells("money_vnd") == [(date(2026, 7, 1), 1_500_007)]
        initiative = self.enrolment.initiative
        assert figures_of(initiative) == [("Tiền huy động", 1_500_007, "vnd")]
        assert figures_by_kind(initiative) == {
            "money_vnd": [("Dân đóng góp", 1_000_007), ("Ngân sách nhà nước", 500_000)]
        }
        assert list(FieldReport.objects.accepted().about(initiative).values_list("version", flat=True)) == [
            1,
            1,
        ]
        assert verify()[1] == []

    def test_a_correction_is_a_new_version_and_the_cells_move(self):
        first = accepted(self.cast, self.enrolment)
        second = first.correct(by=self.cast.minh, reason="Ghi nhầm số hộ")
        assert (second.version, second.series, second.state) == (2, first.series, "draft")
        assert second.correction_reason == "Ghi nhầm số hộ"
        values = {"happened_on": date(2026, 6, 30), "happened_until": date(2026, 6, 30)}
        second.write(by=self.cast.minh, values=values, figures={("households", None): 80})
        assert cells("households") == [(date(2026, 7, 1), 86)], "the accepted version counts until then"
        second.send(by=self.cast.minh)
        second.accept(by=self.cast.nga)
        first.refresh_from_db()
        assert first.state == "superseded"
        assert cells("households") == [(date(2026, 6, 1), 80)]
        assert cells("money_vnd") == []
        assert verify()[1] == []
        assert rebuild() == 0
        entry = Entry.objects.about(second).get(verb="corrected")
        assert (entry.reason, entry.changes) == ("Ghi nhầm số hộ", {"version": [1, 2]})

    def test_a_correction_may_move_to_another_year(self):
        """Both years' shares are recounted, each in its own field of work."""
        first = accepted(self.cast, self.enrolment)
        other = self.enrolment.initiative.continue_in(2027, by=self.cast.minh)
        other.field = self.cast.security
        other.save()
        type(other).objects.filter(pk=other.pk).update(state="approved")
        other.refresh_from_db()
        second = first.correct(by=self.cast.minh, reason="Sai năm")
        second.write(by=self.cast.minh, values={"enrolment": other}, figures={("households", None): 5})
        second.send(by=self.cast.minh)
        FieldReport.objects.get(pk=second.pk).accept(by=self.cast.hoa)
        assert list(
            Cell.objects.filter(measure="households").exclude(value=0).values_list("field", "value")
        ) == [(self.cast.security.pk, 5)]
        assert [m for m in verify()[1] if m.key.measure == "households"] == []

    def test_a_correction_given_up_changes_nothing(self):
        first = accepted(self.cast, self.enrolment)
        second = first.correct(by=self.cast.minh, reason="Xem lại")
        with self.assertRaises(FasterColleague):
            first.correct(by=self.cast.minh, reason="Cũng xem lại")
        second.withdraw(by=self.cast.minh, reason="Số cũ đúng")
        third = first.correct(by=self.cast.minh, reason="Lần này sai thật")
        assert third.version == 3
        assert cells("households") == [(date(2026, 7, 1), 86)]

    def test_return_with_a_reason_and_send_again(self):
        made = report(self.cast, self.enrolment)
        made.send(by=self.cast.minh)
        with self.assertRaises(Refused):
            made.return_(by=self.cast.nga, reason="  ")
        made.return_(by=self.cast.nga, reason="Ghi rõ nguồn tiền")
        assert (made.state, made.steps.last().reason) == ("returned", "Ghi rõ nguồn tiền")
        assert cells("households") == []
        made.write(by=self.cast.minh, values={}, figures={("households", None): 85})
        made.send(by=self.cast.minh)
        made.accept(by=self.cast.nga)
        assert cells("households") == [(date(2026, 7, 1), 85)]
        assert verify()[1] == []

    def test_the_body_that_received_it_accepts_or_one_above_by_place(self):
        for post in (self.cast.nga, self.cast.hoa):
            made = report(self.cast, self.enrolment)
            made.send(by=self.cast.minh)
            made.accept(by=post)
            assert made.state == "accepted"

    def test_readers_neighbours_and_its_own_unit_do_not_accept(self):
        made = report(self.cast, self.enrolment)
        for post in (self.cast.duc, self.cast.lan):
            assert not made.may("send", post)
            with self.assertRaises(Refused):
                made.send(by=post)
        made.send(by=self.cast.minh)
        for post in (self.cast.duc, self.cast.lan, self.cast.minh, self.cast.vinh):
            for verb in ("accept", "return"):
                assert not made.may(verb, post), (post, verb)
            with self.assertRaises(Refused):
                made.accept(by=post)
        for post in (self.cast.duc, self.cast.lan, self.cast.nga):
            for verb in ("withdraw", "correct"):
                assert not made.may(verb, post)

    def test_nobody_accepts_what_they_sent_unless_there_are_but_two(self):
        made = report(self.cast, self.enrolment)
        made.send(by=self.cast.hoa)
        with self.assertRaises(Refused):
            made.accept(by=self.cast.hoa)
        other = FieldReport.objects.begin(
            self.enrolment,
            by=self.cast.minh,
            values={"happened_on": date(2026, 7, 6), "happened_until": date(2026, 7, 6), "narrative": "x"},
            figures={},
        )
        nga_too = Post.objects.create(
            user=self.cast.nga.user, unit=self.cast.world.dang_uy_tam_quang, role=Role.REPORTER,
            reach="place", valid_from=people.SINCE,
        )  # fmt: skip
        other.send(by=nga_too)
        assert self.cast.office.may_confirm_itself
        other.accept(by=self.cast.nga)
        assert other.steps.last().self_accepted

    def test_the_second_is_told_who_was_faster(self):
        made = report(self.cast, self.enrolment)
        made.send(by=self.cast.minh)
        mine, yours = FieldReport.objects.get(), FieldReport.objects.get()
        mine.accept(by=self.cast.nga)
        with self.assertRaisesMessage(FasterColleague, "Kha Thị Nga"):
            yours._move(["sent"], "accepted", "accepted", by=self.cast.hoa)
        with self.assertRaisesMessage(FasterColleague, "Kha Thị Nga"):
            FieldReport.objects.get().return_(by=self.cast.hoa, reason="Thiếu")
        assert cells("households") == [(date(2026, 7, 1), 86)]
        assert made.steps.filter(state="accepted").count() == 1
        assert verify()[1] == []

    def test_what_is_not_in_a_catalogue_is_not_reported_on(self):
        from kheo.initiatives.tests.cast import draft

        early = draft(self.cast, "Chưa vào danh mục")
        with self.assertRaises(Refused):
            report(self.cast, early)

    def test_a_report_of_an_ended_initiative_tells_of_what_was_before(self):
        late = report(self.cast, self.enrolment, happened_on=date(2026, 9, 1))
        before = report(self.cast, self.enrolment)
        self.enrolment.initiative.end(by=self.cast.vinh, on=date(2026, 8, 1), reason="Xong việc")
        before.enrolment.initiative.refresh_from_db()
        late.enrolment.initiative.refresh_from_db()
        before.send(by=self.cast.minh)
        with self.assertRaises(Refused):
            late.send(by=self.cast.minh)

    def test_a_neighbour_does_not_see_it(self):
        made = accepted(self.cast, self.enrolment)
        assert not FieldReport.objects.visible_to(self.cast.lan).exists()
        assert FieldReport.objects.visible_to(self.cast.hoa).get() == made
        assert not made.may_be_seen_by(self.cast.lan.user)

    def test_what_waits_for_whom(self):
        made = report(self.cast, self.enrolment)
        objects = FieldReport.objects
        assert objects.to_finish(self.cast.minh).get() == made
        assert not objects.to_finish(self.cast.vinh).exists()
        assert not objects.shown(self.cast.hoa).exists(), "a draft is its author's"
        made.send(by=self.cast.minh)
        assert objects.to_accept(self.cast.nga).get() == made
        assert not objects.to_accept(self.cast.hoa).exists(), "it waits where it was received"
        assert not objects.to_accept(self.cast.lan).exists()
