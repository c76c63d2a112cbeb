"""How often one address has knocked today. Addresses themselves are never kept."""

from datetime import timedelta

from django.db import models
from django.utils import timezone
from django.utils.crypto import salted_hmac

from kheo.lib.periods import today


class KnockQuerySet(models.QuerySet["Knock"]):
    def note(self, kind: str, address: str | None, link: int | None = None) -> None:
        self.create(kind=kind, who=who(address), link_id=link)

    def recent(self, kind: str, address: str | None, minutes: int, link: int | None = None) -> int:
        """How often this address did this within the last minutes, counted from today's first at most."""
        since = timezone.now() - timedelta(minutes=minutes)
        found = self.filter(who=who(address), kind=kind, at__gte=since)
        return (found.filter(link_id=link) if link else found).count()

    def forget(self) -> int:
        """Drop what no limit asks for any more."""
        return self.filter(at__lt=timezone.now() - timedelta(days=2)).delete()[0]


class Knock(models.Model):
    """That somebody sent something, or tried a wrong code."""

    SENT, WRONG_CODE = "sent", "wrong_code"

    kind = models.CharField(max_length=10)
    # A keyed digest of the address and the day: tomorrow the same address is another.
    who = models.CharField(max_length=64)
    link = models.ForeignKey(
        "RegistrationLink", on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    at = models.DateTimeField(default=timezone.now)

    objects = KnockQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["who", "kind", "at"], name="knock_who")]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%H:%M}"


def who(address: str | None) -> str:
    """What stands for an address on this day."""
    return salted_hmac("kheo.submissions.knock", f"{today()} {address}", algorithm="sha256").hexdigest()
