"""`kheo load_areas`: the areas of Nghệ An through time. Running it twice changes nothing."""

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils.translation import gettext as _

from kheo.lib.periods import today
from kheo.places import loading
from kheo.places.models import Area, Level


class Command(BaseCommand):
    help = "Load the areas of Nghệ An: 21/460 until 30/11/2024, 20/412 until 30/6/2025, 130 communes since."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--until",
            type=date.fromisoformat,
            help="leave out what began after this day (2025-06-30: the reorganisation is carried out apart)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        for counts in loading.load(until=options["until"], progress=self.stdout.write):
            if counts.nothing:
                self.stdout.write(_("%(day)s: nothing to change.") % {"day": f"{counts.on:%d/%m/%Y}"})
                continue
            self.stdout.write(
                _("%(day)s: %(closed)s areas closed, %(opened)s opened, %(renamed)s renamed.")
                % {
                    "day": f"{counts.on:%d/%m/%Y}",
                    "closed": sum(counts.closed.values()),
                    "opened": sum(counts.opened.values()),
                    "renamed": counts.renamed,
                }
            )
        living = Area.objects.on(options["until"] or today())
        self.stdout.write(
            _("%(districts)s districts and %(communes)s communes.")
            % {
                "districts": living.of_level(Level.DISTRICT).count(),
                "communes": living.communes().count(),
            }
        )
