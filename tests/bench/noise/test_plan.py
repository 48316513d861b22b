"""Sentences are dealt to voices the same way each time."""

from __future__ import annotations

from cabin.bench.noise.plan import SPEEDS, deal, deal_chatter
from cabin.bench.noise.sentences import Spoken

SENTENCES = [Spoken(f"sentence {number}") for number in range(10)]


def test_voices_take_turns_and_more_utterances_change_none_before():
    few, many = (list(deal(SENTENCES, ("a", "b", "c"), 1, limit)) for limit in (4, 9))
    assert many[:4] == few
    assert [each.saying.voice for each in few] == ["a", "b", "c", "a"]
    assert [each.number for each in few] == [0, 1, 2, 3]
    assert {each.saying.speed for each in many} <= set(SPEEDS)


def test_there_may_be_fewer_sentences_than_wanted():
    assert len(list(deal(SENTENCES, ("a",), 1, 99))) == 10


def test_chatter_is_shuffled_and_complete():
    texts = [spoken.text for spoken in SENTENCES]
    said = [each.spoken.text for each in deal_chatter(texts, ("a", "b"), 1)]
    assert said != texts
    assert sorted(said) == sorted(texts)
    assert said == [each.spoken.text for each in deal_chatter(texts, ("a", "b"), 1)]
