from __future__ import annotations

from collections import Counter

import pytest

from cabin.slm.evaluation import Evaluation, Judged
from cabin.slm.evaluation_page import write_page

ERROR = {
    "text": "<script>x</script> & more",
    "want": [["horn.sound", {}]],
    "got": "unclear",
    "confidence": 0.25,
    "verdict": ["missed"],
}


def test_figures_devices_and_errors_stand_in_it_escaped(tmp_path):
    counts = Counter(sentences=3, function=2, exact=2, missed=1)
    result = Evaluation(Counter(), [ERROR], {"horn": counts})
    write_page(tmp_path / "page.html", result, {"function": 66.7})
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;x&lt;/script&gt; &amp; more" in page
    assert page.count("<script>") == 1
    assert "66.7" in page
    assert "<td>horn</td>" in page
    assert "Wrong sentences (1)" in page
    assert "http" not in page
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_confusions_and_the_reliability_diagram_stand_in_it(tmp_path):
    judged = [Judged(0.95, True, True)] * 3 + [Judged(0.95, False, True), Judged(0.15, False, False)]
    result = Evaluation(judged=judged, confusions=Counter({("fan.up", "(unclear)"): 7}))
    write_page(tmp_path / "page.html", result, {})
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert '<td>fan.up</td><td>(unclear)</td><td class="number">7</td>' in page
    assert "4 sentences of confidence 0.95: 0.75 right" in page
    assert "1 sentences of confidence 0.15: 0.00 right" in page


def test_a_place_that_cannot_be_written(tmp_path):
    with pytest.raises(OSError, match="gone"):
        write_page(tmp_path / "gone" / "page.html", Evaluation(), {})
