"""Stories (tin bài): what the public is told of an initiative; its owner proposes, an editor decides.

A story that is published never changes: a change is a new proposal, which replaces it when it is published.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models, transaction
from django.db.models import Prefetch, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from kheo.audit.models import record
from kheo.fieldwork.models.field_reports import photos_of
from kheo.files.models import Photo, in_archive
from kheo.initiatives.models import Consent, Enrolment, Initiative
from kheo.initiatives.models.initiatives import HEADS
from kheo.lib.refusals import FasterColleague, Refused, was_faster
from kheo.lib.vietnamese import fold, nfc, tone_blind
from kheo.places.models import Area
from kheo.plans.models import Field
from kheo.search import index
from kheo.units.guarded import Guarded
from kheo.units.models import Post
from kheo.units.reach import ScopedQuerySet

# Who proposes for the body that carries the initiative out, and who decides for the level.
PROPOSERS = ("reporter", "specialist", "head", "deputy")
EDITORS = ("editor",)
MOST_PHOTOS = 20

# Figures that begin like a Vietnamese number, however they are set apart; 84.500.000.000 đồng is none.
_PHONE = re.compile(r"(?<![\d.,])(?:(?:\+84|0)(?:[\s.()\-‐–]?\d){8,10}|84[35789]\d{8})(?!\d)")


class StoryQuerySet(ScopedQuerySet):
    scope_unit = "initiative__owner"
    scope_area = "initiative__area"

    def published(self) -> "StoryQuerySet":
        """What everyone may read now. A consent taken back hides a person's page at once."""
        return self.filter(state=Story.State.PUBLISHED, initiative__public=True)

    def hidden_by_consent(self) -> "StoryQuerySet":
        """Published, but not shown: the person no longer agrees. Few, found without looking at the rest."""
        taken_back = Consent.objects.exclude(taken_back_on=None).values("initiative")
        return self.filter(state=Story.State.PUBLISHED, initiative__in=taken_back, initiative__public=False)

    def open(self) -> "StoryQuerySet":
        return self.filter(state__in=Story.OPEN)

    def for_editor(self, post: Post) -> "StoryQuerySet":
        """What waits for the decision of this editor."""
        if post.role not in EDITORS:
            return self.none()
        return self.visible_to(post).filter(state=Story.State.PROPOSED)

    def to_finish(self, post: Post) -> "StoryQuerySet":
        """Drafts of this person and what came back to them."""
        mine = StoryStep.objects.filter(by__user=post.user_id).values("story")
        return self.filter(state__in=[Story.State.DRAFT, Story.State.RETURNED], pk__in=mine)

    def with_facts(self) -> "StoryQuerySet":
        """With everything a line of a list shows, in one query."""
        return self.select_related(
            "initiative__owner", "initiative__area__parent__parent__parent", "initiative__field"
        )

    def with_photos(self) -> "StoryQuerySet":
        photos = StoryPhoto.objects.select_related("photo").order_by("order", "pk")
        return self.prefetch_related(Prefetch("photos", photos))

    def begin(self, initiative: Initiative, *, by: Post) -> "Story":
        """The open proposal about an initiative: the one there is, or a new draft from what is published."""
        check_proposing(initiative, by)
        with transaction.atomic():
            # The initiative's row is the lock: two people beginning write one proposal.
            Initiative.objects.select_for_update(of=("self",)).get(pk=initiative.pk)
            known: Any = self.open().filter(initiative=initiative).first()
            if known is not None:
                return known
            last: Any = self.filter(initiative=initiative).order_by("-version").first()
            shown: Any = self.filter(initiative=initiative, state=Story.State.PUBLISHED).first()
            told = shown or last
            story: Any = self.create(
                initiative=initiative,
                version=last.version + 1 if last else 1,
                replaces=shown,
                title=told.title if told else initiative.name,
                lead=told.lead if told else initiative.goal,
                text=told.text if told else "",
                sample=initiative.sample,
                **story_facts(initiative),
            )
            if told:
                StoryPhoto.objects.bulk_create(
                    StoryPhoto(
                        story=story,
                        photo_id=each.photo_id,
                        caption=each.caption,
                        author=each.author,
                        alt=each.alt,
                        order=each.order,
                    )
                    for each in told.photos.all()
                )
            story.steps.create(state=Story.State.DRAFT, by=by)
            record(story, "drafted", by=by)
        return story


