"""When a phone sends its outbox: each envelope becomes a record, or waits for a person, and gets its receipt.

Reading and checking happen outside any transaction; then one short transaction an envelope looks again at
scope and state, files the record by its verbs and writes the delivery. Two phones, or ten retries, that send
the same id meet at the database's own constraints: whoever comes second reads what the first one wrote.
"""

import logging
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from django.db import IntegrityError, InterfaceError, OperationalError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from kheo.lib.periods import today
from kheo.lib.refusals import Refused
from kheo.lib.rows import Worded, WordedAmong, insert
from kheo.offline import carrying, envelopes, kinds, photos, told
from kheo.offline.envelopes import Envelope, Unreadable
from kheo.offline.kinds import Filed, Kind, Waits
from kheo.offline.models import Delivery, Phone
from kheo.units.models import Post
from kheo.units.reach import posts_of

log = logging.getLogger(__name__)

# How often an envelope is taken up again after somebody else wrote under the same id at the same moment.
TRIES = 3
State = Delivery.State
# What passes by itself: the phone, or this loop, comes again.
TRANSIENT = (IntegrityError, OperationalError, InterfaceError)
# How many deliveries of one phone may wait for a person at once.
MOST_WAITING = 1_000


_known_among = WordedAmong(
    lambda ids: Delivery.objects.filter(envelope__in=ids).order_by().values_list("envelope"), uuid.UUID
)
_one_too_many = Worded(
    lambda phone: (
        Delivery.objects.filter(phone=phone).waiting().order_by().values_list("pk")[MOST_WAITING:][:1]
    ),
    uuid.UUID,
)


_good = Worded(
    lambda phone, post, day: (
        Phone.objects.filter(
            pk=phone,
            revoked_at=None,
            user__is_active=True,
            user__posts=post,
            user__posts__valid_from__lte=day,
            user__posts__valid_to__gt=day,
        )
        .order_by()
        .values_list("pk")
    ),
    uuid.UUID,
    int,
    date,
)


class Again(Exception):
    """Somebody else changed what this envelope meets: look again."""


@dataclass
class Outcome:
    """What is to become of an envelope: filed (then `form` is valid), or kept waiting."""

    state: str
    why: str
    told: dict[str, Any] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)
    notes: kinds.Notes = field(default_factory=list)
    post: Post | None = None
    kind: Kind | None = None
    form: Any = None


