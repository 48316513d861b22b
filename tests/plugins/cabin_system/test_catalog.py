"""The catalog of displays, cameras and the assistant: names, signals against the standard, what commands come to."""

from __future__ import annotations

import pytest

from cabin.catalog.loader import load_catalog
from cabin.catalog.schema import Catalog
from cabin.messages import Command, SlotValue
from cabin.vehicle.effects import choose_case, plan
from cabin.vehicle.expressions import CannotAct
from cabin_simcar.car import SimulatedCar
from cabin_system import catalog_dirs
from tests.plugins.first_party import act, check_standard_signals, needs_vss, required

# Intent -> its slots, as every catalog, gold file and `cabin parse --json` names them; ! marks what must be said.
EXPECTED = {
    "display.on": "position",
    "display.off": "position",
    "display.up": "position amount",
    "display.down": "position amount",
    "display.set": "mode value unit position",
    "hud.on": "",
    "hud.off": "",
    "hud.up": "",
    "hud.down": "",
    "camera.show": "position",
    "camera.hide": "",
    "assistant.yes": "",
    "assistant.no": "",
    "assistant.cancel": "",
    "assistant.repeat": "",
    "assistant.help": "",
    "assistant.undo": "",
}

# What a required slot holds where any value would not do.
LEAST: dict[str, dict[str, SlotValue]] = {}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog([("cabin_system", folder) for folder in catalog_dirs()])


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


HMI = "Vehicle.Cabin.Infotainment.HMI"
DISPLAY = "Vehicle.Cabin.Infotainment.Display"


def test_brightness_of_all_displays_or_of_one(catalog: Catalog, car: SimulatedCar) -> None:
    assert act(car, catalog, "display.set", value=40, unit="percent") == {f"{HMI}.Brightness": 40}
    assert act(car, catalog, "display.up", amount="lot") == {f"{HMI}.Brightness": 80}
    assert act(car, catalog, "display.set", value=3, unit="level") == {f"{HMI}.Brightness": 30}
    one = act(car, catalog, "display.set", value="max", position="passenger")
    assert one == {f"{DISPLAY}.Passenger.Brightness": 100}
    assert set(act(car, catalog, "display.down", position="rear")) == {
        f"{DISPLAY}.RearLeft.Brightness",
        f"{DISPLAY}.RearRight.Brightness",
    }


def test_day_and_night_modes(catalog: Catalog, car: SimulatedCar) -> None:
    night = act(car, catalog, "display.set", mode="dark")
    assert night == {f"{HMI}.IsDayNightAuto": False, f"{HMI}.DayNightMode": "NIGHT"}
    assert act(car, catalog, "display.set", mode="auto") == {f"{HMI}.IsDayNightAuto": True}
    with pytest.raises(CannotAct):
        plan(Command("display.set", {"mode": "disco"}), catalog.intents["display.set"], car)


def test_every_position_has_a_display(catalog: Catalog, car: SimulatedCar) -> None:
    for position in catalog.intents["display.off"].slots["position"].values:
        assert set(act(car, catalog, "display.off", position=position).values()) == {False}, position


def test_every_position_has_a_camera_picture(catalog: Catalog, car: SimulatedCar) -> None:
    view = "Vehicle.Cabin.Infotainment.Camera.View"
    for position in catalog.intents["camera.show"].slots["position"].values:
        assert act(car, catalog, "camera.show", position=position)[view] != "NONE", position
    assert act(car, catalog, "camera.show", position="all") == {view: "SURROUND"}
    assert act(car, catalog, "camera.show") == {view: "REAR"}
    assert act(car, catalog, "camera.hide") == {view: "NONE"}


def test_the_assistant_moves_nothing_and_always_answers(catalog: Catalog) -> None:
    for name, intent in catalog.intents.items():
        if intent.device == "assistant":
            assert [(case.set, case.read, case.action) for case in intent.cases] == [({}, (), "answer_only")], name
            assert intent.reply, name
