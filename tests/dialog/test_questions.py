from __future__ import annotations

import pytest

from cabin.dialog.questions import choices_of, offer, slot_text, title_of
from cabin.messages import Command, Outcome, Verdict


@pytest.mark.parametrize(
    ("intent", "slot", "text"),
    [
        ("temperature.set", "value", "Set the temperature to what?"),
        ("seat.move", "heading", "Move the seat: forward, back, up or down?"),
        ("navigation.start", "destination", "Start the navigation: which destination?"),
    ],
)
def test_how_a_slot_is_asked_for(catalog, intent, slot, text):
    assert slot_text(catalog.intents[intent], catalog.intents[intent].slots[slot]) == text


def test_things_are_told_apart_by_device_else_by_place(catalog):
    assert choices_of(catalog, (Command("ac.off"), Command("fan.off"))) == ("the air conditioning", "the fan")
    windows = tuple(Command("window.close", {"position": place}) for place in ("driver", "rear_left"))
    assert choices_of(catalog, windows) == ("the driver window", "the rear left window")


def test_titles(catalog):
    assert title_of(catalog, Command("window.open")) == "open the window"
    assert title_of(catalog, Command("heli_pad.open")) == "heli pad open"


def refused(command, rule, status="refused"):
    return Outcome(command, status, "No.", Verdict("refuse", "No.", rule))


def test_what_a_refusal_offers(catalog):
    found = offer(
        refused(Command("temperature.set", {"value": 90, "unit": "celsius", "position": "rear"}), "out_of_range"),
        catalog,
    )
    assert (found.fields["slot"], found.fields["soft"]) == ("value", True)
    assert dict(found.fields["commands"][0].slots) == {"position": "rear"}
    missing = offer(refused(Command("seat.move", {"position": "driver"}), "missing"), catalog)
    assert (missing.text, missing.fields["slot"]) == ("No.", "heading")
    place = offer(refused(Command("window.open", {"value": 3}), "missing"), catalog)
    assert place.fields["slot"] == "position"


@pytest.mark.parametrize(
    "outcome",
    [
        refused(Command("trunk.open"), "moving"),
        refused(Command("temperature.set", {"value": 20}), "out_of_range", "done"),
        refused(Command("none.such"), "missing"),
        refused(Command("drive_mode.set", {"mode": "blue"}), "unknown_value"),
    ],
)
def test_other_outcomes_offer_nothing(catalog, outcome):
    assert offer(outcome, catalog) is None
