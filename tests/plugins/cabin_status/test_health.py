"""Answers made of several signals, on the simulated car."""

from __future__ import annotations

import pytest

from cabin.catalog.loader import load_catalog
from cabin.catalog.schema import Catalog
from cabin.errors import VehicleError
from cabin.messages import Command
from cabin_simcar.car import SimulatedCar
from cabin_simcar.faults import Fault
from cabin_status import catalog_dirs, health, register_actions


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(catalog_dirs())


@pytest.fixture
def car(catalog: Catalog) -> SimulatedCar:
    return SimulatedCar(catalog.signals)


def ask(car: SimulatedCar, catalog: Catalog) -> str | None:
    return health.tell_health(Command("service.get"), catalog.intents["service.get"], car).reply


def test_every_action_that_the_catalog_names_is_registered(catalog: Catalog) -> None:
    registered = {}
    register_actions(lambda name, thing, summary="": registered.update({name: thing}))
    named = {case.action for intent in catalog.intents.values() for case in intent.cases if case.action}
    assert named == set(registered)


def test_every_signal_asked_for_is_in_the_catalog(catalog: Catalog) -> None:
    assert {*health.CHECKS, *health.CHARGING.values()} <= set(catalog.signals)


def test_an_ordinary_car_has_no_problem(car: SimulatedCar, catalog: Catalog) -> None:
    assert ask(car, catalog) == "The car reports no problem."


def test_each_thing_wrong_is_named(car: SimulatedCar, catalog: Catalog) -> None:
    car.place("Vehicle.Service.IsServiceDue", True)
    assert ask(car, catalog) == "A service is due."
    car.place("Vehicle.Chassis.Axle.Row2.Wheel.Left.Tire.IsPressureLow", True)
    assert ask(car, catalog) == "A service is due and the rear left tire is low."
    car.place("Vehicle.Diagnostics.DTCCount", 2)
    assert ask(car, catalog) == "A service is due, there are fault codes stored and the rear left tire is low."


@pytest.mark.parametrize(
    ("level", "is_right"), [("LOW", False), ("NORMAL", True), ("HIGH", True), ("CRITICALLY_HIGH", False)]
)
def test_oil_has_two_wrong_ends(car: SimulatedCar, catalog: Catalog, level: str, is_right: bool) -> None:
    car.place("Vehicle.Powertrain.CombustionEngine.EngineOil.Level", level)
    assert (ask(car, catalog) == "The car reports no problem.") == is_right


def test_a_car_that_has_none_of_the_signals_says_so(catalog: Catalog) -> None:
    assert ask(SimulatedCar({}), catalog) == "The car does not tell its state."


def test_a_silent_car_is_not_called_well(car: SimulatedCar, catalog: Catalog) -> None:
    car.inject("Vehicle.Service.IsServiceDue", Fault("silent"))
    with pytest.raises(VehicleError):
        ask(car, catalog)


def test_charging_report(car: SimulatedCar, catalog: Catalog) -> None:
    intent = catalog.intents["charging.get"]
    command = Command("charging.get")
    assert health.tell_charging(command, intent, car).reply == "The car is not charging, the battery is at 71 percent."
    car.place(health.CHARGING["active"], True)
    car.place(health.CHARGING["seconds"], 1500)
    result = health.tell_charging(command, intent, car)
    assert result.reply == "The car is charging, the battery is at 71 percent and needs 25 more minutes."
    assert len(result.readings) == 3
