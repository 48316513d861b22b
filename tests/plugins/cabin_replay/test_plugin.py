"""The two interfaces as vehicle.yaml chooses them."""

from __future__ import annotations

import pytest

import cabin_replay
from cabin.assembly import open_vehicle
from cabin.catalog.schema import Catalog
from cabin.config import VehicleConfig
from cabin.errors import ConfigError
from cabin.plugins import load_plugins
from cabin.testing.vehicle_contract import LOCKED, SPECS


@pytest.fixture(scope="module")
def plugins():
    return load_plugins({"CABIN_LOAD_PLUGINS": "cabin_simcar,cabin_replay"})


def open_car(plugins, interface, **sections):
    return open_vehicle(plugins, VehicleConfig(interface=interface, interfaces=sections), Catalog({}, SPECS, {}))


def test_a_drive_is_recorded_and_driven_again(plugins, tmp_path):
    file = str(tmp_path / "drive.jsonl")
    car = open_car(plugins, "recording", recording={"of": "simulated", "file": file})
    assert car.name == "simulated"
    car.write(LOCKED, False, 200)
    assert car.wait_for(LOCKED, False, 1000).value is False
    car.close()
    again = open_car(plugins, "replay", replay={"file": file})
    assert again.wait_for(LOCKED, False, 60_000).value is False
    again.close()


@pytest.mark.parametrize(
    ("sections", "told"),
    [
        ({"recording": {"file": "a"}}, "no car to record"),
        ({"recording": {"of": "simualted", "file": "a"}}, "simulated"),
        ({"recording": {"of": "recording", "file": "a"}}, "behind itself"),
        ({"recording": {"of": "simulated"}}, "file"),
    ],
)
def test_mistakes_are_told(plugins, sections, told):
    with pytest.raises(ConfigError, match=told):
        open_car(plugins, "recording", **sections)


def test_registers_both():
    found = {}
    cabin_replay.register_vehicles(lambda name, thing, summary="": found.update({name: thing}))
    assert list(found) == ["recording", "replay"]
