"""What a body continues for a year ("duy trì năm nay"), in one sitting on a phone: a record with lines."""

import uuid
from typing import Any

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from kheo.initiatives.models import Enrolment, Initiative
from kheo.units.models import Post, Unit
from kheo.units.reach import ScopedQuerySet


class ContinuationQuerySet(ScopedQuerySet):
    scope_unit = "unit"
    scope_area = "unit__area"


class Continuation(models.Model):
    """The answers of one envelope: which initiatives go on in a year, and what became of each line."""

    series = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField(_("year"))
    by = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    created = models.DateTimeField(auto_now_add=True)

    objects = ContinuationQuerySet.as_manager()

    class Meta:
        ordering = ["-created", "-pk"]

    def __str__(self) -> str:
        return gettext("Continued for %(year)d, %(unit)s") % {"year": self.year, "unit": self.unit}

    def get_absolute_url(self) -> str:
        return reverse("continuation", args=[self.pk])

    @property
    def journal_unit_id(self) -> int:
        return self.unit_id

    def counts(self) -> dict[str, int]:
        """How many lines went how."""
        found = dict.fromkeys(ContinuationLine.Went.values, 0)
        for line in self.lines.all():
            found[line.went] += 1
        return found


class ContinuationLine(models.Model):
    """One initiative that was to go on, and how that went."""

    class Went(models.TextChoices):
        SENT = "sent", pgettext_lazy("a line of what continues", "sent")
        KEPT = "kept", pgettext_lazy("a line of what continues", "kept as a draft")
        ALREADY = "already", pgettext_lazy("a line of what continues", "was enrolled already")
        REFUSED = "refused", pgettext_lazy("a line of what continues", "not continued")

    TONES = {Went.SENT: "ok", Went.KEPT: "wait", Went.ALREADY: "info", Went.REFUSED: "warn"}

    continuation = models.ForeignKey(Continuation, on_delete=models.PROTECT, related_name="lines")
    # NULL where what the phone named is not within reach any more: its name would say too much.
    initiative = models.ForeignKey(
        Initiative, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    went = models.CharField(max_length=8, choices=Went.choices)
    why = models.TextField(blank=True)

    class Meta:
        ordering = ["initiative__sort_key", "pk"]

    def __str__(self) -> str:
        return f"{self.initiative or '—'}: {self.get_went_display()}"

    @property
    def tone(self) -> Any:
        return self.TONES[ContinuationLine.Went(self.went)]
