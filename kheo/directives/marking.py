"""The text of a document with the words marked that fields were read from.

Each marked stretch has an address (`#w-number`, `#w-t12`), so a field can point at its words without any
script; with script, all pieces of a stretch (`data-of`) light up together.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe


@dataclass(frozen=True)
class Span:
    """Words from `start` up to, not including, `end`, that belong to the field `key`."""

    key: str
    start: int
    end: int
    unsure: bool = False
    title: str = ""


def marked(text: str, spans: Iterable[Span]) -> SafeString:
    """The text as paragraphs of HTML with `<mark>`s.

    Stretches may overlap; those outside the text are left out.
    """
    kept = sorted(
        (span for span in spans if 0 <= span.start < span.end <= len(text)),
        key=lambda span: (span.start, -span.end, span.key),
    )
    bounds = {0, len(text)}
    for span in kept:
        bounds.update((span.start, span.end))
    # A paragraph ends every stretch, for the browser's sake: marks never reach across two of them.
    for at, letter in enumerate(text):
        if letter == "\n":
            bounds.update((at, at + 1))
    cuts = sorted(bounds)
    pieces, named, here = ["<p>"], set[str](), 0
    open_spans: list[Span] = []
    for start, end in pairwise(cuts):
        open_spans = [span for span in open_spans if span.end > start]
        while here < len(kept) and kept[here].start == start:
            open_spans.append(kept[here])
            here += 1
        words = text[start:end]
        if words == "\n":
            if pieces[-1] != "<p>":
                pieces.append("</p>\n<p>")
            continue
        pieces.append(_piece(words, open_spans, named))
    return mark_safe("".join([*pieces, "</p>"]).replace("<p></p>", ""))


def _piece(words: str, spans: list[Span], named: set[str]) -> str:
    if not spans or not words.strip():
        return escape(words)
    unsure = " source-words--unsure" if any(span.unsure for span in spans) else ""
    inner: str = format_html(
        '<mark class="source-words{}" data-of="{}"{}>{}</mark>',
        unsure,
        " ".join(span.key for span in spans),
        format_html(' title="{}"', spans[-1].title) if spans[-1].title else "",
        words,
    )
    # The first piece of each stretch carries its address.
    for span in reversed(spans):
        if span.key not in named:
            named.add(span.key)
            inner = format_html('<span class="source-at" id="w-{}">{}</span>', span.key, mark_safe(inner))
    return inner
