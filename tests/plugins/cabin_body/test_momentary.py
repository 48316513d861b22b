"""The horn and the washer on the simulated car."""

from __future__ import annotations

import pytest

from cabin.catalog.schema import Catalog
from cabin.errors import VehicleError
from cabin.messages import Command, Signal
from cabin_body.momentary import press
from cabin_simcar.car import SimulatedCar
from cabin_simcar.faults import Fault

HORN = "Vehicle.Body.Horn.IsActive"
WASHER = "Vehicle.Body.Windshield.{}.Washer.IsActive"


def test_the_horn_sounds_and_falls_silent(car: SimulatedCar, catalog: Catalog) -> None:
    heard: list[Signal] = []
    car.subscribe([HORN], heard.append)
    result = press(Command("horn.sound"), catalog.intents["horn.sound"], car)
    assert [signal.value for signal in heard] == [True, False]
    assert heard[1].timestamp_ms - heard[0].timestamp_ms >= 300
    assert [(change.path, change.confirmed) for change in result.changes] == [(HORN, True)]
    assert car.read(HORN).value is False


def test_the_washer_runs_where_it_was_asked_for(car: SimulatedCar, catalog: Catalog) -> None:
    result = press(Command("washer.on", {"position": "rear"}), catalog.intents["washer.on"], car)
    assert [change.path for change in result.changes] == [WASHER.format("Rear")]
    result = press(Command("washer.on", {"position": "all"}), catalog.intents["washer.on"], car)
    assert len(result.changes) == 2
    assert car.read(WASHER.format("Front")).value is False


def test_a_press_that_half_fails_lets_everything_go(car: SimulatedCar, catalog: Catalog) -> None:
    car.inject(WASHER.format("Rear"), Fault("rejects"))
    with pytest.raises(VehicleError):
        press(Command("washer.on", {"position": "all"}), catalog.intents["washer.on"], car)
    assert car.read(WASHER.format("Front")).value is False
