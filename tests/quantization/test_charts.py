from __future__ import annotations

import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cabin.quantization.charts import Point, bar_chart, histogram_chart, scatter_chart, ticks

NUMBERS = st.floats(-1e6, 1e6)


def numbers(root: ET.Element) -> list[float]:
    names = ("x", "y", "cx", "cy", "width", "height")
    return [float(element.get(name)) for element in root.iter() for name in names if element.get(name)]


@settings(max_examples=100, deadline=None)
@given(NUMBERS, NUMBERS)
def test_ticks_are_round_and_within(one, other):
    low, high = min(one, other), max(one, other)
    found = ticks(low, high)
    room = (high - low) * 1e-6 + 1e-9
    assert all(low - room <= tick <= high + room for tick in found)
    assert len(found) <= 7


def test_some_ticks():
    assert ticks(0, 100) == [0, 20, 40, 60, 80, 100]
    assert ticks(0.12, 0.31) == [0.15, 0.2, 0.25, 0.3]
    assert ticks(3, 3) == [3]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.floats(1e-3, 1e6), NUMBERS, st.booleans()), min_size=1, max_size=12))
def test_every_dot_lies_in_the_picture(points):
    chart = scatter_chart([Point(f"<p{at}>", *point) for at, point in enumerate(points)], "x & y", "y")
    root = ET.fromstring(chart)
    dots = [element for element in root.iter() if element.tag == "circle"]
    assert len(dots) == len(points)
    assert all(0 < float(dot.get("cx")) < 720 and 0 < float(dot.get("cy")) < 360 for dot in dots)
    names = [text for text in root.iter("text") if (text.text or "").startswith("<p")]
    heights = sorted(float(text.get("y")) for text in names)
    assert len(names) == len(points)
    assert heights[0] > 0
    assert heights[-1] < 360
    assert all(after - before >= 13.8 for before, after in pairwise(heights))


def test_left_is_less_and_up_is_more():
    chart = ET.fromstring(scatter_chart([Point("a", 1, 10, True), Point("b", 2, 20, True)], "x", "y"))
    b, a = [(float(dot.get("cx")), float(dot.get("cy"))) for dot in chart.iter("circle")]  # best first
    assert a[0] < b[0]
    assert a[1] > b[1]
    assert len([path for path in chart.iter("path") if path.get("class") == "front"]) == 1
    assert scatter_chart([], "x", "y") == ""


def test_bars_are_as_long_as_their_values():
    root = ET.fromstring(bar_chart([("one", 1.0), ("two", 2.0), ("none", 0.0)], "values"))
    widths = [float(bar.get("width")) for bar in root.iter("rect")]
    assert widths[1] == pytest.approx(2 * widths[0], rel=0.01)
    assert widths[2] < 1
    assert "two" in {text.text for text in root.iter("text")}


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 10_000), min_size=2, max_size=50), NUMBERS, st.floats(0.001, 1000))
def test_histograms_stay_in_the_picture(counts, low, width):
    root = ET.fromstring(histogram_chart(counts, counts[::-1], low, low + width, "w"))
    assert all(value >= -0.01 for value in numbers(root) if value == value)
    assert max(float(bar.get("height")) for bar in root.iter("rect")) <= 164.1
