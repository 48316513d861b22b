from __future__ import annotations

import dataclasses

import pytest

from cabin.messages import Command
from cabin.vehicle.circumstances import Circumstances
from cabin.vehicle.conditions import Condition, Evidence, Unread
from cabin_simcar.car import SimulatedCar
from cabin_simcar.faults import Fault

SPEED = "Vehicle.Speed"


@pytest.fixture
def evidence(car):
    return lambda written=None, car=car, **around: Evidence(
        car, Circumstances(**around), Command("x.y", {"value": 60}, 0.4), written
    )


@pytest.mark.parametrize(
    ("test", "values", "value", "holds"),
    [
        ("is", (126, 127), 127, True),
        ("is", (True,), True, True),
        ("is", (True,), 1, False),
        ("is", (1,), True, False),
        ("is_not", ("P",), "D", True),
        ("above", (3,), 3, False),
        ("above", (3,), 3.1, True),
        ("below", (3,), 2.5, True),
        ("above", (3,), "fast", None),
    ],
)
def test_signals(small_catalog, evidence, test, values, value, holds):
    class Car(SimulatedCar):
        def read(self, path):
            return dataclasses.replace(super().read(path), value=value)

    condition = Condition("signal", SPEED, test, values)
    assert condition.holds(evidence(car=Car(small_catalog.signals))) is holds


@pytest.mark.parametrize(
    ("condition", "around", "holds"),
    [
        (Condition("slot", "value", "above", (50,)), {}, True),
        (Condition("slot", "other", "is", (1,)), {}, False),
        (Condition("slot", "other", "is_not", (1,)), {}, False),
        (Condition("confidence", "", "below", (0.5,)), {}, True),
        (Condition("speaker", "", "is_not", ("driver", "unknown")), {}, False),
        (Condition("speaker", "", "is_not", ("driver", "unknown")), {"speaker": "rear_left"}, True),
        (Condition("strictness", "", "above", (0,)), {"strictness": 2}, True),
        (Condition("driver", "", "is", ("asleep", "drowsy")), {"driver": frozenset({"drowsy"})}, True),
        (Condition("driver", "", "is_not", ("drowsy",)), {"driver": frozenset({"drowsy"})}, False),
        (Condition("driver", "", "is", ("drowsy",)), {}, False),
        (Condition("value", "", "is", (True,)), {}, False),
    ],
)
def test_other_things(evidence, condition, around, holds):
    assert condition.holds(evidence(**around)) is holds


def test_the_car_tells_the_time_before_the_computer(evidence, car, small_catalog):
    night = Condition("time", "", "within", (22 * 60, 6 * 60))
    midnight = {"clock": lambda: 0}
    assert night.holds(evidence(**midnight)) is False  # the simulated car says it is noon
    car.place("Vehicle.CurrentLocation.LocalTime", "23:10")
    told = evidence()
    assert night.holds(told) is True
    assert (night.say_value(night.seen(told)), night.say_test(opposite=True)) == ("23:10", "outside 22:00 to 06:00")

    class Timeless(SimulatedCar):
        def signals(self):
            return {path: spec for path, spec in super().signals().items() if "Time" not in path}

    assert night.holds(evidence(car=Timeless(small_catalog.signals), **midnight)) is True


def test_a_signal_is_read_once_for_all_rules(small_catalog, evidence):
    class Counting(SimulatedCar):
        reads = 0

        def read(self, path):
            self.reads += 1
            return super().read(path)

    car = Counting(small_catalog.signals)
    told = evidence(car=car)
    assert [Condition("signal", SPEED, "above", (bound,)).holds(told) for bound in (-1, 3)] == [True, False]
    assert car.reads == 1


class Untold(SimulatedCar):
    """A databroker knows all of VSS, and of most signals nothing but their names."""

    def read(self, path):
        return dataclasses.replace(super().read(path), value=None)


def test_lacking_is_not_silent(evidence, car):
    lacking = Condition("signal", "Vehicle.No.Such", "is", (True,))
    assert lacking.holds(evidence()) is None
    optional = dataclasses.replace(lacking, optional=True)
    assert optional.holds(evidence()) is False
    assert repr(optional.seen(evidence())) == "not in this car"
    never = dataclasses.replace(optional, name=SPEED)
    told = evidence(car=Untold(car.signals()))
    assert (never.holds(told), dataclasses.replace(never, optional=False).holds(told)) == (False, None)
    assert repr(never.seen(told)) == "never told"
    car.inject(SPEED, Fault("silent"))
    silent = Condition("signal", SPEED, "above", (3,), optional=True)
    assert silent.holds(evidence()) is None
    assert isinstance(silent.seen(evidence()), Unread)


def test_conditions_speak(evidence):
    condition = Condition("signal", SPEED, "above", (3,))
    assert (condition.thing, condition.say_test(), condition.say_test(opposite=True)) == (SPEED, "above 3", "at most 3")
    assert condition.say_value(0.0) == "0"
    either = Condition("speaker", "", "is_not", ("driver", "unknown"))
    assert (either.thing, either.say_test(), either.say_test(opposite=True)) == (
        "who speaks",
        "not driver or unknown",
        "driver or unknown",
    )
    assert Condition("driver", "", "is", ("drowsy",)).say_value(frozenset()) == "nothing told"
    assert Condition("slot", "value", "is", (1,)).say_value(None) == "not said"
