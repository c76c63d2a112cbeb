"""Duties: what one body was asked, and how it answered."""

import uuid
from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import Min, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from kheo.audit.models import record
from kheo.directives.rhythm import STANDING, Rhythm, period_of, span_of
from kheo.files.models import Attachment
from kheo.lib.periods import Period, today
from kheo.lib.refusals import FasterColleague, Refused, was_faster
from kheo.lib.vietnamese import nfc
from kheo.units.models import Post, Role, Unit
from kheo.units.reach import ScopedQuerySet, scope

from .directive import Addressee, Assignment, Directive

ANSWER = (Role.REPORTER, Role.SPECIALIST, Role.REGISTRAR, Role.CLERK, Role.HEAD, Role.DEPUTY)
DECIDE = (Role.SPECIALIST, Role.HEAD, Role.DEPUTY)


class DutyQuerySet(ScopedQuerySet):
    scope_unit = "unit"
    scope_area = "unit__area"

    def visible_to(self, who: Any) -> "DutyQuerySet":
        """Those of units within reach, and those given by a directive entered for a unit within reach."""
        given = "assignment__directive__entered_for"
        asked = scope(Duty._base_manager.all(), who, unit="unit", area="unit__area")
        gave = scope(Duty._base_manager.all(), who, unit=given, area=f"{given}__area")
        return self.filter(pk__in=asked.order_by().values("pk").union(gave.order_by().values("pk")))

    def live(self) -> "DutyQuerySet":
        """Of tasks and documents that have not been withdrawn."""
        return self.filter(
            assignment__withdrawn=False, assignment__directive__state=Directive.State.CONFIRMED
        )

    def of_unit(self, unit: Unit) -> "DutyQuerySet":
        """What this body has to answer: its own duties and those of the bodies it has inherited."""
        return self.filter(Q(unit=unit) | Q(unit__path_now=unit.path_now, unit__heir_undecided=False))

    def unanswered(self, on: date | None = None) -> "DutyQuerySet":
        """Where an answer is still owed: not done by the deadline's task, or nothing said in this period."""
        on = on or today()
        standing = Q()
        for rhythm in STANDING:
            standing |= Q(rhythm=rhythm, answered_period__lt=period_of(rhythm, on))
        once = Q(rhythm=Rhythm.ONCE) & ~Q(
            progress=Reply.Status.DONE, state__in=[Duty.State.ANSWERED, Duty.State.ACCEPTED]
        )
        waiting_for_decision = Q(progress=Reply.Status.NOT_OURS, state=Duty.State.ANSWERED)
        return (
            self.exclude(state=Duty.State.DECLINED)
            .exclude(waiting_for_decision)
            .filter(standing | once | Q(state=Duty.State.RETURNED))
        )

    def overdue(self, on: date | None = None) -> "DutyQuerySet":
        """Past their deadline and not done. A standing task is never among them."""
        return self.unanswered(on).filter(due_on__lt=on or today())

    def due_soon(self, days: int = 14, on: date | None = None) -> "DutyQuerySet":
        on = on or today()
        return self.unanswered(on).filter(due_on__gte=on, due_on__lte=on + timedelta(days=days))


