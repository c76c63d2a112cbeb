"""Papers: what a body issues about one of its records, from the draft to the signed copy in the file.

Kheo drafts and never makes up a number: number, day and signer are entered by the clerk of the issuing body.
What stood on the paper is kept with it, so that it can be printed again as it was and held
against the record.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from kheo.audit.models import record
from kheo.files.models import Attachment
from kheo.files.types import PDF, PICTURES
from kheo.lib.formats import short_date
from kheo.lib.periods import today
from kheo.lib.refusals import FasterColleague, Refused, was_faster
from kheo.lib.vietnamese import nfc
from kheo.units.committees import acts_for, bodies_of, require, waiting_at
from kheo.units.guarded import Guarded
from kheo.units.models import Post, Role, Unit
from kheo.units.reach import posts_of, scope

from . import kinds, numbering, wording
from .composing import Signing, compose
from .issuers import Issuer, issuer
from .kinds import Given, Kind
from .layouts import Layout, layout_called, layout_for, symbol_pattern
from .sheet import Content, Sheet

# Where a body has no clerk, whoever works for it enters what the paper says.
INSTEAD_OF_CLERK = (Role.REGISTRAR, Role.SPECIALIST, Role.REPORTER, Role.HEAD, Role.DEPUTY)
PAGES_AT_MOST = 30


class PaperQuerySet(models.QuerySet["Paper"]):
    def visible_to(self, who: Any) -> "PaperQuerySet":
        """Those of bodies within reach, and of committees one's own body serves."""
        reached = scope(Paper._base_manager.all(), who, unit="issuer", area="issuer__area")
        served = Q(pk__in=[])
        for post in posts_of(who):
            served |= waiting_at(post, "issuer")
        own = Paper._base_manager.filter(served)
        found = self.filter(pk__in=reached.order_by().values("pk").union(own.order_by().values("pk")))
        return (
            found.filter(sample=False) if getattr(getattr(who, "user", who), "hides_sample", False) else found
        )

    def about(self, thing: models.Model, part: str = "") -> "PaperQuerySet":
        return self.filter(about_type=thing._meta.label_lower, about_id=thing.pk, part=part)

    def open(self) -> "PaperQuerySet":
        """Drafts, and what waits for a number."""
        return self.filter(state__in=Paper.OPEN)

    def standing(self) -> "PaperQuerySet":
        """Neither replaced nor withdrawn."""
        return self.filter(state__in=[*Paper.OPEN, *Paper.ISSUED])

    def of_body(self, post: Post) -> "PaperQuerySet":
        """Those of the post's own body and of the committees it acts for."""
        return self.filter(waiting_at(post, "issuer"))

    def waiting(self, post: Post) -> "PaperQuerySet":
        """What this post's body has to give a number."""
        return self.of_body(post).filter(state=Paper.State.WAITING)

    def unsigned(self, post: Post) -> "PaperQuerySet":
        """What has a number and whose signed copy has not come back."""
        return self.of_body(post).filter(state=Paper.State.NUMBERED)

    def with_facts(self) -> "PaperQuerySet":
        return self.select_related("issuer__area", "drafted_by__user", "drafted_by__unit")

    def draft(self, kind: Kind, about: Any, *, by: Post, part: str = "", **head: Any) -> "Paper":
        """Draft the paper of a record. `head`: fields of `Paper.HEAD`; what is left out is proposed."""
        if not kind.has_part(about, part):
            raise Refused(_("There is nothing to put on this paper."))
        kind.check(about, part, by)
        body = kind.issuer(about, part)
        proposal = propose(kind, about, part, body)
        content = kind.say(about, part)
        with transaction.atomic():
            # The issuing body's row is the lock: two colleagues drafting at once draft one paper.
            Unit.objects.select_for_update().get(pk=body.pk)
            known = self.about(about, part).open().filter(kind=kind.key).first()
            if known is not None:
                raise FasterColleague(
                    _("This paper is already drafted (%(state)s). Open that one.")
                    % {"state": known.get_state_display()}
                )
            before = self.about(about, part).filter(kind=kind.key, state__in=Paper.ISSUED).first()
            paper: Paper = self.create(
                kind=kind.key,
                about_type=about._meta.label_lower,
                about_id=about.pk,
                part=part,
                title=f"{content.type_name} {content.subject}".replace("\n", " ").strip()[:500],
                issuer=body,
                layout=proposal.layout.key,
                type_code=content.type_code,
                content=content.as_data(),
                digest=content.digest,
                replaces=before,
                drafted_by=by,
                sample=body.sample,
                **{**proposal.fields, **{name: _plain(value) for name, value in head.items()}},
            )
            paper.steps.create(state=Paper.State.DRAFT, by=by)
            record(paper, "drafted", by=by)
        return paper


