"""What was sent through a registration link: it waits at the desk, neither counted nor public nor found."""

import hashlib
import json
import uuid
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from kheo.audit.models import record
from kheo.initiatives import duplicates, registration
from kheo.initiatives.models import Enrolment, Initiative, OnBehalf
from kheo.lib.codes import new_code, read_code
from kheo.lib.refusals import FasterColleague, Refused, was_faster
from kheo.lib.vietnamese import nfc, sort_key
from kheo.places.models import Area
from kheo.places.paths import SortKeyField
from kheo.plans.acting import require, waiting_at
from kheo.plans.models import Field
from kheo.submissions import limits
from kheo.submissions.models.knocks import Knock
from kheo.submissions.models.links import KEEPERS, RegistrationLink
from kheo.units.models import Post, Unit
from kheo.units.reach import ScopedQuerySet

# Name and phone of the contact are kept so long after the answer; what nobody answers, so long at most.
CONTACT_DAYS = 90
UNANSWERED_DAYS = 365


class SubmissionQuerySet(ScopedQuerySet):
    scope_unit = "link__office"
    scope_area = "link__committee__area"

    def waiting(self) -> "SubmissionQuerySet":
        return self.filter(state=Submission.State.RECEIVED)

    def to_take(self, post: Post) -> "SubmissionQuerySet":
        """What waits at the desk this post works at."""
        return self.waiting().filter(waiting_at(post, "link__committee"))

    def with_facts(self) -> "SubmissionQuerySet":
        return self.prefetch_related("field", "commune__parent", "link__committee", "enrolment")

    def with_code(self, typed: str) -> "Submission | None":
        """The one a sender asks for by the code of the receipt, however it was typed."""
        found: Any = self.filter(code=read_code(typed))
        return found.select_related(
            "link__committee__area", "link__office", "link__movement", "field", "commune", "enrolment"
        ).first()

    def past_keeping(self) -> "SubmissionQuerySet":
        """Whose contact has been kept as long as it may."""
        now = timezone.now()
        settled = Q(settled_at__lt=now - timedelta(days=CONTACT_DAYS))
        unanswered = Q(settled_at=None, changed_at__lt=now - timedelta(days=UNANSWERED_DAYS))
        return self.filter(settled | unanswered, contact_erased_at=None)

    def send(
        self, link: RegistrationLink, values: dict[str, Any], *, key: uuid.UUID, address: str | None
    ) -> "Submission":
        """Take in what a sender typed; the answer carries the code of the receipt.

        `values` is the cleaned data of a `SubmissionForm`; `key` the form's own number. The same form sent
        twice, or the same content typed twice, is one submission. The same form with other content corrects
        what it sent. Refused, with a sentence, while the link takes nothing.
        """
        with transaction.atomic():
            # The link's row is the lock: two presses of one button make one submission.
            RegistrationLink.objects.select_for_update().get(pk=link.pk)
            content = Submission.content_of(values)
            digest = Submission.digest_of(content)
            mine: Any = self.filter(link=link)
            if known := mine.filter(key=key).first():
                if known.digest != digest:
                    known.correct(values)
                return known
            same = mine.filter(digest=digest).exclude(state=Submission.State.WITHDRAWN).first()
            if same is not None:
                return same
            if sentence := link.sentence():
                raise Refused(sentence)
            limits.check_sending(link, address)
            now = timezone.now()
            sent: Any = self.model(link=link, key=key, code=new_code(), sent_at=now, changed_at=now)
            sent._write(content, digest)
            sent.consented_at = now if content["contact_name"] or content["contact_phone"] else None
            sent.sample = link.sample
            sent.save()
            sent.steps.create(state=Submission.State.RECEIVED)
            Knock.objects.note(Knock.SENT, address, link.pk)
            record(sent, "submitted")
        return sent

    def alike_each(self, rows: Sequence["Submission"]) -> dict[int, int]:
        """For rows of one commune: how many initiatives look like each. Two queries."""
        communes = {row.commune_id for row in rows}
        if len(communes) != 1 or None in communes:
            return {}
        names = {row.pk: row.name for row in rows}
        return duplicates.count_alike(names, rows[0].commune)