class Story(Guarded, models.Model):
    """One version of what is told of one initiative, on its way to the public and back."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("story", "draft")
        PROPOSED = "proposed", pgettext_lazy("story", "waits for the editor")
        RETURNED = "returned", pgettext_lazy("story", "returned")
        PUBLISHED = "published", pgettext_lazy("story", "published")
        REPLACED = "replaced", pgettext_lazy("story", "replaced by a newer version")
        TAKEN_DOWN = "taken_down", pgettext_lazy("story", "taken down")
        WITHDRAWN = "withdrawn", pgettext_lazy("story", "withdrawn")

    OPEN = (State.DRAFT, State.PROPOSED, State.RETURNED)
    TONES = {
        State.DRAFT: "off",
        State.PROPOSED: "wait",
        State.RETURNED: "warn",
        State.PUBLISHED: "ok",
        State.REPLACED: "off",
        State.TAKEN_DOWN: "warn",
        State.WITHDRAWN: "off",
    }

    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="stories")
    version = models.PositiveSmallIntegerField(default=1)
    replaces = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    title = models.CharField(pgettext_lazy("story", "title"), max_length=200)
    lead = models.CharField(
        gettext_lazy("what it is about, in one or two sentences"), max_length=500, blank=True
    )
    # Plain paragraphs, set apart by empty lines.
    text = models.TextField(pgettext_lazy("story", "text"), blank=True)
    # Why something that is internal by default is told on purpose.
    deliberate_reason = models.TextField(gettext_lazy("why it is made public"), blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    # What public lists are narrowed by, as the initiative had it when this was last written.
    field = models.ForeignKey(Field, on_delete=models.PROTECT, related_name="+")
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # 0 where no source names a year.
    year = models.PositiveSmallIntegerField(default=0)
    folded = models.TextField(editable=False)
    sample = models.BooleanField(default=False)
    created = models.DateTimeField(auto_now_add=True)

    objects = StoryQuerySet.as_manager()

    class Meta:
        ordering = ["-created", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["initiative", "version"], name="story_version_once"),
            models.UniqueConstraint(
                fields=["initiative"], condition=Q(state="published"), name="one_story_published"
            ),
            models.UniqueConstraint(
                fields=["initiative"],
                condition=Q(state__in=["draft", "proposed", "returned"]),
                name="one_story_open",
            ),
        ]
        indexes = [
            models.Index(fields=["state", "published_at", "id"], name="story_newest"),
            # The map and the totals are counted from this index alone.
            models.Index(fields=["state", "commune", "field", "sample"], name="story_counts"),
            models.Index(fields=["state", "field", "published_at", "id"], name="story_field"),
            models.Index(fields=["state", "year", "published_at", "id"], name="story_year"),
        ]

    def __str__(self) -> str:
        return self.title

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.folded = self._folded()
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("story", args=[self.pk])

    @property
    def journal_unit_id(self) -> int:
        return self.initiative.owner_id

    # What it is

    def _folded(self) -> str:
        place = self.initiative.area.short_place
        return fold(f"{self.title} {self.initiative.name} {place}")[:1500]

    @property
    def tone(self) -> str:
        return self.TONES[Story.State(self.state)]

    @property
    def is_open(self) -> bool:
        """Whether its words may still be changed by those who propose it."""
        return self.state in (Story.State.DRAFT, Story.State.RETURNED)

    @property
    def needs_purpose(self) -> bool:
        """Whether making it public takes a deliberate step, with a reason."""
        return is_internal_by_default(self.initiative)

    @property
    def is_shown(self) -> bool:
        """Whether everyone may read it now."""
        return self.state == Story.State.PUBLISHED and self.initiative.public

    @property
    def paragraphs(self) -> list[str]:
        """The text in paragraphs; a single line break stays one."""
        return [
            part.strip() for part in re.split(r"\n\s*\n", self.text.replace("\r\n", "\n")) if part.strip()
        ]

    @property
    def proposer(self) -> Post | None:
        step = (
            self.steps.filter(state=Story.State.PROPOSED)
            .select_related("by__user")
            .order_by("-at", "-pk")
            .first()
        )
        return step.by if step else None

    def may_be_seen_by(self, user: Any) -> bool:
        return type(self).objects.visible_to(user).filter(pk=self.pk).exists()

    def shown_photos(self) -> list["StoryPhoto"]:
        """The chosen photos that may be shown now: an answer taken back hides a photo at once."""
        return [each for each in self.photos.all() if each.photo.publishable()[0]]

    def candidates(self) -> list[Photo]:
        """The photos there are to choose from: of the initiative's reports and of itself, newest first."""
        own = list(Photo.objects.of(self.initiative).order_by("-taken_on", "-pk")[:60])
        reported = list(photos_of(self.initiative)[:60])
        return list({photo.pk: photo for photo in (*own, *reported)}.values())

    # Who may do what. Each refuses with a sentence; `may` asks without doing.

    def check_write(self, by: Post) -> None:
        check_proposing(self.initiative, by)
        self._check_state(Story.State.DRAFT, Story.State.RETURNED)

    check_propose = check_write

    def check_withdraw(self, by: Post) -> None:
        self.initiative.check_writing(by, PROPOSERS)
        self._check_state(*Story.OPEN)

    def check_publish(self, by: Post) -> None:
        self._check_editor(by)
        self._check_state(Story.State.PROPOSED)
        proposer = self.proposer
        if proposer and proposer.user_id == by.user_id and not by.unit.may_confirm_itself:
            raise Refused(
                _("You proposed this yourself. Your unit has more than two people: another editor decides.")
            )

    def check_return(self, by: Post) -> None:
        self._check_editor(by)
        self._check_state(Story.State.PROPOSED)

    def check_take_down(self, by: Post) -> None:
        """The editor, and the heads of the body it tells of: a page is taken down in one step."""
        if not (by.role in HEADS and by.is_current and self.initiative.answered_for_by(by)):
            self._check_editor(by)
        self._check_state(Story.State.PUBLISHED)

    def _check_editor(self, by: Post) -> None:
        by.require(*EDITORS, reaching=(self.initiative.owner, self.initiative.area))

    def _check_state(self, *expected: str) -> None:
        if self.state not in expected:
            raise FasterColleague(self._what_happened())

    # The verbs

    def write(self, *, by: Post, title: str, lead: str, text: str) -> None:
        """Change the words of a draft, or of what came back."""
        self.check_write(by)
        words = {
            "title": nfc(title.strip()),
            "lead": nfc(lead.strip()),
            "text": nfc(text.strip()),
        }
        changed = {name: value for name, value in words.items() if getattr(self, name) != value}
        facts = story_facts(self.initiative)
        self.title = words["title"]
        with transaction.atomic():
            writable = Story.objects.filter(pk=self.pk, state__in=[Story.State.DRAFT, Story.State.RETURNED])
            if writable.update(**words, **facts, folded=self._folded()) != 1:
                raise FasterColleague(self._what_happened())
            if changed:
                # The words themselves stand in the story: the journal says which changed.
                record(self, "changed", by=by, changes={name: ["…", "…"] for name in changed})
        for name, value in (words | facts).items():
            setattr(self, name, value)

    def choose(self, chosen: Sequence[dict[str, Any]], *, by: Post) -> None:
        """The photos shown, in this order: each {"photo", "caption", "author", "alt"}.

        Refuses a photo that is not the initiative's own or may not be published, with the reason.
        """
        self.check_write(by)
        if len(chosen) > MOST_PHOTOS:
            raise Refused(_("Choose at most %(most)d photos.") % {"most": MOST_PHOTOS})
        own = {photo.pk for photo in self.candidates()}
        for each in chosen:
            photo = each["photo"]
            if photo.pk not in own:
                raise Refused(_("This photo does not belong to the initiative."))
            if photo.archive:
                raise Refused(in_archive(photo.archive))
            _check_photo(photo, each)
        before = list(self.photos.order_by("order", "pk").values_list("photo", flat=True))
        with transaction.atomic():
            writable = Story.objects.select_for_update().filter(
                pk=self.pk, state__in=[Story.State.DRAFT, Story.State.RETURNED]
            )
            if not list(writable.values_list("pk")):
                raise FasterColleague(self._what_happened())
            # A draft's choice is what its author is still making: it is no record yet.
            self.photos.all().delete()
            StoryPhoto.objects.bulk_create(
                StoryPhoto(
                    story=self,
                    photo=each["photo"],
                    caption=nfc(each["caption"].strip()),
                    author=nfc(each["author"].strip()),
                    alt=nfc(each["alt"].strip()),
                    order=place,
                )
                for place, each in enumerate(chosen)
            )
            after = [each["photo"].pk for each in chosen]
            if before != after:
                record(self, "photos_chosen", by=by, changes={"photos": [len(before), len(after)]})
        getattr(self, "_prefetched_objects_cache", {}).pop("photos", None)

    def propose(self, *, by: Post, deliberately: str = "") -> None:
        """Hand it to the editor of the level.

        `deliberately`: why it is made public although its field is internal by default.
        """
        self.check_propose(by)
        self.deliberate_reason = nfc(deliberately.strip()) or self.deliberate_reason
        self._check_words()
        self._check_public()
        self._move(
            [self.state],
            Story.State.PROPOSED,
            "submitted",
            by=by,
            reason=self.deliberate_reason,
            deliberate_reason=self.deliberate_reason,
        )

    def withdraw(self, *, by: Post, reason: str = "") -> None:
        self.check_withdraw(by)
        self._move(Story.OPEN, Story.State.WITHDRAWN, "withdrawn", by=by, reason=nfc(reason.strip()))

    def return_(self, *, by: Post, reason: str) -> None:
        """Back to those who proposed it, with what is to be mended."""
        self.check_return(by)
        self._move([Story.State.PROPOSED], Story.State.RETURNED, "returned", by=by, reason=_why(reason))

    def publish(self, *, by: Post) -> None:
        """Everyone may read it from now on; an earlier version is replaced."""
        self.check_publish(by)
        self._check_words()
        self._check_public()
        proposer = self.proposer
        itself = proposer is not None and proposer.user_id == by.user_id
        with transaction.atomic():
            # The initiative's row is the lock: two versions are never published at once.
            initiative = Initiative.objects.select_for_update(of=("self",)).get(pk=self.initiative_id)
            # Read again under the lock: a consent may have been taken back since.
            check_person(initiative)
            for earlier in Story.objects.filter(initiative=initiative, state=Story.State.PUBLISHED):
                earlier._move([Story.State.PUBLISHED], Story.State.REPLACED, "replaced", by=by)
            self._move(
                [Story.State.PROPOSED],
                Story.State.PUBLISHED,
                "published",
                by=by,
                self_confirmed=itself,
                published_at=timezone.now(),
                **story_facts(initiative),
            )
            Initiative.objects.filter(pk=initiative.pk).update(public=True)
            self.initiative.public = True
            index.update(self.initiative, self)

    def take_down(self, *, by: Post, reason: str) -> None:
        """Gone from every public page at once, photos included. It stays readable here."""
        self.check_take_down(by)
        with transaction.atomic():
            self._move(
                [Story.State.PUBLISHED], Story.State.TAKEN_DOWN, "unpublished", by=by, reason=_why(reason)
            )
            Initiative.objects.filter(pk=self.initiative_id).update(public=False)
            self.initiative.public = False
            index.update(self.initiative, self)

    def _check_words(self) -> None:
        """Refuse what says too little, or what names people who did not ask to be named."""
        missing = [
            str(label)
            for value, label in (
                (self.title, pgettext_lazy("story", "title")),
                (self.lead, gettext_lazy("one or two sentences about it")),
                (self.text, pgettext_lazy("story", "text")),
            )
            if not value
        ]
        if missing:
            raise Refused(_("Before it can be proposed, this is missing: %s.") % ", ".join(missing))
        photos = list(self.photos.select_related("photo").order_by("order", "pk"))
        said = "\n".join(
            [self.title, self.lead, self.text, *(f"{each.caption}\n{each.alt}" for each in photos)]
        )
        check_said(self.initiative, said)
        for each in photos:
            _check_photo(each.photo, {"caption": each.caption, "author": each.author, "alt": each.alt})

    def _check_public(self) -> None:
        """Refuse what must stay inside."""
        check_never_internal(self.initiative)
        check_person(self.initiative)
        if self.needs_purpose and not self.deliberate_reason.strip():
            raise Refused(
                _("“%(field)s” is internal by default. Say on purpose that it is made public, and why.")
                % {"field": self.initiative.field}
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
        **values: Any,
    ) -> None:
        """One step: the row where its state is still the expected one, the step, the journal, the search."""
        before = self.state
        with transaction.atomic():
            moved = Story.objects.filter(pk=self.pk, state__in=list(expected))
            if moved.update(state=to, **values) != 1:
                raise FasterColleague(self._what_happened())
            self.steps.create(state=to, by=by, reason=reason, self_confirmed=self_confirmed)
            record(self, verb, by=by, changes={"state": [str(before), str(to)]}, reason=reason)
            self.state = to
            index.update(self)
        for name, value in values.items():
            setattr(self, name, value)

    def _what_happened(self) -> str:
        """Who was faster and when, in a sentence."""
        last = self.steps.select_related("by__user", "by__unit").order_by("-at", "-pk").first()
        if last is None or last.by is None:
            return _("This story has moved on. Look at it again before you go on.")
        return was_faster(last.by, last.get_state_display(), last.at)


