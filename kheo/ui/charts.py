"""Charts and maps drawn on the server: SVG with titles, a legend in words, and a table behind.

They need no script and no inline style: sizes are SVG attributes, in per cent where they follow the
window, so that the words stay readable on a phone; colours are classes (light, dark, print).
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, pairwise
from typing import Any

from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from kheo.lib import formats

Text = str | Promise | int
Row = tuple[Text, float | Sequence[float], str | None] | tuple[Text, float | Sequence[float]]

_serial = count(1)
STEPS = 5


def plain_number(value: float) -> str:
    """12 and 12,5 in the reader's language."""
    return formats.short_decimal(value, 1, "en" if (get_language() or "vi").startswith("en") else "vi")


@dataclass
class BarChart:
    """Bars side by side in a table: the table is the chart, so nothing is hidden from anyone.

    `rows` are (label, value, url or None). With `series` names a value is a sequence of parts, stacked
    in that order. Values are not negative.
    """

    title: Text
    rows: Sequence[Row]
    unit: Text = ""
    series: Sequence[Text] = ()
    note: Text = ""
    source: Text = ""
    show: Callable[[float], str] = plain_number

    def html(self) -> SafeString:
        lines, top = [], max([1e-9, *(sum(_parts(row[1])) for row in self.rows)])
        for row in self.rows:
            label, parts, url = row[0], _parts(row[1]), row[2] if len(row) > 2 else None
            start, bars = 0.0, []
            for place, part in enumerate(parts):
                width = part / top * 100
                if part:
                    # A hair of width, so that the smallest count is still seen.
                    bars.append({"x": _pc(start), "width": _pc(max(width, 0.6)), "tone": place % 4 + 1,
                                 "title": self._title(label, place, part)})  # fmt: skip
                start += width
            lines.append({"label": label, "url": url, "bars": bars, "value": self.show(sum(parts)),
                          "parts": [self.show(part) for part in parts] if self.series else []})  # fmt: skip
        return _render("bars", chart=self, lines=lines, legend=_legend(self.series))

    def _title(self, label: Text, place: int, part: float) -> str:
        name = f"{label}, {self.series[place]}" if self.series else str(label)
        return f"{name}: {self.show(part)} {self.unit}".strip()


@dataclass
class LineChart:
    """One or a few lines over the same labels (years, months). A None leaves a gap.

    `series` are (name, values), values as many as `labels`.
    """

    title: Text
    labels: Sequence[Text]
    series: Sequence[tuple[Text, Sequence[float | None]]]
    unit: Text = ""
    note: Text = ""
    source: Text = ""
    show: Callable[[float], str] = plain_number

    # The drawing's own margins in per cent: room for the last label and half a point at each side.
    left, right, roof, floor = 8.0, 95.0, 8.0, 86.0

    def html(self) -> SafeString:
        known = [value for _name, values in self.series for value in values if value is not None]
        ticks = nice_ticks(max(known, default=0))
        grid = [{"y": _pc(self._y(tick, ticks[-1])), "text": self.show(tick)} for tick in ticks if tick]
        lines = []
        for place, (name, values) in enumerate(self.series):
            spots = [
                None if value is None else (self._x(at), self._y(value, ticks[-1]), value)
                for at, value in enumerate(values)
            ]
            lines.append({
                "name": name, "tone": place % 4 + 1,
                "pieces": [{"x1": _pc(a[0]), "y1": _pc(a[1]), "x2": _pc(b[0]), "y2": _pc(b[1])}
                           for a, b in pairwise(spots) if a and b],
                "spots": [{"x": _pc(spot[0]), "y": _pc(spot[1]), "title": self._title(name, at, spot[2])}
                          for at, spot in enumerate(spots) if spot],
            })  # fmt: skip
        step = max(1, math.ceil(sum(len(str(label)) + 2 for label in self.labels) / 42))
        last = len(self.labels) - 1
        names = [{"x": _pc(self._x(at)), "text": label}
                 for at, label in enumerate(self.labels) if (last - at) % step == 0]  # fmt: skip
        table = [
            {"label": label, "values": [self._cell(values, at) for _name, values in self.series]}
            for at, label in enumerate(self.labels)
        ]
        legend = _legend([name for name, _values in self.series])
        drawn = {"grid": grid, "lines": lines, "names": names, "floor": _pc(self.floor)}
        return _render("lines", chart=self, table=table, legend=legend, **drawn)

    def _x(self, at: int) -> float:
        if len(self.labels) < 2:
            return 50.0
        return self.left + (self.right - self.left) * at / (len(self.labels) - 1)

    def _y(self, value: float, top: float) -> float:
        return self.floor - (self.floor - self.roof) * value / top

    def _title(self, name: Text, at: int, value: float) -> str:
        return f"{name}, {self.labels[at]}: {self.show(value)} {self.unit}".strip()

    def _cell(self, values: Sequence[float | None], at: int) -> str:
        value = values[at] if at < len(values) else None
        return "–" if value is None else self.show(value)


