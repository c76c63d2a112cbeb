"""Reading what a phone sent: JSON becomes envelopes, or a refusal in a sentence.

Nothing here asks the database. What cannot be read as one list of envelopes is refused whole (`Malformed`);
one that cannot be read itself keeps its place in the list as an `Unreadable`.
"""

import hashlib
import json
import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, TypeGuard

from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _

from kheo.lib.vietnamese import nfc

# What one request may carry.
MOST_BYTES = 2 * 1024 * 1024
MOST_ENVELOPES = 50
MOST_FIELDS = 2_000
# The longest text of one field: more than any field of ours takes.
MOST_LETTERS = 200_000
MOST_VALUES = 500
MOST_PHOTOS = 10
MOST_PHOTO_BYTES = 20 * 1024 * 1024
MOST_WAITING = 100_000

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_NOT_KEPT = re.compile(r"[\x00-\x1f\x7f/\\:]+")


class Malformed(Exception):
    """A request that is no list of envelopes. `code` is for programs, `str(error)` for the person."""

    def __init__(self, code: str, sentence: str, status: int = 400) -> None:
        self.code, self.status = code, status
        super().__init__(sentence)


@dataclass(frozen=True)
class Photo:
    """A photo that an envelope names and that travels apart; `size` in bytes."""

    sha256: str
    size: int
    name: str = ""
    taken_on: date | None = None


@dataclass(frozen=True)
class Unreadable:
    """What stood in an envelope's place; `id` where at least that could be read."""

    id: str | None
    sentence: str


@dataclass(frozen=True)
class Envelope:
    """One envelope as its phone wrote it. `as_post` is the id of a post, `pack_day` the server's own day."""

    id: uuid.UUID
    kind: str
    as_post: int | None
    pack_day: date
    form: str
    written_at: str
    replaces: str
    data: dict[str, list[str]]
    photos: tuple[Photo, ...] = ()
    send: bool = True
    # Who is sending: another person's words under the same id are never the same delivery.
    sender: int = 0

    @cached_property
    def content(self) -> str:
        """The hash of what was written and of its photos, in hexadecimal digits."""
        said = {
            "as": self.as_post,
            "data": self.data,
            "form": self.form,
            "kind": self.kind,
            "pack_day": self.pack_day.isoformat(),
            "photos": sorted(photo.sha256 for photo in self.photos),
            "send": self.send,
            "sender": self.sender,
        }
        text = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def typed(self, **changed: Any) -> MultiValueDict:
        """What was typed, as a form takes it; `changed` stands in the place of some fields."""
        return MultiValueDict(self.data | {name: [str(value)] for name, value in changed.items()})

    def said(self, name: str) -> str:
        """The last text of a field, "" where there is none."""
        values = self.data.get(name) or [""]
        return values[-1]

    def kept(self) -> dict[str, Any]:
        """What a delivery keeps of it."""
        return {"as": self.as_post, "data": self.data, "send": self.send}


def again(delivery: Any, changed: dict[str, Any]) -> Envelope:
    """The envelope of a delivery once more, with some fields put right by a person."""
    kept = delivery.content
    data = {**kept.get("data", {}), **{name: _texts(said) for name, said in changed.items()}}
    return Envelope(
        id=delivery.envelope,
        kind=delivery.kind,
        as_post=kept.get("as"),
        pack_day=delivery.pack_day,
        form=delivery.form_version,
        written_at=delivery.written_at,
        replaces="",
        data=data,
        send=kept.get("send", True),
        sender=delivery.user_id,
    )


def _texts(said: str | list[str]) -> list[str]:
    return [nfc(text) for text in ([said] if isinstance(said, str) else said)]


def read_body(body: bytes) -> tuple[list[Any], int | None]:
    """The envelopes, not yet read, and how many more wait on the phone (None if it does not say)."""
    sent = read_json(body)
    if not isinstance(sent, dict) or not isinstance(sent.get("envelopes"), list):
        raise Malformed("malformed", _("This is no list of envelopes. Update the app and send again."))
    envelopes, waiting = sent["envelopes"], sent.get("waiting")
    if len(envelopes) > MOST_ENVELOPES:
        raise Malformed(
            "too_many",
            _("At most %(number)d envelopes at once. Send them in several requests.")
            % {"number": MOST_ENVELOPES},
            413,
        )
    if not _whole(waiting) or not 0 <= waiting <= MOST_WAITING:
        waiting = None
    return envelopes, waiting


def read_json(body: bytes) -> Any:
    """What a phone wrote as JSON, within bounds. Raises Malformed."""
    if len(body) > MOST_BYTES:
        raise Malformed("too_large", _("This is more than 2 MB. Send it in several requests."), 413)
    try:
        return json.loads(body.decode("utf-8"), parse_constant=_no_constant, parse_int=_short_int)
    except (ValueError, RecursionError):
        # Broken text, NaN, numbers of ten thousand digits, brackets in brackets without end.
        raise Malformed("malformed", _("This could not be read. Update the app and send again.")) from None


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _short_int(digits: str) -> int:
    if len(digits) > 20:
        raise ValueError("number too long")
    return int(digits)


