"""A large decision is prepared out of force in short steps, and nobody sees it before it is switched."""

from datetime import timedelta
from io import StringIO
from unittest import mock

from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from kheo.audit.models import Entry
from kheo.lib.periods import today
from kheo.lib.refusals import Refused
from kheo.places.models import Area, AreaCode
from kheo.units import bodies, lineage, preparing, reorganise
from kheo.units.models import Committee, Competence, Post, Reorganisation, Unit, UnitLineage
from kheo.units.tests.test_entered_reorganisations import MERGING, Ground

TOMORROW = today() + timedelta(days=1)


class Large(Ground):
    """Every decision counts as large, two rows are prepared at once, and no worker runs unless asked to."""

    def setUp(self):
        super().setUp()
        self.hamlet = Area.objects.add_hamlet("Phồng", "bản", self.areas["Đông"])
        self.worker = mock.Mock()
        for what, name, value in (
            (preparing, "SMALL", 0),
            (preparing, "AT_ONCE", 2),
            (reorganise, "_ask_the_worker", self.worker),
        ):
            patch = mock.patch.object(what, name, value)
            patch.start()
            self.addCleanup(patch.stop)

    def confirmed(self, table=MERGING, on=TOMORROW):
        return reorganise.confirm(self.enter(table, on=on), by=self.an)

    def work(self, story):
        """What the worker does with it."""
        told = []
        reorganise.finish(story.pk, by=self.an, say=lambda each: told.append(each.percent))
        story.refresh_from_db()
        return told

    def structure(self):
        """Everything of the living bodies but their ids."""
        rows = Unit.objects.living().select_related("parent", "area")
        functions = Competence.objects.filter(valid_to__gt=today()).values_list("unit", "function")
        return sorted(
            (
                unit.key,
                unit.name,
                str(unit.area),
                str(unit.parent),
                unit.path.count("/"),
                unit.path == unit.path_now,
                sorted(function for pk, function in functions if pk == unit.pk),
                Committee.objects.filter(unit=unit).exists(),
            )
            for unit in rows
        )


