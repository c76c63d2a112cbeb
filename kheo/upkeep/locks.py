"""Who is at work in a data folder. The kernel frees these locks when a process ends, however it ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.utils.translation import gettext as _

from kheo.lib import troubles
from kheo.lib.refusals import Refused


def require(data: Path) -> None:
    """Refused where the data folder is not there: its disk may be away, and only a start or a restore makes
    a new one."""
    if not data.is_dir():
        raise Refused(str(troubles.NO_DATA) % {"path": data})


def _open(data: Path, name: str) -> int:
    require(data)
    return os.open(data / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


@contextmanager
def alone(data: Path) -> Iterator[None]:
    """One backup or restore at a time in this data folder; Refused for the second."""
    handle = _open(data, "backup.lock")
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(_("Another backup or restore is running. Wait until it has ended."))
        yield
    finally:
        os.close(handle)


def busy(data: Path) -> bool:
    """Whether a backup or restore is running now."""
    try:
        with alone(data):
            return False
    except Refused:
        return True


def present(data: Path) -> int:
    """Said by whatever serves people or does their work, for as long as it lives: a restore waits for none
    of it and refuses instead. Answers the open lock, which belongs to the process and its children."""
    handle = _open(data, "in-use.lock")
    os.set_inheritable(handle, True)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise Refused(_("A restore is running here. Start Kheo when it has ended."))
    return handle


@contextmanager
def nobody_present(data: Path) -> Iterator[None]:
    """Refused while Kheo serves or works in this folder; meanwhile it cannot start."""
    handle = _open(data, "in-use.lock")
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Refused(
                _("Kheo is still running in %(data)s. Stop it first: sudo systemctl stop 'kheo*'")
                % {"data": data}
            )
        yield
    finally:
        os.close(handle)
