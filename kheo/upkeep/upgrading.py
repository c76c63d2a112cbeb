"""From one version of Kheo to the next, and back: what script/upgrade runs.

It knows nothing but Python's own library, for it works from a copy of itself in `.upgrade` while the code
around it is exchanged. Each step may be broken off anywhere; run again, it goes on with what it had begun.

    .upgrade/state.json    what is being done and which steps are behind
    .upgrade/next/         the new version, complete, before anything stops
    .upgrade/wheels/       its packages, fetched before anything stops
    .upgrade/previous/     the version before, with its environment: the way back

The order keeps people working as long as it can: fetch, back up everything, stop, copy the database once
more, exchange, migrate, start. On the way back the code of before returns with that last copy of the
database; what was entered since is moved aside, not deleted.
"""

import fcntl
import gettext
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

SETTINGS = "/etc/kheo/kheo.env"
UNITS = ("kheo-nightly.timer", "kheo-nightly.service", "kheo-worker.service", "kheo-web.service")
# What belongs to the machine and not to a version.
STAYS = {".venv", ".upgrade", "build", "data", "node_modules", ".git", "test-results"}
# What a version without them leaves behind nevertheless.
CODE = {"kheo", "script", "docs", "requirements", "pyproject.toml", "conftest.py", ".ci", ".gitignore"}


def _translation() -> Callable[[str], str]:
    here = Path(__file__).resolve().parent
    for words in (here / "words.mo", here / "locale" / "vi" / "LC_MESSAGES" / "django.mo"):
        if words.exists():
            with open(words, "rb") as file:
                return gettext.GNUTranslations(file).gettext
    return lambda text: text


_ = _translation()


class Stopped(Exception):
    """It cannot go on; the sentence says what to do."""


