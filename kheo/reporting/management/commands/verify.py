"""`kheo verify` holds every state against the rows that led to it."""

from itertools import islice
from typing import Any

from django.core.management.base import BaseCommand

from kheo.reporting.verify import CHECKS

SHOWN = 5


class Command(BaseCommand):
    help = "Holds states against their rows, and says the first that differ."

    def handle(self, *args: Any, **options: Any) -> None:
        failed = 0
        for check in CHECKS:
            wrong = check.wrong()
            first = list(islice(wrong, SHOWN))
            if not first:
                self.stdout.write(f"{check.name}: {check.compared().count()} hold")
                continue
            failed += 1
            more = sum(1 for _each in wrong)
            self.stderr.write(f"{check.name}: {len(first) + more} differ")
            for row, why in first:
                self.stderr.write(f"  {row._meta.label} {row.pk} ({row}): {why}")
        if failed:
            raise SystemExit(1)
