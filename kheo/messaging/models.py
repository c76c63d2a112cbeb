"""Messages people sent by hand, and the office's own wording of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from kheo.audit.models import record
from kheo.lib.periods import VIETNAM, today
from kheo.lib.refusals import FasterColleague, Refused
from kheo.lib.vietnamese import nfc
from kheo.messaging.kinds import Kind, house_text, kinds, unknown_words, written
from kheo.units.models import Level, Post, Role, Unit
from kheo.units.reach import ScopedQuerySet


class WordingQuerySet(models.QuerySet["Wording"]):
    def standing(self, kind: str, *, group: bool) -> "Wording | None":
        """The office's wording in force; None where Kheo's own stands."""
        last = self.filter(kind=kind, group=group).order_by("-version").first()
        return last if last is not None and last.text else None

    def write(self, kind: Kind, text: str, *, group: bool, by: Post) -> "Wording":
        """Set the office's own text from now on; an empty one returns to Kheo's. Earlier ones are kept."""
        require_editor(by)
        text = nfc(text).replace("\r\n", "\n").strip()
        if text == house_text(kind, group=group):
            text = ""
        if strange := unknown_words(text, kind):
            known = ", ".join(f"[{name}]" for name in kind.vietnamese_words)
            raise Refused(
                gettext("[%(word)s] is not known here. You may use: %(known)s.")
                % {"word": strange[0], "known": known}
            )
        if text and not any(word in text for word in ("[liên kết]", "[link]")):
            raise Refused(gettext("Leave [liên kết] in the text: it opens the page that is meant."))
        with transaction.atomic():
            # A version's number is taken once: two editors make two versions, the later one stands.
            last = self.select_for_update().filter(kind=kind.name, group=group).order_by("-version").first()
            before = last.text if last else ""
            if last is not None and before == text:
                return last
            wording = self.create(
                kind=kind.name, group=group, text=text, version=(last.version if last else 0) + 1, by=by
            )
            record(wording, "wording_changed", by=by, changes={"text": [before, text]})
        return wording


def require_editor(by: Post) -> None:
    """Texts are written by those who answer for a provincial body: they go out in its name."""
    by.require(Role.SPECIALIST, Role.HEAD, Role.DEPUTY, Role.ADMIN)
    if by.role != Role.ADMIN and by.unit.level != Level.PROVINCE:
        raise Refused(gettext("The texts are written by the provincial bodies."))


class Wording(models.Model):
    """A version of a text as the office wants it; the newest of a kind stands."""

    kind = models.CharField(max_length=40)
    # For one body, or naming many in a common chat.
    group = models.BooleanField(default=False)
    text = models.TextField(_("text"), max_length=2000, blank=True)
    version = models.PositiveIntegerField()
    by = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = WordingQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "group", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "group", "version"], name="wording_version_once"),
        ]

    def __str__(self) -> str:
        return f"{kinds.label(self.kind)}, {self.version}"


@dataclass(frozen=True)
class History:
    """What was already sent about one thing to one body: how often, when last, and by whom."""

    times: int = 0
    last_at: datetime | None = None
    last_by: str = ""

    @property
    def ago(self) -> str:
        """When it was last, as people say it: today, yesterday, 3 days ago."""
        if self.last_at is None:
            return ""
        days = (today() - timezone.localtime(self.last_at, VIETNAM).date()).days
        if days < 1:
            return gettext("today")
        return gettext("yesterday") if days == 1 else gettext("%(n)s days ago") % {"n": days}


class MessageQuerySet(ScopedQuerySet):
    # Whoever reaches the sender's body sees what was sent from it.
    scope_unit = "sent_by__unit"
    scope_area = "sent_by__unit__area"

    def standing(self) -> "MessageQuerySet":
        return self.filter(withdrawn_at=None)

    def about(self, kind: Kind, thing: models.Model) -> "MessageQuerySet":
        return self.filter(kind=kind.name, about_type=thing._meta.label_lower, about_id=str(thing.pk))

    def sent(
        self,
        kind: Kind,
        thing: models.Model,
        units: Sequence[Unit],
        *,
        by: Post,
        text: str,
        channel: str,
        to: str = "",
        version: int = 0,
        ready: str = "",
    ) -> "Message":
        """Remember that a message was sent by hand. `ready` is the text Kheo had offered."""
        kind.require(by, thing, units)
        text = nfc(text).replace("\r\n", "\n").strip()
        if not text:
            raise Refused(gettext("The message is empty. Write what you sent."))
        with transaction.atomic():
            message = Message(
                kind=kind.name,
                about_type=thing._meta.label_lower,
                about_id=str(thing.pk),
                about_label=str(thing)[:300],
                text=text,
                version=version,
                edited=text != ready.strip(),
                channel=channel,
                to=nfc(to).strip()[:200],
                sent_by=by,
                sample=bool(getattr(thing, "sample", False)) or by.unit.sample,
            )
            message.save(force_insert=True)
            message.units.set(units)
            record(
                message,
                "message_sent",
                by=by,
                changes={
                    "channel": ["", str(message.get_channel_display())],
                    "units": ["", "; ".join(unit.name for unit in units)[:500]],
                },
            )
        return message


class Message(models.Model):
    """That somebody sent a message by hand, about what, to whom, in which words and by which way."""

    class Channel(models.TextChoices):
        ZALO = "zalo", "Zalo"
        PHONE = "phone", _("phone call")
        SMS = "sms", _("text message")
        OTHER = "other", _("another way")

    kind = models.CharField(max_length=40)
    # The record it is about, by label and id: records live in rooms above.
    about_type = models.CharField(max_length=80)
    about_id = models.CharField(max_length=40)
    about_label = models.CharField(max_length=300)
    units: models.ManyToManyField = models.ManyToManyField(Unit, related_name="+", blank=True)
    # A group chat or an office, as the sender calls it.
    to = models.CharField(_("sent to"), max_length=200, blank=True)
    text = models.TextField(_("text"), max_length=10_000)
    # Which version of the office's wording it was made from; 0 is Kheo's own.
    version = models.PositiveIntegerField(default=0)
    edited = models.BooleanField(default=False)
    channel = models.CharField(_("sent by"), max_length=8, choices=Channel.choices, default=Channel.ZALO)
    sent_by = models.ForeignKey(Post, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(Post, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_reason = models.TextField(blank=True)
    sample = models.BooleanField(default=False)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["-sent_at", "-pk"]
        indexes = [
            models.Index(fields=["about_type", "about_id", "kind"], name="message_about"),
            models.Index(fields=["sent_by", "-sent_at"], name="message_sender"),
        ]

    def __str__(self) -> str:
        return f"{kinds.label(self.kind)}: {self.about_label}"[:300]

    @property
    def label(self) -> str:
        return kinds.label(self.kind)

    def withdraw(self, by: Post, reason: str) -> None:
        """It was noted by mistake; by its sender or a colleague of the same body."""
        if by.user_id != self.sent_by.user_id and not by.acts_for(self.sent_by.unit):
            raise Refused(gettext("Only the body that sent it takes the note back."))
        if not reason.strip():
            raise Refused(gettext("Say why the note is taken back."))
        with transaction.atomic():
            changed = Message.objects.filter(pk=self.pk, withdrawn_at=None).update(
                withdrawn_at=timezone.now(), withdrawn_by=by, withdrawn_reason=nfc(reason)
            )
            if changed != 1:
                raise FasterColleague(gettext("Somebody else has already taken this note back."))
            record(self, "withdrawn", by=by, reason=nfc(reason))
        self.refresh_from_db()


@dataclass(frozen=True)
class Offer:
    """A ready message beside a record: its text, whom it goes to, and what was sent before."""

    kind: Kind
    thing: Any
    units: Sequence[Unit]
    text: str
    version: int
    group: bool
    own: bool
    history: History

    @property
    def key(self) -> str:
        unit = f"-{self.units[0].pk}" if self._for_one_of_many else ""
        return f"{self.kind.name}-{self.thing.pk}{unit}"

    @property
    def _for_one_of_many(self) -> bool:
        return bool(self.kind.group_text) and not self.group and len(self.units) == 1

    @property
    def query(self) -> str:
        """What the address needs beside kind and record."""
        return f"?unit={self.units[0].pk}" if self._for_one_of_many else ""

    @property
    def to(self) -> str:
        return "" if self.group else ", ".join(unit.name for unit in self.units)[:200]

    @property
    def is_reminder(self) -> bool:
        return self.kind.purpose == "reminder"

    @property
    def channels(self) -> list[tuple[str, Any]]:
        return Message.Channel.choices


def offer(
    kind: Kind, post: Post, thing: Any, units: Sequence[Unit] | None = None, *, group: bool = False
) -> Offer:
    """The message about one thing to one body or, as a group, to all it concerns.

    Two queries beside the kind's own.
    """
    units = list(kind.units(post, thing) if units is None else units)
    by_unit, whole = _history(kind, thing)
    history = whole if group or not units else by_unit.get(units[0].path_now, History())
    return _Writer(kind, post, thing).offer(units, history, group)


def offers(kind: Kind, post: Post | None, thing: Any, units: Iterable[Unit]) -> dict[int, Offer]:
    """For each body its own message about one thing, by the body's id. Two queries, however many bodies."""
    units = list(units)
    if post is None or not units:
        return {}
    others = [unit for unit in units if not kind.is_own(post, [unit])]
    if not kind.allows(post, thing, others or units):
        return {}
    writer, told = _Writer(kind, post, thing), _history(kind, thing)[0]
    return {unit.pk: writer.offer([unit], told.get(unit.path_now, History())) for unit in units}


