from __future__ import annotations

import json
from typing import get_args

import pytest

from cabin.dialog.events import Asked, DialogEvent, Dropped, Expired, Finished, Heard, Understood, event_json
from cabin.messages import Command, SignalChange

EXAMPLES = [
    Heard(1.0, "more"),
    Understood(1.0, "context", (Command("volume.up", {"amount": "little"}),)),
    Asked(1.0, 3, "confirm", "Shall I?", (), 21.0),
    Finished(1.0, Command("ac.on"), "done", "On.", (SignalChange("Vehicle.X", False, True, True, True),)),
    Dropped(1.0, 3, "cancelled"),
    Expired(1.0, "question", 3),
]


def test_there_is_an_example_of_each():
    assert {type(event) for event in EXAMPLES} == set(get_args(DialogEvent))


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda event: type(event).__name__)
def test_events_as_json(event):
    told = event_json(event)
    assert list(told)[:2] == ["event", "at_s"]
    assert json.loads(json.dumps(told)) == told


def test_names_and_commands():
    names = [event_json(event)["event"] for event in EXAMPLES]
    assert names == ["heard", "understood", "asked", "done", "dropped", "expired"]
    assert event_json(EXAMPLES[1])["commands"][0]["slots"] == {"amount": "little"}
    assert event_json(EXAMPLES[3])["changes"][0]["path"] == "Vehicle.X"


def test_a_conversation_as_it_is_told(talk):
    talk.say("lane_assist.off", "yes", "lane_assist.off", "ac.on", "lane_assist.off")
    talk.now_s += 100
    talk.say("turn it off")
    told = [event_json(event)["event"] for event in talk.events]
    assert told == [
        *("heard", "understood", "done", "asked"),
        *("heard", "understood", "done"),
        *("heard", "understood", "done", "asked"),
        *("heard", "understood", "dropped", "done"),
        *("heard", "understood", "done", "asked"),
        *("expired", "expired", "heard", "understood", "asked"),
    ]
