"""Lines over time: well-formed, inside the picture, broken where they must be, thinned without losing a peak."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from cabin.bench.time_chart import Line, Mark, time_chart

VALUES = st.floats(0, 1e6)
POINTS = st.lists(st.one_of(st.none(), st.tuples(VALUES, VALUES)), max_size=30)


def places(path):
    return [tuple(map(float, place.split())) for place in re.split("[ML]", path.get("d"))[1:]]


def lines_of(chart):
    return [path for path in ET.fromstring(chart).iter("path") if path.get("class") == "line"]


@given(st.lists(POINTS, max_size=4), st.lists(VALUES, max_size=5), st.lists(VALUES, max_size=2))
def test_everything_lies_in_the_picture(lines, marks, limits):
    ordered = [sorted((p for p in line if p), key=lambda p: p[0]) for line in lines]
    chart = time_chart(
        [Line(f"<{at}>", line) for at, line in enumerate(ordered)],
        "x & y",
        "MiB",
        [Mark(x, "<what>") for x in marks],
        limits,
    )
    if not any(ordered):
        assert chart == ""
        return
    root = ET.fromstring(chart)
    drawn = [path for path in root.iter("path") if path.get("class") in ("line", "mark", "limit")]
    assert len(drawn) == sum(map(bool, ordered)) + len(marks) + len(limits)
    for path in drawn:
        assert all(0 <= x <= 720 and 0 <= y <= 260 for x, y in places(path))


def test_up_is_more_and_right_is_later():
    (path,) = lines_of(time_chart([Line("a", [(0, 1), (1, 2), (2, 5)])], "x", "y"))
    (x0, y0), (x1, y1), (x2, y2) = places(path)
    assert x0 < x1 < x2
    assert y0 > y1 > y2


def test_a_gap_breaks_the_line():
    (path,) = lines_of(time_chart([Line("a", [(0, 1), (1, 1), None, (2, 1), (3, 1)])], "x", "y"))
    assert path.get("d").count("M") == 2


def test_a_peak_among_many_points_is_drawn():
    points = [(x, 100.0 if x == 3333 else 1.0) for x in range(10_000)]
    (path,) = lines_of(time_chart([Line("a", points)], "x", "y"))
    found = places(path)
    assert len(found) < 1000
    assert min(y for _, y in found) < 60
