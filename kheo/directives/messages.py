"""What is written to bodies about their duties: a new document, an answer owed, an answer returned."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kheo.lib.refusals import Refused
from kheo.messaging.kinds import Kind, kinds
from kheo.units.models import Post, Unit

from .models import Directive, Duty, Reply


def declare() -> None:
    kinds.add(
        Kind(
            "duties_given",
            _("A document that gives tasks"),
            "link",
            _(
                "To [unit]. [what] gives your body tasks. Please receive it, make it known and answer "
                "here:\n[link]\nRespectfully, [sender]."
            ),
            rows=lambda post: Directive.objects.visible_to(post),
            units=asked,
            words=about_document,
            check=gave,
            group_text=_(
                "Dear comrades, [what] gives tasks to your bodies. Each finds its own here after signing "
                "in:\n[link]\nPlease receive them, make them known and answer. Respectfully, [sender]."
            ),
        ),
        Kind(
            "replies_due",
            _("Answers to a document are owed"),
            "reminder",
            _(
                "To [unit]. We have not yet received your answer on the tasks given by [what] (until: "
                "[until]). Please answer here:\n[link]\nIf it has been sent already, please let us know. "
                "Respectfully, [sender]."
            ),
            rows=lambda post: Directive.objects.visible_to(post),
            units=owing,
            words=about_document,
            check=gave,
            group_text=_(
                "Dear comrades, until today these bodies still owe an answer on the tasks given by [what] "
                "(until: [until]):\n[list]\nPlease answer here after signing in:\n[link]\nRespectfully, "
                "[sender]."
            ),
        ),
        Kind(
            "reply_due",
            _("An answer on a task is owed"),
            "reminder",
            _(
                "To [unit]. Please answer on the task given by [what] (until: [until]) here:\n[link]\nIf "
                "you have met with difficulties, say so there. Respectfully, [sender]."
            ),
            rows=lambda post: (
                Duty.objects.visible_to(post).live().select_related("unit", "assignment__directive")
            ),
            units=lambda post, duty: [duty.unit.today] if duty.owes_answer else [],
            words=about_duty,
            check=lambda post, duty: decides(post, duty),
        ),
        Kind(
            "reply_returned",
            _("An answer was returned"),
            "return",
            _(
                "To [unit]. Your answer on the task given by [what] was returned to be completed. What is "
                "missing is written here:\n[link]\nPlease complete it and send it again. Respectfully, "
                "[sender]."
            ),
            rows=lambda post: Reply.objects.visible_to(post)
            .filter(outcome=Reply.Outcome.RETURNED)
            .select_related("duty__unit", "duty__assignment__directive"),
            units=lambda post, reply: [reply.duty.unit.today],
            words=about_reply,
            check=lambda post, reply: decides(post, reply.duty),
        ),
    )  # fmt: skip


def owing(post: Post, directive: Directive) -> Sequence[Unit]:
    """The bodies of today that still owe an answer to a document, each once, in Vietnamese order."""
    return _bodies(Duty.objects.live().filter(assignment__directive=directive).unanswered())


def asked(post: Post, directive: Directive) -> Sequence[Unit]:
    """The bodies of today to which a document gave tasks."""
    return _bodies(Duty.objects.live().filter(assignment__directive=directive))


def still_owing(directive: Directive, paths: Iterable[str]) -> list[Unit]:
    """Of the bodies at these paths of today those that owe an answer to a document."""
    duties = Duty.objects.live().filter(assignment__directive=directive, unit__path_now__in=paths)
    return _bodies(duties.unanswered())


def _bodies(duties: Any) -> list[Unit]:
    paths = duties.order_by().values("unit__path_now")
    # A document may ask thousands: what a message says of each is all that is read.
    said = ("name", "path", "path_now", "sort_key", "valid_from", "valid_to", "area__name", "area__full_name")
    found = Unit.objects.living().filter(path_now__in=paths).select_related("area")
    return list(found.only(*said).order_by("sort_key", "pk"))


def gave(post: Post, directive: Directive) -> None:
    """Only the body a document was entered for urges those it was given to."""
    if post.unit.path_now != directive.entered_for.path_now:
        raise Refused(
            gettext("Only %(unit)s urges others on this document.") % {"unit": directive.entered_for.today}
        )


def decides(post: Post, duty: Duty) -> None:
    superiors = duty.superiors()
    if all(unit.path_now != post.unit.path_now for unit in superiors):
        raise Refused(
            gettext("Only %(units)s urges on this task.") % {"units": "; ".join(map(str, superiors))}
        )


def about_document(post: Post, directive: Directive) -> Mapping[str, Any]:
    due = (
        Duty.objects.live().filter(assignment__directive=directive, due_on__isnull=False).unanswered()
        .order_by("due_on").values_list("due_on", flat=True).first()
    )  # fmt: skip
    # Each body finds its own duties at this one address, once signed in.
    return {"what": directive.full_name, "until": due, "link": f"{reverse('our_duties')}#d{directive.pk}"}


def about_duty(post: Post, duty: Duty) -> Mapping[str, Any]:
    return {
        "what": duty.assignment.directive.full_name,
        "until": duty.due_on,
        "link": reverse("duty", args=[duty.pk]),
    }


def about_reply(post: Post, reply: Reply) -> Mapping[str, Any]:
    link = f"{reverse('duty', args=[reply.duty_id])}#r{reply.pk}"
    return {"what": reply.duty.assignment.directive.full_name, "until": reply.duty.due_on, "link": link}
