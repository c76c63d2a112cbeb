"""Đức looks at charts, on a screen, on paper or with a screen reader."""

import math
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kheo.ui.charts import BarChart, Choropleth, LineChart, Outlines, nice_ticks, step_bounds, step_of


def square(x, y):
    return {"type": "Polygon", "coordinates": [[[x, y], [x + 1, y], [x + 1, y + 1], [x, y + 1], [x, y]]]}


def tree(html):
    """The chart as XML: it is well formed and holds nothing the security policy forbids."""
    assert "style=" not in html
    assert "<script" not in html
    assert "onclick" not in html
    return ElementTree.fromstring(html.replace("&nbsp;", " "))


def test_bars_are_a_table_with_every_figure():
    html = BarChart(
        "Theo lĩnh vực", [("Kinh tế <b>", 1234, "/a/"), ("Văn hóa", 0, None)], unit="mô hình"
    ).html()
    root = tree(html)
    assert "1.234" in html
    assert "Kinh tế &lt;b&gt;" in html
    assert [a.get("href") for a in root.iter("a")] == ["/a/"]
    assert len(list(root.iter("rect"))) == 1  # nothing is drawn for nothing
    assert next(root.iter("title")).text == "Kinh tế <b>: 1.234 mô hình"


def test_stacked_bars_have_a_legend_and_their_parts():
    html = BarChart("x", [("Kinh tế", (3, 1), None)], series=("Mới", "Duy trì")).html()
    assert [rect.get("width") for rect in tree(html).iter("rect") if rect.get("x")] == ["75%", "25%"]
    assert "(3 + 1)" in html
    assert "Duy trì</li>" in html


def test_a_chart_of_nothing_says_so():
    assert "Chưa có số liệu" in BarChart("x", []).html()
    tree(BarChart("x", [("a", 0, None)]).html())
    tree(LineChart("x", [], []).html())
    tree(LineChart("x", [2026], [("a", [5])]).html())


def test_lines_leave_a_gap_where_nothing_is_known():
    root = tree(LineChart("x", [2021, 2022, 2023, 2024], [("Tỉnh", [1, None, 3, 4])]).html())
    assert len(list(root.iter("circle"))) == 3
    pieces = [line for group in root.iter("g") for line in group.iter("line")]
    assert len(pieces) == 1
    assert [cell.text for cell in root.iter("td")] == ["1", "–", "3", "4"]


def test_a_map_tells_each_area_and_links_it():
    html = Choropleth(
        "Bản đồ", {1: square(104, 19), 2: square(105, 19), 3: square(104, 18)}, {1: 0, 2: 7},
        {1: "Xã A", 2: "Xã B", 3: "Xã C"}, {2: "/b/"}, unit="mô hình", strong={3},
    ).html()  # fmt: skip
    root = tree(html)
    assert [title.text for title in root.iter("title")] == [
        "Xã A: 0 mô hình",
        "Xã B: 7 mô hình",
        "Xã C: chưa có số liệu",
    ]
    drawn = [path.get("class") for path in root.iter("path") if path.get("class")]
    assert drawn == ["step-0", "step-1", "step-none strong"]
    assert [cell.text for cell in root.iter("td")] == ["7", "0", "–"]
    assert "/b/" in html


def test_a_map_is_true_to_scale_at_its_middle():
    outlines = Outlines.of({1: square(104, 19)}, width=1000)
    assert outlines.height == pytest.approx(1000 / math.cos(math.radians(19.5)), abs=1)


def test_islets_do_not_vanish():
    tiny = {
        "type": "Polygon",
        "coordinates": [[[104.5, 19.5], [104.5001, 19.5], [104.5, 19.5001], [104.5, 19.5]]],
    }
    outlines = Outlines.of({1: square(104, 19), 2: tiny}, width=100)
    assert outlines.paths[2].endswith("h1v1h-1z")


def test_only_polygons_are_drawn():
    with pytest.raises(ValueError, match="polygons"):
        Outlines.of({1: {"type": "Point", "coordinates": [104, 19]}})


@settings(max_examples=150, deadline=None)
@given(st.floats(0, 1e12, allow_nan=False))
def test_ticks_reach_the_top_and_are_few(top):
    ticks = nice_ticks(top)
    assert ticks[0] == 0
    assert ticks[-1] >= top * (1 - 1e-9) or top < 1e-9
    assert 2 <= len(ticks) <= 7


@settings(max_examples=150, deadline=None)
@given(st.lists(st.integers(0, 10_000), max_size=60))
def test_every_value_has_a_step_and_more_is_never_lighter(values):
    bounds = step_bounds(values)
    assert len(bounds) <= 5
    assert bounds == sorted(set(bounds))
    steps = [step_of(value, bounds) for value in sorted(values)]
    assert steps == sorted(steps)
    assert all((step == 0) == (value == 0) for step, value in zip(steps, sorted(values), strict=True))
    assert not bounds or bounds[-1] == max(values)
