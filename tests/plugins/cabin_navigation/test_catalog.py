"""The catalog of navigation, places and weather: names, signals against the standard, what commands come to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cabin.catalog.loader import load_catalog
from cabin.catalog.schema import Catalog, Intent
from cabin.messages import Command, SlotValue
from cabin.vehicle.effects import VehicleTimes, carry_out, choose_case, plan
from cabin_navigation import catalog_dirs
from cabin_simcar.car import SimulatedCar

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

VSS = Path(__file__).parents[4] / "shared" / "vss" / "vss_leaves.json"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog([("cabin_navigation", folder) for folder in catalog_dirs()])


@pytest.fixture
def car(catalog: Catalog) -> SimulatedCar:
    return SimulatedCar(catalog.signals)


def act(car: SimulatedCar, catalog: Catalog, name: str, **slots: SlotValue) -> dict[str, object]:
    """Carry a command out and return what its signals hold then."""
    intent = catalog.intents[name]
    carried = carry_out(plan(Command(name, slots), intent, car).targets, car, VehicleTimes())
    assert carried.error is None
    assert all(change.confirmed for change in carried.changes)
    return {change.path: change.after for change in carried.changes}


def required(intent: Intent) -> dict[str, SlotValue]:
    """Return plausible values for the slots that must be said."""
    plain: dict[str, SlotValue] = {"open": "home", "choice": "", "number": 100}
    found: dict[str, SlotValue] = {}
    for name, slot in intent.slots.items():
        if slot.required:
            found[name] = slot.values[0] if slot.kind == "choice" else plain[slot.kind]
    return found


def test_intents_and_slots_are_those_agreed(catalog: Catalog) -> None:
    found = {
        name: {slot.name + "!" * slot.required for slot in intent.slots.values()}
        for name, intent in catalog.intents.items()
    }
    assert found == {name: set(slots.split()) for name, slots in EXPECTED.items()}


def test_each_intent_has_sentences(catalog: Catalog) -> None:
    for name, intent in catalog.intents.items():
        assert sum(len(group.templates) for group in intent.sentences) >= 3, name


@pytest.mark.skipif(not VSS.is_file(), reason="the VSS export is not beside this checkout")
def test_standard_signals_agree_with_vss(catalog: Catalog) -> None:
    leaves = json.loads(VSS.read_text(encoding="utf-8"))
    for path, spec in catalog.signals.items():
        assert spec.is_standard == (path in leaves), path
        if not spec.is_standard:
            continue
        leaf = leaves[path]
        assert (spec.kind, spec.datatype, spec.unit) == (leaf["type"], leaf["datatype"], leaf.get("unit", "")), path
        assert set(spec.allowed) == set(leaf.get("allowed", ())), path
        # this car may take less than the standard allows, never more
        if "min" in leaf:
            assert spec.minimum is not None and spec.minimum >= leaf["min"], path
        if "max" in leaf:
            assert spec.maximum is not None and spec.maximum <= leaf["max"], path


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
