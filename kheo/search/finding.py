"""Finding: what somebody typed, among what they may see."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Final

from django.db.models.functions import Left
from django.urls import NoReverseMatch, reverse

from . import index
from .engines import engine
from .models import Document
from .seen import Seen
from .words import Question, snippet


class Machine:
    """Somebody at the machine itself, who sees everything: the `kheo` command."""


MACHINE: Final = Machine()


@dataclass(frozen=True)
class Hit:
    kind: str
    id: str
    title: str
    place: str
    url: str
    snippet: str
    day: date

    @property
    def label(self) -> str:
        """What kind of thing it is, for people."""
        return str(index.kinds()[self.kind].label)


def find(
    text: str,
    who: Any = None,
    kinds: Iterable[str] | None = None,
    limit: int = 20,
    public: bool = False,
) -> list[Hit]:
    """The things that answer `text`, closest first, then newest; accents may be left out.

    `who` is a user, a post or MACHINE; with `public` only what everyone may see is found. Without
    either nothing is. Two queries and what the scopes of the kinds ask; on PostgreSQL up to a dozen more,
    however much is found (`newest.py`).
    """
    question = Question.of(text)
    searched = index.kinds()
    if kinds is not None:
        searched = {kind: searched[kind] for kind in kinds if kind in searched}
    if not question or not searched:
        return []
    seen = _seen(searched, who, public)
    if seen is None:
        return []
    ranked = engine().found(seen, question, limit)
    documents = (
        Document.objects.filter(pk__in=ranked)
        .annotate(beginning=Left("text", 20_000))
        .only("kind", "object_id", "title", "place", "day")
        .in_bulk()
    )
    return [_hit(documents[pk], question) for pk in ranked if pk in documents]


def _seen(searched: dict[str, index.Searchable], who: Any, public: bool) -> Seen | None:
    if public or who is MACHINE:
        return Seen(tuple(sorted(searched)), public=public)
    if who is None:
        return None
    # Kinds seen alike are asked for once, the conditions of others only where there is something of them.
    reached = {asked: asked(who) for each in searched.values() if (asked := each.reached)}
    return Seen(
        tuple(sorted(searched)),
        reached={kind: reached[each.reached] for kind, each in searched.items() if each.reached},
        others={kind: partial(each.scope, who) for kind, each in searched.items() if each.scope},
    )


def _hit(document: Any, question: Question) -> Hit:
    try:
        url = reverse(index.kinds()[document.kind].url_name, args=[document.object_id])
    except NoReverseMatch:
        url = ""
    return Hit(
        kind=document.kind,
        id=document.object_id,
        title=document.title,
        place=document.place,
        url=url,
        snippet=snippet(document.beginning, question),
        day=document.day,
    )