@dataclass(frozen=True)
class Outlines:
    """Borders made ready to draw: an SVG path for each key in one picture of `width` × `height`.

    Making them takes tens of milliseconds for a province; keep the object and use it for every map.
    """

    paths: Mapping[Any, str]
    width: int
    height: int

    @classmethod
    def of(cls, shapes: Mapping[Any, Mapping[str, Any]], width: int = 700) -> "Outlines":
        """From GeoJSON geometries (Polygon, MultiPolygon) in degrees; true to scale at mid-latitude."""
        points = [point for shape in shapes.values() for ring in _rings(shape) for point in ring]
        if not points:
            return cls({}, width, 1)
        west, east = min(p[0] for p in points), max(p[0] for p in points)
        south, north = min(p[1] for p in points), max(p[1] for p in points)
        squeeze = math.cos(math.radians((south + north) / 2))
        scale = width / max((east - west) * squeeze, 1e-9)
        height = max(1, math.ceil((north - south) * scale))

        def place(point: Sequence[float]) -> tuple[int, int]:
            return round((point[0] - west) * squeeze * scale), round((north - point[1]) * scale)

        paths = {
            key: "".join(_path(list(map(place, ring))) for ring in _rings(shape))
            for key, shape in shapes.items()
        }
        return cls(paths, width, height)


@dataclass
class Choropleth:
    """Areas coloured by a number, in five steps that stay apart for every eye and in grey print.

    `shapes` maps a key to a GeoJSON geometry, or is an `Outlines` made once; `values`, `labels` and
    `urls` map the same keys. A key without a value is drawn as "no figure". `strong` keys are outlined.
    With `words` the table stands open and says them beside each figure, under `words_head`.
    """

    title: Text
    shapes: Outlines | Mapping[Any, Mapping[str, Any]]
    values: Mapping[Any, float]
    labels: Mapping[Any, Text]
    urls: Mapping[Any, str] = field(default_factory=dict)
    unit: Text = ""
    note: Text = ""
    source: Text = ""
    strong: frozenset[Any] | set[Any] = frozenset()
    words: Mapping[Any, Text] = field(default_factory=dict)
    words_head: Text = ""
    show: Callable[[float], str] = plain_number

    def html(self) -> SafeString:
        outlines = self.shapes if isinstance(self.shapes, Outlines) else Outlines.of(self.shapes)
        bounds = step_bounds([value for value in self.values.values() if value is not None])
        areas: list[dict[str, Any]] = []
        for key, path in outlines.paths.items():
            value = self.values.get(key)
            areas.append({
                "path": path, "url": self.urls.get(key), "strong": key in self.strong,
                "step": "none" if value is None else step_of(value, bounds), "title": self._title(key),
            })  # fmt: skip
        areas.sort(key=lambda area: area["strong"])
        known = [key for key in self.labels if self.values.get(key) is not None]
        known.sort(key=lambda key: -self.values[key])
        unknown = [key for key in self.labels if self.values.get(key) is None]
        rows = [
            {"label": self.labels[key], "url": self.urls.get(key), "value": self._shown(key),
             "words": self.words.get(key, "")}
            for key in [*known, *unknown]
        ]  # fmt: skip
        return _render(
            "map", chart=self, areas=areas, outlines=outlines, rows=rows, legend=self._steps(bounds)
        )

    def _shown(self, key: Any) -> str:
        value = self.values.get(key)
        return "–" if value is None else self.show(value)

    def _title(self, key: Any) -> str:
        value = self.values.get(key)
        told = _("no figure") if value is None else f"{self.show(value)} {self.unit}".strip()
        return f"{self.labels.get(key, key)}: {told}"

    def _steps(self, bounds: list[float]) -> list[dict[str, Any]]:
        """The legend: what each colour stands for."""
        legend: list[dict[str, Any]] = []
        if any(value == 0 for value in self.values.values()):
            legend.append({"step": 0, "text": "0"})
        whole = all(float(value).is_integer() for value in self.values.values() if value is not None)
        low: float = 1 if whole else 0
        for place, bound in enumerate(bounds):
            one = whole and low == bound
            text = self.show(bound) if one else f"{self.show(low)} – {self.show(bound)}"
            legend.append({"step": place + 1, "text": text})
            low = bound + 1 if whole else bound
        if any(self.values.get(key) is None for key in self.labels):
            legend.append({"step": "none", "text": _("no figure")})
        return legend


