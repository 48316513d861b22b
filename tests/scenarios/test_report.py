from __future__ import annotations

import json
import re
from xml.etree import ElementTree as ET

from cabin.scenarios.changes import Change
from cabin.scenarios.drawing import signal_plot, waterfall
from cabin.scenarios.junit import junit_xml
from cabin.scenarios.report import report_page
from cabin.scenarios.result import result_from


def results(play):
    return [
        *play("about: a <b>\nsteps:\n  - say: open the driver window\n    expect: {status: [done]}\n"),
        *play("about: c\nsteps:\n  - say: open the trunk\n    expect: {status: [refused]}\n"),
    ]


def test_the_page_shows_what_failed_first_and_nothing_from_elsewhere(play):
    page = report_page(results(play), [Change("x", "broken", "<y>")])
    assert page.index("FAILED") < page.index("a &lt;b&gt;")
    assert "expected refused, seen done" in page
    assert "&lt;y&gt;" in page
    assert "<polyline" in page
    assert not re.search(r'(?:src|href)="(?!data:|#)', page)
    assert "<script" not in page


def test_junit_counts_and_tells(play):
    root = ET.fromstring(junit_xml(results(play)))
    cases = list(root.iter("testcase"))
    assert len(cases) == 2
    (failure,) = root.iter("failure")
    assert failure.get("message") == "step 1: status: expected refused, seen done"
    assert "open the trunk" in cases[1].findtext("system-out")


def test_a_result_survives_json(play):
    for result in results(play):
        told = json.dumps(result.to_json())
        assert json.dumps(result_from(json.loads(told)).to_json()) == told


def test_plots_of_nothing_are_nothing_and_words_are_drawn():
    assert (signal_plot({}, 1.0), waterfall([{}])) == ("", "")
    drawn = signal_plot({"Vehicle.A": ((0.0, "OFF"), (1.0, "ON")), "Vehicle.B": ((0.5, True),)}, 2.0)
    assert drawn.count("<polyline") == 2
    assert waterfall([{"parse": 3.0, "act": 1.0}]).count("<rect") >= 5
