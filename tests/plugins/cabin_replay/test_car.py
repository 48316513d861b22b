from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin.catalog.schema import SignalSpec
from cabin.errors import ConfigError
from cabin.testing.vehicle_contract import LOCKED, POSITION, SPECS, SPEED, VehicleContract
from cabin.vehicle.recording import Event, header, line_of
from cabin_replay.car import ReplayCar
from cabin_replay.settings import ReplaySettings

START = [Event(0.0, "state", spec.path, spec.initial) for spec in SPECS.values()]
DRIVE = [Event(1000.0 * n, "change", SPEED, 10.0 * n) for n in range(1, 6)]


def recording(folder, *events):
    file = folder / "drive.jsonl"
    file.write_text(header("test") + "".join(map(line_of, [*START, *events])), encoding="utf-8")
    return file


@pytest.fixture
def drive(tmp_path):
    return recording(tmp_path, *DRIVE, Event(2500.0, "change", LOCKED, False), Event(900.0, "write", LOCKED, False))


class TestContract(VehicleContract):
    @pytest.fixture
    def car(self, tmp_path):
        car = ReplayCar(SPECS, ReplaySettings(recording(tmp_path)))
        yield car
        car.close()


def test_time_passes_only_while_somebody_waits(drive):
    car = ReplayCar(SPECS, ReplaySettings(drive))
    assert (car.read(SPEED).value, car.now_ms) == (0.0, 0.0)
    assert car.wait_for(SPEED, 20.0, 60_000).timestamp_ms == 2000.0
    assert car.now_ms == 2000.0
    car.advance(1500)
    assert (car.read(SPEED).value, car.now_ms) == (30.0, 3500.0)
    car.run()
    assert (car.read(SPEED).value, car.now_ms) == (50.0, car.end_ms)


def test_waiting_in_vain_ends_at_its_time_of_the_recording(drive):
    car = ReplayCar(SPECS, ReplaySettings(drive))
    assert car.wait_for(SPEED, 99.0, 2200).value == 20.0
    assert car.now_ms == 2200.0
    assert car.wait_for(SPEED, 99.0, 1_000_000).value == 50.0


def test_observers_see_each_change_at_its_own_time(drive):
    car, seen = ReplayCar(SPECS, ReplaySettings(drive)), []
    car.subscribe([SPEED, LOCKED], lambda signal: seen.append((signal.value, signal.timestamp_ms, car.now_ms)))
    car.run()
    told = [(10.0, 1000.0), (20.0, 2000.0), (False, 2500.0), (30.0, 3000.0), (40.0, 4000.0), (50.0, 5000.0)]
    assert seen == [(value, t, t) for value, t in told]


def test_begins_where_it_is_told_to(drive):
    car = ReplayCar(SPECS, ReplaySettings(drive, start_ms=3100))
    assert (car.read(SPEED).value, car.read(LOCKED).value) == (30.0, False)


def test_what_is_written_leaves_the_recording(drive):
    car = ReplayCar(SPECS, ReplaySettings(drive))
    car.write(LOCKED, True, 100)
    car.write(POSITION, 40, 100)
    car.run()
    assert (car.read(LOCKED).value, car.read(POSITION).value) == (True, 40)


def test_differences_to_what_was_written_then(drive):
    car = ReplayCar(SPECS, ReplaySettings(drive))
    assert car.differences() == ([(LOCKED, False)], [])
    car.write(LOCKED, False, 100)
    car.write(POSITION, 40, 100)
    assert car.differences() == ([], [(POSITION, 40)])


def test_signals_that_the_recording_does_not_tell_are_not_there(drive):
    more = SPECS | {"Vehicle.Body.Hood.IsOpen": SignalSpec("Vehicle.Body.Hood.IsOpen", "actuator", "boolean")}
    assert set(ReplayCar(more, ReplaySettings(drive)).signals()) == set(SPECS)


def test_a_value_that_the_signal_cannot_hold_is_none(tmp_path):
    car = ReplayCar(SPECS, ReplaySettings(recording(tmp_path, Event(1.0, "change", POSITION, "open"))))
    car.run()
    assert car.read(POSITION).value is None


def test_no_recording_is_told(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        ReplayCar(SPECS, ReplaySettings(tmp_path / "none.jsonl"))


@given(st.lists(st.tuples(st.integers(0, 5000), st.floats(0, 200, width=16)), max_size=30), st.data())
def test_the_same_steps_see_the_same(tmp_path_factory, changes, data):
    steps = data.draw(st.lists(st.integers(0, 1000), max_size=8))
    file = recording(tmp_path_factory.mktemp("replay"), *(Event(float(t), "change", SPEED, v) for t, v in changes))

    def drive_on():
        car, seen = ReplayCar(SPECS, ReplaySettings(file)), []
        car.subscribe([SPEED], seen.append)
        for step in steps:
            car.advance(step)
            seen.append(car.read(SPEED))
        return seen

    assert drive_on() == drive_on()
