"""Where everything lies, and how a command is run there: on a whole machine, or in one folder."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from kheo.lib.refusals import Refused

USER = "kheo"
UNITS = ("kheo-web.service", "kheo-worker.service", "kheo-nightly.service", "kheo-nightly.timer")


@dataclass(frozen=True)
class Machine:
    """`here` is the folder of an installation without root and systemd; None means the whole machine."""

    here: Path | None = None

    @property
    def config(self) -> Path:
        return self.here / "config" if self.here else Path("/etc/kheo")

    @property
    def settings_file(self) -> Path:
        return self.config / "kheo.env"

    @property
    def answers_file(self) -> Path:
        return self.config / "answers.env"

    @property
    def web(self) -> Path:
        """The web server's own files, in a folder of its own."""
        return self.here / "web" if self.here else self.config / "web"

    @property
    def command(self) -> Path:
        return self.here / "kheo" if self.here else Path("/usr/local/bin/kheo")

    @property
    def root(self) -> Path:
        return Path(settings.ROOT)

    @property
    def kheo(self) -> Path:
        return self.root / ".venv" / "bin" / "kheo"

    @property
    def owner(self) -> tuple[int, int] | None:
        """Who owns the data; None where that is whoever runs this."""
        if self.here:
            return None
        entry = pwd.getpwnam(USER)
        return entry.pw_uid, entry.pw_gid

    def run(self, *command: str, said: str) -> None:
        """Run a command of the machine; Refused with `said` and its last line when it fails."""
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
            raise Refused(" ".join([said, *last]))

    def run_kheo(self, *arguments: str, shown: bool = False) -> str:
        """Run Kheo's own command as the installation and its user; answers what it said."""
        command = [str(self.kheo), *arguments]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("KHEO_")} | {
            "KHEO_SETTINGS": str(self.settings_file),
            "PYTHONUTF8": "1",
        }
        if self.owner:
            command = [program("runuser"), "-u", USER, "--", *command]
        done = subprocess.run(  # noqa: S603
            command,
            env=environment,
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:] or ["?"]
            raise Refused(_("kheo %(command)s failed: %(why)s") % {"command": arguments[0], "why": last[0]})
        if shown and done.stdout.strip():
            print(done.stdout.strip())
        return done.stdout


def program(name: str) -> str:
    """Where a program lies; also those of the administrator, which are not on everyone's path."""
    found = shutil.which(name, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin:/usr/bin:/bin")
    if found is None:
        raise Refused(_("The program %(name)s is missing.") % {"name": name})
    return found


def has(name: str) -> bool:
    try:
        program(name)
    except Refused:
        return False
    return True