class Proposal:
    """How a body would head and sign a paper: as it did last time, else as the lists say."""

    def __init__(self, layout: Layout, body: Issuer, fields: dict[str, str]) -> None:
        self.layout, self.issuer, self.fields = layout, body, fields


def propose(kind: Kind, about: Any, part: str, body: Unit) -> Proposal:
    own = issuer(body)
    content = kind.say(about, part)
    layout = layout_for(own.family, today())
    pattern = symbol_pattern(body.line, layout)
    symbol = pattern.format(type=content.type_code, issuer=own.symbol) if own.symbol else ""
    fields = {
        "symbol": symbol,
        "addressees": wording.joined(content.addressees),
        "recipients": wording.joined(content.recipients),
        "signing": own.signing,
        "position": own.position,
        "signer": "",
    }
    last = (
        Paper.objects.filter(issuer__path_now=body.path_now, kind=kind.key)
        .exclude(state=Paper.State.WITHDRAWN)
        .order_by("-pk")
        .first()
    )
    if last is not None:
        kept = {name: getattr(last, name) for name in ("recipients", "signing", "position", "signer")}
        fields |= kept
        if last.symbol and last.type_code == content.type_code:
            fields["symbol"] = last.symbol
    return Proposal(layout, own, fields)


class Paper(Guarded, models.Model):
    """One paper a body issues about one record (văn bản)."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("paper", "draft")
        WAITING = "waiting", gettext_lazy("waiting for its number")
        NUMBERED = "numbered", gettext_lazy("numbered, not yet signed")
        SIGNED = "signed", gettext_lazy("signed copy in the file")
        REPLACED = "replaced", gettext_lazy("replaced by a newer paper")
        WITHDRAWN = "withdrawn", pgettext_lazy("paper", "withdrawn")

    class Way(models.TextChoices):
        HEAD = wording.HEAD, gettext_lazy("the head signs")
        DEPUTY = wording.DEPUTY, gettext_lazy("a deputy signs for the head")
        ORDER = wording.ORDER, gettext_lazy("somebody signs by order of the head")
        ACTING = wording.ACTING, gettext_lazy("an acting head signs")
        BOTH = wording.BOTH, gettext_lazy("the head of another body signs, who also heads the committee")

    OPEN = (State.DRAFT, State.WAITING)
    ISSUED = (State.NUMBERED, State.SIGNED)
    TONES = {
        State.DRAFT: "off",
        State.WAITING: "wait",
        State.NUMBERED: "warn",
        State.SIGNED: "ok",
        State.REPLACED: "off",
        State.WITHDRAWN: "off",
    }
    # What the record does not know and whoever drafts the paper decides.
    HEAD = ("symbol", "addressees", "recipients", "signing", "position", "signer")

    kind = models.CharField(max_length=40)
    # The record it is about, by label and id: records live in rooms above. `part` tells, say, the year.
    about_type = models.CharField(max_length=80)
    about_id = models.BigIntegerField()
    part = models.CharField(max_length=20, blank=True)
    title = models.CharField(gettext_lazy("paper"), max_length=500)
    issuer = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="papers", verbose_name=gettext_lazy("issued by")
    )
    # The rules it is laid out by, for good.
    layout = models.CharField(max_length=40)
    type_code = models.CharField(max_length=12)
    symbol = models.CharField(gettext_lazy("symbol"), max_length=60, blank=True)
    addressees = models.TextField(gettext_lazy("addressed to"), max_length=2000, blank=True)
    recipients = models.TextField(gettext_lazy("recipients"), max_length=2000, blank=True)
    signing = models.CharField(
        gettext_lazy("way of signing"), max_length=8, choices=Way.choices, default=Way.HEAD
    )
    position = models.CharField(gettext_lazy("the signer's position"), max_length=200, blank=True)
    signer = models.CharField(gettext_lazy("signed by"), max_length=120, blank=True)
    content = models.JSONField(default=dict)
    digest = models.CharField(max_length=64)
    state = models.CharField(gettext_lazy("state"), max_length=10, choices=State.choices, default=State.DRAFT)
    number = models.CharField(gettext_lazy("number"), max_length=80, blank=True)
    # The figure alone, for finding the same number twice.
    ordinal = models.PositiveIntegerField(null=True, blank=True)
    issued_on = models.DateField(gettext_lazy("date of the paper"), null=True, blank=True)
    replaces = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    drafted_by = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(auto_now_add=True)
    sample = models.BooleanField(default=False)

    objects = PaperQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "about_type", "about_id", "part"],
                condition=Q(state__in=["draft", "waiting"]),
                name="paper_one_open",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "waiting", "withdrawn"]) | ~Q(number=""),
                name="paper_numbered",
            ),
        ]
        indexes = [
            models.Index(fields=["about_type", "about_id"], name="paper_about"),
            models.Index(fields=["issuer", "state", "id"], name="paper_issuer_state"),
            models.Index(fields=["state", "id"], name="paper_state"),
        ]

    def __str__(self) -> str:
        return f"{self.number}, {self.title}" if self.number else self.title

    def get_absolute_url(self) -> str:
        return reverse("paper", args=[self.pk])

    # What it is

    @property
    def tone(self) -> str:
        return self.TONES[self.State(self.state)]

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN

    @property
    def is_issued(self) -> bool:
        return self.state in self.ISSUED

    @property
    def kind_of(self) -> Kind:
        found = kinds.called(self.kind)
        if found is None:
            raise LookupError(f"{self.kind} is not registered as a kind of paper (papers.kinds.register).")
        return found

    @property
    def kind_name(self) -> str:
        found = kinds.called(self.kind)
        return str(found.label) if found else self.kind

    @property
    def about(self) -> Any:
        """The record."""
        return self.kind_of.record(self.about_id)

    @property
    def about_url(self) -> str:
        return self.kind_of.url(self.about, self.part)

    @property
    def rules(self) -> Layout:
        return layout_called(self.layout) or layout_for(issuer(self.issuer).family, self.issued_on or today())

    @property
    def says(self) -> Content:
        """What stands on it, with the addressees and recipients chosen for it."""
        given = Content.from_data(self.content)
        changed = {
            "addressees": tuple(wording.lines_of(self.addressees)),
            "recipients": tuple(wording.lines_of(self.recipients)),
        }
        return Content(**{**vars(given), **changed})

    @property
    def sheet(self) -> Sheet:
        """The whole paper, to be printed or written as .docx."""
        return compose(
            self.says,
            layout=self.rules,
            issuer=issuer(self.issuer),
            place=wording.place_of(self.issuer.area),
            symbol=self.symbol,
            signing=Signing(self.signing, self.position, self.signer),
            number=self.number,
            issued_on=self.issued_on,
        )

    @property
    def file_name(self) -> str:
        """What the .docx is called: kind and number, or the day it was drafted."""
        words = self.number.replace("/", "-") or f"du-thao-{self.drafted_at:%Y%m%d}"
        return f"{self.kind.replace('_', '-')}-{words}.docx"

    def has_changed(self) -> bool:
        """Whether the record says something else today than this paper."""
        about = self.about
        return about is not None and self.kind_of.say(about, self.part).digest != self.digest

    def pages(self) -> list[Attachment]:
        """The signed copy, page by page as it came."""
        return list(Attachment.objects.of(self).filter(kind="signed").order_by("pk"))

    def may_be_seen_by(self, user: Any) -> bool:
        return Paper.objects.visible_to(user).filter(pk=self.pk).exists()

    # Who may do what

    def check_author(self, by: Post) -> None:
        """Whoever may draft it, and the clerk of the body that issues it."""
        if by.role == Role.CLERK and acts_for(by, self.issuer):
            return
        self.kind_of.check(self.about, self.part, by)

    def check_write(self, by: Post) -> None:
        self.check_author(by)
        self._check_state(*self.OPEN)

    def check_ask(self, by: Post) -> None:
        self.check_author(by)
        self._check_state(self.State.DRAFT)

    def check_clerk(self, by: Post) -> None:
        """The clerk of the issuing body; where it has none, somebody who works for it."""
        roles: Sequence[str] = (Role.CLERK,)
        if by.role != Role.CLERK and not self.has_clerk():
            roles = (Role.CLERK, *INSTEAD_OF_CLERK)
        require(by, self.issuer, *roles)

    def has_clerk(self) -> bool:
        bodies = [body.path_now for body in bodies_of(self.issuer)]
        return Post.objects.current().filter(role=Role.CLERK, unit__path_now__in=bodies).exists()

    def check_number(self, by: Post) -> None:
        self.check_clerk(by)
        self._check_state(*self.OPEN)

    def check_correct(self, by: Post) -> None:
        self.check_clerk(by)
        self._check_state(*self.ISSUED)

    def check_attach(self, by: Post) -> None:
        self.check_author(by)
        if self.is_open:
            raise Refused(_("The paper has no number yet. Enter the number first, then add the signed copy."))
        self._check_state(*self.ISSUED)

    def check_withdraw(self, by: Post) -> None:
        if self.is_issued:
            self.check_clerk(by)
        else:
            self.check_author(by)
        self._check_state(*self.OPEN, *self.ISSUED)

    def _check_state(self, *expected: str) -> None:
        if self.state not in expected:
            raise FasterColleague(self._what_happened())

    # The verbs

    def write(self, *, by: Post, **head: Any) -> None:
        """Heading, signature and recipients, as long as it has no number."""
        self.check_write(by)
        wanted = {name: _plain(value) for name, value in head.items() if name in self.HEAD}
        changes = {
            name: [getattr(self, name), value]
            for name, value in wanted.items()
            if getattr(self, name) != value
        }
        if not changes:
            return
        with transaction.atomic():
            self._update(self.OPEN, **wanted)
            record(self, "changed", by=by, changes=changes)

    def refresh(self, *, by: Post) -> None:
        """Take over what the record says today, as long as it has no number."""
        self.check_write(by)
        content = self.kind_of.say(self.about, self.part)
        title = f"{content.type_name} {content.subject}".replace("\n", " ").strip()[:500]
        with transaction.atomic():
            self._update(self.OPEN, content=content.as_data(), digest=content.digest, title=title)
            record(self, "paper_refreshed", by=by)

    def ask_number(self, *, by: Post) -> None:
        """It is ready to be signed: the clerk is asked for a number."""
        self.check_ask(by)
        with transaction.atomic():
            self._move([self.State.DRAFT], self.State.WAITING, "number_asked", by=by)

    def read_number(self, typed: str) -> numbering.Numbered:
        return numbering.read(typed, symbol=self.symbol, family=self.rules.family)

    def doubts(self, typed: str, issued_on: date) -> list[str]:
        """What the clerk should look at again before this number is kept. None of it is refused."""
        read = self.read_number(typed)
        said = list(read.doubts)
        for other in self.same_number(read, issued_on):
            said.append(
                _("%(number)s of %(day)s was already given to “%(title)s”.")
                % {
                    "number": other.number,
                    "day": short_date(other.issued_on or today()),
                    "title": other.title[:120],
                }
            )
        if issued_on < self.issuer.valid_from:
            said.append(
                _("%(unit)s did not exist yet on %(day)s.")
                % {"unit": self.issuer, "day": short_date(issued_on)}
            )
        return said

    def same_number(self, read: numbering.Numbered, issued_on: date) -> Iterable["Paper"]:
        """Other papers of this body, this type and this year (of the Party: this term) with the number."""
        if read.ordinal is None:
            return []
        first, end = numbering.series(self.rules.family, self.issuer.level, issued_on, self.issuer.valid_from)
        others = Paper.objects.filter(
            issuer__path_now=self.issuer.path_now,
            type_code=self.type_code,
            ordinal=read.ordinal,
            issued_on__gte=first,
            issued_on__lt=end,
        ).exclude(pk=self.pk)
        # 12 and 12a are two numbers.
        return [
            each for each in others[:9] if numbering.figure(each.number) == numbering.figure(read.printed)
        ]

    def give_number(self, *, by: Post, number: str, issued_on: date, signer: str, position: str = "") -> None:
        """What the clerk and the signer gave it. The record is told in the same transaction."""
        self.check_number(by)
        read = self.read_number(number)
        given = self._read_given(read, issued_on, signer, position)
        with transaction.atomic():
            self._move(
                self.OPEN,
                self.State.NUMBERED,
                "number_given",
                by=by,
                changes={"number": ["", given.number]},
                number=given.number,
                ordinal=read.ordinal,
                issued_on=issued_on,
                signer=given.signer,
                position=given.position,
            )
            if self.replaces is not None and self.replaces.is_issued:
                self.replaces._move(
                    self.ISSUED,
                    self.State.REPLACED,
                    "superseded",
                    by=by,
                    reason=_("by %(number)s of %(day)s")
                    % {"number": given.number, "day": short_date(issued_on)},
                )
            if self.kind_of.number is not None:
                self.kind_of.number(self.about, self.part, given, by)

    def correct(
        self,
        *,
        by: Post,
        number: str,
        issued_on: date,
        signer: str,
        position: str = "",
        reason: str,
        seen: int,
    ) -> None:
        """What was mistyped is put right; what stood there is kept. The record is told as it was before.

        `seen` is the last step whoever corrects has looked at: of two at once one is told.
        """
        self.check_correct(by)
        read = self.read_number(number)
        given = self._read_given(read, issued_on, signer, position)
        if not reason.strip():
            raise Refused(_("Say why it is corrected."))
        with transaction.atomic():
            # The row is the lock; what stood there is read under it.
            held = Paper.objects.select_for_update().get(pk=self.pk)
            last = held.steps.order_by("-pk").first()
            if held.state not in self.ISSUED or last is None or last.pk != seen:
                raise FasterColleague(self._what_happened())
            before, after = held.given.as_data(), given.as_data()
            if before == after:
                raise Refused(_("This is what stands there already. Change what is wrong."))
            self._update(
                self.ISSUED,
                number=given.number,
                ordinal=read.ordinal,
                issued_on=issued_on,
                signer=given.signer,
                position=given.position,
            )
            self.steps.create(state=held.state, by=by, reason=nfc(reason), before=before, after=after)
            changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
            record(self, "number_corrected", by=by, changes=changes, reason=nfc(reason))
            if self.kind_of.correct is not None:
                self.kind_of.correct(self.about, self.part, given, by, nfc(reason))

    @property
    def given(self) -> Given:
        """What the clerk gave it; only a paper with a number has it."""
        assert self.issued_on is not None
        return Given(self.number, self.issued_on, self.signer, self.position)

    def _read_given(self, read: numbering.Numbered, issued_on: date, signer: str, position: str) -> Given:
        if issued_on > today():
            raise Refused(_("A paper cannot be dated in the future. Check the date."))
        if not signer.strip():
            raise Refused(_("Write who signs the paper."))
        return Given(read.printed, issued_on, nfc(signer.strip()), nfc(position.strip()) or self.position)

    def attach(self, uploads: Sequence[Any], *, by: Post) -> list[Attachment]:
        """Keep the signed copy: a PDF, or photos of its pages. Pictures lose their metadata."""
        self.check_attach(by)
        if not uploads:
            raise Refused(_("Choose the scan, or take a photo of each page."))
        if len(uploads) + len(self.pages()) > PAGES_AT_MOST:
            raise Refused(_("A signed copy has at most %d pages here. Scan it as one PDF.") % PAGES_AT_MOST)
        # Washing takes up to a second a picture: before the transaction, which on SQLite is the only one.
        stored = [Attachment.objects.store(upload, by=by, kind="signed") for upload in uploads]
        for file in stored:
            if file.media_type != PDF and file.media_type not in PICTURES:
                raise Refused(
                    _("“%s” is neither a PDF nor a picture. Scan or photograph the signed paper.") % file
                )
        with transaction.atomic():
            self._keep(stored, by)
        return stored

    def _keep(self, stored: Sequence[Attachment], by: Post) -> None:
        for file in stored:
            file.belong_to(self)
        if self.state == self.State.NUMBERED:
            self._move([self.State.NUMBERED], self.State.SIGNED, "signed_copy_added", by=by)
        else:
            record(self, "signed_copy_added", by=by)
        self._tell_record(by)

    def take_back_page(self, page: Attachment, *, by: Post, reason: str) -> None:
        """A page gives way to a better one; it stays readable among what was withdrawn."""
        self.check_attach(by)
        with transaction.atomic():
            page.withdraw(by, reason)
            if not self.pages():
                self._move(
                    [self.State.SIGNED], self.State.NUMBERED, "signed_copy_withdrawn", by=by, reason=reason
                )
            self._tell_record(by)

    def _tell_record(self, by: Post) -> None:
        if self.kind_of.signed is not None:
            pages = self.pages()
            self.kind_of.signed(self.about, self.part, pages[0] if pages else None, by)

    def withdraw(self, *, by: Post, reason: str) -> None:
        """It is given up, or taken back after it was issued. Nothing is deleted."""
        self.check_withdraw(by)
        if not reason.strip():
            raise Refused(_("Say why the paper is withdrawn."))
        with transaction.atomic():
            self._move([self.state], self.State.WITHDRAWN, "withdrawn", by=by, reason=nfc(reason))

    # How the verbs do it

    def _update(self, expected: Iterable[str], **values: Any) -> None:
        changed = Paper.objects.filter(pk=self.pk, state__in=list(expected)).update(**values)
        if changed != 1:
            raise FasterColleague(self._what_happened())
        for name, value in values.items():
            setattr(self, name, value)

    def _move(
        self,
        expected: Iterable[str],
        to: str,
        verb: str,
        *,
        by: Post,
        reason: str = "",
        changes: dict[str, Any] | None = None,
        **values: Any,
    ) -> None:
        before = self.state
        self._update(expected, state=to, **values)
        self.steps.create(state=to, by=by, reason=reason)
        record(self, verb, by=by, changes={"state": [before, str(to)], **(changes or {})}, reason=reason)

    def _what_happened(self) -> str:
        last = PaperStep.objects.filter(paper=self.pk).select_related("by__user").order_by("-pk").first()
        if last is None:
            return _("Somebody else has changed this paper in the meantime. Reload the page.")
        return was_faster(last.by.user, last.in_words, last.at)


class PaperStep(models.Model):
    """That a paper reached a state: by whom, when and why."""

    paper = models.ForeignKey(Paper, on_delete=models.PROTECT, related_name="steps")
    state = models.CharField(max_length=10, choices=Paper.State.choices)
    by = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    reason = models.TextField(blank=True)
    # Of a correction: what the clerk had given (`Given.as_data`), and what stands there since.
    before = models.JSONField(null=True, blank=True)
    after = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.paper}: {self.in_words}"

    @property
    def in_words(self) -> str:
        return _("number, day or signer corrected") if self.before else str(self.get_state_display())

    @property
    def corrections(self) -> list[tuple[str, str, str]]:
        """Each thing that was put right: its name, what stood there and what stands there since."""
        if not self.before or not self.after:
            return []
        old, new = Given.from_data(self.before), Given.from_data(self.after)
        lines = [
            (_("Number"), old.number, new.number),
            (_("Date of the paper"), short_date(old.issued_on), short_date(new.issued_on)),
            (_("Signed by"), old.signer, new.signer),
            (_("The signer's position"), old.position, new.position),
        ]
        return [line for line in lines if line[1] != line[2]]


def settle(about: models.Model, given: Given, *, by: Post, part: str = "") -> None:
    """The record got its number on its own page: its open paper has it too. In the caller's transaction."""
    for paper in Paper.objects.about(about, part).open().select_related("issuer"):
        read = paper.read_number(given.number)
        paper._move(
            Paper.OPEN,
            Paper.State.NUMBERED,
            "number_given",
            by=by,
            changes={"number": ["", read.printed]},
            number=read.printed,
            ordinal=read.ordinal,
            issued_on=given.issued_on,
            signer=given.signer,
        )