class Batch:
    """One request of one phone: who sends, as whom they may act, what is known of these envelopes."""

    def __init__(self, phone: Phone, user: Any = None) -> None:
        self.phone, self.user = phone, user or phone.user
        self.day = today()
        self.before: dict[uuid.UUID, list[Delivery]] = {}
        self.sent: list[Envelope | Unreadable] = []
        self.binds: dict[tuple[str, int], kinds.Bind] = {}

    @cached_property
    def posts(self) -> list[Post]:
        return posts_of(self.user)

    @cached_property
    def closed(self) -> str:
        return self.phone.why_closed

    @cached_property
    def why_not_working(self) -> str:
        """Why the person may do nothing today, whatever became of the phone; "" while they may."""
        return self.phone.why_person_closed

    @property
    def user_works(self) -> bool:
        return not self.why_not_working

    @cached_property
    def last_post(self) -> Post | None:
        """The post held last, current or not."""
        held = Post.objects.filter(user=self.user).select_related("unit__area")
        return self.posts[0] if self.posts else held.order_by("-valid_to", "-pk").first()

    def read(self, sent: Iterable[Any]) -> list[Envelope | Unreadable]:
        self.sent = [envelopes.read(each, sender=self.user.pk, today=self.day) for each in sent]
        return self.sent

    def bind(self, kind: Kind, envelope: Envelope, post: Post) -> tuple[Any, kinds.Notes]:
        """Its form; what all of its kind need is read with the first."""
        if kind.bind_several is None:
            return kind.bind(envelope, post)
        if (kind.name, post.pk) not in self.binds:
            alike = [each for each in self.sent if isinstance(each, Envelope) and each.kind == kind.name]
            self.binds[kind.name, post.pk] = kind.bind_several(alike, post)
        return self.binds[kind.name, post.pk](envelope, post)

    def still_good(self, post: Post) -> bool:
        """The phone not revoked, the account open, the post held, as it is inside the transaction."""
        return bool(_good(self.phone.pk, post.pk, self.day))

    def look_up(self, ids: Collection[uuid.UUID]) -> None:
        """What was delivered under these ids before: a question, and two more where there is something."""
        self.before |= {each: [] for each in ids}
        if not (known := {each for (each,) in _known_among(list(set(ids)))}):
            return
        found = Delivery.objects.filter(envelope__in=known).select_related("user", "unit", "post")
        for delivery in found.prefetch_related("photos").order_by("pk"):
            self.before[delivery.envelope].append(delivery)

    def refuse_a_flood(self) -> None:
        """A phone, or whoever has its key, fills no disk with what nobody can take."""
        if not any(not known for known in self.before.values()):
            return
        if _one_too_many(self.phone.pk):
            raise envelopes.Malformed(
                "too_many_waiting",
                _("Too much of this phone waits for the office. Ask your unit to look at it first."),
                429,
            )

    def named_post(self, envelope: Envelope) -> Post | None:
        """The post an envelope names, current or ended, if it is this person's."""
        if envelope.as_post is None:
            return self.last_post
        for post in self.posts:
            if post.pk == envelope.as_post:
                return post
        held = Post.objects.filter(user=self.user, pk=envelope.as_post)
        return held.select_related("unit__area").first()

    def acting(self, envelope: Envelope) -> tuple[Post, kinds.Notes]:
        """The post of today it is taken as. Raises Waits where that post has ended."""
        named = self.named_post(envelope)
        if named is not None and named.is_current:
            return named, []
        if named is not None and (found := carrying.post_today(named, self.posts)):
            return found
        if place := carrying.undecided_place(named):
            raise Waits("undecided", place=place)
        raise Waits("post_ended", post=named.label if named else "—")


def take(phone: Phone, sent: list[Any]) -> list[dict[str, Any]]:
    """The receipts of what a phone sent, in the order sent. `sent`: JSON as read, not yet checked."""
    batch = Batch(phone)
    if batch.last_post is None:
        raise Refused(_("You have never held a post, so nothing can be handed in."))
    read = batch.read(sent)
    batch.look_up([each.id for each in read if isinstance(each, Envelope)])
    batch.refuse_a_flood()
    receipts: list[dict[str, Any]] = []
    for each in read:
        if isinstance(each, Unreadable):
            receipts.append({"id": each.id, "state": "unreadable", "sentence": each.sentence})
        else:
            receipts.append(receipt(take_one(each, batch)))
    return receipts


def take_one(envelope: Envelope, batch: Batch) -> Delivery:
    """What became of one envelope: an earlier delivery if it is the same, else a new one."""
    for attempt in range(TRIES):
        before = batch.before[envelope.id]
        same = next((each for each in before if each.content_hash == envelope.content), None)
        if same is not None:
            return same
        replaced = _replaced(envelope, before)
        if before and replaced is None:
            outcome = Outcome(State.CONFLICT, "conflict", post=batch.named_post(envelope))
        elif attempt == TRIES - 1:
            outcome = Outcome(State.NEEDS_ATTENTION, "elsewhere", post=batch.named_post(envelope))
        else:
            outcome = judge(envelope, batch)
        try:
            delivery = _settle(envelope, batch, outcome, replaced)
        except (IntegrityError, Again):
            # The same id was written meanwhile, by another phone or by this one's own retry.
            batch.look_up([envelope.id])
            continue
        before.append(delivery)
        return delivery
    raise OperationalError("An envelope met others under its id again and again.")


