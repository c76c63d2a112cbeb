"""Bodies through time, their steering committees, and the posts people hold in them."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, cast

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from kheo.audit.models import record
from kheo.lib.periods import BEGINNING, FOREVER, today
from kheo.lib.refusals import Refused
from kheo.lib.rows import Worded
from kheo.lib.vietnamese import fold, nfc, same_name, sort_key
from kheo.places.models import Area, Known, LineageQuerySet
from kheo.places.paths import PathField, SortKeyField, segment, within

# Posts taken back before they began stand before this day, outside all records.
NEVER_HELD = date(2, 1, 1)
# Each batch of a preparation takes a second, a switch some: after so long nobody is at it.
SILENT = timedelta(minutes=3)
LOCAL_LEVELS = ("district", "commune", "hamlet")


class Level(models.TextChoices):
    PROVINCE = "province", _("province")
    DISTRICT = "district", _("district")
    COMMUNE = "commune", _("commune")
    HAMLET = "hamlet", _("grass roots")


class Line(models.TextChoices):
    """The line (hệ) a body belongs to: figures are read by it."""

    PARTY = "party", _("Party")
    GOVERNMENT = "government", _("Government")
    FRONT = "front", _("Fatherland Front")
    WOMEN = "women", _("Women's Union")
    FARMERS = "farmers", _("Farmers' Association")
    VETERANS = "veterans", _("Veterans' Association")
    YOUTH = "youth", _("Youth Union")
    LABOUR = "labour", _("Trade Union")
    SOCIAL = "social", _("Social organisations")
    PROFESSIONAL = "professional", _("Socio-professional organisations")
    MILITARY = "military", _("Military")
    POLICE = "police", _("Police")
    BORDER = "border", _("Border guard")
    AGENCY = "agency", _("Agencies and public services")
    COMMUNITY = "community", _("Residents' communities")


class Function(models.Model):
    """What a body is for, independent of its name of the day: `ban_dan_van`, `ubnd`, `mttq` …"""

    code = models.CharField(max_length=40, primary_key=True)
    name = models.CharField(max_length=200)
    line = models.CharField(max_length=20, choices=Line.choices)
    # Where no body of its own answers, the body with this function does (a class stands for its members).
    includes = models.ManyToManyField("self", symmetrical=False, blank=True, related_name="included_in")
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "code"]

    def __str__(self) -> str:
        return self.name


class UnitQuerySet(models.QuerySet["Unit"]):
    def on(self, day: date) -> "UnitQuerySet":
        """The bodies that existed on `day`; shares of divided ones are no bodies of their own."""
        found = self.filter(annulled=False, valid_from__lte=day, valid_to__gt=day)
        return found.exclude(kind=Unit.Kind.PART)

    def living(self) -> "UnitQuerySet":
        return self.on(today())

    def within_now(self, path: str) -> "UnitQuerySet":
        return self.filter(within("path_now", path))

    def answering(
        self, function: str, *, on: date, level: str | None = None, within_area: Area | None = None
    ) -> "UnitQuerySet":
        """The bodies that answer for `function` on a day, at a level and inside an area if given."""
        units = self.on(on).filter(
            Q(competences__function=function) | Q(competences__function__included_in=function),
            competences__valid_from__lte=on,
            competences__valid_to__gt=on,
        )
        if level:
            units = units.filter(level=level)
        if within_area:
            units = units.filter(within("area__path", within_area.path))
        return units.distinct()

    def of_body(self, unit: "Unit") -> "UnitQuerySet":
        """The body itself, those whose heir it is today, and those typed under it."""
        own, *others = (
            Unit.with_prepared.filter(way).order_by().values("pk")
            for way in (
                Q(pk=unit.pk),
                Q(path_now=unit.path_now, heir_undecided=False),
                Q(kind=Unit.Kind.TYPED, parent__path_now=unit.path_now),
                Q(kind=Unit.Kind.PART, parent=unit.pk),
            )
        )
        # United, because an OR of them could begin with none and reads every body there is.
        return self.filter(pk__in=own.union(*others))

    def matching(self, folded: str = "", line: str = "", level: str = "") -> "UnitQuerySet":
        """Those whose name holds the folded words, of a line and a level if given."""
        units = self
        for word in folded.split():
            units = units.filter(folded__contains=word)
        return units.filter(**{key: value for key, value in (("line", line), ("level", level)) if value})

    def in_vietnamese_order(self) -> "UnitQuerySet":
        return self.order_by("sort_key", "pk")

    def add_typed(self, name: str, *, under: "Unit", line: str, area: Area, by: Any) -> "Unit":
        """The body of that name under `under`, added if missing: schools and party cells are in no list."""
        name = nfc(" ".join(name.split()))
        if not fold(name):
            raise Refused(_("Write the name of the unit."))
        if len(name) > 300:
            raise Refused(_("The name of a unit has at most 300 letters."))
        with transaction.atomic():
            # The superior's row is the lock: two people typing the same school make one.
            Unit.objects.select_for_update().get(pk=under.pk)
            known = self.living().filter(parent=under, folded=fold(name))
            for unit in known:
                if same_name(unit.name, name):
                    return unit
            unit = self.create(
                name=name,
                kind=Unit.Kind.TYPED,
                line=line,
                level=Level.HAMLET,
                area=area,
                parent=under,
                valid_from=under.valid_from,
                valid_to=under.valid_to,
                sample=under.sample,
            )
            UnitLineage.objects.create(
                unit=unit, heir=unit, valid_from=unit.valid_from, valid_to=unit.valid_to, basis="itself"
            )
            record(unit, "added", by=by)
        return unit

    def managed_by(self, post: "Post | None") -> "UnitQuerySet":
        """The living bodies whose people this post administers; `Post.manages` asks the same of one body."""
        if post is None or not post.is_current or post.role not in (Role.ADMIN, Role.UNIT_ADMIN):
            return self.none()
        own, here = post.unit, post.unit.area
        found = Q(path_now=own.path_now)
        if post.reach == ReachKind.LINE:
            found |= within("path_now", own.path_now)
        elif post.reach == ReachKind.PLACE:
            place = within("area__path_now", here.path_now)
            if post.role == Role.UNIT_ADMIN:
                # Not the bodies above, nor at the province those beside.
                place &= ~Q(path_now__in=_above(own.path_now))
                if own.level != Level.COMMUNE:
                    place &= ~Q(area__path_now=here.path_now) | within("path_now", own.path_now)
            found |= place
        return self.living().filter(found)

    def visible_to(self, who: Any) -> "UnitQuerySet":
        """Bodies are public facts: every signed-in person with a post may look them up."""
        return self if who is not None and getattr(who, "pk", None) else self.none()


class InForce(models.Manager.from_queryset(UnitQuerySet)):  # type: ignore[misc]
    """Bodies prepared for a coming day are there for nobody: whoever wants them asks `Unit.with_prepared`."""

    def get_queryset(self) -> UnitQuerySet:
        return cast(UnitQuerySet, super().get_queryset().filter(in_force=True))


class Unit(models.Model):
    """A body from one day to another. A merger closes rows and opens new ones; a parent never changes."""

    class Kind(models.TextChoices):
        BODY = "body", _("body")
        COMMITTEE = "committee", _("steering committee")
        TYPED = "typed", _("added by its commune")
        # The share of a divided body that one heir answers for; it hangs under the divided body.
        PART = "part", _("share of a divided body")

    name = models.CharField(_("name"), max_length=300)
    short_name = models.CharField(_("short name"), max_length=120, blank=True)
    # Which line of `data/bodies.csv` founded it; empty for the others.
    key = models.CharField(max_length=40, blank=True, editable=False)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.BODY)
    line = models.CharField(_("line"), max_length=20, choices=Line.choices)
    level = models.CharField(_("level"), max_length=12, choices=Level.choices)
    area = models.ForeignKey(Area, on_delete=models.PROTECT, related_name="units", verbose_name=_("area"))
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    path = PathField()
    # The path of the row's heir in today's tree; what reach is measured by. Never empty.
    path_now = PathField(db_index=True)
    heir_undecided = models.BooleanField(default=False)
    # Opened by a mistaken decision that another has reversed: as is known now, it was never there.
    annulled = models.BooleanField(default=False)
    # Not while it is only prepared: a reorganisation that has not taken effect will open it.
    in_force = models.BooleanField(default=True)
    valid_from = models.DateField(default=BEGINNING)
    valid_to = models.DateField(default=FOREVER)
    sort_key = SortKeyField(max_length=600, db_index=True, editable=False)
    folded = models.CharField(max_length=300, db_index=True, editable=False)
    # Plainly invented, for the demonstration.
    sample = models.BooleanField(default=False)
    note = models.TextField(blank=True)

    objects = InForce()
    with_prepared = UnitQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(path="") & ~Q(path_now=""), name="unit_path_not_empty"),
            models.CheckConstraint(condition=Q(valid_from__lt=models.F("valid_to")), name="unit_span"),
        ]
        indexes = [
            models.Index(fields=["area", "key"], name="unit_area_key"),
            # The invented ones are left out of every figure: few or none, asked for each time.
            models.Index(fields=["id"], condition=Q(sample=True), name="unit_invented"),
            models.Index(fields=["area"], condition=Q(in_force=False), name="unit_prepared"),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name = nfc(self.name)
        self.sort_key, self.folded = sort_key(self.name)[:600], fold(self.name)[:300]
        if self.path:
            super().save(*args, **kwargs)
            return
        # The path holds the row's own id, which is known only after the first write.
        with transaction.atomic():
            self.path = self.path_now = "new/"
            super().save(*args, **kwargs)
            self.path = (self.parent.path if self.parent else "") + segment(self.pk)
            self.path_now = (self.parent.path_now if self.parent else "") + segment(self.pk)
            type(self).objects.filter(pk=self.pk).update(path=self.path, path_now=self.path_now)

    @property
    def journal_unit_id(self) -> int:
        return self.pk

    @property
    def is_living(self) -> bool:
        return not self.annulled and self.valid_from <= today() < self.valid_to

    def heirs_on(self, day: date) -> "UnitQuerySet":
        """Who answers for this body on a day: itself while it lives, its successors afterwards."""
        return Unit.objects.filter(pk__in=UnitLineage.objects.answering(day).filter(unit=self).values("heir"))

    @property
    def today(self) -> "Unit":
        """The body that answers for this one today (itself where no heir is known)."""
        return self if self.is_living else next(iter(_first_heir(self.pk, today())), self)

    def is_answered_by(self, other: "Unit", day: date | None = None) -> bool:
        return self.pk == other.pk or bool(_answers(self.pk, other.pk, day or today()))

    def people(self, on: date | None = None) -> int:
        """How many different people hold a post here on a day."""
        return Post.objects.on(on or today()).filter(unit=self).values("user").distinct().count()

    @property
    def may_confirm_itself(self) -> bool:
        """A unit of one or two people may confirm its own work; it is then shown as such."""
        return self.people() <= 2

    @property
    def with_area(self) -> str:
        return self.name if self.area.name in self.name else f"{self.name} ({self.area})"


_first_heir = Worded(lambda unit, day: Unit(pk=unit).heirs_on(day).order_by("pk")[:1], int, date)
# Asked again for each thing a page offers to do.
_answers = Worded(
    lambda unit, heir, day: (
        UnitLineage.objects.answering(day)
        .filter(unit=unit, heir=heir, heir__in_force=True)
        .order_by()
        .values_list("pk")[:1]
    ),
    int,
    int,
    date,
)


class Competence(models.Model):
    """That a unit answers for a function, from one day to another."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="competences")
    function = models.ForeignKey(Function, on_delete=models.PROTECT, related_name="competences")
    valid_from = models.DateField(default=BEGINNING)
    valid_to = models.DateField(default=FOREVER)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["unit", "function", "valid_from"], name="competence_once"),
        ]

    def __str__(self) -> str:
        return f"{self.unit}: {self.function}"