class StoryPhoto(models.Model):
    """A photo chosen for a story, with the words it is shown with."""

    story = models.ForeignKey(Story, on_delete=models.CASCADE, related_name="photos")
    photo = models.ForeignKey(Photo, on_delete=models.PROTECT, related_name="+")
    caption = models.CharField(gettext_lazy("caption"), max_length=500)
    author = models.CharField(gettext_lazy("photographer"), max_length=120)
    alt = models.CharField(gettext_lazy("what can be seen"), max_length=300)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]
        constraints = [models.UniqueConstraint(fields=["story", "photo"], name="photo_once_a_story")]

    def __str__(self) -> str:
        return self.caption


class StoryStep(models.Model):
    """A state is a row: one step of a story, with who, when, as whom and why."""

    story = models.ForeignKey(Story, on_delete=models.PROTECT, related_name="steps")
    state = models.CharField(max_length=10, choices=Story.State.choices)
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)
    # The same person proposed and published it, in a unit of one or two people (tự xác nhận).
    self_confirmed = models.BooleanField(default=False)

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.story}: {self.get_state_display()}"


def check_proposing(initiative: Initiative, by: Post) -> None:
    """Refuse unless the post speaks for the initiative, and the initiative may be told of at all."""
    initiative.check_writing(by, PROPOSERS)
    if (
        initiative.state in (Initiative.State.PROPOSED, Initiative.State.WITHDRAWN)
        and not initiative.is_settled
    ):
        raise Refused(_("It is in no catalogue yet. It can be told of once it is."))
    check_never_internal(initiative)