def nice_ticks(top: float, most: int = 5) -> list[float]:
    """Round numbers from 0 to at least `top`: 0, 20, 40, 60."""
    if top < 1e-9:
        return [0, 1]
    raw = top / (most - 1)
    size = 10 ** math.floor(math.log10(raw))
    step = next(factor * size for factor in (1, 2, 2.5, 5, 10) if factor * size >= raw)
    if top >= 4:
        step = max(1, math.ceil(step))
    return [step * at for at in range(math.ceil(top / step - 1e-9) + 1)]


def step_bounds(values: Sequence[float]) -> list[float]:
    """Upper bounds of at most five steps above zero, about as many areas in each, ends rounded."""
    positive = sorted(value for value in values if value > 0)
    if not positive:
        return []
    bounds: list[float] = []
    for step in range(1, STEPS + 1):
        bound = positive[math.ceil(len(positive) * step / STEPS) - 1]
        bound = positive[-1] if step == STEPS else _round_up(bound)
        bound = min(bound, positive[-1])
        if not bounds or bound > bounds[-1]:
            bounds.append(bound)
    return bounds


def step_of(value: float, bounds: Sequence[float]) -> int:
    """0 for nothing, otherwise 1 to 5."""
    if value <= 0:
        return 0
    return next((place for place, bound in enumerate(bounds, 1) if value <= bound), len(bounds))


def _round_up(value: float) -> float:
    """To two leading digits, upwards: 1234 → 1300, 7 → 7."""
    if value < 10:
        return math.ceil(value) if float(value).is_integer() or value > 1 else value
    size = 10 ** (math.floor(math.log10(value)) - 1)
    return math.ceil(value / size) * size


def _parts(value: Any) -> list[float]:
    return list(value) if isinstance(value, list | tuple) else [value or 0]


def _pc(value: float) -> str:
    return f"{round(value, 2):g}%"


def _legend(names: Sequence[Text]) -> list[dict[str, Any]]:
    return (
        [{"tone": place % 4 + 1, "text": name} for place, name in enumerate(names)] if len(names) > 1 else []
    )


def _rings(shape: Mapping[str, Any]) -> list[Sequence[Sequence[float]]]:
    if shape.get("type") == "Feature":
        shape = shape["geometry"]
    if shape["type"] == "Polygon":
        return list(shape["coordinates"])
    if shape["type"] == "MultiPolygon":
        return [ring for polygon in shape["coordinates"] for ring in polygon]
    raise ValueError(f"A map draws polygons, not {shape['type']}.")


def _path(spots: list[tuple[int, int]]) -> str:
    """A closed ring in steps from point to point, which is much shorter than absolute places."""
    (x, y), steps = spots[0], []
    start = f"M{x} {y}l"
    for nx, ny in spots[1:]:
        if (nx, ny) != (x, y):
            steps.append(f"{nx - x} {ny - y}")
            x, y = nx, ny
    if len(steps) < 2:
        # Smaller than a pixel: an islet is kept as a dot, so that its area does not vanish.
        return f"M{x} {y}h1v1h-1z"
    return start + " ".join(steps).replace(" -", "-") + "z"


def _render(name: str, **context: Any) -> SafeString:
    return mark_safe(render_to_string(f"ui/charts/{name}.html", {**context, "serial": next(_serial)}))


__all__ = ["BarChart", "Choropleth", "LineChart", "Outlines", "nice_ticks", "step_bounds", "step_of"]
