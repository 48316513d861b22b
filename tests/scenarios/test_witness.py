from __future__ import annotations

import pytest

from cabin.catalog.schema import SignalSpec
from cabin.errors import VehicleError
from cabin.scenarios.schema import Around, Scenario
from cabin.scenarios.witness import Witness
from cabin_simcar.car import SimulatedCar

LAMP, SPEED = "Vehicle.Lamp", "Vehicle.Speed"


@pytest.fixture
def watch():
    made = []

    def start(**fields):
        car = SimulatedCar({LAMP: SignalSpec(LAMP, "actuator", "float", initial=0.0)})
        made.append(Witness(car, Scenario("a", (), **fields)))
        return made[-1]

    yield start
    for each in made:
        each.close()


def test_keeps_what_is_written_and_what_changes(watch):
    witness = watch()
    witness.write(LAMP, 3.0, 1000)
    witness.wait_for(LAMP, 3.0, 1000)
    assert [(path, value) for _, path, value in witness.writes] == [(LAMP, 3.0)]
    assert witness.changes[LAMP][-1][1] == 3.0
    assert witness.now_s > 0


def test_a_write_that_the_car_does_not_take_is_none(watch):
    witness = watch()
    with pytest.raises(VehicleError):
        witness.write(SPEED, 3.0, 1000)
    assert witness.writes == []


def test_what_must_never_be_written(watch):
    witness = watch(never_written=("Vehicle.L*",))
    witness.write(LAMP, 1.0, 1000)
    witness.write(LAMP, 1.0, 1000)
    assert witness.broken == ["Vehicle.Lamp was written, 1.0; Vehicle.L* must never be"]


@pytest.mark.parametrize(
    ("around", "value", "is_broken"),
    [
        ({"below": 50}, 50.0, True),
        ({"below": 50}, 49.0, False),
        ({"above": 10}, 10.0, True),
        ({"above": 10}, 11.0, False),
        ({"one_of": (1.0, 2.0)}, 3.0, True),
        ({"one_of": (1.0, 2.0)}, 2.0, False),
    ],
)
def test_what_must_hold_always(watch, around, value, is_broken):
    witness = watch(always=(Around(SPEED, **around),))
    witness.car.place(SPEED, value)
    witness.check("now")
    assert bool(witness.broken) == is_broken
