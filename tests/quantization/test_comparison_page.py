from __future__ import annotations

from cabin.quantization.comparison import Budget, recommend
from cabin.quantization.comparison_page import COLUMNS, comparison_page, rows_of
from tests.quantization.test_comparison import entry


def test_a_page_with_a_recommendation():
    entries = [entry("fp32", 142, 90.0, 40), entry("int8<", 36, 90.0, 10), entry("int4", 25, 86.0, 12)]
    assert all(len(row) == len(COLUMNS) for row in rows_of(entries))
    html = comparison_page("build/<fp32>", entries, recommend(entries, Budget(max_mb=40)))
    assert "build/&lt;fp32&gt;" in html
    assert "Recommended: int8&lt;" in html
    assert "size 142 above 40 MB" in html
    assert html.count("<svg") == 2
    assert html.count("<tr class=marked>") == 2  # fp32 is beaten by int8
    assert "Recommended" not in comparison_page("x", entries, None)
    assert "Recommended: none" in comparison_page("x", entries, recommend(entries, Budget(max_mb=1)))
