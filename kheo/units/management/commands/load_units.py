"""`kheo load_units`: found the bodies of all loaded areas; a second run changes nothing."""

from typing import Any

from django.core.management.base import BaseCommand

from kheo.units.loading import load


class Command(BaseCommand):
    help = "Founds the bodies of every level and line for the areas that are loaded."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{load()} bodies founded")
