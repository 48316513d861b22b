"""One signal set from an action and read back."""

from __future__ import annotations

import pytest

from cabin.errors import VehicleError
from cabin.messages import SignalChange
from cabin_body.setting import set_signal
from cabin_simcar.car import SimulatedCar
from cabin_simcar.faults import Fault

HORN = "Vehicle.Body.Horn.IsActive"


def test_before_and_after_are_read_from_the_car(car: SimulatedCar) -> None:
    assert set_signal(car, HORN, True) == SignalChange(HORN, False, True, True, confirmed=True)
    assert set_signal(car, HORN, True).before is True


def test_a_signal_that_is_stuck_is_not_confirmed(car: SimulatedCar) -> None:
    car.inject(HORN, Fault("stuck"))
    change = set_signal(car, HORN, True)
    assert (change.after, change.confirmed) == (False, False)


def test_a_car_that_rejects_raises(car: SimulatedCar) -> None:
    car.inject(HORN, Fault("rejects"))
    with pytest.raises(VehicleError):
        set_signal(car, HORN, True)
