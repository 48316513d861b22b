from __future__ import annotations

import random

import pytest

from cabin.bench.policy_world import STATES, Nature, WatchedCar
from cabin.errors import VehicleError
from cabin.executor import Executor
from cabin.messages import Command
from cabin.vehicle.interface import VehicleInterface
from cabin.vehicle.policy_file import load_policy
from cabin_simcar.car import SimulatedCar

TRUNK = "Vehicle.Body.Trunk.Rear.IsOpen"


@pytest.fixture
def watched(small_catalog):
    return WatchedCar(SimulatedCar(small_catalog.signals))


def test_a_write_is_kept_with_the_state_that_it_met(watched):
    assert isinstance(watched, VehicleInterface)
    watched.car.place("Vehicle.Speed", 7.0)
    watched.write(TRUNK, True, 100)
    (write,) = watched.writes
    assert (write.path, write.value, write.moment.signals["Vehicle.Speed"], write.moment.signals[TRUNK]) == (
        TRUNK,
        True,
        7.0,
        False,
    )
    with pytest.raises(VehicleError):
        watched.write("Vehicle.Speed", 1.0, 100)
    assert len(watched.writes) == 1


def test_silent_signals_are_not_read(watched):
    watched.silent = frozenset({"Vehicle.Speed"})
    for ask in (lambda: watched.read("Vehicle.Speed"), lambda: watched.wait_for("Vehicle.Speed", 1.0, 1)):
        with pytest.raises(VehicleError):
            ask()
    assert Nature(watched, random.Random(1), 0).moment().silent == watched.silent


def test_states_lie_on_both_sides_of_every_bound(watched):
    asked_for = load_policy().signals()
    assert asked_for - STATES.keys() <= {"Vehicle.CurrentLocation.LocalTime"}
    for path, values in STATES.items():
        assert len(set(values)) > 1, path


def test_the_same_seed_is_the_same_nature(small_catalog, watched):
    def states(seed):
        nature = Nature(watched, random.Random(seed), 0.5)
        executor = Executor(small_catalog, load_policy(), watched, nature)
        found = []
        for _ in range(20):
            nature.set_state(executor)
            nature.check_policy(Command("x.y"), watched)
            found.append(nature.moment())
        return found, nature.shifts

    assert states(1) == states(1)
    assert states(1) != states(2)
    assert states(1)[1] > 0
