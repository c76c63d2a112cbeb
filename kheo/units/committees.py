"""Who acts for a steering committee.

A committee meets a few times a year; its papers are written at its standing office and at the body that
chairs it. Those who hold a role there act for it.
"""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from kheo.lib.refusals import Refused
from kheo.units.models import Post, Unit


def bodies_of(committee: Unit) -> list[Unit]:
    """The committee itself, its standing office and the body it is chaired from; other bodies stand alone."""
    if committee.kind != Unit.Kind.COMMITTEE:
        return [committee]
    board = getattr(committee, "committee", None)
    office = board.standing_office if board else None
    return [each for each in (committee, office, committee.parent) if each is not None]


def acts_for(post: Post | None, committee: Unit, *roles: str) -> bool:
    """Whether the post is current, has one of `roles` (any, if none is named) and acts for the committee."""
    if post is None or not post.is_current or (roles and post.role not in roles):
        return False
    bodies = bodies_of(committee)
    if any(post.unit_id == body.pk for body in bodies):
        return True
    return any(post.acts_for(body) for body in bodies)


def require(post: Post, committee: Unit, *roles: str) -> None:
    """Refuse, saying who may, unless the post acts for the committee in one of `roles`."""
    post.require(*roles)
    if not acts_for(post, committee):
        raise Refused(
            _("Only %(bodies)s may do this. You act for %(mine)s.")
            % {"bodies": ", ".join(str(body.today) for body in bodies_of(committee)), "mine": post.unit}
        )


def committees_of(post: Post) -> Any:
    """The living committees a post acts for, as a queryset of units."""
    here = post.unit.path_now
    return (
        Unit.objects.living()
        .filter(kind=Unit.Kind.COMMITTEE)
        .filter(Q(path_now=here) | Q(parent__path_now=here) | Q(committee__standing_office__path_now=here))
        .select_related("area", "parent", "committee__standing_office")
        .order_by("sort_key", "pk")
    )


def waiting_at(post: Post, committee: str = "committee") -> Q:
    """A condition on records of committees the post acts for; `committee` leads to the unit."""
    here = post.unit.path_now
    return (
        Q(**{f"{committee}__path_now": here})
        | Q(**{f"{committee}__parent__path_now": here})
        | Q(**{f"{committee}__committee__standing_office__path_now": here})
    )
