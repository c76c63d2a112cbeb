"""Areas through time: what a stretch of territory was called, where it belonged, and what became of it.

A row of `Area` is valid from one day to another and never changes its parent, so its path is written once.
A rename keeps the row and adds a dated name; a merge, split, move or abolition closes rows and opens others,
linked by `AreaSuccession` (see `changes.py`). `AreaLineage` says for every row and every day which rows of
that day answer for it (see `lineage.py`). Codes are dated attributes and never keys: the same code means
another commune before and after July 2025.
"""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from kheo.audit import models as audit
from kheo.lib.formats import short_date
from kheo.lib.periods import BEGINNING, FOREVER, today
from kheo.lib.refusals import Refused
from kheo.lib.rows import Worded
from kheo.lib.vietnamese import fold, nfc, sort_key, tone_blind
from kheo.places import paths

if TYPE_CHECKING:
    from kheo.places.borders import Shape

# The code system of the General Statistics Office (two, three and five digits).
GSO = "gso"

# How a hamlet may be called. Communes type them; no national list has them.
HAMLET_TYPES = ["xóm", "bản", "khối", "thôn", "tổ dân phố", "làng", "khối phố", "buôn", "ấp", "tiểu khu"]


class Level(models.TextChoices):
    PROVINCE = "province", _("Province")
    DISTRICT = "district", _("District")
    COMMUNE = "commune", _("Commune")
    HAMLET = "hamlet", _("Hamlet")
    # The share of a divided commune that went to one heir; it hangs under the divided commune.
    PART = "part", _("Part of a divided commune")


def titled(type: str, name: str) -> str:
    """The name as it stands alone or begins a line: "Xã Tam Hợp"."""
    whole = f"{type} {name}".strip()
    return whole[:1].upper() + whole[1:]


class Dated:
    """Something that holds from `valid_from` until the eve of `valid_to`."""

    valid_from: date
    valid_to: date

    @property
    def last_day(self) -> date | None:
        """The last day it held; None while it holds."""
        return None if self.valid_to >= FOREVER else self.valid_to - timedelta(days=1)

    @property
    def span(self) -> str:
        """The time in words: "until 30/6/2025"; "" where neither end is known."""
        first = "" if self.valid_from <= BEGINNING else _day(self.valid_from)
        last = _day(self.last_day) if self.last_day else ""
        if first and last:
            return gettext("from %(first)s until %(last)s") % {"first": first, "last": last}
        if first:
            return gettext("since %(first)s") % {"first": first}
        return gettext("until %(last)s") % {"last": last} if last else ""


def _day(day: date) -> str:
    return short_date(day, "en" if (get_language() or "").startswith("en") else "vi")


class Known(models.Model):
    """Something Kheo held to be so from `known_from` until the eve of `known_to`.

    A correction closes the row and writes another, so that a past day can be read as it was known then.
    """

    known_from = models.DateField(default=today)
    known_to = models.DateField(default=FOREVER)

    class Meta:
        abstract = True


class LineageQuerySet(models.QuerySet):
    def answering(self, day: date, known_on: date | None = None) -> "LineageQuerySet":
        """Who answers for whom on `day`; as it was known at the end of a past day, if one is given."""
        return self.filter(valid_from__lte=day, valid_to__gt=day).known(known_on)

    def known(self, on: date | None = None) -> "LineageQuerySet":
        """What is held to be so now, or was at the end of a past day."""
        if on is None:
            return self.filter(known_to=FOREVER)
        return self.filter(known_from__lte=on, known_to__gt=on)


