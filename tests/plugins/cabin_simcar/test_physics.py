from __future__ import annotations

import pytest

from cabin.assembly import open_catalog
from cabin.plugins import DEFAULT_PLUGINS, load_plugins
from cabin.testing.vehicle_contract import SPECS, VehicleContract, eventually
from cabin_simcar.car import SimulatedCar
from cabin_simcar.faults import Fault
from cabin_simcar.physics import STEP_MS, Physics
from cabin_simcar.settings import SimcarSettings

CATALOG = open_catalog(load_plugins({"CABIN_LOAD_PLUGINS": ",".join(DEFAULT_PLUGINS)}))
WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
SPEED, WAY = "Vehicle.Speed", "Vehicle.TraveledDistance"


class TestContract(VehicleContract):
    """A car that goes on by itself keeps the contract too."""

    @pytest.fixture
    def car(self):
        car = SimulatedCar(SPECS, SimcarSettings(physics=True, seed=3))
        yield car
        car.close()


class TestContractOnARealClock(VehicleContract):
    """And so does one whose time is the computer's."""

    @pytest.fixture
    def car(self):
        car = SimulatedCar(SPECS, SimcarSettings(clock="real", physics=True))
        yield car
        car.close()


def run(seed, seconds=120, **settings):
    """Drive, open a window on the way, and return every change that was told."""
    car = SimulatedCar(CATALOG.signals, SimcarSettings(drive="city", seed=seed, variation=0.1, **settings))
    told = []
    car.subscribe(car.signals(), lambda signal: told.append((signal.timestamp_ms, signal.path, signal.value)))
    car.advance(seconds * 500)
    car.write(WINDOW, 80, 100)
    car.advance(seconds * 500)
    return told, car.snapshot()


def test_the_same_seed_is_the_same_run_to_the_last_change():
    one, two, other = run(7), run(7), run(8)
    assert one == two
    assert one != other
    assert len(one[0]) > 1000


def test_noise_and_faults_are_of_the_seed_too():
    broken = {"faults": {SPEED: Fault("noise", sigma=2)}}
    assert run(7, 30, **broken) == run(7, 30, **broken)


def test_time_in_one_go_is_time_in_pieces():
    def way(pieces):
        car = SimulatedCar({}, SimcarSettings(drive="city", seed=1, variation=0.1))
        for piece in pieces:
            car.advance(piece)
        return car.snapshot()

    assert way([60_000]) == way([100] * 600) == way([33_333, 26_667])


def test_without_physics_nothing_goes_on():
    car = SimulatedCar(CATALOG.signals)
    before = car.snapshot()
    car.place(SPEED, 100.0)
    car.advance(3_600_000)
    assert car.snapshot() == {**before, SPEED: 100.0}
    assert car.physics is None


def test_a_stuck_sensor_stays_and_what_hangs_on_it_sees_it():
    car = SimulatedCar({}, SimcarSettings(drive="country", faults={SPEED: Fault("stuck")}))
    car.advance(100_000)
    assert (car.read(SPEED).value, car.read(WAY).value) == (0.0, 0)


def test_what_is_set_by_hand_goes_on_from_there():
    car = SimulatedCar({}, SimcarSettings(physics=True))
    car.place(SPEED, 72.0)
    car.advance(10_000)
    assert car.read(SPEED).value == 72.0
    assert car.read(WAY).value == pytest.approx(200, abs=3)


def test_a_command_warms_the_cabin():
    car = SimulatedCar(CATALOG.signals, SimcarSettings(drive="winter_start"))
    inside = "Vehicle.Cabin.HVAC.AmbientAirTemperature"
    assert car.read(inside).value == -12.0
    car.advance(900_000)
    assert car.read(inside).value > 10


def test_on_a_real_clock_it_goes_on_by_itself():
    car = SimulatedCar({}, SimcarSettings(clock="real", physics=True, initial={SPEED: 200.0}))
    try:
        assert eventually(lambda: car.read(WAY).value > 5)
    finally:
        car.close()


def test_a_step_is_a_step():
    physics = Physics()
    specs = physics.signals()
    values = {path: spec.initial for path, spec in specs.items()}
    physics.begin(specs, values)
    physics.step()
    assert physics.world.time_s == pytest.approx(STEP_MS / 1000)
