"""The A4 page in the browser: style sheets written from the layouts, as the .docx is.

Sizes are relative to the body's, so that the page shrinks with a phone's window and is exact on paper.
"""

from django.templatetags.static import static

from .layouts import Layout, Part

# The law's Times New Roman where it is installed under that very name; else letters of the same widths that
# travel with Kheo, so that a paper has the same lines wherever it is printed. A name alone would let a system
# put any font in its place.
_FACES = {
    "regular": ("Times New Roman", "TimesNewRomanPSMT"),
    "bold": ("Times New Roman Bold", "TimesNewRomanPS-BoldMT"),
    "italic": ("Times New Roman Italic", "TimesNewRomanPS-ItalicMT"),
    "bold-italic": ("Times New Roman Bold Italic", "TimesNewRomanPS-BoldItalicMT"),
}
_FAMILY = '"Kheo Paper", "Times New Roman", "Liberation Serif", serif'

_ALL = """
.sheet { color: #000; background: #fff; }
.sheet p { margin: 0; max-width: none; }
.sheet table { border-collapse: collapse; width: 100%; table-layout: fixed; }
.sheet td, .sheet th { padding: 0; vertical-align: top; font-weight: inherit; }
.sheet .centre, .sheet .sheet-head td { text-align: center; }
.sheet .ruled { display: inline-block; }
.sheet .ruled::after { content: ""; display: block; margin: .12em auto 0; border-top: .06em solid #000; }
.sheet .sheet-foot { break-inside: avoid; margin-top: 1em; }
.sheet .sheet-foot td + td { text-align: center; }
.sheet .sheet-name { margin: 1.2em 0 .8em; }
.sheet .part-to { margin-bottom: .43em; } .sheet .decides { margin: .43em 0; }
.sheet .room { height: 5em; }
.sheet .grid { margin: .4em 0 .6em; }
.sheet .grid td, .sheet .grid th { border: .06em solid #000; padding: .15em .35em; }
.sheet .grid th { text-align: center; font-weight: bold; }
.sheet .grid .numeric { text-align: right; white-space: normal; }
.sheet .grid tr { break-inside: avoid; }
.sheet .grid thead { display: table-header-group; }
.sheet .total { font-weight: bold; }
.sheet .annex { break-before: page; }
.sheet .justify { text-align: justify; } .sheet .left { text-align: left; }
.sheet .right { text-align: right; }
.sheet .bold { font-weight: bold; } .sheet .italic { font-style: italic; }
.sheet p.as-is { font-weight: normal; text-transform: none; }
.sheet h2, .sheet h3 { break-after: avoid; margin: .43em 0; }
.sheet strong { font-weight: bold; }
.sheet-frame { width: 100%; max-width: 210mm; margin: 0 auto; box-sizing: border-box; }
.sheet-frame { background: #fff; border: 1px solid #bbb; }
"""


# The width of the page in points.
A4 = 595


def css(layout: Layout) -> str:
    """The style sheet of a layout: parts as classes, margins and page numbers as `@page` rules."""
    base, page, body, head = layout.parts["text"].size.used, layout.page, layout.body, layout.head
    least = body["line_at_least"]
    line = f"{least / base:.3f}" if least else f"{body['line'] * 1.15:.3f}"
    gap, indent = _em(body["gap"], base), _em(body["indent"] / 25.4 * 72, base)
    left, right = head["columns"]
    margins = " ".join(f"{page[side].used}mm" for side in ("top", "right", "bottom", "left"))
    inside = " ".join(f"{page[side].used / 2.1:.2f}cqi" for side in ("top", "right", "bottom", "left"))
    number = f"{page['number_size'].used}pt {_FAMILY}"
    rules = [
        *(_face(name, local) for name, local in _FACES.items()),
        _ALL,
        f".sheet {{ font-family: {_FAMILY}; }}",
        f".sheet {{ font-size: {base}pt; line-height: 1.15; }}",
        f".sheet .body p, .sheet .part-basis {{ line-height: {line}; margin-bottom: {gap}; }}",
        f".sheet .body .justify, .sheet .part-basis, .sheet h2, .sheet h3 {{ text-indent: {indent}; }}",
        f".sheet .sheet-head td:first-child {{ width: {left / (left + right) * 100:.1f}%; }}",
        ".sheet .sheet-foot td:first-child { width: 48%; }",
        *(_part(name, part, base) for name, part in layout.parts.items()),
        *(
            f".sheet .rule-{name}::after {{ width: {float(head[f'{name}_rule']) * 100:.0f}%; }}"
            for name in ("nation", "body", "subject")
        ),
        f"@page {{ size: A4 portrait; margin: {margins}; @top-center {{ content: counter(page); "
        f"font: {number}; vertical-align: top; padding-top: {layout.number_from_edge}mm; }} }}",
        '@page :first { @top-center { content: ""; } }',
        "@page across { size: A4 landscape; }",
        ".sheet .annex-across { page: across; }",
        # On the screen the whole page follows the width it is given.
        "@media screen { .sheet-frame { container-type: inline-size; }",
        f".sheet {{ font-size: clamp(11px, {base / A4 * 100:.3f}cqi, {base}pt); padding: {inside}; }} }}",
        "@media print { .not-printed { display: none; }",
        ".sheet-frame { border: 0; max-width: none; } }",
    ]
    return "\n".join(rules)


def _face(name: str, local: tuple[str, ...]) -> str:
    here = ", ".join(f'local("{each}")' for each in local)
    return (
        f'@font-face {{ font-family: "Kheo Paper"; font-display: swap; '
        f"font-weight: {'bold' if 'bold' in name else 'normal'}; "
        f"font-style: {'italic' if 'italic' in name else 'normal'}; "
        f'src: {here}, url("{static(f"ui/fonts/paper-{name}.woff2")}") format("woff2"); }}'
    )


def _part(name: str, part: Part, base: float) -> str:
    looks = [
        f"font-size: {_em(part.size.used, base)}",
        f"font-weight: {'bold' if part.bold else 'normal'}",
        f"font-style: {'italic' if part.italic else 'normal'}",
    ]
    if part.underline:
        looks.append("text-decoration: underline")
    if part.upper:
        looks.append("text-transform: uppercase")
    return f".sheet .part-{name} {{ {'; '.join(looks)}; }}"


def _em(points: float, base: float) -> str:
    return f"{points / base:.4g}em"