class AreaQuerySet(models.QuerySet["Area"]):
    def visible_to(self, who: Any) -> "AreaQuerySet":
        """Areas are public facts: whoever may ask may see them all, except those still being prepared."""
        return self.filter(in_force=True)

    def on(self, day: date) -> "AreaQuerySet":
        """The areas that existed on `day`."""
        return self.filter(in_force=True, annulled=False, valid_from__lte=day, valid_to__gt=day)

    def of_level(self, *levels: str) -> "AreaQuerySet":
        return self.filter(level__in=levels)

    def communes(self) -> "AreaQuerySet":
        """Communes, wards and townships."""
        return self.filter(level=Level.COMMUNE)

    def within(self, area: "Area | str") -> "AreaQuerySet":
        """The area and what hung under it in its own time."""
        return self.filter(paths.within("path", area if isinstance(area, str) else area.path))

    def within_now(self, area: "Area | str") -> "AreaQuerySet":
        """Whatever lies there today: the areas, also past ones, whose heirs are in today's `area`."""
        return self.filter(paths.within("path_now", area if isinstance(area, str) else area.path_now))

    def in_vietnamese_order(self) -> "AreaQuerySet":
        return self.order_by("sort_key", "valid_from", "id")

    def with_code(self, code: str, day: date, system: str = GSO) -> "AreaQuerySet":
        """The area that bore this code of this system on this day."""
        return self.on(day).filter(
            codes__system=system, codes__code=code, codes__valid_from__lte=day, codes__valid_to__gt=day
        )

    def with_place(self) -> "AreaQuerySet":
        """With the rows above, so that places can be written out without further queries."""
        return self.select_related("parent__parent__parent")

    def plant(self, areas: Sequence["Area"]) -> list["Area"]:
        """Insert many new areas with their paths; a parent stands before its children or is saved already."""
        with transaction.atomic():
            for area, pk in zip(areas, paths.reserve_ids(Area, len(areas)), strict=True):
                area.prepare(pk)
            Area.objects.bulk_create(areas, batch_size=500)
            AreaName.objects.bulk_create([area.first_name() for area in areas], batch_size=500)
        return list(areas)

    @staticmethod
    def _hamlet_words(name: str, type: str = "") -> tuple[str, str]:
        """A hamlet's name and type as they are kept, also from "bản Phồng"."""
        name, type = nfc(" ".join(name.split())), nfc(type.strip().lower()) or "xóm"
        if type not in HAMLET_TYPES:
            raise Refused(_("Choose what kind of hamlet it is: xóm, bản, khối, thôn, tổ dân phố…"))
        # "bản Phồng" typed as a name. With its marks: Bàn Thạch is a name.
        for word in sorted(HAMLET_TYPES, key=len, reverse=True):
            if tone_blind(name).startswith(tone_blind(word) + " "):
                type, name = word, name.split(" ", word.count(" ") + 1)[-1]
                break
        if not fold(name):
            raise Refused(_("Write the name of the hamlet."))
        return name, type

    def add_hamlets(
        self, named: Iterable[tuple["Area", str]], by: Any = None
    ) -> dict[tuple[int, str], "Area"]:
        """`add_hamlet` for many (commune, name) at once; answered by the commune's id and the name as given.

        A fixed number of statements but for the lineage, which follows the communes.
        """
        words = {(commune.pk, name): (commune, *self._hamlet_words(name)) for commune, name in named}
        communes = sorted({commune.pk for commune, _name, _type in words.values()})
        with transaction.atomic():
            list(Area.objects.select_for_update().filter(pk__in=communes).order_by("pk").values_list("pk"))
            known = Area.objects.filter(parent__in=communes, level=Level.HAMLET).order_by("-pk")
            found = {(hamlet.parent_id or 0, hamlet.folded): hamlet for hamlet in known}
            fresh: dict[tuple[int, str], Area] = {}
            for commune, name, type in words.values():
                key = (commune.pk, fold(name))
                if key not in found and key not in fresh:
                    fresh[key] = Area(
                        level=Level.HAMLET,
                        type=type,
                        name=name[:120],
                        parent=commune,
                        valid_from=commune.valid_from,
                        valid_to=commune.valid_to,
                        in_force=commune.in_force,
                        sample=commune.sample,
                    )
            if fresh:
                from kheo.places import lineage

                self.plant(list(fresh.values()))
                lineage.recompute(fresh.values())
                audit.record_all(((hamlet, {}) for hamlet in fresh.values()), "added", by=by)
                planted = Area.objects.in_bulk([hamlet.pk for hamlet in fresh.values()])
                found |= {key: planted[hamlet.pk] for key, hamlet in fresh.items()}
        return {given: found[commune.pk, fold(name)] for given, (commune, name, _type) in words.items()}

    def add_hamlet(self, name: str, type: str, commune: "Area", by: Any = None) -> "Area":
        """The hamlet of that name in the commune, added if the commune has none so named.

        Hamlets are in no published list, so communes type them, and they alone. A hamlet whose name is the
        same but for marks, tone placement, case or its type is returned instead of being made again.
        """
        name, type = self._hamlet_words(name, type)
        if commune.level != Level.COMMUNE:
            raise Refused(_("A hamlet belongs to a commune or ward. Choose one first."))
        folded = fold(name)
        with transaction.atomic():
            # The commune's row is the lock: two people typing the same hamlet make one.
            Area.objects.select_for_update().get(pk=commune.pk)
            known = list(
                Area.objects.filter(parent=commune, level=Level.HAMLET, folded=folded).order_by("pk")
            )
            if known:
                return min(known, key=lambda each: tone_blind(each.name) != tone_blind(name))
            hamlet = Area(
                level=Level.HAMLET,
                type=type,
                name=name,
                parent=commune,
                valid_from=commune.valid_from,
                valid_to=commune.valid_to,
                in_force=commune.in_force,
                sample=commune.sample,
            )
            self.plant([hamlet])
            from kheo.places import lineage

            lineage.recompute([hamlet])
            audit.record(hamlet, "added", by=by)
        hamlet.refresh_from_db()
        return hamlet


