from __future__ import annotations

from xml.etree import ElementTree as ET

from cabin.scenarios.junit import junit_xml


def test_junit_counts_and_tells(two_results):
    root = ET.fromstring(junit_xml(two_results))
    cases = list(root.iter("testcase"))
    assert len(cases) == 2
    (failure,) = root.iter("failure")
    assert failure.get("message") == "step 1: status: expected refused, seen done"
    assert "open the trunk" in cases[1].findtext("system-out")
