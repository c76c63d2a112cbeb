"""Emulation movements, who runs them, and the fields of work."""

from datetime import date
from typing import Any

from django.db import models, transaction
from django.db.models import F, Q
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kheo.audit.models import record
from kheo.lib.periods import BEGINNING, FOREVER, today
from kheo.lib.refusals import FasterColleague, Refused
from kheo.lib.vietnamese import fold, nfc
from kheo.plans.acting import DECIDE, WRITE, acts_for, hides_sample, require
from kheo.units.models import Post, Unit
from kheo.units.reach import posts_of, scope


class MovementQuerySet(models.QuerySet["Movement"]):
    def launched(self) -> "MovementQuerySet":
        return self.filter(launched_on__isnull=False)

    def running(self) -> "MovementQuerySet":
        return self.filter(ended_on__isnull=True)

    def visible_to(self, who: Any) -> "MovementQuerySet":
        """A launched movement is a public fact; one being prepared is seen by those who reach its body."""
        if not posts_of(who):
            return self.none()
        prepared = scope(Movement._base_manager.all(), who, unit="launched_by", area="launched_by__area")
        seen = self.filter(sample=False) if hides_sample(who) else self
        return seen.filter(
            Q(launched_on__isnull=False) | Q(launched_by__isnull=True) | Q(pk__in=prepared.values("pk"))
        )

    def prepare(self, *, by: Post, launched_by: Unit, name: str, **words: Any) -> "Movement":
        """Begin to prepare a movement that `launched_by` is to launch."""
        require(by, launched_by, *WRITE)
        with transaction.atomic():
            movement = self.create(
                name=nfc(name), code=self._code(name), launched_by=launched_by, sample=launched_by.sample,
                **{key: nfc(value) for key, value in words.items()},
            )  # fmt: skip
            record(movement, "drafted", by=by)
        return movement

    def _code(self, name: str) -> str:
        """A readable code nobody has yet: "dan-van-kheo", "dan-van-kheo-2"."""
        base = slugify(fold(name))[:30].strip("-") or "phong-trao"
        taken = set(self.model._base_manager.filter(code__startswith=base).values_list("code", flat=True))
        return next(
            code for n in range(1, len(taken) + 2) if (code := base if n == 1 else f"{base}-{n}") not in taken
        )


