"""When many arrivals are taken in one go, or given back: one verb and one journal entry each.

What cannot be done is told in a sentence and hinders none of the others.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext

from kheo.duties.arrivals import BY_KEY, Arrival
from kheo.fieldwork.models import FieldReport
from kheo.lib.refusals import Refused
from kheo.tallies.counting import counting
from kheo.units.models import Post

MOST_AT_ONCE = 200
# Reports accepted in one transaction: on SQLite it holds the only write lock.
AT_A_TIME = 20


def chosen_from(keys: Iterable[str], post: Post) -> list[Arrival]:
    """The things behind the boxes of the page, in its order. 404 for what the person does not see."""
    wanted: dict[str, list[int]] = {}
    keys = list(dict.fromkeys(keys))
    if len(keys) > MOST_AT_ONCE:
        raise Refused(gettext("At most %d at once. Choose fewer, and the rest afterwards.") % MOST_AT_ONCE)
    for key in keys:
        name, _dash, pk = key.partition("-")
        if name not in BY_KEY or not pk.isdecimal() or len(pk) > 18:
            raise Http404
        wanted.setdefault(name, []).append(int(pk))
    found: dict[str, Arrival] = {}
    for name, ids in wanted.items():
        kind = BY_KEY[name]
        for row in kind.model.objects.visible_to(post).filter(pk__in=ids).with_facts():
            arrival = Arrival(kind, row)
            found[arrival.key] = arrival
    if found.keys() != set(keys):
        raise Http404
    return [found[key] for key in keys]


@dataclass
class Outcome:
    """What became of the chosen: how many of each kind were done, and which were refused and why."""

    done: dict[str, int] = field(default_factory=dict)
    refused: list[Arrival] = field(default_factory=list)

    def note(self, arrival: Arrival, refusal: Refused | None = None) -> None:
        if refusal is None:
            self.done[arrival.kind.key] = self.done.get(arrival.kind.key, 0) + 1
        else:
            arrival.refused = str(refusal)
            self.refused.append(arrival)


def take(arrivals: Sequence[Arrival], *, by: Post) -> Outcome:
    """Accept or receive each: one verb, one journal entry each. What is refused stays as it was.

    Reports are accepted some at a time in one transaction, so that the cells move once for all of them.
    """
    outcome = Outcome()
    reports = sorted((each for each in arrivals if each.kind.model is FieldReport), key=_pk)
    for some in (reports[n : n + AT_A_TIME] for n in range(0, len(reports), AT_A_TIME)):
        _accept_together(some, by, outcome)
    for arrival in sorted((each for each in arrivals if each.kind.model is not FieldReport), key=_pk):
        verb = getattr(arrival.thing, arrival.kind.verb)
        try:
            verb(by=by)
        except Refused as refusal:
            outcome.note(arrival, refusal)
        else:
            outcome.note(arrival)
    return outcome


def _accept_together(some: Sequence[Arrival], by: Post, outcome: Outcome) -> None:
    reports = [each.thing for each in some]
    # A correction takes the place of the accepted version, which may have been of another year.
    replaced = FieldReport.objects.filter(series__in=[each.series for each in reports], state="accepted")
    before = [each.enrolment for each in replaced.select_related("enrolment")]
    results: list[tuple[Arrival, Refused | None]] = []
    with counting(*[report.enrolment for report in reports], *before, only=()):
        for arrival in some:
            try:
                # A savepoint: a refusal half-way leaves nothing of this one and all of the others.
                with transaction.atomic():
                    arrival.thing.accept(by=by)
            except Refused as refusal:
                results.append((arrival, refusal))
            else:
                results.append((arrival, None))
    for arrival, refused in results:
        outcome.note(arrival, refused)


def give_back(arrivals: Sequence[Arrival], reasons: dict[str, str], *, by: Post) -> Outcome:
    """Return each to its author with its reason, by key of the arrival."""
    outcome = Outcome()
    for arrival in sorted(arrivals, key=_pk):
        try:
            arrival.thing.return_(by=by, reason=reasons.get(arrival.key, ""))
        except Refused as refusal:
            outcome.note(arrival, refusal)
        else:
            outcome.note(arrival)
    return outcome


def _pk(arrival: Arrival) -> tuple[str, int]:
    return arrival.kind.key, arrival.thing.pk
