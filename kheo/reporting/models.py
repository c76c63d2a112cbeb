"""Figures by report (số liệu theo báo cáo): stated by others, kept with its source beside our count."""

from collections.abc import Iterable
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from kheo.audit.models import record
from kheo.lib import formats
from kheo.lib.periods import Period
from kheo.lib.vietnamese import nfc
from kheo.places.models import Area
from kheo.plans.models import Field
from kheo.units.models import Unit

# Which of our measures counts the same thing as a reported one.
OURS = {
    "new": ("enrolled_new",),
    "continuing": ("enrolled_continuing",),
    "enrolled": ("enrolled_new", "enrolled_continuing", "enrolled_unknown"),
    "recognised": ("recognised",),
    "ended": ("ended",),
}


class ReportedFigureQuerySet(models.QuerySet["ReportedFigure"]):
    def touching(self, period: Period) -> "ReportedFigureQuerySet":
        """Those that speak of any day of the period."""
        return self.filter(period_first__lte=period.last, period_last__gte=period.first)

    def whole(self) -> "ReportedFigureQuerySet":
        """Without the parts of others."""
        return self.filter(part_of=None)

    def visible_to(self, who: Any) -> "ReportedFigureQuerySet":
        """They are published: every signed-in person may read them."""
        return self if who is not None and getattr(who, "pk", None) else self.none()

    def take_in(self, stated: Iterable[dict[str, Any]], *, by: Any = None, sample: bool = False) -> int:
        """Keep figures as their source states them; those already kept stay. Returns how many were new.

        Each is a dict of first, last (ISO days), unit (who is spoken of), measure, label, value, source,
        publisher, note and parts (list of field code and value).
        """
        fields = {field.code: field for field in Field.objects.all()}
        new = 0
        with transaction.atomic():
            for each in stated:
                figure, made = self.get_or_create(
                    source_url=each["source"],
                    label=nfc(each["label"]),
                    period_first=each["first"],
                    period_last=each["last"],
                    part_of=None,
                    defaults={
                        "who": nfc(each["unit"]),
                        "measure": each["measure"],
                        "value": each["value"],
                        "publisher": nfc(each["publisher"]),
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


SHARED = ("period_first", "period_last", "who", "measure", "label", "source_url", "publisher", "sample")


class ReportedFigure(models.Model):
    """A figure somebody has published or reported. It is never added to what Kheo counts."""

    period_first = models.DateField(_("from"))
    period_last = models.DateField(_("until"))
    # Whom it speaks of, in the words of the source; and the area or body where it is one of ours.
    who = models.CharField(_("of whom"), max_length=200)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    measure = models.CharField(_("measure"), max_length=40)
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
    source_url = models.URLField(_("source"), max_length=600)
    publisher = models.CharField(_("published by"), max_length=200)
    note = models.TextField(_("note"), blank=True)
    sample = models.BooleanField(default=False)

    objects = ReportedFigureQuerySet.as_manager()

    class Meta:
        ordering = ["-period_last", "-period_first", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(period_first__lte=models.F("period_last")), name="reported_period"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}: {self.value}"

    @property
    def period(self) -> Period:
        return Period(self.period_first, self.period_last)

    @property
    def period_words(self) -> str:
        """The period by its name; spans of several years as they are usually written: 2021-2025."""
        first, last = self.period_first, self.period_last
        if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31) and first.year < last.year:
            return f"{first.year}-{last.year}"
        return formats.period(self.period, "en" if (get_language() or "").startswith("en") else "vi")

    @property
    def unstated(self) -> int:
        """What the stated parts leave of the stated whole: a subtraction, not a stated figure.

        Negative where the parts are more than the whole. Nothing where the source names no parts.
        """
        parts = [part.value for part in self.parts.all()]
        return self.value - sum(parts) if parts else 0
