"""The steps of an installation, in order. Each answers whether it changed anything."""

import os
import pwd
import re
import secrets
import socket
import ssl
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kheo.lib import configuration
from kheo.lib.refusals import Refused
from kheo.upkeep import authority
from kheo.upkeep.installing.machine import UNITS, USER, Machine, has, program
from kheo.upkeep.installing.questions import INTERNAL, POSTGRES

# A test ends the installation here, as a power cut would.
STOP_AFTER = "KHEO_START_STOP_AFTER"
SHOWN = "first-code-was-shown"


class Installation:
    """One run: the machine, the answers, and what was different before."""

    def __init__(self, machine: Machine, answers: dict[str, str], before: dict[str, str]) -> None:
        self.machine, self.answers, self.before = machine, answers, before
        self.data = Path(answers["DATA"])
        self.changed: list[str] = []

    # The steps

    def keep_answers(self) -> bool:
        """What was answered, so that the next run asks nothing."""
        lines = ["# Câu trả lời của lần cài đặt / What was answered. script/start reads it again.", ""]
        lines += [f"{name}={value}" for name, value in self.answers.items()]
        return self.put(self.machine.answers_file, "\n".join(lines) + "\n", 0o600)

    def packages(self) -> bool:
        """What Debian brings: the web server, and PostgreSQL if it is to run here."""
        wanted = [("nginx", "nginx")]
        if self.answers["DATABASE"] == POSTGRES:
            wanted.append(("psql", "postgresql"))
        missing = [package for name, package in wanted if not has(name)]
        if not missing:
            return False
        if self.machine.here or os.geteuid() or not has("apt-get"):
            raise Refused(
                _("Missing: %(packages)s. Install with: sudo apt-get install %(packages)s")
                % {"packages": " ".join(missing)}
            )
        os.environ["DEBIAN_FRONTEND"] = "noninteractive"
        said = _("Debian's packages could not be installed. Is the machine connected?")
        self.machine.run("apt-get", "update", "-qq", said=said)
        self.machine.run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing, said=said)
        return True

    def user(self) -> bool:
        """A user without a password or a home, which owns the data and nothing else."""
        if self.machine.here:
            return False
        try:
            pwd.getpwnam(USER)
        except KeyError:
            self.machine.run(
                program("useradd"),
                *("--system", "--user-group", "--no-create-home", "--home-dir", str(self.data)),
                *("--shell", "/usr/sbin/nologin", USER),
                said=_("The user kheo could not be made."),
            )
            return True
        return False

    def folders(self) -> bool:
        """The data folder: its user's alone. Also mends the rights of what lies in it."""
        changed = self.folder(self.data, 0o750, self.machine.owner)
        changed |= self.folder(self.machine.config, 0o755)
        changed |= self.folder(self.machine.web, 0o755)
        if owner := self.machine.owner:
            for path in [self.data, *self.data.rglob("*")]:
                held = path.lstat()
                if (held.st_uid, held.st_gid) != owner:
                    os.chown(path, *owner, follow_symlinks=False)
                    changed = True
        return changed

    def secret(self) -> bool:
        """The installation's own secret, made once."""
        path = self.data / "secret-key"
        if path.exists() and path.read_text().strip():
            return self.rights(path, 0o600, self.machine.owner)
        authority.write(path, secrets.token_urlsafe(50).encode(), 0o600)
        self.rights(path, 0o600, self.machine.owner)
        return True

    def certificate(self) -> bool:
        """The internal authority and its certificate, or a look at the office's own."""
        config, host = self.machine.config, self.answers["HOST"]
        if self.answers["CERTIFICATE"] == INTERNAL:
            held = self.data / "authority"
            done = authority.ensure(self.data, host, tls=config / "tls")
            for path in [held, *held.iterdir()]:
                self.rights(
                    path, 0o700 if path.is_dir() else stat.S_IMODE(path.stat().st_mode), self.machine.owner
                )
            if "root" in done and any(held.glob("*.before-*")):
                print(_("The name changed, and with it the authority: phones must be given the new one."))
            return bool(done)
        office, key = Path(self.answers["CERTIFICATE"]), Path(self.answers["CERTIFICATE_KEY"])
        authority.trouble_with(office, key, host)
        # The status page reads it as another user; the office's own folder may be closed to that one.
        return self.put(config / "tls" / "served.pem", office.read_text(), 0o644)

    def settings(self) -> bool:
        """The settings file: written once, then only what was answered anew; the rest is the office's."""
        path, derived = self.machine.settings_file, self.derived()
        group = self.machine.owner and self.machine.owner[1]
        owner = (0, group) if group is not None else None
        if not path.exists():
            return self.put(path, "\n".join(configuration.written(derived)) + "\n", 0o640, owner)
        before = Installation(self.machine, self.before, {}).derived() if self.before else {}
        found = configuration.read(path)
        lines = path.read_text(encoding="utf-8").splitlines()
        for name, value in derived.items():
            if name in found and (before.get(name, value) == value or found[name] == value):
                continue
            lines = [line for line in lines if not line.startswith((f"{name}=", f"export {name}="))]
            lines += ["", f"{name}={value}"] if value else []
        named = {line.lstrip("# ").split("=")[0].strip() for line in lines if "=" in line}
        for setting in configuration.SETTINGS:
            if setting.name not in named:
                lines += configuration.lines_of(setting, None)
        changed = self.put(path, "\n".join(lines) + "\n", 0o640, owner)
        configuration.check(configuration.read(path))
        return changed

    def derived(self) -> dict[str, str]:
        """The settings that follow from the answers."""
        answers, config = self.answers, self.machine.config
        internal = answers["CERTIFICATE"] == INTERNAL
        database = {"sqlite": "", POSTGRES: "postgres:///kheo"}.get(answers["DATABASE"], answers["DATABASE"])
        return {
            "KHEO_DATA": str(self.data),
            "KHEO_DATABASE": database,
            "KHEO_ADDRESS": self.address,
            "KHEO_HOSTS": bracketed(answers["HOST"]),
            "KHEO_PROXIES": "1",
            "KHEO_CERTIFICATE": str(config / "tls" / ("cert.pem" if internal else "served.pem")),
            "KHEO_PLAIN_PORT": answers["HTTP_PORT"],
            "KHEO_AUTHORITY": str(self.data / "authority" / "root.pem") if internal else "",
        }

    @property
    def address(self) -> str:
        port = self.answers["HTTPS_PORT"]
        return f"https://{bracketed(self.answers['HOST'])}" + ("" if port == "443" else f":{port}")

    def own_command(self) -> bool:
        """`kheo` for whoever sits at the machine: with the settings, as the right user."""
        text = render_to_string("upkeep/install/kheo.sh", self.words())
        return self.put(self.machine.command, text, 0o755)

    def postgres(self) -> bool:
        """A database of PostgreSQL on this machine, reached by its socket without a password."""
        if self.answers["DATABASE"] != POSTGRES:
            return False
        said = _("The PostgreSQL database could not be made.")
        if has("systemctl") and Path("/run/systemd/system").exists():
            self.machine.run("systemctl", "enable", "--now", "postgresql", said=said)
        as_postgres = [program("runuser"), "-u", "postgres", "--"]
        changed = False
        for asked, make in [
            ("SELECT 1 FROM pg_roles WHERE rolname = 'kheo'", ["createuser", USER]),
            (
                "SELECT 1 FROM pg_database WHERE datname = 'kheo'",
                ["createdb", "-O", USER, "-E", "UTF8", "-T", "template0", "--locale=C.UTF-8", USER],
            ),
        ]:
            found = subprocess.run(  # noqa: S603
                [*as_postgres, "psql", "-tAc", asked], capture_output=True, text=True, cwd="/", check=False
            )
            if found.returncode == 0 and found.stdout.strip() == "1":
                continue
            self.machine.run(*as_postgres, *make, said=said)
            changed = True
        return changed

    def database(self) -> bool:
        """The tables, brought up to the program's age."""
        if self.machine.run_kheo("showmigrations", "--plan").count("[ ]") == 0:
            return False
        self.machine.run_kheo("migrate", "-v0")
        return True

    def beginning(self) -> bool:
        """Areas, bodies, fields, the movement; nothing invented."""
        self.machine.run_kheo("begin", shown=True)
        return False

    def web_server(self) -> bool:
        """The web server's site: HTTPS, static files, photos' sizes, and the one page that needs no HTTPS."""
        words, machine = self.words(), self.machine
        changed = self.put(
            machine.web / "wait.html", render_to_string("upkeep/install/wait.html", words), 0o644
        )
        changed |= self.put(
            machine.web / "too-large.html", render_to_string("upkeep/install/too_large.html", words), 0o644
        )
        for name in ("proxy.conf", "static.conf"):
            changed |= self.put(machine.web / name, render_to_string(f"upkeep/install/{name}", words), 0o644)
        site = render_to_string("upkeep/install/site.conf", words)
        if machine.here:
            self.folder(machine.web / "tmp", 0o700)
            changed |= self.put(machine.web / "site.conf", site, 0o644)
            whole = render_to_string("upkeep/install/nginx.conf", words)
            changed |= self.put(machine.web / "nginx.conf", whole, 0o644)
            check: tuple[str, ...] = (
                program("nginx"),
                "-t",
                "-q",
                "-c",
                str(machine.web / "nginx.conf"),
                "-e",
                "stderr",
            )
        else:
            self.readable()
            changed |= self.put(Path("/etc/nginx/sites-available/kheo"), site, 0o644)
            enabled = Path("/etc/nginx/sites-enabled")
            if not (enabled / "kheo").is_symlink():
                (enabled / "kheo").symlink_to("/etc/nginx/sites-available/kheo")
                changed = True
            # Debian's welcome page would answer whoever types the machine's address.
            if self.alone_on_the_web_server() and (enabled / "default").is_symlink():
                (enabled / "default").unlink()
                changed = True
            check = (program("nginx"), "-t", "-q")
        machine.run(*check, said=_("The web server does not take its settings:"))
        return changed

    def services(self) -> bool:
        """Started at boot, started again after a crash; the journal kept within bounds."""
        if self.machine.here:
            return False
        words, changed = self.words(), False
        for unit in UNITS:
            text = render_to_string(f"upkeep/install/{unit}", words)
            changed |= self.put(Path("/etc/systemd/system") / unit, text, 0o644)
        changed |= self.put(
            Path("/etc/systemd/journald.conf.d/kheo.conf"),
            render_to_string("upkeep/install/journald.conf", words),
            0o644,
        )
        if not Path("/run/systemd/system").exists():
            if has("systemctl"):
                said = _("A service did not start; journalctl -u kheo-web -n 20 says why:")
                self.machine.run("systemctl", "enable", "--quiet", "nginx", *UNITS[:2], UNITS[3], said=said)
            print(_("systemd does not run here; the services are written and start with the machine."))
            return changed
        said = _("A service did not start; journalctl -u kheo-web -n 20 says why:")
        run = self.machine.run
        if changed:
            run("systemctl", "daemon-reload", said=said)
        run("systemctl", "enable", "--quiet", "nginx", *UNITS[:2], UNITS[3], said=said)
        verb = "restart" if changed or self.changed else "start"
        run("systemctl", verb, *UNITS[:2], UNITS[3], said=said)
        run("systemctl", "reload-or-restart" if self.changed or changed else "start", "nginx", said=said)
        return changed

    def answer(self) -> bool:
        """Whether people are answered: asked over HTTPS, as a phone will, but from this machine."""
        if self.machine.here or not Path("/run/systemd/system").exists():
            return False
        wait_until_answered(self)
        return False

    def administrator(self) -> bool:
        """The first administrator's account, and the code that is shown once."""
        shown = self.machine.config / SHOWN
        again = [] if shown.exists() else ["--again"]
        said = self.machine.run_kheo(
            "begin",
            "--administrator",
            self.answers["ADMIN_USER"],
            "--name",
            self.answers["ADMIN_NAME"],
            *again,
        )
        if said.strip():
            print(f"\n{said.strip()}\n", flush=True)
        self.put(shown, "", 0o644)
        return bool(said.strip())

    # What the steps share

    def words(self) -> dict[str, Any]:
        """What the written files name."""
        answers, machine = self.answers, self.machine
        internal = answers["CERTIFICATE"] == INTERNAL
        return {
            **{name.lower(): value for name, value in answers.items()},
            "host_in_url": bracketed(answers["HOST"]),
            "address": self.address,
            "internal": internal,
            "certificate": machine.config / "tls" / "cert.pem" if internal else answers["CERTIFICATE"],
            "key": machine.config / "tls" / "key.pem" if internal else answers["CERTIFICATE_KEY"],
            "root": machine.root,
            "static": machine.root / "build" / "static",
            "config": machine.config,
            "settings_file": machine.settings_file,
            "web": machine.web,
            "kheo": machine.kheo,
            "user": USER,
            "here": machine.here,
            "as_root": not os.geteuid(),
            "default": " default_server" if machine.here or self.alone_on_the_web_server() else "",
            "http2_apart": nginx_version() >= (1, 25, 1),
            "ipv6": Path("/proc/net/if_inet6").exists(),
            "everywhere": "127.0.0.1:" if machine.here and answers["HOST"] == "127.0.0.1" else "",
            "postgres": answers["DATABASE"] == POSTGRES,
        }

    def alone_on_the_web_server(self) -> bool:
        """Whether no other site than Debian's welcome page is served here."""
        enabled = Path("/etc/nginx/sites-enabled")
        others = {path.name for path in enabled.glob("*")} if enabled.exists() else set()
        return not self.machine.here and others <= {"default", "kheo"}

    def readable(self) -> None:
        """The web server and the user kheo must be able to read the program."""
        for folder in (self.machine.root, *self.machine.root.parents):
            if not folder.stat().st_mode & stat.S_IXOTH:
                raise Refused(
                    _("Others may not enter %(folder)s. Move Kheo to another place: sudo mv %(root)s /opt")
                    % {"folder": folder, "root": self.machine.root}
                )

    def put(self, path: Path, text: str, mode: int, owner: tuple[int, int] | None = None) -> bool:
        """Write a file whole, unless it says the same already."""
        if path.exists() and path.read_text(encoding="utf-8") == text:
            return self.rights(path, mode, owner)
        authority.write(path, text.encode(), mode)
        self.rights(path, mode, owner)
        return True

    def folder(self, path: Path, mode: int, owner: tuple[int, int] | None = None) -> bool:
        made = not path.exists()
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError:
            raise Refused(_("The folder %(path)s could not be made.") % {"path": path})
        return self.rights(path, mode, owner) or made

    def rights(self, path: Path, mode: int, owner: tuple[int, int] | None = None) -> bool:
        held = path.stat()
        changed = False
        if owner and (held.st_uid, held.st_gid) != owner:
            os.chown(path, *owner)
            changed = True
        if stat.S_IMODE(held.st_mode) != mode:
            path.chmod(mode)
            changed = True
        return changed