def _replaced(envelope: Envelope, before: list[Delivery]) -> Delivery | None:
    """The delivery it says it takes the place of, where it may."""
    standing = next((each for each in before if each.state in Delivery.STANDING), None)
    if standing is None:
        return next((each for each in before if each.content_hash == envelope.replaces), None)
    waits = standing.state == State.NEEDS_ATTENTION and standing.user_id == envelope.sender
    return standing if waits and standing.content_hash == envelope.replaces else None


def judge(envelope: Envelope, batch: Batch, closed: str | None = None) -> Outcome:
    """Read it as the web page would read it, without changing anything.

    `closed`: why its sender may do nothing now; the phone's own reason if not given.
    """
    closed = batch.closed if closed is None else closed
    if closed:
        return _handed_in(envelope, batch, closed)
    post: Post | None = None
    notes: kinds.Notes = []
    try:
        post, notes = batch.acting(envelope)
        form, more = _bound(envelope, post, batch)
        notes = [*more, *notes]
        if not form.is_valid():
            errors = {name: [str(each) for each in found] for name, found in form.errors.items()}
            why = "form" if _is_todays_form(envelope, post) else "form_older"
            return Outcome(State.NEEDS_ATTENTION, why, errors=errors, notes=notes, post=post)
    except TRANSIENT:
        raise
    except Waits as waits:
        post = post or batch.named_post(envelope)
        return Outcome(State.NEEDS_ATTENTION, waits.why, waits.told, notes=notes, post=post)
    except Refused as refusal:
        told = {"sentence": str(refusal)}
        return Outcome(State.NEEDS_ATTENTION, "refused", told, notes=notes, post=post)
    return Outcome(
        State.ACCEPTED, "accepted", notes=notes, post=post, kind=kinds.KINDS[envelope.kind], form=form
    )


def _bound(envelope: Envelope, post: Post, batch: Batch | None = None) -> tuple[Any, kinds.Notes]:
    """Its form, bound to what was typed, with what is to be noted. Raises Waits or Refused."""
    kind = kinds.KINDS.get(envelope.kind)
    if kind is None:
        raise Waits("unknown_kind")
    form, notes = batch.bind(kind, envelope, post) if batch else kind.bind(envelope, post)
    known = set(form.fields) | kind.beside | getattr(form, "left_out", set())
    if unasked := [name for name, texts in envelope.data.items() if name not in known and any(texts)]:
        raise Waits("fields", names=", ".join(sorted(unasked)[:10]))
    return form, notes


def _is_todays_form(envelope: Envelope, post: Post) -> bool:
    """Whether it was written with the form as this post would get it today."""
    version = kinds.KINDS[envelope.kind].version
    return version is None or version(post) == envelope.form


def _handed_in(envelope: Envelope, batch: Batch, closed: str) -> Outcome:
    """What a phone hands in that may do nothing else."""
    named = batch.named_post(envelope)
    if closed == "revoked":
        return Outcome(State.QUARANTINED, "revoked", post=named)
    if place := carrying.undecided_place(named):
        return Outcome(State.NEEDS_ATTENTION, "undecided", {"place": place}, post=named)
    return Outcome(State.NEEDS_ATTENTION, closed, post=named)


def _settle(envelope: Envelope, batch: Batch, outcome: Outcome, replaced: Delivery | None) -> Delivery:
    """One transaction: the record by its verbs, and the delivery. What refuses it waits for a person."""
    if outcome.kind is not None and outcome.post is not None:
        try:
            with transaction.atomic():
                _make_room(replaced)
                _check_again(batch, outcome)
                filed = outcome.kind.file(outcome.form, envelope, outcome.post)
                return _keep(envelope, batch, outcome, replaced, filed)
        except Refused as refusal:
            outcome.state, outcome.why = State.NEEDS_ATTENTION, "refused"
            outcome.told = {"sentence": str(refusal)}
        except Waits as waits:
            outcome.state, outcome.why, outcome.told = State.NEEDS_ATTENTION, waits.why, waits.told
        except (Again, *TRANSIENT):
            raise
        except Exception:
            _told_of_fault(envelope)
            outcome.state, outcome.why, outcome.told = State.NEEDS_ATTENTION, "fault", {}
    with transaction.atomic():
        if outcome.state != State.CONFLICT:
            _make_room(replaced)
        return _keep(envelope, batch, outcome, replaced, None)


