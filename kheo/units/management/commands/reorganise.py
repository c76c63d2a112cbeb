"""`kheo reorganise KEY [--prepare] [--carry-out]`: preview a reorganisation, prepare it, carry it out."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from kheo.lib.formats import number
from kheo.lib.refusals import Refused
from kheo.units import reorganise
from kheo.units.models import Reorganisation


class Command(BaseCommand):
    help = (
        "Previews a reorganisation of areas and bodies, prepares it, carries it out. Twice changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "key", nargs="?", help="for example sap-xep-2025; without it, the known ones are listed"
        )
        parser.add_argument(
            "--prepare",
            action="store_true",
            help="prepare a confirmed decision, saying how far it is; if its day has come, carry it out",
        )
        parser.add_argument("--carry-out", action="store_true")

    def handle(
        self,
        *args: Any,
        key: str | None = None,
        prepare: bool = False,
        carry_out: bool = False,
        **options: Any,
    ) -> None:
        plans = {plan.key: plan for plan in reorganise.known_plans()}
        entered = {
            story.key: story for story in Reorganisation.objects.exclude(key__in=plans).exclude(change={})
        }
        if key is None:
            for known in plans.values():
                self.stdout.write(f"{known.key}  {known.change.on}  {known.name}")
            for each in entered.values():
                self.stdout.write(f"{each.key}  {each.on}  {each.name}  ({each.state[0]})")
            return
        story = entered.get(key)
        plan = plans.get(key) or (reorganise.plan_of(story) if story else None)
        if plan is None:
            raise CommandError(
                _("There is no reorganisation “%(key)s”. Known: %(known)s.")
                % {"key": key, "known": ", ".join([*plans, *entered])}
            )
        if story is not None and (prepare or carry_out) and not story.is_waiting and not story.carried_out_at:
            raise CommandError(_("This decision is %s. Confirm it on its page first.") % story.state[0])
        try:
            if prepare and story is not None:
                reorganise.finish(story.pk, say=self._say)
            if carry_out:
                counts = reorganise.carry_out(plan).counts
                self.stdout.write(json.dumps(counts, ensure_ascii=False, indent=1))
            elif not prepare:
                told = reorganise.preview(plan).as_json()
                self.stdout.write(json.dumps(told, ensure_ascii=False, indent=1))
        except Refused as refused:
            raise CommandError(str(refused)) from refused

    def _say(self, story: Reorganisation) -> None:
        made = "; ".join(f"{what} {number(done)}/{number(total)}" for what, done, total in story.made)
        self.stdout.write(f"{story.percent} %  {made}".rstrip())
