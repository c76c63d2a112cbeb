"""Builds what pages need: fonts, translations, static files."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from kheo.ui import assets


class Command(BaseCommand):
    help = "Build fonts and translations and collect static files; does nothing where nothing has changed."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--tests", action="store_true", help="also bring what only tests use (axe)")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = assets.build(self.stdout.write, tests=options["tests"])
        except assets.CannotBuild as stopped:
            raise CommandError(str(stopped)) from None
        if not done:
            self.stdout.write("Everything is built already.")
