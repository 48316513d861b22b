from __future__ import annotations

import pytest

from cabin.errors import VehicleError
from cabin.messages import Verdict
from cabin.vehicle.gate import ForbiddenWriteError, GatedVehicle
from cabin.vehicle.interface import VehicleInterface

TRUNK = "Vehicle.Body.Trunk.Rear.IsOpen"


def test_only_writes_are_held_up(car):
    asked = []

    def judge(path, value):
        asked.append((path, value))
        return Verdict("allow") if value is False else Verdict("refuse", "Not now.", "rule")

    gated = GatedVehicle(car, judge)
    assert isinstance(gated, VehicleInterface)
    assert (gated.name, gated.signals()) == (car.name, car.signals())
    seen = []
    end = gated.subscribe([TRUNK], seen.append)
    with pytest.raises(ForbiddenWriteError, match=r"Trunk.*'rule'") as caught:
        gated.write(TRUNK, True, 100)
    assert isinstance(caught.value, VehicleError)
    assert caught.value.verdict.reason == "Not now."
    assert gated.read(TRUNK).value is False
    gated.write(TRUNK, False, 100)
    assert gated.wait_for(TRUNK, False, 100).value is False
    end()
    gated.close()
    assert car.read(TRUNK).value is False, "who opened the car closes it"
    assert asked == [(TRUNK, True), (TRUNK, False)]


def test_a_yes_that_nobody_gave_is_no_yes(car):
    with pytest.raises(ForbiddenWriteError):
        GatedVehicle(car, lambda _path, _value: Verdict("confirm", "Sure?", "rule")).write(TRUNK, True, 100)
