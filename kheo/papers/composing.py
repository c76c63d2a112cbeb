"""A record's content under the heading of the body that issues it, by the rules of the day."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from kheo.lib.formats import long_date
from kheo.lib.periods import today

from . import wording
from .issuers import Issuer
from .layouts import Layout
from .sheet import Annex, Article, Block, Content, Grid, Points, Sheet, Text

# Papers that ask a superior for something; the Party words their address differently.
REQUESTS = ("TTr",)


@dataclass(frozen=True)
class Signing:
    """How a paper is signed: the way, the signer's position as printed, and the name once it is known."""

    way: str
    position: str
    signer: str = ""


def compose(
    content: Content,
    *,
    layout: Layout,
    issuer: Issuer,
    place: str,
    symbol: str,
    signing: Signing,
    number: str = "",
    issued_on: date | None = None,
) -> Sheet:
    """The whole paper. Without a number it is a draft, with room for number and day."""
    year = issued_on.year if issued_on else today().year
    named = f"{content.type_name} số {number or wording.ROOM_FOR_NUMBER + symbol} " + (
        long_date(issued_on) if issued_on else f"ngày … tháng … năm {year}"
    )
    return Sheet(
        layout=layout,
        above=issuer.above,
        issuer=issuer.name,
        number_line=wording.number_line(layout, symbol, number),
        date_line=wording.date_line(place, issued_on, year),
        type_name=content.type_name,
        subject=content.subject,
        addressees=wording.addressees(layout, content.addressees, request=content.type_code in REQUESTS),
        bases=wording.bases(layout, content.bases),
        decides=content.decides,
        blocks=closed(content.blocks, str(layout.body["end"])),
        signature=wording.signature(
            layout,
            signing.way,
            collective=issuer.collective,
            head=issuer.position,
            position=signing.position,
        ),
        signer=signing.signer,
        recipients=wording.recipients(layout, content.recipients),
        draft="" if number else "Dự thảo",
        named=named,
    )


def closed(blocks: tuple[Block, ...], end: str) -> tuple[Block, ...]:
    """The body with the sign that ends it ("./.") after its last sentence, annexes left as they are."""
    main = next((place for place, block in enumerate(blocks) if isinstance(block, Annex)), len(blocks))
    if not end or not main:
        return blocks
    last = blocks[main - 1]
    changed: Any = last
    if isinstance(last, Text | Article):
        changed = replace(last, text=_ended(last.text, end))
    elif isinstance(last, Points) and last.items:
        changed = replace(last, items=(*last.items[:-1], _ended(last.items[-1], end)))
    elif isinstance(last, Grid):
        return (*blocks[:main], Text(f"Trên đây là toàn bộ nội dung{end}"), *blocks[main:])
    return (*blocks[: main - 1], changed, *blocks[main:])


def _ended(text: str, end: str) -> str:
    return text.rstrip(" .;/") + end
