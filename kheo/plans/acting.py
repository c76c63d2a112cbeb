"""Who may write and who may decide for a steering committee; whoever acts for it is in `units.committees`."""

from typing import Any

from kheo.units.committees import acts_for, bodies_of, committees_of, require, waiting_at
from kheo.units.models import Role

__all__ = [
    "DECIDE",
    "WRITE",
    "acts_for",
    "bodies_of",
    "committees_of",
    "hides_sample",
    "require",
    "waiting_at",
]

WRITE = (Role.SPECIALIST, Role.REGISTRAR, Role.CLERK, Role.HEAD, Role.DEPUTY)
DECIDE = (Role.HEAD, Role.DEPUTY)


def hides_sample(who: Any) -> bool:
    """Whether the person has switched off what is invented for the demonstration."""
    return bool(getattr(getattr(who, "user", who), "hides_sample", False))
