"""One item under one condition, judged."""

from __future__ import annotations

import numpy as np
import pytest

from cabin.bench.noise.conditions import Condition, Setup
from cabin.bench.noise.items import spoken_items
from cabin.bench.noise.plan import Utterance
from cabin.bench.noise.sentences import Spoken
from cabin.bench.noise.spoken import Saying
from cabin.bench.noise.trial import judge, run_trials, try_item
from cabin.messages import Command
from cabin.noise.scene import Scene

CONDITION = Condition("off", 100.0, "10")
SETUP = Setup(Scene())


@pytest.fixture
def items(store, say):
    texts = {"open the trunk": "trunk.open", "make it warmer": "temperature.up"}
    utterances = [
        Utterance(number, Spoken(text, ((intent, {}),)), say(Saying(text, "hibari")))
        for number, (text, intent) in enumerate(texts.items())
    ]
    return spoken_items(utterances, store)


@pytest.mark.parametrize(
    ("commands", "outcome"),
    [
        ([Command("trunk.open")], "right"),
        ([Command("trunk.open", unsure=True)], "asked"),
        ([Command("trunk.close")], "wrong"),
        ([Command("trunk.close", unsure=True)], "asked_wrong"),
        ([Command("trunk.open"), Command("door.unlock")], "wrong"),
        ([Command("trunk.open"), Command("door.unlock", unsure=True)], "wrong"),
        ([], "missed"),
    ],
)
def test_what_commands_are_worth(items, commands, outcome):
    assert judge(items[0], commands) == outcome


def test_a_trial_tells_what_was_said_heard_and_how_long_it_took(items, chain_that_hears):
    result = try_item(chain_that_hears(lambda _: "make it warmer"), items[0], CONDITION, SETUP)
    assert (result.outcome, result.text_outcome) == ("wrong", "right")
    assert (result.name, result.heard, result.got) == ("open the trunk", "make it warmer", "temperature.up")
    assert result.evidence == -0.25
    # The ears end with the sound: 1.3 s of noise come after the speech.
    assert result.waited_ms == pytest.approx(1300, abs=40)
    assert result.utterances == 1


def test_nothing_heard_is_missed(items, chain_that_hears):
    chain = chain_that_hears(lambda _: "")
    chain.hearing.utterances = lambda blocks, source: iter(())
    result = try_item(chain, items[0], CONDITION, SETUP)
    assert (result.outcome, result.heard, result.utterances, result.waited_ms) == ("missed", "", 0, None)


def test_a_run_goes_on_where_it_ended(items, chain_that_hears):
    opened = []

    def open_chain(bias):
        opened.append(bias)
        return chain_that_hears(lambda utterance: utterance.source)

    conditions = [Condition(bias, 100.0, snr) for bias in ("off", "strong") for snr in ("10", "0")]
    whole = list(run_trials(items, conditions, SETUP, open_chain))
    assert len(whole) == 8
    assert {result.outcome for result in whole} == {"right"}
    assert opened == ["off", "strong"]
    rest = list(run_trials(items, conditions, SETUP, open_chain, whole[:6]))
    assert [(r.name, r.bias, r.snr) for r in rest] == [(r.name, r.bias, r.snr) for r in whole[6:]]
    assert opened == ["off", "strong", "strong"]


def test_others_talk_where_there_is_babble(items, chain_that_hears):
    setup = Setup(Scene(sources=("babble",), talkers=1))
    chain = chain_that_hears(lambda _: "")
    list(run_trials(items, [CONDITION], setup, lambda _: chain))
    spectrum = np.abs(np.fft.rfft(chain.hearing.sounds[0]))
    hertz = np.fft.rfftfreq(len(chain.hearing.sounds[0]), 1 / 16_000)
    assert hertz[np.argmax(spectrum)] == pytest.approx(440, abs=5)
