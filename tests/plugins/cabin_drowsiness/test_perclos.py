from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin_drowsiness.perclos import CLOSED_PERCENT, Perclos


def test_the_share_of_the_last_minute():
    eyes = Perclos()
    for second in range(0, 120, 2):  # a closure of 0.2 s every two seconds
        eyes.take(100, second)
        eyes.take(0, second + 0.2)
    eyes.advance(120)
    assert eyes.share == pytest.approx(0.1, abs=0.002)


def test_before_half_a_minute_nothing_is_known():
    eyes = Perclos()
    eyes.take(100, 0)
    eyes.advance(29.9)
    assert eyes.share is None
    eyes.advance(30)
    assert eyes.share == pytest.approx(1.0)


def test_how_long_they_are_closed_now():
    eyes = Perclos()
    eyes.take(CLOSED_PERCENT, 10)
    eyes.advance(12.5)
    assert eyes.closed_s == 2.5
    eyes.take(CLOSED_PERCENT + 5, 13)  # still closed
    assert eyes.closed_s == 3
    eyes.take(CLOSED_PERCENT - 1, 14)
    assert eyes.closed_s == 0


@given(st.lists(st.tuples(st.floats(0.01, 5), st.floats(0.01, 5)), min_size=20, max_size=80))
def test_the_share_is_that_of_the_time_closed(pairs):
    eyes, now_s, spans = Perclos(window_s=30), 0.0, []
    eyes.advance(0)
    for open_s, closed_s in pairs:
        now_s += open_s
        eyes.take(90, now_s)
        spans.append((now_s, now_s + closed_s))
        now_s += closed_s
        eyes.take(10, now_s)
    window = min(now_s, 30)
    if window >= 15:
        closed = sum(max(0.0, end - max(begin, now_s - window)) for begin, end in spans)
        assert eyes.share == pytest.approx(closed / window, abs=1e-6)
