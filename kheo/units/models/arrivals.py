"""How many people arrive at once: the office's list of people, and the slips handed out to them."""

from datetime import timedelta
from typing import Any, cast

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kheo.audit.models import record
from kheo.units.models.structure import Post, Unit

# A list that nobody loaded is emptied: it holds names and phone numbers of people who have no account.
ROSTER_KEPT_DAYS = 7


class _OwnQuerySet(models.QuerySet):
    def of(self, post: Post) -> Any:
        """What was begun at the body of this post."""
        return self.filter(unit__path_now=post.unit.path_now)


class SlipBatch(models.Model):
    """People whose slips are printed together. The codes themselves are kept nowhere."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    made = models.DateTimeField(default=timezone.now)
    printed = models.DateTimeField(null=True, blank=True)
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")

    objects = _OwnQuerySet.as_manager()

    class Meta:
        ordering = ["-made", "-pk"]

    def __str__(self) -> str:
        return self.name


class RosterQuerySet(_OwnQuerySet):
    def empty_old(self) -> int:
        """Drop the cells of lists nobody loaded in time; that there was a list stays."""
        old = timezone.now() - timedelta(days=ROSTER_KEPT_DAYS)
        return self.filter(state=Roster.State.READ, made__lt=old).update(
            tables=[], choices={}, state=Roster.State.DROPPED
        )

    def receive(self, *, by: Post, name: str, tables: list[dict[str, Any]]) -> "Roster":
        """Keep the cells of a file until a person has looked at them and says: make these accounts."""
        with transaction.atomic():
            self.empty_old()
            roster: Any = self.create(unit=by.unit, post=by, name=name[:200], tables=tables)
            record(roster, "uploaded", by=by)
        return cast(Roster, roster)


class Roster(models.Model):
    """An office's list of people, as its cells stood in the file, until the accounts are made from it."""

    class State(models.TextChoices):
        READ = "read", _("waits to be looked at")
        LOADED = "loaded", _("accounts made")
        DROPPED = "dropped", _("emptied, never loaded")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    post = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    made = models.DateTimeField(default=timezone.now)
    # Sheets as {"title", "rows"}; emptied once the accounts are made.
    tables = models.JSONField(default=list)
    # What the person decided about doubtful cells: see `kheo.units.rosters`.
    choices = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=State.choices, default=State.READ)
    loaded = models.DateTimeField(null=True, blank=True)
    counts = models.JSONField(default=dict)
    slips = models.ForeignKey(SlipBatch, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = RosterQuerySet.as_manager()

    class Meta:
        ordering = ["-made", "-pk"]

    def __str__(self) -> str:
        return self.name
