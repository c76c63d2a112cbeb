"""The borders of today's communes, from one replaceable file (`data/borders_nghe_an.topojson`).

TopoJSON: a border between two communes is stored once, as an arc both refer to. So shared lines coincide
whatever they were simplified to, and who borders on whom can be read off. Replace the file by any TopoJSON
whose geometries carry the GSO commune code as `id`.
"""

import json
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from datetime import date
from functools import cache
from itertools import accumulate, combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kheo.places.models import GSO, AreaCode

if TYPE_CHECKING:
    from kheo.places.models import Area, AreaQuerySet
    from kheo.ui.charts import Outlines

FILE = Path(__file__).resolve().parent / "data" / "borders_nghe_an.topojson"
# The borders and the codes in the file are of this day and since.
SINCE = date(2025, 7, 1)
# How far, in metres, a border of the file may lie from the real one: it keeps a point about every 600 m, and
# those that stood out by less than some 100 m are left out.
UNSURE = 200
# Said beside every map.
SOURCE = "Nhà xuất bản Tài nguyên - Môi trường và Bản đồ Việt Nam (sapnhap.bando.com.vn), đã giản lược"

# A GeoJSON geometry in degrees (WGS 84): {"type": "Polygon" | "MultiPolygon", "coordinates": …}.
Shape = Mapping[str, Any]


@cache
def shapes() -> dict[str, Shape]:
    """Each commune's borders by its GSO code."""
    topology = _topology()
    arcs = _arcs(topology)

    def ring(numbers: list[int]) -> list[tuple[float, float]]:
        points: list[tuple[float, float]] = []
        for number in numbers:
            arc = arcs[number] if number >= 0 else arcs[~number][::-1]
            points += arc[1:] if points else arc
        return points

    found: dict[str, Shape] = {}
    for geometry in _geometries(topology):
        if geometry["type"] == "Polygon":
            coordinates: list = [ring(each) for each in geometry["arcs"]]
        else:
            coordinates = [[ring(each) for each in polygon] for polygon in geometry["arcs"]]
        found[geometry["id"]] = {"type": geometry["type"], "coordinates": coordinates}
    return found


@cache
def neighbours() -> dict[str, set[str]]:
    """For each commune's code the codes of those it shares a line with."""
    users: dict[int, set[str]] = defaultdict(set)
    for geometry in _geometries(_topology()):
        polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
        for number in (number for polygon in polygons for ring in polygon for number in ring):
            users[number if number >= 0 else ~number].add(geometry["id"])
    beside: dict[str, set[str]] = {code: set() for code in shapes()}
    for codes in users.values():
        for one, other in combinations(codes, 2):
            beside[one].add(other)
            beside[other].add(one)
    return beside


def shape_of(area: "Area") -> Shape | None:
    """The borders of an area, of those the file knows."""
    if area.valid_from < SINCE:
        return None
    codes = [each.code for each in area.codes.all() if each.system == GSO]
    return next((shapes()[code] for code in codes if code in shapes()), None)


@cache
def outlines() -> "Outlines":
    """All communes ready to draw, by code; made once and kept."""
    from kheo.ui.charts import Outlines

    return Outlines.of({**shapes()})


def outlines_of(areas: Iterable["Area"]) -> "Outlines":
    """The same picture by area id, for those of the areas that the file knows (prefetch `codes`)."""
    from kheo.ui.charts import Outlines

    whole = outlines()
    keys = {area.code: area.pk for area in areas if area.valid_from >= SINCE}
    paths: dict[Hashable, str] = {keys[code]: path for code, path in whole.paths.items() if code in keys}
    return Outlines(paths, whole.width, whole.height)


def with_outlines(areas: "AreaQuerySet") -> "AreaQuerySet":
    """Those of the areas that the file may know, with their codes."""
    known = AreaCode.objects.filter(system=GSO, code__in=sorted(shapes())).order_by()
    return areas.filter(pk__in=known.values("area")).prefetch_related("codes")


def topology_of(areas: Iterable["Area"]) -> str:
    """TopoJSON of those of the areas that the file knows (prefetch `codes`), as text.

    A geometry of its one object, `communes`, has the area's id as `id` and its name in the properties.
    """
    file, known = _topology(), {each["id"]: each for each in _geometries(_topology())}
    geometries = [
        {**known[code], "id": area.pk, "properties": {"name": area.in_text}}
        for area in areas
        if area.valid_from >= SINCE and (code := area.code) in known
    ]
    told = {
        "type": "Topology",
        "transform": file["transform"],
        "arcs": file["arcs"],
        "objects": {"communes": {"type": "GeometryCollection", "geometries": geometries}},
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


@cache
def _topology() -> dict[str, Any]:
    with FILE.open(encoding="utf-8") as file:
        return json.load(file)


def _geometries(topology: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        geometry
        for collection in topology["objects"].values()
        for geometry in collection["geometries"]
        if geometry["type"] in ("Polygon", "MultiPolygon")
    ]


def _arcs(topology: dict[str, Any]) -> list[list[tuple[float, float]]]:
    """Arcs in degrees; in the file they are whole steps on a grid, each from the point before."""
    (x_step, y_step), (west, south) = topology["transform"]["scale"], topology["transform"]["translate"]
    return [
        [
            (round(west + x * x_step, 6), round(south + y * y_step, 6))
            for x, y in accumulate(arc, lambda at, step: [at[0] + step[0], at[1] + step[1]])
        ]
        for arc in topology["arcs"]
    ]