def check_never_internal(initiative: Initiative) -> None:
    """What follows a document for internal circulation (lưu hành nội bộ) is never published."""
    if initiative.enrolments.filter(plan__basis__internal=True).exists():
        raise Refused(
            _("Its plan rests on a document for internal circulation only. It is never made public.")
        )


def check_person(initiative: Initiative) -> None:
    """An exemplar who is a person is shown only while the person agrees."""
    if initiative.is_person and initiative.standing_consent is None:
        raise Refused(_("The person's consent is not recorded. Ask the person first and record it."))


def is_internal_by_default(initiative: Initiative) -> bool:
    """Whether making it public takes a deliberate step: its field, now or in a year that is counted."""
    counted = initiative.enrolments.filter(state__in=Enrolment.COUNTED)
    return (
        initiative.field.internal_by_default
        or counted.filter(field__internal_by_default=True).exists()
    )  # fmt: skip


def check_said(initiative: Initiative, said: str) -> None:
    """Refuse words with a phone number or the contact's name: those are for colleagues alone."""
    found = _PHONE.search(said)
    if found:
        raise Refused(
            _("“%(number)s” looks like a phone number. Phone numbers of residents are not made public.")
            % {"number": found.group().strip()}
        )
    contact = tone_blind(initiative.contact_name)
    if " " in contact and not initiative.is_person and f" {contact} " in f" {_bare(said)} ":
        raise Refused(
            _("“%(name)s” is the contact of the initiative. Names of residents are not made public.")
            % {"name": initiative.contact_name}
        )