class Preparing(Large):
    def test_confirming_only_enters_it(self):
        before = Area.objects.count(), Unit.with_prepared.count()
        story = self.confirmed(on=today())
        self.assertEqual((Area.objects.count(), Unit.with_prepared.count()), before)
        self.assertEqual(len(self.living()), 3)
        self.assertEqual((story.work, story.state[1], story.percent), ("prepare", "wait", 0))
        self.worker.assert_called_once_with(story, self.an)
        made = {str(what): total for what, _done, total in story.made}
        self.assertEqual(list(made.values())[::2], [1, 1])

    def test_step_by_step_and_nobody_sees_it(self):
        seen = Area.objects.on(TOMORROW).count(), Unit.objects.count(), Competence.objects.count()
        lines = UnitLineage.objects.count()
        story = self.confirmed()
        told = self.work(story)
        self.assertGreater(len(told), 4)
        self.assertEqual(told, sorted(told))
        self.assertEqual((told[-1], story.work, story.percent), (100, "", 100))
        self.assertIsNotNone(story.prepared_at)
        new = Area.objects.get(name="Đông Tây")
        self.assertEqual((new.in_force, AreaCode.objects.get(area=new).code), (False, "90001"))
        prepared = Unit.with_prepared.filter(area=new)
        self.assertEqual(prepared.count(), bodies.to_prepare(["commune"], TOMORROW))
        self.assertTrue(Area.objects.filter(parent=new, level="hamlet", in_force=False).exists())
        # For all the others nothing is there, and working everything out anew does not bring it in.
        lineage.recompute()
        self.assertEqual(
            (Area.objects.on(TOMORROW).count(), Unit.objects.count(), Competence.objects.count()), seen
        )
        self.assertEqual((new.units.count(), UnitLineage.objects.count()), (0, lines))
        self.assertEqual(len(self.living()), 3)

    def test_a_second_time_nothing_is_made(self):
        story = self.confirmed()
        self.work(story)
        before = Area.objects.count(), Unit.with_prepared.count()
        self.assertEqual(self.work(story), [])
        Reorganisation.objects.filter(pk=story.pk).update(prepared_at=None)
        self.work(story)
        self.assertEqual((Area.objects.count(), Unit.with_prepared.count()), before)

    def test_on_its_day_what_was_prepared_is_what_begins(self):
        story = self.confirmed()
        self.work(story)
        prepared = set(Unit.with_prepared.filter(in_force=False).values_list("pk", flat=True))
        hamlet = Area.objects.get(level="hamlet", in_force=False)
        self.on_the_day(TOMORROW)
        self.assertEqual([each.pk for each in reorganise.catch_up()], [story.pk])
        new = Area.objects.get(name="Đông Tây")
        self.assertEqual(set(new.units.values_list("pk", flat=True)), prepared)
        self.assertEqual(Area.objects.get(pk=self.hamlet.pk).heir_on(TOMORROW), hamlet)
        self.assertTrue(Area.objects.get(pk=hamlet.pk).in_force)
        mine = Post.objects.on(TOMORROW).get(user=self.minh.user)
        self.assertIn(mine.unit_id, prepared)
        story.refresh_from_db()
        self.assertEqual((story.work, story.hamlets), ("", {}))

    def test_prepared_or_not_the_same_comes_of_it(self):
        mark = transaction.savepoint()
        story = self.confirmed(on=today())
        self.work(story)
        prepared = self.structure()
        counts = {name: count for name, count in story.counts.items() if name != "prepared"}
        transaction.savepoint_rollback(mark)
        again = self.enter(on=today())
        Reorganisation.objects.filter(pk=again.pk).update(confirmed_at=timezone.now())
        again = reorganise.carry_out(reorganise.plan_of(again))
        self.assertEqual(self.structure(), prepared)
        self.assertEqual({name: count for name, count in again.counts.items() if name != "prepared"}, counts)

    def test_what_came_meanwhile_goes_along(self):
        self.work(self.confirmed())
        late = Area.objects.add_hamlet("Muộn", "bản", self.areas["Tây"])
        Area.objects.filter(pk=self.hamlet.pk).update(name="Phồng Mới")
        school = Unit.objects.add_typed(
            "Trường Tiểu học",
            under=self.body("Đông", "dang_uy"),
            line="agency",
            area=self.areas["Đông"],
            by=self.an,
        )
        self.on_the_day(TOMORROW)
        reorganise.catch_up()
        new = Area.objects.get(name="Đông Tây")
        names = set(Area.objects.on(TOMORROW).filter(parent=new).values_list("name", flat=True))
        self.assertEqual(names, {"Muộn", "Phồng Mới"})
        self.assertEqual(Area.objects.get(pk=late.pk).heir_on(TOMORROW).parent, new)
        self.assertEqual(school.heirs_on(TOMORROW).get().area, new)

    def test_it_hangs_under_whoever_is_superior_on_the_day(self):
        self.work(self.confirmed())
        front = Unit.with_prepared.get(area__name="Đông Tây", key="mttq")
        above = self.body("Một", "mttq")
        self.assertEqual(front.parent, above)
        with mock.patch.object(preparing, "SMALL", 400):
            renaming = reorganise.enter(
                **self.typed(f"{above.name} ; đổi tên ; Mặt trận huyện Một"), by=self.an, about="bodies"
            )
            reorganise.confirm(renaming, by=self.an)
        self.on_the_day(TOMORROW)
        reorganise.catch_up()
        front = Unit.objects.get(pk=front.pk)
        self.assertEqual(front.parent.name, "Mặt trận huyện Một")
        self.assertEqual(front.path, f"{front.parent.path}{front.path.split('/')[-2]}/")
        self.assertEqual(front.path_now, front.path)

    def test_withdrawn_while_it_is_prepared(self):
        story = self.confirmed(on=today())
        self.assertTrue(reorganise._prepare_some(story.pk, lambda each: None))
        reorganise.withdraw(story, because="Nghị quyết hoãn", by=self.an)
        self.assertEqual(self.work(story), [])
        self.assertEqual((story.work, story.state[1], story.carried_out_at), ("", "off", None))
        self.assertEqual(len(self.living()), 3)
        # The same decision entered anew takes up what is there.
        again = self.confirmed(on=today())
        self.work(again)
        self.assertEqual(self.living(), ["Xã Nam", "Xã Đông Tây"])
        self.assertEqual(Area.objects.filter(name="Đông Tây").count(), 1)

    def test_a_small_one_is_felt_at_once(self):
        with mock.patch.object(preparing, "SMALL", 400):
            story = self.confirmed("xã Đông ; đổi tên ; xã Rạng", on=today())
        self.assertIsNotNone(story.carried_out_at)
        self.worker.assert_not_called()


