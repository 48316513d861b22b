from __future__ import annotations

import pytest

from cabin.errors import UsageError
from cabin.vehicle.driver_state import CONDITIONS, DriverState


@pytest.fixture
def clock():
    class Clock:
        now_s = 0.0

        def __call__(self):
            return self.now_s

    return Clock()


def test_the_strictest_report_counts_until_its_time_is_over(clock):
    state = DriverState(clock)
    assert state.now() == (0, frozenset())
    state.report("a", "drowsy", 2, for_s=10)
    state.report("b", "distracted", 1, for_s=100)
    assert state.now() == (2, frozenset({"drowsy", "distracted"}))
    assert [each.source for each in state.reports()] == ["a", "b"]
    clock.now_s = 10
    assert state.now() == (1, frozenset({"distracted"}))


def test_a_report_replaces_the_one_before_and_is_taken_back(clock):
    state = DriverState(clock)
    state.report("a", "drowsy", 3)
    state.report("a", "drowsy", 1)
    state.report("b", "asleep", 3)
    assert state.now()[0] == 3
    state.report("b", "asleep", 0)
    assert state.now() == (1, frozenset({"drowsy"}))
    state.clear("a")
    assert state.now() == (0, frozenset())


def test_what_cannot_be_told_is_told_to_whoever_tells_it():
    state = DriverState()
    with pytest.raises(UsageError, match="'drowsy'"):
        state.report("a", "drowzy")
    with pytest.raises(UsageError, match="0 to 3"):
        state.report("a", CONDITIONS[0], 4)
