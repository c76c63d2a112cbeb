"""Work beside the server: the worker that does what pages asked for, and the sign that it lives.

One worker runs for one data folder. What a worker that died had begun is begun again, three times at most: a
task must do no harm when it runs twice.
"""

import fcntl
import logging
import os
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import OperationalError, close_old_connections
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

log = logging.getLogger("kheo.upkeep")
INTERVAL = 2
BEAT = 15
# Without a sign for so long, it is taken for dead.
SILENT = 4 * BEAT
MOST_TRIES = 3


class WorkerDied(Exception):
    """The worker ended in the middle of the task, several times."""


class AnotherWorker(Exception):
    """A worker for this data folder runs already."""


def work(*, beside: int | None = None) -> None:
    """Do what waits and go on looking, until told to stop.

    `beside`: the process it belongs to; when that is gone, it stops too.
    """
    with alone():
        begin_again()
        worker = Worker(
            queue_names=["*"],
            interval=0,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=get_random_string(32),
            excluded_queue_names=[],
        )
        worker.configure_signals()
        threading.Thread(target=_beat, args=[beside], daemon=True).start()
        while worker.running:
            try:
                # Looking takes no lock; only what is there is claimed, which on SQLite takes the only one.
                if DBTaskResult.objects.ready().exists():
                    worker.run()
            except OperationalError:
                log.exception("The worker could not reach the database and tries again.")
                time.sleep(INTERVAL * 5)
            close_old_connections()
            if worker.running:
                time.sleep(INTERVAL)


@contextmanager
def alone() -> Generator[None]:
    """Hold the one place of a worker; raises AnotherWorker when it is taken."""
    path = Path(settings.RUN) / "worker.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AnotherWorker from None
        yield


def begin_again() -> int:
    """Take up what a worker that died left in the middle; how many tasks that were."""
    left = list(DBTaskResult.objects.running())
    for task in left:
        if len(task.worker_ids) >= MOST_TRIES:
            task.set_failed(WorkerDied())
            log.error("The task %s ended the worker %s times and is given up.", task.task_path, MOST_TRIES)
            continue
        DBTaskResult.objects.filter(pk=task.pk, status="RUNNING").update(status="READY")
        log.warning("The task %s was cut off and begins again.", task.task_path)
    return len(left)


def alive() -> bool | None:
    """Whether a worker gave a sign lately; None where none ever ran."""
    try:
        then = heart().stat().st_mtime
    except FileNotFoundError:
        return None
    return time.time() - then < SILENT


def last_sign() -> datetime | None:
    try:
        return datetime.fromtimestamp(heart().stat().st_mtime, timezone.get_current_timezone())
    except FileNotFoundError:
        return None


def heart() -> Path:
    return Path(settings.RUN) / "worker"


def _beat(beside: int | None) -> None:
    while True:
        try:
            heart().touch()
        except OSError:
            log.exception("The worker cannot leave its sign of life.")
        if beside is not None and os.getppid() != beside:
            os._exit(0)
        time.sleep(BEAT if beside is None else 2)
