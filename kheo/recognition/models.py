"""Recognition (công nhận): a signed decision names initiatives at a tier. It may end; it is never erased.

Recognition of a movement is no commendation (khen thưởng): no title of the law is given here.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from kheo.audit.models import Entry, record
from kheo.files.models import Attachment
from kheo.initiatives.models import Enrolment, Initiative
from kheo.initiatives.models.enrolments import standing_office
from kheo.initiatives.models.initiatives import DESK, HEADS, who_was_faster
from kheo.lib.formats import short_date
from kheo.lib.periods import BEGINNING, FOREVER, today
from kheo.lib.refusals import FasterColleague, Refused
from kheo.lib.vietnamese import nfc
from kheo.places.models import Area
from kheo.plans.models import Mandate
from kheo.search import index
from kheo.tallies.counting import counting
from kheo.units.models import Post, Unit
from kheo.units.reach import ScopedQuerySet

# On a body's decisions: those who sign, and the clerk who writes down what was signed.
RECORDING = (*HEADS, "clerk")


class TierQuerySet(models.QuerySet["Tier"]):
    def on(self, day: date) -> "TierQuerySet":
        return self.filter(valid_from__lte=day, valid_to__gt=day)


class Tier(models.Model):
    """At which tier something is recognised: a list each province edits (cơ sở, xã, tỉnh, tiêu biểu …)."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(gettext_lazy("name"), max_length=120)
    order = models.PositiveSmallIntegerField(gettext_lazy("order"), default=0)
    valid_from = models.DateField(default=BEGINNING)
    valid_to = models.DateField(default=FOREVER)

    objects = TierQuerySet.as_manager()

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.name


class DecisionQuerySet(ScopedQuerySet):
    scope_unit = "committee"
    scope_area = "committee__area"

    def visible_to(self, who: Any) -> "DecisionQuerySet":
        """Those of committees within reach, and those that name an initiative within reach."""
        own = super().visible_to(who).order_by().values("pk")
        naming = Recognition.objects.visible_to(who).order_by().values("decision")
        return self.filter(Q(pk__in=own) | Q(pk__in=naming))

    def issue(
        self,
        *,
        committee: Unit,
        by: Post,
        number: str,
        signed_on: date,
        signer: str,
        tier: Tier,
        initiatives: Sequence[Initiative],
        valid_until: date | None = None,
    ) -> "Decision":
        """Write down a decision as it was signed: every initiative on its list is recognised, or none."""
        check_recording(by, committee)
        number = nfc(number.strip())
        if not number:
            raise Refused(_("Write the number the clerk has given the decision."))
        if signed_on > today():
            raise Refused(_("The decision cannot have been signed in the future. Check the date."))
        if valid_until and valid_until < signed_on:
            raise Refused(_("It would end before it begins. Check until when it is valid."))
        with transaction.atomic():
            # The committee's row is the lock: one number is written down once.
            Unit.objects.select_for_update().get(pk=committee.pk)
            if self.filter(committee=committee, number=number, signed_on=signed_on).exists():
                raise FasterColleague(
                    _("The decision %(number)s of %(day)s is already written down.")
                    % {"number": number, "day": short_date(signed_on)}
                )
            decision: Any = self.create(
                committee=committee,
                number=number,
                signed_on=signed_on,
                signer=nfc(signer.strip()),
                tier=tier,
                valid_until=valid_until,
                sample=committee.sample,
            )
            record(decision, "issued", by=by, changes={"tier": ["", str(tier)]})
            decision.recognise(initiatives, by=by)
            index.update(decision)
        return decision