# name: (what is done, the step). The names are those of KHEO_START_STOP_AFTER.
STEPS: dict[str, tuple[Any, Callable[[Installation], bool]]] = {
    "packages": (gettext_lazy("Programs from Debian"), Installation.packages),
    "answers": (gettext_lazy("Answers kept"), Installation.keep_answers),
    "user": (gettext_lazy("User kheo"), Installation.user),
    "folders": (gettext_lazy("Folders and their rights"), Installation.folders),
    "secret": (gettext_lazy("Secret key"), Installation.secret),
    "certificate": (gettext_lazy("Certificate"), Installation.certificate),
    "settings": (gettext_lazy("Settings file"), Installation.settings),
    "command": (gettext_lazy("Command kheo"), Installation.own_command),
    "postgres": (gettext_lazy("PostgreSQL"), Installation.postgres),
    "database": (gettext_lazy("Tables of the database"), Installation.database),
    "beginning": (gettext_lazy("Areas, bodies, movement"), Installation.beginning),
    "web": (gettext_lazy("Web server"), Installation.web_server),
    "services": (gettext_lazy("Services"), Installation.services),
    "answer": (gettext_lazy("Answers over HTTPS"), Installation.answer),
    "administrator": (gettext_lazy("First administrator"), Installation.administrator),
}