def keep_signed(about: models.Model, file: Attachment, *, by: Post, part: str = "") -> bool:
    """The signed copy came to the record's own page: it belongs to its issued paper, if there is one.

    Part of the caller's transaction. False means that the record has no such paper and keeps the file itself.
    """
    paper = Paper.objects.about(about, part).filter(state__in=Paper.ISSUED).select_related("issuer").first()
    if paper is None:
        return False
    file.belong_to(paper)
    if paper.state == Paper.State.NUMBERED:
        paper._move([Paper.State.NUMBERED], Paper.State.SIGNED, "signed_copy_added", by=by)
    else:
        record(paper, "signed_copy_added", by=by)
    return True


def sheet_of(
    body: Unit, content: Content, *, number: str = "", issued_on: date | None = None, signer: str = ""
) -> Sheet:
    """A content under the heading of a body, without a paper of its own: to look at, or to take along."""
    own = issuer(body)
    layout = layout_for(own.family, issued_on or today())
    symbol = symbol_pattern(body.line, layout).format(type=content.type_code, issuer=own.symbol or "…")
    return compose(
        content,
        layout=layout,
        issuer=own,
        place=wording.place_of(body.area),
        symbol=symbol,
        signing=Signing(own.signing, own.position, signer),
        number=number,
        issued_on=issued_on,
    )


def of_records(records: Sequence[models.Model]) -> dict[int, list[Paper]]:
    """The papers of several records of one model, by id: one query."""
    if not records:
        return {}
    found: dict[int, list[Paper]] = {}
    papers = Paper.objects.filter(
        about_type=records[0]._meta.label_lower, about_id__in=[each.pk for each in records]
    )
    for paper in papers.with_facts().order_by("-pk"):
        found.setdefault(paper.about_id, []).append(paper)
    return found


def _plain(value: Any) -> Any:
    return nfc(value.strip()) if isinstance(value, str) else value
