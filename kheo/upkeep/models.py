"""Each backup that was asked for and what became of it, moves to another database, years in archives."""

import uuid
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from kheo.audit import models as audit
from kheo.lib.periods import today
from kheo.lib.refusals import Refused
from kheo.upkeep import locks


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
    # Somebody asked on the page that it be read again.
    verifying = models.BooleanField(default=False)
    removed_at = models.DateTimeField(null=True)

    objects = BackupQuerySet.as_manager()

    class Meta:
        ordering = ["-begun_at", "-id"]

    def __str__(self) -> str:
        return f"{self.place}/{self.name}" if self.name else self.place

    @classmethod
    def ask(cls, places: Iterable[str], *, by: Any) -> "list[Backup]":
        """Rows for the worker to fill. Refused while one is under way."""
        if not locks.busy(settings.DATA):
            cls.objects.close_interrupted()
        for row in cls.objects.filter(outcome=cls.Outcome.WAITING):
            if row.stuck:
                row.fail(
                    _(
                        "The worker did not take it up. Start it (sudo systemctl restart "
                        "kheo-worker), then back "
                        "up again."
                    )
                )
        if cls.objects.filter(outcome__in=[cls.Outcome.WAITING, cls.Outcome.RUNNING]).exists():
            raise Refused(_("A backup is already under way. Its progress stands below."))
        with transaction.atomic():
            rows: list[Any] = [
                cls.objects.create(place=place, asked_by=by.user, outcome=cls.Outcome.WAITING)
                for place in places
            ]
            for row in rows:
                audit.record(row, "backup_asked", by=by)
        return rows

    def ask_to_verify(self, *, by: Any) -> None:
        """Have the worker read it again."""
        if not self.good or self.removed_at:
            raise Refused(_("There is nothing to read: this backup failed or was removed."))
        with transaction.atomic():
            self.verifying = True
            self.save(update_fields=["verifying"])
            audit.record(self, "backup_verify_asked", by=by)

    @property
    def tone(self) -> str:
        return {"made": "ok", "faulty": "warn", "failed": "warn"}.get(self.outcome, "info")

    @property
    def stuck(self) -> bool:
        """Nobody has taken it up: the worker does not run."""
        waits = self.outcome == self.Outcome.WAITING
        return waits and self.begun_at < timezone.now() - timedelta(minutes=2)

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

    def found_whole(self, by: Any = None) -> None:
        """It was read again to its end, and everything in it is as it was written."""
        with transaction.atomic():
            self.verified_at, self.verifying = timezone.now(), False
            self.save(update_fields=["verified_at", "verifying"])
            audit.record(self, "backup_verified", by=by)

    def found_bad(self, sentence: str, by: Any = None) -> None:
        """It was good and is no longer, or is not there any more: it counts as none."""
        with transaction.atomic():
            self.outcome, self.sentence, self.verifying = self.Outcome.FAILED, sentence, False
            self.save(update_fields=["outcome", "sentence", "verifying"])
            audit.record(self, "backup_found_bad", by=by, reason=sentence)

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


class DatabaseMoveQuerySet(models.QuerySet["DatabaseMove"]):
    def write_down(self, target: str, digest: str, *, rows: int, tables: int) -> "DatabaseMove":
        """Once a move, however often the command is run."""
        with transaction.atomic():
            row, new = self.get_or_create(
                digest=digest, target=target, defaults={"rows": rows, "tables": tables}
            )
            if new:
                audit.record(row, "moved_database")
        return row


class DatabaseMove(models.Model):
    """The installation moved to another database: what was proven then, for whoever doubts it later."""

    moved_at = models.DateTimeField(default=timezone.now)
    # Never with the password.
    target = models.CharField(max_length=500)
    tables = models.PositiveIntegerField()
    rows = models.BigIntegerField()
    digest = models.CharField(max_length=64)

    objects = DatabaseMoveQuerySet.as_manager()

    def __str__(self) -> str:
        return self.target


class YearArchiveQuerySet(models.QuerySet["YearArchive"]):
    def standing(self) -> "YearArchiveQuerySet":
        """Those that close their year: taken out, on the way there, or on the way back."""
        return self.filter(state__in=YearArchive.STANDING)

    def of_year(self, year: int) -> "YearArchiveQuerySet":
        return self.filter(year=year)

    def holding(self) -> "YearArchiveQuerySet":
        """Those that hold something which is not here."""
        return self.filter(state__in=YearArchive.HOLDING)

    def drop_interrupted(self) -> None:
        """Whoever holds the lock is the only one at work: what was only being written has come to nothing."""
        for row in self.filter(state=YearArchive.State.WRITING):
            row.drop(str(NOTHING_TAKEN))

    def refuse_closed(self, year: int) -> None:
        """Refuse what would change a year that lies in an archive. One query for past years, else none."""
        if year < today().year and (row := self.standing().of_year(year).first()) is not None:
            raise Refused(
                _(
                    "%(year)d is closed: it lies in the archive %(archive)s. For a correction the "
                    "administrator brings it back (kheo archive back %(archive)s) and archives it "
                    "again afterwards."
                )
                % {"year": row.year, "archive": row.name}
            )


