from __future__ import annotations

import itertools

import pytest

from cabin.monitoring.drive import drive
from cabin_drowsiness.drives import KINDS, simulate
from cabin_drowsiness.monitor import WATCHES, DrowsinessMonitor


def observed(kind, minutes=20.0, seed=1, answer="none"):
    events = simulate(kind, minutes, seed)
    return list(drive(events, {"drowsiness": DrowsinessMonitor()}, answers=lambda notice: answer))


@pytest.mark.parametrize("kind", KINDS)
def test_a_drive_is_in_order_and_always_alike(kind):
    events = list(simulate(kind, 5))
    assert [event.t for event in events] == sorted(event.t for event in events)
    assert events == list(simulate(kind, 5)) != list(simulate(kind, 5, seed=2))
    assert {event.path for event in events} == {watch.path for watch in WATCHES}


@pytest.mark.parametrize("seed", range(1, 6))
def test_nobody_who_is_awake_is_called_tired(seed):
    assert observed("alert", seed=seed) == []


@pytest.mark.parametrize("seed", range(1, 6))
def test_who_tires_is_asked_before_the_middle_of_the_tiring(seed):
    seen = observed("drowsy", seed=seed)
    assert (seen[0].kind, seen[0].what) == ("driver", "drowsy 2 for 120 s")
    assert (seen[1].kind, seen[1].what) == ("asked", "You seem tired. Shall I find a rest area?")
    assert 20 * 60 / 3 < seen[1].at_s < 20 * 60 * 2 / 3


@pytest.mark.parametrize("seed", range(1, 6))
def test_who_sleeps_is_woken_within_three_seconds(seed):
    seen = observed("asleep", seed=seed)
    events = [event for event in simulate("asleep", 20, seed) if event.path.endswith("EyelidClosure")]
    longest = max(itertools.pairwise(events), key=lambda two: (two[0].value > 50) * (two[1].t - two[0].t))
    woken = next(each for each in seen if each.level == "alarm")
    assert 1.5 <= woken.at_s - longest[0].t / 1000 <= 3.0
    assert any(each.kind == "driver" and each.what.startswith("asleep 3") for each in seen)
