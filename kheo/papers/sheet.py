"""What stands on a paper, before anyone has decided whether it is printed or written as .docx.

A room says what one of its records has to say as `Content`; `Sheet` is that content under the heading of the
body that issues it, with its signature and recipients. Both are plain values: `as_data` and `from_data` carry
a content through the database unchanged, and its digest tells whether the record has changed since.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from .layouts import Layout


@dataclass(frozen=True)
class Title:
    """A title within the paper; level 1 is the highest (I., II.), 2 below it (1., 2.)."""

    text: str
    level: int = 1


@dataclass(frozen=True)
class Text:
    """A paragraph; line breaks in it begin new ones."""

    text: str
    align: str = "justify"
    bold: bool = False
    italic: bool = False


@dataclass(frozen=True)
class Points:
    """Điểm a), b), c), d), đ), e) … of one clause."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Article:
    """Điều of a decision."""

    number: int
    text: str


# Of the width of a page: three digits or a bold "TT" at 14 pt and the margins of their cell, 13 of 165 mm.
NARROWEST = 0.08


@dataclass(frozen=True)
class Grid:
    """A table. `widths` are parts of the whole; `numeric` names columns (from 0) set right."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...] = ()
    numeric: tuple[int, ...] = ()
    total: tuple[str, ...] = ()

    @property
    def shares(self) -> list[float]:
        """How wide each column is, as parts of 1: none so narrow that "TT" or "100" would break.

        What a narrow one lacks is taken from the others in proportion to their widths.
        """
        if not self.widths:
            return []
        whole = sum(self.widths)
        # Many columns leave less room for each.
        least = min(NARROWEST, 0.5 / len(self.widths))
        rest = sum(each for each in self.widths if each / whole >= least)
        left = 1 - least * sum(each / whole < least for each in self.widths)
        return [least if each / whole < least else left * each / rest for each in self.widths]


@dataclass(frozen=True)
class Annex:
    """What follows is an annex: a new page with numbers of its own, naming the paper it belongs to."""

    title: str
    landscape: bool = False


Block = Title | Text | Points | Article | Grid | Annex
_KINDS: dict[str, type] = {
    each.__name__.lower(): each for each in (Title, Text, Points, Article, Grid, Annex)
}


@dataclass(frozen=True)
class Content:
    """What one record says on paper, in Vietnamese, without heading and signature.

    `type_code` and `type_name` are those of document numbers ("BC", "Báo cáo"). `decides` is the formula of a
    decision, set between the bases and the articles ("QUYẾT ĐỊNH:").
    """

    type_code: str
    type_name: str
    subject: str
    blocks: tuple[Block, ...]
    bases: tuple[str, ...] = ()
    decides: str = ""
    addressees: tuple[str, ...] = ()
    recipients: tuple[str, ...] = ()

    def as_data(self) -> dict[str, Any]:
        data = asdict(self)
        data["blocks"] = [{"is": type(block).__name__.lower(), **asdict(block)} for block in self.blocks]
        return dict(json.loads(json.dumps(data)))

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Content":
        given = dict(data)
        given["blocks"] = tuple(_block(dict(each)) for each in data["blocks"])
        return cls(**{name: _tuples(value) for name, value in given.items()})

    @property
    def digest(self) -> str:
        """The same for the same words, and for those alone."""
        written = json.dumps(self.as_data(), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(written.encode()).hexdigest()


def _block(data: dict[str, Any]) -> Block:
    kind = _KINDS[data.pop("is")]
    block: Block = kind(**{name: _tuples(value) for name, value in data.items()})
    return block


def _tuples(value: Any) -> Any:
    return tuple(_tuples(each) for each in value) if isinstance(value, list | tuple) else value


@dataclass(frozen=True)
class Sheet:
    """A whole paper in the words that are printed."""

    layout: Layout
    above: str
    issuer: str
    number_line: str
    date_line: str
    type_name: str
    subject: str
    addressees: Sequence[str]
    bases: Sequence[str]
    decides: str
    blocks: Sequence[Block]
    signature: Sequence[tuple[str, str]]
    signer: str
    recipients: Sequence[str]
    # "Dự thảo", or nothing once it has a number.
    draft: str = ""
    # How annexes name it: "Kế hoạch số 05-KH/BCĐ ngày 05 tháng 7 năm 2026".
    named: str = ""

    @property
    def main(self) -> list[Block]:
        """What stands before the first annex."""
        return self._parts[0][1]

    @property
    def annexes(self) -> list[tuple[Annex, list[Block]]]:
        return [(annex, blocks) for annex, blocks in self._parts[1:] if annex is not None]

    @property
    def _parts(self) -> list[tuple[Annex | None, list[Block]]]:
        parts: list[tuple[Annex | None, list[Block]]] = [(None, [])]
        for block in self.blocks:
            if isinstance(block, Annex):
                parts.append((block, []))
            else:
                parts[-1][1].append(block)
        return parts
