"""What speaks for an heir, each reason in words. Suggestions are shown and counted; a person settles.

A hamlet: its name is known at an heir, or an heir's people have worked on its records since. A record: its
words name a hamlet of an heir or the heir itself, its body went over to one heir, or an heir's people have
worked on it since. Coordinates are none of the reasons: Kheo keeps none, and photos lose theirs.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from kheo.fieldwork.models.field_reports import FieldReportStep
from kheo.initiatives.models import Initiative
from kheo.initiatives.models.enrolments import Step
from kheo.lib.vietnamese import fold
from kheo.places.models import Area, Level
from kheo.places.parts import Way
from kheo.settlements.models import Settlement
from kheo.settlements.settling import key_of
from kheo.units.models import Unit


@dataclass(frozen=True)
class Suggestion:
    """That a thing belongs to the heir at the end of a way, and why one may think so."""

    key: str
    heir: Area
    why: str


Suggested = dict[int, list[Suggestion]]


class Clues:
    """What is known about the heirs of one divided commune, read once for all its lists."""

    def __init__(self, commune: Area, ways: Sequence[Way]) -> None:
        self.commune, self.ways = commune, [way for way in ways if len(way) > 1]
        self._by_heir = {way[-1].pk: way for way in self.ways}
        self._hamlets: dict[str, set[int]] = defaultdict(set)
        living = Area.objects.filter(level=Level.HAMLET, in_force=True, annulled=False)
        rows = living.filter(parent__in=self._by_heir)
        for parent, folded, type in rows.values_list("parent", "folded", "type"):
            # "xóm 1" is a name with its type, "1" is not.
            bare = len(folded) > 2 and not folded.isdigit()
            self._hamlets[folded if bare else f"{fold(type)} {folded}"].add(parent or 0)
        self._names = {way[-1].pk: fold(way[-1].name) for way in self.ways}

    def _say(self, found: Suggested, pk: int, heir: int, why: str) -> None:
        way = self._by_heir[heir]
        said = Suggestion(key_of(way), way[-1], why)
        if said not in found[pk]:
            found[pk].append(said)

    def for_hamlets(self, hamlets: Iterable[Area]) -> Suggested:
        """By the hamlet's id."""
        found: Suggested = defaultdict(list)
        rows = {hamlet.pk: hamlet for hamlet in hamlets}
        for hamlet in rows.values():
            for name in (hamlet.folded, f"{fold(hamlet.type)} {hamlet.folded}"):
                for heir in self._hamlets.get(name, ()):
                    self._say(found, hamlet.pk, heir, _("a hamlet of this name is known there"))
        records = dict(Initiative.objects.filter(area__in=rows).order_by().values_list("pk", "area"))
        for record, heirs in self._worked_on(records).items():
            for heir in heirs:
                self._say(found, records[record], heir, _("its people have worked on records here since"))
        return found

    def for_records(self, records: Iterable[Initiative]) -> Suggested:
        """By the record's id. The records come with their owner and area."""
        found: Suggested = defaultdict(list)
        rows = {record.pk: record for record in records}
        of_hamlets = self.for_hamlets(
            {row.area_id: row.area for row in rows.values() if row.area.level == Level.HAMLET}.values()
        )
        owners = self._heirs_of_bodies({row.owner_id for row in rows.values()})
        since = self._worked_on(rows)
        for row in rows.values():
            for said in of_hamlets.get(row.area_id, []):
                self._say(found, row.pk, said.heir.pk, _("its hamlet: %s") % said.why)
            text = " ".join(re.findall(r"[a-z0-9]+", fold(f"{row.name} {row.goal}")))
            for name, heirs in self._hamlets.items():
                if f" {name} " in f" {text} ":
                    for heir in heirs:
                        self._say(found, row.pk, heir, _("its words name a hamlet there"))
            for heir, name in self._names.items():
                if name != self.commune.folded and f" {name} " in f" {text} ":
                    self._say(found, row.pk, heir, _("its words name it"))
            if row.owner_id in owners:
                self._say(found, row.pk, owners[row.owner_id], _("the body that leads it went over there"))
            for heir in since.get(row.pk, ()):
                self._say(found, row.pk, heir, _("its people have worked on it since"))
        return found

    def for_bodies(self, bodies: Iterable[Unit]) -> Suggested:
        """By the body's id."""
        found: Suggested = defaultdict(list)
        rows = {body.pk: body for body in bodies}
        living = Unit.objects.living().filter(
            area__in=self._by_heir, folded__in={body.folded for body in rows.values()}
        )
        same: dict[tuple[str, str], set[int]] = defaultdict(set)
        for folded, line, area in living.values_list("folded", "line", "area"):
            same[folded, line].add(area)
        for body in rows.values():
            for heir in same.get((body.folded, body.line), ()):
                self._say(found, body.pk, heir, _("a body of this name is known there"))
            text = " ".join(re.findall(r"[a-z0-9]+", body.folded))
            for name, heirs in self._hamlets.items():
                if f" {name} " in f" {text} ":
                    for heir in heirs:
                        self._say(found, body.pk, heir, _("its name holds that of a hamlet there"))
        return found

    def _worked_on(self, records: Iterable[int]) -> dict[int, set[int]]:
        """By record, the heirs whose people have written about it since the division."""
        on = self.commune.valid_to
        here = {"by__unit__area__in": self._by_heir, "at__date__gte": on}
        steps = Step.objects.filter(enrolment__initiative__in=list(records), **here)
        pairs = set(steps.order_by().values_list("enrolment__initiative", "by__unit__area"))
        reports = FieldReportStep.objects.filter(report__enrolment__initiative__in=list(records), **here)
        pairs |= set(reports.order_by().values_list("report__enrolment__initiative", "by__unit__area"))
        found: dict[int, set[int]] = defaultdict(set)
        for record, area in pairs:
            found[record].add(area)
        return found

    def _heirs_of_bodies(self, units: Iterable[int]) -> dict[int, int]:
        """By body, the heir of the commune where the one body stands that certainly answers for it."""
        settled = Settlement.objects.holding().filter(unit__in=list(units), heir__in=self._by_heir)
        found = {unit: heir for unit, heir in settled.values_list("unit", "heir") if unit and heir}
        certain = Unit.objects.filter(pk__in=list(units), heir_undecided=False).exclude(pk__in=found)
        now = {unit.pk: int(unit.path_now.split("/")[-2], 36) for unit in certain.only("path_now")}
        areas = dict(Unit.objects.filter(pk__in=now.values()).values_list("pk", "area"))
        found |= {pk: areas[heir] for pk, heir in now.items() if areas.get(heir) in self._by_heir}
        return found


def one(suggested: list[Suggestion]) -> Suggestion | None:
    """The one heir everything speaks for; None where nothing does, or one thing for another."""
    return suggested[0] if len({each.key for each in suggested}) == 1 else None
