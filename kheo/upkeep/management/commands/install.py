"""`kheo install`: puts Kheo on this machine. script/start prepares the environment and calls it."""

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext as _

from kheo.lib.configuration import Wrong
from kheo.lib.refusals import Refused
from kheo.upkeep.installing import questions
from kheo.upkeep.installing.machine import Machine
from kheo.upkeep.installing.steps import Installation, carry_out


class Command(BaseCommand):
    help = "Installs Kheo on this machine, or in one folder. Running it again changes nothing that is right."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--answers", type=Path, help="a file of answers (NAME=value); nobody is asked")
        parser.add_argument("--here", type=Path, help="everything in this folder, without root and systemd")

    def handle(self, *args: Any, answers: Path | None, here: Path | None, **options: Any) -> None:
        machine = Machine(here.resolve() if here else None)
        try:
            given = questions.read(answers) if answers else {}
            kept = questions.read(machine.answers_file) if machine.answers_file.exists() else {}
            language = given.get("LANGUAGE") or kept.get("LANGUAGE") or "vi"
            with translation.override(language if language in ("vi", "en") else "vi"):
                self.install(machine, given, kept, ask=answers is None and sys.stdin.isatty())
        except (Refused, Wrong) as refused:
            raise CommandError(str(refused))

    def install(self, machine: Machine, given: dict[str, str], kept: dict[str, str], *, ask: bool) -> None:
        if machine.here is None and os.geteuid():
            raise Refused(
                _("An installation on the whole machine needs root: sudo script/start (or --here FOLDER).")
            )
        settled = questions.settled(given, kept, here=machine.here, ask=ask)
        with translation.override(settled["LANGUAGE"]):
            installation = Installation(machine, settled, kept)
            for words, changed in carry_out(installation):
                self.stdout.write(f"  {'+' if changed else '✓'} {words}")
                self.stdout.flush()
            if not installation.changed:
                self.stdout.write(_("Everything was right already; nothing was changed."))
            self.stdout.write(_("Kheo is installed: %(address)s") % {"address": installation.address})
            if settled["CERTIFICATE"] == questions.INTERNAL:
                port = "" if settled["HTTP_PORT"] == "80" else f":{settled['HTTP_PORT']}"
                host = installation.address.split("//")[1].rsplit(":", 1)[0] if port else settled["HOST"]
                self.stdout.write(
                    _("How phones come to trust it: %(address)s")
                    % {"address": f"http://{host}{port}/chung-thu/"}
                )
            if machine.here:
                self.stdout.write(
                    _("It runs while this runs: %(command)s") % {"command": f"{machine.command} run"}
                )
