"""What both kinds of report share: versions of one report, each with its state and the steps it took."""

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from kheo.audit.models import record
from kheo.initiatives.models.initiatives import DESK, HEADS
from kheo.lib.refusals import FasterColleague, Refused, was_faster
from kheo.lib.rows import insert
from kheo.lib.vietnamese import nfc
from kheo.search import index
from kheo.units.guarded import Guarded
from kheo.units.models import Post
from kheo.units.reach import ScopedQuerySet


class State(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("report", "draft")
    SENT = "sent", pgettext_lazy("report", "sent")
    ACCEPTED = "accepted", pgettext_lazy("report", "accepted")
    RETURNED = "returned", pgettext_lazy("report", "returned")
    SUPERSEDED = "superseded", _("superseded by a corrected version")
    WITHDRAWN = "withdrawn", pgettext_lazy("report", "withdrawn")


OPEN = (State.DRAFT, State.SENT, State.RETURNED)
TONES = {
    State.DRAFT: "off",
    State.SENT: "wait",
    State.ACCEPTED: "ok",
    State.RETURNED: "warn",
    State.SUPERSEDED: "off",
    State.WITHDRAWN: "off",
}


class ReportQuerySet(ScopedQuerySet):
    def accepted(self) -> Any:
        """The current accepted versions: what is counted."""
        return self.filter(state=State.ACCEPTED)

    def to_finish(self, post: Post) -> Any:
        """Drafts and returned ones this person wrote or sent.

        Found from the person's own steps, not from all drafts there are; what is open was never accepted.
        """
        own = self._steps.filter(by__user=post.user_id, state__in=OPEN).order_by()
        # In the words of the index, which has it: who gave a report back did not write it.
        own = own.exclude(state=State.RETURNED)
        return self.filter(pk__in=own.values("report"), state__in=[State.DRAFT, State.RETURNED])

    def shown(self, post: Post | None) -> Any:
        """Without what was given up, and without other people's drafts."""
        draft = Q(state=State.DRAFT)
        if post is not None:
            draft &= ~Q(self._touched_by(post))
        return self.exclude(state=State.WITHDRAWN).exclude(draft)

    def not_own_work(self, post: Post) -> Any:
        """Without what this person sent, unless the unit is of one or two people."""
        if post.unit.may_confirm_itself:
            return self
        sent = self._steps.filter(report=OuterRef("pk"), state=State.SENT, by__user=post.user_id)
        return self.exclude(Exists(sent))

    @property
    def _steps(self) -> Any:
        model: Any = self.model._meta.get_field("steps").related_model
        return model._base_manager

    def _touched_by(self, post: Post) -> Any:
        return Exists(self._steps.filter(report=OuterRef("pk"), by__user=post.user_id))


class Version(Guarded, models.Model):
    """One version of a report. A correction after acceptance is the next version of the same series.

    The accepted version stays in force until the corrected one is accepted; then it is superseded.
    """

    State = State
    # Models whose rows are copied into a corrected version, by their related name.
    copied: ClassVar[tuple[str, ...]] = ()
    if TYPE_CHECKING:
        # Each kind of report has its own rows of steps.
        steps: Any

    # One report through all its versions; made where the report is begun, on a phone or on the page.
    series = models.UUIDField(default=uuid.uuid4, editable=False)
    version = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    correction_reason = models.TextField(_("reason of the correction"), blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(fields=["series", "version"], name="%(class)s_version_once"),
            models.UniqueConstraint(
                fields=["series"], condition=Q(state="accepted"), name="%(class)s_one_accepted"
            ),
            models.UniqueConstraint(
                fields=["series"],
                condition=Q(state__in=["draft", "sent", "returned"]),
                name="%(class)s_one_open",
            ),
        ]

    @property
    def tone(self) -> str:
        return TONES[State(self.state)]

    @property
    def is_open(self) -> bool:
        """Whether its words may still be changed by its author."""
        return self.state in (State.DRAFT, State.RETURNED)

    @property
    def sender(self) -> Post | None:
        step = (
            self.steps.filter(state=State.SENT)
            .select_related("by__user", "by__unit")
            .order_by("-at", "-pk")
            .first()
        )
        return step.by if step else None

    @property
    def versions(self) -> Any:
        """Every version of this report, newest first."""
        return type(self)._base_manager.filter(series=self.series).order_by("-version")

    def may_be_seen_by(self, user: Any) -> bool:
        model: Any = type(self)
        return model.objects.visible_to(user).filter(pk=self.pk).exists()

    # Who may do what. Each refuses with a sentence; `may` asks without doing.

    def check_author(self, by: Post) -> None:
        """Refuse whoever may not report here."""
        raise NotImplementedError

    def is_of(self, by: Post) -> bool:
        """Whether it is the post's own body that reports."""
        raise NotImplementedError

    def check_superior(self, by: Post) -> None:
        """Refuse whoever may not decide about it, whatever its state."""
        raise NotImplementedError

    def check_write(self, by: Post) -> None:
        self.check_author(by)
        self._check_state(State.DRAFT, State.RETURNED)

    check_send = check_write

    def check_accept(self, by: Post) -> None:
        by.require(*DESK, *HEADS)
        self.check_superior(by)
        self._check_state(State.SENT)
        if self.is_work_of(by) and not by.unit.may_confirm_itself:
            raise Refused(
                gettext(
                    "You sent this yourself. Somebody else of your unit accepts it, as you are more than two."
                )
            )

    def check_return(self, by: Post) -> None:
        by.require(*DESK, *HEADS)
        self.check_superior(by)
        self._check_state(State.SENT)

    def check_withdraw(self, by: Post) -> None:
        self.check_author(by)
        if not (self.is_of(by) or self.steps.filter(by__user=by.user_id).exists()):
            raise Refused(gettext("Only those who wrote it, or their unit, withdraw it. You may return it."))
        self._check_state(*OPEN)

    def check_correct(self, by: Post) -> None:
        self.check_author(by)
        self._check_state(State.ACCEPTED)
        if self.versions.filter(state__in=OPEN).exists():
            raise FasterColleague(gettext("A correction of this report is already being written."))

    def _check_state(self, *expected: str) -> None:
        if self.state not in expected:
            raise FasterColleague(self._what_happened())

    def is_work_of(self, by: Post) -> bool:
        sender = self.sender
        return sender is not None and sender.user_id == by.user_id

    # The verbs

    def send(self, *, by: Post) -> None:
        """It goes to those who accept it."""
        self.check_send(by)
        with transaction.atomic():
            self._move([State.DRAFT, State.RETURNED], State.SENT, "submitted", by=by, sent_at=timezone.now())

    def accept(self, *, by: Post) -> None:
        """It is taken as it stands and counted; a version it corrects is superseded at the same moment."""
        self.check_accept(by)
        with self.settling(by):
            before = self.versions.filter(state=State.ACCEPTED).exclude(pk=self.pk).first()
            if before is not None:
                before._move(
                    [State.ACCEPTED], State.SUPERSEDED, "superseded", by=by, reason=self.correction_reason
                )
            self._move([State.SENT], State.ACCEPTED, "accepted", by=by, self_accepted=self.is_work_of(by))

    @contextmanager
    def settling(self, by: Post) -> Iterator[None]:
        """The transaction of an acceptance, with what follows from it."""
        with transaction.atomic():
            yield

    def return_(self, *, by: Post, reason: str, seen: str = "") -> None:
        """It goes back to its author with a reason. `seen` is the state the person had before their eyes."""
        self.check_return(by)
        if not reason.strip():
            raise Refused(gettext("Say what has to be changed, so that it can be sent again."))
        self._check_seen(seen)
        with transaction.atomic():
            self._move([State.SENT], State.RETURNED, "returned", by=by, reason=nfc(reason))

    def withdraw(self, *, by: Post, reason: str, seen: str = "") -> None:
        """Its author's side gives it up before it is accepted."""
        self.check_withdraw(by)
        if not reason.strip():
            raise Refused(gettext("Say why it is withdrawn."))
        self._check_seen(seen)
        with transaction.atomic():
            self._move([self.state], State.WITHDRAWN, "withdrawn", by=by, reason=nfc(reason))

    def correct(self, *, by: Post, reason: str) -> Any:
        """Begin a corrected version, a draft with everything this one says; this one stays counted."""
        self.check_correct(by)
        if not reason.strip():
            raise Refused(gettext("Say what was wrong."))
        with transaction.atomic():
            # This row is the lock: two people correcting it begin one version.
            type(self)._base_manager.select_for_update().get(pk=self.pk)
            self.refresh_from_db(fields=["state"])
            self.check_correct(by)
            last = self.versions.first()
            new = type(self)._base_manager.get(pk=self.pk)
            new.pk, new._state.adding = None, True
            new.version, new.state, new.correction_reason = last.version + 1, State.DRAFT, nfc(reason)
            new.sent_at = None
            new.save()
            for name in self.copied:
                rows = list(getattr(self, name).all())
                for row in rows:
                    row.pk, row.report = None, new
                related: Any = type(self)._meta.get_field(name).related_model
                related._base_manager.bulk_create(rows)
            new.steps.create(state=State.DRAFT, by=by, reason=nfc(reason))
            record(
                new, "corrected", by=by, changes={"version": [self.version, new.version]}, reason=nfc(reason)
            )
            # It is the report of both that the journal tells of.
            record(
                self, "corrected", by=by, changes={"version": [self.version, new.version]}, reason=nfc(reason)
            )
        return new

    def _check_seen(self, seen: str) -> None:
        if seen and seen != self.state:
            raise FasterColleague(self._what_happened())

    def _move(
        self,
        expected: Iterable[str],
        to: str,
        verb: str,
        *,
        by: Post,
        reason: str = "",
        self_accepted: bool = False,
        **values: Any,
    ) -> None:
        """One step inside the caller's transaction: the row, the step, the journal, the search."""
        before = self.state
        moved = type(self)._base_manager.filter(pk=self.pk, state__in=list(expected))
        if moved.update(state=to, **values) != 1:
            raise FasterColleague(self._what_happened())
        step = self.steps.model(report=self, state=to, by=by, reason=reason, self_accepted=self_accepted)
        insert([step])
        record(self, verb, by=by, changes={"state": [before, str(to)]}, reason=reason)
        self.state = to
        for name, value in values.items():
            setattr(self, name, value)
        index.update(self)

    def _what_happened(self) -> str:
        """Who was faster and when, in a sentence."""
        last = self.steps.select_related("by__user", "by__unit").order_by("-at", "-pk").first()
        if last is None:
            return gettext("This report has moved on. Look at it again before you go on.")
        return was_faster(last.by, last.get_state_display(), last.at)


class Step(models.Model):
    """A state is a row: one step of a report, with who, when, as whom and why."""

    state = models.CharField(max_length=10, choices=State.choices)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)
    # The same person sent and accepted it, in a unit of one or two people (tự xác nhận).
    self_accepted = models.BooleanField(default=False)

    class Meta:
        abstract = True
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_state_display()}, {self.at:%d/%m/%Y}"
