"""`kheo tallies verify` proves the cells against the records; `kheo tallies rebuild` brings them to it."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from kheo.tallies import counting


class Command(BaseCommand):
    help = "Proves that every figure is what its records say."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["verify", "rebuild"])

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        if action == "rebuild":
            self.stdout.write(f"{counting.rebuild()} cells moved")
            return
        compared, wrong = counting.verify()
        if wrong:
            self.stderr.write(f"{len(wrong)} of {compared} cells differ. The first: {wrong[0].sentence}")
            raise SystemExit(1)
        self.stdout.write(f"{compared} cells hold what their records say")
