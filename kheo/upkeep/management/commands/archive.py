"""kheo archive YEAR [--take-out]; kheo archive back FILE; kheo archive verify FILE; kheo archive list."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kheo.lib import formats
from kheo.lib.refusals import Refused
from kheo.upkeep import archives, archiving, backing_up
from kheo.upkeep.destinations import Destination, chosen, destination, located
from kheo.upkeep.models import YearArchive
from kheo.upkeep.ownership import become_owner_of
from kheo.upkeep.progress import Terminal


class Command(BaseCommand):
    help = (
        "Takes the journal and the large photos of a closed year out into a file that is proven first; no "
        "figure changes."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", help="a year, or back, verify, list")
        parser.add_argument("file", nargs="?", help="of back and verify: the archive's file or its name")
        parser.add_argument(
            "--take-out", action="store_true", help="do it; without it only what would leave is told"
        )
        parser.add_argument(
            "--to",
            action="append",
            metavar="DIR|s3://…",
            help="where the file goes (else KHEO_BACKUP_TO); two places at least, so repeat it",
        )
        parser.add_argument(
            "--one-copy", action="store_true", help="one place will do: another keeps copies of that place"
        )
        parser.add_argument(
            "--passphrase-file",
            metavar="FILE",
            help="seal it under the first line of FILE (else KHEO_BACKUP_PASSPHRASE_FILE)",
        )
        parser.add_argument(
            "--shrink",
            action="store_true",
            help="give the room in SQLite's file back to the disk afterwards; nobody can write meanwhile",
        )

    def handle(self, *args: Any, what: str, file: str | None, **options: Any) -> None:
        become_owner_of(settings.DATA)
        try:
            given = options["passphrase_file"]
            passphrase = (
                backing_up.read_passphrase(Path(given)) if given else backing_up.passphrase_of_settings()
            )
            if what == "list":
                self.list()
            elif what in ("back", "verify"):
                if not file:
                    raise Refused(_("Name the archive: kheo archive %(what)s FILE") % {"what": what})
                getattr(self, what)(*found(file), passphrase)
            elif not what.isdecimal():
                raise Refused(_("Name a year: kheo archive 2021"))
            elif options["take_out"]:
                places = [destination(text) for text in options["to"]] if options["to"] else chosen()
                self.take_out(int(what), places, passphrase, options["one_copy"])
            else:
                self.look(int(what))
        except Refused as problem:
            raise CommandError(str(problem))
        if options["shrink"] and connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("VACUUM")

    def look(self, year: int) -> None:
        if row := YearArchive.objects.standing().of_year(year).first():
            self.tell(row)
            return
        outlook = archiving.look(year)
        self.stdout.write(archiving.in_words(outlook))
        self.stdout.write(_("Every figure stays, and every report with its words and small pictures."))
        for sentence in outlook.waiting:
            self.stderr.write(sentence)
        if not outlook.waiting:
            self.stdout.write(
                _("To do it, name two places: kheo archive %(year)d --take-out --to /mnt/one --to /mnt/two")
                % {"year": year}
            )

    def take_out(self, year: int, places: list[Destination], passphrase: str, one_copy: bool) -> None:
        half_way = YearArchive.objects.standing().of_year(year).exists()
        if len({str(place) for place in places}) < 2 and not one_copy and not half_way:
            raise Refused(
                _(
                    "Afterwards no backup holds what was taken out: name two places that do not break "
                    "together (--to /mnt/one --to /mnt/two), or say that one will do (--one-copy)."
                )
            )
        row, done = archiving.take_out(year, places, passphrase=passphrase, progress=Terminal())
        self.tell(row)
        if done:
            self.stdout.write(
                _("Keep both files like backups. They come back whole with: kheo archive back %(file)s")
                % {"file": row.copies.first()}
            )

    def back(self, place: Destination, name: str, passphrase: str) -> None:
        row, erased = archiving.bring_back(place, name, passphrase=passphrase, progress=Terminal())
        self.tell(row)
        if erased:
            self.stdout.write(
                ngettext(
                    "%(n)d thing was erased by right meanwhile and stays erased.",
                    "%(n)d things were erased by right meanwhile and stay erased.",
                    erased,
                )
                % {"n": erased}
            )
            self.stdout.write(
                _("The file still holds them: archive the year again, then destroy %(name)s.")
                % {"name": row.name}
            )

    def verify(self, place: Destination, name: str, passphrase: str) -> None:
        head = archives.verify(place, name, passphrase, Terminal())
        rows, _sha256 = head["tables"][archiving.TABLE]
        self.stdout.write(
            _("%(name)s is whole: %(year)s, made on %(at)s, %(rows)s entries.")
            % {"name": name, "year": head["year"], "at": head["made_at"], "rows": formats.number(rows)}
        )

    def list(self) -> None:
        for row in YearArchive.objects.prefetch_related("copies"):
            self.tell(row)

    def tell(self, row: YearArchive) -> None:
        self.stdout.write(
            _("%(year)d: %(state)s. %(name)s, %(entries)s entries, %(files)s files, %(size)s MB.")
            % {
                "year": row.year,
                "state": row.get_state_display(),
                "name": row.name,
                "entries": formats.number(row.entries),
                "files": formats.number(row.files),
                "size": formats.decimal(row.bytes / 1_000_000),
            }
        )
        for copy in row.copies.all():
            self.stdout.write(f"  {copy}  SHA-256 {copy.sha256}")


def found(file: str) -> tuple[Destination, str]:
    """An archive by its address, or by its name alone where a place is known and can be reached."""
    if "/" not in file and not Path(file).exists():
        row = YearArchive.objects.filter(name=file).first()
        for copy in row.copies.all() if row else []:
            place = destination(copy.place)
            try:
                place.size(file)
            except (Refused, OSError):
                continue
            return place, file
    return located(file)
