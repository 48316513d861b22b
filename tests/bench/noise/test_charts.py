"""Curves over noise."""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET

from cabin.bench.noise.charts import Curve, curve_chart, levels_of

OFF = Curve("off, 100 km/h", (("quiet", 95.0), ("10", 90.0), ("0", 50.0)), (90.0, 85.0, 40.0), (98.0, 94.0, 60.0))
STRONG = Curve("<strong>", (("10", 97.0), ("0", 80.0)))


def test_levels_get_noisier_to_the_right():
    assert levels_of([STRONG, OFF]) == ["quiet", "10", "0"]


def test_a_chart_is_whole_xml_with_every_point_in_its_place():
    chart = curve_chart([OFF, STRONG], "accepted, %", (98.0,), 100)
    tree = ET.fromstring(chart)
    dots = tree.findall("circle")
    assert len(dots) == 5
    assert len(tree.findall("polygon")) == 1
    first = [(float(dot.get("cx")), float(dot.get("cy"))) for dot in dots[:3]]
    assert [x for x, _ in first] == sorted(x for x, _ in first)
    assert [y for _, y in first] == sorted(y for _, y in first)  # down the page as acceptance falls
    assert dots[3].get("cx") == dots[1].get("cx")
    assert "aim" in chart
    assert all(0 <= float(y) <= 320 for y in re.findall(r'cy="([\d.-]+)"', chart))


def test_names_do_not_lie_on_each_other():
    twins = [Curve(name, (("10", 90.0), ("0", 50.0))) for name in "abc"]
    tree = ET.fromstring(curve_chart(twins, "y"))
    heights = [float(text.get("y")) for text in tree.findall("text") if text.text in "abc"]
    assert all(late - early >= 13.9 for early, late in itertools.pairwise(heights))


def test_nothing_gives_no_chart():
    assert curve_chart([], "y") == ""
