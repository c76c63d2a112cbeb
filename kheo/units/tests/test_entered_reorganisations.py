"""A decision entered by the administrator: read from a pasted table, confirmed, in force on its day."""

from datetime import timedelta
from unittest import mock

from django.db import connection
from django.test import TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kheo.audit.models import Entry
from kheo.lib.periods import today
from kheo.lib.refusals import Refused
from kheo.places import moves
from kheo.places.models import Area, AreaSuccession
from kheo.places.tests.lists import invented
from kheo.units import loading, reorganise
from kheo.units.middleware import NewDay
from kheo.units.models import Post, ReachKind, Reorganisation, Role, Unit
from kheo.units.tests.cast import person, post

BASIS = "Nghị quyết mẫu số 1"
MERGING = "xã Đông ; toàn bộ ; xã Đông Tây ; ; 90001\nxã Tây ; toàn bộ ; xã Đông Tây"


class Ground(TestCase):
    def setUp(self):
        self.areas = invented("Đông", "Tây", "Nam")
        loading.load()
        # An of the province keeps the structure; Minh reports for Đông; Đức only reads.
        self.an = post(person("an", "Phan Thị An"), self.body("Mẫu", "tinh_uy"), Role.ADMIN, ReachKind.PLACE)
        self.minh = post(
            person("minh", "Lô Văn Minh"), self.body("Đông", "dang_uy"), Role.REPORTER, ReachKind.OWN
        )
        self.duc = post(person("duc", "Lê Văn Đức"), self.body("Mẫu", "ubnd"), Role.READER, ReachKind.PLACE)

    def body(self, area, key):
        return Unit.objects.get(area=self.areas[area], key=key)

    def enter(self, table=MERGING, on=None):
        return reorganise.enter(**self.typed(table, on), by=self.an)

    def typed(self, table=MERGING, on=None):
        return {"name": "Sắp xếp mẫu", "on": on or today(), "legal_basis": BASIS, "table": table}

    def on_the_day(self, day):
        """What asks for today is told that it is `day`."""
        asking = ["units.models.structure", "units.reorganise", "units.lineage", "units.middleware"]
        for name in [*asking, "places.changes", "places.lineage"]:
            patch = mock.patch(f"kheo.{name}.today", return_value=day)
            patch.start()
            self.addCleanup(patch.stop)
        # This process has met no day yet.
        met = mock.patch.object(NewDay, "met", None)
        met.start()
        self.addCleanup(met.stop)

    def living(self):
        return sorted(Area.objects.on(today()).communes().values_list("full_name", flat=True))


class ReadingTheTable(Ground):
    def read(self, table, on=None):
        return moves.read(table, on or today(), BASIS)

    def test_a_merger(self):
        table = self.read(MERGING)
        self.assertEqual(table.doubts, 0)
        self.assertEqual([opening.name for opening in table.change.opens], ["Đông Tây"])
        self.assertEqual(table.change.opens[0].codes, (("gso", "90001"),))
        self.assertEqual(len(table.change.successions), 2)

    def test_tabs_and_headings_of_a_spreadsheet(self):
        pasted = "Địa bàn cũ\tQuan hệ\tĐịa bàn mới\nxã Đông\tNhập toàn bộ\txã Mới\n"
        self.assertEqual([line.new for line in self.read(pasted).lines], ["Xã Mới"])

    def test_one_that_takes_another_in_goes_on_by_itself(self):
        table = self.read("xã Đông ; toàn bộ ; xã Tây")
        self.assertEqual(
            [(line.old.name, line.implied) for line in table.lines], [("Đông", False), ("Tây", True)]
        )
        self.assertEqual([opening.name for opening in table.change.opens], ["Tây"])
        # It keeps its code.
        self.assertEqual(table.change.opens[0].codes, (("gso", "m3"),))

    def test_giving_a_part_away_leaves_the_rest(self):
        table = self.read("xã Đông ; một phần 2/5 ; xã Tây")
        told = {(line.old.name, line.new): str(line.share or "") for line in table.lines}
        self.assertEqual(told, {("Đông", "Xã Tây"): "2/5", ("Đông", "Xã Đông"): "3/5", ("Tây", "Xã Tây"): ""})

    def test_a_division_without_shares_is_undecided(self):
        table = self.read("xã Đông ; một phần ; xã Bắc\nxã Đông ; một phần ; xã Trung")
        self.assertEqual(table.doubts, 0)
        self.assertEqual([link.share for link in table.change.successions], [None, None])

    def test_shares_that_do_not_make_the_whole_are_doubtful(self):
        table = self.read("xã Đông ; một phần 50% ; xã Bắc\nxã Đông ; một phần 40% ; xã Trung")
        self.assertEqual((table.doubts, table.change), (1, None))
        self.assertIn("90%", table.lines[0].doubts[0])

    def test_a_new_name_and_type(self):
        [renaming] = self.read("xã Đông ; đổi loại ; phường Đông").change.renames
        self.assertEqual((renaming.type, renaming.name), ("phường", "Đông"))

    def test_a_level_that_ends_lifts_its_communes(self):
        table = self.read("huyện Một ; kết thúc ; tỉnh Mẫu")
        self.assertEqual(table.doubts, 0)
        self.assertEqual({opening.parent for opening in table.change.opens}, {f"#{self.areas['Mẫu'].pk}"})
        self.assertEqual(len(table.change.opens), 3)

    def test_what_is_not_understood_is_said_line_by_line(self):
        table = self.read("xã Lạ ; toàn bộ ; xã Mới\nxã Đông ; bay đi ; xã Mới\nxã Tây ; toàn bộ ;")
        self.assertEqual(table.doubts, 3)
        self.assertIn("Lạ", table.lines[0].doubts[0])
        self.assertIn("toàn bộ", table.lines[1].doubts[0])

    def test_a_place_is_looked_up_once_however_many_lines_name_it(self):
        def queries(lines):
            with CaptureQueriesContext(connection) as counted:
                self.read("\n".join(f"xã Đông ; một phần ; xã Mới {n} ; huyện Một" for n in range(lines)))
            return len(counted)

        self.assertEqual(queries(2), queries(8))

    def test_an_empty_table_is_refused(self):
        with self.assertRaises(Refused):
            self.read("\n \n")

    def test_a_change_survives_being_kept(self):
        for text in (MERGING, "xã Đông ; một phần 2/5 ; xã Tây", "xã Đông ; đổi tên ; xã Rạng"):
            change = self.read(text).change
            self.assertEqual(moves.from_json(moves.as_json(change)), change)


