"""`kheo areas load`: the published lists of areas, loaded, or a newer list compared and applied.

    kheo areas load                       the whole country, through the reorganisation of July 2025
    kheo areas load --province 40         one province of today
    kheo areas load LIST.csv --on DATE    what a newer list changes; with --apply it is carried out

Exit code 0: done, or nothing to do. 2: the list differs and was only previewed, or left lines unplaced.
"""

import csv
import sys
from argparse import ArgumentParser
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from kheo.lib.periods import today
from kheo.lib.refusals import Refused
from kheo.places import changes, nation
from kheo.places.models import Area, Level
from kheo.places.nation import Difference, Listed, Move, Report

LIST_COLUMNS = ("level", "code", "parent_code", "type", "name")
MOVE_COLUMNS = ("old_code", "new_code", "relation")


class Command(BaseCommand):
    help = "Load the published lists of areas, or a newer list."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.epilog = (
            f"LIST: .csv with the columns {', '.join(LIST_COLUMNS)}. "
            f"MOVES: .csv with the columns {', '.join(MOVE_COLUMNS)}; relation is whole, unchanged, part, "
            "part_area or part_area_all_population."
        )
        verbs = parser.add_subparsers(dest="verb", required=True)
        load = verbs.add_parser("load")
        load.add_argument("list", nargs="?", type=Path, help="a newer list of all areas of a day")
        load.add_argument("--province", action="append", default=[], help="only this province of today")
        load.add_argument("--on", type=date.fromisoformat, help="the day from which the list holds")
        load.add_argument("--moves", type=Path, help="what became of the areas that are no longer listed")
        load.add_argument("--basis", default="", help="the resolution behind the newer list")
        load.add_argument("--apply", action="store_true", help="carry out what the newer list changes")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = self.newer(options) if options["list"] else self.shipped(options["province"])
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self.say_report(report)
        if report.unplaced and options["list"]:
            sys.exit(2)

    def shipped(self, provinces: list[str]) -> Report:
        report = nation.load(provinces, progress=self.stdout.write)
        living = Counter(Area.objects.on(today()).values_list("level", flat=True))
        self.stdout.write(
            _("Today: %(provinces)s provinces and %(communes)s communes.")
            % {"provinces": living[Level.PROVINCE], "communes": living[Level.COMMUNE]}
        )
        return report

    def newer(self, options: dict[str, Any]) -> Report:
        if not options["on"]:
            raise Refused(_("Say from which day the list holds: --on 2026-04-30"))
        rows = [Listed(*row) for row in table(options["list"], LIST_COLUMNS)]
        became = [
            Move(old, new, relation, "1", "")
            for old, new, relation in (table(options["moves"], MOVE_COLUMNS) if options["moves"] else [])
        ]
        found = nation.difference(rows, options["on"])
        self.say_difference(found)
        report = Report()
        change = nation.change_of(found, became, options["basis"], report)
        if found.nothing:
            return report
        if not options["apply"]:
            self.stdout.write(_("Nothing was changed. To carry it out: --apply"))
            self.say_report(report)
            sys.exit(2)
        if not options["basis"]:
            raise Refused(_('Name the resolution behind the list: --basis "Nghị quyết số …"'))
        report.changed.append(changes.carry_out(change, progress=self.stdout.write))
        return report

    def say_difference(self, found: Difference) -> None:
        if found.nothing:
            self.stdout.write(_("The list says what Kheo knows."))
        for row in found.begins:
            self.stdout.write(f"+ {row.code} {row.full_name}")
        for area in found.ends:
            self.stdout.write(f"- {area.code} {area.full_name}")
        for area, row in found.renamed:
            self.stdout.write(f"~ {row.code} {area.full_name} → {row.full_name}")
        for area, row in found.moved:
            self.stdout.write(f"^ {row.code} {area.full_name} → {row.parent_code}")

    def say_report(self, report: Report) -> None:
        if report.planted:
            self.stdout.write(_("%(count)s areas of before loaded.") % {"count": report.planted})
        done = [counts for counts in report.changed if not counts.nothing]
        if done:
            self.stdout.write(
                _("%(closed)s areas closed, %(opened)s opened, %(renamed)s renamed, %(undecided)s undecided.")
                % {
                    "closed": sum(sum(counts.closed.values()) for counts in done),
                    "opened": sum(sum(counts.opened.values()) for counts in done),
                    "renamed": sum(counts.renamed for counts in done),
                    "undecided": sum(counts.undecided for counts in done),
                }
            )
        elif not report.planted and report.changed:
            self.stdout.write(_("Nothing to change."))
        for title, lines in ((_("In doubt:"), report.doubtful), (_("Could not be placed:"), report.unplaced)):
            if lines:
                self.stdout.write(title)
                for line in lines:
                    self.stdout.write(f"  {line}")


def table(path: Path, columns: tuple[str, ...]) -> list[list[str]]:
    """The named columns of a .csv, in that order, each line's cells trimmed. Refused where one is missing."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            lines = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Refused(_("%(file)s can't be read: %(why)s") % {"file": path, "why": error}) from error
    absent = [name for name in columns if lines and name not in lines[0]]
    if absent or not lines:
        raise Refused(
            _("%(file)s needs the columns %(columns)s.") % {"file": path, "columns": ", ".join(columns)}
        )
    return [[(line[name] or "").strip() for name in columns] for line in lines]
