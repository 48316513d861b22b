from __future__ import annotations

import pytest

from cabin.dialog.carry import Carrier, case_of, moves_by_step, sets_value
from cabin.dialog.rules import load_rules
from cabin.messages import Command


@pytest.fixture(scope="module")
def carrier(catalog):
    return Carrier(catalog, load_rules())


def told(command):
    return None if command is None else (command.intent, dict(command.slots))


def test_slots_that_say_which_one_are_kept(carrier):
    made = carrier.to(Command("window.open", {"position": "rear", "value": 50, "amount": "lot"}, 0.6), "close")
    assert told(made) == ("window.close", {"position": "rear"})
    assert (made.confidence, made.by) == (0.6, "dialog")


@pytest.mark.parametrize(
    ("command", "action", "slots"),
    [
        (Command("fan.up", {"position": "rear"}), "off", {}),  # would turn off every fan
        (Command("trunk.open"), "off", {}),
        (Command("none.such"), "off", {}),
        (Command("temperature.up"), "set", {}),  # needs its value
        (Command("temperature.up"), "set", {"value": "most"}),
        (Command("volume.up"), "set", {"value": 20, "unit": "degree"}),
        (Command("volume.up"), "down", {"position": "rear"}),
    ],
)
def test_what_the_catalog_does_not_have_is_not_made(carrier, command, action, slots):
    assert carrier.to(command, action, **slots) is None


def test_the_same_with_a_slot_changed_or_taken_away(carrier):
    command = Command("window.open", {"position": "driver", "value": 50, "unit": "percent"})
    assert told(carrier.same(command, position="rear"))[1]["position"] == "rear"
    assert told(carrier.same(command, value=None, unit=None)) == ("window.open", {"position": "driver"})
    assert carrier.same(command, position="roof") is None


def test_the_opposite_place_heading_and_action(carrier):
    assert told(carrier.at_other(Command("window.open"))) == ("window.open", {"position": "passenger"})
    assert carrier.at_other(Command("window.open", {"position": "all"})) is None
    assert carrier.at_other(Command("ac.on")) is None
    assert told(carrier.turned(Command("seat.move", {"heading": "up"})))[1] == {"heading": "down"}
    assert told(carrier.opposite(Command("door.lock"))) == ("door.unlock", {})
    assert carrier.opposite(Command("horn.sound")) is None


def test_what_a_case_does(catalog):
    opens = catalog.intents["window.open"]
    assert moves_by_step(case_of(opens, {"amount": "little"}))
    assert sets_value(case_of(opens, {"value": 50}))
    assert not sets_value(case_of(catalog.intents["window.close"], {"value": 50}))
    assert case_of(catalog.intents["equalizer.up"], {}) is None
