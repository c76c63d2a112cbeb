"""Who may see a file: those who may see the record it belongs to.

The rooms of those records lie above this one, so each registers its answer in `apps.py`:

    register_owner("initiatives.Initiative", lambda user, initiative: initiative.may_be_seen_by(user))

A record of a kind nobody registered is seen by nobody.
"""

from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import models

_answers: dict[str, Callable[[Any, Any], bool]] = {}


def register_owner(model: type[models.Model] | str, may_see: Callable[[Any, Any], bool]) -> None:
    """Let records of `model` (a class or "app.Model") own files; `may_see(user, record)` answers for them."""
    label = model.lower() if isinstance(model, str) else model._meta.label_lower
    _answers[label] = may_see


def known(label: str) -> bool:
    return label in _answers


def owner_of(label: str, pk: str) -> models.Model | None:
    """The record itself, or None if there is no such record."""
    try:
        return apps.get_model(label)._base_manager.filter(pk=pk).first()
    except (LookupError, ValueError, ValidationError):
        return None


def may_see(user: Any, label: str, pk: str) -> bool:
    answer = _answers.get(label)
    if answer is None or user is None:
        return False
    owner = owner_of(label, pk)
    return owner is not None and bool(answer(user, owner))
