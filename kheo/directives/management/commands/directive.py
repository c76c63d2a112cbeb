"""`kheo directive read FILE` shows what the rules read; `kheo directive score DIR` measures them on a
folder."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from kheo.directives.reading import Reading, read
from kheo.directives.reading.extract import text_of
from kheo.directives.reading.scoring import AIMS, Score, score
from kheo.lib.refusals import Refused


class Command(BaseCommand):
    help = "Reads a directive by rule (read FILE), or measures the rules on a folder (score DIR)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        reading = actions.add_parser("read", help="read one .txt, .docx or .pdf file")
        reading.add_argument("file")
        reading.add_argument("--json", action="store_true", help="print the reading as JSON, nothing else")
        scoring = actions.add_parser("score", help="measure a folder of NAME.txt and NAME.expected.json")
        scoring.add_argument("folder")
        scoring.add_argument("--missed", action="store_true", help="list what was missed")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["action"] == "read":
            try:
                source = text_of(options["file"])
            except Refused as refusal:
                raise CommandError(str(refusal))
            reading = read(source.text)
            if options["json"]:
                self.stdout.write(json.dumps(reading.as_json(), ensure_ascii=False, indent=1))
            else:
                self._tell(reading)
            return
        try:
            result = score(options["folder"])
        except (FileNotFoundError, Refused) as error:
            raise CommandError(str(error))
        self._report(result, options["missed"])
        if not result.reached:
            raise SystemExit(1)

    def _tell(self, reading: Reading) -> None:
        for name, found in (
            (_("Number"), reading.number),
            (_("Type"), reading.doc_type),
            (_("Issuer"), reading.issuer),
            (_("Date"), reading.issued_on),
            (_("Title"), reading.title),
        ):
            mark = " (?)" if found.unsure else ""
            self.stdout.write(f"{name}: {found.value or '–'}{mark}")
        self.stdout.write("")
        for reference in reading.references:
            said = (reference.doc_type, reference.number or reference.title, reference.issued_on)
            self.stdout.write("→ " + " ".join(part for part in said if part))
        for assignment in reading.assignments:
            mark = " (?)" if assignment.unsure else ""
            self.stdout.write(f"\n{assignment.written}{mark} [{assignment.where}]")
            for task in assignment.tasks:
                limit = task.deadline or task.cadence
                self.stdout.write(f"  - {task.text}" + (f"  ⏱ {limit}" if limit else ""))

    def _report(self, result: Score, missed: bool) -> None:
        columns = ("numbers", "references", "tasks", "right", "bodies", "references_right", "head")
        width = max(len(one.name) for one in result.results)
        self.stdout.write(" ".join(["document".ljust(width), *(column.rjust(16) for column in columns)]))
        for one in result.results:
            shares = (getattr(one, column) for column in columns)
            self.stdout.write(
                " ".join([one.name.ljust(width), *(f"{share.good}/{share.of}".rjust(16) for share in shares)])
            )
            if missed:
                for line in one.missed:
                    self.stdout.write(f"    {line}")
        totals = (result.total(column) for column in columns)
        self.stdout.write(
            " ".join(
                [
                    "total".ljust(width),
                    *(f"{share.good}/{share.of} {share.percent:.1f}%".rjust(16) for share in totals),
                ]
            )
        )
        for name, aim in AIMS.items():
            share = result.total(name)
            self.stdout.write(
                f"{name}: {share} aim {aim:.0f} % {'reached' if share.percent >= aim else 'MISSED'}"
            )
