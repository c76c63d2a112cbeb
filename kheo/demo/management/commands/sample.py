"""`kheo sample nation`: a made-up nation, to try out how Kheo bears its weight. Never beside real work."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from kheo.demo import nation
from kheo.lib.refusals import Refused


class Command(BaseCommand):
    help = "Makes a nation of invented work on the real areas and bodies, in an empty database."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=["nation"])
        parser.add_argument("--seed", type=int, default=nation.SEED, help="the same seed makes the same rows")
        parser.add_argument(
            "--scale", type=float, default=0.01, help="1 is a million initiatives and five million reports"
        )
        parser.add_argument(
            "--province", action="append", default=[], help="only this province of today, by its code"
        )
        parser.add_argument(
            "--search",
            choices=nation.SEARCHED,
            default="all",
            help="what is put into the search index: most of the rows are reports",
        )
        parser.add_argument("--json", action="store_true", help="say at the end what was made, as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        say = self.stderr.write if options["json"] else self.stdout.write
        try:
            made = nation.make(
                options["seed"], options["scale"], options["province"], options["search"], say=say
            )
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        told = made.as_json()
        if options["json"]:
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=1))
            return
        for name, rows in told["rows"].items():
            self.stdout.write(f"{name:18}{rows:>12,}  {told['digests'].get(name, '')[:16]}")
        self.stdout.write(
            _(
                "%(rows)s rows in %(seconds)s s, %(speed)s a second; of that indexes %(indexes)s s. "
                "Everything in it is invented; the journal is left out."
            )
            % {
                "rows": f"{told['rows_poured']:,}",
                "seconds": round(sum(made.seconds.values()), 1),
                "indexes": round(made.seconds["indexes"], 1),
                "speed": f"{told['rows_a_second']:,}",
            }
        )
