from __future__ import annotations

import ast
from pathlib import Path

import pytest

from cabin.bench import policy_oracle
from cabin.bench.policy_oracle import Moment, PolicyOracle, Said
from cabin.vehicle.policy_file import BUILT_IN_POLICY

TRUNK = Said("trunk.open", "standstill")
STANDING = {
    "Vehicle.Speed": 0.0,
    "Vehicle.Powertrain.Transmission.SelectedGear": 126,
    "Vehicle.Chassis.ParkingBrake.IsEngaged": True,
    "Vehicle.IsValetModeActive": False,
    "Vehicle.Service.IsWorkshopModeActive": False,
    "Vehicle.CurrentLocation.LocalTime": "12:00",
    "Vehicle.Cabin.IsWindowChildLockEngaged": False,
}


@pytest.fixture(scope="module")
def oracle():
    return PolicyOracle(BUILT_IN_POLICY)


def test_it_shares_nothing_with_what_it_checks():
    tree = ast.parse(Path(policy_oracle.__file__).read_text(encoding="utf-8"))
    names = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    names += [alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names]
    assert not any(name.startswith("cabin") for name in names)


def test_commands(oracle):
    assert oracle.refused(TRUNK, Moment(STANDING)) is None
    assert oracle.refused(TRUNK, Moment({**STANDING, "Vehicle.Speed": 80.0})) == "moving"
    assert oracle.refused(TRUNK, Moment({**STANDING, "Vehicle.Speed": -5.0})) == "rolling back"
    assert oracle.refused(TRUNK, Moment({**STANDING, "Vehicle.IsValetModeActive": True})) == "valet mode"
    assert oracle.refused(TRUNK, Moment(STANDING, silent=frozenset({"Vehicle.Speed"}))) == "moving"
    assert oracle.asks(Said("door.unlock", "confirm"), Moment(STANDING)) == "ask first"
    assert oracle.asks(Said("trunk.open", "standstill", confidence=0.4), Moment(STANDING)) == "not sure"
    assert oracle.asks(Said("trunk.open", "standstill", unsure=True), Moment(STANDING)) == "unsure"


def test_what_a_car_lacks_refuses_unless_it_is_optional(oracle):
    without = {path: value for path, value in STANDING.items() if path != "Vehicle.IsValetModeActive"}
    assert oracle.refused(TRUNK, Moment(without)) is None
    assert oracle.refused(TRUNK, Moment({})) == "moving"


def test_who_when_and_how_the_driver_is(oracle):
    locked = {**STANDING, "Vehicle.Cabin.IsWindowChildLockEngaged": True}
    window = Said("window.open", "free")
    assert oracle.refused(window, Moment(locked, speaker="rear_left")) == "child lock of the windows"
    assert oracle.refused(window, Moment(locked)) is None
    horn = Said("horn.sound", "free")
    for told, asks in (("21:59", None), ("22:00", "quiet hours"), ("3:00", "quiet hours"), ("06:00", None)):
        assert oracle.asks(horn, Moment({**STANDING, "Vehicle.CurrentLocation.LocalTime": told})) == asks
    call = Said("phone.call", "free")
    driving = {**STANDING, "Vehicle.Speed": 80.0}
    assert oracle.refused(call, Moment(driving, strictness=2)) == "the driver is not fit"
    assert oracle.refused(call, Moment(driving, driver=frozenset({"asleep"}))) == "asleep at the wheel"


def test_writes(oracle):
    door = "Vehicle.Cabin.Door.Row1.DriverSide.IsOpen"
    driving = Moment({**STANDING, "Vehicle.Speed": 80.0})
    assert oracle.forbids_write(door, True, driving) == "doors stay shut while driving"
    assert oracle.forbids_write(door, False, driving) is None
    assert oracle.forbids_write(door, True, Moment(STANDING)) is None
    assert oracle.forbids_write("Vehicle.Cabin.Seat.Row1.DriverSide.Height", 5, driving) is None