class YearArchive(models.Model):
    """A closed year whose journal and large photos left for a file of their own, or are on their way.

    Nothing is taken out before the file has been read again whole at every place it was written to.
    """

    class State(models.TextChoices):
        WRITING = "writing", pgettext_lazy("archive", "being written")
        TAKING = "taking", pgettext_lazy("archive", "proven, being taken out")
        TAKEN = "taken", pgettext_lazy("archive", "in the archive")
        RETURNING = "returning", pgettext_lazy("archive", "being brought back")
        BACK = "back", pgettext_lazy("archive", "brought back")
        DROPPED = "dropped", pgettext_lazy("archive", "came to nothing")

    STANDING = (State.WRITING, State.TAKING, State.TAKEN, State.RETURNING)
    HOLDING = (State.TAKING, State.TAKEN, State.RETURNING)
    TONES = {State.TAKEN: "ok", State.BACK: "off", State.DROPPED: "off", State.TAKING: "warn"}

    # Stands in the file too: by it a file is known as the one of this row.
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    year = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=100, unique=True)
    state = models.CharField(max_length=10, choices=State, default=State.WRITING)
    begun_at = models.DateTimeField(default=timezone.now)
    taken_at = models.DateTimeField(null=True)
    back_at = models.DateTimeField(null=True)
    sealed = models.BooleanField(default=False)
    # What lies in it, and over the rows the digest by which they are known again.
    entries = models.BigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)
    files = models.BigIntegerField(default=0)
    bytes = models.BigIntegerField(default=0)
    # Why it came to nothing, for whoever tries again.
    sentence = models.TextField(blank=True)

    objects = YearArchiveQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "-begun_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["year"],
                condition=models.Q(state__in=["writing", "taking", "taken", "returning"]),
                name="one_archive_a_year",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def tone(self) -> str:
        return self.TONES.get(YearArchive.State(self.state), "info")

    @property
    def stands(self) -> bool:
        return self.state in YearArchive.STANDING

    @property
    def half_way(self) -> bool:
        """Something is partly here and partly in the file: the same command goes on."""
        return self.state in (YearArchive.State.TAKING, YearArchive.State.RETURNING)

    def drop(self, sentence: str) -> None:
        """It came to nothing: the year is open again, as it was."""
        self._move(
            [YearArchive.State.WRITING], YearArchive.State.DROPPED, "archive_dropped", sentence=sentence
        )

    def proven(self, **facts: Any) -> None:
        """The file lies at every place and was read again whole: from now on things are taken out."""
        self._move([YearArchive.State.WRITING], YearArchive.State.TAKING, "archive_proven", **facts)

    def taken(self) -> None:
        self._move(
            [YearArchive.State.TAKING], YearArchive.State.TAKEN, "archive_taken", taken_at=timezone.now()
        )

    def returning(self) -> None:
        """Its file was proven and things begin to come back."""
        self._move(YearArchive.HOLDING, YearArchive.State.RETURNING, "archive_returning")

    def back(self) -> None:
        self._move(
            [YearArchive.State.RETURNING], YearArchive.State.BACK, "archive_back", back_at=timezone.now()
        )

    def _move(self, expected: Iterable[str], to: str, verb: str, **values: Any) -> None:
        with transaction.atomic():
            moved = YearArchive.objects.filter(pk=self.pk, state__in=list(expected))
            if moved.update(state=to, **values) != 1:
                raise Refused(
                    _("Somebody else is at work on this archive. Look at it again: kheo archive list")
                )
            if self.state != to:
                audit.record(self, verb, reason=values.get("sentence", ""))
        self.state = to
        for name, value in values.items():
            setattr(self, name, value)


class ArchiveCopy(models.Model):
    """One place at which an archive lies. After a year is taken out nothing else holds what is in it."""

    archive = models.ForeignKey(YearArchive, on_delete=models.PROTECT, related_name="copies")
    place = models.CharField(max_length=500)
    size = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    # When it was last read to its end, and what was wrong with it then.
    verified_at = models.DateTimeField(null=True)
    sentence = models.TextField(blank=True)

    class Meta:
        ordering = ["archive", "id"]
        constraints = [models.UniqueConstraint(fields=["archive", "place"], name="archive_once_a_place")]

    def __str__(self) -> str:
        return f"{self.place}/{self.archive.name}"

    def found_whole(self) -> None:
        with transaction.atomic():
            self.verified_at, self.sentence = timezone.now(), ""
            self.save(update_fields=["verified_at", "sentence"])
            audit.record(self.archive, "archive_verified", changes={"place": [None, self.place]})

    def found_bad(self, sentence: str) -> None:
        with transaction.atomic():
            self.sentence = sentence
            self.save(update_fields=["sentence"])
            audit.record(self.archive, "archive_found_bad", reason=sentence)


NOTHING_TAKEN = gettext_lazy("It was broken off while it was written. Nothing was taken out.")
