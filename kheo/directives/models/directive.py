"""Directives, what they refer to and what they order."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kheo.audit.models import record
from kheo.directives.reasons import told
from kheo.files.models import Attachment
from kheo.lib import document_numbers
from kheo.lib.periods import today
from kheo.lib.refusals import FasterColleague, Refused, was_faster
from kheo.lib.vietnamese import fold, nfc
from kheo.places.paths import within
from kheo.search import index
from kheo.units.models import Function, Level, Post, Role, Unit
from kheo.units.reach import ScopedQuerySet, scope

# Whoever works with papers may hand one in; that it was read rightly is for a specialist or a head to say.
ENTER = (Role.REPORTER, Role.SPECIALIST, Role.REGISTRAR, Role.CLERK, Role.HEAD, Role.DEPUTY)
CONFIRM = (Role.SPECIALIST, Role.HEAD, Role.DEPUTY)

# Below this confidence of the reader a person is asked to look. The reader's own SURE, said again here (a
# test holds them equal) because loading its rules takes longer than starting Kheo.
SURE = 0.6


class DirectiveQuerySet(ScopedQuerySet):
    # Who entered it sees it; the bodies asked see it through their duties (see `visible_to`).
    scope_unit = "entered_for"
    scope_area = "entered_for__area"

    def visible_to(self, who: Any) -> "DirectiveQuerySet":
        """Those entered for units within reach, and those that gave such a unit or its forerunner a duty."""
        from .duty import Duty  # duties hang under directives

        entered = scope(Directive._base_manager.all(), who, unit=self.scope_unit, area=self.scope_area)
        asked = scope(Duty._base_manager.all(), who, unit="unit", area="unit__area")
        through = Directive._base_manager.filter(pk__in=asked.order_by().values("assignment__directive"))
        return self.filter(pk__in=entered.order_by().values("pk").union(through.order_by().values("pk")))

    def confirmed(self) -> "DirectiveQuerySet":
        return self.filter(state=Directive.State.CONFIRMED)

    def waiting(self) -> "DirectiveQuerySet":
        return self.filter(state=Directive.State.READ)

    def matching(self, text: str) -> "DirectiveQuerySet":
        """Those whose number is this one, or whose type, number, issuer and title hold every word of it."""
        words = Q()
        for word in fold(text).split():
            words &= Q(folded__contains=word)
        key = document_numbers.key(text)
        return self.filter(words | Q(number_key__contains=key)) if key else self.filter(words)

    def public(self) -> "DirectiveQuerySet":
        """What an outsider may be told of: confirmed and not "lưu hành nội bộ"."""
        return self.confirmed().filter(internal=False)

    def entered_by_unit(self, unit: Unit) -> "DirectiveQuerySet":
        """Entered for this body or for one it has inherited."""
        return self.filter(entered_for__path_now=unit.path_now)

    def called(
        self, number: str, *, issued_on: date | None = None, issuer_text: str = ""
    ) -> "Directive | None":
        """The one document with this number, date and issuer. None for none or several: never a guess."""
        key = document_numbers.key(number)[:60] if number else ""
        if not key:
            return None
        found = list(self.confirmed().filter(number_key=key).order_by("pk")[:20])
        if issued_on:
            found = [each for each in found if each.issued_on in (None, issued_on)]
        if len(found) > 1 and issuer_text:
            wanted = fold(issuer_text)
            found = [each for each in found if _same_issuer(fold(each.issuer_text), wanted)]
        return found[0] if len(found) == 1 else None


def _same_issuer(one: str, other: str) -> bool:
    return bool(one and other) and (one in other or other in one)


@dataclass
class Edit:
    """What a person changed on the confirm page. Plain values; nothing in it has been written yet.

    `fields`: new values by field name. `tasks`: dicts with `pk` (None for a new one), the assignment's
    fields, `withdrawn` and `bodies` (dicts with `pk`, written, function, level, part, withdrawn). `links`:
    the directive that each reference (by id) means, or None.
    """

    fields: dict[str, Any] = field(default_factory=dict)
    tasks: list[dict[str, Any]] = field(default_factory=list)
    links: dict[int, "Directive | None"] = field(default_factory=dict)


class Directive(models.Model):
    """A document that orders or guides: directive, plan, guidance, letter, conclusion notice."""

    class State(models.TextChoices):
        READ = "read", gettext_lazy("read, waiting for confirmation")
        CONFIRMED = "confirmed", gettext_lazy("confirmed")
        WITHDRAWN = "withdrawn", gettext_lazy("withdrawn")

    # As printed; never a key: the same number recurs every term and at every level.
    number = models.CharField(gettext_lazy("number"), max_length=60, blank=True)
    number_key = models.CharField(max_length=60, db_index=True, blank=True, editable=False)
    doc_type = models.CharField(gettext_lazy("type"), max_length=60, blank=True)
    issuer_text = models.CharField(gettext_lazy("issuer as written"), max_length=300, blank=True)
    issuer = models.ForeignKey(
        Unit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="issued_directives",
        verbose_name=gettext_lazy("issuer"),
    )
    issued_on = models.DateField(gettext_lazy("issued on"), null=True, blank=True)
    effective_on = models.DateField(gettext_lazy("in effect from"), null=True, blank=True)
    title = models.TextField(gettext_lazy("title"), blank=True)
    summary = models.TextField(gettext_lazy("summary"), blank=True)
    text = models.TextField(gettext_lazy("text"), blank=True)
    # What the reader found, with spans, confidence and reasons; what the person confirmed is in the rows.
    reading = models.JSONField(default=dict, blank=True)
    # Why the file could not be read (a scan, a password); then a person types beside it.
    unread = models.TextField(blank=True)
    file = models.ForeignKey(Attachment, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices, default=State.READ)
    # An implementing document (plan, guidance) hangs under the one it implements.
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="implementing",
        verbose_name=gettext_lazy("implements"),
    )
    # What continued or replaced it.
    continued_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="continues"
    )
    replaced_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="replaces"
    )
    # "Lưu hành nội bộ": never public.
    internal = models.BooleanField(
        gettext_lazy("for internal circulation only (lưu hành nội bộ)"), default=False
    )
    entered_for = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="entered_directives")
    entered_by = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField(auto_now_add=True)
    source = models.TextField(gettext_lazy("source"), blank=True)
    sample = models.BooleanField(default=False)
    # Type, number, issuer and title without accents: what the list is searched by.
    folded = models.TextField(blank=True, editable=False)

    objects = DirectiveQuerySet.as_manager()

    class Meta:
        ordering = ["-issued_on", "-pk"]

    def __str__(self) -> str:
        return f"{self.doc_type} {self.number}".strip() or self.title[:80] or _("document not read yet")

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.number, self.title, self.issuer_text = nfc(self.number), nfc(self.title), nfc(self.issuer_text)
        self.number_key = document_numbers.key(self.number)[:60] if self.number else ""
        self.folded = fold(f"{self.doc_type} {self.number} {self.issuer_text} {self.title}")
        super().save(*args, **kwargs)

    @property
    def full_name(self) -> str:
        """As one cites it: "Chỉ thị 05-CT/TU về nâng cao hiệu quả …"."""
        name = f"{self.doc_type} {self.number}".strip()
        return f"{name} {self.title}".strip() or str(self)

    @property
    def is_standing(self) -> bool:
        """Confirmed and neither withdrawn nor replaced."""
        return self.state == self.State.CONFIRMED and self.replaced_by_id is None

    @property
    def day(self) -> date:
        """The day whose structure its addressees are looked up in."""
        return self.effective_on or self.issued_on or today()

    def may_be_seen_by(self, user: Any) -> bool:
        return Directive.objects.visible_to(user).filter(pk=self.pk).exists()

    def may_be_confirmed_by(self, post: Post | None) -> bool:
        return bool(post and post.role in CONFIRM and post.acts_for(self.entered_for))

    # Verbs

    def confirm(self, by: Post, edit: Edit | None = None) -> None:
        """A person has compared the reading with the text: from here on the directive orders."""
        by.require(*CONFIRM, unit=self.entered_for)
        with transaction.atomic():
            self._step(self.State.READ, self.State.CONFIRMED, by=by)
            if edit:
                self._apply(edit)
            missing = [
                str(label)
                for name, label in (
                    ("title", _("title")),
                    ("issued_on", _("issued on")),
                    ("issuer_text", _("issuer")),
                )
                if not getattr(self, name)
            ]
            if missing:
                raise Refused(_("Before you confirm, fill in: %(fields)s.") % {"fields": ", ".join(missing)})
            if self.issuer is None:
                self.issuer = issuer_of(self)
                self.save(update_fields=["issuer"])
            self._link_references(by)
            self._tell_parent()
            index.update(self)
            record(self, "confirmed", by=by)

    def amend(self, by: Post, edit: Edit, reason: str = "") -> None:
        """Change what was read. After the confirmation a reason is asked for; duties already given stay."""
        by.require(*(ENTER if self.state == self.State.READ else CONFIRM), unit=self.entered_for)
        if self.state == self.State.WITHDRAWN:
            raise Refused(_("This document was withdrawn. It can no longer be changed."))
        if self.state == self.State.CONFIRMED and not reason.strip():
            raise Refused(_("The document is already confirmed. Say why you change it."))
        with transaction.atomic():
            # Claims the row, so that nobody confirms what is being changed.
            self._claim(self.state, {"state": self.state})
            changes = self._apply(edit)
            if self.state == self.State.CONFIRMED:
                self._tell_parent()
            index.update(self)
            record(self, "changed", by=by, changes=changes, reason=nfc(reason))

    def withdraw(self, by: Post, reason: str) -> None:
        """Entered by mistake, or taken back by its issuer. Its duties no longer count; nothing is deleted."""
        by.require(*CONFIRM, unit=self.entered_for)
        if not reason.strip():
            raise Refused(_("Say why the document is withdrawn."))
        if self.state == self.State.WITHDRAWN:
            raise Refused(_("This document was already withdrawn."))
        with transaction.atomic():
            self._step(self.state, self.State.WITHDRAWN, by=by, reason=reason)
            index.update(self)
            record(self, "withdrawn", by=by, reason=nfc(reason))

    def hang_under(self, parent: "Directive | None", by: Post) -> None:
        """This document implements `parent` (or, with None, no longer does)."""
        by.require(*CONFIRM, unit=self.entered_for)
        if parent is not None:
            self._refuse_circle(parent, "parent")
        with transaction.atomic():
            before = self.parent
            self._claim(self.state, {"parent": parent})
            self.parent = parent
            record(self, "hung_under", by=by, changes={"parent": [str(before or ""), str(parent or "")]})

    def continue_with(self, other: "Directive", by: Post, reason: str = "") -> None:
        """`other` carries this document on; both stay in force."""
        self._succeed("continued_by", other, by, "continued", reason)

    def replace_with(self, other: "Directive", by: Post, reason: str = "") -> None:
        """`other` takes this document's place; this one is no longer in force."""
        self._succeed("replaced_by", other, by, "replaced", reason)

    # How the verbs do it

    def _succeed(self, link: str, other: "Directive", by: Post, verb: str, reason: str) -> None:
        by.require(*CONFIRM, unit=self.entered_for)
        if self.state != self.State.CONFIRMED or other.state != self.State.CONFIRMED:
            raise Refused(_("Both documents must be confirmed first."))
        if self.issued_on and other.issued_on and other.issued_on < self.issued_on:
            raise Refused(_("The later document cannot be older than the one it follows. Check the dates."))
        self._refuse_circle(other, link)
        with transaction.atomic():
            changed = Directive.objects.filter(
                pk=self.pk, state=self.state, **{f"{link}__isnull": True}
            ).update(**{link: other})
            if changed != 1:
                raise FasterColleague(
                    _("It has already been said what follows this document. Reload the page.")
                )
            setattr(self, link, other)
            record(self, verb, by=by, changes={link: ["", str(other)]}, reason=nfc(reason))

    def _refuse_circle(self, other: "Directive", link: str) -> None:
        step: Directive | None = other
        for _hop in range(50):
            if step is None:
                return
            if step.pk == self.pk:
                raise Refused(_("A document cannot follow itself, not even by way of others."))
            step = getattr(step, link)

    def _claim(self, expected: str, values: dict[str, Any]) -> None:
        if Directive.objects.filter(pk=self.pk, state=expected).update(**values) != 1:
            raise FasterColleague(self._who_was_faster())

    def _step(self, expected: str, state: str, *, by: Post, reason: str = "") -> None:
        self._claim(expected, {"state": state})
        self.state = state
        self.steps.create(state=state, by=by, reason=nfc(reason))

    def _who_was_faster(self) -> str:
        step = Step.objects.filter(directive=self.pk).select_related("by__user").order_by("-pk").first()
        if step is None:
            return _("Somebody else has changed this document in the meantime. Reload the page.")
        who = step.by.user if step.by else _("A colleague")
        return was_faster(who, step.get_state_display(), step.at)

    def _apply(self, edit: Edit) -> dict[str, list]:
        changes = {}
        for name, value in edit.fields.items():
            before = getattr(self, name)
            if before != value:
                changes[name] = [_plain(before), _plain(value)]
                setattr(self, name, value)
        if self.parent is not None and "parent" in edit.fields:
            self._refuse_circle(self.parent, "parent")
        self.save()
        own = {task.pk: task for task in self.assignments.prefetch_related("addressees")}
        for order, given in enumerate(edit.tasks):
            task = own.get(given.get("pk") or 0)
            if task is None and (given.get("withdrawn") or not given.get("text", "").strip()):
                continue
            task = task or Assignment(directive=self)
            was = _told(task)
            for name in ("text", "due_on", "due_text", "cadence", "product", "details", "withdrawn"):
                if name in given:
                    setattr(task, name, given[name])
            task.order = order
            task.save()
            task.address(given.get("bodies", []))
            if _told(task) != was:
                changes[f"task {order + 1}"] = [was, _told(task)]
        for reference in self.references.filter(pk__in=list(edit.links)):
            reference.target = edit.links[reference.pk]
            reference.save(update_fields=["target"])
        return changes

    def _link_references(self, by: Post) -> None:
        """Point references at documents Kheo holds, here and in documents that were waiting for this one."""
        held = Directive.objects.visible_to(by).exclude(pk=self.pk)
        for reference in self.references.filter(target=None).exclude(number=""):
            if target := held.called(
                reference.number, issued_on=reference.issued_on, issuer_text=reference.issuer_text
            ):
                reference.target = target
                reference.save(update_fields=["target"])
        if not self.number_key:
            return
        waiting = Reference.objects.filter(target=None, number_key=self.number_key).exclude(directive=self)
        if self.issued_on:
            waiting = waiting.filter(Q(issued_on=self.issued_on) | Q(issued_on=None))
        for reference in waiting.filter(directive__in=held):
            if held.called(reference.number, issued_on=reference.issued_on) is None and (
                not reference.issuer_text or _same_issuer(fold(reference.issuer_text), fold(self.issuer_text))
            ):
                reference.target = self
                reference.save(update_fields=["target"])

    def _tell_parent(self) -> None:
        """What this document gives the tasks of its parent: deadlines for the bodies in its own area."""
        from ..rhythm import Rhythm
        from .duty import Duty

        for task in self.assignments.filter(withdrawn=False, details__isnull=False, due_on__isnull=False):
            Duty.objects.filter(
                within("unit__area__path_now", self.entered_for.area.path_now),
                assignment=task.details_id,
                due_on__isnull=True,
            ).update(due_on=task.due_on, rhythm=Rhythm.ONCE)


