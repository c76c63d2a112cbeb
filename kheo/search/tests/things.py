"""Things of rooms above, played by plain objects: what can be found, and who sees it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import SimpleNamespace
from typing import ClassVar

from django.db.models import Q

from kheo.search import index

TAM_QUANG, TAM_HOP = 1, 2


@dataclass
class Thing:
    pk: int
    title: str
    text: str = ""
    place: str = ""
    numbers: tuple[str, ...] = ()
    unit: int = TAM_QUANG
    public: bool = False
    hidden: bool = False
    _meta: ClassVar = SimpleNamespace(label_lower="things.thing")


@dataclass
class Office:
    """Somebody who sees the things of some units."""

    units: tuple[int, ...]


MINH, LAN, HOA = Office((TAM_QUANG,)), Office((TAM_HOP,)), Office((TAM_QUANG, TAM_HOP))


class Things(list):
    def iterator(self, chunk_size: int) -> Iterator[Thing]:
        return iter(self)


def words_of(thing: Thing) -> index.Words | None:
    if thing.hidden:
        return None
    return index.Words(
        title=thing.title,
        text=thing.text,
        place=thing.place,
        numbers=thing.numbers,
        unit_id=thing.unit,
        public=thing.public,
    )


@contextmanager
def only_things(things: list[Thing]) -> Iterator[None]:
    """Nothing but these can be found, under the kinds "thing"; "other" has none."""
    before = dict(index._kinds)
    index._kinds.clear()
    for kind, all_of_them in (("thing", things), ("other", [])):
        index.register(
            index.Searchable(
                kind=kind,
                label=kind.capitalize(),
                model=f"things.{kind}",
                url_name="no-such-page",
                words=words_of,
                scope=lambda who: Q(unit_id__in=getattr(who, "units", ())),
                things=lambda all_of_them=all_of_them: Things(all_of_them),
            )
        )
    try:
        yield
    finally:
        index._kinds.clear()
        index._kinds.update(before)
