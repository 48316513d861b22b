"""Questions about the route, on the simulated car."""

from __future__ import annotations

import pytest

from cabin.catalog.loader import load_catalog
from cabin.catalog.schema import Catalog
from cabin.messages import Command
from cabin.vehicle.units import DISTANCE_UNIT
from cabin_navigation import actions, catalog_dirs, register_actions
from cabin_simcar.car import SimulatedCar

GUIDANCE = "Vehicle.Cabin.Infotainment.Navigation.Guidance"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(catalog_dirs())


@pytest.fixture
def car(catalog: Catalog) -> SimulatedCar:
    return SimulatedCar(catalog.signals)


def test_every_action_that_the_catalog_names_is_registered(catalog: Catalog) -> None:
    registered = {}
    register_actions(lambda name, thing, summary="": registered.update({name: thing}))
    named = {case.action for intent in catalog.intents.values() for case in intent.cases if case.action}
    assert named == set(registered)


def test_without_a_route_there_is_no_turn_and_no_arrival(car: SimulatedCar, catalog: Catalog) -> None:
    for answer, name in ((actions.next_turn, "navigation.get"), (actions.arrival, "eta.get")):
        assert answer(Command(name), catalog.intents[name], car).reply == "No route is set."


def test_a_route_that_is_not_calculated_yet_invents_nothing(car: SimulatedCar, catalog: Catalog) -> None:
    car.place(f"{GUIDANCE}.IsActive", True)
    for answer, name in ((actions.next_turn, "navigation.get"), (actions.arrival, "eta.get")):
        assert answer(Command(name), catalog.intents[name], car).reply == "The route is not calculated yet."


def test_next_turn_is_told_as_the_navigation_words_it(car: SimulatedCar, catalog: Catalog) -> None:
    car.place(f"{GUIDANCE}.IsActive", True)
    car.place(f"{GUIDANCE}.NextManeuver", "Turn left in 200 meters")
    result = actions.next_turn(Command("navigation.get"), catalog.intents["navigation.get"], car)
    assert result.reply == "Turn left in 200 meters."


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (25.0, "25 minutes"),
        (1.0, "1 minute"),
        (65.0, "1 hour 5 minutes"),
        (120.0, "2 hours"),
        (0.2, "less than a minute"),
    ],
)
def test_arrival_tells_time_and_distance(car: SimulatedCar, catalog: Catalog, minutes: float, words: str) -> None:
    for path, value in (
        ("IsActive", True),
        ("Destination", "work"),
        ("TimeToDestination", minutes),
        ("DistanceToDestination", 18.5),
    ):
        car.place(f"{GUIDANCE}.{path}", value)
    result = actions.arrival(Command("eta.get"), catalog.intents["eta.get"], car)
    assert result.reply == f"It is {words} and 18.5 kilometers to work."
    assert len(result.readings) == 4


def test_arrival_in_miles_where_the_car_shows_miles(car: SimulatedCar, catalog: Catalog) -> None:
    for path, value in (
        ("IsActive", True),
        ("Destination", "work"),
        ("TimeToDestination", 10.0),
        ("DistanceToDestination", 16.1),
    ):
        car.place(f"{GUIDANCE}.{path}", value)
    car.place(DISTANCE_UNIT, "MILES")
    result = actions.arrival(Command("eta.get"), catalog.intents["eta.get"], car)
    assert result.reply == "It is 10 minutes and 10 miles to work."
