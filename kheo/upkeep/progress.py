"""Long work seen from a terminal: how much is done, and how long it may still take."""

import sys
import time
from typing import IO

from django.utils.translation import gettext as _

from kheo.lib import formats


class Progress:
    """Hears what is going on; this one tells nobody."""

    def say(self, sentence: str) -> None:
        pass

    def begin(self, what: str, total: int) -> None:
        pass

    def moved(self, count: int) -> None:
        pass

    def end(self) -> None:
        pass


Silent = Progress


class Terminal(Progress):
    """Sentences on lines of their own; a line that counts while somebody watches it."""

    def __init__(self, out: IO[str] | None = None) -> None:
        self.out = out or sys.stderr
        self.watched = self.out.isatty()
        self.what, self.total, self.done, self.begun, self.last = "", 0, 0, 0.0, 0.0

    def say(self, sentence: str) -> None:
        self.out.write(sentence + "\n")
        self.out.flush()

    def begin(self, what: str, total: int) -> None:
        self.what, self.total, self.done = what, total, 0
        self.begun = self.last = time.monotonic()
        if not self.watched:
            self.say(f"{what}.")

    def moved(self, count: int) -> None:
        self.done += count
        now = time.monotonic()
        if not self.watched or now - self.last < 0.5:
            return
        self.last = now
        part = min(1.0, self.done / self.total) if self.total else 0
        left = (now - self.begun) * (1 - part) / part if part else 0
        said = _("%(what)s: %(percent)s %%, about %(minutes)s min left") % {
            "what": self.what,
            "percent": int(part * 100),
            "minutes": formats.number(left / 60 + 0.5),
        }
        self.out.write(f"\r\x1b[K{said}")
        self.out.flush()

    def end(self) -> None:
        if self.watched and self.what:
            self.out.write("\r\x1b[K")
            self.out.flush()
        self.what = ""
