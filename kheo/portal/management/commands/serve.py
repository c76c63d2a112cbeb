"""`kheo serve`: answers on this machine's loopback address until Ctrl-C, with the worker beside it.

Others reach an installation through a web server on the same machine, which also brings HTTPS; there the
worker is a service of its own.
"""

import logging
import os
import socket
import subprocess
import sys
import threading
import time
from argparse import ArgumentParser
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.core.servers.basehttp import get_internal_wsgi_application
from django.db import connection, connections
from django.utils import translation
from gunicorn.app.base import BaseApplication

from kheo.lib import memory
from kheo.upkeep.refusing import hold_the_data, stop_unless_safe

ADDRESS = "127.0.0.1"


class Server(BaseApplication):
    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        super().__init__()

    def load_config(self) -> None:
        # Django answers HEAD with a body that gunicorn rightly drops; nobody need hear of each.
        logging.getLogger("gunicorn.http.wsgi").setLevel(logging.ERROR)
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        application = get_internal_wsgi_application()
        # Every page and the words of both languages, once for all processes that answer.
        import_module(settings.ROOT_URLCONF)
        for language, _name in settings.LANGUAGES:
            translation.activate(language)
        translation.deactivate()
        return application


class Command(BaseCommand):
    help = "Serves Kheo on 127.0.0.1 until Ctrl-C."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument(
            "--threads", type=int, default=8, help="requests answered at a time by one worker"
        )
        # Guesses at a password are counted in the database, for all; only allauth's guards against floods
        # (ACCOUNT_RATE_LIMITS) are counted by each worker for itself.
        parser.add_argument(
            "--workers",
            type=int,
            help="processes that answer (on PostgreSQL two or three, by the number of processors, else one)",
        )
        parser.add_argument("--no-worker", action="store_true", help="the worker runs elsewhere: kheo work")

    def handle(self, *args: Any, **options: Any) -> None:
        port = options["port"]
        memory.give_back()
        stop_unless_safe()
        if not free(port):
            raise CommandError(
                f"Something already answers on port {port}. Take another: kheo serve --port {port + 1}"
            )
        # Held to the end, also by the processes that answer: a restore must not change what they stand on.
        hold_the_data()
        Server(
            {
                "bind": f"{ADDRESS}:{port}",
                "worker_class": "gthread",
                "workers": options["workers"] or usual_workers(),
                "threads": options["threads"],
                "preload_app": True,
                "timeout": 60,
                "graceful_timeout": 5,
                "loglevel": "warning",
                "control_socket_disable": True,
                "pre_fork": lambda server, worker: before_the_fork(),
                "when_ready": lambda server: self.ready(port, with_worker=not options["no_worker"]),
                "on_exit": lambda server: self.stdout.write("Kheo has stopped."),
            }
        ).run()

    def ready(self, port: int, *, with_worker: bool) -> None:
        if with_worker:
            threading.Thread(target=keep_a_worker, daemon=True).start()
        self.stdout.write(f"Kheo answers on http://{ADDRESS}:{port}/ (Ctrl-C stops it).")


def before_the_fork() -> None:
    # A connection opened before the fork would be shared by two processes.
    connections.close_all()
    memory.settle()


def usual_workers() -> int:
    """One more than there are processors, of which up to two count: connections stay with the worker that
    took them, and two of them in one process wait for each other. On SQLite one process writes at a time
    anyway, and a worker costs 100 MB.
    """
    return min(2, os.cpu_count() or 1) + 1 if connection.vendor == "postgresql" else 1


def keep_a_worker() -> None:
    """Run `kheo work` as a process of its own, and again when it dies; it ends by itself with this one."""
    while True:
        began = time.monotonic()
        child = subprocess.Popen(  # noqa: S603  (our own program)
            [sys.executable, "-m", "kheo", "work", "--beside", str(os.getpid())], stdin=subprocess.DEVNULL
        )
        child.wait()
        # One that cannot even start is not tried in a circle.
        time.sleep(1 if time.monotonic() - began > 60 else 20)


def free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError:
            return False
    return True
