from __future__ import annotations

import pytest

import cabin_kuksa
from cabin.errors import ConfigError
from cabin.testing.vehicle_contract import SPECS


def test_registers_one_interface():
    found = {}
    cabin_kuksa.register_vehicles(lambda name, thing, summary="": found.update({name: (thing, summary)}))
    assert list(found) == ["kuksa"]
    assert found["kuksa"][0] is cabin_kuksa.make_car


def test_mistakes_of_the_section_are_told_before_anything_is_opened():
    with pytest.raises(ConfigError, match=r"interfaces\.kuksa"):
        cabin_kuksa.make_car(SPECS, {"hots": "broker"})


def test_opens_without_a_broker():
    pytest.importorskip("kuksa.val.v2", reason="kuksa-client is not installed")
    car = cabin_kuksa.make_car(SPECS, {"port": 9, "connect_wait_ms": 0})
    assert car.name == "kuksa"
    car.close()
