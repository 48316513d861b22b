"""What is right of an item."""

from __future__ import annotations

import json

import numpy as np
import pytest

from cabin.audio.wav import write_wav
from cabin.bench.noise.items import recorded_items, spoken_items
from cabin.bench.noise.plan import Utterance
from cabin.bench.noise.sentences import Spoken
from cabin.bench.noise.spoken import Saying
from cabin.bench.recordings import load_recordings
from cabin.messages import Command


def item_of(store, text, *calls):
    return spoken_items([Utterance(3, Spoken(text, calls), Saying(text, "hibari"))], store)[0]


@pytest.mark.parametrize(
    ("wanted", "got", "is_right"),
    [
        ({"station": "c b c radio two"}, {"station": "CBC Radio 2"}, True),
        ({"station": "c b c radio two"}, {"station": "cbc radio"}, False),
        ({"place": "the omni hotel"}, {"place": "omni-hotel"}, True),
        ({"value": 22}, {"value": 22.0}, True),
        ({"value": 22}, {"value": 23}, False),
        ({"position": "driver"}, {}, False),
        ({}, {"position": "driver"}, False),
    ],
)
def test_slots_that_sound_alike_are_alike_and_others_are_not(store, wanted, got, is_right):
    assert item_of(store, "x", ("a.b", wanted)).accepts([Command("a.b", got)]) is is_right


def test_all_commands_and_no_others(store):
    item = item_of(store, "x", ("a.b", {}), ("c.d", {}))
    assert item.accepts([Command("c.d"), Command("a.b")])
    assert not item.accepts([Command("a.b")])
    assert not item.accepts([Command("a.b"), Command("c.d"), Command("c.d")])
    assert not item.accepts([])


def test_an_item_has_its_sound(store, say):
    item = item_of(store, "x", ("a.b", {"value": 3}))
    say(Saying("x", "hibari"))
    assert len(item.load()) == 8000
    assert (item.number, item.text, item.voice, item.wanted) == (3, "x", "hibari", 'a.b {"value": 3}')


def test_recordings_are_right_by_their_labels(tmp_path):
    write_wav(tmp_path / "a.wav", np.full(1600, 0.1, np.float32))
    rows = [
        {"file": "a.wav", "intent": "orderDrink", "slots": {"coffeeDrink": "iced coffee"}},
        {"file": "a.wav", "intent": None},
    ]
    (tmp_path / "labels.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    order, nothing = recorded_items(load_recordings(tmp_path))
    assert order.accepts([Command("coffee.order_drink", {"coffee_drink": "iced_coffee"})])
    assert not order.accepts([])
    assert nothing.accepts([])
    assert not nothing.accepts([Command("coffee.order_drink")])
    assert len(order.load()) == 1600
    assert order.text == ""
