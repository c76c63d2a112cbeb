"""When a person last looked at a body's page, so that the page can say what is new since."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from kheo.units.models import Unit

# Clicks that follow one another within so many minutes are one visit.
ONE_VISIT = timedelta(minutes=30)
# Nothing older is told as new, however long a person stayed away.
LONGEST = timedelta(days=90)
# Whoever comes for the first time is told of the last days.
FIRST = timedelta(days=14)


class VisitQuerySet(models.QuerySet["Visit"]):
    def note(self, user: Any, unit: Unit) -> datetime:
        """Note that the person looks at the page now; answers the end of the visit before."""
        now = timezone.now()
        visit = self.filter(user=user.pk, unit=unit).first()
        if visit is None:
            Visit.objects.bulk_create(
                [Visit(user_id=user.pk, unit=unit, since=now - FIRST, seen=now)], ignore_conflicts=True
            )
            return now - FIRST
        since = visit.seen if now - visit.seen > ONE_VISIT else visit.since
        self.filter(pk=visit.pk).update(since=since, seen=now)
        return max(since, now - LONGEST)


class Visit(models.Model):
    """One row a person and body, overwritten at each visit: nobody's habits are kept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    # The end of the visit before, and when the page was last opened.
    since = models.DateTimeField()
    seen = models.DateTimeField()

    objects = VisitQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "unit"], name="one_visit_a_unit")]

    def __str__(self) -> str:
        return f"{self.user} · {self.unit}"
