"""The report on the doors, from the simulated car."""

from __future__ import annotations

import pytest

from cabin.catalog.schema import Catalog
from cabin.errors import VehicleError
from cabin.messages import Command
from cabin_body.doors import tell_doors
from cabin_simcar.car import SimulatedCar
from cabin_simcar.faults import Fault


def test_doors_that_are_alike_are_told_in_one(car: SimulatedCar, catalog: Catalog) -> None:
    reply = tell_doors(Command("door.get"), catalog.intents["door.get"], car).reply
    assert reply == "All doors are closed and unlocked."


def test_doors_that_differ_are_named(car: SimulatedCar, catalog: Catalog) -> None:
    for row in ("Row1", "Row2"):
        for side in ("DriverSide", "PassengerSide"):
            car.place(f"Vehicle.Cabin.Door.{row}.{side}.IsLocked", True)
    car.place("Vehicle.Cabin.Door.Row2.DriverSide.IsOpen", True)
    car.place("Vehicle.Cabin.Door.Row1.PassengerSide.IsLocked", False)
    car.place("Vehicle.Cabin.Door.Row2.PassengerSide.IsLocked", False)
    result = tell_doors(Command("door.get"), catalog.intents["door.get"], car)
    assert result.reply == "The rear left door is open. The passenger's and rear right doors are unlocked."
    assert len(result.readings) == 8
    one = tell_doors(Command("door.get", {"position": "driver"}), catalog.intents["door.get"], car)
    assert one.reply == "The driver's door is closed and locked."


def test_a_door_that_does_not_answer_is_no_guess(car: SimulatedCar, catalog: Catalog) -> None:
    car.inject("Vehicle.Cabin.Door.Row1.DriverSide.IsOpen", Fault("silent"))
    with pytest.raises(VehicleError):
        tell_doors(Command("door.get"), catalog.intents["door.get"], car)
