"""`kheo figures --year 2026 --by area --structure today --json`: figures from the cells, on the machine.

`kheo figures --every` prints every year in every reading, one table a line as JSON, for a comparison.
"""

import json
from datetime import date
from typing import Any, get_args

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Max, Min
from django.utils.translation import override

from kheo.lib.database import one_moment
from kheo.lib.periods import Period, today
from kheo.reporting.coverage import Coverage
from kheo.reporting.models import ReportedFigure
from kheo.tallies.estimates import Estimate
from kheo.tallies.figures import READINGS, By, Reading, Table, structure_day
from kheo.tallies.models import Cell

MOST_REPORTED = 500


class Command(BaseCommand):
    help = "Counts and sums of a year, half-year or quarter, in the structure of any day."

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--year", type=int)
        which.add_argument("--every", action="store_true", help="each year in each reading, one a line")
        span = parser.add_mutually_exclusive_group()
        span.add_argument("--half", type=int, choices=[1, 2])
        span.add_argument("--quarter", type=int, choices=[1, 2, 3, 4])
        parser.add_argument("--by", choices=[each for each in READINGS if each != "year"], default="field")
        parser.add_argument(
            "--structure", default="then", help="then (of the period itself), today, or a day as YYYY-MM-DD"
        )
        parser.add_argument(
            "--known-on",
            type=date.fromisoformat,
            help="as known at the end of a past day (YYYY-MM-DD), before what was entered or corrected later",
        )
        parser.add_argument("--sample", action="store_true", help="with the invented areas and bodies")
        parser.add_argument("--missing", action="store_true", help="name the communes that are missing")
        parser.add_argument("--json", action="store_true")

    @one_moment()
    def handle(self, *args: Any, **options: Any) -> None:
        if options["every"]:
            self.every()
            return
        period = _period(options)
        try:
            structure = structure_day(options["structure"], period)
        except ValueError:
            raise CommandError(
                f"--structure {options['structure']}: write then, today or a day as 2025-06-30."
            )
        if options["known_on"] and options["known_on"] >= today():
            raise CommandError(f"--known-on {options['known_on']}: name a past day.")
        reading = Reading(
            period,
            structure=structure,
            everything=True,
            sample=options["sample"],
            known_on=options["known_on"],
        )
        table = reading.by(options["by"])
        bodies = reading.estimates_of_bodies(options["by"]) if options["by"] in ("unit", "line") else []
        estimates = [*reading.estimates, *bodies]
        coverage = Coverage(reading, None)
        figures = ReportedFigure.objects.standing().whole().inside(period).with_parts()
        if not options["sample"]:
            figures = figures.filter(sample=False)
        reported = list(figures[:MOST_REPORTED])
        if options["json"]:
            told = {
                **table.as_json(),
                "estimates": [_estimate(each) for each in estimates],
                "coverage": coverage.as_json(),
                "by_report": [_json(figure) for figure in reported],
            }
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=1))
        else:
            self.stdout.write(_plain(table))
            self.stdout.write(_behind(coverage, options["missing"]))
            with override("en"):
                for estimate in estimates:
                    self.stdout.write(estimate.sentence)
            for figure in reported:
                self.stdout.write(_stated(figure))

    def every(self) -> None:
        """As they were and as they are in today's structure, the invented areas and bodies among them."""
        periods = Cell.objects.order_by().aggregate(first=Min("period"), last=Max("period"))
        if periods["first"] is None:
            return
        for year in range(periods["first"].year, periods["last"].year + 1):
            period = Period.year(year)
            for structure in sorted({structure_day("then", period), today()}):
                reading = Reading(period, structure=structure, everything=True, sample=True)
                for by in get_args(By):
                    self.stdout.write(json.dumps(reading.by(by).as_json(), ensure_ascii=False))


def _period(options: dict[str, Any]) -> Period:
    year = options["year"]
    if not 1900 <= year <= 9998:
        raise CommandError(f"--year {year}: there are no figures of such a year.")
    if options["half"]:
        return Period.half(year, options["half"])
    return Period.quarter(year, options["quarter"]) if options["quarter"] else Period.year(year)


def _plain(table: Table) -> str:
    """Measures with figures as columns; amounts are whole numbers of their smallest unit."""
    names = [measure.name for measure in table.measures if table.totals[measure.name]]
    rows = [row for row in table.rows if any(row.values.values())]
    lines = [["", *names]]
    with override("en"):
        lines += [[f"{row.code} {row.named}".strip(), *(str(row.of(name)) for name in names)] for row in rows]
    lines.append(["TOTAL", *(str(table.totals[name]) for name in names)])
    widths = [max(len(line[at]) for line in lines) for at in range(len(names) + 1)]
    text = [
        "  ".join(
            [line[0].ljust(widths[0]), *(cell.rjust(w) for cell, w in zip(line[1:], widths[1:], strict=True))]
        )
        for line in lines
    ]
    span = f"{table.period.first} – {table.period.last}, structure of {table.structure}"
    return "\n".join([span, *text])


def _behind(coverage: Coverage, missing: bool) -> str:
    told = coverage.as_json()
    line = f"{told['behind']}/{told['asked']} communes stand behind the totals"
    if told["by_report_alone"]:
        line += f" ({len(told['by_report_alone'])} of them by report alone, not counted)"
    if missing and told["missing"]:
        line += "\nmissing: " + ", ".join(told["missing"])
    return line


def _stated(figure: ReportedFigure) -> str:
    with override("en"):
        line = (
            f"by report, never added: {figure.who}, {figure.measure}, {figure.period_words}: {figure.value}"
        )
        return " ".join([f"{line} ({figure.source})", *figure.sum_sentences])


def _estimate(estimate: Estimate) -> dict[str, Any]:
    return {
        "area": estimate.name,
        "shares": [{"area": name, "share": str(share)} for name, share in estimate.named_shares],
        "bases": estimate.bases,
    }


def _json(figure: ReportedFigure) -> dict[str, Any]:
    return {
        "who": figure.who,
        "measure": figure.measure,
        "from": figure.period_first.isoformat(),
        "to": figure.period_last.isoformat(),
        "value": figure.value,
        "source": str(figure.source),
        "sums": [{"by": by, "parts": total, "agrees": total == figure.value} for by, total in figure.sums],
    }
