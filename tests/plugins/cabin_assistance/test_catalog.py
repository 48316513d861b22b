"""The catalog of driving and assistance: its names, its signals against the standard, and what its commands come to."""

from __future__ import annotations

import pytest

from cabin.catalog.loader import load_catalog
from cabin.catalog.schema import Catalog
from cabin.messages import Command, SlotValue
from cabin.vehicle.effects import choose_case, plan
from cabin.vehicle.expressions import CannotAct
from cabin_assistance import catalog_dirs
from cabin_simcar.car import SimulatedCar
from tests.plugins.first_party import act, check_standard_signals, needs_vss, required

# Intent -> its slots, as every catalog, gold file and `cabin parse --json` names them; ! marks what must be said.
EXPECTED = {
    "cruise_control.on": "",
    "cruise_control.off": "",
    "cruise_control.set": "value! unit",
    "cruise_control.up": "value unit",
    "cruise_control.down": "value unit",
    "cruise_control.resume": "",
    "speed_limiter.on": "",
    "speed_limiter.off": "",
    "speed_limiter.set": "value! unit",
    "lane_assist.on": "",
    "lane_assist.off": "",
    "lane_assist.get": "",
    "blind_spot.on": "",
    "blind_spot.off": "",
    "blind_spot.get": "",
    "collision_warning.on": "",
    "collision_warning.off": "",
    "collision_warning.get": "",
    "parking_assist.on": "",
    "parking_assist.off": "",
    "parking_assist.get": "",
    "driver_alert.on": "",
    "driver_alert.off": "",
    "driver_alert.get": "",
    "following_distance.up": "",
    "following_distance.down": "",
    "following_distance.set": "value!",
    "traction_control.on": "",
    "traction_control.off": "",
    "start_stop.on": "",
    "start_stop.off": "",
    "drive_mode.set": "mode!",
}

# What a required slot holds where any value would not do.
LEAST: dict[str, dict[str, SlotValue]] = {"following_distance.set": {"value": 3}, "drive_mode.set": {"mode": "eco"}}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog([("cabin_assistance", folder) for folder in catalog_dirs()])


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


CRUISE = "Vehicle.ADAS.CruiseControl"
MODE = "Vehicle.Powertrain.Transmission.PerformanceMode"


def test_cruise_speed_in_both_units(catalog: Catalog, car: SimulatedCar) -> None:
    changed = act(car, catalog, "cruise_control.set", value=60, unit="mph")
    assert changed[f"{CRUISE}.SpeedSet"] == pytest.approx(96.5606, abs=1e-3)
    assert changed[f"{CRUISE}.IsActive"] is True
    assert act(car, catalog, "cruise_control.set", value=100)[f"{CRUISE}.SpeedSet"] == 100
    assert act(car, catalog, "cruise_control.up") == {f"{CRUISE}.SpeedSet": 105}
    assert act(car, catalog, "cruise_control.down", value=20, unit="kmh") == {f"{CRUISE}.SpeedSet": 85}


@pytest.mark.parametrize(("name", "value"), [("cruise_control.set", 250), ("speed_limiter.set", 5)])
def test_a_speed_out_of_range_is_refused(catalog: Catalog, car: SimulatedCar, name: str, value: int) -> None:
    with pytest.raises(CannotAct) as refused:
        plan(Command(name, {"value": value}), catalog.intents[name], car)
    assert refused.value.obstacle == "out_of_range"


def test_off_leaves_no_cruise_control_active(catalog: Catalog, car: SimulatedCar) -> None:
    act(car, catalog, "cruise_control.set", value=100)
    assert act(car, catalog, "cruise_control.off") == {f"{CRUISE}.IsActive": False, f"{CRUISE}.IsEnabled": False}


@pytest.mark.parametrize(
    "device",
    [
        "lane_assist",
        "blind_spot",
        "collision_warning",
        "parking_assist",
        "driver_alert",
        "traction_control",
        "start_stop",
    ],
)
def test_on_and_off_set_the_same_signals(catalog: Catalog, car: SimulatedCar, device: str) -> None:
    off, on = act(car, catalog, f"{device}.off"), act(car, catalog, f"{device}.on")
    assert set(off) == set(on)
    assert set(off.values()) == {False} and set(on.values()) == {True}


@pytest.mark.parametrize(
    "device", ["lane_assist", "blind_spot", "collision_warning", "driver_alert", "traction_control"]
)
def test_a_guard_of_the_driver_goes_off_only_with_a_yes(catalog: Catalog, device: str) -> None:
    assert catalog.intents[f"{device}.off"].policy == "confirm"
    assert catalog.intents[f"{device}.on"].policy == "free"


def test_more_speed_and_less_distance_need_a_yes(catalog: Catalog) -> None:
    for name in ("cruise_control.set", "cruise_control.up", "cruise_control.resume", "following_distance.down"):
        assert catalog.intents[name].policy == "confirm", name
    for name in ("cruise_control.off", "cruise_control.down", "following_distance.up"):
        assert catalog.intents[name].policy == "free", name


@pytest.mark.parametrize(
    ("said", "mode"),
    [("eco", "ECONOMY"), ("sport plus", "SPORT"), ("comfort", "NORMAL"), ("winter", "SNOW"), ("rain", "RAIN")],
)
def test_drive_modes_by_the_word_said(catalog: Catalog, car: SimulatedCar, said: str, mode: str) -> None:
    assert act(car, catalog, "drive_mode.set", mode=said) == {MODE: mode}


def test_a_drive_mode_that_the_car_lacks_is_refused(catalog: Catalog, car: SimulatedCar) -> None:
    with pytest.raises(CannotAct) as refused:
        plan(Command("drive_mode.set", {"mode": "off road"}), catalog.intents["drive_mode.set"], car)
    assert refused.value.obstacle == "unknown_value"