class UnitSuccession(Known, models.Model):
    """That one body went over into another on a day, in whole or in part, by which decision."""

    class Kind(models.TextChoices):
        MERGED = "merged", _("merged into")
        SPLIT = "split", _("split into")
        SUCCEEDED = "succeeded", _("succeeded by")
        MOVED = "moved", _("moved to another superior")
        ENDED = "ended", _("ended without successor")

    predecessor = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="successions")
    successor = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="origins", null=True, blank=True
    )
    on = models.DateField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    # A share nobody has decided is never guessed: both NULL.
    share_numerator = models.BigIntegerField(null=True, blank=True)
    share_denominator = models.BigIntegerField(null=True, blank=True)
    legal_basis = models.CharField(max_length=300)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["predecessor", "successor", "on"],
                condition=Q(known_to=FOREVER),
                name="unit_succession_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.predecessor} → {self.successor or '—'} ({self.on})"


class UnitLineage(Known, models.Model):
    """In the structure of any day from `valid_from` to `valid_to`, the figures of `unit` belong to `heir`."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="lineage")
    valid_from = models.DateField()
    valid_to = models.DateField()
    heir = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="inherited")
    share_numerator = models.BigIntegerField(default=1)
    share_denominator = models.BigIntegerField(default=1)
    basis = models.CharField(max_length=20, default="whole")

    objects = LineageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "heir", "valid_from"], condition=Q(known_to=FOREVER), name="unit_lineage_once"
            ),
        ]
        indexes = [models.Index(fields=["heir", "valid_from", "valid_to"], name="unit_lineage_heir")]

    def __str__(self) -> str:
        return f"{self.unit_id} → {self.heir_id}"


class Committee(models.Model):
    """A steering committee (Ban Chỉ đạo): a unit with members, standing office, regulation, renewals."""

    unit = models.OneToOneField(Unit, on_delete=models.PROTECT, related_name="committee")
    standing_office = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="serves",
        verbose_name=_("standing office"),
    )
    # After how many months without renewal (kiện toàn) the committee is shown as overdue; 0 means never.
    renewal_months = models.PositiveSmallIntegerField(_("renewal every (months)"), default=60)
    renewal_basis = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return str(self.unit)

    @property
    def last_renewal(self) -> "Renewal | None":
        return next((each for each in self.renewals.all() if each.kind != Renewal.Kind.REGULATION), None)

    def renewal_overdue(self, on: date | None = None) -> bool:
        """Whether the committee has not been renewed for longer than its rule says."""
        on = on or today()
        renewals = [each.on for each in self.renewals.all() if each.kind != Renewal.Kind.REGULATION]
        last = max(renewals, default=self.unit.valid_from)
        months = (on.year - last.year) * 12 + on.month - last.month - (on.day < last.day)
        return bool(self.renewal_months) and last > BEGINNING and months >= self.renewal_months

    def renew(self, *, by: "Post", **fields: Any) -> "Renewal":
        """Record a decision that founds or renews the committee, or gives it its regulation."""
        with transaction.atomic():
            renewal = self.renewals.create(**fields)
            record(self.unit, "committee_renewed", by=by, changes={"decision": ["", str(renewal)]})
        return renewal

    def seat(self, *, by: "Post", **fields: Any) -> "Member":
        """Seat a member with a title from a day on."""
        with transaction.atomic():
            member = self.members.create(**fields)
            record(self.unit, "member_seated", by=by, changes={"office": ["", member.office]})
        return member


class Member(models.Model):
    """A member of a steering committee or of its helper team, with title, from one day to another."""

    class Title(models.TextChoices):
        HEAD = "head", _("head of the committee")
        PERMANENT_DEPUTY = "permanent_deputy", _("permanent deputy head")
        DEPUTY = "deputy", _("deputy head")
        MEMBER = "member", pgettext_lazy("of a committee", "member")
        HELPER_HEAD = "helper_head", _("head of the helper team")
        HELPER = "helper", _("member of the helper team")

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="members")
    # A seat goes with an office ("Phó Bí thư Tỉnh ủy"); the holder's name may be left out.
    office = models.CharField(_("office held"), max_length=200)
    name = models.CharField(_("name"), max_length=120, blank=True)
    title = models.CharField(_("title in the committee"), max_length=20, choices=Title.choices)
    valid_from = models.DateField(default=BEGINNING)
    valid_to = models.DateField(default=FOREVER)
    renewal = models.ForeignKey(
        "Renewal", on_delete=models.PROTECT, null=True, blank=True, related_name="members"
    )

    def __str__(self) -> str:
        return f"{self.get_title_display()}: {self.name or self.office}"


class Renewal(models.Model):
    """A decision that sets up or renews (kiện toàn) a committee, or gives it its working regulation."""

    class Kind(models.TextChoices):
        FOUNDED = "founded", _("founded")
        RENEWED = "renewed", _("renewed")
        REGULATION = "regulation", _("working regulation")

    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="renewals")
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.RENEWED)
    on = models.DateField(_("date of the decision"))
    number = models.CharField(_("number of the decision"), max_length=60)
    signer = models.CharField(_("signed by"), max_length=120, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["-on", "-pk"]

    def __str__(self) -> str:
        return f"{self.number}, {self.on:%d/%m/%Y}"


class Role(models.TextChoices):
    REPORTER = "reporter", _("reporter")
    SPECIALIST = "specialist", _("specialist")
    REGISTRAR = "registrar", _("registrar")
    HEAD = "head", _("head")
    DEPUTY = "deputy", _("deputy head")
    CLERK = "clerk", _("clerk")
    APPRAISER = "appraiser", _("appraiser")
    INSPECTOR = "inspector", _("inspector")
    EDITOR = "editor", _("editor")
    READER = "reader", _("reader")
    UNIT_ADMIN = "unit_admin", _("unit administrator")
    ADMIN = "admin", _("administrator")


class ReachKind(models.TextChoices):
    OWN = "own", _("this unit alone")
    LINE = "line", _("by line: this unit and those under it")
    PLACE = "place", _("by place: everything in its area")


class PostQuerySet(models.QuerySet["Post"]):
    def on(self, day: date) -> "PostQuerySet":
        return self.filter(valid_from__lte=day, valid_to__gt=day)

    def current(self) -> "PostQuerySet":
        return self.on(today())

    def not_ended(self) -> "PostQuerySet":
        """Those held today and those that begin later."""
        return self.filter(valid_to__gt=today())

    def managed_by(self, post: "Post | None") -> "PostQuerySet":
        """Posts at bodies whose people `post` administers."""
        return self.filter(unit__in=Unit.objects.managed_by(post).order_by().values("pk"))

    def give(self, *, by: Any, **fields: Any) -> "Post":
        """Give a person a post. An administrator's post is given by an administrator alone."""
        if isinstance(by, Post):
            by.require_management_of(fields["unit"])
            by.require_right_to_give(fields["role"])
        if (
            self.on(fields["valid_from"])
            .filter(user=fields["user"], unit=fields["unit"], role=fields["role"])
            .exists()
        ):
            raise Refused(_("This person already holds this post."))
        with transaction.atomic():
            post = self.create(**fields)
            record(post, "post_given", by=by)
        return post

    def visible_to(self, who: Any) -> "PostQuerySet":
        from kheo.units.reach import scope  # reach reads posts

        return scope(self, who, unit="unit", area="unit__area")