class Area(Dated, models.Model):
    level = models.CharField(max_length=10, choices=Level.choices)
    # As published, lower case: xã, phường, thị trấn, huyện, thị xã, thành phố, tỉnh; xóm, bản, khối…
    type = models.CharField(max_length=30)
    name = models.CharField(max_length=120)
    full_name = models.CharField(max_length=160)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    path = paths.PathField()
    # Where the territory lies in today's tree: the path of the row's heir, of the row itself while it lives,
    # or of the lowest common ancestor of its possible heirs while nobody has decided between them.
    path_now = paths.PathField()
    heir_undecided = models.BooleanField(default=False)
    valid_from = models.DateField(default=BEGINNING)
    valid_to = models.DateField(default=FOREVER)
    # False while a change is prepared but not yet carried out.
    in_force = models.BooleanField(default=True)
    # Opened by a mistaken decision that another has reversed: as it is known now, it was never there. What
    # was recorded in it stays recorded in it, and is answered for by what it should have been.
    annulled = models.BooleanField(default=False)
    # Cleared when the name is a person's or an event's: then the type keeps its capital (Phường Lê Lợi).
    type_lowers = models.BooleanField(default=True)
    sort_key = paths.SortKeyField()
    folded = models.CharField(max_length=120)
    sample = models.BooleanField(default=False)
    source = models.CharField(max_length=300, blank=True)

    objects = AreaQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["path"], name="area_path_once"),
            models.CheckConstraint(condition=~Q(path=""), name="area_path_never_empty"),
            # An empty prefix would let everyone see it and would match everything.
            models.CheckConstraint(condition=~Q(path_now=""), name="area_path_now_never_empty"),
            models.CheckConstraint(condition=Q(valid_from__lt=models.F("valid_to")), name="area_lasts"),
        ]
        indexes = [
            models.Index(fields=["path_now"], name="area_path_now"),
            models.Index(fields=["level", "sort_key"], name="area_in_order"),
            models.Index(fields=["level", "valid_from", "valid_to"], name="area_level_span"),
            models.Index(fields=["parent", "level", "folded"], name="area_hamlets"),
            # The invented ones are left out of every figure: few or none, asked for each time.
            models.Index(fields=["id"], condition=Q(sample=True), name="area_invented"),
            # Where an area hangs, looked up for many at once.
            models.Index(fields=["id", "path"], name="area_path_of"),
            # What lies in a place, hamlets aside, without a look at the rows.
            models.Index(fields=["path"], include=["id", "level"], name="area_in_place"),
        ]

    def __str__(self) -> str:
        return self.full_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            return super().save(*args, **kwargs)
        with transaction.atomic():
            self.prepare(self.pk or paths.reserve_ids(Area, 1)[0])
            super().save(*args, **{**kwargs, "force_insert": True})
            self.first_name().save()

    def get_absolute_url(self) -> str:
        return reverse("area", args=[self.pk])

    def prepare(self, pk: int) -> None:
        """Give a new row its id and everything that follows from its own words and its parent."""
        self.pk = pk
        # Read `parent` anew: it may have been given its id after this row was made.
        self.parent = self.parent
        self.path = (self.parent.path if self.parent else "") + paths.segment(pk)
        self.path_now = self.path_now or self.path
        self.say(self.type, self.name)

    def first_name(self) -> "AreaName":
        return AreaName(
            area=self, type=self.type, name=self.name, valid_from=self.valid_from, valid_to=self.valid_to
        ).filled()

    def say(self, type: str, name: str) -> None:
        self.type, self.name = nfc(type), nfc(name)
        self.full_name = titled(self.type, self.name)
        self.folded, self.sort_key = fold(self.name), sort_key(self.name)

    # How it is written

    @property
    def in_text(self) -> str:
        """The name inside a sentence: type in lower case (xã Tam Hợp), but not before numbers and persons."""
        return self.written(self.type, self.name)

    def written(self, type: str, name: str) -> str:
        """A type and a name of this area as they stand inside a sentence."""
        return f"{type} {name}" if self.type_lowers and not name[:1].isdigit() else titled(type, name)

    @property
    def full_place(self) -> str:
        """With the areas above it in its own time: "xã Tam Hợp, huyện Tương Dương, tỉnh Nghệ An".

        What lies in a part of a divided commune lies in that commune.
        """
        return ", ".join(area.in_text for area in self.upward() if area.level != Level.PART)

    @property
    def short_place(self) -> str:
        """`full_place` without the province, which goes without saying inside one."""
        unsaid = (Level.PROVINCE, Level.PART)
        return ", ".join(area.in_text for area in self.upward() if area.level not in unsaid) or self.in_text

    def place_on(self, day: date) -> str:
        """`full_place` with the names of a day: a row keeps its identity through a rename."""
        return ", ".join(
            area.in_text if (name := area.named_on(day)) is None else area.written(name.type, name.name)
            for area in self.upward()
            if area.level != Level.PART
        )

    def upward(self) -> list["Area"]:
        """Itself, its parent and so on up to the root."""
        line: list[Area] = []
        area: Area | None = self
        while area is not None:
            line.append(area)
            area = area.parent
        return line

    def named_on(self, day: date) -> "AreaName | None":
        for name in self.names.all():
            if not name.other_spelling and name.valid_from <= day < name.valid_to:
                return name
        return None

    def name_on(self, day: date) -> str:
        """What the row was called on a day, as it begins a line."""
        name = self.named_on(day)
        return name.full_name if name else self.full_name

    def code_on(self, day: date, system: str = GSO) -> str:
        for code in self.codes.all():
            if code.system == system and code.valid_from <= day < code.valid_to:
                return code.code
        return ""

    @cached_property
    def code(self) -> str:
        """Its last code, "" where it never had one (hamlets)."""
        codes = sorted((code for code in self.codes.all() if code.system == GSO), key=lambda c: c.valid_from)
        return codes[-1].code if codes else ""

    # Where and when

    @property
    def lives(self) -> bool:
        return self.in_force and self.existed_on(today())

    def existed_on(self, day: date) -> bool:
        return not self.annulled and self.valid_from <= day < self.valid_to

    @property
    def commune(self) -> "Area | None":
        """The commune it is or lies in; None above the communes."""
        return next((area for area in self.upward() if area.level == Level.COMMUNE), None)

    def counted_in(self) -> "Area | None":
        """Where figures of what lies here are counted: the commune, or the part of it this belongs to."""
        from kheo.places import parts

        return parts.counted_in(self)

    @property
    def province(self) -> "Area | None":
        return next((area for area in self.upward() if area.level == Level.PROVINCE), None)

    # What became of it

    def heirs_on(self, day: date) -> list["AreaLineage"]:
        """Who answers for it on a day, each with its share; one row with itself while it exists."""
        return _heirs(self.pk, day)

    def heir_on(self, day: date) -> "Area":
        """The one area that answers for it on a day.

        Where several do, their lowest common ancestor; so it is never a guess, only less precise.
        """
        heirs = self.heirs_on(day)
        if len(heirs) == 1:
            return heirs[0].heir
        if not heirs:
            return self
        path = paths.common([line.heir.path for line in heirs])
        return Area.objects.with_place().get(path=path) if path else self

    def decisions(self) -> list["AreaSuccession"]:
        """What became of it step by step until today, in order: every succession on the way to its heirs."""
        steps: list[AreaSuccession] = []
        seen, ended = set(), {self.pk}
        while ended:
            ties = AreaSuccession.objects.filter(predecessor_id__in=ended, known_to=FOREVER)
            found = list(ties.select_related("predecessor", "successor__parent__parent__parent"))
            steps += found
            seen |= ended
            ended = {link.successor_id for link in found} - seen
        return sorted(steps, key=lambda link: (link.on, link.pk))

    @property
    def today(self) -> "Area":
        """The area that answers for it today; itself while it lives."""
        return self if self.lives else self.heir_on(today())

    @property
    def today_id(self) -> int:
        """The id of `today` without a query; for lists, with `in_bulk`."""
        return paths.ids(self.path_now)[-1]

    def neighbours(self) -> AreaQuerySet:
        """The communes of today that share a border with it (with its heir, for an area of the past)."""
        from kheo.places import borders

        here = self.commune.today if self.commune else None
        codes = borders.neighbours().get(here.code, set()) if here else set()
        return Area.objects.on(today()).communes().filter(codes__system=GSO, codes__code__in=codes).distinct()

    @property
    def shape(self) -> "Shape | None":
        """Its borders, where the shipped file has them."""
        from kheo.places import borders

        return borders.shape_of(self)


