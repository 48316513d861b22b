from __future__ import annotations

import itertools

from cabin.monitoring.drive import drive
from cabin.vehicle.recording import Event
from cabin_drowsiness import make_monitor
from cabin_drowsiness.drives import simulate
from cabin_drowsiness.monitor import EYELIDS, FATIGUE, LANE, SPEED, DrowsinessMonitor
from cabin_drowsiness.settings import DrowsinessSettings


def run(events, answer="none", **settings):
    monitor = DrowsinessMonitor(DrowsinessSettings(**settings))
    return [(each.kind, each.what) for each in drive(events, {"m": monitor}, answers=lambda notice: answer)]


def at(seconds, path, value):
    return Event(1000.0 * seconds, "change", path, value)


def test_what_the_car_itself_says_of_fatigue_counts():
    events = [at(0, SPEED, 100.0), at(1, FATIGUE, 85.0), at(10, SPEED, 101.0)]
    assert ("asked", "You seem tired. Shall I find a rest area?") in run(events)


def test_in_a_car_park_nothing_is_judged():
    events = [at(0, SPEED, 8.0), at(1, FATIGUE, 100.0), at(2, EYELIDS, 100.0), at(60, SPEED, 8.0)]
    assert run(events) == []


def test_lanes_left_alone_are_no_proof_but_with_half_closed_eyes_they_are():
    lanes = [at(40 + number, LANE, number % 2 == 0) for number in range(4)]
    drifting = [at(0, SPEED, 100.0), *lanes, at(90, SPEED, 100.0)]
    assert run(drifting) == []
    blinks = [at(second + part, EYELIDS, 95.0 if part == 0 else 5.0) for second in range(0, 90, 1) for part in (0, 0.1)]
    tired = sorted([*drifting, *blinks], key=lambda event: event.t)
    assert any(kind == "asked" for kind, _ in run(tired))


def test_a_no_is_taken_and_the_policy_stays_strict():
    seen = run(simulate("drowsy", 20), answer="no")
    assert [kind for kind, _ in seen].count("asked") == 1
    assert not any(what == "drowsy no more" for _, what in seen)


def test_questions_become_rarer():
    monitor = DrowsinessMonitor()
    asked = [each.at_s for each in drive(simulate("drowsy", 40), {"m": monitor}) if each.kind == "asked"]
    pauses = [then - first for first, then in itertools.pairwise(asked)]
    assert len(pauses) >= 2
    assert pauses == sorted(pauses)
    assert pauses[0] >= 180


def test_a_break_is_offered_after_two_hours_and_after_four():
    events = [at(minute * 60, SPEED, 100.0 + minute % 2) for minute in range(0, 245)]
    seen = run(events)
    assert [what for kind, what in seen if kind == "asked"] == [
        "You have been driving for two hours. Shall I find a rest area?",
        "You have been driving for 4 hours. Shall I find a rest area?",
    ]


def test_made_as_the_plugin_makes_it():
    assert isinstance(make_monitor(), DrowsinessMonitor)