class TheDay(Large):
    def setUp(self):
        super().setUp()
        self.story = self.confirmed()
        self.work(self.story)
        self.worker.reset_mock()
        self.on_the_day(TOMORROW)

    def test_who_reads_does_not_wait_and_it_is_handed_over_once(self):
        self.client.get("/dang-nhap/")
        # From then on a page asks what is due, and writes nothing it would have to wait for.
        with CaptureQueriesContext(connection) as asked:
            self.assertEqual(self.client.get("/dang-nhap/").status_code, 200)
        self.assertFalse(
            [each for each in asked if each["sql"].startswith(("UPDATE", "INSERT", "SAVEPOINT"))]
        )
        self.worker.assert_called_once_with(self.story, None)
        self.story.refresh_from_db()
        self.assertEqual((self.story.work, self.story.carried_out_at), ("switch", None))
        self.work(self.story)
        self.assertIsNotNone(self.story.carried_out_at)
        with CaptureQueriesContext(connection) as after:
            self.client.get("/dang-nhap/")
            self.client.get("/dang-nhap/")
        self.assertEqual(sum("reorganisation" in each["sql"] for each in after), 1)

    def test_who_enters_something_waits_for_it(self):
        self.client.get("/dang-nhap/")
        self.client.post("/dang-nhap/")
        self.story.refresh_from_db()
        self.assertIsNotNone(self.story.carried_out_at)

    def test_one_that_stopped_stops_no_reader(self):
        with mock.patch.object(reorganise, "carry_out", side_effect=RuntimeError("unforeseen")):
            with self.assertRaises(RuntimeError):
                self.work(self.story)
            self.assertEqual(self.client.get("/dang-nhap/").status_code, 200)
        self.worker.assert_not_called()
        self.assertEqual(len(self.living()), 3)
        # The night tries again.
        self.assertEqual(reorganise.every_night(), "Sắp xếp mẫu")


class Stopping(Large):
    def test_a_fault_is_said_and_a_person_has_it_go_on(self):
        story = self.confirmed()
        with (
            mock.patch.object(bodies, "prepare", side_effect=RuntimeError("unforeseen")),
            self.assertRaises(RuntimeError),
        ):
            self.work(story)
        story.refresh_from_db()
        self.assertEqual((story.work, story.state[1]), ("", "warn"))
        self.assertTrue(story.stopped_by)
        with self.assertRaises(Refused):
            reorganise.resume(story, by=self.duc)
        reorganise.resume(story, by=self.an)
        with self.assertRaises(Refused):
            reorganise.resume(story, by=self.an)
        self.work(story)
        self.assertEqual((story.stopped_by, story.percent), ("", 100))
        self.assertEqual(Entry.objects.about(story)[0].verb, "resumed")

    def test_a_worker_that_died_is_not_waited_for(self):
        story = self.confirmed()
        with self.assertRaises(Refused):
            reorganise.resume(story, by=self.an)
        Reorganisation.objects.filter(pk=story.pk).update(moved_at=timezone.now() - timedelta(minutes=10))
        reorganise.resume(Reorganisation.objects.get(pk=story.pk), by=self.an)
        self.assertEqual(self.worker.call_count, 2)

    def test_the_night_prepares_what_was_left(self):
        story = self.confirmed()
        Reorganisation.objects.filter(pk=story.pk).update(moved_at=None)
        self.assertIsNone(reorganise.every_night())
        story.refresh_from_db()
        self.assertIsNotNone(story.prepared_at)


