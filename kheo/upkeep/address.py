"""Which database is meant: a file of SQLite, or a PostgreSQL reached by host, port, name and user."""

import os
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
from django.utils.translation import gettext as _

from kheo.lib.refusals import Refused

SQLITE, POSTGRESQL = "sqlite", "postgresql"


@dataclass(frozen=True)
class Address:
    engine: str
    path: Path | None = None
    host: str = ""
    port: str = ""
    name: str = ""
    user: str = ""
    password: str = field(default="", repr=False)

    def __str__(self) -> str:
        """For people and journals: never with the password."""
        if self.engine == SQLITE:
            return str(self.path)
        return f"postgres://{self.user}@{self.host}:{self.port or 5432}/{self.name}"

    @classmethod
    def of_settings(cls, settings: dict[str, Any]) -> "Address":
        """What Django's `connection.settings_dict` means."""
        if settings["ENGINE"].endswith("sqlite3"):
            return cls(SQLITE, path=Path(settings["NAME"]))
        return cls(
            POSTGRESQL,
            host=settings.get("HOST") or "",
            port=str(settings.get("PORT") or ""),
            name=settings["NAME"],
            user=settings.get("USER") or "",
            password=settings.get("PASSWORD") or "",
        )

    @classmethod
    def read(cls, text: str, data: Path) -> "Address":
        """As KHEO_DATABASE is written; empty for the SQLite file of this data folder."""
        if not text:
            return cls(SQLITE, path=data / "kheo.sqlite3")
        parts = urlsplit(text)
        if parts.scheme not in ("postgres", "postgresql"):
            raise Refused(_("A database is written postgres://user:password@host:port/name."))
        return cls(
            POSTGRESQL,
            host=parts.hostname or "",
            port=str(parts.port or ""),
            name=parts.path.lstrip("/"),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )

    def connect(self, **options: Any) -> psycopg.Connection:
        """To PostgreSQL, in UTC. Refused, with what to do, when it does not answer."""
        given: dict[str, Any] = {
            "host": self.host,
            "port": self.port,
            "user": self.user,
            "password": self.password,
        }
        try:
            return psycopg.connect(
                dbname=self.name,
                options="-c timezone=UTC -c DateStyle=ISO",
                **{name: value for name, value in given.items() if value},
                **options,
            )
        except psycopg.OperationalError as error:
            raise Refused(
                _(
                    "PostgreSQL does not answer at %(address)s: %(error)s Is it running, and is "
                    "KHEO_DATABASE right?"
                )
                % {"address": self, "error": last_line(str(error))}
            )

    def run(self, program: str, *arguments: str, connect: bool = True) -> subprocess.CompletedProcess:
        """pg_dump or pg_restore, on this database unless `connect` is off.

        The password goes through the environment, which no other account can read; a command line is read
        by everyone on the machine.
        """
        environment = {**os.environ, "PGTZ": "UTC"}
        database = ["--no-password", f"--dbname={self.name}"] if connect else []
        for name, value in (("PGHOST", self.host), ("PGPORT", self.port), ("PGUSER", self.user)):
            if value:
                environment[name] = value
        if self.password:
            environment["PGPASSWORD"] = self.password
        try:
            return subprocess.run(  # noqa: S603  (a program of PostgreSQL, by its full path)
                [program_of_postgresql(program), *database, *arguments],
                env=environment,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
            )
        except OSError as error:
            raise Refused(
                _("%(program)s cannot be started: %(error)s") % {"program": program, "error": error}
            )


def program_of_postgresql(name: str) -> str:
    """The full path of the newest pg_dump or pg_restore: an older one cannot read a newer server."""

    def version(path: Path) -> float:
        try:
            return float(path.parent.parent.name)
        except ValueError:
            return 0.0

    # Debian keeps a folder for each version; what lies on the path chooses by itself.
    for path in sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=version, reverse=True):
        if os.access(path, os.X_OK):
            return str(path)
    if found := shutil.which(name):
        return found
    raise Refused(
        _("The program %(name)s is missing. Install it: sudo apt-get install postgresql-client")
        % {"name": name}
    )


def last_line(text: str) -> str:
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    return lines[-1] if lines else ""
