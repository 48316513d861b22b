"""What every vehicle interface must keep, run against each one: add a factory here for a new interface."""

from __future__ import annotations

import threading

import pytest

from cabin.catalog.schema import SignalSpec
from cabin.errors import UnknownSignalError, VehicleError, VehicleTimeoutError
from cabin.vehicle.interface import VehicleInterface
from cabin_simcar.car import SimulatedCar
from cabin_simcar.settings import SimcarSettings

POSITION = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
LOCKED = "Vehicle.Cabin.Door.Row1.DriverSide.IsLocked"
TEMPERATURE = "Vehicle.Cabin.HVAC.Station.Row1.Driver.Temperature"
MODE = "Vehicle.Powertrain.Transmission.PerformanceMode"
CONTACT = "Vehicle.Cabin.Infotainment.Phone.Call.Contact"
SPEED = "Vehicle.Speed"

SPECS = {
    spec.path: spec
    for spec in (
        SignalSpec(POSITION, "actuator", "uint8", "percent", 0, 100, initial=0, rate_per_s=1000),
        SignalSpec(LOCKED, "actuator", "boolean", initial=True),
        SignalSpec(TEMPERATURE, "actuator", "float", "celsius", 16, 28, initial=21.0),
        SignalSpec(MODE, "actuator", "string", allowed=("NORMAL", "SPORT"), initial="NORMAL"),
        SignalSpec(CONTACT, "actuator", "string", initial=""),
        SignalSpec(SPEED, "sensor", "float", "km/h", initial=0.0),
    )
}
LONG_MS = 5000.0
"""Longer than any of these cars needs."""

FACTORIES = {
    "simulated, virtual clock": lambda: SimulatedCar(SPECS, SimcarSettings(latency_ms=5)),
    "simulated, real clock": lambda: SimulatedCar(SPECS, SimcarSettings(clock="real", latency_ms=1, tick_ms=2)),
}


@pytest.fixture(params=FACTORIES, ids=list(FACTORIES))
def car(request):
    car = FACTORIES[request.param]()
    yield car
    car.close()


def test_is_a_vehicle_with_a_name(car):
    assert isinstance(car, VehicleInterface)
    assert car.name


def test_tells_the_signals_of_the_catalogs(car):
    assert SPECS.items() <= dict(car.signals()).items()


@pytest.mark.parametrize(("path", "value"), [(POSITION, 0), (LOCKED, True), (TEMPERATURE, 21.0), (MODE, "NORMAL")])
def test_reads_a_value_of_the_signals_type(car, path, value):
    signal = car.read(path)
    assert (signal.path, signal.value, type(signal.value)) == (path, value, type(value))


def test_unknown_signal_names_the_nearest(car):
    for call in (
        lambda: car.read("Vehicle.Sped"),
        lambda: car.write("Vehicle.Sped", 1, LONG_MS),
        lambda: car.wait_for("Vehicle.Sped", 1, LONG_MS),
        lambda: car.subscribe(["Vehicle.Sped"], print),
    ):
        with pytest.raises(UnknownSignalError, match=r"Vehicle\.Speed"):
            call()


@pytest.mark.parametrize(
    ("path", "value"),
    [(POSITION, 60), (POSITION, 100), (LOCKED, False), (TEMPERATURE, 22.5), (MODE, "SPORT"), (CONTACT, "Ä")],
)
def test_write_then_wait_then_read_back(car, path, value):
    car.write(path, value, LONG_MS)
    assert car.wait_for(path, value, LONG_MS).value == value
    assert car.read(path).value == value


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (POSITION, 101),
        (POSITION, -1),
        (POSITION, 1.5),
        (POSITION, True),
        (POSITION, "50"),
        (LOCKED, 1),
        (LOCKED, "true"),
        (TEMPERATURE, 15.9),
        (TEMPERATURE, float("nan")),
        (TEMPERATURE, float("inf")),
        (MODE, "WARP"),
        (MODE, 3),
        (SPEED, 100.0),
    ],
)
def test_refuses_what_the_signal_cannot_hold_and_changes_nothing(car, path, value):
    before = car.read(path).value
    with pytest.raises(VehicleError, match=path.replace(".", r"\.")):
        car.write(path, value, LONG_MS)
    assert car.wait_for(path, value, 30).value == before


def test_a_write_past_its_deadline_never_acts(car):
    with pytest.raises(VehicleTimeoutError):
        car.write(POSITION, 80, 0)
    assert car.wait_for(POSITION, 80, 150).value == 0


def test_wait_returns_what_the_signal_holds_when_time_is_over(car):
    assert car.wait_for(POSITION, 50, 20).value == 0


def test_the_last_target_wins(car):
    car.write(POSITION, 100, LONG_MS)
    car.write(POSITION, 30, LONG_MS)
    assert car.wait_for(POSITION, 30, LONG_MS).value == 30
    assert car.wait_for(POSITION, 31, 150).value == 30


def test_observers_see_the_changes_of_their_paths_until_they_end_it(car):
    seen = []
    end = car.subscribe([LOCKED], seen.append)
    car.write(POSITION, 10, LONG_MS)
    car.write(LOCKED, False, LONG_MS)
    car.wait_for(POSITION, 10, LONG_MS)
    car.wait_for(LOCKED, False, LONG_MS)
    end()
    end()
    car.write(LOCKED, True, LONG_MS)
    car.wait_for(LOCKED, True, LONG_MS)
    assert [(signal.path, signal.value) for signal in seen] == [(LOCKED, False)]


def test_an_observer_that_raises_takes_nobody_with_it(car):
    seen = []

    def broken(signal):
        raise ValueError("observer")

    car.subscribe([LOCKED], broken)
    car.subscribe([LOCKED], seen.append)
    car.write(LOCKED, False, LONG_MS)
    assert car.wait_for(LOCKED, False, LONG_MS).value is False
    assert len(seen) == 1


def test_timestamps_never_go_back(car):
    first = car.read(POSITION).timestamp_ms
    car.write(POSITION, 40, LONG_MS)
    assert car.wait_for(POSITION, 40, LONG_MS).timestamp_ms >= first


def test_any_thread_may_call(car):
    failures = []

    def work(value):
        try:
            for _ in range(20):
                car.write(POSITION, value, LONG_MS)
                car.read(POSITION)
        except VehicleError as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(value,)) for value in (10, 50, 90)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    car.write(POSITION, 25, LONG_MS)
    assert car.wait_for(POSITION, 25, LONG_MS).value == 25


def test_closed_twice_and_then_silent(car):
    car.close()
    car.close()
    with pytest.raises(VehicleError):
        car.read(POSITION)
