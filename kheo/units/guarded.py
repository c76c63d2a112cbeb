"""Asking whether a post may do something, without doing it: for showing buttons."""

from kheo.lib.refusals import Refused
from kheo.units.models import Post


class Guarded:
    """A record whose verbs are each guarded by a `check_<verb>(by)` that refuses with a sentence."""

    def may(self, verb: str, by: Post | None) -> bool:
        """Whether `check_<verb>` lets this post through today; nobody without a post may do anything."""
        if by is None:
            return False
        try:
            getattr(self, f"check_{verb}")(by)
        except Refused:
            return False
        return True