def _told_of_fault(envelope: Envelope) -> None:
    log.exception("An envelope of kind %s met a fault and waits for a person.", envelope.kind)


def _make_room(replaced: Delivery | None) -> None:
    """The delivery whose place is taken stands no more."""
    if replaced is None or replaced.state not in Delivery.STANDING:
        return
    waiting = Delivery.objects.filter(pk=replaced.pk, state=State.NEEDS_ATTENTION)
    if waiting.update(state=State.SUPERSEDED, why="superseded", told={}) != 1:
        raise Again
    replaced.state, replaced.why, replaced.told = State.SUPERSEDED, "superseded", {}


def _check_again(batch: Batch, outcome: Outcome) -> None:
    """The phone not revoked, the account open, the post held: as it is inside the transaction."""
    assert outcome.post is not None
    if not batch.still_good(outcome.post):
        batch.phone.refresh_from_db()
        for name in ("posts", "closed", "last_post"):
            vars(batch).pop(name, None)
        batch.user, batch.binds = batch.phone.user, {}
        vars(batch.user).pop("current_posts", None)
        raise Again


def _keep(
    envelope: Envelope, batch: Batch, outcome: Outcome, replaced: Delivery | None, filed: Filed | None
) -> Delivery:
    post = outcome.post or batch.last_post
    assert post is not None
    delivery = Delivery(
        envelope=envelope.id,
        content_hash=envelope.content,
        kind=envelope.kind,
        state=outcome.state,
        phone=batch.phone,
        user=batch.user,
        post=outcome.post,
        unit=post.unit,
        received_at=timezone.now(),
        pack_day=envelope.pack_day,
        form_version=envelope.form,
        written_at=envelope.written_at,
        content=envelope.kept(),
        why=outcome.why,
        told=outcome.told,
        errors=outcome.errors,
        notes=outcome.notes,
        replaces=replaced.content_hash if replaced else "",
    )
    if filed is not None:
        delivery.why, delivery.told = filed.why, filed.told
        delivery.record_type, delivery.record_id = filed.record._meta.label_lower, filed.record.pk
    insert([delivery])
    if filed is not None:
        delivery.record = filed.record
    expected = photos.expected(delivery, envelope.photos)
    if filed is not None and any(row.arrived_at for row in expected):
        photos.follow_up(delivery)
    delivery._prefetched_objects_cache = {"photos": expected}  # type: ignore[attr-defined]
    return delivery


# What a person at the office decides about what waits


def _filing(delivery: Delivery, envelope: Envelope, by: Post) -> tuple[Post, kinds.Notes]:
    """As whom it is filed: as its sender where they may still write there, else as whoever decides."""
    batch = Batch(delivery.phone, delivery.user)
    try:
        post, notes = batch.acting(envelope) if batch.user_works else (by, [])
    except Waits:
        return by, []
    if delivery.why == "assigned" and not post.acts_for(delivery.unit):
        return by, []
    return post, notes


def opened(delivery: Delivery, *, by: Post, changed: dict[str, Any]) -> Any:
    """Its form with what was sent and what a person put right. Raises Waits or Refused if there is none."""
    envelope = envelopes.again(delivery, changed)
    post, _notes = _filing(delivery, envelope, by)
    return _bound(envelope, post)[0]


def readable(envelope: Envelope, post: Post) -> tuple[Any, kinds.Notes]:
    """Its valid form, with what is to be noted. Raises Refused with what stands in the way."""
    try:
        form, notes = _bound(envelope, post)
    except Waits as waits:
        raise Refused(told.about(waits.why, waits.told)) from None
    if not form.is_valid():
        raise Refused(
            _("It cannot be taken yet. %(errors)s") % {"errors": " ".join(_in_words(form))}
        )  # fmt: skip
    return form, notes


