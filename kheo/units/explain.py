"""Why a person may, or may not, see a record: the page that answers instead of a shrug."""

from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from kheo.units.models import Post, ReachKind, Role, holders
from kheo.units.reach import posts_of


@dataclass
class Answer:
    """`sees`: whether it is found. `record` is None where it is not: what lies outside is not named."""

    sees: bool
    record: models.Model | None
    reasons: list[str] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    # Who can change it: the administrators of the person's own units.
    administrators: list[Post] = field(default_factory=list)


def why(user: Any, acting: Post | None, model: type[models.Model], pk: int) -> Answer:
    """Explain what `user` sees of the record `pk` of `model`. Models without a scope are never shown."""
    manager: Any = getattr(model, "objects", None)
    found = manager.visible_to(user).filter(pk=pk).first() if hasattr(manager, "visible_to") else None
    posts = posts_of(user)
    answer = Answer(sees=found is not None, record=found, posts=posts)
    answer.administrators = [
        admin for post in posts for admin in holders(post.unit, [Role.UNIT_ADMIN, Role.ADMIN])
    ]
    if not posts:
        answer.reasons = [_("You hold no post today, so there is nothing for you to see.")]
        return answer
    for post in posts:
        through = type(found).objects.visible_to(post).filter(pk=pk).exists() if found is not None else False
        answer.reasons.append(_sentence(post, through))
    return answer


def _sentence(post: Post, through: bool) -> str:
    reach = {
        ReachKind.OWN: _("the records of %(unit)s alone") % {"unit": post.unit},
        ReachKind.LINE: _("the records of %(unit)s and of the bodies under it") % {"unit": post.unit},
        ReachKind.PLACE: _("everything in %(area)s") % {"area": post.unit.area.in_text},
    }[ReachKind(post.reach)]
    words = {"post": post.label, "reach": reach}
    if through:
        return _("As %(post)s you see %(reach)s; this record is among it.") % words
    return _("As %(post)s you see %(reach)s; this record is not among it.") % words
