"""Who runs the system: asked of the rooms above, which know posts; filled in their `apps.py`.

Of administrators more is asked: they renew their passwords, and no PIN opens their accounts.
"""

from collections.abc import Callable
from typing import Any

ANSWERS: list[Callable[[Any], bool]] = []


def register(answer: Callable[[Any], bool]) -> None:
    """`answer(user)` says whether a person administers something; it reads what was read before."""
    if answer not in ANSWERS:
        ANSWERS.append(answer)


def administers(user: Any) -> bool:
    return any(answer(user) for answer in ANSWERS)
