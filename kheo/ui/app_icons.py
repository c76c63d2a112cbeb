"""The pictures under which the app stands among a phone's others, drawn from static/ui/kheo.svg."""

import re
from pathlib import Path

from fontTools.pens.recordingPen import RecordingPen
from fontTools.svgLib.path import parse_path
from PIL import Image, ImageDraw

MARK = Path(__file__).resolve().parent / "static" / "ui" / "kheo.svg"
# The mark's own measure, and the pieces a curve is drawn in.
BOX, PIECES = 32, 24
# Drawn larger and made smaller, so that edges are smooth.
FINER = 4
# How large the mark stands in a maskable icon: the phone may cut away all but a circle of 80 % (W3C).
SAFE = 0.92

Point = tuple[float, float]


def draw(target: Path, side: int, *, maskable: bool = False) -> None:
    """The mark as a square PNG of `side` pixels; a maskable one has no rounded corners."""
    source = MARK.read_text(encoding="utf-8")
    ground = _found(r'<rect[^>]*fill="([^"]+)"', source)
    radius = float(_found(r'<rect[^>]*rx="([^"]+)"', source))
    fine = side * FINER
    unit = fine / BOX
    picture = Image.new("RGBA", (fine, fine), (0, 0, 0, 0))
    pen = ImageDraw.Draw(picture)
    pen.rounded_rectangle((0, 0, fine - 1, fine - 1), 0 if maskable else radius * unit, fill=ground)
    scale = unit * (SAFE if maskable else 1)
    offset = (fine - scale * BOX) / 2
    for colour, path in re.findall(r'<path fill="([^"]+)" d="([^"]+)"', source):
        for outline in outlines(path):
            pen.polygon([(offset + x * scale, offset + y * scale) for x, y in outline], fill=colour)
    target.parent.mkdir(parents=True, exist_ok=True)
    picture.resize((side, side), Image.Resampling.LANCZOS).save(target, optimize=True)


def outlines(path: str) -> list[list[Point]]:
    """The closed outlines of an SVG path as points, its curves in short straight pieces."""
    recorded = RecordingPen()
    parse_path(path, recorded)
    found: list[list[Point]] = []
    for verb, points in recorded.value:
        if verb == "moveTo":
            found.append([points[0]])
        elif verb == "lineTo":
            found[-1].append(points[0])
        elif verb == "curveTo":
            found[-1] += _curve(found[-1][-1], *points)
    return found


def _curve(start: Point, first: Point, second: Point, end: Point) -> list[Point]:
    points = []
    for step in range(1, PIECES + 1):
        t = step / PIECES
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
        corners = (start, first, second, end)
        points.append(
            (
                sum(w * corner[0] for w, corner in zip(weights, corners, strict=True)),
                sum(w * corner[1] for w, corner in zip(weights, corners, strict=True)),
            )
        )
    return points


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    if found is None:
        raise ValueError(f"{MARK.name} is drawn otherwise than app_icons.py reads it: {pattern}")
    return found[1]
