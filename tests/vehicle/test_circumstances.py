from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin.vehicle.circumstances import computer_clock, minutes_of, say_time, within

DAY = 24 * 60


@given(st.integers(0, DAY - 1))
def test_a_time_of_day_there_and_back(minute):
    assert minutes_of(say_time(minute)) == minute


@pytest.mark.parametrize("text", ["", "24:00", "12:60", "noon", "12", "12:5"])
def test_what_is_no_time(text):
    assert minutes_of(text) is None


@given(st.integers(0, DAY - 1), st.integers(0, DAY - 1), st.integers(0, DAY - 1))
def test_a_range_and_the_rest_of_the_day_share_no_minute(minute, start, end):
    if start != end:
        assert within(minute, start, end) != within(minute, end, start)


def test_ranges_go_past_midnight():
    assert within(23 * 60, 22 * 60, 6 * 60)
    assert within(0, 22 * 60, 6 * 60)
    assert not within(6 * 60, 22 * 60, 6 * 60)
    assert not within(12 * 60, 22 * 60, 6 * 60)


def test_the_computer_tells_a_minute_of_the_day():
    assert 0 <= computer_clock() < DAY
