"""`kheo work`: does what pages asked for (long lists, backups, documents), until told to stop."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from kheo.lib import memory
from kheo.upkeep import working
from kheo.upkeep.refusing import hold_the_data, stop_unless_safe


class Command(BaseCommand):
    help = "Does the work that pages asked for, one thing after the other, until told to stop."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--beside", type=int, help="the process with which it ends")

    def handle(self, *args: Any, beside: int | None = None, **options: Any) -> None:
        memory.give_back()
        stop_unless_safe()
        hold_the_data()
        try:
            working.work(beside=beside)
        except working.AnotherWorker:
            raise CommandError(_("A worker runs already for this data folder."))
