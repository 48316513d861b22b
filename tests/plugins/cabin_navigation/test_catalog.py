"""The catalog of navigation, places and weather: names, signals against the standard, what commands come to."""

from __future__ import annotations

import pytest

from cabin.catalog.loader import load_catalog
from cabin.catalog.schema import Catalog
from cabin.messages import Command, SlotValue
from cabin.vehicle.effects import choose_case, plan
from cabin_navigation import catalog_dirs
from cabin_simcar.car import SimulatedCar
from tests.plugins.first_party import act, check_standard_signals, needs_vss, required

# Intent -> its slots, as every catalog, gold file and `cabin parse --json` names them; ! marks what must be said.
EXPECTED = {
    "navigation.start": "destination!",
    "navigation.stop": "",
    "navigation.get": "",
    "navigation.avoid": "query!",
    "navigation.add_stop": "destination!",
    "poi.find": "category! location",
    "eta.get": "destination",
    "traffic.get": "location destination",
    "location.get": "",
    "map.zoom_in": "",
    "map.zoom_out": "",
    "map.show": "",
    "weather.get": "location when query",
}

# What a required slot holds where any value would not do.
LEAST: dict[str, dict[str, SlotValue]] = {}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog([("cabin_navigation", folder) for folder in catalog_dirs()])


@pytest.fixture
def car(catalog: Catalog) -> SimulatedCar:
    return SimulatedCar(catalog.signals)


def test_intents_and_slots_are_those_agreed(catalog: Catalog) -> None:
    found = {
        name: {slot.name + "!" * slot.required for slot in intent.slots.values()}
        for name, intent in catalog.intents.items()
    }
    assert found == {name: set(slots.split()) for name, slots in EXPECTED.items()}


def test_each_intent_has_sentences(catalog: Catalog) -> None:
    for name, intent in catalog.intents.items():
        assert sum(len(group.templates) for group in intent.sentences) >= 3, name


@needs_vss
def test_standard_signals_agree_with_vss(catalog: Catalog) -> None:
    check_standard_signals(catalog)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_each_intent_can_be_planned_with_the_least_said(catalog: Catalog, car: SimulatedCar, name: str) -> None:
    intent = catalog.intents[name]
    slots = {**required(intent), **LEAST.get(name, {})}
    planned = plan(Command(name, slots), intent, car)
    assert planned.targets or planned.reads or choose_case(intent, slots).action


NAVIGATION = "Vehicle.Cabin.Infotainment.Navigation"
WEATHER = "Vehicle.Cabin.Infotainment.Weather.Request"


def test_a_route_is_set_and_ended(catalog: Catalog, car: SimulatedCar) -> None:
    changed = act(car, catalog, "navigation.start", destination="main station")
    assert changed[f"{NAVIGATION}.Guidance.Destination"] == "main station"
    assert changed[f"{NAVIGATION}.Guidance.IsActive"] is True
    changed = act(car, catalog, "navigation.stop")
    assert changed[f"{NAVIGATION}.Guidance.Destination"] == ""
    assert changed[f"{NAVIGATION}.Guidance.IsActive"] is False


def test_a_search_leaves_nothing_of_the_one_before(catalog: Catalog, car: SimulatedCar) -> None:
    first = act(car, catalog, "poi.find", category="gas station", location="on the way")
    assert first == {f"{NAVIGATION}.Search.Category": "gas station", f"{NAVIGATION}.Search.Location": "on the way"}
    second = act(car, catalog, "poi.find", category="bakery")
    assert second == {f"{NAVIGATION}.Search.Category": "bakery", f"{NAVIGATION}.Search.Location": ""}


@pytest.mark.parametrize("number", range(1, 8))
def test_weather_writes_exactly_what_was_said(catalog: Catalog, car: SimulatedCar, number: int) -> None:
    said = {"location": "oslo", "when": "tomorrow", "query": "rain"}
    slots = {name: value for bit, (name, value) in enumerate(said.items()) if number >> bit & 1}
    assert act(car, catalog, "weather.get", **slots) == {
        f"{WEATHER}.{name.capitalize()}": slots.get(name, "") for name in said
    }


def test_weather_here_and_now_is_read(catalog: Catalog, car: SimulatedCar) -> None:
    assert plan(Command("weather.get", {}), catalog.intents["weather.get"], car).reads


@pytest.mark.parametrize(
    "slots", [{"location": "town"}, {"destination": "work"}, {"location": "town", "destination": "work"}]
)
def test_traffic_writes_exactly_what_was_said(catalog: Catalog, car: SimulatedCar, slots: dict[str, SlotValue]) -> None:
    assert act(car, catalog, "traffic.get", **slots) == {
        f"{NAVIGATION}.Traffic.Location": slots.get("location", ""),
        f"{NAVIGATION}.Traffic.Destination": slots.get("destination", ""),
    }


def test_zoom_goes_both_ways(catalog: Catalog, car: SimulatedCar) -> None:
    start = car.read(f"{NAVIGATION}.Map.ZoomLevel").value
    assert act(car, catalog, "map.zoom_in") != {f"{NAVIGATION}.Map.ZoomLevel": start}
    assert act(car, catalog, "map.zoom_out") == {f"{NAVIGATION}.Map.ZoomLevel": start}