def issuer_of(directive: Directive) -> Unit | None:
    """The body meant by the issuer as written, on the day of the document; None rather than a guess."""
    found = issuer_candidates(directive)
    return found[0][0] if found and (len(found) == 1 or found[0][1] > found[1][1]) else None


def issuer_candidates(directive: Directive, most: int = 12) -> list[tuple[Unit, int]]:
    """Bodies the written issuer may mean, each with how well its name fits, best first.

    Looked for among the bodies of the day in the area of the entering unit and in the areas above it, by the
    function the reader found and by name.
    """
    wanted = fold(directive.issuer_text)
    if not wanted:
        return []
    area = directive.entered_for.area
    above = [area.path[: end + 1] for end, letter in enumerate(area.path) if letter == "/"]
    above_now = [area.path_now[: end + 1] for end, letter in enumerate(area.path_now) if letter == "/"]
    # The rules compile hundreds of patterns: only who needs them loads them.
    from kheo.directives.reading.bodies import classify

    function, _level = classify(directive.issuer_text)
    units = Unit.objects.on(directive.day).filter(Q(area__path__in=above) | Q(area__path_now__in=above_now))
    by_function = set(
        units.filter(competences__function=function).values_list("pk", flat=True) if function else []
    )
    found = []
    for unit in units.select_related("area").order_by("pk")[:2000]:
        names = {fold(name) for name in (unit.name, unit.short_name) if name}
        score = 0
        if wanted in names:
            score = 100
        elif any(name.startswith(wanted) or wanted.startswith(name) for name in names if len(name) > 5):
            score = 60 + min(
                30,
                max(len(name) for name in names if name.startswith(wanted) or wanted.startswith(name)) // 4,
            )
        elif unit.pk in by_function:
            score = 40
        if score:
            found.append((unit, score))
    return sorted(found, key=lambda pair: (-pair[1], len(pair[0].path), pair[0].sort_key))[:most]


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | bool | type(None)) else str(value)


