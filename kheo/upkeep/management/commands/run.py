"""`kheo run`: the web server, Kheo and its worker together, where no systemd keeps them."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from kheo.lib.configuration import STOPPED
from kheo.lib.refusals import Refused
from kheo.upkeep import at_night
from kheo.upkeep.installing import questions
from kheo.upkeep.installing.machine import program
from kheo.upkeep.installing.steps import Installation, wait_until_answered
from kheo.upkeep.management.commands.certificate import machine_of_settings
from kheo.upkeep.refusing import stop_unless_safe

A_NIGHT = timedelta(hours=20)


class Command(BaseCommand):
    help = "Runs an installation made with --here: web server, Kheo, worker, and the work of the night."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        stop_unless_safe()
        machine = machine_of_settings()
        if machine.here is None:
            raise CommandError(_("Here systemd keeps Kheo running: systemctl status kheo-web"))
        answers = questions.read(machine.answers_file)
        kheo = [sys.executable, "-m", "kheo"]
        parts = [
            Part([*kheo, "serve", "--no-worker", "--port", answers["PORT"]]),
            Part([*kheo, "work"]),
            Part([program("nginx"), "-c", str(machine.web / "nginx.conf"), "-e", "stderr"]),
        ]
        stopping = threading.Event()

        def stop(number: int, frame: FrameType | None) -> None:
            stopping.set()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        try:
            for part in parts:
                part.start()
            wait_until_answered(Installation(machine, answers, answers))
            self.stdout.write(
                _("Kheo answers on %(address)s.") % {"address": Installation(machine, answers, {}).address}
            )
            self.stdout.flush()
            while not stopping.wait(2):
                for part in parts:
                    part.look_after()
                if night_is_due():
                    Part([*kheo, "certificate"]).do()
                    Part([*kheo, "nightly"]).do()
        except Refused as refused:
            raise CommandError(str(refused))
        finally:
            for part in reversed(parts):
                part.stop()


class Part:
    """One program, started again when it dies."""

    def __init__(self, command: list[str]) -> None:
        self.command = command
        self.process: subprocess.Popen[bytes] | None = None
        self.began = 0.0

    def start(self) -> None:
        self.began = time.monotonic()
        # A group of its own, so that Ctrl-C reaches it through us and in our order.
        self.process = subprocess.Popen(  # noqa: S603
            self.command, cwd=Path("/") if "kheo" not in self.command else None, process_group=0
        )

    def do(self) -> None:
        subprocess.run(self.command, check=False, stdout=subprocess.DEVNULL)  # noqa: S603

    def look_after(self) -> None:
        if self.process is None or self.process.poll() is None:
            return
        if self.process.returncode == STOPPED:
            raise CommandError(_("Kheo does not start with these settings."), returncode=STOPPED)
        if time.monotonic() - self.began > 5:
            self.start()

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)


def night_is_due() -> bool:
    """Whether nothing was done for a night: at one o'clock, or when the machine is on again."""
    done = [outcome.began_at for outcome in at_night.outcomes()]
    if not done:
        return True
    now = timezone.localtime()
    return now - max(done) > A_NIGHT and (now.hour == 1 or now - max(done) > A_NIGHT + timedelta(hours=5))
