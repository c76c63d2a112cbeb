"""Practices: the reusable ideas, each of which may run at many places."""

from typing import Any

from django.db import models, transaction
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from kheo.audit.models import record
from kheo.lib.refusals import Refused
from kheo.lib.vietnamese import fold, nfc, same_name, sort_key
from kheo.places.paths import SortKeyField
from kheo.plans.models import Field
from kheo.search import index


class PracticeQuerySet(models.QuerySet["Practice"]):
    def visible_to(self, who: Any) -> "PracticeQuerySet":
        """The library is for all who work here; where a practice runs is scoped like any initiative."""
        return self if who is not None and getattr(who, "pk", None) else self.none()

    def named_like(self, text: str) -> "PracticeQuerySet":
        """Practices whose name holds every word of the text, accents or not."""
        found = self
        for word in fold(text).split()[:12]:
            found = found.filter(folded__contains=word)
        return found

    def chosen_or_new(self, name: str, *, field: Field | None, by: Any, sample: bool = False) -> "Practice":
        """The practice of that name, whatever its accents' places and capitals; added if there is none."""
        name = nfc(" ".join(name.split()))
        if not name:
            raise Refused(gettext("Write the name of the practice."))
        # The column is as long as a name may be; what was typed beyond it is not cut but refused.
        if len(name) > 300:
            raise Refused(gettext("The name of a practice has at most 300 letters."))
        known = [each for each in self.filter(folded=fold(name)[:300]) if same_name(each.name, name)]
        if known:
            return known[0]
        with transaction.atomic():
            practice = self.create(name=name, field=field, sample=sample)
            record(practice, "created", by=by)
            index.update(practice)
        return practice


class Practice(models.Model):
    """A reusable way of doing it (cách làm), such as "Tiếng kẻng bình yên"; it may run at many places."""

    name = models.CharField(_("name"), max_length=300)
    folded = models.CharField(max_length=300, db_index=True, editable=False)
    sort_key = SortKeyField(max_length=600, db_index=True, editable=False)
    description = models.TextField(_("how it is done"), blank=True)
    field = models.ForeignKey(
        Field, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("field of work")
    )
    sample = models.BooleanField(default=False)

    objects = PracticeQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name = nfc(self.name)
        self.folded, self.sort_key = fold(self.name)[:300], sort_key(self.name)[:600]
        super().save(*args, **kwargs)

    def get_absolute_url(self) -> str:
        return reverse("practice", args=[self.pk])

    def describe(self, *, by: Any, name: str, description: str, field: Field | None) -> None:
        """Write down better how it is done."""
        by.require("registrar", "specialist", "head", "deputy")
        new = {"name": nfc(name), "description": nfc(description), "field_id": field.pk if field else None}
        before = {key: getattr(self, key) for key in new}
        changes = {key: [before[key], value] for key, value in new.items() if before[key] != value}
        if not changes:
            return
        with transaction.atomic():
            for key, value in new.items():
                setattr(self, key, value)
            self.save()
            record(self, "changed", by=by, changes=changes)
            index.update(self)
