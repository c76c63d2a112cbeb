"""Enrolments: an initiative's year in a plan, and its way up, step by step."""

import uuid
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from kheo.audit.models import record
from kheo.initiatives import asked
from kheo.initiatives.models.initiatives import DESK, HEADS, WRITERS, Initiative
from kheo.lib.periods import today
from kheo.lib.refusals import FasterColleague, Refused, was_faster
from kheo.lib.vietnamese import fold, nfc
from kheo.places import paths
from kheo.places.models import Area
from kheo.places.paths import SortKeyField
from kheo.plans.models import Field, Plan
from kheo.search import index
from kheo.tallies.counting import counting
from kheo.units.guarded import Guarded
from kheo.units.models import Level, Post, Unit, UnitQuerySet
from kheo.units.reach import ScopedQuerySet
from kheo.upkeep.models import YearArchive


class EnrolmentQuerySet(ScopedQuerySet):
    scope_unit = "initiative__owner"
    scope_area = "initiative__area"

    def counted(self) -> "EnrolmentQuerySet":
        return self.filter(state__in=Enrolment.COUNTED)

    def with_facts(self) -> "EnrolmentQuerySet":
        """With everything a line of a list shows: a fixed number of queries.

        Fetched apart, because PostgreSQL plans a join of so many tables badly: it joins every row before it
        looks at the reach (1,087 ms for a commune's page at 100,000 initiatives).
        """
        return self.select_related("initiative").prefetch_related(
            "initiative__owner", "initiative__area__parent", "initiative__practice", "field", "on_behalf"
        )

    def with_typist(self) -> "EnrolmentQuerySet":
        """With who typed each for its body."""
        return self.prefetch_related("on_behalf__typed_by__unit")

    def for_sheet(self) -> "EnrolmentQuerySet":
        """As `with_facts`, with the whole place written out."""
        return self.with_facts().prefetch_related("initiative__area__parent__parent__parent")

    def narrowed(self, chosen: dict[str, Any]) -> "EnrolmentQuerySet":
        """By the choices of a list's filter: q, year, field, kind, state, line, commune, level."""
        found = self
        if chosen.get("q"):
            # Said twice: SQLite begins with the ids, PostgreSQL looks at the name as it walks the order.
            found = found.filter(initiative__in=Initiative.objects.named_like(chosen["q"]).values("pk"))
            for word in fold(chosen["q"]).split()[:12]:
                found = found.filter(initiative__folded__contains=word)
        for key, name in (("year", "year"), ("field", "field"), ("state", "state"), ("level", "level_asked")):
            if key in chosen:
                found = found.filter(**{name: chosen[key]})
        if "kind" in chosen:
            found = found.filter(initiative__kind=chosen["kind"])
        if "line" in chosen:
            found = found.filter(initiative__owner__in=Unit.objects.filter(line=chosen["line"]).values("pk"))
        if "body" in chosen:
            found = found.filter(initiative__owner__in=Unit.objects.of_body(chosen["body"]).values("pk"))
        if "commune" in chosen:
            here = Area.objects.within_now(chosen["commune"]).values("pk")
            found = found.filter(initiative__area__in=here)
        return found

    # What waits for whom. Successors have the paths of those they answer for.

    def to_receive(self, post: Post) -> "EnrolmentQuerySet":
        return self.filter(state=Enrolment.State.SENT, addressee__path_now=post.unit.path_now)

    def to_confirm(self, post: Post) -> "EnrolmentQuerySet":
        received = Enrolment._base_manager.filter(state=Enrolment.State.RECEIVED).order_by()
        led = received.filter(initiative__in=Initiative.objects.of(post).order_by().values("pk"))
        addressed = received.filter(addressee__path_now=post.unit.path_now)
        # United, because an OR of the two could begin with neither.
        return self.filter(pk__in=led.values("pk").union(addressed.values("pk")))

    def to_approve(self, post: Post) -> "EnrolmentQuerySet":
        return self.filter(state=Enrolment.State.CONFIRMED, committee__path_now=post.unit.path_now)

    def typed_for_others(self) -> "EnrolmentQuerySet":
        """Typed for their body by somebody else, and not yet confirmed by it."""
        return self.filter(on_behalf__state="waiting").exclude(state=Enrolment.State.WITHDRAWN)

    def to_answer(self, post: Post) -> "EnrolmentQuerySet":
        """Typed for this post's body, or for a unit typed under it, by somebody else."""
        now = post.unit.path_now
        return (
            self.typed_for_others()
            .exclude(on_behalf__typed_by__user=post.user_id)
            .filter(
                Q(initiative__owner__path_now=now)
                | Q(initiative__owner__kind=Unit.Kind.TYPED, initiative__owner__parent__path_now=now)
            )
        )

    def unanswered(self, post: Post) -> "EnrolmentQuerySet":
        """Typed from this post's body for others, whose day to answer has passed."""
        return self.typed_for_others().filter(
            on_behalf__answer_by__lt=today(), on_behalf__typed_by__unit__path_now=post.unit.path_now
        )

    def to_finish(self, post: Post) -> "EnrolmentQuerySet":
        """Drafts and returned ones this post wrote or sent: they wait for their author.

        Found from the person's own steps, not from all drafts there are; what is open was in no catalogue.
        """
        own = Step.objects.filter(by__user=post.user_id).exclude(state__in=Enrolment.COUNTED).order_by()
        return self.filter(
            pk__in=own.values("enrolment"), state__in=[Enrolment.State.DRAFT, Enrolment.State.RETURNED]
        )

    # How they come into being

    def draft(
        self,
        initiative: Initiative,
        year: int,
        *,
        by: Post,
        kind: str,
        field: Field,
        level_asked: str,
        details: dict[str, Any] | None = None,
        plan: Plan | None = None,
    ) -> "Enrolment":
        """A new draft with its first step. Part of the caller's transaction."""
        with transaction.atomic():
            enrolment: Any = self.create(
                initiative=initiative,
                year=year,
                kind=kind,
                field=field,
                level_asked=level_asked,
                details=details or {},
                plan=plan or plan_for(initiative.movement_id, initiative.area, year, level_asked),
            )
            Step.objects.create(enrolment=enrolment, state=Enrolment.State.DRAFT, by=by)
            record(enrolment, "drafted", by=by)
            index.update(initiative)
        return enrolment

    def from_publication(
        self, initiative: Initiative, year: int, *, by: Any = None, kind: str = "unknown"
    ) -> "Enrolment":
        """The year a publication names. Nobody here has accepted it; it is counted as published."""
        with transaction.atomic():
            enrolment: Any = self.create(
                initiative=initiative,
                year=year,
                kind=kind,
                field=initiative.field,
                level_asked=Level.COMMUNE,
                state=Enrolment.State.DRAFT,
            )
            with counting(enrolment):
                self.filter(pk=enrolment.pk).update(state=Enrolment.State.PUBLISHED)
            enrolment.state = Enrolment.State.PUBLISHED
            post = by if isinstance(by, Post) else None
            Step.objects.create(enrolment=enrolment, state=Enrolment.State.PUBLISHED, by=post)
            record(enrolment, "taken_from_publication", by=by, reason=initiative.source_url)
        return enrolment


