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

from kheo.lib.periods import VIETNAM, today
from kheo.places.models import Area, AreaLineage
from kheo.places.tests.lists import invented
from kheo.units import loading, reorganise
from kheo.units.models import Post, ReachKind, Reorganisation, Role, Unit, UnitLineage
from kheo.units.tests.cast import person, post

# Stops where areas have been closed and opened and bodies are not tied yet.
CHILD = """
import os, sys, time
import django
django.setup()
from kheo.units import bodies, reorganise
def inside(on):
    print("inside", flush=True)
    time.sleep(300)
bodies.succeed_areas = inside
reorganise.catch_up()
"""


class Yesterday(datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz or VIETNAM) - timedelta(days=1)


class Killed(TransactionTestCase):
    def setUp(self):
        self.areas = invented("Đông", "Tây", "Nam")
        loading.load()
        an = post(
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
        # Entered yesterday for today: it waits, prepared, and its day has come.
        with mock.patch("kheo.lib.periods.datetime", Yesterday):
            self.story = reorganise.enter(
                name="Sắp xếp mẫu",
                on=today() + timedelta(days=1),
                legal_basis="Nghị quyết mẫu",
                table="xã Đông ; toàn bộ ; xã Đông Tây\nxã Tây ; toàn bộ ; xã Đông Tây",
                by=an,
            )
            reorganise.confirm(self.story, by=an)

    def rows(self):
        living = sorted(Area.objects.on(today()).communes().values_list("name", flat=True))
        counts = [model.objects.count() for model in (Area, AreaLineage, Unit, UnitLineage, Post)]
        return living, counts

    def test_run_again_it_finishes(self):
        self.story.refresh_from_db()
        self.assertIsNone(self.story.carried_out_at)
        before = self.rows()
        connection.close()
        with TemporaryDirectory() as folder:
            child = subprocess.Popen(
                [sys.executable, "-c", CHILD],
                stdout=subprocess.PIPE,
                text=True,
                cwd=settings.ROOT,
                env=environment(Path(folder)),
            )
            try:
                assert child.stdout is not None
                self.assertEqual(child.stdout.readline().strip(), "inside")
                os.kill(child.pid, signal.SIGKILL)
                self.assertEqual(child.wait(timeout=30), -signal.SIGKILL)
            finally:
                child.kill()
                child.wait()
                child.stdout.close() if child.stdout else None
        # Nothing is half done, and nobody who works meets it.
        self.assertEqual(self.rows(), before)
        self.assertEqual(before[0], ["Nam", "Tây", "Đông"])
        self.assertEqual(reorganise.every_night(), "Sắp xếp mẫu")
        self.assertEqual(self.rows()[0], ["Nam", "Đông Tây"])
        self.assertEqual(Post.objects.current().get(user=self.minh.user).unit.area.name, "Đông Tây")
        self.assertIsNotNone(Reorganisation.objects.get().carried_out_at)
        answered = AreaLineage.objects.answering(today())
        self.assertEqual(
            answered.values("area").distinct().count(), Area.objects.filter(in_force=True).count()
        )
        self.assertIsNone(reorganise.every_night())


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
