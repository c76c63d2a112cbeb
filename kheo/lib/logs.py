"""What the journal of the machine says: one line each, what to do beside it, and nothing about people.

Of an exception a line tells the kind and the places in Kheo it passed through. Its own words are told only
where they cannot hold what somebody typed: a database repeats whole rows in its complaints.
"""

import errno
import json
import logging
import os
import sqlite3
import traceback
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from django.db import Error as DatabaseError
from django.db import OperationalError, ProgrammingError
from django.template import TemplateDoesNotExist, TemplateSyntaxError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

ROOM_FOR_FAULTS = 200 * 1024
_OWN = f"{os.sep}kheo{os.sep}"
_WORDS_ARE_SAFE = (
    AttributeError,
    ImportError,
    NameError,
    OperationalError,
    ProgrammingError,
    TemplateDoesNotExist,
    TemplateSyntaxError,
)

# kind: (what happened, what to do), both for whoever looks after the machine.
KINDS: dict[str, tuple[Any, Any]] = {
    "disk": (
        _("The disk is full: something could not be kept."),
        _("Make room now: move old backups elsewhere; df -h shows what is left."),
    ),
    "locked": (
        _("The database was busy for too long, and somebody's change was refused."),
        _("Once is nothing. If it returns, move to PostgreSQL (docs/install.md)."),
    ),
    "database": (
        _("The database did not answer."),
        _("Look whether it runs: systemctl status postgresql; is the address in KHEO_DATABASE right?"),
    ),
    "damaged": (
        _("The database file is damaged."),
        _("Stop Kheo and restore the latest backup (docs/install.md)."),
    ),
    "forbidden": (
        _("Kheo may not read or write one of its own files."),
        _("Run script/start once more: it sets owner and rights right."),
    ),
    "memory": (
        _("The machine ran out of memory."),
        _("Close other programs on it, or give it more memory."),
    ),
    "network": (
        _("Another machine did not answer."),
        _("Look at the network and at the address of that machine in the settings."),
    ),
    "fault": (
        _("Something in Kheo itself went wrong."),
        _("Pass this line on to those who maintain Kheo; it holds no personal data."),
    ),
}


def kind_of(error: BaseException | None) -> str:
    """Which of KINDS an exception belongs to."""
    seen = error
    while seen is not None:
        words = str(seen).lower()
        if isinstance(seen, OSError) and seen.errno in (errno.ENOSPC, errno.EDQUOT):
            return "disk"
        if isinstance(seen, DatabaseError | sqlite3.Error):
            if "disk is full" in words or "no space left" in words:
                return "disk"
            if "malformed" in words or "not a database" in words:
                return "damaged"
            if "locked" in words or "deadlock" in words:
                return "locked"
            if "readonly" in words or "unable to open" in words:
                return "forbidden"
            if isinstance(seen, OperationalError) and "connect" in words:
                return "database"
        if isinstance(seen, PermissionError):
            return "forbidden"
        if isinstance(seen, MemoryError):
            return "memory"
        if isinstance(seen, ConnectionError | TimeoutError):
            return "network"
        seen = seen.__cause__ or seen.__context__
    return "fault"


def told(error: BaseException) -> str:
    """The kind of an exception, with its words where they hold nothing of people."""
    name = type(error).__name__
    if isinstance(error, OSError):
        return f"{name} {os.strerror(error.errno)}" if error.errno else name
    if isinstance(error, _WORDS_ARE_SAFE):
        words = str(error).splitlines()
        return f"{name} {words[0][:160]}" if words else name
    return name


def places(trace: TracebackType | None, most: int = 4) -> list[str]:
    """Where in Kheo it happened, innermost first: room/module.py:12 in function."""
    frames = [frame for frame in traceback.extract_tb(trace) if _OWN in frame.filename]
    return [
        f"{frame.filename.rsplit(_OWN, 1)[1]}:{frame.lineno} in {frame.name}"
        for frame in reversed(frames[-most:])
    ]


class OneLine(logging.Formatter):
    """One line a record: level, where, sentence, cause, remedy. systemd's journal adds the time itself."""

    # Of syslog; journalctl -p err finds them.
    PRIORITY = {"CRITICAL": 2, "ERROR": 3, "WARNING": 4, "INFO": 6, "DEBUG": 7}

    def format(self, record: logging.LogRecord) -> str:
        try:
            sentence = record.getMessage()
        except (TypeError, ValueError):
            sentence = str(record.msg)
        parts = [f"{record.levelname} {record.name}: {' '.join(sentence.split())}"]
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and record.exc_info is not None:
            way = " < ".join(places(record.exc_info[2]))
            parts.append(f"[{told(error)}{f' at {way}' if way else ''}]")
            parts.append(remedy(kind_of(error)))
        line = " ".join(parts)
        if "JOURNAL_STREAM" in os.environ:
            return f"<{self.PRIORITY.get(record.levelname, 5)}>{line}"
        return f"{datetime.now().astimezone():%Y-%m-%d %H:%M:%S} {line}"


def remedy(kind: str) -> str:
    """What to do, in Vietnamese; in English while translations cannot be had yet."""
    try:
        with override("vi"):
            return str(KINDS[kind][1])
    except Exception:
        return ""


class FaultKeeper(logging.Handler):
    """Keeps errors in a small file beside the data, for the status page: also when the database is gone.

    Each is a line of JSON: at, kind, what (the exception), place, page (a URL's name). Nothing else.
    """

    def __init__(self, folder: str | Path) -> None:
        super().__init__(logging.ERROR)
        self.path = Path(folder) / "faults.jsonl"

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        where = places(record.exc_info[2], 1) if record.exc_info else []
        match = getattr(getattr(record, "request", None), "resolver_match", None)
        fault = {
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
            "kind": kind_of(error),
            "what": type(error).__name__ if error else record.name,
            "place": where[0] if where else f"{record.module}:{record.lineno}",
            "page": getattr(match, "view_name", None) or "",
        }
        try:
            # A file that root made here could not be written to by Kheo afterwards.
            if os.geteuid() == 0 and self.path.parent.parent.stat().st_uid != 0:
                return
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if self.path.exists() and self.path.stat().st_size > ROOM_FOR_FAULTS:
                self.path.replace(self.path.with_suffix(".old"))
            # One short write at the end of the file is whole, whoever else writes.
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(fault) + "\n")
        except OSError:
            pass
