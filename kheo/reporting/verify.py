"""States against their rows: each record's state is what its last step, ending or reply says.

The verbs write both in one transaction; this proves that nothing else has. Only what was entered is held
against what was entered, across all rooms below; figures are proved by `kheo tallies verify`.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from kheo.directives.models import Directive, Duty, Reply
from kheo.directives.models.directive import Step as DirectiveStep
from kheo.fieldwork.models import FieldReport, UnitReport
from kheo.files.models import Blob
from kheo.initiatives.models import Catalogue, Ending, Enrolment, Initiative, Step
from kheo.recognition.models import Recognition, RecognitionStep
from kheo.submissions.models import Submission, SubmissionStep
from kheo.upkeep.models import YearArchive


@dataclass(frozen=True)
class Check:
    """One thing that must hold: which rows are compared and which of them do not hold, with the reason."""

    name: str
    compared: Callable[[], QuerySet]
    wrong: Callable[[], Iterator[tuple[Any, str]]]


def _last(steps: Any, of: str, order: str = "at") -> Subquery:
    """The state of a record's last step."""
    return Subquery(
        steps._base_manager.filter(**{of: OuterRef("pk")}).order_by(f"-{order}", "-pk").values("state")[:1]
    )


def _follows(model: Any, steps: Any, of: str, first: str = "") -> Check:
    """The state is that of the last step; `first` is the state before there is any step."""

    def rows() -> QuerySet:
        return model._base_manager.all()

    def wrong() -> Iterator[tuple[Any, str]]:
        stepped = rows().annotate(stepped=_last(steps, of)).order_by("pk")
        holds = Q(stepped=F("state"))
        if first:
            holds |= Q(stepped=None, state=first)
        differing = stepped.exclude(pk__in=stepped.filter(holds).values("pk"))
        for row in differing.iterator():
            yield row, f"is {row.state}, its last step says {row.stepped or 'nothing'}"

    return Check(f"{model.__name__}: the state is that of the last step", rows, wrong)


def none_of(name: str, compared: Callable[[], QuerySet], bad: Callable[[], QuerySet], why: str) -> Check:
    return Check(name, compared, lambda: ((row, why) for row in bad().order_by("pk").iterator()))


def _approved() -> QuerySet:
    return Enrolment._base_manager.filter(state=Enrolment.State.APPROVED)


def _approved_by_list() -> QuerySet:
    return Step.objects.filter(
        enrolment=OuterRef("pk"), state=Enrolment.State.APPROVED, catalogue__purpose=Catalogue.Purpose.APPROVE
    )


def _ended() -> QuerySet:
    return Initiative._base_manager.filter(state=Initiative.State.ENDED)


def _ending(**more: Any) -> Exists:
    return Exists(Ending.objects.filter(initiative=OuterRef("pk"), **more))


def _waiting(**more: Any) -> Exists:
    return Exists(Reply.objects.filter(duty=OuterRef("pk"), **more))


def _duties(*states: str) -> QuerySet:
    return Duty._base_manager.filter(state__in=states)


def _last_reply() -> Subquery:
    standing = Reply.objects.filter(duty=OuterRef("pk")).exclude(outcome=Reply.Outcome.SUPERSEDED)
    return Subquery(standing.order_by("-sent_at", "-pk").values("outcome")[:1])


def _wrongly_answered() -> Iterator[tuple[Any, str]]:
    """A duty whose answers say otherwise: waiting ones where it is decided, or none where it is answered."""
    states, outcomes = Duty.State, Reply.Outcome
    for row in _duties(states.ANSWERED).exclude(_waiting(outcome=outcomes.WAITING)).order_by("pk"):
        yield row, "is answered, but no answer waits"
    settled = (states.ACCEPTED, states.RETURNED, states.DECLINED)
    for row in _duties(*settled).filter(_waiting(outcome=outcomes.WAITING)).order_by("pk"):
        yield row, f"is {row.state}, but an answer still waits"
    told = {states.ACCEPTED: outcomes.ACCEPTED, states.DECLINED: outcomes.ACCEPTED}
    for row in _duties(*settled).annotate(told=_last_reply()).order_by("pk"):
        if row.told != told.get(row.state, outcomes.RETURNED):
            yield row, f"is {row.state}, its last answer is {row.told or 'none'}"


def _wrongly_counted() -> Iterator[tuple[Any, str]]:
    counted = Duty._base_manager.annotate(sent=Count("replies")).exclude(sent=F("answers"))
    for row in counted.order_by("pk"):
        yield row, f"says {row.answers} answers, there are {row.sent}"


CHECKS = [
    _follows(Enrolment, Step, "enrolment"),
    _follows(Submission, SubmissionStep, "submission"),
    none_of(
        "Enrolment: what is approved stands in a catalogue",
        _approved,
        lambda: _approved().exclude(Q(approved_on__isnull=False) & Exists(_approved_by_list())),
        "is approved, but by no catalogue",
    ),
    none_of(
        "Initiative: what has ended has its ending",
        _ended,
        lambda: _ended().exclude(_ending(on=OuterRef("ended_on"))),
        "has ended, but no ending of that day says so",
    ),
    none_of(
        "Initiative: what has an ending has ended",
        Ending.objects.all,
        lambda: Initiative._base_manager.exclude(state=Initiative.State.ENDED).filter(_ending()),
        "has an ending, but its state is another",
    ),
    _follows(Directive, DirectiveStep, "directive", first=Directive.State.READ),
    Check("Duty: its answers say the same", Duty._base_manager.all, _wrongly_answered),
    Check("Duty: its answers are counted", Duty._base_manager.all, _wrongly_counted),
    none_of(
        "Reply: what is decided says by whom",
        lambda: Reply._base_manager.filter(outcome__in=["accepted", "returned"]),
        lambda: Reply._base_manager.filter(outcome__in=["accepted", "returned"]).filter(
            Q(decided_by=None) | Q(decided_at=None)
        ),
        "is decided, but nobody decided it",
    ),
    _follows(FieldReport, FieldReport._meta.get_field("steps").related_model, "report"),
    _follows(UnitReport, UnitReport._meta.get_field("steps").related_model, "report"),
    _follows(Recognition, RecognitionStep, "recognition"),
    none_of(
        "Recognition: its tier is that of its decision",
        Recognition._base_manager.all,
        lambda: Recognition._base_manager.exclude(tier=F("decision__tier")),
        "has another tier than its decision",
    ),
    none_of(
        "Recognition: it counts through a year of its own initiative",
        Recognition._base_manager.all,
        lambda: Recognition._base_manager.exclude(initiative=F("enrolment__initiative")),
        "counts through the year of another initiative",
    ),
    none_of(
        "Photo: what left the disk for an archive lies in one",
        lambda: Blob.objects.exclude(kept_in=""),
        lambda: Blob.objects.exclude(kept_in="").exclude(
            gone=True, kept_in__in=YearArchive.objects.holding().values("name")
        ),
        "is in no archive that holds anything",
    ),
]
