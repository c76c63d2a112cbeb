"""`kheo search TEXT`: find things on the machine itself, where everything may be seen."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from kheo.search import index
from kheo.search.finding import MACHINE, find


class Command(BaseCommand):
    help = (
        "Find things by their words, with or without accents. Runs on the machine itself and sees everything."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("text", nargs="+")
        parser.add_argument("--json", action="store_true", help="an array of kind, id, title, place")
        parser.add_argument("--kind", action="append", help="only this kind of things; may be repeated")
        parser.add_argument("--limit", type=int, default=20)

    def handle(self, *args: Any, **options: Any) -> None:
        if unknown := set(options["kind"] or ()) - set(index.kinds()):
            raise CommandError(
                _("There is no kind %(kind)s. Kinds: %(kinds)s")
                % {"kind": ", ".join(sorted(unknown)), "kinds": ", ".join(sorted(index.kinds()))}
            )
        hits = find(
            " ".join(options["text"]), who=MACHINE, kinds=options["kind"], limit=max(1, options["limit"])
        )
        rows = [{"kind": hit.kind, "id": hit.id, "title": hit.title, "place": hit.place} for hit in hits]
        if options["json"]:
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=1))
            return
        for row in rows:
            self.stdout.write(" · ".join(part for part in row.values() if part))
        if not rows:
            self.stdout.write(_("Nothing found."))