class Submission(models.Model):
    """One registration sent without an account (đăng ký gửi qua đường dẫn)."""

    class State(models.TextChoices):
        RECEIVED = "received", pgettext_lazy("submission", "waiting to be taken")
        TAKEN = "taken", pgettext_lazy("submission", "taken")
        RETURNED = "returned", pgettext_lazy("submission", "returned to be corrected")
        REFUSED = "refused", pgettext_lazy("submission", "refused")
        MERGED = "merged", pgettext_lazy("submission", "already registered")
        WITHDRAWN = "withdrawn", pgettext_lazy("submission", "withdrawn by its sender")

    OPEN = (State.RECEIVED, State.RETURNED)
    TONES = {
        State.RECEIVED: "wait",
        State.TAKEN: "ok",
        State.RETURNED: "warn",
        State.REFUSED: "off",
        State.MERGED: "info",
        State.WITHDRAWN: "off",
    }
    # What a sender types; `details` holds what the plan's form asks beyond it.
    WORDS = ("name", "body", "hamlet", "kind", "year_kind", "goal", "contact_name", "contact_phone")

    link = models.ForeignKey(RegistrationLink, on_delete=models.PROTECT, related_name="submissions")
    # The number of the form it came in: the same form is taken in once.
    key = models.UUIDField(unique=True, editable=False)
    # What the sender is given to ask after it.
    code = models.CharField(max_length=20, unique=True, editable=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RECEIVED)
    # Counts the sender's corrections, so that nobody takes words they have not seen.
    version = models.PositiveSmallIntegerField(default=1)
    name = models.CharField(_("name"), max_length=300)
    sort_key = SortKeyField(max_length=600, editable=False)
    body = models.CharField(_("who registers"), max_length=300)
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="+")
    hamlet = models.CharField(_("hamlet"), max_length=120, blank=True)
    field = models.ForeignKey(Field, on_delete=models.PROTECT, verbose_name=_("field of work"))
    kind = models.CharField(_("kind"), max_length=10, choices=Initiative.Kind.choices)
    year_kind = models.CharField(_("new or continuing"), max_length=10, choices=Enrolment.Kind.choices)
    goal = models.CharField(_("goal in one line"), max_length=500, blank=True)
    details = models.JSONField(default=dict, blank=True)
    # Personal, for the desk alone.
    contact_name = models.CharField(_("contact"), max_length=120, blank=True)
    contact_phone = models.CharField(_("contact's phone"), max_length=20, blank=True)
    consented_at = models.DateTimeField(null=True, blank=True)
    contact_erased_at = models.DateTimeField(null=True, blank=True)
    digest = models.CharField(max_length=64, editable=False)
    sent_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, blank=True)
    # What became of it.
    enrolment = models.OneToOneField(
        Enrolment, on_delete=models.PROTECT, null=True, blank=True, related_name="submission"
    )
    initiative = models.ForeignKey(
        Initiative, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    sample = models.BooleanField(default=False)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["link", "sent_at"], name="submission_day"),
            models.Index(fields=["link", "digest"], name="submission_same"),
            models.Index(fields=["state", "sent_at", "id"], name="submission_state"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("submission", args=[self.pk])

    # What it is

    @staticmethod
    def content_of(values: dict[str, Any]) -> dict[str, Any]:
        """What was typed, as it is kept and compared."""
        content = {name: nfc(" ".join((values.get(name) or "").split())) for name in Submission.WORDS}
        content |= {"commune": values["commune"], "field": values["field"]}
        return {**content, "details": values.get("details") or {}}

    @staticmethod
    def digest_of(content: dict[str, Any]) -> str:
        plain = {key: getattr(value, "pk", value) for key, value in content.items()}
        return hashlib.sha256(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode()).hexdigest()

    def _write(self, content: dict[str, Any], digest: str) -> list[str]:
        for name, value in content.items():
            setattr(self, name, value)
        self.sort_key, self.digest = sort_key(self.name)[:600], digest
        return [*content, "sort_key", "digest"]

    @property
    def tone(self) -> str:
        return self.TONES[Submission.State(self.state)]

    @property
    def is_open(self) -> bool:
        """Whether its sender may still correct or withdraw it."""
        return self.state in self.OPEN

    @property
    def receipt_path(self) -> str:
        return reverse("receipt", args=[self.code])

    @property
    def receipt_address(self) -> str:
        return settings.SITE_ADDRESS.rstrip("/") + self.receipt_path

    @property
    def spoken_code(self) -> str:
        return self.code.upper()

    @property
    def answer(self) -> str:
        """What the desk wrote to its sender last."""
        last = self.steps.exclude(by=None).order_by("-pk").first()
        return last.reason if last and last.state == self.state else ""

    @property
    def place(self) -> str:
        return ", ".join(filter(None, [self.hamlet, self.commune.in_text]))

    def likely_duplicates(self) -> list[Any]:
        """Initiatives nearby that may be the same thing; what continues was there before."""
        if self.year_kind == Enrolment.Kind.CONTINUING:
            return []
        return duplicates.likely(self.name, area=self.commune)

    def may_be_settled_by(self, post: Post | None) -> bool:
        return self.link.may_be_kept_by(post)

    def owner(self) -> Unit | None:
        """The body of its commune that bears the name the sender wrote, if there is one."""
        return registration.known_body(self.body, self.commune)

    # What its sender does. Whoever has the receipt's code is its sender.

    def check_open(self) -> None:
        if not self.is_open:
            raise Refused(
                gettext("It can no longer be changed here: %(state)s. Ask %(office)s.")
                % {"state": self.get_state_display(), "office": self.link.office.today}
            )

    def correct(self, values: dict[str, Any]) -> None:
        """Its sender writes it anew; what was returned waits at the desk again."""
        content = self.content_of(values)
        digest = self.digest_of(content)
        if digest == self.digest and self.state == Submission.State.RECEIVED:
            return
        self.check_open()
        limits.check_correcting(self)
        if self.contact_erased_at and not (content["contact_name"] or content["contact_phone"]):
            consent: dict[str, Any] = {}
        else:
            consent = {"consented_at": timezone.now(), "contact_erased_at": None}
        before = {name: getattr(self, name) for name in content if not name.startswith("contact")}
        changes = {
            name: [str(before[name]), str(content[name])] for name in before if before[name] != content[name]
        }
        with transaction.atomic():
            names = self._write(content, digest)
            values = {name: getattr(self, name) for name in names}
            self._move(
                self.OPEN, Submission.State.RECEIVED, "corrected", version=self.version,
                changes=changes, **values, **consent,
            )  # fmt: skip

    def withdraw(self) -> None:
        self.check_open()
        self._move(self.OPEN, Submission.State.WITHDRAWN, "withdrawn", version=self.version, settled=True)

    # What the desk does

    def check_settle(self, by: Post) -> None:
        require(by, self.link.committee, *KEEPERS)
        if self.state != Submission.State.RECEIVED:
            raise FasterColleague(self._what_happened())

    def take(
        self, *, by: Post, values: dict[str, Any], seen: Collection[int] = (), version: int | None = None
    ) -> Enrolment:
        """It becomes a registration, sent to the office and received there.

        `values` is the cleaned data of a `RegistrationForm`; `seen` the ids of the likely duplicates that
        were looked at; `version` what the person had before their eyes. All of it or nothing.
        """
        self.check_settle(by)
        with transaction.atomic():
            # Claimed first: of two at once the second finds it taken.
            self._move(
                [Submission.State.RECEIVED], Submission.State.TAKEN, "taken", by=by,
                version=version or self.version, settled=True,
            )  # fmt: skip
            enrolment = registration.save_draft(values, by=by)
            # Somebody without an account wrote this body's name: the body itself is asked.
            OnBehalf.objects.ask(enrolment, by=by, origin=OnBehalf.Origin.LINK)
            enrolment.send(by=by, seen=seen)
            if enrolment.may("receive", by):
                enrolment.receive(by=by)
            Submission.objects.filter(pk=self.pk).update(enrolment=enrolment)
        self.state, self.enrolment = Submission.State.TAKEN, enrolment
        return enrolment

    def return_(self, *, by: Post, reason: str, version: int | None = None) -> None:
        """Its sender reads the reason on the receipt and can correct it."""
        self._settle(Submission.State.RETURNED, "returned", by, reason, version, settled=False)

    def refuse(self, *, by: Post, reason: str, version: int | None = None) -> None:
        self._settle(Submission.State.REFUSED, "refused", by, reason, version)

    def merge(self, initiative: Initiative, *, by: Post, reason: str, version: int | None = None) -> None:
        """It is the same thing as one that is already there."""
        if not Initiative.objects.visible_to(by).standing().filter(pk=initiative.pk).exists():
            raise Refused(gettext("Choose an initiative that is still there and within your reach."))
        self._settle(Submission.State.MERGED, "merged", by, reason, version, initiative=initiative)

    def erase_contact(self, *, by: Any = None, basis: str) -> None:
        """Name and phone go, here and in the initiative it became. Who, when and on what basis stays."""
        if isinstance(by, Post):
            require(by, self.link.committee, *KEEPERS)
        if self.contact_erased_at:
            return
        with transaction.atomic():
            gone = {"contact_name": "", "contact_phone": ""}
            if self.enrolment_id:
                there = Initiative.objects.filter(
                    pk=self.enrolment.initiative_id,  # type: ignore[union-attr]
                    contact_name=self.contact_name,
                    contact_phone=self.contact_phone,
                )
                if there.update(**gone):
                    record(self.enrolment.initiative, "erased", by=by, reason=basis)  # type: ignore[union-attr]
            now = timezone.now()
            Submission.objects.filter(pk=self.pk).update(**gone, contact_erased_at=now)
            self.contact_name, self.contact_phone, self.contact_erased_at = "", "", now
            record(self, "erased", by=by, reason=basis)

    # How the verbs do it

    def _settle(
        self,
        to: str,
        verb: str,
        by: Post,
        reason: str,
        version: int | None,
        settled: bool = True,
        **values: Any,
    ) -> None:
        self.check_settle(by)
        if not reason.strip():
            raise Refused(gettext("Say why: its sender reads it with the receipt's code."))
        self._move(
            [Submission.State.RECEIVED], to, verb, by=by, reason=nfc(reason.strip()),
            version=version or self.version, settled=settled, **values,
        )  # fmt: skip

    def _move(
        self,
        expected: Sequence[str],
        to: str,
        verb: str,
        *,
        version: int,
        by: Post | None = None,
        reason: str = "",
        settled: bool = False,
        changes: dict[str, list] | None = None,
        **values: Any,
    ) -> None:
        before, now = self.state, timezone.now()
        if by is None:
            # The sender's own hand makes a new version.
            values["version"] = version + 1
        values |= {"state": to, "changed_at": now, "settled_at": now if settled else None}
        with transaction.atomic():
            mine = Submission.objects.filter(pk=self.pk, state__in=list(expected), version=version)
            if mine.update(**values) != 1:
                raise FasterColleague(self._what_happened())
            self.steps.create(state=to, by=by, reason=reason)
            told = {"state": [before, str(to)], **(changes or {})}
            record(self, verb, by=by, changes=told, reason=reason)
        for name, value in values.items():
            setattr(self, name, value)

    def _what_happened(self) -> str:
        """Who was faster, and what has become of it."""
        last = self.steps.select_related("by__user", "by__unit").order_by("-pk").first()
        if last is None or last.by is None:
            return gettext("Its sender has changed it in the meantime. Look at it again before you go on.")
        return was_faster(last.by, last.get_state_display(), last.at)


class SubmissionStep(models.Model):
    """A state is a row: who (nobody named: the sender), when, why."""

    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="steps")
    state = models.CharField(max_length=10, choices=Submission.State.choices)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.submission}: {self.get_state_display()}"
