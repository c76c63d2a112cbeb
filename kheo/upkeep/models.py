"""Each backup that was asked for, and what became of it."""

from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy

from kheo.audit import models as audit


class BackupQuerySet(models.QuerySet["Backup"]):
    def good(self) -> "BackupQuerySet":
        """Written, and read again whole; also those in which a damaged upload was found."""
        return self.filter(outcome__in=[Backup.Outcome.MADE, Backup.Outcome.FAULTY], removed_at=None)

    def finished(self) -> "BackupQuerySet":
        return self.exclude(outcome__in=[Backup.Outcome.WAITING, Backup.Outcome.RUNNING])

    def at(self, place: str) -> "BackupQuerySet":
        return self.filter(place=place)

    def close_interrupted(self) -> None:
        """Whoever holds the lock is the only one at work: what still says that it runs was broken off."""
        for backup in self.filter(outcome=Backup.Outcome.RUNNING):
            backup.fail(str(INTERRUPTED))


class Backup(models.Model):
    """One backup at one place. Written before it begins, so that one which never ends is seen too."""

    class Outcome(models.TextChoices):
        WAITING = "waiting", gettext_lazy("waiting")
        RUNNING = "running", gettext_lazy("running")
        MADE = "made", gettext_lazy("made and checked")
        FAULTY = "faulty", gettext_lazy("made, with faults")
        FAILED = "failed", gettext_lazy("failed")

    place = models.CharField(max_length=500)
    name = models.CharField(max_length=100, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    begun_at = models.DateTimeField(default=timezone.now, db_index=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.RUNNING)
    # What a person reads of a failure or fault: what happened, and what to do.
    sentence = models.TextField(blank=True)
    sealed = models.BooleanField(default=False)
    size = models.BigIntegerField(null=True)
    rows = models.BigIntegerField(null=True)
    uploads = models.BigIntegerField(null=True)
    # Of the file, and of all tables together (`digests.whole`).
    sha256 = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64, blank=True)
    # Bytes gone through and to go through, while it runs.
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    verified_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    objects = BackupQuerySet.as_manager()

    class Meta:
        ordering = ["-begun_at", "-id"]

    def __str__(self) -> str:
        return f"{self.place}/{self.name}" if self.name else self.place

    @property
    def percent(self) -> int:
        return min(99, self.done * 100 // self.total) if self.total else 0

    @property
    def under_way(self) -> bool:
        return self.outcome in (self.Outcome.WAITING, self.Outcome.RUNNING)

    @property
    def good(self) -> bool:
        return self.outcome in (self.Outcome.MADE, self.Outcome.FAULTY)

    @property
    def address(self) -> str:
        return f"{self.place}/{self.name}"

    def fail(self, sentence: str, by: Any = None) -> None:
        """It did not become a backup; the sentence says why and what to do."""
        with transaction.atomic():
            self.outcome, self.sentence, self.ended_at = self.Outcome.FAILED, sentence, timezone.now()
            self.save(update_fields=["outcome", "sentence", "ended_at"])
            audit.record(self, "backup_failed", by=by, reason=sentence)

    def succeed(self, *, faults: str = "", by: Any = None, **facts: Any) -> None:
        """It is written, and was read again whole."""
        with transaction.atomic():
            self.outcome = self.Outcome.FAULTY if faults else self.Outcome.MADE
            self.sentence, self.ended_at, self.verified_at = faults, timezone.now(), timezone.now()
            for name, value in facts.items():
                setattr(self, name, value)
            self.save()
            audit.record(self, "backed_up", by=by, reason=faults)

    def removed_by_rule(self) -> None:
        with transaction.atomic():
            self.removed_at = timezone.now()
            self.save(update_fields=["removed_at"])
            audit.record(self, "backup_removed")


INTERRUPTED = gettext_lazy(
    "The backup was broken off: the machine or the program stopped. Back up again; if it "
    "happens twice, look at "
    "the machine's log (journalctl -u kheo-nightly)."
)