class Post(models.Model):
    """Who acts for which unit, in which role, from one day to another (chức danh, nhiệm vụ)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="posts")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="posts", verbose_name=_("unit"))
    role = models.CharField(_("role"), max_length=12, choices=Role.choices)
    reach = models.CharField(_("reach"), max_length=6, choices=ReachKind.choices, default=ReachKind.OWN)
    title = models.CharField(_("job title"), max_length=200, blank=True)
    valid_from = models.DateField(_("from"), default=today)
    valid_to = models.DateField(_("until"), default=FOREVER)
    # The post this one goes on from, after a reorganisation or with another role or title.
    continues = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="continued_by"
    )
    # Whose post its holder fills while they are away (thay mặt).
    deputy_for = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="deputies"
    )

    objects = PostQuerySet.as_manager()

    class Meta:
        ordering = ["-valid_to", "valid_from", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(valid_from__lt=models.F("valid_to")), name="post_span"),
            models.UniqueConstraint(fields=["user", "unit", "role", "valid_from"], name="post_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.duty} · {self.unit}"

    @property
    def duty(self) -> str:
        """The title, or the role; of somebody who stands in, that they do."""
        named = self.title or str(self.get_role_display())
        return gettext("standing in: %(post)s") % {"post": named} if self.deputy_for_id else named

    @property
    def label(self) -> str:
        """What the person reads when choosing "với tư cách"."""
        return f"{self.duty}, {self.unit.short_name or self.unit.name}"

    @property
    def is_current(self) -> bool:
        return self.valid_from <= today() < self.valid_to

    @property
    def has_not_ended(self) -> bool:
        return today() < self.valid_to

    @property
    def last_day(self) -> date:
        return date.fromordinal(self.valid_to.toordinal() - 1)

    def acts_for(self, unit: Unit) -> bool:
        """Whether this post's unit is `unit`, or answers for it today."""
        return unit.is_answered_by(self.unit)

    def reaches(self, *, unit: Unit | None = None, area: Area | None = None) -> bool:
        """Whether a record of `unit` at `area` lies within this post's reach."""
        if unit is not None and (unit.pk == self.unit_id or unit.path_now == self.unit.path_now):
            return True
        if self.reach == ReachKind.LINE:
            return unit is not None and unit.path_now.startswith(self.unit.path_now)
        if self.reach == ReachKind.PLACE:
            return area is not None and area.path_now.startswith(self.unit.area.path_now)
        return False

    def require(
        self,
        *roles: str,
        unit: Unit | None = None,
        reaching: tuple[Unit | None, Area | None] | None = None,
    ) -> None:
        """Refuse unless this post is current, has one of `roles`, and acts for `unit` or reaches it.

        `unit`: the post's unit must be it or its heir. `reaching`: (unit, area) of a record to be reached.
        """
        if not self.is_current:
            raise Refused(_("Your post has ended. Ask your unit's administrator to renew it."))
        if self.role not in roles:
            wanted = ", ".join(str(Role(role).label) for role in roles)
            raise Refused(
                _("As %(role)s you may look at this but not do it. It takes the role: %(wanted)s.")
                % {"role": self.get_role_display(), "wanted": wanted}
            )
        if unit is not None and not self.acts_for(unit):
            raise Refused(
                _("Only %(unit)s may do this. You act for %(mine)s.")
                % {"unit": unit.today, "mine": self.unit}
            )
        if reaching is not None and not self.reaches(unit=reaching[0], area=reaching[1]):
            raise Refused(_("This lies outside the reach of your post."))

    def manages(self, unit: Unit, *also: str) -> bool:
        """Whether this post may run the affairs of a unit: its own administrator, or one who reaches it."""
        if not self.is_current:
            return False
        if self.role == Role.ADMIN:
            return self.reaches(unit=unit, area=unit.area)
        if self.role in (Role.UNIT_ADMIN, *also) and self.acts_for(unit):
            return True
        return self.role == Role.UNIT_ADMIN and self._is_above(unit)

    def _is_above(self, unit: Unit) -> bool:
        """Whether a unit administrator's reach takes in a body below, and not one above or beside."""
        own, here = self.unit, self.unit.area
        below = unit.path_now.startswith(own.path_now)
        if not self.reaches(unit=unit, area=unit.area) or own.path_now.startswith(unit.path_now):
            return below and own.path_now == unit.path_now
        return below or own.level == Level.COMMUNE or unit.area.path_now != here.path_now

    def require_management_of(self, unit: Unit, *also: str) -> None:
        if not self.manages(unit, *also):
            raise Refused(_("Only the administrator of %(unit)s may do this.") % {"unit": unit})

    def require_right_to_give(self, role: str) -> None:
        if role == Role.ADMIN and self.role != Role.ADMIN:
            raise Refused(_("Only an administrator makes another administrator."))

    def change(self, *, by: "Post", on: date, role: str, reach: str, title: str, reason: str = "") -> "Post":
        """The person holds the post in another way from a day on. Answers the post of that day.

        The post until then stays as it was. On its first day, or before, there is nothing to keep: what was
        entered wrongly is put right in its place.
        """
        by.require_management_of(self.unit)
        by.require_right_to_give(role)
        by.require_right_to_give(self.role)
        if self.valid_to <= max(on, today()):
            raise Refused(_("The post has ended by that day. Give a new one instead."))
        new = {"role": role, "reach": reach, "title": title}
        changes = {name: [getattr(self, name), value] for name, value in new.items()}
        changes = {name: change for name, change in changes.items() if change[0] != change[1]}
        if not changes:
            raise Refused(_("Nothing is different. Change the role, the reach or the title."))
        same = Post.objects.filter(user=self.user_id, unit=self.unit_id, role=role, valid_to__gt=on)
        if same.exclude(pk=self.pk).exists():
            raise Refused(_("This person already holds this post."))
        with transaction.atomic():
            if on <= self.valid_from:
                for name, value in new.items():
                    setattr(self, name, value)
                self.save(update_fields=[*new])
                record(self, "post_changed", by=by, changes=changes, reason=reason)
                return self
            until, self.valid_to = self.valid_to, on
            self.save(update_fields=["valid_to"])
            post = Post.objects.create(
                user=self.user, unit=self.unit, valid_from=on, valid_to=until, continues=self, **new
            )
            record(post, "post_changed", by=by, changes=changes, reason=reason)
        return post

    def name_deputy(self, user: Any, *, by: "Post", first: date, until: date, reason: str = "") -> "Post":
        """Somebody fills this post while its holder is away, from one day to another (the first not held)."""
        by.require_management_of(self.unit)
        by.require_right_to_give(self.role)
        if user.pk == self.user_id:
            raise Refused(_("The deputy is somebody else."))
        if self.deputy_for_id:
            raise Refused(_("A deputy has no deputy. Name another deputy for the post itself."))
        if first < today():
            raise Refused(_("Nobody can have stood in before today: the first day is today or later."))
        if not self.valid_from <= first < until <= self.valid_to:
            raise Refused(_("The days must lie within the post's own, and the end after the beginning."))
        holding = Post.objects.filter(user=user, unit=self.unit, role=self.role)
        if holding.filter(valid_from__lt=until, valid_to__gt=first).exists():
            raise Refused(_("This person already holds this post."))
        with transaction.atomic():
            post = Post.objects.create(
                user=user,
                unit=self.unit,
                role=self.role,
                reach=self.reach,
                title=self.title,
                valid_from=first,
                valid_to=until,
                deputy_for=self,
            )
            record(post, "deputy_named", by=by, reason=reason)
        return post

    def end(self, *, by: Any, on: date | None = None, reason: str = "") -> None:
        """The person leaves the post, and whoever stands in for them with it. Nothing they did changes."""
        on = on or today()
        if self.valid_to <= on:
            raise Refused(_("This post has already ended."))
        before = self.valid_to
        if on <= self.valid_from and self.valid_from > today():
            self._withdraw(by=by, reason=reason)
            return
        with transaction.atomic():
            # A post that began today ends tomorrow at the earliest: a span holds at least one day.
            self.valid_to = max(on, date.fromordinal(self.valid_from.toordinal() + 1))
            self.save(update_fields=["valid_to"])
            record(
                self,
                "post_ended",
                by=by,
                changes={"valid_to": [str(before), str(self.valid_to)]},
                reason=reason,
            )
            for deputy in self.deputies.filter(valid_to__gt=self.valid_to):
                deputy.end(by=by, on=self.valid_to, reason=reason)

    def _withdraw(self, *, by: Any, reason: str) -> None:
        """Take back a post that has not begun. A span holds a day; this one lies before all records."""
        before = [str(self.valid_from), str(self.valid_to)]
        with transaction.atomic():
            same = Post.objects.filter(user=self.user_id, unit=self.unit_id, role=self.role)
            taken = same.filter(valid_from__lt=NEVER_HELD).count()
            self.valid_from = date.fromordinal(BEGINNING.toordinal() + taken)
            self.valid_to = date.fromordinal(self.valid_from.toordinal() + 1)
            self.save(update_fields=["valid_from", "valid_to"])
            record(self, "post_withdrawn", by=by, changes={"span": [" – ".join(before), ""]}, reason=reason)
            for deputy in self.deputies.not_ended():
                deputy.end(by=by, on=today(), reason=reason)

    @property
    def was_withdrawn(self) -> bool:
        """Whether it was taken back before it began."""
        return self.valid_from < NEVER_HELD