def _told(task: "Assignment") -> str:
    """A task in one line, for the journal."""
    if task.pk is None:
        return ""
    bodies = "; ".join(
        f"{body.written} ({body.get_part_display()})" for body in task.addressees.all() if not body.withdrawn
    )
    parts = [task.text, bodies, str(task.due_on or task.due_text), task.cadence, task.product]
    return " | ".join(part for part in parts if part and part != "None") + (" [–]" if task.withdrawn else "")


class Step(models.Model):
    """That a directive reached a state: by whom, when and why."""

    directive = models.ForeignKey(Directive, on_delete=models.PROTECT, related_name="steps")
    state = models.CharField(max_length=10, choices=Directive.State.choices)
    by = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.directive}: {self.get_state_display()}"


class Reference(models.Model):
    """A document that a directive names."""

    directive = models.ForeignKey(Directive, on_delete=models.PROTECT, related_name="references")
    number = models.CharField(max_length=60, blank=True)
    number_key = models.CharField(max_length=60, db_index=True, blank=True, editable=False)
    doc_type = models.CharField(max_length=60, blank=True)
    issuer_text = models.CharField(max_length=300, blank=True)
    issued_on = models.DateField(null=True, blank=True)
    title = models.TextField(blank=True)
    written = models.TextField(blank=True)
    # The document itself, where Kheo holds it.
    target = models.ForeignKey(
        Directive, on_delete=models.PROTECT, null=True, blank=True, related_name="cited_by"
    )
    start = models.IntegerField(null=True)
    end = models.IntegerField(null=True)
    confidence = models.FloatField(default=1.0)
    reason = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.written or self.number

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.number_key = document_numbers.key(self.number)[:60] if self.number else ""
        super().save(*args, **kwargs)