class Upgrade:
    def __init__(self, root: Path) -> None:
        self.root = root
        self.home = root / ".upgrade"
        self.next, self.previous = self.home / "next", self.home / "previous"
        self.state: dict[str, Any] = {}

    # What is remembered

    def load(self) -> None:
        try:
            self.state = json.loads((self.home / "state.json").read_text())
        except (OSError, ValueError):
            self.state = {}

    def keep(self, **more: Any) -> None:
        self.state.update(more)
        hidden = self.home / ".state.json"
        with open(hidden, "w") as file:
            json.dump(self.state, file)
            file.flush()
            os.fsync(file.fileno())
        os.replace(hidden, self.home / "state.json")

    @property
    def under_way(self) -> bool:
        return self.state.get("step", "done") != "done"

    # The two ways

    def forward(self, source: str) -> None:
        if self.under_way and self.state["way"] == "back":
            raise Stopped(_("A way back was broken off. Finish it first: script/upgrade --back"))
        if not self.under_way:
            # Until something changes, the way back is still that of the upgrade before.
            self.state = {"was": self.state}
            self.keep(way="forward", step="fetch", source=source)
        elif self.state["step"] in ("fetch", "packages", "backup"):
            # Nothing has changed so far: it begins again, perhaps with another version.
            self.keep(step="fetch", source=source or self.state["source"])
        elif source and source != self.state["source"]:
            raise Stopped(
                _("Another upgrade was broken off here. Finish it first: script/upgrade (without a name)")
            )
        self.carry_out(
            ["fetch", "packages", "backup", "stop", "copy", "exchange", "environment", "migrate", "start"]
        )
        shutil.rmtree(self.next, ignore_errors=True)
        shutil.rmtree(self.home / "wheels", ignore_errors=True)
        say(_("Kheo is now %(to)s. The way back: script/upgrade --back") % self.state)

    def back(self) -> None:
        if self.under_way and self.state["way"] == "forward":
            if self.state["step"] in ("fetch", "packages", "backup"):
                self.give_up()
                raise Stopped(_("Nothing had been changed yet; the upgrade is given up."))
            if self.state["step"] in ("stop", "copy"):
                self.start()
                self.give_up()
                raise Stopped(
                    _("Nothing had been changed yet; the upgrade is given up and Kheo runs as before.")
                )
        elif not self.under_way and not (self.previous.exists() and any(self.previous.iterdir())):
            raise Stopped(_("There is no version before this one to go back to."))
        if not (self.under_way and self.state["way"] == "back"):
            self.keep(way="back", step="stop")
        self.carry_out(["stop", "return_code", "return_data", "start"])
        shutil.rmtree(self.previous, ignore_errors=True)
        say(
            _("Kheo is %(from)s again. What was entered in between lies in the data folder, moved aside.")
            % self.state
        )

    def give_up(self) -> None:
        """As if this upgrade had not begun."""
        shutil.rmtree(self.next, ignore_errors=True)
        self.state = self.state.get("was") or {}
        self.keep(step="done")

    def carry_out(self, steps: list[str]) -> None:
        for number, step in enumerate(steps):
            if self.state["step"] == step:
                getattr(self, step)()
                self.keep(step=steps[number + 1] if number + 1 < len(steps) else "done")

    # Steps while people work

    def fetch(self) -> None:
        """The new version, whole, beside the old one."""
        say(_("Fetching the new version."))
        shutil.rmtree(self.next, ignore_errors=True)
        self.next.mkdir()
        named = self.state["source"]
        source = Path(named).expanduser()
        if not named or "://" in named or (source / ".git").exists() or named.endswith(".bundle"):
            self.fetch_by_git(named)
        elif source.is_dir():
            shutil.copytree(
                source, self.next, dirs_exist_ok=True, ignore=lambda _folder, names: STAYS & set(names)
            )
        elif source.is_file():
            unpack(source, self.next)
        else:
            raise Stopped(_("There is no %(source)s.") % {"source": source})
        inner = list(self.next.iterdir())
        if len(inner) == 1 and (inner[0] / "pyproject.toml").exists():
            # Archives hold one folder with everything in it.
            for path in list(inner[0].iterdir()):
                os.replace(path, self.next / path.name)
            inner[0].rmdir()
        old, new = version(self.root), version(self.next)
        if not (self.next / "kheo" / "rooms.py").exists():
            raise Stopped(_("%(source)s holds no Kheo.") % {"source": self.state["source"] or "git"})
        if new < old:
            raise Stopped(
                _(
                    "That is %(new)s, older than what runs here (%(old)s). The way back is "
                    "script/upgrade --back."
                )
                % {"new": dotted(new), "old": dotted(old)}
            )
        if same(self.next, self.root):
            self.give_up()
            raise Stopped(_("This is the version that runs here already; nothing was changed."))
        self.keep(**{"from": dotted(old), "to": dotted(new)})

    def fetch_by_git(self, source: str) -> None:
        """The newest commit of a repository, or of the one this checkout came from."""
        clone = self.home / "clone"
        if (self.root / ".git").exists():
            git = ["git", "-c", "safe.directory=*", "-C", str(self.root)]
            self.run([*git, "fetch", "-q", *([source, "HEAD"] if source else [])])
            wanted = "FETCH_HEAD" if source else "@{upstream}"
            self.keep(
                commit=self.answer([*git, "rev-parse", wanted]),
                before=self.answer([*git, "rev-parse", "HEAD"]),
            )
        elif source:
            shutil.rmtree(clone, ignore_errors=True)
            self.run(["git", "-c", "safe.directory=*", "clone", "-q", "--bare", source, str(clone)])
            git, wanted = ["git", "-C", str(clone)], "HEAD"
        else:
            raise Stopped(
                _("Name the new version: a folder, an archive (.tar.gz, .zip) or a git repository.")
            )
        archive = self.home / "next.tar"
        self.run([*git, "archive", "--format=tar", f"--output={archive}", wanted])
        unpack(archive, self.next)
        archive.unlink()
        shutil.rmtree(clone, ignore_errors=True)

    def at_commit(self, commit: str) -> None:
        """Tell the checkout which version lies around it; no file is touched."""
        if commit and (self.root / ".git").exists():
            self.run(["git", "-c", "safe.directory=*", "-C", str(self.root), "reset", "-q", commit])

    def packages(self) -> None:
        """What the new version needs and this environment lacks; nothing stops before it is here."""
        wheels = self.home / "wheels"
        shutil.rmtree(wheels, ignore_errors=True)
        wanted = self.next / "requirements" / "base.txt"
        if digest(wanted) == digest(self.root / "requirements" / "base.txt"):
            return
        say(_("Fetching its packages."))
        brought = self.next / "wheels"
        where = ["--no-index", "--find-links", str(brought)] if brought.exists() else []
        self.run(
            [
                str(self.root / ".venv" / "bin" / "python"),
                *[
                    "-m",
                    "pip",
                    "download",
                    "--quiet",
                    "--disable-pip-version-check",
                    "--require-hashes",
                    "--only-binary",
                    ":all:",
                ],
                *where,
                "--dest",
                str(wheels),
                "--requirement",
                str(wanted),
            ]
        )

    def backup(self) -> None:
        data = Path(self.ask("from kheo.settings import DATA; print(DATA)"))
        database = data / "kheo.sqlite3"
        needed = 3 * (database.stat().st_size if database.exists() else 0) + 500_000_000
        for folder in (data, self.root):
            if (free := shutil.disk_usage(folder).free) < needed:
                raise Stopped(
                    _(
                        "The disk of %(folder)s has %(free)s MB left; the upgrade needs "
                        "%(needed)s MB. Make room first."
                    )
                    % {"folder": folder, "free": free // 1_000_000, "needed": needed // 1_000_000}
                )
        self.keep(data=str(data))
        self.kheo("backup", said=_("Without a backup nothing is changed. See what is said above."))

    # Steps while Kheo stands still

    def stop(self) -> None:
        running = [unit for unit in UNITS if self.systemctl("is-active", unit)]
        # Written before they stop: whoever runs this again must know what to start.
        self.keep(stopped=sorted({*self.state.get("stopped", []), *running}))
        if running:
            say(_("Stopping Kheo."))
            self.run(["systemctl", "stop", *running])
        handle = os.open(Path(self.state["data"]) / "in-use.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Stopped(
                _("Kheo still runs, not as a service. Stop it there (Ctrl-C), then run this again.")
            )
        finally:
            os.close(handle)

    def copy(self) -> None:
        """The database as it was when the last person's work ended: what the way back returns to."""
        place = Path(self.state["data"]) / "backups" / "before-upgrades"
        self.kheo(
            "backup", "--database-only", "--to", str(place), said=_("The database could not be copied.")
        )
        newest = max(place.glob("kheo-*-database*.tar"), key=lambda path: path.name)
        self.keep(database=str(newest))

    def exchange(self) -> None:
        say(_("Exchanging the version."))
        if not self.state.get("exchanging"):
            self.state.pop("was", None)
            shutil.rmtree(self.previous, ignore_errors=True)
            self.previous.mkdir()
            if (self.root / "build").exists():
                shutil.copytree(self.root / "build", self.previous / "build")
            self.keep(exchanging=True)
        if (self.home / "wheels").exists() and not (self.previous / ".venv").exists():
            os.replace(self.root / ".venv", self.previous / ".venv")
        # A git checkout knows by its own file which version lies around it.
        for name in sorted(path.name for path in self.root.iterdir() if path.name in CODE):
            if not (self.next / name).exists() and not (self.previous / name).exists():
                os.replace(self.root / name, self.previous / name)
        # script last: it is what one runs again.
        for name in sorted(
            (path.name for path in self.next.iterdir()), key=lambda name: (name == "script", name)
        ):
            if name in STAYS or name == "wheels":
                continue
            if (self.root / name).exists():
                os.replace(self.root / name, self.previous / name)
            os.replace(self.next / name, self.root / name)
        self.at_commit(self.state.get("commit", ""))

    def environment(self) -> None:
        say(_("Preparing its environment."))
        wheels = self.home / "wheels"
        offline = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)} if wheels.exists() else {}
        self.run(
            ["bash", "-c", ". script/ground.sh && ensure_environment base && ensure_build"],
            said=_(
                "The environment could not be prepared. Run this again, or go back: script/upgrade --back"
            ),
            more=offline,
        )

    def migrate(self) -> None:
        said = _(
            "The database could not be brought to this version. Run this again, or go back: "
            "script/upgrade --back"
        )
        self.kheo("migrate", "--verbosity=0", said=said)
        self.kheo("upgrade", "--write-into-journal", self.state["from"], self.state["to"], said=said)

    def start(self) -> None:
        if self.state.get("stopped"):
            say(_("Starting Kheo."))
            self.run(["systemctl", "daemon-reload"])
            self.run(["systemctl", "start", *self.state["stopped"]])
        elif self.state["way"] == "forward":
            say(_("Start Kheo again where it was started before."))

    # The way back

    def return_code(self) -> None:
        say(_("Bringing back the version of before."))
        undone = self.home / f"undone-{os.getpid()}"
        undone.mkdir(exist_ok=True)
        names = [path.name for path in self.previous.iterdir()] if self.previous.exists() else []
        for name in sorted(names, key=lambda name: (name == "script", name)):
            if (self.root / name).exists():
                os.replace(self.root / name, undone / name)
            os.replace(self.previous / name, self.root / name)
        self.at_commit(self.state.get("before", ""))
        self.run(
            ["bash", "-c", ". script/ground.sh && ensure_environment base && ensure_build"],
            said=_("The environment could not be prepared. Run this again."),
        )
        for left in self.home.glob("undone-*"):
            shutil.rmtree(left, ignore_errors=True)

    def return_data(self) -> None:
        if self.state.get("database"):
            self.kheo(
                "restore",
                self.state["database"],
                "--replace",
                said=_("The database could not be brought back."),
            )

    # How commands are run

    def kheo(self, *arguments: str, said: str) -> None:
        self.run(
            [str(self.root / ".venv" / "bin" / "python"), "-m", "kheo", *arguments], said=said, as_owner=True
        )

    def ask(self, code: str) -> str:
        done = subprocess.run(  # noqa: S603
            [str(self.root / ".venv" / "bin" / "python"), "-c", code],
            cwd=self.root,
            env=self.surroundings(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise Stopped(
                _("Kheo's settings cannot be read: %(error)s") % {"error": done.stderr[-300:].strip()}
            )
        return done.stdout.strip()

    def surroundings(self) -> dict[str, str]:
        named = os.environ.get("KHEO_SETTINGS") or (SETTINGS if os.path.exists(SETTINGS) else "")
        return {**os.environ, **({"KHEO_SETTINGS": named} if named else {}), "PYTHONUTF8": "1"}

    def answer(self, command: list[str]) -> str:
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        if done.returncode:
            raise Stopped(_("%(command)s failed; see above.") % {"command": done.stderr.strip()[-300:]})
        return done.stdout.strip()

    def run(
        self, command: list[str], said: str = "", as_owner: bool = False, more: dict[str, str] | None = None
    ) -> None:
        account: dict[str, Any] = {}
        if as_owner and os.geteuid() == 0 and "data" in self.state:
            # What root writes into the data, Kheo's own account could not read.
            owner = os.stat(self.state["data"])
            if owner.st_uid:
                account = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []}
        try:
            done = subprocess.run(  # noqa: S603
                command, cwd=self.root, env={**self.surroundings(), **(more or {})}, check=False, **account
            )
        except OSError as error:
            raise Stopped(f"{command[0]}: {error.strerror}")
        if done.returncode:
            raise Stopped(said or _("%(command)s failed; see above.") % {"command": " ".join(command[:4])})

    def systemctl(self, *arguments: str) -> bool:
        if not shutil.which("systemctl"):
            return False
        done = subprocess.run(["systemctl", "--quiet", *arguments], capture_output=True, check=False)  # noqa: S603, S607
        return done.returncode == 0


def say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def unpack(archive: Path, into: Path) -> None:
    """A .tar, .tar.gz or .zip; nothing in it may lead outside."""
    try:
        if zipfile.is_zipfile(archive):
            with zipfile.ZipFile(archive) as packed:
                packed.extractall(into)  # noqa: S202  (zipfile itself keeps it inside)
                for info in packed.infolist():
                    if mode := info.external_attr >> 16 & 0o777:
                        (into / info.filename).chmod(mode)
        else:
            with tarfile.open(archive) as packed:
                packed.extractall(into, filter="data")
    except (tarfile.TarError, zipfile.BadZipFile, OSError) as error:
        raise Stopped(_("%(archive)s cannot be unpacked: %(error)s") % {"archive": archive, "error": error})


def version(folder: Path) -> tuple[int, ...]:
    """From pyproject.toml; (0,) where there is none."""
    try:
        found = re.search(r'^version = "([\d.]+)"', (folder / "pyproject.toml").read_text(), re.M)
    except OSError:
        found = None
    return tuple(int(part) for part in found[1].split(".") if part) if found else (0,)


def dotted(number: tuple[int, ...]) -> str:
    return ".".join(map(str, number))


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else ""


def same(left: Path, right: Path) -> bool:
    """Whether both hold the same program."""

    def files(folder: Path) -> dict[str, str]:
        return {
            str(path.relative_to(folder)): digest(path)
            for part in ("kheo", "script", "requirements")
            for path in (folder / part).rglob("*")
            if path.is_file() and path.suffix not in (".pyc", ".mo")
        }

    return files(left) == files(right)


def main() -> None:
    arguments = [argument for argument in sys.argv[1:] if argument != "--back"]
    if len(arguments) > 1 or any(argument.startswith("-") for argument in arguments):
        say(_("Usage: script/upgrade [FOLDER, ARCHIVE or GIT REPOSITORY] | script/upgrade --back"))
        sys.exit(2)
    # It runs as .upgrade/driver.py.
    upgrade = Upgrade(Path(__file__).resolve().parent.parent)
    try:
        upgrade.home.mkdir(mode=0o700, exist_ok=True)
        with open(upgrade.home / "lock", "w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Stopped(_("Another upgrade is running. Wait until it has ended."))
            upgrade.load()
            if "--back" in sys.argv[1:]:
                upgrade.back()
            else:
                upgrade.forward(
                    arguments[0]
                    if arguments
                    else upgrade.state.get("source", "")
                    if upgrade.under_way
                    else ""
                )
    except Stopped as stopped:
        say(str(stopped))
        sys.exit(1)
    except PermissionError as error:
        say(
            _("Nothing may be written to %(path)s. Run it as root: sudo script/upgrade")
            % {"path": error.filename}
        )
        sys.exit(1)


if __name__ == "__main__":
    main()