def story_facts(initiative: Initiative) -> dict[str, Any]:
    """What public lists are narrowed by, read from the initiative."""
    years = initiative.enrolments.filter(state__in=Enrolment.COUNTED).order_by("year")
    first = years.values_list("year", flat=True).first()
    started = initiative.started_on.year if initiative.started_on else None
    known = [year for year in (first, started) if year]
    return {
        "field": initiative.field,
        "commune_id": initiative.commune_id,
        "year": min(known, default=0),
    }


def _check_photo(photo: Photo, words: dict[str, Any]) -> None:
    allowed, why = photo.publishable()
    name = words.get("caption") or str(photo)
    if not allowed:
        raise Refused(_("The photo “%(photo)s” cannot be shown: %(why)s") % {"photo": name, "why": why})
    if not all(words.get(part, "").strip() for part in ("caption", "author", "alt")):
        raise Refused(
            _("The photo “%(photo)s” needs a caption, its photographer and what can be seen in it.")
            % {"photo": name}
        )


def _bare(said: str) -> str:
    """The words alone, folded like names, so that a full stop hides no name."""
    return tone_blind(re.sub(r"[^\w\s]", " ", said))


def _why(reason: str) -> str:
    reason = nfc(reason.strip())
    if not reason:
        raise Refused(_("Say why."))
    return reason