class AreaCode(Dated, models.Model):
    """A code an area bore for a time. A look-up needs the system and the day."""

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="codes")
    system = models.CharField(max_length=20, default=GSO)
    code = models.CharField(max_length=20)
    valid_from = models.DateField(default=BEGINNING)
    valid_to = models.DateField(default=FOREVER)

    class Meta:
        ordering = ["valid_from", "id"]
        constraints = [
            models.UniqueConstraint(fields=["system", "code", "area", "valid_from"], name="area_code_once"),
        ]
        indexes = [models.Index(fields=["system", "code", "valid_from"], name="area_code_lookup")]

    def __str__(self) -> str:
        return f"{self.system} {self.code}"


class AreaName(Dated, models.Model):
    """A name an area bore for a time, or another spelling under which lists know it."""

    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="names")
    type = models.CharField(max_length=30)
    name = models.CharField(max_length=120)
    full_name = models.CharField(max_length=160)
    folded = models.CharField(max_length=120)
    valid_from = models.DateField(default=BEGINNING)
    valid_to = models.DateField(default=FOREVER)
    other_spelling = models.BooleanField(default=False)
    legal_basis = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["valid_from", "id"]
        constraints = [
            models.UniqueConstraint(fields=["area", "full_name", "valid_from"], name="area_name_once"),
        ]
        indexes = [models.Index(fields=["folded"], name="area_name_folded")]

    def __str__(self) -> str:
        return self.full_name

    def filled(self) -> "AreaName":
        self.name, self.type = nfc(self.name), nfc(self.type)
        self.full_name, self.folded = titled(self.type, self.name), fold(self.name)
        return self


