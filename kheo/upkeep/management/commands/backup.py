"""kheo backup [--to DIR|s3://…]; kheo backup verify FILE; kheo backup list."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from kheo.lib import formats
from kheo.lib.refusals import Refused
from kheo.upkeep import backing_up, locks, verifying
from kheo.upkeep.destinations import chosen, destination, located
from kheo.upkeep.ownership import become_owner_of
from kheo.upkeep.progress import Terminal


class Command(BaseCommand):
    help = "Backs up database, uploads and keys into one file while people work, and reads it again."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "action", nargs="?", choices=["make", "verify", "list"], default="make", help="make (the default)"
        )
        parser.add_argument("file", nargs="?", help="of `verify`: a file, or s3://bucket/prefix/kheo-….tar")
        parser.add_argument(
            "--to",
            action="append",
            metavar="DIR|s3://…",
            help="where to (else KHEO_BACKUP_TO); may be repeated",
        )
        parser.add_argument(
            "--passphrase-file",
            metavar="FILE",
            help="seal it under the first line of FILE (else KHEO_BACKUP_PASSPHRASE_FILE)",
        )
        parser.add_argument(
            "--database-only",
            action="store_true",
            help="a copy of the database alone, unsealed, to go back to on this machine",
        )
        parser.add_argument(
            "--keep-by-rule", action="store_true", help="then remove what KHEO_BACKUP_KEEP no longer keeps"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        become_owner_of(settings.DATA)
        try:
            locks.require(settings.DATA)
            given = options["passphrase_file"]
            passphrase = backing_up.read_passphrase(Path(given)) if given else None
            if options["action"] == "verify":
                self.verify(options["file"], passphrase)
            elif options["action"] == "list":
                self.list()
            else:
                self.make(options["to"], passphrase, options["keep_by_rule"], options["database_only"])
        except Refused as problem:
            raise CommandError(str(problem))

    def make(
        self, to: list[str] | None, passphrase: str | None, by_rule: bool, database_only: bool = False
    ) -> None:
        places = [destination(text) for text in to] if to else None
        results = backing_up.back_up(
            places,
            passphrase="" if database_only else passphrase,
            by_rule=by_rule,
            database_only=database_only,
            progress=Terminal(),
        )
        for result in results:
            row = result.backup
            if not row.good:
                self.stderr.write(self.style.ERROR(_("No backup at %(place)s.") % {"place": row.place}))
                self.stderr.write(row.sentence)
                continue
            self.stdout.write(
                _("%(name)s: %(size)s MB, %(rows)s rows, %(uploads)s files, read again and whole.")
                % {
                    "name": row.address,
                    "size": formats.decimal((row.size or 0) / 1_000_000),
                    "rows": formats.number(row.rows or 0),
                    "uploads": formats.number(row.uploads or 0),
                }
            )
            self.stdout.write(f"SHA-256 {row.sha256}")
            if row.sentence:
                self.stderr.write(row.sentence)
            for name in result.removed:
                self.stdout.write(_("Removed by the rule for keeping: %(name)s") % {"name": name})
        if not all(result.backup.outcome == result.backup.Outcome.MADE for result in results):
            raise SystemExit(1)

    def verify(self, file: str | None, passphrase: str | None) -> None:
        if not file:
            raise CommandError(_("Name the backup: kheo backup verify FILE"))
        place, name = located(file)
        if passphrase is None and ".sealed." in name:
            passphrase = backing_up.passphrase_of_settings()
        progress = Terminal()
        progress.begin(_("Reading %(name)s") % {"name": name}, place.size(name))
        with place.read(name) as raw:
            manifest = verifying.verify(
                raw, passphrase or "", settings.DATA / backing_up.WORK / "by-hand", progress.moved
            )
        progress.end()
        self.stdout.write(
            _("%(name)s is whole: made on %(at)s, %(tables)s tables, %(uploads)s files.")
            % {
                "name": name,
                "at": manifest.head.get("made_at"),
                "tables": len(manifest.head.get("tables", {})),
                "uploads": formats.number(manifest.uploads.get("count", 0)),
            }
        )
        if faults := backing_up.faults_in_words(manifest):
            self.stderr.write(faults)
            raise SystemExit(1)

    def list(self) -> None:
        for place in chosen():
            self.stdout.write(f"{place}:")
            for kept in place.list():
                self.stdout.write(f"  {kept.name}  {formats.decimal(kept.size / 1_000_000)} MB")
