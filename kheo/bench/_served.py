"""A PostgreSQL with everything that keeps a promise (fsync on), and Kheo on it as an office runs it.

Both are processes of their own, so that what they cost can be read from the system and each can be killed.
"""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parents[2]
# What is measured here is measured on this, whatever database Kheo itself is set up with.
DATABASE = "postgresql"
TICKS = os.sysconf("SC_CLK_TCK")
ENDING = (ProcessLookupError, FileNotFoundError)
# What is started here goes with the benchmark even when that is killed outright.
WITH_US = ["setpriv", "--pdeathsig"]


def free_port() -> int:
    """Below 32768: from there on the kernel hands ports to outgoing connections."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class Cluster:
    """PostgreSQL as it comes, in a folder that is thrown away."""

    def __init__(self) -> None:
        found = subprocess.run(  # noqa: S603
            [ROOT / "script" / "with-postgres", "--programs"], capture_output=True, text=True, check=False
        )
        if found.returncode:
            raise RuntimeError("This needs PostgreSQL: apt-get install postgresql")
        self.programs = Path(found.stdout.strip())
        # Not TMPDIR: PostgreSQL's own account must be able to enter.
        self.home = Path(tempfile.mkdtemp(prefix="kheo-cluster.", dir="/tmp"))
        self.port, self.password = free_port(), secrets.token_hex(16)
        self.process: subprocess.Popen[bytes] | None = None
        (self.home / "password").write_text(self.password)
        self.owner: list[str] = []
        if os.getuid() == 0:
            # It refuses to run as root; any account without rights will do.
            self.owner = ["setpriv", f"--reuid={_owner()}", f"--regid={os.getgid()}", "--clear-groups"]
            subprocess.run(["chown", "-R", _owner(), self.home], check=True)  # noqa: S603, S607
        subprocess.run(  # noqa: S603
            [
                *self.owner, self.programs / "initdb", f"--pgdata={self.home}/data", "--username=kheo",
                f"--pwfile={self.home}/password", "--auth=scram-sha-256", "--encoding=UTF8",
                "--locale=C.UTF-8",
            ],
            check=True, stdout=subprocess.DEVNULL, cwd=self.home,
        )  # fmt: skip
        self.start()

    @property
    def address(self) -> str:
        return f"postgres://kheo:{self.password}@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        with (self.home / "log").open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603
                [
                    *WITH_US, "INT", *self.owner[1:],
                    self.programs / "postgres", "-D", self.home / "data", "-p", str(self.port),
                    "-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={self.home}",
                    "-c", "fsync=on", "-c", "synchronous_commit=on",
                ],
                stdout=log, stderr=log, cwd=self.home,
            )  # fmt: skip
        wait_for(self._answers, 60)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.address, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def ask(self, sql: str) -> list[tuple]:
        with psycopg.connect(self.address) as connection:
            return connection.execute(sql).fetchall()

    def backends(self) -> list[int]:
        """The processes that serve Kheo's connections."""
        clients = "backend_type = 'client backend' AND pid <> pg_backend_pid()"
        return [pid for (pid,) in self.ask(f"SELECT pid FROM pg_stat_activity WHERE {clients}")]  # noqa: S608

    def stop(self) -> None:
        """At once, open connections or not; what was committed stays."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(60)

    def throw_away(self) -> None:
        self.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def cpu(self) -> float:
        """Seconds of processor time of all its processes until now, ended ones too."""
        assert self.process is not None
        return tree_cpu(self.process.pid)


def _owner() -> str:
    known = subprocess.run(["id", "postgres"], capture_output=True, check=False)  # noqa: S607
    return "postgres" if known.returncode == 0 else "nobody"


class Served:
    """`kheo serve` as an installation runs it, on a cluster."""

    def __init__(self, cluster: Cluster, data: Path) -> None:
        self.cluster, self.port = cluster, free_port()
        self.environment = {
            **os.environ,
            "KHEO_DATABASE": cluster.address,
            "KHEO_DATA": str(data),
            "KHEO_SECRET_KEY": "for-benchmarks-only",
            "DJANGO_SETTINGS_MODULE": "kheo.settings",
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.log = data / "server.log"

    def kheo(self, *command: str, given: str | None = None) -> str:
        """What a command of our own programs answers (`-m …`)."""
        done = subprocess.run(  # noqa: S603
            [sys.executable, *command], env=self.environment, cwd=ROOT, input=given, text=True,
            capture_output=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr[-2000:]}")
        return done.stdout

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603
                [
                    *WITH_US, "TERM", sys.executable, "-m", "kheo", "serve", "--no-worker",
                    "--port", str(self.port),
                ],
                env=self.environment, cwd=ROOT, stdout=log, stderr=log,
            )  # fmt: skip
        wait_for(self.answers, 120)

    def answers(self) -> bool:
        """Whether it answers at all; a phone without a key is told so in JSON."""
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}/thuc-dia/api/v1/me", timeout=2)
        except urllib.error.HTTPError as error:
            return error.code == 401
        except OSError:
            return False
        return True

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(30)

    def processes(self) -> list[int]:
        """The workers that answer."""
        assert self.process is not None
        return children(self.process.pid)

    def cpu(self) -> float:
        assert self.process is not None
        return tree_cpu(self.process.pid)

    def memory(self) -> list[int]:
        """Bytes in memory of each worker, what they share counted with each."""
        return [rss for pid in self.processes() if (rss := resident(pid))]


@contextlib.contextmanager
def served() -> Iterator[Served]:
    """A new installation that answers, gone afterwards."""
    data = Path(tempfile.mkdtemp(prefix="kheo-served."))
    cluster = Cluster()
    server = Served(cluster, data)
    try:
        server.kheo("-m", "kheo", "migrate", "--verbosity", "0")
        server.start()
        yield server
    finally:
        server.stop()
        cluster.throw_away()
        shutil.rmtree(data, ignore_errors=True)


# What the system says of processes


def wait_for(answers: object, seconds: float) -> float:
    """Ask until it is so. Answers how many seconds that took; raises TimeoutError."""
    begun = time.monotonic()
    while not answers():  # type: ignore[operator]
        if time.monotonic() - begun > seconds:
            raise TimeoutError(f"No answer in {seconds} s.")
        time.sleep(0.02)
    return time.monotonic() - begun


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()


def children(pid: int) -> list[int]:
    found: list[int] = []
    with contextlib.suppress(*ENDING):
        for task in Path(f"/proc/{pid}/task").iterdir():
            found += [int(each) for each in (task / "children").read_text().split()]
    return found


def tree_cpu(pid: int) -> float:
    """Seconds of a process and all below it; those that ended are counted by who waited for them."""
    seconds = 0.0
    with contextlib.suppress(*ENDING):
        seconds = sum(int(each) for each in _stat(pid)[11:15]) / TICKS
    return seconds + sum(tree_cpu(child) for child in children(pid))


def resident(pid: int) -> int:
    with contextlib.suppress(*ENDING):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0