class AreaSuccession(Known, models.Model):
    """What became of an area: one row for each heir. A share nobody has decided stays empty."""

    class Kind(models.TextChoices):
        WHOLE = "whole", _("merged whole")
        PART = "part", _("in part")
        # The people went elsewhere: no share of what they did.
        LAND = "land", _("land alone, without its people")
        UNCHANGED = "unchanged", _("territory unchanged")
        REPARENTED = "reparented", _("moved to another superior")
        LEVEL_ENDED = "level_ended", _("level abolished")

    predecessor = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="successions")
    successor = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="origins")
    # The first day of the successor.
    on = models.DateField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    share_numerator = models.BigIntegerField(null=True, blank=True)
    share_denominator = models.BigIntegerField(null=True, blank=True)
    legal_basis = models.CharField(max_length=200, blank=True)
    source = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["predecessor", "successor", "on"],
                condition=Q(known_to=FOREVER),
                name="area_succession_once",
            ),
            models.CheckConstraint(
                condition=Q(share_numerator__isnull=True, share_denominator__isnull=True)
                | Q(
                    share_numerator__isnull=False,
                    share_denominator__isnull=False,
                    share_numerator__gt=0,
                    share_denominator__gte=models.F("share_numerator"),
                ),
                name="area_succession_share",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor}"


