"""What somebody has typed into a report and nobody has checked yet."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext

from kheo.initiatives.models import Initiative
from kheo.lib.refusals import Refused
from kheo.units.models import Post


class DraftQuerySet(models.QuerySet["Draft"]):
    def visible_to(self, who: Any) -> "DraftQuerySet":
        """What somebody is typing is theirs alone."""
        user = who.user if isinstance(who, Post) else who
        return self.filter(user=user) if user is not None and user.pk else self.none()

    def keep(
        self, key: uuid.UUID, *, by: Post, fields: dict[str, Any], initiative: Initiative | None
    ) -> "Draft":
        """Keep what has been typed so far. Refused when the key is somebody else's."""
        if len(str(fields)) > Draft.MOST_LETTERS:
            raise Refused(gettext("This is more than a report holds. Shorten it, or attach it as a file."))
        draft, _made = self.get_or_create(
            key=key, defaults={"user": by.user, "post": by, "initiative": initiative, "fields": fields}
        )
        if draft.user_id != by.user_id:
            raise Refused(gettext("This draft belongs to somebody else."))
        draft.fields, draft.post = fields, by
        draft.save(update_fields=["fields", "post", "updated"])
        return draft


class Draft(models.Model):
    """A report as typed so far, of a field report or (without initiative) of a unit's periodic report.

    `key` is the series of the report it becomes. Once its content lives there, the draft has done its
    work and its words are dropped.
    """

    MOST_LETTERS = 400_000

    key = models.UUIDField(unique=True, default=uuid.uuid4)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    initiative = models.ForeignKey(
        Initiative, on_delete=models.PROTECT, null=True, blank=True, related_name="report_drafts"
    )
    # Field → list of what was typed, as a browser sends it.
    fields = models.JSONField(default=dict)
    created = models.DateTimeField(auto_now_add=True)
    updated = models.DateTimeField(auto_now=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        ordering = ["-updated", "-pk"]

    def __str__(self) -> str:
        return self.initiative.name if self.initiative else gettext("Periodic report")

    def get_absolute_url(self) -> str:
        return reverse("report_draft", args=[self.key])