class Enrolment(Guarded, models.Model):
    """An initiative's year in a plan (đăng ký): new or continuing, and how far it has come."""

    class Kind(models.TextChoices):
        NEW = "new", pgettext_lazy("enrolment", "new")
        CONTINUING = "continuing", pgettext_lazy("enrolment", "continuing")
        UNKNOWN = "unknown", _("not known whether new")

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("enrolment", "draft")
        SENT = "sent", pgettext_lazy("enrolment", "sent")
        RECEIVED = "received", pgettext_lazy("enrolment", "received")
        CONFIRMED = "confirmed", _("confirmed by the head")
        APPROVED = "approved", _("in the catalogue")
        RETURNED = "returned", pgettext_lazy("enrolment", "returned")
        WITHDRAWN = "withdrawn", pgettext_lazy("enrolment", "withdrawn")
        # Taken from a publication for the year it names; nobody here has accepted it.
        PUBLISHED = "published", _("known from a publication")
        # Decided on paper by whoever issued the list it was taken over from; nobody here has accepted it.
        TAKEN_OVER = "taken_over", _("taken over from a list")

    COUNTED = (State.APPROVED, State.PUBLISHED, State.TAKEN_OVER)
    # Those that came another way than up.
    TOLD = (State.PUBLISHED, State.TAKEN_OVER)
    # The way up, in its order.
    WAY = (State.DRAFT, State.SENT, State.RECEIVED, State.CONFIRMED, State.APPROVED)
    TONES = {
        State.DRAFT: "off",
        State.SENT: "wait",
        State.RECEIVED: "wait",
        State.CONFIRMED: "wait",
        State.APPROVED: "ok",
        State.RETURNED: "warn",
        State.WITHDRAWN: "off",
        State.PUBLISHED: "info",
        State.TAKEN_OVER: "info",
    }

    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="enrolments")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="enrolments")
    year = models.PositiveSmallIntegerField(_("year"))
    kind = models.CharField(_("new or continuing"), max_length=10, choices=Kind.choices, default=Kind.NEW)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    field = models.ForeignKey(Field, on_delete=models.PROTECT, verbose_name=_("field of work"))
    level_asked = models.CharField(
        _("level asked for"), max_length=12, choices=Level.choices, default=Level.COMMUNE
    )
    # The body that receives the registration (standing office of the committee), and the committee.
    addressee = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="received_enrolments",
    )
    committee = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="decided_enrolments"
    )
    # The long form: need, targets, method, forces, resources, span, milestones … see `asked`.
    details = models.JSONField(default=dict, blank=True)
    approved_on = models.DateField(null=True, blank=True)
    # The initiative's own, kept here too: a list sorted by another table's column reads every row first.
    sort_key = SortKeyField(max_length=600, editable=False)
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["initiative", "year"], condition=~Q(state="withdrawn"), name="enrolled_once_a_year"
            ),
        ]
        indexes = [
            models.Index(fields=["state", "year"], name="enrolment_state_year"),
            models.Index(fields=["year", "id"], name="enrolment_year_newest"),
            models.Index(fields=["sort_key", "id"], name="enrolment_sorted"),
            models.Index(fields=["year", "sort_key", "id"], name="enrolment_year_sorted"),
            # Of a body that received them: what waits there, and without the rows what reports hang on.
            models.Index(fields=["addressee", "state", "id"], name="enrolment_received"),
            # The few that are on their way: at the committee, at a place, with those who wrote them.
            models.Index(
                fields=["committee", "id"], condition=Q(state="confirmed"), name="enrolment_confirmed"
            ),
            models.Index(
                fields=["initiative", "year", "state", "id"],
                condition=Q(state__in=["draft", "sent", "received", "confirmed", "returned"]),
                name="enrolment_under_way",
            ),
            models.Index(
                fields=["id"], condition=Q(state__in=["draft", "returned"]), name="enrolment_unfinished"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.initiative} ({self.year})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.sort_key = self.initiative.sort_key
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("enrolment", args=[self.pk])

    @property
    def journal_unit_id(self) -> int:
        return self.initiative.owner_id

    @property
    def tone(self) -> str:
        return self.TONES[Enrolment.State(self.state)]

    @property
    def goes_upward(self) -> bool:
        """Whether it is proposed above the commune: then the long form is asked for."""
        return self.level_asked in (Level.PROVINCE, Level.DISTRICT)

    @property
    def came_up(self) -> bool:
        """Whether it went the way up here; what a publication or a list tells of did not."""
        return self.state not in Enrolment.TOLD

    @property
    def is_open(self) -> bool:
        """Whether its words may still be changed by its author."""
        return self.state in (Enrolment.State.DRAFT, Enrolment.State.RETURNED)

    @property
    def typed_for_unit(self) -> Any:
        """How it was typed for its body by somebody else (`OnBehalf`), or None."""
        return getattr(self, "on_behalf", None)

    @property
    def sender(self) -> Post | None:
        sent = self.steps.filter(state=Enrolment.State.SENT).select_related("by__user").order_by("-at", "-pk")
        step = sent.first()
        return step.by if step else None

    @property
    def is_outside_window(self) -> bool:
        """Whether it was sent, or would be sent today, outside its plan's registration window.

        Shown to whoever decides, never refused: the window is the committee's to hold.
        """
        sent = self.steps.filter(state=Enrolment.State.SENT).order_by("-at", "-pk").first()
        day = timezone.localdate(sent.at) if sent else today()
        return self.plan is not None and not self.plan.registration_open(day)

    def may_be_seen_by(self, user: Any) -> bool:
        return type(self).objects.visible_to(user).filter(pk=self.pk).exists()

    def missing(self) -> list[str]:
        """The names of what its plan requires and it does not say yet."""
        gaps = asked.missing(self, asked.by_plan(self.plan, upward=self.goes_upward))
        if self.initiative.is_person and self.initiative.standing_consent is None:
            gaps.append(gettext("the person's consent"))
        return gaps

    # Who may do what. Each refuses with a sentence; `may` asks without doing.

    def check_write(self, by: Post) -> None:
        self.initiative.check_writing(by)
        self._check_state(Enrolment.State.DRAFT, Enrolment.State.RETURNED)

    def check_send(self, by: Post) -> None:
        self.check_write(by)
        YearArchive.objects.refuse_closed(self.year)

    def check_receive(self, by: Post) -> None:
        by.require(*DESK, *HEADS, unit=self.addressee)
        self._check_state(Enrolment.State.SENT)

    def check_confirm(self, by: Post) -> None:
        of_owner = self.initiative.answered_for_by(by)
        if not of_owner and not (self.addressee and by.acts_for(self.addressee)):
            by.require(*HEADS, unit=self.initiative.owner)
        small = of_owner and by.unit.may_confirm_itself
        by.require(*(WRITERS if small else HEADS))
        if not small and self._is_own_work(by):
            raise Refused(
                gettext(
                    "You sent this yourself. Your unit has more than two people: somebody else confirms it."
                )
            )
        self._check_state(Enrolment.State.RECEIVED)

    def check_approve(self, by: Post) -> None:
        by.require(*HEADS, unit=self.committee)
        self._check_state(Enrolment.State.CONFIRMED)

    def check_return(self, by: Post) -> None:
        here = [unit for unit in (self.addressee, self.committee) if unit]
        if not any(by.acts_for(unit) for unit in here) and not self.initiative.answered_for_by(by):
            by.require(*DESK, *HEADS, unit=self.addressee)
        by.require(*DESK, *HEADS)
        self._check_state(Enrolment.State.SENT, Enrolment.State.RECEIVED, Enrolment.State.CONFIRMED)

    def check_withdraw(self, by: Post) -> None:
        self.initiative.check_writing(by)
        wrote = [Enrolment.State.DRAFT, Enrolment.State.SENT]
        authors = self.steps.filter(state__in=wrote, by__user=by.user_id)
        if not self.initiative.answered_for_by(by) and not authors.exists():
            raise Refused(gettext("Only its author or the leading body withdraws it. You may return it."))
        self._check_state(*Enrolment.WAY[:4], Enrolment.State.RETURNED)

    def _check_state(self, *expected: str) -> None:
        if self.state not in expected:
            raise FasterColleague(self._what_happened())

    def _is_own_work(self, by: Post) -> bool:
        sender = self.sender
        return sender is not None and sender.user_id == by.user_id

    # The verbs

    def send(self, *, by: Post, seen: Collection[int] = ()) -> None:
        """It goes to the receiving office. `seen`: ids of the likely duplicates the sender has looked at."""
        self.check_send(by)
        if gaps := self.missing():
            raise Refused(gettext("Before it can be sent, this is missing: %s.") % ", ".join(gaps))
        committee = committee_for(self.initiative.movement_id, self.initiative.area, self.level_asked)
        if committee is None:
            raise Refused(
                gettext(
                    "No steering committee runs this movement at that level for %(place)s. Choose another."
                )
                % {"place": self.initiative.area.in_text}
            )
        alike = [each.initiative.pk for each in self.likely_duplicates()]
        if unseen := [pk for pk in alike if pk not in seen]:
            raise Refused(
                gettext("%(number)d initiatives look like this one. Look at them first, then say to go on.")
                % {"number": len(unseen)}
            )
        office = standing_office(committee)
        plan = plan_for(self.initiative.movement_id, self.initiative.area, self.year, self.level_asked)
        with transaction.atomic():
            self._move(
                [self.state],
                Enrolment.State.SENT,
                "submitted",
                by=by,
                duplicates_seen=alike,
                addressee=office,
                committee=committee,
                plan=plan,
            )
            if self.typed_for_unit:
                self.typed_for_unit.settle_by_acting("corrected", by)

    def likely_duplicates(self) -> list[Any]:
        """A continuing one was there before; only what is new is held against the others."""
        return self.initiative.likely_duplicates() if self.kind != Enrolment.Kind.CONTINUING else []

    def receive(self, *, by: Post) -> None:
        """The standing office has it (tiếp nhận)."""
        self.check_receive(by)
        self._move([Enrolment.State.SENT], Enrolment.State.RECEIVED, "received", by=by)

    def confirm(self, *, by: Post) -> None:
        """The unit's head stands behind it. In a unit of one or two it may be the author: tự xác nhận."""
        self.check_confirm(by)
        with transaction.atomic():
            self._move(
                [Enrolment.State.RECEIVED],
                Enrolment.State.CONFIRMED,
                "confirmed",
                by=by,
                self_confirmed=self._is_own_work(by),
            )
            if self.typed_for_unit:
                self.typed_for_unit.settle_by_acting("confirmed", by)

    def approve(self, *, by: Post, catalogue: Any) -> None:
        """The committee of the level asked for takes it into its catalogue."""
        self.check_approve(by)
        with counting(self):
            self._move(
                [Enrolment.State.CONFIRMED],
                Enrolment.State.APPROVED,
                "approved",
                by=by,
                catalogue=catalogue,
                reason=str(catalogue),
                approved_on=catalogue.signed_on,
            )
            self._settle()

    def _settle(self) -> None:
        """A new model waits for its ra mắt; what already ran, or is an exemplar, runs now."""
        initiative = self.initiative
        runs = self.kind != Enrolment.Kind.NEW or initiative.kind == Initiative.Kind.EXEMPLAR
        if runs and initiative.state in (Initiative.State.PROPOSED, Initiative.State.PUBLISHED):
            Initiative.objects.filter(pk=initiative.pk, state=initiative.state).update(
                state=Initiative.State.RUNNING
            )
            initiative.state = Initiative.State.RUNNING
            index.update(initiative)

    def return_(self, *, by: Post, reason: str, seen: str = "") -> None:
        """It goes back to its author with a reason. `seen` is the state the person had before their eyes."""
        self.check_return(by)
        if not reason.strip():
            raise Refused(gettext("Say what has to be changed, so that it can be sent again."))
        if seen and seen != self.state:
            raise FasterColleague(self._what_happened())
        self._move([self.state], Enrolment.State.RETURNED, "returned", by=by, reason=nfc(reason))

    def withdraw(self, *, by: Post, reason: str, seen: str = "") -> None:
        """Its author's side gives it up before it is in a catalogue."""
        self.check_withdraw(by)
        if not reason.strip():
            raise Refused(gettext("Say why it is withdrawn."))
        if seen and seen != self.state:
            raise FasterColleague(self._what_happened())
        with transaction.atomic():
            self._move([self.state], Enrolment.State.WITHDRAWN, "withdrawn", by=by, reason=nfc(reason))
            initiative = self.initiative
            others = initiative.enrolments.exclude(state=Enrolment.State.WITHDRAWN)
            if initiative.state == Initiative.State.PROPOSED and not others.exists():
                Initiative.objects.filter(pk=initiative.pk).update(state=Initiative.State.WITHDRAWN)
                initiative.state = Initiative.State.WITHDRAWN
                index.update(initiative)

    def save_draft(self, *, by: Post, values: dict[str, Any]) -> None:
        """Write what its author changed while it is a draft or was returned.

        `values` holds "initiative" and "enrolment", each a dict of field and value. What is counted of an
        initiative with earlier years (owner, place, kind) is left as it was counted.
        """
        self.check_write(by)
        initiative, expected = self.initiative, self.state
        facts = dict(values.get("initiative", {}))
        if initiative.is_settled:
            for name in ("owner", "area", "kind", "subject"):
                facts.pop(name, None)
        changes = _changes(initiative, facts) | _changes(self, values.get("enrolment", {}))
        with transaction.atomic():
            own = dict(values.get("enrolment", {}).items())
            if Enrolment.objects.filter(pk=self.pk, state=expected).update(**own) != 1:
                raise FasterColleague(self._what_happened())
            for name, value in own.items():
                setattr(self, name, value)
            for name, value in facts.items():
                setattr(initiative, name, value)
            initiative.save()
            if changes:
                record(self, "changed", by=by, changes=changes)
            index.update(initiative)

    def move_to_field(self, field: Field, *, by: Post, reason: str) -> None:
        """It was counted under the wrong field: the registrar corrects it, also after approval."""
        self.initiative.check_writing(by, (*DESK, *HEADS))
        YearArchive.objects.refuse_closed(self.year)
        if not reason.strip():
            raise Refused(gettext("Say why the field is corrected."))
        before = self.field
        if before.pk == field.pk:
            return
        with counting(self):
            if Enrolment.objects.filter(pk=self.pk, field=before).update(field=field) != 1:
                raise FasterColleague(self._what_happened())
            self.field = field
            record(
                self,
                "field_corrected",
                by=by,
                changes={"field": [str(before), str(field)]},
                reason=nfc(reason),
            )

    def _move(
        self,
        expected: Iterable[str],
        to: str,
        verb: str,
        *,
        by: Post,
        reason: str = "",
        self_confirmed: bool = False,
        catalogue: Any = None,
        duplicates_seen: list[int] | None = None,
        **values: Any,
    ) -> None:
        """One step: the row where its state is still the expected one, the step, the journal, the search."""
        before = self.state
        with transaction.atomic():
            moved = Enrolment.objects.filter(pk=self.pk, state__in=list(expected))
            if moved.update(state=to, **values) != 1:
                raise FasterColleague(self._what_happened())
            Step.objects.create(
                enrolment=self,
                state=to,
                by=by,
                reason=reason,
                self_confirmed=self_confirmed,
                catalogue=catalogue,
                duplicates_seen=duplicates_seen or [],
            )
            record(self, verb, by=by, changes={"state": [before, str(to)]}, reason=reason)
            index.update(self.initiative)
        self.state = to
        for name, value in values.items():
            setattr(self, name, value)

    def _what_happened(self) -> str:
        """Who was faster and when, in a sentence."""
        last = self.steps.select_related("by__user", "by__unit").order_by("-at", "-pk").first()
        if last is None or last.by is None:
            return gettext("This registration has moved on. Look at it again before you go on.")
        return was_faster(last.by, last.get_state_display(), last.at)


class Step(models.Model):
    """A state is a row: one step of an enrolment on its way up, with who, when, as whom and why."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="steps")
    state = models.CharField(max_length=10, choices=Enrolment.State.choices)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)
    # The same person registered and confirmed it, in a unit of one or two people (tự xác nhận).
    self_confirmed = models.BooleanField(default=False)
    catalogue = models.ForeignKey(
        "Catalogue", on_delete=models.PROTECT, null=True, blank=True, related_name="steps"
    )
    # On sending: the ids of the likely duplicates the sender was shown and went on in spite of.
    duplicates_seen = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.enrolment}: {self.get_state_display()}"


class TypedQuerySet(models.QuerySet["Draft"]):
    def visible_to(self, who: Any) -> "TypedQuerySet":
        """What somebody is typing is theirs alone."""
        user = who.user if isinstance(who, Post) else who
        return self.filter(user=user) if user is not None and user.pk else self.none()

    def keep(
        self, key: uuid.UUID, *, by: Post, fields: dict[str, Any], enrolment: Enrolment | None
    ) -> "Draft":
        """Keep what has been typed so far, checked by nobody. Refused when the key is somebody else's."""
        if len(str(fields)) > Draft.MOST_LETTERS:
            raise Refused(
                gettext("This is more than a registration holds. Shorten it, or attach it as a file.")
            )
        draft, _made = self.get_or_create(
            key=key, defaults={"user": by.user, "post": by, "enrolment": enrolment, "fields": fields}
        )
        if draft.user_id != by.user_id:
            raise Refused(gettext("This draft belongs to somebody else."))
        draft.fields, draft.post = fields, by
        draft.save(update_fields=["fields", "post", "updated"])
        return draft


class Draft(models.Model):
    """What somebody has typed into the registration form so far, kept as typed until it is checked.

    Its content goes over into an enrolment; then the draft has done its work and its words are dropped.
    """

    MOST_LETTERS = 400_000

    key = models.UUIDField(unique=True, default=uuid.uuid4)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, null=True, blank=True, related_name="drafts"
    )
    # Field → list of what was typed, as a browser sends it.
    fields = models.JSONField(default=dict)
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    objects = TypedQuerySet.as_manager()

    class Meta:
        ordering = ["-updated", "-pk"]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("enrolment_draft", args=[self.key])

    @property
    def title(self) -> str:
        name = next(iter(self.fields.get("name", [])), "").strip()
        return name[:120] or gettext("not named yet")


