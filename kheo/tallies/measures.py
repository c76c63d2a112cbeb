"""What is counted: one of the five registries, filled from the rooms above in their `apps.py`.

A measure is a flow with a grain: the month of the event, or the plan year. What does not add (a rate, a
stock, distinct initiatives over several years) is no measure; it is made from measures.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, NotRequired, Protocol, TypedDict
from uuid import UUID

Grain = Literal["month", "year"]
GRAINS = ("month", "year")


class Share(TypedDict):
    """A part of a measure that falls on one cell. Ids, not objects; `area` is a commune or None (unknown).

    `measure` says whose it is where several are counted together.
    """

    measure: NotRequired[str]
    period: date
    unit: int
    area: int | None
    field: int
    kind: str
    value: int


class Counted(Protocol):
    """A way of counting: of one enrolment by its id, of all in some communes, or of all; grouped by cell."""

    def __call__(
        self, enrolment: int | None = None, communes: Collection[int] | None = None, /
    ) -> Iterable[Share]: ...


@dataclass(frozen=True)
class Measure:
    """`rows` yields the shares, as `Counted` says. Measures of the same records share one, and its query."""

    name: str
    label: Any
    grain: Grain
    rows: Counted
    # The same of one record of an enrolment, by its series, where an enrolment's share is the sum of its
    # records'. Measures that share `rows` share this too.
    rows_of_record: Callable[[int, UUID], Iterable[Share]] | None = None
    # How the whole number is read: "count", "vnd", "m2" (hundredths), "days" (tenths), "cm".
    unit: str = "count"

    @property
    def of_years(self) -> str:
        """What its cells of whole years are named by. Counted by month, it has a second cell for the year."""
        return self.name if self.grain == "year" else f"{self.name}/year"


REGISTRY: dict[str, Measure] = {}
# What the kinds in cells are called, in their order; filled by the rooms that count them.
KINDS: dict[str, Any] = {}


def register(measure: Measure) -> None:
    """Declare a measure. Raises ValueError for a grain that does not add up or a name taken twice."""
    if measure.grain not in GRAINS:
        raise ValueError(f"{measure.name}: a measure has the grain month or year, not {measure.grain!r}.")
    known = REGISTRY.get(measure.name)
    if known is not None and known.rows is not measure.rows:
        raise ValueError(f"The measure {measure.name} is declared twice.")
    REGISTRY[measure.name] = measure


def first_day(measure: Measure, day: date) -> date:
    """The period a day belongs to, in the measure's grain."""
    return day.replace(day=1) if measure.grain == "month" else day.replace(month=1, day=1)