class Assignment(models.Model):
    """A task that a directive gives: to whom (as written, and the function meant), what, by when."""

    directive = models.ForeignKey(Directive, on_delete=models.PROTECT, related_name="assignments")
    order = models.PositiveSmallIntegerField(default=0)
    text = models.TextField(gettext_lazy("task"))
    # Where no deadline is set: "thường xuyên", answered each period and never late.
    due_on = models.DateField(gettext_lazy("due on"), null=True, blank=True)
    due_text = models.CharField(gettext_lazy("deadline as written"), max_length=200, blank=True)
    cadence = models.CharField(gettext_lazy("how often"), max_length=60, blank=True)
    product = models.CharField(gettext_lazy("product"), max_length=300, blank=True)
    # The task of the parent document which this one gives a product and a deadline.
    details = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="detailed_by"
    )
    start = models.IntegerField(null=True)
    end = models.IntegerField(null=True)
    confidence = models.FloatField(default=1.0)
    reason = models.CharField(max_length=300, blank=True)
    withdrawn = models.BooleanField(default=False)

    class Meta:
        ordering = ["order", "pk"]

    def __str__(self) -> str:
        return self.text[:100]

    @property
    def is_standing(self) -> bool:
        """Without a deadline a task is "thường xuyên"."""
        return self.due_on is None

    @property
    def bodies(self) -> list["Addressee"]:
        """The bodies it names, from prefetched rows where there are any."""
        return [body for body in self.addressees.all() if not body.withdrawn]

    @property
    def why(self) -> str:
        """What the reader says of how it was read, in the person's language."""
        return told(self.reason)

    @property
    def unsure(self) -> bool:
        """Whether the reader wants a person to look at it."""
        return self.confidence < SURE or any(
            body.confidence < SURE or not body.function_id for body in self.bodies
        )

    def address(self, bodies: Iterable[dict[str, Any]]) -> None:
        """Write the bodies: known ones (by `pk`) changed, new ones added, `withdrawn` ones set aside."""
        own = {body.pk: body for body in self.addressees.all()}
        for given in bodies:
            body = own.get(given.get("pk") or 0)
            if body is None and (given.get("withdrawn") or not given.get("written", "").strip()):
                continue
            body = body or Addressee(assignment=self)
            for name in ("written", "function", "level", "part", "withdrawn"):
                if name in given:
                    setattr(body, name, given[name])
            body.save()
        if hasattr(self, "_prefetched_objects_cache"):
            self._prefetched_objects_cache.pop("addressees", None)


class Addressee(models.Model):
    """A body that an assignment names: as written, the function and level meant, its part in the task."""

    class Part(models.TextChoices):
        LEAD = "lead", gettext_lazy("leads")
        COOPERATE = "cooperate", gettext_lazy("cooperates")
        FOLLOW_UP = "follow_up", gettext_lazy("follows up")

    assignment = models.ForeignKey(Assignment, on_delete=models.PROTECT, related_name="addressees")
    written = models.CharField(gettext_lazy("body as written"), max_length=300)
    function = models.ForeignKey(Function, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Empty: every level ("các cấp").
    level = models.CharField(max_length=12, choices=Level.choices, blank=True)
    part = models.CharField(max_length=10, choices=Part.choices, default=Part.LEAD)
    start = models.IntegerField(null=True)
    end = models.IntegerField(null=True)
    confidence = models.FloatField(default=1.0)
    reason = models.CharField(max_length=300, blank=True)
    withdrawn = models.BooleanField(default=False)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.written

    @property
    def why(self) -> str:
        """What the reader says of how it was read, in the person's language."""
        return told(self.reason)
