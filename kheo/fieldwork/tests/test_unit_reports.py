"""The unit's periodic report: one page, its lines, what "to stop" does, and who still owes one."""

import io
from datetime import date, timedelta

from django.db import connection
from django.test import Client, TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from kheo.fieldwork import due
from kheo.fieldwork.models import UnitReport
from kheo.fieldwork.models.unit_reports import Line, asked_of, covered_by, names_covered_by
from kheo.fieldwork.tests.cast import accepted, cast, running
from kheo.initiatives.models import Initiative
from kheo.initiatives.tests.cast import draft
from kheo.lib.periods import today
from kheo.lib.refusals import FasterColleague, Refused
from kheo.lib.tests.clock import on_day
from kheo.plans.models import CalendarEntry, Plan
from kheo.tallies.counting import verify
from kheo.units.models import ReachKind, Role
from kheo.units.tests import cast as people


def as_(post):
    client = Client()
    client.force_login(post.user)
    return client


class Reports(TestCase):
    def setUp(self):
        self.enterContext(on_day(date(2026, 7, 20)))
        self.cast = cast()
        self.road = running(self.cast, "Con đường hiến đất").initiative
        self.bell = running(self.cast, "Tiếng kẻng bình yên", field=self.cast.security).initiative
        self.year = today().year
        self.entry = self.period(self.cast.province_committee, self.year)
        self.minh, self.nga = as_(self.cast.minh), as_(self.cast.nga)
        self.lan, self.duc, self.hoa = as_(self.cast.lan), as_(self.cast.duc), as_(self.cast.hoa)

    def period(self, committee, year, name="Báo cáo 6 tháng đầu năm"):
        plan = Plan.objects.create(
            movement=self.cast.movement, committee=committee, year=year, state="approved"
        )
        return CalendarEntry.objects.create(
            plan=plan, kind="report", name=name, opens=today() - timedelta(days=20),
            closes=today() + timedelta(days=10), period_first=date(year, 1, 1), period_last=date(year, 6, 30),
        )  # fmt: skip

    def begin(self, stop=False, **values):
        lines = [
            Line(self.road, "good", ""),
            Line(self.bell, "stopped" if stop else "same", "Kẻng đã thay bằng loa" if stop else ""),
        ]
        facts = {
            "entry": self.entry, "period_first": self.entry.period_first,
            "period_last": self.entry.period_last, "results": "12 mô hình đang chạy", **values,
        }  # fmt: skip
        return UnitReport.objects.begin(self.cast.minh.unit, by=self.cast.minh, values=facts, lines=lines)

    def typed(self, **more):
        return {
            "series": "", "entry": self.entry.pk, "results": "12 mô hình đang chạy", "send": "1",
            f"line_{self.road.pk}": "good", f"note_{self.road.pk}": "",
            f"line_{self.bell.pk}": "stopped", f"note_{self.bell.pk}": "Kẻng đã thay bằng loa", **more,
        }  # fmt: skip

    def test_the_page_lists_every_running_initiative(self):
        assert set(covered_by(self.cast.minh)) == {self.road, self.bell}
        page = self.minh.get(reverse("unit_report_new"))
        self.assertContains(page, "Con đường hiến đất")
        self.assertContains(page, "cần củng cố")
        self.assertContains(page, f'<option value="{self.entry.pk}" selected>Báo cáo 6 tháng đầu năm, hạn ')
        assert not covered_by(self.cast.lan).exists()

    def test_a_phone_is_told_the_same_initiatives_by_name_alone(self):
        typed_in = draft(
            self.cast, "Tổ phụ nữ", owner=self.cast.world.women_tam_quang, area=self.cast.tam_quang
        )
        Initiative.objects.filter(pk=typed_in.initiative_id).update(state="running")
        women = people.post(
            people.person("chi_hoa", "Vi Thị Hoa"),
            self.cast.world.women_tam_quang,
            Role.REPORTER,
            ReachKind.OWN,
        )
        found = {}
        for each in (self.cast.minh, self.cast.lan, self.cast.hoa, self.cast.nga, women):
            found[each] = names_covered_by(each)
            assert [(one.pk, one.name, one.state) for one in covered_by(each)] == found[each], str(each)
        assert (len(found[self.cast.minh]), len(found[women])) == (3, 1)

    def test_written_sent_and_accepted(self):
        self.minh.post(reverse("unit_report_new"), self.typed())
        made = UnitReport.objects.get()
        assert (made.state, made.unit, made.period_last) == (
            "sent", self.cast.minh.unit, date(self.year, 6, 30),
        )  # fmt: skip
        self.bell.refresh_from_db()
        assert self.bell.state == "running", "it ends with the acceptance, not before"
        answer = self.hoa.post(reverse("unit_report_accept", args=[made.pk]), follow=True)
        self.assertContains(answer, "Kẻng đã thay bằng loa")
        self.bell.refresh_from_db()
        assert (self.bell.state, self.bell.endings.get().reason) == ("ended", "Kẻng đã thay bằng loa")
        assert self.bell.ended_on == min(date(self.year, 6, 30), today())
        self.road.refresh_from_db()
        assert self.road.state == "running"
        assert verify()[1] == []

    def test_to_stop_needs_a_reason(self):
        answer = self.minh.post(reverse("unit_report_new"), self.typed(**{f"note_{self.bell.pk}": " "}))
        self.assertContains(answer, "Đồng chí ghi lý do dừng")
        made = self.begin()
        made.lines.filter(initiative=self.bell).update(standing="stopped")
        with self.assertRaises(Refused):
            made.send(by=self.cast.minh)

    def test_what_has_ended_meanwhile_stays_as_it_ended(self):
        made = self.begin(stop=True)
        made.send(by=self.cast.minh)
        Initiative.objects.get(pk=self.bell.pk).end(by=self.cast.vinh, on=date(2026, 5, 1), reason="Xong")
        made.accept(by=self.cast.hoa)
        assert self.bell.endings.get().reason == "Xong"
        assert verify()[1] == []

    def test_neighbours_and_readers(self):
        made = self.begin()
        made.send(by=self.cast.minh)
        for name in ("unit_report", "unit_report_edit", "unit_report_return", "unit_report_signed"):
            assert self.lan.get(reverse(name, args=[made.pk])).status_code == 404, name
        assert self.lan.post(reverse("unit_report_accept", args=[made.pk])).status_code == 404
        assert self.duc.get(made.get_absolute_url()).status_code == 200
        for name in ("unit_report_return", "unit_report_edit"):
            assert self.duc.get(reverse(name, args=[made.pk])).status_code == 409, name
        assert self.duc.post(reverse("unit_report_accept", args=[made.pk])).status_code == 409
        assert self.duc.get(reverse("unit_report_new")).status_code == 409
        for post in (self.cast.duc, self.cast.lan, self.cast.minh, self.cast.vinh):
            with self.assertRaises(Refused):
                made.accept(by=post)

    def test_one_report_an_entry(self):
        made = self.begin()
        with self.assertRaises(FasterColleague):
            self.begin()
        made.withdraw(by=self.cast.minh, reason="Viết lại")
        self.begin()

    def test_race_return_and_correction(self):
        made = self.begin()
        made.send(by=self.cast.minh)
        stale = UnitReport.objects.get()
        made.return_(by=self.cast.hoa, reason="Thiếu số liệu")
        with self.assertRaisesMessage(FasterColleague, "Nguyễn Thị Hoa"):
            stale.accept(by=self.cast.hoa) if stale.state != "sent" else stale._move(
                ["sent"], "accepted", "accepted", by=self.cast.hoa
            )
        made.write(by=self.cast.minh, values={"results": "Đã bổ sung"}, lines=[])
        made.send(by=self.cast.minh)
        made.accept(by=self.cast.hoa)
        second = made.correct(by=self.cast.minh, reason="Sót một mô hình")
        assert second.lines.count() == 2
        second.send(by=self.cast.minh)
        second.accept(by=self.cast.hoa)
        made.refresh_from_db()
        assert (made.state, second.state, second.version) == ("superseded", "accepted", 2)

    def test_who_has_reported(self):
        assert [entry.pk for entry in asked_of(self.cast.minh)] == [self.entry.pk]
        rows = due.table(self.entry)
        assert [row.unit.name for row in rows] == ["Đảng ủy xã Tam Hợp", "Đảng ủy xã Tam Quang"]
        made = self.begin()
        assert not any(row.sent for row in due.table(self.entry)), "a draft is no report"
        made.send(by=self.cast.minh)
        assert [row.sent for row in due.table(self.entry)] == [False, True]
        assert asked_of(self.cast.minh) == []
        page = self.hoa.get(reverse("unit_report_due", args=[self.entry.pk]))
        self.assertContains(page, "1/2")
        assert self.lan.get(reverse("unit_report_due", args=[self.entry.pk])).status_code == 404
        sheet = self.hoa.get(reverse("unit_report_due", args=[self.entry.pk]), {"format": "xlsx"})
        book = load_workbook(io.BytesIO(b"".join(sheet.streaming_content)))
        assert book.active.max_row == 3

    def test_a_commune_s_own_plan_asks_those_who_lead_there(self):
        entry = self.period(self.cast.committee, self.year)
        assert [row.unit for row in due.table(entry)] == [self.cast.minh.unit]

    def test_a_period_of_its_own_choice(self):
        typed = self.typed(entry="", period_first="1/1/2026", period_last="30/6/2026")
        self.minh.post(reverse("unit_report_new"), typed)
        assert UnitReport.objects.get().entry is None
        assert self.minh.post(reverse("unit_report_new"), self.typed(entry="")).status_code == 200
        assert UnitReport.objects.count() == 1

    def test_counted_figures_stand_on_the_page(self):
        accepted(self.cast, self.road.latest, happened_on=date(self.year, 2, 3))
        made = self.begin()
        page = self.minh.get(made.get_absolute_url())
        self.assertContains(page, "1.500.000 đồng")

    def test_the_signed_paper_comes_back(self):
        from django.core.files.uploadedfile import SimpleUploadedFile

        made = self.begin()
        paper = SimpleUploadedFile("bc.txt", "Báo cáo đã ký".encode(), "text/plain")
        url = reverse("unit_report_signed", args=[made.pk])
        assert self.duc.get(url).status_code == 409
        self.minh.post(url, {"signed_file": paper})
        made.refresh_from_db()
        assert made.signed_file.name == "bc.txt"
        assert self.lan.get(reverse("file", args=[made.signed_file.key])).status_code == 404

    def test_the_first_page_says_what_is_due_and_what_waits(self):
        from kheo.fieldwork.panels import owed, to_accept

        assert owed(self.cast.minh)["entries"] == [self.entry]
        made = self.begin()
        made.send(by=self.cast.minh)
        assert owed(self.cast.minh) is None
        assert to_accept(self.cast.hoa)["units"] == [made]
        assert to_accept(self.cast.nga) is None

    def test_queries_do_not_grow_with_rows(self):
        def cost(client, url):
            client.get(url)
            with CaptureQueriesContext(connection) as counted:
                assert client.get(url).status_code == 200
            return len(counted)

        first = self.begin(entry=None)
        pages = [
            (self.hoa, reverse("unit_report_list")),
            (self.minh, first.get_absolute_url()),
            (self.minh, reverse("unit_report_new")),
            (self.hoa, reverse("unit_report_due", args=[self.entry.pk])),
        ]
        first.send(by=self.cast.minh)
        before = [cost(*page) for page in pages]
        for name in ("Vườn mẫu", "Đường hoa"):
            initiative = running(self.cast, name).initiative
            first.lines.create(initiative=initiative, standing="good")
            self.begin(entry=None).send(by=self.cast.minh)
        assert [cost(*page) for page in pages] == before

    def test_spreadsheet(self):
        self.begin().send(by=self.cast.minh)
        answer = self.hoa.get(reverse("unit_report_list"), {"format": "xlsx"})
        book = load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
        assert book.active.max_row == 2


class Kinds(TestCase):
    def test_the_administrator_edits_the_list(self):
        from kheo.fieldwork.models import FigureKind
        from kheo.fieldwork.tests.cast import kind
        from kheo.units.models import Post

        people = cast()
        kind("land_m2", "dat_o")
        admin = as_(Post.objects.get(user=people.world.an))
        url = reverse("figure_kinds")
        assert as_(people.minh).get(url).status_code == 409
        admin.post(url, {"measure": "land_m2", "name": "Đất rừng", "order": "5"})
        added = FigureKind.objects.get(code="dat_rung")
        self.assertContains(admin.get(url), "Đất rừng")
        admin.post(reverse("figure_kind_end", args=[added.pk]))
        added.refresh_from_db()
        assert added.valid_to == today()
        assert admin.post(reverse("figure_kind_end", args=[added.pk])).status_code == 409
