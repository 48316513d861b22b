"""Results as JUnit XML, as CI servers read it (the schema of the Ant task, as Jenkins and GitLab take it)."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from cabin.scenarios.result import CaseResult

__all__ = ["junit_xml"]


def junit_xml(results: Sequence[CaseResult]) -> str:
    """Return the XML: a test suite for each scenario, a test case for each case."""
    root = ET.Element("testsuites", name="cabin scenarios")
    suites: dict[str, list[CaseResult]] = {}
    for result in results:
        suites.setdefault(result.scenario, []).append(result)
    for name, own in suites.items():
        failed = sum(not result.has_passed for result in own)
        total_s = sum(_seconds(result) for result in own)
        suite = ET.SubElement(
            root, "testsuite", name=name, tests=str(len(own)), failures=str(failed), errors="0", time=f"{total_s:.3f}"
        )
        for result in own:
            case = ET.SubElement(suite, "testcase", classname=name, name=result.case, time=f"{_seconds(result):.3f}")
            if not result.has_passed:
                failure = ET.SubElement(case, "failure", message=_clean(str(result.failures[0])))
                failure.text = _clean("\n".join([result.about, *map(str, result.failures)]))
            said = "\n".join(f"{step.at_s:.1f} s  {step.what}  ->  {step.reply}" for step in result.steps)
            ET.SubElement(case, "system-out").text = _clean(said)
    ET.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _seconds(result: CaseResult) -> float:
    return float(result.times.get("wall_ms", 0.0)) / 1000


def _clean(text: str) -> str:
    """Return text without what XML 1.0 cannot hold."""
    return "".join(char for char in text if char in "\t\n\r" or " " <= char <= "\ud7ff" or "\ue000" <= char <= "\ufffd")
