"""What a reorganisation hands over: one of the five registries.

Rooms above ask here, in their `apps.py`, to be counted when bodies and areas end: running initiatives,
open duties, drafts. Nothing is moved; the questions tell the person who previews it what will be found
at the successors.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Question:
    """`count(unit_ids, area_ids)` says how many records stand with the bodies and areas that end."""

    name: str
    label: Any
    count: Callable[[Collection[int], Collection[int]], int]


QUESTIONS: dict[str, Question] = {}
# What rooms above do when areas turn out never to have been: each is given their ids.
CARRIERS: dict[str, Callable[[Collection[int]], None]] = {}


def register(question: Question) -> None:
    QUESTIONS[question.name] = question


def register_carrier(name: str, carry: Callable[[Collection[int]], None]) -> None:
    """`carry(area_ids)` brings what is counted at annulled areas in line with what they should have been."""
    CARRIERS[name] = carry


def carry_records(areas: Collection[int]) -> None:
    """Called by the reversal of a mistaken decision, in its transaction."""
    for carry in CARRIERS.values():
        carry(areas)


def answers(units: Collection[int], areas: Collection[int]) -> list[tuple[Question, int]]:
    """Each question with its count, in the order they were asked."""
    return [(question, question.count(units, areas)) for question in QUESTIONS.values()]