class ByTheWorker(Ground):
    def test_it_is_handed_over_whole(self):
        """The task is found by its name and does all of it, on behalf of who confirmed."""
        with mock.patch.object(preparing, "SMALL", 0):
            story = reorganise.confirm(self.enter(), by=self.an)
        self.assertIsNotNone(story.carried_out_at)
        self.assertEqual(story.carried_out_by, self.an.user)
        self.assertEqual(self.living(), ["Xã Nam", "Xã Đông Tây"])


class Pages(Large):
    BACKEND = "allauth.account.auth_backends.AuthenticationBackend"

    def setUp(self):
        super().setUp()
        self.story = self.confirmed()
        self.page = reverse("reorganisation", args=[self.story.key])
        self.progress = reverse("reorganisation_progress", args=[self.story.key])

    def as_(self, who):
        self.client.force_login(who.user, backend=self.BACKEND)

    def test_the_page_says_how_far_it_is(self):
        self.as_(self.an)
        self.assertContains(self.client.get(self.page), f'data-progress="{self.progress}"')
        reorganise._prepare_some(self.story.pk, lambda each: None)
        part = self.client.get(self.progress)
        self.assertContains(part, "<progress")
        self.story.refresh_from_db()
        self.assertContains(part, f'value="{self.story.percent}"')
        self.work(self.story)
        self.assertNotContains(self.client.get(self.progress), "<progress")
        self.assertNotContains(self.client.get(self.page), "data-progress")

    def test_what_stopped_it_and_what_to_do(self):
        reorganise._stop(self.story.pk, "Xã Đông kết thúc theo quyết định khác.")
        self.as_(self.an)
        page = self.client.get(self.page)
        self.assertContains(page, "Xã Đông kết thúc theo quyết định khác.")
        go_on = reverse("reorganisation_resume", args=[self.story.key])
        self.assertContains(page, go_on)
        self.assertRedirects(self.client.post(go_on), self.page)
        self.story.refresh_from_db()
        self.assertEqual(self.story.work, "prepare")

    def test_nobody_but_an_administrator(self):
        go_on = reverse("reorganisation_resume", args=[self.story.key])
        draft = reverse("reorganisation_progress", args=[self.enter().key])
        for who in (self.duc, self.minh):
            self.as_(who)
            self.assertEqual(self.client.get(self.progress).status_code, 409)
            self.assertEqual(self.client.post(go_on).status_code, 409)
            self.assertEqual(self.client.get(draft).status_code, 404)
            self.assertNotContains(self.client.get(self.page), "data-progress")
        self.client.logout()
        self.assertEqual(self.client.get(self.progress).status_code, 302)

    def test_it_asks_the_same_however_large(self):
        three = "\n".join(f"xã {old} ; toàn bộ ; xã Mới {n}" for n, old in enumerate(("Đông", "Tây", "Nam")))
        other = self.confirmed(three)
        self.as_(self.an)
        self.client.get(self.page)
        asked = []
        for key in (self.story.key, other.key):
            with CaptureQueriesContext(connection) as counted:
                self.client.get(reverse("reorganisation_progress", args=[key]))
            asked.append(len(counted))
        self.assertEqual(asked[0], asked[1])


class FromTheCommandLine(Large):
    def told(self, *arguments):
        out = StringIO()
        call_command("reorganise", *arguments, stdout=out)
        return out.getvalue()

    def test_it_says_how_far_it_is(self):
        story = self.confirmed(on=today())
        self.assertIn(story.key, self.told())
        lines = self.told(story.key, "--prepare").splitlines()
        self.assertEqual(lines[-1].split()[:2], ["100", "%"])
        self.assertEqual(self.living(), ["Xã Nam", "Xã Đông Tây"])
        self.assertIn("units_closed", self.told(story.key, "--carry-out"))

    def test_a_draft_is_for_a_person_to_confirm(self):
        with self.assertRaises(CommandError):
            self.told(self.enter().key, "--prepare")
        with self.assertRaises(CommandError):
            self.told("khong-co")