class Decision(models.Model):
    """One signed decision of a committee that recognises the initiatives on its list."""

    committee = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        related_name="recognising_decisions",
        verbose_name=gettext_lazy("committee"),
    )
    number = models.CharField(gettext_lazy("number of the decision"), max_length=60)
    signed_on = models.DateField(gettext_lazy("signed on"))
    signer = models.CharField(gettext_lazy("signed by"), max_length=120)
    tier = models.ForeignKey(
        Tier, on_delete=models.PROTECT, related_name="+", verbose_name=gettext_lazy("tier")
    )
    # The last day it holds, if the paper names one.
    valid_until = models.DateField(gettext_lazy("valid until"), null=True, blank=True)
    signed_file = models.ForeignKey(
        Attachment, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    sample = models.BooleanField(default=False)
    created = models.DateTimeField(auto_now_add=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ["-signed_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["committee", "number", "signed_on"], name="decision_once"),
        ]
        indexes = [models.Index(fields=["signed_on", "id"], name="decision_newest")]

    def __str__(self) -> str:
        return f"{self.number}, {short_date(self.signed_on)}"

    def get_absolute_url(self) -> str:
        return reverse("decision", args=[self.pk])

    @property
    def journal_unit_id(self) -> int:
        return self.committee_id

    def may_be_seen_by(self, user: Any) -> bool:
        return type(self).objects.visible_to(user).filter(pk=self.pk).exists()

    def may_record(self, by: Post | None) -> bool:
        """Whether this post may add to what is written of the decision."""
        return _allowed(by, lambda post: check_recording(post, self.committee))

    def recognise(self, initiatives: Sequence[Initiative], *, by: Post) -> list["Recognition"]:
        """Recognise every one of these initiatives by this decision, or none."""
        check_recording(by, self.committee)
        if not initiatives:
            raise Refused(_("Choose at least one initiative for the decision."))
        # Everyone locks in the order of the ids, so that no two decisions wait for each other.
        wanted = sorted({initiative.pk for initiative in initiatives})
        until = self.valid_until + timedelta(days=1) if self.valid_until else FOREVER
        with transaction.atomic():
            rows = list(
                Initiative.objects.select_for_update(of=("self",))
                .filter(pk__in=wanted)
                .select_related("owner", "area")
                .order_by("pk")
            )
            enrolments = self._enrolments(rows)
            for initiative in rows:
                self._check_line(initiative, enrolments.get(initiative.pk))
            self._check_not_again(rows, until)
            with counting(*enrolments.values()):
                made = [
                    Recognition.objects.create(
                        decision=self,
                        initiative=initiative,
                        enrolment=enrolments[initiative.pk],
                        tier=self.tier,
                        valid_from=self.signed_on,
                        valid_to=until,
                    )
                    for initiative in rows
                ]
                RecognitionStep.objects.bulk_create(
                    RecognitionStep(
                        recognition=each,
                        state=Recognition.State.STANDING,
                        by=by,
                        on=self.signed_on,
                        number=self.number,
                    )
                    for each in made
                )
                for initiative in rows:
                    record(
                        initiative,
                        "recognised",
                        by=by,
                        changes={"tier": ["", str(self.tier)], "decision": ["", str(self)]},
                    )
        return made

    def _enrolments(self, rows: Sequence[Initiative]) -> dict[int, Enrolment]:
        """By initiative the last year in a catalogue at the time of the decision, in which it is counted."""
        approved = Enrolment.objects.filter(initiative__in=rows, state=Enrolment.State.APPROVED)
        found: dict[int, Enrolment] = {}
        for enrolment in approved.order_by("year", "pk"):
            known = found.get(enrolment.initiative_id)
            if known is None or enrolment.year <= self.signed_on.year:
                found[enrolment.initiative_id] = enrolment
        return found

    def _check_line(self, initiative: Initiative, enrolment: Enrolment | None) -> None:
        why = ""
        if enrolment is None:
            why = _("It is in no catalogue yet.")
        elif (
            initiative.state == Initiative.State.ENDED and (initiative.ended_on or BEGINNING) < self.signed_on
        ):
            why = _("It had ended before the decision was signed.")
        elif not self._reaches(initiative):
            why = _("It lies outside the area of %(committee)s.") % {"committee": self.committee}
        elif not self._runs(initiative.movement_id):
            why = _("%(committee)s does not run its movement.") % {"committee": self.committee}
        if why:
            raise Refused(_not_done(initiative, why))

    def _reaches(self, initiative: Initiative) -> bool:
        return initiative.area.path_now.startswith(self.committee.area.path_now)

    def _runs(self, movement: int) -> bool:
        if not hasattr(self, "_movements"):
            mandates = Mandate.objects.filter(committee=self.committee_id)
            self._movements = set(mandates.values_list("movement", flat=True))
        return movement in self._movements

    def _check_not_again(self, rows: Sequence[Initiative], until: date) -> None:
        again = (
            Recognition.objects.filter(
                initiative__in=rows,
                tier=self.tier,
                state=Recognition.State.STANDING,
                valid_to__gt=self.signed_on,
                valid_from__lt=until,
            )
            .select_related("initiative", "decision__committee")
            .order_by("pk")
            .first()
        )
        if again is not None:
            why = _("It is already recognised at this tier by %(number)s of %(day)s (%(committee)s).") % {
                "number": again.decision.number,
                "day": short_date(again.decision.signed_on),
                "committee": again.decision.committee,
            }
            raise FasterColleague(_not_done(again.initiative, why))

    def attach_signed(self, upload: Any, *, by: Post) -> None:
        """The signed scan, or a phone photo of it, returns to the record."""
        if not self._serves(by):
            check_recording(by, self.committee)
        file = Attachment.objects.store(upload, by=by, kind="signed", owner=self)
        with transaction.atomic():
            Decision.objects.filter(pk=self.pk).update(signed_file=file)
            record(self, "signed_file_added", by=by)
        self.signed_file = file

    def _serves(self, by: Post) -> bool:
        return by.is_current and by.role in DESK and by.acts_for(standing_office(self.committee))


class RecognitionQuerySet(ScopedQuerySet):
    scope_unit = "initiative__owner"
    scope_area = "initiative__area"

    def standing(self, on: date | None = None) -> "RecognitionQuerySet":
        """In force on a day: begun, neither ended nor run out."""
        on = on or today()
        return self.filter(state=Recognition.State.STANDING, valid_from__lte=on, valid_to__gt=on)

    def running_out(self, on: date | None = None, days: int = 60) -> "RecognitionQuerySet":
        """In force, but not for longer than so many days."""
        on = on or today()
        return self.standing(on).filter(valid_to__lte=on + timedelta(days=days))

    def of_committee(self, unit: Unit) -> "RecognitionQuerySet":
        """By decisions of a committee and of those it has inherited."""
        return self.filter(decision__committee__path_now=unit.path_now)

    def with_facts(self) -> "RecognitionQuerySet":
        return self.select_related(
            "decision__committee",
            "tier",
            "enrolment__field",
            "initiative__owner",
            "initiative__field",
            "initiative__area__parent__parent__parent",
        )


class Recognition(models.Model):
    """That an initiative is recognised at a tier by a decision, until it runs out or is ended."""

    class State(models.TextChoices):
        STANDING = "standing", pgettext_lazy("recognition", "recognised")
        ENDED = "ended", pgettext_lazy("recognition", "no longer recognised")

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="recognitions")
    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="recognitions")
    # The year in a catalogue through which it is counted.
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="recognitions")
    tier = models.ForeignKey(Tier, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.STANDING)
    valid_from = models.DateField()
    valid_to = models.DateField(default=FOREVER)

    objects = RecognitionQuerySet.as_manager()

    class Meta:
        ordering = ["-valid_from", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["decision", "initiative"], name="recognised_once_a_decision"),
            models.CheckConstraint(condition=Q(valid_from__lte=F("valid_to")), name="recognition_span"),
        ]
        indexes = [models.Index(fields=["initiative", "tier", "state"], name="recognition_of")]

    def __str__(self) -> str:
        return f"{self.initiative}: {self.tier}"

    def get_absolute_url(self) -> str:
        return reverse("initiative_recognitions", args=[self.initiative_id])

    @property
    def journal_unit_id(self) -> int:
        return self.initiative.owner_id

    @property
    def last_day(self) -> date | None:
        return None if self.valid_to >= FOREVER else self.valid_to - timedelta(days=1)

    @property
    def has_run_out(self) -> bool:
        return self.state == Recognition.State.STANDING and self.valid_to <= today()

    @property
    def state_text(self) -> str:
        return _("run out") if self.has_run_out else self.get_state_display()

    @property
    def tone(self) -> str:
        return "ok" if self.state == Recognition.State.STANDING and not self.has_run_out else "off"

    @property
    def ending(self) -> "RecognitionStep | None":
        """The step that ended it; from prefetched `steps` without a query."""
        return next((step for step in self.steps.all() if step.state == Recognition.State.ENDED), None)

    def may_end(self, by: Post | None) -> bool:
        return self.state == Recognition.State.STANDING and _allowed(
            by, lambda post: check_recording(post, self.decision.committee)
        )

    def end(self, *, by: Post, on: date, reason: str, number: str = "") -> None:
        """It is no longer recognised (thôi công nhận). What was counted of the decision stays counted."""
        check_recording(by, self.decision.committee)
        reason, number = nfc(reason.strip()), nfc(number.strip())
        if not reason:
            raise Refused(_("Say why the recognition ends."))
        if on > today():
            raise Refused(_("The day of the end lies in the future. Enter it when it has come."))
        if on < self.valid_from:
            raise Refused(
                _("It was recognised on %(day)s; it cannot end before.")
                % {"day": short_date(self.valid_from)}
            )
        with counting(self.enrolment):
            before = self.valid_to
            ended = Recognition.objects.filter(pk=self.pk, state=Recognition.State.STANDING).update(
                state=Recognition.State.ENDED, valid_to=min(on, before)
            )
            if ended != 1:
                last = Entry.objects.about(self.initiative).select_related("user").first()
                raise FasterColleague(who_was_faster(last, _("This recognition has already ended.")))
            self.state, self.valid_to = Recognition.State.ENDED, min(on, before)
            RecognitionStep.objects.create(
                recognition=self, state=Recognition.State.ENDED, by=by, on=on, reason=reason, number=number
            )
            record(
                self.initiative,
                "recognition_ended",
                by=by,
                changes={"tier": [str(self.tier), ""], "decision": [str(self.decision), number]},
                reason=reason,
            )


