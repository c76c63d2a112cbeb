"""kheo restore FILE [--to FOLDER] [--database ADDRESS] [--replace]; run again, it goes on."""

import os
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _

from kheo.audit import models as audit
from kheo.lib import formats
from kheo.lib.refusals import Refused
from kheo.upkeep import backing_up, restoring
from kheo.upkeep.address import Address
from kheo.upkeep.destinations import located
from kheo.upkeep.models import Backup
from kheo.upkeep.ownership import become_owner_of
from kheo.upkeep.progress import Terminal


class Command(BaseCommand):
    help = "Brings an installation back from a backup, and proves it by digests."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", help="a file, or s3://bucket/prefix/kheo-….tar")
        parser.add_argument("--to", metavar="FOLDER", help="the data folder (else KHEO_DATA)")
        parser.add_argument("--database", help="as KHEO_DATABASE (else the setting itself)")
        parser.add_argument("--passphrase-file", metavar="FILE", help="of a sealed backup")
        parser.add_argument(
            "--replace", action="store_true", help="move aside what stands there; nothing is deleted"
        )
        # Called by this command itself, inside what it restored.
        parser.add_argument("--write-into-journal", action="store_true", help="used by the command itself")

    def handle(self, *args: Any, **options: Any) -> None:
        data = Path(options["to"]).expanduser().resolve() if options["to"] else Path(settings.DATA)
        become_owner_of(data)
        try:
            if options["write_into_journal"]:
                self.write_into_journal(data)
                return
            if not options["file"]:
                raise CommandError(_("Name the backup: kheo restore FILE"))
            self.restore(data, **options)
        except Refused as problem:
            raise CommandError(str(problem))

    def restore(self, data: Path, file: str, database: str | None, replace: bool, **options: Any) -> None:
        wanted = database if database is not None else os.environ.get("KHEO_DATABASE", "")
        address = Address.read(wanted, data)
        place, name = located(file)
        given = options["passphrase_file"] or settings.BACKUP_PASSPHRASE_FILE
        passphrase = backing_up.read_passphrase(Path(given)) if given and ".sealed." in name else ""
        progress = Terminal()
        plan = restoring.restore(
            place,
            name,
            data,
            address,
            passphrase=passphrase,
            replace=replace,
            code=restoring.known_migrations(),
            progress=progress,
        )
        environment = {**os.environ, "KHEO_DATA": str(data), "KHEO_DATABASE": wanted}
        progress.say(_("Bringing the database to this version of Kheo."))
        for command in (["migrate", "--verbosity=0"], ["restore", "--write-into-journal"]):
            # In a process of its own, which reads the settings of what was restored.
            done = subprocess.run(  # noqa: S603
                [sys.executable, "-m", "kheo", *command], env=environment, check=False
            )
            if done.returncode:
                raise CommandError(
                    _("The data is in its place, but `kheo %(command)s` failed. Run the same restore again.")
                    % {"command": command[0]}
                )
        restoring.finish(data)
        self.stdout.write(
            _(
                "Restored as of %(at)s: %(rows)s rows and %(uploads)s files, every digest as in "
                "the backup (%(digest)s…)."
            )
            % {
                "at": plan.made_at,
                "rows": formats.number(plan.rows),
                "uploads": formats.number(plan.uploads),
                "digest": plan.digest[:12],
            }
        )
        if plan.faults:
            self.stderr.write(
                _("%(count)s uploaded files were already missing or damaged when it was made.")
                % {"count": plan.faults}
            )
        if (data / plan.aside).exists():
            self.stdout.write(
                _("What stood here before lies in %(folder)s. Delete it when you are sure.")
                % {"folder": data / plan.aside}
            )
        if plan.schema_aside:
            self.stdout.write(
                _("The tables from before are in the schema %(schema)s. Drop it when you are sure.")
                % {"schema": plan.schema_aside}
            )

    def write_into_journal(self, data: Path) -> None:
        """Said once, in the journal of what came back; the backup it came from was still running in it."""
        plan = restoring.Plan.found(data)
        if plan is None:
            raise CommandError(_("Name the backup: kheo restore FILE"))
        place, _slash, name = plan.backup.rpartition("/")
        with transaction.atomic():
            if audit.Entry.objects.filter(verb="restored", reason=plan.aside).exists():
                return
            row = Backup.objects.filter(name=name).first() or Backup(place=place, name=name)
            row.outcome, row.digest, row.rows, row.uploads = (
                Backup.Outcome.MADE,
                plan.digest,
                plan.rows,
                plan.uploads,
            )
            row.ended_at = row.ended_at or row.begun_at
            row.sealed, row.size = ".sealed." in name, plan.size
            row.save()
            Backup.objects.exclude(pk=row.pk).close_interrupted()
            audit.record(row, "restored", reason=plan.aside)
