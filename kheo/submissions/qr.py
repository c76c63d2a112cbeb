"""QR codes of addresses: drawn into a page, or as a picture to send on."""

import io

import segno
from django.utils.safestring import SafeString, mark_safe


def drawn(address: str, title: str = "") -> SafeString:
    """The code as SVG for a page: black on white with its quiet zone in either theme, scaled by the page."""
    code = segno.make(address, error="m", micro=False)
    # Segno escapes the title; the rest of the markup holds nothing of anybody's.
    return mark_safe(code.svg_inline(border=4, dark="#000", light="#fff", omitsize=True, title=title or None))


def picture(address: str) -> bytes:
    """The code as PNG, large enough to print on a door and to pass on in Zalo."""
    kept = io.BytesIO()
    segno.make(address, error="m", micro=False).save(kept, kind="png", scale=16, border=4)
    return kept.getvalue()