def committees_over(movement: Any, area: Area, on: date | None = None) -> UnitQuerySet:
    """The steering committees that run a movement (or its id) at a place, on a day, at any level."""
    on = on or today()
    return Unit.objects.on(on).filter(
        kind=Unit.Kind.COMMITTEE,
        area__in=paths.ids(area.path_now),
        mandates__movement=movement,
        mandates__valid_from__lte=on,
        mandates__valid_to__gt=on,
    )


def committee_for(movement: Any, area: Area, level: str, on: date | None = None) -> Unit | None:
    """The committee that decides at a level: the nearest one above the place."""
    wanted = Level.COMMUNE if level == Level.HAMLET else level
    return committees_over(movement, area, on).filter(level=wanted).order_by("-area__path", "pk").first()


def standing_office(committee: Unit) -> Unit:
    """The body that receives for a committee today: its standing office, or the committee itself."""
    board = getattr(committee, "committee", None)
    return board.standing_office.today if board and board.standing_office else committee


def plan_for(movement: Any, area: Area, year: int, level: str) -> Plan | None:
    """The plan in force a registration answers to: the deciding committee's, else the nearest one above it,
    else the nearest one below."""
    rank = {Level.COMMUNE: 0, Level.DISTRICT: 1, Level.PROVINCE: 2}
    least = rank.get(Level(level), 0)
    ranked = {
        pk: rank.get(Level(each), 3)
        for pk, each in committees_over(movement, area).values_list("pk", "level")
    }
    plans = Plan.objects.in_force().filter(movement=movement, year=year, committee__in=ranked)

    def distance(plan: Plan) -> tuple[bool, int, int]:
        steps = ranked[plan.committee_id] - least
        return steps < 0, abs(steps), plan.pk

    return min(plans, key=distance, default=None)


PERSONAL = {"contact_name", "contact_phone"}


def _changes(thing: models.Model, values: dict[str, Any]) -> dict[str, list]:
    """Field → [before, after] in plain words; of personal fields only that they changed."""
    changes = {}
    for name, value in values.items():
        before = getattr(thing, name)
        if before == value:
            continue
        if isinstance(value, dict):
            old = before or {}
            for key in sorted(old.keys() | value.keys()):
                if old.get(key) != value.get(key):
                    changes[key] = (
                        ["…", "…"]
                        if key.startswith("person_")
                        else [_plain(old.get(key)), _plain(value.get(key))]
                    )
        else:
            changes[name] = ["…", "…"] if name in PERSONAL else [_plain(before), _plain(value)]
    return changes


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | str | type(None)) else str(value)