class Duty(models.Model):
    """An assignment given to one concrete unit by the cascade."""

    class State(models.TextChoices):
        GIVEN = "given", gettext_lazy("given")
        RECEIVED = "received", gettext_lazy("received")
        ANSWERED = "answered", gettext_lazy("answered")
        ACCEPTED = "accepted", gettext_lazy("accepted")
        RETURNED = "returned", gettext_lazy("returned")
        DECLINED = "declined", gettext_lazy("not this body's")

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="duties")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="duties_given")
    part = models.CharField(max_length=10, choices=Addressee.Part.choices, default=Addressee.Part.LEAD)
    given_on = models.DateField()
    due_on = models.DateField(gettext_lazy("due on"), null=True, blank=True)
    rhythm = models.CharField(max_length=8, choices=Rhythm.choices, default=Rhythm.HALF)
    state = models.CharField(max_length=10, choices=State.choices, default=State.GIVEN)
    received_by = models.CharField(max_length=120, blank=True)
    received_on = models.DateField(null=True, blank=True)
    # Written by the verbs of the answers, for lists: how often answered, the last status, the last period.
    answers = models.PositiveIntegerField(default=0)
    progress = models.CharField(max_length=12, blank=True)
    answered_period = models.CharField(max_length=8, blank=True)
    sample = models.BooleanField(default=False)

    objects = DutyQuerySet.as_manager()

    class Meta:
        constraints = [
            # The strongest part a body has in a task; it answers for the task once.
            models.UniqueConstraint(fields=["assignment", "unit"], name="duty_once"),
        ]
        indexes = [
            models.Index(fields=["unit", "state"], name="duty_unit_state"),
            models.Index(fields=["assignment", "state"], name="duty_assignment_state"),
        ]

    def __str__(self) -> str:
        return f"{self.unit}: {self.assignment}"

    @property
    def is_standing(self) -> bool:
        return self.rhythm != Rhythm.ONCE

    @property
    def owes_answer(self) -> bool:
        """What `unanswered` asks of the database, for one row that is already here."""
        if self.state == self.State.DECLINED:
            return False
        if self.state == self.State.RETURNED:
            return True
        if self.state == self.State.ANSWERED and self.progress == Reply.Status.NOT_OURS:
            return False
        if self.is_standing:
            return self.answered_period < period_of(self.rhythm, today())
        return not (
            self.progress == Reply.Status.DONE and self.state in (self.State.ANSWERED, self.State.ACCEPTED)
        )

    @property
    def is_overdue(self) -> bool:
        return self.due_on is not None and self.due_on < today() and self.owes_answer

    @property
    def sign(self) -> tuple[str, str]:
        """What to say of it in a list, and in which tone: one look tells what is owed."""
        if self.is_overdue:
            return _("overdue"), "warn"
        if self.state == self.State.RETURNED:
            return _("returned"), "warn"
        if self.state == self.State.DECLINED:
            return _("not theirs"), "off"
        if self.owes_answer:
            if self.due_on and self.due_on <= today() + timedelta(days=14):
                return _("due soon"), "wait"
            if self.progress == Reply.Status.UNDER_WAY:
                return _("under way"), "info"
            if self.state == self.State.RECEIVED:
                return _("received"), "info"
            return (_("to be answered"), "wait") if not self.answers else (_("new period"), "wait")
        if self.state == self.State.ANSWERED:
            return _("answered"), "info"
        return (_("accepted"), "ok")

    @property
    def sign_text(self) -> str:
        return self.sign[0]

    @property
    def sign_tone(self) -> str:
        return self.sign[1]

    def superiors(self) -> list[Unit]:
        """The bodies of today that decide on its answers: who gave it, and the parent by line."""
        directive = self.assignment.directive
        units = [directive.entered_for.today]
        if directive.issuer:
            units.append(directive.issuer.today)
        if parent := self.unit.today.parent:
            units.append(parent.today)
        return list({unit.pk: unit for unit in units}.values())

    def may_be_answered_by(self, post: Post | None) -> bool:
        return bool(post and post.role in ANSWER and post.acts_for(self.unit))

    # Verbs

    def receive(self, by: Post, *, received_by: str = "", on: date | None = None) -> None:
        """The document has arrived at the body asked. Saying so twice is no mistake."""
        by.require(*ANSWER, unit=self.unit)
        with transaction.atomic():
            self._receive(by, nfc(received_by) or str(by.user), on or today())

    @classmethod
    def receive_all(
        cls, duties: Iterable["Duty"], by: Post, *, received_by: str = "", on: date | None = None
    ) -> int:
        """Receive every duty of a document at once; answers how many were new."""
        duties = list(duties)
        for duty in duties:
            by.require(*ANSWER, unit=duty.unit)
        with transaction.atomic():
            return sum(duty._receive(by, nfc(received_by) or str(by.user), on or today()) for duty in duties)

    def reply(self, by: Post, *, file: Attachment | None = None, **words: Any) -> "Reply":
        """Answer the duty; see `reply_all`."""
        return Duty.reply_all([self], by, file=file, **words)[0]

    @classmethod
    def reply_all(
        cls, duties: Iterable["Duty"], by: Post, *, file: Attachment | None = None, **words: Any
    ) -> list["Reply"]:
        """One answer to one or several duties of a document: a Reply row each, in one transaction.

        `words` are the fields of Reply. An answer that still waits is replaced by the new one; one that was
        accepted for the same period is corrected, which takes a reason.
        """
        duties = list(duties)
        for duty in duties:
            by.require(*ANSWER, unit=duty.unit)
            duty._refuse_reply(words)
        together = uuid.uuid4()
        with transaction.atomic():
            return [duty._reply(by, file, {**words, "together": together}) for duty in duties]

    # How the verbs do it

    def _receive(self, by: Post, received_by: str, on: date) -> bool:
        changed = Duty.objects.filter(pk=self.pk, state=self.State.GIVEN).update(
            state=self.State.RECEIVED, received_by=received_by[:120], received_on=on
        )
        if changed:
            self.state, self.received_by, self.received_on = self.State.RECEIVED, received_by, on
            record(self, "received", by=by, changes={"received_on": ["", str(on)]})
        return bool(changed)

    def _refuse_reply(self, words: dict[str, Any]) -> None:
        if self.assignment.withdrawn or self.assignment.directive.state != Directive.State.CONFIRMED:
            raise Refused(_("This task was withdrawn. It no longer needs an answer."))
        if self.state == self.State.DECLINED:
            raise Refused(_("It was agreed that this task is not yours. It needs no further answer."))
        if words.get("status") == Reply.Status.NOT_OURS and not words.get("reason", "").strip():
            raise Refused(_("Say why this is not your responsibility, and whose it is if you know."))
        if words.get("status") == Reply.Status.DONE and not words.get("results", "").strip():
            raise Refused(_("Say what was reached: a task that is done has a result."))
        implementing = words.get("implementing")
        if implementing is not None and implementing.state != Directive.State.CONFIRMED:
            raise Refused(_("Your own document must be confirmed first."))
        for name in ("received_on", "studied_on"):
            if words.get(name) and words[name] > today():
                raise Refused(_("A date that lies in the future cannot be reported. Check it."))

    def _reply(self, by: Post, file: Attachment | None, words: dict[str, Any]) -> "Reply":
        period = words.pop("period", "") or period_of(self.rhythm, today())
        period = period if self.is_standing else ""
        corrects = self.replies.filter(outcome=Reply.Outcome.ACCEPTED, period=period).exclude(
            status=Reply.Status.UNDER_WAY
        )
        if not words.get("reason", "").strip() and corrects.exists():
            raise Refused(_("Your answer was already accepted. Say why you correct it."))
        changed = Duty.objects.filter(pk=self.pk, state=self.state, answers=self.answers).update(
            state=self.State.ANSWERED,
            answers=self.answers + 1,
            progress=words.get("status") or Reply.Status.UNDER_WAY,
            answered_period=max(self.answered_period, period),
            received_by=words.get("received_by") or self.received_by or str(by.user)[:120],
            received_on=words.get("received_on") or self.received_on or today(),
        )
        if changed != 1:
            raise FasterColleague(self._who_was_faster())
        self.replies.filter(outcome=Reply.Outcome.WAITING, period=period).update(
            outcome=Reply.Outcome.SUPERSEDED
        )
        before = self.get_state_display()
        self.refresh_from_db(
            fields=["state", "answers", "progress", "answered_period", "received_by", "received_on"]
        )
        reply = Reply.objects.create(
            duty=self,
            period=period,
            file=file,
            sent_by=by,
            sample=self.sample,
            **{k: _nfc(v) for k, v in words.items()},
        )
        if file is not None and not file.owner_type:
            file.belong_to(reply)
        record(
            self,
            "replied",
            by=by,
            changes={"state": [before, self.get_state_display()], "status": ["", reply.get_status_display()]},
            reason=reply.reason,
        )
        return reply

    def _who_was_faster(self) -> str:
        last = Reply.objects.filter(duty=self.pk).select_related("sent_by__user").first()
        if last is None:
            return _("Somebody else has changed this duty in the meantime. Reload the page.")
        return _(
            "%(who)s was faster: this duty has just been answered. Reload the page and look at that answer."
        ) % {"who": last.sent_by.user}


