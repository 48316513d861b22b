from __future__ import annotations

import pytest

import cabin_can
from cabin.errors import ConfigError
from cabin.testing.vehicle_contract import SPECS


def test_registers_one_interface():
    found = {}
    cabin_can.register_vehicles(lambda name, thing, summary="": found.update({name: thing}))
    assert found == {"can": cabin_can.make_car}


def test_mistakes_of_the_section_are_told_before_anything_is_opened():
    with pytest.raises(ConfigError, match=r"interfaces\.can"):
        cabin_can.make_car(SPECS, {"chanel": "can0"})


def test_opens_with_the_files_of_the_configuration():
    pytest.importorskip("can", reason="python-can is not installed")
    section = {"interface": "virtual", "channel": "plugin", "connect_wait_ms": 0}
    car = cabin_can.make_car(SPECS, section)
    assert car.name == "can"
    assert "Vehicle.Chassis.ParkingBrake.IsEngaged" in car.signals()  # what policy asks for is on the bus
    car.close()
