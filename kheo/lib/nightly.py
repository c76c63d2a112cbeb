"""What is done every night, without anybody asking: a room adds its work in `apps.py`.

    nightly.add("dormant_accounts", _("Close dormant accounts"), close_dormant)

`run()` does its work in its own short transactions and may return a sentence about what it did. Doing it
twice in a night must change nothing; a failure stops no other work.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

Run = Callable[[], str | None]


@dataclass(frozen=True)
class Work:
    name: str
    # What an administrator reads; may be a lazy translation.
    label: Any
    run: Run
    order: int = 100


@dataclass
class Works:
    works: list[Work] = field(default_factory=list)

    def add(self, name: str, label: Any, run: Run, order: int = 100) -> None:
        """Add a work once; the same name again replaces it. Lower orders are done first."""
        kept = [each for each in self.works if each.name != name]
        self.works = sorted([*kept, Work(name, label, run, order)], key=lambda work: work.order)


nightly = Works()
