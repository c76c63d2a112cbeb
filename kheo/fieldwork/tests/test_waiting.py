"""What waits for whom is the same, however it is looked for: united from two sides, or each row asked."""

from datetime import date

from django.db import connection
from django.db.models import Exists, OuterRef, Q
from django.test import TestCase
from django.test.utils import CaptureQueriesContext

from kheo.fieldwork.models import FieldReport, FieldReportStep, UnitReport, UnitReportStep
from kheo.fieldwork.panels import to_accept, to_finish
from kheo.fieldwork.tests.cast import accepted, cast, report, running
from kheo.initiatives.models import Enrolment, Initiative
from kheo.places.models import Area
from kheo.ui.lists import COUNT_TO, count_to, first_ids, in_parts
from kheo.units.models import Post, ReachKind

PERIOD = {"period_first": date(2026, 1, 1), "period_last": date(2026, 6, 30)}


def by_one_question(kind, post):
    """What waits for a post's body, said in one condition."""
    own = post.unit.path_now
    here = Area.objects.within_now(post.unit.area).values("pk")
    if kind is FieldReport:
        mine = Q(enrolment__addressee__path_now=own)
        unsaid = Q(enrolment__addressee=None, enrolment__initiative__area__in=here)
        unsaid &= ~Q(enrolment__initiative__owner__path_now=own)
    else:
        mine = Q(entry__plan__committee__path_now=own)
        mine |= Q(entry__plan__committee__committee__standing_office__path_now=own)
        unsaid = Q(unit__area__in=here, entry=None) & ~Q(unit__path_now=own)
    if post.reach == ReachKind.PLACE:
        mine |= unsaid
    return kind.objects.filter(mine, state="sent").not_own_work(post)


def touched(kind, post):
    steps = FieldReportStep if kind is FieldReport else UnitReportStep
    own = Exists(
        steps.objects.filter(report=OuterRef("pk"), by__user=post.user_id, state__in=["draft", "sent"])
    )
    return kind.objects.filter(own, state__in=["draft", "returned"])


class Waiting(TestCase):
    """Minh's reports in every state, two of them of a year no body received; Lan's next door."""

    def setUp(self):
        self.cast = cast()
        told = running(self.cast, "Tiếng kẻng bình yên")
        unsaid = running(self.cast, "Đường cờ Tổ quốc")
        Enrolment.objects.filter(pk=unsaid.pk).update(addressee=None)
        unsaid.refresh_from_db()
        for enrolment in (told, unsaid):
            report(self.cast, enrolment)
            for _n in range(2):
                report(self.cast, enrolment).send(by=self.cast.minh)
            returned = report(self.cast, enrolment)
            returned.send(by=self.cast.minh)
            returned.return_(by=self.cast.nga, reason="Thiếu ảnh")
        accepted(self.cast, told).correct(by=self.cast.minh, reason="Nhầm số hộ")
        report(self.cast, told).withdraw(by=self.cast.minh, reason="Trùng")
        page = UnitReport.objects.begin(self.cast.minh.unit, by=self.cast.minh, values=PERIOD, lines=[])
        page.send(by=self.cast.minh)
        values = {"period_first": date(2026, 7, 1), "period_last": date(2026, 7, 31)}
        UnitReport.objects.begin(self.cast.minh.unit, by=self.cast.minh, values=values, lines=[])
        self.posts = list(Post.objects.select_related("unit__area", "user"))

    def test_it_is_what_one_question_finds(self):
        found = set()
        for post in self.posts:
            for kind in (FieldReport, UnitReport):
                for old, new in (
                    (by_one_question(kind, post), kind.objects.to_accept(post)),
                    (touched(kind, post), kind.objects.to_finish(post)),
                ):
                    expected = set(old.values_list("pk", flat=True))
                    assert sorted(new.values_list("pk", flat=True)) == sorted(expected), (post, kind)
                    found |= {(kind, pk) for pk in expected}
        assert len(found) == 4 + 3 + 2 + 1 + 1, "every one that waits, waits for somebody"

    def test_what_came_back_waits_for_who_wrote_it(self):
        returned = FieldReport.objects.filter(state="returned")
        assert returned.count() == 2
        assert set(returned) <= set(FieldReport.objects.to_finish(self.cast.minh))
        assert not FieldReport.objects.to_finish(self.cast.nga).exists()

    def test_each_asked_and_all_gathered_are_the_same(self):
        for post in self.posts:
            for kind in (FieldReport, UnitReport, Enrolment, Initiative):
                seen = kind.objects.visible_to(post)
                expected = sorted(seen.order_by().values_list("pk", flat=True))
                assert sorted(kind.objects.few_visible_to(post).values_list("pk", flat=True)) == expected
                assert sorted(in_parts(seen)) == expected, "each once"
                assert count_to(seen) == len(expected) <= COUNT_TO
                assert count_to(seen.filter(pk__in=expected[:2]), 1) == len(expected[:2])

    def test_the_first_by_key(self):
        ids = sorted(FieldReport.objects.values_list("pk", flat=True))
        assert first_ids(FieldReport.objects.all(), 3) == ids[:3]
        assert first_ids(FieldReport.objects.all(), 3, newest=True) == ids[::-1][:3]

    def test_a_panel_costs_the_same_for_one_and_three(self):
        enrolment = Enrolment.objects.exclude(addressee=None).get()
        FieldReport.objects.exclude(state="accepted").update(state="withdrawn")
        UnitReport.objects.update(state="withdrawn")
        for post, panel, send in ((self.cast.nga, to_accept, True), (self.cast.minh, to_finish, False)):
            costs = []
            for rows in (1, 2):
                for _n in range(rows):
                    made = report(self.cast, enrolment)
                    if send:
                        made.send(by=self.cast.minh)
                with CaptureQueriesContext(connection) as asked:
                    shown = panel(post)
                costs.append((len(asked), len(shown["fields"])))
            assert [rows for _cost, rows in costs] == [1, 3]
            assert costs[0][0] == costs[1][0] <= 5, panel
