"""`kill -9` in the middle of a reorganisation: nothing is half done, and run again it finishes."""

import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase

from kheo.audit.models import Entry
from kheo.lib.periods import VIETNAM, today
from kheo.places.models import Area, AreaLineage
from kheo.places.tests.lists import invented
from kheo.units import bodies, loading, preparing, reorganise
from kheo.units.models import Post, ReachKind, Reorganisation, Role, Unit, UnitLineage
from kheo.units.tests.cast import person, post

BEGIN = """
import os, sys, time
import django
django.setup()
from kheo.units import bodies, preparing, reorganise
from kheo.units.models import Reorganisation
def inside(*all):
    print("inside", flush=True)
    time.sleep(300)
"""
# Stops where areas have been closed and opened and bodies are not tied yet.
SWITCHING = f"""{BEGIN}
bodies.succeed_areas = inside
reorganise.catch_up()
"""
# Stops where some bodies are prepared, in the middle of the next few.
PREPARING = f"""{BEGIN}
preparing.AT_ONCE = 3
prepare, times = bodies.prepare, []
def some(*all):
    made = prepare(*all)
    times.append(made)
    return made if len(times) < 3 else inside()
bodies.prepare = some
reorganise.finish(Reorganisation.objects.get().pk)
"""
# Two of these side by side do it once.
ALL_OF_IT = f"""{BEGIN}
preparing.AT_ONCE = 1
print("inside", flush=True)
reorganise.finish(Reorganisation.objects.get().pk)
"""


class Yesterday(datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz or VIETNAM) - timedelta(days=1)


class Ground(TransactionTestCase):
    def setUp(self):
        self.areas = invented("Đông", "Tây", "Nam")
        Area.objects.add_hamlet("Phồng", "bản", self.areas["Đông"])
        loading.load()
        self.an = post(
            person("an", "Phan Thị An"),
            Unit.objects.get(area=self.areas["Mẫu"], key="tinh_uy"),
            Role.ADMIN,
            ReachKind.PLACE,
        )
        self.minh = post(
            person("minh", "Lô Văn Minh"),
            Unit.objects.get(area=self.areas["Đông"], key="dang_uy"),
            Role.REPORTER,
        )

    def enter(self, on):
        return reorganise.enter(
            name="Sắp xếp mẫu",
            on=on,
            legal_basis="Nghị quyết mẫu",
            table="xã Đông ; toàn bộ ; xã Đông Tây\nxã Tây ; toàn bộ ; xã Đông Tây",
            by=self.an,
        )

    def begin(self, code, folder):
        return subprocess.Popen(
            [sys.executable, "-c", code],
            stdout=subprocess.PIPE,
            text=True,
            cwd=settings.ROOT,
            env=environment(Path(folder)),
        )

    def kill(self, code):
        """Run it until it says that it is inside, then kill it outright."""
        connection.close()
        with TemporaryDirectory() as folder:
            child = self.begin(code, folder)
            try:
                assert child.stdout is not None
                self.assertEqual(child.stdout.readline().strip(), "inside")
                os.kill(child.pid, signal.SIGKILL)
                self.assertEqual(child.wait(timeout=30), -signal.SIGKILL)
            finally:
                child.kill()
                child.wait()
                child.stdout.close() if child.stdout else None

    def rows(self):
        living = sorted(Area.objects.on(today()).communes().values_list("name", flat=True))
        counts = [model.objects.count() for model in (Area, AreaLineage, Unit, UnitLineage, Post)]
        return living, counts

    def all_is_well(self):
        self.assertEqual(self.rows()[0], ["Nam", "Đông Tây"])
        self.assertEqual(Post.objects.current().get(user=self.minh.user).unit.area.name, "Đông Tây")
        self.assertIsNotNone(Reorganisation.objects.get().carried_out_at)
        answered = AreaLineage.objects.answering(today())
        self.assertEqual(
            answered.values("area").distinct().count(), Area.objects.filter(in_force=True).count()
        )
        self.assertFalse(Unit.with_prepared.filter(in_force=False).exists())
        self.assertFalse(Area.objects.filter(in_force=False).exists())
        new = Unit.objects.filter(area__name="Đông Tây")
        self.assertEqual(new.count(), bodies.to_prepare(["commune"], today()))
        self.assertEqual(new.values("key").distinct().count(), new.count())


class KilledInTheSwitch(Ground):
    def setUp(self):
        super().setUp()
        # Entered yesterday for today: it waits, prepared, and its day has come.
        with mock.patch("kheo.lib.periods.datetime", Yesterday):
            self.story = self.enter(today() + timedelta(days=1))
            reorganise.confirm(self.story, by=self.an)

    def test_run_again_it_finishes(self):
        self.story.refresh_from_db()
        self.assertIsNone(self.story.carried_out_at)
        self.assertIsNotNone(self.story.prepared_at)
        before = self.rows()
        self.kill(SWITCHING)
        # Nothing is half done, and nobody who works meets it.
        self.assertEqual(self.rows(), before)
        self.assertEqual(before[0], ["Nam", "Tây", "Đông"])
        self.assertEqual(reorganise.every_night(), "Sắp xếp mẫu")
        self.all_is_well()
        self.assertIsNone(reorganise.every_night())


class KilledInThePreparation(Ground):
    def setUp(self):
        super().setUp()
        with mock.patch.object(preparing, "SMALL", 0), mock.patch.object(reorganise, "_ask_the_worker"):
            self.story = reorganise.confirm(self.enter(today()), by=self.an)

    def test_run_again_it_goes_on_where_it_was(self):
        living = self.rows()[0]
        self.kill(PREPARING)
        # What was prepared in the steps before is kept, and nobody sees it.
        self.assertEqual(Unit.with_prepared.filter(in_force=False).count(), 6)
        self.assertEqual(self.rows()[0], living)
        self.story.refresh_from_db()
        self.assertEqual((self.story.work, self.story.making["bodies"][0]), ("prepare", 6))
        reorganise.finish(self.story.pk, by=self.an)
        self.all_is_well()

    def test_two_processes_do_it_once(self):
        connection.close()
        with TemporaryDirectory() as one, TemporaryDirectory() as other:
            both = [self.begin(ALL_OF_IT, folder) for folder in (one, other)]
            try:
                for child in both:
                    child.communicate(timeout=120)
                    self.assertEqual(child.returncode, 0)
            finally:
                for child in both:
                    child.kill()
        self.all_is_well()
        self.assertEqual(Entry.objects.filter(verb="carried_out").count(), 1)


def environment(folder: Path) -> dict[str, str]:
    """That of a process on the database of this test."""
    known = settings.DATABASES["default"]
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": settings.SETTINGS_MODULE, "KHEO_DATA": str(folder)}
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        (folder / "kheo.sqlite3").symlink_to(name)
        env.pop("KHEO_DATABASE", None)
    else:
        user, password = known["USER"], known["PASSWORD"]
        where = f"{known['HOST']}:{known['PORT']}" if known["HOST"] else ""
        env["KHEO_DATABASE"] = f"postgres://{user}:{password}@{where}/{name}"
    return env
