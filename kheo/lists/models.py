"""Lists that offices kept before Kheo: as they came, as a person read them, and what was loaded from them."""

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from kheo.audit.models import record
from kheo.files.models import Attachment
from kheo.initiatives.models import Enrolment, Initiative
from kheo.initiatives.taking_over import IDENTITY
from kheo.lib.formats import short_date
from kheo.lib.periods import today
from kheo.lib.refusals import FasterColleague, Refused
from kheo.lib.vietnamese import fold, nfc
from kheo.lists.columns import bare
from kheo.places.models import Area
from kheo.plans.models import Field
from kheo.units.models import Post, Unit
from kheo.units.reach import ScopedQuerySet

# Who brings a list in for the own unit.
TAKERS = ("reporter", "specialist", "registrar", "head", "deputy", "unit_admin", "admin")


def no_cells() -> list[str]:
    return []


class OfficeListQuerySet(ScopedQuerySet):
    scope_unit = "unit"
    scope_area = "unit__area"

    def waiting(self, post: Post) -> "OfficeListQuerySet":
        """Those of the post's unit that somebody began and nobody has loaded yet."""
        begun = [OfficeList.State.MAPPING, OfficeList.State.CHECKING]
        return self.filter(unit__path_now=post.unit.path_now, state__in=begun)


