"""Figures by report (số liệu theo báo cáo): stated by others, kept with their document beside our count."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from kheo.audit.models import record
from kheo.files.models import Attachment
from kheo.lib import formats
from kheo.lib.periods import Period
from kheo.lib.refusals import FasterColleague, Refused
from kheo.lib.vietnamese import nfc
from kheo.places.models import Area
from kheo.plans.models import Field
from kheo.units.models import Level, Post, Role, Unit
from kheo.units.reach import scope

# Who enters what was reported or published, for their own reach.
ENTER = (Role.SPECIALIST, Role.REGISTRAR, Role.HEAD, Role.DEPUTY)
# The largest number a report may state.
MOST = 10_000_000


class Stated(models.TextChoices):
    """What a stated figure counts."""

    NEW = "new", _("new")
    CONTINUING = "continuing", _("continuing")
    ENROLLED = "enrolled", _("enrolled in all")
    RECOGNISED = "recognised", _("recognised")
    ENDED = "ended", _("ended")
    RUNNING = "running", _("running")
    HONOURED = "honoured", _("honoured")


# Which of our measures counts the same thing as a reported one: by plan year, and within a year by month.
OURS = {
    "new": ("enrolled_new",),
    "continuing": ("enrolled_continuing",),
    "enrolled": ("enrolled_new", "enrolled_continuing", "enrolled_unknown"),
    "recognised": ("recognised",),
    "ended": ("ended",),
}
BY_MONTH = {
    "new": ("accepted_new",),
    "continuing": ("accepted_continuing",),
    "enrolled": ("accepted_new", "accepted_continuing"),
    "recognised": ("recognised",),
    "ended": ("ended",),
}


class ReportedSourceQuerySet(models.QuerySet["ReportedSource"]):
    def visible_to(self, who: Any) -> "ReportedSourceQuerySet":
        """Those that state a figure this person may see, and what was entered within reach."""
        if who is None or not getattr(who, "pk", None):
            return self.none()
        stating = ReportedFigure.objects.visible_to(who).order_by().values("source")
        entered = scope(
            ReportedSource._base_manager.all(), who, unit="entered_for", area="entered_for__area"
        ).order_by()
        return self.filter(Q(published=True) | Q(pk__in=stating) | Q(pk__in=entered.values("pk")))

    def keep(
        self, *, by: Post, file: Attachment | None = None, published: bool = False, **words: Any
    ) -> "ReportedSource":
        """Keep a document that states figures; they are entered afterwards."""
        by.require(*ENTER)
        if not file and not words.get("url") and not words.get("number"):
            raise Refused(gettext("Name the document: its number, its file or its address."))
        with transaction.atomic():
            source: ReportedSource = self.create(
                entered_for=by.unit,
                entered_by=by,
                file=file,
                published=published,
                sample=by.unit.sample,
                **{name: nfc(value) if isinstance(value, str) else value for name, value in words.items()},
            )
            if file is not None:
                file.belong_to(source)
            record(source, "stated_source_kept", by=by)
        return source


class ReportedSource(models.Model):
    """A document or page in which figures are stated: a report, a letter, an article."""

    publisher = models.CharField(_("issued by"), max_length=200)
    number = models.CharField(_("number"), max_length=60, blank=True)
    dated = models.DateField(_("dated"), null=True, blank=True)
    title = models.CharField(_("title"), max_length=300, blank=True)
    url = models.URLField(_("address"), max_length=600, blank=True)
    file = models.ForeignKey(Attachment, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Anybody can read it in the press or on a portal; otherwise only those who reach whom it speaks of.
    published = models.BooleanField(_("published"), default=False)
    entered_for = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    entered_by = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now)
    sample = models.BooleanField(default=False)

    objects = ReportedSourceQuerySet.as_manager()

    class Meta:
        ordering = ["-entered_at", "-pk"]

    def __str__(self) -> str:
        number = (
            f"{self.number}, {formats.short_date(self.dated)}" if self.number and self.dated else self.number
        )
        return ", ".join(filter(None, [number, self.title, self.publisher])) or self.url[:120]

    def get_absolute_url(self) -> str:
        return reverse("reported_source", args=[self.pk])

    def may_be_seen_by(self, user: Any) -> bool:
        return ReportedSource.objects.visible_to(user).filter(pk=self.pk).exists()

    def may_be_written_by(self, post: Post | None) -> bool:
        """By those who enter figures for the body it was entered for, or for a body above it."""
        if post is None or post.role not in ENTER or self.entered_for is None:
            return False
        return post.is_current and post.reaches(unit=self.entered_for, area=self.entered_for.area)

    def require_writer(self, by: Post) -> None:
        by.require(*ENTER)
        if not self.may_be_written_by(by):
            raise Refused(gettext("Only the body that entered this document, or one above it, changes it."))

    def describe(self, *, by: Post, file: Attachment | None = None, **words: Any) -> None:
        """Write down better which document it is; a new file takes the place of the old, which stays kept."""
        self.require_writer(by)
        new = {name: nfc(value) if isinstance(value, str) else value for name, value in words.items()}
        changes = {
            name: [_plain(getattr(self, name)), _plain(value)]
            for name, value in new.items()
            if getattr(self, name) != value
        }
        if file is not None:
            changes["file"] = [str(self.file or ""), str(file)]
            new["file"] = file
        if not (new.get("url") or new.get("number") or file or self.file):
            raise Refused(gettext("Name the document: its number, its file or its address."))
        if not changes:
            return
        with transaction.atomic():
            if file is not None:
                file.belong_to(self)
            for name, value in new.items():
                setattr(self, name, value)
            self.save(update_fields=list(new))
            record(self, "changed", by=by, changes=changes)

    def withdraw(self, by: Post, reason: str) -> int:
        """All its figures at once, as when a report was entered twice; answers how many."""
        self.require_writer(by)
        if not reason.strip():
            raise Refused(gettext("Say why, so that others understand it later."))
        with transaction.atomic():
            standing = list(self.figures.standing().select_for_update().order_by("pk"))
            if not standing:
                raise Refused(gettext("No figure of it stands any more."))
            for figure in standing:
                figure._withdraw(by, reason)
                record(figure, "withdrawn", by=by, reason=nfc(reason))
            record(self, "withdrawn", by=by, reason=nfc(reason))
        return len(standing)

    def state(self, lines: "Sequence[Any]", *, by: Post) -> "list[ReportedFigure]":
        """Keep figures as this document states them, in one transaction.

        Each of `lines` has unit (or None), who, period, measure, field, value and part_of (another line or
        None). Refuses a figure of a body outside reach, and one that this document already states.
        """
        self.require_writer(by)
        for line in lines:
            require_reach(by, self, line.unit)
        with transaction.atomic():
            # The document's row is the lock: the same lines sent twice at once are kept once.
            ReportedSource.objects.select_for_update().get(pk=self.pk)
            known = {figure.key: figure for figure in self.figures.standing()}
            kept: dict[int, ReportedFigure] = {}
            made: list[ReportedFigure] = []
            for line in sorted(lines, key=lambda each: each.depth):
                figure = ReportedFigure(
                    source=self,
                    period_first=line.period.first,
                    period_last=line.period.last,
                    unit=line.unit,
                    area=line.unit.area if line.unit else None,
                    who=nfc(line.who)[:200],
                    measure=line.measure,
                    field=line.field,
                    label=line.label[:300],
                    value=line.value,
                    part_of=kept.get(id(line.part_of)),
                    sample=self.sample or bool(line.unit and line.unit.sample),
                    entered_by=by,
                )
                if figure.key in known:
                    other = known[figure.key]
                    if other.value != figure.value:
                        raise Refused(
                            gettext(
                                "“%(figure)s” is stated here already. Correct it instead of entering it anew."
                            )
                            % {"figure": other}
                        )
                    kept[id(line)] = other
                    continue
                figure.save()
                record(figure, "stated_figure_kept", by=by, changes={"value": [None, figure.value]})
                kept[id(line)] = known[figure.key] = figure
                made.append(figure)
        return made


def _plain(value: Any) -> Any:
    return value if isinstance(value, bool | str | type(None)) else str(value)


def require_reach(by: Post, source: ReportedSource, unit: Unit | None) -> None:
    """Refuse a figure of a body outside reach; of nobody in Kheo only the province keeps published ones."""
    if unit is None:
        if by.unit.level != Level.PROVINCE or not source.published:
            raise Refused(
                gettext(
                    "Name the body it speaks of. Figures of others are kept by the province, if published."
                )
            )
    elif not by.reaches(unit=unit, area=unit.area):
        raise Refused(gettext("%(unit)s lies outside the reach of your post.") % {"unit": unit.with_area})


class ReportedFigureQuerySet(models.QuerySet["ReportedFigure"]):
    def standing(self) -> "ReportedFigureQuerySet":
        return self.filter(withdrawn_at=None)

    def touching(self, period: Period) -> "ReportedFigureQuerySet":
        """Those that speak of any day of the period."""
        return self.filter(period_first__lte=period.last, period_last__gte=period.first)

    def inside(self, period: Period) -> "ReportedFigureQuerySet":
        """Those that speak of no day outside the period."""
        return self.filter(period_first__gte=period.first, period_last__lte=period.last)

    def whole(self) -> "ReportedFigureQuerySet":
        """Without the parts of others."""
        return self.filter(part_of=None)

    def with_parts(self) -> "ReportedFigureQuerySet":
        """With all that a line of a list says of them: three queries, however many."""
        parts = ReportedFigure._base_manager.filter(withdrawn_at=None).select_related("field", "unit")
        return self.select_related("source__file", "unit__area", "area", "field").prefetch_related(
            models.Prefetch("parts", parts.order_by("pk"))
        )

    def visible_to(self, who: Any) -> "ReportedFigureQuerySet":
        """What is published for every signed-in person; the rest for those who reach whom it is of."""
        if who is None or not getattr(who, "pk", None):
            return self.none()
        mine = scope(ReportedFigure._base_manager.all(), who, unit="unit", area="area").order_by()
        entered = "source__entered_for"
        ours = scope(
            ReportedFigure._base_manager.all(), who, unit=entered, area=f"{entered}__area"
        ).order_by()
        return self.filter(
            Q(source__published=True) | Q(pk__in=mine.values("pk")) | Q(pk__in=ours.values("pk"))
        )

    def take_in(self, stated: Iterable[dict[str, Any]], *, by: Any = None, sample: bool = False) -> int:
        """Keep published figures as their source states them; those already kept stay.

        Returns how many were new.

        Each is a dict of first, last (ISO days), unit (who is spoken of), measure, label, value, source,
        publisher, note and parts (list of field code and value).
        """
        fields = {field.code: field for field in Field.objects.all()}
        new = 0
        with transaction.atomic():
            for each in stated:
                source, _made = ReportedSource.objects.get_or_create(
                    url=each["source"],
                    defaults={"publisher": nfc(each["publisher"]), "published": True, "sample": sample},
                )
                figure, made = self.get_or_create(
                    source=source,
                    label=nfc(each["label"]),
                    period_first=each["first"],
                    period_last=each["last"],
                    part_of=None,
                    defaults={
                        "who": nfc(each["unit"]),
                        "measure": each["measure"],
                        "value": each["value"],
                        "note": nfc(each.get("note", "")),
                        "sample": sample,
                    },
                )
                if not made:
                    continue
                new += 1
                record(figure, "stated_figure_kept", by=by, changes={"value": [None, figure.value]})
                for part in each.get("parts", ()):
                    self.create(
                        part_of=figure,
                        field=fields[part["field"]],
                        value=part["value"],
                        **{name: getattr(figure, name) for name in SHARED},
                    )
        return new


SHARED = ("period_first", "period_last", "who", "measure", "label", "source", "sample")


class ReportedFigure(models.Model):
    """A figure somebody has published or reported. It is never added to what Kheo counts."""

    source = models.ForeignKey(
        ReportedSource, on_delete=models.PROTECT, related_name="figures", verbose_name=_("source")
    )
    period_first = models.DateField(_("from"))
    period_last = models.DateField(_("until"))
    # Whom it speaks of, in the words of the source; and the area and body where it is one of ours.
    who = models.CharField(_("of whom"), max_length=200)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    measure = models.CharField(_("measure"), max_length=40, choices=Stated.choices)
    field = models.ForeignKey(
        Field,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("field of work"),
    )
    label = models.CharField(_("what is stated"), max_length=300)
    value = models.BigIntegerField(_("value"))
    # The figure this one is a part of, as its source divides it.
    part_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="parts")
    note = models.TextField(_("note"), blank=True)
    sample = models.BooleanField(default=False)
    entered_by = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField(default=timezone.now)
    # A corrected figure is withdrawn in favour of the one that corrects it.
    corrects = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="corrected_by"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_reason = models.TextField(blank=True)

    objects = ReportedFigureQuerySet.as_manager()

    class Meta:
        ordering = ["-period_last", "-period_first", "pk"]
        indexes = [models.Index(fields=["unit", "period_last"], name="reported_unit")]
        constraints = [
            models.CheckConstraint(
                condition=Q(period_first__lte=models.F("period_last")), name="reported_period"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}: {self.value}"

    @property
    def key(self) -> tuple[Any, ...]:
        """What a document states once."""
        whom = self.unit_id or self.who
        return (
            self.period_first,
            self.period_last,
            whom,
            self.measure,
            self.field_id,
            "" if self.unit_id else self.label,
        )

    @property
    def period(self) -> Period:
        return Period(self.period_first, self.period_last)

    @property
    def period_words(self) -> str:
        """The period by its name; spans of several years as they are usually written: 2021-2025."""
        first, last = self.period_first, self.period_last
        if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31) and first.year < last.year:
            return f"{first.year}-{last.year}"
        return formats.period(self.period, _language())

    @property
    def unstated(self) -> int:
        """What the stated parts leave of the stated whole: a subtraction, not a stated figure.

        Negative where the parts are more than the whole. Nothing where the source names no parts.
        """
        return next((self.value - total for _by, total in self.sums), 0)

    @property
    def sums(self) -> list[tuple[str, int]]:
        """What the stated parts add up to: by field of work, and by body."""
        found: dict[str, int] = {}
        for part in self.parts.all():
            by = "field" if part.field_id else "unit"
            found[by] = found.get(by, 0) + part.value
        return sorted(found.items())

    @property
    def sum_sentences(self) -> list[str]:
        """Where parts and whole do not agree: said wherever the figure is shown, and kept as stated."""
        return [sentence(self.value, total, by) for by, total in self.sums if total != self.value]

    # Verbs

    def correct(self, by: Post, *, value: int, reason: str) -> "ReportedFigure":
        """It was entered wrongly: the right figure takes its place, and this one stays readable."""
        self._check_write(by, reason)
        if value == self.value:
            raise Refused(gettext("This is the figure that stands here already."))
        with transaction.atomic():
            self._withdraw(by, reason)
            corrected = ReportedFigure.objects.create(
                corrects=self,
                value=value,
                entered_by=by,
                **{
                    name: getattr(self, name)
                    for name in (*SHARED, "unit", "area", "field", "part_of", "note")
                },
            )
            # The parts go with the whole that stands.
            ReportedFigure.objects.filter(part_of=self).update(part_of=corrected)
            record(corrected, "corrected", by=by, changes={"value": [self.value, value]}, reason=nfc(reason))
        return corrected

    def withdraw(self, by: Post, reason: str) -> None:
        """It should not stand here; its parts go with it."""
        self._check_write(by, reason)
        with transaction.atomic():
            self._withdraw(by, reason)
            record(self, "withdrawn", by=by, reason=nfc(reason))
            for part in ReportedFigure.objects.filter(part_of=self, withdrawn_at=None):
                part._withdraw(by, reason)
                record(part, "withdrawn", by=by, reason=nfc(reason))

    def _check_write(self, by: Post, reason: str) -> None:
        self.source.require_writer(by)
        if not reason.strip():
            raise Refused(gettext("Say why, so that others understand it later."))

    def _withdraw(self, by: Post, reason: str) -> None:
        changed = ReportedFigure.objects.filter(pk=self.pk, withdrawn_at=None).update(
            withdrawn_at=timezone.now(), withdrawn_by=by, withdrawn_reason=nfc(reason)
        )
        if changed != 1:
            raise FasterColleague(gettext("Somebody else has just changed this figure. Reload the page."))


def sentence(whole: int, parts: int, by: str) -> str:
    """What a source states that does not add up, with the difference as a subtraction of ours."""
    numbers = {
        "whole": formats.number(whole, _language()),
        "parts": formats.number(parts, _language()),
        "left": formats.number(abs(whole - parts), _language()),
    }
    if by == "field" and parts < whole:
        told = gettext(
            "The source states %(whole)s in all; by field of work it adds up to %(parts)s: %(left)s are "
            "left, by subtraction."
        )
    elif by == "field":
        told = gettext(
            "The source states %(whole)s in all; by field of work it adds up to %(parts)s, which is "
            "%(left)s more."
        )
    elif parts < whole:
        told = gettext(
            "The source states %(whole)s in all; by body it adds up to %(parts)s: %(left)s are left, "
            "by subtraction."
        )
    else:
        told = gettext(
            "The source states %(whole)s in all; by body it adds up to %(parts)s, which is %(left)s more."
        )
    return told % numbers


def _language() -> str:
    return "en" if (get_language() or "").startswith("en") else "vi"