class TakingEffect(Ground):
    def test_one_whose_day_has_come_is_carried_out_at_once(self):
        story = reorganise.confirm(self.enter(), by=self.an)
        self.assertIsNotNone(story.carried_out_at)
        self.assertEqual(self.living(), ["Xã Nam", "Xã Đông Tây"])
        # Minh goes on at the successor.
        mine = Post.objects.current().get(user=self.minh.user)
        self.assertEqual(mine.unit.area.name, "Đông Tây")
        self.assertEqual(
            [entry.verb for entry in Entry.objects.about(story)], ["carried_out", "confirmed", "drafted"]
        )

    def test_one_of_the_past_leaves_what_was_as_it_was(self):
        past = today() - timedelta(days=90)
        reorganise.confirm(self.enter(on=past), by=self.an)
        self.assertEqual(Area.objects.on(past - timedelta(days=1)).communes().count(), 3)
        self.assertEqual(Area.objects.on(past).communes().count(), 2)

    def test_one_of_tomorrow_takes_effect_by_itself_on_its_day(self):
        tomorrow = today() + timedelta(days=1)
        story = reorganise.confirm(self.enter(on=tomorrow), by=self.an)
        self.assertIsNone(story.carried_out_at)
        # Prepared, and nobody sees it.
        self.assertTrue(Area.objects.filter(name="Đông Tây", in_force=False).exists())
        self.assertEqual(len(self.living()), 3)
        self.assertEqual(reorganise.catch_up(), [])
        self.on_the_day(tomorrow)
        # The first request of the day, by anyone.
        self.client.get("/dang-nhap/")
        story.refresh_from_db()
        self.assertIsNotNone(story.carried_out_at)
        self.assertEqual(Area.objects.on(tomorrow).communes().count(), 2)
        self.assertEqual(reorganise.catch_up(), [])

    def test_a_doubtful_table_is_kept_but_not_confirmed(self):
        story = self.enter("xã Lạ ; toàn bộ ; xã Mới")
        self.assertEqual(story.table, "xã Lạ ; toàn bộ ; xã Mới")
        with self.assertRaises(Refused):
            reorganise.confirm(story, by=self.an)
        reorganise.correct(
            story, name="Sắp xếp mẫu", on=today(), legal_basis=BASIS, table=MERGING, by=self.an
        )
        self.assertIsNotNone(reorganise.confirm(story, by=self.an).carried_out_at)

    def test_of_two_who_confirm_one_is_told(self):
        story = self.enter(on=today() + timedelta(days=3))
        reorganise.confirm(story, by=self.an)
        with self.assertRaises(Refused):
            reorganise.confirm(Reorganisation.objects.get(pk=story.pk), by=self.an)

    def test_withdrawn_it_never_takes_effect(self):
        story = reorganise.confirm(self.enter(on=today() + timedelta(days=1)), by=self.an)
        reorganise.withdraw(story, because="Nghị quyết hoãn", by=self.an)
        with mock.patch("kheo.units.models.structure.today", return_value=today() + timedelta(days=2)):
            self.assertEqual(reorganise.catch_up(), [])
        self.assertEqual(Reorganisation.objects.get(pk=story.pk).state[1], "off")
        with self.assertRaises(Refused):
            reorganise.withdraw(story, because="Lần nữa", by=self.an)

    def test_what_cannot_take_effect_does_not_stop_the_others(self):
        tomorrow = today() + timedelta(days=1)
        first = reorganise.confirm(self.enter(on=tomorrow), by=self.an)
        second = reorganise.confirm(self.enter("xã Nam ; đổi tên ; xã Rạng", on=tomorrow), by=self.an)
        # Meanwhile Đông ended by another decision.
        reorganise.confirm(self.enter("xã Đông ; toàn bộ ; xã Mới"), by=self.an)
        self.on_the_day(tomorrow)
        with self.assertLogs("kheo.units.reorganise", "ERROR"):
            done = reorganise.catch_up()
        self.assertEqual([each.pk for each in done], [second.pk])
        first.refresh_from_db()
        self.assertIsNone(first.carried_out_at)

    def test_an_unforeseen_failure_stops_nobody_from_working(self):
        tomorrow = today() + timedelta(days=1)
        story = reorganise.confirm(self.enter(on=tomorrow), by=self.an)
        self.on_the_day(tomorrow)
        with (
            mock.patch.object(reorganise, "_close_units", side_effect=RuntimeError("unforeseen")),
            self.assertLogs("kheo.units.reorganise", "ERROR"),
        ):
            self.assertEqual(self.client.get("/dang-nhap/").status_code, 200)
        # Nothing of it is half done, and the night's work tries again.
        self.assertEqual(Area.objects.on(tomorrow).communes().count(), 3)
        self.assertEqual(reorganise.every_night(), "Sắp xếp mẫu")
        story.refresh_from_db()
        self.assertIsNotNone(story.carried_out_at)

    def test_two_decisions_of_one_day_do_not_say_different_things_of_one_commune(self):
        tomorrow = today() + timedelta(days=1)
        reorganise.confirm(self.enter("xã Đông ; toàn bộ ; xã Mới", on=tomorrow), by=self.an)
        second = reorganise.confirm(self.enter("xã Đông ; giữ nguyên ; xã Đông", on=tomorrow), by=self.an)
        self.on_the_day(tomorrow)
        with self.assertLogs("kheo.units.reorganise", "ERROR"):
            reorganise.catch_up()
        self.assertIsNone(Reorganisation.objects.get(pk=second.pk).carried_out_at)
        old = Area.objects.get(pk=self.areas["Đông"].pk)
        self.assertEqual([line.heir.name for line in old.heirs_on(tomorrow)], ["Mới"])
        # What the second prepared is not in force, so it has no bodies.
        self.assertFalse(Unit.objects.filter(area__in_force=False).exists())

    def test_a_divided_commune_waits_for_a_person(self):
        reorganise.confirm(
            self.enter("xã Đông ; một phần ; xã Bắc\nxã Đông ; một phần ; xã Trung"), by=self.an
        )
        self.assertTrue(Area.objects.get(pk=self.areas["Đông"].pk).heir_undecided)
        self.assertEqual(Area.objects.filter(parent=self.areas["Đông"], level="part").count(), 2)
        self.assertTrue(AreaSuccession.objects.filter(kind="part", share_numerator=None).exists())


