from __future__ import annotations

from typing import get_args

import pytest

from cabin.catalog.schema import SignalSpec
from cabin.errors import VehicleError
from cabin_simcar.car import SimulatedCar
from cabin_simcar.faults import FAULT_KINDS, Fault, FaultKind

LAMP = SignalSpec("Vehicle.Lamp", "actuator", "boolean", initial=False)


def test_the_kinds_are_those_of_the_type():
    assert get_args(FaultKind) == FAULT_KINDS


@pytest.mark.parametrize("kind", FAULT_KINDS)
def test_every_kind_shows_and_can_be_mended(kind):
    def is_on_in_time():
        try:
            car.write(LAMP.path, True, 50)
            return car.wait_for(LAMP.path, True, 50).value
        except VehicleError:
            return False

    car = SimulatedCar({LAMP.path: LAMP})
    car.inject(LAMP.path, Fault(kind))
    assert is_on_in_time() is False
    car.inject(LAMP.path, None)
    assert is_on_in_time() is True
