"""Which records leave as paper: a registry that the rooms above fill in their `apps.py`.

A kind says whose paper it is, what stands on it, who drafts it, and what the record does with the number, day
and signer the clerk gives and with the signed copy. The record keeps no second truth: where it has fields of
its own for these, they are written in the same transaction.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.apps import apps
from django.db import models
from django.utils.functional import Promise

from kheo.units.models import Post, Unit

from .sheet import Content

Text = str | Promise


@dataclass(frozen=True)
class Given:
    """What the clerk and the signer gave a paper. `number` is printed as a whole: "05-KH/BCĐ"."""

    number: str
    issued_on: date
    signer: str
    position: str = ""

    def as_data(self) -> dict[str, str]:
        return {**vars(self), "issued_on": self.issued_on.isoformat()}

    @classmethod
    def from_data(cls, data: dict[str, str]) -> "Given":
        return cls(**{**data, "issued_on": date.fromisoformat(data["issued_on"])})  # type: ignore[arg-type]


@dataclass(frozen=True)
class Kind:
    """One kind of paper about one model. Callables take the record first, then its part ("" or a year)."""

    key: str
    label: Text
    # "plans.Plan"; the record is looked up among what the person may see (`objects.visible_to`).
    model: str
    issuer: Callable[[Any, str], Unit]
    say: Callable[[Any, str], Content]
    # Raises Refused unless the post may draft this paper.
    check: Callable[[Any, str, Post], None]
    # What the record does with the number; it may refuse, and then the paper is not numbered either.
    number: Callable[[Any, str, Given, Post], None] | None = None
    # What the record does when the clerk corrects what was given; where it is left out it keeps none of it.
    correct: Callable[[Any, str, Given, Post, str], None] | None = None
    # What the record does with the signed copy, an Attachment that belongs to the paper.
    signed: Callable[[Any, str, Any, Post], None] | None = None
    # Said to the clerk before the number is given, where it decides something.
    consequence: Text = ""
    # The address of the record's page.
    url: Callable[[Any, str], str] = lambda record, part: str(record.get_absolute_url())
    # Whether the part is one the record has.
    has_part: Callable[[Any, str], bool] = lambda record, part: part == ""

    @property
    def manager(self) -> Any:
        return apps.get_model(self.model)._default_manager

    def visible(self, user: Any, pk: int) -> models.Model | None:
        """The record, if this person may see it."""
        found: models.Model | None = self.manager.visible_to(user).filter(pk=pk).first()
        return found

    def record(self, pk: int) -> models.Model | None:
        found: models.Model | None = apps.get_model(self.model)._base_manager.filter(pk=pk).first()
        return found


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Declare a kind of paper; the same key again replaces it, so that `ready()` may run twice."""
    _kinds[kind.key] = kind


def called(key: str) -> Kind | None:
    return _kinds.get(key)


def kinds() -> list[Kind]:
    return list(_kinds.values())


def kinds_of(record: models.Model) -> list[Kind]:
    """The kinds of paper a record of this model may leave as."""
    label = record._meta.label_lower
    return [kind for kind in _kinds.values() if kind.model.lower() == label]
