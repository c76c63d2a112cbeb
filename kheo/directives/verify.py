"""Holds what lists show (states, counts) against the rows it was written from."""

from collections.abc import Iterator

from django.db.models import Count, F, OuterRef, Q, Subquery

from .models import Directive, Duty, Reply, Step


def faults() -> Iterator[str]:
    """One sentence for each directive or duty whose state does not follow from its rows."""
    last_step = Step.objects.filter(directive=OuterRef("pk")).order_by("-pk").values("state")[:1]
    stepped = Directive.objects.annotate(last=Subquery(last_step)).exclude(last=None)
    for directive in stepped.exclude(state=F("last")).order_by("pk"):
        yield f"directive {directive.pk}: state {directive.state}, last step {directive.last}"
    newest = Reply.objects.filter(duty=OuterRef("pk")).order_by("-pk")
    duties = Duty.objects.annotate(
        sent=Count("replies"),
        waiting=Count("replies", filter=Q(replies__outcome=Reply.Outcome.WAITING)),
        last_status=Subquery(newest.values("status")[:1]),
    ).order_by("pk")
    for duty in duties.exclude(answers=F("sent")):
        yield f"duty {duty.pk}: {duty.answers} answers counted, {duty.sent} there"
    for duty in duties.filter(sent__gt=0).exclude(progress=F("last_status")):
        yield f"duty {duty.pk}: progress {duty.progress}, last answer {duty.last_status}"
    decided = [Duty.State.ACCEPTED, Duty.State.RETURNED, Duty.State.DECLINED]
    for duty in duties.filter(waiting__gt=0).exclude(state=Duty.State.ANSWERED):
        yield f"duty {duty.pk}: an answer waits, but its state is {duty.state}"
    for duty in duties.filter(waiting=0, state=Duty.State.ANSWERED):
        yield f"duty {duty.pk}: said to be answered, but no answer waits"
    for duty in duties.filter(sent=0, state__in=decided):
        yield f"duty {duty.pk}: {duty.state} without any answer"
