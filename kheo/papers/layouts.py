"""How an office's paper is laid out, as dated data: one family for the State, one for the Party.

`data/*.toml` hold one set of rules each: its legal basis, the day it holds from, and, for each part of a
paper, the range of point sizes the rules allow and the one used. `data/lines.csv` says which family a body's
line (hệ) belongs to; nobody chooses it for a single paper. A file of the same name in `KHEO_DATA/papers/` is
read instead of the shipped one, so that a province follows a changed rule without a new Kheo.
"""

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from kheo.lib.periods import FOREVER

SHIPPED = Path(__file__).parent / "data"
STATE, PARTY = "state", "party"


@dataclass(frozen=True)
class Span:
    """What the rules allow, and what is used: points for sizes, millimetres on the page."""

    least: float
    most: float
    used: float

    def holds(self, value: float, slack: float = 0.26) -> bool:
        """Whether a value lies inside, give or take what Word rounds."""
        return self.least - slack <= value <= self.most + slack


@dataclass(frozen=True)
class Part:
    """How one part of a paper is written."""

    size: Span
    bold: bool = False
    italic: bool = False
    underline: bool = False
    upper: bool = False


@dataclass(frozen=True)
class Layout:
    """One set of rules. `awaiting` is filled where nobody has held it against the original yet."""

    key: str
    family: str
    name: str
    basis: str
    valid_from: date
    valid_to: date
    checked_on: date
    awaiting: str
    page: Mapping[str, Span]
    number_from_edge: float
    head: Mapping[str, Any]
    body: Mapping[str, Any]
    bases: Mapping[str, str]
    to: Mapping[str, str]
    recipients: Mapping[str, str]
    signing: Mapping[str, Any]
    parts: Mapping[str, Part]

    def __str__(self) -> str:
        return f"{self.name} ({self.awaiting})" if self.awaiting else self.name

    @property
    def text_width(self) -> float:
        """Millimetres between the margins of an upright A4 page."""
        return 210 - self.page["left"].used - self.page["right"].used


def path_of(name: str) -> Path:
    """The office's own file of that name, else the shipped one."""
    own = Path(settings.DATA) / "papers" / name
    return own if own.exists() else SHIPPED / name


@cache
def layouts() -> tuple[Layout, ...]:
    """Every set of rules, the older before the newer of each family."""
    own = Path(settings.DATA) / "papers"
    names = {path.name for folder in (SHIPPED, own) if folder.is_dir() for path in folder.glob("*.toml")}
    read = [tomllib.loads(path_of(name).read_text(encoding="utf-8")) for name in names]
    read.sort(key=lambda each: (each["family"], each["valid_from"]))
    made = []
    for this, after in zip(read, [*read[1:], None], strict=True):
        follows = after is not None and after["family"] == this["family"]
        made.append(_layout(this, after["valid_from"] if after and follows else FOREVER))
    return tuple(made)


def _layout(read: dict[str, Any], valid_to: date) -> Layout:
    page = dict(read["page"])
    edge = page.pop("number_from_edge")
    parts = {
        name: Part(**{**part, "size": Span(*part["size"])}) for name, part in sorted(read["parts"].items())
    }
    plain = {name: read[name] for name in ("key", "family", "name", "basis", "valid_from", "checked_on")}
    return Layout(
        **plain,
        valid_to=valid_to,
        awaiting=read["awaiting"],
        page={name: Span(*each) for name, each in page.items()},
        number_from_edge=edge,
        head=read["head"],
        body=read["body"],
        bases=read["bases"],
        to=read["to"],
        recipients=read["recipients"],
        signing=read["signing"],
        parts=parts,
    )


def layout_for(family: str, on: date) -> Layout:
    """The rules of a family on a day; before the first of them, the first."""
    own = [layout for layout in layouts() if layout.family == family]
    return next((each for each in own if each.valid_from <= on < each.valid_to), own[0])


def layout_called(key: str) -> Layout | None:
    return next((layout for layout in layouts() if layout.key == key), None)


@cache
def _lines() -> dict[str, dict[str, str]]:
    with path_of("lines.csv").open(encoding="utf-8", newline="") as file:
        return {row["line"]: row for row in csv.DictReader(file)}


def family_of(line: str) -> str:
    """Which family the bodies of a line follow: the Party's for the Party, the State's for all others."""
    return _lines().get(line, {}).get("family") or STATE


def symbol_pattern(line: str, layout: Layout) -> str:
    """What follows the number, with {type} and {issuer} to be filled in: "/{type}-{issuer}"."""
    return str(_lines().get(line, {}).get("symbol") or layout.head["number_symbol"])


def terms(level: str) -> list[date]:
    """The first days of the Party committees' terms at a level, as far as the lists name them."""
    with path_of("terms.csv").open(encoding="utf-8", newline="") as file:
        return sorted(
            date.fromisoformat(row["from"]) for row in csv.DictReader(file) if row["level"] == level
        )
