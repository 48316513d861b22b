"""The catalog of displays, cameras and the assistant: names, signals against the standard, what commands come to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cabin.catalog.loader import load_catalog
from cabin.catalog.schema import Catalog, Intent
from cabin.messages import Command, SlotValue
from cabin.vehicle.effects import VehicleTimes, carry_out, choose_case, plan
from cabin.vehicle.expressions import CannotAct
from cabin_simcar.car import SimulatedCar
from cabin_system import catalog_dirs

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

VSS = Path(__file__).parents[4] / "shared" / "vss" / "vss_leaves.json"


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog([("cabin_system", folder) for folder in catalog_dirs()])


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
