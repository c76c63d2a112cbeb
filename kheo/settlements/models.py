"""What a person has settled: that a record, a hamlet or a body of a divided commune belongs to one of its
heirs.

A settlement is a row and holds from the day it was made, so that figures as known before it stay as they
were. It is taken back by another row. Nothing is settled by itself.
"""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from kheo.initiatives.models import Initiative
from kheo.lib.periods import FOREVER
from kheo.places.models import Area, Known
from kheo.units.models import Post, Unit


class SettlementQuerySet(models.QuerySet["Settlement"]):
    def holding(self) -> "SettlementQuerySet":
        """Those that hold now."""
        return self.filter(withdraws=None, known_to=FOREVER)

    def of_commune(self, commune: Area) -> "SettlementQuerySet":
        return self.filter(commune=commune)

    def with_facts(self) -> "SettlementQuerySet":
        return self.select_related(
            "hamlet", "unit", "initiative", "heir", "by__user", "by__unit", "withdrawn_by__by__user"
        )


class Settlement(Known):
    """One record, hamlet or body of a divided commune, and the part it belongs to; or the end of such a
    row.
    """

    commune = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="settlements")
    # The part it was settled into, and the commune that answered for that part on the day.
    part = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    heir = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    hamlet = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    initiative = models.ForeignKey(
        Initiative, on_delete=models.PROTECT, null=True, blank=True, related_name="settlements"
    )
    withdraws = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="withdrawn_by"
    )
    by = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    reason = models.CharField(max_length=300, blank=True)
    # What stood before, for taking it back: places, owners and successions by their ids.
    before = models.JSONField(default=dict)

    objects = SettlementQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(hamlet__isnull=False, unit=None, initiative=None)
                | Q(hamlet=None, unit__isnull=False, initiative=None)
                | Q(hamlet=None, unit=None, initiative__isnull=False),
                name="settlement_of_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(withdraws=None, part__isnull=False, heir__isnull=False)
                | Q(withdraws__isnull=False, part=None, heir=None),
                name="settlement_or_its_end",
            ),
            *(
                models.UniqueConstraint(
                    fields=[name],
                    condition=Q(known_to=FOREVER, withdraws=None),
                    name=f"one_settlement_of_{name}",
                )
                for name in ("hamlet", "unit", "initiative")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.thing} → {self.heir or '—'}"

    @property
    def thing(self) -> Any:
        """What was settled."""
        return self.hamlet or self.unit or self.initiative

    @property
    def journal_unit_id(self) -> int:
        return self.by.unit_id
