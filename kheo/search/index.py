"""What can be found, and keeping the index in step with it.

Each room that has something to be found registers it in `apps.py` and calls `update` inside the
transaction of the verb that changed it:

    index.register(Searchable(
        kind="initiative", label=_("Initiative"), model="initiatives.Initiative", url_name="initiative",
        words=lambda initiative: Words(title=initiative.name, place=…, unit_id=initiative.unit_id),
        reached=lambda who: Reached(bodies=Unit.objects.visible_to(who)),
    ))
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.db.models import Q
from django.utils.functional import Promise

from kheo.lib.periods import BEGINNING
from kheo.lib.vietnamese import nfc

from .engines import engine
from .models import Document
from .seen import Reached
from .words import number_word

# Of a longer text only the beginning is indexed.
LONGEST = 200_000
AT_ONCE = 1_000


@dataclass(frozen=True)
class Words:
    """How one thing is found. `numbers` are numbers of documents as written; `day` is its own date."""

    title: str
    text: str = ""
    place: str = ""
    numbers: Iterable[str] = ()
    area_id: int | None = None
    unit_id: int | None = None
    public: bool = False
    day: date = BEGINNING


@dataclass(frozen=True)
class Searchable:
    """A kind of things that can be found.

    `words(thing)` answers None for what must not be found (a draft, something erased). What a
    user or post may see say `reached(who)` or, of kinds with few things, `scope(who)`, a condition on
    `Document`: by ids, not paths, because those never change. `url_name` takes the thing's id. `things` is
    what a rebuild reads, oldest first.
    """

    kind: str
    label: str | Promise
    model: str
    words: Callable[[Any], Words | None]
    url_name: str
    reached: Callable[[Any], Reached] | None = None
    scope: Callable[[Any], Q] | None = None
    things: Callable[[], "models.QuerySet[Any]"] | None = None

    def all(self) -> "models.QuerySet[Any]":
        return self.things() if self.things else apps.get_model(self.model)._default_manager.order_by("pk")


_kinds: dict[str, Searchable] = {}


def register(searchable: Searchable) -> None:
    _kinds[searchable.kind] = searchable


def kinds() -> dict[str, Searchable]:
    """What is registered, by kind."""
    return dict(_kinds)


def kind_of(thing: models.Model) -> Searchable:
    label = thing._meta.label_lower
    for searchable in _kinds.values():
        if searchable.model.lower() == label:
            return searchable
    raise LookupError(f"{label} is not registered for search (search.index.register).")


def update(*things: models.Model) -> None:
    """Let these things be found as they are now: in one statement for those of a kind."""
    found: dict[tuple[str, str], Document] = {}
    for thing in things:
        document = _document(kind_of(thing), thing)
        if document is None:
            remove(thing)
        else:
            found[document.kind, document.object_id] = document
    if found:
        engine().write(list(found.values()))


def remove(thing: models.Model) -> None:
    """Let it be found no longer."""
    Document.objects.filter(kind=kind_of(thing).kind, object_id=str(thing.pk)).delete()


def remove_all(things: Sequence[models.Model]) -> None:
    """`remove` for many of one kind."""
    if things:
        ids = [str(thing.pk) for thing in things]
        Document.objects.filter(kind=kind_of(things[0]).kind, object_id__in=ids).delete()


def rebuild(kind: str | None = None, progress: Callable[[str, int], None] | None = None) -> int:
    """Index everything anew, in short transactions; what exists is found meanwhile. Answers how many.

    `progress` is called with the kind and how many of it are done.
    """
    total = 0
    for searchable in [_kinds[kind]] if kind else _kinds.values():
        done = 0
        present: set[str] = set()
        for batch in _batches(searchable.all().iterator(chunk_size=AT_ONCE)):
            documents = [document for thing in batch if (document := _document(searchable, thing))]
            present.update(document.object_id for document in documents)
            with transaction.atomic():
                engine().write(documents)
            done += len(documents)
            if progress:
                progress(searchable.kind, done)
        gone = [
            pk
            for pk, object_id in Document.objects.filter(kind=searchable.kind).values_list("pk", "object_id")
            if object_id not in present
        ]
        for batch in _batches(iter(gone)):
            Document.objects.filter(pk__in=batch).delete()
        total += done
    engine().tidy()
    return total


def _batches(things: Iterator[Any]) -> Iterator[list[Any]]:
    while batch := list(islice(things, AT_ONCE)):
        yield batch


def _document(searchable: Searchable, thing: models.Model) -> Document | None:
    found = searchable.words(thing)
    if found is None:
        return None
    numbers = [nfc(number) for number in found.numbers if number]
    title = nfc(found.title).replace("\0", "")[:500]
    text = nfc("\n".join(part for part in (found.text, found.place, *numbers) if part)).replace("\0", "")[
        :LONGEST
    ]
    document = Document(
        kind=searchable.kind,
        object_id=str(thing.pk),
        title=title,
        place=nfc(found.place)[:300],
        text=text,
        numbers=" ".join(number_word(number) for number in numbers),
        area_id=found.area_id,
        unit_id=found.unit_id,
        public=found.public,
        day=found.day,
    )
    engine().prepare(document)
    return document
