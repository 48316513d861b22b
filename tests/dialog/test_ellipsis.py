from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cabin.dialog.ellipsis import Ellipsis
from cabin.dialog.phrases import expansions
from cabin.dialog.rules import load_rules
from cabin.dialog.state import Done
from cabin.messages import Command

CONVERSATIONS = yaml.safe_load(Path(__file__).with_name("conversations.yaml").read_text(encoding="utf-8"))
SENTENCES = [
    (rule.name, template)
    for rule in load_rules().rules
    if rule.do not in ("undo", "repeat", "help", "yes", "no", "cancel")
    for pattern in rule.patterns
    for template in pattern.templates
]


@pytest.fixture(scope="module")
def ellipsis(catalog):
    return Ellipsis(catalog)


def done(*commands):
    return [Done(each, (), 0.0, turn) for turn, each in enumerate(commands)]


def test_there_are_enough_conversations():
    assert len(CONVERSATIONS) >= 120


@pytest.mark.parametrize("case", CONVERSATIONS, ids=lambda case: f"{case['done']}: {case['say']}")
def test_two_turns(ellipsis, command, case):
    said = ellipsis.read(case["say"])
    if case.get("refused"):
        assert said is None
        return
    assert said is not None
    found = ellipsis.resolve(said, done(command(case["done"])))
    assert ellipsis.resolve(said, ()).commands == ()
    if "asks" in case:
        assert (found.commands, said.rule.ask) == ((), case["asks"])
        return
    wanted = command(case["does"])
    assert [(each.intent, dict(each.slots)) for each in found.commands] == [(wanted.intent, dict(wanted.slots))]
    assert found.commands[0].by == "dialog"
    assert found.undo_first == case.get("undoes", False)


def text_of(template, draw):
    text = draw(st.sampled_from(expansions(template)))
    return text.replace("{value}", draw(st.sampled_from(["twenty", "3", "22 degrees"]))).replace(
        "{position}", draw(st.sampled_from(["passenger's", "back", "left"]))
    )


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_nothing_is_made_up(ellipsis, catalog, data):
    """Whatever was done, a short sentence becomes a command of the catalog with values that its slots have, or none."""
    _, template = data.draw(st.sampled_from(SENTENCES))
    intent = data.draw(st.sampled_from(sorted(catalog.intents)))
    slots = {}
    for slot in catalog.intents[intent].slots.values():
        if slot.required or data.draw(st.booleans()):
            slots[slot.name] = 20 if slot.kind == "number" else data.draw(st.sampled_from(slot.values or ("blue",)))
    prefix = data.draw(st.sampled_from(["", "and ", "no ", "okay "]))
    said = ellipsis.read(prefix + text_of(template, data.draw))
    if said is None:
        return
    assert ellipsis.resolve(said, ()).commands == ()
    for made in ellipsis.resolve(said, done(Command(intent, slots, 0.7))).commands:
        found = catalog.intents[made.intent]
        assert found.device == catalog.intents[intent].device
        assert set(made.slots) <= set(found.slots)
        assert all(name in made.slots for name, slot in found.slots.items() if slot.required)
        for name, value in made.slots.items():
            assert found.slots[name].kind in ("open", "number") or value in found.slots[name].values
        if (
            "position" in slots
            and said.position is None
            and said.rule.do != "other"
            and found.action not in ("stop", "hide")
        ):
            assert made.slots.get("position") == slots["position"]
        assert made.confidence == 0.7


def test_the_latest_that_fits_is_meant(ellipsis):
    said = ellipsis.read("turn it off again")
    found = ellipsis.resolve(said, done(Command("ac.on"), Command("window.open")))
    assert [each.intent for each in found.commands] == ["ac.off"]


def test_two_of_one_utterance_are_a_choice_or_both(ellipsis):
    both = [Done(Command(name), (), 0.0, 1) for name in ("ac.on", "fan.on")]
    one = ellipsis.resolve(ellipsis.read("turn it off"), both)
    assert (one.is_choice, [each.intent for each in one.commands]) == (True, ["ac.off", "fan.off"])
    them = ellipsis.resolve(ellipsis.read("turn them off"), both)
    assert (them.is_choice, [each.intent for each in them.commands]) == (False, ["ac.off", "fan.off"])


@pytest.mark.parametrize(
    "text", ["", "the left", "left", "twenty", "open the window", "no more", "please", "and", "a " * 99]
)
def test_other_texts_are_none(ellipsis, text):
    assert ellipsis.read(text) is None