class Movement(models.Model):
    """An emulation movement (phong trào thi đua), such as "Dân vận khéo"."""

    name = models.CharField(gettext_lazy("name"), max_length=300)
    code = models.SlugField(max_length=40, unique=True)
    # What Luật Thi đua, khen thưởng 2022, Art. 17 expects of a movement before it is launched.
    objective = models.TextField(gettext_lazy("objective"), blank=True)
    scope_text = models.TextField(gettext_lazy("scope"), blank=True)
    participants = models.TextField(gettext_lazy("participants"), blank=True)
    launched_by = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="movements"
    )
    launched_on = models.DateField(gettext_lazy("launched on"), null=True, blank=True)
    ended_on = models.DateField(gettext_lazy("ended on"), null=True, blank=True)
    ended_reason = models.TextField(gettext_lazy("why it ended"), blank=True)
    sample = models.BooleanField(default=False)

    objects = MovementQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    WORDS = ("name", "objective", "scope_text", "participants")

    @property
    def sign(self) -> tuple[str, str]:
        """The state in words, and the tone it is shown in."""
        if self.ended_on:
            return _("ended"), "off"
        return (_("launched"), "ok") if self.launched_on else (_("being prepared"), "wait")

    def missing(self) -> list[str]:
        """What still has to exist before it can be launched (Luật TĐKT 2022, Art. 17, paragraph 1)."""
        in_force = self.plans.filter(state="approved")
        having = {
            _("its objective"): bool(self.objective.strip()),
            _("its scope"): bool(self.scope_text.strip()),
            _("who takes part"): bool(self.participants.strip()),
            _("an approved plan of a steering committee"): in_force.exists(),
            _("criteria in that plan"): in_force.filter(criteria_sets__criteria__isnull=False).exists(),
            _("a timetable in that plan"): in_force.filter(calendar__isnull=False).exists(),
        }
        return [what for what, there in having.items() if not there]

    def mandated(self, on: date | None = None) -> Any:
        """The mandates that hold on a day, of committees that exist on it."""
        on = on or today()
        living = Unit.objects.on(on).values("pk")
        return self.mandates.filter(valid_from__lte=on, valid_to__gt=on, committee__in=living)

    # Verbs

    def describe(self, by: Post, words: dict[str, str], reason: str = "") -> None:
        """Change its name, objective, scope, participants; after the launch only with a reason."""
        require(by, self.body_for(by), *WRITE)
        if self.ended_on:
            raise Refused(_("This movement has ended. It is no longer changed."))
        if self.launched_on and not reason.strip():
            raise Refused(_("The movement is already launched. Say why you change it."))
        with transaction.atomic():
            changes = {}
            for name in self.WORDS:
                new = nfc(words.get(name, getattr(self, name)))
                if new != getattr(self, name):
                    changes[name] = [getattr(self, name), new]
                    setattr(self, name, new)
            self.save(update_fields=list(self.WORDS))
            if changes:
                record(self, "changed", by=by, changes=changes, reason=nfc(reason))

    def give_to(
        self, committee: Unit, *, by: Post, decision: str = "", since: date | None = None
    ) -> "Mandate":
        """Have a steering committee run the movement, from a day on."""
        require(by, committee, *WRITE)
        if committee.kind != Unit.Kind.COMMITTEE:
            raise Refused(_("Only a steering committee runs a movement."))
        since = since or today()
        with transaction.atomic():
            # The committee's row is the lock: two clerks entering the same decision make one mandate.
            Unit.objects.select_for_update().get(pk=committee.pk)
            if self.mandated(since).filter(committee=committee).exists():
                raise Refused(_("%(committee)s already runs this movement.") % {"committee": committee})
            mandate = self.mandates.create(committee=committee, valid_from=since, decision=nfc(decision))
            record(self, "mandated", by=by, changes={"committee": ["", str(committee)]})
        return mandate

    def launch(self, by: Post, on: date | None = None) -> None:
        """Launch it (phát động), once everything it needs exists."""
        require(by, self.body_for(by), *DECIDE)
        on = on or today()
        if missing := self.missing():
            raise Refused(
                _("The movement cannot be launched yet. Still missing: %(what)s.")
                % {"what": "; ".join(missing)}
            )
        if on > today():
            raise Refused(_("A launch is entered on its day or afterwards, not before."))
        with transaction.atomic():
            body = self.launched_by or by.unit
            changed = Movement.objects.filter(pk=self.pk, launched_on__isnull=True, ended_on__isnull=True)
            if changed.update(launched_on=on, launched_by=body) != 1:
                raise FasterColleague(_("Somebody was faster: this movement is already launched or ended."))
            self.launched_on, self.launched_by = on, body
            record(self, "launched", by=by, changes={"launched_on": ["", str(on)]})

    def end(self, by: Post, reason: str, on: date | None = None) -> None:
        """It is over; its plans and records stay."""
        require(by, self.body_for(by), *DECIDE)
        on = on or today()
        if not reason.strip():
            raise Refused(_("Say why the movement ends."))
        if self.launched_on and on < self.launched_on:
            raise Refused(_("A movement cannot end before it was launched. Check the date."))
        with transaction.atomic():
            words = {"ended_on": on, "ended_reason": nfc(reason)}
            if Movement.objects.filter(pk=self.pk, ended_on__isnull=True).update(**words) != 1:
                raise FasterColleague(_("Somebody was faster: this movement has already ended."))
            self.ended_on, self.ended_reason = on, nfc(reason)
            record(self, "ended", by=by, changes={"ended_on": ["", str(on)]}, reason=nfc(reason))

    def body_for(self, by: Post) -> Unit:
        """The body that launches it; where none is named, a committee that runs it, else one's own."""
        if self.launched_by:
            return self.launched_by
        for mandate in self.mandated().select_related("committee__parent", "committee__committee"):
            if acts_for(by, mandate.committee):
                return mandate.committee
        first = self.mandated().select_related("committee").order_by("committee__path", "pk").first()
        return first.committee if first else by.unit


class Mandate(models.Model):
    """That a steering committee runs a movement, from one day to another (one may run several)."""

    committee = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="mandates")
    movement = models.ForeignKey(Movement, on_delete=models.PROTECT, related_name="mandates")
    valid_from = models.DateField(default=BEGINNING)
    valid_to = models.DateField(default=FOREVER)
    decision = models.CharField(gettext_lazy("decision"), max_length=120, blank=True)

    def __str__(self) -> str:
        return f"{self.committee}: {self.movement}"


class Field(models.Model):
    """A field of work (lĩnh vực). Editable: some provinces use four, others five."""

    code = models.SlugField(max_length=40, unique=True)
    name = models.CharField(gettext_lazy("name"), max_length=120)
    name_en = models.CharField(max_length=120, blank=True)
    # Initiatives in such a field stay internal unless somebody decides otherwise.
    internal_by_default = models.BooleanField(default=False)
    order = models.PositiveSmallIntegerField(default=0)
    valid_from = models.DateField(default=BEGINNING)
    valid_to = models.DateField(default=FOREVER)

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.name


def current_movement() -> Movement | None:
    """The movement shown when none is chosen: the one launched last that has not ended."""
    found = Movement.objects.running()
    return found.order_by(F("launched_on").desc(nulls_last=True), "pk").first()
