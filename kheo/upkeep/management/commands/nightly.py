"""`kheo nightly [NAME…]`: what is done every night. Doing it twice changes nothing."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from kheo.upkeep import at_night


class Command(BaseCommand):
    help = "Does the work of the night: backups, clearing, reminders. The timer calls it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("names", nargs="*", metavar="NAME", help="only this work")

    def handle(self, *args: Any, names: list[str], **options: Any) -> None:
        if not at_night.do_all(self.stdout.write, names):
            sys.exit(1)