class AreaLineage(Known, models.Model):
    """For each area and each day: which areas of that day answer for it, and for what share of it.

    Spans of one area and heir do not overlap, and the shares of an area add up to one on every day, so that
    a figure read through these rows loses nothing. What nobody has decided is answered for by the lowest
    common ancestor of the possible heirs, with `decided` cleared: "not attributed" below it.
    """

    class Basis(models.TextChoices):
        ITSELF = "itself", _("the area itself")
        WHOLE = "whole", _("went there whole")
        SHARE = "share", _("by a decided share")
        UNDECIDED = "undecided", _("not decided: the level above")
        BACK = "back", _("what it came from, whole")
        ABOVE = "above", _("came from several: the level above")

    area = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="lineage")
    valid_from = models.DateField()
    valid_to = models.DateField()
    heir = models.ForeignKey(Area, on_delete=models.CASCADE, related_name="lineage_in")
    share_numerator = models.BigIntegerField(default=1)
    share_denominator = models.BigIntegerField(default=1)
    basis = models.CharField(max_length=10, choices=Basis.choices)
    decided = models.BooleanField(default=True)

    objects = LineageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["area", "valid_from", "heir"],
                condition=Q(known_to=FOREVER),
                name="area_lineage_once",
            ),
            models.CheckConstraint(
                condition=Q(valid_from__lt=models.F("valid_to")), name="area_lineage_lasts"
            ),
        ]
        indexes = [
            models.Index(fields=["area", "valid_from", "valid_to"], name="area_lineage_of"),
            # Who lay on a day in an area of another, without a look at the rows.
            models.Index(
                fields=["heir", "known_to", "valid_to", "valid_from"],
                include=["area", "share_numerator", "share_denominator", "basis"],
                name="area_lineage_in",
            ),
            # Those divided by shares: few, asked for with every reading by place.
            models.Index(fields=["area"], condition=Q(share_denominator__gt=1), name="area_lineage_divided"),
            # Those whose figures are estimates.
            models.Index(fields=["area"], condition=Q(basis="share"), name="area_lineage_by_share"),
            # Who answers on a day for all areas at once, without a look at the rows.
            models.Index(
                fields=["known_to", "valid_to", "valid_from", "area", "heir"],
                include=["share_numerator", "share_denominator"],
                name="area_lineage_of_all",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area_id} → {self.heir_id} ({self.valid_from}…{self.valid_to})"


_heirs = Worded(
    lambda area, day: (
        AreaLineage.objects.answering(day)
        .filter(area=area)
        .select_related("heir__parent__parent__parent")
        .order_by("heir__sort_key", "heir_id")
    ),
    int,
    date,
)


def by_code(areas: Iterable[Area]) -> dict[str, Area]:
    """The areas keyed by their GSO code."""
    return {area.code: area for area in areas if area.code}
