"""kheo digest: what every table holds, in one hash each, and what every upload is."""

import hashlib
import json
import sys
from argparse import ArgumentParser
from contextlib import closing
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils.translation import gettext as _

from kheo.files import storage
from kheo.files.models import Blob
from kheo.lib.refusals import Refused
from kheo.upkeep import digests
from kheo.upkeep.address import SQLITE, Address
from kheo.upkeep.ownership import become_owner_of


class Command(BaseCommand):
    help = "Prints count and digest of every table and of the uploads, the same on SQLite and PostgreSQL."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="one object")

    def handle(self, *args: Any, **options: Any) -> None:
        become_owner_of(settings.DATA)
        try:
            tables = self.tables()
        except Refused as problem:
            raise CommandError(str(problem))
        uploads, wrong = self.uploads()
        if options["json"]:
            found = {
                "tables": digests.as_json(tables),
                "whole": digests.whole(tables),
                "uploads": uploads,
                "wrong": wrong,
            }
            self.stdout.write(json.dumps(found, indent=1))
        else:
            for name, table in sorted(tables.items()):
                self.stdout.write(f"{table.sha256}  {table.rows:>9}  {name}")
            self.stdout.write(f"{uploads['sha256']}  {uploads['count']:>9}  uploads")
            self.stdout.write(f"{digests.whole(tables)}  {'':>9}  *")
        if wrong:
            self.stderr.write(
                _(
                    "%(count)s uploaded files are missing on the disk or no longer what they "
                    "were; the first is %(first)s."
                )
                % {"count": len(wrong), "first": wrong[0]}
            )
            sys.exit(1)

    def tables(self) -> digests.Digests:
        address = Address.of_settings(connection.settings_dict)
        if address.engine == SQLITE:
            assert address.path
            return digests.of_sqlite(address.path)
        with closing(address.connect()) as postgresql:
            postgresql.read_only = True
            return digests.of_postgresql(postgresql)

    def uploads(self) -> tuple[dict[str, Any], list[str]]:
        """Reads every file: count, bytes, one hash of the sorted list; and which are not as they were."""
        listed, count, octets, wrong = hashlib.sha256(), 0, 0, []
        for blob in Blob.objects.filter(gone=False).order_by("sha256").iterator():
            try:
                with open(storage.path_of(blob.sha256), "rb") as file:
                    found = hashlib.file_digest(file, "sha256").hexdigest()
            except OSError:
                found = ""
            if found != blob.sha256:
                wrong.append(blob.sha256)
                continue
            count, octets = count + 1, octets + blob.size
            listed.update(f"{blob.sha256} {blob.size}\n".encode())
        return {"count": count, "bytes": octets, "sha256": listed.hexdigest()}, wrong
