"""kheo move ADDRESS: from SQLite to PostgreSQL, with a proof; run again, it goes on."""

import os
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from kheo.lib import configuration, formats
from kheo.lib.refusals import Refused
from kheo.upkeep import moving
from kheo.upkeep.address import Address
from kheo.upkeep.models import DatabaseMove
from kheo.upkeep.ownership import become_owner_of
from kheo.upkeep.progress import Terminal


class Command(BaseCommand):
    help = "Moves the installation from SQLite to an empty PostgreSQL database, and proves it by digests."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "address",
            nargs="?",
            help="as KHEO_DATABASE is written; - reads it from standard input, where nobody else sees it",
        )
        # Called by this command itself, inside what it has moved.
        parser.add_argument("--write-into-journal", action="store_true", help="used by the command itself")

    def handle(self, *args: Any, address: str | None, **options: Any) -> None:
        data = Path(settings.DATA)
        if address == "-":
            address = sys.stdin.readline().strip()
        become_owner_of(data)
        if options["write_into_journal"]:
            self.write_into_journal(data)
            return
        if not address:
            raise CommandError(_("Name the database: kheo move postgres://user:password@host:port/name"))
        try:
            plan = moving.move(data, Address.read(address, data), address, Terminal())
            moving.run(address, data, "move", "--write-into-journal")
            aside = moving.finish(data)
        except Refused as problem:
            raise CommandError(str(problem))
        self.stdout.write(
            _(
                "Moved to %(target)s: %(rows)s rows of %(tables)s tables, every digest the same on both "
                "sides (%(digest)s…), and %(figures)s tables of figures."
            )
            % {
                "target": plan.into,
                "rows": formats.number(plan.rows),
                "tables": plan.tables,
                "digest": plan.digest[:12],
                "figures": formats.number(plan.figures),
            }
        )
        self.stdout.write(
            _("The SQLite file lies in %(folder)s. Delete it when you are sure.") % {"folder": aside}
        )
        self.stdout.write(
            _("Now write KHEO_DATABASE= with this address into %(file)s, and start Kheo.")
            % {"file": os.environ.get(configuration.FILE) or _("the environment")}
        )

    def write_into_journal(self, data: Path) -> None:
        plan = moving.Plan.found(data)
        if plan is None:
            raise CommandError(_("Name the database: kheo move postgres://user:password@host:port/name"))
        DatabaseMove.objects.write_down(plan.into, plan.digest, rows=plan.rows, tables=plan.tables)
