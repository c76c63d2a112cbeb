"""The unit's periodic report, written without signal: one page, whatever happened meanwhile."""

from datetime import date, timedelta

from django.test import TestCase

from kheo.fieldwork.forms import UnitReportForm
from kheo.fieldwork.models import UnitReport
from kheo.fieldwork.models.unit_reports import Line
from kheo.initiatives.models import Initiative
from kheo.lib.periods import today
from kheo.lib.tests.clock import on_day
from kheo.offline import form_descriptions
from kheo.offline.models import Delivery
from kheo.offline.tests.cast import OnThePhone, cast, running
from kheo.plans.models import CalendarEntry, Plan
from kheo.units import lineage
from kheo.units.models import Post, ReachKind, Role, Unit
from kheo.units.tests import cast as people


class ThePeriodicReport(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.enterClassContext(on_day(date(2026, 7, 20)))
        cls.cast = cast()
        cls.road = running(cls.cast).initiative
        cls.bell = running(cls.cast, "Tiếng kẻng bình yên").initiative
        cls.plan = Plan.objects.create(
            movement=cls.cast.movement,
            committee=cls.cast.province_committee,
            year=today().year,
            state="approved",
        )
        cls.entry = cls.period("Báo cáo 6 tháng")

    @classmethod
    def period(cls, name, closes=10):
        day = today()
        return CalendarEntry.objects.create(
            plan=cls.plan,
            kind="report",
            name=name,
            opens=max(day - timedelta(days=20), day.replace(month=1, day=1)),
            closes=day + timedelta(days=closes),
            period_first=day.replace(month=1, day=1),
            period_last=day,
        )

    def setUp(self):
        self.minh = OnThePhone(self.cast.minh)

    def writes(self, envelope=None, **changed):
        data = {
            "entry": str(self.entry.pk),
            "results": "Hai mô hình chạy tốt",
            f"line_{self.road.pk}": "good",
            f"note_{self.road.pk}": "",
            f"line_{self.bell.pk}": "weak",
            f"note_{self.bell.pk}": "Thiếu kinh phí",
            **changed,
        }
        kept = {name: text for name, text in data.items() if text is not None}
        return self.minh.envelope("unit_report", kept, pack_day=str(today()), **(envelope or {}))

    def sent(self, *args, **kwargs):
        [receipt] = self.minh.send(self.writes(*args, **kwargs))
        return receipt

    def test_it_is_filed_and_sent_like_on_the_page(self):
        written = self.writes()
        first = self.minh.send(written)
        self.assertEqual(first[0]["state"], "accepted", first)
        self.assertEqual(first[0]["notes"], [])
        report = UnitReport.objects.get()
        self.assertEqual((report.state, str(report.series)), ("sent", written["id"]))
        self.assertEqual(
            sorted((line.initiative_id, line.standing, line.note) for line in report.lines.all()),
            sorted([(self.road.pk, "good", ""), (self.bell.pk, "weak", "Thiếu kinh phí")]),
        )
        for _ in range(3):
            self.assertEqual(self.minh.send(written), first)
        self.assertEqual(UnitReport.objects.count(), 1)

    def test_a_commune_of_thirty_five_in_one_sitting(self):
        more = [running(self.cast, f"Mô hình số {n}").initiative for n in range(33)]
        receipt = self.sent(**{f"line_{each.pk}": "good" for each in more})
        self.assertEqual(receipt["state"], "accepted", receipt)
        self.assertEqual(UnitReport.objects.get().lines.filter(standing="good").count(), 34)

    def test_kept_as_the_units_draft_if_it_is_not_to_be_sent(self):
        receipt = self.sent({"send": False})
        self.assertEqual(receipt["record"]["state"], "draft")
        self.assertEqual(Delivery.objects.get().why, "kept")

    def test_what_is_not_filled_in_waits_and_is_corrected_under_the_same_id(self):
        wrong = self.writes(results="")
        [receipt] = self.minh.send(wrong)
        self.assertEqual((receipt["state"], list(receipt["errors"])), ("needs_attention", ["results"]))
        right = self.writes({"id": wrong["id"], "replaces": receipt["content"]})
        [receipt] = self.minh.send(right)
        self.assertEqual(receipt["state"], "accepted", receipt)
        self.assertEqual(UnitReport.objects.count(), 1)

    def test_an_older_form_is_taken_if_todays_takes_it_else_it_says_so(self):
        older = {"form": "0123456789ab"}
        wrong = self.writes(older, results="")
        [receipt] = self.minh.send(wrong)
        self.assertEqual((receipt["state"], Delivery.objects.get().why), ("needs_attention", "form_older"))
        right = self.writes({**older, "id": wrong["id"], "replaces": receipt["content"]})
        self.assertEqual(self.minh.send(right)[0]["state"], "accepted")

    def test_an_initiative_more_is_no_other_form(self):
        todays = {"form": form_descriptions.unit_report(UnitReportForm(by=self.cast.minh))["version"]}
        running(self.cast, "Ngõ sáng")
        self.minh.send(self.writes(todays, results=""))
        self.assertEqual(Delivery.objects.get().why, "form")

    def test_a_version_that_is_right_corrects_an_accepted_report(self):
        written = self.writes()
        self.minh.send(written)
        report = UnitReport.objects.get()
        report.accept(by=self.cast.hoa)
        self.minh.send(self.writes({"id": written["id"]}, **{f"line_{self.bell.pk}": "good"}))
        conflict = Delivery.objects.get(state="conflict")
        corrected = conflict.take_over(by=self.cast.minh)
        self.assertEqual((corrected.series, corrected.version, corrected.state), (report.series, 2, "sent"))
        self.assertEqual(corrected.lines.get(initiative=self.bell).standing, "good")

    # What happened meanwhile

    def test_one_that_ended_meanwhile_keeps_its_line_and_that_is_said(self):
        written = self.writes()
        self.bell.end(by=self.cast.nga, on=today(), reason="Đã xong")
        [receipt] = self.minh.send(written)
        self.assertEqual(receipt["state"], "accepted", receipt)
        self.assertIn("Tiếng kẻng bình yên", receipt["notes"][0])
        self.assertEqual(UnitReport.objects.get().lines.get(initiative=self.bell).note, "Thiếu kinh phí")

    def test_one_to_stop_that_has_ended_meanwhile_does_not_hinder_the_acceptance(self):
        written = self.writes(**{f"line_{self.bell.pk}": "stopped", f"note_{self.bell.pk}": "Không làm nữa"})
        self.bell.end(by=self.cast.nga, on=today(), reason="Đã xong")
        self.minh.send(written)
        report = UnitReport.objects.get()
        report.accept(by=self.cast.hoa)
        self.assertEqual(report.state, "accepted")

    def test_one_that_began_meanwhile_is_set_to_no_change_and_that_is_said(self):
        written = self.writes()
        fish = running(self.cast, "Thả cá giữ nguồn suối").initiative
        [receipt] = self.minh.send(written)
        self.assertEqual(receipt["state"], "accepted", receipt)
        self.assertIn("Thả cá giữ nguồn suối", receipt["notes"][0])
        self.assertEqual(UnitReport.objects.get().lines.get(initiative=fish).standing, "same")

    def test_one_that_has_left_the_unit_is_left_out_its_words_are_kept(self):
        written = self.writes()
        away = self.cast.world.dang_uy_tam_hop
        Initiative.objects.filter(pk=self.bell.pk).update(owner=away, area=away.area, commune=away.area)
        [receipt] = self.minh.send(written)
        self.assertEqual(receipt["state"], "accepted", receipt)
        self.assertEqual(len(receipt["notes"]), 1)
        self.assertFalse(UnitReport.objects.get().lines.filter(initiative=self.bell).exists())
        kept = Delivery.objects.get().content["data"]
        self.assertEqual(kept[f"note_{self.bell.pk}"], ["Thiếu kinh phí"])

    def test_a_period_that_closed_meanwhile_is_late_and_taken(self):
        CalendarEntry.objects.filter(pk=self.entry.pk).update(closes=today() - timedelta(days=1))
        receipt = self.sent()
        self.assertEqual(receipt["state"], "accepted", receipt)
        self.assertIn("Báo cáo 6 tháng", receipt["notes"][0])
        self.assertTrue(UnitReport.objects.get().is_late)

    def test_filed_on_the_web_meanwhile_it_waits_and_says_who_filed_it(self):
        written = self.writes()
        values = {
            "entry": self.entry,
            "period_first": self.entry.period_first,
            "period_last": self.entry.period_last,
            "results": "Viết trên máy",
        }
        begun = UnitReport.objects.begin(
            self.cast.minh.unit, by=self.cast.vinh, values=values, lines=[Line(self.road, "good")]
        )
        begun.send(by=self.cast.vinh)
        [receipt] = self.minh.send(written)
        self.assertEqual(receipt["state"], "needs_attention")
        self.assertIn("Lương Văn Vinh", receipt["sentence"])
        self.assertEqual(UnitReport.objects.count(), 1)

    def test_a_returned_one_is_corrected_from_the_phone(self):
        first = self.writes()
        self.minh.send(first)
        report = UnitReport.objects.get()
        report.return_(by=self.cast.hoa, reason="Ghi rõ khó khăn")
        mine = self.minh.ask("pack", {"have": {}, "as": self.cast.minh.pk})["changed"][f"mine:{first['id']}"]
        self.assertEqual((mine["state"], mine["reason"]), ("returned", "Ghi rõ khó khăn"))
        [receipt] = self.minh.send(self.writes(series=first["id"], difficulties="Thiếu kinh phí"))
        self.assertEqual(receipt["state"], "accepted", receipt)
        report.refresh_from_db()
        self.assertEqual((report.state, report.difficulties), ("sent", "Thiếu kinh phí"))
        self.assertEqual(UnitReport.objects.count(), 1)

    def test_a_correction_of_what_was_accepted_meanwhile_waits_and_says_so(self):
        first = self.writes()
        self.minh.send(first)
        UnitReport.objects.get().accept(by=self.cast.hoa)
        [receipt] = self.minh.send(self.writes(series=first["id"]))
        self.assertEqual(receipt["state"], "needs_attention")
        self.assertIn("Nguyễn Thị Hoa", receipt["sentence"])

    # Doors

    def test_a_reader_and_a_neighbour(self):
        reader = OnThePhone(self.cast.duc)
        [receipt] = reader.send(self.writes({"as": self.cast.duc.pk}))
        self.assertEqual(receipt["state"], "needs_attention")
        lan = OnThePhone(self.cast.lan)
        [receipt] = lan.send(self.writes({"as": self.cast.lan.pk}))
        self.assertEqual(receipt["state"], "accepted", receipt)
        report = UnitReport.objects.get()
        self.assertEqual(report.unit, self.cast.lan.unit)
        self.assertEqual(report.lines.count(), 0)

    def test_a_correction_of_a_neighbours_report_finds_nothing(self):
        first = self.writes()
        self.minh.send(first)
        UnitReport.objects.get().return_(by=self.cast.hoa, reason="Ghi rõ")
        lan = OnThePhone(self.cast.lan)
        [receipt] = lan.send(self.writes({"as": self.cast.lan.pk}, series=first["id"], entry=None))
        self.assertEqual(receipt["state"], "needs_attention")
        self.assertEqual(Delivery.objects.latest("pk").why, "not_found")


class AMergedCommune(TestCase):
    """Written for a body that goes over into another before it is sent."""

    def test_the_successor_reports_and_the_note_says_so(self):
        at = cast()
        road = running(at).initiative
        minh = OnThePhone(at.minh)
        written = minh.envelope(
            "unit_report",
            {
                "period_first": "01/01/2026",
                "period_last": "30/06/2026",
                "results": "Một mô hình chạy tốt",
                f"line_{road.pk}": "good",
            },
        )
        old, new = at.minh.unit, people.unit("Đảng ủy xã Quang Hợp", at.tam_quang, "cap_uy")
        from kheo.units.models import UnitSuccession

        day = today() - timedelta(days=3)
        Unit.objects.filter(pk=old.pk).update(valid_to=day)
        UnitSuccession.objects.create(predecessor=old, successor=new, on=day, kind="merged")
        Post.objects.filter(pk=at.minh.pk).update(valid_to=day)
        people.post(at.minh.user, new, Role.REPORTER, ReachKind.PLACE)
        lineage.recompute()
        [receipt] = minh.send(written)
        self.assertEqual(receipt["state"], "accepted", receipt)
        self.assertIn("Quang Hợp", " ".join(receipt["notes"]))
        self.assertEqual(UnitReport.objects.get().unit, new)
