from __future__ import annotations

import dataclasses

import pytest

from cabin.errors import UnknownSignalError, VehicleError, VehicleTimeoutError, WriteUnknownError
from cabin.messages import Command
from cabin.vehicle.effects import VehicleTimes, carry_out, choose_case, plan, read_signals
from cabin.vehicle.expressions import CannotAct
from cabin_simcar.car import SimulatedCar
from cabin_simcar.faults import Fault

TIMES = VehicleTimes()
WINDOW = "Vehicle.Cabin.Door.Row1.DriverSide.Window.Position"
REAR = "Vehicle.Cabin.Door.Row2.DriverSide.Window.Position"


def do(catalog, car, intent, **slots):
    planned = plan(Command(intent, slots), catalog.intents[intent], car)
    return carry_out(planned.targets, car, TIMES)


def test_the_first_case_whose_conditions_hold(small_catalog):
    intent = small_catalog.intents["window.open"]
    assert choose_case(intent, {"value": 50}) is intent.cases[0]
    assert choose_case(intent, {}) is intent.cases[1]
    only = dataclasses.replace(intent, cases=(intent.cases[0],))
    with pytest.raises(CannotAct, match="no_case"):
        choose_case(only, {})
    for when, holds in (({"value": "missing"}, True), ({"position": "all"}, True), ({"position": "driver"}, False)):
        one = dataclasses.replace(intent, cases=(dataclasses.replace(intent.cases[0], when=when),))
        if holds:
            assert choose_case(one, {"position": "all"}) is one.cases[0]
        else:
            with pytest.raises(CannotAct):
                choose_case(one, {"position": "all"})


def test_planning_writes_nothing(small_catalog, car):
    before = car.snapshot()
    planned = plan(Command("window.open", {"position": "all"}), small_catalog.intents["window.open"], car)
    car.advance(10_000)
    assert len(planned.targets) == 4
    assert car.snapshot() == before


def test_before_target_after(small_catalog, car):
    car.place(WINDOW, 20)
    carried = do(small_catalog, car, "window.open", position="driver", value=70, unit="percent")
    (change,) = carried.changes
    assert (change.path, change.before, change.target, change.after) == (WINDOW, 20, 70, 70)
    assert change.confirmed
    assert carried.error is None
    assert car.read(WINDOW).value == 70


def test_all_places_move_together(small_catalog, car):
    carried = do(small_catalog, car, "window.open", position="all")
    assert [change.after for change in carried.changes] == [100] * 4
    assert car.read(WINDOW).timestamp_ms < 3000  # one after the other would take ten seconds


def test_a_car_without_rear_windows_opens_those_it_has(small_catalog):
    two_doors = SimulatedCar({p: s for p, s in small_catalog.signals.items() if "Row2" not in p})
    assert len(do(small_catalog, two_doors, "window.open", position="all").changes) == 2
    with pytest.raises(UnknownSignalError):
        do(small_catalog, two_doors, "window.open", position="rear_left")


def test_a_place_that_no_zone_names(small_catalog, car):
    with pytest.raises(CannotAct) as caught:
        do(small_catalog, car, "window.open", position="roof")
    assert caught.value.obstacle == "no_place"
    bare = dataclasses.replace(small_catalog.intents["window.open"], zones={"driver": ("Row1.DriverSide",)})
    with pytest.raises(CannotAct) as caught:
        plan(Command("window.open"), bare, car)
    assert (caught.value.obstacle, caught.value.choices) == ("missing", ("driver",))


def test_numbers_and_required_slots_are_checked_whoever_understood(small_catalog, car):
    with pytest.raises(CannotAct) as caught:
        do(small_catalog, car, "window.open", value=300)
    assert (caught.value.obstacle, caught.value.high) == ("out_of_range", 100)
    with pytest.raises(CannotAct) as caught:
        do(small_catalog, car, "temperature.set")
    assert (caught.value.obstacle, caught.value.slot) == ("missing", "value")


def test_stuck_is_not_confirmed(small_catalog, car):
    car.inject(WINDOW, Fault("stuck"))
    (change,) = do(small_catalog, car, "window.open").changes
    assert (change.after, change.confirmed) == (0, False)


def test_slow_is_not_confirmed_within_its_patience(small_catalog, car):
    car.inject(WINDOW, Fault("slow", factor=10))
    (change,) = do(small_catalog, car, "window.open").changes
    assert not change.confirmed
    assert 0 < change.after < 100


def test_the_first_write_that_fails_stops_the_rest(small_catalog, car):
    car.inject("Vehicle.Cabin.Door.Row1.PassengerSide.Window.Position", Fault("rejects"))
    carried = do(small_catalog, car, "window.open", position="all")
    assert isinstance(carried.error, VehicleError)
    assert [change.path for change in carried.changes] == [WINDOW]
    car.advance(10_000)
    assert car.read(REAR).value == 0


def test_late_never_acts(small_catalog, car):
    car.inject(WINDOW, Fault("late"))
    carried = do(small_catalog, car, "window.open")
    assert isinstance(carried.error, VehicleTimeoutError)
    assert carried.changes == ()
    car.advance(10_000)
    assert car.read(WINDOW).value == 0


def test_a_silent_signal_is_set_but_not_confirmed(small_catalog, car):
    car.inject(WINDOW, Fault("silent"))
    (change,) = do(small_catalog, car, "window.open").changes
    assert (change.before, change.after, change.confirmed) == (None, None, False)
    with pytest.raises(VehicleError):
        read_signals((WINDOW,), car)


def test_a_question_reads(small_catalog, car):
    planned = plan(Command("window.get", {"position": "all"}), small_catalog.intents["window.get"], car)
    assert [signal.value for signal in read_signals(planned.reads, car)] == [0, 0, 0, 0]


class NoAnswer:
    """The simulated car behind a line that breaks after each write; `acts`: whether the write arrived."""

    def __init__(self, car, acts):
        self.car, self.acts, self.calls = car, acts, []

    def __getattr__(self, name):
        return getattr(self.car, name)

    def write(self, path, value, deadline_ms):
        self.calls.append(("write", path))
        if self.acts:
            self.car.write(path, value, deadline_ms)
        raise WriteUnknownError("no answer")

    def wait_for(self, path, value, timeout_ms):
        self.calls.append(("read", path))
        return self.car.wait_for(path, value, timeout_ms)


@pytest.mark.parametrize(("acts", "written"), [(True, 4), (False, 1)])
def test_a_write_without_answer_is_read_back_before_anything_else(small_catalog, car, acts, written):
    line = NoAnswer(car, acts)
    intent = small_catalog.intents["window.open"]
    carried = carry_out(plan(Command("window.open", {"position": "all"}), intent, line).targets, line, TIMES)
    assert [kind for kind, _ in line.calls] == ["write", "read"] * written
    assert [change.confirmed for change in carried.changes] == [acts] * written
    assert isinstance(carried.error, WriteUnknownError) is not acts
