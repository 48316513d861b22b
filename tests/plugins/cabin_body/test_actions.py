"""The body plugin's Python: presses, wiper steps and the report on the doors, on the simulated car."""

from __future__ import annotations

import pytest

from cabin.catalog.loader import load_catalog
from cabin.catalog.schema import Catalog
from cabin.errors import VehicleError
from cabin.messages import Command, Signal
from cabin.vehicle.action import Action
from cabin_body import catalog_dirs, register_actions
from cabin_body.doors import tell_doors
from cabin_body.momentary import press
from cabin_body.wiper import MODE, SPEEDS, step_wipers
from cabin_simcar.car import SimulatedCar
from cabin_simcar.faults import Fault

HORN = "Vehicle.Body.Horn.IsActive"
WASHER = "Vehicle.Body.Windshield.{}.Washer.IsActive"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(catalog_dirs())


@pytest.fixture
def car(catalog: Catalog) -> SimulatedCar:
    return SimulatedCar(catalog.signals)


def test_every_action_that_the_catalog_names_is_registered(catalog: Catalog) -> None:
    registered: dict[str, Action] = {}

    def register(name: str, thing: Action, summary: str = "") -> None:
        assert summary
        registered[name] = thing

    register_actions(register)
    named = {case.action for intent in catalog.intents.values() for case in intent.cases if case.action}
    assert named == set(registered)


def test_the_horn_sounds_and_falls_silent(car: SimulatedCar, catalog: Catalog) -> None:
    heard: list[Signal] = []
    car.subscribe([HORN], heard.append)
    result = press(Command("horn.sound"), catalog.intents["horn.sound"], car)
    assert [signal.value for signal in heard] == [True, False]
    assert heard[1].timestamp_ms - heard[0].timestamp_ms >= 300
    assert [(change.path, change.confirmed) for change in result.changes] == [(HORN, True)]
    assert car.read(HORN).value is False


def test_the_washer_runs_where_it_was_asked_for(car: SimulatedCar, catalog: Catalog) -> None:
    result = press(Command("washer.on", {"position": "rear"}), catalog.intents["washer.on"], car)
    assert [change.path for change in result.changes] == [WASHER.format("Rear")]
    result = press(Command("washer.on", {"position": "all"}), catalog.intents["washer.on"], car)
    assert len(result.changes) == 2
    assert car.read(WASHER.format("Front")).value is False


def test_a_press_that_half_fails_lets_everything_go(car: SimulatedCar, catalog: Catalog) -> None:
    car.inject(WASHER.format("Rear"), Fault("rejects"))
    with pytest.raises(VehicleError):
        press(Command("washer.on", {"position": "all"}), catalog.intents["washer.on"], car)
    assert car.read(WASHER.format("Front")).value is False


@pytest.mark.parametrize(
    ("before", "action", "amount", "after"),
    [
        ("OFF", "up", "", "INTERVAL"),
        ("INTERVAL", "up", "", "SLOW"),
        ("SLOW", "up", "lot", "FAST"),
        ("RAIN_SENSOR", "up", "little", "SLOW"),
        ("FAST", "down", "", "MEDIUM"),
        ("MEDIUM", "down", "lot", "INTERVAL"),
        ("SLOW", "down", "lot", "INTERVAL"),
    ],
)
def test_wipers_step_from_mode_to_mode(
    car: SimulatedCar, catalog: Catalog, before: str, action: str, amount: str, after: str
) -> None:
    car.place(MODE, before)
    slots = {"amount": amount} if amount else {}
    result = step_wipers(Command(f"wiper.{action}", slots), catalog.intents[f"wiper.{action}"], car)
    assert car.read(MODE).value == after
    assert [(change.before, change.after) for change in result.changes] == [(before, after)]


@pytest.mark.parametrize(("before", "action"), [("FAST", "up"), ("INTERVAL", "down"), ("OFF", "down")])
def test_wipers_at_the_end_of_the_list_say_so(car: SimulatedCar, catalog: Catalog, before: str, action: str) -> None:
    car.place(MODE, before)
    result = step_wipers(Command(f"wiper.{action}"), catalog.intents[f"wiper.{action}"], car)
    assert not result.changes
    assert result.reply
    assert car.read(MODE).value == before


def test_wiper_speeds_are_modes_of_the_signal(catalog: Catalog) -> None:
    assert set(SPEEDS) == set(catalog.signals[MODE].allowed) - {"RAIN_SENSOR"}


def test_doors_that_are_alike_are_told_in_one(car: SimulatedCar, catalog: Catalog) -> None:
    reply = tell_doors(Command("door.get"), catalog.intents["door.get"], car).reply
    assert reply == "All doors are closed and unlocked."


def test_doors_that_differ_are_named(car: SimulatedCar, catalog: Catalog) -> None:
    for row in ("Row1", "Row2"):
        for side in ("DriverSide", "PassengerSide"):
            car.place(f"Vehicle.Cabin.Door.{row}.{side}.IsLocked", True)
    car.place("Vehicle.Cabin.Door.Row2.DriverSide.IsOpen", True)
    car.place("Vehicle.Cabin.Door.Row1.PassengerSide.IsLocked", False)
    car.place("Vehicle.Cabin.Door.Row2.PassengerSide.IsLocked", False)
    result = tell_doors(Command("door.get"), catalog.intents["door.get"], car)
    assert result.reply == "The rear left door is open. The passenger's and rear right doors are unlocked."
    assert len(result.readings) == 8
    one = tell_doors(Command("door.get", {"position": "driver"}), catalog.intents["door.get"], car)
    assert one.reply == "The driver's door is closed and locked."


def test_a_door_that_does_not_answer_is_no_guess(car: SimulatedCar, catalog: Catalog) -> None:
    car.inject("Vehicle.Cabin.Door.Row1.DriverSide.IsOpen", Fault("silent"))
    with pytest.raises(VehicleError):
        tell_doors(Command("door.get"), catalog.intents["door.get"], car)
