"""`kheo paper check FILE.docx …` names each departure from the layout the paper's family prescribes."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import override

from kheo.lib.refusals import Refused
from kheo.papers.checking import check
from kheo.papers.layouts import layout_called, layouts


class Command(BaseCommand):
    help = "Checks papers of an office: margins, fonts, heading, number, date, signature, recipients."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["check"])
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE.docx")
        parser.add_argument(
            "--layout",
            choices=[each.key for each in layouts()],
            help="the rules; by heading and date unless given",
        )

    def handle(self, *args: Any, files: list[Path], layout: str | None, **options: Any) -> None:
        wrong = 0
        with override("vi"):
            for path in files:
                try:
                    with path.open("rb") as file:
                        found = check(file, layout_called(layout) if layout else None)
                except OSError as error:
                    raise CommandError(f"{path}: {error.strerror}")
                except Refused as refusal:
                    raise CommandError(f"{path}: {refusal}")
                for deviation in found:
                    self.stdout.write(f"{path.name}: {deviation}")
                if not found:
                    self.stdout.write(f"{path.name}: " + _("follows the layout"))
                wrong += bool(found)
        if wrong:
            raise SystemExit(1)