def _nfc(value: Any) -> Any:
    return nfc(value) if isinstance(value, str) else value


class ReplyQuerySet(models.QuerySet["Reply"]):
    def visible_to(self, who: Any) -> "ReplyQuerySet":
        return self.filter(duty__in=Duty.objects.visible_to(who).values("pk"))

    def waiting(self) -> "ReplyQuerySet":
        return self.filter(outcome=Reply.Outcome.WAITING)

    def one_of_each(self) -> "ReplyQuerySet":
        """Of answers that were sent together, the first: they are decided together."""
        first = self.order_by().values("together").annotate(first=Min("pk")).values("first")
        return Reply.objects.filter(pk__in=first)

    def for_decision_by(self, unit: Unit) -> "ReplyQuerySet":
        """Waiting answers this body decides on: to what it gave, and of the bodies directly under it."""
        below = Unit.objects.living().filter(parent=unit).values("path_now")
        return (
            self.waiting()
            .filter(
                duty__assignment__withdrawn=False,
                duty__assignment__directive__state=Directive.State.CONFIRMED,
            )
            .filter(
                Q(duty__assignment__directive__entered_for__path_now=unit.path_now)
                | Q(duty__assignment__directive__issuer__path_now=unit.path_now)
                | Q(duty__unit__path_now__in=below)
            )
        )


