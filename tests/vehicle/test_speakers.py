from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin.vehicle.circumstances import SPEAKERS
from cabin.vehicle.policy_file import load_policy
from cabin.vehicle.speakers import Holds, SpeakerRules

RULES = load_policy().speakers
VOLUME = "Vehicle.Cabin.Infotainment.Media.Volume"
PASSENGERS = "Vehicle.Cabin.HVAC.Station.Row1.Passenger.Temperature"
DRIVERS = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"


class Clock:
    now_s = 0.0

    def __call__(self):
        return self.now_s


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def holds(clock):
    return Holds(clock)


def test_the_driver_outranks_for_a_while(holds, clock):
    holds.note(RULES, "driver", VOLUME, 20)
    verdict = holds.judge(RULES, "rear_left", VOLUME, 80)
    assert (verdict.decision, verdict.rule) == ("refuse", "who asked last")
    assert verdict.reason == "The driver set that a moment ago. Ask again in 30 seconds."
    assert holds.judge(RULES, "rear_left", VOLUME, 20).decision == "allow"
    assert holds.judge(RULES, "driver", VOLUME, 30).decision == "allow"
    clock.now_s = RULES.hold_s
    assert holds.judge(RULES, "rear_left", VOLUME, 80).decision == "allow"


def test_among_equals_who_asked_last_is_heard(holds):
    holds.note(RULES, "rear_left", VOLUME, 20)
    assert holds.judge(RULES, "rear_right", VOLUME, 80).decision == "allow"
    holds.note(RULES, "rear_right", VOLUME, 80)
    assert holds.judge(RULES, "driver", VOLUME, 10).decision == "allow"


def test_a_place_of_ones_own_counts_as_much_as_the_driver(holds):
    holds.note(RULES, "driver", PASSENGERS, 18)
    assert holds.judge(RULES, "passenger", PASSENGERS, 24).decision == "allow"
    assert holds.judge(RULES, "rear_left", PASSENGERS, 24).decision == "refuse"
    holds.note(RULES, "driver", DRIVERS, 18)
    assert holds.judge(RULES, "passenger", DRIVERS, 24).decision == "refuse"


def test_who_is_not_known_holds_nobody_off(holds):
    holds.note(RULES, "unknown", VOLUME, 20)
    assert holds.judge(RULES, "rear_left", VOLUME, 80).decision == "allow"
    holds.note(RULES, "driver", VOLUME, 20)
    assert holds.judge(RULES, "unknown", VOLUME, 80).decision == "allow"
    holds.note(SpeakerRules(), "driver", PASSENGERS, 1)
    assert holds.judge(RULES, "rear_left", PASSENGERS, 2).decision == "allow"


@given(
    st.lists(st.tuples(st.sampled_from(SPEAKERS), st.sampled_from([VOLUME, PASSENGERS, DRIVERS]), st.integers(0, 3)))
)
def test_nobody_of_lower_rank_ever_changes_what_holds(wishes):
    clock = Clock()
    holds = Holds(clock)
    last: dict[str, tuple[str, int, float]] = {}
    for speaker, path, value in wishes:
        clock.now_s += 7
        if holds.judge(RULES, speaker, path, value).decision != "allow":
            assert path in last
            continue
        if path in last:
            by, was, at_s = last[path]
            lower = RULES.rank(speaker, path) < RULES.rank(by, path)
            assert not (lower and was != value and clock.now_s - at_s < RULES.hold_s and by != speaker)
        holds.note(RULES, speaker, path, value)
        last[path] = (speaker, value, clock.now_s)


def test_memory_does_not_grow(holds):
    for number in range(2000):
        holds.note(RULES, "driver", f"Vehicle.X{number}", 1)
    assert len(holds._held) == 512