class Pages(Ground):
    BACKEND = "allauth.account.auth_backends.AuthenticationBackend"

    def as_(self, who):
        self.client.force_login(who.user, backend=self.BACKEND)

    def send(self, **typed):
        typed = {
            "name": "Sắp xếp mẫu",
            "legal_basis": BASIS,
            "on": f"{today():%d/%m/%Y}",
            "table": MERGING,
            **typed,
        }
        return self.client.post(reverse("reorganisation_new"), typed)

    def test_from_the_pasted_table_to_the_new_communes(self):
        self.as_(self.an)
        answer = self.send()
        story = Reorganisation.objects.get()
        self.assertRedirects(answer, reverse("reorganisation", args=[story.key]))
        page = self.client.get(answer["Location"])
        self.assertContains(page, "Xã Đông Tây")
        self.client.post(reverse("reorganisation_confirm", args=[story.key]))
        self.assertEqual(self.living(), ["Xã Nam", "Xã Đông Tây"])
        self.assertContains(self.client.get(reverse("reorganisations")), "Sắp xếp mẫu")

    def test_what_was_typed_stays_when_the_table_is_refused(self):
        self.as_(self.an)
        answer = self.send(table="  \n ", name="Tên đã gõ")
        self.assertContains(answer, "Tên đã gõ")

    def test_a_reader_is_refused_and_sees_no_draft(self):
        self.as_(self.duc)
        self.assertEqual(self.send().status_code, 409)
        story = self.enter()
        for name in ("reorganisation", "reorganisation_edit"):
            self.assertEqual(self.client.get(reverse(name, args=[story.key])).status_code, 404)
        for name in ("reorganisation_confirm", "reorganisation_withdraw"):
            self.assertEqual(self.client.post(reverse(name, args=[story.key])).status_code, 404)
        reorganise.confirm(story, by=self.an)
        self.assertEqual(self.client.get(reverse("reorganisation", args=[story.key])).status_code, 200)
        answer = self.client.post(reverse("reorganisation_withdraw", args=[story.key]), {"because": "x"})
        self.assertEqual(answer.status_code, 409)
