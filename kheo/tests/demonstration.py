"""The demonstration as the ground of a test: loaded once a session, copied for each test that asks for it.

`demonstration` stands on `transactional_db`: afterwards the tables are emptied as for any other test. A test
finds in it Nghệ An's areas and bodies, the Directive, the published initiatives and the sample commune with
its cast, whom `kheo.demo.people` lists.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection

# The name of the loaded database on a PostgreSQL server, and of the file on SQLite.
PLAYED = "kheo_played"


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a demonstration that nobody has touched; about 25 s of work."""
    folder = tmp_path_factory.mktemp(PLAYED)
    environment = {**os.environ, "KHEO_DATA": str(folder), "KHEO_DEMO": "1"}
    if address := os.environ.get("KHEO_DATABASE"):
        _on_the_server(f'DROP DATABASE IF EXISTS "{PLAYED}" WITH (FORCE)', f'CREATE DATABASE "{PLAYED}"')
        environment["KHEO_DATABASE"] = urlsplit(address)._replace(path=f"/{PLAYED}").geturl()
    done = subprocess.run(
        [sys.executable, "-m", "kheo", "demo"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"kheo demo failed:\n{done.stdout[-1000:]}\n{done.stderr[-3000:]}"
    return folder


@pytest.fixture
def demonstration(transactional_db: None, played: Path, settings: Any) -> Callable[[str], Any]:
    """demonstration("minh") -> that user of the cast; the test runs in demo mode, on a copy of its own."""
    from django.contrib.contenttypes.models import ContentType

    from kheo.accounts.models import User

    if connection.vendor == "sqlite":
        connection.ensure_connection()
        source = sqlite3.connect(played / "kheo.sqlite3")
        source.backup(connection.connection)
        source.close()
        # What the file says of itself (schema, pages) is read anew.
        connection.close()
    else:
        name = connection.settings_dict["NAME"]
        connection.close()
        _on_the_server(
            f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}" TEMPLATE "{PLAYED}"'
        )
    if (played / "uploads").exists():
        shutil.copytree(played / "uploads", settings.MEDIA_ROOT, dirs_exist_ok=True)
    ContentType.objects.clear_cache()
    settings.DEMO = True
    return lambda username: User.objects.get(username=username)


def _on_the_server(*commands: str) -> None:
    """Say something to the PostgreSQL server outside any transaction and outside both databases."""
    import psycopg

    parts = urlsplit(os.environ["KHEO_DATABASE"])
    with psycopg.connect(parts._replace(path="/postgres").geturl(), autocommit=True) as server:
        for command in commands:
            server.execute(command)  # type: ignore[call-overload]
