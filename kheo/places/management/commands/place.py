"""`kheo place TEXT [--on DATE] [--json]`: which area is meant, and what it is today.

Exit code 0: found. 2: several fit, they are listed. 1: none.
"""

import json
import sys
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation
from django.utils.translation import gettext as _

from kheo.lib.formats import short_date
from kheo.lib.periods import BEGINNING, FOREVER
from kheo.places import finding
from kheo.places.finding import Match
from kheo.places.models import Area

FOUND, NOT_FOUND, AMBIGUOUS = 0, 1, 2

JSON_SHAPE = """
With --json, one object:
  query, on (ISO date or null), status ("found" | "ambiguous" | "not_found"),
  matches: a list of areas {id, code, level, type, name, full_name, place, from, to} (from and to: ISO dates,
  `to` exclusive, null where open), each with
    exact (accents agree), other_time (not of the day asked for), hamlet (named but not known, or ""),
    today {an area}, decided (whether that heir is certain), legal_basis (of the changes until today, or ""),
    namesakes_today [areas of that name today which are not meant].
"""


class Command(BaseCommand):
    help = "Find the area a text means, on a day, and say what it is today."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.epilog = JSON_SHAPE
        parser.add_argument("text", help='for example "Tam Hợp, Tương Dương"')
        parser.add_argument("--on", help="the day the text is of, YYYY-MM-DD; without it, any time")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            day = date.fromisoformat(options["on"]) if options["on"] else None
        except ValueError:
            raise CommandError(_("Write the day as YYYY-MM-DD, for example 2021-05-29.")) from None
        matches = finding.find(options["text"], on=day)
        status = "found" if len(matches) == 1 else "ambiguous" if matches else "not_found"
        # Only an area of the day asked for counts as found on it.
        if matches and all(match.other_time for match in matches):
            status = "not_found"
        if options["json"]:
            told = {
                "query": options["text"],
                "on": day.isoformat() if day else None,
                "status": status,
                "matches": [_match(match, day) for match in matches],
            }
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=2))
        else:
            with translation.override("vi"):
                self._say(matches, status, day)
        code = {"found": FOUND, "ambiguous": AMBIGUOUS, "not_found": NOT_FOUND}[status]
        if code:
            sys.exit(code)

    def _say(self, matches: list[Match], status: str, day: date | None) -> None:
        if not matches:
            self.stdout.write(_("No area of that name is known."))
            return
        if status == "not_found":
            self.stdout.write(
                _("There was none on %(day)s. At another time:") % {"day": short_date(day or BEGINNING)}
            )
        elif status == "ambiguous":
            self.stdout.write(_("Several areas fit. Add the district or the day:"))
        for match in matches:
            told = _tell(match.area, None if match.other_time else day)
            self.stdout.write(f"{told} ({match.area.span})" if match.area.span else told)
            if match.hamlet:
                self.stdout.write(
                    "  " + _("Hamlet as written, not yet known there: %(name)s") % {"name": match.hamlet}
                )
            if match.area.lives:
                self.stdout.write("  " + _("It still exists today."))
                continue
            became = _("Today: %(place)s") % {"place": _tell(match.today)}
            basis = _basis(match.area)
            self.stdout.write(f"  {became}" + (f" – {basis}" if basis else ""))
            if match.area.heir_undecided:
                self.stdout.write("  " + _("Which of several heirs is meant is not decided."))
            for other in finding.namesakes(match.area):
                self.stdout.write("  " + _("Not to be taken for today's %(place)s") % {"place": _tell(other)})


def _tell(area: Area, day: date | None = None) -> str:
    code = area.code_on(day) if day and area.existed_on(day) else area.code
    return (area.place_on(day) if day else area.full_place) + (f" [{code}]" if code else "")


def _basis(area: Area) -> str:
    """The decisions that led to its heir of today."""
    return "; ".join(dict.fromkeys(link.legal_basis for link in area.decisions() if link.legal_basis))


def _area(area: Area, day: date | None = None) -> dict[str, Any]:
    named = area.named_on(day) if day else None
    return {
        "id": area.pk,
        "code": (area.code_on(day) if day else "") or area.code,
        "level": area.level,
        "type": named.type if named else area.type,
        "name": named.name if named else area.name,
        "full_name": named.full_name if named else area.full_name,
        "place": area.place_on(day) if day else area.full_place,
        "from": None if area.valid_from == BEGINNING else area.valid_from.isoformat(),
        "to": None if area.valid_to == FOREVER else area.valid_to.isoformat(),
    }


def _match(match: Match, day: date | None) -> dict[str, Any]:
    return {
        **_area(match.area, None if match.other_time else day),
        "exact": match.exact,
        "other_time": match.other_time,
        "hamlet": match.hamlet,
        "today": _area(match.today),
        "decided": match.decided,
        "legal_basis": _basis(match.area),
        "namesakes_today": [_area(area) for area in finding.namesakes(match.area)],
    }