class Reply(models.Model):
    """A unit's answer to a duty: receipt, quán triệt, status, results; one row each time it is sent."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", gettext_lazy("waiting for the superior")
        ACCEPTED = "accepted", gettext_lazy("accepted")
        RETURNED = "returned", gettext_lazy("returned")
        SUPERSEDED = "superseded", gettext_lazy("replaced by a newer answer")

    class Status(models.TextChoices):
        NOT_STARTED = "not_started", gettext_lazy("not started")
        UNDER_WAY = "under_way", gettext_lazy("under way")
        DONE = "done", pgettext_lazy("of a task", "done")
        NOT_OURS = "not_ours", gettext_lazy("not our responsibility")

    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="replies")
    period = models.CharField(gettext_lazy("period"), max_length=20, blank=True)
    received_by = models.CharField(gettext_lazy("received by"), max_length=120, blank=True)
    received_on = models.DateField(gettext_lazy("received on"), null=True, blank=True)
    # Quán triệt: making the directive known inside the body.
    studied_on = models.DateField(gettext_lazy("made known on"), null=True, blank=True)
    studied_how = models.CharField(gettext_lazy("how it was made known"), max_length=200, blank=True)
    studied_by_count = models.PositiveIntegerField(gettext_lazy("number attending"), null=True, blank=True)
    status = models.CharField(
        gettext_lazy("status"), max_length=12, choices=Status.choices, default=Status.UNDER_WAY
    )
    results = models.TextField(gettext_lazy("results"), blank=True)
    difficulties = models.TextField(gettext_lazy("difficulties"), blank=True)
    proposals = models.TextField(gettext_lazy("proposals"), blank=True)
    # Why it is not theirs, or why an accepted answer is corrected.
    reason = models.TextField(gettext_lazy("reason"), blank=True)
    implementing = models.ForeignKey(
        Directive,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=gettext_lazy("own implementing document"),
    )
    file = models.ForeignKey(Attachment, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Answers sent at once, for several tasks or several bodies that became one, are decided at once.
    together = models.UUIDField(default=uuid.uuid4, db_index=True, editable=False)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.WAITING)
    sent_by = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.TextField(blank=True)
    # Decided within the body that answered; shown wherever the acceptance is shown ("tự xác nhận").
    self_confirmed = models.BooleanField(default=False)
    sample = models.BooleanField(default=False)

    objects = ReplyQuerySet.as_manager()

    class Meta:
        ordering = ["-sent_at", "-pk"]
        indexes = [models.Index(fields=["outcome", "duty"], name="reply_outcome_duty")]

    def __str__(self) -> str:
        return f"{self.duty}: {self.get_status_display()}"

    @property
    def span(self) -> Period | None:
        """The period it speaks of; None for a task that is answered once."""
        return span_of(self.period)

    def first_of_all(self) -> "Reply":
        """Of the answers sent at once, the first."""
        together = Reply.objects.filter(together=self.together).select_related(
            "duty__unit__area", "duty__assignment__directive__issuer"
        )
        return together.order_by("pk").first() or self

    def may_be_seen_by(self, user: Any) -> bool:
        return Reply.objects.visible_to(user).filter(pk=self.pk).exists()

    def may_be_decided_by(self, post: Post | None) -> bool:
        return bool(
            post
            and self.outcome == self.Outcome.WAITING
            and post.role in DECIDE
            and any(unit.pk == post.unit_id for unit in self.duty.superiors())
        )

    def accept(self, by: Post, reason: str = "") -> None:
        """The superior takes the answer as given. "Not ours" is thereby agreed to."""
        self._decide(by, self.Outcome.ACCEPTED, nfc(reason))

    def return_(self, by: Post, reason: str) -> None:
        """The superior wants more; the reason says what."""
        if not reason.strip():
            raise Refused(_("Say what is missing, so that they know what to do."))
        self._decide(by, self.Outcome.RETURNED, nfc(reason))

    def _decide(self, by: Post, outcome: str, reason: str) -> None:
        own = self._refuse_decider(by)
        accepted = outcome == self.Outcome.ACCEPTED
        decision = {
            "outcome": outcome,
            "decided_by": by,
            "decided_at": timezone.now(),
            "decision_reason": reason,
            "self_confirmed": own and accepted,
        }
        with transaction.atomic():
            waiting = Reply.objects.filter(outcome=self.Outcome.WAITING)
            if waiting.filter(pk=self.pk).update(**decision) != 1:
                raise FasterColleague(self._who_was_faster())
            others = list(
                waiting.filter(together=self.together)
                .select_related("duty")
                .order_by("pk")
                .select_for_update()
            )
            waiting.filter(pk__in=[other.pk for other in others]).update(**decision)
            for reply in [self, *others]:
                reply._tell_duty(by, accepted, reason)
        self.refresh_from_db()

    def _tell_duty(self, by: Post, accepted: bool, reason: str) -> None:
        """The duty's state follows its answer, unless a newer answer of another period waits there."""
        state = Duty.State.RETURNED
        if accepted:
            state = Duty.State.DECLINED if self.status == self.Status.NOT_OURS else Duty.State.ACCEPTED
        before = self.duty.get_state_display()
        if not Reply.objects.filter(duty=self.duty_id, outcome=self.Outcome.WAITING).exists():
            Duty.objects.filter(pk=self.duty_id, state=Duty.State.ANSWERED).update(state=state)
        self.duty.refresh_from_db(fields=["state"])
        changes = {"state": [before, self.duty.get_state_display()]}
        record(self.duty, "accepted" if accepted else "returned", by=by, changes=changes, reason=reason)

    def _refuse_decider(self, by: Post) -> bool:
        """Refuse whoever may not decide; answers whether the body decides on its own answer."""
        by.require(*DECIDE)
        superiors = self.duty.superiors()
        if not any(by.acts_for(unit) for unit in superiors):
            raise Refused(
                _("Only %(units)s may decide on this answer.") % {"units": ", ".join(map(str, superiors))}
            )
        own = by.acts_for(self.duty.unit)
        if own and by.user_id == self.sent_by.user_id and not by.unit.may_confirm_itself:
            raise Refused(_("Somebody else of your unit, or its superior, must look at your own answer."))
        return own

    def _who_was_faster(self) -> str:
        now = Reply.objects.select_related("decided_by__user").get(pk=self.pk)
        if now.decided_by is None or now.decided_at is None:
            return _("The unit has sent a newer answer in the meantime. Reload the page.")
        return was_faster(now.decided_by.user, now.get_outcome_display(), now.decided_at)
