"""People who talk among themselves."""

from __future__ import annotations

import itertools

import pytest

from cabin.bench.noise.chatter import (
    Chunk,
    chatter_figures,
    hear_passage,
    mixed_passage,
    passages,
    rate_interval,
    run_chatter,
)
from cabin.bench.noise.conditions import QUIET, Condition, Setup
from cabin.bench.noise.plan import deal_chatter
from cabin.noise.level import level_db
from cabin.noise.scene import Scene

CONDITION = Condition("off", 100.0, "10")
SETUP = Setup(Scene())


@pytest.fixture
def talk(store, say):
    def make(count, seconds=2.0):
        utterances = list(deal_chatter([f"sentence {number}" for number in range(count)], ("hibari",), 1))
        for each in utterances:
            say(each.saying, seconds)
        return utterances

    return make


def chunk(**changes):
    base = {
        "number": 0, "bias": "off", "speed_kph": 100.0, "snr": "10", "music": False, "seconds": 60.0, "sentences": 20,
        "utterances": 19, "acts": 0, "acts_misheard": 0, "questions": 0, "told": 0, "processor_s": 3.0,
    }  # fmt: skip
    return Chunk(**{**base, **changes})


def test_passages_are_about_a_minute_until_there_is_enough(talk, store):
    found = list(passages(talk(60), store, 1.5))
    assert len(found) == 2
    assert all(15 <= len(each.utterances) <= 18 for each in found)
    assert found[0].utterances != found[1].utterances


def test_sentences_that_were_not_said_are_left_out_when_none_may_be_said(talk, store):
    utterances = talk(6)
    store.path(utterances[2].saying).unlink()
    (only,) = passages(utterances, store, 5, speak=False)
    assert len(only.utterances) == 5


def test_where_each_sentence_is_and_that_silence_surrounds_them(talk, store):
    (passage,) = passages(talk(4), store, 5)
    sound, spans_s = mixed_passage(passage, store, Condition("off", 100.0, QUIET), SETUP)
    assert all(end - begin == pytest.approx(2.0) for begin, end in spans_s)
    assert all(late[0] - early[1] >= 0.3 for early, late in itertools.pairwise(spans_s))
    inside = [sound[round(16_000 * begin) : round(16_000 * end)] for begin, end in spans_s]
    assert min(map(level_db, inside)) > level_db(sound[:16_000]) + 20


def test_acts_questions_and_refusals_are_told_apart(talk, store, chain_that_hears):
    (passage,) = passages(talk(4), store, 5)
    for heard, kind in {"open the trunk": "acts", "unlock the door": "questions", "so what": None}.items():
        found = hear_passage(chain_that_hears(lambda _, heard=heard: heard), passage, store, CONDITION, SETUP)
        counts = {"acts": found.acts, "questions": found.questions, "told": found.told}
        assert counts == {name: int(name == kind) for name in counts}, found.events
        assert len(found.events) == (kind is not None)
    assert found.sentences == 4


def test_an_event_tells_what_was_said_when(talk, store, chain_that_hears, car):
    (passage,) = passages(talk(3), store, 5)
    found = hear_passage(chain_that_hears(lambda _: "open the trunk"), passage, store, CONDITION, SETUP)
    assert found.events[0]["said"].count("sentence") == 3
    assert found.events[0]["got"].startswith("trunk.open")
    assert found.events[0]["misheard"] is True
    assert car.read("Vehicle.Body.Trunk.Rear.IsOpen").value is True


def test_what_was_asked_for_is_not_misheard(store, say, chain_that_hears):
    utterances = list(deal_chatter(["open the trunk", "so what"], ("hibari",), 1))
    for each in utterances:
        say(each.saying)
    (passage,) = passages(utterances, store, 5)
    asked = hear_passage(chain_that_hears(lambda _: "open the trunk"), passage, store, CONDITION, SETUP)
    other = hear_passage(chain_that_hears(lambda _: "make it warmer"), passage, store, CONDITION, SETUP)
    assert (asked.acts, asked.acts_misheard) == (1, 0)
    assert (other.acts, other.acts_misheard) == (1, 1)


def test_without_and_with_music_and_on_from_there(talk, store, chain_that_hears):
    found = list(passages(talk(3), store, 5))
    chain = chain_that_hears(lambda _: "")
    whole = list(run_chatter(found, store, [CONDITION], SETUP, lambda _: chain))
    assert [each.music for each in whole] == [False, True]
    assert (chain.hearing.sounds[0] != chain.hearing.sounds[1]).any()
    rest = list(run_chatter(found, store, [CONDITION], SETUP, lambda _: chain, whole[:1]))
    assert [each.music for each in rest] == [True]


def test_figures_are_by_the_hour():
    (plain, music) = chatter_figures([chunk(acts=1), chunk(number=1, acts=2, questions=1), chunk(music=True)])
    assert (plain.acts, plain.acts_per_hour, plain.questions_per_hour) == (3, 90.0, 30.0)
    assert plain.processor_percent == 5.0
    assert plain.acts_per_100_sentences == 7.5
    assert plain.acts_low < 90 < plain.acts_high
    assert (music.acts, music.music) == (0, True)


@pytest.mark.parametrize(
    ("count", "low", "high"), [(0, 0, 3.689), (1, 0.0253, 5.572), (5, 1.624, 11.668), (50, 37.11, 65.92)]
)
def test_the_interval_of_a_count_is_garwoods(count, low, high):
    assert rate_interval(count) == pytest.approx((low, high), abs=0.01)