def carry_out(installation: Installation) -> Iterator[tuple[str, bool]]:
    """Do every step in order; yields its words and whether it changed anything."""
    for name, (words, step) in STEPS.items():
        changed = step(installation)
        if changed:
            installation.changed.append(name)
        yield str(words), changed
        if os.environ.get(STOP_AFTER) == name:
            os._exit(137)


def wait_until_answered(installation: Installation, seconds: int = 60) -> None:
    """Ask this machine for the sign-in page over HTTPS until it answers; Refused when it does not."""
    host, port = installation.answers["HOST"], int(installation.answers["HTTPS_PORT"])
    trusted = installation.data / "authority" / "root.pem"
    context = ssl.create_default_context(cafile=str(trusted) if trusted.exists() else None)
    why: Exception | None = None
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            with (
                socket.create_connection(("127.0.0.1", port), 5) as plain,
                context.wrap_socket(plain, server_hostname=host.strip("[]")) as sealed,
            ):
                ask = f"GET /dang-nhap/ HTTP/1.1\r\nHost: {bracketed(host)}\r\nConnection: close\r\n\r\n"
                sealed.sendall(ask.encode())
                if b" 200 " in sealed.recv(64):
                    return
        except OSError as problem:
            why = problem
        time.sleep(1)
    raise Refused(
        _("%(address)s does not answer (%(why)s). journalctl -u kheo-web -u nginx -n 30 says more.")
        % {"address": installation.address, "why": why or "?"}
    )


def bracketed(host: str) -> str:
    """A host as it stands in an address: IPv6 in brackets."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def nginx_version() -> tuple[int, ...]:
    if not has("nginx"):
        return (0,)
    said = subprocess.run([program("nginx"), "-v"], capture_output=True, text=True, check=False).stderr  # noqa: S603
    found = re.search(r"nginx/(\d+)\.(\d+)\.(\d+)", said)
    return tuple(map(int, found.groups())) if found else (0,)
