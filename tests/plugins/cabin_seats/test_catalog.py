"""The catalog of seats and steering column: the names it must have, and its signals against the standard."""

from __future__ import annotations

import pytest

from cabin.catalog.loader import load_catalog
from cabin.catalog.schema import Catalog
from cabin.vehicle.expressions import CannotAct
from cabin_seats import catalog_dirs
from cabin_simcar.car import SimulatedCar
from tests.plugins.first_party import act, check_standard_signals, needs_vss

# device -> action -> slots, as every catalog, gold file and `cabin parse --json` names them; ! marks what must be said.
EXPECTED = {
    "seat_heating": {
        "on": "position",
        "off": "position",
        "up": "position amount",
        "down": "position amount",
        "set": "value! unit position",
    },
    "seat_ventilation": {
        "on": "position",
        "off": "position",
        "up": "position amount",
        "down": "position amount",
        "set": "value! unit position",
    },
    "seat_massage": {"on": "position", "off": "position"},
    "seat": {
        "move": "heading! position amount",
        "recline": "position",
        "upright": "position",
        "recall": "value position",
        "save": "value",
    },
    "steering_wheel": {"move": "heading!"},
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


WARMTH = "Vehicle.Cabin.Seat.Row1.DriverSide.HeatingCooling"


def test_heating_and_ventilation_share_a_signal_without_crossing(car: SimulatedCar, catalog: Catalog) -> None:
    assert act(car, catalog, "seat_heating.set", value=1) == {WARMTH: 33}
    assert act(car, catalog, "seat_heating.down") == {WARMTH: 0}
    assert act(car, catalog, "seat_heating.down") == {WARMTH: 0}
    assert act(car, catalog, "seat_ventilation.set", value=2, unit="level") == {WARMTH: -67}
    assert act(car, catalog, "seat_ventilation.up") == {WARMTH: -100}
    assert act(car, catalog, "seat_ventilation.down", amount="lot") == {WARMTH: -33}
    assert act(car, catalog, "seat_ventilation.down") == {WARMTH: 0}
    assert act(car, catalog, "seat_ventilation.down") == {WARMTH: 0}


def test_most_and_least_of_each_keep_their_side_of_zero(car: SimulatedCar, catalog: Catalog) -> None:
    assert act(car, catalog, "seat_heating.set", value="max") == {WARMTH: 100}
    assert act(car, catalog, "seat_heating.set", value="min") == {WARMTH: 33}
    assert act(car, catalog, "seat_ventilation.set", value="max") == {WARMTH: -100}
    assert act(car, catalog, "seat_ventilation.set", value="min") == {WARMTH: -33}
    assert act(car, catalog, "seat_ventilation.set", value=50, unit="percent") == {WARMTH: -50}


def test_the_seat_moves_the_way_that_was_said(car: SimulatedCar, catalog: Catalog) -> None:
    rail = "Vehicle.Cabin.Seat.Row1.PassengerSide.Position"
    assert act(car, catalog, "seat.move", heading="forward", position="passenger") == {rail: 90}
    assert act(car, catalog, "seat.move", heading="back", position="passenger", amount="lot") == {rail: 170}


def test_a_memory_that_the_seat_does_not_have_is_refused(car: SimulatedCar, catalog: Catalog) -> None:
    assert set(act(car, catalog, "seat.recall", value=2).values()) == {2}
    with pytest.raises(CannotAct) as refusal:
        act(car, catalog, "seat.recall", value=7)
    assert refusal.value.obstacle == "out_of_range"


def test_what_takes_the_driver_out_of_place_waits_for_standstill(catalog: Catalog) -> None:
    waiting = {name for name, intent in catalog.intents.items() if intent.policy == "standstill"}
    assert waiting == {"seat.recline", "seat.recall", "steering_wheel.move"}
