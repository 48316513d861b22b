from __future__ import annotations

import re

from cabin.scenarios.changes import Change
from cabin.scenarios.report import report_page


def test_the_page_shows_what_failed_first_and_nothing_from_elsewhere(two_results):
    page = report_page(two_results, [Change("x", "broken", "<y>")])
    assert page.index("FAILED") < page.index("a &lt;b&gt;")
    assert "expected refused, seen done" in page
    assert "&lt;y&gt;" in page
    assert "<polyline" in page
    assert not re.search(r'(?:src|href)="(?!data:|#)', page)
    assert "<script" not in page