class OfficeList(models.Model):
    """One list an office brings in (danh sách tiếp nhận), from the file to what was loaded from it."""

    class State(models.TextChoices):
        MAPPING = "mapping", _("columns to be named")
        CHECKING = "checking", _("being checked")
        LOADING = "loading", _("being loaded")
        LOADED = "loaded", _("loaded")
        TAKEN_BACK = "taken_back", _("taken back")

    class Work(models.TextChoices):
        """What the worker does for it just now."""

        NONE = "", _("nothing")
        READ = "read", _("reading")
        LOAD = "load", _("loading")
        TAKE_BACK = "take_back", _("taking back")

    TONES = {"mapping": "wait", "checking": "wait", "loading": "wait", "loaded": "ok", "taken_back": "off"}

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("unit"))
    by = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    created = models.DateTimeField(default=timezone.now)
    file = models.ForeignKey(Attachment, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(_("name"), max_length=300)
    # The list as a document: "quyết định", its number, day, issuer, and the year it is of.
    document = models.CharField(_("kind of document"), max_length=60, blank=True)
    number = models.CharField(_("number of the list"), max_length=60, blank=True)
    signed_on = models.DateField(_("day of the list"), null=True, blank=True)
    issuer = models.CharField(_("issued by"), max_length=200, blank=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    headings = models.JSONField(default=list)
    tables = models.JSONField(default=list)
    asides = models.JSONField(default=list)
    notes = models.JSONField(default=list)
    # A target of `columns` for each heading.
    mapping = models.JSONField(default=list)
    # Which body leads where a line names none, and what a line is that says neither new nor continuing.
    default_owner = models.CharField(max_length=40, default="cap_uy")
    default_kind = models.CharField(max_length=12, default="continuing")
    state = models.CharField(max_length=12, choices=State.choices, default=State.MAPPING)
    work = models.CharField(max_length=12, choices=Work.choices, default=Work.NONE, blank=True)
    # How far the worker is, of how many; and why it stopped.
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    stopped_by = models.TextField(blank=True)
    taken_back_reason = models.TextField(blank=True)
    taken_back_by = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    taken_back_at = models.DateTimeField(null=True, blank=True)
    sample = models.BooleanField(default=False)

    objects = OfficeListQuerySet.as_manager()

    class Meta:
        ordering = ["-created", "-pk"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("office_list", args=[self.pk])

    @property
    def tone(self) -> str:
        return self.TONES[self.state]

    @property
    def source(self) -> str:
        """The list in words, as every initiative taken over from it names it. Kept, so in Vietnamese."""
        parts = [self.document or "danh mục"]
        if self.number:
            parts.append(f"số {self.number}")
        if self.signed_on:
            parts.append(f"ngày {short_date(self.signed_on)}")
        if self.issuer:
            parts.append(f"của {self.issuer}")
        if not self.number:
            parts.append(f"({self.name})")
        return " ".join(parts)

    @property
    def day(self) -> date:
        """The day in whose places and bodies the list is read."""
        return self.signed_on or today()

    @property
    def percent(self) -> int:
        return min(100, 100 * self.done // self.total) if self.total else 0

    @property
    def signature(self) -> str:
        """What makes another file's columns the same: their headings."""
        return hashlib.sha256("|".join(bare(heading) for heading in self.headings).encode()).hexdigest()

    def may_be_seen_by(self, user: Any) -> bool:
        return type(self).objects.visible_to(user).filter(pk=self.pk).exists()

    def check_change(self, by: Post) -> None:
        """Refuse unless the post brings lists in for this list's unit and nothing is being done to it."""
        by.require(*TAKERS, unit=self.unit)
        if self.work:
            raise Refused(gettext("The list is being worked on. Wait until that is done."))
        if self.state not in (self.State.MAPPING, self.State.CHECKING):
            raise FasterColleague(gettext("The list has been loaded already. Look at it again."))

    def may_change(self, by: Post | None) -> bool:
        if by is None:
            return False
        try:
            self.check_change(by)
        except Refused:
            return False
        return True

    def identity_of(self, name: str, area: Area, owner: str) -> str:
        """What makes a line the same when this list is loaded again: the list, the place, the name."""
        mark = (
            [fold(self.number), str(self.signed_on), fold(self.issuer)]
            if self.number
            else [str(self.unit_id), str(self.year), fold(self.name)]
        )
        said = "|".join([*mark, str(self.year), str(area.pk), bare(name), bare(owner)])
        return IDENTITY + hashlib.sha256(said.encode()).hexdigest()[:34]

    def describe(self, *, by: Post, mapping: list[str], **facts: Any) -> None:
        """What the list is and what its columns hold, said by a person; remembered for the next file."""
        self.check_change(by)
        if "name" not in mapping:
            raise Refused(gettext("Say which column holds the names of the initiatives."))
        if facts["signed_on"] > today():
            raise Refused(gettext("The list cannot have been signed in the future. Check the date."))
        with transaction.atomic():
            for key, value in facts.items():
                setattr(self, key, nfc(value) if isinstance(value, str) else value)
            self.mapping = mapping
            self.state = self.State.CHECKING
            self.work, self.done, self.total, self.stopped_by = self.Work.READ, 0, self.rows.count(), ""
            self.save()
            Mapping.objects.update_or_create(
                unit=self.unit,
                signature=self.signature,
                defaults={
                    "columns": mapping,
                    "by": by,
                    "default_owner": self.default_owner,
                    "default_kind": self.default_kind,
                },
            )
            record(self, "columns_named", by=by)

    def claim(self, work: str, *, state: str, becomes: str, by: Post, verb: str, reason: str = "") -> None:
        """Hand it to the worker, once: whoever is second is told."""
        with transaction.atomic():
            changed = OfficeList.objects.filter(pk=self.pk, state=state, work="").update(
                work=work, state=becomes, done=0, stopped_by=""
            )
            if changed != 1:
                raise FasterColleague(gettext("Somebody else has just begun this. Look at the list again."))
            record(self, verb, by=by, reason=reason)
        self.refresh_from_db()

    def counts(self) -> dict[str, int]:
        """How many rows are in which state; one query."""
        rows = self.rows.order_by().values_list("state", "doubtful").annotate(n=models.Count("pk"))
        names = ("all", "ready", "look", "must", "left_out", "loaded", "already", "kept", "taken_back")
        found = dict.fromkeys(names, 0)
        for state, doubtful, n in rows:
            found["all"] += n
            if state == Row.State.NEW:
                found["must" if doubtful == Row.MUST else "ready"] += n
                found["look"] += n if doubtful == Row.LOOK else 0
            elif state in found:
                found[state] += n
        return found


class RowQuerySet(models.QuerySet["Row"]):
    def to_load(self) -> "RowQuerySet":
        return self.filter(state=Row.State.NEW, doubtful__lt=Row.MUST)

    def rewrite(self, rows: list["Row"], names: Sequence[str]) -> None:
        """Write these fields of rows that are there already. As an upsert: `bulk_update` builds a CASE of
        every row and field, which takes a hundred times as long."""
        if rows:
            written: Any = rows
            self.bulk_create(
                written, batch_size=200, update_conflicts=True, unique_fields=["id"], update_fields=names
            )

    def with_facts(self) -> "RowQuerySet":
        return self.select_related("list", "field", "same_as").prefetch_related(
            "area__parent__parent", "owner"
        )


class Row(models.Model):
    """One line of a list: what its cells say, what is doubtful about them, what it is read as."""

    class State(models.TextChoices):
        NEW = "new", pgettext_lazy("row of a list", "to be loaded")
        LEFT_OUT = "left_out", pgettext_lazy("row of a list", "left out")
        LOADED = "loaded", pgettext_lazy("row of a list", "loaded")
        # The initiative was enrolled for that year before this load.
        ALREADY = "already", pgettext_lazy("row of a list", "was there already")
        TAKEN_BACK = "taken_back", pgettext_lazy("row of a list", "taken back")
        # Others have built on it since, so it was not taken back.
        KEPT = "kept", pgettext_lazy("row of a list", "stays: others have built on it")

    # Nothing doubtful; worth a look; must be settled before it can be loaded.
    CLEAR, LOOK, MUST = 0, 1, 2

    list = models.ForeignKey(OfficeList, on_delete=models.CASCADE, related_name="rows")
    order = models.PositiveIntegerField()
    table = models.PositiveSmallIntegerField(default=0)
    number = models.PositiveIntegerField()
    # `list` is the relation here.
    cells = models.JSONField(default=no_cells)
    within = models.JSONField(default=dict)
    # What a person typed instead, by target.
    typed = models.JSONField(default=dict)
    # By target: {"why": word, "said": text, …}; see `doubts`.
    doubts = models.JSONField(default=dict)
    doubtful = models.PositiveSmallIntegerField(default=CLEAR)
    # What it is read as.
    name = models.CharField(max_length=300, blank=True)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, null=True, related_name="+")
    hamlet = models.CharField(max_length=120, blank=True)
    owner = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    owner_typed = models.CharField(max_length=300, blank=True)
    field = models.ForeignKey(Field, on_delete=models.PROTECT, null=True, related_name="+")
    facts = models.JSONField(default=dict)
    same_as = models.ForeignKey(Initiative, on_delete=models.PROTECT, null=True, related_name="+")
    identity = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.NEW)
    left_out_reason = models.TextField(blank=True)
    left_out_by = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, null=True, related_name="+")

    objects = RowQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["list", "order"], name="list_row_once")]
        indexes = [models.Index(fields=["list", "state", "-doubtful", "order"], name="list_rows_doubtful")]

    def __str__(self) -> str:
        return f"{self.list}, {self.number}"

    def said(self, target: str) -> str:
        """What stands for a target: what was typed instead, the column's cell, what the part says."""
        if target in self.typed:
            return str(self.typed[target])
        for name, cell in zip(self.list.mapping, self.cells, strict=False):
            if name == target and cell:
                return str(cell)
        return str(self.within.get(target, ""))


class Mapping(models.Model):
    """What the columns with these headings hold at a unit: remembered for its next file."""

    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="+")
    signature = models.CharField(max_length=64)
    columns = models.JSONField(default=list)
    default_owner = models.CharField(max_length=40)
    default_kind = models.CharField(max_length=12)
    by = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    updated = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "signature"], name="mapping_once")]

    def __str__(self) -> str:
        return f"{self.unit}: {', '.join(self.columns)}"


class Correction(models.Model):
    """What a person says instead of a cell's words, for every cell of the list that says the same."""

    list = models.ForeignKey(OfficeList, on_delete=models.CASCADE, related_name="corrections")
    target = models.CharField(max_length=30)
    # Folded, as compared.
    said = models.CharField(max_length=400)
    instead = models.CharField(max_length=400)
    by = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["list", "target", "said"], name="correction_once")]

    def __str__(self) -> str:
        return f"{self.said} → {self.instead}"
