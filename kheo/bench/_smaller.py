"""A machine with less memory: a memory cgroup of Linux, in which what the system keeps of files counts."""

import contextlib
import os
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

MB = 1024 * 1024


class NotHere(Exception):
    """This system gives no such machine; says in a sentence what it would need."""


class Smaller:
    """Processes that have so much memory together; `take` and `command` bring them in."""

    def __init__(self, limit: int) -> None:
        self.home, self.version = _parent()
        self.limit, self.at = limit, self.home / f"kheo-bench-{os.getpid()}"
        try:
            self.at.mkdir()
            self._limit(limit)
        except OSError as failed:
            with contextlib.suppress(OSError):
                self.at.rmdir()
            raise NotHere(
                f"A machine with less memory needs root and a memory cgroup that may be written: {failed}."
            ) from failed
        self._outside = 0
        self._most, self._stop = 0, threading.Event()
        self._watch = threading.Thread(target=self._watching, daemon=True)
        self._watch.start()

    def command(self, *words: str) -> list[str]:
        """The command that runs these words inside."""
        return ["sh", "-c", 'echo $$ > "$0" && exec "$@"', str(self.at / "cgroup.procs"), *words]

    def take(self, pids: Iterable[int], holding: int = 0) -> None:
        """Bring in processes that run already, which hold so many bytes together.

        What they hold stays counted where they took it: the machine is smaller by that.
        """
        self._outside += holding
        self._limit(self.limit - self._outside)
        for pid in pids:
            # One that ended meanwhile is not missed.
            with contextlib.suppress(ProcessLookupError):
                self._write("cgroup.procs", pid)

    def _limit(self, size: int) -> None:
        self._write("memory.limit_in_bytes" if self.version == 1 else "memory.max", size)

    def forget_files(self, files: Iterable[Path] = ()) -> None:
        """As after a restart of the machine: nothing of these files, nor of any read inside, is in memory."""
        for path in files:
            with contextlib.suppress(OSError), path.open("rb") as file:
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
        # What cannot be taken away is in use.
        with contextlib.suppress(OSError):
            if self.version == 1:
                self._write("memory.force_empty", 0)
            else:
                self._write("memory.reclaim", self.told("memory.current"))

    def told(self, name: str, word: str = "") -> int:
        """A number the system tells of it; of many in one file, that of a word. 0 where it tells none."""
        try:
            text = (self.at / name).read_text()
        except OSError:
            return 0
        if not word:
            return int(text)
        lines = (line.split() for line in text.splitlines())
        return next((int(number) for said, number in lines if said == word), 0)

    @property
    def in_use(self) -> int:
        """Bytes of programs alone, now."""
        programs = self.told("memory.stat", "total_rss" if self.version == 1 else "anon")
        return programs + self._shared + self._outside

    @property
    def _shared(self) -> int:
        # Memory that processes share, which is no file: PostgreSQL's buffers.
        return self.told("memory.stat", "total_shmem" if self.version == 1 else "shmem")

    @property
    def peak(self) -> int:
        """The most that was in use, files included."""
        most = self.told("memory.max_usage_in_bytes" if self.version == 1 else "memory.peak")
        return most + self._outside

    @property
    def faults(self) -> int:
        """Major page faults: how often a program waited for the disk to bring a page of its memory."""
        return self.told("memory.stat", "total_pgmajfault" if self.version == 1 else "pgmajfault")

    @property
    def killed(self) -> int:
        """How many processes the system ended for want of memory."""
        return self.told("memory.oom_control" if self.version == 1 else "memory.events", "oom_kill")

    def most(self) -> int:
        """The most bytes of programs seen at once since this was last asked; looked at ten times a second."""
        most, self._most = self._most, 0
        return most

    def give_up(self) -> None:
        """Whoever is still inside goes on outside."""
        self._stop.set()
        self._watch.join()
        for pid in (self.at / "cgroup.procs").read_text().split():
            with contextlib.suppress(ProcessLookupError):
                (self.home / "cgroup.procs").write_text(pid)
        with contextlib.suppress(OSError):
            self.at.rmdir()

    def _watching(self) -> None:
        while not self._stop.wait(0.1):
            self._most = max(self._most, self.in_use)

    def _write(self, name: str, value: int) -> None:
        (self.at / name).write_text(str(value))


def _parent() -> tuple[Path, int]:
    """Where cgroups for memory are made, and their version."""
    for line in Path("/proc/mounts").read_text().splitlines():
        _device, at, kind, options, *_rest = line.split()
        if kind == "cgroup" and "memory" in options.split(","):
            return Path(at), 1
        if kind == "cgroup2":
            controllers = Path(at) / "cgroup.controllers"
            if "memory" in controllers.read_text().split():
                with contextlib.suppress(OSError):
                    (Path(at) / "cgroup.subtree_control").write_text("+memory")
                return Path(at), 2
    raise NotHere("A machine with less memory needs Linux with the memory controller of cgroups.")


@contextlib.contextmanager
def smaller(limit: int) -> Iterator[Smaller]:
    """A machine of so many bytes, gone afterwards. Raises NotHere."""
    if not Path("/proc/mounts").exists():
        raise NotHere("A machine with less memory needs Linux with the memory controller of cgroups.")
    machine = Smaller(limit)
    try:
        yield machine
    finally:
        machine.give_up()
