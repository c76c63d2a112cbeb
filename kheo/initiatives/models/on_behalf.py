"""Registrations typed for another body (nhập hộ): whence they came, and what the body says to them."""

from datetime import date, timedelta
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from kheo.audit.models import record
from kheo.files.models import Attachment
from kheo.initiatives.models.enrolments import Enrolment
from kheo.initiatives.models.initiatives import DESK, HEADS, WRITERS
from kheo.lib.formats import short_date
from kheo.lib.periods import today
from kheo.lib.refusals import FasterColleague, Refused
from kheo.lib.vietnamese import nfc
from kheo.units.guarded import Guarded
from kheo.units.models import Post, Unit

# Days a body has to confirm or correct what was typed for it, unless whoever typed it says otherwise.
DAYS_TO_ANSWER = 10


class OnBehalfQuerySet(models.QuerySet["OnBehalf"]):
    def waiting(self) -> "OnBehalfQuerySet":
        """Neither confirmed nor corrected by the body yet; what was withdrawn waits for nobody."""
        return self.filter(state=OnBehalf.State.WAITING).exclude(enrolment__state="withdrawn")

    def late(self) -> "OnBehalfQuerySet":
        return self.waiting().filter(answer_by__lt=today())

    def ask(self, enrolment: Enrolment, *, by: Post, origin: str) -> "OnBehalf | None":
        """Where `by` has named a body that has people of its own and is not theirs: that body is asked."""
        owner = enrolment.initiative.owner
        if by.acts_for(owner) or owner.kind == Unit.Kind.TYPED or not owner.people():
            return None
        return self.type(enrolment, by=by, origin=origin)

    def type(
        self,
        enrolment: Enrolment,
        *,
        by: Post,
        origin: str,
        told_on: date | None = None,
        told_by: str = "",
        answer_by: date | None = None,
        paper: Any = None,
    ) -> "OnBehalf":
        """Note that `by` typed this registration for its body. Part of the caller's transaction.

        `told_by` is who brought it, a personal value; `paper` an upload, the sheet it was typed from.
        """
        told_on = told_on or today()
        if told_on > today():
            raise Refused(gettext("This day lies in the future."))
        with transaction.atomic():
            typed: Any = self.create(
                enrolment=enrolment,
                origin=origin,
                told_on=told_on,
                told_by=nfc(told_by.strip()),
                typed_by=by,
                answer_by=answer_by or today() + timedelta(days=DAYS_TO_ANSWER),
            )
            if paper is not None:
                Attachment.objects.store(paper, by=by, kind="on_behalf", owner=enrolment)
            record(enrolment, "typed_on_behalf", by=by, changes={"origin": ["", typed.get_origin_display()]})
        return typed


