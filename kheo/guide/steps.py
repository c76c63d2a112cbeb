"""What a page of the guide is made of: steps that people read and that a browser walks, one and the same.

A step marks one control by its role and its name, as a screen reader tells it. `kheo.tests.guiding` finds it
on the running system, so that a button that was renamed or went away fails the walk, and draws its pictures.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from django.utils import translation
from django.utils.functional import Promise

Text = str | Promise
Width = Literal["phone", "desk"]
PICTURES = Path(__file__).resolve().parent / "static" / "guide" / "pictures"
RECORD = Path(__file__).resolve().parent / "pictures.json"
# What a picture may weigh: a phone with poor signal reads the guide too.
HEAVIEST = 60 * 1024


@dataclass(frozen=True)
class Control:
    """Something on a page, by its role ("link", "button", "textbox" …) and name, within a part if named.

    `begins`: the name only begins so, because a number or a name follows.
    """

    role: str
    name: str
    begins: bool = False


@dataclass(frozen=True)
class Fill:
    """Type words into the field of that label; {code} and the like come from what was prepared."""

    label: str
    text: str


@dataclass(frozen=True)
class Choose:
    """Choose an option of the field of that label by its words."""

    label: str
    option: str


@dataclass(frozen=True)
class Photo:
    """Hand in a photo by the field of that label."""

    label: str


@dataclass(frozen=True)
class Press:
    """Press a control without a picture: what lies on the way."""

    control: Control


@dataclass(frozen=True)
class Unfold:
    """Open a folded part by its words."""

    words: str


@dataclass(frozen=True)
class Open:
    """Go to a page by its URL name, as somebody: "minh", or "thu/clerk" for a post by its role."""

    name: str
    who: str = ""


@dataclass(frozen=True)
class Tick:
    """Tick the box whose words begin so."""

    begins: str


@dataclass(frozen=True)
class Scan:
    """What a phone's camera does with the QR code on the page: open its address as nobody in particular."""

    address: str


@dataclass(frozen=True)
class Signal:
    """The phone's signal goes, or is back."""

    back: bool


Act = Fill | Tick | Scan | Choose | Photo | Press | Unfold | Open | Signal


@dataclass(frozen=True)
class Step:
    """What the reader is told. `before` is done, `mark` is ringed and pictured, and pressed if `press`."""

    text: Text
    mark: Control
    before: tuple[Act, ...] = ()
    press: bool = True


@dataclass(frozen=True)
class Page:
    """One page of the guide, walked by `who` of the cast ("-": nobody yet).

    `explains`: the URL names whose pages link here.
    `start`: the URL name where it begins. `ends`: words that stand on the screen when all is done.
    """

    slug: str
    title: Text
    lead: Text
    who: str
    start: str
    steps: tuple[Step, ...]
    ends: str
    explains: tuple[str, ...] = ()
    width: Width = "phone"
    # A closing word: what comes of it, whom to ask.
    then: Text = ""

    def picture_of(self, number: int) -> str:
        """The file of a step's picture, counted from 1."""
        return f"{self.slug}-{number}.webp"

    def digest_of(self, number: int) -> str:
        """Of everything a step's picture depends on that stands in the guide itself."""
        step = self.steps[number - 1]
        with translation.override("vi"):
            told = [str(step.text), repr(step.mark), repr(step.before), self.width, self.who]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]


@cache
def record() -> dict[str, dict[str, Any]]:
    """What `script/guide` wrote of each picture: width, height, digest of its step, heading of its screen."""
    found: dict[str, dict[str, Any]] = (
        json.loads(RECORD.read_text(encoding="utf-8")) if RECORD.exists() else {}
    )
    return found
