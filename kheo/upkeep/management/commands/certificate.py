"""`kheo certificate`: renews the internal authority's certificate before it ends; called every night."""

import os
import signal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from kheo.lib import configuration
from kheo.lib.refusals import Refused
from kheo.upkeep.installing import questions
from kheo.upkeep.installing.machine import Machine
from kheo.upkeep.installing.steps import Installation


class Command(BaseCommand):
    help = "Renews the certificate if it ends soon, and has the web server take it. Needs root."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        machine = machine_of_settings()
        try:
            answers = questions.read(machine.answers_file)
            changed = Installation(machine, answers, answers).certificate()
        except (Refused, OSError) as problem:
            raise CommandError(str(problem))
        # An office's own certificate may have been renewed by others since: the web server always looks.
        reload_web_server(machine)
        self.stdout.write(_("The certificate was renewed.") if changed else _("The certificate is in order."))


def machine_of_settings() -> Machine:
    """The installation whose settings file is in use; refused in the development tree."""
    named = os.environ.get(configuration.FILE, "")
    if not named:
        raise CommandError(_("This belongs to an installation; script/start makes one."))
    config = Path(named).resolve().parent
    return Machine() if config == Machine().config else Machine(config.parent)


def reload_web_server(machine: Machine) -> None:
    if machine.here is None:
        machine.run("systemctl", "reload", "nginx", said=_("The web server did not take the certificate:"))
        return
    try:
        os.kill(int((machine.web / "nginx.pid").read_text()), signal.SIGHUP)
    except (OSError, ValueError):
        # It does not run; when it does, it takes what is there.
        return
