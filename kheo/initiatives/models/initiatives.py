"""Initiatives: one practice carried out by one owner at one place, from its start to its end."""

from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from kheo.audit.models import Entry, record
from kheo.files.models import Attachment
from kheo.initiatives.models.practices import Practice
from kheo.lib.formats import short_date
from kheo.lib.periods import today
from kheo.lib.refusals import FasterColleague, Refused, was_faster
from kheo.lib.vietnamese import fold, nfc, sort_key
from kheo.places.models import Area
from kheo.places.paths import SortKeyField
from kheo.plans.models import Field, Movement
from kheo.search import index
from kheo.tallies.counting import counting
from kheo.units.guarded import Guarded
from kheo.units.models import Post, Unit
from kheo.units.reach import ScopedQuerySet

if TYPE_CHECKING:
    from kheo.initiatives.models.catalogues import Catalogue
    from kheo.initiatives.models.enrolments import Enrolment

# Who may write about initiatives within reach, and who decides for a body.
WRITERS = ("reporter", "specialist", "registrar", "head", "deputy")
DESK = ("registrar", "specialist")
HEADS = ("head", "deputy")


def _enrolments(model: type[models.Model]) -> Any:
    """Every enrolment; the model of enrolments is declared below this one."""
    related: Any = model._meta.get_field("enrolments").related_model
    return related._base_manager


class InitiativeQuerySet(ScopedQuerySet):
    scope_unit = "owner"
    scope_area = "area"

    def running(self) -> "InitiativeQuerySet":
        return self.filter(state=Initiative.State.RUNNING)

    def standing(self) -> "InitiativeQuerySet":
        """Neither ended nor given up before they began."""
        return self.exclude(state__in=[Initiative.State.ENDED, Initiative.State.WITHDRAWN])

    def named_like(self, text: str) -> "InitiativeQuerySet":
        """Initiatives whose name holds every word of the text, accents or not."""
        found = self
        for word in fold(text).split()[:12]:
            found = found.filter(folded__contains=word)
        return found

    def narrowed(self, chosen: dict[str, Any]) -> "InitiativeQuerySet":
        """By the choices of a list's filter: q, year, field, kind, state, line, commune, level."""
        found = self.named_like(chosen.get("q", ""))
        for name in ("field", "kind", "state"):
            if name in chosen:
                found = found.filter(**{name: chosen[name]})
        if "state" not in chosen:
            found = found.exclude(state=Initiative.State.WITHDRAWN)
        if "line" in chosen:
            found = found.filter(owner__in=Unit.objects.filter(line=chosen["line"]).values("pk"))
        if "commune" in chosen:
            found = found.filter(area__in=Area.objects.within_now(chosen["commune"]).values("pk"))
        if "practice" in chosen:
            found = found.filter(practice=chosen["practice"])
        if "body" in chosen:
            found = found.filter(owner__in=Unit.objects.of_body(chosen["body"]).values("pk"))
        year = {
            name: chosen[key] for key, name in (("year", "year"), ("level", "level_asked")) if key in chosen
        }
        if year:
            enrolled = _enrolments(self.model).filter(initiative=OuterRef("pk"), **year)
            found = found.filter(Exists(enrolled.exclude(state="withdrawn")))
        return found

    def with_facts(self) -> "InitiativeQuerySet":
        """With everything a line of a list shows: a fixed number of queries (see enrolments)."""
        return self.prefetch_related("owner", "area__parent", "field", "practice")

    def for_sheet(self) -> "InitiativeQuerySet":
        """As `with_facts`, with the whole place written out."""
        return self.with_facts().prefetch_related("area__parent__parent__parent")

    def of(self, post: Post) -> "InitiativeQuerySet":
        """Those the post's body leads: its own, of bodies it has inherited, of units typed under it."""
        return self.led_by(post.unit.path_now)

    def led_by(self, path_now: str) -> "InitiativeQuerySet":
        """The same for the body with this path."""
        own = Unit.objects.filter(path_now=path_now).order_by()
        typed = Unit.objects.filter(kind=Unit.Kind.TYPED, parent__path_now=path_now).order_by()
        # United, because an OR over two rows could begin with neither and reads every body there is.
        return self.filter(owner__in=own.values("pk").union(typed.values("pk")))

    def to_continue(self, post: Post, year: int) -> "InitiativeQuerySet":
        """What ran last year, or still runs, at the post's body and is not enrolled yet in `year`."""
        enrolments = _enrolments(self.model)
        taken = enrolments.filter(initiative=OuterRef("pk"), year=year).exclude(state="withdrawn")
        return (
            self.of(post)
            .filter(Q(state=Initiative.State.RUNNING) | Q(state=Initiative.State.PUBLISHED, owner_known=True))
            .exclude(Exists(taken))
        )

    def known_from_publication(self, *, year: int | None, by: Any = None, **values: Any) -> "Initiative":
        """Take in what a publication tells of: neither accepted nor refused by anyone here.

        `values` are fields of the initiative; `source_url` says where it is told. Without a year there is
        no enrolment: the record stays outside yearly figures.
        """
        from kheo.initiatives.models.enrolments import Enrolment

        with transaction.atomic():
            initiative: Any = self.create(**{**values, "state": Initiative.State.PUBLISHED})
            record(initiative, "taken_from_publication", by=by, reason=initiative.source_url)
            if year is not None:
                Enrolment.objects.from_publication(initiative, year, by=by)
            index.update(initiative)
        return initiative


