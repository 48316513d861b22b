"""The catalog of lamps: the names it must have, and its signals against the standard."""

from __future__ import annotations

import pytest

from cabin.catalog.loader import load_catalog
from cabin.catalog.schema import Catalog
from cabin.messages import Command
from cabin.vehicle.effects import plan
from cabin.vehicle.expressions import CannotAct
from cabin_lights import catalog_dirs
from cabin_simcar.car import SimulatedCar
from tests.plugins.first_party import act, check_standard_signals, needs_vss

# device -> action -> slots, as every catalog, gold file and `cabin parse --json` names them; ! marks what must be said.
EXPECTED = {
    "headlight": {"on": "", "off": "", "auto": ""},
    "high_beam": {"on": "", "off": ""},
    "fog_light": {"on": "position", "off": "position", "get": "position"},
    "parking_light": {"on": "", "off": ""},
    "hazard_light": {"on": "", "off": ""},
    "turn_signal": {"on": "position", "off": ""},
    "interior_light": {"on": "position", "off": "position", "up": "position", "down": "position"},
    "ambient_light": {"on": "color", "off": "", "up": "", "down": "", "set": "color value unit"},
    "light": {"on": "position", "off": "position", "up": "position", "down": "position", "get": ""},
}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog(catalog_dirs())


def test_every_intent_has_exactly_its_slots(catalog: Catalog) -> None:
    expected = {
        f"{device}.{action}": slots for device, actions in EXPECTED.items() for action, slots in actions.items()
    }
    found = {
        name: " ".join(f"{slot.name}!" if slot.required else slot.name for slot in intent.slots.values())
        for name, intent in catalog.intents.items()
    }
    assert found == expected


def test_every_intent_says_what_it_does_and_can_be_said(catalog: Catalog) -> None:
    for intent in catalog.intents.values():
        assert intent.title and not intent.title.endswith("."), intent.name
        assert sum(len(group.templates) for group in intent.sentences) >= 3, intent.name
        assert all(case.set or case.read or case.action for case in intent.cases), intent.name


@needs_vss
def test_signals_agree_with_the_standard(catalog: Catalog) -> None:
    check_standard_signals(catalog)


def test_every_signal_has_a_first_value(catalog: Catalog) -> None:
    assert [path for path, spec in catalog.signals.items() if spec.initial is None] == []


@pytest.fixture
def car(catalog: Catalog) -> SimulatedCar:
    return SimulatedCar(catalog.signals)


SWITCH = "Vehicle.Body.Lights.LightSwitch"
DOME = "Vehicle.Cabin.Light.IsDomeOn"


def test_lights_without_a_name_are_the_headlights_on_and_the_cabin_off(car: SimulatedCar, catalog: Catalog) -> None:
    assert act(car, catalog, "light.on") == {SWITCH: "BEAM"}
    act(car, catalog, "interior_light.on")
    after = act(car, catalog, "light.off")
    assert (after[DOME], after[SWITCH]) == (False, "AUTO")


def test_lights_at_a_place_are_the_reading_lights_there(car: SimulatedCar, catalog: Catalog) -> None:
    spot = "Vehicle.Cabin.Light.Spotlight.Row2.DriverSide.IsLightOn"
    assert act(car, catalog, "light.on", position="rear_left") == {spot: True}


def test_only_one_side_signals(car: SimulatedCar, catalog: Catalog) -> None:
    indicator = "Vehicle.Body.Lights.DirectionIndicator"
    act(car, catalog, "turn_signal.on", position="left")
    after = act(car, catalog, "turn_signal.on", position="right")
    assert after == {f"{indicator}.Left.IsSignaling": False, f"{indicator}.Right.IsSignaling": True}


def test_no_side_is_guessed(car: SimulatedCar, catalog: Catalog) -> None:
    wanted = plan(Command("turn_signal.on"), catalog.intents["turn_signal.on"], car)
    assert not wanted.targets
    assert wanted.case.reply is not None and wanted.case.reply.endswith("?")


def test_ambient_light_takes_colour_and_brightness(car: SimulatedCar, catalog: Catalog) -> None:
    place = "Vehicle.Cabin.Light.AmbientLight.Row1.DriverSide"
    after = act(car, catalog, "ambient_light.set", color="dark blue", value=7, unit="level")
    assert (after[f"{place}.IsLightOn"], after[f"{place}.Color"], after[f"{place}.Intensity"]) == (
        True,
        "dark blue",
        70,
    )
    assert act(car, catalog, "ambient_light.set", value=0)[f"{place}.IsLightOn"] is False
    with pytest.raises(CannotAct):
        act(car, catalog, "ambient_light.set", value=50, unit="level")


def test_only_the_headlights_off_ask_back(catalog: Catalog) -> None:
    assert {name for name, intent in catalog.intents.items() if intent.policy != "free"} == {"headlight.off"}
