"""The car that is none takes what a car would take and refuses what one would refuse."""

from __future__ import annotations

import pytest

from cabin.catalog.schema import SignalSpec
from cabin.daemon.dry_run import DryRunCar
from cabin.errors import UnknownSignalError, VehicleError

SPECS = {
    spec.path: spec
    for spec in (
        SignalSpec("A.Position", "actuator", "uint8", minimum=0, maximum=100, initial=30),
        SignalSpec("A.Temperature", "actuator", "float", minimum=16, maximum=28),
        SignalSpec("A.IsOpen", "actuator", "boolean"),
        SignalSpec("A.Mode", "actuator", "string", allowed=("ECO", "SPORT")),
        SignalSpec("A.Name", "actuator", "string"),
    )
}


def test_values_at_rest():
    car = DryRunCar(SPECS)
    assert [car.read(path).value for path in SPECS] == [30, 16, False, "ECO", ""]


def test_a_target_is_reached_at_once():
    car = DryRunCar(SPECS)
    car.write("A.Position", 50, 100.0)
    assert car.wait_for("A.Position", 50, 0.0).value == 50
    assert car.writes == [("A.Position", 50)]


def test_what_a_car_would_refuse():
    car = DryRunCar(SPECS)
    with pytest.raises(VehicleError):
        car.write("A.Position", 101, 100.0)
    with pytest.raises(UnknownSignalError):
        car.read("A.Nothing")
    assert car.writes == []