class Initiative(Guarded, models.Model):
    """One practice carried out by one owner at one place (mô hình, điển hình)."""

    class Kind(models.TextChoices):
        MODEL = "model", pgettext_lazy("kind of initiative", "model")
        EXEMPLAR = "exemplar", pgettext_lazy("kind of initiative", "exemplar")

    class Subject(models.TextChoices):
        COLLECTIVE = "collective", _("collective")
        HOUSEHOLD = "household", _("household")
        PERSON = "person", _("person")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        RUNNING = "running", _("running")
        ENDED = "ended", _("ended")
        # Given up before it was in any catalogue.
        WITHDRAWN = "withdrawn", _("withdrawn")
        # Known from a published page only: neither accepted nor refused by anyone here.
        PUBLISHED = "published", _("known from a publication")

    practice = models.ForeignKey(
        Practice,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="initiatives",
        verbose_name=_("practice"),
    )
    movement = models.ForeignKey(Movement, on_delete=models.PROTECT, related_name="initiatives")
    name = models.CharField(_("name"), max_length=300)
    folded = models.CharField(max_length=300, db_index=True, editable=False)
    sort_key = SortKeyField(max_length=600, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices, default=Kind.MODEL)
    subject = models.CharField(
        _("subject"), max_length=10, choices=Subject.choices, default=Subject.COLLECTIVE
    )
    field = models.ForeignKey(Field, on_delete=models.PROTECT, verbose_name=_("field of work"))
    # The body that carries it out; where a publication names none, the body at whose place it was.
    owner = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="initiatives", verbose_name=_("led by")
    )
    owner_known = models.BooleanField(default=True)
    # Where: a hamlet or a commune; a district or the province where no more is known.
    area = models.ForeignKey(
        Area, on_delete=models.PROTECT, related_name="initiatives", verbose_name=_("place")
    )
    # In which it is counted: the commune of `area`, or the part of a divided commune that it belongs to;
    # NULL means "chưa xác định".
    commune = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    goal = models.CharField(_("goal in one line"), max_length=500, blank=True)
    started_on = models.DateField(_("started on"), null=True, blank=True)
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    contact_name = models.CharField(_("contact"), max_length=120, blank=True)
    contact_phone = models.CharField(_("contact's phone"), max_length=20, blank=True)
    sample = models.BooleanField(default=False)
    # Where it is known from, if it was published before Kheo.
    source_url = models.CharField(max_length=600, blank=True)
    source_id = models.CharField(max_length=40, blank=True)
    source_labelled = models.BooleanField(default=True)
    source_note = models.TextField(blank=True)
    public = models.BooleanField(default=False)
    created = models.DateTimeField(auto_now_add=True)

    objects = InitiativeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source_id"], condition=~Q(source_id=""), name="one_initiative_a_source"
            ),
        ]
        indexes = [
            # The list in Vietnamese order, and one state of it.
            models.Index(fields=["sort_key", "id"], name="initiative_sorted"),
            models.Index(fields=["state", "sort_key", "id"], name="initiative_state_sorted"),
            # The others of one practice, until a few are found that may be seen.
            models.Index(
                fields=["practice", "sort_key", "id"],
                condition=Q(practice__isnull=False),
                name="initiative_of_practice",
            ),
            # The same where one sees few places: not all of these, nor all of the practice.
            models.Index(
                fields=["practice", "area"],
                condition=Q(practice__isnull=False),
                name="initiative_practice_area",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name = nfc(self.name)
        self.folded, self.sort_key = fold(self.name)[:300], sort_key(self.name)[:600]
        self.commune = self.area.counted_in()
        known = not self._state.adding
        with transaction.atomic():
            super().save(*args, **kwargs)
            if known:
                self.enrolments.exclude(sort_key=self.sort_key).update(sort_key=self.sort_key)

    def get_absolute_url(self) -> str:
        return reverse("initiative", args=[self.pk])

    @property
    def journal_unit_id(self) -> int:
        return self.owner_id

    # What it is

    @property
    def is_person(self) -> bool:
        return self.subject == Initiative.Subject.PERSON

    @property
    def is_settled(self) -> bool:
        """Whether some year of it is counted: then owner, place and kind stay as they were counted."""
        from kheo.initiatives.models.enrolments import Enrolment

        return self.enrolments.filter(state__in=Enrolment.COUNTED).exists()

    @property
    def latest(self) -> "Enrolment | None":
        """Its enrolment of the last year it has one, given-up ones aside."""
        return self.enrolments.exclude(state="withdrawn").order_by("-year", "-pk").first()

    @property
    def taken_over_from(self) -> str:
        """The list it was taken over from, in words; "" where it came another way."""
        from kheo.initiatives.models.enrolments import Enrolment, Step

        steps = Step.objects.filter(enrolment__initiative=self, enrolment__state=Enrolment.State.TAKEN_OVER)
        first = steps.filter(state=Enrolment.State.TAKEN_OVER).order_by("enrolment__year", "pk").first()
        return first.reason if first else ""

    @property
    def standing_consent(self) -> "Consent | None":
        # Few a person, so that a list can fetch them for all its rows at once.
        standing = [each for each in self.consents.all() if each.taken_back_on is None]
        return max(standing, key=lambda each: (each.given_on, each.pk), default=None)

    @property
    def tone(self) -> str:
        return {"proposed": "wait", "running": "ok", "published": "info"}.get(self.state, "off")

    @property
    def source_link(self) -> str:
        """The source's address where it is one; some sources are named in words too."""
        first = self.source_url.split(" ", 1)[0]
        return first if first.startswith(("https://", "http://")) else ""

    def may_be_seen_by(self, user: Any) -> bool:
        return type(self).objects.visible_to(user).filter(pk=self.pk).exists()

    def answered_for_by(self, post: Post) -> bool:
        """Whether the post's body leads it, or keeps the typed unit that does, or has inherited either."""
        above = self.owner.parent if self.owner.kind == Unit.Kind.TYPED else None
        return post.acts_for(self.owner) or (above is not None and post.acts_for(above))

    def check_writing(self, by: Post, roles: Iterable[str] = WRITERS) -> None:
        """Refuse unless the post has one of the roles and reaches this initiative."""
        if self.answered_for_by(by):
            by.require(*roles)
        else:
            by.require(*roles, reaching=(self.owner, self.area))

    # Its life

    def continue_in(self, year: int, *, by: Post, level_asked: str = "") -> "Enrolment":
        """Enrol it for another year (duy trì) as a draft, with what it said of itself last time."""
        from kheo.initiatives.models.enrolments import Enrolment

        self.check_writing(by)
        if self.state not in (Initiative.State.RUNNING, Initiative.State.PUBLISHED):
            raise Refused(
                gettext("“%(name)s” is %(state)s. Only what is running can be continued.")
                % {"name": self.name, "state": self.get_state_display()}
            )
        if not self.owner_known:
            raise Refused(
                gettext("Who leads “%(name)s” is not known. Register it anew, with its leading body.")
                % {"name": self.name}
            )
        with transaction.atomic():
            # The initiative's row is the lock: two people continuing it make one enrolment.
            Initiative.objects.select_for_update().get(pk=self.pk)
            if self.enrolments.filter(year=year).exclude(state="withdrawn").exists():
                raise FasterColleague(
                    gettext("“%(name)s” is already enrolled for %(year)s.")
                    % {"name": self.name, "year": year}
                )
            last = self.latest
            return Enrolment.objects.draft(
                self,
                year,
                by=by,
                kind=Enrolment.Kind.CONTINUING,
                field=last.field if last else self.field,
                level_asked=level_asked or (last.level_asked if last else "commune"),
                details=dict(last.details) if last else {},
            )

    def check_start(self, by: Post) -> None:
        self.check_writing(by)
        if self.state != Initiative.State.PROPOSED:
            raise FasterColleague(self._what_happened(gettext("It has already been started or ended.")))
        if not self.enrolments.filter(state="approved").exists():
            raise Refused(gettext("It can start once it is in a catalogue. Ask the committee to approve it."))

    def start(self, *, by: Post, on: date) -> None:
        """It starts (ra mắt)."""
        self.check_start(by)
        if on > today():
            raise Refused(
                gettext("The day of the start lies in the future. Enter it when it has taken place.")
            )
        with transaction.atomic():
            changed = Initiative.objects.filter(pk=self.pk, state=Initiative.State.PROPOSED).update(
                state=Initiative.State.RUNNING, started_on=on
            )
            if changed != 1:
                raise FasterColleague(self._what_happened(gettext("It has already been started or ended.")))
            self.state, self.started_on = Initiative.State.RUNNING, on
            record(self, "started", by=by, changes={"started_on": [None, str(on)]})
            index.update(self)

    def check_end(self, by: Post, catalogue: "Catalogue | None" = None) -> None:
        if catalogue is not None:
            by.require(*HEADS, unit=catalogue.committee)
            by.require(*HEADS, reaching=(self.owner, self.area))
        else:
            self.check_writing(by, (*DESK, *HEADS))
        if self.state not in (
            Initiative.State.PROPOSED,
            Initiative.State.RUNNING,
            Initiative.State.PUBLISHED,
        ):
            raise FasterColleague(self._what_happened(gettext("It has already ended.")))
        if self.state == Initiative.State.PROPOSED and not self.is_settled:
            raise Refused(gettext("It is in no catalogue yet. Withdraw its registration instead."))

    def end(self, *, by: Post, on: date, reason: str, catalogue: "Catalogue | None" = None) -> "Ending":
        """It ends, or is taken off the list by a catalogue. Its years stay as they were counted."""
        from kheo.initiatives.models.enrolments import Enrolment

        self.check_end(by, catalogue)
        if not reason.strip():
            raise Refused(gettext("Say why it ends."))
        if on > today():
            raise Refused(gettext("The day of the end lies in the future. Enter it when it has come."))
        if self.started_on and on < self.started_on:
            raise Refused(
                gettext("It started on %(day)s and cannot end before.") % {"day": short_date(self.started_on)}
            )
        last = self.enrolments.filter(state__in=Enrolment.COUNTED).order_by("-year", "-pk").first()
        with counting(*([last] if last else [])):
            before = self.state
            changed = Initiative.objects.filter(pk=self.pk, state=before).update(
                state=Initiative.State.ENDED, ended_on=on
            )
            if changed != 1:
                raise FasterColleague(self._what_happened(gettext("It has already ended.")))
            self.state, self.ended_on = Initiative.State.ENDED, on
            ending = Ending.objects.create(
                initiative=self, enrolment=last, on=on, reason=nfc(reason), by=by, catalogue=catalogue
            )
            verb = "taken_off" if catalogue else "ended"
            record(self, verb, by=by, changes={"state": [before, "ended"]}, reason=nfc(reason))
            index.update(self)
        return ending

    def _what_happened(self, otherwise: str) -> str:
        """Who was faster: the last entry of the journal about it, in a sentence."""
        last = Entry.objects.about(self).select_related("user").first()
        return who_was_faster(last, otherwise)

    # Its likenesses

    def likely_duplicates(self) -> list[Any]:
        """Initiatives that are probably the same thing: see `duplicates.likely`."""
        from kheo.initiatives import duplicates

        return duplicates.likely(
            self.name, area=self.area, owner=self.owner, practice=self.practice_id, besides=self.pk
        )


class Consent(models.Model):
    """That a person agreed to be presented as an exemplar: who, when and how; and that it was taken back."""

    class How(models.TextChoices):
        WRITTEN = "written", _("in writing")
        SPOKEN = "spoken", _("by word of mouth")
        MESSAGE = "message", _("by phone or message")

    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="consents")
    person = models.CharField(_("who agreed"), max_length=120)
    given_on = models.DateField(_("agreed on"))
    how = models.CharField(_("how"), max_length=10, choices=How.choices)
    file = models.ForeignKey(Attachment, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    recorded_by = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    taken_back_on = models.DateField(null=True, blank=True)
    taken_back_recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    def __str__(self) -> str:
        return f"{self.initiative}: {self.get_how_display()}, {self.given_on}"

    def take_back(self, *, by: Post, on: date) -> None:
        """The person no longer agrees. The initiative leaves the public pages at once."""
        self.initiative.check_writing(by)
        with transaction.atomic():
            changed = Consent.objects.filter(pk=self.pk, taken_back_on=None).update(
                taken_back_on=on, taken_back_recorded_by=by.user
            )
            if changed != 1:
                raise FasterColleague(gettext("That the consent was taken back is already recorded."))
            self.taken_back_on = on
            Initiative.objects.filter(pk=self.initiative_id).update(public=False)
            self.initiative.public = False
            record(self.initiative, "consent_taken_back", by=by)
            index.update(self.initiative)


class Ending(models.Model):
    """That an initiative ended or was taken off the list: when, by whom, why, by which list."""

    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="endings")
    # The last year it was counted in; through it the ending is counted.
    enrolment = models.ForeignKey(
        "Enrolment", on_delete=models.PROTECT, null=True, blank=True, related_name="endings"
    )
    on = models.DateField(_("ended on"))
    reason = models.TextField(_("reason"))
    by = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    catalogue = models.ForeignKey(
        "Catalogue", on_delete=models.PROTECT, null=True, blank=True, related_name="endings"
    )

    def __str__(self) -> str:
        return f"{self.initiative}, {self.on:%d/%m/%Y}"


def who_was_faster(entry: Entry | None, otherwise: str) -> str:
    """ "Bình đã duyệt lúc 14:05 05/7/2026…" from an entry of the journal; `otherwise` where there is none."""
    from kheo.ui.registry import verbs

    if entry is None or entry.user is None:
        return otherwise
    return was_faster(entry.acting_as or str(entry.user), verbs.word(entry.verb), entry.at)
