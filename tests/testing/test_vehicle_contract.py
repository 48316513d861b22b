"""The simulated car keeps the contract; the other interfaces are held to it in tests/plugins."""

from __future__ import annotations

import pytest

from cabin.testing.vehicle_contract import POSITION, SPECS, VehicleContract, eventually
from cabin_simcar.car import SimulatedCar
from cabin_simcar.settings import SimcarSettings

SETTINGS = {
    "virtual clock": SimcarSettings(latency_ms=5),
    "real clock": SimcarSettings(clock="real", latency_ms=1, tick_ms=2),
}


class TestSimulatedCar(VehicleContract):
    @pytest.fixture(params=SETTINGS.values(), ids=list(SETTINGS))
    def car(self, request):
        car = SimulatedCar(SPECS, request.param)
        yield car
        car.close()


class Clamps(SimulatedCar):
    """Out of range becomes the nearest bound."""

    def write(self, path, value, deadline_ms):
        spec = self.signals()[path]
        if spec.maximum is not None and isinstance(value, int):
            value = min(value, int(spec.maximum))
        super().write(path, value, deadline_ms)


class Late(SimulatedCar):
    """Acts past the deadline."""

    def write(self, path, value, deadline_ms):
        super().write(path, value, max(deadline_ms, 1))


class Chatty(SimulatedCar):
    """Tells observers of other signals too."""

    def subscribe(self, paths, observer):
        return super().subscribe([*paths, POSITION], observer)


class Ghost(SimulatedCar):
    """Goes on after it was closed."""

    def close(self):
        pass


BROKEN = {
    Clamps: lambda suite, car: suite.test_refuses_what_the_signal_cannot_hold(car, POSITION, 101),
    Late: lambda suite, car: suite.test_a_write_past_its_deadline_never_acts(car, 0),
    Chatty: lambda suite, car: suite.test_observers_see_the_changes_of_their_paths_until_they_end_it(car),
    Ghost: lambda suite, car: suite.test_closed_twice_and_then_silent(car),
}


@pytest.mark.parametrize("kind", BROKEN, ids=lambda kind: kind.__name__)
def test_a_car_that_breaks_the_contract_fails_it(kind):
    car = kind(SPECS, SimcarSettings(latency_ms=5))
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        BROKEN[kind](VehicleContract(), car)
    SimulatedCar.close(car)


def test_eventually_says_whether_it_came_true():
    answers = iter([False, True])
    assert eventually(lambda: next(answers))
    assert not eventually(lambda: False, timeout_s=0.02)
