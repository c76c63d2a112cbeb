"""`kheo list read FILE` shows what is found in an office's list; `kheo list load FILE …` loads it.

Both go the way of the pages, so that a file is tried without a browser.
"""

import json
import time
from argparse import ArgumentParser
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from kheo.lib.refusals import Refused
from kheo.lists import doubts, loading, taking_in
from kheo.lists.models import OfficeList, Row
from kheo.units.models import Post, Unit


class Command(BaseCommand):
    help = "Reads an office's list (read FILE), or loads it (load FILE --unit … --by …)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        reading = actions.add_parser("read", help="the headings found, what they mean, the lines, the doubts")
        loading_it = actions.add_parser("load", help="take it in for a unit and load it")
        for action in (reading, loading_it):
            action.add_argument("file")
            action.add_argument("--unit", help="name of the unit, or its id")
            action.add_argument("--by", help="user name of who hands it in; places are then read too")
            action.add_argument("--mapping", help="JSON: a target for each column, or {heading: target}")
            action.add_argument("--number", help="number of the list, where its title says none")
            action.add_argument("--signed-on", help="day of the list, YYYY-MM-DD")
            action.add_argument("--year", type=int)
            action.add_argument("--json", action="store_true", help="print JSON, nothing else")
        loading_it.add_argument(
            "--leave-out-doubtful", action="store_true", help="load what is clear and leave the rest out"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"])
        try:
            content = path.read_bytes()
        except OSError as error:
            raise CommandError(f"{path}: {error.strerror}")
        try:
            if options["action"] == "read" and not options["by"]:
                self._show(self._laid_out(content, path.name, options), options["json"])
            else:
                self._take_in(content, path.name, options)
        except Refused as refusal:
            raise CommandError(str(refusal))

    def _laid_out(self, content: bytes, name: str, options: dict[str, Any]) -> dict[str, Any]:
        """What is found in the file alone, without a database's places."""
        found = taking_in.read(content, name)
        mapping = _mapping(options, found.headings) or taking_in.guessed(found)
        return {
            "title": found.title,
            "document": found.document,
            "number": found.number,
            "signed_on": str(found.signed_on or ""),
            "issuer": found.issuer,
            "year": found.year,
            "tables": found.tables,
            "notes": found.notes,
            "columns": [
                {"heading": heading, "holds": holds, "samples": found.samples(at)}
                for at, (heading, holds) in enumerate(zip(found.headings, mapping, strict=True))
            ],
            "lines": [
                {
                    "table": found.tables[line.table],
                    "row": line.number,
                    "says": {
                        **line.within,
                        **{
                            holds: cell
                            for holds, cell in zip(mapping, line.cells, strict=True)
                            if cell and holds != "ignore"
                        },
                    },
                }
                for line in found.lines
            ],
            "asides": [vars(aside) for aside in found.asides],
        }

    def _show(self, told: dict[str, Any], as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=1, default=str))
            return
        self.stdout.write(
            f"{told['title']}\n{told['document']} {told['number']} {told['signed_on']} {told['issuer']}"
        )
        for column in told["columns"]:
            self.stdout.write(
                f"  {column['heading'] or '–'}: {column['holds']}  ({'; '.join(column['samples'])[:80]})"
            )
        for line in told["lines"]:
            self.stdout.write(f"{line['row']}: " + "; ".join(f"{k}={v}" for k, v in line["says"].items()))
        for why, count in Counter(aside["why"] for aside in told["asides"]).items():
            self.stdout.write(f"  {why}: {count}")

    def _take_in(self, content: bytes, name: str, options: dict[str, Any]) -> None:
        """As the pages do. With "read" nothing is loaded; the list stays, to be settled on its page."""
        by = _post(options)
        made = taking_in.take_in(by, upload=ContentFile(content, name=name))
        mapping = _mapping(options, made.headings) or made.mapping
        day = date.fromisoformat(options["signed_on"]) if options["signed_on"] else made.signed_on
        year = options["year"] or made.year or (day.year if day else None)
        if year is None:
            raise Refused(_("The title names no day and no year. Say them with --signed-on and --year."))
        loading_facts = {
            "document": made.document,
            "number": options["number"] or made.number,
            "signed_on": day or date(year, 12, 31),
            "issuer": made.issuer,
            "year": year,
            "default_owner": made.default_owner,
            "default_kind": made.default_kind,
        }
        begun = time.monotonic()
        made.describe(by=by, mapping=mapping, **loading_facts)
        loading.read_rows.func(made.pk)
        made = OfficeList.objects.get(pk=made.pk)
        if options["action"] == "load":
            self._load(made, by, options)
        told = self._told(made)
        told["seconds"] = round(time.monotonic() - begun, 1)
        if options["json"]:
            self.stdout.write(json.dumps(told, ensure_ascii=False, indent=1))
            return
        for line in told["lines"]:
            said = "; ".join(f"{d['cell']}: {d['why']}" for d in line["doubts"])
            self.stdout.write(
                f"{line['row']}: {line['name']} · {line['place']} · {line['owner']} · {line['field']} {said}"
            )
        self.stdout.write(f"{told['counts']} ({told['seconds']} s) {made.get_absolute_url()}")

    def _load(self, made: OfficeList, by: Post, options: dict[str, Any]) -> None:
        from kheo.lists import correcting

        if options["leave_out_doubtful"]:
            correcting.leave_out_doubtful(made, _("Left out while loading by command."), by=by)
        if made.counts()["must"]:
            return
        loading.begin_to_load(made, by=by)
        loading.load_rows.func(made.pk, by.pk)
        made.refresh_from_db()

    def _told(self, made: OfficeList) -> dict[str, Any]:
        rows = list(made.rows.with_facts().order_by("order"))
        for row in rows:
            row.list = made
        doubts.told(rows)
        return {
            "id": made.pk,
            "source": made.source,
            "state": made.state,
            "counts": {name: n for name, n in made.counts().items() if n},
            "columns": dict(zip(made.headings, made.mapping, strict=True)),
            "lines": [_line(row) for row in rows],
        }


def _line(row: Row) -> dict[str, Any]:
    return {
        "row": row.number,
        "name": row.name,
        "place": row.area.full_place if row.area else "",
        "hamlet": row.hamlet,
        "owner": row.owner_typed or (row.owner.name if row.owner else ""),
        "field": row.field.name if row.field else "",
        "state": row.state,
        **row.facts,
        "doubts": [
            {
                "cell": doubt.target,
                "said": doubt.said,
                "why": doubt.why,
                "must": doubt.must,
                "choices": doubt.choices,
            }
            for doubt in row.told  # type: ignore[attr-defined]
        ],
    }


def _mapping(options: dict[str, Any], headings: list[str]) -> list[str]:
    if not options["mapping"]:
        return []
    said = json.loads(options["mapping"])
    return [said.get(heading, "ignore") for heading in headings] if isinstance(said, dict) else list(said)


def _post(options: dict[str, Any]) -> Post:
    if not options["by"]:
        raise CommandError(_("Say who hands it in: --by USER NAME."))
    posts = Post.objects.current().filter(user__username=options["by"]).select_related("unit__area", "user")
    if unit := options["unit"]:
        known = Unit.objects.filter(pk=int(unit)) if unit.isdecimal() else Unit.objects.filter(name=unit)
        posts = posts.filter(unit__in=known)
    post = posts.order_by("pk").first()
    if post is None:
        raise CommandError(_("%s holds no post there.") % options["by"])
    return post
