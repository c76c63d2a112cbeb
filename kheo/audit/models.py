"""The journal: what was done, by whom, when, as whom, from what to what, and why.

An entry is written in the transaction of the change it tells of and never altered. It refers to what
it tells of by label and id, so it outlives every reorganisation. One thing may be taken out of it: the
words that name a person, when that person has them erased by right (`erase_words`). The entries of a closed
year may leave for the archive of that year, whole (`take_out`).
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import connections, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kheo.lib.periods import VIETNAM
from kheo.lib.refusals import Refused
from kheo.lib.rows import insert
from kheo.lib.vietnamese import fold

ERASED = "—"


class EntryQuerySet(models.QuerySet["Entry"]):
    def about(self, thing: models.Model) -> "EntryQuerySet":
        return self.filter(object_type=thing._meta.label_lower, object_id=str(thing.pk))

    def of_units(self, units: Iterable[int], since: datetime) -> "EntryQuerySet":
        """What was done since a moment to the records of these units (ids), whoever did it."""
        return self.filter(about_unit_id__in=units, at__gt=since)

    def search(
        self,
        text: str = "",
        since: date | None = None,
        until: date | None = None,
        verb: str = "",
        user: Any = None,
    ) -> "EntryQuerySet":
        """Entries whose thing, post or reason holds every word of `text`, accents or not.

        `since` and `until` are days in Vietnam, both included; `user` is a user or a user's id. Whose
        entries the asker may see is for the caller to narrow: this room knows no reach.
        """
        found = self
        for word in fold(text).split():
            found = found.filter(folded__contains=word)
        if since:
            found = found.filter(at__gte=datetime.combine(since, time.min, VIETNAM))
        if until and until < date.max:
            found = found.filter(at__lt=datetime.combine(until + timedelta(days=1), time.min, VIETNAM))
        if verb:
            found = found.filter(verb=verb)
        if user:
            found = found.filter(user=user)
        return found

    def of_year(self, year: int) -> "EntryQuerySet":
        """What was written down in a year, as days are counted in Vietnam."""
        first, after = (datetime.combine(date(each, 1, 1), time.min, VIETNAM) for each in (year, year + 1))
        return self.filter(at__gte=first, at__lt=after)

    def take_out(self, ids: Iterable[int]) -> int:
        """Entries that lie, proven, in the archive of their year leave the database. Answers how many.

        For the archive alone: it has compared each with what its file holds. Inside its transaction, for
        PostgreSQL itself lets none go unless that says what it does (see the migrations).
        """
        connection = connections[self.db]
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL kheo.archiving = 'yes'")
        gone: int = models.QuerySet(self.model, using=self.db).filter(pk__in=list(ids))._raw_delete(self.db)
        return gone

    def delete(self) -> tuple[int, dict[str, int]]:
        raise Refused(_("The journal is never shortened."))

    def update(self, **values: Any) -> int:
        raise Refused(_("The journal is never rewritten."))

    def bulk_update(self, *args: Any, **options: Any) -> int:
        raise Refused(_("The journal is never rewritten."))

    def erase_words(self) -> int:
        """Take the words out of these entries, by right: labels, values, reasons. Answers how many.

        Who did which verb, when, and as which post stays; so does the name of each changed field. The
        caller records the erasure itself, with its basis.
        """
        erased = 0
        for entry in self.filter(words_erased_at=None):
            values = {
                "object_label": ERASED,
                "folded": "",
                "changes": {field: [ERASED, ERASED] for field in entry.changes},
                "reason": ERASED if entry.reason else "",
                "words_erased_at": timezone.now(),
            }
            erased += models.QuerySet(self.model, using=self.db).filter(pk=entry.pk).update(**values)
        return erased


class Entry(models.Model):
    at = models.DateTimeField(default=timezone.now, db_index=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    # The post acted from: `units` lies above this room, so its id and its words of that day are kept.
    post_id = models.BigIntegerField(null=True)
    unit_id = models.BigIntegerField(null=True)
    acting_as = models.CharField(max_length=300, blank=True)
    # The unit whose record it is, so that each can be told what others did to its own.
    about_unit_id = models.BigIntegerField(null=True)
    verb = models.CharField(max_length=60)
    object_type = models.CharField(max_length=80)
    object_id = models.CharField(max_length=40)
    object_label = models.CharField(max_length=300)
    changes = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    # Label, post and reason, folded: SQLite's own LIKE knows no Vietnamese capitals.
    folded = models.TextField(blank=True, editable=False)
    words_erased_at = models.DateTimeField(null=True, editable=False)

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        base_manager_name = "objects"
        indexes = [
            models.Index(fields=["object_type", "object_id", "-at"], name="audit_about"),
            models.Index(fields=["unit_id", "-at"], name="audit_unit"),
            models.Index(fields=["about_unit_id", "-at"], name="audit_about_unit"),
            models.Index(fields=["user", "-at"], name="audit_user"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb} {self.object_label}"

    def save(self, *args: Any, **options: Any) -> None:
        if not self._state.adding:
            raise Refused(_("The journal is never rewritten."))
        self.folded = self.words()
        super().save(*args, **options)

    def words(self) -> str:
        """What it is found by."""
        return fold(f"{self.object_label} {self.acting_as} {self.reason}")

    def delete(self, *args: Any, **options: Any) -> tuple[int, dict[str, int]]:
        raise Refused(_("The journal is never shortened."))


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
    entry = _entry(thing, verb, by, changes, reason)
    entry.folded = entry.words()
    insert([entry])
    return entry


def record_steps(
    thing: models.Model, steps: Iterable[tuple[str, dict[str, list]]], *, by: Any = None, reason: str = ""
) -> None:
    """`record` for what was done to one thing in one go: (verb, changes) in their order, in one statement."""
    acting_as = _acting_as(by)
    entries = [_entry(thing, verb, by, changes, reason, acting_as) for verb, changes in steps]
    for entry in entries:
        entry.folded = entry.words()
    insert(entries)


def record_all(
    things: Iterable[tuple[models.Model, dict[str, list]]], verb: str, *, by: Any = None, reason: str = ""
) -> None:
    """`record` for many things at once, each with its own changes."""
    # Of ten thousand lines the words for who acted, and why, are the same.
    acting_as = _acting_as(by)
    tail = fold(f"{acting_as} {reason}")

    def entries() -> Iterator[Entry]:
        for thing, changes in things:
            entry = _entry(thing, verb, by, changes, reason, acting_as)
            entry.folded = f"{fold(entry.object_label)} {tail}"
            yield entry

    Entry.objects.bulk_create(entries(), batch_size=500)


def unit_of(thing: Any) -> int | None:
    """The id of the unit whose record a thing is: its `journal_unit_id` where it says so, else its `unit`."""
    return getattr(thing, "journal_unit_id", None) or getattr(thing, "unit_id", None)


def _acting_as(by: Any) -> str:
    return str(by)[:300] if hasattr(by, "unit_id") else ""


def _entry(
    thing: models.Model,
    verb: str,
    by: Any,
    changes: dict[str, list] | None,
    reason: str,
    acting_as: str | None = None,
) -> Entry:
    post, user = (by, by.user) if hasattr(by, "unit_id") else (None, by)
    return Entry(
        user=user,
        post_id=post.pk if post else None,
        unit_id=post.unit_id if post else None,
        acting_as=_acting_as(by) if acting_as is None else acting_as,
        about_unit_id=unit_of(thing),
        verb=verb,
        object_type=thing._meta.label_lower,
        object_id=str(thing.pk),
        object_label=str(thing)[:300],
        changes=changes or {},
        reason=reason,
    )
