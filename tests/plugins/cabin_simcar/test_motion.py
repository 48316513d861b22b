from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin_simcar.motion import REVERSE_PERCENT, Motion, meets, reverses

WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"


def test_a_motion_begins_late_and_takes_its_time():
    motion = Motion(0, 100, 50, 10)
    assert motion.at(99) == (0, False)
    assert motion.at(1100) == (10.0, False)
    assert motion.at(5100) == (50.0, True)
    assert Motion(False, 0, True, None).at(0) == (True, True)


def test_it_stops_or_goes_back():
    assert Motion(100, 0, 0, 10, stops_at=30).at(60_000) == (30, True)
    back = Motion(100, 0, 0, 10, stops_at=30, goes_back_to=75)
    assert back.at(6900)[0] == pytest.approx(31)
    assert back.at(8000)[0] == pytest.approx(40)
    assert back.at(60_000) == (75, True)


@given(st.floats(0, 100), st.floats(0, 100), st.floats(0, 100))
def test_only_what_is_on_the_way_is_met(start, target, at):
    assert meets(start, target, at) == (at != start and min(start, target) <= at <= max(start, target))


def test_only_panels_that_close_reverse():
    assert reverses(WINDOW, 100, 0, 30) == 30 + REVERSE_PERCENT
    assert reverses(WINDOW, 100, 0, 80) == 100
    assert reverses(WINDOW, 0, 100, 30) is None
    assert reverses("Vehicle.Cabin.Seat.Row1.DriverSide.Position", 100, 0, 30) is None
