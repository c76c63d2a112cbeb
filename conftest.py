"""The ground under every test: a database file of its own, plain static files, a browser when asked for."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from django.conf import settings

pytest_plugins = ["kheo.tests.browser", "kheo.tests.demonstration"]

FOLDER = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    # Memory where there is some: thousands of small transactions wait for no disk.
    memory = Path("/dev/shm")  # noqa: S108
    folder = Path(tempfile.mkdtemp(prefix="kheo-test-", dir=memory if os.access(memory, os.W_OK) else None))
    config.stash[FOLDER] = folder
    settings.DATA = folder
    settings.MEDIA_ROOT = folder / "uploads"
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        # A file, because a database in memory is one connection: no test could let two people collide.
        database.setdefault("TEST", {})["NAME"] = str(folder / "test.sqlite3")
        options = database["OPTIONS"]
        options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")
    # Tests read the files where they are written; names with fingerprints need collectstatic first.
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if not name.startswith("whitenoise.")]
    # Work for the worker is done at once, before the test goes on.
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_unconfigure(config: pytest.Config) -> None:
    shutil.rmtree(config.stash.get(FOLDER, Path("/nowhere")), ignore_errors=True)


@pytest.fixture(autouse=True)
def _fresh_caches() -> None:
    """What one test cached, such as a count of sign-ins, is no business of the next."""
    from django.core.cache import caches

    for cache in caches.all(initialized_only=True):
        cache.clear()