def offers_of(kind: Kind, post: Post, things: Iterable[tuple[Any, Sequence[Unit]]]) -> dict[int, Offer]:
    """For each of several records its own message, by the record's id. Two queries beside the kind's own."""
    found = [(thing, units) for thing, units in things if kind.allows(post, thing, units)]
    if not found:
        return {}
    told: dict[str, History] = {}
    rows = Message.objects.standing().filter(
        kind=kind.name, about_type=found[0][0]._meta.label_lower, about_id__in=[str(t.pk) for t, _u in found]
    )
    for about, at, name, username in rows.order_by("sent_at", "pk").values_list(
        "about_id", "sent_at", "sent_by__user__full_name", "sent_by__user__username"
    ):
        told[about] = History(told.get(about, History()).times + 1, at, name or username)
    wordings: dict[tuple[bool, bool], tuple[str, int]] = {}
    ready = {}
    for thing, units in found:
        writer = _Writer(kind, post, thing, wordings)
        ready[thing.pk] = writer.offer(units, told.get(str(thing.pk), History()))
    return ready


def told_of(asked: Iterable[tuple[str, int]]) -> dict[tuple[str, int], History]:
    """What was sent about records by kind and id, whoever it went to. One query, however many."""
    wanted = list(asked)
    if not wanted:
        return {}
    found: dict[tuple[str, int], History] = {}
    rows = Message.objects.standing().filter(
        kind__in={kind for kind, _pk in wanted}, about_id__in={str(pk) for _kind, pk in wanted}
    )
    names = ("kind", "about_id", "sent_at", "sent_by__user__full_name", "sent_by__user__username")
    for kind, about, at, name, username in rows.order_by("sent_at", "pk").values_list(*names):
        key = (kind, int(about))
        found[key] = History(found.get(key, History()).times + 1, at, name or username)
    return {key: found[key] for key in wanted if key in found}


