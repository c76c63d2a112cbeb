"""A part of a plan in lines of words: to see whether it changed, what changed, and to tell the journal."""

import hashlib
from collections.abc import Sequence
from difflib import SequenceMatcher

# What the journal keeps of one change; the rows themselves are complete.
LONGEST = 4_000


def fingerprint(lines: Sequence[str]) -> str:
    """A short word that differs when the lines differ."""
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def gone_and_new(before: Sequence[str], after: Sequence[str]) -> list[str]:
    """[what went, what came], each in lines; [] when nothing changed."""
    went: list[str] = []
    came: list[str] = []
    for step, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if step != "equal":
            went += before[a:b]
            came += after[c:d]
    return [_cut(went), _cut(came)] if went or came else []


def _cut(lines: list[str]) -> str:
    text = "\n".join(lines)
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
