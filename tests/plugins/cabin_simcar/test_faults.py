from __future__ import annotations

from typing import get_args

import pytest

from cabin.catalog.schema import SignalSpec
from cabin.errors import VehicleError
from cabin_simcar.car import SimulatedCar
from cabin_simcar.faults import EVERYTHING, FAULT_KINDS, Fault, FaultKind, PlannedFault
from cabin_simcar.settings import SimcarSettings

LAMP = SignalSpec("Vehicle.Lamp", "actuator", "boolean", initial=False)
WINDOW = SignalSpec("Vehicle.Door.Window.Position", "actuator", "uint8", "percent", 0, 100, initial=0, rate_per_s=50)
SEAT = SignalSpec("Vehicle.Seat.Position", "actuator", "uint16", "mm", 0, 1000, initial=500, rate_per_s=100)
SPEED = "Vehicle.Speed"


def make(**settings):
    return SimulatedCar({spec.path: spec for spec in (LAMP, WINDOW, SEAT)}, SimcarSettings(latency_ms=0, **settings))


def test_the_kinds_are_those_of_the_type():
    assert get_args(FaultKind) == FAULT_KINDS


@pytest.mark.parametrize("kind", [kind for kind in FAULT_KINDS if kind != "noise"])
def test_every_kind_shows_and_can_be_mended(kind):
    def is_on_in_time():
        try:
            car.write(LAMP.path, True, 50)
            return car.wait_for(LAMP.path, True, 50).value
        except VehicleError:
            return False

    car = SimulatedCar({LAMP.path: LAMP})
    path = EVERYTHING if kind == "lost" else LAMP.path
    car.inject(path, Fault(kind))
    assert is_on_in_time() is False
    car.inject(path, None)
    assert is_on_in_time() is True


def test_a_jammed_motor_gives_up_on_the_way_each_time():
    car = make(faults={WINDOW.path: Fault("jammed", way=20)})
    car.write(WINDOW.path, 100, 100)
    assert car.wait_for(WINDOW.path, 100, 5000).value == 20
    car.write(WINDOW.path, 30, 100)
    assert car.wait_for(WINDOW.path, 30, 5000).value == 30
    car.inject(WINDOW.path, None)
    car.write(WINDOW.path, 100, 100)
    assert car.wait_for(WINDOW.path, 100, 5000).value == 100


def test_a_window_that_closes_on_something_goes_back():
    car = make(initial={WINDOW.path: 90}, faults={WINDOW.path: Fault("obstructed", at=30)})
    seen = []
    car.subscribe([WINDOW.path], lambda signal: seen.append(signal.value))
    car.write(WINDOW.path, 0, 100)
    assert car.wait_for(WINDOW.path, 0, 5000).value == 75
    assert min(seen) == 30
    car.write(WINDOW.path, 100, 100)
    assert car.wait_for(WINDOW.path, 100, 5000).value == 100, "opening is in nobody's way"


def test_a_seat_stops_at_what_is_behind_it_even_in_mid_motion():
    car = make()
    car.write(SEAT.path, 900, 100)
    car.advance(1000)
    car.inject(SEAT.path, Fault("obstructed", at=700))
    assert car.wait_for(SEAT.path, 900, 9000).value == 700
    car.write(SEAT.path, 200, 100)
    assert car.wait_for(SEAT.path, 200, 9000).value == 200


def test_a_frozen_sensor_tells_what_was():
    car = make()
    car.place(SPEED, 50.0)
    car.inject(SPEED, Fault("frozen"))
    car.place(SPEED, 90.0)
    assert car.read(SPEED).value == 50.0
    car.inject(SPEED, None)
    assert car.read(SPEED).value == 90.0


def test_noise_is_off_by_about_sigma_and_the_same_for_a_seed():
    def readings(seed):
        car = make(seed=seed, faults={SPEED: Fault("noise", sigma=4), WINDOW.path: Fault("noise", sigma=30)})
        car.place(SPEED, 100.0)
        found = []
        for _ in range(300):
            car.advance(100)
            assert car.read(SPEED).value == car.read(SPEED).value
            assert 0 <= car.read(WINDOW.path).value <= 100
            found.append(car.read(SPEED).value)
        return found

    one = readings(1)
    assert one == readings(1) != readings(2)
    mean = sum(one) / len(one)
    sigma = (sum((value - mean) ** 2 for value in one) / len(one)) ** 0.5
    assert abs(mean - 100) < 1
    assert 3.2 < sigma < 4.8


def test_a_lost_connection_tells_nothing_and_keeps_nothing_for_later():
    car, seen = make(), []
    car.subscribe([SPEED], lambda signal: seen.append(signal.value))
    car.inject(EVERYTHING, Fault("lost"))
    for call in (lambda: car.read(SPEED), lambda: car.write(LAMP.path, True, 100)):
        with pytest.raises(VehicleError, match="lost"):
            call()
    car.place(SPEED, 30.0)
    car.inject(EVERYTHING, None)
    assert (car.read(SPEED).value, car.read(LAMP.path).value, seen) == (30.0, False, [])


def test_planned_faults_come_and_go():
    car = make(planned_faults=(PlannedFault(LAMP.path, Fault("silent"), 2, 3), PlannedFault("*", Fault("lost"), 7)))

    def is_there():
        try:
            return car.read(LAMP.path).value is not None
        except VehicleError:
            return False

    found = []
    for _ in range(9):
        found.append(is_there())
        car.advance(1000)
    assert found == [True, True, False, False, False, True, True, False, False]
