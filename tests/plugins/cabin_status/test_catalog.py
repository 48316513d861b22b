"""The catalog of the car's own state: its names, its signals against the standard, and what its commands come to."""

from __future__ import annotations

import pytest

from cabin.catalog.loader import load_catalog
from cabin.catalog.schema import Catalog
from cabin.messages import Command, SlotValue
from cabin.vehicle.effects import choose_case, plan
from cabin.vehicle.expressions import CannotAct
from cabin_simcar.car import SimulatedCar
from cabin_status import catalog_dirs
from tests.plugins.first_party import act, check_standard_signals, needs_vss, required

# Intent -> its slots, as every catalog, gold file and `cabin parse --json` names them; ! marks what must be said.
EXPECTED = {
    "fuel.get": "",
    "battery.get": "",
    "range.get": "",
    "tire_pressure.get": "position",
    "oil.get": "",
    "speed.get": "",
    "odometer.get": "",
    "service.get": "",
    "outside_temperature.get": "",
    "time.get": "",
    "date.get": "",
    "charging.start": "",
    "charging.stop": "",
    "charging.set": "value! unit",
    "charging.get": "",
}

# What a required slot holds where any value would not do.
LEAST: dict[str, dict[str, SlotValue]] = {}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog([("cabin_status", folder) for folder in catalog_dirs()])


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


BATTERY = "Vehicle.Powertrain.TractionBattery.Charging"


@pytest.mark.parametrize(
    ("position", "count"),
    [("front", 2), ("rear", 2), ("left", 2), ("right", 2), ("rear_left", 1), ("driver", 1), ("all", 4)],
)
def test_a_position_reads_its_own_tires(catalog: Catalog, car: SimulatedCar, position: str, count: int) -> None:
    reads = plan(Command("tire_pressure.get", {"position": position}), catalog.intents["tire_pressure.get"], car).reads
    assert len(set(reads)) == count


def test_no_position_reads_all_tires(catalog: Catalog, car: SimulatedCar) -> None:
    assert len(plan(Command("tire_pressure.get", {}), catalog.intents["tire_pressure.get"], car).reads) == 4


def test_charge_limit_is_set_within_what_the_car_takes(catalog: Catalog, car: SimulatedCar) -> None:
    assert act(car, catalog, "charging.set", value=90, unit="percent") == {f"{BATTERY}.ChargeLimit": 90}
    assert act(car, catalog, "charging.set", value="max") == {f"{BATTERY}.ChargeLimit": 100}
    with pytest.raises(CannotAct) as refused:
        plan(Command("charging.set", {"value": 5}), catalog.intents["charging.set"], car)
    assert refused.value.low == 20


def test_charging_starts_and_stops(catalog: Catalog, car: SimulatedCar) -> None:
    assert act(car, catalog, "charging.start") == {f"{BATTERY}.StartStopCharging": "START"}
    assert act(car, catalog, "charging.stop") == {f"{BATTERY}.StartStopCharging": "STOP"}
    assert catalog.intents["charging.start"].policy == "standstill"
