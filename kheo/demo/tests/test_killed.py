"""`kill -9` while a nation is poured: nothing of it stays, all indexes do, and run again it is made."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.db import connection
from django.test import TransactionTestCase

from kheo.accounts.models import User
from kheo.demo import nation
from kheo.initiatives.models import Initiative
from kheo.places.models import Area
from kheo.units.models import Unit
from kheo.units.tests.test_killed import environment

# Stops where the people are made, the indexes are gone and the first year is poured.
CHILD = """
import time
import django
django.setup()
from kheo.demo import nation
def say(words):
    if words.startswith("2021"):
        print("poured", flush=True)
        time.sleep(300)
nation.make(seed=7, scale=0.002, provinces=["04"], say=say)
"""


def indexes():
    """All indexes and constraints of what is poured, by the name of the table."""
    with connection.cursor() as cursor:
        return {
            model._meta.db_table: connection.introspection.get_constraints(cursor, model._meta.db_table)
            for model in nation.POURED
        }


class Killed(TransactionTestCase):
    def test_run_again_it_is_made(self):
        before = indexes()
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
                self.assertEqual(child.stdout.readline().strip(), "poured")
                os.kill(child.pid, signal.SIGKILL)
                self.assertEqual(child.wait(timeout=30), -signal.SIGKILL)
            finally:
                child.kill()
                child.wait()
                child.stdout.close() if child.stdout else None
        # Areas and bodies stay, of the invented nothing does.
        areas, bodies = Area.objects.count(), Unit.objects.count()
        self.assertGreater(bodies, 1000)
        self.assertFalse(User.objects.exists() or Initiative.objects.exists())
        self.assertEqual(indexes(), before)

        made = nation.make(seed=7, scale=0.002, provinces=["04"])
        self.assertEqual((Area.objects.count(), Unit.objects.count()), (areas, bodies))
        self.assertEqual(Initiative.objects.count(), made.rows["Initiative"])
        self.assertEqual(indexes(), before)