class ReorganisationQuerySet(models.QuerySet["Reorganisation"]):
    def waiting(self) -> "ReorganisationQuerySet":
        """Confirmed and not yet carried out."""
        return self.filter(confirmed_at__isnull=False, carried_out_at=None, withdrawn_at=None)

    def due(self) -> "ReorganisationQuerySet":
        """Those whose day has come."""
        return self.waiting().filter(on__lte=today()).order_by("on", "pk")

    def visible_to(self, who: Any) -> "ReorganisationQuerySet":
        """What is decided or carried out is a public fact; a draft is the administrators' alone."""
        if who is None or not getattr(who, "pk", None):
            return self.none()
        drafts = Q(confirmed_at=None, carried_out_at=None)
        return self if getattr(who, "role", "") == Role.ADMIN else self.exclude(drafts)


class Reorganisation(models.Model):
    """A decision that merges, divides, moves, renames or ends areas on a day, and the bodies with them; or
    bodies alone; or one that reverses another.

    Entered (a draft, with the table as it was pasted), confirmed, prepared out of force, and carried out on
    its day. `change` is the table as it was understood (`kheo.places.moves.as_json`); empty for those whose
    lists are shipped.
    """

    class Work(models.TextChoices):
        """What is done for it just now, by the worker or by the request that confirmed it."""

        NONE = "", _("nothing")
        PREPARE = "prepare", _("being prepared")
        SWITCH = "switch", _("taking effect")

    class About(models.TextChoices):
        AREAS = "areas", _("areas, and their bodies with them")
        BODIES = "bodies", _("bodies alone")

    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=300)
    on = models.DateField(_("takes effect on"))
    legal_basis = models.CharField(_("legal basis"), max_length=300)
    # What its table tells of: areas (and their bodies with them), or bodies alone.
    about = models.CharField(max_length=6, choices=About.choices, default=About.AREAS)
    table = models.TextField(_("table of moves"), blank=True)
    change = models.JSONField(default=dict, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_because = models.CharField(max_length=300, blank=True)
    carried_out_at = models.DateTimeField(null=True, blank=True)
    carried_out_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # What changed hands, as counted when it was carried out.
    counts = models.JSONField(default=dict, blank=True)
    work = models.CharField(max_length=8, choices=Work.choices, default=Work.NONE, blank=True)
    # How many rows it will make and end together: what is small is done at once.
    size = models.PositiveIntegerField(default=0)
    # How far the preparation is, for each of `PREPARED`: [made, of how many].
    making = models.JSONField(default=dict, blank=True)
    # Hamlets prepared under communes that are: the id of the one that ends, the id of the one that begins.
    hamlets = models.JSONField(default=dict, blank=True)
    prepared_at = models.DateTimeField(null=True, blank=True)
    # When it last moved, and why it stopped.
    moved_at = models.DateTimeField(null=True, blank=True)
    stopped_by = models.TextField(blank=True)
    # The bodies it closed, each with the end it had before, and those it opened: for reversing it.
    before = models.JSONField(default=dict, blank=True)
    # The mistaken decision that this one reverses.
    reverses = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversal"
    )

    objects = ReorganisationQuerySet.as_manager()

    class Meta:
        ordering = ["-on", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def reversed_by_other(self) -> "Reorganisation | None":
        """The correcting decision that reversed it."""
        return getattr(self, "reversal", None)

    @property
    def is_draft(self) -> bool:
        return not (self.confirmed_at or self.carried_out_at or self.withdrawn_at)

    @property
    def is_waiting(self) -> bool:
        """Whether it was confirmed and nothing more has been done with it."""
        return bool(self.confirmed_at) and not self.is_settled

    @property
    def is_settled(self) -> bool:
        """Whether nothing more happens to it: it took effect, or was taken back."""
        return bool(self.carried_out_at or self.withdrawn_at)

    @property
    def state(self) -> tuple[str, str]:
        """Its state in words, and the tone in which they are shown."""
        if self.withdrawn_at:
            return gettext("withdrawn"), "off"
        if self.reversed_by_other:
            return gettext("reversed by a correcting decision"), "off"
        if self.carried_out_at:
            return gettext("carried out"), "ok"
        if self.stopped_by:
            return gettext("stopped"), "warn"
        if self.work:
            return str(self.get_work_display()), "wait"
        if self.confirmed_at:
            return gettext("waits for its day"), "wait"
        return gettext("draft"), "warn"

    PREPARED = {"areas": _("Areas"), "bodies": _("Bodies"), "hamlets": _("Hamlets")}

    @property
    def made(self) -> list[tuple[Any, int, int]]:
        """What is prepared: (what, made, of how many)."""
        return [
            (label, *self.making[name])
            for name, label in self.PREPARED.items()
            if self.making.get(name, [0, 0])[1]
        ]

    @property
    def percent(self) -> int:
        done, total = (sum(each[n] for each in self.made) for n in (1, 2))
        return 100 * done // total if total else 0

    @property
    def is_silent(self) -> bool:
        """Whether nothing has moved for so long that whoever worked on it must be dead."""
        return bool(self.work) and (self.moved_at is None or timezone.now() - self.moved_at > SILENT)


def _above(path: str) -> list[str]:
    """The paths of all bodies above, from the root down."""
    steps = path.split("/")[:-1]
    return ["/".join(steps[:n]) + "/" for n in range(1, len(steps))]


def holders(unit: Unit, roles: Iterable[str], on: date | None = None) -> PostQuerySet:
    """The posts at a unit, on a day, with one of the roles."""
    return (
        Post.objects.on(on or today()).filter(unit=unit, role__in=list(roles)).select_related("user", "unit")
    )
