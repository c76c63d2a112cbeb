"""`kheo begin`: gives an empty database what every installation begins with, without any sample data."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from kheo.lib.refusals import Refused
from kheo.upkeep import first


class Command(BaseCommand):
    help = "Gives an empty database areas, bodies and the movement; or makes the first administrator."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--administrator", metavar="USER", help="make the first administrator instead")
        parser.add_argument("--name", default="", help="the administrator's full name")
        parser.add_argument("--again", action="store_true", help="a new code if the first one was never used")

    def handle(self, *args: Any, administrator: str, name: str, again: bool, **options: Any) -> None:
        try:
            if not administrator:
                first.begin(self.stdout.write)
                return
            code = first.administrator(administrator, name or administrator, again=again)
        except Refused as refused:
            raise CommandError(str(refused))
        if code:
            self.stdout.write(_("User name: %(name)s") % {"name": administrator.lower()})
            self.stdout.write(_("One-time code: %(password)s") % {"password": code})
            self.stdout.write(_("It is shown only now, and changed at the next sign-in."))
