"""Work in the background: it is done, what was cut off begins again, and the page tells."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult, get_date_max

from kheo.lib.logs import FaultKeeper, OneLine
from kheo.upkeep import faults, sources, working
from kheo.upkeep.status import AMBER, GREEN, RED

ROOT = Path(__file__).resolve().parent.parent.parent.parent


@pytest.fixture
def here(settings, tmp_path):
    settings.RUN = tmp_path
    return tmp_path


def task(status="READY", **fields):
    values = {
        "args_kwargs": {"args": [], "kwargs": {}},
        "task_path": "kheo.upkeep.tests.tasks.nothing",
        "backend_name": "default",
        "run_after": get_date_max(),
        "exception_class_path": "",
        "traceback": "",
    }
    return DBTaskResult.objects.create(status=status, **(values | fields))


def tones(lines):
    return [line.tone for line in lines]


def test_what_was_cut_off_begins_again_but_not_for_ever(db, here, caplog):
    cut_off = task("RUNNING", worker_ids=["a"])
    hopeless = task("RUNNING", worker_ids=["a", "b", "c"])
    assert working.begin_again() == 2
    cut_off.refresh_from_db()
    hopeless.refresh_from_db()
    assert (cut_off.status, hopeless.status) == ("READY", "FAILED")
    assert "given up" in caplog.text


def test_one_worker_for_one_folder(here):
    with working.alone():
        with pytest.raises(working.AnotherWorker):
            with working.alone():
                pass


def test_the_page_tells_of_a_worker_that_went_silent(db, here, settings):
    assert tones(sources.worker()) == []
    working.heart().touch()
    assert tones(sources.worker()) == [GREEN]
    long_ago = time.time() - working.SILENT - 1
    os.utime(working.heart(), (long_ago, long_ago))
    (line,) = sources.worker()
    assert line.tone == RED
    assert "kheo-worker" in line.command


def test_the_page_tells_of_an_installation_whose_worker_never_ran(db, here, settings):
    settings.INSTALLED = True
    assert tones(sources.worker()) == [RED]


def test_the_page_counts_what_waits_and_what_failed(db, here):
    working.heart().touch()
    waiting = task()
    task("FAILED", finished_at=timezone.now())
    task("FAILED", finished_at=timezone.now() - timedelta(days=30))
    _alive, waits, failed = sources.worker()
    assert "1 " in waits.said
    assert "1 " in failed.said
    assert failed.tone == AMBER
    DBTaskResult.objects.filter(pk=waiting.pk).update(enqueued_at=timezone.now() - timedelta(hours=1))
    assert tones(sources.worker())[1] == AMBER


def test_a_failed_task_is_told_without_what_it_held(db, here, caplog):
    broken = task(
        task_path="kheo.upkeep.tests.tasks.broken", args_kwargs={"args": ["0912345678"], "kwargs": {}}
    )
    worker = working.Worker(
        queue_names=["*"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id="w",
        excluded_queue_names=[],
    )
    worker.run_task(broken)
    broken.refresh_from_db()
    assert broken.status == "FAILED"
    (record,) = [record for record in caplog.records if "FAILED" in record.message]
    line = OneLine().format(record)
    assert "tasks.broken" in line
    assert "0912345678" not in line
    FaultKeeper(here).emit(record)
    (fault,) = faults.recent()
    assert fault.what == "ValueError"
    assert "tasks.py" in fault.place


@pytest.mark.django_db(transaction=True)
def test_a_worker_of_its_own_stops_when_its_server_is_gone(tmp_path):
    """A process in between plays the server: it starts the worker and is killed outright."""
    environment = {**os.environ, "KHEO_DATA": str(tmp_path), "KHEO_SECRET_KEY": "for-tests-only"}
    environment.pop("KHEO_DATABASE", None)
    subprocess.run([sys.executable, "-m", "kheo", "migrate", "-v0"], cwd=ROOT, env=environment, check=True)
    code = (
        "import os, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-m', 'kheo', 'work', '--beside', str(os.getpid())])\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    server = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    pid = int(server.stdout.readline())
    heart = tmp_path / "run" / "worker"
    assert soon(heart.exists)
    server.send_signal(signal.SIGKILL)
    server.wait()
    assert soon(lambda: not Path(f"/proc/{pid}").exists() or "Z" in state(pid))


def state(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return "Z"


def soon(true, seconds=20):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.1)
    return False
