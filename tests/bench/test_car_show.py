from __future__ import annotations

import itertools

import pytest

from cabin.bench.car_show import GROUPS, parse_fault, rows_of, show_car
from cabin.errors import UsageError
from cabin_simcar.car import SimulatedCar
from cabin_simcar.faults import FAULT_KINDS, Fault
from cabin_simcar.settings import SimcarSettings

SPEED = "Vehicle.Speed"


def make(**settings):
    return SimulatedCar({}, SimcarSettings(drive="country", **settings))


def test_frames_go_on_to_the_end_of_the_drive_and_tell_what_changed():
    car = make()
    frames = list(show_car(car, 10.0, None))
    assert [frame.at_s for frame in frames[:3]] == [0.0, 10.0, 20.0]
    assert frames[-1].is_over
    assert frames[-1].at_s >= 400
    assert not any(frame.is_over for frame in frames[:-1])
    for before, frame in itertools.pairwise(frames):
        changed = {path for path, value in frame.values.items() if value != before.values[path]}
        assert changed <= set(frame.changed)
    assert any("SelectedGear = 127" in event for event in frames[5].events)


def test_it_ends_when_asked_to():
    frames = list(show_car(make(), 7.0, 20.0))
    assert [round(frame.at_s, 3) for frame in frames] == [0.0, 7.0, 14.0, 20.0]


def test_things_are_said_at_their_time():
    car, said = make(), []

    def say(text):
        said.append((round(car.now_ms / 1000, 3), text))
        return "Fine."

    frames = list(show_car(car, 10.0, 30.0, [(15.0, "b"), (3.0, "a")], say))
    assert said == [(3.0, "a"), (15.0, "b")]
    assert [line.split("s  ")[1] for frame in frames for line in frame.spoken] == [
        "said: a",
        "reply: Fine.",
        "said: b",
        "reply: Fine.",
    ]


def test_a_car_that_does_not_drive_is_over_at_once():
    assert [frame.is_over for frame in show_car(SimulatedCar({}), 1.0, None)] == [True]


def test_the_picture_has_every_group_in_words():
    values = make().snapshot()
    for group in GROUPS:
        assert rows_of(group, values) or group == "none"
    rows = dict(rows_of("driving", {**values, SPEED: 49.6}))
    assert (rows["speed"], rows["gear"], rows["brake"]) == ("50 km/h", "P", "on")
    assert dict(rows_of("outside", values))["time"] == "16:30"


@pytest.mark.parametrize(
    ("text", "entry"),
    [
        (f"{SPEED}=frozen", {"signal": SPEED, "kind": "frozen"}),
        (f"{SPEED}=noise:3", {"signal": SPEED, "kind": "noise", "sigma": 3.0}),
        (f"{SPEED}=jammed:5@10+2.5", {"signal": SPEED, "kind": "jammed", "way": 5.0, "at_s": 10.0, "for_s": 2.5}),
        ("*=lost@60", {"signal": "*", "kind": "lost", "at_s": 60.0}),
    ],
)
def test_faults_as_they_are_written(text, entry):
    assert parse_fault(text, FAULT_KINDS, [SPEED]) == entry


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("speed", "no fault"),
        (f"{SPEED}=brokn", "no fault 'brokn'"),
        (f"{SPEED}=froze", "Did you mean 'frozen'?"),
        ("Vehicle.Sped=stuck", "Did you mean 'Vehicle.Speed'?"),
        (f"{SPEED}=stuck:3", "takes no number"),
        (f"{SPEED}=noise:much", "no number 'much'"),
        (f"{SPEED}=stuck@soon", "no number 'soon'"),
    ],
)
def test_faults_that_are_none(text, part):
    with pytest.raises(UsageError) as caught:
        parse_fault(text, FAULT_KINDS, [SPEED])
    assert part in str(caught.value)


def test_a_fault_shows_in_the_frames():
    car = make(faults={SPEED: Fault("frozen")})
    assert all(frame.changed.get(SPEED, 0.0) == 0.0 for frame in show_car(car, 20.0, 100.0))