class RecognitionStep(models.Model):
    """A state is a row: recognised, or no longer; who wrote it down, when, why, by which paper."""

    recognition = models.ForeignKey(Recognition, on_delete=models.PROTECT, related_name="steps")
    state = models.CharField(max_length=10, choices=Recognition.State.choices)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    # The day it took effect and the number of the decision, as signed.
    on = models.DateField()
    number = models.CharField(max_length=60, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.recognition_id}: {self.get_state_display()}"


def check_recording(by: Post, committee: Unit) -> None:
    """Refuse unless the post signs for the committee, or is the clerk who writes down what it signed."""
    office = standing_office(committee)
    if by.role == "clerk" and office.pk != committee.pk and by.acts_for(office):
        by.require("clerk")
    else:
        by.require(*RECORDING, unit=committee)


def committees_recorded_by(post: Post) -> list[Unit]:
    """The committees whose decisions this post may write down today."""
    if not post.is_current or post.role not in RECORDING:
        return []
    mine = Q(pk=post.unit_id)
    if post.role == "clerk":
        mine |= Q(committee__standing_office__path_now=post.unit.path_now)
    units = Unit.objects.living().filter(mine, kind=Unit.Kind.COMMITTEE)
    return list(units.select_related("area").in_vietnamese_order())


def to_recognise(committee: Unit, tier: Tier | None = None) -> Any:
    """What a committee may recognise today: running, in a catalogue, in its area, not yet at this tier."""
    approved = Enrolment.objects.filter(initiative=OuterRef("pk"), state=Enrolment.State.APPROVED)
    here = Area.objects.within_now(committee.area).values("pk")
    movements = Mandate.objects.filter(committee=committee).values("movement")
    found = (
        Initiative.objects.exclude(state__in=[Initiative.State.ENDED, Initiative.State.WITHDRAWN])
        .filter(Exists(approved), area__in=here, movement__in=movements)
    )  # fmt: skip
    if tier is not None:
        again = Recognition.objects.standing().filter(initiative=OuterRef("pk"), tier=tier)
        found = found.filter(~Exists(again))
    return found


def _allowed(by: Post | None, check: Any) -> bool:
    if by is None:
        return False
    try:
        check(by)
    except Refused:
        return False
    return True


def _not_done(initiative: Initiative, why: str) -> str:
    return _("“%(name)s”: %(why)s Nothing of the decision was written down.") % {
        "name": initiative.name,
        "why": why,
    }
