from __future__ import annotations

import pytest

from cabin.dialog.answers import AnswerReader
from cabin.dialog.ellipsis import Ellipsis


@pytest.fixture(scope="module")
def read(catalog):
    reader = AnswerReader(catalog, Ellipsis(catalog))

    def read(intent, slot, text):
        return reader.slot(text, catalog.intents[intent], catalog.intents[intent].slots[slot])

    read.which = reader.which
    return read


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("twenty two", {"value": 22}),
        ("To 21.5, please!", {"value": 21.5}),
        ("uh make it twenty degrees", {"value": 20, "unit": "degree"}),
        ("the maximum", {"value": "max"}),
        ("as low as possible", {"value": "min"}),
        ("90", {"value": 90}),  # the executor says what the range is
        ("twenty percent", None),
        ("twenty or thirty", None),
        ("twenty two people", None),
        ("banana", None),
        ("", None),
    ],
)
def test_numbers(read, text, slots):
    assert read("temperature.set", "value", text) == slots


@pytest.mark.parametrize(("text", "slots"), [("level two", {"value": 2, "unit": "level"}), ("two", {"value": 2})])
def test_levels(read, text, slots):
    assert read("seat_heating.set", "value", text) == slots


@pytest.mark.parametrize(
    ("intent", "slot", "text", "value"),
    [
        ("airflow.set", "direction", "to my feet", "feet"),
        ("airflow.set", "direction", "face", "face"),
        ("airflow.set", "direction", "nowhere", None),
        ("window.open", "position", "the left one", "left"),
        ("window.open", "position", "on the passenger side", "passenger"),
        ("window.open", "position", "mine", "driver"),
        ("equalizer.up", "band", "the bass please", "bass"),
        ("washer.on", "position", "the left one", None),
    ],
)
def test_choices(read, intent, slot, text, value):
    assert read(intent, slot, text) == (None if value is None else {slot: value})


def test_an_open_slot_is_not_read_here(read):
    assert read("navigation.start", "destination", "the airport") is None


@pytest.mark.parametrize(
    ("text", "indices"),
    [("the fan", (1,)), ("air conditioning please", (0,)), ("both", (0, 1)), ("the second one", (1,)), ("yes", ())],
)
def test_which(read, text, indices):
    assert read.which(text, ("the air conditioning", "the fan")) == indices
