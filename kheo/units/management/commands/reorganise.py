"""`kheo reorganise KEY [--carry-out]`: preview a reorganisation as JSON, or carry it out."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from kheo.units import reorganise


class Command(BaseCommand):
    help = "Previews a reorganisation of areas and bodies, or carries it out. Twice changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "key", nargs="?", help="for example sap-xep-2025; without it, the known ones are listed"
        )
        parser.add_argument("--carry-out", action="store_true")

    def handle(self, *args: Any, key: str | None = None, carry_out: bool = False, **options: Any) -> None:
        plans = {plan.key: plan for plan in reorganise.known_plans()}
        if key is None:
            for plan in plans.values():
                self.stdout.write(f"{plan.key}  {plan.change.on}  {plan.name}")
            return
        if key not in plans:
            raise CommandError(f"There is no reorganisation {key!r}. Known: {', '.join(plans)}.")
        if carry_out:
            story = reorganise.carry_out(plans[key])
            self.stdout.write(json.dumps(story.counts, ensure_ascii=False, indent=1))
        else:
            preview = reorganise.preview(plans[key])
            self.stdout.write(json.dumps(preview.as_json(), ensure_ascii=False, indent=1))