def read(sent: Any, *, sender: int, today: date) -> Envelope | Unreadable:
    """One envelope, or why it cannot be read."""
    known: str | None = None
    try:
        if not isinstance(sent, dict):
            raise _Wrong(_("This is no envelope."))
        key = _uuid(sent.get("id"))
        known = str(key)
        return _read(sent, key, sender, today)
    except _Wrong as wrong:
        return Unreadable(known, str(wrong))


class _Wrong(Exception):
    """Why an envelope cannot be read, for the person."""


def _read(sent: dict[str, Any], key: uuid.UUID, sender: int, today: date) -> Envelope:
    as_post = sent.get("as")
    if as_post is not None and not (_whole(as_post) and 0 < as_post < 2**63):
        raise _Wrong(_("It does not say rightly as whom it was written."))
    day = _day(sent.get("pack_day"), _("It does not say with the field pack of which day it was written."))
    send = sent.get("send", True)
    if not isinstance(send, bool):
        raise _Wrong(_("It does not say whether to send it or to keep it as a draft."))
    replaces = sent.get("replaces")
    if replaces is not None and not (isinstance(replaces, str) and _SHA256.fullmatch(replaces)):
        raise _Wrong(_("What it replaces is not named rightly."))
    return Envelope(
        id=key,
        kind=_word(sent.get("kind"), 20, _("It does not say of what kind it is.")),
        as_post=as_post,
        # The day of a pack is the server's own; one in the future can only be a fault.
        pack_day=min(day or today, today),
        form=_word(sent.get("form") or "none", 64, _("The version of its form is not named rightly.")),
        written_at=_remark(sent.get("written_at")),
        replaces=replaces or "",
        data=_data(sent.get("data")),
        photos=_photos(sent.get("photos"), today),
        send=send,
        sender=sender,
    )


def _whole(value: Any) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _uuid(value: Any) -> uuid.UUID:
    if not isinstance(value, str) or len(value) != 36:
        raise _Wrong(_("It has no id of its own."))
    try:
        return uuid.UUID(value)
    except ValueError:
        raise _Wrong(_("It has no id of its own.")) from None


def _day(value: Any, sentence: str) -> date | None:
    if value is None:
        return None
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise _Wrong(sentence)
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise _Wrong(sentence) from None


def _word(value: Any, longest: int, sentence: str) -> str:
    if not isinstance(value, str) or len(value) > longest or not re.fullmatch(r"[A-Za-z0-9_-]+", value):
        raise _Wrong(sentence)
    return value


def _remark(value: Any) -> str:
    """The phone's clock, as it said it; what is no text is nothing."""
    return _NOT_KEPT_IN_REMARK.sub("", value)[:40] if isinstance(value, str) else ""


_NOT_KEPT_IN_REMARK = re.compile(r"[^0-9A-Za-z:.+ -]+")


def _data(value: Any) -> dict[str, list[str]]:
    if not isinstance(value, dict):
        raise _Wrong(_("It holds nothing that was typed."))
    if len(value) > MOST_FIELDS:
        raise _Wrong(_("It has more fields than any form."))
    found: dict[str, list[str]] = {}
    for name, said in value.items():
        if not _NAME.fullmatch(name):
            raise _Wrong(_("It has a field whose name no form has."))
        texts = said if isinstance(said, list) else [said]
        if len(texts) > MOST_VALUES:
            raise _Wrong(_("A field has more answers than any form asks for."))
        found[name] = [_text(text) for text in texts if text is not None]
    return found


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise _Wrong(_("A field holds something that was not typed as text."))
    if len(value) > MOST_LETTERS:
        raise _Wrong(_("A text is longer than any field takes. Shorten it."))
    if "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value):
        raise _Wrong(_("A text holds a character that cannot be kept. Type it again."))
    return nfc(value)


def _photos(value: Any, today: date) -> tuple[Photo, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MOST_PHOTOS:
        raise _Wrong(_("At most %(number)d photos belong to one envelope.") % {"number": MOST_PHOTOS})
    return tuple({photo.sha256: photo for photo in _each_photo(value, today)}.values())


def _each_photo(value: Iterable[Any], today: date) -> Iterable[Photo]:
    for each in value:
        if not isinstance(each, dict):
            raise _Wrong(_("A photo is not named rightly."))
        sha256, size, name = each.get("sha256"), each.get("size"), each.get("name") or ""
        if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
            raise _Wrong(_("A photo is not named rightly."))
        if not _whole(size) or not 0 < size <= MOST_PHOTO_BYTES:
            raise _Wrong(_("A photo has at most 20 MB."))
        if not isinstance(name, str):
            raise _Wrong(_("A photo is not named rightly."))
        taken = _day(each.get("taken_on"), _("The day of a photo is not written rightly."))
        # A phone whose clock is wrong knows no day.
        yield Photo(sha256, size, plain_name(name), taken if taken and taken <= today else None)


def plain_name(name: str) -> str:
    """A file's name without any folder before it and without what a disk or a page could stumble over."""
    last = _NOT_KEPT.split(name[:1000])[-1]
    clean = "".join(letter for letter in last if letter.isprintable())
    return nfc(clean)[-120:].strip(" .")
