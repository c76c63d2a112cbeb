"""The journal: what was done, by whom, when, as whom, from what to what, and why.

An entry is written in the transaction of the change it tells of and never altered. It refers to what
it tells of by label and id, so it outlives every reorganisation.
"""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone


class EntryQuerySet(models.QuerySet):
    def about(self, thing: models.Model) -> "EntryQuerySet":
        return self.filter(object_type=thing._meta.label_lower, object_id=str(thing.pk))


class Entry(models.Model):
    at = models.DateTimeField(default=timezone.now, db_index=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    # The post acted from: `units` lies above this room, so its id and its words of that day are kept.
    post_id = models.BigIntegerField(null=True)
    unit_id = models.BigIntegerField(null=True, db_index=True)
    acting_as = models.CharField(max_length=300, blank=True)
    verb = models.CharField(max_length=60)
    object_type = models.CharField(max_length=80)
    object_id = models.CharField(max_length=40)
    object_label = models.CharField(max_length=300)
    changes = models.JSONField(default=dict)
    reason = models.TextField(blank=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["object_type", "object_id", "-at"], name="audit_about")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb} {self.object_label}"


def record(
    thing: models.Model,
    verb: str,
    *,
    by: Any = None,
    changes: dict[str, list] | None = None,
    reason: str = "",
) -> Entry:
    """Write that `by` did `verb` to `thing`.

    `by` is a post, a user, or None for the system itself. `changes` maps a field to [before, after],
    both plain JSON values; personal values are named, not copied.
    """
    post, user = (by, by.user) if hasattr(by, "unit_id") else (None, by)
    return Entry.objects.create(
        user=user,
        post_id=post.pk if post else None,
        unit_id=post.unit_id if post else None,
        acting_as=str(post)[:300] if post else "",
        verb=verb,
        object_type=thing._meta.label_lower,
        object_id=str(thing.pk),
        object_label=str(thing)[:300],
        changes=changes or {},
        reason=reason,
    )