def take_up(delivery: Delivery, *, by: Post, changed: dict[str, Any]) -> Any:
    """The record of a delivery that waited, taken up by a person. Raises Refused and changes nothing.

    Its sender's post of today files it; where there is none, `by` does. `changed` are fields put right.
    """
    envelope = envelopes.again(delivery, changed)
    post, notes = _filing(delivery, envelope, by)
    form, more = readable(envelope, post)
    try:
        with transaction.atomic():
            others = Delivery.objects.of_envelope(delivery.envelope).exclude(pk=delivery.pk)
            if others.filter(state=State.ACCEPTED).exists():
                raise Refused(
                    _("Another version was received and stands. Take this one over as its correction.")
                )
            waiting = others.filter(state__in=[State.NEEDS_ATTENTION, State.QUARANTINED])
            waiting.update(state=State.SUPERSEDED, why="superseded", told={})
            filed = kinds.KINDS[envelope.kind].file(form, envelope, post)
            _accept(
                delivery, filed, "delivery_settled", by=by, notes=[*more, *notes], post=post, unit=post.unit
            )
    except IntegrityError:
        raise Refused(told.about("elsewhere", {})) from None
    except Waits as waits:
        raise Refused(told.about(waits.why, waits.told)) from None
    return filed.record


def _accept(delivery: Delivery, filed: Filed, verb: str, *, by: Post, **facts: Any) -> None:
    """A delivery that waited became a record. Part of the caller's transaction."""
    delivery._decide(
        verb,
        by=by,
        state=State.ACCEPTED,
        why=filed.why,
        told=filed.told,
        errors={},
        record_type=filed.record._meta.label_lower,
        record_id=filed.record.pk,
        **facts,
    )
    photos.follow_up(delivery)


def release(delivery: Delivery, *, by: Post) -> None:
    """What lay in quarantine goes the way of everything its sender sends."""
    envelope = envelopes.again(delivery, {})
    batch = Batch(delivery.phone, delivery.user)
    outcome = judge(envelope, batch, closed=batch.why_not_working)
    if outcome.kind is not None and outcome.post is not None:
        try:
            with transaction.atomic():
                filed = outcome.kind.file(outcome.form, envelope, outcome.post)
                _accept(delivery, filed, "delivery_released", by=by, notes=outcome.notes, post=outcome.post)
            return
        except Refused as refusal:
            if delivery.state != State.QUARANTINED:
                raise
            outcome = Outcome(State.NEEDS_ATTENTION, "refused", {"sentence": str(refusal)}, post=outcome.post)
        except Waits as waits:
            outcome = Outcome(State.NEEDS_ATTENTION, waits.why, waits.told, post=outcome.post)
    delivery._decide(
        "delivery_released",
        by=by,
        state=State.NEEDS_ATTENTION,
        why=outcome.why,
        told=outcome.told,
        errors=outcome.errors,
        notes=outcome.notes,
    )


def _in_words(form: Any) -> list[str]:
    """What a form finds wrong, each with the name of its field."""
    said = []
    for name, found in form.errors.items():
        label = str(form.fields[name].label) + ": " if name in form.fields and form.fields[name].label else ""
        said += [f"{label}{each}" for each in found]
    return said


def receipt(delivery: Delivery) -> dict[str, Any]:
    """What the phone is told, in the reader's language."""
    record = delivery.record
    return {
        "id": str(delivery.envelope),
        "content": delivery.content_hash,
        "state": delivery.state,
        "number": delivery.number,
        "sentence": delivery.sentence,
        "notes": delivery.note_sentences,
        "errors": delivery.errors,
        "record": None
        if record is None
        else {
            "type": delivery.record_type,
            "id": delivery.record_id,
            "series": str(getattr(record, "series", delivery.envelope)),
            "state": getattr(record, "state", ""),
            "url": record.get_absolute_url(),
        },
        "photos_missing": delivery.photos_missing(),
    }
