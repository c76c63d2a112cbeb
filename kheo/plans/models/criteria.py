"""Criteria: written anew each year by each committee, by points or pass/fail, in nested groups."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from kheo.audit.models import record
from kheo.lib import formats
from kheo.lib.refusals import FasterColleague, Refused
from kheo.lib.vietnamese import nfc
from kheo.plans.told import fingerprint, gone_and_new
from kheo.units.models import Post

from .plans import Plan

# How deep groups nest: group, criterion, part, part of a part.
DEEPEST = 3
MOST_POINTS = 100_000


def points_words(hundredths: int | None) -> str:
    """1275 → "12,75"; 800 → "8"; nothing where the source gives none."""
    language = "en" if (get_language() or "vi").startswith("en") else "vi"
    return "" if hundredths is None else formats.short_decimal(hundredths / 100, 2, language)


class CriteriaSetQuerySet(models.QuerySet["CriteriaSet"]):
    def visible_to(self, who: Any) -> "CriteriaSetQuerySet":
        """Those of plans one may see; reference sets are for everyone who is signed in."""
        if who is None or not getattr(who, "pk", None):
            return self.none()
        return self.filter(Q(reference=True) | Q(plan__in=Plan.objects.visible_to(who).values("pk")))

    def to_copy_from(self, plan: Plan, who: Any) -> "CriteriaSetQuerySet":
        """Reference sets, and those of approved plans one may see (never of the plan itself)."""
        settled = [Plan.State.APPROVED, Plan.State.REPLACED]
        return self.visible_to(who).filter(Q(reference=True) | Q(plan__state__in=settled)).exclude(plan=plan)

    def begin(self, plan: Plan, *, by: Post, **head: Any) -> "CriteriaSet":
        """An empty set in a plan that is being drafted."""
        with transaction.atomic():
            plan.claim_draft(by)
            made = self.create(
                plan=plan, issuer=plan.committee.name, year=plan.year, sample=plan.sample, **_clean(head)
            )
            record(plan, "criteria_added", by=by, changes={"criteria": ["", made.name]})
        return made


class CriteriaSet(models.Model):
    """A written set of criteria: pass/fail or points, for one kind of subject, versioned."""

    class Mode(models.TextChoices):
        CHECKLIST = "checklist", gettext_lazy("pass or fail")
        POINTS = "points", gettext_lazy("by points")
        GROUNDS = "grounds", gettext_lazy("grounds for revocation")

    class Subject(models.TextChoices):
        ANY = "any", gettext_lazy("any")
        COLLECTIVE = "collective", gettext_lazy("collective")
        HOUSEHOLD = "household", gettext_lazy("household")
        PERSON = "person", gettext_lazy("person")
        AGENCY = "agency", gettext_lazy("agency")

    plan = models.ForeignKey(
        Plan, on_delete=models.PROTECT, null=True, blank=True, related_name="criteria_sets"
    )
    # Who wrote it, in words: reference sets come from other provinces.
    issuer = models.CharField(gettext_lazy("issued by"), max_length=300)
    year = models.PositiveSmallIntegerField(gettext_lazy("year"), null=True, blank=True)
    name = models.CharField(gettext_lazy("name"), max_length=300)
    mode = models.CharField(gettext_lazy("mode"), max_length=10, choices=Mode.choices, default=Mode.CHECKLIST)
    subject = models.CharField(
        gettext_lazy("applies to"), max_length=12, choices=Subject.choices, default=Subject.ANY
    )
    applies_to = models.CharField(gettext_lazy("what it is used for"), max_length=400, blank=True)
    rule = models.TextField(gettext_lazy("when it is met"), blank=True)
    # [{"name": "Tốt", "from": 8000}]: hundredths of a point, highest first; None where the source is silent.
    bands = models.JSONField(default=list, blank=True)
    version = models.PositiveSmallIntegerField(default=1)
    copied_from = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="copies"
    )
    completeness = models.CharField(max_length=200, blank=True)
    source_url = models.URLField(max_length=500, blank=True)
    # A published set of elsewhere, kept to read and copy from; never in force here.
    reference = models.BooleanField(default=False)
    sample = models.BooleanField(default=False)

    objects = CriteriaSetQuerySet.as_manager()

    HEAD = ("name", "mode", "subject", "applies_to", "rule", "bands")

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def by_points(self) -> bool:
        return self.mode == self.Mode.POINTS

    @property
    def bands_told(self) -> list[dict[str, str]]:
        """Each band with its lower limit in words, highest first."""
        return [{"name": band["name"], "from": points_words(band.get("from"))} for band in self.bands]

    def tree(self) -> list["Node"]:
        """The criteria as they nest, numbered. One query."""
        return grown(self.criteria.all())

    def sums(self, tree: list["Node"] | None = None) -> list[str]:
        """What does not add up, in sentences: a group and its parts, the whole and its bands."""
        if not self.by_points:
            return []
        tree = self.tree() if tree is None else tree
        said = []
        for node in walked(tree):
            given, parts = node.criterion.max_points, node.of_parts
            if given is not None and parts is not None and parts != given:
                said.append(
                    _("“%(group)s” gives %(given)s points, but its parts sum to %(parts)s.")
                    % {
                        "group": f"{node.number} {node.criterion.text[:80]}",
                        "given": points_words(given),
                        "parts": points_words(parts),
                    }
                )
        total = total_of(tree)
        for band in self.bands:
            if band.get("from") is not None and total is not None and band["from"] > total:
                said.append(
                    _("The band “%(band)s” begins at %(from)s points, but only %(total)s can be reached.")
                    % {
                        "band": band["name"],
                        "from": points_words(band["from"]),
                        "total": points_words(total),
                    }
                )
        unknown = [
            node for node in walked(tree) if not node.parts and node.criterion.max_points is None
            and not node.criterion.disqualifies
        ]  # fmt: skip
        if unknown:
            said.append(
                _("%(n)d criteria carry no points, so the total is not complete.") % {"n": len(unknown)}
            )
        return said

    # Verbs: only while the plan is a draft.

    def rewrite(
        self, by: Post, head: dict[str, Any], rows: Iterable[dict[str, Any]], seen: str | None = None
    ) -> None:
        """Write the set anew: its head, and its criteria in order, each with its `depth` (0 = outermost).

        A row is `{"pk", "depth", "text", "max_points", "disqualifies", "note"}`. `seen` is the fingerprint
        of what the person was shown; if somebody saved in between, nothing is written.
        """
        plan = self._draft()
        with transaction.atomic():
            plan.claim_draft(by)
            before = self.lines()
            if seen is not None and seen != fingerprint(before):
                raise FasterColleague(
                    _("Somebody else has saved this meanwhile. Compare with the page, then save again.")
                )
            for name, value in _clean(head).items():
                setattr(self, name, value)
            self.save()
            self._plant(list(rows))
            changes = gone_and_new(before, self.lines())
            if changes:
                record(plan, "criteria_changed", by=by, changes={"criteria": changes})

    def take_out(self, by: Post) -> None:
        """Remove it from a draft."""
        plan = self._draft()
        with transaction.atomic():
            plan.claim_draft(by)
            record(plan, "criteria_removed", by=by, changes={"criteria": gone_and_new(self.lines(), [])})
            self._fell(self.criteria.all())
            self.delete()

    def copy_to(self, plan: Plan, by: Post, *, version: int = 1) -> "CriteriaSet":
        """The same set in a plan that is being drafted, to be changed there."""
        with transaction.atomic():
            plan.claim_draft(by)
            made = self.copied(plan, version=version)
            record(
                plan,
                "criteria_added",
                by=by,
                changes={"criteria": ["", f"{made.name} ← {self.issuer}"[:400]]},
            )
        return made

    # How the verbs do it

    def copied(self, plan: Plan, *, version: int = 1) -> "CriteriaSet":
        made = CriteriaSet.objects.create(
            plan=plan, issuer=plan.committee.name, year=plan.year, copied_from=self, version=version,
            sample=plan.sample, **{name: getattr(self, name) for name in self.HEAD},
        )  # fmt: skip
        new: dict[int, Criterion] = {}
        for node in walked(self.tree()):
            old = node.criterion
            new[old.pk] = Criterion.objects.create(
                set=made,
                parent=new.get(old.parent_id or 0),
                text=old.text,
                max_points=old.max_points,
                disqualifies=old.disqualifies,
                note=old.note,
                order=old.order,
            )
        return made

    def lines(self) -> list[str]:
        """The set in lines of words, for the journal and for comparing versions."""
        head = [
            f"{self.name} | {self.get_mode_display()} | {self.get_subject_display()} | {self.applies_to}",
            self.rule,
            "; ".join(f"{band['name']}: {band['from'] or '?'}" for band in self.bands_told),
        ]
        return [line for line in head if line.strip()] + [
            node.line for node in walked(grown(self.criteria.order_by("order", "pk")))
        ]

    def _draft(self) -> Plan:
        if self.plan is None:
            raise Refused(_("A reference set is not changed. Copy it into a plan and change it there."))
        return self.plan

    def _plant(self, rows: list[dict[str, Any]]) -> None:
        own = {each.pk: each for each in self.criteria.all()}
        above: list[Criterion] = []
        kept = set()
        for order, row in enumerate(rows):
            depth = min(row.get("depth") or 0, len(above), DEEPEST)
            del above[depth:]
            criterion = own.get(row.get("pk") or 0) or Criterion(set=self)
            criterion.parent = above[-1] if above else None
            criterion.text, criterion.note = nfc(row["text"]), nfc(row.get("note") or "")
            criterion.max_points = row.get("max_points")
            criterion.disqualifies, criterion.order = bool(row.get("disqualifies")), order
            criterion.save()
            above.append(criterion)
            kept.add(criterion.pk)
        self._fell(self.criteria.exclude(pk__in=kept))

    def _fell(self, gone: Any) -> None:
        gone.update(parent=None)
        Criterion.objects.filter(pk__in=list(gone.values_list("pk", flat=True))).delete()


class Criterion(models.Model):
    """One criterion, or a group of them (criteria nest)."""

    set = models.ForeignKey(CriteriaSet, on_delete=models.PROTECT, related_name="criteria")
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="parts")
    text = models.TextField(gettext_lazy("criterion"))
    # Hundredths of a point; NULL where the source gives none.
    max_points = models.IntegerField(gettext_lazy("most points"), null=True, blank=True)
    disqualifies = models.BooleanField(gettext_lazy("disqualifies when not met"), default=False)
    note = models.TextField(gettext_lazy("note"), blank=True)
    order = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.text[:80]

    @property
    def points(self) -> str:
        return points_words(self.max_points)


@dataclass
class Node:
    """A criterion at its place in the tree: `number` as printed ("2.1"), `depth` from 0."""

    criterion: Criterion
    number: str = ""
    depth: int = 0
    parts: list["Node"] = field(default_factory=list)

    @property
    def of_parts(self) -> int | None:
        """What its parts sum to; None where it has none or some carry no points."""
        counted = [part.worth for part in self.parts if not part.criterion.disqualifies]
        return sum(counted) if counted and None not in counted else None  # type: ignore[arg-type]

    @property
    def worth(self) -> int | None:
        """Its own points; where it is a group that names none, those of its parts."""
        return self.of_parts if self.criterion.max_points is None else self.criterion.max_points

    @property
    def line(self) -> str:
        words = [f"{self.number} {self.criterion.text}"]
        if self.criterion.max_points is not None:
            words.append(_("%s points") % self.criterion.points)
        if self.criterion.disqualifies:
            words.append(_("disqualifies when not met"))
        if self.criterion.note:
            words.append(self.criterion.note)
        return " | ".join(words)


def grown(criteria: Iterable[Criterion]) -> list[Node]:
    """The tree of these criteria, siblings in their order."""
    nodes = {each.pk: Node(each) for each in criteria}
    roots: list[Node] = []
    for node in nodes.values():
        above = nodes.get(node.criterion.parent_id or 0)
        (above.parts if above else roots).append(node)
    _number(roots, "", 0)
    return roots


def _number(nodes: list[Node], before: str, depth: int) -> None:
    for place, node in enumerate(nodes, 1):
        node.number, node.depth = f"{before}{place}.", depth
        _number(node.parts, node.number, depth + 1)


def walked(tree: Iterable[Node]) -> Iterator[Node]:
    """Each node before its parts."""
    for node in tree:
        yield node
        yield from walked(node.parts)


def total_of(tree: list[Node]) -> int | None:
    """What can be reached in all; None where nothing carries points or some of it is unknown."""
    counted = [node.worth for node in tree if not node.criterion.disqualifies]
    return sum(counted) if counted and None not in counted else None  # type: ignore[arg-type]


def _clean(head: dict[str, Any]) -> dict[str, Any]:
    return {key: nfc(value) if isinstance(value, str) else value for key, value in head.items()}
