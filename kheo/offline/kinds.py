"""What kinds of envelopes there are: each names the form it passes and the story that files it.

    register(Kind("report", _("Report"), "fieldwork.fieldreport", bind=…, file=…))

`bind(envelope, post)` answers the bound form and the notes for the sender; it asks the database but changes
nothing. Fields it leaves out on purpose, and has said so in a note, it names in `form.left_out`. It raises
`Waits` where a person must decide first. `file(form, envelope, post)` runs inside the one
transaction of the envelope: it looks again at scope and state, changes things by the verbs, and answers what
the envelope became. It raises Refused with a sentence.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db import models, transaction

from kheo.lib.refusals import Refused
from kheo.offline.envelopes import Envelope
from kheo.units.models import Post

Notes = list[list[Any]]


class Waits(Exception):
    """Why an envelope waits for a person: a name of `told.WHY` and what its sentence tells."""

    def __init__(self, why: str, **told: Any) -> None:
        self.why, self.told = why, told
        super().__init__(why)


@dataclass(frozen=True)
class Filed:
    """The record an envelope became, and how it went: a name of `told.WHY`, notes as in `told.NOTES`."""

    record: models.Model
    why: str = "accepted"
    told: dict[str, Any] = field(default_factory=dict)


Bind = Callable[[Envelope, Post], tuple[forms.BaseForm, Notes]]


@dataclass(frozen=True)
class Kind:
    name: str
    # What people call it; may be a lazy translation.
    label: Any
    # "fieldwork.fieldreport": what an accepted one becomes.
    record_type: str
    bind: Bind
    file: Callable[[Any, Envelope, Post], Filed]
    # The version of its form that this post gets today, to tell an older one by.
    version: Callable[[Post], str] | None = None
    # Names in `data` that are no fields of the form.
    beside: frozenset[str] = frozenset()
    takes_photos: bool = False
    # For several of one post: reads once what all need, and answers how each of them is bound.
    bind_several: Callable[[Sequence[Envelope], Post], Bind] | None = None


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Add a kind once; the same name again replaces it."""
    KINDS[kind.name] = kind


def sent(record: Any, envelope: Envelope, post: Post) -> Filed:
    """What was filed, sent upward if the phone asked for that; refused, it stays a draft and says why."""
    if not envelope.send:
        return Filed(record, "kept")
    try:
        with transaction.atomic():
            record.send(by=post)
    except Refused as refusal:
        record.refresh_from_db()
        return Filed(record, "not_sent", {"sentence": str(refusal)})
    return Filed(record)


def label_of(name: str) -> str:
    return str(KINDS[name].label) if name in KINDS else name
