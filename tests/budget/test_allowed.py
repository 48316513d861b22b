"""What each step allows, by what the catalogs call essential."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import pytest

from cabin.budget.allowed import RULE, allowance, judge, judge_utterance
from cabin.budget.steps import STEPS
from cabin.catalog.loader import load_catalog
from cabin.messages import Command
from cabin.plugins import DEFAULT_PLUGINS, load_plugins


@pytest.fixture(scope="module")
def catalog(tmp_path_factory):
    """Four intents: the device says essential, one of its intents says otherwise, and the other way round."""
    folder = tmp_path_factory.mktemp("essential")
    sentence = "policy: free, set: {Vehicle.X: true}, reply: Done., sentences:"
    (folder / "signals.yaml").write_text(
        "signals:\n  Vehicle.X: {kind: actuator, datatype: boolean, initial: false, standard: false}\n"
    )
    (folder / "lamp.yaml").write_text(
        "device: lamp\nessential: true\nintents:\n"
        f"  lit: {{{sentence} [lamp lit]}}\n"
        f"  party: {{essential: false, {sentence} [party lamp]}}\n"
    )
    (folder / "song.yaml").write_text(
        "device: song\nintents:\n"
        f"  play: {{title: play a song, {sentence} [play a song]}}\n"
        f"  halt: {{essential: true, {sentence} [halt the song]}}\n"
    )
    return load_catalog([folder])


@pytest.mark.parametrize(
    ("step", "done"),
    [
        ("normal", {"lamp.lit", "lamp.party", "song.play", "song.halt"}),
        ("lean", {"lamp.lit", "lamp.party", "song.play", "song.halt"}),
        ("essential", {"lamp.lit", "song.halt"}),
        ("deaf", {"lamp.lit", "song.halt"}),
        ("restart", set()),
    ],
)
def test_which_commands_are_done(catalog, step, done):
    verdicts = {name: judge(Command(name), catalog, step) for name in catalog.intents}
    assert {name for name, verdict in verdicts.items() if verdict.decision == "allow"} == done
    for verdict in verdicts.values():
        assert (verdict.decision == "refuse") == (verdict.rule == RULE) == bool(verdict.reason)


def test_the_driver_is_told_what_was_not_done(catalog):
    reason = judge(Command("song.play"), catalog, "essential").reason
    assert reason == "I am overloaded and only do what you need for driving, so I did not play a song."
    assert "so I did not play a song" in judge(Command("song.play"), catalog, "restart").reason


def test_a_command_that_the_catalog_lacks_is_left_to_the_executor(catalog):
    assert judge(Command("rocket.launch"), catalog, "essential").decision == "allow"


def test_each_step_allows_at_most_what_the_one_before_does():
    order = {"all": 2, "essential": 1, "none": 0}
    for before, after in pairwise(map(allowance, STEPS)):
        assert after.speculates <= before.speculates
        assert after.listens <= before.listens
        assert order[after.commands] <= order[before.commands]
        assert (after.n_best or 99) <= (before.n_best or 99)
        assert before.replies == "speech" or after.replies == "earcon"


@pytest.mark.parametrize(
    ("step", "spoken", "pushed"),
    [
        ("normal", True, True),
        ("lean", True, True),
        ("essential", True, True),
        ("deaf", False, True),
        ("restart", False, False),
    ],
)
def test_who_is_heard(step, spoken, pushed):
    assert (judge_utterance(step, pushed_to_talk=False).decision == "allow") is spoken
    assert (judge_utterance(step, pushed_to_talk=True).decision == "allow") is pushed


def test_essential_must_be_true_or_false(tmp_path, catalog):
    from cabin.errors import CatalogError

    (tmp_path / "a.yaml").write_text('device: a\nessential: "yes"\nintents:\n  get: {sentences: [say a], reply: a}\n')
    with pytest.raises(CatalogError) as caught:
        load_catalog([tmp_path])
    assert any("a.yaml:2, essential: not true or false" in str(problem) for problem in caught.value.problems)


def test_what_the_first_party_catalogs_call_essential():
    plugins = load_plugins({"CABIN_LOAD_PLUGINS": ",".join(DEFAULT_PLUGINS)})
    intents = load_catalog(plugins.catalog_dirs(), sentences=False).intents
    essential = {name for name, intent in intents.items() if intent.essential}
    for name in ("wiper.set", "hazard_light.on", "headlight.on", "window.close", "door.unlock", "defroster.on"):
        assert name in essential
    assert {"assistant.cancel", "assistant.yes", "assistant.no", "phone.call"} <= essential
    assert not {name for name in essential if name.startswith(("media.", "radio.", "navigation.", "ambient_light."))}
    assert all(dataclasses.is_dataclass(intents[name]) for name in essential)
