"""`kheo load_units`: found the bodies of all loaded areas; a second run changes nothing."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from kheo.lib.periods import FOREVER
from kheo.units.loading import load


class Command(BaseCommand):
    help = "Founds the bodies of every level and line for the areas that are loaded."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--until",
            type=date.fromisoformat,
            default=FOREVER,
            help="leave out bodies that begin on or after it",
        )

    def handle(self, *args: Any, until: date = FOREVER, **options: Any) -> None:
        self.stdout.write(f"{load(until)} bodies founded")
