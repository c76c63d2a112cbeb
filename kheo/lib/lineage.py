"""Who answers for a row of the past on each day, worked out from what succeeded what."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import NamedTuple


class Heir(NamedTuple):
    """From `first` until `end` (not included), `heir` answers for `share` of the row."""

    heir: int
    first: date
    end: date
    share: Fraction


def trace(
    spans: Mapping[int, tuple[date, date]], successors: Mapping[int, Sequence[tuple[int, Fraction]]]
) -> dict[int, list[Heir]]:
    """For every row of `spans` (id → first day, end) its heirs through time, itself first.

    `successors` maps a row to those it went over into on the day it ended, each with its share. A row
    without successors has none after its end.
    """
    found: dict[int, list[Heir]] = {}

    def heirs(row: int) -> list[Heir]:
        if row not in found:
            first, end = spans[row]
            found[row] = [Heir(row, first, end, Fraction(1))]
            later: dict[tuple[int, date, date], Fraction] = defaultdict(Fraction)
            for successor, share in successors.get(row, ()):
                for heir in heirs(successor):
                    # A successor that lived before answers for this row only from the day it took over.
                    if heir.end > end:
                        later[heir.heir, max(heir.first, end), heir.end] += heir.share * share
            found[row] += [Heir(heir, first, end, share) for (heir, first, end), share in later.items()]
        return found[row]

    for row in spans:
        heirs(row)
    return found