class _Writer:
    """Reads the office's wording once for many messages about one thing."""

    def __init__(self, kind: Kind, post: Post, thing: Any, templates: Any = None) -> None:
        self.kind, self.post, self.thing = kind, post, thing
        self._templates: dict[tuple[bool, bool], tuple[str, int]] = {} if templates is None else templates
        with override("vi"):
            self._about = kind.words(post, thing)

    def offer(self, units: Sequence[Unit], history: History, group: bool = False) -> Offer:
        own = not group and self.kind.is_own(self.post, units)
        template, version = self._template(group, own)
        text = written(template, self.post, self._about, units, group=group)
        return Offer(self.kind, self.thing, units, text, version, group, own, history)

    def _template(self, group: bool, own: bool) -> tuple[str, int]:
        if (group, own) not in self._templates:
            wording = None if own else Wording.objects.standing(self.kind.name, group=group)
            text = wording.text if wording else house_text(self.kind, group=group, own=own)
            self._templates[group, own] = (text, wording.version if wording else 0)
        return self._templates[group, own]


def _history(kind: Kind, thing: Any) -> tuple[dict[str, History], History]:
    """By the path of the body of today, and in all. A message naming many bodies counts for each of them."""
    rows = (
        Message.objects.standing()
        .about(kind, thing)
        .order_by("sent_at", "pk")
        .values_list(
            "pk", "units__path_now", "sent_at", "sent_by__user__full_name", "sent_by__user__username"
        )
    )
    by_unit: dict[str, History] = {}
    whole = History()
    seen: set[int] = set()
    for pk, path, at, name, username in rows:
        who = name or username
        if pk not in seen:
            whole = History(whole.times + 1, at, who)
            seen.add(pk)
        if path:
            by_unit[path] = History(by_unit.get(path, History()).times + 1, at, who)
    return by_unit, whole
