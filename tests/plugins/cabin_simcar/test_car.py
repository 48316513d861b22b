from __future__ import annotations

import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cabin.catalog.schema import SignalSpec
from cabin.errors import UnknownSignalError, VehicleError, VehicleTimeoutError
from cabin.vehicle.base_signals import BASE_SIGNALS
from cabin_simcar.car import SimulatedCar
from cabin_simcar.faults import Fault
from cabin_simcar.settings import SimcarSettings

WINDOW = SignalSpec("Vehicle.Window", "actuator", "uint8", "percent", 0, 100, initial=0, rate_per_s=40)
LAMP = SignalSpec("Vehicle.Lamp", "actuator", "boolean", initial=False)


def make(**settings):
    return SimulatedCar({WINDOW.path: WINDOW, LAMP.path: LAMP}, SimcarSettings(latency_ms=20, tick_ms=20, **settings))


def test_time_stands_still_unless_somebody_waits():
    car = make()
    car.write(WINDOW.path, 100, 100)
    assert car.read(WINDOW.path).value == 0
    car.advance(20 + 1000)
    assert car.read(WINDOW.path).value == 40
    car.advance(1500)
    assert car.read(WINDOW.path).value == 100
    assert car.read(WINDOW.path).timestamp_ms == 2520


def test_a_lamp_is_on_after_the_latency():
    car = make()
    car.write(LAMP.path, True, 100)
    car.advance(19)
    assert car.read(LAMP.path).value is False
    car.advance(1)
    assert car.read(LAMP.path).value is True


def test_waiting_takes_as_long_as_the_way():
    car = make()
    car.write(WINDOW.path, 50, 100)
    reached = car.wait_for(WINDOW.path, 50, 10_000)
    assert (reached.value, reached.timestamp_ms) == (50, pytest.approx(1270, abs=20))


def test_observers_see_it_move():
    car, seen = make(), []
    car.subscribe([WINDOW.path], lambda signal: seen.append(signal.value))
    car.write(WINDOW.path, 10, 100)
    car.wait_for(WINDOW.path, 10, 1000)
    assert seen == sorted(seen)
    assert seen[-1] == 10
    assert len(seen) > 5


def test_place_sets_sensors_and_stops_what_moves():
    car = make()
    car.write(WINDOW.path, 100, 100)
    car.advance(500)
    car.place(WINDOW.path, 70)
    car.place("Vehicle.Speed", 50.0)
    car.advance(5000)
    assert (car.read(WINDOW.path).value, car.read("Vehicle.Speed").value) == (70, 50.0)
    with pytest.raises(VehicleError):
        car.place("Vehicle.Speed", "fast")
    with pytest.raises(UnknownSignalError):
        car.place("Vehicle.Sped", 1.0)


def test_stuck_takes_the_target_and_stays():
    car = make()
    car.write(WINDOW.path, 100, 100)
    car.advance(1020)
    car.inject(WINDOW.path, Fault("stuck"))
    car.write(WINDOW.path, 0, 100)
    assert car.wait_for(WINDOW.path, 0, 5000).value == 40
    car.inject(WINDOW.path, None)
    car.write(WINDOW.path, 0, 100)
    assert car.wait_for(WINDOW.path, 0, 5000).value == 0


def test_slow_moves_slower():
    car = make()
    car.inject(WINDOW.path, Fault("slow", factor=4))
    car.write(WINDOW.path, 100, 100)
    car.advance(80 + 1000)
    assert car.read(WINDOW.path).value == 10


def test_rejects_late_and_silent():
    car = make()
    car.inject(WINDOW.path, Fault("rejects"))
    with pytest.raises(VehicleError, match="rejected"):
        car.write(WINDOW.path, 5, 100)
    car.inject(WINDOW.path, Fault("late"))
    with pytest.raises(VehicleTimeoutError):
        car.write(WINDOW.path, 5, 100)
    car.advance(5000)
    assert car.read(WINDOW.path).value == 0
    car.inject(WINDOW.path, Fault("silent"))
    with pytest.raises(VehicleError, match="does not answer"):
        car.read(WINDOW.path)


def test_settings_place_and_break_signals_from_the_start():
    car = make(initial={"Vehicle.Speed": 80.0}, faults={LAMP.path: Fault("stuck")})
    assert car.read("Vehicle.Speed").value == 80.0
    car.write(LAMP.path, True, 100)
    assert car.wait_for(LAMP.path, True, 1000).value is False
    with pytest.raises(UnknownSignalError):
        make(initial={"Vehicle.Sped": 80.0})


def test_has_what_policy_reads_without_any_catalog():
    car = SimulatedCar({})
    assert {path: car.read(path).value for path in BASE_SIGNALS} == {p: s.initial for p, s in BASE_SIGNALS.items()}


@pytest.mark.parametrize(
    ("spec", "value"),
    [
        (SignalSpec("A", "sensor", "boolean"), False),
        (SignalSpec("A", "sensor", "float", minimum=16, maximum=28), 16.0),
        (SignalSpec("A", "sensor", "int8", minimum=-20, maximum=-5), -5),
        (SignalSpec("A", "sensor", "string", allowed=("X", "Y")), "X"),
        (SignalSpec("A", "sensor", "string"), ""),
    ],
)
def test_a_signal_without_initial_value_starts_somewhere_valid(spec, value):
    assert SimulatedCar({"A": spec}).read("A").value == value


@given(st.lists(st.tuples(st.integers(0, 100), st.floats(0, 3000)), max_size=6))
def test_never_leaves_its_range_and_always_arrives(moves):
    car = make()
    for target, ms in moves:
        car.write(WINDOW.path, target, 100)
        car.advance(ms)
        value = car.read(WINDOW.path).value
        assert isinstance(value, int)
        assert 0 <= value <= 100
    if moves:
        assert car.wait_for(WINDOW.path, moves[-1][0], 10_000).value == moves[-1][0]


def test_a_car_closed_while_it_tells_of_a_change_ends_its_thread():
    """The thread is between two waits then, where no wake-up reaches it."""
    car = make(clock="real")
    threads = []

    def close(_signal):
        threads.append(threading.current_thread())
        car.close()

    car.subscribe([LAMP.path], close)
    car.write(LAMP.path, True, 10_000)
    deadline = time.monotonic() + 60
    while not threads and time.monotonic() < deadline:
        time.sleep(0.01)
    (thread,) = threads
    thread.join(60)
    assert not thread.is_alive()
