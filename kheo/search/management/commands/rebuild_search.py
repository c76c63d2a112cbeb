"""`kheo rebuild_search`: make the index of words anew, after an import or a restored backup."""

import time
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from kheo.search import index


class Command(BaseCommand):
    help = "Index anew everything that can be found. Searching goes on meanwhile."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--kind", help="only this kind of things")

    def handle(self, *args: Any, **options: Any) -> None:
        kind = options["kind"]
        if kind and kind not in index.kinds():
            raise CommandError(
                _("There is no kind %(kind)s. Kinds: %(kinds)s")
                % {"kind": kind, "kinds": ", ".join(sorted(index.kinds()))}
            )
        started = time.monotonic()
        total = index.rebuild(kind, progress=self._say)
        self.stdout.write(
            _("%(total)d indexed in %(seconds).1f s.")
            % {"total": total, "seconds": time.monotonic() - started}
        )

    def _say(self, kind: str, done: int) -> None:
        if done % 10_000 == 0:
            self.stdout.write(f"{kind}: {done}")
