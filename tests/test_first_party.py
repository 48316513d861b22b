"""Every first-party intent, with each value of each slot, through policy, actions, the simulated car and its reply."""

from __future__ import annotations

import re

import pytest

from cabin.assembly import NO_MODEL, open_chain
from cabin.config import CabinConfig, VehicleConfig
from cabin.executor import Request
from cabin.messages import Command
from cabin.plugins import load_plugins

OPEN_WORDS = {"number": "5551234", "when": "tomorrow", "mode": "sport"}
POLITE_RULES = ("out_of_range", "unit", "unknown_value", "no_place")
"""Refusals that only say what the car cannot take."""


@pytest.fixture(scope="module")
def chain():
    chain = open_chain(load_plugins({}), CabinConfig(), VehicleConfig(), model=NO_MODEL)
    yield chain
    chain.close()


def slot_values(slot):
    if slot.kind == "number":
        low, high = slot.minimum or 0, slot.maximum or 100
        return [*slot.values, low, high, (low + high) // 2]
    return list(slot.values) if slot.kind in ("choice", "unit") else [OPEN_WORDS.get(slot.name, "blue moon")]


def calls(intent):
    """Yield the required slots alone, then with each value of each other slot; a unit comes with its number."""
    required = {name: slot_values(slot)[-1] for name, slot in intent.slots.items() if slot.required}
    yield required
    for name, slot in intent.slots.items():
        for value in slot_values(slot):
            if slot.kind == "unit":
                numbers = [n for n, s in intent.slots.items() if s.kind == "number"]
                yield required | {n: required.get(n, slot_values(intent.slots[n])[-1]) for n in numbers} | {name: value}
            else:
                yield required | {name: value}


def test_every_intent_acts_or_says_why_not(chain):
    at_first = chain.vehicle.snapshot()
    wrong = []
    for intent in chain.executor.catalog.intents.values():
        for slots in calls(intent):
            outcome = chain.executor.execute(
                Command(intent.name, slots), Request(confirm=lambda command, verdict: True)
            )
            told = f"{intent.name} {slots}: {outcome.status}: {outcome.reply}"
            acted = outcome.status in ("done", "answered") or outcome.reply.endswith("no station can be there.")
            refused = outcome.status == "refused" and outcome.verdict.rule in POLITE_RULES
            bad_words = re.search(r"[{}]|None|unknown|  | [.,]|_", outcome.reply)
            if not (acted or refused) or not outcome.reply or bad_words:
                wrong.append(told)
            for path, value in at_first.items():
                chain.vehicle.place(path, value)
    assert wrong == []


def test_every_intent_can_be_done_somehow(chain):
    at_first = chain.vehicle.snapshot()
    never = []
    for intent in chain.executor.catalog.intents.values():
        statuses = set()
        for slots in calls(intent):
            request = Request(confirm=lambda command, verdict: True)
            statuses.add(chain.executor.execute(Command(intent.name, slots), request).status)
            for path, value in at_first.items():
                chain.vehicle.place(path, value)
        if not statuses & {"done", "answered"}:
            never.append(intent.name)
    assert never == []
