"""kheo upgrade [SOURCE] and kheo upgrade --back: hand over to script/upgrade, which outlives this code."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from kheo.audit import models as audit
from kheo.upkeep.models import Backup


class Command(BaseCommand):
    help = "Brings Kheo to another version, with a backup first, and back (see script/upgrade)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "source", nargs="?", help="a folder, an archive or a git repository; else git's own"
        )
        parser.add_argument("--back", action="store_true", help="to the version before, with its database")
        parser.add_argument(
            "--write-into-journal", nargs=2, metavar=("FROM", "TO"), help="used by script/upgrade"
        )

    def handle(self, *args: Any, source: str | None, back: bool, **options: Any) -> None:
        if versions := options["write_into_journal"]:
            self.write_into_journal(*versions)
            return
        script = Path(settings.ROOT) / "script" / "upgrade"
        if not os.access(settings.ROOT, os.W_OK):
            raise CommandError(
                _("The program belongs to root. Upgrade with: sudo %(script)s") % {"script": script}
            )
        arguments = (
            ["--back"]
            if back
            else [source if "://" in source else str(Path(source).resolve())]
            if source
            else []
        )
        os.execv(script, [str(script), *arguments])  # noqa: S606

    def write_into_journal(self, before: str, after: str) -> None:
        """Once an upgrade: beside the copy of the database that was taken for the way back."""
        copy = Backup.objects.filter(name__contains="-database").first()
        about = {"object_id": str(copy.pk)} if copy else {}
        if copy and not audit.Entry.objects.filter(verb="upgraded", **about).exists():
            audit.record(copy, "upgraded", changes={"version": [before, after]})
