"""The catalog of calls and messages: its names, its signals against the standard, and what its commands come to."""

from __future__ import annotations

import pytest

from cabin.catalog.loader import load_catalog
from cabin.catalog.schema import Catalog
from cabin.messages import Command, SlotValue
from cabin.vehicle.effects import choose_case, plan
from cabin_phone import catalog_dirs
from cabin_simcar.car import SimulatedCar
from tests.plugins.first_party import act, check_standard_signals, needs_vss, required

# Intent -> its slots, as every catalog, gold file and `cabin parse --json` names them; ! marks what must be said.
EXPECTED = {
    "phone.call": "contact number",
    "phone.answer": "",
    "phone.reject": "",
    "phone.hang_up": "",
    "phone.redial": "",
    "message.send": "contact message",
    "message.read": "contact",
}

# What a required slot holds where any value would not do.
LEAST: dict[str, dict[str, SlotValue]] = {}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return load_catalog([("cabin_phone", folder) for folder in catalog_dirs()])


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


PHONE = "Vehicle.Cabin.Infotainment.Phone"


def call(car: SimulatedCar, catalog: Catalog, **slots: SlotValue) -> tuple[object, ...]:
    changed = act(car, catalog, "phone.call", **slots)
    return tuple(changed[f"{PHONE}.Call.{part}"] for part in ("Contact", "Number", "State"))


def test_a_call_writes_who_and_leaves_nothing_of_the_one_before(catalog: Catalog, car: SimulatedCar) -> None:
    assert call(car, catalog, contact="anna", number="mobile") == ("anna", "mobile", "DIALING")
    assert call(car, catalog, number="one one two") == ("", "one one two", "DIALING")
    assert call(car, catalog, contact="bob") == ("bob", "", "DIALING")
    assert call(car, catalog) == ("", "", "CHOOSING")


@pytest.mark.parametrize(
    ("name", "state"), [("answer", "ACTIVE"), ("reject", "REJECTED"), ("hang_up", "IDLE"), ("redial", "REDIALING")]
)
def test_each_command_has_its_state(catalog: Catalog, car: SimulatedCar, name: str, state: str) -> None:
    assert act(car, catalog, f"phone.{name}") == {f"{PHONE}.Call.State": state}


def test_only_a_whole_message_is_sent(catalog: Catalog, car: SimulatedCar) -> None:
    whole = act(car, catalog, "message.send", contact="anna", message="i am late")
    assert whole[f"{PHONE}.Message.State"] == "SENDING"
    for slots in ({"contact": "anna"}, {"message": "i am late"}, {}):
        part = act(car, catalog, "message.send", **slots)
        assert part == {
            f"{PHONE}.Message.Contact": slots.get("contact", ""),
            f"{PHONE}.Message.Text": slots.get("message", ""),
            f"{PHONE}.Message.State": "COMPOSING",
        }


def test_sending_asks_first_and_calling_does_not(catalog: Catalog) -> None:
    assert catalog.intents["message.send"].policy == "confirm"
    assert catalog.intents["phone.call"].policy == "free"
