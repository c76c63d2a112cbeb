"""The family line of an area or a body: what it was, what it became, when and by which decision, step by
step.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from kheo.lib.periods import FOREVER
from kheo.places.models import Area, AreaSuccession, Level


@dataclass
class Member:
    """One of a step, with how it went over or took over: "in part (2/5)"."""

    thing: Any
    words: list[str] = field(default_factory=list)
    # Whether it is the one whose line this is.
    here: bool = False


@dataclass
class Step:
    """What went over into what on one day: those before, those after."""

    on: date
    bases: list[str]
    before: list[Member]
    after: list[Member]


def of_area(area: Area) -> list[Step]:
    """The steps of an area from its first forebears to its heirs of today, in order. A query a generation."""
    ties = AreaSuccession.objects.filter(known_to=FOREVER).exclude(predecessor__level=Level.PART)
    above = "parent__parent__parent"
    ties = ties.select_related(f"predecessor__{above}", f"successor__{above}").order_by("on", "pk")
    return steps(links_of(ties, area.pk), area.pk)


def links_of(ties: Any, pk: int) -> list[Any]:
    """Every succession on the way back to the forebears of a row, and on to its heirs."""
    found: dict[int, Any] = {}
    for there, here in (("predecessor", "successor"), ("successor", "predecessor")):
        met: set[int] = set()
        going = {pk}
        while going:
            met |= going
            rows = list(ties.filter(**{f"{here}__in": going}))
            found |= {row.pk: row for row in rows}
            going = {other for row in rows if (other := getattr(row, f"{there}_id"))} - met
    return sorted(found.values(), key=lambda row: (row.on, row.pk))


def steps(links: Iterable[Any], here: int) -> list[Step]:
    """The links of one day that hang together are one step."""
    found: list[tuple[Step, set[tuple[str, int]]]] = []
    for link in links:
        ends = {("before", link.predecessor_id)}
        if link.successor_id:
            ends.add(("after", link.successor_id))
        touching = [each for each in found if each[0].on == link.on and each[1] & ends]
        step, known = touching[0] if touching else (Step(link.on, [], [], []), set())
        for other, more in touching[1:]:
            # This link ties what stood apart so far.
            step.before += other.before
            step.after += other.after
            step.bases += [basis for basis in other.bases if basis not in step.bases]
            known |= more
            found = [each for each in found if each[0] is not other]
        if not touching:
            found.append((step, known))
        known |= ends
        _put(step.before, link.predecessor, here, _in_words(link))
        if link.successor_id:
            _put(step.after, link.successor, here, "")
        if link.legal_basis and link.legal_basis not in step.bases:
            step.bases.append(link.legal_basis)
    return sorted((step for step, _known in found), key=lambda step: step.on)


def _put(members: list[Member], thing: Any, here: int, words: str) -> None:
    member = next((each for each in members if each.thing.pk == thing.pk), None)
    if member is None:
        member = Member(thing, here=thing.pk == here)
        members.append(member)
    if words and words not in member.words:
        member.words.append(words)


def _in_words(link: Any) -> str:
    words = str(link.get_kind_display())
    if link.share_numerator and link.share_numerator != link.share_denominator:
        return f"{words} ({link.share_numerator}/{link.share_denominator})"
    return words
