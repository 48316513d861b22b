"""The catalog of heating and cooling: the names it must have, and its signals against the standard."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cabin.catalog.loader import load_catalog
from cabin.catalog.schema import Catalog
from cabin.messages import Command, SignalValue
from cabin.vehicle.effects import VehicleTimes, carry_out, plan
from cabin.vehicle.expressions import CannotAct
from cabin_climate import catalog_dirs
from cabin_simcar.car import SimulatedCar

# device -> action -> slots, as every catalog, gold file and `cabin parse --json` names them; ! marks what must be said.
EXPECTED = {
    "climate": {"on": "position", "off": "position", "auto": "position", "sync": "", "get": "position"},
    "temperature": {
        "up": "value unit amount position",
        "down": "value unit amount position",
        "set": "value! unit position",
        "get": "position",
    },
    "fan": {
        "on": "",
        "off": "",
        "up": "value amount position",
        "down": "value amount position",
        "set": "value! unit position",
        "get": "",
    },
    "ac": {"on": "", "off": "", "get": ""},
    "recirculation": {"on": "", "off": ""},
    "defroster": {"on": "position", "off": "position", "get": "position"},
    "airflow": {"set": "direction! position", "get": "position"},
    "air_purifier": {"on": "", "off": ""},
    "steering_heating": {"on": "", "off": ""},
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


def test_signals_agree_with_the_standard(catalog: Catalog) -> None:
    leaves_file = Path(__file__).parents[4] / "shared" / "vss" / "vss_leaves.json"
    if not leaves_file.exists():
        pytest.skip("no export of the COVESA tree beside the checkout")
    leaves = json.loads(leaves_file.read_text())
    for path, spec in catalog.signals.items():
        leaf = leaves.get(path)
        assert (leaf is not None) == spec.is_standard, path
        if leaf is None:
            continue
        assert (spec.kind, spec.datatype) == (leaf["type"], leaf["datatype"]), path
        assert spec.unit.lower() == leaf.get("unit", "").lower(), path
        assert spec.minimum is None or spec.minimum >= leaf.get("min", spec.minimum), path
        assert spec.maximum is None or spec.maximum <= leaf.get("max", spec.maximum), path
        assert spec.maximum is not None or "max" not in leaf, path
        assert set(spec.allowed) == set(leaf.get("allowed", ())), path


def test_every_signal_has_a_first_value(catalog: Catalog) -> None:
    assert [path for path, spec in catalog.signals.items() if spec.initial is None] == []


def act(car: SimulatedCar, catalog: Catalog, intent: str, **slots: str | float) -> dict[str, SignalValue | None]:
    """Carry a command out and return what each signal it set holds after."""
    wanted = plan(Command(intent, slots), catalog.intents[intent], car)
    carried = carry_out(wanted.targets, car, VehicleTimes())
    assert carried.error is None
    assert all(change.confirmed for change in carried.changes)
    return {change.path: change.after for change in carried.changes}


@pytest.fixture
def car(catalog: Catalog) -> SimulatedCar:
    return SimulatedCar(catalog.signals)


STATION = "Vehicle.Cabin.HVAC.Station"


def test_temperature_moves_the_zone_that_was_named(car: SimulatedCar, catalog: Catalog) -> None:
    assert act(car, catalog, "temperature.set", value=24) == {f"{STATION}.Row1.Driver.Temperature": 24}
    rear = act(car, catalog, "temperature.set", value=19, position="rear")
    assert rear == {f"{STATION}.Row2.Driver.Temperature": 19, f"{STATION}.Row2.Passenger.Temperature": 19}


def test_a_step_in_fahrenheit_is_a_difference(car: SimulatedCar, catalog: Catalog) -> None:
    after = act(car, catalog, "temperature.up", value=9, unit="fahrenheit")
    assert after[f"{STATION}.Row1.Driver.Temperature"] == pytest.approx(26)
    after = act(car, catalog, "temperature.down", value=2, unit="degree")
    assert after[f"{STATION}.Row1.Driver.Temperature"] == pytest.approx(24)


def test_a_temperature_out_of_range_is_refused(car: SimulatedCar, catalog: Catalog) -> None:
    with pytest.raises(CannotAct) as refusal:
        act(car, catalog, "temperature.set", value=50)
    assert (refusal.value.obstacle, refusal.value.low, refusal.value.high) == ("out_of_range", 16, 28)


def test_the_fan_counts_in_levels_of_ten_and_its_slowest_is_not_off(car: SimulatedCar, catalog: Catalog) -> None:
    speed = f"{STATION}.Row1.Driver.FanSpeed"
    assert act(car, catalog, "fan.set", value=4, position="driver") == {speed: 40}
    assert act(car, catalog, "fan.set", value=45, unit="percent", position="driver") == {speed: 45}
    assert act(car, catalog, "fan.up", value=2, position="driver") == {speed: 65}
    assert act(car, catalog, "fan.set", value="min", position="driver") == {speed: 10}
    assert act(car, catalog, "fan.down", value="min", position="driver") == {speed: 10}


def test_turning_the_fan_on_never_slows_it(car: SimulatedCar, catalog: Catalog) -> None:
    act(car, catalog, "fan.set", value="max")
    assert set(act(car, catalog, "fan.on").values()) == {100}
    act(car, catalog, "fan.off")
    assert set(act(car, catalog, "fan.on").values()) == {40}


def test_two_vents_at_once_are_kept_whole_in_the_overlay(car: SimulatedCar, catalog: Catalog) -> None:
    after = act(car, catalog, "airflow.set", direction="windshield_feet", position="driver")
    place = f"{STATION}.Row1.Driver"
    assert after == {f"{place}.AirDistribution": "UP", f"{place}.AirflowDirection": "WINDSHIELD_FEET"}


def test_the_defroster_goes_off_everywhere_unless_one_is_named(car: SimulatedCar, catalog: Catalog) -> None:
    both = act(car, catalog, "defroster.on", position="all")
    assert len(both) == 2
    assert act(car, catalog, "defroster.off", position="rear") == {"Vehicle.Cabin.HVAC.IsRearDefrosterActive": False}
    assert set(act(car, catalog, "defroster.off").values()) == {False}
