"""Windows of time and nearest-rank percentiles."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin.budget.window import MOST_SAMPLES, LateWindow, TimeWindow, percentile


@given(st.lists(st.floats(0, 1e6), min_size=1), st.floats(1, 100))
def test_the_percentile_is_one_of_the_values_and_numpys(values, percent):
    assert percentile(values, percent) == np.percentile(values, percent, method="inverted_cdf")


def test_of_nothing_there_is_none():
    with pytest.raises(ValueError, match="no values"):
        percentile([], 95)


def test_old_values_and_too_many_are_forgotten():
    window = TimeWindow(10)
    window.add(0, 1)
    window.add(5, 2)
    assert window.values(10) == [1, 2]
    assert window.values(10.1) == [2]
    for i in range(MOST_SAMPLES + 5):
        window.add(11, i)
    assert len(window.values(11)) == MOST_SAMPLES
    window.clear()
    assert window.values(11) == []


def test_the_share_of_late_utterances():
    window = LateWindow(10)
    for at_s, is_late in ((0, True), (1, False), (2, False), (3, True)):
        window.add(at_s, is_late)
    assert window.share_percent(3, 4) == 50
    assert window.share_percent(3, 5) is None
    assert window.share_percent(10.5, 1) == pytest.approx(100 / 3)
    window.clear()
    assert window.share_percent(3, 0) is None