class OnBehalf(Guarded, models.Model):
    """That a registration was typed for its body by somebody else (nhập hộ), and whether the body agreed.

    It goes its way meanwhile, shown as not yet confirmed by the body; nothing is ever confirmed by silence.
    """

    class Origin(models.TextChoices):
        PAPER = "paper", pgettext_lazy("origin of what was typed for another", "on paper")
        PHONE = "phone", pgettext_lazy("origin of what was typed for another", "by phone")
        MESSAGE = "message", _("by message (Zalo)")
        IN_PERSON = "in_person", _("in person")
        LINK = "link", _("through a registration link")
        # In the ordinary form, where another body was named as leading.
        OTHER = "other", pgettext_lazy("origin of what was typed for another", "in another way")

    class State(models.TextChoices):
        WAITING = "waiting", _("typed for the unit, waiting for its confirmation")
        CONFIRMED = "confirmed", _("confirmed by the unit")
        CORRECTED = "corrected", _("corrected by the unit")
        BY_WORD = "by_word", _("confirmed by the unit outside Khéo")

    enrolment = models.OneToOneField(Enrolment, on_delete=models.PROTECT, related_name="on_behalf")
    origin = models.CharField(_("how it came"), max_length=10, choices=Origin.choices)
    told_on = models.DateField(_("received on"), default=today)
    # A person's name: kept out of the journal.
    told_by = models.CharField(_("from whom"), max_length=120, blank=True)
    typed_by = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    typed_at = models.DateTimeField(auto_now_add=True)
    answer_by = models.DateField(_("to be confirmed by"))
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    # Of whoever confirmed or corrected it, or recorded how the unit confirmed.
    answered_by = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    # Of a confirmation outside Kheo: "điện thoại với đồng chí trưởng bản", and its day.
    how = models.CharField(max_length=300, blank=True)
    confirmed_on = models.DateField(null=True, blank=True)

    objects = OnBehalfQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.enrolment}: {self.get_state_display()}"

    @property
    def is_waiting(self) -> bool:
        return self.state == OnBehalf.State.WAITING

    @property
    def is_late(self) -> bool:
        return self.is_waiting and self.answer_by < today()

    @property
    def tone(self) -> str:
        return ("warn" if self.is_late else "wait") if self.is_waiting else "ok"

    def check_answer(self, by: Post) -> None:
        by.require(*WRITERS)
        if not self.enrolment.initiative.answered_for_by(by):
            raise Refused(
                gettext("Only %(unit)s says whether this is right. You act for %(mine)s.")
                % {"unit": self.enrolment.initiative.owner.today, "mine": by.unit}
            )
        if by.user_id == self.typed_by.user_id:
            raise Refused(
                gettext(
                    "You typed this yourself. Somebody else of the unit confirms it, or record how it did."
                )
            )
        self._check_waiting()

    def check_confirm_by_word(self, by: Post) -> None:
        self.enrolment.initiative.check_writing(by, (*DESK, *HEADS))
        self._check_waiting()

    def check_reopen(self, by: Post) -> None:
        self.check_answer(by)
        if self.enrolment.state in Enrolment.COUNTED:
            raise Refused(
                gettext("It is already in a catalogue. Ask %(committee)s to correct it there.")
                % {"committee": self.enrolment.committee or gettext("the committee")}
            )

    def confirm(self, *, by: Post) -> None:
        """The unit says: that is right."""
        self.check_answer(by)
        self._answer(OnBehalf.State.CONFIRMED, "unit_confirmed", by)

    def confirm_by_word(self, *, by: Post, how: str, on: date) -> None:
        """The unit has no account yet: whoever is at the desk records how it confirmed."""
        self.check_confirm_by_word(by)
        if not how.strip():
            raise Refused(gettext("Say how the unit confirmed: by phone, on paper, with whom."))
        if not self.told_on <= on <= today():
            raise Refused(
                gettext("The day of the confirmation lies between %(first)s and today.")
                % {"first": short_date(self.told_on)}
            )
        self._answer(
            OnBehalf.State.BY_WORD, "confirmation_recorded", by, how=nfc(how.strip()), confirmed_on=on
        )

    def reopen(self, *, by: Post) -> None:
        """The unit takes it back into its own hands to correct it; sending it again answers for it."""
        self.check_reopen(by)
        enrolment = self.enrolment
        if not enrolment.is_open:
            enrolment._move(
                [Enrolment.State.SENT, Enrolment.State.RECEIVED, Enrolment.State.CONFIRMED],
                Enrolment.State.RETURNED,
                "taken_back_by_unit",
                by=by,
                reason=gettext("The unit corrects what was typed for it."),
            )

    def settle_by_acting(self, state: str, by: Post) -> None:
        """The unit itself has sent or confirmed the registration: with that it has answered.

        Not so its superior, who answers for a typed unit only by saying so.
        """
        if by.acts_for(self.enrolment.initiative.owner) and self.may("answer", by):
            self._answer(
                state, "unit_confirmed" if state == OnBehalf.State.CONFIRMED else "unit_corrected", by
            )

    def _answer(self, state: str, verb: str, by: Post, **more: Any) -> None:
        values = {"state": state, "answered_by": by, "answered_at": timezone.now(), **more}
        with transaction.atomic():
            mine = OnBehalf.objects.filter(pk=self.pk, state=OnBehalf.State.WAITING)
            if mine.update(**values) != 1:
                self.refresh_from_db()
                self._check_waiting()
            record(self.enrolment, verb, by=by)
        for name, value in values.items():
            setattr(self, name, value)

    def _check_waiting(self) -> None:
        if not self.is_waiting:
            raise FasterColleague(
                gettext("This is already settled: %(state)s, by %(who)s.")
                % {"state": self.get_state_display(), "who": self.answered_by}
            )
