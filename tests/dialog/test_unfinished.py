from __future__ import annotations

import pytest

from cabin.dialog.ellipsis import Ellipsis
from cabin.dialog.unfinished import UnfinishedTable


@pytest.fixture(scope="module")
def table(catalog):
    return UnfinishedTable(catalog, Ellipsis(catalog).positions)


@pytest.mark.parametrize(
    ("text", "intent", "slots", "slot"),
    [
        ("set the temperature", "temperature.set", {}, "value"),
        ("Set the temperature to...", "temperature.set", {}, "value"),
        ("set the passenger temperature", "temperature.set", {"position": "passenger"}, "value"),
        ("set the volume to please", "volume.set", {}, "value"),
        ("adjust the fan", "fan.set", {}, "value"),
        ("change the source", "source.set", {}, "source"),
        ("take me to", "navigation.start", {}, "destination"),
        ("move the seat", "seat.move", {}, "heading"),
    ],
)
def test_found(table, text, intent, slots, slot):
    found = table.find(text)
    assert (found.command.intent, dict(found.command.slots), found.slot.name) == (intent, slots, slot)


@pytest.mark.parametrize("text", ["", "set it to", "make it", "turn up the", "open the window", "set the roof", "the"])
def test_what_names_no_device_is_none(table, text):
    assert table.find(text) is None


def test_a_sentence_to_be_completed(table):
    assert table.find("take me to").sentence == "take me to {answer}"
    assert table.find("change the source").sentence == ""


def test_every_required_slot_that_stands_alone_can_be_asked_for(table, catalog):
    table.load()
    asked = {meaning[0].name for meaning in table._table._meanings.values()}
    required = {n for n, i in catalog.intents.items() if sum(slot.required for slot in i.slots.values()) == 1}
    assert required - asked == set()
